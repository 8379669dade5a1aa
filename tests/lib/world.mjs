// A tenant of its own for a test file: four people, one per role, and
// accounts.  Nothing of the demo is changed.

import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { run, row, rows, value } from './db.mjs';
import { Program, Visitor } from './http.mjs';
import { keysFolder } from './instance.mjs';
import { newClaims, sessionId, sign } from './token.mjs';

export const roles = ['Viewer', 'Contributor', 'Practitioner', 'Tenant Admin'];

export const demo = {
    acme: 'acme-corp',
    globex: 'globex',
    globalTech: '10000000-0000-0000-0000-000000000001',
    alice: '11111111-1111-1111-1111-111111111111',
    password: 'password123',
};

// A session as the sign-in makes it, without the work of a password.
export function openSession(userId, tenantId, changes = {}) {
    const claims = newClaims(userId, tenantId, changes);
    run(`insert into sessions (id, user_id, tenant_id, expires_at, ip,
            user_agent)
        values (:'id'::bytea, :'user', :'tenant', now() + interval '7 days',
            '127.0.0.1', 'tests')`,
    { id: sessionId(claims), user: userId, tenant: tenantId });
    return { claims, id: sessionId(claims), token: sign(claims) };
}

export class World {
    constructor(name = 'test') {
        this.slug = `${name}-${randomBytes(5).toString('hex')}`;
        this.tenant = row(`insert into tenants (slug, name)
            values (:'slug', 'World ' || :'slug') returning id`,
        { slug: this.slug }).id;
        this.furnish();
        this.people = {};
        for (const role of roles)
            this.people[role] = this.addPerson(role);
        this.sessions = {};
    }

    furnish() {
        run('select api.create_tenant_defaults(:\'tenant\')',
            { tenant: this.tenant });
    }

    // The password is the demo's.
    addPerson(role, name = `${role} of ${this.slug}`) {
        const email = `${role.toLowerCase().replace(' ', '.')}.` +
            `${randomBytes(3).toString('hex')}@${this.slug}.example`;
        const { id } = row(`insert into users (email, password_hash)
            select :'email', password_hash from users
            where email = 'admin@acme.com' returning id`, { email });
        run(`insert into profiles (tenant_id, user_id, full_name, email, role)
            values (:'tenant', :'id', :'name', :'email', :'role')`,
        { tenant: this.tenant, id, name, email, role });
        return { id, email, name, role };
    }

    // fields: text of SQL per column, such as { arr_cents: '100' }.
    addAccount(name, fields = {}) {
        const columns = Object.keys(fields).map((c) => `, ${c}`).join('');
        const values = Object.values(fields).map((v) => `, ${v}`).join('');
        return row(`insert into accounts (tenant_id, name${columns})
            values (:'tenant', :'name'${values}) returning id`,
        { tenant: this.tenant, name }).id;
    }

    // A contact, and the address that its mail can be unsubscribed at.
    addReader(account, email) {
        const { id } = row(`insert into contacts (tenant_id, account_id,
                full_name, email) values (:'tenant', :'account', 'Ada',
                :'email') returning id`,
        { tenant: this.tenant, account, email });
        const { token } = row(`select api.unsubscribe_token(:'tenant', :'id')
            as token`, { tenant: this.tenant, id });
        return `/unsubscribe/${token}`;
    }

    // A receiver, and the playbook of 000 that calls it below 40.
    addEndpoint(url, format = 'standard') {
        const { id } = row(`select mainstay.create_endpoint(:'tenant',
            'Receiver', :'url', :'format') as id`,
        { tenant: this.tenant, url, format });
        run(`update mainstay.playbooks
            set webhook_endpoint_id = :'id', is_active = true
            where tenant_id = :'tenant'`, { tenant: this.tenant, id });
        return row(`select id, secret from webhook_endpoints
            where id = :'id'`, { id });
    }

    score(account, overall) {
        run(`insert into health_scores (tenant_id, account_id, overall_score)
            values (:'tenant', :'account', :'overall'::int)`,
        { tenant: this.tenant, account, overall });
    }

    open(role) {
        return openSession(this.people[role].id, this.tenant);
    }

    // One browser per role, or a new one.
    visitor(role) {
        this.sessions[role] ??= this.open(role);
        return new Visitor(this.sessions[role].token);
    }

    // What somebody does in one request of a page; its id.
    request(role, text, values = {}) {
        const request = randomBytes(16).toString('hex');
        run(`begin; set local role mainstay_app;
            select from api.begin_request(:'session'::bytea, :'request');
            ${text}; commit`,
        { ...values, session: this.open(role).id, request });
        return request;
    }

    program(role) {
        return new Program(this.open(role).token);
    }

    end() {
        const users = rows(`select user_id from profiles
            where tenant_id = :'tenant'`, { tenant: this.tenant });
        // The last work of the worker may hold a row of it.
        const remove = () => run(`delete from tenants where id = :'tenant'`,
            { tenant: this.tenant });
        try {
            remove();
        } catch {
            remove();
        }
        for (const { user_id: id } of users)
            run(`delete from users u where id = :'id' and not exists
                (select from profiles p where p.user_id = u.id)`, { id });
    }
}

// The names under which failed sign-ins of an e-mail, or of this machine,
// are counted.  Other tests count theirs at the same time.
const pepper = Buffer.from(readFileSync(join(keysFolder, 'pepper.key'),
    'utf8').trim(), 'base64url');
const counter = (kind, value) => '\\x' + createHmac('sha256', pepper)
    .update(kind).update(value).digest('hex');
export const emailCounter = (email) => counter('e:', email.toLowerCase());
const networks = [Buffer.from([4, 127, 0, 0, 0, 0, 0, 0]),
    Buffer.from([6, 0, 0, 0, 0, 0, 0, 0])].map((net) => counter('i:', net));

export function forgetFailures(...emails) {
    for (const key of [...networks, ...emails.map(emailCounter)])
        run(`delete from login_attempts where key = :'key'::bytea`, { key });
}

// An account of the demo by its name.
export function demoAccount(name) {
    return row(`select a.id, a.tenant_id from accounts a
        join tenants t on t.id = a.tenant_id
        where t.slug in ('acme-corp', 'globex') and a.name = :'name'`,
    { name });
}

// What a tenant of the demo was like: restore() forgets everything since.
export class Keepsake {
    constructor(slug) {
        this.tenant = value('select id from tenants where slug = :\'slug\'',
            { slug });
        this.since = value('select now()::text');
        this.accounts = rows(`select a.id, a.health_score, a.health_band,
                a.health_trend, a.previous_health_score, a.health_scored_at,
                a.current_stage, a.stage_entered_at, h.id as score
            from accounts a left join health_scores h
                on h.tenant_id = a.tenant_id and h.account_id = a.id
                and h.is_current
            where a.tenant_id = :'tenant'`, { tenant: this.tenant });
    }

    // Playbooks may run again although they ran a moment ago.
    forgetRuns() {
        run(`delete from mainstay.playbook_executions
            where tenant_id = :'tenant'`,
            { tenant: this.tenant });
    }

    restore() {
        run(`begin;
            alter table mainstay.accounts disable trigger user;
            alter table mainstay.accounts
                enable trigger accounts_90_rollup_changed;
            alter table mainstay.health_scores disable trigger user;
            alter table mainstay.journey_history disable trigger user;
            delete from mainstay.playbook_executions
                where tenant_id = :'tenant' and executed_at >= :'since';
            delete from mainstay.alerts
                where tenant_id = :'tenant' and created_at >= :'since';
            delete from mainstay.webhook_hot where tenant_id = :'tenant';
            delete from mainstay.health_scores
                where tenant_id = :'tenant' and recorded_at >= :'since';
            delete from mainstay.journey_history
                where tenant_id = :'tenant' and entered_at >= :'since';
            update mainstay.journey_history
                set exited_at = null, duration_days = null
                where tenant_id = :'tenant' and exited_at >= :'since';
            update mainstay.health_scores set is_current = true
                where tenant_id = :'tenant' and id in (select
                    (a ->> 'score')::uuid
                    from jsonb_array_elements(:'accounts'::jsonb) a);
            update mainstay.accounts o set (health_score, health_band,
                    health_trend, previous_health_score, health_scored_at,
                    current_stage, stage_entered_at) = (a.health_score, a.health_band,
                    a.health_trend, a.previous_health_score,
                    a.health_scored_at, a.current_stage, a.stage_entered_at)
                from jsonb_populate_recordset(null::mainstay.accounts,
                    :'accounts'::jsonb) a
                where o.tenant_id = :'tenant' and o.id = a.id;
            alter table mainstay.accounts enable trigger user;
            alter table mainstay.health_scores enable trigger user;
            alter table mainstay.journey_history enable trigger user;
            commit;`, { tenant: this.tenant, since: this.since,
            accounts: JSON.stringify(this.accounts) });
    }
}

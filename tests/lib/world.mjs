// A tenant of its own for a test file: four people, one per role, and
// accounts.  Nothing of the demo is changed.

import { randomBytes } from 'node:crypto';

import { run, row, rows } from './db.mjs';
import { Program, Visitor } from './http.mjs';
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
        run('select api.create_tenant_defaults(:\'tenant\')',
            { tenant: this.tenant });
        this.people = {};
        for (const role of roles)
            this.people[role] = this.addPerson(role);
        this.sessions = {};
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

    program(role) {
        return new Program(this.open(role).token);
    }

    end() {
        const users = rows(`select user_id from profiles
            where tenant_id = :'tenant'`, { tenant: this.tenant });
        run(`delete from tenants where id = :'tenant'`,
            { tenant: this.tenant });
        for (const { user_id: id } of users)
            run(`delete from users u where id = :'id' and not exists
                (select from profiles p where p.user_id = u.id)`, { id });
    }
}

export function forgetFailures() {
    run('delete from login_attempts');
}

// An account of the demo by its name.
export function demoAccount(name) {
    return row(`select a.id, a.tenant_id from accounts a
        join tenants t on t.id = a.tenant_id
        where t.slug in ('acme-corp', 'globex') and a.name = :'name'`,
    { name });
}

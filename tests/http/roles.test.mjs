// Who may call what.  The table beside this file is written by hand, so that
// a mistake in fcgi/routes.c cannot repeat itself here.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { row, run, value } from '../lib/db.mjs';
import { newPlaybook, playbookSeen } from '../lib/furnish.mjs';
import { Visitor, routeTable } from '../lib/http.mjs';
import { top } from '../lib/instance.mjs';
import { World, demo, forgetFailures, openSession, roles }
    from '../lib/world.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const who = ['nobody', ...roles];
const table = readFileSync(join(here, 'roles.tsv'), 'utf8').split('\n')
    .filter((line) => line && !line.startsWith('#'))
    .map((line) => {
        const [method, path, ...answers] = line.split('\t');
        return { method, path, answers };
    });
const scores = { usage_score: 50, engagement_score: 50,
    support_sentiment_score: 50, adoption_score: 50 };
const override = { score: 20, reason: 'We know more',
    expires_at: value(`select (current_date + 7)::text as day`) };
let world, account, letter;

before(() => {
    forgetFailures();
    world = new World('roles');
    account = world.addAccount('For each role');
    world.score(account, 50);
    letter = world.addReader(account, 'ada@customer.test');
    for (const role of roles)
        run(`insert into notes (tenant_id, account_id, body, author_id)
            values (:'tenant', :'account', 'Hello', :'author')`,
        { tenant: world.tenant, account, author: world.people[role].id });
});
after(() => {
    run(`delete from tenants t using profiles p where p.tenant_id = t.id
        and p.email like 'roles-signup-%'`);
    run(`delete from users where email like 'roles-signup-%'`);
    forgetFailures();
    world.end();
});

// The right fields of each form, for somebody of this role.
const fields = {
    '/login': (role) => ({ email: world.people[role ?? 'Viewer'].email,
        password: demo.password }),
    '/signup': (role) => ({ organisation: 'Roles sign-up',
        full_name: 'Rosa Role', password: 'quiet-river-4711',
        email: `roles-signup-${(role ?? 'nobody').replace(' ', '')}` +
            '@x.example' }),
    '/switch': () => ({ tenant: world.tenant }),
    '/invitation': (role) => ({ token: invite(`invited-${
        (role ?? 'nobody').replace(' ', '')}@${world.slug}.example`).token,
    full_name: 'Ina Invited', password: 'quiet-river-4711' }),
    '/sessions/revoke': (role) => ({ ref: openSession(
        world.people[role ?? 'Viewer'].id, world.tenant).id.slice(2) }),
    '/dashboard/accounts': () => ({ name: 'Added by a role', status: 'active',
        tier: 'trial', arr: '0', currency: 'USD' }),
    '/dashboard/accounts/:id/details': () => ({ name: 'For each role',
        'w.name': 'x' }),
    '/dashboard/undo': (role) => ({ request: world.request(role ?? 'Viewer',
        `update notes set body = body || '!' where author_id =
            app.current_user_id()`) }),
    '/dashboard/accounts/:id/move': () => row(`select f.id as from,
            (select t.id from journey_stages t where t.tenant_id = f.tenant_id
                and t.kind = 'exception' and t.id <> f.id
                union all select t.id from journey_stages t
                where t.tenant_id = f.tenant_id and t.name = 'Churn'
                limit 1) as stage
        from accounts a join journey_stages f
            on f.tenant_id = a.tenant_id and f.name = a.current_stage
        where a.id = :'account'`, { account }),
    '/preferences': () => ({ shortcuts: 'on', next: '/preferences' }),
    '/dashboard/accounts/:id/runs': () => ({ playbook: value(`select id
        from playbooks where tenant_id = :'tenant' limit 1`,
    { tenant: world.tenant }) }),
    '/dashboard/accounts/:id/health-scores': () => scores,
    '/dashboard/accounts/:id/health-overrides': () => override,
    '/dashboard/accounts/:id/health-overrides/end': () => {
        run(`insert into health_overrides (tenant_id, account_id, score,
                reason, expires_at)
            values (:'tenant', :'account', 20, 'To be ended',
                now() + interval '1 day')`,
        { tenant: world.tenant, account });
        return {};
    },
    '/dashboard/accounts/:id/health-rollup': () => (
        { health_rollup: 'worst' }),
};

// A scorecard in the state that the path wants: { id, version }.
const scorecards = '/dashboard/admin/scorecards';

function newScorecard(path) {
    const id = value(`insert into scorecards (tenant_id, name, applies_to)
        values (:'tenant', 'For ' || gen_random_uuid(), '{}') returning id`,
    { tenant: world.tenant });
    const versions = path.endsWith('/discard') ? ['draft']
        : /publish|preview$/.test(path) && !path.includes(':version')
            ? ['published', 'draft'] : ['published', 'published'];
    for (const [i, status] of versions.entries())
        run(`insert into scorecard_versions (tenant_id, scorecard_id, version,
                status, document)
            values (:'tenant', :'id', ${i + 1}, :'status',
                mainstay.preset('standard'))`,
        { tenant: world.tenant, id, status });
    return { id, version: value(`select id from scorecard_versions
        where scorecard_id = :'id' and version = 1`, { id }) };
}

// What its form sends.
function scorecardFields(path, { id }) {
    if (path === scorecards)
        return { name: `New of ${id}`, preset: 'standard' };
    if (path === `${scorecards}/rescore`)
        return {};
    const base = row(`select c.name, b.* from scorecards c
        cross join mainstay.scorecard_base(c.tenant_id, c.id) b
        where c.id = :'id'`, { id });
    const seen = /rule|default/.test(path)
        ? value(`select md5(c::text) from scorecards c where id = :'id'`,
            { id }) : base.seen;
    if (path.endsWith('/document'))
        return { seen, document: JSON.stringify(base.document) };
    return path.includes('/rule') ? { seen, name: base.name } : { seen };
}

// An invitation and the secret of its link.
function invite(email) {
    const token = randomBytes(32).toString('hex');
    return { token, id: value(`insert into invitations (tenant_id, email,
            role, token_hash)
        values (:'tenant', :'email', 'Viewer', sha256(decode(:'token', 'hex')))
        returning id`, { tenant: world.tenant, email, token }) };
}

// Paused: what is sent there waits.
function endpoint() {
    const { id } = row(`select mainstay.create_endpoint(:'tenant',
        'For ' || gen_random_uuid(), 'https://x.example', 'standard') as id`,
    { tenant: world.tenant });
    run(`update webhook_endpoints set is_active = false where id = :'id'`,
        { id });
    return { id };
}

// It stopped itself, and is let go on.
function hold(id) {
    run(`update playbooks set is_held = true, held_at = now()
        where id = :'id'`, { id });
    return { go: 'on' };
}

// A run that raised an alert: it can be undone by a Practitioner.
const runOf = ({ id }) => row(`insert into playbook_executions (tenant_id,
        playbook_id, account_id, status, steps)
    values (:'tenant', :'id', :'account', 'succeeded', '[{"kind": "alert",
        "status": "done", "text": "Alert raised."}]') returning id`,
{ tenant: world.tenant, id, account });

// What a path of the admin area is about, and what its form sends.
const things = {
    endpoints: {
        create: () => row(`insert into webhook_endpoints (tenant_id, name,
                url, secret) values (:'tenant', gen_random_uuid()::text,
                'https://receiver.example/', 'whsec_' || repeat('A', 44))
            returning id`, { tenant: world.tenant }),
        fields: (path) => /endpoints(\/:id)?$/.test(path)
            ? { name: `New ${Math.random()}`, format: 'standard',
                url: 'https://receiver.example/',
                ...path.endsWith(':id') ? { max_inflight: 20 } : {} } : {},
    },
    tiers: {
        create: () => row(`select id from account_tiers
            where tenant_id = :'tenant' and tier = 'trial'`,
        { tenant: world.tenant }),
        fields: () => ({ arr_from: 0, response_hours: 48 }),
    },
    keys: {
        create: () => row(`insert into api_keys (tenant_id, name, prefix,
                key_hash) values (:'tenant', 'Robot', 'csk_test_', sha256(
                gen_random_uuid()::text::bytea)) returning id`,
        { tenant: world.tenant }),
        fields: (path) => path.endsWith('/revoke') ? {}
            : { name: 'Robot', role: 'Viewer', days: 30 },
    },
    alerts: {
        create: () => row(`insert into alerts (tenant_id, kind, title)
            values (:'tenant', 'health_drop', 'It fell') returning id`,
        { tenant: world.tenant }),
        fields: () => ({ status: 'resolved', next: '/dashboard/alerts' }),
    },
    users: {
        create: () => ({ id: value(`select id from profiles
            where user_id = :'user' and tenant_id = :'tenant'`,
        { tenant: world.tenant, user: world.addPerson('Viewer').id }) }),
        fields: (path) => path.endsWith('/:id')
            ? { full_name: 'Renamed', role: 'Contributor' }
            : path.endsWith('activate') ? {}
                : { email: `new-${Math.random()}@x.example`, role: 'Viewer' },
    },
    invitations: {
        create: () => invite(`open-${Math.random()}@x.example`),
        fields: () => ({}),
    },
    stages: {
        create: () => {
            const { id } = row(`insert into journey_stages (tenant_id, name,
                    display_order)
                select :'tenant', 'For ' || gen_random_uuid(),
                    max(display_order) + 1 from journey_stages
                where tenant_id = :'tenant' returning id`,
            { tenant: world.tenant });
            return { id, version: value(`insert into stage_goals (tenant_id,
                    stage_id, title) values (:'tenant', :'id', 'Kick-off')
                returning id`, { tenant: world.tenant, id }) };
        },
        fields: (path) => path.endsWith('/move') ? { place: 1 }
            : path.endsWith('/delete') ? {}
                : path.includes('/goals') ? { title: 'Trained' }
                    : { name: `New ${Math.random()}`, color_hex: '#15803d',
                        kind: 'normal' },
    },
    views: {
        create: (path, role) => row(`insert into saved_views (tenant_id,
                owner_id, name, query)
            values (:'tenant', :'owner', gen_random_uuid()::text, 'sort=name')
            returning id`, { tenant: world.tenant,
            owner: world.people[role ?? 'Viewer'].id }),
        fields: (path) => path.endsWith('/delete') ? {}
            : path.endsWith('/default') ? { default: 'on' }
            : { view_name: `View ${Math.random()}` },
    },
    import: {
        create: () => ({ id: account }),
        fields: () => ({ csv: 'external_id,name\nR-1,Of a role' }),
    },
    bulk: {
        create: () => row(`insert into bulk_changes (tenant_id, change,
                results)
            values (:'tenant', 'status', '[]') returning id`,
        { tenant: world.tenant }),
        fields: () => ({ change: 'status', target: 'paused',
            picks: `${account}:${'0'.repeat(8)}` }),
    },
    // With an action item of the person's own.
    reviews: {
        create: (path, role) => {
            const { id } = row(`insert into business_reviews (tenant_id,
                    account_id, status, scheduled_at)
                values (:'tenant', :'account', :'status', now()) returning id`,
            { tenant: world.tenant, account, status: path.endsWith('/reopen')
                ? 'cancelled' : 'scheduled' });
            return { id, version: value(`insert into tasks (tenant_id,
                    account_id, review_id, title, assignee_id)
                values (:'tenant', :'account', :'id', 'Agreed',
                    nullif(:'me', '')::uuid) returning id`,
            { tenant: world.tenant, account, id,
                me: world.people[role]?.id ?? '' }) };
        },
        fields: (path) => path.endsWith('/hold')
            ? { held_at: new Date().toISOString().slice(0, 10) }
            : path.endsWith('/items') ? { title: 'Agreed' }
            : path.endsWith('/:item') ? { status: 'done' }
            : path.endsWith('/:id') ? { type: 'monthly',
                scheduled_at: '2030-01-02T10:00' } : {},
    },
    scorecards: { create: newScorecard, fields: scorecardFields },
    automation: {
        create: (path) => path.includes('playbooks') ? newPlaybook(world)
            : path.endsWith('/undo') ? runOf(newPlaybook(world))
            : path.includes('runs/') ? row(`insert into playbook_executions
                    (tenant_id, playbook_id, account_id, status)
                select :'tenant', id, :'account', 'skipped' from playbooks
                where tenant_id = :'tenant' limit 1 returning id`,
            { tenant: world.tenant, account })
            : path.includes('endpoints') ? endpoint() : row(`select
                mainstay.enqueue_webhook(:'endpoint', null, null, 'test',
                    '{}') as id`, { endpoint: endpoint().id }),
        fields: (path, { id, form }) => /playbooks(\/new)?$/.test(path)
            ? { ...form, name: `New ${Math.random()}` }
            : /(edit|draft)$/.test(path) ? { ...form, seen: playbookSeen(id) }
            : /playbooks.*(publish|discard|restore)/.test(path)
                ? { seen: playbookSeen(id) }
            : path.endsWith('/release') ? hold(id)
            : /playbooks|endpoints/.test(path) ? { is_active: 'false' } : {},
    },
    attributes: {
        create: () => row(`insert into custom_attributes (tenant_id, key,
                label) values (:'tenant', 'k' || left(md5(random()::text), 9),
                'Region') returning id`, { tenant: world.tenant }),
        fields: (path) => path.endsWith('/move') ? { place: 1 }
            : path.endsWith('/delete') ? {}
                : path.endsWith('/:id') ? { label: 'Renamed' }
                    : { label: `New ${Math.random()}`, kind: 'text' },
    },
};

// A task, contact or note of the person's own, as the path wants: { id, seen }.
const owners = { task: 'assignee_id', contact: null, note: 'author_id' };
const texts = { task: 'title', contact: 'full_name', note: 'body' };

function newRow(path, role) {
    const kind = path.match(/:(task|contact|note)\b/)?.[1];
    if (!kind)
        return {};
    const owner = owners[kind];
    return row(`insert into ${kind}s as r (tenant_id, account_id,
            ${texts[kind]}${owner ? `, ${owner}` : ''})
        values (:'tenant', :'account', 'For a role'
            ${owner ? `, nullif(:'me', '')::uuid` : ''})
        returning id, md5(r::text) as seen`,
    { tenant: world.tenant, account, me: world.people[role]?.id ?? '' });
}

// A plan with a step, a template of plans, a review, an advocacy activity.
function newPlan(path) {
    if (path.includes('plan-templates'))
        return { id: value(`insert into plan_templates (tenant_id, name,
                plan_type) values (:'tenant', gen_random_uuid()::text,
                'annual') returning id`, { tenant: world.tenant }) };
    if (/business-reviews\/:id/.test(path))
        return { id: value(`insert into business_reviews (tenant_id,
                account_id, scheduled_at) values (:'tenant', :'account', now())
                returning id`, { tenant: world.tenant, account }) };
    if (/advocacy(-activities)?\/:/.test(path))
        return row(`insert into advocacy_activities as r (tenant_id,
                account_id, type) values (:'tenant', :'account', 'webinar')
                returning id, md5(r::text) as seen`,
        { tenant: world.tenant, account });
    if (!/plans\/:id/.test(path))
        return {};
    const plan = value(`insert into success_plans (tenant_id, account_id,
            name, plan_type) values (:'tenant', :'account', 'For a role',
            'annual') returning id`, { tenant: world.tenant, account });
    return { id: plan, step: value(`insert into success_plan_steps (tenant_id,
            account_id, plan_id, title) values (:'tenant', :'account',
            :'plan', 'For a role') returning id`,
    { tenant: world.tenant, account, plan }) };
}

const planFields = (path, { id, step }) => {
    const seen = (table, of) => value(`select md5(t::text) from ${table} t
        where t.id = :'of'`, { of });
    if (path.includes('plan-templates'))
        return path.endsWith('/delete') ? {} : { plan_type: 'annual',
            name: `New ${Math.random()}`, ...path.endsWith(':id')
                ? { seen: seen('plan_templates', id) } : {} };
    if (path.endsWith('/accounts/:id/plans'))
        return { name: 'Started by a role' };
    if (path.endsWith('/status'))
        return { status: 'completed' };
    if (path.endsWith('/move'))
        return { place: 1 };
    if (path.endsWith('/remove'))
        return {};
    if (path.endsWith('/plans/:id'))
        return { name: 'Of a role', plan_type: 'annual', stakeholders: '',
            seen: seen('success_plans', id) };
    return { title: 'New', status: 'pending', priority: 'low',
        ...path.endsWith(':step')
            ? { seen: seen('success_plan_steps', step) } : {} };
};

const rowFields = (path, role, { seen }) => ({
    ...seen && !/(status|remove)$/.test(path) ? { seen } : {},
    ...{ tasks: { title: 'New', priority: 'low',
        assignee_id: world.people[role]?.id },
    contacts: { full_name: 'New', influence: 'user' },
    notes: { kind: 'call', body: 'New' },
    status: { status: 'done' },
    reviews: { type: 'monthly', scheduled_at: '2030-01-02T10:00' },
    'business-reviews': { scheduledAt: '2030-01-02T10:00:00Z' },
    advocacy: { type: 'webinar', status: 'pending' },
    'advocacy-activities': { type: 'WEBINAR' },
    rest: { days: 60 },
    remove: {} }[/([a-z-]+)(\/:\w+)?$/.exec(path)?.[1]],
});

async function ask({ method, path }, role) {
    const thing = things[path.match(/^\/dashboard\/(?:(?:admin|journey|accounts)\/)?([a-z-]+)/)?.[1]];
    const card = thing?.create(path, role) ?? { id: account };
    const around = newRow(path, role);
    const plan = newPlan(path);
    const url = path.replace('/unsubscribe/:ref', letter)
        .replace(/:id|:ref/, path.includes(':activity') ? account
            : plan.id ?? card.id).replace(/:step\b/, plan.step)
        .replace(/:version|:goal|:item/, card.version)
        .replace(/:(task|contact|note)\b/, around.id)
        .replace(/:activity\b/, plan.id);
    const visitor = new Visitor(role ? world.open(role).token : null);
    const named = (answer) => {
        answer.to = answer.location?.replace(card.id, ':id')
            .replace(card.version, ':version')
            .replace(plan.id, ':id').replace(plan.step, ':step')
            .replace(/([/#]|#[rs]-|view=)[0-9a-f-]{36}(?=$|\?)/, '$1:new')
            .replace(/done=[0-9a-f]{32}/, 'done=:request');
        return answer;
    };
    if (method === 'GET')
        return named(await visitor.get(url));
    const given = /\/plan(s|-templates)/.test(path) ? planFields(path, plan)
        : thing?.fields(path, card) ?? fields[path]?.(role)
        ?? rowFields(path, role, around);
    const token = role ? await visitor.token() : 'none';
    return named(await visitor.post(url,
        role ? { ...given, _csrf: token } : given));
}

test('every route of the program is in the table, and no other', () => {
    const name = ({ method, path }) => `${method} ${path}`;
    assert.deepEqual(table.map(name).sort(),
        routeTable(join(top, 'fcgi/routes.c')).map(name).sort());
    for (const row of table)
        assert.equal(row.answers.length, who.length, name(row));
});

// Those of the API are asked in matrix.test.mjs.
for (const row of table.filter(({ path }) => !path.startsWith('/api/')))
    test(`${row.method} ${row.path} answers each role as the table says`,
        async () => {
            const found = [];
            for (const name of who) {
                const answer = await ask(row,
                    name === 'nobody' ? null : name);
                found.push(`${answer.status}` + (answer.to
                    ? ` ${answer.to}` : ''));
            }
            assert.deepEqual(found, row.answers);
        });

test('who may not record a score does not see the form', async () => {
    for (const role of roles) {
        const { body } = await world.visitor(role)
            .get(`/dashboard/accounts/${account}`);
        assert.equal(body.includes(`action="/dashboard/accounts/${account}` +
            '/health-scores"'), /Practitioner|Admin/.test(role), role);
    }
});

test('a refusal changes nothing and says which role is needed', async () => {
    const before = value('select count(*) from health_scores');
    const answer = await ask({ method: 'POST',
        path: '/dashboard/accounts/:id/health-scores' }, 'Contributor');
    assert.equal(answer.status, 403);
    assert.match(answer.text, /role/i);
    assert.equal(value('select count(*) from health_scores'), before);
});

// Nobody sees, changes or can even tell what another tenant has.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { rows, value } from '../lib/db.mjs';
import { Program, Visitor, routeTable, sameOrigin } from '../lib/http.mjs';
import { origin, top } from '../lib/instance.mjs';
import { World, demo, openSession, roles } from '../lib/world.mjs';

const withId = routeTable(join(top, 'fcgi/routes.c'))
    .filter((r) => r.path.includes(':id'));
const scores = { usage_score: 50, engagement_score: 50,
    support_sentiment_score: 50, adoption_score: 50 };
const expiry = value(`select (current_date + 7)::text as day`);
// What a path's last id belongs to; an account is the rest's.
const tables = { stages: 'journey_stages', tiers: 'account_tiers',
    users: 'profiles', playbooks: 'playbooks', scorecards: 'scorecards',
    contacts: 'contacts' };
// Fields that must be more than of the right type.
const meant = { color_hex: '#0055aa', expires_at: expiry };
const given = ({ path, form }) => Object.fromEntries(Object.entries(
    path.endsWith('/health-scores') ? scores : form)
    .map(([name, field]) => [name, name === 'account_id' ? mine
        : meant[name] ?? field]));
const asJson = (text) => /^(true|\d+|[[{].*)$/.test(text) ? JSON.parse(text)
    : text;
const nowhere = randomUUID();
let world, other, secrets, theirs, mine, version;

before(() => {
    world = new World('mine');
    mine = world.addAccount('Mine alone');
    other = new World('theirs');
    secrets = ['Kanarienvogel AG', 'canary-industry', 'canary-note',
        'canary@reader.example',
        'canary-external', other.slug, other.people['Tenant Admin'].name];
    theirs = other.addAccount(secrets[0], { industry: `'${secrets[1]}'`,
        external_id: `'${secrets[3]}'`, arr_cents: '123456700' });
    other.score(theirs, 33);
    other.addReader(theirs, 'canary@reader.example');
    version = value(`select id from scorecard_versions
        where tenant_id = :'tenant'`, { tenant: other.tenant });
});
after(() => {
    world.end();
    other.end();
});

// What does not depend on the id that was asked for.
const steady = (answer, id) => answer.body.replaceAll(id, 'ID')
    .replace(/[0-9a-f]{32}/g, 'REQUEST').replace(/value="[\w-]{80,}"/g, 'T');

// What the route is about, in the other tenant.
function foreignId({ path }) {
    const table = tables[path.match(/(\w+)\/:id/)[1]];
    return table ? value(`select id from ${table}
        where tenant_id = :'tenant' limit 1`, { tenant: other.tenant })
        : theirs;
}

async function ask(route, visitor, id, token) {
    const { method, path } = route;
    const url = path.replace(':id', id).replace(':version', version)
        .replace(/:[a-z]+/g, nowhere);
    if (method === 'GET')
        return visitor.get(url);
    return path.startsWith('/api/')
        ? visitor.send(method, url, { headers: { ...sameOrigin,
            'content-type': 'application/json', 'x-csrf-token': token },
        body: JSON.stringify(given(route), (_, v) =>
            typeof v === 'string' ? asJson(v) : v) })
        : visitor.post(url, { ...given(route), _csrf: token });
}

test('there are routes with an id', () => {
    assert.ok(withId.length >= 4);
});

for (const route of withId)
    for (const role of roles)
        test(`${route.method} ${route.path}: to a ${role} the id of ` +
            'another tenant is an id that does not exist', async () => {
            const visitor = world.visitor(role);
            const token = await visitor.token();
            const before = value(`select count(*) from health_scores
                where tenant_id = :'tenant'`, { tenant: other.tenant });
            const random = randomUUID();
            const id = foreignId(route);
            const foreign = await ask(route, visitor, id, token);
            const absent = await ask(route, visitor, random, token);
            assert.ok([403, 404].includes(foreign.status),
                `${foreign.status} ${foreign.body.slice(0, 400)}`);
            assert.equal(foreign.status, absent.status);
            assert.equal(foreign.bytes.length, absent.bytes.length);
            assert.equal(steady(foreign, id), steady(absent, random));
            const names = (a) => Object.keys(a.headers).sort();
            assert.deepEqual(names(foreign), names(absent));
            for (const secret of secrets)
                assert.ok(!foreign.body.includes(secret), secret);
            assert.equal(value(`select count(*) from health_scores
                where tenant_id = :'tenant'`, { tenant: other.tenant }),
            before);
        });

test('a tenant\'s id in the path, the query, the form or a header is ' +
    'not heard', async () => {
    const visitor = world.visitor('Tenant Admin');
    for (const path of [`/dashboard/accounts?tenant_id=${other.tenant}`,
        `/dashboard/executive?tenant=${other.tenant}`])
        assert.equal((await visitor.get(path)).status, 400);
    const page = await visitor.get('/dashboard/accounts', {
        'x-tenant-id': other.tenant, 'x-tenant': other.slug,
        'x-forwarded-for': '10.0.0.1' });
    assert.match(page.body, /Mine alone/);
    for (const secret of secrets)
        assert.ok(!page.body.includes(secret), secret);
});

test('a page of the list cannot begin in another tenant', async () => {
    const visitor = world.visitor('Viewer');
    const page = await visitor.get('/dashboard/accounts?sort=name' +
        `&after_key=kana&after_id=${theirs}`);
    assert.equal(page.status, 200);
    for (const secret of secrets)
        assert.ok(!page.body.includes(secret), secret);
});

test('the owner of another tenant is nobody here', async () => {
    const { id, name } = other.people.Viewer;
    const page = await world.visitor('Viewer')
        .get(`/dashboard/accounts?owner=${id}`);
    assert.equal(page.status, 200);
    assert.ok(!page.body.includes(name));
    assert.match(page.text, /Somebody else/);
});

test('a member of both sees one tenant at a time', async () => {
    const { user_id: id } = rows(`select p.user_id from profiles p
        join tenants t on t.id = p.tenant_id and t.slug = 'acme-corp'
        join profiles o on o.user_id = p.user_id
        join tenants g on g.id = o.tenant_id and g.slug = 'globex'`)[0];
    const slug = (s) => value('select id from tenants where slug = :\'s\'',
        { s });
    const acme = new Visitor(openSession(id, slug('acme-corp')).token);
    const globex = new Visitor(openSession(id, slug('globex')).token);
    assert.match((await acme.get('/dashboard/accounts')).body, /GlobalTech/);
    assert.doesNotMatch((await globex.get('/dashboard/accounts')).body,
        /GlobalTech/);
    assert.equal((await globex
        .get(`/dashboard/accounts/${demo.globalTech}`)).status, 404);
});

test('no page of Acme ever names anything of Globex', async () => {
    const names = rows(`select a.name, a.id from accounts a
        join tenants t on t.id = a.tenant_id and t.slug = 'globex'`);
    const people = rows(`select p.email, p.full_name, t.id as tenant
        from profiles p join tenants t on t.id = p.tenant_id
            and t.slug = 'globex'
        where not exists (select from profiles o join tenants x
            on x.id = o.tenant_id and x.slug = 'acme-corp'
            where o.user_id = p.user_id)`);
    assert.ok(names.length >= 200, `${names.length} accounts`);
    assert.ok(people.length >= 1);
    const acme = value(`select id from tenants where slug = 'acme-corp'`);
    const visitor = new Visitor(openSession(demo.alice, acme).token);
    const ours = rows(`select id from accounts where tenant_id = :'acme'`,
        { acme });
    const paths = ['/dashboard/executive', '/dashboard/executive?by=arr',
        '/sessions', '/nowhere', '/dashboard/accounts?q=a',
        ...['name', '-name', 'arr', '-arr', 'health', '-health', 'renewal',
            '-renewal'].map((s) => `/dashboard/accounts?sort=${s}`),
        ...['healthy', 'moderate', 'at_risk', 'critical', 'risk']
            .map((b) => `/dashboard/accounts?band=${b}`),
        ...ours.map(({ id }) => `/dashboard/accounts/${id}`),
        ...ours.map(({ id }) =>
            `/api/v1/customer-success/customers/${id}`),
        ...names.slice(0, 20).map(({ id }) => `/dashboard/accounts/${id}`),
    ];
    for (const path of paths) {
        const { body, status } = await visitor.get(path);
        assert.ok([200, 404].includes(status), `${status} ${path}`);
        for (const { name, id } of names) {
            assert.ok(!body.includes(name.replaceAll('&', '&amp;')),
                `${name} on ${path}`);
            assert.ok(!body.includes(id) || path.endsWith(id),
                `${id} on ${path}`);
        }
        for (const { email, full_name: name, tenant } of people) {
            assert.ok(!body.includes(email), `${email} on ${path}`);
            assert.ok(!body.includes(name), `${name} on ${path}`);
            assert.ok(!body.includes(tenant), `tenant on ${path}`);
        }
        assert.doesNotMatch(body, /globex/i, path);
    }
});

test('programs are held apart as well', async () => {
    const program = world.program('Tenant Admin');
    const path = '/api/v1/customer-success/customers/';
    const foreign = await program.get(path + theirs);
    const absent = await program.get(path + randomUUID());
    assert.equal(foreign.status, 404);
    assert.equal(foreign.bytes.length, absent.bytes.length);
    assert.equal((await program.get(path + mine)).status, 200);
    const made = await program.post(`${path}${theirs}/health-scores`, scores,
        { origin });
    assert.equal(made.status, 404);
    assert.ok(new Program('x').token);
});

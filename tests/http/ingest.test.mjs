// Facts from programs, and the keys that they come with.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { row, run, value } from '../lib/db.mjs';
import { Program, cookieName, send } from '../lib/http.mjs';
import { isAlive, logFolder, pageWorkers } from '../lib/instance.mjs';
import { World } from '../lib/world.mjs';

const usage = '/api/v1/usage-metrics', events = '/api/v1/events';
let world, other, account, foreign, key, workers;

function admin(...args) {
    return spawnSync(process.env.MAINSTAY_ADMIN, args, { encoding: 'utf8' });
}

function makeKey(slug, role, name = 'n8n') {
    return execFileSync(process.env.MAINSTAY_ADMIN, ['key', 'create',
        '--tenant', slug, '--name', name, '--role', role],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}

before(() => {
    workers = pageWorkers();
    world = new World('ingest');
    other = new World('ingest-other');
    account = world.addAccount('Measured', { external_id: `'CRM/1 ä'` });
    foreign = other.addAccount('Foreign', { external_id: `'CRM-2'` });
    key = makeKey(world.slug, 'Contributor');
});
after(() => {
    for (const pid of workers)
        assert.ok(isAlive(pid), `worker ${pid} died of its input`);
    world.end();
    other.end();
});

const metric = (changes) => ({ account_id: account, metric_type: 'logins',
    metric_value: 1, ...changes });
const event = (changes) => ({ account_id: account, source_type: 'support',
    event_type: 'ticket_created', payload: { ticket_id: 'Z-123' },
    ...changes });
const post = (path, body, headers = { 'x-api-key': key }) =>
    send('POST', path, { body: typeof body === 'string' ? body
        : JSON.stringify(body), headers: { 'content-type':
        'application/json', ...headers } });
const facts = () => Number(value(`select count(*) from usage_metrics
    where account_id = :'account'`, { account }));
const score = (who, headers) => send('GET',
    `/api/health/score/${encodeURIComponent(who)}`,
    { headers: headers ?? { 'x-api-key': key } });

// What was answered for the second of three items.
async function among(path, make, bad) {
    const body = `{"items":[${JSON.stringify(make())},${bad},` +
        `${JSON.stringify(make())}]}`;
    const answer = await post(path, body);
    assert.equal(answer.status, 200, answer.body);
    assert.equal(answer.json.accepted, 2, answer.body);
    assert.equal(answer.json.rejected, 1, answer.body);
    assert.deepEqual(answer.json.results.map((r) => r.index), [0, 1, 2]);
    return answer.json.results[1];
}

test('one metric, and one event', async () => {
    const before = facts();
    const answer = await post(usage, metric({ metric_value: 12.5,
        metadata: { seats: 3 }, observed_at: '2026-01-31T12:00:00Z' }));
    assert.equal(answer.status, 200, answer.body);
    assert.equal(answer.headers['content-type'], 'application/json');
    const [{ id }] = answer.json.results;
    assert.deepEqual(answer.json, { accepted: 1, duplicate: 0, rejected: 0,
        results: [{ index: 0, id }] });
    assert.equal(facts(), before + 1);
    const found = row(`select metric_value, metadata, extract(epoch from
        observed_at)::int as at from usage_metrics where id = :'id'`, { id });
    assert.deepEqual(found, { metric_value: 12.5, metadata: { seats: 3 },
        at: Date.parse('2026-01-31T12:00:00Z') / 1000 });
    const second = await post(events, event({
        occurred_at: '2026-01-31T12:00:00+01:00' }));
    assert.equal(second.status, 200, second.body);
    assert.deepEqual(row(`select source_type, payload from cdi_events
        where id = :'id'`, { id: second.json.results[0].id }),
    { source_type: 'support', payload: { ticket_id: 'Z-123' } });
});

test('a person\'s token does as well, as far as the role goes', async () => {
    assert.equal((await world.program('Contributor').post(usage, metric()))
        .status, 200);
    assert.equal((await world.program('Viewer').post(usage, metric()))
        .status, 403);
});

test('2,500 items fit into one body, 2,501 do not', async () => {
    const list = (n) => ({ items: Array.from({ length: n }, (_, i) =>
        metric({ metric_type: 'many', metric_value: i,
            message_id: `many-${i}`, metadata: { text: 'x'.repeat(500) },
            observed_at: '2026-01-31T12:00:00Z' })) });
    const answer = await post(usage, list(2500));
    assert.equal(answer.status, 200, answer.body);
    assert.ok(JSON.stringify(list(2500)).length > 1500000);
    assert.equal(answer.json.accepted, 2500);
    assert.equal(answer.json.results.length, 2500);
    assert.equal(value(`select count(*) from usage_metrics
        where account_id = :'account' and metric_type = 'many'`,
    { account }), 2500);
    assert.equal((await post(usage, list(2500))).json.duplicate, 2500);
    const more = await post(usage, { items: Array(2501).fill({}) });
    assert.equal(more.status, 400);
    assert.equal(more.json.errors[0].pointer, '/items');
    assert.match(more.json.detail, /2,500/);
    assert.deepEqual((await post(usage, { items: [] })).json,
        { accepted: 0, duplicate: 0, rejected: 0, results: [] });
});

test('a body above 2 MB is refused, and other routes keep their 64 kB',
    async () => {
        const fits = '{"items":[' + ' '.repeat(2097152 - 12) + ']}';
        assert.equal((await post(usage, fits)).status, 200);
        const answer = await post(usage, `${fits} `);
        assert.equal(answer.status, 413);
        assert.equal(answer.headers['content-type'],
            'application/problem+json');
        assert.match(answer.json.detail, /2,097,152/);
        const small = await post('/api/v1/customer-success/customers/' +
            `${account}/health-scores`, fits);
        assert.equal(small.status, 413);
        assert.match(small.json.detail, /65,536/);
    });

// The text of an item: not everything bad can be made by JSON.stringify().
const raw = (changes) => JSON.stringify(metric()).slice(0, -1) +
    `,${changes}}`;
for (const [name, bad, code, field] of [
    ['NaN', () => raw('"metadata":{"a":NaN}'), 'malformed', 'metadata'],
    ['Infinity', () => `{"metric_value":Infinity}`, 'malformed',
        'metric_value'],
    ['a number too large for a double', () => `{"metric_value":1e999}`,
        'malformed', 'metric_value'],
    ['a zero character', () => raw('"message_id":"a\\u0000"'), 'malformed',
        'message_id'],
    ['half a character', () => raw('"message_id":"\\ud800"'), 'malformed',
        'message_id'],
    ['a member twice', () => raw('"metric_type":"b"'), 'malformed',
        'metric_type'],
    ['nesting too deep', () => raw(`"metadata":{"a":${'['.repeat(40)}` +
        `${']'.repeat(40)}}`), 'malformed', 'metadata'],
    ['257 members', () => raw(Array.from({ length: 300 }, (_, i) =>
        `"k${i}":1`).join()), 'malformed', undefined],
    ['a text as a number', () => JSON.stringify(metric(
        { metric_value: '1' })), 'type', 'metric_value'],
    ['an unknown field', () => raw('"role":"Tenant Admin"'),
        'unknown_field', 'role'],
    ['an unknown account', () => JSON.stringify(metric(
        { account_id: '00000000-0000-4000-8000-000000000000' })),
    'unknown_account', 'account_id'],
    ['another tenant\'s account', () => JSON.stringify(metric(
        { account_id: foreign })), 'unknown_account', 'account_id'],
    ['another tenant\'s external id', () => JSON.stringify(metric(
        { account_id: undefined, external_id: 'CRM-2' })),
    'unknown_account', 'external_id'],
    ['a time in the future', () => JSON.stringify(metric({ observed_at:
        new Date(Date.now() + 360000).toISOString() })), 'future',
    'observed_at'],
    ['a text that is too long', () => JSON.stringify(metric(
        { message_id: 'x'.repeat(201) })), 'length', 'message_id'],
    ['a wrong kind of metric', () => JSON.stringify(metric(
        { metric_type: 'Logins; drop' })), 'format', 'metric_type'],
    ['a number', () => '5', 'type', null],
    ['nothing', () => 'null', 'type', null],
])
    test(`${name} costs its item only`, async () => {
        const found = await among(usage, metric, bad());
        assert.equal(found.code, code, JSON.stringify(found));
        if (field !== undefined)
            assert.equal(found.field, field);
        assert.ok(found.detail.length > 5);
        assert.equal(found.id, undefined);
    });
test('an event that is bad is told as well', async () => {
    const found = await among(events, event,
        JSON.stringify(event({ event_type: 'Ticket!' })));
    assert.deepEqual([found.code, found.field], ['format', 'event_type']);
});

test('one bad item by itself is a problem with a pointer', async () => {
    const before = facts();
    const answer = await post(usage, metric({ metric_value: '1' }));
    assert.equal(answer.status, 422);
    assert.equal(answer.headers['content-type'], 'application/problem+json');
    assert.deepEqual(answer.json.errors, [{ pointer: '/metric_value',
        code: 'type', detail: 'metric_value must be a number.' }]);
    assert.equal((await post(usage, raw('"x":1'))).status, 422);
    assert.equal((await post(usage, raw('"metadata":NaN'))).status, 400);
    assert.equal(facts(), before);
});

for (const body of ['', '[]', '{"items":[{]}', '{"items":{}}', 'a=b',
    '{"items":[],"x":1}', '{"items":[{}],"items":[]}'])
    test(`${body || 'nothing'} is no body`, async () => {
        const answer = await post(usage, body);
        assert.ok([400, 422].includes(answer.status), answer.body);
        assert.equal(answer.headers['content-type'],
            'application/problem+json');
    });
test('a form is no body either', async () => {
    const answer = await post(usage, 'metric_type=logins', { 'x-api-key':
        key, 'content-type': 'application/x-www-form-urlencoded' });
    assert.equal(answer.status, 415);
    assert.match(answer.json.detail, /application\/json/);
});

test('a message counts once, also when many send it at once', async () => {
    const before = facts();
    const first = await post(usage, metric({ message_id: 'once' }));
    const again = await post(usage, metric({ message_id: 'once',
        metric_value: 99 }));
    assert.deepEqual(again.json, { accepted: 0, duplicate: 1, rejected: 0,
        results: [{ ...first.json.results[0], duplicate: true }] });
    assert.equal(facts(), before + 1);
    const batch = (turn) => ({ items: Array.from({ length: 300 }, (_, i) =>
        metric({ message_id: `race-${turn % 2 ? i : 299 - i}` })) });
    const answers = await Promise.all(Array.from({ length: 6 },
        (_, turn) => post(usage, batch(turn))));
    for (const { status, body } of answers)
        assert.equal(status, 200, body);
    const sum = (name) => answers.reduce((n, a) => n + a.json[name], 0);
    assert.equal(sum('accepted'), 300);
    assert.equal(sum('duplicate'), 1500);
    assert.equal(facts(), before + 301);
});

// Keys.
const refused = async (headers, status = 401) => {
    const before = facts();
    const answer = await post(usage, metric(), headers);
    assert.equal(answer.status, status, answer.body);
    assert.equal(answer.headers['content-type'], 'application/problem+json');
    assert.equal(facts(), before);
    return answer;
};

test('a key may also be a bearer token', async () => {
    const answer = await post(usage, metric(),
        { authorization: `Bearer ${key}` });
    assert.equal(answer.status, 200);
});
test('a key and a token together are refused', async () => {
    const answer = await refused({ 'x-api-key': key,
        authorization: `Bearer ${key}` }, 400);
    assert.match(answer.json.detail, /not both/);
    await refused({ 'x-api-key': key, authorization: 'Bearer x' }, 400);
});
test('a key twice is refused', () =>
    refused({ 'x-api-key': [key, key] }, 400));
test('what is no key is refused', async () => {
    for (const text of ['x', key.slice(0, -1), `${key}x`, `${key.slice(0,
        -1)}${key.endsWith('x') ? 'y' : 'x'}`, key.toUpperCase(),
    `csk_live_${'a'.repeat(49)}`, 'x'.repeat(5000)])
        await refused({ 'x-api-key': text });
});
test('with a key the cookie is not looked at', async () => {
    const { token } = world.open('Tenant Admin');
    await refused({ 'x-api-key': 'nonsense',
        cookie: `${cookieName}=${token}` });
});
test('a key opens no page', async () => {
    const answer = await send('GET', '/dashboard/executive',
        { headers: { 'x-api-key': key } });
    assert.equal(answer.status, 303);
});
test('a key has the rights of its role only', async () => {
    const reader = makeKey(world.slug, 'Viewer', 'reads');
    const answer = await refused({ 'x-api-key': reader }, 403);
    assert.match(answer.json.detail, /Contributor/);
    assert.equal((await send('GET',
        `/api/v1/customer-success/customers/${account}`,
        { headers: { 'x-api-key': reader } })).status, 200);
    assert.equal((await post('/api/v1/customer-success/customers/' +
        `${account}/health-scores`, { usage_score: 5, engagement_score: 5,
        support_sentiment_score: 5, adoption_score: 5 })).status, 403);
});
test('half a point is told that scores are whole', async () => {
    const acting = makeKey(world.slug, 'Practitioner', 'halves');
    const answer = await post('/api/v1/customer-success/customers/' +
        `${account}/health-scores`, { usage_score: 50.5, engagement_score: 5,
        support_sentiment_score: 5, adoption_score: 5 },
    { 'x-api-key': acting });
    assert.equal(answer.status, 422);
    assert.deepEqual(answer.json.errors, [{ pointer: '/usage_score',
        code: 'type', detail: 'This must be a whole number.' }]);
});
test('a key opens its own tenant only', async () => {
    const theirs = makeKey(other.slug, 'Contributor');
    const answer = await send('GET',
        `/api/v1/customer-success/customers/${account}`,
        { headers: { 'x-api-key': theirs } });
    assert.equal(answer.status, 404);
});
test('a key of a Practitioner acts, with no person behind it', async () => {
    const acting = makeKey(world.slug, 'Practitioner', 'acts');
    const answer = await post('/api/v1/customer-success/customers/' +
        `${account}/health-scores`, { usage_score: 90, engagement_score: 90,
        support_sentiment_score: 90, adoption_score: 90 },
    { 'x-api-key': acting });
    assert.equal(answer.status, 201, answer.body);
    assert.equal(value(`select created_by from health_scores
        where account_id = :'account' and is_current`, { account }), null);
});
test('a key that is revoked, expired or of a closed tenant ends at once',
    async () => {
        const short = makeKey(world.slug, 'Contributor', 'short');
        const good = () => post(usage, metric(), { 'x-api-key': short });
        const id = value(`select id from api_keys where name = 'short'
            and tenant_id = :'tenant'`, { tenant: world.tenant });
        assert.equal((await good()).status, 200);
        run(`update api_keys set expires_at = now() where id = :'id'`,
            { id });
        await refused({ 'x-api-key': short });
        run(`update api_keys set expires_at = now() + interval '1 day'
            where id = :'id'`, { id });
        assert.equal((await good()).status, 200);
        run(`update tenants set is_active = false where id = :'id'`,
            { id: world.tenant });
        await refused({ 'x-api-key': short });
        run(`update tenants set is_active = true where id = :'id'`,
            { id: world.tenant });
        assert.equal((await good()).status, 200);
        assert.match(admin('key', 'revoke', id).stdout, /revoked: short/);
        const answer = await refused({ 'x-api-key': short });
        assert.match(answer.json.detail, /not valid/);
        assert.equal(admin('key', 'revoke', id).status, 1);
    });
test('when it was used last is noted once in five minutes', async () => {
    const fresh = makeKey(world.slug, 'Contributor', 'fresh');
    const used = () => value(`select last_used_at from api_keys
        where name = 'fresh' and tenant_id = :'tenant'`,
    { tenant: world.tenant });
    const call = () => score(account, { 'x-api-key': fresh });
    const noted = async () => {
        for (let i = 0; i < 50 && used() === null; i++)
            await new Promise((done) => setTimeout(done, 20));
        return used();
    };
    assert.equal(used(), null);
    await call();
    const first = await noted();
    assert.notEqual(first, null);
    await call();
    await call();
    assert.equal(used(), first);
});

// mainstay-admin.
test('a key is shown once, and only its hash is kept', () => {
    const made = admin('key', 'create', '--tenant', world.slug, '--name',
        'shown', '--role', 'Viewer');
    assert.equal(made.status, 0, made.stderr);
    assert.match(made.stdout, /^csk_(live|test)_[0-9A-Za-z]{49}\n$/);
    const text = made.stdout.trim();
    assert.ok(!made.stderr.includes(text));
    const kept = row(`select to_jsonb(k)::text as all_of_it, prefix,
        key_hash = sha256(:'text'::bytea) as is_hash,
        round(extract(epoch from expires_at - now()) / 86400) as days
        from api_keys k where name = 'shown' and tenant_id = :'tenant'`,
    { text, tenant: world.tenant });
    assert.ok(kept.is_hash);
    assert.equal(kept.prefix, text.slice(0, 12));
    assert.equal(kept.days, 365);
    assert.ok(!kept.all_of_it.includes(text.slice(13)));
    const list = admin('key', 'list', '--tenant', world.slug).stdout;
    assert.match(list, new RegExp(`${kept.prefix}\\.\\.\\..*Viewer.*until ` +
        '\\d{4}-\\d\\d-\\d\\d.*never.*shown'));
    assert.ok(!list.includes(text.slice(13)));
    assert.doesNotMatch(list, new RegExp(other.slug));
    assert.match(admin('key', 'list').stdout, new RegExp(world.slug));
});
for (const args of [['--tenant', 'nowhere', '--name', 'x', '--role',
    'Viewer'], ['--tenant', 'SLUG', '--name', 'x', '--role', 'Tenant Admin'],
['--tenant', 'SLUG', '--name', '', '--role', 'Viewer'],
['--tenant', 'SLUG', '--name', 'x', '--role', 'Viewer', '--days', '366'],
['--tenant', 'SLUG', '--name', 'x', '--days', '5'],
['--tenant', 'SLUG', '--name', 'x', '--what', 'Viewer']])
    test(`no key is made by ${args.join(' ')}`, () => {
        const done = admin('key', 'create', ...args.map((a) =>
            a === 'SLUG' ? world.slug : a));
        assert.equal(done.status, 1);
        assert.equal(done.stdout, '');
        assert.match(done.stderr, /^mainstay-admin: /);
    });

// The answer that guide 003 prints.
test('a health score as 003 has it', async () => {
    const scored = world.addAccount('Scored', { external_id: `'CRM-9'` });
    assert.equal((await score(scored)).status, 404);
    run(`insert into health_scores (tenant_id, account_id, usage_score,
            engagement_score, support_sentiment_score, adoption_score)
        values (:'tenant', :'scored', 80, 60, 40, 20)`,
    { tenant: world.tenant, scored });
    const { status, json } = await score(scored);
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(json), ['score', 'riskLevel', 'breakdown',
        'trend', 'lastCalculated']);
    assert.deepEqual(json.breakdown, { loginFrequency: 28,
        featureAdoption: 4, clientActivity: 15, formCompletion: 0,
        journeyPerformance: 0 });
    assert.equal(json.score, 55);
    assert.equal(json.riskLevel, 'at_risk');
    assert.equal(json.trend, 'stable');
    assert.match(json.lastCalculated,
        /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.deepEqual((await score('CRM-9')).json, json);
    for (const [overall, level, trend] of [[85, 'healthy', 'improving'],
        [70, 'at_risk', 'declining'], [20, 'critical', 'declining'],
        [21, 'critical', 'stable']]) {
        world.score(scored, overall);
        const next = (await score('CRM-9')).json;
        assert.deepEqual([next.score, next.riskLevel, next.trend],
            [overall, level, trend]);
    }
});
test('a score that a person set, while it is set', async () => {
    const set = world.addAccount('Set');
    world.score(set, 70);
    const asTenant = (text) => run(`begin;
        set local app.current_tenant_id = :'tenant'; ${text}; commit`,
    { tenant: world.tenant, set });
    asTenant(`select override_score(:'set', 30, 'The sponsor left',
        now() + interval '1 day')`);
    const { json } = await score(set);
    assert.deepEqual([json.score, json.riskLevel, json.trend],
        [30, 'critical', 'declining']);
    asTenant(`select end_override(:'set')`);
    assert.equal((await score(set)).json.score, 70);
});
test('a health score of nobody, or of another tenant, is not there',
    async () => {
        other.score(foreign, 50);
        for (const who of ['nobody', foreign, 'CRM-2', 'x'.repeat(300),
            '00000000-0000-4000-8000-000000000000', `' or true --`])
            assert.equal((await score(who)).status, 404, who);
        assert.equal((await score(account, {})).status, 401);
    });
test('an external id may hold anything but a slash', async () => {
    run(`update accounts set external_id = 'CRM 1 ä%' where id = :'account'`,
        { account });
    world.score(account, 64);
    assert.equal((await score('CRM 1 ä%')).json.score, 64);
});

test('a key is in no log', () => {
    for (const name of ['app.log', 'nginx-access.log', 'nginx-error.log',
        'postgres.log'])
        assert.ok(!readFileSync(join(logFolder, name), 'utf8')
            .includes(key), name);
});

// What holds for each call of the API, by whatever way it signed in.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { run, runLater, value } from '../lib/db.mjs';
import { Visitor, sameOrigin, send } from '../lib/http.mjs';
import { logFolder, until } from '../lib/instance.mjs';
import { World } from '../lib/world.mjs';

const customers = '/api/v1/customer-success/customers';
const scores = { usage_score: 80, engagement_score: 70,
    support_sentiment_score: 60, adoption_score: 50 };
let world, other, account;

before(() => {
    world = new World('convention');
    other = new World('convention-other');
    account = world.addAccount('Asked for again', { external_id: `'CONV-1'` });
});
after(() => {
    world.end();
    other.end();
});

const name = () => randomBytes(8).toString('hex');
const url = () => `${customers}/${account}/health-scores`;
const count = () => Number(value(`select count(*) from health_scores
    where account_id = :'account'`, { account }));

// A key, a token and a browser: { who: (method, path, json, headers) }.
async function callers() {
    const key = execFileSync(process.env.MAINSTAY_ADMIN, ['key', 'create',
        '--tenant', world.slug, '--name', 'convention',
        '--role', 'Practitioner'],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    const visitor = new Visitor(world.open('Practitioner').token);
    const token = await visitor.token();
    const program = world.program('Practitioner');
    return {
        'a token': (method, path, json, headers) =>
            program.send(method, path, { json, headers }),
        'a browser': (method, path, json, headers) => visitor.send(method,
            path, { body: json && JSON.stringify(json), headers: {
                ...sameOrigin, 'content-type': 'application/json',
                'x-csrf-token': token, ...headers } }),
        'a key': (method, path, json, headers) => send(method, path, {
            body: json && JSON.stringify(json), headers: { 'x-api-key': key,
                'content-type': 'application/json', ...headers } }),
    };
}

for (const who of ['a token', 'a browser', 'a key'])
    test(`${who} may send a request again, and it is done once`, async () => {
        const call = (await callers())[who];
        const key = { 'idempotency-key': `"${name()}"` };
        const before = count();
        const first = await call('POST', url(), scores, key);
        assert.equal(first.status, 201, first.body);
        assert.equal(first.headers['idempotent-replayed'], undefined);
        const again = await call('POST', url(), scores, key);
        assert.equal(again.status, 201, again.body);
        assert.equal(again.headers['idempotent-replayed'], 'true');
        assert.equal(again.body, first.body);
        const bare = await call('POST', url(), scores,
            { 'idempotency-key': key['idempotency-key'].slice(1, -1) });
        assert.equal(bare.body, first.body);
        assert.equal(count(), before + 1);
    });

test('a key names one request: another body is refused', async () => {
    const program = world.program('Practitioner');
    const headers = { 'idempotency-key': name() };
    assert.equal((await program.post(url(), scores, headers)).status, 201);
    const before = count();
    const other = await program.post(url(), { ...scores, usage_score: 1 },
        headers);
    assert.equal(other.status, 422, other.body);
    assert.match(other.json.detail, /another request/);
    const events = await program.post('/api/v1/events', { account_id: account,
        source_type: 'support', event_type: 'x' }, headers);
    assert.equal(events.status, 422);
    assert.equal(count(), before);
});

test('what was refused may be mended under the same key', async () => {
    const program = world.program('Practitioner');
    const headers = { 'idempotency-key': name() };
    assert.equal((await program.post(url(), { ...scores, usage_score: 101 },
        headers)).status, 422);
    assert.equal((await program.post(`${customers}/${world.tenant
    }/health-scores`, scores, headers)).status, 404);
    const done = await program.post(url(), scores, headers);
    assert.equal(done.status, 201, done.body);
    assert.equal(done.headers['idempotent-replayed'], undefined);
});

test('the keys of others are no keys of mine', async () => {
    const headers = { 'idempotency-key': name() };
    const first = await world.program('Practitioner').post(url(), scores,
        headers);
    assert.equal(first.status, 201);
    const admin = await world.program('Tenant Admin').post(url(), scores,
        headers);
    assert.equal(admin.status, 201);
    assert.equal(admin.headers['idempotent-replayed'], undefined);
    const theirs = other.addAccount('Theirs');
    const foreign = await other.program('Practitioner').post(
        `${customers}/${theirs}/health-scores`, scores, headers);
    assert.equal(foreign.status, 201, foreign.body);
    assert.equal(foreign.headers['idempotent-replayed'], undefined);
    assert.ok(!foreign.body.includes(account));
});

test('while it runs, the same request is told so', async () => {
    const program = world.program('Practitioner');
    const headers = { 'idempotency-key': name() };
    const lock = `hashtextextended(format('idempotency %s %s %s',
        :'tenant', :'user', :'key'), 0)`;
    const values = { tenant: world.tenant, key: headers['idempotency-key'],
        user: world.people.Practitioner.id };
    const held = runLater(`begin; select pg_advisory_xact_lock(${lock});
        select pg_sleep(60) where true; commit`, values).catch(() => {});
    await until('the lock is held', () => value(`select count(*) from pg_locks
        where locktype = 'advisory' and granted and
            (classid::bigint << 32 | objid::bigint) = ${lock}`, values) > 0);
    const busy = await program.post(url(), scores, headers);
    run(`select pg_terminate_backend(pid) from pg_locks
        where locktype = 'advisory' and granted and
            (classid::bigint << 32 | objid::bigint) = ${lock}`, values);
    await held;
    assert.equal(busy.status, 409, busy.body);
    assert.match(busy.json.detail, /still running/);
    await until('the lock is free', () => value(`select count(*)
        from pg_locks where locktype = 'advisory' and
            (classid::bigint << 32 | objid::bigint) = ${lock}`, values) == 0);
    assert.equal((await program.post(url(), scores, headers)).status, 201);
});

test('a key lives for 24 hours', async () => {
    const program = world.program('Practitioner');
    const headers = { 'idempotency-key': name() };
    const age = (hours) => run(`update mainstay.idempotency_keys
        set created_at = now() - :'hours'::interval where key = :'key'`,
    { hours: `${hours} hours`, key: headers['idempotency-key'] });
    await program.post(url(), scores, headers);
    age(23);
    assert.equal((await program.post(url(), scores, headers))
        .headers['idempotent-replayed'], 'true');
    age(24);
    const later = await program.post(url(), scores, headers);
    assert.equal(later.status, 201);
    assert.equal(later.headers['idempotent-replayed'], undefined);
    age(25);
    run('select api.sweep_idempotency_keys()');
    assert.equal(value(`select count(*) from mainstay.idempotency_keys
        where key = :'key'`, { key: headers['idempotency-key'] }), 0);
});

test('what is no key is refused', async () => {
    const program = world.program('Practitioner');
    for (const bad of ['""', 'a b', 'x'.repeat(256), '"half', 'ä'])
        assert.equal((await program.post(url(), scores,
            { 'idempotency-key': Buffer.from(bad).toString('latin1') }))
            .status, 400, bad);
});

test('an answer has a tag, and is not sent again', async () => {
    for (const [who, call] of Object.entries(await callers())) {
        const path = `${customers}/${account}`;
        const { status, headers } = await call('GET', path);
        assert.equal(status, 200);
        assert.match(headers.etag, /^"[0-9a-f]{32}"$/);
        for (const tags of [headers.etag, '*', `W/${headers.etag}`,
            `"other", ${headers.etag}`]) {
            const same = await call('GET', path, undefined,
                { 'if-none-match': tags });
            assert.equal(same.status, 304, tags);
            assert.equal(same.body, '');
            assert.equal(same.headers.etag, headers.etag);
        }
        assert.equal((await call('GET', path, undefined,
            { 'if-none-match': '"other"' })).status, 200);
        run(`update accounts set industry = :'who' where id = :'account'`,
            { account, who });
        const changed = await call('GET', path, undefined,
            { 'if-none-match': headers.etag });
        assert.equal(changed.status, 200);
        assert.notEqual(changed.headers.etag, headers.etag);
    }
});

test('every answer says how many more may be asked', async () => {
    const program = world.program('Viewer');
    const left = async () => {
        const { headers } = await program.get(`${customers}/${account}`);
        assert.match(headers['ratelimit-policy'], /^"default";q=\d+;w=60$/);
        const [, remaining] = headers.ratelimit.match(
            /^"default";r=(\d+);t=\d+$/);
        assert.equal(headers['ratelimit-remaining'], remaining);
        assert.ok(Number(headers['ratelimit-limit']) > Number(remaining));
        assert.match(headers['ratelimit-reset'], /^\d+$/);
        return Number(remaining);
    };
    const first = await left();
    assert.ok(await left() <= first);
    const anybody = await send('GET', '/api/v1/openapi.json');
    assert.equal(anybody.headers.ratelimit, undefined);
});

test('who asks too fast waits, and others do not', async () => {
    const program = world.program('Contributor');
    const { headers } = await program.get(`${customers}/${account}`);
    const quota = Number(headers['ratelimit-limit']);
    let refused;
    for (let sent = 0; !refused && sent < 2 * quota + 2000; sent += 32)
        refused = (await Promise.all(Array.from({ length: 32 }, () =>
            program.get(`/api/v1/search?q=${'%00'}`))))
            .find(({ status }) => status === 429);
    assert.ok(refused, `${quota} a minute, and never refused`);
    assert.match(refused.headers['retry-after'], /^[1-9]\d*$/);
    assert.equal(refused.headers['ratelimit-remaining'], '0');
    assert.equal(refused.headers['content-type'], 'application/problem+json');
    assert.equal((await world.program('Viewer')
        .get(`${customers}/${account}`)).status, 200);
});

test('the trace of a request is in the log', async () => {
    const trace = randomBytes(16).toString('hex');
    const ask = (traceparent) => world.program('Viewer')
        .get(`${customers}/${account}`, { traceparent });
    const line = (id) => until('the line is in the log', () =>
        readFileSync(join(logFolder, 'app.log'), 'utf8').split('\n')
            .find((l) => l.includes(id) && l.includes('"request"')));
    const told = await ask(`00-${trace}-00f067aa0ba902b7-01`);
    assert.equal(told.status, 200);
    assert.equal(JSON.parse(await line(told.headers['x-request-id']))
        .trace_id, trace);
    for (const bad of [`00-${trace.toUpperCase()}G-00f067aa0ba902b7-01`,
        `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, 'x',
        `00-${trace}-${'0'.repeat(16)}-01`]) {
        const answer = await ask(bad);
        assert.equal(answer.status, 200);
        assert.equal(JSON.parse(await line(answer.headers['x-request-id']))
            .trace_id, undefined, bad);
    }
});

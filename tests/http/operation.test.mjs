// Every operation of the document, asked as it says and in each way that it
// excludes: the answer is one that it names, and what was refused was not done.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import { runLater, run, value } from '../lib/db.mjs';
import { masterOf, until } from '../lib/instance.mjs';
import { faults, pointer, resolve } from '../lib/openapi.mjs';
import { Requests, bad, bodyOf, hints, mayBeNull, names, operations }
    from '../lib/operations.mjs';
import { Twin, digest } from '../lib/twin.mjs';
import { forgetFailures } from '../lib/world.mjs';

// Of the whole server, not of an operation; other tests see them.
const always = ['429', '503'];
const seen = new Map(operations.map(({ id }) => [id, new Set()]));
let world, requests;

before(() => {
    forgetFailures();
    process.kill(masterOf('worker'), 'SIGSTOP');
    world = new Twin('operation');
    requests = new Requests(world, hints);
});
after(() => {
    process.kill(masterOf('worker'), 'SIGCONT');
    world.end();
});

// The answer is one of those wanted, and as the document says.
function check(operation, answer, wanted, what = '') {
    const said = `${operation.id} ${what}: ${answer.status} ${answer.body}`
        .slice(0, 400);
    const told = operation.responses[answer.status];
    assert.ok([].concat(wanted).includes(answer.status), said);
    assert.ok(told, `not documented: ${said}`);
    seen.get(operation.id).add(`${answer.status}`);
    const { content = {}, headers = {} } = resolve(told);
    const [type] = Object.keys(content);
    assert.equal(answer.headers['content-type']?.split(';')[0], type, said);
    for (const name of Object.keys(headers))
        assert.ok(['Idempotent-Replayed', 'Link'].includes(name) ||
            answer.headers[name.toLowerCase()], `${name}: ${said}`);
    if (!/json$/.test(type ?? ''))
        return answer;
    const at = told.$ref ? told.$ref.slice(2).split('/')
        : ['paths', operation.path, operation.method.toLowerCase(),
            'responses', answer.status];
    const wrong = faults(pointer(...at, 'content', type, 'schema'),
        answer.json);
    assert.equal(wrong, '', `${wrong} in ${said}`);
    return answer;
}

const good = (operation) => Object.keys(operation.responses)
    .filter((status) => status < 300).map(Number);
const ask = async (operation, changes, wanted, what, who) => check(operation,
    await requests.send(operation, changes, who), wanted, what);
const isBatch = (operation) => /^record/.test(operation.id);

for (const operation of operations) {
    const { method, path, id } = operation;
    const schema = bodyOf(operation);
    const named = names(operation);

    test(`${method} ${path} answers right requests`, async () => {
        for (const isFull of [false, true]) {
            const right = requests.right(operation, isFull);
            const answer = await ask(operation, right, good(operation),
                JSON.stringify(right.body));
            if (isFull || !operation.responses[304])
                continue;
            const again = await ask(operation, { ...right, headers:
                { 'if-none-match': answer.headers.etag } }, 304);
            assert.equal(again.body, '');
        }
    });

    test(`${method} ${path} refuses who and what it does not know`,
        async () => {
            const right = requests.right(operation);
            const before = digest(world.tenant);
            await ask(operation, { ...right, headers: { 'x-api-key': 'a',
                authorization: 'Bearer b' } }, 400);
            if (operation['x-role'])
                await ask(operation, { ...right,
                    headers: { authorization: null } }, 401);
            if (operation.responses[403] && operation['x-role'] !== 'Viewer')
                await ask(operation, right, 403, 'as a Viewer',
                    world.program('Viewer'));
            for (const [status, changes] of Object.entries(
                hints[id]?.also ?? {}))
                await ask(operation, { ...right, ...changes(requests, right) },
                    Number(status));
            for (const { name } of named)
                await ask(operation, { ...right,
                    ids: { ...right.ids, [name]: randomUUID() } }, 404, name);
            if (method === 'GET')
                await ask(operation, { ...right,
                    query: { ...right.query, unknown: '1' } },
                operation.responses[422] ? [400, 422] : 400, 'unknown');
            if (operation.responses[412])
                await ask(operation, { ...right,
                    headers: { 'if-match': '"stale"' } }, 412);
            assert.deepEqual(digest(world.tenant), before);
        });

    test(`${method} ${path} refuses what is not as documented`, async () => {
        const right = requests.right(operation);
        const before = digest(world.tenant);
        for (const { name, required, schema: s } of operation.parameters
            .filter((p) => p.in === 'query' && p.schema.type !== 'object')) {
            for (const [what, given] of Object.entries(bad(s)))
                if (given !== null && typeof given !== 'object' &&
                    (s.type !== 'string' || what !== 'of another type'))
                    await ask(operation, { ...right,
                        query: { ...right.query, [name]:
                            what === 'of another type' ? 'x' : given } },
                    422, `${name} ${what}`);
            if (required)
                await ask(operation, { ...right,
                    query: { ...right.query, [name]: '' } }, 422, name);
        }
        if (schema)
            await refuseBodies(operation, schema, right);
        assert.deepEqual(digest(world.tenant), before);
    });
}

async function refuseBodies(operation, schema, right) {
    const body = { ...right.body };
    const text = (json) => ({ ...right, text: json });
    const [name] = Object.keys(schema.properties);
    for (const [what, json] of Object.entries({
        'cut off': JSON.stringify({ ...body, [name]: '' }).slice(0, -1),
        'an array': '[]', 'a text': '"a"', 'NUL': `{"${name}":"\\u0000"}`,
        'twice the same': `{"${name}":"a","${name}":"a"}` }))
        await ask(operation, text(json), [400, 422], what);
    await ask(operation, { ...right, body: { ...body, unknown: 1 } },
        isBatch(operation) ? 422 : 400, 'unknown');
    await ask(operation, { ...text(JSON.stringify(body)), headers:
        { 'content-type': 'application/x-www-form-urlencoded' } }, 415);
    await ask(operation, text(`{"${name}":"${'a'.repeat(2100000)}"}`), 413);
    for (const [key, s] of Object.entries(schema.properties)) {
        for (const [what, given] of Object.entries(bad(s))) {
            const answer = await ask(operation, { ...right,
                body: { ...body, [key]: given } },
            key === 'items' ? [400, 422] : 422, `${key} ${what}`);
            assert.ok(answer.json.errors.some((e) =>
                e.pointer.startsWith(`/${key}`)), `${key} ${what}: ${
                answer.body}`);
        }
    }
    for (const key of schema.required ?? [])
        await ask(operation, { ...right,
            body: { ...body, [key]: undefined } }, 422, `no ${key}`);
}

// Requests under a name that is taken are told that it is running.
test('a named request that runs is a conflict, for every operation',
    async () => {
        const named = operations.filter((o) => o.parameters.some((p) =>
            p.name === 'Idempotency-Key'));
        const lock = `hashtextextended(format('idempotency %s %s running',
            :'tenant', u), 0)`;
        const values = { tenant: world.tenant,
            users: Object.values(world.people).map(({ id }) => id).join() };
        const held = runLater(`begin; select pg_advisory_xact_lock(${lock})
            from unnest(string_to_array(:'users', ',')) u;
            select pg_sleep(600); commit`, values).catch(() => {});
        const count = () => Number(value(`select count(*) from pg_locks l
            join unnest(string_to_array(:'users', ',')) u
                on (l.classid::bigint << 32 | l.objid::bigint) = ${lock}
            where l.locktype = 'advisory' and l.granted`, values));
        await until('the names are taken', () => count() === 4);
        try {
            for (const operation of named)
                await ask(operation, { ...requests.right(operation),
                    headers: { 'idempotency-key': 'running' } }, 409);
        } finally {
            run(`select pg_terminate_backend(l.pid) from pg_locks l
                join unnest(string_to_array(:'users', ',')) u
                    on (l.classid::bigint << 32 | l.objid::bigint) = ${lock}
                where l.locktype = 'advisory' and l.granted`, values);
            await held;
        }
    });

test('every status that the document names was answered', () => {
    const missing = operations.map(({ id, responses }) => `${id}: ${
        Object.keys(responses).filter((status) => !seen.get(id).has(status) &&
            !always.includes(status)).join(' ')}`)
        .filter((line) => !line.endsWith(': '));
    assert.deepEqual(missing, []);
});

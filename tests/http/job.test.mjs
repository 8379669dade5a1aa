// Jobs: many changes of accounts, with what became of each.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import { row, rows, run, value } from '../lib/db.mjs';
import { until } from '../lib/instance.mjs';
import { World } from '../lib/world.mjs';

const path = '/api/v1/accounts/bulk';
let world, other, program, first, second;

before(() => {
    world = new World('job');
    other = new World('job-other');
    program = world.program('Practitioner');
    first = world.addAccount('First', { external_id: `'CRM-1'` });
    second = world.addAccount('Second');
    run(`insert into mainstay.custom_attributes (tenant_id, key, label, kind)
        values (:'tenant', 'seats', 'Seats', 'number')`,
    { tenant: world.tenant });
});
after(() => {
    world.end();
    other.end();
});

const send = (items, headers) => program.post(path, { items }, headers);
const create = (account) => ({ action: 'create', account });
const ended = (job, who = program) => until(`job ${job} ends`, async () => {
    const { json } = await who.get(`/api/v1/jobs/${job}`);
    return json.finished_at && json;
}, 30000);
async function work(items) {
    const answer = await send(items);
    assert.equal(answer.status, 202, answer.body);
    assert.equal(answer.headers.location, `/api/v1/jobs/${answer.json.id}`);
    return ended(answer.json.id);
}
const account = (id) => row(`select * from accounts where id = :'id'`,
    { id });

test('items are done in their order, each as a call for one', async () => {
    const { headers: { etag } } =
        await program.get(`/api/v1/accounts/${first}`);
    const job = await work([
        create({ name: 'Third', arr: '1200.50', external_id: 'CRM-3',
            crm_attributes: { seats: '7' } }),
        { action: 'update', id: first, if_match: etag,
            account: { industry: 'Shipping', external_id: null } },
        { action: 'delete', id: second },
    ]);
    assert.deepEqual({ ...job, id: 0, created_at: 0, finished_at: 0,
        results: 0 }, { id: 0, kind: 'account_bulk', status: 'done', total: 3,
        done: 3, failed: 0, message: null,
        requested_by: world.people.Practitioner.id, created_at: 0,
        finished_at: 0, results: 0 });
    assert.deepEqual(job.results.map(({ index, status, errors }) =>
        [index, status, errors]), [[0, 201, []], [1, 200, []], [2, 200, []]]);
    const third = account(job.results[0].id);
    assert.deepEqual([third.name, third.arr_cents, third.external_id,
        third.crm_attributes], ['Third', 120050, 'CRM-3', { seats: 7 }]);
    assert.deepEqual([job.results[1].id, account(first).industry,
        account(first).external_id], [first, 'Shipping', null]);
    assert.equal(account(second).status, 'churned');
});

test('one that is refused says why and does not cost the others',
    async () => {
        const theirs = other.addAccount('Kanarienvogel AG');
        const job = await work([
            create({ name: 'Right' }),
            create({}),
            create({ name: 'Wrong', arr: 'much' }),
            create({ name: 'Wrong', arr: 17 }),
            create({ name: 'Wrong', colour: 'red' }),
            create({ name: 'Two\nlines' }),
            create({ name: 'Wrong', parent_id: theirs }),
            create({ name: 'Wrong', crm_attributes: { colour: 'red' } }),
            create({ name: 'Wrong', crm_attributes: { seats: 'many' } }),
            create({ name: 'Wrong', contract_start_date: '2026-02-30' }),
            { action: 'create', id: first, account: { name: 'x' } },
            { action: 'update', account: { name: 'x' } },
            { action: 'update', id: randomUUID(), account: { name: 'x' } },
            { action: 'update', id: theirs, account: { name: 'x' } },
            { action: 'update', id: first, if_match: '"old"',
                account: { name: 'x' } },
            { action: 'delete', id: first, account: {} },
            { action: 'burn' }, 'text', null,
            create({ name: 'Right, too' }),
        ]);
        assert.deepEqual(job.results.map(({ status, errors }) =>
            [status, errors[0]?.pointer, errors[0]?.code]), [
            [201, undefined, undefined],
            [422, '/account/name', 'refused'],
            [422, '/account/arr', 'refused'],
            [422, '/account/arr', 'type'],
            [422, '/account/colour', 'unknown'],
            [422, '/account/name', 'format'],
            [422, '/account/parent_id', 'refused'],
            [422, '', 'refused'],
            [422, '/account/crm_attributes/seats', 'refused'],
            [422, '/account/contract_start_date', 'refused'],
            [422, '/id', 'unknown'],
            [422, '/id', 'required'],
            [404, '', 'not_found'],
            [404, '', 'not_found'],
            [412, '', 'stale'],
            [422, '/account', 'unknown'],
            [422, '/action', 'choice'],
            [422, '', 'type'],
            [422, '', 'type'],
            [201, undefined, undefined]]);
        assert.deepEqual([job.total, job.done, job.failed], [20, 2, 18]);
        assert.equal(account(theirs).name, 'Kanarienvogel AG');
        assert.ok(job.results.every(({ errors }) =>
            errors.every(({ detail }) => /\.$/.test(detail))));
    });

test('what is no JSON costs its item only', async () => {
    const answer = await program.send('POST', path, {
        body: '{"items": [{"action": "create", "account": {"name": NaN}},' +
            '{"action": "create", "account": {"name": "After"}}]}',
        headers: { 'content-type': 'application/json' } });
    assert.equal(answer.status, 202, answer.body);
    const job = await ended(answer.json.id);
    assert.deepEqual(job.results.map(({ status, errors }) =>
        [status, errors[0]?.code]), [[422, 'malformed'], [201, undefined]]);
});

test('a body that is no list of at most 1,000 items is refused', async () => {
    const many = Array.from({ length: 1001 }, () => create({ name: 'x' }));
    for (const body of [{}, { items: [] }, { items: 'x' }, { items: many },
        { items: many.slice(1000), dry: true }, create({ name: 'x' })]) {
        const answer = await program.post(path, body);
        assert.ok([400, 422].includes(answer.status), answer.body);
        assert.match(answer.json.errors[0].pointer,
            /^\/(items|dry|action)$/);
    }
    assert.equal((await program.post(path, { items: many.slice(1) }))
        .status, 202);
    await until('1,000 are done', () => value(`select count(*) from accounts
        where tenant_id = :'tenant' and name = 'x'`,
    { tenant: world.tenant }) === 1000, 60000);
});

test('a name of the request is good for one job', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const items = [create({ name: 'Once' })];
    const one = await send(items, headers), two = await send(items, headers);
    assert.equal(two.json.id, one.json.id);
    assert.equal(two.headers.location, one.headers.location);
    assert.equal(two.headers['idempotent-replayed'], 'true');
    await ended(one.json.id);
    assert.equal(value(`select count(*) from accounts where name = 'Once'
        and tenant_id = :'tenant'`, { tenant: world.tenant }), 1);
});

test('a job that has ended cannot be cancelled, nor one of others',
    async () => {
        const { id } = await work([create({ name: 'Ended' })]);
        const late = await program.send('DELETE', `/api/v1/jobs/${id}`);
        assert.equal(late.status, 409);
        const stranger = other.program('Tenant Admin');
        for (const method of ['GET', 'DELETE'])
            assert.equal((await stranger.send(method, `/api/v1/jobs/${id}`))
                .status, 404);
        assert.equal((await world.program('Contributor')
            .get(`/api/v1/jobs/${id}`)).status, 403);
    });

test('jobs are listed, the newest first, page by page', async () => {
    const all = rows(`select id from jobs where tenant_id = :'tenant'
        order by created_at desc, id`, { tenant: world.tenant });
    const found = [];
    let next = '/api/v1/jobs?limit=2&status=done';
    while (next) {
        const { json, headers } = await program.get(next);
        found.push(...json.data.map(({ id }) => ({ id })));
        next = headers.link?.match(/^<([^>]+)>; rel="next"$/)?.[1];
        assert.equal(Boolean(next), json.has_more);
    }
    assert.deepEqual(found, all);
    for (const [query, name] of [['status=over', 'status'],
        ['cursor=x', 'cursor'], ['limit=0', 'limit']]) {
        const { status, json } = await program.get(`/api/v1/jobs?${query}`);
        assert.deepEqual([status, json.errors[0].pointer],
            [422, `/${name}`]);
    }
});

test('all of a job is taken back as one request', async () => {
    const before = account(first);
    const { id } = await work([
        { action: 'update', id: first, account: { name: 'Other' } },
        create({ name: 'New' })]);
    const request = value(`select request_id from jobs where id = :'id'`,
        { id });
    assert.deepEqual(rows(`select distinct actor_id from audit_log
        where request_id = :'request' and object_type = 'accounts'`,
    { request }), [{ actor_id: world.people.Practitioner.id }]);
    run(`begin; set local role mainstay_app;
        select from api.begin_request(:'session'::bytea, 'undo');
        select mainstay.undo_request(:'tenant', :'request'); commit`,
    { session: world.open('Tenant Admin').id, tenant: world.tenant, request });
    assert.equal(account(first).name, before.name);
});

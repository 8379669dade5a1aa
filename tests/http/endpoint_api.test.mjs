// Endpoints and deliveries by the API: secrets once, tries, and what is
// refused.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import { run, value } from '../lib/db.mjs';
import { newPlaybook } from '../lib/furnish.mjs';
import { World } from '../lib/world.mjs';

const path = '/api/v1/endpoints';
const deliveries = '/api/v1/deliveries';
let world, other, admin, account;

before(() => {
    world = new World('endpoint-api');
    other = new World('endpoint-api-other');
    admin = world.program('Tenant Admin');
    account = world.addAccount('Quiet Harbour');
});
after(() => {
    world.end();
    other.end();
});

const pointers = (answer) => answer.json.errors.map((e) => e.pointer);
const receiver = () => ({ name: `To ${randomUUID()}`, format: 'standard',
    url: 'https://receiver.example/hook?token=hush', is_active: false });
const add = async (changes = {}, headers = {}) => {
    const made = await admin.post(path, { ...receiver(), ...changes },
        headers);
    assert.equal(made.status, 201, made.body);
    return made;
};
const secretOf = (id) => value(`select secret from webhook_endpoints
    where id = :'id'`, { id });
const queue = (endpoint) => value(`select mainstay.enqueue_webhook(
    :'endpoint', null, :'account', 'health_score_drop', '{"a": 1}')`,
{ endpoint, account });
const fail = (id) => run(`with gone as (
        delete from webhook_hot where id = :'id' returning *)
    insert into webhook_history (tenant_id, id, endpoint_id, account_id,
        created_at, attempts, max_attempts, status, error_message)
    select tenant_id, id, endpoint_id, account_id, created_at, 1,
        max_attempts, 'failed', 'HTTP 500' from gone`, { id });

test('an endpoint is added, and its secret shown once', async () => {
    const made = await add({ event_types: ['band_change'],
        header_name: 'X-Token', header_value: 'very secret',
        max_inflight: 3, rate_per_second: 9, is_ordered: true });
    const { secret, ...rest } = made.json;
    assert.match(secret, /^whsec_/);
    assert.equal(secret, secretOf(rest.id));
    assert.deepEqual([rest.event_types, rest.header_name, rest.max_inflight,
        rest.rate_per_second, rest.is_ordered, rest.is_active],
    [['band_change'], 'X-Token', 3, 9, true, false]);
    const found = await admin.get(made.location);
    assert.deepEqual(found.json, rest);
    assert.doesNotMatch(found.body, /very secret/);
    assert.equal(found.headers.etag, made.headers.etag);
});

test('a secret is not kept for a request that comes again', async () => {
    const name = { 'idempotency-key': randomUUID() };
    const body = receiver();
    const first = await admin.post(path, body, name);
    const again = await admin.post(path, body, name);
    assert.equal(again.headers['idempotent-replayed'], 'true');
    const { secret, ...rest } = first.json;
    assert.deepEqual(again.json, rest);
    assert.equal(value(`select count(*) from idempotency_keys
        where body like '%' || :'secret' || '%'`, { secret }), 0);
});

test('a change leaves alone what it does not name', async () => {
    const made = await add({ header_name: 'X-Token', header_value: 'secret',
        rate_per_second: 9, event_types: ['schedule'] });
    const patch = (json, headers) => admin.send('PATCH', made.location,
        { json, headers });
    const changed = await patch({ name: 'Renamed', is_active: true });
    assert.equal(changed.status, 200, changed.body);
    const { secret, ...before } = made.json;
    assert.deepEqual({ ...changed.json, updated_at: 0 }, { ...before,
        name: 'Renamed', is_active: true, updated_at: 0 });
    assert.equal(secretOf(before.id), secret);
    const less = await patch({ header_name: null, rate_per_second: null,
        event_types: null });
    assert.deepEqual([less.json.header_name, less.json.rate_per_second,
        less.json.event_types], [null, null, null]);
    assert.equal((await patch({ name: 'Late' },
        { 'if-match': made.headers.etag })).status, 412);
    for (const [body, status, pointer] of [
        [{ url: 'ftp://x.example' }, 422, '/url'],
        [{ url: null }, 422, '/url'], [{ format: 'xml' }, 422, '/format'],
        [{ event_types: 'schedule' }, 422, '/event_types'],
        [{ event_types: ['nonsense'] }, 422, '/event_types'],
        [{ event_types: [5] }, 422, '/event_types'],
        [{ max_inflight: 501 }, 422, '/max_inflight'],
        [{ is_active: 'yes' }, 422, '/is_active'],
        [{ header_name: 'Host', header_value: 'x' }, 422, '/header_name'],
        [{ header_value: 'x' }, 422, '/header_name'],
        [{ secret: 'x' }, 400, '/secret']]) {
        const answer = await patch(body);
        assert.equal(answer.status, status, JSON.stringify(body));
        assert.deepEqual(pointers(answer), [pointer]);
    }
    const twice = await admin.post(path, { ...receiver(), name: 'Renamed' });
    assert.deepEqual([twice.status, pointers(twice)], [422, ['/name']]);
});

test('a new secret is shown once', async () => {
    const made = await add();
    const rotated = await admin.post(`${made.location}/rotate-secret`);
    assert.equal(rotated.status, 200, rotated.body);
    assert.notEqual(rotated.json.secret, made.json.secret);
    assert.equal(rotated.json.secret, secretOf(made.json.id));
    assert.match(rotated.json.both_secrets_until, /Z$/);
    assert.equal((await admin.post(`${made.location}/rotate-secret`,
        undefined, { 'if-match': made.headers.etag })).status, 412);
});

test('one that is sent to is not removed', async () => {
    const { location, json: { id } } = await add();
    const remove = () => admin.send('DELETE', location);
    const playbook = newPlaybook(world).id;
    run(`update playbook_versions set document = jsonb_set(document,
            '{steps}', jsonb_build_array(jsonb_build_object('kind',
            'webhook', 'endpoint', :'id'::text)))
        where playbook_id = :'playbook' and status = 'draft'`,
    { id, playbook });
    const used = await remove();
    assert.equal(used.status, 409, used.body);
    assert.match(used.json.detail, /playbook/);
    run(`delete from playbook_versions where playbook_id = :'playbook'
        and status = 'draft'`, { playbook });
    const delivery = queue(id);
    assert.equal((await remove()).status, 409);
    fail(delivery);
    const gone = await remove();
    assert.equal(gone.status, 200, gone.body);
    assert.equal(gone.json.id, id);
    assert.equal((await admin.get(location)).status, 404);
    assert.equal((await remove()).status, 404);
    assert.equal((await admin.get(`${deliveries}/${delivery}`)).json.status,
        'failed');
});

test('a test event is a delivery', async () => {
    const { location, json: { id } } = await add();
    const made = await admin.post(`${location}/test`);
    assert.equal(made.status, 201, made.body);
    assert.deepEqual([made.json.endpoint_id, made.json.event_type,
        made.json.status, made.json.attempts], [id, 'test', 'pending', []]);
    assert.equal((await admin.get(made.location)).json.id, made.json.id);
});

test('a delivery shows its tries, and no secret', async () => {
    const { json: { id: endpoint } } = await add({ header_name: 'X-Token',
        header_value: 'very secret' });
    const id = queue(endpoint);
    run(`insert into webhook_attempts (tenant_id, delivery_id, lease,
            attempt, response_status, duration_ms, response_body,
            error_message)
        values (:'tenant', :'id', 1, 1, 500, 42, 'no', 'HTTP 500')`,
    { tenant: world.tenant, id });
    const by = world.program('Practitioner');
    const found = await by.get(`${deliveries}/${id}`);
    assert.equal(found.status, 200, found.body);
    assert.doesNotMatch(found.body, /very secret|hush/);
    assert.deepEqual(found.json.payload, { a: 1 });
    assert.ok('X-Token' in found.json.headers);
    const [{ attempted_at: when, ...attempt }] = found.json.attempts;
    assert.match(when, /Z$/);
    assert.deepEqual(attempt, { attempt: 1, response_status: 500,
        duration_ms: 42, error_message: 'HTTP 500', response_body: 'no' });
});

test('deliveries are listed by status and endpoint', async () => {
    const { json: { id: endpoint } } = await add();
    const ids = [queue(endpoint), queue(endpoint), queue(endpoint)];
    fail(ids[0]);
    const list = async (query) => {
        const { status, body, json } = await admin.get(
            `${deliveries}?endpoint_id=${endpoint}${query}`);
        assert.equal(status, 200, body);
        return json;
    };
    assert.deepEqual((await list('')).data.map(({ id }) => id),
        [...ids].reverse());
    assert.deepEqual((await list('&status=failed')).data.map((d) => d.id),
        [ids[0]]);
    const first = await list('&limit=2');
    assert.equal(first.has_more, true);
    assert.deepEqual((await list(`&limit=2&cursor=${first.next_cursor}`))
        .data.map(({ id }) => id), [ids[0]]);
    assert.equal((await admin.get(`${deliveries}?status=lost`)).status, 422);
    assert.equal((await admin.get(`${deliveries}?nonsense=1`)).status, 400);
});

test('what failed is sent again, one or all', async () => {
    const { json: { id: endpoint } } = await add();
    const ids = [queue(endpoint), queue(endpoint)];
    ids.forEach(fail);
    const by = world.program('Practitioner');
    const one = await by.post(`${deliveries}/${ids[0]}/retry`);
    assert.equal(one.status, 200, one.body);
    assert.equal(one.json.status, 'pending');
    const all = await by.post(`${deliveries}/retry`, { since: 'hour' });
    assert.equal(all.status, 200, all.body);
    assert.ok(all.json.retried >= 1);
    assert.equal((await by.get(`${deliveries}/${ids[1]}`)).json.status,
        'pending');
    assert.equal((await by.post(`${deliveries}/retry`, { since: 'year' }))
        .status, 422);
    run(`update webhook_hot set status = 'processing' where id = :'id'`,
        { id: ids[1] });
    assert.equal((await by.post(`${deliveries}/${ids[1]}/retry`)).status,
        409);
});

test('a delivery that waits is given up', async () => {
    const { json: { id: endpoint } } = await add();
    const where = `${deliveries}/${queue(endpoint)}`;
    const gone = await admin.send('DELETE', where);
    assert.equal(gone.status, 200, gone.body);
    assert.equal(gone.json.status, 'failed');
    assert.equal((await admin.send('DELETE', where)).status, 409);
});

test('what is of another tenant is not there', async () => {
    const theirs = other.addEndpoint('https://receiver.example/').id;
    run(`update webhook_endpoints set is_active = false
        where id = :'theirs'`, { theirs });
    const delivery = value(`select mainstay.enqueue_webhook(:'theirs', null,
        null, 'test', '{}')`, { theirs });
    const where = `${path}/${theirs}`;
    for (const [method, at, json] of [['GET', where],
        ['PATCH', where, { name: 'Mine' }], ['DELETE', where],
        ['POST', `${where}/rotate-secret`], ['POST', `${where}/test`],
        ['GET', `${deliveries}/${delivery}`],
        ['POST', `${deliveries}/${delivery}/retry`],
        ['DELETE', `${deliveries}/${delivery}`]])
        assert.equal((await admin.send(method, at, { json })).status, 404,
            `${method} ${at}`);
    for (const list of [path, deliveries])
        assert.doesNotMatch((await admin.get(list)).body,
            new RegExp(`${theirs}|${delivery}`));
});

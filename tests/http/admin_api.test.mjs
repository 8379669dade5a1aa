// Users, invitations, keys, the audit log, attributes and tiers by the API.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import { row, rows, value } from '../lib/db.mjs';
import { send } from '../lib/http.mjs';
import { World } from '../lib/world.mjs';

const at = (noun) => `/api/v1/${noun}`;
let world, other, admin;

before(() => {
    world = new World('admin-api');
    other = new World('admin-api-other');
    admin = world.program('Tenant Admin');
});
after(() => {
    world.end();
    other.end();
});

const pointers = (answer) => answer.json.errors.map((e) => e.pointer);
const patch = (where, json, headers) => admin.send('PATCH', where,
    { json, headers });
const member = (user) => `${at('users')}/${value(`select id from profiles
    where user_id = :'user' and tenant_id = :'tenant'`,
{ user, tenant: world.tenant })}`;

test('a person gets another role, is locked out, and comes back',
    async () => {
        const { id, email } = world.addPerson('Viewer');
        const where = member(id);
        const found = await admin.get(where);
        assert.deepEqual([found.json.user_id, found.json.email,
            found.json.role], [id, email, 'Viewer']);
        const changed = await patch(where, { role: 'Practitioner' },
            { 'if-match': found.headers.etag });
        assert.equal(changed.status, 200, changed.body);
        assert.deepEqual([changed.json.role, changed.json.full_name],
            ['Practitioner', found.json.full_name]);
        assert.equal((await patch(where, { role: 'Viewer' },
            { 'if-match': found.headers.etag })).status, 412);
        const gone = await admin.send('DELETE', where);
        assert.equal(gone.status, 200, gone.body);
        assert.equal(gone.json.is_active, false);
        assert.deepEqual((await admin.get(`${at('users')}?is_active=false`))
            .json.data.map((u) => u.user_id), [id]);
        assert.equal((await patch(where, { is_active: true })).json
            .is_active, true);
        for (const [body, status, pointer] of [
            [{ role: 'Owner' }, 422, '/role'], [{ role: null }, 422, '/role'],
            [{ full_name: '' }, 422, '/full_name'],
            [{ is_active: 1 }, 422, '/is_active'],
            [{ email: 'a@b.example' }, 400, '/email']]) {
            const answer = await patch(where, body);
            assert.equal(answer.status, status, answer.body);
            assert.deepEqual(pointers(answer), [pointer]);
        }
    });

test('the last Tenant Admin stays one', async () => {
    const where = member(world.people['Tenant Admin'].id);
    for (const answer of [await patch(where, { role: 'Viewer' }),
        await admin.send('DELETE', where)])
        assert.equal(answer.status, 409, answer.body);
    assert.equal((await admin.get(where)).json.role, 'Tenant Admin');
});

test('somebody is asked to join, and the link is shown once', async () => {
    const email = `${randomUUID()}@x.example`;
    const name = { 'idempotency-key': randomUUID() };
    const ask = (headers) => admin.post(at('invitations'),
        { email, role: 'Viewer' }, headers);
    const made = await ask(name);
    assert.equal(made.status, 201, made.body);
    const { token, link, ...rest } = made.json;
    assert.equal(link, `/invitation?token=${token}`);
    assert.match((await send('GET', link)).body, new RegExp(email));
    assert.deepEqual((await ask(name)).json, rest);
    assert.deepEqual((await admin.get(made.location)).json, rest);
    const again = await ask();
    assert.equal(again.status, 201);
    assert.doesNotMatch((await send('GET', link)).body, new RegExp(email));
    const gone = await admin.send('DELETE', again.location);
    assert.equal(gone.status, 200, gone.body);
    assert.match(gone.json.revoked_at, /Z$/);
    assert.equal((await admin.send('DELETE', again.location)).status, 404);
    const member = await admin.post(at('invitations'),
        { email: world.people.Viewer.email, role: 'Viewer' });
    assert.deepEqual([member.status, pointers(member)], [422, ['/email']]);
    assert.equal((await admin.post(at('invitations'),
        { email: 'nobody', role: 'Viewer' })).status, 422);
});

test('a key is made, shown once, and revoked', async () => {
    const name = { 'idempotency-key': randomUUID() };
    const body = { name: 'n8n', role: 'Contributor', days: 30 };
    const made = await admin.post(at('api-keys'), body, name);
    assert.equal(made.status, 201, made.body);
    const { key, ...rest } = made.json;
    assert.ok(key.startsWith(rest.prefix));
    assert.deepEqual([rest.name, rest.role, rest.revoked_at],
        ['n8n', 'Contributor', null]);
    const again = await admin.post(at('api-keys'), body, name);
    assert.equal(again.headers['idempotent-replayed'], 'true');
    assert.deepEqual(again.json, rest);
    const ask = (path) => send('GET', path, { headers: { 'x-api-key': key } });
    assert.equal((await ask('/api/v1/accounts')).status, 200);
    assert.equal((await ask(at('api-keys'))).status, 403);
    const found = await admin.get(made.location);
    assert.deepEqual([found.json.id, found.json.key], [rest.id, undefined]);
    const gone = await admin.send('DELETE', made.location);
    assert.equal(gone.status, 200, gone.body);
    assert.match(gone.json.revoked_at, /Z$/);
    assert.equal((await ask('/api/v1/accounts')).status, 401);
    assert.equal((await admin.send('DELETE', made.location)).status, 404);
    for (const [changes, pointer] of [[{ role: 'Tenant Admin' }, '/role'],
        [{ days: 366 }, '/days'], [{ days: '30' }, '/days'],
        [{ name: '' }, '/name']]) {
        const answer = await admin.post(at('api-keys'),
            { ...body, ...changes });
        assert.deepEqual([answer.status, pointers(answer)],
            [422, [pointer]]);
    }
    const plain = await admin.post(at('api-keys'), body);
    assert.match(plain.json.key, /^csk_/);
});

test('the log says who changed what, and takes a request back', async () => {
    const account = world.addAccount('Quiet Harbour');
    const by = world.program('Practitioner');
    const changed = await by.send('PATCH', `/api/v1/accounts/${account}`,
        { json: { industry: 'Shipping' } });
    const request = changed.headers['x-request-id'];
    const list = await admin.get(`${at('audit-log')}?object_id=${account}` +
        '&action=accounts.update');
    assert.equal(list.status, 200, list.body);
    const [entry] = list.json.data;
    assert.equal(entry.request_id, request);
    assert.equal(entry.actor_id, world.people.Practitioner.id);
    assert.equal(entry.after.industry, 'Shipping');
    assert.match(entry.at, /Z$/);
    assert.equal((await by.get(at('audit-log'))).status, 403);

    const undo = (json, who = by) => who.post(at('undo'), json);
    assert.equal((await undo({ request }, world.program('Viewer'))).status,
        404);
    const undone = await undo({ request });
    assert.equal(undone.status, 200, undone.body);
    assert.match(undone.json.undone, /Quiet Harbour/);
    assert.equal((await by.get(`/api/v1/accounts/${account}`)).json.industry,
        null);
    assert.equal((await undo({ request })).status, 409);
    assert.equal((await undo({ request: 'f'.repeat(32) })).status, 404);
    assert.equal((await undo({ request: 'x' })).status, 422);
});

test('pages of the log hold each entry once, the newest first', async () => {
    const ids = [], times = [];
    let cursor = '';
    do {
        const { json } = await admin.get(
            `${at('audit-log')}?limit=3&at.before=2100-01-01${cursor}`);
        ids.push(...json.data.map((e) => e.id));
        times.push(...json.data.map((e) => e.at));
        cursor = json.next_cursor && `&cursor=${json.next_cursor}`;
    } while (cursor);
    assert.equal(new Set(ids).size, ids.length);
    assert.equal(ids.length, value(`select count(*) from audit_log
        where tenant_id = :'tenant'`, { tenant: world.tenant }));
    assert.deepEqual(times, [...times].sort().reverse());
});

test('an attribute is made, changed, moved and removed', async () => {
    const made = await admin.post(at('custom-attributes'),
        { label: 'Data region', kind: 'choice', choices: ['North', 'South'] });
    assert.equal(made.status, 201, made.body);
    assert.deepEqual([made.json.key, made.json.choices,
        made.json.is_required], ['data_region', ['North', 'South'], false]);
    await admin.post(at('custom-attributes'), { label: 'Seats',
        key: 'seats', kind: 'number', is_required: true });
    const changed = await patch(made.location, { label: 'Region',
        choices: ['North', 'East'], position: 2 });
    assert.equal(changed.status, 200, changed.body);
    assert.deepEqual([changed.json.label, changed.json.choices,
        changed.json.position, changed.json.key],
    ['Region', ['North', 'East'], 2, 'data_region']);
    assert.equal((await patch(made.location, { label: 'Late' },
        { 'if-match': made.headers.etag })).status, 412);
    assert.deepEqual((await world.program('Viewer')
        .get(at('custom-attributes'))).json.data.map((a) => a.key),
    ['seats', 'data_region']);
    for (const [body, pointer] of [[{ choices: null }, '/choices'],
        [{ choices: ['a', 'A'] }, '/choices'], [{ choices: [1] }, '/choices'],
        [{ choices: 'a' }, '/choices'], [{ label: '' }, '/label']]) {
        const answer = await patch(made.location, body);
        assert.deepEqual([answer.status, pointers(answer)],
            [422, [pointer]], JSON.stringify(body));
    }
    const twice = await admin.post(at('custom-attributes'),
        { label: 'Seats', key: 'seats', kind: 'text' });
    assert.deepEqual([twice.status, pointers(twice)], [422, ['/key']]);
    const gone = await admin.send('DELETE', made.location);
    assert.equal(gone.json.key, 'data_region');
    assert.equal((await admin.send('DELETE', made.location)).status, 404);
});

test('a tier stays between those beside it', async () => {
    const { data } = (await admin.get(at('account-tiers'))).json;
    assert.deepEqual(data.map((t) => t.tier),
        ['trial', 'small_business', 'mid_market', 'enterprise']);
    const where = `${at('account-tiers')}/${data[2].id}`;
    const changed = await patch(where, { response_hours: 7,
        review_days: null });
    assert.equal(changed.status, 200, changed.body);
    assert.deepEqual([changed.json.response_hours, changed.json.review_days,
        changed.json.arr_from], [7, null, data[2].arr_from]);
    for (const [body, pointer] of [[{ arr_from: '99999999' }, '/arr_from'],
        [{ arr_from: '50000.50' }, '/arr_from'], [{ arr_from: 5 }, '/arr_from'],
        [{ response_hours: 0 }, '/response_hours'],
        [{ response_hours: null }, '/response_hours']]) {
        const answer = await patch(where, body);
        assert.deepEqual([answer.status, pointers(answer)],
            [422, [pointer]], answer.body);
    }
    assert.equal((await world.program('Practitioner').send('PATCH', where,
        { json: { response_hours: 1 } })).status, 403);
});

test('what is of another tenant is not there', async () => {
    const ids = Object.fromEntries(rows(`select 'users' as noun, id
            from profiles where tenant_id = :'tenant'
        union all select 'account-tiers', id from account_tiers
            where tenant_id = :'tenant'`, { tenant: other.tenant })
        .map(({ noun, id }) => [noun, id]));
    ids['custom-attributes'] = row(`insert into custom_attributes
        (tenant_id, key, label) values (:'tenant', 'theirs', 'Theirs')
        returning id`, { tenant: other.tenant }).id;
    const theirs = other.program('Tenant Admin');
    for (const [noun, body] of [['invitations', { role: 'Viewer',
        email: 'kept@x.example' }], ['api-keys', { name: 'Kept',
        role: 'Viewer', days: 1 }]])
        ids[noun] = (await theirs.post(at(noun), body)).json.id;
    for (const [noun, id] of Object.entries(ids)) {
        const where = `${at(noun)}/${id}`;
        assert.equal((await admin.get(where)).status, 404, where);
        assert.doesNotMatch((await admin.get(at(noun))).body,
            new RegExp(id));
        const method = /tiers|attrib/.test(noun) ? 'PATCH' : 'DELETE';
        const answer = await admin.send(method, where,
            method === 'PATCH' ? { json: {} } : {});
        assert.equal(answer.status, 404, `${method} ${where}`);
        assert.equal((await theirs.get(where)).status, 200);
    }
});

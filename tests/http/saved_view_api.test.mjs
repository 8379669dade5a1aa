// Saved views by the API: the address of a list under a name.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';

import { send } from '../lib/http.mjs';
import { World } from '../lib/world.mjs';

const path = '/api/v1/saved-views';
let world, other, viewer, admin;

before(() => {
    world = new World('view-api');
    other = new World('view-api-other');
    viewer = world.program('Viewer');
    admin = world.program('Tenant Admin');
});
after(() => {
    world.end();
    other.end();
});

const pointers = (answer) => answer.json.errors.map((e) => e.pointer);
const add = async (changes, who = viewer) => {
    const made = await who.post(path, { name: `View ${Math.random()}`,
        ...changes });
    assert.equal(made.status, 201, made.body);
    return made;
};
const patch = (where, json, headers, who = viewer) =>
    who.send('PATCH', where, { json, headers });

test('a list is kept under a name, and its address finds the same',
    async () => {
        world.addAccount('Blue & Söhne', { tier: `'enterprise'` });
        world.addAccount('Grey', { tier: `'trial'` });
        const made = await add({ query: '?tier=enterprise&sort=-arr' +
            '&name.contains=%26+s%C3%B6', is_default: true });
        assert.equal(made.json.is_default, true);
        assert.equal(made.json.is_shared, false);
        assert.equal(made.json.owner_id, world.people.Viewer.id);
        const { json } = await viewer.get(
            `/api/v1/accounts?${made.json.query}`);
        assert.deepEqual(json.data.map((a) => a.name), ['Blue & Söhne']);
        assert.deepEqual((await viewer.get(made.location)).json, made.json);
    });

test('a change leaves alone what it does not name', async () => {
    const { location, json, headers } = await add({ query: 'tier=trial' });
    const named = await patch(location, { name: 'Trials' });
    assert.equal(named.status, 200, named.body);
    assert.deepEqual([named.json.name, named.json.query],
        ['Trials', json.query]);
    const shared = await patch(location, { is_shared: true,
        query: 'tier=enterprise' });
    assert.deepEqual([shared.json.name, shared.json.is_shared],
        ['Trials', true]);
    assert.match(shared.json.query, /enterprise/);
    assert.equal((await patch(location, { name: 'Late' },
        { 'if-match': headers.etag })).status, 412);
    for (const [body, status, pointer] of [
        [{ query: 'nonsense=1' }, 422, '/query'],
        [{ query: 'sort=secret' }, 422, '/query'],
        [{ query: 'name=%ff' }, 422, '/query'],
        [{ query: 5 }, 422, '/query'], [{ name: null }, 422, '/name'],
        [{ is_shared: 'yes' }, 422, '/is_shared'],
        [{ owner_id: world.people.Viewer.id }, 400, '/owner_id']]) {
        const answer = await patch(location, body);
        assert.equal(answer.status, status, JSON.stringify(body));
        assert.deepEqual(pointers(answer), [pointer]);
    }
    const twice = await viewer.post(path, { name: 'Trials' });
    assert.deepEqual([twice.status, pointers(twice)], [422, ['/name']]);
});

test('who has not made it sees it when it is shared, and a Tenant Admin may' +
    ' change it', async () => {
    const { location, json: { id } } = await add({});
    const by = world.program('Practitioner');
    assert.equal((await by.get(location)).status, 404);
    await patch(location, { is_shared: true });
    assert.equal((await by.get(location)).json.id, id);
    for (const answer of [await patch(location, { name: 'Mine' }, {}, by),
        await by.send('DELETE', location)])
        assert.equal(answer.status, 404, answer.body);
    assert.equal((await patch(location, { name: 'Ours' }, {}, admin)).status,
        200);
    const gone = await viewer.send('DELETE', location);
    assert.equal(gone.json.id, id);
    assert.equal((await viewer.send('DELETE', location)).status, 404);
});

test('a view belongs to a person, never to a key', async () => {
    const key = execFileSync(process.env.MAINSTAY_ADMIN, ['key', 'create',
        '--tenant', world.slug, '--name', 'Views', '--role', 'Viewer'],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    const answer = await send('POST', path, { body: '{"name": "Keyed"}',
        headers: { 'x-api-key': key, 'content-type': 'application/json' } });
    assert.equal(answer.status, 403, answer.body);
    assert.match(answer.json.detail, /person/);
});

test('what is of another tenant is not there', async () => {
    const { location, json: { id } } = await add({ is_shared: true },
        other.program('Viewer'));
    assert.equal((await admin.get(location)).status, 404);
    assert.equal((await patch(location, { name: 'Mine' }, {}, admin)).status,
        404);
    assert.equal((await admin.send('DELETE', location)).status, 404);
    assert.doesNotMatch((await admin.get(path)).body, new RegExp(id));
});

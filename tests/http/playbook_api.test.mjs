// Playbooks and executions by the API: what pages do, and what is refused.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import { row, run, value } from '../lib/db.mjs';
import { newPlaybook } from '../lib/furnish.mjs';
import { World } from '../lib/world.mjs';

const path = '/api/v1/playbooks';
const task = { kind: 'task', title: 'Call {{account.name}}' };
const below = (line, steps = [task]) => ({
    trigger: { kind: 'health_score_drop', crosses_below: line },
    steps, limits: { cooldown_minutes: 60 } });
let world, other, admin, account;

before(() => {
    world = new World('playbook-api');
    other = new World('playbook-api-other');
    admin = world.program('Tenant Admin');
    account = world.addAccount('Quiet Harbour');
});
after(() => {
    world.end();
    other.end();
});

const add = async (document = below(40)) => {
    const made = await admin.post(path, { name: `New ${randomUUID()}`,
        document });
    assert.equal(made.status, 201, made.body);
    return made;
};
const publish = (where) => admin.post(`${where}/publish`);
const pointers = (answer) => answer.json.errors.map((e) => e.pointer);

test('a playbook is drafted, published, paused and goes on', async () => {
    const made = await add();
    const { json: first, location } = made;
    assert.equal(location, `${path}/${first.id}`);
    assert.deepEqual([first.published_version, first.document, first.draft_version,
        first.is_active], [null, null, 1, false]);
    assert.deepEqual(first.draft, below(40));
    assert.match(first.created_at, /Z$/);
    assert.equal((await admin.get(location)).body, made.body);
    assert.equal((await admin.get(location)).headers.etag,
        made.headers.etag);

    const live = await publish(location);
    assert.equal(live.status, 200, live.body);
    assert.deepEqual([live.json.published_version, live.json.draft,
        live.json.is_active], [1, null, true]);
    assert.deepEqual(live.json.document, below(40));
    assert.equal((await publish(location)).status, 409);

    const patch = (json) => admin.send('PATCH', location, { json });
    assert.equal((await patch({ is_active: false })).json.is_active, false);
    const again = await patch({ is_active: true, description: 'Why' });
    assert.equal(again.json.is_active, true);
    assert.equal(again.json.description, 'Why');
    assert.equal(again.json.draft, null);
    const changed = await patch({ document: below(30) });
    assert.deepEqual([changed.json.draft_version, changed.json.published_version],
        [2, 1]);
    assert.deepEqual(changed.json.draft, below(30));
    assert.deepEqual(changed.json.document, below(40));
});

test('what is wrong with a document is named by its place', async () => {
    const wrong = await admin.post(path, { name: 'Wrong', document:
        below(40, [task, { kind: 'webhook', endpoint: randomUUID() },
            { kind: 'move_stage', stage: 'Nowhere' }]) });
    assert.equal(wrong.status, 422, wrong.body);
    assert.deepEqual(pointers(wrong), ['/document/steps/1/endpoint',
        '/document/steps/2/stage']);
    const shapeless = await admin.post(path, { name: 'Wrong',
        document: { trigger: { kind: 'manual' }, steps: [{ kind: 'task' }],
            extra: 1 } });
    assert.equal(shapeless.status, 422);
    assert.ok(pointers(shapeless).includes('/document/extra'));
    assert.ok(pointers(shapeless).includes('/document/steps/0/title'));
    assert.equal(value(`select count(*) from playbooks
        where tenant_id = :'tenant' and name = 'Wrong'`,
    { tenant: world.tenant }), 0);

    const { location } = await add(below(40, [{ kind: 'webhook' }]));
    const refused = await publish(location);
    assert.equal(refused.status, 422, refused.body);
    assert.deepEqual(pointers(refused), ['/draft/steps/0/endpoint']);
});

test('a body of another shape is refused by name', async () => {
    const { location, json } = await add();
    const patch = (body) => admin.send('PATCH', location, { json: body });
    for (const [body, status, pointer] of [
        [{ name: 5 }, 422, '/name'], [{ name: null }, 422, '/name'],
        [{ name: 'a'.repeat(201) }, 422, '/name'],
        [{ document: [] }, 422, '/document'],
        [{ document: null }, 422, '/document'],
        [{ is_active: 'false' }, 422, '/is_active'],
        [{ is_active: null }, 422, '/is_active'],
        [{ is_active: true }, 409, '/is_active'],
        [{ version: 3 }, 400, '/version']]) {
        const answer = await patch(body);
        assert.equal(answer.status, status, answer.body);
        assert.deepEqual(pointers(answer), [pointer]);
    }
    assert.equal((await admin.get(location)).json.updated_at,
        json.updated_at);
    const twice = await admin.post(path, { name: json.name,
        document: below(40) });
    assert.equal(twice.status, 422);
    assert.deepEqual(pointers(twice), ['/name']);
});

test('of two who saw the same, one changes it', async () => {
    const { headers: { etag }, location } = await add();
    const stale = { 'if-match': etag };
    assert.equal((await admin.send('PATCH', location,
        { json: { description: 'First' }, headers: stale })).status, 200);
    for (const [method, where, json] of [
        ['PATCH', location, { description: 'Second' }],
        ['PATCH', location, { document: below(10) }],
        ['POST', `${location}/publish`],
        ['DELETE', `${location}/draft`]]) {
        const answer = await admin.send(method, where,
            { json, headers: stale });
        assert.equal(answer.status, 412, `${method} ${where}`);
    }
    const now = await admin.get(location);
    assert.equal(now.json.description, 'First');
    assert.equal(now.json.published_version, null);
});

test('a draft is discarded, and what never ran goes with it', async () => {
    const { location } = await add();
    const gone = await admin.send('DELETE', `${location}/draft`);
    assert.equal(gone.status, 200, gone.body);
    assert.equal(gone.json.draft, null);
    assert.equal((await admin.get(location)).status, 404);
    const { id } = newPlaybook(world);
    const kept = await admin.send('DELETE', `${path}/${id}/draft`);
    assert.equal(kept.json.published_version, 2);
    assert.equal((await admin.get(`${path}/${id}`)).json.draft, null);
    assert.equal((await admin.send('DELETE', `${path}/${id}/draft`)).status,
        409);
});

test('a version is rolled back to, its own only', async () => {
    const { id, version } = newPlaybook(world);
    const foreign = newPlaybook(world).version;
    const back = (which) => admin.post(
        `${path}/${id}/versions/${which}/roll-back`);
    const done = await back(version);
    assert.equal(done.status, 200, done.body);
    assert.equal(done.json.published_version, 3);
    assert.equal(done.json.document.trigger.crosses_below, 30);
    assert.equal((await back(foreign)).status, 404);
    assert.equal((await back(value(`select id from playbook_versions
        where playbook_id = :'id' and status = 'published'`, { id })))
        .status, 409);
});

test('it runs by hand, says what it saw and did, and is undone', async () => {
    const { location } = await add();
    const by = world.program('Practitioner');
    const ask = (json) => by.post(`${location}/runs`, json);
    assert.equal((await ask({ account_id: account })).status, 409);
    await publish(location);
    const made = await ask({ account_id: account, reason: 'They asked' });
    assert.equal(made.status, 201, made.body);
    assert.equal(made.json.status, 'succeeded');
    assert.equal(made.json.account_id, account);
    assert.equal(made.json.event.reason, 'They asked');
    assert.equal(made.json.steps[0].status, 'done');
    assert.equal(made.json.executed_by, world.people.Practitioner.id);
    assert.equal((await by.get(made.location)).body, made.body);

    const undone = await by.post(`${made.location}/undo`);
    assert.equal(undone.status, 200, undone.body);
    assert.equal(undone.json.undone.length, 1);
    assert.deepEqual(undone.json.kept, []);
    assert.equal(value(`select count(*) from tasks
        where account_id = :'account'`, { account }), 0);
    assert.equal((await by.post(`${made.location}/undo`)).status, 409);
    const nowhere = await ask({ account_id: randomUUID() });
    assert.equal(nowhere.status, 422);
    assert.deepEqual(pointers(nowhere), ['/account_id']);
});

test('one that stopped itself is let go on, or paused', async () => {
    const { location, json: { id } } = await add();
    await publish(location);
    const release = (goesOn) => admin.post(`${location}/release`,
        { goes_on: goesOn });
    assert.equal((await release(true)).status, 409);
    run(`update playbooks set is_held = true, held_at = now(),
        held_reason = 'Too many' where id = :'id'`, { id });
    assert.equal((await admin.get(location)).json.held_reason, 'Too many');
    assert.equal((await admin.post(`${location}/release`, {})).status, 422);
    assert.deepEqual((await release(false)).json, { runs: 0 });
    const now = (await admin.get(location)).json;
    assert.deepEqual([now.is_held, now.is_active], [false, false]);
});

test('a rehearsal says what it would have done', async () => {
    for (const overall of [72, 30, 80, 20])
        world.score(account, overall);
    const { location } = await add();
    const made = await admin.get(`${location}/rehearsal?days=30`);
    assert.equal(made.status, 200, made.body);
    assert.equal(made.json.of, 'draft');
    assert.equal(made.json.fired, 1);
    assert.equal(made.json.judged, 2);
    assert.equal(made.json.days.length, 31);
    assert.equal(made.json.decisions[0].account_id, account);
    assert.match(made.json.decisions[0].at, /Z$/);
    assert.match(made.json.from, /^\d{4}-\d\d-\d\d$/);
    assert.equal((await admin.get(`${location}/rehearsal?of=published`))
        .status, 404);
    assert.equal((await admin.get(`${location}/rehearsal?days=31`)).status,
        422);
});

test('what is of another tenant is not there', async () => {
    const theirs = newPlaybook(other);
    const seen = row(`select p::text from playbooks p where id = :'id'`,
        { id: theirs.id });
    const where = `${path}/${theirs.id}`;
    for (const [method, at, json] of [['GET', where],
        ['PATCH', where, { name: 'Mine' }],
        ['PATCH', where, { document: below(1) }],
        ['POST', `${where}/publish`], ['DELETE', `${where}/draft`],
        ['POST', `${where}/versions/${theirs.version}/roll-back`],
        ['POST', `${where}/release`, { goes_on: true }],
        ['GET', `${where}/rehearsal`],
        ['POST', `${where}/runs`, { account_id: account }],
        ['GET', `/api/v1/executions/${randomUUID()}`],
        ['POST', `/api/v1/executions/${randomUUID()}/undo`]])
        assert.equal((await admin.send(method, at, { json })).status, 404,
            `${method} ${at}`);
    assert.deepEqual(row(`select p::text from playbooks p
        where id = :'id'`, { id: theirs.id }), seen);
});

test('only a Tenant Admin changes them', async () => {
    const { location } = await add();
    const by = world.program('Practitioner');
    for (const [method, at, json] of [
        ['POST', path, { name: 'Mine', document: below(40) }],
        ['PATCH', location, { name: 'Mine' }],
        ['POST', `${location}/publish`], ['DELETE', `${location}/draft`],
        ['POST', `${location}/release`, { goes_on: true }],
        ['GET', `${location}/rehearsal`]])
        assert.equal((await by.send(method, at, { json })).status, 403,
            `${method} ${at}`);
    assert.equal((await by.get(location)).status, 200);
    assert.equal((await world.program('Contributor').get(location)).status,
        403);
});

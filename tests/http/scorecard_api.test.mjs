// Scorecards by the API: drafts, versions, rules, previews, and what is
// refused.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import { value } from '../lib/db.mjs';
import { draftOver } from '../lib/furnish.mjs';
import { World } from '../lib/world.mjs';

const path = '/api/v1/scorecards';
let world, other, admin;

before(() => {
    world = new World('scorecard-api');
    other = new World('scorecard-api-other');
    admin = world.program('Tenant Admin');
    world.score(world.addAccount('Quiet Harbour', { tier: `'enterprise'`,
        arr_cents: '1234567' }), 30);
});
after(() => {
    world.end();
    other.end();
});

const pointers = (answer) => answer.json.errors.map((e) => e.pointer);
const add = async (changes = {}) => {
    const made = await admin.post(path, { name: `New ${randomUUID()}`,
        ...changes });
    assert.equal(made.status, 201, made.body);
    return made;
};
const preset = (name) => value(`select mainstay.preset(:'name')`, { name });

test('a scorecard is drafted, published and changed', async () => {
    const made = await add({ preset: 'balanced' });
    const { location, json } = made;
    assert.deepEqual(json.draft, preset('balanced'));
    assert.deepEqual([json.published_version, json.document, json.applies_to,
        json.is_default], [null, null, {}, false]);
    assert.equal((await admin.get(location)).body, made.body);
    const live = await admin.post(`${location}/publish`);
    assert.equal(live.status, 200, live.body);
    assert.deepEqual([live.json.published_version, live.json.draft],
        [1, null]);
    assert.equal((await admin.post(`${location}/publish`)).status, 409);

    const patch = (changes) => admin.send('PATCH', location,
        { json: changes });
    const ruled = await patch({ description: 'Why', position: 7,
        applies_to: { tier: ['enterprise', 'trial'], segment: ['North'] } });
    assert.equal(ruled.status, 200, ruled.body);
    assert.deepEqual([ruled.json.description, ruled.json.position,
        ruled.json.applies_to, ruled.json.draft], ['Why', 7,
        { tier: ['enterprise', 'trial'], segment: ['North'] }, null]);
    const document = preset('balanced');
    document.bands[0].lower = 85;
    const changed = await patch({ document });
    assert.deepEqual([changed.json.draft, changed.json.draft_version,
        changed.json.applies_to], [document, 2, ruled.json.applies_to]);
    const gone = await admin.send('DELETE', `${location}/draft`);
    assert.equal(gone.json.draft, null);
    assert.equal((await admin.get(location)).json.published_version, 1);
    assert.equal((await admin.send('DELETE', `${location}/draft`)).status,
        409);
});

test('what is wrong is named by its place', async () => {
    const { location } = await add();
    const broken = preset('standard');
    broken.dimensions[0].weight = 90;
    broken.dimensions[1].metrics[0].source.kind = 'stars';
    const patch = (json) => admin.send('PATCH', location, { json });
    const answer = await patch({ document: broken });
    assert.equal(answer.status, 422, answer.body);
    assert.ok(pointers(answer)
        .includes('/document/dimensions/1/metrics/0/source/kind'),
    answer.body);
    for (const [body, status, pointer] of [
        [{ applies_to: { tier: ['huge'] } }, 422, '/applies_to/tier'],
        [{ applies_to: { colour: ['red'] } }, 422, '/applies_to/colour'],
        [{ applies_to: [] }, 422, '/applies_to'],
        [{ position: 10000 }, 422, '/position'],
        [{ name: '' }, 422, '/name'], [{ document: 5 }, 422, '/document'],
        [{ version: 5 }, 400, '/version']]) {
        const wrong = await patch(body);
        assert.equal(wrong.status, status, wrong.body);
        assert.ok(pointers(wrong)[0].startsWith(pointer), wrong.body);
    }
    const { json: { name } } = await admin.get(location);
    const twice = await admin.post(path, { name });
    assert.deepEqual([twice.status, pointers(twice)], [422, ['/name']]);
    const none = await admin.post(path, { name: 'None', document: broken });
    assert.equal(none.status, 422);
    assert.equal(value(`select count(*) from scorecards
        where tenant_id = :'tenant' and name = 'None'`,
    { tenant: world.tenant }), 0);
});

test('one is the default, always', async () => {
    const { location } = await add();
    const patch = (json) => admin.send('PATCH', location, { json });
    assert.equal((await patch({ is_default: true })).status, 409);
    await admin.post(`${location}/publish`);
    const made = await patch({ is_default: true });
    assert.equal(made.status, 200, made.body);
    assert.equal(made.json.is_default, true);
    assert.equal((await admin.get(`${path}?is_default=true`)).json.data
        .length, 1);
    assert.deepEqual(pointers(await patch({ is_default: false })),
        ['/is_default']);
    assert.deepEqual(pointers(await patch(
        { applies_to: { tier: ['trial'] } })), ['/applies_to']);
});

test('versions are listed, and gone back to', async () => {
    const id = draftOver(world);
    const list = await admin.get(`${path}/${id}/versions`);
    assert.equal(list.status, 200, list.body);
    assert.deepEqual(list.json.data.map(({ version, status }) =>
        [version, status]), [[3, 'draft'], [2, 'published'],
        [1, 'retired']]);
    const [draft, , retired] = list.json.data;
    const at = `${path}/${id}/versions/${retired.id}`;
    assert.deepEqual((await admin.get(at)).json, retired);
    const preview = await admin.get(
        `${path}/${id}/preview?version=${retired.id}`);
    assert.equal(preview.status, 200, preview.body);
    const back = await admin.post(`${at}/roll-back`);
    assert.equal(back.status, 200, back.body);
    assert.deepEqual([back.json.published_version, back.json.document],
        [3, retired.document]);
    assert.equal((await admin.post(
        `${path}/${id}/versions/${draft.id}/roll-back`)).status, 409);
    const { json: another } = await add();
    assert.equal((await admin.get(
        `${path}/${another.id}/versions/${retired.id}`)).status, 404);
    assert.equal((await admin.post(
        `${path}/${another.id}/versions/${retired.id}/roll-back`)).status,
    404);
});

test('a preview and a back-test say what they would', async () => {
    const { location, json: { id } } = await add();
    await admin.send('PATCH', location,
        { json: { applies_to: { tier: ['enterprise'] } } });
    const preview = await admin.get(`${location}/preview`);
    assert.equal(preview.status, 200, preview.body);
    assert.equal(preview.json.accounts, 1);
    assert.match(preview.json.changed_arr, /^\d+\.\d\d$/);
    assert.doesNotMatch(preview.body, /_cents/);
    assert.equal((await admin.get(`${location}/back-test`)).status, 404);
    const test = await admin.get(`${location}/back-test?of=draft`);
    assert.equal(test.status, 200, test.body);
    assert.match(test.json.verdict, /Too few/);
    assert.equal((await admin.get(
        `${location}/preview?version=${randomUUID()}`)).status, 404);
    assert.equal(value(`select count(*) from scorecard_versions
        where scorecard_id = :'id' and status = 'published'`, { id }), 0);
});

test('everything is scored again', async () => {
    const run = await admin.post(`${path}/rescore`);
    assert.equal(run.status, 200, run.body);
    assert.equal(run.json.accounts, 1);
});

test('of two who saw the same, one changes it', async () => {
    const { headers: { etag }, location } = await add();
    const stale = { 'if-match': etag };
    assert.equal((await admin.send('PATCH', location,
        { json: { description: 'First' }, headers: stale })).status, 200);
    for (const [method, at, json] of [
        ['PATCH', location, { description: 'Second' }],
        ['POST', `${location}/publish`], ['DELETE', `${location}/draft`]])
        assert.equal((await admin.send(method, at, { json, headers: stale }))
            .status, 412, `${method} ${at}`);
});

test('what is of another tenant is not there', async () => {
    const id = draftOver(other);
    const version = value(`select id from scorecard_versions
        where scorecard_id = :'id' and version = 1`, { id });
    const where = `${path}/${id}`;
    for (const [method, at, json] of [['GET', where],
        ['PATCH', where, { name: 'Mine' }], ['POST', `${where}/publish`],
        ['DELETE', `${where}/draft`], ['GET', `${where}/preview`],
        ['GET', `${where}/versions`], ['GET', `${where}/versions/${version}`],
        ['GET', `${where}/back-test`],
        ['POST', `${where}/versions/${version}/roll-back`]])
        assert.equal((await admin.send(method, at, { json })).status, 404,
            `${method} ${at}`);
    assert.equal((await world.program('Practitioner').get(path)).status,
        403);
});

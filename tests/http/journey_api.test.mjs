// The journey by the API: stages, their goals, moves, and what happened.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { World } from '../lib/world.mjs';

let world, program, admin, account, at, stages;

const stage = (name) => stages.find((s) => s.name === name);

before(async () => {
    world = new World('journey-api');
    program = world.program('Practitioner');
    admin = world.program('Tenant Admin');
    account = world.addAccount('Blue Harbour');
    at = `/api/v1/accounts/${account}`;
    stages = (await program.get('/api/v1/stages')).json.data;
});
after(() => world.end());

const send = async (method, path, json, wanted, who = admin) => {
    const answer = await who.send(method, path,
        json === undefined ? {} : { json });
    assert.equal(answer.status, wanted, answer.body);
    return answer;
};

test('a stage is added, changed, moved and removed', async () => {
    const { json: made } = await send('POST', '/api/v1/stages',
        { name: 'Pilot', target_duration_days: 20 }, 201);
    assert.deepEqual([made.kind, made.color_hex, made.display_order],
        ['normal', '#0d9488', stages.length + 1]);
    const { json: moved } = await send('PATCH', `/api/v1/stages/${made.id}`,
        { display_order: 1, target_duration_days: null }, 200);
    assert.deepEqual([moved.display_order, moved.target_duration_days,
        moved.name], [1, null, 'Pilot']);
    const order = (await program.get('/api/v1/stages?fields=name')).json.data;
    assert.deepEqual(order.map((s) => s.name),
        ['Pilot', ...stages.map((s) => s.name)]);
    const wrong = await send('PATCH', `/api/v1/stages/${made.id}`,
        { color_hex: '#ffffff' }, 422);
    assert.equal(wrong.json.errors[0].pointer, '/color_hex');
    await send('DELETE', `/api/v1/stages/${made.id}`, undefined, 200);
    const inUse = (await program.get(at)).json.current_stage;
    const kept = await send('DELETE', `/api/v1/stages/${stage(inUse).id}`,
        undefined, 409);
    assert.match(kept.json.detail, /move them first/);
});

test('goals of a stage are in its list, and in that of all', async () => {
    const { id } = stage('Onboarding');
    const { json: goal } = await send('POST', `/api/v1/stages/${id}/goals`,
        { title: 'Data migrated', is_blocking: true }, 201);
    assert.deepEqual([goal.stage_id, goal.is_mandatory, goal.is_blocking],
        [id, true, true]);
    const { json: changed } = await send('PATCH',
        `/api/v1/stage-goals/${goal.id}`, { is_blocking: false }, 200);
    assert.deepEqual([changed.title, changed.is_blocking],
        ['Data migrated', false]);
    const of = (await program.get(`/api/v1/stages/${id}/goals?include=stage`))
        .json.data.find((g) => g.id === goal.id);
    assert.equal(of.stage.name, 'Onboarding');
    const embedded = (await program.get(`/api/v1/stages/${id}?include=goals`))
        .json.goals.map((g) => g.id);
    assert.ok(embedded.includes(goal.id));
    await send('DELETE', `/api/v1/stage-goals/${goal.id}`, undefined, 200);
});

test('a move asks for goals or for a reason, and is a stay', async () => {
    const { json: goal } = await send('POST',
        `/api/v1/stages/${stage('Onboarding').id}/goals`,
        { title: 'Team trained', is_blocking: true }, 201);
    const to = { stage: stage('Adoption').id };
    const blocked = await send('POST', `${at}/moves`, to, 422, program);
    assert.equal(blocked.json.errors[0].pointer, '/goals');
    const late = await send('POST', `${at}/moves`,
        { ...to, from: stage('Renewal').id }, 409, program);
    assert.match(late.json.detail, /is in Onboarding now/);
    const open = (await program.get(`${at}/goals?stage=Onboarding`)).json.data;
    assert.ok(open.every((g) => g.status === 'open'));
    const { json: stay, headers } = await send('POST', `${at}/moves`,
        { ...to, goals: [goal.id], reason: 'In a hurry' }, 201, program);
    assert.deepEqual([stay.from_stage, stay.to_stage, stay.exited_at,
        stay.triggered_by], ['Onboarding', 'Adoption', null,
        world.people.Practitioner.id]);
    assert.match(headers.location,
        new RegExp(`/journey-history/${stay.id}$`));
    const history = (await program.get(`${at}/journey-history`)).json.data;
    assert.deepEqual(history.map((h) => h.to_stage),
        ['Adoption', 'Onboarding']);
    const reached = (await program.get(`${at}/goals?status=reached`)).json
        .data.map((g) => g.id);
    assert.deepEqual(reached, [goal.id]);
});

test('a goal is waived with a reason, and open again', async () => {
    const [{ id }] = (await program.get(`${at}/goals?limit=1`)).json.data;
    const set = (json, wanted) => send('PATCH', `${at}/goals/${id}`, json,
        wanted, program);
    const silent = await set({ status: 'waived' }, 422);
    assert.equal(silent.json.errors[0].pointer, '/reason');
    const waived = (await set({ status: 'waived', reason: 'Not theirs' },
        200)).json;
    assert.deepEqual([waived.status, waived.reason, waived.decided_by],
        ['waived', 'Not theirs', world.people.Practitioner.id]);
    assert.equal((await set({ status: 'open' }, 200)).json.reason, null);
    await send('PATCH', `${at}/goals/${account}`, { status: 'open' }, 404,
        program);
});

test('the timeline has each thing once, page by page', async () => {
    for (let i = 0; i < 5; i++)
        await send('POST', `${at}/notes`, { body: `Note ${i}` }, 201, program);
    const all = (await program.get(`${at}/timeline?limit=200`)).json.data;
    assert.ok(all.length > 7);
    const found = [];
    let next = `${at}/timeline?limit=3`;
    while (next) {
        const answer = await program.get(next);
        assert.equal(answer.status, 200, answer.body);
        found.push(...answer.json.data);
        next = answer.headers.link?.match(/^<([^>]+)>/)[1];
    }
    assert.deepEqual(found, all);
    const notes = (await program.get(`${at}/timeline?kind=note`)).json.data;
    assert.deepEqual(notes.map((n) => n.detail).sort(),
        [0, 1, 2, 3, 4].map((i) => `Note ${i}`));
    assert.equal((await program.get(`${at}/timeline?cursor=x`)).status, 422);
    assert.equal((await program.get(
        `/api/v1/accounts/${world.tenant}/timeline`)).status, 404);
});

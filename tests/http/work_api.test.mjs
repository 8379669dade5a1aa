// Notes, tasks, alerts and tags by the API.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { run, value } from '../lib/db.mjs';
import { World } from '../lib/world.mjs';

let world, program, contributor, account, at;

before(() => {
    world = new World('work-api');
    program = world.program('Practitioner');
    contributor = world.program('Contributor');
    account = world.addAccount('Blue Harbour');
    at = `/api/v1/accounts/${account}`;
});
after(() => world.end());

const post = async (path, json, who = program) => {
    const answer = await who.send('POST', `${at}/${path}`, { json });
    assert.equal(answer.status, 201, answer.body);
    return answer;
};
const patch = (path, json, who = program) =>
    who.send('PATCH', `/api/v1/${path}`, { json });

test('a call is logged, counts as contact, and is changed by its author',
    async () => {
        const { json: note, headers } = await post('notes', { kind: 'call',
            body: 'They will renew.', occurred_on: '2026-01-31' },
        contributor);
        assert.equal(note.occurred_at, '2026-01-31T12:00:00.000Z');
        assert.equal(note.author_id, world.people.Contributor.id);
        assert.match(headers.location, new RegExp(`/notes/${note.id}$`));
        assert.equal((await program.get(at)).json.last_contact_at,
            '2026-01-31T12:00:00.000Z');
        const changed = await patch(`notes/${note.id}`, { body: 'Perhaps.' },
            contributor);
        assert.deepEqual([changed.json.body, changed.json.occurred_at,
            changed.json.kind], ['Perhaps.', note.occurred_at, 'call']);
        const { json: other } = await post('notes', { body: 'Of another' });
        assert.equal((await patch(`notes/${other.id}`, { body: 'Mine' },
            contributor)).status, 404);
        const gone = await program.send('DELETE', `/api/v1/notes/${note.id}`);
        assert.equal(gone.json.body, 'Perhaps.');
        assert.equal((await program.get(at)).json.last_contact_at, null);
    });

test('what is wrong with a note is said beside its member', async () => {
    for (const [json, pointer] of [
        [{ body: 'x', occurred_on: '2190-01-01' }, '/occurred_on'],
        [{ body: 'x', contact_id: account }, '/contact_id'],
        [{ body: ' ' }, '/body'], [{ body: 'x', kind: 'sms' }, '/kind']]) {
        const answer = await program.send('POST', `${at}/notes`, { json });
        assert.equal(answer.status, 422, answer.body);
        assert.equal(answer.json.errors[0].pointer, pointer);
    }
});

test('a task is given, done and opened again', async () => {
    const me = world.people.Practitioner.id;
    const { json: task } = await post('tasks', { title: 'Send the offer',
        due_on: '2030-01-31', priority: 'high' });
    assert.deepEqual([task.assignee_id, task.created_by, task.status],
        [me, me, 'open']);
    const done = (await patch(`tasks/${task.id}`, { status: 'done' })).json;
    assert.equal(done.status, 'done');
    assert.ok(done.completed_at);
    assert.equal(done.priority, 'high');
    const open = (await patch(`tasks/${task.id}`, { status: 'open',
        due_on: null, assignee_id: null })).json;
    assert.deepEqual([open.completed_at, open.due_on, open.assignee_id],
        [null, null, null]);
    const mine = await contributor.send('POST', `${at}/tasks`,
        { json: { title: 'Not mine', assignee_id: me } });
    assert.equal(mine.status, 422);
    assert.equal(mine.json.errors[0].pointer, '/assignee_id');
});

test('tasks come by their day, those without one last', async () => {
    run('delete from tasks where tenant_id = :\'tenant\'',
        { tenant: world.tenant });
    for (const [title, due_on] of [['C', null], ['B', '2030-02-01'],
        ['A', '2030-01-01']])
        await post('tasks', { title, due_on });
    const titles = async (query) => (await program.get(
        `/api/v1/tasks?${query}`)).json.data.map((t) => t.title).join('');
    assert.equal(await titles(''), 'ABC');
    assert.equal(await titles('sort=-due_on'), 'CBA');
    assert.equal(await titles('due_on.before=2030-01-15'), 'A');
    assert.equal(await titles('due_on.empty=yes'), 'C');
    assert.equal(await titles(`assignee_id.not=${
        world.people.Practitioner.id}`), '');
});

test('an alert is handled, and opened again', async () => {
    const id = value(`insert into alerts (tenant_id, account_id, kind, title)
        values (:'tenant', :'account', 'health_drop', 'It fell')
        returning id`, { tenant: world.tenant, account });
    const open = (await program.get(`${at}/alerts?status=open`)).json.data;
    assert.deepEqual(open.map((a) => a.id), [id]);
    const done = (await patch(`alerts/${id}`, { status: 'resolved' })).json;
    assert.equal(done.acknowledged_by, world.people.Practitioner.id);
    assert.match(done.resolved_at, /Z$/);
    const again = (await patch(`alerts/${id}`, { status: 'open' })).json;
    assert.deepEqual([again.resolved_at, again.acknowledged_by],
        [null, null]);
});

test('an account is given a tag once, whatever its case', async () => {
    const first = (await post('tags', { name: 'Reference' })).json;
    const again = (await post('tags', { name: 'reference' })).json;
    assert.equal(again.id, first.id);
    const list = async () => (await program.get(`${at}/tags`)).json.data
        .map((t) => t.name);
    assert.deepEqual(await list(), ['Reference']);
    const gone = () => program.send('DELETE', `${at}/tags/${first.id}`);
    assert.equal((await gone()).json.name, 'Reference');
    assert.deepEqual(await list(), []);
    assert.equal((await gone()).status, 404);
});

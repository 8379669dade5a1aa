// Undo of one request: the toast that offers it, and the form.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { run, runLater, value } from '../lib/db.mjs';
import { textOf } from '../lib/html.mjs';
import { until } from '../lib/instance.mjs';
import { Visitor } from '../lib/http.mjs';
import { World, openSession } from '../lib/world.mjs';

let world, visitor, account;

before(() => {
    world = new World('undo');
    visitor = world.visitor('Practitioner');
    account = world.addAccount('TechStart <b>Solutions</b>',
        { current_stage: `'Onboarding'` });
});
after(() => world.end());

const move = (stage, role = 'Practitioner') => world.request(role,
    `update accounts set current_stage = :'stage' where id = :'account'`,
    { stage, account });
const stage = () => value(
    `select current_stage from accounts where id = :'account'`, { account });
const stays = () => value(`select count(*)::int from journey_history
    where account_id = :'account'`, { account });
const list = (done) => `/dashboard/accounts?sort=-arr&done=${done}&q=te`;
const toast = (answer) => textOf(/<dialog class="toast"[^]*?<\/dialog>/
    .exec(answer.body.replace(/<template[^]*?<\/template>/g, ''))?.[0] ?? '');

test('a page says what was done, offers Undo and then Redo, and keeps its '
    + 'own address', async () => {
    const request = move('Renewal');
    const page = await visitor.get(list(request));
    assert.equal(page.status, 200);
    assert.match(toast(page),
        /^Moved TechStart <b>Solutions<\/b> to Renewal Undo/);
    const form = page.form('/dashboard/undo');
    assert.equal(form.fields.next, '/dashboard/accounts?sort=-arr&q=te');
    const undone = await visitor.submit(form);
    assert.equal(undone.status, 303);
    assert.match(undone.location,
        /^\/dashboard\/accounts\?sort=-arr&q=te&done=[0-9a-f]{32}$/);
    assert.equal(stage(), 'Onboarding');
    assert.equal(stays(), 1);
    const next = await visitor.get(undone.location);
    assert.match(toast(next),
        /^Undone: Moved TechStart <b>Solutions<\/b> to Renewal Redo/);
    assert.equal(toast(await visitor.get(list(request))), '');
    const redone = await visitor.submit(next.form('/dashboard/undo'));
    assert.equal(redone.status, 303);
    assert.equal(stage(), 'Renewal');
    assert.equal(stays(), 2);
    assert.match(toast(await visitor.get(redone.location)), /^Done again:/);
});

test('the toast is for who did it; an administrator may undo it', async () => {
    const request = move('Adoption');
    const { _csrf } = (await visitor.get(list(request)))
        .form('/dashboard/undo').fields;
    for (const role of ['Viewer', 'Contributor', 'Tenant Admin'])
        assert.equal(toast(await world.visitor(role).get(list(request))), '');
    assert.equal(toast(await visitor.get(list('f'.repeat(32)))), '');
    assert.equal((await visitor.get(list('moved'))).status, 200);
    const other = world.visitor('Contributor');
    assert.equal((await other.post('/dashboard/undo',
        { request, _csrf: await other.token() })).status, 404);
    assert.equal((await visitor.post('/dashboard/undo',
        { request: 'f'.repeat(32), _csrf })).status, 404);
    assert.equal(stage(), 'Adoption');
    const admin = world.visitor('Tenant Admin');
    assert.equal((await admin.post('/dashboard/undo',
        { request, _csrf: await admin.token() })).status, 303);
    assert.equal(stage(), 'Renewal');
});

test('what has changed since is not undone, and the page says what', async () => {
    const request = move('Adoption');
    const form = (await visitor.get(list(request))).form('/dashboard/undo');
    move('At Risk', 'Tenant Admin');
    const answer = await visitor.submit(form);
    assert.equal(answer.status, 409);
    assert.match(answer.text, /Nothing was undone: TechStart <b>Solutions<\/b> has changed since\./);
    assert.equal(stage(), 'At Risk');
});

test('of two undos at once one wins', async () => {
    const request = move('Adoption');
    const form = (await visitor.get(list(request))).form('/dashboard/undo');
    const before = stays();
    // Both wait for the row, having seen that nothing is undone yet.
    const lock = runLater(`begin;
        select from accounts where id = :'account' for update;
        select pg_sleep(1); commit`, { account });
    await until('the row is locked', () => Number(value(
        `select count(*) from pg_stat_activity where query like '%pg_sleep(1)%'
            and wait_event = 'PgSleep'`)) > 0);
    const answers = await Promise.all([visitor.submit(form),
        visitor.submit(form)]);
    await lock;
    assert.deepEqual(answers.map((a) => a.status).sort(), [303, 409]);
    assert.equal(stays(), before - 1);
});

test('a wrong form is told what is wrong with it', async () => {
    const _csrf = await visitor.token();
    for (const [fields, status] of [
        [{}, 422], [{ request: 'x'.repeat(32) }, 422],
        [{ request: 'f'.repeat(31) }, 422],
        [{ request: 'f'.repeat(32), next: '//evil.example/' }, 422],
        [{ request: 'f'.repeat(32), next: 'https://evil.example/' }, 422],
        [{ request: 'f'.repeat(32), other: '1' }, 400]])
        assert.equal((await visitor.post('/dashboard/undo',
            { ...fields, _csrf })).status, status, JSON.stringify(fields));
});

test('where it leads may have a query and a place', async () => {
    const request = move('Renewal');
    const answer = await visitor.post('/dashboard/undo', { request,
        next: '/dashboard/accounts#list', _csrf: await visitor.token() });
    assert.match(answer.location,
        /^\/dashboard\/accounts\?done=[0-9a-f]{32}#list$/);
});

test('two hundred accounts are moved and undone at once', async () => {
    run(`insert into accounts (tenant_id, name)
        select :'tenant', 'Bulk ' || n from generate_series(1, 200) n`,
    { tenant: world.tenant });
    const request = world.request('Practitioner', `update accounts
        set current_stage = 'Renewal' where name like 'Bulk %'`);
    const page = await visitor.get(list(request));
    assert.match(toast(page), /^Moved 200 accounts to Renewal/);
    assert.equal((await visitor.submit(page.form('/dashboard/undo'))).status,
        303);
    assert.equal(Number(value(`select count(*) from accounts a
        join journey_history h on h.account_id = a.id
        where a.tenant_id = :'tenant' and a.name like 'Bulk %'
            and a.current_stage = 'Onboarding' and h.exited_at is null`,
    { tenant: world.tenant })), 200);
});

// Sends a form of an administrator's page; the page it leads to.
async function send(page, action, fields = {}) {
    const admin = world.visitor('Tenant Admin');
    const answer = await admin.submit((await admin.get(page)).form(action),
        fields);
    assert.equal(answer.status, 303, answer.text);
    return { admin, next: await admin.get(answer.location.split('#')[0]) };
}
const find = (query) => value(`select id from ${query}`,
    { tenant: world.tenant });
const stageOf = (name) => find(`journey_stages
    where tenant_id = :'tenant' and name = '${name}'`);
const contributor = () => find(`profiles
    where tenant_id = :'tenant' and role = 'Contributor'`);

// What each form of the admin area says it did, and what is as before when it
// was undone.
const admin = '/dashboard/admin';
const things = {
    'a new stage': () => [`${admin}/stages`, '', { name: 'Pilot' },
        /^Added the stage Pilot Undo/],
    'the name of a stage': () => [`${admin}/stages/${stageOf('Adoption')}`,
        '', { name: 'Use' }, /^Changed the name of the stage Use Undo/],
    'the colour of a stage': () => [
        `${admin}/stages/${stageOf('Adoption')}`, '',
        { color_hex: '#15803d' },
        /^Changed the colour of the stage Adoption Undo/],
    'the order of stages': () => [`${admin}/stages`,
        `/${stageOf('Adoption')}/move`, {},
        /^Changed the order of 2 stages Undo/],
    'a stage with accounts, deleted': () => [
        `${admin}/stages/${stageOf('Onboarding')}`, '/delete',
        { to: stageOf('Adoption') }, /^Removed the stage Onboarding Undo/],
    'a new goal': () => [`${admin}/stages/${stageOf('Adoption')}`, '/goals',
        { title: 'Kick-off' }, /^Added the stage goal Kick-off Undo/],
    'a new attribute': () => [`${admin}/attributes`, '',
        { label: 'Region', kind: 'text' },
        /^Added the attribute Region Undo/],
    'a deleted attribute': () => {
        run(`insert into custom_attributes (tenant_id, key, label, kind,
                position) values (:'tenant', 'seats', 'Seats', 'number', 1)`,
        { tenant: world.tenant });
        return [`${admin}/attributes/${find(`custom_attributes
            where tenant_id = :'tenant' and key = 'seats'`)}`, '/delete', {},
        /^Removed the attribute Seats Undo/];
    },
    'a tier': () => [`${admin}/tiers/${find(`account_tiers
        where tenant_id = :'tenant' and tier = 'trial'`)}`, '',
    { response_hours: '17' },
    /^Changed the response hours of the tier Trial Undo/],
    'a role': () => [`${admin}/users/${contributor()}`, '',
        { role: 'Viewer' }, /^Changed the role of .* to Viewer Undo/],
    'a deactivation': () => [`${admin}/users/${contributor()}`,
        '/deactivate', {}, /^Deactivated Contributor of .* Undo/],
    'an endpoint': () => [`${admin}/endpoints/${
        world.addEndpoint('https://receiver.example/').id}`, '',
    { url: 'https://else.example/' },
    /^Changed the address of the endpoint Receiver Undo/],
    'a pause of an endpoint': () => [`${admin}/endpoints/${
        find(`webhook_endpoints where tenant_id = :'tenant'`)}`,
    '/pause', {}, /^Paused the endpoint Receiver Undo/],
    'a pause of a playbook': () => ['/dashboard/automation',
        `/playbooks/${find(`playbooks where tenant_id = :'tenant'
            and is_active`)}`, { is_active: 'false' },
        /^Paused the playbook .* Undo/],
    'an alert': () => ['/dashboard/alerts', `/${value(`insert into alerts
        (tenant_id, kind, title) values (:'tenant', 'x', 'It fell')
        returning id`, { tenant: world.tenant })}`,
    { status: 'resolved' }, /^Resolved the alert “It fell” Undo/],
};
const kept = ['journey_stages', 'stage_goals', 'custom_attributes',
    'account_tiers', 'profiles', 'webhook_endpoints', 'playbooks', 'alerts',
    'accounts', 'journey_history'];
const state = () => kept.map((name) => value(`select string_agg(
        (to_jsonb(t) - 'updated_at')::text, ' ' order by t.id)
    from mainstay.${name} t where t.tenant_id = :'tenant'`,
{ tenant: world.tenant }));

for (const [name, make] of Object.entries(things))
    test(`${name}: said, undone and done again`, async () => {
        const [page, action, fields, said] = make();
        const before = state();
        const { admin, next } = await send(page, page + action, fields);
        assert.match(toast(next), said);
        const changed = state();
        assert.notDeepEqual(changed, before);
        const undone = await admin.submit(next.form('/dashboard/undo'));
        assert.equal(undone.status, 303, undone.text);
        assert.deepEqual(state(), before);
        const back = await admin.get(undone.location.split('#')[0]);
        assert.match(toast(back), /^Undone: .* Redo/);
        const redone = await admin.submit(back.form('/dashboard/undo'));
        assert.deepEqual(state(), changed);
        const again = await admin.get(redone.location.split('#')[0]);
        assert.match(toast(again), /^Done again: .* Undo/);
        await admin.submit(again.form('/dashboard/undo'));
        assert.deepEqual(state(), before);
    });

test('the last admin is kept by undo as well', async () => {
    const other = world.addPerson('Practitioner');
    const profile = find(`profiles where tenant_id = :'tenant'
        and user_id = '${other.id}'`);
    const page = `${admin}/users/${profile}`;
    const { next } = await send(page, page, { role: 'Tenant Admin' });
    run(`update profiles set is_active = false where tenant_id = :'tenant'
        and role = 'Tenant Admin' and user_id <> :'other'`,
    { tenant: world.tenant, other: other.id });
    const { fields } = next.form('/dashboard/undo');
    const promoted = new Visitor(openSession(other.id, world.tenant).token);
    const answer = await promoted.post('/dashboard/undo',
        { ...fields, _csrf: await promoted.token() });
    assert.equal(answer.status, 409);
    assert.match(answer.text, /needs at least one Tenant Admin/);
});

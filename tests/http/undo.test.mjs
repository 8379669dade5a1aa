// Undo of one request: the toast that offers it, and the form.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { run, runLater, value } from '../lib/db.mjs';
import { textOf } from '../lib/html.mjs';
import { until } from '../lib/instance.mjs';
import { World } from '../lib/world.mjs';

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

// Adding an account, and changing its details in place.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { row, rows, run, value } from '../lib/db.mjs';
import { World, demo } from '../lib/world.mjs';

const page = '/dashboard/accounts/new';
const added = '/dashboard/accounts';
const pathOf = (id) => `/dashboard/accounts/${id}`;
const saveOf = (id) => `${pathOf(id)}/details`;
let world, writer, viewer;

before(() => {
    world = new World('form');
    writer = world.visitor('Practitioner');
    viewer = world.visitor('Viewer');
});
after(() => world.end());

const account = (id) => row(`select *, arr::text as arr_text from accounts
    where id = :'id'`, { id });
const hostile = [`<script>alert(1)</script>`, `"'><img src=x onerror=1>`,
    `مرحبا \u202Eevil`, '🦊👩‍👩‍👧‍👦 Ünïcode & Sons', `{{name}} {{{x}}}`,
    `'; drop table accounts; --`];

// The page that edits one field, or all, and its form.
async function edit(id, what, visitor = writer) {
    const answer = await visitor.get(`${pathOf(id)}?edit=${what}`);
    assert.equal(answer.status, 200);
    return answer.form(saveOf(id));
}

test('an account is added, with what was typed and what goes without saying',
    async () => {
        const form = (await writer.get(page)).form(added);
        assert.equal(form.fields.csm_id, world.people.Practitioner.id);
        assert.equal(form.fields.currency, 'USD');
        const answer = await writer.submit(form, { name: '  Contoso ',
            arr: '12,500', tier: 'enterprise', renewal_date: '2027-03-01',
            current_stage: 'Adoption' });
        assert.equal(answer.status, 303);
        const [, id] = /accounts\/([0-9a-f-]{36})\?done=[0-9a-f]{32}$/
            .exec(answer.location);
        const made = account(id);
        assert.deepEqual([made.name, made.arr_text, made.tier, made.status,
            made.renewal_date, made.current_stage, made.csm_id],
        ['Contoso', '12500.00', 'enterprise', 'active', '2027-03-01',
            'Adoption', world.people.Practitioner.id]);
        assert.equal(value(`select count(*) from journey_history
            where account_id = :'id'`, { id }), 1);
        const shown = await writer.get(answer.location);
        assert.match(shown.text, /Contoso .* Added Contoso/);
    });

test('a form that is wrong comes back with all of it and every reason',
    async () => {
        const form = (await writer.get(page)).form(added);
        const typed = { name: '', arr: 'much', currency: 'dollars',
            renewal_date: '2026-02-30', industry: 'Kept "as" <typed>',
            parent_id: 'No such' };
        const answer = await writer.submit(form, typed);
        assert.equal(answer.status, 422);
        assert.equal(answer.error('name'), 'Name is required.');
        assert.match(answer.error('arr'), /ARR must be an amount/);
        assert.match(answer.error('currency'), /too long|three letters/);
        assert.match(answer.error('renewal_date'), /must be a date/);
        assert.match(answer.error('parent_id'), /no account “No such”/);
        const again = answer.form(added).fields;
        for (const [name, text] of Object.entries(typed))
            assert.equal(again[name], text, name);
        assert.equal(value(`select count(*) from accounts
            where tenant_id = :'tenant' and industry ~ 'Kept'`,
        { tenant: world.tenant }), 0);
    });

test('a form without its fields, or with others, is refused', async () => {
    const { fields } = (await writer.get(page)).form(added);
    const bare = await writer.post(added, { _csrf: fields._csrf });
    assert.equal(bare.status, 422);
    assert.equal(bare.error('name'), 'Name is required.');
    const more = await writer.post(added,
        { ...fields, name: 'X', health_score: '100' });
    assert.equal(more.status, 422);
    assert.match(more.text, /health_score is not known here/);
});

test('a subsidiary begins below its parent', async () => {
    const up = world.addAccount('Upper <house>', { currency: `'EUR'` });
    const form = (await writer.get(`${page}?parent=${up}`)).form(added);
    assert.equal(form.fields.parent_id, 'Upper <house>');
    assert.equal(form.fields.currency, 'EUR');
    const answer = await writer.submit(form, { name: 'Lower house' });
    const [, id] = /accounts\/([0-9a-f-]{36})/.exec(answer.location);
    assert.equal(account(id).parent_id, up);
    const other = (await writer.get(`${page}?parent=${demo.globalTech}`))
        .form(added);
    assert.equal(other.fields.parent_id, '', 'of another tenant: nothing');
});

test('one field is changed in place, and only that', async () => {
    const id = world.addAccount('Plain', { industry: `'Steel'` });
    const form = await edit(id, 'industry');
    assert.deepEqual(Object.keys(form.fields).sort(),
        ['_csrf', 'industry', 'w.industry']);
    const answer = await writer.submit(form, { industry: 'Glass' });
    assert.match(answer.location, /\?done=[0-9a-f]{32}#facts$/);
    assert.equal(account(id).industry, 'Glass');
    assert.deepEqual(rows(`select before, after from audit_log
        where object_id = :'id' and action = 'accounts.update'`, { id }),
    [{ before: { industry: 'Steel' }, after: { industry: 'Glass' } }]);
    await writer.submit((await writer.get(answer.location.split('#')[0]))
        .form('/dashboard/undo'));
    assert.equal(account(id).industry, 'Steel', 'undone');
});

test('all fields are changed at once, in one entry of the log', async () => {
    const id = world.addAccount('All of it');
    const form = await edit(id, 'all');
    assert.equal(form.fields.name, 'All of it');
    const answer = await writer.submit(form, { name: 'All of that',
        status: 'paused', arr: '7.25', csm_id: '', contract_start_date:
        '2026-01-01', contract_end_date: '2026-12-31' });
    assert.equal(answer.status, 303);
    const now = account(id);
    assert.deepEqual([now.name, now.status, now.arr_text, now.csm_id,
        now.contract_end_date],
    ['All of that', 'paused', '7.25', null, '2026-12-31']);
    assert.equal(value(`select count(*) from audit_log
        where object_id = :'id' and action = 'accounts.update'`, { id }), 1);
});

test('nothing changed writes nothing', async () => {
    const id = world.addAccount('Same');
    const answer = await writer.submit(await edit(id, 'all'));
    assert.equal(answer.status, 303);
    assert.equal(value(`select count(*) from audit_log
        where object_id = :'id' and action = 'accounts.update'`, { id }), 0);
});

test('two who edit the same: the second sees both values and loses nothing',
    async () => {
        const id = world.addAccount('Contested', { industry: `'Steel'` });
        const mine = await edit(id, 'industry');
        const theirs = await edit(id, 'industry', world.visitor('Tenant Admin'));
        await world.visitor('Tenant Admin')
            .submit(theirs, { industry: 'Glass & "more"' });
        const told = await writer.submit(mine, { industry: 'Wood' });
        assert.equal(told.status, 409);
        assert.equal(account(id).industry, 'Glass & "more"');
        assert.match(told.text, /Somebody changed this meanwhile/);
        assert.match(told.text, /has made this Glass & "more" meanwhile/);
        const again = told.form(saveOf(id));
        assert.equal(again.fields.industry, 'Wood');
        assert.equal((await writer.submit(again)).status, 303);
        assert.equal(account(id).industry, 'Wood');
    });

test('two who edit different fields of the whole form both win', async () => {
    const id = world.addAccount('Shared');
    const mine = await edit(id, 'all');
    await writer.submit(await edit(id, 'arr'), { arr: '99' });
    const answer = await writer.submit(mine, { industry: 'Wood' });
    assert.equal(answer.status, 303);
    assert.deepEqual([account(id).arr_text, account(id).industry],
        ['99.00', 'Wood']);
});

test('a score that comes meanwhile is no conflict', async () => {
    const id = world.addAccount('Scored meanwhile');
    const form = await edit(id, 'all');
    world.score(id, 30);
    assert.equal((await writer.submit(form, { name: 'Scored' })).status, 303);
});

test('what was typed wrong in place stands there again', async () => {
    const id = world.addAccount('Wrong');
    const answer = await writer.submit(await edit(id, 'arr'),
        { arr: '<b>5</b>' });
    assert.equal(answer.status, 422);
    assert.match(answer.error('arr'), /ARR must be an amount/);
    assert.equal(answer.form(saveOf(id)).fields.arr, '<b>5</b>');
});

test('hostile names are shown harmlessly, and kept as they are', async () => {
    for (const name of hostile) {
        const form = (await writer.get(page)).form(added);
        const answer = await writer.submit(form,
            { name, industry: name.slice(0, 100) });
        assert.equal(answer.status, 303, name);
        const shown = await writer.get(answer.location);
        assert.ok(!shown.body.includes('<script>alert'), name);
        assert.ok(!shown.body.includes('<img src=x'), name);
        const [, id] = /accounts\/([0-9a-f-]{36})/.exec(answer.location);
        assert.equal(account(id).name, name);
        assert.equal((await edit(id, 'name')).fields.name, name);
    }
    const form = (await writer.get(page)).form(added);
    const long = await writer.submit(form, { name: 'ä'.repeat(10000) });
    assert.equal(long.status, 422);
    assert.match(long.error('name'), /at most 200 characters, this has 10000/);
});

test('whoever may not write is shown no form, and refused', async () => {
    const id = world.addAccount('Read only');
    const answer = await viewer.get(`${pathOf(id)}?edit=all`);
    assert.equal(answer.status, 200);
    assert.doesNotMatch(answer.body, /\/details"|\?edit=[a-z_]+#|accounts\/new/);
    assert.equal((await viewer.get(page)).status, 403);
    const token = await viewer.token();
    for (const path of [saveOf(id), added])
        assert.equal((await viewer.post(path, { _csrf: token, name: 'X' }))
            .status, 403);
    assert.doesNotMatch((await viewer.get(added)).body, /accounts\/new/);
});

test('a past day offers nothing to edit', async () => {
    const id = world.addAccount('Then', { created_at:
        `now() - interval '9 days'` });
    const day = value(`select (current_date - 3)::text as day`);
    const answer = await writer.get(`${pathOf(id)}?as_of=${day}&edit=all`);
    assert.equal(answer.status, 200);
    assert.doesNotMatch(answer.body, /\/details"|\?edit=[a-z_]+#/);
});

test('an account of another tenant is not there', async () => {
    const token = await writer.token();
    const answer = await writer.post(saveOf(demo.globalTech),
        { _csrf: token, name: 'Mine', 'w.name': 'x' });
    assert.equal(answer.status, 404);
    const id = world.addAccount('Child');
    const below = await writer.submit(await edit(id, 'parent_id'),
        { parent_id: demo.globalTech });
    assert.equal(below.status, 422);
    assert.match(below.error('parent_id'), /There is no account/);
});

test('a name of a field that is none edits nothing', async () => {
    const id = world.addAccount('Which');
    for (const what of ['nothing', 'health_score', `%22%3E%3Cscript%3E`])
        assert.doesNotMatch((await writer.get(`${pathOf(id)}?edit=${what}`))
            .body, /\/details"|<script>/);
});

test('custom attributes are typed as they are defined, and kept so',
    async () => {
        for (const [key, kind, choices] of [['seats', 'number', '{}'],
            ['plan', 'choice', '{"Basic <b>","Pro & more"}'],
            ['live', 'boolean', '{}']])
            run(`insert into custom_attributes (tenant_id, key, label, kind,
                    choices)
                values (:'tenant', :'key', initcap(:'key'), :'kind',
                    :'choices')`,
            { tenant: world.tenant, key, kind, choices });
        const id = world.addAccount('Custom', {
            crm_attributes: `'{"old": "<i>as it was</i>"}'` });
        const wrong = await writer.submit(await edit(id, 'all'),
            { 'a.seats': 'many', 'a.plan': 'Basic <b>' });
        assert.equal(wrong.status, 422);
        assert.match(wrong.error('a.seats'), /Seats must be a number/);
        assert.equal(wrong.form(saveOf(id)).fields['a.plan'], 'Basic <b>');
        const saved = await writer.submit(wrong.form(saveOf(id)),
            { 'a.seats': '40', 'a.live': 'true' });
        assert.equal(saved.status, 303);
        assert.deepEqual(account(id).crm_attributes,
            { old: '<i>as it was</i>', seats: 40, plan: 'Basic <b>',
                live: true });
        assert.match((await viewer.get(pathOf(id))).text,
            /Live Yes Plan Basic <b> Seats 40 Old <i>as it was<\/i>/);
    });

// The stage designer: what is typed is kept when it is wrong, and accounts
// are asked for before their stage goes.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { rows, run, runLater, value } from '../lib/db.mjs';
import { table } from '../lib/html.mjs';
import { World } from '../lib/world.mjs';

const base = '/dashboard/admin/stages';
let world, other, admin;

before(() => {
    world = new World('stages');
    other = new World('others');
    admin = world.visitor('Tenant Admin');
});
after(() => {
    world.end();
    other.end();
});

const stage = (name, { tenant } = world) => value(`select id
    from journey_stages where tenant_id = :'tenant' and name = :'name'`,
{ tenant, name });
const names = () => rows(`select name from journey_stages
    where tenant_id = :'tenant' order by display_order`,
{ tenant: world.tenant }).map(({ name }) => name);

async function add(fields) {
    return admin.submit((await admin.get(base)).form(base), fields);
}

test('stages are listed in order, with what is in them', async () => {
    world.addAccount('First', { current_stage: `'Adoption'` });
    const list = table((await admin.get(base)).body, /^Stages/);
    assert.deepEqual(list.map((line) => line[0]), names());
    assert.deepEqual(list[1].slice(0, 5),
        ['Adoption', 'Normal', '60 days', '1 account in Adoption', 'None']);
    assert.equal(list.at(-1)[1], 'Terminal');
});

test('a stage is added, and a pale colour is refused with one that would do',
    async () => {
        const wrong = await add({ name: 'Pilot', color_hex: '#fde047',
            target_duration_days: '14', kind: 'exception' });
        assert.equal(wrong.status, 422);
        assert.match(wrong.text, /#fde047 can hardly be seen: .* #a7942f/);
        const form = wrong.form(base);
        assert.deepEqual([form.fields.name, form.fields.color_hex,
            form.fields.target_duration_days, form.fields.kind],
        ['Pilot', '#fde047', '14', 'exception']);
        const answer = await admin.submit(form, { color_hex: '#a7942f' });
        assert.equal(answer.leadsTo,
            `${base}?done=:request#r-${stage('Pilot')}`);
        assert.equal(names().at(-1), 'Pilot');
        for (const [fields, message] of [
            [{ name: 'PILOT' }, /There is already a stage called PILOT/],
            [{ name: '' }, /Name is required/],
            [{ target_duration_days: '0' }, /Target days must be/],
            [{ target_duration_days: 'x' }, /Target days must be/],
            [{ kind: 'best' }, /Kind must be one of/],
            [{ color_hex: '#zzzzzz' }, /A colour is #/],
        ]) {
            const page = await add({ name: 'More', color_hex: '#15803d',
                kind: 'normal', ...fields });
            assert.equal(page.status, 422, JSON.stringify(fields));
            assert.match(page.text, message);
        }
    });

test('a stage moves, and a new name goes along', async () => {
    const id = stage('Pilot');
    const page = await admin.get(base);
    assert.equal((await admin.submit(page.form(`${base}/${id}/move`)))
        .status, 303);
    assert.deepEqual(names().slice(-2), ['Pilot', 'Churn']);
    const account = world.addAccount('Pilots', { current_stage: `'Pilot'` });
    const form = (await admin.get(`${base}/${id}`)).form(`${base}/${id}`);
    const answer = await admin.submit(form, { name: 'Trial' });
    assert.equal(answer.leadsTo, `${base}?done=:request#r-${id}`);
    assert.equal(value(`select current_stage from accounts
        where id = :'account'`, { account }), 'Trial');
});

test('a stage with accounts asks where they go, and then goes', async () => {
    const id = stage('Trial');
    const page = await admin.get(`${base}/${id}`);
    const form = page.form(`${base}/${id}/delete`);
    assert.match(page.text, /Its 1 account move to/);
    const wrong = await admin.submit(form);
    assert.equal(wrong.status, 422);
    assert.match(wrong.text, /Say where the accounts of this stage go\./);
    const theirs = await admin.submit(form,
        { to: stage('Adoption', other) });
    assert.equal(theirs.status, 422);
    const answer = await admin.submit(form, { to: stage('Renewal') });
    assert.equal(answer.leadsTo, `${base}?done=:request`);
    assert.deepEqual(rows(`select to_stage, exited_at is null as is_open
        from journey_history h join accounts a on a.id = h.account_id
        where a.name = 'Pilots' and a.tenant_id = :'tenant'
        order by is_open`, { tenant: world.tenant }),
    [{ to_stage: 'Trial', is_open: false },
        { to_stage: 'Renewal', is_open: true }]);
    const list = table((await admin.get(base)).body, /^Stages/);
    assert.ok(!list.some(([name]) => name === 'Trial'));
});

test('an account that enters while its stage goes finds it gone', async () => {
    await add({ name: 'Brief', color_hex: '#15803d', kind: 'normal' });
    const id = stage('Brief');
    const account = world.addAccount('Late');
    const late = runLater(`begin;
        update accounts set current_stage = 'Brief' where id = :'account';
        select pg_sleep(0.5); commit;`, { account });
    await new Promise((done) => setTimeout(done, 200));
    const form = (await admin.get(`${base}/${id}`))
        .form(`${base}/${id}/delete`);
    const answer = await admin.submit(form, { to: stage('Renewal') });
    await late;
    assert.equal(answer.status, 303, answer.text);
    assert.equal(value(`select current_stage from accounts
        where id = :'account'`, { account }), 'Renewal');
});

test('goals are added, ordered, edited and deleted', async () => {
    const page = `${base}/${stage('Renewal')}`;
    const goals = `${page}/goals`;
    for (const fields of [{ title: 'Sponsor met' },
        { title: 'Terms agreed', description: 'By both', is_mandatory: '1' }]) {
        const form = (await admin.get(page)).form(goals);
        const { is_mandatory: usual, ...rest } = form.fields;
        assert.equal(usual, '1');
        const answer = await admin.submit({ ...form, fields: rest }, fields);
        assert.equal(answer.leadsTo, `${page}?done=:request#goals`);
    }
    const list = async () => table((await admin.get(page)).body,
        /^What an account should/).map((line) => line.slice(0, 2).join('|'));
    assert.deepEqual(await list(),
        ['Sponsor met|Optional', 'Terms agreed By both|Mandatory']);
    const wrong = await admin.submit((await admin.get(page)).form(goals),
        { title: '', description: 'Kept' });
    assert.equal(wrong.status, 422);
    assert.equal(wrong.form(goals).fields.description.trim(), 'Kept');
    const goal = value(`select id from stage_goals where title = 'Terms agreed'
        and tenant_id = :'tenant'`, { tenant: world.tenant });
    await admin.submit((await admin.get(page)).form(`${goals}/${goal}/move`));
    assert.match((await list())[0], /^Terms/);
    const form = (await admin.get(`${goals}/${goal}`))
        .form(`${goals}/${goal}`);
    assert.equal(form.fields.title, 'Terms agreed');
    await admin.submit(form, { title: 'Price agreed' });
    assert.match((await list())[0], /^Price agreed By both/);
    const last = await admin.get(`${goals}/${goal}`);
    await admin.submit(last.form(`${goals}/${goal}/delete`));
    assert.deepEqual(await list(), ['Sponsor met|Optional']);
});

test('stages and goals of another tenant are not there', async () => {
    const id = stage('Adoption', other);
    const goal = value(`insert into stage_goals (tenant_id, stage_id, title)
        values (:'tenant', :'id', 'Theirs') returning id`,
    { tenant: other.tenant, id });
    const _csrf = await admin.token();
    const mine = stage('Adoption');
    for (const path of [id, `${id}/goals/${goal}`, `${mine}/goals/${goal}`])
        assert.equal((await admin.get(`${base}/${path}`)).status, 404, path);
    for (const [path, fields] of [
        [id, { name: 'Mine', color_hex: '#15803d', kind: 'normal' }],
        [`${id}/move`, { place: '1' }], [`${id}/delete`, {}],
        [`${id}/goals`, { title: 'Mine' }],
        [`${mine}/goals/${goal}`, { title: 'Mine' }],
        [`${mine}/goals/${goal}/move`, { place: '1' }],
        [`${mine}/goals/${goal}/delete`, {}]]) {
        const answer = await admin.post(`${base}/${path}`,
            { ...fields, _csrf });
        assert.equal(answer.status, 404, path);
    }
    assert.equal(value(`select title from stage_goals where id = :'goal'`,
        { goal }), 'Theirs');
});

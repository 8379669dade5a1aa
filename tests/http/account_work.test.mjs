// Tasks and contacts of an account: adding, editing, removing, undoing, and as
// they were on a day.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { row, run, value } from '../lib/db.mjs';
import { textOf } from '../lib/html.mjs';
import { World, demo } from '../lib/world.mjs';

let world, writer, contributor, viewer, account;

before(() => {
    world = new World('work');
    writer = world.visitor('Practitioner');
    contributor = world.visitor('Contributor');
    viewer = world.visitor('Viewer');
    account = world.addAccount('Worked on', {
        created_at: `now() - interval '30 days'` });
});
after(() => world.end());

const base = () => `/dashboard/accounts/${account}`;
const dayFrom = (days) => value(
    `select to_char(current_date + ${days}, 'YYYY-MM-DD') as day`);
const nobody = '99999999-9999-4999-8999-999999999999';
const hostile = [`<script>alert(1)</script>`, `"'><img src=x onerror=1>`,
    `مرحبا \u202Eevil`, '🦊👩‍👩‍👧‍👦 & Sons', `{{title}} {{{x}}}`];

// The rows of the list on a page.
const items = (answer) => answer.body
    .split('<ul class="list list--work">').slice(1)
    .flatMap((list) => list.split('</ul>')[0].split('<li').slice(1))
    .map((item) => textOf(`<li${item}`));

// kind: where it is on the page, what its form takes, what is wrong with it.
const kinds = {
    tasks: { table: 'tasks', name: 'title', one: 'task',
        fields: { title: 'Call <the> sponsor', due_on: dayFrom(3),
            priority: 'high', detail: 'First line\nsecond "line"' },
        change: { title: 'Call them all' },
        wrong: [['title', '', /Task is required/],
            ['title', 'x'.repeat(301), /at most 300 characters, this has 301/],
            ['due_on', 'soon', /Due must be a date/],
            ['priority', 'urgent', /Priority must be one of low, medium/],
            ['assignee_id', nobody, /somebody who works here/]] },
    contacts: { table: 'contacts', name: 'full_name', one: 'contact',
        fields: { full_name: 'Ada <Lovelace>', email: 'ada@example.com',
            phone: '+44 20 1', job_title: 'CTO & more', influence: 'champion',
            is_sponsor: '1' },
        change: { full_name: 'Ada King' },
        wrong: [['full_name', ' ', /Name is required/],
            ['email', 'ada@@example', /must be an e-mail address/],
            ['phone', '1'.repeat(51), /Phone is too long/],
            ['influence', 'king', /Influence must be one of decision_maker/]] },
};

for (const [where, { table, name, one, fields, change, wrong }] of
    Object.entries(kinds)) {
    const stored = (id) => row(`select * from ${table} where id = :'id'`,
        { id });
    const page = () => `${base()}/${where}`;
    const form = async (visitor = writer) =>
        (await visitor.get(page())).form(page());
    const add = async (more = {}) => {
        const answer = await writer.submit(await form(),
            { ...fields, ...more });
        assert.equal(answer.status, 303);
        return { answer, id: value(`select id from ${table}
            where account_id = :'account' order by created_at desc limit 1`,
        { account }) };
    };
    const edit = async (id, visitor = writer) =>
        (await visitor.get(`${page()}?${one}=${id}`)).form(`${page()}/${id}`);

    test(`${where}: one is added and shown as it was typed`, async () => {
        const { answer, id } = await add();
        assert.match(answer.location,
            new RegExp(`/${where}\\?done=[0-9a-f-]+$`));
        const kept = stored(id);
        for (const [field, text] of Object.entries(fields))
            assert.equal(`${kept[field]}`.replace('true', '1'), text, field);
        const shown = await viewer.get(page());
        assert.ok(items(shown).some((text) => text.includes(fields[name])));
        assert.ok(!shown.body.includes(fields[name]), 'escaped');
    });

    test(`${where}: what is wrong stands beside its field, nothing is lost`,
        async () => {
            for (const [field, text, message] of wrong) {
                const answer = await writer.submit(await form(),
                    { ...fields, [field]: text });
                assert.equal(answer.status, 422, field);
                assert.match(answer.error(field), message);
                const again = answer.form(page()).fields;
                for (const [other, typed] of Object.entries(fields))
                    if (other !== field)
                        assert.equal(again[other], typed, other);
            }
        });

    test(`${where}: one is edited; what it was and became is logged`,
        async () => {
            const { id } = await add();
            const opened = await edit(id);
            for (const [field, typed] of Object.entries(fields))
                assert.equal(opened.fields[field], typed, field);
            const answer = await writer.submit(opened, change);
            assert.equal(answer.status, 303);
            assert.equal(stored(id)[name], change[name]);
            assert.deepEqual(row(`select before, after, account_id
                from audit_log where object_id = :'id'
                    and action = '${table}.update'`, { id }),
            { before: { [name]: fields[name] }, after: change,
                account_id: account });
        });

    test(`${where}: who saves over a change is shown it, and may repeat`,
        async () => {
            const { id } = await add();
            const mine = await edit(id);
            await writer.submit(await edit(id), { [name]: 'Theirs' });
            const told = await writer.submit(mine, { [name]: 'Mine' });
            assert.equal(told.status, 409);
            assert.match(told.text, new RegExp(
                `Somebody changed this ${one} meanwhile`));
            assert.equal(stored(id)[name], 'Theirs');
            assert.ok(items(told).some((text) => text.includes('Theirs')));
            const again = told.form(`${page()}/${id}`);
            assert.equal(again.fields[name], 'Mine');
            assert.equal((await writer.submit(again)).status, 303);
            assert.equal(stored(id)[name], 'Mine');
        });

    test(`${where}: one is removed, and undo brings it back`, async () => {
        const { id } = await add();
        const kept = stored(id);
        const answer = await writer.submit((await writer
            .get(`${page()}?${one}=${id}`)).form(`${page()}/${id}/remove`));
        assert.equal(answer.status, 303);
        assert.equal(stored(id), undefined);
        const toast = await writer.get(answer.location);
        await writer.submit(toast.form('/dashboard/undo'));
        const back = stored(id);
        delete back.updated_at;
        delete kept.updated_at;
        assert.deepEqual(back, kept);
        const again = await writer.submit((await writer
            .get(`${page()}?${one}=${id}`)).form(`${page()}/${id}/remove`));
        assert.equal(again.status, 303);
    });

    test(`${where}: hostile texts are shown harmlessly`, async () => {
        for (const text of hostile) {
            await add({ [name]: text });
            const shown = await viewer.get(page());
            assert.ok(!shown.body.includes('<script>alert'));
            assert.ok(!shown.body.includes('<img src=x'));
            assert.ok(items(shown).some((item) => item.includes(
                text.replace(/\s+/g, ' '))), text);
        }
        const long = await writer.submit(await form(),
            { ...fields, [name]: '🦊'.repeat(2500) });
        assert.equal(long.status, 422);
    });

    test(`${where}: what is not there, or elsewhere, is not found`,
        async () => {
            const { id } = await add();
            const token = await writer.token();
            const other = world.addAccount('Another one');
            for (const path of [`${page()}/${nobody}`,
                `/dashboard/accounts/${other}/${where}/${id}`,
                `/dashboard/accounts/${demo.globalTech}/${where}/${id}`]) {
                const saved = await writer.post(path,
                    { ...fields, seen: '0'.repeat(32), _csrf: token });
                assert.equal(saved.status, 404, path);
                assert.equal((await writer.post(`${path}/remove`,
                    { _csrf: token })).status, 404, path);
            }
            assert.equal((await writer.get(
                `/dashboard/accounts/${demo.globalTech}/${where}`)).status,
            404);
            assert.equal((await writer.post(
                `/dashboard/accounts/${demo.globalTech}/${where}`,
                { ...fields, _csrf: token })).status, 404);
            assert.ok(stored(id));
        });

    test(`${where}: a past day shows what was there, and no form`,
        async () => {
            const { id } = await add({ [name]: 'Was there' });
            const gone = (await add({ [name]: 'Was removed' })).id;
            run(`update ${table} set created_at = now() - interval '20 days'
                where id in (:'id', :'gone')`, { id, gone });
            await writer.submit(await edit(id), { [name]: 'Is there' });
            await writer.submit((await writer.get(`${page()}?${one}=${gone}`))
                .form(`${page()}/${gone}/remove`));
            const then = await writer.get(`${page()}?as_of=${dayFrom(-10)}`);
            assert.equal(then.status, 200);
            const found = items(then).join();
            assert.match(found, /Was there/);
            assert.match(found, /Was removed/);
            assert.doesNotMatch(found, /Is there/);
            assert.doesNotMatch(then.body, new RegExp(`${base()}/${where}/`));
            assert.equal(then.form(page()).method, 'GET');
            const before = await writer.get(
                `${page()}?as_of=${dayFrom(-25)}`);
            assert.doesNotMatch(items(before).join(), /Was/);
        });
}

test('a task is done, and opened again', async () => {
    const page = `${base()}/tasks`;
    run(`insert into tasks (tenant_id, account_id, title) values (:'tenant',
        :'account', 'To be done')`, { tenant: world.tenant, account });
    const { id } = row(`select id from tasks where title = 'To be done'`);
    const state = () => row(`select status, completed_at is not null as is_done
        from tasks where id = :'id'`, { id });
    const tick = async (visitor = writer) => visitor.submit(
        (await visitor.get(page)).form(`${page}/${id}/status`));
    assert.equal((await tick()).status, 303);
    assert.deepEqual(state(), { status: 'done', is_done: true });
    assert.equal((await tick()).status, 303);
    assert.deepEqual(state(), { status: 'open', is_done: false });
});

test('the most urgent task comes first, what is done last', async () => {
    const other = world.addAccount('In order');
    for (const [title, due, status] of [['Later', '+ 9', 'open'],
        ['Never', null, 'open'], ['Late', '- 2', 'in_progress'],
        ['Over', '- 9', 'done']])
        run(`insert into tasks (tenant_id, account_id, title, status, due_on)
            values (:'tenant', :'other', :'title', :'status',
                ${due === null ? 'null' : `current_date ${due}`})`,
        { tenant: world.tenant, other, title, status });
    const list = items(await viewer.get(
        `/dashboard/accounts/${other}/tasks`));
    assert.deepEqual(list.map((t) => /(Later|Never|Late|Over)\b/.exec(
        t.replace('Done', ''))[1]), ['Late', 'Later', 'Never', 'Over']);
    assert.match(list[0], /Overdue: .*2 days ago.* In progress/);
});

test('a contributor has tasks of his own, and only those', async () => {
    const page = `${base()}/tasks`;
    const answer = await contributor.get(page);
    const form = answer.form(page);
    assert.equal(form.fields.assignee_id, world.people.Contributor.id);
    assert.equal((await contributor.submit(form, { title: 'My own' })).status,
        303);
    const given = await contributor.submit(form, { title: 'For somebody',
        assignee_id: world.people.Practitioner.id });
    assert.equal(given.status, 422);
    assert.match(given.error('assignee_id'), /nobody but yourself/);
    const { id } = row(`select id from tasks where assignee_id is distinct from
        :'me' and account_id = :'account' limit 1`,
    { me: world.people.Contributor.id, account });
    const token = await contributor.token();
    assert.equal((await contributor.post(`${page}/${id}/status`,
        { status: 'done', _csrf: token })).status, 404);
    assert.doesNotMatch(answer.body, new RegExp(`${id}/status`));
});

test('there is one primary contact', async () => {
    const other = world.addAccount('With people');
    const page = `/dashboard/accounts/${other}/contacts`;
    for (const full_name of ['First', 'Second'])
        await writer.submit((await writer.get(page)).form(page),
            { full_name, is_primary: '1' });
    assert.equal(value(`select string_agg(full_name, ',') from contacts
        where account_id = :'other' and is_primary`, { other }), 'Second');
});

test('whoever may not write sees no form', async () => {
    for (const [visitor, where] of [[viewer, 'tasks'], [viewer, 'contacts'],
        [contributor, 'contacts']]) {
        const answer = await visitor.get(`${base()}/${where}`);
        assert.equal(answer.form(`${base()}/${where}`).method, 'GET');
        assert.doesNotMatch(answer.body,
            new RegExp(`action="${base()}/${where}/`));
    }
});

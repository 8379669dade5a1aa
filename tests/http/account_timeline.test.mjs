// The timeline of an account, what is logged there, and playbooks run by hand.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { row, run, value } from '../lib/db.mjs';
import { elements, textOf } from '../lib/html.mjs';
import { World, demo, demoAccount, openSession } from '../lib/world.mjs';
import { Visitor } from '../lib/http.mjs';

let world, writer, contributor, viewer;

before(() => {
    world = new World('timeline');
    writer = world.visitor('Practitioner');
    contributor = world.visitor('Contributor');
    viewer = world.visitor('Viewer');
});
after(() => world.end());

const pathOf = (id) => `/dashboard/accounts/${id}`;
const streamOf = (id) => `${pathOf(id)}/timeline`;
const dayFrom = (days) => value(
    `select to_char(current_date + ${days}, 'YYYY-MM-DD') as day`);
const add = (name, days = 40) => world.addAccount(name,
    { created_at: `now() - interval '${days} days'` });
const items = (answer) => (answer.body
    .split('<ol class="stream">')[1]?.split('</ol>')[0] ?? '')
    .split('<li').slice(1).map((item) => textOf(`<li${item}`));
const only = (list, pattern) => list.filter((text) => pattern.test(text));

// The form of the timeline, filled in and sent.
async function log(id, fields, visitor = writer) {
    const form = (await visitor.get(streamOf(id))).form(`${pathOf(id)}/notes`);
    return visitor.submit(form, fields);
}

test('calls, e-mails and meetings are logged, with whom and what comes next',
    async () => {
        const id = add('Called');
        run(`insert into contacts (tenant_id, account_id, full_name)
            values (:'tenant', :'id', 'Ada "A" <L>')`,
        { tenant: world.tenant, id });
        const contact = value(`select id from contacts
            where account_id = :'id'`, { id });
        const first = await writer.get(`${streamOf(id)}?log=call`);
        const form = first.form(`${pathOf(id)}/notes`);
        assert.equal(form.fields.kind, 'call');
        assert.equal(form.fields.occurred_on, dayFrom(0));
        const answer = await writer.submit(form, { body: 'They want\nmore.',
            contact_id: contact, occurred_on: dayFrom(-3),
            next_step: 'Send <it>', next_due: dayFrom(4) });
        assert.match(answer.location, /\/timeline\?done=[0-9a-f]{32}$/);
        const shown = items(await viewer.get(streamOf(id)));
        assert.match(only(shown, /Call with/)[0],
            /Call with Ada "A" <L> They want more\. .*Practitioner of/);
        assert.equal(only(shown, /Task: Send <it>/).length, 1);
        assert.deepEqual(row(`select (current_date - last_contact_at::date)
                as days, t.title, (t.due_on - current_date) as due,
                t.assignee_id
            from accounts a join tasks t on t.account_id = a.id
            where a.id = :'id'`, { id }),
        { days: 3, title: 'Send <it>', due: 4,
            assignee_id: world.people.Practitioner.id });
    });

test('what is wrong with a note stands beside its field, nothing is lost',
    async () => {
        const id = add('Wrongly logged');
        const typed = { kind: 'meeting', body: 'Kept <b>\n"as" typed',
            occurred_on: dayFrom(0), next_step: 'Kept too' };
        for (const [field, text, message] of [
            ['body', ' ', /The note is required/],
            ['body', 'x'.repeat(20001), /at most 20000 characters/],
            ['occurred_on', dayFrom(1), /has not come yet: plan a task/],
            ['occurred_on', 'yesterday', /must be a date/],
            ['contact_id', '99999999-9999-4999-8999-999999999999',
                /not a contact of the account/],
            ['next_due', 'soon', /Due must be a date/]]) {
            const answer = await log(id, { ...typed, [field]: text });
            assert.equal(answer.status, 422, `${field} ${answer.text}`);
            assert.match(answer.error(field), message);
            assert.doesNotMatch(answer.body, /href="\?/, 'leads elsewhere');
            const again = answer.form(`${pathOf(id)}/notes`).fields;
            for (const [other, kept] of Object.entries(typed))
                if (other !== field)
                    assert.equal(again[other], kept, other);
        }
        assert.equal(value(`select count(*) from notes
            where account_id = :'id'`, { id }), 0);
    });

test('a note is edited by who may, removed, and brought back', async () => {
    const id = add('Edited');
    await log(id, { body: 'Of the contributor' }, contributor);
    await log(id, { body: 'Of the practitioner' });
    const [own, other] = ['Contributor', 'Practitioner'].map((role) =>
        value(`select id from notes where account_id = :'id'
            and author_id = :'author'`,
        { id, author: world.people[role].id }));
    const page = await contributor.get(streamOf(id));
    assert.ok(page.body.includes(`note=${own}`));
    assert.ok(!page.body.includes(`note=${other}`));
    const opened = (await contributor.get(`${streamOf(id)}?note=${own}`))
        .form(`${pathOf(id)}/notes/${own}`);
    assert.equal(opened.fields.body, 'Of the contributor');
    assert.equal((await contributor.submit(opened, { body: 'Mended' }))
        .status, 303);
    const told = await contributor.submit(opened, { body: 'Again' });
    assert.equal(told.status, 409);
    assert.equal(told.form(`${pathOf(id)}/notes/${own}`).fields.body,
        'Again');
    assert.match(items(told).join(), /Mended/);
    const forged = await contributor.post(`${pathOf(id)}/notes/${other}`,
        { ...opened.fields, body: 'Forged' });
    assert.equal(forged.status, 404);
    const removed = await writer.submit((await writer
        .get(`${streamOf(id)}?note=${own}`))
        .form(`${pathOf(id)}/notes/${own}/remove`));
    assert.doesNotMatch(items(await viewer.get(streamOf(id))).join(),
        /Mended/);
    await writer.submit((await writer.get(removed.location))
        .form('/dashboard/undo'));
    assert.match(items(await viewer.get(streamOf(id))).join(), /Mended/);
});

test('everything stands in one stream, the newest first', async () => {
    const id = add('Everything');
    world.score(id, 70);
    await log(id, { kind: 'email', body: 'Wrote to them' });
    await writer.submit((await writer.get(`${pathOf(id)}/contacts`))
        .form(`${pathOf(id)}/contacts`), { full_name: 'New Person' });
    await writer.submit((await writer.get(`${pathOf(id)}?edit=arr`))
        .form(`${pathOf(id)}/details`), { arr: '1234' });
    run(`update accounts set current_stage = 'Renewal' where id = :'id'`,
        { id });
    world.score(id, 30);
    const list = items(await viewer.get(streamOf(id)));
    const order = [/Health score 30, Critical −40 from 70/,
        /Moved from Onboarding to Renewal/,
        /Details changed ARR: \$0 → \$1,234/, /Contact added: New Person/,
        /E-mail Wrote to them/, /Health score 70, Moderate/]
        .map((pattern) => list.findIndex((text) => pattern.test(text)));
    assert.ok(order.every((at) => at >= 0), `${order} in ${list.join('\n')}`);
    assert.deepEqual(order, [...order].sort((a, b) => a - b));
    assert.ok(only(list, /Alert: /).length > 0);
    assert.equal(only(list, /Details changed/).length, 1,
        'a move is no change of details');
});

test('the stream is filtered by kind', async () => {
    const id = add('Filtered');
    world.score(id, 70);
    await log(id, { kind: 'call', body: 'A call' });
    await log(id, { kind: 'note', body: 'A note' });
    for (const [kind, pattern, count] of [['call', /A call/, 1],
        ['note', /A note/, 1], ['score', /Health score 70/, 1],
        ['stage', /Entered Onboarding/, 1], ['run', /Playbook/, 0],
        ['meeting', /Meeting/, 0]]) {
        const answer = await viewer.get(`${streamOf(id)}?kind=${kind}`);
        assert.equal(only(items(answer), pattern).length, count, kind);
        assert.equal(items(answer).length, count, kind);
        assert.match(answer.body, new RegExp(
            `timeline\\?kind=${kind}" aria-current="true"`));
    }
    assert.equal((await viewer.get(`${streamOf(id)}?kind=secrets`)).status,
        422);
});

test('page by page, nothing is left out and nothing comes twice', async () => {
    const id = add('Long', 300);
    run(`insert into notes (tenant_id, account_id, body, occurred_at)
        select :'tenant', :'id', 'Note ' || n || '.',
            date_trunc('day', now()) - n / 7 * interval '1 day'
        from generate_series(1, 100) n`, { tenant: world.tenant, id });
    const seen = [];
    let query = '?kind=note';
    for (let pages = 1; query; pages++) {
        const answer = await viewer.get(streamOf(id) + query);
        const list = items(answer);
        assert.ok(list.length <= 30);
        seen.push(...list.map((text) => /Note \d+\./.exec(text)[0]));
        query = elements(answer.body, 'a').find((a) => a.rel === 'next')
            ?.href.replace(/&amp;/g, '&').replace(/^[^?]*/, '');
        assert.ok(pages <= 4);
    }
    assert.equal(seen.length, 100);
    assert.equal(new Set(seen).size, 100);
    for (const bad of ['before_at=-1', 'before_at=x',
        'before_at=99999999999999999999', `before_id=${'x'.repeat(99)}`])
        assert.equal((await viewer.get(`${streamOf(id)}?${bad}`)).status,
            422, bad);
});

test('a past day tells what was known on it', async () => {
    const id = add('Then');
    run(`insert into notes (tenant_id, account_id, body, occurred_at,
            created_at)
        values (:'tenant', :'id', 'As it was', now() - interval '20 days',
                now() - interval '20 days'),
            (:'tenant', :'id', 'Told later', now() - interval '20 days',
                now())`, { tenant: world.tenant, id });
    run(`update notes set body = 'As it is' where body = 'As it was'
        and account_id = :'id'`, { id });
    const list = items(await writer.get(
        `${streamOf(id)}?as_of=${dayFrom(-10)}`)).join();
    assert.match(list, /As it was/);
    assert.doesNotMatch(list, /As it is|Told later/);
    const answer = await writer.get(`${streamOf(id)}?as_of=${dayFrom(-10)}`);
    assert.doesNotMatch(answer.body, /method="post" action="\/dashboard\/acc/);
});

test('hostile texts are harmless in the stream', async () => {
    const id = add('Hostile');
    for (const text of [`<script>alert(1)</script>`, `"'><img src=x>`,
        'مرحبا \u202Eevil', '🦊 & Sons', '{{body}} {{{x}}}',
        'ä'.repeat(10000)]) {
        assert.equal((await log(id, { body: text })).status, 303);
        const shown = await viewer.get(`${streamOf(id)}?kind=note`);
        assert.ok(!shown.body.includes('<script>alert'));
        assert.ok(!shown.body.includes('<img src=x'));
        assert.ok(items(shown).some((item) => item.includes(text)));
    }
});

test('what a Viewer may not do he is not offered, and refused', async () => {
    const id = add('Looked at');
    for (const path of [pathOf(id), streamOf(id)])
        assert.doesNotMatch((await viewer.get(path)).body,
            /\/notes"|\/runs"|log=/);
    const token = await viewer.token();
    assert.equal((await viewer.post(`${pathOf(id)}/notes`,
        { kind: 'note', body: 'x', _csrf: token })).status, 403);
    assert.equal((await viewer.get(streamOf(demo.globalTech))).status, 404);
});

test('a playbook is run by hand, or the page says why it is not', async () => {
    const id = add('Run for');
    run(`update playbooks set is_active = true where tenant_id = :'tenant'`,
        { tenant: world.tenant });
    const form = (await writer.get(pathOf(id))).form(`${pathOf(id)}/runs`);
    const { name } = row(`select name from playbooks
        where id = :'id'`, { id: form.fields.playbook });
    const held = await writer.submit(form, { why: 'To <see>' });
    assert.match(held.location, /\?done=skipped#runs$/);
    const shown = await writer.get(held.location.split('#')[0]);
    assert.match(shown.text, /The playbook did not run/);
    assert.match(shown.text, /no active endpoint/);
    world.addEndpoint('http://127.0.0.1:9/none');
    const ran = await writer.submit(form, { why: 'To <see>' });
    assert.match(ran.location, /\?done=ran#runs$/);
    const list = items(await viewer.get(`${streamOf(id)}?kind=run`));
    assert.equal(list.length, 2);
    // The worker may have asked already, and refuses the port of the endpoint.
    assert.ok(['Queued', 'Failed'].some((state) => list[0].includes(
        `Playbook ${name}: ${state} Run by hand: To <see>.`)), list[0]);
    const token = await writer.token();
    assert.equal((await writer.post(`${pathOf(id)}/runs`, { _csrf: token,
        playbook: '99999999-9999-4999-8999-999999999999' })).status, 404);
});

test('the demo tells a year of TechStart', async () => {
    const { id, tenant_id: tenant } = demoAccount('TechStart Solutions');
    const alice = new Visitor(openSession(demo.alice, tenant).token);
    const answer = await alice.get(streamOf(id));
    assert.equal(answer.status, 200);
    assert.equal(items(answer).length, 30);
});

// The list of accounts as one works with it: views, and changes of many.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { row, run, value } from '../lib/db.mjs';
import { unescape } from '../lib/html.mjs';
import { Visitor } from '../lib/http.mjs';
import { World, openSession } from '../lib/world.mjs';

const list = '/dashboard/accounts';
let world, other, ids, visitor;

before(() => {
    world = new World('list');
    other = new World('elsewhere');
    ids = ['Alpha', 'Beta', 'Gamma <b>&', 'Delta'].map((name, i) =>
        world.addAccount(name, { arr_cents: `${(i + 1) * 1000000}` }));
    visitor = world.visitor('Practitioner');
});
after(() => {
    world.end();
    other.end();
});

const globex = () => value(
    `select id from tenants where slug = 'globex'`);
const account = (id) => row(`select * from accounts where id = :'id'`, { id });

test('a list is saved, opened, changed, saved again, renamed and deleted',
    async () => {
        const page = await visitor.get(`${list}?arr.over=15000&sort=-arr`);
        const made = await visitor.submit(page.form(`${list}/views`),
            { view_name: 'Large & <b>bold</b>' });
        assert.equal(made.status, 303, made.text);
        assert.match(made.location, /\?sort=-arr&arr\.over=15000&view=/);
        const opened = await visitor.get(made.location);
        assert.equal(opened.status, 200);
        assert.match(opened.text, /Large & <b>bold<\/b> All accounts/);
        assert.doesNotMatch(opened.text, /Changed/);
        assert.doesNotMatch(opened.body, /<b>bold/);
        assert.deepEqual([...opened.body.matchAll(/name="pick"/g)].length, 3);

        const changed = await visitor.get(made.location
            .replace('15000', '25000'));
        assert.match(changed.text, /Changed/);
        const id = /view=(.*)/.exec(made.location)[1];
        const save = changed.form(`${list}/views/${id}`, 'Save the view');
        assert.equal(save.fields['arr.over'], '25000');
        const saved = await visitor.submit(save, {});
        assert.match(saved.location, /arr\.over=25000/);
        assert.doesNotMatch((await visitor.get(saved.location)).text,
            /Changed/);

        const renamed = await visitor.post(`${list}/views/${id}`, {
            view_name: 'Largest', view_shared: 'yes',
            _csrf: await visitor.token() });
        assert.equal(renamed.status, 303);
        assert.match((await world.visitor('Viewer').get(list)).text,
            /Largest by Practitioner/);
        const gone = await visitor.post(`${list}/views/${id}/delete`,
            { _csrf: await visitor.token() });
        const told = await visitor.get(gone.location);
        assert.match(told.text, /Removed the view Largest/);
        await visitor.submit(told.form('/dashboard/undo'), {});
        assert.match((await visitor.get(list)).text, /Largest/);
    });

// Names of the tree, a + for each level, in brackets what is only on the way.
const tree = ({ body }) => [...body.matchAll(
    /<tr class="in-(\d)( is-path)?"><th scope="row">.*?accounts\/[0-9a-f-]+">([^<]+)</gs)]
    .map(([, level, path, name]) => '+'.repeat(+level) +
        (path ? `(${name})` : name)).join(' ');

test('the tree has groups with their roll-up, and keeps filters and views',
    async () => {
        const grown = new World('tree');
        try {
            const head = grown.addAccount('Head', { arr_cents: '1000000',
                health_rollup: `'worst'` });
            const arm = grown.addAccount('Arm', { parent_id: `'${head}'`,
                arr_cents: '2000000' });
            grown.addAccount('Hand', { parent_id: `'${arm}'`,
                arr_cents: '4000000', currency: `'EUR'` });
            grown.addAccount('Lone');
            grown.score(arm, 45);
            const who = grown.visitor('Practitioner');
            const whole = await who.get(`${list}?layout=tree`);
            assert.equal(tree(whole), 'Head +Arm ++Hand Lone');
            assert.match(whole.text, /4 accounts/);
            assert.match(whole.text, /Group \$30,000 \+ €40,000/);
            assert.match(whole.text, /Group 45 At Risk/);
            assert.match(whole.text, /Head 2 below/);
            assert.match((await who.get(list)).text, /Hand Part of Arm/);

            const part = await who.get(`${list}?layout=tree&arr.over=30000`);
            assert.equal(tree(part), '(Head) +(Arm) ++Hand');
            assert.match(part.text, /1 account /);
            assert.equal([...part.body.matchAll(/name="pick"/g)].length, 1);
            for (const [, link] of part.body
                .matchAll(/<th scope="col".*?href="\?([^"]+)"/g))
                assert.match(link, /layout=tree/);
            const filter = (await who.get(
                `${list}?layout=tree&arr.over=30000&edit=tier`))
                .form(list, 'Filter by Tier');
            assert.equal(filter.fields.layout, 'tree');
            const made = await who.submit(part.form(`${list}/views`),
                { view_name: 'Groups' });
            assert.match(made.location,
                /sort=name&layout=tree&arr\.over=30000&view=/);
            assert.equal(tree(await who.get(made.location)),
                '(Head) +(Arm) ++Hand');
            assert.equal((await who.get(`${list}?layout=shrub`)).status, 422);
        } finally {
            grown.end();
        }
    });

const heads = ({ body }) => [...body
    .matchAll(/<th scope="col".*?>(?:<a[^>]*>)?([A-Z][^<\n]+)/g)]
    .map(([, label]) => label);

test('columns are chosen and moved by a form, kept by links and views',
    async () => {
        const usual = await visitor.get(`${list}?arr.over=1`);
        assert.deepEqual(heads(usual), ['Account', 'Health', 'Stage', 'ARR',
            'Renewal', 'Owner', 'Status', 'Tier']);
        const editing = await visitor.get(`${list}?arr.over=1&edit=columns`);
        const form = editing.form(list, 'Columns');
        assert.equal(form.fields['arr.over'], '1');
        const chosen = await visitor.get(
            `${list}?arr.over=1&columns=tier&columns=industry&columns=arr` +
            '&edit=up.arr');
        assert.deepEqual(heads(chosen), ['Account', 'Tier', 'ARR', 'Industry']);
        assert.match(chosen.text, /Columns Tier Move Tier down ARR Move ARR up/);
        assert.match(chosen.body, /<td class="num" data-label="ARR">\$/);
        for (const [, link] of chosen.body
            .matchAll(/<th scope="col".*?href="\?([^"]+)"/g))
            assert.match(link, /columns=tier\+arr\+industry/);
        const made = await visitor.submit(chosen.form(`${list}/views`),
            { view_name: 'Narrow' });
        assert.match(made.location, /&columns=tier\+arr\+industry&/);
        const view = await visitor.get(made.location);
        assert.deepEqual(heads(view), ['Account', 'Tier', 'ARR', 'Industry']);
        assert.doesNotMatch(view.text, /Changed/);
        assert.match((await visitor.get(
            made.location.replace('tier+', ''))).text, /Changed/);
        const file = await visitor.get(
            `${list}/export?columns=arr&arr.over=1`);
        assert.match(file.body, /^external_id,name,status,tier,stage/);
    });

test('an unknown column is refused by name', async () => {
    const answer = await visitor.get(`${list}?columns=arr+colour`);
    assert.equal(answer.status, 400);
    assert.match(answer.text, /There is no column colour/);
    const page = await visitor.get(list);
    const made = await visitor.submit(page.form(`${list}/views`),
        { view_name: 'Colours', columns: 'colour' });
    assert.equal(made.status, 422);
    assert.match(made.text, /There is no column colour/);
});

test('custom attributes are filtered by and shown, until they are gone',
    async () => {
        run(`insert into custom_attributes (tenant_id, key, label, kind)
            values (:'tenant', 'seats', 'Seats & <b>chairs</b>', 'number');
            update accounts set crm_attributes = '{"seats": 40}'
            where id = :'id'`, { tenant: world.tenant, id: ids[1] });
        const query = `${list}?a.seats.over=12.5&columns=a.seats`;
        const found = await visitor.get(query);
        assert.match(found.text, /Seats & <b>chairs<\/b> is over 12.5/);
        assert.match(found.text, /Beta 40 /);
        assert.doesNotMatch(found.body, /<b>chairs/);
        assert.equal([...found.body.matchAll(/name="pick"/g)].length, 1);
        const form = (await visitor.get(`${list}?edit=a.seats`))
            .form(list, 'Filter by Seats & <b>chairs</b>');
        assert.equal(form.fields.field, 'a.seats');
        const wrong = await visitor.get(`${list}?a.seats.over=many`);
        assert.equal(wrong.status, 422);
        assert.match(wrong.text, /must be a number, such as 12 or 3.5/);
        assert.equal((await other.visitor('Viewer').get(query)).status, 400);
        run(`delete from custom_attributes where tenant_id = :'tenant'`,
            { tenant: world.tenant });
        assert.equal((await visitor.get(query)).status, 400);
    });

test('each account of Globex is in the tree once, page by page', async () => {
    const who = new Visitor(openSession(value(`select u.id from users u
        where u.email = 'admin@globex.com'`), globex()).token);
    const found = [];
    for (let path = `${list}?layout=tree&sort=-arr`; path;) {
        const { body } = await who.get(path);
        found.push(...[...body.matchAll(/name="pick" value="([^"]+)"/g)]
            .map(([, id]) => id));
        const next = /rel="next" href="([^"]+)"/.exec(body)?.[1];
        path = next && list + unescape(next);
    }
    assert.equal(new Set(found).size, found.length);
    assert.equal(found.length, +value(`select count(*) from accounts
        where tenant_id = :'tenant'`, { tenant: globex() }));
});

test('the list opens with the view that a person has chosen', async () => {
    const who = world.visitor('Contributor');
    const page = await who.get(`${list}?arr.over=15000&layout=tree`);
    const made = await who.submit(page.form(`${list}/views`),
        { view_name: 'Mine' });
    const view = await who.get(made.location);
    const path = `${list}/views/${/view=(.*)/.exec(made.location)[1]}/default`;
    assert.equal((await who.get(list)).status, 200);
    const chosen = await who.submit(view.form(path), { default: 'on' });
    assert.equal(chosen.status, 303);
    assert.equal(chosen.location, made.location);
    const opened = await who.get(list);
    assert.equal(opened.status, 303);
    assert.equal(opened.location, made.location);
    assert.match((await who.get(made.location)).text, /Mine default/);
    for (const own of ['?sort=name', '?arr.over=35000', '?done=x'])
        assert.equal((await who.get(list + own)).status, 200, own);
    assert.match((await who.get(`${list}?arr.over=35000`)).body,
        /href="\/dashboard\/accounts\?sort=name">Clear all/);
    assert.equal((await visitor.get(list)).status, 200, 'for nobody else');
    assert.equal((await visitor.post(path, { default: 'on',
        _csrf: await visitor.token() })).status, 404);
    assert.equal((await who.post(path, { default: 'maybe',
        _csrf: await who.token() })).status, 422);
    await who.submit((await who.get(made.location)).form(path),
        { default: 'off' });
    assert.equal((await who.get(list)).status, 200);
    await who.submit((await who.get(made.location)).form(path),
        { default: 'on' });
    await who.post(path.replace('default', 'delete'),
        { _csrf: await who.token() });
    assert.equal((await who.get(list)).status, 200, 'it is gone');
});

test('a view without a name comes back with what is missing', async () => {
    const page = await visitor.get(`${list}?status=active`);
    const answer = await visitor.submit(page.form(`${list}/views`),
        { view_name: ' ' });
    assert.equal(answer.status, 422);
    assert.match(answer.error('view_name'), /Name is required/);
    assert.equal(answer.form(`${list}/views`).fields.status, 'active');
});

test('a view of somebody else is not there', async () => {
    const { id } = row(`insert into saved_views (tenant_id, owner_id, name,
            query)
        values (:'tenant', :'owner', 'Secret plan', 'sort=arr') returning id`,
    { tenant: world.tenant, owner: world.people['Tenant Admin'].id });
    for (const who of [visitor, other.visitor('Tenant Admin')]) {
        assert.doesNotMatch((await who.get(`${list}?view=${id}`)).body,
            /Secret plan/);
        for (const path of [`${list}/views/${id}`,
            `${list}/views/${id}/delete`])
            assert.equal((await who.post(path, { _csrf: await who.token() }))
                .status, 404);
    }
    assert.equal(value(`select name from saved_views where id = :'id'`,
        { id }), 'Secret plan');
});

// From the list to the preview, by forms alone.
async function preview(query, change, target) {
    const answer = await visitor.get(`${list}/bulk?${query}` +
        `&change=${change}&target=${encodeURIComponent(target)}`);
    assert.equal(answer.status, 200, answer.text);
    return answer;
}
const picks = (...which) => which.map((i) => `pick=${ids[i]}`).join('&');

test('the owner of those that were marked is changed, and back', async () => {
    const owner = world.people.Viewer;
    const page = await visitor.get(`${list}?sort=arr`);
    const form = page.form(`${list}/bulk`);
    assert.equal(form.fields.sort, 'arr');
    const look = await preview(`${picks(0, 2)}&sort=arr`, 'owner', owner.id);
    assert.match(look.text, /2 accounts would change/);
    assert.match(look.text, /Gamma <b>& Nobody Viewer/);
    assert.equal(account(ids[0]).csm_id, null, 'a preview changes nothing');
    const done = await visitor.submit(look.form(`${list}/bulk`, 'Preview'), {});
    assert.equal(done.status, 303, done.text);
    assert.deepEqual(ids.map((id) => account(id).csm_id),
        [owner.id, null, owner.id, null]);
    const result = await visitor.get(done.location);
    assert.match(result.text, /2 accounts changed/);
    assert.match(unescape(result.body), /Changed the owner of 2 accounts/);
    assert.match(result.body, /href="\/dashboard\/accounts\?sort=arr/);
    await visitor.submit(result.form('/dashboard/undo'), {});
    assert.deepEqual(ids.map((id) => account(id).csm_id),
        [null, null, null, null]);
});

test('all that match are changed, beyond the page', async () => {
    const many = new World('many');
    run(`insert into accounts (tenant_id, name, tier)
        select :'tenant', 'Account ' || n, case when n % 2 = 0 then 'trial'
            else 'enterprise' end from generate_series(1, 240) n`,
    { tenant: many.tenant });
    run(`insert into tags (tenant_id, name) values (:'tenant', 'Pilot')`,
        { tenant: many.tenant });
    const who = many.visitor('Practitioner');
    const look = await who.get(`${list}/bulk?all=yes&tier=trial` +
        '&change=tag_add&target=Pilot');
    assert.match(look.text, /120 accounts, all that the list finds/);
    const done = await who.submit(look.form(`${list}/bulk`, 'Preview'), {});
    assert.equal(done.status, 303, done.text);
    const tagged = () => +value(`select count(*) from account_tags t
        join accounts a on a.id = t.account_id and a.tier = 'trial'
        where t.tenant_id = :'tenant'`, { tenant: many.tenant });
    assert.equal(tagged(), 120);
    const result = await who.get(done.location);
    await who.submit(result.form('/dashboard/undo'), {});
    assert.equal(tagged(), 0);
    many.end();
});

test('what changed since the preview is left alone and said', async () => {
    const look = await preview(picks(0, 1), 'status', 'paused');
    run(`update accounts set status = 'churned' where id = :'id'`,
        { id: ids[1] });
    const done = await visitor.submit(look.form(`${list}/bulk`, 'Preview'), {});
    const result = await visitor.get(done.location);
    assert.match(result.text, /1 account changed, 1 refused/);
    assert.match(result.text,
        /Beta Refused Changed since you looked: now Churned\./);
    assert.equal(account(ids[0]).status, 'paused');
    assert.equal(account(ids[1]).status, 'churned');
});

test('a bulk change that cannot be is refused with a reason', async () => {
    const empty = await visitor.get(`${list}/bulk`);
    assert.match(empty.text, /No account is marked/);
    const wrong = await visitor.get(`${list}/bulk?${picks(0)}` +
        '&change=stage&target=Nowhere');
    assert.equal(wrong.status, 422);
    assert.match(wrong.text, /There is no stage Nowhere/);
    assert.equal((await visitor.get(`${list}/bulk?all=yes&bogus=1`)).status,
        400);
    assert.equal((await visitor.get(`${list}/bulk?${picks(0)}&change=name`))
        .status, 422);
    const foreign = other.addAccount('Theirs');
    const none = await visitor.get(`${list}/bulk?pick=${foreign}`);
    assert.match(none.text, /No account is marked/);
    const forged = await visitor.post(`${list}/bulk`, { change: 'status',
        target: 'paused', picks: `${foreign}:00000000`,
        _csrf: await visitor.token() });
    assert.match((await visitor.get(forged.location)).text,
        /It is not there any more/);
    assert.equal(account(foreign).status, 'active');
});

test('who may not change accounts is not offered to', async () => {
    for (const role of ['Viewer', 'Contributor']) {
        const { body } = await world.visitor(role).get(list);
        assert.doesNotMatch(body, /name="pick"|name="change"/, role);
    }
});

test('the list is exported as it is filtered, and no cell is a formula',
    async () => {
        world.addAccount('=1+1', { tier: `'trial'`, external_id: `'@x'` });
        const page = await visitor.get(`${list}?tier=trial&sort=-arr`);
        const link = unescape(/href="([^"]*export[^"]*)"/.exec(page.body)[1]);
        const file = await world.visitor('Viewer').get(link);
        assert.equal(file.status, 200);
        assert.equal(file.headers['content-type'], 'text/csv; charset=utf-8');
        assert.equal(file.headers['content-disposition'],
            'attachment; filename="accounts.csv"');
        const lines = file.body.split('\r\n');
        assert.match(lines[0], /^external_id,name,status/);
        assert.match(lines[1], /^"'@x","'=1\+1",active,trial,/);
        assert.equal(lines.length, 3);
        const none = await visitor.get(`${list}/export?bogus=1`);
        assert.equal(none.status, 400);
    });

test('accounts are imported after a preview, and taken back', async () => {
    const admin = world.visitor('Tenant Admin');
    const page = await admin.get(`${list}/import`);
    const csv = 'Ext;Name;ARR\nI-1;Imported <b>;100\nI-2;;5\n';
    const tried = await admin.submit(
        page.form(`${list}/import/preview`), { csv });
    assert.equal(tried.status, 422);
    assert.match(tried.text, /No column is the external id/);
    const right = csv.replace('Ext', 'External ID');
    const look = await admin.submit(
        page.form(`${list}/import/preview`), { csv: right });
    assert.equal(look.status, 200, look.text);
    assert.match(look.text, /1 account would be added or changed, 1 refused/);
    assert.match(look.text, /3 .{0,9}Refused A new account needs a name\./);
    const form = look.form(`${list}/import/preview`);
    assert.equal(form.fields['map-1'], 'external_id');
    const count = () => +value(`select count(*) from accounts
        where tenant_id = :'tenant' and external_id like 'I-%'`,
    { tenant: world.tenant });
    assert.equal(count(), 0, 'a preview adds nothing');
    const done = await admin.post(`${list}/import`, form.fields);
    assert.equal(done.status, 303, done.text);
    assert.equal(count(), 1);
    const result = await admin.get(done.location);
    assert.match(result.text, /1 account added or changed, 1 refused/);
    await admin.submit(result.form('/dashboard/undo'), {});
    assert.equal(count(), 0);
});

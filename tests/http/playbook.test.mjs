// Playbooks by form, as somebody without scripts does it: built, published,
// edited, restored; and what each decided.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { row, run, value } from '../lib/db.mjs';
import { newPlaybook, playbookSeen } from '../lib/furnish.mjs';
import { table } from '../lib/html.mjs';
import { World } from '../lib/world.mjs';

const base = '/dashboard/automation';
const playbooks = `${base}/playbooks`;
let world, admin, endpoint, account;

before(() => {
    world = new World('playbook');
    admin = world.visitor('Tenant Admin');
    account = world.addAccount('Falling & <b>failing</b>');
    endpoint = world.addEndpoint('https://hooks.example/in').id;
    run(`update webhook_endpoints set is_active = false
        where id = :'endpoint'`, { endpoint });
});
after(() => world.end());

const builder = (page) => page.form(page.text.includes('New playbook')
    ? `${playbooks}/new` : /action="([^"]*\/edit)"/.exec(page.body)[1]);

// Presses a button of the builder, or with none its Save.
async function press(page, button, fields = {}) {
    const form = builder(page);
    const action = button ? form.action : form.action.endsWith('/new')
        ? playbooks : form.action.replace(/edit$/, 'draft');
    const answer = await admin.submit({ ...form, action },
        { ...fields, ...button ? { do: button } : {} });
    return answer.status === 303 ? admin.get(answer.location) : answer;
}

const documentOf = (id, status = 'draft') => value(`select document
    from playbook_versions where playbook_id = :'id' and status = :'status'`,
{ id, status });
const idOf = (name) => value(`select id from playbooks
    where tenant_id = :'tenant' and name = :'name'`,
{ tenant: world.tenant, name });

test('a playbook is built by form, button by button, and published',
    async () => {
        let page = await admin.get(`${playbooks}/new`);
        page = await press(page, 'step.webhook', { name: 'Save them' });
        page = await press(page, 'step.task');
        page = await press(page, 'step.alert');
        page = await press(page, 'down.1');
        page = await press(page, 'up.2', { 'trigger-crosses_below': '40' });
        page = await press(page, 'if.', { 'new-if': 'arr' });
        page = await press(page, 'group.', { 'if-1-value': '50000' });
        page = await press(page, 'if.2', { 'new-if-2': 'band' });
        page = await press(page, 'if.2', { 'new-if-2': 'renewal' });
        page = await press(page, 'if.2', { 'new-if-2': 'owner' });
        page = await press(page, 'unless.2-3');
        assert.match(page.text, /When health falls below 40 If ARR is over/);
        page = await press(page, null, { 'step-1-endpoint': endpoint,
            'if-2-1-value-3': 'at_risk', 'if-2-1-value-4': 'critical',
            'if-2-2-days': '90' });
        assert.equal(page.status, 200);
        assert.match(page.text, /Saved as a draft/);
        assert.match(page.text, /ARR is over 50,000 and \(Health is At Risk or Critical or Renewal in the next 90 days\)/);
        const id = idOf('Save them');
        assert.deepEqual(documentOf(id), {
            trigger: { kind: 'health_score_drop', crosses_below: 40 },
            conditions: { all: [{ field: 'arr', is: 'over', value: 50000 },
                { any: [{ field: 'band', is: 'is',
                    value: ['at_risk', 'critical'] },
                { field: 'renewal', is: 'within', value: 90 }] }] },
            steps: [{ kind: 'webhook', endpoint },
                { kind: 'task', title: 'Call {{account.name}}',
                    due_in_days: 2, assignee: 'csm' },
                { kind: 'alert', severity: 'warning',
                    title: '{{account.name}} needs a look' }],
            limits: { cooldown_minutes: 60, max_accounts_at_once: 100 } });
        const answer = await admin.submit(page.form(
            `${playbooks}/${id}/publish`));
        page = await admin.get(answer.location);
        assert.match(page.text, /Published: it decides.* Version 1, published/);
        assert.equal(row(`select is_active, version from playbooks
            where id = :'id'`, { id }).version, 1);
    });

test('what is wrong is said beside its field, and nothing is saved',
    async () => {
        let page = await admin.get(`${playbooks}/new`);
        page = await press(page, 'step.task');
        page = await press(page, 'if.', { 'new-if': 'arr' });
        page = await press(page, null, { name: '',
            'trigger-crosses_below': 'forty', 'step-1-title': '{{account.x}}',
            'limits-cooldown_minutes': '-1' });
        assert.equal(page.status, 422);
        assert.match(page.error('name'), /needs a name/);
        assert.match(page.error('trigger-crosses_below'),
            /whole number from 1 to 100/);
        assert.match(page.error('limits-cooldown_minutes'), /whole number/);
        assert.match(page.error('if-1'), /ARR needs a value/);
        assert.match(page.body, /value="forty"/);
        page = await press(page, null, { name: 'Words',
            'trigger-crosses_below': '40', 'if-1-value': '1',
            'limits-cooldown_minutes': '1' });
        assert.match(page.error('step-1-title'), /account\.x.* is not known/);
        page = await press(page, null, { 'if-1-field': 'shoe_size',
            'step-1-title': 'x' });
        assert.match(page.error('if-1'), /not known here/);
        assert.equal(idOf('Words'), undefined);
        const strange = await press(await admin.get(`${playbooks}/new`), null,
            { name: 'Words', 'step-1-kind': 'task', 'step-1-title': 'x',
                'step-1-colour': 'red' });
        assert.equal(strange.status, 422);
        assert.match(strange.text, /step-1-colour is not known here/);
    });

test('a name is taken once', async () => {
    let page = await press(await admin.get(`${playbooks}/new`), 'step.task');
    page = await press(page, null, { name: 'Save them' });
    assert.match(page.error('name'), /already a playbook of this name/);
});

test('each trigger has its fields, and begins with something that is sound',
    async () => {
        const page = await press(await admin.get(`${playbooks}/new`),
            'step.task');
        const kinds = [...page.body.matchAll(
            /<option value="([a-z_.]+)"[^>]*>/g)].map((m) => m[1])
            .slice(0, 18);
        assert.ok(kinds.includes('schedule.month'), kinds);
        for (const trigger of kinds) {
            let next = await press(page, 'trigger', { trigger });
            const [kind] = trigger.split('.');
            next = await press(next, null, { name: `On ${trigger}`,
                ...kind === 'usage_decline' ? { 'trigger-metric': 'logins' }
                    : kind === 'cdi_event' ? { 'trigger-name': 'login',
                        'trigger-properties': 'plan = trial\nos=x' } : {} });
            assert.match(next.text, /Saved as a draft/, trigger);
            assert.equal(documentOf(idOf(`On ${trigger}`)).trigger.kind, kind);
        }
        assert.deepEqual(documentOf(idOf('On cdi_event')).trigger.properties,
            { plan: 'trial', os: 'x' });
        assert.deepEqual(documentOf(idOf('On schedule.week')).trigger,
            { kind: 'schedule', every: 'week', on: 1, hour: 8 });
    });

test('the builder shows a document as it is saved again', async () => {
    const document = { trigger: { kind: 'band_change', to: ['critical'] },
        conditions: { any: [{ field: 'arr', is: 'between', value: [1, 2.5] },
            { field: 'tag', is: 'empty', value: 'no' },
            { field: 'contact', is: 'before', value: '2026-01-02' },
            { all: [{ field: 'industry', is: 'contains', value: 'ship' },
                { field: 'event.score', is: 'under', value: 30 },
                { field: 'stage', is: 'not', value: 'Gone' }] }] },
        steps: [{ kind: 'email', to: 'a@b.example', subject: 'Hi',
            body: 'Two\nlines' }, { kind: 'email', to: 'sponsor',
            subject: 'Hi', body: 'x' },
        { kind: 'set_attribute', attribute: 'status', value: 'paused' },
        { kind: 'move_stage', stage: 'At Risk' },
        { kind: 'alert', severity: 'info', title: 't', detail: 'd' }],
        limits: { cooldown_minutes: 90, max_executions_per_day: 3,
            max_accounts_at_once: 7 } };
    const id = value(`select mainstay.save_playbook_draft(:'tenant', null,
        'Round and round', 'and again', :'document')`,
    { tenant: world.tenant, document: JSON.stringify(document) });
    const page = await press(await admin.get(`${playbooks}/${id}/edit`),
        null);
    assert.match(page.text, /Saved as a draft/);
    assert.deepEqual(documentOf(id), document);
    assert.equal(row(`select description from playbooks where id = :'id'`,
        { id }).description, 'and again');
});

test('who was slower than somebody else saves nothing', async () => {
    const { id } = newPlaybook(world);
    const page = await admin.get(`${playbooks}/${id}/edit`);
    await press(page, null, { 'trigger-crosses_below': '22' });
    const late = await press(page, null, { 'trigger-crosses_below': '33' });
    assert.equal(late.status, 409);
    assert.match(late.text, /Somebody changed this playbook/);
    assert.match(late.body, /value="33"/);
    assert.equal(documentOf(id).trigger.crosses_below, 22);
    const { seen } = row(`select :'seen' as seen`,
        { seen: playbookSeen(id) });
    run(`update playbooks set name = name || '!' where id = :'id'`, { id });
    assert.equal((await admin.post(`${playbooks}/${id}/publish`,
        { seen, _csrf: await admin.token() })).status, 409);
});

test('versions are told as sentences, and one comes back as the draft',
    async () => {
        const { id } = newPlaybook(world);
        let page = await admin.get(`${playbooks}/${id}/versions`);
        assert.match(page.text, /Version 3 Draft.* falls below 40 .*Version 2 Published.* falls below 35 .*Version 1 Retired.* falls below 30 /);
        const [action] = /\/dashboard[^"]*\/restore\/[^"]+/.exec(page.body);
        page = await admin.get((await admin.submit(page.form(action)))
            .location);
        assert.match(page.text, /What that version said is the draft now/);
        assert.equal(documentOf(id).trigger.crosses_below, 30);
        page = await admin.get((await admin.submit({ ...page.form(
            `${playbooks}/${id}/publish`),
        action: `${playbooks}/${id}/discard` })).location);
        assert.match(page.text, /The draft is gone/);
        assert.equal(documentOf(id), undefined);
        assert.equal(documentOf(id, 'published').trigger.crosses_below, 35);
    });

test('one that was never published is gone with its draft', async () => {
    let page = await press(await admin.get(`${playbooks}/new`), 'step.task');
    page = await press(page, null, { name: 'Never mind' });
    const id = idOf('Never mind');
    const answer = await admin.submit({ ...page.form(
        `${playbooks}/${id}/publish`), action: `${playbooks}/${id}/discard` });
    assert.equal(answer.location, `${base}?done=discarded`);
    assert.equal(idOf('Never mind'), undefined);
});

test('one that stopped itself asks, and goes on or stays paused',
    async () => {
        const { id } = newPlaybook(world);
        const hold = () => run(`update playbooks set is_held = true,
            is_active = true, held_at = now(), held_reason = 'It would reach 101 accounts.'
            where id = :'id'`, { id });
        for (const [go, isActive] of [['off', false], ['on', true]]) {
            hold();
            const page = await admin.get(base);
            assert.match(page.text, /stopped itself .* It would reach 101/);
            assert.match((await admin.get(`${playbooks}/${id}`)).text,
                /Let it go on.* Leave it paused/);
            const answer = await admin.submit(page.form(
                `${playbooks}/${id}/release`), { go });
            assert.equal(answer.status, 303);
            assert.deepEqual(row(`select is_held, held_reason, is_active
                from playbooks where id = :'id'`, { id }),
            { is_held: false, held_reason: null, is_active: isActive });
        }
    });

test('the list counts what did not run, and leads to each decision',
    async () => {
        const { id } = newPlaybook(world);
        run(`insert into playbook_executions (tenant_id, playbook_id,
                playbook_version, account_id, status, reason)
            select :'tenant', :'id', 2, :'account', 'skipped',
                'Cooling down ' || n from generate_series(1, 12) n`,
        { tenant: world.tenant, id, account });
        const { body } = await admin.get(base);
        const name = value(`select name from playbooks where id = :'id'`,
            { id });
        const found = table(body, /last seven days/)
            .find((r) => r[0].startsWith(name));
        assert.equal(found[3], '12');
        assert.match(found[4], /Did not run .*Cooling down/);
    });

test('a decision says what it saw', async () => {
    const { id } = newPlaybook(world);
    world.score(account, 70);
    const runs = await admin.get(`${base}/runs?playbook=${id}`);
    const [, path] = /href="([^"]*\/runs\/[0-9a-f-]{36})"/.exec(runs.body);
    const page = await admin.get(path);
    assert.match(page.text, /Did not run for Falling & <b>failing<\/b>/);
    assert.match(page.text, /Why it did not run Score 70 is not below 35/);
    assert.deepEqual(table(page.body, /what it wanted/)[0],
        ['Score', 'below 35', '70', 'No']);
    assert.match(page.text, /The playbook as it was Version 2/);
});

test('a run says what each step did, and is taken back', async () => {
    const { id } = newPlaybook(world);
    world.score(account, 70);
    world.score(account, 20);
    const tasks = () => value(`select count(*)::int from tasks
        where account_id = :'account'`, { account });
    const first = async () => /href="([^"]*\/runs\/[0-9a-f-]{36})"/.exec(
        (await admin.get(`${base}/runs?playbook=${id}`)).body)[1];
    const path = await first();
    let page = await admin.get(path);
    assert.match(page.text, /Ran for Falling & <b>failing<\/b>/);
    assert.match(page.text, /1\. Add a task Done/);
    assert.match(page.text, /Task “Call Falling & <b>failing<\/b>” added/);
    const before = tasks();
    page = await admin.get((await admin.submit(page.form(`${path}/undo`)))
        .location);
    assert.match(page.text, /This has been undone/);
    assert.equal(tasks(), before - 1);
    assert.equal((await admin.post(`${path}/undo`,
        { _csrf: await admin.token() })).status, 409);
    world.score(account, 60);
    world.score(account, 10);
    page = await admin.get(await first());
    assert.match(page.text,
        /Did not run for .*Why it did not run .*it ran for this account/);
    assert.equal(table(page.body, /what it wanted/)[0][3], 'Yes');
});

test('a run says what became of its deliveries', async () => {
    const { id } = newPlaybook(world);
    const delivery = '11111111-0000-4000-8000-000000000001';
    const steps = [
        { kind: 'webhook', status: 'delivered', text: 'Answered 200.' },
        { kind: 'webhook', status: 'failed', text: 'Webhook queued.',
            error: 'Answered 410.', delivery }];
    const run = value(`insert into playbook_executions (tenant_id,
            playbook_id, account_id, status, steps)
        values (:'tenant', :'id', :'account', 'failed', :'steps')
        returning id`, { tenant: world.tenant, id, account,
        steps: JSON.stringify(steps) });
    const { text } = await admin.get(`${base}/runs/${run}`);
    assert.match(text, /1\. Send a webhook Delivered/);
    assert.match(text, /2\. Send a webhook Not delivered .*Answered 410/);
});

test('a rehearsal tells what a draft would have done', async () => {
    const { id } = newPlaybook(world);
    const there = world.addAccount('Rehearsed & <b>fallen</b>');
    for (const score of [70, 38, 70, 33])
        world.score(there, score);
    const path = `${playbooks}/${id}/rehearsal`;
    const before = value(`select count(*)::int from tasks
        where tenant_id = :'tenant'`, { tenant: world.tenant });
    const mine = (page, caption) => table(page.body, caption)
        ?.filter((r) => /Rehearsed/.test(r[0])).map((r) => r[1]) ?? [];
    const runs = /^Runs that would have been/;
    const draft = await admin.get(path);
    assert.match(draft.text, /What would the draft have done in the last 90/);
    assert.deepEqual(mine(draft, runs), ['Health fell to 38 from 70.']);
    assert.match(mine(draft, /held it back/)[0], /^Cooling down/);
    assert.ok(table(draft.body, /^Runs by day/).length >= 13);
    assert.deepEqual(mine(await admin.get(`${path}?of=published&days=30`),
        runs), ['Health fell to 33 from 70.']);
    assert.equal((await admin.get(`${path}?days=31`)).status, 422);
    assert.equal((await world.visitor('Practitioner').get(path)).status, 403);
    assert.equal(value(`select count(*)::int from tasks
        where tenant_id = :'tenant'`, { tenant: world.tenant }), before);
});

test('a playbook or decision of another tenant is not found', async () => {
    const other = new World('playbook-other');
    try {
        const { id, version, form } = newPlaybook(other);
        const seen = playbookSeen(id);
        for (const path of ['', '/edit', '/rehearsal', '/versions'])
            assert.equal((await admin.get(`${playbooks}/${id}${path}`))
                .status, 404, path);
        const _csrf = await admin.token();
        for (const [path, fields] of [['/edit', form], ['/draft',
            { ...form, seen }], ['/publish', { seen }], ['/discard',
            { seen }], [`/restore/${version}`, { seen }]])
            assert.equal((await admin.post(`${playbooks}/${id}${path}`,
                { ...fields, _csrf })).status, 404, path);
        const there = other.addAccount('There');
        const run = value(`insert into playbook_executions (tenant_id,
                playbook_id, account_id, status)
            values (:'tenant', :'id', :'there', 'skipped') returning id`,
        { tenant: other.tenant, id, there });
        assert.equal((await admin.get(`${base}/runs/${run}`)).status, 404);
        const own = newPlaybook(world).id;
        assert.equal((await admin.post(
            `${playbooks}/${own}/restore/${version}`,
            { seen: playbookSeen(own), _csrf })).status, 404);
    } finally {
        other.end();
    }
});

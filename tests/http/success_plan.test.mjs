// Success plans by the API: milestones, templates at the pace of a tier, and
// what is refused.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import { value } from '../lib/db.mjs';
import { World } from '../lib/world.mjs';

const base = '/api/v1/customer-success';
let world, other, program, account;

before(() => {
    world = new World('plan-api');
    other = new World('plan-api-other');
    program = world.program('Practitioner');
    account = world.addAccount('Planned', { tier: `'mid_market'` });
});
after(() => {
    world.end();
    other.end();
});

const add = (body, who = program, headers = {}) => who.post(
    `${base}/customers/${account}/success-plans`, body, headers);
const template = async (name) => (await program.get(
    '/api/v1/plan-templates')).json.data.find((t) => t.name === name);

test('a plan is made with its milestones, or not at all', async () => {
    const answer = await add({ name: 'Rollout', planType: 'EXPANSION',
        businessObjectives: ['Grow'], successMetrics: [{ name: 'Seats',
            baseline: 10, target: 30 }],
        milestones: [{ title: 'Late', dueDate: '2020-01-01' },
            { title: 'Done', status: 'COMPLETED', priority: 'HIGH' },
            { title: 'Dropped', status: 'CANCELLED' }] });
    assert.equal(answer.status, 201, answer.body);
    const plan = answer.json;
    assert.equal(answer.headers.location,
        `${base}/success-plans/${plan.id}`);
    assert.deepEqual([plan.planType, plan.status, plan.progress,
        plan.milestoneCount, plan.completedMilestones,
        plan.overdueMilestones],
    ['EXPANSION', 'DRAFT', 50, 2, 1, 1]);
    assert.deepEqual(plan.milestones.map((m) => [m.title, m.status,
        m.priority, m.position]), [['Late', 'OVERDUE', 'MEDIUM', 1],
        ['Done', 'COMPLETED', 'HIGH', 2],
        ['Dropped', 'CANCELLED', 'MEDIUM', 3]]);
    assert.equal(plan.nextMilestoneId, plan.milestones[0].id);
    const shown = await program.get(answer.headers.location);
    assert.deepEqual(shown.json, plan);
    assert.equal(shown.headers.etag.replace('W/', ''),
        answer.headers.etag.replace('W/', ''));

    const plans = () => value(`select count(*) from success_plans
        where tenant_id = :'tenant'`, { tenant: world.tenant });
    const before = plans();
    const bad = await add({ name: 'Half', milestones: [{ title: 'Good' },
        { title: 'Bad', dueDate: '2026-02-30' }] });
    assert.equal(bad.status, 422);
    assert.equal(bad.json.errors[0].pointer, '/milestones/1/dueDate');
    assert.equal(plans(), before);
});

test('a template gives the days that the tier keeps', async () => {
    const { id, steps } = await template('Onboarding');
    const { json: plan } = await add({ templateId: id,
        startDate: '2026-03-01' });
    assert.equal(plan.name, 'Onboarding');
    assert.equal(plan.milestones.length, steps.length);
    assert.deepEqual([...new Set(plan.milestones.map((m) => m.phase))],
        ['Discovery & Planning', 'Technical Setup',
            'Training & Enablement', 'Go-Live & Support',
            'Value Realization']);
    assert.equal(plan.milestones.filter((m) => m.priority === 'CRITICAL')
        .length, 7);
    const due = (title) => plan.milestones.find((m) => m.title === title)
        .dueDate;
    assert.equal(due('Handed over to support'), '2026-04-10'); // 40 days
    assert.equal(due('90-day review'), '2026-05-30');
    assert.equal(plan.targetDate, '2026-05-30');
    const own = await add({ templateId: id, name: 'Ours', status: 'ACTIVE',
        milestones: [{ title: 'Lunch', phase: 'Technical Setup' }] });
    assert.deepEqual([own.json.name, own.json.status], ['Ours', 'ACTIVE']);
    assert.equal(own.json.milestones.findIndex((m) => m.title === 'Lunch'),
        steps.findIndex((s) => s.phase === 'Training & Enablement'));
    const gone = await add({ templateId: randomUUID() });
    assert.equal(gone.json.errors[0].pointer, '/templateId');
});

test('a change names what changes, and the version it was made of',
    async () => {
        const made = await add({ name: 'Versioned', targetDate:
            '2027-01-31' });
        const path = made.headers.location;
        const { etag } = made.headers;
        const put = await program.send('PUT', path, { json: {
            status: 'ACTIVE' }, headers: { 'if-match': etag } });
        assert.equal(put.status, 200, put.body);
        assert.equal(put.json.status, 'ACTIVE');
        assert.equal(put.json.targetDate, '2027-01-31');
        const stale = await program.send('PUT', path, { json: {
            status: 'DRAFT' }, headers: { 'if-match': etag } });
        assert.equal(stale.status, 412);
        const gone = await program.send('PUT', path, { json: {
            targetDate: null } });
        assert.equal(gone.json.targetDate, null);
        const done = await program.send('PUT', path, { json: {
            status: 'COMPLETED' } });
        assert.equal(done.json.completedBy,
            world.people.Practitioner.id);
    });

test('a milestone is added, completed and moved', async () => {
    const { headers, json } = await add({ name: 'Steps', milestones: [
        { title: 'A', phase: 'One' }, { title: 'B', phase: 'Two' }] });
    const path = `${headers.location}/milestones`;
    const made = await program.post(path, { title: 'C', phase: 'One' });
    assert.equal(made.status, 201);
    assert.equal(made.headers.location, headers.location);
    const titles = async () => (await program.get(headers.location)).json
        .milestones.map((m) => m.title).join('');
    assert.equal(await titles(), 'ACB');
    const step = `${path}/${made.json.id}`;
    const done = await program.send('PUT', step,
        { json: { status: 'COMPLETED' } });
    assert.equal(done.json.status, 'COMPLETED');
    assert.ok(done.json.completedAt);
    await program.send('PUT', step, { json: { position: 3 } });
    assert.equal(await titles(), 'ABC');
    const late = await program.send('PUT', step,
        { json: { status: 'OVERDUE' } });
    assert.equal(late.status, 422);
    const elsewhere = await add({ name: 'Other plan' });
    const wrong = await program.send('PUT', `${elsewhere.headers.location
    }/milestones/${json.milestones[0].id}`, { json: { title: 'X' } });
    assert.equal(wrong.status, 404);
});

test('the same key is answered the same, and makes one plan', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const [first, second] = [await add({ name: 'Once' }, program, key),
        await add({ name: 'Once' }, program, key)];
    assert.equal(second.headers['idempotent-replayed'], 'true');
    assert.equal(second.json.id, first.json.id);
});

test('another tenant finds none of it', async () => {
    const { json: plan, headers } = await add({ name: 'Ours alone',
        milestones: [{ title: 'Secret' }] });
    const stranger = other.program('Tenant Admin');
    const step = `${headers.location}/milestones/${plan.milestones[0].id}`;
    const mine = await template('Recovery');
    for (const [method, path, json] of [
        ['GET', headers.location], ['PUT', headers.location, {}],
        ['POST', `${headers.location}/milestones`, { title: 'X' }],
        ['PUT', step, { title: 'X' }],
        ['GET', `${base}/customers/${account}/success-plans`],
        ['POST', `${base}/customers/${account}/success-plans`, {}],
        ['GET', `/api/v1/plan-templates/${mine.id}`],
        ['PATCH', `/api/v1/plan-templates/${mine.id}`, {}],
        ['DELETE', `/api/v1/plan-templates/${mine.id}`]])
        assert.equal((await stranger.send(method, path,
            json ? { json } : {})).status, 404, `${method} ${path}`);
    const theirs = other.addAccount('Theirs');
    const foreign = await stranger.post(
        `${base}/customers/${theirs}/success-plans`,
        { templateId: mine.id });
    assert.equal(foreign.json.errors[0].pointer, '/templateId');
});

test('plans come a page at a time, the newest first, and by status',
    async () => {
        const of = world.addAccount('Many plans');
        const path = `${base}/customers/${of}/success-plans`;
        for (const name of ['a', 'b', 'c'])
            await program.post(path, { name, status: name === 'b'
                ? 'ACTIVE' : 'DRAFT' });
        const found = [];
        let next = `${path}?limit=1`;
        while (next) {
            const page = await program.get(next);
            found.push(...page.json.data.map(({ name }) => name));
            next = page.headers.link?.match(/^<([^>]+)>/)[1];
        }
        assert.deepEqual(found, ['c', 'b', 'a']);
        const active = await program.get(`${path}?status=ACTIVE`);
        assert.deepEqual(active.json.data.map(({ name }) => name), ['b']);
    });

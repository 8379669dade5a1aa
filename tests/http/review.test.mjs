// Business reviews and advocacy by the API and on their pages: what is
// frozen, what is carried over, who rests, and what is refused.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import { row, run, value } from '../lib/db.mjs';
import { textOf } from '../lib/html.mjs';
import { World } from '../lib/world.mjs';

const base = '/api/v1/customer-success';
let world, other, program, account;

before(() => {
    world = new World('review');
    other = new World('review-other');
    program = world.program('Practitioner');
    account = world.addAccount('Reviewed', { tier: `'mid_market'`,
        arr_cents: '4500000' });
    world.score(account, 72);
});
after(() => {
    world.end();
    other.end();
});

const reviews = () => `${base}/customers/${account}/business-reviews`;
const later = '2030-01-02T10:00:00Z';

test('a review is held by the API, with the figures of the day', async () => {
    const made = await program.post(reviews(), { scheduledAt: later,
        type: 'MONTHLY', agenda: ['One', 'Two'],
        actionItems: [{ title: 'Send it', dueDate: '2030-02-01',
            priority: 'HIGH' }] });
    assert.equal(made.status, 201, made.body);
    const review = made.json;
    assert.deepEqual([review.type, review.status, review.metricsReview,
        review.actionItems[0].status], ['MONTHLY', 'SCHEDULED', null, 'OPEN']);
    assert.equal(made.headers.location,
        `${base}/business-reviews/${review.id}`);
    const held = await program.send('PUT', made.headers.location, {
        headers: { 'if-match': made.headers.etag,
            'content-type': 'application/json' },
        body: JSON.stringify({ status: 'HELD', overallRating: 4,
            actionItems: [...review.actionItems.map(({ id }) => ({ id })),
                { title: 'Call them' }] }) });
    assert.equal(held.status, 200, held.body);
    assert.deepEqual([held.json.status, held.json.overallRating,
        held.json.agenda, held.json.metricsReview.healthScore,
        held.json.metricsReview.healthLevel, held.json.metricsReview.arr],
    ['HELD', 4, ['One', 'Two'], 72, 'GOOD', '45000.00']);
    assert.deepEqual(held.json.actionItems.map((i) => i.title),
        ['Send it', 'Call them']);
    run(`update accounts set arr_cents = 1 where id = :'account'`,
        { account });
    const again = await program.get(made.headers.location);
    assert.equal(again.json.metricsReview.arr, '45000.00');
    const stale = await program.send('PUT', made.headers.location, {
        headers: { 'if-match': made.headers.etag,
            'content-type': 'application/json' },
        body: JSON.stringify({ feedback: 'x' }) });
    assert.equal(stale.status, 412);
});

test('what is wrong with a review is named by its member', async () => {
    for (const [body, pointer] of [
        [{}, '/scheduledAt'], [{ scheduledAt: 'tomorrow, at ten' },
            '/scheduledAt'],
        [{ scheduledAt: later, followUpDate: '2026-02-30' }, '/followUpDate'],
        [{ scheduledAt: later, heldAt: '2100-01-01T10:00:00Z' }, '/heldAt'],
        [{ scheduledAt: later, ownerId: randomUUID() }, '/ownerId'],
        [{ scheduledAt: later, agenda: [1] }, '/agenda'],
        [{ scheduledAt: later, actionItems: [{ dueDate: '2026-02-30',
            title: 'x' }] }, '/actionItems/0'],
        [{ scheduledAt: later, type: 'DAILY' }, '/type']]) {
        const answer = await program.post(reviews(), body);
        assert.equal(answer.status, 422, answer.body);
        assert.equal(answer.json.errors[0].pointer, pointer, answer.body);
    }
});

test('reviews of another organisation are not there', async () => {
    const { id } = (await program.post(reviews(), { scheduledAt: later }))
        .json;
    const stranger = other.program('Tenant Admin');
    for (const answer of [await stranger.get(reviews()),
        await stranger.get(`${base}/business-reviews/${id}`),
        await stranger.send('PUT', `${base}/business-reviews/${id}`, {
            headers: { 'content-type': 'application/json' },
            body: '{"feedback":"x"}' }),
        await stranger.post(reviews(), { scheduledAt: later })])
        assert.equal(answer.status, 404, answer.body);
});

test('pages of reviews go on where the last one ended', async () => {
    const all = (await program.get(reviews())).json.data.map((r) => r.id);
    assert.ok(all.length > 1);
    const seen = [];
    let cursor = '';
    do {
        const page = (await program.get(`${reviews()}?limit=1${cursor}`))
            .json;
        seen.push(...page.data.map((r) => r.id));
        cursor = page.has_more ? `&cursor=${page.next_cursor}` : '';
    } while (cursor);
    assert.deepEqual(seen, all);
});

test('an open item is carried into the next review until it is done',
    async () => {
        const visitor = world.visitor('Practitioner');
        const mine = world.addAccount('Carried');
        const page = await visitor.get(`/dashboard/accounts/${mine}/reviews`);
        const form = page.form(`/dashboard/accounts/${mine}/reviews`);
        const first = (await visitor.submit(form, { type: 'monthly',
            scheduled_at: '2026-01-05T10:00' })).location.split('?')[0];
        let shown = await visitor.get(first);
        await visitor.submit(shown.form(`${first}/items`),
            { title: 'Bring the numbers' });
        shown = await visitor.get(first);
        const held = await visitor.submit(shown.form(`${first}/hold`),
            { held_at: new Date().toISOString().slice(0, 10) });
        assert.equal(held.status, 303, held.body);
        const next = (await visitor.submit(form, { type: 'monthly',
            scheduled_at: '2030-01-05T10:00' })).location.split('?')[0];
        shown = await visitor.get(next);
        assert.match(textOf(shown.body), /Still open from earlier reviews/);
        assert.match(textOf(shown.body), /Bring the numbers/);
        const item = value(`select id from tasks where account_id = :'mine'`,
            { mine });
        const done = await visitor.submit(shown.form(`${next}/items/${item}`));
        assert.match(done.location, /#items$/);
        assert.doesNotMatch(textOf((await visitor.get(next)).body),
            /Bring the numbers/);
    });

const activities = () =>
    `${base}/customers/${account}/advocacy-activities`;

test('who was asked rests, unless there is a reason', async () => {
    const { id: contactId } = row(`insert into contacts (tenant_id,
            account_id, full_name) values (:'tenant', :'account', 'Ada Rest')
        returning id`, { tenant: world.tenant, account });
    const ask = (more) => program.post(activities(), { contactId,
        type: 'REFERENCE_CALL', status: 'REQUESTED', ...more });
    assert.equal((await ask()).status, 201);
    const refused = await ask({ type: 'WEBINAR' });
    assert.equal(refused.status, 422, refused.body);
    assert.equal(refused.json.errors[0].pointer, '/overrideReason');
    assert.match(refused.json.errors[0].detail,
        /^Ada Rest was asked for a reference call on .* and rests until /);
    const forced = await ask({ type: 'WEBINAR',
        overrideReason: 'She offered it' });
    assert.equal(forced.status, 201, forced.body);
    assert.equal(forced.json.overrideReason, 'She offered it');
    const done = await program.send('PUT',
        `${base}/advocacy-activities/${forced.json.id}`, {
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ status: 'COMPLETED',
                contentUrls: ['https://x.example/talk'] }) });
    assert.equal(done.status, 200, done.body);
    assert.ok(done.json.completedAt);
    assert.deepEqual((await program.get(`${base}/advocacy-metrics`)).json,
        { totalAdvocates: 1, caseStudiesPublished: 0,
            testimonialsCollected: 0, referenceCallsCompleted: 0,
            advocacySuccessRate: 100 });
});

test('a link is http or https', async () => {
    const answer = await program.post(activities(), { type: 'TESTIMONIAL',
        contentUrls: ['javascript:alert(1)'] });
    assert.equal(answer.status, 422);
    assert.equal(answer.json.errors[0].pointer, '/contentUrls');
});

test('an administrator sets the rest period', async () => {
    const visitor = world.visitor('Tenant Admin');
    const page = await visitor.get('/dashboard/advocacy');
    await visitor.submit(page.form('/dashboard/advocacy/rest'), { days: 0 });
    const { id: contactId } = row(`select id from contacts
        where account_id = :'account' limit 1`, { account });
    const answer = await program.post(activities(), { contactId,
        type: 'USER_GROUP', status: 'REQUESTED' });
    assert.equal(answer.status, 201, answer.body);
    const { body } = await world.visitor('Viewer').get('/dashboard/advocacy');
    assert.ok(!body.includes('action="/dashboard/advocacy/rest"'));
});

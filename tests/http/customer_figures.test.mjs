// Profiles, scores and figures of the customers of the programme.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { run, value } from '../lib/db.mjs';
import { World } from '../lib/world.mjs';

const root = '/api/v1/customer-success';
let world, other, program, viewer;

before(() => {
    world = new World('customer-figures');
    other = new World('customer-figures-other');
    program = world.program('Practitioner');
    viewer = world.program('Viewer');
});
after(() => {
    world.end();
    other.end();
});
const put = (at, json, headers) =>
    program.send('PUT', at, { json, headers });
const profileOf = (id) => `${root}/customers/${id}/profile`;

test('a profile is empty at first, and changes in part', async () => {
    const at = profileOf(world.addAccount('Profiled'));
    const empty = await viewer.get(at);
    assert.equal(empty.status, 200, empty.body);
    assert.deepEqual([empty.json.businessObjectives, empty.json.createdAt,
        empty.json.onboardingStatus], [[], null, 'NOT_STARTED']);
    const metric = { name: 'Hours saved', baseline: 0, target: 120.5,
        current: null };
    const filled = await put(at, { valueMetrics: [metric], npsScore: -20,
        businessObjectives: ['One platform'], dataMigrationStatus: 'FAILED',
        onboardingStatus: 'IN_PROGRESS', onboardingStartDate: '2026-01-02' },
    { 'if-match': empty.headers.etag });
    assert.equal(filled.status, 200, filled.body);
    assert.deepEqual(filled.json.valueMetrics, [metric]);
    const more = await put(at, { onboardingStatus: 'COMPLETED',
        onboardingCompletedDate: '2026-02-01', npsScore: null });
    assert.deepEqual([more.json.onboardingStatus, more.json.npsScore,
        more.json.dataMigrationStatus, more.json.businessObjectives],
    ['COMPLETED', null, 'FAILED', ['One platform']]);
    assert.equal((await viewer.get(at)).headers.etag, more.headers.etag);
    assert.equal((await put(at, { csatScore: 1 },
        { 'if-match': filled.headers.etag })).status, 412);
});

test('what is wrong with a profile is named', async () => {
    const at = profileOf(world.addAccount('Careful'));
    for (const [json, pointer] of [[{ npsScore: 101 }, 'npsScore'],
        [{ onboardingStatus: 'DONE' }, 'onboardingStatus'],
        [{ businessObjectives: 'x' }, 'businessObjectives'],
        [{ businessObjectives: ['x', 1] }, 'businessObjectives/1'],
        [{ successCriteria: [' '] }, 'successCriteria/0'],
        [{ valueMetrics: [1] }, 'valueMetrics/0'],
        [{ valueMetrics: [{ name: 'a' }, { target: 1 }] },
            'valueMetrics/1/name'],
        [{ valueMetrics: [{ name: 'a', target: '1' }] },
            'valueMetrics/0/target'],
        [{ valueMetrics: [{ name: 'a', goal: 1 }] }, 'valueMetrics/0/goal'],
        [{ onboardingStartDate: '2026-02-02',
            onboardingCompletedDate: '2026-02-01' },
        'onboardingCompletedDate']]) {
        const answer = await put(at, json);
        assert.equal(answer.status, 422, answer.body);
        assert.equal(answer.json.errors[0].pointer, `/${pointer}`);
    }
    assert.equal((await viewer.get(at)).json.createdAt, null,
        'nothing was written');
    const theirs = profileOf(other.addAccount('Kanarienvogel AG'));
    assert.equal((await viewer.get(theirs)).status, 404);
    assert.equal((await put(theirs, { npsScore: 1 })).status, 404);
});

test('a calculated score is weighed, and nothing is saved', async () => {
    const id = world.addAccount('Calculated');
    const at = `${root}/customers/${id}/health-scores`;
    const ask = (json) => program.post(`${at}/calculate`, json);
    const rows = () => value(`select count(*) || ' ' || (select count(*)
        from audit_log where tenant_id = :'tenant') from health_scores
        where account_id = :'id'`, { id, tenant: world.tenant });
    world.score(id, 50);
    const before = rows();
    const parts = (e, s, a, f) => ({ engagementScore: e, successScore: s,
        satisfactionScore: a, financialScore: f });
    for (const [given, score, level, trend] of [
        [parts(100, 100, 100, 100), 100, 'EXCELLENT', 'IMPROVING'],
        [parts(80, 70, 60, 90), 75, 'GOOD', 'IMPROVING'],
        [parts(51, 50, 50, 50), 50, 'FAIR', 'STABLE'],
        [parts(10, 20, 30, 40), 23, 'POOR', 'DECLINING'],
        [{ engagementScore: 90, financialScore: 40 }, 70, 'GOOD',
            'IMPROVING'],
        [{ components: { usage: 100, engagement: 0, support_sentiment: 0,
            adoption: 0 } }, 35, 'POOR', 'DECLINING']]) {
        const { status, json, body } = await ask(given);
        assert.equal(status, 200, body);
        assert.deepEqual([json.overallScore, json.healthLevel,
            json.healthTrend, json.previousScore], [score, level, trend, 50]);
        assert.equal(json.factors.reduce((sum, { points }) =>
            sum + points * 1e6, 0) / 1e6, score, 'factors add up');
    }
    for (const [given, pointer] of [
        [parts(101, 1, 1, 1), 'engagementScore'],
        [{ components: { usage: 101 } }, 'components/usage'],
        [{ components: { luck: 1 } }, 'components/luck'],
        [{ ...parts(1, 1, 1, 1), components: { usage: 1 } }, 'components']]) {
        const answer = await ask(given);
        assert.equal(answer.status, 422, answer.body);
        assert.equal(answer.json.errors[0].pointer, `/${pointer}`);
    }
    assert.equal(rows(), before, 'nothing was saved');
    world.score(id, 60);
    const first = await viewer.get(`${at}?limit=1`);
    assert.deepEqual([first.json.data[0].overallScore, first.json.has_more],
        [60, true]);
    const second = await viewer.get(
        `${at}?limit=1&cursor=${first.json.next_cursor}`);
    assert.deepEqual([second.json.data[0].overallScore, second.json.has_more,
        second.json.data[0].healthLevel], [50, false, 'FAIR']);
});

test('statistics are right at once', async () => {
    run(`delete from accounts where tenant_id = :'tenant'`,
        { tenant: world.tenant });
    const get = async (what) => {
        const answer = await viewer.get(`${root}/${what}`);
        assert.equal(answer.status, 200, answer.body);
        return answer.json;
    };
    const none = await get('statistics');
    assert.deepEqual([none.totalCustomers, none.averageHealthScore,
        none.totalAnnualRevenue], [0, null, '0.00']);
    const big = world.addAccount('Big', { tier: `'enterprise'`,
        arr_cents: '20000000' });
    const small = world.addAccount('Small', { tier: `'trial'`,
        arr_cents: '400000', status: `'onboarding'` });
    const gone = world.addAccount('Gone', { tier: `'trial'`,
        status: `'churned'`, arr_cents: '100' });
    world.score(big, 70);
    world.score(big, 30);
    world.score(small, 71);
    await put(profileOf(big), { npsScore: 60, csatScore: 90,
        adoptionRate: 80, expansionProbability: 51,
        onboardingStatus: 'COMPLETED', onboardingStartDate: '2026-01-01',
        onboardingCompletedDate: '2026-01-31' });
    await put(profileOf(small), { npsScore: 20, adoptionRate: 70,
        onboardingStatus: 'CANCELLED', trainingCompletion: 50 });
    await put(profileOf(gone), { npsScore: -100, adoptionRate: 0 });

    const all = await get('statistics');
    assert.deepEqual([all.totalCustomers, all.customersByTier,
        all.customersByStatus, all.averageHealthScore,
        all.totalAnnualRevenue, all.atRiskCustomers, all.churnedCustomers,
        all.onboardingCustomers, all.averageAdoptionRate, all.averageNps,
        all.averageCsat],
    [3, { ENTERPRISE: 1, MID_MARKET: 0, SMALL_BUSINESS: 0, TRIAL: 2 },
        { ACTIVE: 0, ONBOARDING: 1, AT_RISK: 1, CHURNED: 1, PAUSED: 0 },
        50.5, '204000.00', 1, 1, 1, 75, 40, 90]);

    const onboarding = await get('onboarding-metrics');
    assert.deepEqual([onboarding.totalOnboarding,
        onboarding.completedOnboarding, onboarding.averageOnboardingDuration,
        onboarding.trainingCompletionRate, onboarding.onboardingSuccessRate],
    [2, 1, 30, 50, 50]);

    const { data: alerts } = await get('health-alerts');
    assert.deepEqual(alerts.map(({ customerName, alerts: kinds, change }) =>
        [customerName, kinds, change]), [['Big',
        ['RED_ZONE', 'BELOW_THRESHOLD', 'SIGNIFICANT_DROP'], -40]]);
    assert.deepEqual((await get(`health-alerts?csmId=${
        world.people.Viewer.id}`)).data, []);
    assert.equal((await viewer.get(`${root}/health-alerts?csmId=${
        other.people.Viewer.id}`)).status, 422);
});

test('who may grow is found by three rules', async () => {
    const found = (await viewer.get(`${root}/expansion-opportunities`))
        .json.data;
    const near = (cents) => run(`update accounts set arr_cents = :'cents'
        where name = 'Small'`, { cents });
    assert.deepEqual(found.map((o) => [o.customerName, o.reason,
        o.potentialTier, o.estimatedRevenue, o.probability]),
    [['Big', 'HIGH_EXPANSION_PROBABILITY', 'ENTERPRISE', '40000.00', 51]],
    'exactly four fifths of a tier is not near its limit');
    near('400001');
    const [, close] = (await viewer.get(`${root}/expansion-opportunities`))
        .json.data;
    assert.deepEqual([close.customerName, close.reason, close.currentTier,
        close.potentialTier, close.estimatedRevenue, close.probability],
    ['Small', 'APPROACHING_TIER_LIMIT', 'TRIAL', 'SMALL_BUSINESS', '999.99',
        50]);
    near('1000');
    const small = value(`select id from accounts where name = 'Small'
        and tenant_id = :'tenant'`, { tenant: world.tenant });
    await put(profileOf(small), { csatScore: 80, adoptionRate: 70 });
    const page = await viewer.get(`${root}/expansion-opportunities?limit=1`);
    const next = await viewer.get(`${root}/expansion-opportunities?cursor=${
        page.json.next_cursor}`);
    assert.deepEqual(next.json.data.map((o) => [o.customerName, o.reason]),
        [['Small', 'HIGH_SATISFACTION_AND_ENGAGEMENT']]);
});

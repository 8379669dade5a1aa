// Customers of the programme: accounts under its names.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { run, value } from '../lib/db.mjs';
import { World } from '../lib/world.mjs';

const path = '/api/v1/customer-success/customers';
let world, other, program, viewer;

before(() => {
    world = new World('customer');
    other = new World('customer-other');
    program = world.program('Practitioner');
    viewer = world.program('Viewer');
});
after(() => {
    world.end();
    other.end();
});

const put = (at, json, headers) =>
    program.send('PUT', at, { json, headers });
const names = async (query) => {
    const answer = await viewer.get(`${path}?${query}`);
    assert.equal(answer.status, 200, answer.body);
    return answer.json.data.map(({ name }) => name).join(' ');
};

test('a tier follows from the revenue, without a gap, until it is chosen',
    async () => {
        for (const [annualRevenue, tier] of [['0', 'TRIAL'],
            ['4999.99', 'TRIAL'], ['5000', 'SMALL_BUSINESS'],
            ['24999.99', 'SMALL_BUSINESS'], ['25000', 'MID_MARKET'],
            ['99999.99', 'MID_MARKET'], ['100000', 'ENTERPRISE']]) {
            const made = await program.post(path, { name: `At ${annualRevenue}`,
                annualRevenue });
            assert.equal(made.status, 201, made.body);
            assert.deepEqual([made.json.tier, made.json.tierIsByRevenue],
                [tier, true], annualRevenue);
        }
        const { json, location } = await program.post(path,
            { name: 'Grows', annualRevenue: '10000' });
        assert.equal(json.tier, 'SMALL_BUSINESS');
        const grown = await put(location, { annualRevenue: '25000.00' });
        assert.deepEqual([grown.json.tier, grown.json.tierIsByRevenue],
            ['MID_MARKET', true], grown.body);
        const same = await put(location, { tier: 'MID_MARKET' });
        assert.equal(same.json.tierIsByRevenue, false, 'chosen now');
        assert.equal((await put(location, { annualRevenue: '200000' }))
            .json.tier, 'MID_MARKET', 'what was chosen stays');
        const back = await put(location, { tier: null });
        assert.deepEqual([back.json.tier, back.json.tierIsByRevenue],
            ['ENTERPRISE', true], 'given back');
        const chosen = await program.post(path, { name: 'Chosen',
            annualRevenue: '1', tier: 'ENTERPRISE' });
        assert.deepEqual([chosen.json.tier, chosen.json.tierIsByRevenue],
            ['ENTERPRISE', false]);
        run(`delete from accounts where tenant_id = :'tenant'`,
            { tenant: world.tenant });
    });

test('a customer is made, read, changed in part and let go', async () => {
    const made = await program.post(path, { name: 'Harbour',
        externalId: 'H-1', annualRevenue: '36525.00', currency: 'EUR',
        contractStartDate: '2020-01-01', status: 'ONBOARDING',
        csmId: world.people.Practitioner.id, industry: 'Shipping' });
    assert.equal(made.status, 201, made.body);
    assert.equal(made.location, `${path}/${made.json.id}`);
    const found = await viewer.get(made.location);
    assert.equal(found.body, made.body);
    assert.equal(found.headers.etag, made.headers.etag);
    assert.match(found.json.createdAt, /Z$/);
    const days = Number(value(`select current_date - date '2020-01-01'`));
    assert.equal(found.json.lifetimeValue, (days * 100).toFixed(2));
    assert.deepEqual((await viewer.get(`${made.location}?fields=id,tier`))
        .json, { id: made.json.id, tier: 'MID_MARKET' });

    const changed = await put(made.location, { industry: null });
    assert.equal(changed.status, 200, changed.body);
    assert.deepEqual([changed.json.industry, changed.json.name,
        changed.json.status], [null, 'Harbour', 'ONBOARDING']);
    assert.equal((await put(made.location, { name: 'Late' },
        { 'if-match': made.headers.etag })).status, 412);

    const gone = await program.send('DELETE', made.location);
    assert.equal(gone.status, 200, gone.body);
    assert.match(gone.json.message, /Nothing was deleted/);
    assert.equal(gone.json.customer.status, 'CHURNED');
    assert.equal((await viewer.get(made.location)).json.status, 'CHURNED');
    assert.equal((await put(made.location, { status: 'ACTIVE' }))
        .json.status, 'ACTIVE', 'back again');
    run(`delete from accounts where tenant_id = :'tenant'`,
        { tenant: world.tenant });
});

test('filters are in the words of the programme', async () => {
    const one = (name, score, values) => {
        const id = world.addAccount(name, values);
        if (score !== null)
            world.score(id, score);
        return id;
    };
    const csm = world.people.Practitioner.id;
    one('Excellent', 90, { tier: `'enterprise'`, arr_cents: '300' });
    one('Good', 70, { tier: `'trial'`, arr_cents: '200',
        csm_id: `'${csm}'` });
    one('Fair', 50, { renewal_date: `'2031-05-01'` });
    one('Poor', 10, { status: `'onboarding'` });
    one('Unscored', null);
    one('Left', 10, { status: `'churned'` });
    assert.equal(await names('status=ACTIVE'), 'Excellent Good Unscored');
    assert.equal(await names('status=AT_RISK'), 'Fair');
    assert.equal(await names('status=ONBOARDING'), 'Poor');
    assert.equal(await names('status=CHURNED'), 'Left');
    assert.equal(await names('healthLevel=POOR'), 'Left Poor');
    assert.equal(await names('healthLevel=FAIR&status=AT_RISK'), 'Fair');
    assert.equal(await names('healthLevel=POOR&status=AT_RISK'), '');
    assert.equal(await names('tier=ENTERPRISE'), 'Excellent');
    assert.equal(await names(`csmId=${csm}`), 'Good');
    assert.equal(await names('search=OO'), 'Good Poor');
    assert.equal(await names('renewsAfter=2031-04-30&renewsBefore=2031-05-02'),
        'Fair');
    assert.equal(await names('sort=-annualRevenue&tier=TRIAL'), 'Good');
    const first = await viewer.get(`${path}?sort=-healthScore&limit=4`);
    assert.deepEqual(first.json.data.map(({ healthLevel }) => healthLevel),
        ['EXCELLENT', 'GOOD', 'FAIR', 'POOR']);
    const rest = await viewer.get(`${path}?sort=-healthScore&limit=4&cursor=${
        first.json.next_cursor}`);
    assert.deepEqual([rest.json.data.length, rest.json.has_more], [2, false]);
});

test('what is wrong is named as the programme names it', async () => {
    const at = `${path}/${world.addAccount('Careful')}`;
    for (const [json, pointer] of [[{ tier: 'enterprise' }, 'tier'],
        [{ status: 'GONE' }, 'status'], [{ status: 'AT_RISK' }, 'status'],
        [{ annualRevenue: 12 }, 'annualRevenue'],
        [{ name: null }, 'name'],
        [{ parentId: at.split('/').pop() }, 'parentId'],
        [{ csmId: other.people.Viewer.id }, 'csmId'],
        [{ contractStartDate: '2030-01-02', contractEndDate: '2030-01-01' },
            'contractStartDate'],
        [{ customAttributes: { none: 1 } }, 'customAttributes']]) {
        const answer = await put(at, json);
        assert.equal(answer.status, 422,
            `${JSON.stringify(json)} ${answer.body}`);
        assert.equal(answer.json.errors[0].pointer, `/${pointer}`,
            answer.body);
    }
    for (const query of ['tier=enterprise', 'healthLevel=BAD', 'csmId=x',
        'sort=arr', 'limit=0', 'cursor=AAAA'])
        assert.equal((await viewer.get(`${path}?${query}`)).status, 422,
            query);
    assert.equal((await viewer.get(`${path}?band=at_risk`)).status, 400);
    assert.equal((await put(at, { arr: '1' })).status, 400);
    assert.equal((await viewer.get(`${at}?fields=secret`)).status, 400);
    const theirs = `${path}/${other.addAccount('Kanarienvogel AG')}`;
    for (const answer of [await program.get(theirs),
        await put(theirs, { name: 'Mine' }),
        await program.send('DELETE', theirs)])
        assert.equal(answer.status, 404, answer.body);
    assert.ok(!(await viewer.get(`${path}?limit=200`)).body
        .includes('Kanarienvogel'));
});

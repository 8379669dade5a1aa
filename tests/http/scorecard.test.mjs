// Scorecards in the admin area: edited, tried, published, rolled back; what
// is wrong is said beside its field, and nobody's work is lost.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { row, rows, run, value } from '../lib/db.mjs';
import { table } from '../lib/html.mjs';
import { World } from '../lib/world.mjs';

const base = '/dashboard/admin/scorecards';
const names = ['usage', 'engagement', 'support_sentiment', 'adoption'];
let world, other, admin, card;

const standard = ({ tenant }) => value(`select id from scorecards
    where tenant_id = :'tenant' and is_default`, { tenant });

before(() => {
    world = new World('scorecards');
    other = new World('others');
    admin = world.visitor('Tenant Admin');
    card = standard(world);
    // By usage 35, engagement 25, support 20, adoption 20.
    given('Heavy use', 12000000, [90, 40, 40, 40]); // 57.5
    given('Light use', 3000000, [10, 80, 80, 80]); // 55.5
    given('Steady', 500000, [90, 90, 90, 90]);
    settle();
});
after(() => {
    world.end();
    other.end();
});

function given(name, arr, parts) {
    const account = world.addAccount(name, { arr_cents: `${arr}` });
    run(`insert into health_scores (tenant_id, account_id, usage_score,
            engagement_score, support_sentiment_score, adoption_score)
        values (:'tenant', :'account', ${parts.join(', ')})`,
    { tenant: world.tenant, account });
}

// Nobody waits: the worker of this instance may be slow.
function settle() {
    run(`delete from mainstay.health_queue where tenant_id = :'tenant'`,
        { tenant: world.tenant });
}

// A scorecard of its own for a test, as the form makes it.
async function create(name, preset = 'standard') {
    const page = await admin.get(base);
    const answer = await admin.submit(page.form(base), { name, preset });
    assert.equal(answer.status, 303, answer.text);
    assert.match(answer.location, new RegExp(`^${base}/[0-9a-f-]{36}$`));
    return answer.location.slice(base.length + 1);
}

async function editor(id = card, who = admin) {
    return (await who.get(`${base}/${id}`)).form(`${base}/${id}`);
}

const weights = (...list) => Object.fromEntries(
    list.map((weight, i) => [`weight-${i + 1}`, weight]));
const typed = (answer, id = card) => names.map((_, i) =>
    answer.form(`${base}/${id}`).fields[`weight-${i + 1}`]);
const press = (form, what, fields, who = admin) =>
    who.post(`${form.action}/${what}`, { ...form.fields, ...fields });
const versions = (id) => rows(`select version, status,
    (select json_agg(d -> 'weight') from jsonb_array_elements(
        document -> 'dimensions') d) as weights
    from scorecard_versions where scorecard_id = :'id'
    order by version`, { id });

async function publish(id, who = admin) {
    const page = await who.get(`${base}/${id}/preview`);
    const answer = await who.submit(page.form(`${base}/${id}/publish`));
    assert.equal(answer.status, 303, answer.text);
    return answer;
}

test('the list says who is scored by what', async () => {
    const answer = await admin.get(base);
    assert.equal(answer.status, 200, answer.text);
    const [first] = table(answer.body, /Scorecards/);
    assert.match(first[0], /^Standard Default/);
    assert.equal(first[2], '3');
    assert.match(first[3], /^Version 1/);
    assert.equal(first[4], 'None');
});

test('only a Tenant Admin sees the entry and the pages', async () => {
    for (const role of ['Viewer', 'Contributor', 'Practitioner']) {
        const who = world.visitor(role);
        const home = await who.get('/dashboard/executive');
        assert.ok(!home.body.includes('/dashboard/admin'), role);
        for (const path of [base, `${base}/${card}`,
            `${base}/${card}/versions`])
            assert.equal((await who.get(path)).status, 403, role + path);
        const answer = await who.post(`${base}/${card}`,
            { _csrf: await who.token() });
        assert.equal(answer.status, 403, role);
    }
    assert.ok((await admin.get('/dashboard/executive')).body
        .includes('/dashboard/admin'));
});

test('a scorecard of another tenant is not there', async () => {
    const theirs = standard(other);
    const version = value(`select id from scorecard_versions
        where scorecard_id = :'theirs'`, { theirs });
    for (const path of ['', '/document', '/rule', '/preview', '/versions',
        `/versions/${version}`, `/versions/${version}/preview`,
        '/back-test'])
        assert.equal((await admin.get(`${base}/${theirs}${path}`)).status,
            404, path);
    // Nor a version of theirs below a scorecard of one's own.
    assert.equal((await admin.get(`${base}/${card}/versions/${version}`))
        .status, 404);
    const { fields } = await editor();
    for (const path of ['', '/spread', '/preview', '/document', '/rule',
        '/rule/preview'])
        assert.equal((await admin.post(`${base}/${theirs}${path}`, fields))
            .status, 404, path);
    const seen = { seen: fields.seen, _csrf: fields._csrf };
    for (const path of ['/publish', '/discard', '/default',
        `/versions/${version}/roll-back`])
        assert.equal((await admin.post(`${base}/${theirs}${path}`, seen))
            .status, 404, path);
    assert.equal((await admin.post(
        `${base}/${card}/versions/${version}/roll-back`, seen)).status, 404);
});

test('raising a weight shows who changes band and how much revenue moves, ' +
    'and saves nothing', async () => {
    const before = value(`select md5(string_agg(v::text, '' order by id))
        from scorecard_versions v where tenant_id = :'tenant'`,
    { tenant: world.tenant });
    const answer = await press(await editor(), 'preview',
        weights('60', '20', '10', '10'));
    assert.equal(answer.status, 200, answer.text);
    // 58 to 70 and 56 to 38
    assert.match(answer.text, /Raising Usage from 35 to 60 moves 2 accounts /);
    assert.match(answer.text, /worth \$150K to another band: 1 gets worse, /);
    assert.match(answer.text, /1 gets better\./);
    assert.deepEqual(table(answer.body, /change band/).map((r) =>
        r.slice(0, 4)), [
        ['Heavy use', '$120,000', '58 At Risk', '70 Moderate'],
        ['Light use', '$30,000', '56 At Risk', '38 Critical']]);
    assert.deepEqual(table(answer.body, /ARR by band/).map((r) =>
        r.slice(0, 3)), [['Healthy', '1', '1'], ['Moderate', '0', '1 +1'],
        ['At Risk', '2', '0 −2'], ['Critical', '0', '1 +1']]);
    assert.deepEqual(typed(answer), ['60', '20', '10', '10']);
    assert.equal(value(`select md5(string_agg(v::text, '' order by id))
        from scorecard_versions v where tenant_id = :'tenant'`,
    { tenant: world.tenant }), before);
});

test('weights that do not add up are refused with their sum', async () => {
    for (const what of ['', '/preview']) {
        const form = await editor();
        const answer = await admin.post(form.action + what,
            { ...form.fields, ...weights('50', '25', '20', '20') });
        assert.equal(answer.status, 422);
        assert.equal(answer.error('weights'), 'The weights add up to 115; ' +
            'they must add up to 100, so 15 is too much.');
        assert.match(answer.body, /href="#f-weights"/);
        assert.deepEqual(typed(answer), ['50', '25', '20', '20']);
    }
    assert.equal(versions(card).length, 1);
});

test('the rest is spread over the weights that were left alone', async () => {
    let answer = await press(await editor(), 'spread',
        { ...weights('50', '25', '20', '20'), 'lock-2': '1', spread: '1' });
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(typed(answer), ['50', '25', '13', '12']);
    let form = answer.form(`${base}/${card}`);
    assert.equal(form.fields['lock-1'], '1', 'what was changed is locked');
    assert.equal(form.fields['lock-3'], undefined);
    // Again: what was locked before stays.
    answer = await press(form, 'spread', { 'weight-3': '20', spread: '1' });
    assert.deepEqual(typed(answer), ['50', '25', '20', '5']);
    // A mistake between does not make one forget what was changed.
    form = (await press(await editor(), 'preview',
        { 'weight-1': '60' })).form(`${base}/${card}`);
    answer = await press(form, 'spread', { spread: '1' });
    assert.equal(typed(answer)[0], '60');
    assert.equal(typed(answer).map(Number).reduce((a, b) => a + b), 100);
});

test('what is wrong is said beside each field, all at once', async () => {
    const answer = await press(await editor(), 'preview', {
        'weight-1': 'many', 'band-2-lower': '101', 'band-3-label': ' ',
        'stage-1-1': '50', 'stage-1-2': '30' });
    assert.equal(answer.status, 422);
    assert.match(answer.error('weight-1'), /^Usage needs a weight above 0/);
    assert.match(answer.error('band-2-lower'), /^Moderate must begin at/);
    assert.match(answer.error('band-3-label'), /^A band needs a name/);
    assert.match(answer.error('stage-1'),
        /^The weights of Onboarding add up to 80/);
    assert.equal(answer.form(`${base}/${card}`).fields['weight-1'], 'many');
});

test('bands that do not go down are refused', async () => {
    const answer = await press(await editor(), 'preview',
        { 'band-2-lower': '85' });
    assert.equal(answer.status, 422);
    assert.match(answer.error('band-2-lower'), /begin below 80/);
});

test('a draft is saved, previewed, published, and rolled back', async () => {
    const id = await create('Life of a draft');
    await publish(id);
    const form = await editor(id);
    let answer = await admin.submit(form, {
        ...weights('40', '20', '20', '20'), 'band-1-label': 'Great',
        'stage-1-1': '70', 'stage-1-2': '10', 'stage-1-3': '10',
        'stage-1-4': '10' });
    assert.equal(answer.location, `${base}/${id}/preview?done=saved`);
    assert.deepEqual(versions(id), [
        { version: 1, status: 'published', weights: [35, 25, 20, 20] },
        { version: 2, status: 'draft', weights: [40, 20, 20, 20] }]);
    answer = await admin.get(answer.location);
    assert.match(answer.text, /The draft is saved/);
    assert.match(answer.text, /Usage 35 → 40/);
    assert.match(answer.text, /the scorecard applies to no account\./);
    answer = await publish(id);
    assert.equal(answer.location, `${base}/${id}/versions?done=published`);
    answer = await admin.get(answer.location);
    const [second, first] = table(answer.body, /Versions/);
    assert.match(second[1], /Published/);
    assert.match(second[2], /Tenant Admin of scorecards/);
    assert.match(second[3], /Usage 35 → 40/);
    assert.match(second[3], /Healthy is now called Great/);
    assert.match(second[3], /In Onboarding: Usage 40 → 70/);
    assert.match(first[1], /Retired/);
    const old = value(`select id from scorecard_versions
        where scorecard_id = :'id' and version = 1`, { id });
    answer = await admin.get(`${base}/${id}/versions/${old}/preview`);
    const back = `${base}/${id}/versions/${old}/roll-back`;
    const action = answer.form(back);
    answer = await admin.submit(action);
    assert.equal(answer.location, `${base}/${id}/versions?done=rolled_back`);
    assert.deepEqual(versions(id).map((v) => [v.version, v.status,
        v.weights[0]]), [[1, 'retired', 35], [2, 'retired', 40],
        [3, 'published', 35]]);
    // Twice the same: the page had seen another state.
    answer = await admin.submit(action);
    assert.equal(answer.status, 409, answer.text);
    assert.equal(versions(id).length, 3);
});

test('two people edit: the later is told and loses nothing', async () => {
    const id = await create('Two at once');
    const [hers, his] = [await editor(id), await editor(id)];
    let answer = await admin.submit(hers, weights('40', '20', '20', '20'));
    assert.equal(answer.status, 303);
    for (const what of ['', '/preview']) {
        answer = await admin.post(his.action + what,
            { ...his.fields, ...weights('20', '20', '20', '40') });
        assert.equal(answer.status, 409, answer.text);
        assert.match(answer.text, /Somebody changed this scorecard since/);
        assert.deepEqual(typed(answer, id), ['20', '20', '20', '40']);
        assert.match(answer.text, /was 40/, 'what there is now');
    }
    assert.deepEqual(versions(id).at(-1).weights, [40, 20, 20, 20]);
    // He has seen it and means it.
    answer = await admin.submit(answer.form(`${base}/${id}`));
    assert.equal(answer.status, 303);
    assert.deepEqual(versions(id).at(-1).weights, [20, 20, 20, 40]);
});

test('of two who save in the same moment one is told', async () => {
    const id = await create('The same moment');
    for (let round = 0; round < 5; round++) {
        const form = await editor(id);
        const answers = await Promise.all([40 + round, 60 + round]
            .map((usage) => admin.submit(form, weights(`${usage}`, '5', '5',
                `${90 - usage}`))));
        assert.deepEqual(answers.map((a) => a.status).sort(), [303, 409]);
    }
});

test('numbers that mean something else by now are shown apart', async () => {
    const id = await create('Another shape');
    const form = await editor(id);
    const page = await admin.get(`${base}/${id}/document`);
    const source = page.form(`${base}/${id}/document`);
    const document = JSON.parse(source.fields.document);
    [document.dimensions[0], document.dimensions[1]] =
        [document.dimensions[1], document.dimensions[0]];
    let answer = await admin.submit(source,
        { document: JSON.stringify(document) });
    assert.equal(answer.status, 303, answer.text);
    answer = await admin.submit(form, weights('60', '20', '10', '10'));
    assert.equal(answer.status, 409);
    assert.match(answer.text, /You had typed: weights 60, 20, 10, 10/);
    assert.deepEqual(typed(answer, id), ['25', '35', '20', '20']);
});

test('a document is refused by path, and comes back as typed', async () => {
    const id = await create('As a text');
    const action = `${base}/${id}/document`;
    const form = (await admin.get(action)).form(action);
    let answer = await admin.submit(form, { document: '{"dimensions": [' });
    assert.equal(answer.status, 422);
    assert.match(answer.error('document'),
        /^This is no JSON, line 1: The input string ended/);
    assert.equal(answer.form(action).fields.document, '{"dimensions": [');
    answer = await admin.submit(form, { document: '['.repeat(50000) });
    assert.equal(answer.status, 422, answer.text);
    assert.match(answer.error('document'), /stack depth/);
    const document = JSON.parse(form.fields.document);
    document.dimensions[1].metrics[0].source = { kind: 'wish' };
    document.bands[0].lower = 'high';
    answer = await admin.submit(form, { document: JSON.stringify(document) });
    assert.equal(answer.status, 422);
    assert.match(answer.text, /dimensions\.1\.metrics\.0\.source\.kind: /);
    assert.match(answer.text, /bands\.0\.lower: Lower must be/);
    assert.equal(versions(id)[0].weights[0], 35);
});

test('a scorecard of 200 metrics is edited in both ways', async () => {
    const id = await create('Two hundred');
    const action = `${base}/${id}/document`;
    let form = (await admin.get(action)).form(action);
    const document = JSON.parse(form.fields.document);
    document.dimensions[0].metrics = Array.from({ length: 200 }, (_, i) => ({
        key: `m${i}`, label: `The measure with the number ${i}`,
        source: { kind: 'usage_metric', name: `metric_${i}` },
        aggregation: 'sum', window_days: 30, missing: 'leave_out',
        transform: { kind: 'linear', from: 0, to: 100 } }));
    let answer = await admin.submit(form,
        { document: JSON.stringify(document, null, 4) });
    assert.equal(answer.status, 303, answer.text);
    form = await editor(id);
    answer = await press(form, 'preview', { 'metric-1-7': '0' });
    assert.equal(answer.status, 422, answer.text);
    assert.match(answer.error('metric-1-7'), /^The measure with the number 6/);
    answer = await admin.submit(form, { 'metric-1-7': '2.5' });
    assert.equal(answer.status, 303, answer.text);
    assert.equal(value(`select document #> '{dimensions,0,metrics,6,weight}'
        from scorecard_versions where scorecard_id = :'id'`, { id }), 2.5);
});

test('names and rules: who would change, then saved', async () => {
    const id = await create('For trials');
    await publish(id);
    world.addAccount('On trial', { tier: `'trial'`, arr_cents: '100000' });
    const action = `${base}/${id}/rule`;
    let form = (await admin.get(action)).form(`${action}/preview`);
    let answer = await admin.submit(form,
        { name: 'Standard', position: 'first' });
    assert.equal(answer.status, 422);
    assert.match(answer.error('name'), /already a scorecard of this name/);
    assert.match(answer.error('position'), /whole number/);
    answer = await admin.submit(form, { name: 'Trials', 'tier-4': 'trial' });
    assert.equal(answer.status, 200, answer.text);
    assert.match(answer.text, /It would apply to 1 account\./);
    assert.match(answer.text, /1 account worth \$1K would come from other/);
    assert.equal(value(`select applies_to from scorecards where id = :'id'`,
        { id }).tier, undefined);
    settle();
    form = answer.form(action);
    answer = await admin.submit(form);
    assert.equal(answer.location, `${action}?done=saved`);
    assert.deepEqual(row(`select name, applies_to from scorecards
        where id = :'id'`, { id }),
    { name: 'Trials', applies_to: { tier: ['trial'] } });
    // Somebody who had the form from before is told what there is now.
    answer = await admin.submit(form, { name: 'Mine' });
    assert.equal(answer.status, 409);
    assert.match(answer.text, /it is called Trials and applies to tier trial/);
    assert.equal(answer.form(`${action}/preview`).fields.name, 'Mine');
});

test('another scorecard becomes the default', async () => {
    const id = await create('Next default', 'balanced');
    const action = `${base}/${id}/default`;
    const seen = () => value(`select md5(c::text) from scorecards c
        where id = :'id'`, { id });
    const _csrf = await admin.token();
    let answer = await admin.post(action, { _csrf, seen: seen() });
    assert.equal(answer.status, 409);
    assert.match(answer.text, /Publish a version first/);
    await publish(id);
    const page = await admin.get(`${base}/${id}/rule`);
    answer = await admin.submit(page.form(action));
    assert.equal(answer.status, 303, answer.text);
    assert.deepEqual(rows(`select name from scorecards where is_default
        and tenant_id = :'tenant'`, { tenant: world.tenant }),
    [{ name: 'Next default' }]);
    answer = await admin.post(`${base}/${card}/default`, { _csrf,
        seen: value(`select md5(c::text) from scorecards c
            where id = :'card'`, { card }) });
    assert.equal(answer.status, 303, answer.text);
});

test('a draft that never was published goes with its scorecard', async () => {
    const id = await create('Never mind');
    const page = await admin.get(`${base}/${id}/preview`);
    const answer = await admin.submit(page.form(`${base}/${id}/discard`));
    assert.equal(answer.location, `${base}?done=discarded`);
    assert.equal((await admin.get(`${base}/${id}`)).status, 404);
    // What is in use has no such form, and is not discarded without one.
    const { fields } = await editor();
    const refused = await admin.post(`${base}/${card}/discard`,
        { seen: fields.seen, _csrf: fields._csrf });
    assert.equal(refused.status, 409);
    assert.match(refused.text, /There is no draft/);
    assert.equal(versions(card).length, 1);
});

test('a name is taken once', async () => {
    await create('Only one');
    const page = await admin.get(base);
    for (const [name, message] of [['Only one', /already/],
        ['', /Name/], ['x'.repeat(101), /100/]]) {
        const answer = await admin.submit(page.form(base),
            { name, preset: 'standard' });
        assert.equal(answer.status, 422);
        assert.match(answer.error('name'), message);
    }
    const answer = await admin.submit(page.form(base),
        { name: 'Of nothing', preset: 'nothing' });
    assert.equal(answer.status, 422);
});

test('scoring everything again says how far it is', async () => {
    const page = await admin.get(base);
    const answer = await admin.submit(page.form(`${base}/rescore`));
    assert.equal(answer.location, `${base}?done=queued`);
    assert.match((await admin.get(answer.location)).text,
        /of \d+ accounts scored/);
});

test('a back-test of too few accounts says so', async () => {
    const answer = await admin.get(`${base}/${card}/back-test`);
    assert.equal(answer.status, 200, answer.text);
    assert.match(answer.text, /too few|not enough/i);
});

// The page of one account: why the score is what it is, what changed, the
// history, and the page as of a day that is over.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { row, run, value } from '../lib/db.mjs';
import { attributes, elements, openEnded, table, textOf }
    from '../lib/html.mjs';
import { Visitor } from '../lib/http.mjs';
import { World, demo, demoAccount, openSession } from '../lib/world.mjs';

let alice, world, viewer, writer;

before(() => {
    const acme = value(`select id from tenants where slug = 'acme-corp'`);
    alice = new Visitor(openSession(demo.alice, acme).token);
    world = new World('account');
    viewer = world.visitor('Viewer');
    writer = world.visitor('Practitioner');
});
after(() => world.end());

const pathOf = (id) => `/dashboard/accounts/${id}`;
const dayAgo = (days) => value(
    `select to_char(current_date - ${days}, 'YYYY-MM-DD') as day`);
const written = (day) => value(`select app.date_text(:'day')`, { day });
const number = (text) => Number(text.replace('−', '-'));

// An account of a year, with scores as they were made: [[days ago, score]].
function addHistory(name, scores, fields = {}) {
    const id = world.addAccount(name,
        { created_at: `now() - interval '1 year'`, ...fields });
    for (const [days, score] of scores)
        run(`begin;
            set local role mainstay_maint;
            set local mainstay.loading_history = on;
            insert into mainstay.health_scores (tenant_id, account_id,
                overall_score, usage_score, engagement_score,
                support_sentiment_score, adoption_score, observed_at,
                recorded_at)
            select :'tenant', :'id', :score, :score, :score, :score, :score,
                t, t from (select current_date - :days + time '06:00')
                o (t);
            commit`, { tenant: world.tenant, id, days, score });
    return id;
}

// A scorecard of the test's own tenant, which applies to accounts of a
// segment.
let cards = 0;
function addScorecard(segment, document) {
    run(`with c as (
            insert into mainstay.scorecards (tenant_id, name, position,
                applies_to)
            values (:'tenant', 'Card ' || :'segment', :place,
                jsonb_build_object('segment',
                    jsonb_build_array(:'segment'::text)))
            returning id)
        insert into mainstay.scorecard_versions (tenant_id, scorecard_id,
            version, status, document)
        select :'tenant', id, 1, 'published', :'document'::jsonb from c`,
    { tenant: world.tenant, segment, place: ++cards,
        document: JSON.stringify(document) });
    return { crm_attributes: `'{"segment": "${segment}"}'` };
}
const bands = (top, rest) => [
    { key: 'top', label: top, lower: 60, severity: 'healthy',
        colour: '#1f9d64' },
    { key: 'rest', label: rest, lower: 0, severity: 'critical',
        colour: '#d92c4c' }];
const component = (name, weight) => ({ key: name, label: name, weight,
    metrics: [{ key: name, label: name,
        source: { kind: 'component', name } }] });

// The bars of a table: [{ x, width, isLess }] and its rows of texts.
function bars(answer, caption) {
    const html = elements(answer.body, 'table').find((t) =>
        caption.test(elements(t.html, 'caption')[0]?.text))?.html;
    assert.ok(html, `no table ${caption} on ${answer.text}`);
    return openEnded(html.split('<tbody>')[1].split('<tfoot>')[0], 'tr')
        .map(({ html: line }) => {
            const [, kind, rect] = /<svg class="bar([^"]*)"[^>]*>(<rect[^>]*>)/
                .exec(line) ?? [];
            const { x, width } = rect ? attributes(rect) : {};
            const [head, , points] = openEnded(line, 't[dh]')
                .map((cell) => cell.text);
            return { head, points: number(points), isLess: /less/.test(kind),
                x: parseFloat(x), width: parseFloat(width) };
        });
}
const made = /What the score is made of/;
const changed = /What changed; the points/;

function addUp(answer, score) {
    const parts = bars(answer, made);
    let reached = 0;
    for (const { points, x, width, isLess } of parts) {
        if (points !== 0) {
            assert.equal(width, Math.abs(points));
            assert.equal(isLess, points < 0);
            assert.ok(Math.abs(reached - (isLess ? x + width : x)) < 1e-9,
                `a bar begins at ${x}, not at ${reached}`);
        }
        reached += points;
    }
    assert.ok(Math.abs(reached - score) < 1e-9, `${reached}, not ${score}`);
    return parts;
}

test('the card of TechStart says why it is Critical; its bars add up to 35',
    async () => {
        const { id } = demoAccount('TechStart Solutions');
        const answer = await alice.get(pathOf(id));
        assert.equal(answer.status, 200);
        const [, why] = /<p class="why">([^<]*)</.exec(answer.body);
        assert.match(why,
            /^Critical at 35: of the 65 missing points 26\.3 are lost on usage /);
        const parts = addUp(answer, 35);
        assert.deepEqual(parts.map((p) => p.head.split(' ')[0]),
            ['Usage', 'Engagement', 'Support', 'Adoption', 'Rounding']);
        assert.match(parts[0].head, /25 of 100 · weight 35%/);
        assert.match(answer.text,
            /Next band At Risk is 5 points away\. With usage at 37\.2 /);
    });

test('what changed adds up, since 30 days ago or any other day', async () => {
    const id = addHistory('Changing', [[100, 90], [40, 70], [2, 50]]);
    for (const [query, from, day] of [['', 70, dayAgo(30)],
        [`?since=${dayAgo(50)}`, 90, dayAgo(50)],
        [`?since=${dayAgo(40)}`, 70, dayAgo(40)]]) {
        const answer = await viewer.get(pathOf(id) + query);
        const lines = bars(answer, changed);
        assert.match(lines[0].head, /Score then/);
        assert.equal(lines[0].points, from, query);
        assert.ok(Math.abs(lines.reduce((sum, l) => sum + l.points, 0) - 50)
            < 1e-9, query);
        assert.match(lines[1].head, new RegExp(`${from} → 50`));
        for (const line of lines.slice(1))
            assert.ok(line.isLess &&
                Math.abs(line.x + line.width - 50) < 0.02, line);
        assert.ok(answer.text.includes(
            `Down ${from - 50} from ${from} since ${written(day)}`), query);
        assert.match(answer.body, new RegExp(`name="since"[^>]*` +
            `value="${day}"`));
    }
});

test('who was not scored 30 days ago is compared with the score before',
    async () => {
        const id = addHistory('New here', [[9, 60], [2, 80]]);
        const answer = await viewer.get(pathOf(id));
        assert.ok(answer.text.includes(
            `Up 20 from 60 since ${written(dayAgo(9))}`), answer.text);
        const only = await viewer.get(pathOf(addHistory('Newest', [[2, 80]])));
        assert.match(only.text, /This is the first score\./);
        assert.doesNotMatch(only.text, /Score then/);
    });

test('the demo as of three months ago shows the score it had then',
    async () => {
        const { id } = demoAccount('TechStart Solutions');
        const day = dayAgo(92);
        const { score, label } = row(`select overall_score as score,
                risk_level as label
            from health_scores where account_id = :'id'
                and observed_at < :'day'::date + 1
            order by observed_at desc limit 1`, { id, day });
        assert.notEqual(score, 35);
        const answer = await alice.get(`${pathOf(id)}?as_of=${day}`);
        assert.equal(answer.status, 200);
        assert.match(answer.text, new RegExp(
            `This is TechStart Solutions as of ${written(day)}`));
        assert.match(answer.body, /<a href="[^"?]+">Back to now<\/a>/);
        assert.match(answer.body, new RegExp(
            `health--pill band-[a-z_]+">${score} ${label}<`));
        addUp(answer, score);
        assert.match(answer.text, /Value Realization for \d+ days/);
        assert.doesNotMatch(answer.text, /red zone/);
        const posts = [...answer.body.matchAll(
            /<form[^>]*method="post"[^>]*action="(\/dashboard[^"]*)"/g)];
        assert.deepEqual(posts, [], 'nothing can be changed there');
    });

test('a past day knows only what was known on it', async () => {
    const id = addHistory('Looked back on', [[60, 80], [30, 70]],
        { arr_cents: '5000000', tier: `'enterprise'` });
    run(`update accounts set arr_cents = 900000, tier = 'trial',
            name = 'Renamed', crm_attributes = '{"region": "Nowhere"}'
        where id = :'id'`, { id });
    run(`update audit_log set at = now() - interval '10 days'
        where object_id = :'id'`, { id });
    // learned today, but of 45 days ago
    run(`insert into health_scores (tenant_id, account_id, overall_score,
            observed_at)
        values (:'tenant', :'id', 5, now() - interval '45 days')`,
    { tenant: world.tenant, id });
    const then = await viewer.get(`${pathOf(id)}?as_of=${dayAgo(40)}`);
    assert.match(then.text, /Looked back on .*80 Healthy/);
    assert.match(then.text, /\$50,000/);
    assert.match(then.text, /Enterprise/);
    assert.doesNotMatch(then.text, /Nowhere|Renamed/);
    const history = table(then.body, /Health scores/);
    assert.deepEqual(history.map((r) => r[1]), ['80 Healthy']);
    const now = await viewer.get(pathOf(id));
    assert.match(now.text, /Renamed .*70 Moderate/);
    assert.match(now.text, /\$9,000/);
    assert.deepEqual(table(now.body, /Health scores/).map((r) => r[1]),
        ['70 Moderate', '5 Critical', '80 Healthy']);
    const today = await viewer.get(`${pathOf(id)}?as_of=${dayAgo(0)}`);
    assert.doesNotMatch(today.text, /This is .* as of/);
    assert.match(today.text, /70 Moderate/);
});

test('the first day of an account has no score yet', async () => {
    const id = addHistory('Young', [[5, 70]]);
    const answer = await viewer.get(`${pathOf(id)}?as_of=${dayAgo(20)}`);
    assert.equal(answer.status, 200);
    assert.match(answer.text, /No score was known on that day/);
    assert.match(answer.body, /band-unscored">Not scored</);
});

test('days that cannot be shown are refused beside their field', async () => {
    const id = addHistory('Bounded', [[60, 80], [10, 70]]);
    const path = pathOf(id);
    const cases = [
        [`as_of=${dayAgo(-1)}`, 'as_of', /has not come yet: choose a day up/],
        ['as_of=2199-01-01', 'as_of', /has not come yet/],
        [`as_of=${dayAgo(400)}`, 'as_of', /Bounded became an account on /],
        ['as_of=tomorrow', 'as_of', /^As of must be a date, like 2026-08-21/],
        ['as_of=2026-02-30', 'as_of', /must be a date/],
        [`as_of=${'9'.repeat(400)}`, 'as_of', /must be a date/],
        [`since=${dayAgo(0)}`, 'since', /Choose a day before /],
        [`since=${dayAgo(-5)}`, 'since', /Choose a day before /],
        [`as_of=${dayAgo(20)}&since=${dayAgo(20)}`, 'since', /a day before/],
        [`since=${dayAgo(400)}`, 'since', /became an account on /],
        ['since=%27%3Bselect', 'since', /^Since must be a date/],
    ];
    for (const [query, field, message] of cases) {
        const answer = await viewer.get(`${path}?${query}`);
        assert.equal(answer.status, 422, query);
        assert.match(answer.error(field), message, query);
        const [input] = new RegExp(`<input id="f-${field}"[^>]*>`)
            .exec(answer.body);
        const typed = new URLSearchParams(query).get(field);
        assert.equal(attributes(input).value, typed, query);
        assert.equal(attributes(input)['aria-invalid'], 'true');
        assert.match(answer.text, /70 Moderate/, 'the page of now');
    }
});

test('an account of another tenant is not there on any day', async () => {
    for (const id of [demo.globalTech,
        '99999999-9999-4999-8999-999999999999'])
        for (const query of ['', `?as_of=${dayAgo(9)}`, '?as_of=nonsense',
            '?as_of=2199-01-01', '?since=nonsense'])
            assert.equal((await viewer.get(pathOf(id) + query)).status, 404,
                query);
});

test('a past day opens no form after a mistake', async () => {
    const id = addHistory('Closed', [[10, 70]]);
    const answer = await writer.get(`${pathOf(id)}?as_of=nonsense`);
    assert.doesNotMatch(answer.body, /<details[^>]* open>/);
    const failed = await writer.submit(
        answer.form(`${pathOf(id)}/health-scores`), { usage_score: '101' });
    assert.equal(failed.status, 422);
    assert.match(failed.body, /more--form" open>/);
});

test('the names of own bands stand wherever a band stands', async () => {
    const fields = addScorecard('named', {
        dimensions: [component('usage', 60), component('adoption', 40)],
        bands: bands('Thriving', 'Sinking <b>fast</b>') });
    const good = world.addAccount('Good one', fields);
    const bad = world.addAccount('Bad one', fields);
    world.score(good, 90);
    world.score(bad, 10);
    const sinking = /Sinking <b>fast<\/b>/;
    assert.match((await viewer.get(pathOf(good))).text, /90 Thriving/);
    const page = await viewer.get(pathOf(bad));
    assert.match(page.text, sinking);
    assert.match(page.text, /Next band Thriving is 50 points away/);
    assert.doesNotMatch(page.body, /<b>fast/);
    assert.match(page.body, /<text[^>]*>Thriving<\/text>/);
    const list = await viewer.get('/dashboard/accounts?sort=health');
    assert.match(list.text, /90 Thriving/);
    assert.match(list.text, sinking);
    assert.match((await viewer.get('/dashboard/executive')).text, sinking);
});

test('groups of accounts are called as the default scorecard calls them',
    async () => {
        const own = new World('named');
        const visitor = own.visitor('Viewer');
        own.score(own.addAccount('Somebody'), 90);
        run(`update mainstay.scorecard_versions v set status = 'retired'
            where v.tenant_id = :'tenant';
            insert into mainstay.scorecard_versions (tenant_id, scorecard_id,
                version, status, document)
            select :'tenant', c.id, 9, 'published', :'document'::jsonb
            from mainstay.scorecards c
            where c.tenant_id = :'tenant' and c.is_default`,
        { tenant: own.tenant, document: JSON.stringify({
            dimensions: [component('usage', 100)],
            bands: bands('Thriving', 'Sinking') }) });
        const page = await visitor.get('/dashboard/executive');
        assert.deepEqual(table(page.body, /by health band/).map((r) => r[0]),
            ['Thriving', 'Moderate', 'At Risk', 'Sinking']);
        for (const [band, text] of [['healthy', 'Thriving'],
            ['risk', 'At Risk or Sinking']])
            assert.match((await visitor.get(
                `/dashboard/accounts?band=${band}`)).text,
            new RegExp(`Health is ${text}`));
        own.end();
    });

test('two hundred metrics stand in a dozen lines that add up', async () => {
    const metrics = Array.from({ length: 200 }, (_, i) => ({
        key: `part_${i}`, label: `part_${i}`, weight: 0.5,
        source: { kind: 'component', name: `part_${i}` } }));
    const fields = addScorecard('wide', {
        dimensions: [{ key: 'all', label: 'All', weight: 100, metrics }],
        bands: bands('Fine', 'Poor') });
    const id = world.addAccount('Wide', fields);
    run(`insert into health_scores (tenant_id, account_id, given)
        select :'tenant', :'id', jsonb_object_agg('part_' || n, n % 101)
        from generate_series(0, 198) n`, { tenant: world.tenant, id });
    const score = value(`select health_score from accounts
        where id = :'id'`, { id });
    const answer = await viewer.get(pathOf(id));
    const parts = addUp(answer, score);
    assert.ok(parts.length <= 14, `${parts.length} lines`);
    assert.match(parts.map((p) => p.head).join(), /189 other metrics/);
    assert.match(answer.text, /part_199: no data, left out/);
    assert.ok(answer.body.length < 40000, `${answer.body.length} bytes`);

    run(`insert into health_scores (tenant_id, account_id, given)
        select :'tenant', :'id', jsonb_object_agg('part_' || n, 100 - n % 101)
        from generate_series(0, 198) n`, { tenant: world.tenant, id });
    const next = value(`select health_score from accounts
        where id = :'id'`, { id });
    const lines = bars(await viewer.get(pathOf(id)), changed);
    assert.ok(lines.length <= 14, `${lines.length} lines`);
    assert.match(lines.map((l) => l.head).join(), /smaller changes/);
    assert.ok(Math.abs(lines.reduce((sum, l) => sum + l.points, 0) - next)
        < 1e-9);
});

test('parts are asked for only where the scorecard takes them', async () => {
    const fields = addScorecard('facts', {
        dimensions: [{ key: 'use', label: 'Use', weight: 100, metrics: [
            { key: 'logins', label: 'Logins',
                source: { kind: 'usage_metric', name: 'logins' },
                window_days: 30, aggregation: 'sum',
                transform: { kind: 'linear', from: 0, to: 100 } }] }],
        bands: bands('Fine', 'Poor') });
    const id = world.addAccount('By facts alone', fields);
    const page = await writer.get(pathOf(id));
    assert.match(page.text, /The score comes with the first facts/);
    assert.throws(() => page.form(`${pathOf(id)}/health-scores`), /no form/);
    assert.ok(page.form(`${pathOf(id)}/health-overrides`));
    run(`insert into usage_metrics (tenant_id, account_id, metric_type,
            metric_value, observed_at)
        values (:'tenant', :'id', 'logins', 40, now() - interval '1 day')`,
    { tenant: world.tenant, id });
    const scored = await viewer.get(pathOf(id));
    assert.match(scored.text, /40 Poor/);
    assert.match(addUp(scored, 40)[0].head,
        /^Logins 40, worth 40 of 100 · weight 100%$/);
});

test('an imported score says so, and what makes up the difference',
    async () => {
        const id = addHistory('Imported', []);
        run(`insert into health_scores (tenant_id, account_id, overall_score,
                usage_score, engagement_score)
            values (:'tenant', :'id', 35, 20, 40)`,
        { tenant: world.tenant, id });
        const answer = await viewer.get(pathOf(id));
        assert.match(answer.text, /Imported: kept as given/);
        const parts = addUp(answer, 35);
        assert.match(parts.at(-1).head, /Given with the score/);
        assert.match(parts.find((p) => /Adoption/.test(p.head)).head,
            /No data$/);
    });

test('the history has one point a week when scores are many', async () => {
    const id = addHistory('Busy', Array.from({ length: 60 },
        (_, i) => [120 - 2 * i, 40 + i % 50]));
    const answer = await viewer.get(pathOf(id));
    const history = table(answer.body, /Health scores/);
    assert.ok(history.length >= 16 && history.length <= 19,
        `${history.length}`);
    assert.equal(history[0][0], written(dayAgo(2)));
    assert.match(answer.text, /The last score of each week/);
    const points = [...answer.body.matchAll(/<circle /g)];
    assert.equal(points.length, history.length,
        'the table says what the chart shows');
    const link = /href="(\?as_of=[^"]+)"/.exec(answer.body)[1];
    assert.equal((await viewer.get(pathOf(id) + link)).status, 200);
});

test('usage of any size has its chart', async () => {
    const id = world.addAccount('Any size');
    const sizes = { enormous: [1, 1e300], grown: [0.001, 1e9],
        tiny: [1e300, 1e-300], falling: [-1, -5], bytes: [1e12, 5e12],
        begun: [0, 5] };
    for (const [metric, [before, now]] of Object.entries(sizes))
        run(`insert into usage_metrics (tenant_id, account_id, metric_type,
                metric_value, observed_at, recorded_at)
            select :'tenant', :'id', :'metric', v, t.at, t.at
            from (values (:'before'::float8, now() - interval '40 days'),
                (:'now', now() - interval '1 hour'),
                (:'now', now() - interval '2 hours')) t (v, at)`,
        { tenant: world.tenant, id, metric, before: `${before}`,
            now: `${now}` });
    const answer = await viewer.get(pathOf(id));
    assert.equal(answer.status, 200, answer.text);
    for (const [, line] of answer.body.matchAll(/line points="([^"]+)"/g))
        for (const [, y] of line.matchAll(/,(\S+)/g))
            assert.ok(y >= 4 && y <= 96, `the chart ends at ${y}`);
    assert.match(answer.text, /Bytes\s+5,000,000,000,000\s+\+400%/);
    assert.match(answer.text, /Enormous\s+1\.00e\+300\s+As a table/);
    assert.match(answer.text, /Begun\s+5\s+As a table/);
});

test('the page of one account is small', async () => {
    const answer = await alice.get(
        pathOf(demoAccount('TechStart Solutions').id));
    assert.ok(answer.body.length < 48000, `${answer.body.length} bytes`);
    assert.ok(textOf(answer.body).length > 500);
});

const openForm = async (id) => {
    const page = await writer.get(pathOf(id));
    return page.form(`${pathOf(id)}/health-overrides`);
};

test('a score set by hand lies above the calculated one until it ends',
    async () => {
        const id = addHistory('Layered', [[3, 80]]);
        const set = await writer.submit(await openForm(id),
            { score: '20', reason: 'Their sponsor <left>' });
        assert.equal(set.status, 303);
        assert.equal(set.location, `${pathOf(id)}?done=overridden#health`);
        const page = await writer.get(`${pathOf(id)}?done=overridden`);
        assert.match(page.text, /The account shows the score you set/);
        assert.match(page.body, /health--pill band-critical">20 Critical</);
        assert.ok(page.text.includes(`${world.people.Practitioner.name} ` +
            `set this score on ${written(dayAgo(0))}; it holds until ` +
            `${written(dayAgo(-30))}, in 30 days. Their sponsor <left> ` +
            'Calculated: 80 Healthy'), page.text);
        assert.ok(page.body.includes('Their sponsor &lt;left&gt;'));
        addUp(page, 80);
        assert.match(page.body, /<p class="why">Healthy at 80/);
        const list = await viewer.get('/dashboard/accounts?q=layered');
        assert.match(list.text, /20 Critical/);

        // another one replaces it
        await writer.submit(page.form(`${pathOf(id)}/health-overrides`),
            { score: '65', reason: 'Found a new one',
                expires_at: dayAgo(0) });
        const second = await viewer.get(pathOf(id));
        assert.match(second.body, /health--pill band-moderate">65 Moderate</);
        assert.match(second.text, new RegExp(
            `it holds until ${written(dayAgo(0))}, today\\.`));
        assert.throws(() => second.form(`${pathOf(id)}/health-overrides`),
            /no form/, 'a Viewer sees it only');
        assert.match(second.text, /\(ended early\)/);

        const form = (await writer.get(pathOf(id)))
            .form(`${pathOf(id)}/health-overrides/end`);
        const ended = await writer.submit(form);
        assert.equal(ended.location, `${pathOf(id)}?done=calculated#health`);
        const after = await viewer.get(ended.location.split('#')[0]);
        assert.match(after.text, /shows its calculated score again/);
        assert.match(after.body, /health--pill band-healthy">80 Healthy</);
        assert.match(after.text, /Scores set by hand 65 Moderate/);

        const again = await writer.submit(form);
        assert.equal(again.status, 409);
        assert.match(again.text,
            /The score of this account is the calculated one/);
    });

test('a past day shows the override that was open on it', async () => {
    const id = addHistory('Once by hand', [[50, 80]]);
    run(`begin;
        set local role mainstay_maint;
        set local mainstay.loading_history = on;
        insert into mainstay.health_overrides (tenant_id, account_id, score,
            reason, created_at, expires_at, ended_at)
        values (:'tenant', :'id', 30, 'For a while',
            now() - interval '40 days', now() + interval '20 days',
            now() - interval '20 days');
        commit`, { tenant: world.tenant, id });
    for (const [days, shown] of [[45, '80 Healthy'], [30, '30 Critical'],
        [10, '80 Healthy']]) {
        const page = await writer.get(`${pathOf(id)}?as_of=${dayAgo(days)}`);
        assert.match(page.body, new RegExp(`health--pill band-\\w+">${shown}<`),
            `${days} days ago`);
        assert.equal(/Calculated: 80 Healthy/.test(page.text), days === 30);
        assert.equal(/For a while/.test(page.text), days < 45);
        assert.doesNotMatch(page.body, /health-overrides"/);
    }
});

test('an account that was never scored can be set by hand', async () => {
    const id = world.addAccount('By hand alone');
    await writer.submit(await openForm(id), { score: '0',
        reason: 'They told us' });
    const page = await viewer.get(pathOf(id));
    assert.match(page.body, /health--pill band-critical">0 Critical</);
    assert.match(page.text, /Nothing is calculated yet/);
});

test('an override that is wrong comes back filled in', async () => {
    const id = addHistory('Wrongly set', [[3, 80]]);
    const right = { score: '30', reason: 'Why', expires_at: dayAgo(-7) };
    const wrong = [
        ['score', '101', /The score must be a whole number from 0 to 100/],
        ['score', '-1', /The score must be a whole number/],
        ['score', '3.5', /The score must be a whole number/],
        ['score', '', /The score is required/],
        ['reason', '   ', /The reason is required/],
        ['reason', 'x'.repeat(2001), /The reason is too long/],
        ['expires_at', '', /The last day is required/],
        ['expires_at', 'next week', /The last day must be a date/],
        ['expires_at', dayAgo(1), /A score set by hand must end in the future/],
        ['expires_at', dayAgo(-400), /must end within a year/],
    ];
    for (const [field, typed, message] of wrong) {
        const answer = await writer.submit(await openForm(id),
            { ...right, [field]: typed });
        assert.equal(answer.status, 422, `${field} ${typed}`);
        assert.match(answer.error(field), message);
        const form = answer.form(`${pathOf(id)}/health-overrides`);
        for (const [name, text] of Object.entries({ ...right,
            [field]: typed }))
            assert.equal(form.fields[name].trim(), text.trim(),
                `${name} of ${field} ${typed}`);
        assert.match(answer.body, /more--form" open>\s*<summary[^>]*>Set the/);
        assert.equal(answer.body.match(/more--form" open>/g).length, 1);
    }
    assert.equal(value(`select count(*) from health_overrides
        where account_id = :'id'`, { id }), 0);
});

test('the form records the parts of the account\'s own scorecard', async () => {
    const fields = addScorecard('own-parts', {
        dimensions: [component('usage', 50), { key: 'breadth',
            label: 'Breadth', weight: 50, metrics: [{ key: 'breadth',
                label: 'Breadth <of> use', scale: '0-1',
                source: { kind: 'component', name: 'breadth' } }] }],
        bands: bands('Top', 'Rest') });
    const id = world.addAccount('With its own parts', fields);
    const action = `${pathOf(id)}/health-scores`;
    const form = (await writer.get(pathOf(id))).form(action);
    assert.deepEqual(Object.keys(form.fields),
        ['_csrf', 'usage_score', 's.breadth', 'note']);
    for (const [typed, message] of [['1.5', /from 0 to 1\./],
        ['-0.1', /must be a number/], ['half', /must be a number/]]) {
        const answer = await writer.submit(form,
            { usage_score: '40', 's.breadth': typed });
        assert.equal(answer.status, 422, typed);
        assert.match(answer.error('s.breadth'), message);
        assert.equal(answer.form(action).fields.usage_score, '40');
        assert.throws(() => answer.form(`${pathOf(id)}/details`),
            'no other form opens');
    }
    assert.equal((await writer.submit(form,
        { usage_score: '40', 's.breadth': '0.6' })).status, 303);
    const shown = await writer.get(pathOf(id));
    assert.match(shown.text, /50 Rest/);
    assert.equal(shown.form(action).fields['s.breadth'], '0.6');
});

test('who has no parts is told what the score waits for', async () => {
    const fields = addScorecard('no-parts', {
        dimensions: [{ key: 'logins', label: 'Logins', weight: 100,
            metrics: [{ key: 'logins', label: 'Logins', source: {
                kind: 'usage_metric', name: 'logins' } }] }],
        bands: bands('Top', 'Rest') });
    const answer = await writer.get(pathOf(
        world.addAccount('Without parts', fields)));
    assert.match(answer.text, /comes with the first facts/);
    assert.doesNotMatch(answer.text, /Record/);
});

test('usage that was not above zero has no percentage', async () => {
    const id = world.addAccount('Below zero');
    run(`insert into usage_metrics (tenant_id, account_id, metric_type,
            metric_value, observed_at)
        select :'tenant', :'id', v.kind, v.value,
            now() - v.days * interval '1 day'
        from (values ('net_flow', -1, 40), ('net_flow', -5, 3),
            ('seats', 4, 40), ('seats', 5, 3)) v (kind, value, days)`,
    { tenant: world.tenant, id });
    const { text } = await viewer.get(pathOf(id));
    assert.match(text, /Seats 5 \+25%/);
    assert.match(text, /Net flow [-−]5 As a table/);
});

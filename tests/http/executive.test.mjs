// The executive page: what it compares, which part it shows, who moved.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { row, run, value } from '../lib/db.mjs';
import { table, unescape } from '../lib/html.mjs';
import { Visitor } from '../lib/http.mjs';
import { World, openSession } from '../lib/world.mjs';

let world, visitor, owner, group, below;
const page = '/dashboard/executive';

before(() => {
    world = new World('executive');
    visitor = world.visitor('Viewer');
    owner = world.people.Practitioner.id;
    group = world.addAccount('Group', { arr_cents: '10000000',
        tier: `'enterprise'`, csm_id: `'${owner}'` });
    below = world.addAccount('Below', { arr_cents: '5000000',
        tier: `'mid_market'`, parent_id: `'${group}'` });
    world.addAccount('Alone', { arr_cents: '2500000',
        tier: `'mid_market'` });
});
after(() => world.end());

const arr = async (query) =>
    /ARR (\S+ \d+ accounts?)/.exec((await visitor.get(page + query)).text)?.[1];

test('figures are those of a tier, an owner, a group, and of all of them',
    async () => {
        assert.equal(await arr(''), '$175K 3 accounts');
        assert.equal(await arr('?tier=mid_market'), '$75K 2 accounts');
        assert.equal(await arr(`?owner=${owner}`), '$100K 1 account');
        assert.equal(await arr('?owner=none'), '$75K 2 accounts');
        assert.equal(await arr('?owner=none&tier=mid_market'),
            '$75K 2 accounts');
        assert.equal(await arr(`?under=${group}`), '$150K 2 accounts');
        assert.equal(await arr(`?under=${group}&tier=mid_market`),
            '$50K 1 account');
        assert.equal(await arr(`?owner=${owner}&tier=mid_market`), undefined);
        assert.match((await visitor.get(
            `${page}?owner=${owner}&tier=mid_market`)).text,
        /No accounts there/);
    });

// Ids of the accounts that a page of the list shows.
const listed = async (link) => [...(await visitor.get(link)).body
    .matchAll(/<th scope="row">.*?accounts\/([0-9a-f-]{36})/g)]
    .map(([, id]) => id).sort();

test('each figure of a group leads to the accounts it is made of', async () => {
    const { body } = await visitor.get(`${page}?under=${group}`);
    const links = [...body.matchAll(/href="(\/dashboard\/accounts\?[^"]+)"/g)]
        .map(([, u]) => unescape(u));
    assert.ok(links.length >= 8, `${links.length} links`);
    for (const link of links)
        assert.match(link, new RegExp(`&under=${group}`));
    assert.deepEqual(await listed(links[0]), [group, below].sort());
    assert.deepEqual(await listed(`${links[0]}&tier=mid_market`), [below]);
    const gone = await visitor.get(
        '/dashboard/accounts?under=00000000-0000-0000-0000-000000000000');
    assert.equal(gone.status, 422);
    assert.match(gone.text, /There is no account/);
});

test('an account that changes hands changes the figures at once', async () => {
    run(`update accounts set csm_id = :'owner' where id = :'below'`,
        { owner, below });
    assert.equal(await arr(`?owner=${owner}`), '$150K 2 accounts');
    assert.equal(await arr('?owner=none'), '$25K 1 account');
    run(`update accounts set csm_id = null where id = :'below'`, { below });
});

test('filters are kept by the links of the page and by those to the list',
    async () => {
        const answer = await visitor.get(
            `${page}?tier=mid_market&owner=none&period=30&by=arr`);
        const links = [...answer.body.matchAll(/href="([^"]+\?[^"]+)"/g)]
            .map(([, u]) => unescape(u));
        const own = links.filter((u) => u.startsWith(`${page}?`) &&
            !/^\/dashboard\/executive\?period=30(&by=arr)?$/.test(u));
        assert.ok(own.length >= 4);
        for (const link of own)
            assert.match(link, /tier=mid_market&owner=none/);
        for (const link of links.filter((u) => u.includes('/accounts?')))
            assert.match(link, /tier=mid_market.*owner=none/, link);
        assert.match(answer.body,
            /<option value="mid_market" selected>Mid market/);
    });

const wrong = { '?period=7': 'Period', '?tier=gold': 'Tier',
    '?under=x': 'Group', '?by=score': 'By', '?colour=red': 'colour' };
for (const [query, field] of Object.entries(wrong))
    test(`${query} is refused by name`, async () => {
        const answer = await visitor.get(page + query);
        assert.ok([400, 422].includes(answer.status), `${answer.status}`);
        assert.match(answer.text, new RegExp(field));
    });

test('the group of another tenant is not found', async () => {
    const other = value(`select id from accounts
        where tenant_id <> :'tenant' limit 1`, { tenant: world.tenant });
    assert.equal((await visitor.get(`${page}?under=${other}`)).status, 404);
});

test('without earlier figures nothing is compared, and the page says so',
    async () => {
        const answer = await visitor.get(page);
        assert.match(answer.text, /nothing to compare with yet/);
        assert.doesNotMatch(answer.body, /class="delta/);
    });

test('changes, retention and small lines follow from the days before',
    async () => {
        run(`insert into portfolio_days (tenant_id, cell, day, accounts,
                arr_cents, risk_accounts, risk_cents, score_sum, score_count,
                score_arr_sum, scored_arr_cents, due_accounts, due_cents,
                new_cents, expansion_cents, contraction_cents, churned_cents)
            select :'tenant', '', current_date - n, 2, 15000000, 0, 0, 0, 0,
                0, 0, 1, 100000, 15000000, 0, 0, 0
            from generate_series(1, 100) n`, { tenant: world.tenant });
        run(`update accounts set arr_cents = 12000000 where id = :'group'`,
            { group });
        const lost = world.addAccount('Lost', { arr_cents: '1000000' });
        run(`update accounts set status = 'churned' where id = :'lost'`,
            { lost });
        const answer = await visitor.get(page);
        // 150K at first, 20K more and 10K gone
        assert.match(answer.text, /\(NRR\) 106\.7%/);
        assert.match(answer.text, /\(GRR\) 93\.3%/);
        assert.match(answer.text, /ARR \$195K 3 accounts \+\$45K since/);
        assert.match(answer.text, /Renewals in 90 days \$0 0 renewals −\$1K/);
        assert.ok(answer.body.split('plot--small').length > 2);
    });

test('who moved is told with the cause, as the worker found it', async () => {
    run(`insert into health_scores (tenant_id, account_id, usage_score,
            engagement_score, support_sentiment_score, adoption_score)
        values (:'tenant', :'below', 90, 90, 90, 90)`,
    { tenant: world.tenant, below });
    run(`insert into health_scores (tenant_id, account_id, usage_score,
            engagement_score, support_sentiment_score, adoption_score)
        values (:'tenant', :'below', 30, 90, 90, 90)`,
    { tenant: world.tenant, below });
    assert.match((await visitor.get(page)).text, /Nobody has moved/);
    run(`select api.refresh_portfolio(:'tenant')`, { tenant: world.tenant });
    assert.match((await visitor.get(page)).text,
        /Below 69 Moderate −21 declining usage from 90 to 30 \(−21\)/);
    assert.doesNotMatch((await visitor.get(`${page}?tier=enterprise`)).text,
        /usage from 90 to 30/);
});

test('the main driver of a risk is what costs the score most', async () => {
    run(`insert into health_scores (tenant_id, account_id, usage_score,
            engagement_score, support_sentiment_score, adoption_score)
        values (:'tenant', :'group', 20, 60, 60, 60)`,
    { tenant: world.tenant, group });
    const [risk] = table((await visitor.get(page)).body,
        /largest accounts at risk/);
    assert.match(risk.join(' '), /Group .*Usage −28 points/);
});

test('stages that were entered are a chart and a table', async () => {
    run(`update accounts set current_stage = 'Renewal' where id = :'below'`,
        { below });
    const answer = await visitor.get(page);
    const moves = table(answer.body, /entered a stage, by month/);
    const found = Object.fromEntries(moves.map((r) => [r[0], r.at(-1)]));
    assert.equal(found.Renewal, '1');
    assert.ok(Number(found.Onboarding) >= 3);
    assert.match(answer.body, /<title id="moves-t">[^<]+<\/title>/);
});

test('a stage with a hostile name is drawn harmlessly', async () => {
    const name = '"}]<script>alert(1)</script>\u202e\\';
    run(`insert into journey_stages (tenant_id, name, display_order)
        values (:'tenant', :'name', 99)`, { tenant: world.tenant, name });
    run(`update accounts set current_stage = :'name' where id = :'below'`,
        { below, name });
    const answer = await visitor.get(page);
    assert.equal(answer.status, 200);
    assert.doesNotMatch(answer.body, /<script>alert/);
    assert.ok(table(answer.body, /stage of the journey/)
        .some((r) => unescape(r[0]) === name));
});

test('a page that was kept is not shown once something has moved',
    async () => {
        const before = await arr('');
        run(`update portfolio_rollups set created_at = now() - interval '1 hour'
            where tenant_id = :'tenant'`, { tenant: world.tenant });
        run(`select api.keep_portfolio_pages(:'tenant')`,
            { tenant: world.tenant });
        run(`update portfolio_pages set figures = replace(figures::text,
                '"label":"ARR"', '"label":"Kept ARR"')::json
            where tenant_id = :'tenant'`, { tenant: world.tenant });
        assert.match((await visitor.get(page)).text, /Kept ARR/);
        world.addAccount('Moves it', { arr_cents: '100' });
        const { text } = await visitor.get(page);
        assert.doesNotMatch(text, /Kept ARR/);
        assert.notEqual(await arr(''), before);
    });

test('Globex has figures of all kinds', async () => {
    const who = row(`select p.user_id, p.tenant_id from profiles p
        join tenants t on t.id = p.tenant_id and t.slug = 'globex'
        where p.email = 'admin@globex.com'`);
    const admin = new Visitor(openSession(who.user_id, who.tenant_id).token);
    const { text, body } = await admin.get(page);
    for (const pattern of [/\(NRR\) [\d.]+%/, /\(GRR\) [\d.]+%/, /Movers/,
        /Finished \d+, in \d+ days on average/, /NPS −?\d+/,
        /Weighted ARR \$/])
        assert.match(text, pattern);
    assert.equal(body.split('role="img"').length, 4, 'three charts');
    assert.doesNotMatch(body, /\{\{|NaN|undefined/);
});

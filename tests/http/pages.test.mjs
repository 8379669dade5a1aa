// What the pages show: figures, lists, one account, a recorded score.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { row, rows, value } from '../lib/db.mjs';
import { openEnded, table, unescape } from '../lib/html.mjs';
import { Visitor } from '../lib/http.mjs';
import { World, demo, demoAccount, openSession } from '../lib/world.mjs';

let alice, admin, globex, world;

before(() => {
    const acme = value(`select id from tenants where slug = 'acme-corp'`);
    alice = new Visitor(openSession(demo.alice, acme).token);
    const person = row(`select p.user_id, p.tenant_id from profiles p
        join tenants t on t.id = p.tenant_id and t.slug = 'globex'
        where p.email = 'admin@globex.com'`);
    globex = person.tenant_id;
    admin = new Visitor(openSession(person.user_id, globex).token);
    world = new World('pages');
});
after(() => world.end());

// The rows of the list: { id, name, health, stage, arr, renewal, … }.
function list(answer) {
    assert.equal(answer.status, 200, answer.text);
    const body = /<caption>Accounts<\/caption>[^]*?<tbody>([^]*?)<\/table>/
        .exec(answer.body)?.[1] ?? '';
    return openEnded(body, 'tr').map(({ html }) => {
        const [, id, name] =
            /href="\/dashboard\/accounts\/([^"]+)">([^]*?)<\/a>/.exec(html);
        const [health, stage, arr, renewal, owner, status, tier] =
            openEnded(html, 'td').map((cell) => cell.text);
        return { id, name: unescape(name), health, stage, arr, renewal, owner,
            status, tier };
    });
}

// Pages of the list name only their query.
const nextOf = (answer) => unescape(
    /rel="next" href="([^"]+)"/.exec(answer.body)?.[1] ?? '')
    .replace('?', '/dashboard/accounts?');

async function walk(visitor, query) {
    const found = [];
    let path = `/dashboard/accounts?${query}`;
    for (let pages = 0; path; pages++) {
        assert.ok(pages < 10, 'the pages have an end');
        const answer = await visitor.get(path);
        found.push(...list(answer));
        path = nextOf(answer);
    }
    return found;
}

test('Acme sees its three accounts with their scores, and nothing else',
    async () => {
        const found = list(await alice.get('/dashboard/accounts'));
        assert.deepEqual(found.map((a) => [a.name, a.health.slice(0, 2),
            a.arr]), [
            ['GlobalTech Corporation', '85', '$150,000'],
            ['GlobalTech Europe', '72', '$45,000'],
            ['TechStart Solutions', '35', '$85,000']]);
        assert.equal(found[0].id, demo.globalTech);
        assert.match(found[0].health, /Healthy/);
        assert.match(found[1].health, /Moderate/);
        assert.match(found[2].health, /Critical/);
    });

test('the executive page adds up what the accounts are worth', async () => {
    const answer = await alice.get('/dashboard/executive');
    assert.equal(answer.status, 200);
    assert.match(answer.text, /ARR \$280K 3 accounts/);
    assert.match(answer.text, /Revenue at risk \$85K 30% of ARR, 1 account/);
    // (85 + 72 + 35) / 3
    assert.match(answer.text, /Average health 64/);
    const bands = table(answer.body, /Accounts and ARR by health band/);
    assert.deepEqual(bands.map((r) => r.slice(0, 3)), [
        ['Healthy', '1', '$150K'], ['Moderate', '1', '$45K'],
        ['At Risk', '0', '$0'], ['Critical', '1', '$85K']]);
    const risk = table(answer.body, /largest accounts at risk/);
    assert.equal(risk.length, 1);
    assert.match(risk[0][0], /TechStart Solutions/);
    const stages = table(answer.body, /stage of the journey/);
    assert.equal(stages.length, 7);
    assert.equal(stages.reduce((n, r) => n + Number(r[2]), 0), 3);
});

test('the donut can be by revenue', async () => {
    const answer = await alice.get('/dashboard/executive?by=arr');
    const bands = table(answer.body, /Accounts and ARR by health band/);
    assert.deepEqual(bands.map((r) => r[3]), ['54%', '16%', '0%', '30%']);
    const dashes = [...answer.body.matchAll(/stroke-dasharray="([\d.]+) 100"/g)]
        .map(([, d]) => Number(d));
    assert.equal(dashes.length, 3);
    assert.ok(dashes.every((d) => d > 0 && d < 100));
});

test('the figures of the kept sums are those of the accounts', async () => {
    const answer = await admin.get('/dashboard/executive');
    const counted = row(`select count(*)::int as accounts,
            count(*) filter (where health_band in ('at_risk', 'critical'))
                ::int as risk,
            app.money_short(sum(arr_cents)::bigint) as arr,
            app.money_short((sum(arr_cents) filter (where health_band
                in ('at_risk', 'critical')))::bigint) as risk_arr,
            app.money_short((sum(arr_cents) filter (where renewal_date
                between current_date and current_date + 90))::bigint) as due,
            round(avg(health_score), 1)::text as average
        from accounts where tenant_id = :'globex' and status <> 'churned'`,
    { globex });
    assert.match(answer.text, new RegExp(
        `ARR \\${counted.arr} ${counted.accounts} accounts`));
    assert.match(answer.text, new RegExp(`Revenue at risk ` +
        `\\${counted.risk_arr} \\d+% of ARR, ${counted.risk} accounts`));
    assert.match(answer.text, new RegExp(`Average health ${counted.average}`));
    assert.match(answer.text, new RegExp(
        `Renewals in 90 days \\${counted.due}`));
});

test('every figure links to the list behind it', async () => {
    const answer = await admin.get('/dashboard/executive');
    const links = [...answer.body.matchAll(
        /href="(\/dashboard\/accounts\?[^"]+)"/g)].map(([, u]) => unescape(u));
    assert.ok(links.length >= 10);
    for (const link of new Set(links))
        assert.equal((await admin.get(link)).status, 200, link);
});

test('paging shows each account of Globex exactly once', async () => {
    const all = rows(`select id, name from accounts
        where tenant_id = :'globex' order by name_key, id`, { globex });
    assert.ok(all.length >= 240, `${all.length}`);
    const found = await walk(admin, 'sort=name');
    assert.deepEqual(found.map((a) => a.id), all.map((a) => a.id));
});

const orders = {
    name: 'name_key, id', '-name': 'name_key desc, id desc',
    arr: 'arr_cents, id', '-arr': 'arr_cents desc, id desc',
    health: 'health_sort, id', '-health': 'health_sort desc, id desc',
    renewal: 'renewal_sort, id', '-renewal': 'renewal_sort desc, id desc',
};
for (const [sort, order] of Object.entries(orders))
    test(`sorted by ${sort} every page follows the one before`, async () => {
        const all = rows(`select id from accounts
            where tenant_id = :'globex' order by ${order}`, { globex });
        const found = await walk(admin, `sort=${sort}`);
        assert.deepEqual(found.map((a) => a.id), all.map((a) => a.id));
    });

const filters = {
    'band=healthy': `health_band = 'healthy'`,
    'band=moderate': `health_band = 'moderate'`,
    'band=at_risk': `health_band = 'at_risk'`,
    'band=critical': `health_band = 'critical'`,
    'band=risk': `health_band in ('at_risk', 'critical')`,
    'band=unscored': 'health_band is null',
    'tier=enterprise': `tier = 'enterprise'`,
    'tier=mid_market': `tier = 'mid_market'`,
    'tier=small_business': `tier = 'small_business'`,
    'tier=trial': `tier = 'trial'`,
    'status=active': `status = 'active'`,
    'status=onboarding': `status = 'onboarding'`,
    'status=paused': `status = 'paused'`,
    'status=churned': `status = 'churned'`,
    'status=current': `status <> 'churned'`,
    'stage=Adoption': `current_stage = 'Adoption'`,
    'stage=At+Risk': `current_stage = 'At Risk'`,
    'owner=none': 'csm_id is null',
    'due=30': 'renewal_date between current_date and current_date + 30',
    'due=90': 'renewal_date between current_date and current_date + 90',
    'due=180': 'renewal_date between current_date and current_date + 180',
    'q=a': `name_key like 'a%'`,
    'q=NORTH': `name_key like 'north%'`,
    'band=healthy&tier=enterprise&status=active':
        `health_band = 'healthy' and tier = 'enterprise'
            and status = 'active'`,
    'q=s&band=risk&sort=-arr': `name_key like 's%'
        and health_band in ('at_risk', 'critical')`,
};
for (const [query, condition] of Object.entries(filters))
    test(`the filter ${query} shows those accounts and no other`,
        async () => {
            const all = rows(`select id from accounts
                where tenant_id = :'globex' and ${condition}`, { globex });
            const found = await walk(admin, query);
            assert.deepEqual(found.map((a) => a.id).sort(),
                all.map((a) => a.id).sort());
        });

test('the filter by owner shows the accounts of that person', async () => {
    const { csm_id: owner, n } = row(`select csm_id, count(*)::int as n
        from accounts where tenant_id = :'globex' and csm_id is not null
        group by 1 order by 2 desc limit 1`, { globex });
    assert.equal((await walk(admin, `owner=${owner}`)).length, n);
});

test('filters are kept by paging, sorting and the form', async () => {
    const answer = await admin.get(
        '/dashboard/accounts?status=current&sort=-arr');
    assert.match(nextOf(answer), /status=current/);
    assert.match(nextOf(answer), /sort=-arr/);
    const form = answer.form('/dashboard/accounts');
    assert.equal(form.fields.status, 'current');
    assert.equal(form.fields.sort, '-arr');
    const head = answer.body.split('<thead>')[1].split('<tbody>')[0];
    const links = [...head.matchAll(/<a href="([^"]+)"/g)];
    assert.equal(links.length, 8);
    for (const [, link] of links)
        assert.match(link, /status=current/);
    assert.match(answer.body, /aria-sort="descending"/);
});

test('a filter that finds nothing says so and shows the way back',
    async () => {
        const answer = await admin.get('/dashboard/accounts?q=zzzzzz');
        assert.match(answer.text, /No account matches/);
        assert.match(answer.body, /href="\/dashboard\/accounts"/);
    });

test('a tenant without accounts has pages too', async () => {
    const visitor = world.visitor('Viewer');
    assert.match((await visitor.get('/dashboard/accounts')).text,
        /No accounts yet/);
    assert.match((await visitor.get('/dashboard/executive')).text,
        /No accounts yet/);
});

test('an account shows its place, its score with four parts, its journey',
    async () => {
        const { id } = demoAccount('GlobalTech Europe');
        const answer = await alice.get(`/dashboard/accounts/${id}`);
        assert.equal(answer.status, 200);
        assert.match(answer.body, new RegExp(
            `href="/dashboard/accounts/${demo.globalTech}">` +
            'GlobalTech Corporation</a>'));
        assert.match(answer.text, /72/);
        for (const part of ['Usage', 'Engagement', 'Support sentiment',
            'Adoption'])
            assert.ok(answer.text.includes(part), part);
        for (const weight of ['35%', '25%', '20%'])
            assert.ok(answer.text.includes(weight), weight);
        const parent = await alice
            .get(`/dashboard/accounts/${demo.globalTech}`);
        assert.match(parent.body, new RegExp(`href="/dashboard/accounts/${id}"`));
        assert.match(parent.text, /85/);
        assert.match((await alice.get('/dashboard/accounts/' +
            demoAccount('TechStart Solutions').id)).text, /35/);
    });

test('every account of Globex can be shown', async () => {
    const all = rows(`select id, name from accounts
        where tenant_id = :'globex' order by md5(id::text) limit 40`,
    { globex });
    for (const { id, name } of all) {
        const answer = await admin.get(`/dashboard/accounts/${id}`);
        assert.equal(answer.status, 200, name);
        assert.ok(unescape(answer.body).includes(name), name);
        assert.doesNotMatch(answer.body, /\{\{|NaN|undefined/);
    }
});

test('recording a score shows it, its band, its trend and its parts',
    async () => {
        const id = world.addAccount('Scored by hand', { arr_cents: '100000' });
        const visitor = world.visitor('Practitioner');
        const path = `/dashboard/accounts/${id}`;
        const page = await visitor.get(path);
        const form = page.form(`${path}/health-scores`);
        const first = await visitor.submit(form, { usage_score: 90,
            engagement_score: 80, support_sentiment_score: 70,
            adoption_score: 60, note: 'A first look' });
        assert.equal(first.status, 303);
        assert.equal(first.location, `${path}?done=scored#health`);
        let shown = await visitor.get(`${path}?done=scored`);
        // 31.5 + 20 + 14 + 12 = 77.5, half up
        assert.match(shown.text, /\b78\b/);
        assert.match(shown.text, /Moderate/);
        assert.match(shown.text, /31\.5/);
        assert.match(shown.text, /A first look/);

        await visitor.submit(form, { usage_score: 50, engagement_score: 50,
            support_sentiment_score: 50, adoption_score: 50 });
        shown = await visitor.get(path);
        assert.match(shown.text, /−28 from 78/);
        assert.match(shown.text, /At Risk/);
        assert.match(shown.body, /class="trend declining"/);

        await visitor.submit(form, { usage_score: 85, engagement_score: 85,
            support_sentiment_score: 85, adoption_score: 85 });
        shown = await visitor.get(path);
        assert.match(shown.text, /\+35 from 50/);
        assert.match(shown.body, /class="trend improving"/);
        assert.equal(row(`select health_band from accounts
            where id = :'id'`, { id }).health_band, 'healthy');

        const executive = await visitor.get('/dashboard/executive');
        assert.match(executive.text, /ARR \$1K 1 account/);
    });

const half = [[[100, 0, 0, 0], 35], [[0, 100, 0, 0], 25], [[1, 1, 1, 0], 1],
    [[0, 2, 0, 0], 1], [[1, 0, 0, 0], 0], [[90, 80, 70, 60], 78],
    [[100, 100, 100, 100], 100], [[0, 0, 0, 0], 0], [[39, 40, 40, 40], 40],
    [[30, 35, 40, 35], 34]];
test('scores are rounded half up, and the band is that of the rounded score',
    async () => {
        const id = world.addAccount('Rounded');
        const visitor = world.visitor('Practitioner');
        const path = `/dashboard/accounts/${id}/health-scores`;
        const _csrf = await visitor.token();
        for (const [[usage, engagement, support, adoption], expected] of half) {
            const answer = await visitor.post(path, { usage_score: usage,
                engagement_score: engagement,
                support_sentiment_score: support, adoption_score: adoption,
                _csrf });
            assert.equal(answer.status, 303);
            const found = row(`select overall_score, band,
                    (select sum((c ->> 'points')::numeric)
                        from jsonb_array_elements(contributions) c) as sum
                from health_scores where account_id = :'id'
                    and is_current`, { id });
            assert.equal(found.overall_score, expected);
            assert.equal(Number(found.sum), expected,
                'the parts add up to the score');
            assert.equal(found.band, expected >= 80 ? 'healthy'
                : expected >= 60 ? 'moderate' : expected >= 40 ? 'at_risk'
                    : 'critical');
        }
    });

const viewOnly = () => {
    const { user_id: id } = row(`select user_id from profiles
        where tenant_id = :'globex' and role = 'Viewer' limit 1`, { globex });
    return new Visitor(openSession(id, globex).token);
};
for (const [who, room, whole] of [['may only look', 520, 34000],
    ['may change it', 610, 39000]])
test(`a row of the list takes ${room} bytes with a name of 40, for who ${who}`,
    async () => {
    const { body } = await (room < 600 ? viewOnly() : admin)
        .get('/dashboard/accounts');
    const lines = openEnded(
        body.split('<tbody>')[1].split('</table>')[0], 'tr');
    assert.equal(lines.length, 50);
    for (const { html } of lines) {
        const [, name] = /">([^<]*)<\/a>/.exec(html);
        const most = room - '<tr>'.length - 40 + Buffer.byteLength(name);
        assert.ok(Buffer.byteLength(html) <= most, html);
    }
    assert.ok(body.length < whole, `${body.length} bytes`);
});

test('a first visit loads less than 60 kB', async () => {
    const packed = { 'accept-encoding': 'gzip' };
    for (const path of ['/dashboard/executive', '/dashboard/accounts']) {
        const page = await admin.get(path, packed);
        const html = gunzipSync(page.bytes).toString();
        let sum = page.bytes.length;
        for (const url of new Set([...html.matchAll(
            /(?:href|src)="(\/static\/[^"#]+)/g)].map(([, u]) => u)))
            sum += (await admin.get(url, packed)).bytes.length;
        assert.ok(sum < 60000, `${path}: ${sum} bytes`);
    }
});

const names = ['<script>alert(1)</script>', `"><img src=x onerror=alert(1)>`,
    `' onmouseover='alert(1)`, '{{session.user_email}}', '&lt;b&gt;',
    '</title><svg onload=alert(1)>', '\u202eevil\u202c', '😀👨‍👩‍👧',
    'Ünïcödé Ltd', 'a'.repeat(200), '<!-- ', ']]>', `\\u003cscript\\u003e`,
    'javascript:alert(1)'];
test('whatever an account is called is shown as text', async () => {
    const visitor = world.visitor('Viewer');
    const ids = names.map((name) => [name, world.addAccount(
        name.replaceAll(`'`, `'`), { industry: `'<i>x</i>'`,
            crm_attributes: `'{"<b>k</b>": "<u>v</u>"}'` })]);
    const page = await visitor.get('/dashboard/accounts');
    const found = new Map(list(page).map((a) => [a.id, a.name]));
    for (const [name, id] of ids) {
        assert.equal(found.get(id), name);
        const { body, status } = await visitor
            .get(`/dashboard/accounts/${id}`);
        assert.equal(status, 200, name);
        for (const one of [body, page.body])
            assert.doesNotMatch(one,
                /<script>alert|<img src=x|<svg onload|<i>x|<b>k|<u>v|"><img/);
        assert.ok(unescape(body).includes(name), name);
    }
});

test('a name of 10,000 characters is refused by the database', () => {
    assert.throws(() => world.addAccount('x'.repeat(10000)), /check/);
});

// Filters with operators

const manyFilters = {
    'band=at_risk&due=90&arr.over=50000': `health_band = 'at_risk'
        and renewal_date between current_date and current_date + 90
        and arr_cents > 5000000`,
    'band=at_risk&band=critical&sort=-arr':
        `health_band in ('at_risk', 'critical')`,
    'tier.not=trial&tier.not=enterprise': `tier not in ('trial', 'enterprise')`,
    'score.under=50&sort=owner': 'health_score < 50',
    'arr.between=10000&arr.between=20000&sort=-days':
        'arr_cents between 1000000 and 2000000',
    'stage_days.over=100&sort=stage':
        `stage_entered_at::date < current_date - 100`,
    'renewal.before=2027-03-01&sort=-tier': `renewal_date < '2027-03-01'`,
    'name.contains=EN&sort=-status': `name_key like '%en%'`,
    'band=critical&2.status=onboarding&2.arr.over=100000':
        `health_band = 'critical' or status = 'onboarding'
            and arr_cents > 10000000`,
    'field=arr&op=over&value=100000&band=risk&to=&days=':
        `arr_cents > 10000000 and health_band in ('at_risk', 'critical')`,
};
for (const [query, condition] of Object.entries(manyFilters))
    test(`the list asked with ${query} is those accounts, on all its pages`,
        async () => {
            const all = rows(`select id from accounts
                where tenant_id = :'globex' and (${condition})`, { globex });
            const found = await walk(admin, query);
            assert.ok(found.length > 0);
            assert.deepEqual(found.map((a) => a.id).sort(),
                all.map((a) => a.id).sort());
        });

test('a filter is added, changed and taken away by forms and links alone',
    async () => {
        const page = await admin.get('/dashboard/accounts?band=at_risk' +
            '&sort=-arr&edit=arr');
        const form = page.form('/dashboard/accounts', 'Filter by ARR');
        assert.equal(form.fields.band, 'at_risk');
        assert.equal(form.fields.sort, '-arr');
        const added = await admin.get('/dashboard/accounts?' +
            new URLSearchParams({ ...form.fields, op: 'over',
                value: '50,000' }));
        assert.match(added.text, /Health is At Risk .* ARR is over 50,000/);
        const change = unescape(
            /href="([^"]+)"><span[^>]*>Change filter <\/span>ARR/
                .exec(added.body)[1]);
        const editor = (await admin.get(`/dashboard/accounts${change}`))
            .form('/dashboard/accounts', 'Filter by ARR');
        assert.equal(editor.fields.value, '50,000');
        assert.equal(editor.fields['arr.over'], undefined);
        assert.equal(editor.fields.band, 'at_risk');
        const less = unescape(/href="([^"]+)"><span[^>]*>Remove filter ARR/
            .exec(added.body)[1]);
        assert.match((await admin.get(`/dashboard/accounts${less}`)).text,
            /Remove filter Health Clear all/);
    });

test('a value that is wrong comes back with what would be right', async () => {
    const answer = await admin.get('/dashboard/accounts?band=at_risk' +
        '&field=arr&op=over&value=much');
    assert.equal(answer.status, 422);
    assert.match(answer.text, /ARR must be an amount, like 50000/);
    const form = answer.form('/dashboard/accounts', 'Filter by ARR');
    assert.equal(form.fields.value, 'much');
    assert.equal(form.fields.band, 'at_risk');
    assert.equal(list({ ...answer, status: 200 }).length, 0);
});

test('a filter that is not known is refused by its name', async () => {
    for (const name of ['budget', '2.budget', 'band.over', 'attr.x']) {
        const answer = await admin.get(`/dashboard/accounts?${name}=1`);
        assert.equal(answer.status, 400, name);
        assert.ok(answer.text.includes(`${name} is not known here`), name);
    }
});

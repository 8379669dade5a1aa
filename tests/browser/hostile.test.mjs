// Whatever people call things: the page has the same elements as with a
// harmless name, and the name is there as text.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { run, value } from '../lib/db.mjs';
import { accompany, automate, callEverything, changeMany, draftOver }
    from '../lib/furnish.mjs';
import { addressOf, pages } from '../lib/pages.mjs';
import { World, openSession } from '../lib/world.mjs';
import { launch, open, sideways } from './browser.mjs';

const payloads = [
    '<script>window.hit=1</script>', '<img src=x onerror=window.hit=1>',
    '"><script>window.hit=1</script>', `' onfocus='window.hit=1' x='`,
    '" onfocus="window.hit=1" autofocus x="', '<svg onload=window.hit=1>',
    '<svg><script>window.hit=1</script></svg>',
    '</title><script>window.hit=1</script>',
    '</textarea><script>window.hit=1</script>',
    '</style><script>window.hit=1</script>', '<iframe src=javascript:1>',
    'javascript:window.hit=1', '<a href="javascript:window.hit=1">x</a>',
    '<!--<script>window.hit=1</script>-->', '<![CDATA[<script>x]]>',
    '<math><mtext><table><mglyph><style><img src=x onerror=hit=1>',
    '&lt;script&gt;window.hit=1&lt;/script&gt;', '&#60;script&#62;',
    '<x onclick=window.hit=1>', '<details open ontoggle=window.hit=1>',
    '<input autofocus onfocus=window.hit=1>', '`${window.hit=1}`',
    '{{constructor.constructor("window.hit=1")()}}', '{{{session.user_email}}}',
    '\u202eedoc live\u202c', '\u200b\u200b', '😀👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿', 'ﷺ'.repeat(20), 'Z̷̢͓a̵l̶g̷o̴',
    '<<SCRIPT>window.hit=1//<</SCRIPT>', '%3Cscript%3E', '\\u003cscript\\u003e',
    'a'.repeat(200), '<base href=//evil.example>',
    '<meta http-equiv=refresh content=0;url=//evil.example>',
    '<link rel=stylesheet href=//evil.example>', '<form action=//evil.example>',
    '<style>*{display:none}</style>', `'-window.hit-'`, '\\', '--><b>',
];
let browser, world, token, accounts, plain;

function fill(text) {
    const q = (s) => `'${s.replaceAll(`'`, `''`)}'`;
    const id = world.addAccount(text, { industry: q(text),
        external_id: q(text.slice(0, 100)), crm_attributes: q(JSON.stringify(
            { [text || 'k']: text })), current_stage: `'Adoption'`,
        arr_cents: '100', renewal_date: 'current_date + 100' });
    run(`insert into health_scores (tenant_id, account_id, usage_score,
            engagement_score, support_sentiment_score, adoption_score, note)
        values (:'tenant', :'id', 90, 90, 90, 90, :'text')`,
    { tenant: world.tenant, id, text });
    return id;
}

before(async () => {
    browser = await launch();
    world = new World('hostile');
    accounts = payloads.map((text) => ({ text, id: fill(text) }));
    plain = fill('Harmless');
    token = world.open('Practitioner').token;
});
after(async () => {
    await browser?.close();
    world?.end();
});

// Elements and the names of their attributes, in order.
const shape = (page) => page.evaluate(() =>
    [...document.querySelectorAll('*')].map((e) =>
        `${e.tagName} ${e.getAttributeNames().sort().join(' ')}`).join('\n'));

test('no name of an account changes the page of that account', async () => {
    const { page, complaints, close } = await open(browser, { token });
    try {
        await page.goto(`/dashboard/accounts/${plain}`);
        const wanted = await shape(page);
        for (const { text, id } of accounts) {
            await page.goto(`/dashboard/accounts/${id}`);
            assert.equal(await page.locator('h1').textContent(), text);
            assert.ok((await page.title()).startsWith(
                text.replace(/\s+/g, ' ').trim()), text);
            assert.equal(await shape(page), wanted, text);
            assert.equal(await page.evaluate(() => window.hit), undefined);
        }
        assert.deepEqual(complaints, []);
    } finally {
        await close();
    }
});

test('the list shows each of them as text', async () => {
    const { page, complaints, close } = await open(browser, { token });
    try {
        await page.goto('/dashboard/accounts?sort=-name');
        const shown = await page.locator('tbody th a').allTextContents();
        assert.deepEqual([...shown].sort(),
            [...payloads, 'Harmless'].sort());
        const kinds = await page.evaluate(() => [...new Set(
            [...document.querySelectorAll('tbody tr')].map((tr) =>
                [...tr.querySelectorAll('*')].map((e) => e.tagName)
                    .join(' ')))]);
        assert.equal(kinds.length, 1, 'all rows are built alike');
        assert.equal(await page.evaluate(() => window.hit), undefined);
        assert.deepEqual(complaints, []);
    } finally {
        await close();
    }
});

test('a search and a form keep the text they were given', async () => {
    const { page, complaints, close } = await open(browser,
        { token, expect: [/status of 422/] });
    try {
        for (const text of payloads.filter((t) => t.length <= 100)) {
            await page.goto(`/dashboard/accounts?q=${
                encodeURIComponent(text)}`);
            assert.equal(await page.locator('#f-q').inputValue(), text);
            assert.equal(await page.evaluate(() => window.hit), undefined);
        }
        const text = payloads[8];
        await page.goto(`/dashboard/accounts/${plain}`);
        await page.getByText('Record a new score').click();
        await page.evaluate(() => document
            .querySelector('#f-form').noValidate = true);
        await page.getByLabel(/Note/).fill(text);
        await page.getByRole('spinbutton', { name: 'Usage' }).fill('101');
        await page.getByRole('button', { name: 'Record score' }).click();
        assert.equal(await page.getByLabel(/Note/).inputValue(), text);
        assert.deepEqual(complaints, []);
    } finally {
        await close();
    }
});

test('the names of people, organisations and browsers are text too',
    async () => {
        const name = '<img src=x onerror=window.hit=1>';
        const { id } = world.addPerson('Practitioner', name);
        const session = openSession(id, world.tenant);
        run(`update sessions set user_agent = :'name' where user_id = :'id'`,
            { id, name });
        run(`update tenants set name = :'name' where id = :'id'`,
            { id: world.tenant, name });
        run(`update accounts set csm_id = :'id' where id = :'plain'`,
            { id, plain });
        const other = openSession(id, world.tenant);
        run(`update sessions set user_agent = :'name'
            where id = :'other'::bytea`, { other: other.id, name });
        const { page, complaints, close } = await open(browser,
            { token: session.token });
        try {
            for (const path of ['/dashboard/executive', '/sessions',
                '/dashboard/accounts?q=harmless',
                `/dashboard/accounts/${plain}`]) {
                await page.goto(path);
                assert.match(await page.locator('body').textContent(),
                    /<img src=x onerror=window\.hit=1>/);
                assert.equal(await page.locator('img').count(), 0, path);
                assert.equal(await page.evaluate(() => window.hit), undefined);
            }
            assert.deepEqual(complaints, []);
        } finally {
            await close();
            run(`update tenants set name = 'World' where id = :'id'`,
                { id: world.tenant });
        }
        assert.equal(value(`select name from tenants where id = :'id'`,
            { id: world.tenant }), 'World');
    });

// A tenant that has something of everything.
function furnished() {
    const full = new World('hostile-pages');
    const account = full.addAccount('One', { current_stage: `'Adoption'`,
        arr_cents: '5000000', renewal_date: 'current_date + 20' });
    for (const score of [90, 70, 30])
        full.score(account, score);
    automate(full, account);
    changeMany(full);
    draftOver(full);
    run(`insert into stage_goals (tenant_id, stage_id, title, description)
        select :'tenant', id, 'Kick-off', 'x' from journey_stages
        where tenant_id = :'tenant' and name in ('Adoption', 'Renewal');
        insert into custom_attributes (tenant_id, key, label, kind, position)
        values (:'tenant', 'region', 'Region', 'text', 1);
        insert into contacts (tenant_id, account_id, full_name, job_title,
            phone) values (:'tenant', :'account', 'Ann', 'CEO', '1');
        insert into notes (tenant_id, account_id, body, author_id)
        values (:'tenant', :'account', 'Hello', :'me');
        insert into tasks (tenant_id, account_id, title, detail, assignee_id)
        values (:'tenant', :'account', 'Call', 'x', :'me');
        insert into tags (tenant_id, name) values (:'tenant', 'Pilot');
        insert into account_tags (tenant_id, account_id, tag_id)
        select :'tenant', :'account', id from tags
        where tenant_id = :'tenant';
        insert into saved_views (tenant_id, owner_id, name, query)
        values (:'tenant', :'me', 'Mine', 'tier=trial');
        insert into invitations (tenant_id, email, role, token_hash)
        values (:'tenant', 'x@x.example', 'Viewer', sha256('x'));
        insert into api_keys (tenant_id, name, prefix, key_hash)
        values (:'tenant', 'Robot', 'csk_test_', sha256(:'tenant'::bytea))`,
    { tenant: full.tenant, account, me: full.people['Tenant Admin'].id });
    accompany(full, account);
    full.request('Tenant Admin', `update alerts set status = 'acknowledged'
        where id = (select id from alerts limit 1)`);
    return full;
}

// Words that read from right to left although nothing in them says so: a name
// beside them turned them.
const turned = (page) => page.evaluate(() => {
    const walk = document.createTreeWalker(document.querySelector('main'),
        NodeFilter.SHOW_TEXT);
    const found = [];
    const place = (node, at) => {
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + 1);
        return range.getBoundingClientRect();
    };
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
        const at = node.data.search(/[a-z]{2}/i);
        if (at < 0 || /[\u0590-\u07ff\u202a-\u202e\u2066-\u2069]/
            .test(node.data))
            continue;
        const [one, next] = [place(node, at), place(node, at + 1)];
        if (one.width && one.top === next.top && next.left < one.left)
            found.push(node.data.trim().slice(0, 40));
    }
    return found;
});

// Whatever there is in a tenant is called so.
for (const [kind, text] of Object.entries({
    'tags and quotes': `"'><script>window.hit=1</script><img src=x `
        + 'onerror=window.hit=1></textarea></title>'.repeat(3),
    'turned letters': '\u05d0\u05d1\u05d2 \u202egnp.exe'.repeat(4),
    'ten thousand letters': 'W'.repeat(10000),
    'emoji and piled marks': '👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿'
        + `Z${'\u0337\u0322\u0353'.repeat(20)}ﷺ`.repeat(3),
}))
    test(`every page bears ${kind}, on a phone as well`, async () => {
        const full = furnished();
        const paths = pages.filter((r) => r.needs !== 'ANYONE')
            .map((route) => addressOf(route, full.tenant) ?? route.path);
        const called = callEverything(full, text);
        assert.ok(called.length > 30, `only ${called}`);
        const { page, complaints, close } = await open(browser, { width: 320,
            token: full.open('Tenant Admin').token });
        const faults = [];
        const start = text.slice(0, 10);
        const turns = text.includes('\u202e');
        let shown = 0;
        try {
            for (const path of paths) {
                const answer = await page.goto(path);
                assert.equal(answer.status(), 200, path);
                shown += await page.evaluate((wanted) => document
                    .querySelector('main').textContent.includes(wanted),
                start);
                const strange = await page.evaluate(() => [
                    ...document.querySelectorAll('img, iframe, object, base,'
                        + 'body script, [onerror], [onload]')]
                    .map((e) => e.outerHTML.slice(0, 80)));
                for (const width of [320, 390, 1440]) {
                    await page.setViewportSize({ width, height: 900 });
                    const over = await sideways(page);
                    if (over)
                        faults.push(`${path} at ${width}: ${over}`);
                }
                if (turns)
                    faults.push(...(await turned(page)).map((words) =>
                        `${path}: “${words}” is turned`));
                faults.push(...strange, ...await page.evaluate(() =>
                    window.hit) ? [`${path}: a script ran`] : []);
            }
            await page.keyboard.press('Control+k');
            await page.locator('dialog[open] input').fill(
                text.startsWith('W') ? 'W' : text.slice(0, 20));
            await page.locator('dialog[open] [role=status], '
                + 'dialog[open] [role=option]').first().waitFor();
            faults.push(await sideways(page));
            assert.deepEqual(faults.filter(Boolean), []);
            assert.deepEqual(complaints, []);
            assert.ok(shown > 25, `only ${shown} pages show it`);
        } finally {
            await close();
            full.end();
        }
    });

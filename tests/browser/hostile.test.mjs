// Whatever people call things: the page has the same elements as with a
// harmless name, and the name is there as text.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { run, value } from '../lib/db.mjs';
import { World, openSession } from '../lib/world.mjs';
import { launch, open } from './browser.mjs';

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

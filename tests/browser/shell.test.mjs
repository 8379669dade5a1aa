// The shell around every page: what scripts may do, and what works without.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { World, demo, openSession } from '../lib/world.mjs';
import { value } from '../lib/db.mjs';
import { launch, open } from './browser.mjs';

let browser, world, token;

before(async () => {
    browser = await launch();
    world = new World('shell');
    token = openSession(demo.alice,
        value(`select id from tenants where slug = 'acme-corp'`)).token;
});
after(async () => {
    await browser?.close();
    world?.end();
});

// Runs visit(page) in a page of its own; nothing may complain.
async function visit(what, options = {}) {
    const { page, complaints, close } = await open(browser,
        { token, ...options });
    try {
        await page.goto('/dashboard/accounts');
        await what(page);
        assert.deepEqual(complaints, []);
    } finally {
        await close();
    }
}

test('only htmx may parse markup, and what it parses does not run', () =>
    visit(async (page) => {
        await page.waitForFunction(() => window.htmx);
        const refused = await page.evaluate(() => {
            const tries = {
                innerHTML: () => { document.body.innerHTML = '<b>'; },
                parser: () => new DOMParser().parseFromString('', 'text/html'),
                policy: () => window.trustedTypes.createPolicy('x', {}),
                second: () => window.trustedTypes.createPolicy('htmx', {}),
            };
            return Object.keys(tries).filter((name) => {
                try {
                    tries[name]();
                    return false;
                } catch {
                    return true;
                }
            });
        });
        assert.deepEqual(refused,
            ['innerHTML', 'parser', 'policy', 'second']);
        const left = await page.evaluate(async () => {
            await window.htmx.swap({ target: '#main', swap: 'innerHTML',
                sourceElement: document.body,
                text: '<p id="new">x<script>window.hit=1</script>' +
                    '<img src="data:," onerror="window.hit=1">' });
            return [document.querySelector('#new') !== null, window.hit];
        });
        assert.deepEqual(left, [true, undefined]);
    }, { expect: [/Trusted|policy|Content Security/i] }));

test('every icon is drawn from the sprite, in the colour of its text', () =>
    visit(async (page) => {
        await page.waitForLoadState('networkidle');
        const icons = await page.evaluate(() =>
            [...document.querySelectorAll('svg.icon > use')]
                .filter((use) => use.closest('svg').getClientRects().length)
                .map((use) => use.getBBox().width > 4));
        assert.ok(icons.length > 5);
        assert.ok(icons.every(Boolean));
    }));

// A page of the test's own tenant.
const own = (what, options = {}) => visit(what,
    { token: world.open(options.role ?? 'Practitioner').token, ...options });
const isNarrow = (page) => page.evaluate(() =>
    document.querySelector('.sidebar').getBoundingClientRect().width < 100);

for (const js of [true, false])
    test(`the sidebar gets narrow and stays so, ${js ? 'with' : 'without'} ` +
        'scripts', () => own(async (page) => {
        const button = page.getByRole('button', { name: /narrow/i });
        await page.goto('/dashboard/accounts?sort=-arr');
        assert.equal(await isNarrow(page), false);
        await Promise.all([js ? page.waitForResponse(/preferences/)
            : page.waitForEvent('load'), button.click()]);
        assert.equal(await isNarrow(page), true);
        assert.match(page.url(), /sort=-arr/);
        await page.goto('/dashboard/executive');
        assert.equal(await isNarrow(page), true, 'on every page');
        await Promise.all([js ? page.waitForResponse(/preferences/)
            : page.waitForEvent('load'), button.click()]);
        assert.equal(await isNarrow(page), false);
    }, { js }));

test('single keys go, search, walk rows and show the sheet', () =>
    own(async (page) => {
        const at = () => new URL(page.url()).pathname;
        const focused = () => page.evaluate(() =>
            document.activeElement.textContent);
        for (const name of ['Alder', 'Birch', 'Cedar'])
            world.addAccount(name);
        await page.goto('/dashboard/executive');
        await page.keyboard.press('g');
        await page.keyboard.press('a');
        await page.waitForURL(/accounts/);
        await page.keyboard.press('j');
        assert.equal(await focused(), 'Alder');
        await page.keyboard.press('j');
        await page.keyboard.press('j');
        await page.keyboard.press('k');
        assert.equal(await focused(), 'Birch');
        await page.keyboard.press('/');
        await page.keyboard.type('gej?');
        assert.equal(at(), '/dashboard/accounts');
        assert.equal(await page.locator('main input[type=search]')
            .inputValue(), 'gej?', 'keys are letters while somebody types');
        await page.locator('h1').click();
        await page.keyboard.press('?');
        const sheet = page.locator('#sheet');
        await sheet.getByText('Go to Accounts').waitFor();
        assert.equal(await sheet.evaluate((e) => e.matches(':modal')), true);
        await page.keyboard.press('g');
        await page.keyboard.press('e');
        assert.equal(at(), '/dashboard/accounts', 'not behind a dialog');
        await page.keyboard.press('Escape');
        assert.equal(await sheet.isVisible(), false);
        await page.keyboard.press('g');
        await page.keyboard.press('e');
        await page.waitForURL(/executive/);
    }));

test('single keys can be switched off and on again', () =>
    own(async (page) => {
        await page.goto('/preferences');
        await page.getByRole('button', { name: 'Switch them off' }).click();
        await page.getByText('Saved.').waitFor();
        await page.keyboard.press('g');
        await page.keyboard.press('e');
        await page.keyboard.press('?');
        assert.equal(await page.locator('dialog[open]').count(), 0);
        assert.equal(new URL(page.url()).pathname, '/preferences');
        await page.getByRole('button', { name: 'Switch them on' }).click();
        await page.getByText('Saved.').waitFor();
        await page.keyboard.press('g');
        await page.keyboard.press('e');
        await page.waitForURL(/executive/);
    }, { js: true }));

for (const js of [true, false])
    test(`alerts are counted and handled, ${js ? 'with' : 'without'} scripts`,
        () => {
            const slug = js ? 'with' : 'without';
            const fallen = world.addAccount(`Fallen <i>${slug}</i>`);
            world.score(fallen, 20);
            return own(async (page) => {
                const bell = page.locator('.nav b');
                const row = () => page.locator('.list--alerts > li')
                    .filter({ hasText: `Fallen <i>${slug}</i> fell` });
                await page.goto('/dashboard/alerts');
                const open = Number.parseInt(await bell.textContent(), 10);
                await row().getByRole('button', { name: /Acknowledge/ })
                    .click();
                await row().waitFor({ state: 'detached' });
                assert.equal(Number.parseInt(await bell.textContent(), 10),
                    open - 1);
                await page.getByRole('link', { name: 'Acknowledged' }).click();
                assert.match(await row().textContent(), /taken over by/);
                await row().getByRole('button', { name: /Resolve/ }).click();
                await page.getByRole('link', { name: 'Resolved' }).click();
                await row().getByRole('button', { name: /Open again/ })
                    .click();
                await page.getByRole('link', { name: 'Open', exact: true })
                    .click();
                await row().getByRole('link').click();
                assert.equal(await page.locator('h1').textContent(),
                    `Fallen <i>${slug}</i>`);
            }, { js });
        });

// How often the window loaded a page, and what it did without.
async function counted(page) {
    let loads = 0;
    page.on('load', () => { loads++; });
    return () => loads;
}

test('a filter changes the middle of the page; back, reload and new tabs work',
    () => {
        for (let i = 0; i < 60; i++)
            world.addAccount(`Part ${String(i).padStart(2, '0')}`);
        return own(async (page) => {
            const names = () => page.locator('main tbody th a')
                .allTextContents();
            await page.goto('/dashboard/accounts?sort=name');
            const loads = await counted(page);
            await page.evaluate(() => { window.kept = true; });
            await page.getByRole('link', { name: 'Next page' }).click();
            await page.waitForURL(/after_id/);
            const second = await names();
            assert.ok(second.length && !second.includes('Part 00'));
            assert.equal(await page.evaluate(() => window.scrollY), 0);
            await page.getByRole('link', { name: 'First page' }).click();
            await page.waitForURL((url) => !/after_id/.test(url.search));
            await page.getByText('Part 00').waitFor();
            assert.equal(loads(), 0, 'no page was loaded');
            await page.goBack();
            await page.getByText('Part 00').waitFor({ state: 'detached' });
            assert.deepEqual(await names(), second);
            await page.goBack();
            await page.getByText('Part 00').waitFor();
            await page.goForward();
            await page.getByText('Part 00').waitFor({ state: 'detached' });
            assert.equal(await page.evaluate(() => window.kept), true);
            await page.reload();
            assert.deepEqual(await names(), second, 'an address is all');
            const [tab] = await Promise.all([
                page.context().waitForEvent('page'),
                page.getByRole('link', { name: 'First page' })
                    .click({ modifiers: ['Control'] })]);
            await tab.getByText('Part 00').waitFor();
            assert.deepEqual(await names(), second);
            // The palette still opens after its page was partly replaced.
            await page.keyboard.press('Control+k');
            await page.getByRole('combobox', { name: /Search/ }).waitFor();
        });
    });

test('a part that fails becomes the page of the error, with its number',
    () => own(async (page) => {
        await page.goto('/dashboard/alerts');
        await page.route(/status=resolved/, (route) =>
            route.fulfill({ status: 503, contentType: 'text/html',
                body: '<h1>Not now</h1>' }));
        await page.getByRole('link', { name: 'Resolved' }).click();
        await page.getByText('Not now').waitFor();
        assert.match(page.url(), /status=resolved/);
        await page.unrouteAll();
        await page.goto('/dashboard/alerts');
        await page.route(/status=resolved/, (route) =>
            route.abort('aborted'));
        await page.getByRole('link', { name: 'Resolved' }).click();
        await page.getByText('There is no connection').waitFor();
        await page.unrouteAll();
        await page.getByRole('link', { name: 'Resolved' }).click();
        await page.waitForURL(/status=resolved/);
        assert.equal(await page.locator('#main[aria-busy]').count(), 0);
    }, { expect: [/status of 503|Failed to fetch|htmx|ERR_ABORTED/i] }));

test('who was signed out meanwhile is led to sign in', () => {
    const { token: mine } = world.open('Viewer');
    return visit(async (page) => {
        await page.goto('/dashboard/alerts');
        await page.context().clearCookies();
        await page.getByRole('link', { name: 'Resolved' }).click();
        await page.waitForURL(/login\?next=/);
    }, { token: mine });
});

test('E edits what the page offers first, and the focus is in its field', () =>
    own(async (page) => {
        const id = world.addAccount('To be edited');
        await page.goto(`/dashboard/accounts/${id}`);
        const loads = await counted(page);
        await page.locator('[data-edit]').first().waitFor();
        await page.keyboard.press('e');
        await page.waitForURL(/edit=/);
        await page.waitForFunction(() => document.activeElement
            .matches('main :is(input, select, textarea)'));
        assert.equal(loads(), 0, 'no page was loaded');
        await page.reload();
        assert.ok(await page.locator('main form :is(input, select)')
            .count(), 'the address says so as well');
    }));

// Finding and doing, by the palette and by the page that does the same
// without scripts.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { run, value } from '../lib/db.mjs';
import { World } from '../lib/world.mjs';
import { findings, launch, open, picture, sideways, tabTo }
    from './browser.mjs';

const hostile = '<img src=x onerror=window.hit=1>\u202e" {{name}}';
let browser, world, tech;

before(async () => {
    browser = await launch();
    world = new World('palette');
    tech = world.addAccount('TechStart Solutions',
        { current_stage: `'Adoption'`, arr_cents: '8500000' });
    world.score(tech, 35);
    world.addAccount('Technica', { arr_cents: '9900000' });
    world.addAccount('Birch Holding');
    world.addAccount(hostile);
    run(`insert into contacts (tenant_id, account_id, full_name, job_title)
        values (:'tenant', :'tech', 'Tessa van Dijk', 'CTO')`,
    { tenant: world.tenant, tech });
});
after(async () => {
    await browser?.close();
    world?.end();
});

async function visit(what, { role = 'Practitioner', ...options } = {}) {
    const { page, complaints, close } = await open(browser,
        { token: world.open(role).token, ...options });
    try {
        await page.goto('/dashboard/executive');
        await what(page);
        assert.deepEqual(complaints, []);
    } finally {
        await close();
    }
}

const options = (page) => page.locator('.palette [role=option] .palette__name')
    .allTextContents();
const stageOf = (id) => value(
    `select current_stage from accounts where id = :'id'`, { id });

// Types into the palette and waits for what it finds.
async function ask(page, q, found) {
    await page.keyboard.press('Control+k');
    await page.keyboard.type(q);
    await page.getByRole('option', { name: found }).first().waitFor();
}

test('by keyboard alone an account is found and opened', () =>
    visit(async (page) => {
        await ask(page, 'sol tech', /TechStart/);
        assert.equal((await options(page))[0], 'TechStart Solutions');
        const chosen = page.locator('[role=option][aria-selected=true]');
        assert.match(await chosen.textContent(), /Adoption, \$85,000.*35/);
        assert.equal(await page.locator('.palette input')
            .getAttribute('aria-activedescendant'),
        await chosen.getAttribute('id'));
        await page.keyboard.press('Enter');
        await page.waitForURL(new RegExp(tech));
        assert.equal(await page.locator('h1').textContent(),
            'TechStart Solutions');

        // Looked at lately, it comes before the larger Technica.
        await page.goto('/dashboard/executive');
        await page.keyboard.press('Control+k');
        assert.equal((await options(page))[0], 'TechStart Solutions');
        await page.keyboard.type('tech');
        await page.getByRole('option', { name: /^Technica/ }).waitFor();
        assert.deepEqual((await options(page)).slice(0, 2),
            ['TechStart Solutions', 'Technica']);
        await page.keyboard.press('Escape');
        assert.equal(await page.locator('.palette').isVisible(), false);
    }));

test('by keyboard alone an account is moved, and moved back', () =>
    visit(async (page) => {
        // Enter before the answer does what was typed, not what was shown.
        await ask(page, 'move techs to', /to Onboarding/);
        await page.keyboard.type(' ren');
        await page.keyboard.press('Enter');
        await page.locator('.toast').waitFor();
        assert.equal(stageOf(tech), 'Renewal');
        await page.getByRole('button', { name: /Undo/ }).press('Enter');
        await page.waitForLoadState();
        assert.equal(stageOf(tech), 'Adoption');
    }));

test('arrows go round, contacts and pages are found', () =>
    visit(async (page) => {
        await ask(page, 'dijk', /Tessa van Dijk/);
        await page.keyboard.press('Enter');
        await page.waitForURL(new RegExp(`${tech}/contacts`));
        await page.keyboard.press('Control+k');
        await page.getByRole('option', { name: 'Journey' }).waitFor();
        const all = await options(page);
        await page.keyboard.press('ArrowUp');
        assert.equal(await page.locator('[aria-selected=true]')
            .locator('.palette__name').textContent(), all.at(-1));
        await page.keyboard.press('ArrowDown');
        assert.equal(await page.locator('[aria-selected=true]')
            .locator('.palette__name').textContent(), all[0]);
        await page.keyboard.type('jour');
        await page.waitForFunction(() => document.querySelectorAll(
            '.palette [role=option]').length === 1);
        const [tab] = await Promise.all([page.context().waitForEvent('page'),
            page.keyboard.press('Control+Enter')]);
        await tab.waitForURL(/journey/);
    }));

test('what it finds is shown as text, whatever it is called', () =>
    visit(async (page) => {
        await ask(page, 'onerror', /<img/);
        assert.equal((await options(page))[0], hostile);
        await page.keyboard.press('Enter');
        await page.waitForURL(/accounts\/[0-9a-f-]{36}/);
        await page.keyboard.press('Control+k');
        assert.equal((await options(page))[0], hostile);
        assert.equal(await page.evaluate(() => window.hit), undefined);
        await page.goto('/dashboard/search?q=onerror');
        assert.equal(await page.locator('.list--results a').first()
            .textContent(), hostile);
        assert.equal(await page.evaluate(() => window.hit), undefined);
    }));

test('a search that fails says so with its number, and is tried again', () =>
    visit(async (page) => {
        await page.route('**/api/v1/search*', (route) => route.fulfill({
            status: 503, headers: { 'x-request-id': 'f'.repeat(32) } }));
        await page.keyboard.press('Control+k');
        // At once: a search of its own for each letter could succeed later.
        await page.keyboard.insertText('tech');
        const foot = page.locator('.palette__foot');
        await foot.getByText('f'.repeat(32)).waitFor();
        await page.unroute('**/api/v1/search*');
        await page.keyboard.press('Enter');
        await page.getByRole('option', { name: /^Technica/ }).waitFor();
    }, { expect: [/status of 503/] }));

for (const scheme of ['light', 'dark'])
    test(`the palette is sound, ${scheme}`, () => visit(async (page) => {
        await ask(page, 'tech', /TechStart/);
        for (const width of [390, 1440]) {
            await page.setViewportSize({ width, height: 900 });
            assert.equal(await sideways(page), '');
            assert.deepEqual(await findings(page, { isCovered: true }), []);
            await picture(page, `the-palette-${scheme}-${width}`);
        }
    }, { scheme }));

test('without scripts the page of search finds and moves', () =>
    visit(async (page) => {
        await tabTo(page, '.sidebar__search');
        await page.keyboard.press('Enter');
        await page.waitForURL(/search/);
        await page.getByLabel('Search for').fill('move techs to ren');
        await page.keyboard.press('Enter');
        await page.getByRole('button', { name: 'Move TechStart Solutions ' +
            'to Renewal' }).click();
        await page.waitForURL(/search/);
        assert.equal(stageOf(tech), 'Renewal');
        run(`update accounts set current_stage = 'Adoption'
            where id = :'tech'`, { tech });
        await page.goto('/dashboard/search?q=dijk');
        await page.getByRole('link', { name: 'Tessa van Dijk' }).click();
        await page.waitForURL(new RegExp(`${tech}/contacts`));
        await page.goto('/dashboard/search?q=zzzz');
        await page.getByText('Nothing found').waitFor();
    }, { js: false }));

test('a viewer is offered no moves', () => visit(async (page) => {
    await page.goto('/dashboard/search?q=move+tech+to+ren');
    assert.equal(await page.getByRole('button', { name: /Move/ }).count(), 0);
    assert.ok(await page.getByRole('link', { name: /TechStart/ }).count());
}, { role: 'Viewer', js: false }));

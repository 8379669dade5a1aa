// The components: every colour is readable in both themes, and what scripts
// add to dialogs, menus and toasts is there without them in another form.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { value } from '../lib/db.mjs';
import { demo, openSession } from '../lib/world.mjs';
import { launch, open } from './browser.mjs';

let browser, token;

before(async () => {
    browser = await launch();
    token = openSession(demo.alice,
        value(`select id from tenants where slug = 'acme-corp'`)).token;
});
after(() => browser?.close());

async function visit(what, options = {}) {
    const { page, complaints, close } = await open(browser,
        { token, ...options });
    try {
        await page.goto('/design');
        await what(page);
        assert.deepEqual(complaints, []);
    } finally {
        await close();
    }
}

// The ratio of WCAG between two colours, as [r, g, b] from 0 to 255.
function contrast(one, other) {
    const [low, high] = [one, other].map((rgb) => {
        const [r, g, b] = rgb.map((c) => c / 255).map((c) =>
            c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    }).sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
}

const surfaces = ['bg', 'surface', 'sunken'];
const bands = ['healthy', 'moderate', 'at-risk', 'critical'];
// [colour, on which, at least]
const pairs = [
    ...['text', 'muted', 'accent', 'accent-strong', 'unscored', ...bands]
        .flatMap((ink) => surfaces.map((on) => [ink, on, 4.5])),
    ...bands.map((band) => [band, `${band}-tint`, 4.5]),
    ...bands.map((band) => ['text', `${band}-tint`, 4.5]),
    ...bands.map((band) => [`${band}-fill`, 'surface', 3]),
    ['unscored-fill', 'surface', 3], ['accent-fill', 'surface', 3],
    ['line', 'surface', 3], ['accent-strong', 'accent-tint', 4.5],
    ['text', 'accent-tint', 4.5], ['muted', 'accent-tint', 4.5],
    ['on-accent', 'accent', 4.5], ['on-accent', 'accent-strong', 4.5],
    ['on-inverse', 'inverse', 4.5], ['inverse-accent', 'inverse', 4.5],
];

for (const scheme of ['light', 'dark'])
    test(`every colour can be read where it stands, ${scheme}`, () =>
        visit(async (page) => {
            const names = [...new Set(pairs.flatMap(([a, b]) => [a, b]))];
            const rgb = await page.evaluate((list) => {
                const probe = document.querySelector('main');
                return Object.fromEntries(list.map((name) => {
                    probe.style.color = `var(--${name})`;
                    return [name, getComputedStyle(probe).color
                        .match(/[\d.]+/g).slice(0, 3).map(Number)];
                }));
            }, names);
            assert.deepEqual(pairs.map(([ink, on, least]) =>
                [contrast(rgb[ink], rgb[on]), `${ink} on ${on}`, least])
                .filter(([ratio, , least]) => ratio < least)
                .map(([ratio, what]) => `${what}: ${ratio.toFixed(2)}`), []);
        }, { scheme }));

const isOpen = (page) => page.locator('#design-dialog').isVisible();

test('a dialog opens in front, Esc closes it, the focus goes back', () =>
    visit(async (page) => {
        const link = page.getByRole('link', { name: 'Open a dialog' });
        await link.focus();
        await page.keyboard.press('Enter');
        assert.equal(await page.evaluate(() =>
            document.querySelector('#design-dialog').matches(':modal')), true);
        await page.keyboard.press('Escape');
        assert.equal(await isOpen(page), false);
        assert.equal(await link.evaluate((e) =>
            e === document.activeElement), true);
    }));

test('without scripts an address opens the dialog and a link closes it', () =>
    visit(async (page) => {
        await page.getByRole('link', { name: 'Open a dialog' }).click();
        assert.equal(await isOpen(page), true);
        await page.locator('#design-dialog')
            .getByRole('link', { name: 'Close' }).click();
        assert.equal(await isOpen(page), false);
    }, { js: false }));

test('a menu is walked by arrows, and closed by Esc and a click elsewhere',
    () => visit(async (page) => {
        const menu = page.locator('main details.menu');
        const focused = () => page.evaluate(() =>
            document.activeElement.textContent.trim());
        await menu.locator('summary').focus();
        await page.keyboard.press('ArrowDown');
        assert.equal(await focused(), 'Adoption');
        await page.keyboard.press('ArrowUp');
        assert.equal(await focused(), 'Delete');
        await page.keyboard.press('Escape');
        assert.equal(await menu.getAttribute('open'), null);
        assert.equal(await focused(), 'Move to…');
        await menu.locator('summary').click();
        await page.locator('h1').click();
        assert.equal(await menu.getAttribute('open'), null);
    }));

for (const js of [true, false])
    test(`a toast is dismissed ${js ? 'with' : 'without'} scripts`, () =>
        visit(async (page) => {
            const toast = page.locator('.toast');
            assert.equal(await toast.isVisible(), true);
            await toast.getByRole('button', { name: 'Dismiss' }).click();
            assert.equal(await toast.isVisible(), false);
        }, { js }));

test('a page that is loaded again does not say once more what was done', () =>
    visit(async (page) => {
        await page.goto('/design?done=x#toast');
        await page.waitForURL((url) => url.search === '');
        assert.equal(new URL(page.url()).hash, '#toast');
    }, { expect: [/status of 400/] }));

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

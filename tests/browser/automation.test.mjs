// The executive page is narrowed, and a delivery is sent again, by keyboard
// and without scripts.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { run, value } from '../lib/db.mjs';
import { World } from '../lib/world.mjs';
import { launch, open, tabTo } from './browser.mjs';

let browser, world, token, id;

before(async () => {
    browser = await launch();
    world = new World('automation');
    token = world.open('Tenant Admin').token;
    world.addAccount('Large', { tier: `'enterprise'`, arr_cents: '9000000' });
    world.addAccount('Small', { tier: `'trial'`, arr_cents: '100000' });
    const endpoint = world.addEndpoint('https://hooks.example/').id;
    run(`update webhook_endpoints set is_active = false
        where id = :'endpoint'`, { endpoint });
    id = value(`select mainstay.enqueue_webhook(:'endpoint', null, null,
        'stage_transition', '{}')`, { endpoint });
});
after(async () => {
    await browser?.close();
    world?.end();
});

for (const js of [true, false]) {
    const how = js ? 'with scripts' : 'without scripts';

    test(`the executive page is narrowed by keyboard, ${how}`, async () => {
        const { page, complaints, close } = await open(browser,
            { token, js });
        await page.goto('/dashboard/executive');
        await tabTo(page, '#f-tier');
        await page.keyboard.press('t');
        await page.keyboard.press('Tab');
        await Promise.all([page.waitForURL(/tier=trial/),
            page.keyboard.press('Enter')]);
        assert.match(await page.locator('.stats').innerText(), /\$1K/);
        await Promise.all([page.waitForURL(/period=365.*tier=trial/),
            page.getByRole('link', { name: 'A year' }).click()]);
        await page.goBack();
        assert.match(page.url(), /tier=trial/);
        assert.deepEqual(complaints, []);
        await close();
    });

    test(`a delivery is given up and sent again by keyboard, ${how}`,
        async () => {
            const { page, complaints, close } = await open(browser,
                { token, js });
            await page.goto('/dashboard/automation/deliveries');
            await tabTo(page, '[formaction$="/discard"]');
            await Promise.all([page.waitForURL(/done=discarded/),
                page.keyboard.press('Enter')]);
            assert.equal(await page.getByRole('status').first().innerText(),
                'The delivery is given up.');
            await page.getByRole('link', { name: /Failed/ }).click();
            await tabTo(page, `form[action$="${id}/retry"] button`);
            await Promise.all([page.waitForURL(/done=retried/),
                page.keyboard.press('Enter')]);
            assert.match(await page.locator('h1').innerText(),
                /Stage transition/);
            assert.deepEqual(complaints, []);
            await close();
        });
}

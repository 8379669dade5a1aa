// A scorecard is edited, tried, published and taken back: without JavaScript,
// and by keyboard alone.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { rows, run, value } from '../lib/db.mjs';
import { World } from '../lib/world.mjs';
import { launch, open, picture, tabTo } from './browser.mjs';

const base = '/dashboard/admin/scorecards';
let browser, world, card;

before(async () => {
    browser = await launch();
    world = new World('editor');
    card = value(`select id from scorecards where tenant_id = :'tenant'`,
        { tenant: world.tenant });
    // By usage 35, engagement 25, support 20, adoption 20: 58.
    run(`insert into health_scores (tenant_id, account_id, usage_score,
            engagement_score, support_sentiment_score, adoption_score)
        values (:'tenant', :'account', 90, 40, 40, 40)`,
    { tenant: world.tenant, account: world.addAccount('Heavy use',
        { arr_cents: '12000000' }) });
});
after(async () => {
    await browser?.close();
    world?.end();
});

const token = () => world.open('Tenant Admin').token;
const weights = () => rows(`select status, document
        #>> '{dimensions,0,weight}' as usage
    from scorecard_versions where scorecard_id = :'card'
    order by version`, { card }).map((v) => `${v.usage} ${v.status}`);

test('an admin tries, publishes and rolls back without JavaScript',
    async () => {
        const { page, complaints, close } = await open(browser,
            { token: token(), js: false, expect: [/status of 422/] });
        const main = page.locator('main');
        const press = (name) => page.getByRole('button', { name }).first()
            .click();
        const before = weights();
        try {
            await page.goto('/dashboard/executive');
            await page.getByRole('link', { name: 'Admin' }).click();
            await page.locator('main').getByRole('link',
                { name: 'Scorecards' }).first().click();
            await page.getByRole('link', { name: 'Standard' }).click();
            await page.getByLabel('Usage', { exact: true }).fill('60');
            await press('Preview');
            assert.match(await page.getByRole('alert').textContent(),
                /The weights add up to 125/);
            await press('Spread the rest');
            assert.equal(await page.locator('.sum').textContent(), '100');
            assert.ok(await page.getByLabel('Lock Usage').isChecked());
            await press('Preview');
            assert.match(await page.locator('#sentence').textContent(),
                /moves 1 account worth \$120K to another band: 1 gets better/);
            assert.match(await page.getByRole('table',
                { name: /^Accounts that change band/ }).textContent(),
            /Heavy use\s*\$120,000\s*58At Risk\s*70Moderate/);
            assert.deepEqual(weights(), before, 'nothing was saved');
            await picture(page, 'scorecard-no-js-preview');
            await press('Save draft');
            await press('Publish version');
            assert.match(await page.getByRole('status').textContent(),
                /^Published\./);
            assert.deepEqual(weights(), [...before.slice(0, -1),
                '35 retired', '60 published']);
            await page.getByRole('link', { name: /Roll back to this/ })
                .first().click();
            await press('Roll back to version');
            assert.match(await page.getByRole('status').textContent(),
                /^Rolled back/);
            assert.equal(weights().at(-1), '35 published');
            assert.match(await main.textContent(), /Usage 60 → 35/);
            assert.deepEqual(complaints, []);
        } finally {
            await close();
        }
    });

test('an admin changes a weight by keyboard alone', async () => {
    const { page, complaints, close } = await open(browser,
        { token: token() });
    const { keyboard } = page;
    const follow = async (selector) => {
        await tabTo(page, selector);
        await Promise.all([page.waitForEvent('framenavigated'),
            keyboard.press('Enter')]);
        await page.waitForLoadState('load');
    };
    const type = async (name, text) => {
        await tabTo(page, `[name="${name}"]`);
        await keyboard.press('Control+A');
        await keyboard.type(text);
    };
    try {
        await page.goto('/dashboard/executive');
        await follow('a[href="/dashboard/admin"]');
        await follow(`main a[href="${base}"]`);
        await follow(`a[href="${base}/${card}"]`);
        await type('weight-1', '60');
        await tabTo(page, '[name="lock-2"]');
        await keyboard.press('Space');
        await follow('[name="spread"]');
        assert.equal(await page.locator('.sum').textContent(), '100');
        assert.equal(await page.getByLabel('Engagement', { exact: true })
            .inputValue(), '25');
        await tabTo(page, 'details.fold summary');
        await keyboard.press('Enter');
        await type('stage-1-1', '100');
        // In a field, Enter tries and saves nothing.
        await Promise.all([page.waitForEvent('framenavigated'),
            keyboard.press('Enter')]);
        await page.waitForLoadState('load');
        assert.match(await page.locator('.verdict').textContent(),
            /In Onboarding: Usage 60 → 100/);
        assert.ok(!weights().some((w) => w.endsWith('draft')));
        await follow('#f-form .button--primary');
        assert.equal(weights().at(-1), '60 draft');
        await follow('form[action$="/discard"] button');
        assert.match(await page.getByRole('status').textContent(),
            /The draft is gone/);
        assert.deepEqual(complaints, []);
    } finally {
        await close();
    }
});

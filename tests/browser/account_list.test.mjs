// The list of accounts, worked with: filters, a view, a change of many.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { run, value } from '../lib/db.mjs';
import { World } from '../lib/world.mjs';
import { launch, open } from './browser.mjs';

let browser, world, token;

before(async () => {
    browser = await launch();
    world = new World('marks');
    run(`insert into accounts (tenant_id, name, arr_cents, renewal_date)
        select :'tenant', 'Account ' || n, n * 1000000, current_date + n * 20
        from generate_series(1, 8) n`, { tenant: world.tenant });
    for (const n of [3, 4, 5])
        world.score(value(`select id from accounts where name = :'name'
            and tenant_id = :'tenant'`,
        { name: `Account ${n}`, tenant: world.tenant }), 45);
    token = world.open('Practitioner').token;
});
after(async () => {
    await browser?.close();
    world?.end();
});

const owned = () => +value(`select count(csm_id) from accounts
    where tenant_id = :'tenant'`, { tenant: world.tenant });

for (const js of [true, false])
    test('filter, save the view, change the owner, undo, ' +
        `${js ? 'with' : 'without'} scripts`, async () => {
        const { page, complaints, close } = await open(browser, { token, js });
        try {
            await page.goto('/dashboard/accounts');
            await page.getByRole('link', { name: 'At Risk' }).first().click();
            // A filter is there when its chip is: the page's middle is new.
            const chips = (n) => page.locator('.chip').nth(n - 1).waitFor();
            await chips(1);
            const add = async (field, op, label, text) => {
                await page.locator('summary', { hasText: 'Filter' }).click();
                await page.locator(`button[name=edit][value=${field}]`)
                    .click();
                await page.locator('#f-op').selectOption(op);
                await page.getByLabel(label, { exact: true }).fill(text);
                await page.getByRole('button', { name: 'Apply' }).last()
                    .click();
            };
            await add('renewal', 'within', 'Days', '90');
            await chips(2);
            await add('arr', 'over', 'Value', '30,000');
            await chips(3);
            assert.deepEqual(await page.locator('tbody th').allInnerTexts(),
                ['Account 4']);
            await page.locator('summary', { hasText: 'Views' }).click();
            await page.locator('#f-view_name').fill(`Risky ${js}`);
            await page.getByRole('button', { name: 'Save as a view' }).click();
            await page.locator('summary', { hasText: `Risky ${js}` })
                .waitFor();
            await page.getByRole('checkbox', { name: 'Account 4' }).check();
            await page.getByRole('button', { name: 'Owner…' }).click();
            await page.locator('#f-target').selectOption({ index: 1 });
            await page.getByRole('button', { name: 'Preview' }).click();
            await page.getByRole('button', { name: 'Change 1 account' })
                .click();
            await page.getByRole('button', { name: 'Undo' }).first().waitFor();
            assert.equal(owned(), 1);
            await page.getByRole('button', { name: 'Undo' }).first().click();
            await page.getByText('Undone:').first().waitFor();
            assert.equal(owned(), 0);
            assert.deepEqual(complaints, []);
        } finally {
            await close();
        }
    });

for (const js of [true, false])
    test('the tree is chosen, filtered, left and come back to, ' +
        `${js ? 'with' : 'without'} scripts`, async () => {
        const group = world.addAccount(`Group ${js}`);
        world.addAccount(`Part ${js}`, { parent_id: `'${group}'`,
            status: `'paused'` });
        const { page, complaints, close } = await open(browser, { token, js });
        const lines = () => page.locator('tbody tr');
        try {
            await page.goto('/dashboard/accounts?q=group');
            await page.getByRole('link', { name: 'Tree' }).click();
            await page.locator('.table--tree').waitFor();
            // With scripts the page is not loaded anew.
            await page.evaluate(() => { window.isSame = true; });
            await page.goto(page.url().replace(/q=group/,
                `under=Group%20${js}&status=paused`));
            await lines().nth(1).waitFor();
            assert.match(await lines().nth(0).getAttribute('class'),
                /in-0 is-path/);
            assert.match(await lines().nth(1).getAttribute('class'), /^in-1$/);
            const [name, below] = await Promise.all([0, 1].map((n) =>
                lines().nth(n).locator('th a').first().boundingBox()));
            assert.ok(below.x > name.x + 10, 'a step further in');
            await page.evaluate(() => { window.isSame = true; });
            await page.locator('.chip__less').last().click();
            await page.locator('.chip').nth(1).waitFor({ state: 'detached' });
            assert.equal(await page.locator('.is-path').count(), 0);
            assert.equal(await page.evaluate(() => !!window.isSame), js);
            await page.goBack();
            await page.locator('.is-path').waitFor();
            assert.equal(await page.locator('.chip').count(), 2);
            assert.deepEqual(complaints, []);
        } finally {
            await close();
            run(`delete from accounts where id = :'group'
                or parent_id = :'group'`, { group });
        }
    });

for (const js of [true, false])
    test('columns are chosen and moved by keyboard alone, ' +
        `${js ? 'with' : 'without'} scripts`, async () => {
        const { page, complaints, close } = await open(browser, { token, js });
        const heads = () => page.locator('thead th').allInnerTexts();
        const press = async (target, key) => {
            await target.focus();
            await page.keyboard.press(key);
        };
        try {
            await page.goto('/dashboard/accounts?arr.over=1');
            await press(page.getByRole('link', { name: 'Columns' }), 'Enter');
            const form = page.getByRole('form', { name: 'Columns' });
            await form.waitFor();
            for (const name of ['Stage', 'Owner', 'Status', 'Tier', 'Tags'])
                await press(form.getByRole('checkbox',
                    { name, exact: true }), 'Space');
            await press(page.getByRole('button', { name: 'Move ARR up' }),
                'Enter');
            await page.locator('th:nth-child(2)', { hasText: 'ARR' })
                .waitFor();
            assert.deepEqual(await heads(),
                ['Account', 'ARR', 'Health', 'Renewal', 'Tags']);
            const down = page.getByRole('button', { name: 'Move ARR down' });
            await press(down, 'Enter');
            await page.locator('th:nth-child(3)', { hasText: 'ARR' })
                .waitFor();
            if (js)
                assert.ok(await down.evaluate((e) =>
                    e === document.activeElement), 'the focus stays');
            await press(form.getByRole('button', { name: 'Apply' }), 'Enter');
            await form.waitFor({ state: 'detached' });
            assert.deepEqual(await heads(),
                ['Account', 'Health', 'ARR', 'Renewal', 'Tags']);
            assert.equal(await page.locator('.chip').count(), 1);
            await page.goBack();
            await form.waitFor();
            assert.deepEqual(complaints, []);
        } finally {
            await close();
        }
    });

for (const js of [true, false])
    test('a view becomes the default, lists get compact, ' +
        `${js ? 'with' : 'without'} scripts`, async () => {
        const own = world.open('Contributor').token;
        const { page, complaints, close } = await open(browser,
            { token: own, js });
        const views = () => page.locator('.menu--views > summary');
        const lines = () => page.locator('tbody tr').count();
        try {
            await page.goto('/dashboard/accounts?arr.over=65000');
            await views().click();
            await page.locator('#f-view_name').fill(`Large ${js}`);
            await page.getByRole('button', { name: 'Save as a view' }).click();
            await views().filter({ hasText: `Large ${js}` }).waitFor();
            await views().click();
            await page.getByRole('button', { name: 'Accounts open with' })
                .click();
            await views().filter({ hasText: `Large ${js}` }).waitFor();
            await page.goto('/dashboard/executive');
            await page.getByRole('link', { name: 'Accounts', exact: true })
                .first().click();
            await page.waitForURL(/arr\.over=65000.*view=/);
            assert.equal(await lines(), 2);
            await views().click();
            await page.getByRole('link', { name: 'All accounts' }).click();
            await page.locator('.chip').waitFor({ state: 'detached' });
            assert.equal(await lines(), 8);
            const high = async () => (await page.locator('tbody tr').first()
                .boundingBox()).height;
            const before = await high();
            await page.getByRole('link', { name: 'Columns' }).click();
            await page.getByRole('button', { name: 'Compact' }).click();
            await page.locator('[aria-pressed=true]',
                { hasText: 'Compact' }).waitFor();
            assert.ok(await high() < before - 8, 'lines are less high');
            await page.getByRole('button', { name: 'Comfortable' }).click();
            await page.locator('[aria-pressed=true]',
                { hasText: 'Comfortable' }).waitFor();
            assert.equal(await high(), before);
            assert.deepEqual(complaints, []);
        } finally {
            run(`delete from saved_views where tenant_id = :'tenant'`,
                { tenant: world.tenant });
            await close();
        }
    });

test('marks are set by keyboard, and by Shift for a whole range', async () => {
    const { page, close } = await open(browser, { token });
    try {
        await page.goto('/dashboard/accounts');
        const marked = () => page.locator('[name=pick]:checked').count();
        await page.keyboard.press('j');
        await page.keyboard.press('x');
        await page.keyboard.press('j');
        await page.keyboard.press('x');
        assert.equal(await marked(), 2);
        await page.locator('[name=pick]').nth(5)
            .click({ modifiers: ['Shift'] });
        assert.equal(await marked(), 6);
    } finally {
        await close();
    }
});

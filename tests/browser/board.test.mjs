// The board in a browser: by mouse, by finger, by keyboard alone, and without
// scripts.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { rows, run, value } from '../lib/db.mjs';
import { World } from '../lib/world.mjs';
import { findings, launch, open, picture, sideways, tabTo }
    from './browser.mjs';

let browser, world, token;

before(async () => {
    browser = await launch();
    world = new World('board');
    token = world.open('Practitioner').token;
});
after(async () => {
    await browser?.close();
    world?.end();
});

const add = (name, stage = 'Onboarding') => world.addAccount(name,
    { current_stage: `'${stage}'`, arr_cents: '100000' });
const stageOf = (id) => value(
    `select current_stage from accounts where id = :'id'`, { id });
const column = (page, stage) =>
    page.locator('.board__column').filter({ has: page.getByRole('heading',
        { name: stage, exact: true }) });
const cards = (page, stage) =>
    column(page, stage).locator('.board__name').allTextContents();
const toast = (page) => page.locator('.toast[open]');
const news = (page) => page.locator('#board-news').textContent();

async function board(options, use) {
    const { page, complaints, context, close } = await open(browser,
        { token, ...options });
    try {
        await page.goto('/dashboard/journey');
        await use(page, context);
        assert.deepEqual(complaints, []);
    } finally {
        await close();
    }
}

// Where there is a mouse, dragging is made ready when it moves.
async function awake(page) {
    await page.mouse.move(5, 5);
    await page.mouse.move(9, 9);
    await page.locator('[data-ready]').waitFor();
}

// Takes a card by its health, and leaves it in the middle of a column.
async function drag(page, name, stage) {
    await awake(page);
    const from = await page.locator('.board__card', { hasText: name })
        .locator('.health').boundingBox();
    const to = await column(page, stage).locator('.board__cards')
        .boundingBox();
    await page.mouse.move(from.x + 5, from.y + 5);
    await page.mouse.down();
    await page.mouse.move(from.x + 30, from.y + 20, { steps: 4 });
    await page.mouse.move(to.x + to.width / 2, to.y + 30, { steps: 12 });
    await page.mouse.up();
}

// "Move to…" of a card: a menu, or a page without scripts.
async function choose(page, card, stage, js) {
    await card.getByText('Move').click();
    if (js) {
        await card.getByRole('button', { name: stage }).click();
        return;
    }
    await page.getByLabel('To', { exact: true }).selectOption(stage);
    await page.getByRole('button', { name: 'Move', exact: true }).click();
}

test('a card is dragged to another stage, and undone by the toast',
    async () => {
        const id = add('Dragged');
        await board({}, async (page) => {
            await drag(page, 'Dragged', 'Adoption');
            await toast(page).getByText('Moved Dragged to Adoption').waitFor();
            assert.equal(stageOf(id), 'Adoption');
            assert.ok((await cards(page, 'Adoption')).includes('Dragged'));
            assert.match(await column(page, 'Adoption')
                .locator('.board__count').textContent(), /^1/);
            assert.equal(new URL(page.url()).search, '');
            await toast(page).getByRole('button', { name: 'Undo' }).click();
            await page.getByText('Undone: Moved Dragged to Adoption')
                .waitFor();
            assert.equal(stageOf(id), 'Onboarding');
            // Back and reload show what is so.
            await page.reload();
            assert.ok((await cards(page, 'Onboarding')).includes('Dragged'));
            await page.getByRole('link', { name: 'Dragged', exact: true }).click();
            await page.goBack();
            assert.ok((await cards(page, 'Onboarding')).includes('Dragged'));
        });
    });

test('by keyboard alone, each step is announced', async () => {
    const id = add('Carried');
    await board({}, async (page) => {
        await tabTo(page, '.board__name[href*="' + id + '"]', 200);
        await page.keyboard.press('Space');
        assert.match(await news(page),
            /^Carried is lifted from Onboarding\. Left and right/);
        await page.keyboard.press('ArrowRight');
        assert.equal(await news(page), 'Carried, over Adoption, 2 of 7');
        await page.keyboard.press('ArrowRight');
        assert.equal(await news(page),
            'Carried, over Value Realization, 3 of 7');
        await page.keyboard.press('Escape');
        assert.equal(await news(page), 'Carried is back in Onboarding.');
        assert.ok((await cards(page, 'Onboarding')).includes('Carried'));
        assert.equal(stageOf(id), 'Onboarding');
        await page.keyboard.press('Space');
        await page.keyboard.press('ArrowRight');
        await page.keyboard.press('Space');
        await toast(page).getByText('Moved Carried to Adoption').waitFor();
        assert.equal(stageOf(id), 'Adoption');
        assert.equal(await news(page), 'Moved Carried to Adoption');
        assert.equal(await page.evaluate(() =>
            document.activeElement.textContent), 'Carried');
        assert.ok((await cards(page, 'Adoption')).includes('Carried'));
        // Dropped where it was: nothing happens.
        await page.keyboard.press('Space');
        await page.keyboard.press('Space');
        assert.equal(await news(page), 'Carried stays in Adoption.');
        // Enter still opens the account.
        await Promise.all([page.waitForURL(`**/accounts/${id}`),
            page.keyboard.press('Enter')]);
    });
});

test('by finger, after a moment', async () => {
    const id = add('Touched');
    await board({}, async (page, context) => {
        const from = await page.locator('.board__card',
            { hasText: 'Touched' }).locator('.health').boundingBox();
        const to = await column(page, 'Adoption').locator('.board__cards')
            .boundingBox();
        const client = await context.newCDPSession(page);
        const touch = (type, x, y) => client.send('Input.dispatchTouchEvent',
            { type, touchPoints: type === 'touchEnd' ? [] : [{ x, y }] });
        await awake(page);
        await touch('touchStart', from.x + 5, from.y + 5);
        await page.locator('.sortable-chosen').waitFor();
        for (let i = 1; i <= 10; i++)
            await touch('touchMove',
                from.x + (to.x + to.width / 2 - from.x) * i / 10,
                from.y + (to.y + 30 - from.y) * i / 10);
        await touch('touchEnd');
        await toast(page).getByText('Moved Touched to Adoption').waitFor();
        assert.equal(stageOf(id), 'Adoption');
    });
});

for (const js of [true, false])
    test(`the menu moves a card ${js ? 'with' : 'without'} scripts`,
        async () => {
            const id = add(`Menu ${js}`);
            await board({ js }, async (page) => {
                const card = page.locator('.board__card',
                    { hasText: `Menu ${js}` });
                await choose(page, card, 'Renewal', js);
                await toast(page).getByText(`Moved Menu ${js} to Renewal`)
                    .waitFor();
                assert.equal(stageOf(id), 'Renewal');
                await toast(page).getByRole('button', { name: 'Undo' })
                    .click();
                await page.getByText('Undone: Moved').waitFor();
                assert.equal(stageOf(id), 'Onboarding');
            });
        });

test('who is slower gets the card back, and is told', async () => {
    const id = add('Contested');
    await board({ expect: [/status of 409/] }, async (page) => {
        world.request('Tenant Admin', `update accounts
            set current_stage = 'Expansion' where id = :'id'`, { id });
        await drag(page, 'Contested', 'Adoption');
        const dialog = page.getByRole('dialog', { name: 'Move' });
        await dialog.getByRole('alert').getByText(
            'Contested is in Expansion now').waitFor();
        assert.ok(!(await cards(page, 'Adoption')).includes('Contested'));
        assert.equal(stageOf(id), 'Expansion');
        assert.deepEqual(await findings(page), []);
        await page.keyboard.press('Escape');
        await column(page, 'Expansion').getByRole('link',
            { name: 'Contested', exact: true }).waitFor();
    });
});

test('open goals ask in a panel, with and without scripts', async () => {
    const stage = value(`select id from journey_stages
        where tenant_id = :'tenant' and name = 'Value Realization'`,
    { tenant: world.tenant });
    run(`insert into stage_goals (tenant_id, stage_id, title, is_blocking)
        values (:'tenant', :'stage', 'First value', false),
            (:'tenant', :'stage', 'Signed off', true)`,
    { tenant: world.tenant, stage });
    for (const js of [true, false]) {
        const name = `Goals ${js}`;
        const id = add(name, 'Value Realization');
        await board({ js, expect: [/status of 422/] }, async (page) => {
            const card = page.locator('.board__card', { hasText: name });
            assert.match(await card.textContent(), /2 goals open/);
            await choose(page, card, 'Renewal', js);
            const panel = page.locator('#move');
            await panel.getByRole('alert').getByText('“Signed off”')
                .waitFor();
            assert.equal(stageOf(id), 'Value Realization');
            if (js)
                assert.deepEqual(await findings(page), []);
            await panel.getByLabel('Signed off is reached').check();
            await panel.getByLabel('Why').fill('Grown already');
            await panel.getByRole('button', { name: 'Move' }).click();
            await toast(page).getByText(`Moved ${name} to Renewal`).waitFor();
            assert.equal(stageOf(id), 'Renewal');
            assert.deepEqual(rows(`select status from account_goals
                where account_id = :'id' order by status`, { id }),
            [{ status: 'reached' }, { status: 'waived' }]);
            assert.equal(await page.locator('dialog.dialog[open]').count(), 0);
        });
    }
});

test('what follows a long column comes in place', async () => {
    run(`insert into accounts (tenant_id, name, current_stage, arr_cents)
        select :'tenant', 'Row ' || n, 'At Risk', n from
        generate_series(1, 60) n`, { tenant: world.tenant });
    await board({}, async (page) => {
        const list = column(page, 'At Risk');
        for (const count of [40, 60]) {
            await list.getByRole('link', { name: 'More of At Risk' }).click();
            await page.waitForFunction((n) => document.querySelectorAll(
                '[data-name="At Risk"] .board__card').length === n, count);
        }
        assert.equal(await list.getByRole('link',
            { name: 'More of' }).count(), 0);
        assert.match(page.url(), /\/dashboard\/journey$/);
        // What came can be moved like the rest.
        await list.getByRole('link', { name: 'Row 5', exact: true }).focus();
        await page.keyboard.press('Space');
        await page.keyboard.press('ArrowRight');
        await page.keyboard.press('Space');
        await toast(page).getByText('Moved Row 5 to Churn').waitFor();
    });
});

test('the board is right for axe and for narrow screens', async () => {
    for (const [width, scheme] of [[1440, 'light'], [1440, 'dark'],
        [390, 'light'], [320, 'light']])
        await board({ width, scheme }, async (page) => {
            assert.equal(await sideways(page), '', `${width}`);
            assert.deepEqual(await findings(page), [], `${width} ${scheme}`);
            await picture(page, `board-${width}-${scheme}`);
        });
    const account = add('Looked at');
    const stage = value(`select id from journey_stages
        where tenant_id = :'tenant' and name = 'At Risk'`,
    { tenant: world.tenant });
    const { page, complaints, close } = await open(browser,
        { token, width: 390, scheme: 'dark' });
    try {
        for (const path of ['/dashboard/journey/velocity',
            `/dashboard/journey/stages/${stage}`,
            `/dashboard/accounts/${account}/move`]) {
            await page.goto(path);
            assert.equal(await sideways(page), '', path);
            assert.deepEqual(await findings(page), [], path);
        }
        assert.deepEqual(complaints, []);
    } finally {
        await close();
    }
});

test('names are text, whatever they are', async () => {
    const names = ['<script>window.hit=1</script>', '"><img src=x onerror=hit>',
        `' onfocus='window.hit=1`, '\u202eedoc', '😀'.repeat(40),
        'x'.repeat(200)];
    for (const name of names)
        add(name, 'Expansion');
    await board({ width: 390 }, async (page) => {
        const shown = await cards(page, 'Expansion');
        for (const name of names)
            assert.ok(shown.includes(name), name);
        assert.equal(await sideways(page), '');
        const first = page.locator('.board__card', { hasText: '<script>' });
        await choose(page, first, 'Churn', true);
        await toast(page).getByText('Moved <script>window.hit=1</script> to Churn')
            .waitFor();
        assert.equal(await page.evaluate(() => window.hit), undefined);
    });
});

test('lanes stand in the address; a card stays in its lane', async () => {
    const id = add('In a lane');
    for (const js of [true, false])
        await board({ js }, async (page) => {
            await page.getByLabel('Lanes').selectOption('Tier');
            await page.getByRole('button', { name: 'Filter' }).click();
            await page.waitForURL(/lanes=tier/);
            const lane = page.getByRole('region', { name: 'Small business' });
            const card = lane.locator('.board__card',
                { hasText: 'In a lane' });
            await card.waitFor();
            assert.equal(await sideways(page), '');
            if (js)
                assert.deepEqual(await findings(page), []);
            await page.reload();
            await card.waitFor();
            if (!js)
                return;
            await card.locator('.board__name').focus();
            await page.keyboard.press('Space');
            await page.keyboard.press('ArrowRight');
            assert.equal(await news(page),
                'In a lane, over Adoption, 2 of 7');
            await page.keyboard.press('Space');
            await toast(page).getByText('Moved In a lane to Adoption')
                .waitFor();
            assert.equal(stageOf(id), 'Adoption');
            assert.match(page.url(), /lanes=tier/);
        });
});

test('a folded column stays folded in the address, and takes cards',
    async () => {
        const id = add('Put away');
        for (const js of [true, false])
            await board({ js, expect: [/status of 422/] }, async (page) => {
                const link = (name) => page.getByRole('link', { name });
                await link('Fold Renewal').click();
                await page.waitForURL(/fold=[0-9a-f]{8}/);
                await link('Fold Churn').click();
                await page.waitForURL(/fold=[0-9a-f]{16}/);
                assert.equal(await page.locator('.is-folded').count(), 2);
                assert.deepEqual(await sideways(page), '');
                if (js) {
                    assert.deepEqual(await findings(page), []);
                    const card = page.locator('.board__card',
                        { hasText: 'Put away' });
                    await choose(page, card, 'Churn', js);
                    await toast(page).getByText('Moved Put away to Churn')
                        .waitFor();
                    assert.equal(stageOf(id), 'Churn');
                }
                await page.reload();
                await link('Unfold Renewal').click();
                await link('Fold Renewal').waitFor();
                await page.goBack();
                await link('Unfold Renewal').waitFor();
            });
    });

test('a column is as wide while the others have not come yet', async () => {
    await board({}, async (page) => {
        const width = () => page.locator('.board__column').first()
            .evaluate((e) => e.getBoundingClientRect().width);
        const whole = await width();
        await page.evaluate(() => document.querySelectorAll(
            '.board__column ~ .board__column').forEach((e) => e.remove()));
        assert.equal(await width(), whole);
    });
});

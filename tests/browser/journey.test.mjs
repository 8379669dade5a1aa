// A day with the product: sign in, look, record, sign out - once with
// everything, once without JavaScript, once by keyboard alone.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { row } from '../lib/db.mjs';
import { World, demo, forgetFailures } from '../lib/world.mjs';
import { launch, open, picture, tabTo } from './browser.mjs';

let browser, world, accounts;

before(async () => {
    forgetFailures();
    browser = await launch();
    world = new World('browser');
    accounts = [];
    for (let i = 0; i < 60; i++)
        accounts.push(world.addAccount(`Customer ${String(i).padStart(2, '0')}`,
            { arr_cents: `${(i + 1) * 100000}`,
                tier: i % 2 ? `'trial'` : `'enterprise'`,
                current_stage: `'Adoption'` }));
});
after(async () => {
    await browser?.close();
    world?.end();
});

const person = () => world.people.Practitioner.email;
// The names of the list, once it has as many.
async function names(page, count) {
    const rows = page.locator('table tbody th a');
    await page.waitForFunction((n) => document.querySelectorAll(
        'main table tbody th a').length === n, count);
    return rows.allTextContents();
}

async function day(js) {
    const { page, complaints, close } = await open(browser, { js });
    try {
        // Sign in, from a page one was not allowed to see.
        await page.goto('/dashboard/accounts?sort=-arr');
        assert.equal(new URL(page.url()).pathname, '/login');
        await page.getByLabel('E-mail').fill(person());
        await page.getByLabel('Password').fill(demo.password);
        await page.getByRole('button', { name: 'Sign in' }).click();
        assert.match(page.url(), /\/dashboard\/accounts\?sort=-arr$/);

        // The list: order, pages, search, filter.
        assert.equal(await page.title(),
            `Accounts · World ${world.slug} · Mainstay`);
        let found = await names(page, 50);
        assert.equal(found[0], 'Customer 59');
        await page.getByRole('link', { name: 'Next page' }).click();
        found = await names(page, 10);
        assert.equal(found.at(-1), 'Customer 00');
        await page.goBack();
        await names(page, 50);
        await page.getByRole('link', { name: /^Account/ }).first().click();
        await page.getByLabel('Name begins with').fill('customer 1');
        await page.getByRole('button', { name: 'Search' }).click();
        found = await names(page, 10);
        assert.equal(found[0], 'Customer 10');
        await page.goto('/dashboard/accounts?q=customer+1&tier=trial' +
            '&sort=-name');
        found = await names(page, 5);
        assert.deepEqual(found, ['Customer 19', 'Customer 17', 'Customer 15',
            'Customer 13', 'Customer 11']);
        await page.getByRole('link', { name: /Remove filter.*Tier/ }).click();
        await names(page, 10);

        // One account: a score, refused once, then recorded.
        await page.getByRole('link', { name: 'Customer 12' }).click();
        assert.equal(await page.locator('h1').textContent(), 'Customer 12');
        await page.getByText('Record a new score').click();
        await page.getByRole('spinbutton', { name: 'Usage' }).fill('90');
        await page.getByRole('spinbutton', { name: 'Engagement' }).fill('80');
        await page.getByRole('spinbutton', { name: 'Support sentiment' })
            .fill('70');
        await page.getByRole('spinbutton', { name: 'Adoption' }).fill('60');
        await page.getByLabel(/Note/).fill(`Recorded ${js ? 'with' : 'without'
        } JavaScript`);
        await page.getByRole('button', { name: 'Record score' }).click();
        assert.match(page.url(), /done=scored/);
        assert.match(await page.getByRole('status').textContent(),
            /The score is recorded/);
        assert.equal(await page.locator('.score__value').textContent(), '78');
        assert.match(await page.locator('#health').textContent(), /Moderate/);
        await picture(page, `journey-${js ? 'js' : 'no-js'}-account`);

        // The dashboard knows.
        await page.getByRole('link', { name: 'Executive' }).click();
        assert.match(await page.locator('main').textContent(), /60 accounts/);

        // Sign out.
        await page.locator('summary', { hasText: 'Account menu' }).click();
        await page.getByRole('button', { name: 'Sign out' }).click();
        assert.match(await page.locator('main').textContent(),
            /You are signed out/);
        await page.goBack();
        await page.reload();
        assert.equal(new URL(page.url()).pathname, '/login',
            'nothing of it is left in the browser');
        assert.deepEqual(complaints, []);
    } finally {
        await close();
    }
}

test('a day with the product', () => day(true));
test('a day with the product without JavaScript', () => day(false));

test('a day with the product by keyboard alone', async () => {
    const { page, complaints, close } = await open(browser);
    const { keyboard } = page;
    const follow = async (selector) => {
        await tabTo(page, selector);
        await Promise.all([page.waitForEvent('framenavigated'),
            keyboard.press('Enter')]);
        await page.waitForLoadState('load');
    };
    try {
        await page.goto('/login');
        await tabTo(page, '#f-email');
        await keyboard.type(person());
        await tabTo(page, '#f-password', 1);
        await keyboard.type(demo.password);
        await Promise.all([page.waitForURL('**/dashboard/executive'),
            keyboard.press('Enter')]);

        // The first stop leads past the sidebar.
        await keyboard.press('Tab');
        assert.equal(await page.evaluate(() =>
            document.activeElement.textContent), 'Skip to content');
        await keyboard.press('Enter');
        assert.equal(await page.evaluate(() => document.activeElement.id),
            'main');
        await page.reload();

        await follow('.nav a[href="/dashboard/accounts"]');
        await follow('a[rel="next"]');
        await names(page, 10);
        await follow('.pager a');
        await tabTo(page, '#f-q');
        await keyboard.type('customer 2');
        await Promise.all([page.waitForURL(/q=customer/),
            keyboard.press('Enter')]);
        await names(page, 10);
        await page.goto('/dashboard/accounts?q=customer+2&tier=trial');
        await names(page, 5);

        await follow('tbody th a');
        assert.equal(await page.locator('h1').textContent(), 'Customer 21');
        await tabTo(page, '.more--form summary');
        await keyboard.press('Space');
        for (const [field, text] of [['usage_score', '50'],
            ['engagement_score', '50'], ['support_sentiment_score', '50'],
            ['adoption_score', '50']]) {
            await tabTo(page, `#f-${field}`, 2);
            await keyboard.type(text);
        }
        await tabTo(page, '.more--form button[type=submit]', 3);
        await Promise.all([page.waitForURL(/done=scored/),
            keyboard.press('Enter')]);
        assert.equal(await page.locator('.score__value').textContent(), '50');

        await tabTo(page, '.menu--user summary');
        await keyboard.press('Enter');
        await tabTo(page, '.menu--user form[action="/logout"] button');
        await Promise.all([page.waitForURL('**/login?done=signed_out'),
            keyboard.press('Enter')]);
        assert.deepEqual(complaints, []);
    } finally {
        await close();
    }
});

test('a form the server refused is open, filled in, and says where',
    async () => {
        const { page, close } = await open(browser,
            { token: world.open('Practitioner').token });
        try {
            await page.goto(`/dashboard/accounts/${accounts[3]}`);
            await page.getByText('Record a new score').click();
            await page.evaluate(() => document
                .querySelector('#f-form').noValidate = true);
            await page.getByRole('spinbutton', { name: 'Usage' }).fill('101');
            const other = page.getByRole('spinbutton', { name: 'Engagement' });
            await other.fill('44');
            await page.getByRole('button', { name: 'Record score' }).click();
            const field = page.getByRole('spinbutton', { name: 'Usage' });
            assert.ok(await field.isVisible());
            assert.equal(await field.inputValue(), '101');
            assert.equal(await other.inputValue(), '44');
            assert.equal(await field.getAttribute('aria-invalid'), 'true');
            const described = await field.getAttribute('aria-describedby');
            assert.match(await page.locator(`#${described}`).textContent(),
                /from 0 to 100/);
            const summary = page.getByRole('alert').getByRole('link').first();
            await summary.click();
            assert.match(page.url(), /#f-usage_score$/);
            assert.equal(row(`select count(*)::int as n from health_scores
                where account_id = :'id'`, { id: accounts[3] }).n, 0);
        } finally {
            await close();
        }
    });

for (const js of [true, false])
    test(`the rule of a group is changed ${js ? 'with' : 'without'} ` +
        'JavaScript', async () => {
        const head = world.addAccount('Head of a group');
        world.score(head, 90);
        world.score(world.addAccount('Below it',
            { parent_id: `'${head}'` }), 30);
        const { page, complaints, close } = await open(browser,
            { js, token: world.open('Practitioner').token });
        try {
            await page.goto(`/dashboard/accounts/${head}`);
            const group = page.locator('#group');
            assert.match(await group.textContent(), /90 Healthy/);
            await group.getByText('Change the rule').click();
            await group.getByLabel('Group health is the')
                .selectOption('lowest score');
            await group.getByRole('button', { name: 'Change rule' }).click();
            assert.match(page.url(), /done=rollup#group$/);
            assert.match(await group.getByRole('status').textContent(),
                /The rule is changed/);
            assert.match(await group.textContent(), /30 Critical/);
            assert.match(await page.locator('h1 + .badges').textContent(),
                /90 Healthy/, 'its own health is what it was');
            assert.deepEqual(complaints, []);
        } finally {
            await close();
        }
    });

for (const js of [true, false])
    test(`a score is set by hand and given up ${js ? 'with' : 'without'} ` +
        'JavaScript', async () => {
        const id = world.addAccount('Known better');
        world.score(id, 90);
        const { page, complaints, close } = await open(browser,
            { js, token: world.open('Practitioner').token });
        try {
            await page.goto(`/dashboard/accounts/${id}`);
            const health = page.locator('#health');
            await health.getByText('Set the score by hand').click();
            await health.getByLabel('Score', { exact: true }).fill('25');
            await health.getByLabel('Reason').fill('Their budget is cut');
            await health.getByRole('button', { name: 'Set score' }).click();
            assert.match(page.url(), /done=overridden#health$/);
            assert.equal(await page.locator('.score__value').textContent(),
                '25');
            assert.match(await health.textContent(),
                /Their budget is cut[^]*Calculated: 90Healthy/);
            await health.getByRole('button',
                { name: 'Use the calculated score' }).click();
            assert.match(page.url(), /done=calculated#health$/);
            assert.equal(await page.locator('.score__value').textContent(),
                '90');
            assert.deepEqual(complaints, []);
        } finally {
            await close();
        }
    });

test('a past day is reached and left by keyboard alone', async () => {
    const id = world.addAccount('Looked back on',
        { created_at: `now() - interval '90 days'` });
    const { page, complaints, close } = await open(browser,
        { js: false, token: world.open('Viewer').token });
    const day = new Date(Date.now() - 40 * 86400e3).toISOString().slice(0, 10);
    try {
        await page.goto(`/dashboard/accounts/${id}`);
        await tabTo(page, '#f-as_of');
        const [year, month, date] = day.split('-');
        await page.keyboard.type(month + date + year);
        await Promise.all([page.waitForURL(`**/${id}?as_of=${day}`),
            page.keyboard.press('Enter')]);
        assert.match(await page.getByRole('status').textContent(),
            /This is Looked back on as of/);
        assert.equal(await page.locator('main form[method=post]').count(), 0);
        await tabTo(page, '.as-of__notice a');
        await Promise.all([page.waitForURL(`**/${id}`),
            page.keyboard.press('Enter')]);
        assert.equal(await page.getByRole('status').count(), 0);
        assert.deepEqual(complaints, []);
    } finally {
        await close();
    }
});

test('a wrong password says so and keeps the e-mail', async () => {
    const { page, close } = await open(browser);
    try {
        await page.goto('/login');
        await page.getByLabel('E-mail').fill(person());
        await page.getByLabel('Password').fill('no-no-no');
        await page.getByRole('button', { name: 'Sign in' }).click();
        assert.match(await page.getByRole('alert').textContent(),
            /E-mail or password is wrong/);
        assert.equal(await page.getByLabel('E-mail').inputValue(), person());
        assert.equal(await page.getByLabel('Password').inputValue(), '');
    } finally {
        await close();
    }
});

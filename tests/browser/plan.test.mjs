// Success plans: from a template to the last step, once with everything, once
// without JavaScript, once by keyboard alone.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { value } from '../lib/db.mjs';
import { World, forgetFailures } from '../lib/world.mjs';
import { launch, open, tabTo } from './browser.mjs';

let browser, world, token;

before(async () => {
    forgetFailures();
    browser = await launch();
    world = new World('plan-pages');
    token = world.open('Practitioner').token;
});
after(async () => {
    await browser?.close();
    world?.end();
});

const statusOf = (plan, title) => value(`select s.status
    from success_plan_steps s where s.plan_id = :'plan'
    and s.title = :'title'`, { plan, title });

async function wholePlan(js) {
    const account = world.addAccount(`Planned ${js}`, { tier: `'trial'` });
    const { page, complaints, close } = await open(browser, { js, token });
    try {
        // Blank, then a phase with two steps.
        await page.goto(`/dashboard/accounts/${account}`);
        await page.getByRole('link', { name: 'Start one' }).click();
        await page.getByLabel('From').selectOption({ label:
            'Nothing: a blank plan' });
        await page.getByLabel('Name (optional)').fill('First steps');
        await page.getByRole('button', { name: 'Start plan' }).click();
        await page.getByRole('heading', { level: 1, name: 'First steps' })
            .waitFor();
        const plan = new URL(page.url()).pathname.split('/').pop();
        for (const [title, due] of [['Kickoff', '2020-01-31'],
            ['Go live', '2030-01-31']]) {
            await page.getByLabel('Step', { exact: true }).fill(title);
            await page.getByLabel('Phase (optional)').fill('Begin');
            await page.getByLabel('Due (optional)').fill(due);
            await page.getByRole('button', { name: 'Add step' }).click();
            await page.locator('.work__body strong', { hasText: title })
                .waitFor();
        }
        await page.getByRole('heading', { level: 2, name: 'Begin' })
            .waitFor();
        const late = page.locator('li', { hasText: 'Kickoff' });
        assert.match(await late.innerText(), /Overdue/);

        // By one press, and back by one.
        await page.getByRole('button', { name: 'Start plan' }).click();
        await page.getByRole('button', { name: 'Begin Go live' }).click();
        await page.getByText('In progress').first().waitFor();
        assert.equal(statusOf(plan, 'Go live'), 'in_progress');
        await page.getByRole('button', { name: 'Complete: Kickoff' })
            .click();
        await page.getByRole('button', { name: 'Open again: Kickoff' })
            .waitFor();
        await page.locator('.toasts').getByRole('button', { name: 'Undo' })
            .click();
        await page.getByRole('button', { name: 'Complete: Kickoff' })
            .waitFor();
        assert.equal(statusOf(plan, 'Kickoff'), 'pending');

        // The order, then the last step, which offers the end.
        await page.getByRole('button', { name: 'Move Go live up' }).click();
        await page.waitForFunction(() => document.querySelector(
            '.list--steps strong').textContent === 'Go live');
        for (const title of ['Kickoff', 'Go live']) {
            await page.getByRole('button', { name: `Complete: ${title}` })
                .click();
            await page.getByRole('button', { name: `Open again: ${title}` })
                .waitFor();
        }
        const offer = page.locator('form',
            { hasText: 'Every step is completed. Is the plan?' });
        await offer.getByRole('button', { name: 'Complete plan' }).click();
        await page.getByRole('button', { name: 'Open again', exact: true })
            .waitFor();
        assert.equal(value(`select status from success_plans
            where id = :'plan'`, { plan }), 'completed');
        assert.deepEqual(complaints, []);
    } finally {
        await close();
    }
}

test('a plan goes from blank to completed', () => wholePlan(true));

test('and without JavaScript', () => wholePlan(false));

test('a plan from a template is found under Plans, by its filters',
    async () => {
        const account = world.addAccount('From a template');
        const { page, complaints, close } = await open(browser, { token });
        try {
            await page.goto(`/dashboard/accounts/${account}/plans`);
            await page.getByLabel('Start', { exact: true })
                .fill('2020-01-01');
            await page.getByRole('button', { name: 'Start plan' }).click();
            await page.getByRole('heading', { level: 2,
                name: 'Value Realization' }).waitFor();
            await page.getByRole('link', { name: 'Plans' }).first().click();
            const filter = page.getByRole('search', { name: 'Filter' });
            await filter.getByLabel('Type').selectOption('Onboarding');
            await filter.getByLabel('With overdue steps').check();
            await filter.getByRole('button', { name: 'Show' }).click();
            await page.waitForURL(/type=onboarding.*overdue=yes/);
            await filter.locator('option[value=onboarding][selected]')
                .waitFor({ state: 'attached' });
            const row = page.locator('tbody tr',
                { hasText: 'From a template' });
            await row.waitFor();
            assert.match(await row.innerText(), /19 steps overdue/);
            await filter.getByLabel('Type').selectOption('Recovery');
            await filter.getByRole('button', { name: 'Show' }).click();
            await page.getByText('No plan is so').waitFor();
            assert.deepEqual(complaints, []);
        } finally {
            await close();
        }
    });

test('what is wrong with a plan is said, and what was typed stays',
    async () => {
        const account = world.addAccount('Mistaken');
        const { page, close } = await open(browser, { token,
            expect: [/422/] });
        try {
            await page.goto(`/dashboard/accounts/${account}/plans`);
            await page.getByRole('button', { name: 'Start plan' }).click();
            await page.getByRole('link', { name: 'Edit plan' }).click();
            await page.getByLabel('Baseline of measure 1').fill('many');
            await page.getByRole('button', { name: 'Save' }).click();
            await page.getByRole('alert')
                .getByText('Baseline must be a number.').click();
            assert.equal(await page.getByLabel('Baseline of measure 1')
                .inputValue(), 'many');
            await page.getByLabel('Baseline of measure 1').fill('45');
            await page.getByRole('button', { name: 'Save' }).click();
            await page.getByText('from 45').waitFor();
        } finally {
            await close();
        }
    });

test('a step is completed by keyboard alone', async () => {
    const account = world.addAccount('By keyboard');
    const plan = value(`select mainstay.start_plan(:'tenant', :'account',
        (select id from plan_templates where tenant_id = :'tenant'
            and name = 'Recovery'), '{"status": "active"}')`,
    { tenant: world.tenant, account });
    const { page, close } = await open(browser, { token });
    try {
        await page.goto(`/dashboard/plans/${plan}`);
        await tabTo(page, '.list--steps button.tick');
        await page.keyboard.press('Enter');
        await page.getByRole('button',
            { name: 'Open again: Sponsor spoken to' }).waitFor();
        assert.equal(statusOf(plan, 'Sponsor spoken to'), 'completed');
    } finally {
        await close();
    }
});

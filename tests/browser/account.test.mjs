// Editing an account in place, logging a call, tasks and contacts: with
// scripts, without, and by keyboard alone.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { row, value } from '../lib/db.mjs';
import { World } from '../lib/world.mjs';
import { launch, open, tabTo } from './browser.mjs';

let browser, world, token;

before(async () => {
    browser = await launch();
    world = new World('a360');
    token = world.open('Practitioner').token;
});
after(async () => {
    await browser?.close();
    world?.end();
});

const pathOf = (id) => `/dashboard/accounts/${id}`;
const account = (id) => row(`select * from accounts where id = :'id'`, { id });

// Does it with and without scripts, on an account of its own.
function both(name, act) {
    for (const js of [true, false])
        test(`${name}, ${js ? 'with' : 'without'} scripts`, async () => {
            const id = world.addAccount(`${name} ${js}`);
            const visit = await open(browser, { token, js,
                expect: [/status of (409|422)/] });
            await act(visit.page, id);
            assert.deepEqual(visit.complaints, []);
            await visit.close();
        });
}

both('a field is edited in place and put back by Undo', async (page, id) => {
    await page.goto(pathOf(id));
    await page.getByRole('link', { name: 'Edit Industry' }).click();
    await page.getByLabel('Industry').fill('Ship <building>');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Ship <building>').first().waitFor();
    assert.equal(account(id).industry, 'Ship <building>');
    await page.getByRole('button', { name: 'Undo' }).first().click();
    await page.waitForLoadState();
    assert.equal(account(id).industry, null);
});

both('whoever is late sees both values', async (page, id) => {
    await page.goto(`${pathOf(id)}?edit=industry`);
    await page.getByLabel('Industry').fill('Mine');
    value(`update accounts set industry = 'Theirs' where id = :'id'
        returning id`, { id });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Somebody else has made this Theirs').waitFor();
    assert.equal(await page.getByLabel('Industry').inputValue(), 'Mine');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.waitForURL(/done=/);
    assert.equal(account(id).industry, 'Mine');
});

both('a call is logged, and its next step is done', async (page, id) => {
    await page.goto(pathOf(id));
    await page.getByRole('link', { name: 'Log a call' }).click();
    assert.ok(await page.getByLabel('Call', { exact: true }).isChecked());
    await page.getByLabel('What was said').fill('They are happy');
    await page.getByLabel('Next step').fill('Send the plan');
    await page.getByRole('button', { name: 'Log it' }).click();
    await page.getByText('They are happy').waitFor();
    await page.getByLabel('Of this account')
        .getByRole('link', { name: 'Tasks' }).click();
    await page.getByRole('button', { name: 'Done: Send the plan' }).click();
    await page.getByRole('button', { name: 'Open again: Send the plan' })
        .waitFor();
    assert.equal(value(`select status from tasks where account_id = :'id'`,
        { id }), 'done');
});

test('all of it goes by keyboard alone', async () => {
    const id = world.addAccount('By keyboard');
    const { page, complaints, close } = await open(browser, { token });
    await page.goto(pathOf(id));
    await tabTo(page, 'a[href*="edit=name"]', 80);
    await page.keyboard.press('Enter');
    await page.waitForURL(/edit=name/);
    await page.locator('#f-name:focus').waitFor();
    await page.keyboard.type(' alone');
    await page.keyboard.press('Escape');
    await page.waitForURL((url) => !url.search.includes('edit'));
    assert.equal(account(id).name, 'By keyboard', 'Esc gives it up');
    await page.goto(`${pathOf(id)}?edit=name`);
    await page.locator('#f-name:focus').waitFor();
    await page.keyboard.press('End');
    await page.keyboard.type(' alone');
    await page.keyboard.press('Enter');
    await page.waitForURL(/done=/);
    assert.equal(account(id).name, 'By keyboard alone', 'Enter saves it');
    await page.goto(`${pathOf(id)}/contacts`);
    await tabTo(page, '#f-full_name', 80);
    await page.keyboard.type('Ada');
    await page.keyboard.press('Enter');
    await page.getByText('Ada', { exact: true }).waitFor();
    assert.deepEqual(complaints, []);
    await close();
});

for (const js of [true, false])
    test(`sections are pages of their own, ${js ? 'with' : 'without'} scripts`,
        async () => {
            const name = `Sections ${js}`;
            const id = world.addAccount(name);
            const { page, context, complaints, close } = await open(browser,
                { token, js });
            const loads = [];
            page.on('request', (request) => {
                if (request.isNavigationRequest())
                    loads.push(request.url());
            });
            const nav = page.getByRole('navigation',
                { name: 'Of this account' });
            const current = (tab) => nav.locator('[aria-current=page]',
                { hasText: tab }).waitFor();
            await page.goto(pathOf(id));
            for (const [tab, path] of [['Timeline', '/timeline'],
                ['Tasks', '/tasks'], ['Contacts', '/contacts']]) {
                await nav.getByRole('link', { name: tab }).focus();
                await page.keyboard.press('Enter');
                await page.waitForURL(`**${pathOf(id)}${path}`);
                await current(tab);
                assert.equal(await page.title().then((t) =>
                    t.includes(name)), true);
                if (js)
                    await page.waitForFunction((text) => document
                        .activeElement.textContent === text, tab);
            }
            assert.equal(loads.length, js ? 1 : 4, loads.join());
            await page.goBack();
            await current('Tasks');
            assert.match(page.url(), /\/tasks$/);
            await page.goBack();
            await current('Timeline');
            await page.goForward();
            await current('Tasks');
            await page.reload();
            await current('Tasks');
            const [other] = await Promise.all([context.waitForEvent('page'),
                nav.getByRole('link', { name: 'Contacts' })
                    .click({ modifiers: ['Control'] })]);
            await other.waitForURL(/\/contacts$/);
            assert.match(page.url(), /\/tasks$/);
            // What one does about the account leads to a section as well.
            await nav.getByRole('link', { name: 'Overview' }).click();
            await page.getByRole('link', { name: 'Log a call' }).click();
            await page.waitForURL(/\/timeline\?log=call#form$/);
            await current('Timeline');
            assert.deepEqual(complaints, []);
            await close();
        });

// The admin area as people use it: with scripts, without, and by keyboard
// alone.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { row, value } from '../lib/db.mjs';
import { origin } from '../lib/instance.mjs';
import { World, openSession } from '../lib/world.mjs';
import { launch, open, tabTo } from './browser.mjs';

const base = '/dashboard/admin';
let browser, world, token;

before(async () => {
    browser = await launch();
});
after(async () => {
    await browser?.close();
});

// Somebody at a page, with a mouse or with nothing but keys.
class Hand {
    constructor(page, hasMouse) {
        this.page = page;
        this.hasMouse = hasMouse;
    }

    async reach(target) {
        if (this.hasMouse)
            return target.click();
        await target.evaluate((e) => e.toggleAttribute('data-target', true));
        await tabTo(this.page, '[data-target]');
        return target.evaluate((e) => e.toggleAttribute('data-target', false));
    }

    async fill(label, text) {
        const field = this.page.getByLabel(label, { exact: true });
        await this.reach(field);
        await this.page.keyboard.press('Control+a');
        await this.page.keyboard.insertText(text);
    }

    async choose(label, option) {
        const list = this.page.getByLabel(label, { exact: true });
        if (this.hasMouse)
            return list.selectOption({ label: option });
        await this.reach(list);
        return this.page.keyboard.type(option.slice(0, 12));
    }

    async check(label) {
        await this.reach(this.page.getByLabel(label, { exact: true }));
        if (!this.hasMouse)
            await this.page.keyboard.press('Space');
    }

    async press(name, role = 'button') {
        await this.reach(this.page.getByRole(role, { name, exact: true })
            .first());
        if (!this.hasMouse)
            await this.page.keyboard.press('Enter');
    }

    // What the page says was done.
    async hears(text) {
        await this.page.locator('.toast[open]', { hasText: text }).waitFor();
    }

    async undo(text) {
        await this.hears(text);
        await this.press('Undo');
        await this.hears('Undone: ' + text);
    }
}

const id = (query) => value(`select id from ${query}`,
    { tenant: world.tenant });
const stageOf = (name) => id(`journey_stages
    where tenant_id = :'tenant' and name = '${name}'`);
const stages = () => value(`select string_agg(name, ', '
        order by display_order) from journey_stages
    where tenant_id = :'tenant'`, { tenant: world.tenant });
const secret = (page) => page.locator('#f-secret').inputValue();

const flows = {
    async stages(hand, page) {
        await page.goto(`${base}/stages`);
        await hand.fill('Name', 'Pilot');
        await hand.choose('Kind', 'Exception: beside the way');
        await hand.fill('Target days (optional)', '14');
        if (hand.hasMouse) {
            await page.getByLabel('Colour').fill('#fde047');
            await hand.press('Add stage');
            await page.locator('#e-color_hex', { hasText:
                /contrast is [\d.]+ to 1 on white .* #a7942f would do/ })
                .waitFor();
            assert.equal(await page.getByLabel('Name').inputValue(), 'Pilot');
            await page.getByLabel('Colour').fill('#a7942f');
        }
        await hand.press('Add stage');
        await hand.hears('Added the stage Pilot');
        assert.deepEqual(row(`select target_duration_days as days, kind
            from journey_stages where name = 'Pilot'
                and tenant_id = :'tenant'`, { tenant: world.tenant }),
        { days: 14, kind: 'exception' });
        await hand.press('Move Pilot up');
        await hand.hears('Changed the order of 2 stages');
        assert.match(stages(), /Pilot, Churn$/);
        await hand.press('Edit Pilot', 'link');
        await hand.fill('Name', 'Trial');
        await hand.press('Save');
        await hand.undo('Changed the name of the stage Trial');
        assert.match(stages(), /Pilot, Churn$/);
    },

    async 'a stage that is deleted, with its accounts'(hand, page) {
        const account = world.addAccount('Traveller',
            { current_stage: `'Adoption'` });
        const at = () => value(`select current_stage from accounts
            where id = :'account'`, { account });
        await page.goto(`${base}/stages/${stageOf('Adoption')}`);
        await page.getByText('Its 1 account move to').waitFor();
        await hand.choose('Its 1 account move to', 'Renewal');
        await hand.press('Delete Adoption');
        await hand.hears('Removed the stage Adoption');
        assert.equal(at(), 'Renewal');
        await hand.undo('Removed the stage Adoption');
        assert.equal(at(), 'Adoption');
    },

    async 'goals of a stage'(hand, page) {
        await page.goto(`${base}/stages/${stageOf('Renewal')}`);
        for (const title of ['Sponsor met', 'Terms agreed']) {
            await hand.fill('Goal', title);
            await hand.press('Add goal');
            await hand.hears(`Added the stage goal ${title}`);
        }
        await hand.press('Move Terms agreed up');
        await hand.hears('Changed the order of 2 stage goals');
        const first = page.locator('.table--goals tbody tr').first();
        assert.match(await first.innerText(), /^Terms agreed/);
        await hand.press('Edit Terms agreed', 'link');
        await hand.check('Blocks');
        await hand.press('Save');
        await hand.hears('Changed the blocking of the stage goal Terms');
        assert.match(await first.innerText(), /Blocks/);
        await hand.press('Edit Terms agreed', 'link');
        await hand.press('Delete goal');
        await hand.undo('Removed the stage goal Terms agreed');
        assert.match(await first.innerText(), /Terms agreed\s+Blocks/);
    },

    async attributes(hand, page) {
        await page.goto(`${base}/attributes`);
        await hand.fill('Label', 'Seats');
        await hand.choose('Kind', 'Number');
        await hand.press('Add attribute');
        await hand.hears('Added the attribute Seats');
        await hand.fill('Label', 'Region');
        await hand.choose('Kind', 'Choice');
        await hand.press('Add attribute');
        await page.getByText('Give the choices, one in each line.').first()
            .waitFor();
        await hand.fill('Choices', 'North\nSouth');
        await hand.press('Add attribute');
        await hand.hears('Added the attribute Region');
        await hand.press('Move Region up');
        await hand.hears('Changed the order of 2 attributes');
        assert.deepEqual(await page.locator('.table--attributes tbody th a')
            .allInnerTexts(), ['Region', 'Seats']);
        await hand.press('Edit Seats', 'link');
        await hand.fill('Label', 'Licences');
        await hand.press('Save');
        await hand.hears('Changed the label of the attribute Licences');
        await hand.press('Edit Licences', 'link');
        await hand.press('Delete Licences');
        await hand.undo('Removed the attribute Licences');
        await page.getByRole('link', { name: 'Licences', exact: true })
            .waitFor();
    },

    async tiers(hand, page) {
        await page.goto(`${base}/tiers`);
        await hand.press('Edit Mid market', 'link');
        await hand.fill('ARR from, in USD', '200000');
        await hand.press('Save');
        await page.locator('#e-arr_from', { hasText:
            'so Mid market must begin below' }).waitFor();
        await hand.fill('ARR from, in USD', '30000');
        await hand.press('Save');
        await hand.undo('Changed the ARR of the tier Mid market');
        assert.match(await page.locator('tr', { hasText: 'Mid market' })
            .innerText(), /\$25,000/);
    },

    async 'somebody who is invited and joins'(hand, page) {
        await page.goto(`${base}/users`);
        const email = `ina@${world.slug}.example`;
        await hand.fill('E-mail', email);
        await hand.choose('Role', 'Contributor: also adds notes, tasks and '
            + 'facts');
        await hand.press('Make a link');
        await page.getByText(`${email} is invited`).waitFor();
        const link = await secret(page);
        assert.ok(link.startsWith(`${origin}/invitation?token=`), link);
        assert.equal(await page.locator('.toast[open]').count(), 0,
            'a link that somebody may hold is not taken back');
        const guest = await open(browser,
            { js: hand.js });
        await guest.page.goto(link);
        const her = new Hand(guest.page, hand.hasMouse);
        await her.fill('Your name', 'Ina Invited');
        await her.fill('Password', 'quiet-river-4711');
        await her.press('Join');
        await guest.page.waitForURL(/\/dashboard\/executive|\/login/);
        if (guest.page.url().includes('/login')) {
            await her.fill('E-mail', email);
            await her.fill('Password', 'quiet-river-4711');
            await her.press('Sign in');
            await guest.page.waitForURL(/\/dashboard\/executive/);
        }
        assert.equal(await guest.page.getByRole('link',
            { name: 'Admin', exact: true }).count(), 0);
        assert.match((await (await guest.page.goto(link)).text()),
            /This link is not valid any more/);
        assert.deepEqual(guest.complaints, []);
        await guest.close();

        await page.goto(`${base}/users`);
        await hand.press('Edit Ina Invited', 'link');
        await hand.choose('Role', 'Viewer: reads everything');
        await hand.press('Save');
        await hand.undo('Changed the role of Ina Invited to Viewer');
        await hand.press('Edit Ina Invited', 'link');
        await hand.press('Deactivate Ina Invited');
        await hand.undo('Deactivated Ina Invited');
        assert.deepEqual(row(`select role, is_active from profiles
            where tenant_id = :'tenant' and full_name = 'Ina Invited'`,
        { tenant: world.tenant }), { role: 'Contributor', is_active: true });
    },

    async 'the last admin, who stays'(hand, page) {
        const me = id(`profiles where tenant_id = :'tenant'
            and role = 'Tenant Admin'`);
        await page.goto(`${base}/users/${me}`);
        await hand.choose('Role', 'Viewer: reads everything');
        await hand.press('Save');
        await page.getByText('An organisation needs at least one Tenant '
            + 'Admin.').first().waitFor();
        assert.equal(value(`select role from profiles where id = :'me'`,
            { me }), 'Tenant Admin');
    },

    async 'API keys'(hand, page) {
        await page.goto(`${base}/keys`);
        await hand.fill('Name', 'Robot');
        await hand.fill('Days until it ends', '30');
        await hand.press('Make a key');
        await page.getByText('The key Robot').waitFor();
        assert.match(await secret(page), /^csk_\w+_\w{20,}/);
        await page.goto(`${base}/keys`);
        assert.equal(await page.locator('#f-secret').count(), 0);
        await hand.press('Revoke Robot');
        await page.getByRole('status').getByText('Revoked for good').waitFor();
        assert.equal(await page.getByRole('button', { name: 'Undo' }).count(),
            0);
    },

    async endpoints(hand, page) {
        await page.goto(`${base}/endpoints`);
        await hand.fill('Name', 'n8n');
        await hand.fill('Address', 'https://n8n.example/hook');
        await hand.press('Add endpoint');
        await page.getByText('The signing key of n8n').waitFor();
        const first = await secret(page);
        assert.match(first, /^whsec_/);
        await page.goto(`${base}/endpoints`);
        assert.equal(await page.locator('#f-secret').count(), 0);
        await hand.press('Edit n8n', 'link');
        await hand.fill('Address', 'https://n8n.example/other');
        await hand.press('Save');
        await hand.undo('Changed the address of the endpoint n8n');
        assert.equal(await page.getByLabel('Address').inputValue(),
            'https://n8n.example/hook');
        await hand.press('Pause');
        await hand.hears('Paused the endpoint n8n');
        await hand.press('Resume');
        await hand.hears('Resumed the endpoint n8n');
        await hand.press('Make a new key');
        await page.getByText('The new signing key').waitFor();
        const second = await secret(page);
        assert.match(second, /^whsec_/);
        assert.notEqual(second, first);
        assert.equal(await page.getByRole('button', { name: 'Undo' }).count(),
            0);
    },

    async 'the audit log'(hand, page) {
        world.request('Tenant Admin', `update journey_stages
            set name = 'Growth' where name = 'Expansion'`);
        await page.goto(`${base}/audit`);
        await hand.choose(/^What/, 'Stage');
        await hand.press('Show');
        await page.waitForURL(/what=journey_stages/);
        const entry = page.locator('.table--audit tbody tr').first();
        const text = await entry.innerText();
        assert.match(text, /Tenant Admin of /);
        assert.match(text, /Changed stage/);
        assert.match(text, /Expansion[^]*Growth/);
    },
};

const ways = {
    'with scripts': { js: true, hasMouse: true },
    'without scripts': { js: false, hasMouse: true },
    'by keyboard alone': { js: true, hasMouse: false },
};

for (const [way, { js, hasMouse }] of Object.entries(ways))
    test(`the admin area ${way}`, async (t) => {
        world = new World('admin');
        token = world.open('Tenant Admin').token;
        for (const [name, flow] of Object.entries(flows))
            await t.test(name, async () => {
                const { page, complaints, close } = await open(browser,
                    { token, js, expect: [/status of (409|422)/] });
                const hand = new Hand(page, hasMouse);
                hand.js = js;
                try {
                    await flow(hand, page);
                    assert.deepEqual(complaints, []);
                } finally {
                    await close();
                }
            });
        world.end();
    });

test('what a role may not do is not shown, and refused if tried', async () => {
    world = new World('admin-roles');
    world.addEndpoint('https://hooks.example/');
    const alert = value(`insert into alerts (tenant_id, kind, title)
        values (:'tenant', 'x', 'It fell') returning id`,
    { tenant: world.tenant });
    const seen = ['Executive', 'Accounts', 'Journey', 'Plans', 'Reviews',
        'Advocacy', 'Alerts'];
    for (const [role, areas, acts] of [['Viewer', seen, false],
        ['Contributor', seen, false],
        ['Practitioner', [...seen, 'Automation'], true]]) {
        const { page, complaints, close } = await open(browser,
            { token: world.open(role).token, expect: [/status of 403/] });
        await page.goto('/dashboard/alerts');
        assert.deepEqual((await page.locator('.sidebar nav a')
            .allInnerTexts()).map((text) => text.trim().split(/\s/)[0]),
        areas, role);
        assert.equal(await page.getByRole('button', { name: /^Resolve/ })
            .count(), acts ? 1 : 0, role);
        await page.keyboard.press('Control+k');
        await page.keyboard.type('users');
        await page.locator('dialog[open]').getByText(/Nothing/).waitFor();
        for (const path of ['', '/stages', '/attributes', '/tiers', '/users',
            '/keys', '/endpoints', '/audit', '/scorecards', '/plan-templates',
        ]) {
            const answer = await page.goto(base + path);
            assert.equal(answer.status(), 403, path);
            assert.match(await page.locator('main, body').first().innerText(),
                /not allowed|may not|needs the role/i);
        }
        if (areas.includes('Automation')) {
            await page.goto('/dashboard/automation');
            assert.equal(await page.getByRole('button',
                { name: /^(Pause|Resume)/ }).count(), 0);
        }
        // The form of an administrator, sent by somebody else.
        await page.goto('/dashboard/alerts');
        const status = await page.evaluate(async (forms) => {
            const _csrf = document.querySelector('[name=_csrf]').value;
            const tried = [];
            for (const [path, fields] of forms)
                tried.push((await fetch(path, { method: 'POST',
                    redirect: 'manual', body: new URLSearchParams(
                        { _csrf, ...fields }) })).status);
            return tried;
        }, [
            [`${base}/stages`, { name: 'Mine', color_hex: '#15803d',
                kind: 'normal' }],
            [`${base}/users`, { email: 'me@x.example',
                role: 'Tenant Admin' }],
            [`${base}/keys`, { name: 'Mine', role: 'Viewer', days: '1' }],
            ...acts ? [] : [[`/dashboard/alerts/${alert}`,
                { status: 'resolved', next: '/dashboard/alerts' }]]]);
        assert.deepEqual([...new Set(status)], [403], role);
        assert.deepEqual(complaints, []);
        await close();
    }
    world.end();
});

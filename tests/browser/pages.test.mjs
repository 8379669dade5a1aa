// Every page of the table of routes, and pages in other states: no finding of
// axe in light and dark, on a phone and on a desk; no sideways scrolling at any
// width; a picture of each.

import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { row, run, value } from '../lib/db.mjs';
import { automate, changeMany, draftOver, newPlaybook }
    from '../lib/furnish.mjs';
import { Visitor } from '../lib/http.mjs';
import { state } from '../lib/instance.mjs';
import { addressOf, pages } from '../lib/pages.mjs';
import { World, demo, demoAccount, forgetFailures, openSession }
    from '../lib/world.mjs';
import { findings, launch, open, picture, sideways } from './browser.mjs';

const widths = [320, 390, 768, 1440, 2560];
// Where axe looks, and in which colours a picture is taken.
const audited = { 390: 'dark', 1440: 'light' };
let browser, world, small, layered, group, tenants, tokens, cards, fresh;

before(async () => {
    forgetFailures();
    browser = await launch();
    world = new World('states');
    // Its scorecard takes parts; that of small businesses does not.
    small = world.addAccount('Unscored & new', { tier: "'enterprise'" });
    group = world.addAccount('Everywhere', { arr_cents: '1234500000',
        health_rollup: `'arr_weighted'` });
    for (const code of ['EUR', 'GBP', 'JPY', 'CHF'])
        world.score(world.addAccount(`Somewhere in ${code}`, {
            parent_id: `'${group}'`, currency: `'${code}'`,
            arr_cents: '98765432100' }), 45);
    layered = world.addAccount('Set by hand');
    world.score(layered, 72);
    run(`select mainstay.override_score(:'layered', 30,
            'Their sponsor has left, and nobody answers.',
            now() + interval '30 days')`, { layered });
    automate(world, layered);
    changeMany(world);
    const globex = row(`select user_id, tenant_id from profiles
        where email = 'admin@globex.com'`);
    const acme = value(`select id from tenants where slug = 'acme-corp'`);
    const both = row(`select user_id from profiles
        where email = 'carol@globex.com' limit 1`);
    fresh = await signUp();
    tenants = { globex: globex.tenant_id, admin: world.tenant };
    tokens = { acme: openSession(demo.alice, acme).token,
        globex: openSession(globex.user_id, globex.tenant_id).token,
        both: openSession(both.user_id, acme).token,
        own: world.open('Practitioner').token,
        viewer: world.open('Viewer').token,
        admin: world.open('Tenant Admin').token,
        fresh: openSession(fresh.user_id, fresh.tenant_id).token };
    cards = { own: draftOver(world), globex: value(`select id from scorecards
        where is_default and tenant_id = :'tenant'`,
    { tenant: globex.tenant_id }) };
});
after(async () => {
    await browser?.close();
    world?.end();
    run(`delete from tenants where id = :'tenant_id';
        delete from users where id = :'user_id'`, fresh);
});

// An organisation that has just signed up.
async function signUp() {
    const email = `fresh-${Date.now()}@states.example`;
    const visitor = new Visitor();
    const page = await visitor.get('/signup');
    const made = await visitor.submit(page.form('/signup'), { email,
        organisation: 'Fresh & new', full_name: 'Freda First',
        password: 'quiet-river-4711' });
    assert.equal(made.location, '/login?done=signed_up');
    return row(`select user_id, tenant_id from profiles
        where email = :'email'`, { email });
}

const dayAgo = (days) => value(
    `select to_char(current_date - ${days}, 'YYYY-MM-DD') as day`);
const card = (path = '', which = 'own') =>
    () => `/dashboard/admin/scorecards/${cards[which]}${path}`;
// A row of a table of this tenant of our own, below the admin area.
const part = (path, table, where) => () => `/dashboard/admin/${path}/${value(
    `select id from ${table} where tenant_id = :'tenant' and ${where} limit 1`,
    { tenant: world.tenant })}`;
const fill = (fields, button) => async (page) => {
    for (const [name, text] of Object.entries(fields))
        await page.locator(`main [name="${name}"]`).fill(text);
    await page.evaluate(() => {
        for (const form of document.forms)
            form.noValidate = true;
    });
    await Promise.all([page.waitForEvent('framenavigated'),
        page.getByRole('button', { name: button }).first().click()]);
};
const usage = { 'weight-1': '60', 'weight-2': '20', 'weight-3': '10',
    'weight-4': '10' };

const submit = (form) => (page) => Promise.all([
    page.waitForEvent('framenavigated'),
    page.evaluate((action) => {
        const found = [...document.forms]
            .find((f) => f.getAttribute('action') === action);
        found.noValidate = true;
        found.querySelector('[type=submit]').click();
    }, typeof form === 'function' ? form() : form)]);
const show = (selector) => (page) =>
    page.locator(selector).first().evaluate((e) => {
        e.open = true;
    });
// A playbook of its own, and buttons of its builder.
const playbook = (path = '') => () =>
    `/dashboard/automation/playbooks/${newPlaybook(world).id}${path}`;
const press = async (page, ...buttons) => {
    for (const button of buttons)
        await Promise.all([page.waitForEvent('framenavigated'),
            page.locator(`button[value="${button}"]`).click()]);
};
const answered = [/status of (400|401|404|409|422|503)/];

// Beside what the table of routes has:
// name: [whose page, address, what to do there, what of it]
const states = {
    'the sign-in after signing out': [null, '/login?done=signed_out'],
    'the sign-in after signing up': [null, '/login?done=signed_up'],
    'a sign-in that failed': [null, '/login', submit('/login')],
    'a sign-up that failed': [null, '/signup', submit('/signup')],
    'the executive page by revenue':
        ['globex', '/dashboard/executive?by=arr'],
    'the executive page of a year': ['globex',
        '/dashboard/executive?period=365'],
    'the executive page of an owner': ['globex', () =>
        `/dashboard/executive?tier=mid_market&period=30&owner=${value(
            `select user_id from profiles
                where email = 'dave@globex.com'`)}`],
    'the executive page of a group': ['acme',
        `/dashboard/executive?under=${demo.globalTech}`],
    'the executive page where nothing matches': ['acme',
        '/dashboard/executive?tier=trial'],
    'the executive page with its tables open': ['globex',
        '/dashboard/executive', (page) =>
            page.evaluate(() => document.querySelectorAll('main details')
                .forEach((e) => {
                    e.open = true;
                }))],
    'the playbooks': ['admin', '/dashboard/automation'],
    'a playbook with a draft': ['admin', playbook()],
    'a playbook that stopped itself': ['admin', () => {
        const path = playbook()();
        run(`update playbooks set is_held = true, held_at = now(),
                held_reason = 'It would have reached 101 accounts in an hour; '
                    'it may reach 100.'
            where id = :'id'`, { id: path.split('/').at(-1) });
        return path;
    }],
    'a playbook with everything in it': ['admin', playbook('/edit'), (page) =>
        press(page, 'step.webhook', 'step.slack', 'step.email', 'step.alert',
            'step.set_attribute', 'step.move_stage', 'if.', 'group.', 'if.2',
            'group.2', 'if.2-2')],
    'a playbook with mistakes': ['admin', '/dashboard/automation/playbooks/new',
        async (page) => {
            await press(page, 'step.task', 'step.email', 'if.');
            await page.locator('#f-trigger-crosses_below').fill('forty');
            await page.locator('#f-step-1-title').fill('');
            await Promise.all([page.waitForEvent('framenavigated'),
                page.getByRole('button', { name: 'Save draft' }).first()
                    .click()]);
        }],
    'a rehearsal of a playbook that writes': ['globex', () => {
        const id = value(`select mainstay.save_playbook_draft(:'tenant', null,
            'Writes ' || gen_random_uuid(), null, :'document')`,
        { tenant: tenants.globex, document: JSON.stringify({
            trigger: { kind: 'health_score_drop', drops_by: 3 },
            steps: [{ kind: 'email', to: 'contacts', subject: 'Hello',
                body: 'How are you?' }],
            limits: { cooldown_minutes: 60, max_accounts_at_once: 3 } }) });
        return `/dashboard/automation/playbooks/${id}/rehearsal?days=365`;
    }],
    'the versions of a playbook': ['admin', playbook('/versions')],
    'the runs': ['admin', '/dashboard/automation/runs'],
    'runs where there are none':
        ['admin', '/dashboard/automation/runs?show=skipped'],
    'deliveries that wait': ['admin', '/dashboard/automation/deliveries'],
    'deliveries where there are none':
        ['admin', '/dashboard/automation/deliveries?status=delivered'],
    'the list with every filter': ['globex', '/dashboard/accounts?q=a' +
        '&band=risk&stage=Adoption&tier=enterprise&status=current&due=180' +
        '&owner=none&sort=-arr'],
    'the list as a tree': ['globex', '/dashboard/accounts?layout=tree'],
    'the tree of what a filter finds':
        ['globex', '/dashboard/accounts?layout=tree&band=critical'],
    'the list with columns of one\'s own': ['globex',
        '/dashboard/accounts?columns=arr+health+tag+a.seats+contact' +
        '&edit=up.tag'],
    'a view of the list, which can become the default': ['globex', () => {
        const { id } = row(`insert into saved_views (tenant_id, owner_id,
                name, query)
            select tenant_id, user_id, gen_random_uuid()::text, 'sort=name'
            from profiles where email = 'admin@globex.com' returning id`);
        return `/dashboard/accounts?sort=name&view=${id}`;
    }, show('.menu--views'), { isCovered: true }],
    'the list with its filter open': ['globex', '/dashboard/accounts',
        show('.menu--filter'), { isCovered: true }],
    'the list with its order open': ['globex', '/dashboard/accounts',
        show('.menu--filter + .menu--filter'), { isCovered: true }],
    'the list with a filter of choices':
        ['globex', '/dashboard/accounts?band=risk&edit=stage'],
    'the list with a filter of days': ['globex', '/dashboard/accounts?due=90' +
        '&band=at_risk&arr.over=50000&2.status=onboarding&edit=due'],
    'the list with a filter that is wrong': ['globex',
        '/dashboard/accounts?band=risk&field=arr&op=over&value=much'],
    'the views of the list': ['globex', '/dashboard/accounts?band=risk',
        show('.menu--views'), { isCovered: true }],
    'a change of many accounts':
        ['globex', '/dashboard/accounts/bulk?all=yes&band=critical' +
            '&change=status&target=paused'],
    'a change of many accounts that cannot be':
        ['globex', '/dashboard/accounts/bulk?all=yes&band=critical' +
            '&change=stage&target=Nowhere'],
    'an import that is tried': ['admin', '/dashboard/accounts/import',
        async (page) => {
            await page.locator('#f-csv').fill('External id,Account,X\n' +
                'A-1,Anchor & Söhne,\n,No id,\n');
            await Promise.all([page.waitForEvent('framenavigated'),
                page.getByRole('button', { name: 'Preview' }).click()]);
        }],
    'the list where nothing matches':
        ['globex', '/dashboard/accounts?q=zzzz'],
    'an account in trouble': ['acme',
        () => `/dashboard/accounts/${demoAccount('TechStart Solutions').id}`],
    'an account below another': ['acme',
        () => `/dashboard/accounts/${demoAccount('GlobalTech Europe').id}`],
    'an account without a score': ['own',
        () => `/dashboard/accounts/${small}`],
    'an account for a viewer': ['viewer',
        () => `/dashboard/accounts/${small}`],
    'an account with everything unfolded': ['acme',
        `/dashboard/accounts/${demo.globalTech}`, (page) =>
            page.evaluate(() => document.querySelectorAll('main details')
                .forEach((e) => {
                    e.open = true;
                }))],
    'an account whose form failed': ['own',
        () => `/dashboard/accounts/${small}`, async (page) => {
            await show('.more--form')(page);
            await submit(`/dashboard/accounts/${small}/health-scores`)(page);
        }],
    'a group whose rule was changed': ['acme',
        `/dashboard/accounts/${demo.globalTech}?done=rollup#group`],
    'a group of several currencies': ['own',
        () => `/dashboard/accounts/${group}`],
    'a group whose form failed': ['own',
        () => `/dashboard/accounts/${group}`, async (page) => {
            await page.locator('#f-health_rollup option').first()
                .evaluate((e) => {
                    e.value = 'median';
                    e.selected = true;
                });
            await submit(`/dashboard/accounts/${group}/health-rollup`)(page);
        }],
    'an account with a field being edited': ['own',
        () => `/dashboard/accounts/${small}?edit=renewal_date`],
    'an account being edited': ['own',
        () => `/dashboard/accounts/${small}?edit=all`],
    'an account whose details failed': ['own',
        () => `/dashboard/accounts/${small}?edit=arr`, async (page) => {
            await page.locator('#f-arr').fill('a lot');
            await submit(`/dashboard/accounts/${small}/details`)(page);
        }],
    'a new account that failed': ['own', '/dashboard/accounts/new',
        submit('/dashboard/accounts')],
    'the timeline where there is nothing': ['own',
        () => `/dashboard/accounts/${small}/timeline?kind=call&log=call`],
    'a note that failed': ['own',
        () => `/dashboard/accounts/${small}/timeline`,
        (page) => submit(`/dashboard/accounts/${small}/notes`)(page)],
    'the tasks where there are none': ['viewer',
        () => `/dashboard/accounts/${small}/tasks`],
    'a contact being edited': ['acme', () =>
        `/dashboard/accounts/${demo.globalTech}/contacts?contact=${value(
            `select id from contacts where account_id = :'id' limit 1`,
            { id: demo.globalTech })}`],
    'the contacts as of a past day': ['acme', () =>
        `/dashboard/accounts/${demo.globalTech}/contacts?as_of=` +
            dayAgo(30)],
    'an account just scored': ['acme',
        `/dashboard/accounts/${demo.globalTech}?done=scored`],
    'an account with a score set by hand': ['own',
        () => `/dashboard/accounts/${layered}`],
    'an account whose override failed': ['own',
        () => `/dashboard/accounts/${layered}`, submit(() =>
            `/dashboard/accounts/${layered}/health-overrides`)],
    'an account as of a past day': ['acme', () => '/dashboard/accounts/' +
        demoAccount('TechStart Solutions').id +
        `?as_of=${dayAgo(92)}&since=${dayAgo(200)}`],
    'an account as of a day to come': ['acme',
        () => `/dashboard/accounts/${demo.globalTech}?as_of=${dayAgo(-1)}`],
    'an account compared with a wrong day': ['acme',
        () => `/dashboard/accounts/${demo.globalTech}?since=${dayAgo(-1)}`],
    'the user menu': ['both', '/dashboard/executive', show('.menu--user'),
        { isCovered: true }],
    'the sessions after ending one': ['acme', '/sessions?done=revoked'],
    'the scorecards': ['admin', '/dashboard/admin/scorecards'],
    'a new scorecard that failed': ['admin', '/dashboard/admin/scorecards',
        submit('/dashboard/admin/scorecards')],
    'a scorecard with a draft': ['admin', card(), (page) =>
        page.evaluate(() => document.querySelectorAll('main details')
            .forEach((e) => {
                e.open = true;
            }))],
    'a scorecard that is tried':
        ['globex', card('', 'globex'), fill(usage, 'Preview')],
    'a scorecard with mistakes': ['globex', card('', 'globex'),
        fill({ 'weight-1': '60', 'band-2-lower': 'x', 'band-3-label': '' },
            'Preview')],
    'a scorecard whose weights were spread': ['globex', card('', 'globex'),
        fill({ 'weight-1': '60' }, 'Spread the rest')],
    'the rule of a scorecard': ['admin', card('/rule')],
    'a rule that is tried': ['admin', card('/rule'),
        fill({ segments: 'EU, US' }, 'See who that is')],
    'a rule with mistakes': ['admin', card('/rule'),
        fill({ name: '', position: '10000' }, 'See who that is')],
    'a document with mistakes': ['admin', card('/document'),
        fill({ document: '{"dimensions": []}' }, 'Save draft')],
    'the preview of a draft': ['admin', card('/preview')],
    'the versions of a scorecard': ['admin', card('/versions')],
    'the search': ['globex', '/dashboard/search?q=lumen'],
    'a search that finds nothing': ['globex', '/dashboard/search?q=zzzz'],
    'a search for what can be done':
        ['globex', '/dashboard/search?q=move+lumen+to'],
    'a stage that is wrong': ['admin', '/dashboard/admin/stages',
        fill({ name: 'Churn', color_hex: '#fde047' }, 'Add stage')],
    'a stage with a goal': ['admin', part('stages', 'journey_stages',
        `name = 'At Risk'`), fill({ title: 'Recovery plan '.repeat(9),
        description: 'Agreed by both' }, 'Add goal')],
    'a goal that is wrong': ['admin', part('stages', 'journey_stages',
        `name = 'At Risk'`), fill({ title: '' }, 'Add goal')],
    'an attribute that is wrong': ['admin', '/dashboard/admin/attributes',
        fill({ label: '', attribute_key: 'A b', choices: 'x' },
            'Add attribute')],
    'the attributes': ['admin', '/dashboard/admin/attributes',
        fill({ label: 'Region of the headquarters of the group' },
            'Add attribute')],
    'a tier that is wrong': ['admin', part('tiers', 'account_tiers',
        `tier = 'trial'`), fill({ arr_from: '90000', response_hours: '' },
        'Save')],
    'an invitation, made': ['admin', '/dashboard/admin/users',
        fill({ email: 'somebody.with.a.long.address@example.example' },
            'Make a link')],
    'an invitation that is wrong': ['admin', '/dashboard/admin/users',
        fill({ email: 'nobody' }, 'Make a link')],
    'the last admin': ['admin', part('users', 'profiles',
        `role = 'Tenant Admin'`), (page) => Promise.all([
        page.waitForEvent('framenavigated'),
        page.getByRole('button', { name: /^Deactivate/ }).click()])],
    'a key, made': ['admin', '/dashboard/admin/keys',
        fill({ name: 'Loader of facts' }, 'Make a key')],
    'the audit log of users': ['admin', '/dashboard/admin/audit?what=profiles',
        show('main details')],
    'the audit log, none':
        ['admin', '/dashboard/admin/audit?since=2199-01-01'],
    'an invitation': [null, () => {
        const token = 'ab'.repeat(32);
        run(`insert into invitations (tenant_id, email, role, token_hash)
            values (:'tenant', 'invited@states.example', 'Viewer',
                sha256(decode(:'token', 'hex'))) on conflict do nothing`,
        { tenant: world.tenant, token });
        return `/invitation?token=${token}`;
    }, submit('/invitation')],
    'no alerts that were resolved':
        ['own', '/dashboard/alerts?status=resolved'],
    'the preferences, saved': ['acme', '/preferences?done=saved'],
    'a page that says what was done': ['admin', () =>
        `/dashboard/accounts?done=${world.request('Tenant Admin',
            `update accounts set industry = 'Shipping & Trade'
                where tenant_id = app.current_tenant_id()`)}`,
    (page) => page.locator('.toast').waitFor()],
    'a narrow sidebar': ['viewer', '/dashboard/accounts', (page) =>
        page.locator('[data-sidebar] button').click()],
    'a dialog': ['acme', '/design', (page) =>
        page.getByRole('link', { name: 'Open a dialog' }).click(),
    { isCovered: true }],
    'a page that is not there': ['acme', '/nowhere'],
    'a filter that is not known': ['acme', '/dashboard/accounts?x=1'],
};

async function isSound(name, token, path, act, options = {}) {
    const { page, complaints, close } = await open(browser,
        { token, expect: answered });
    const slug = name.replaceAll(/[^a-z]+/gi, '-');
    const found = [];
    try {
        await page.goto(path);
        await act?.(page);
        await page.waitForLoadState('load');
        assert.equal(await page.locator('h1').count(), 1, 'one heading');
        for (const width of widths) {
            await page.setViewportSize({ width, height: 900 });
            const over = await sideways(page);
            if (over)
                found.push(`at ${width}: ${over}`);
            if (!(width in audited))
                continue;
            // Only colours differ in the dark.
            for (const scheme of ['light', 'dark']) {
                await page.emulateMedia({ colorScheme: scheme });
                found.push(...(await findings(page, { ...options,
                    coloursOnly: scheme === 'dark' }))
                    .map((f) => `${scheme}, ${width}: ${f}`));
                if (audited[width] === scheme)
                    await picture(page, `${slug}-${scheme}-${width}`);
            }
        }
        assert.deepEqual(found, []);
        assert.deepEqual(complaints, []);
    } finally {
        await close();
    }
}

for (const route of pages)
    test(`${route.path} is sound in both colours and at every width`, () => {
        const who = addressOf(route, tenants.globex) ? 'globex' : 'admin';
        const path = addressOf(route, tenants[who]);
        assert.ok(path, 'tests/lib/pages.mjs says what the path is about');
        return isSound(`page${route.path}`,
            route.needs === 'ANYONE' ? null : tokens[who], path, undefined,
            { isCovered: route.path === '/design' });
    });

const general = pages.filter(({ path, needs }) =>
    !path.includes(':') && needs !== 'ANYONE' && path !== '/design');
for (const { path } of general)
    test(`${path} of a new tenant is sound in both colours and at every width`,
        () => isSound(`new${path}`, tokens.fresh, path));

for (const [name, [who, path, act, options]] of Object.entries(states))
    test(`${name} is sound in both colours and at every width`, () =>
        isSound(name, tokens[who],
            typeof path === 'function' ? path() : path, act, options));

test('the page while we restart is sound in both colours and at every width',
    async () => {
        const socket = join(state, 'run/app.sock');
        renameSync(socket, `${socket}.away`);
        try {
            await isSound('restarting', null, '/dashboard/executive');
        } finally {
            renameSync(`${socket}.away`, socket);
        }
    });

test('light and dark differ, and text grows with the reader\'s wish',
    async () => {
        const colours = [];
        for (const scheme of ['light', 'dark']) {
            const { page, close } = await open(browser, { scheme,
                token: tokens.acme });
            await page.goto('/dashboard/executive');
            colours.push(await page.evaluate(() =>
                getComputedStyle(document.body).backgroundColor));
            await close();
        }
        assert.notEqual(colours[0], colours[1]);
        const { page, close } = await open(browser, { token: tokens.acme });
        await page.goto('/dashboard/accounts');
        const size = () => page.evaluate(() => parseFloat(getComputedStyle(
            document.querySelector('td')).fontSize));
        const before = await size();
        await page.evaluate(() =>
            document.documentElement.setAttribute('style', 'font-size: 200%'));
        // Our own policy forbids such a style; the inspector's way is free.
        await page.evaluate(() => {
            document.documentElement.style.fontSize = '200%';
        });
        assert.ok(await size() >= 1.9 * before);
        assert.equal(await sideways(page), '');
        await close();
    });

test('every chart has a table that says the same', async () => {
    const { page, close } = await open(browser, { token: tokens.acme });
    try {
        for (const path of ['/dashboard/executive',
            `/dashboard/accounts/${demo.globalTech}`]) {
            await page.goto(path);
            const bare = await page.evaluate(() =>
                // A small line is hidden: the number beside it says it.
                [...document.querySelectorAll('main svg:not(.plot--small)')]
                    .filter((svg) => svg.getBoundingClientRect().width > 60)
                    .filter((svg) => !svg.closest('section, figure')
                        ?.querySelector('table')).length);
            assert.equal(bare, 0, path);
        }
    } finally {
        await close();
    }
});

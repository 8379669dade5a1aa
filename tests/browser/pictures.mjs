// The pictures of docs/guide, taken from the demo:
//
//	eval "$(./dev env)"; node tests/browser/pictures.mjs [NAME …]
//
// Each is a row here and a file of docs/guide/img. They show the demo as
// `./dev up` makes it; take them again when a page has changed.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { row, value } from '../lib/db.mjs';
import { top } from '../lib/instance.mjs';
import { openSession } from '../lib/world.mjs';
import { launch, open } from './browser.mjs';

const folder = join(top, 'docs/guide/img');

const press = (...keys) => async (page) => {
    for (const key of keys)
        await page.keyboard.press(key);
};
const ask = (q) => async (page) => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type(q);
    await page.locator('.palette [role=option]').nth(2).waitFor();
    await page.waitForTimeout(300);
};

// name: [who, address, what to do there, options of the window]
const pictures = {
    palette: ['admin@acme.com', '/dashboard/accounts', ask('move tech to')],
    search: ['admin@globex.com', '/dashboard/search?q=lumen'],
    shortcuts: ['admin@globex.com', '/dashboard/executive', async (page) => {
        await press('?')(page);
        await page.locator('#sheet').getByText('Go to Journey').waitFor();
    }],
    alerts: ['admin@globex.com', '/dashboard/alerts'],
    executive: ['admin@globex.com', '/dashboard/executive'],
    list: ['admin@globex.com',
        '/dashboard/accounts?band=at_risk&arr.over=50000&sort=-arr'],
    tree: ['admin@globex.com', '/dashboard/accounts?layout=tree'],
    account: ['admin@acme.com',
        '/dashboard/accounts/10000000-0000-0000-0000-000000000003'],
    timeline: ['admin@acme.com',
        '/dashboard/accounts/10000000-0000-0000-0000-000000000003/timeline'],
    board: ['admin@globex.com', '/dashboard/journey'],
    velocity: ['admin@globex.com', '/dashboard/journey/velocity'],
    playbooks: ['admin@globex.com', '/dashboard/automation'],
    builder: ['admin@acme.com', () => `/dashboard/automation/playbooks/${value(
        `select p.id from playbooks p join tenants t on t.id = p.tenant_id
            where t.slug = 'acme-corp'
                and p.trigger_type = 'health_score_drop' limit 1`)}/edit`],
    rehearsal: ['admin@globex.com',
        () => `/dashboard/automation/playbooks/${value(
            `select p.id from playbooks p join tenants t on t.id = p.tenant_id
                where t.slug = 'globex'
                    and p.trigger_type = 'health_score_drop' limit 1`
        )}/rehearsal`],
    runs: ['admin@globex.com', '/dashboard/automation/runs?show=fired'],
    stages: ['admin@globex.com', '/dashboard/admin/stages'],
    audit: ['admin@globex.com', '/dashboard/admin/audit'],
    phone: ['admin@globex.com', '/dashboard/alerts', null,
        { width: 390, height: 760 }],
};

async function take(browser, name) {
    const [email, path, act, options] = pictures[name];
    const person = row(`select user_id, tenant_id from profiles
        where email = :'email' limit 1`, { email });
    const { page, close } = await open(browser, { width: 1200, height: 720,
        token: openSession(person.user_id, person.tenant_id).token,
        ...options });
    await page.goto(typeof path === 'function' ? path() : path);
    await page.waitForLoadState('networkidle');
    await act?.(page);
    await page.screenshot({ path: join(folder, `${name}.png`) });
    await close();
    console.log(`docs/guide/img/${name}.png`);
}

mkdirSync(folder, { recursive: true });
const browser = await launch();
const wanted = process.argv.slice(2);
for (const name of wanted.length ? wanted : Object.keys(pictures))
    await take(browser, name);
await browser.close();

// The main pages of a tenant that is the same each time, compared with
// tests/http/golden. Changed on purpose? Make them anew, and read the diff:
//
//	eval "$(./dev env)"; GOLDEN=renew node --test tests/http/golden.test.mjs

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { run } from '../lib/db.mjs';
import { top } from '../lib/instance.mjs';
import { outline } from '../lib/outline.mjs';
import { World } from '../lib/world.mjs';

const folder = join(top, 'tests/http/golden');
let world, group, part;

before(() => {
    world = new World('golden');
    const owner = `'${world.people.Practitioner.id}'`;
    group = world.addAccount('Anchor & Söhne', { arr_cents: '12000000',
        tier: `'enterprise'`, status: `'active'`, industry: `'Shipping'`,
        csm_id: owner, external_id: `'A-1'` });
    part = world.addAccount('Anchor Norge', { parent_id: `'${group}'`,
        arr_cents: '3000000', tier: `'mid_market'`, csm_id: owner,
        currency: `'EUR'` });
    world.addAccount('Bollard', { arr_cents: '500000' });
    world.score(group, 82);
    world.score(part, 45);
    run(`update accounts set current_stage = 'Adoption' where id = :'part';
        insert into contacts (tenant_id, account_id, full_name, job_title,
            email, influence)
        values (:'tenant', :'group', 'Ann Anker', 'Head of sales',
            'ann@anchor.example', 'champion');
        insert into tasks (tenant_id, account_id, title, priority)
        values (:'tenant', :'group', 'Send the agenda', 'high');
        insert into notes (tenant_id, account_id, kind, body)
        values (:'tenant', :'group', 'call', 'They renew if we ship it.')`,
    { tenant: world.tenant, group, part });
});
after(() => world?.end());

const pages = {
    executive: () => '/dashboard/executive',
    accounts: () => '/dashboard/accounts',
    account: () => `/dashboard/accounts/${group}`,
    timeline: () => `/dashboard/accounts/${group}/timeline`,
    tasks: () => `/dashboard/accounts/${group}/tasks`,
    contacts: () => `/dashboard/accounts/${group}/contacts`,
    journey: () => '/dashboard/journey',
    alerts: () => '/dashboard/alerts',
    automation: () => '/dashboard/automation',
    stages: () => '/dashboard/admin/stages',
};

// What is around each page, and what is on it.
const main = /<main[^]*<\/main>/;
const around = async (path) => (await get(path)).replace(main, '');
const on = async (path) => main.exec(await get(path))[0];

async function get(path) {
    const answer = await world.visitor('Tenant Admin').get(path);
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
}

async function compare(name, html) {
    const found = outline(html, { [world.slug]: 'SLUG' })
        .replace(/\.[0-9a-f]{6}@SLUG/g, '@SLUG');
    const file = join(folder, `${name}.txt`);
    if (process.env.GOLDEN === 'renew')
        writeFileSync(file, found);
    assert.deepEqual(found.split('\n'),
        readFileSync(file, 'utf8').split('\n'));
}

test('what is around every page says what it said', async () =>
    compare('shell', await around('/dashboard/executive')));

for (const [name, path] of Object.entries(pages))
    test(`the page of ${name} says what it said`, async () =>
        compare(name, await on(path())));

// What each page costs: bytes over the wire with nothing and with everything
// kept, one question to the database, nobody else asked, nothing to complain.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { row } from '../lib/db.mjs';
import { automate, changeMany, draftOver } from '../lib/furnish.mjs';
import { logs, until } from '../lib/instance.mjs';
import { addressOf, pages } from '../lib/pages.mjs';
import { World, openSession } from '../lib/world.mjs';
import { launch, open } from './browser.mjs';

const most = { first: 60000, again: 15000 };
// The reference of the API is one long page.
const reference = { '/api/docs': 45000 };
let browser, world, globex, token;

before(async () => {
    browser = await launch();
    const admin = row(`select user_id, tenant_id from profiles
        where email = 'admin@globex.com'`);
    globex = admin.tenant_id;
    world = new World('weight');
    automate(world, world.addAccount('With everything'));
    draftOver(world);
    changeMany(world);
    token = { [globex]: openSession(admin.user_id, globex).token,
        [world.tenant]: world.open('Tenant Admin').token };
});
after(async () => {
    await browser?.close();
    world?.end();
});

// Loads the page; the answer to it, and what came over the wire.
async function load(page, path) {
    const wire = await page.context().newCDPSession(page);
    const begun = new Set();
    let bytes = 0;
    wire.on('Network.requestWillBeSent', (e) => begun.add(e.requestId));
    wire.on('Network.loadingFailed', (e) => begun.delete(e.requestId));
    wire.on('Network.loadingFinished', (e) => {
        begun.delete(e.requestId);
        bytes += e.encodedDataLength;
    });
    await wire.send('Network.enable');
    const answer = await page.goto(path);
    await until('everything is loaded', async () => {
        await page.evaluate(() => new Promise(requestIdleCallback));
        return begun.size === 0;
    });
    await wire.detach();
    return { answer, bytes };
}

// What the program says of the request in its log.
async function tripsOf(answer) {
    const id = (await answer.allHeaders())['x-request-id'];
    const line = await until(`a line of ${id}`, () => {
        const { 'app.log': app, 'auth.log': auth } = logs();
        return `${app}\n${auth}`.split('\n').find((l) => l.includes(id) &&
            l.includes('"msg":"request"'));
    });
    return JSON.parse(line).db_trips;
}

for (const route of pages)
    test(`${route.path} is light`, async (t) => {
        const tenant = addressOf(route, globex) ? globex : world.tenant;
        const path = addressOf(route, tenant);
        assert.ok(path, 'tests/lib/pages.mjs says what the path is about');
        const isPublic = route.needs === 'ANYONE';
        const { page, complaints, close } = await open(browser,
            { token: isPublic ? null : token[tenant] });
        try {
            const first = await load(page, path);
            assert.equal(first.answer.status(), 200);
            const again = await load(page, path);
            t.diagnostic(`${first.bytes} bytes, then ${again.bytes}`);
            assert.ok(first.bytes <= most.first, `${first.bytes} bytes`);
            assert.ok(again.bytes <= (reference[route.path] ?? most.again),
                `${again.bytes} bytes`);
            const trips = await tripsOf(first.answer);
            assert.ok(trips === 1 || isPublic && trips === 0, `${trips}`);
            assert.deepEqual(complaints, []);
        } finally {
            await close();
        }
    });

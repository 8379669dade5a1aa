// Lighthouse on the main pages of the demo, on a desk and signed in as the
// administrator of Globex: each category comes to 100.

import assert from 'node:assert/strict';
import { X509Certificate, createHash } from 'node:crypto';
import { after, before, test } from 'node:test';

import * as chromeLauncher from 'chrome-launcher';
import lighthouse, { desktopConfig } from 'lighthouse';

import { row } from '../lib/db.mjs';
import { cookieName } from '../lib/http.mjs';
import { ca, origin } from '../lib/instance.mjs';
import { addressOf, pages } from '../lib/pages.mjs';
import { openSession } from '../lib/world.mjs';

const examined = ['/login', '/dashboard/executive', '/dashboard/accounts',
    '/dashboard/accounts/:id', '/dashboard/journey', '/dashboard/automation',
    '/dashboard/admin'];
let chrome, admin, token;

before(async () => {
    admin = row(`select user_id, tenant_id from profiles
        where email = 'admin@globex.com'`);
    token = openSession(admin.user_id, admin.tenant_id).token;
    // The instance's own certificate is trusted, like one of an authority.
    const spki = createHash('sha256').update(new X509Certificate(ca).publicKey
        .export({ type: 'spki', format: 'der' })).digest('base64');
    chrome = await chromeLauncher.launch({
        chromePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
        chromeFlags: ['--headless=new', '--no-sandbox', '--disable-gpu',
            '--disable-dev-shm-usage', '--disable-quic',
            `--ignore-certificate-errors-spki-list=${spki}`] });
});
after(() => chrome?.kill());

// What keeps a category below 100.
const faults = ({ categories, audits }) => Object.values(categories)
    .filter(({ score }) => score < 1)
    .map(({ id, score, auditRefs }) => `${id} ${score}: ` + auditRefs
        .map(({ id: name, weight }) => ({ weight, ...audits[name] }))
        .filter(({ weight, score: part }) => weight && part < 1)
        .map(({ title, displayValue }) => `${title} ${displayValue ?? ''}`)
        .join('; '));

// A trace that missed the beginning of the page is taken again.
async function examine(url, extraHeaders, tries = 3) {
    const { lhr } = await lighthouse(url, { port: chrome.port, extraHeaders,
        logLevel: 'silent' }, desktopConfig);
    return lhr.runtimeError?.code === 'NO_NAVSTART' && tries > 1
        ? examine(url, extraHeaders, tries - 1) : lhr;
}

for (const route of pages.filter(({ path }) => examined.includes(path)))
    test(`Lighthouse finds nothing on ${route.path}`, async () => {
        const url = origin + addressOf(route, admin.tenant_id);
        const lhr = await examine(url, route.needs === 'ANYONE' ? {}
            : { Cookie: `${cookieName}=${token}` });
        assert.equal(lhr.runtimeError, undefined);
        assert.equal(lhr.finalDisplayedUrl, url);
        assert.deepEqual(faults(lhr), []);
    });

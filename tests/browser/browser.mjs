// A real browser: Debian's Chromium, driven by playwright-core.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { chromium } from 'playwright-core';

import { cookieName } from '../lib/http.mjs';
import { origin, state } from '../lib/instance.mjs';

const require = createRequire(import.meta.url);
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const pictures = join(state, 'test/screenshots');
mkdirSync(pictures, { recursive: true });

export function launch() {
    return chromium.launch({
        executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
        args: ['--no-sandbox', '--disable-gpu', '--disable-quic',
            '--no-first-run', '--disable-background-networking',
            '--disable-component-update', '--disable-sync',
            '--disable-dev-shm-usage'] });
}

// A page of its own: { page, complaints, close }.  What the console says
// that is not expected ends up in complaints.
export async function open(browser, { token, js = true, width = 1440,
    height = 900, scheme = 'light', expect = [] } = {}) {
    const context = await browser.newContext({ ignoreHTTPSErrors: true,
        javaScriptEnabled: js, viewport: { width, height },
        colorScheme: scheme, baseURL: origin, reducedMotion: 'reduce' });
    context.setDefaultTimeout(15000);
    if (token)
        await context.addCookies([{ name: cookieName, value: token,
            url: origin, secure: true, httpOnly: true, sameSite: 'Lax' }]);
    const page = await context.newPage();
    const complaints = [];
    page.on('console', (message) => {
        const text = message.text();
        if (/error|warning/.test(message.type()) &&
            !expect.some((pattern) => pattern.test(text)))
            complaints.push(`${message.type()}: ${text}`);
    });
    page.on('pageerror', (error) => complaints.push(`${error}`));
    page.on('dialog', (dialog) => {
        complaints.push(`dialog: ${dialog.message()}`);
        dialog.dismiss();
    });
    page.on('requestfailed', (request) => {
        // A page that is left gives up what it was still loading.
        if (request.failure()?.errorText !== 'net::ERR_ABORTED')
            complaints.push(`${request.url()}: ` +
                request.failure()?.errorText);
    });
    page.on('request', (request) => {
        if (!request.url().startsWith(origin))
            complaints.push(`went to ${request.url()}`);
    });
    return { context, page, complaints, close: () => context.close() };
}

// What axe finds, in words.  An open menu lies over other targets.
export async function findings(page, { isCovered = false,
    coloursOnly = false } = {}) {
    if (!await page.evaluate(() => 'axe' in window))
        await page.evaluate(axe);
    const { violations } = await page.evaluate((options) =>
        window.axe.run(document, { resultTypes: ['violations'],
            ...options }), coloursOnly
        ? { runOnly: ['color-contrast', 'link-in-text-block'] }
        : { rules: { 'target-size': { enabled: !isCovered } } });
    return violations.map((v) => `${v.id} (${v.help}): ` +
        v.nodes.slice(0, 3).map((n) => n.target.join(' ') + ' ' +
            (n.any[0]?.message ?? n.all[0]?.message ?? '')).join('; '));
}

// What is wider than the window makes a page scroll sideways.
export async function sideways(page) {
    return page.evaluate(() => {
        const wide = document.documentElement.clientWidth;
        const over = document.documentElement.scrollWidth - wide;
        if (over <= 0)
            return '';
        const guilty = [...document.querySelectorAll('body *')].filter((e) =>
            e.getBoundingClientRect().right > wide + 0.5);
        return `${over} px too wide: ` + guilty.slice(0, 4).map((e) =>
            `${e.tagName.toLowerCase()}.${e.className.baseVal ?? e.className}`)
            .join(', ');
    });
}

export const picture = (page, name) =>
    page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });

// Tab until the focus is where it should be; every stop can be seen.
export async function tabTo(page, selector, most = 160) {
    for (let i = 0; i < most; i++) {
        await page.keyboard.press('Tab');
        const at = await page.evaluate((wanted) => {
            const e = document.activeElement;
            const style = getComputedStyle(e);
            const box = e.getBoundingClientRect();
            return { found: e.matches(wanted), body: e === document.body,
                name: e.outerHTML.slice(0, 120),
                seen: (style.outlineStyle !== 'none' &&
                        parseFloat(style.outlineWidth) > 0) ||
                    style.boxShadow !== 'none',
                inside: box.width > 0 && box.height > 0 };
        }, selector);
        if (at.body)
            continue;
        assert.ok(at.seen, `the focus cannot be seen on ${at.name}`);
        assert.ok(at.inside, `the focus is on something hidden: ${at.name}`);
        if (at.found)
            return;
    }
    assert.fail(`the keyboard never reaches ${selector}`);
}

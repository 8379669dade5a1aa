// The headers that every answer carries, whoever made it; assets carry fewer.

import assert from 'node:assert/strict';

export const always = {
    'content-security-policy': `default-src 'none'; script-src 'self'; ` +
        `style-src 'self'; img-src 'self'; font-src 'self'; ` +
        `connect-src 'self'; manifest-src 'self'; form-action 'self'; ` +
        `base-uri 'none'; frame-ancestors 'none'; ` +
        `upgrade-insecure-requests; require-trusted-types-for 'script'; ` +
        `trusted-types htmx; report-uri /csp-report`,
    'strict-transport-security': 'max-age=63072000; includeSubDomains',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy':
        'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
};

export const ofAssets = {
    'content-security-policy': `default-src 'none'; frame-ancestors 'none'`,
    'strict-transport-security': 'max-age=63072000; includeSubDomains',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
};

export function hasAll(answer, what, wanted = always) {
    for (const [name, text] of Object.entries(wanted)) {
        assert.equal(answer.headers[name], text, `${what}: ${name}`);
        if (answer.rawHeaders)
            assert.equal(answer.rawHeaders.filter((h, i) => i % 2 === 0 &&
                h.toLowerCase() === name).length, 1, `${what}: ${name} twice`);
    }
    if (wanted === always)
        assert.match(answer.headers['x-request-id'], /^[0-9a-f]{32}$/, what);
    assert.equal(answer.headers['x-powered-by'], undefined, what);
    assert.doesNotMatch(answer.headers.server ?? '', /\d/, what);
}

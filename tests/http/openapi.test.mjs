// The document of the API: true, whole, and accepted by a linter.  What it
// says of each operation is asked in operation.test.mjs.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { createConfig, lintFromString } from '@redocly/openapi-core';

import { routeTable, send } from '../lib/http.mjs';
import { top } from '../lib/instance.mjs';
import { document, text } from '../lib/openapi.mjs';
import { operations } from '../lib/operations.mjs';

test('every route below /api/ is in the document, and nothing else', () => {
    const named = routeTable(join(top, 'fcgi/routes.c'))
        .filter(({ path }) => path.startsWith('/api/'))
        .map(({ method, path }) => `${method} ${
            path.replace(/:(\w+)/g, '{$1}')}`);
    assert.ok(named.length > 5);
    assert.deepEqual(operations.map(({ method, path }) =>
        `${method} ${path}`).sort(), named.sort());
});

test('the document has no fault that a linter knows', async () => {
    const config = await createConfig({ extends: ['recommended'] });
    const problems = await lintFromString({ source: text, config });
    assert.deepEqual(problems.map(({ ruleId, message, location }) =>
        `${ruleId}: ${message} ${location[0]?.pointer}`), []);
    const broken = await lintFromString({ config,
        source: text.replace('"operationId":"search",', '') });
    assert.ok(broken.length > 0);
});

test('every property that is answered or taken is described', () => {
    const walk = (at, node) => {
        for (const [name, property] of Object.entries(node?.properties ?? {}))
            assert.ok(property.description, `${at}.${name}`);
        for (const [name, child] of Object.entries(node ?? {}))
            if (name === 'properties') // one may be called so, too
                Object.values(child).forEach((c) => walk(`${at}.${name}`, c));
            else if (child && typeof child === 'object' && name !== 'example'
                && name !== 'examples')
                walk(`${at}.${name}`, child);
    };
    walk('schemas', document.components.schemas);
    walk('paths', document.paths);
    assert.equal(document.components.schemas.Account.properties.external_id
        .description, 'Id in the CRM it came from.');
});

test('the page names every operation, for a reader without scripts',
    async () => {
        const page = await send('GET', '/api/docs');
        assert.equal(page.status, 200);
        for (const { operationId, path } of operations) {
            assert.ok(page.body.includes(`id="${operationId}"`), operationId);
            assert.ok(page.body.includes(path), path);
        }
        assert.doesNotMatch(page.body, /<script|https?:\/\/(?!localhost)/);
    });

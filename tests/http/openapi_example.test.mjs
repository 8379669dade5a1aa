// Examples of the document are what their schemas say.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { document, faults, pointer, resolve, text, unknown }
    from '../lib/openapi.mjs';
import { send } from '../lib/http.mjs';

// Each JSON content with examples: what it is, where, and what they are.
const examples = [['paths', document.paths], ['webhooks', document.webhooks]]
    .flatMap(([from, items]) => Object.entries(items).flatMap(([path, item]) =>
        Object.entries(item).flatMap(([method, operation]) => [
            [['requestBody'], operation.requestBody],
            ...Object.entries(operation.responses).map(([status, answer]) =>
                [['responses', status], answer]),
        ].flatMap(([at, holder]) =>
            Object.entries(resolve(holder)?.content ?? {})
                .filter(([type]) => type.includes('json') &&
                    !type.startsWith('application/problem'))
                .map(([type, media]) => ({
                    what: `${operation.operationId} ${at.join(' ')}`,
                    ref: pointer(from, path, method, ...at, 'content', type,
                        'schema'),
                    schema: media.schema,
                    values: 'example' in media ? [media.example]
                        : Object.values(media.examples ?? {})
                            .map(({ value }) => value) }))))));

test('examples meet their schemas, which name every member of them', () => {
    assert.ok(examples.filter(({ values }) => values.length).length > 25);
    for (const { what, ref, schema, values } of examples)
        for (const value of values) {
            assert.equal(faults(ref, value), '',
                `${what}: ${JSON.stringify(value)}`);
            assert.deepEqual(unknown(schema, value), [], what);
        }
});

test('whatever is asked or answered in JSON has an example', () => {
    assert.deepEqual(examples.filter(({ values }) => values.length === 0)
        .map(({ what }) => what).filter((what) =>
            !what.startsWith('getDocument ')), []);
});

test('examples hold no token and no key', () => {
    assert.doesNotMatch(text, /eyJ[\w-]{30}|csk_live_\w{8}/);
});

test('the page shows the webhooks', async () => {
    const page = await send('GET', '/api/docs');
    for (const { post } of Object.values(document.webhooks))
        assert.ok(page.body.includes(`id="${post.operationId}"`));
});

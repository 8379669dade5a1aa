// The webhooks of the document are those that are sent.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { value } from '../lib/db.mjs';
import { document, faults, pointer, resolve, unknown }
    from '../lib/openapi.mjs';
import { formats, raiseAll } from '../lib/webhook_event.mjs';
import { World } from '../lib/world.mjs';

let world, sent;
const schemaOf = (type) => document.webhooks[type].post.requestBody
    .content['application/json'].schema;

before(() => {
    world = new World('openapi-webhook');
    sent = raiseAll(world);
});
after(() => world.end());

test('there is one for each event that an endpoint can be sent', () => {
    const types = value(`select to_json(mainstay.webhook_event_types())`);
    assert.deepEqual(Object.keys(document.webhooks).sort(),
        [...types, 'test'].sort());
    assert.deepEqual(Object.keys(sent).sort(), [...types, 'test'].sort());
});

for (const type of Object.keys(document.webhooks))
    for (const format of formats)
        test(`${type} is sent as documented in format ${format}`, () => {
            const body = sent[type][format];
            assert.ok(body);
            const bad = faults(pointer('webhooks', type, 'post',
                'requestBody', 'content', 'application/json', 'schema'), body);
            assert.equal(bad, '', JSON.stringify(body));
            const own = schemaOf(type).oneOf.filter(({ $ref }) =>
                faults($ref, body) === '');
            assert.equal(own.length, 1, JSON.stringify(body));
            assert.deepEqual(unknown(own[0], body), []);
            if (type !== 'test')
                assert.match(resolve(own[0]).description,
                    new RegExp(`^Format ${format}: `));
        });

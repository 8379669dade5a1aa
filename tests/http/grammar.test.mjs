// Cursors, filters and names of members made of anything at all: each list
// answers or says what is wrong, and never breaks.

import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import { after, before, test } from 'node:test';

import { Requests, hints, operations } from '../lib/operations.mjs';
import { Twin } from '../lib/twin.mjs';

const rounds = Number(process.env.GRAMMAR_ROUNDS ?? 25);
const lists = operations.filter((o) => o.method === 'GET' &&
    o.parameters.some((p) => p.name === 'cursor'));
let world, requests;

before(() => {
    world = new Twin('grammar');
    requests = new Requests(world, hints);
});
after(() => world.end());

const pick = (list) => list[randomInt(list.length)];
const pieces = ['', '.', 'not', 'over', 'between', 'empty', '2.', '-', '*',
    '(', ')', '\'', '"', ';', '--', '$1', '%', '\\', '\u0000', '\u{1f600}',
    'name', 'id', 'status', 'tenant_id', 'null', 'NaN', 'infinity', '1e999',
    '9'.repeat(40), '2030-02-31', 'true', '{}', '[]', ',', 'a'.repeat(300)];
const word = () => Array.from({ length: randomInt(1, 5) }, () => pick(pieces))
    .join('');
const noise = () => pick([word, () => randomBytes(randomInt(40))
    .toString('latin1'), () => randomBytes(randomInt(60))
    .toString('base64url')])();

// A cursor that was given, with a letter of it changed or cut off.
function bent(cursor) {
    const at = randomInt(cursor.length);
    return pick([cursor.slice(0, at), cursor.slice(0, at) + noise() +
        cursor.slice(at + 1), cursor + cursor]);
}

for (const operation of lists)
    test(`${operation.method} ${operation.path} of anything`, async () => {
        const ids = requests.ids(operation);
        const send = (query) => requests.send(operation, { ids, query });
        const { next_cursor: cursor } = (await send({ limit: 1 })).json;
        for (let i = 0; i < rounds; i++) {
            const query = pick([() => ({ cursor: noise() }),
                () => ({ cursor: cursor ? bent(cursor) : noise() }),
                () => ({ [`${pick(pieces)}${pick(pieces)}`]: noise() }),
                () => ({ [`name${pick(['', '.'])}${pick(pieces)}`]: noise() }),
                () => ({ sort: noise() }), () => ({ fields: noise() }),
                () => ({ limit: noise() })])();
            const answer = await send(query);
            assert.ok([200, 400, 422].includes(answer.status),
                `${JSON.stringify(query)}: ${answer.status} ${answer.body}`);
        }
    });

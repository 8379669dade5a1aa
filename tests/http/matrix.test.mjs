// Every route of the API for everybody, and every id of it from elsewhere.
// Who may call what is written by hand, in roles.tsv; a key may what a person
// of its role may, and no page takes one.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { Visitor, routeTable, sameOrigin, send } from '../lib/http.mjs';
import { masterOf, top } from '../lib/instance.mjs';
import { resolve } from '../lib/openapi.mjs';
import { Requests, bodyOf, hints, operations } from '../lib/operations.mjs';
import { Twin, digest } from '../lib/twin.mjs';
import { forgetFailures, roles } from '../lib/world.mjs';

const who = ['nobody', ...roles];
const table = readFileSync(join(top, 'tests/http/roles.tsv'), 'utf8')
    .split('\n').filter((line) => line && !line.startsWith('#'))
    .map((line) => {
        const [method, path, ...answers] = line.split('\t');
        return { method, path, answers: Object.fromEntries(
            answers.map((answer, i) => [who[i], answer])) };
    });
const routes = routeTable(join(top, 'fcgi/routes.c'));
const keyRoles = ['Viewer', 'Contributor', 'Practitioner'];
const keyed = keyRoles.map((role) => `key of ${role}`);
const keys = {};
let world, other, requests, theirs, untouched;

before(() => {
    forgetFailures();
    process.kill(masterOf('worker'), 'SIGSTOP');
    world = new Twin('matrix');
    other = new Twin('matrix-other');
    requests = new Requests(world, hints);
    theirs = new Requests(other);
    for (const role of keyRoles)
        keys[role] = execFileSync(process.env.MAINSTAY_ADMIN, ['key',
            'create', '--tenant', world.slug, '--name', role, '--role', role],
        { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    untouched = digest(other.tenant);
});
after(() => {
    process.kill(masterOf('worker'), 'SIGCONT');
    world.end();
    other.end();
});

const json = (given) => given.json === undefined ? given.body
    : JSON.stringify(given.json);
const type = (given) => given.json === undefined ? null : 'application/json';

// A program with a key, or a browser with the token of its forms.
async function caller(name) {
    if (name.startsWith('key of '))
        return { send: (method, path, given) => send(method, path, {
            body: json(given), headers: { 'content-type': type(given),
                ...given.headers, 'x-api-key': keys[name.slice(7)] } }) };
    const visitor = new Visitor(name === 'nobody' ? null
        : world.open(name).token);
    const token = name === 'nobody' ? 'none' : await visitor.token();
    return { send: (method, path, given) => visitor.send(method, path, {
        body: json(given), headers: { 'content-type': type(given),
            ...sameOrigin, 'x-csrf-token': token, ...given.headers } }) };
}

// As the table writes it: the status, and where what was made is.
function said(answer, ids) {
    const place = Object.entries(ids).reduce((text, [name, id]) =>
        text.replace(id, `:${name}`), answer.location ?? '')
        .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, ':new');
    return `${answer.status} ${place}`.trim();
}

const lineOf = ({ method, path }) => table.find((line) => path ===
    line.path.replace(/:(\w+)/g, '{$1}') && line.method === method);

for (const operation of operations) {
    const { method, path } = operation;

    test(`${method} ${path} answers each role and key as the table says`,
        async () => {
            const line = lineOf(operation);
            const found = {}, wanted = {};
            for (const name of [...who, ...keyed]) {
                const right = requests.right(operation);
                found[name] = said(await requests.send(operation, right,
                    await caller(name)), right.ids);
                const role = name.replace('key of ', '');
                wanted[name] = role !== name
                    && hints[operation.id]?.keys?.[role]
                    || line.answers[role];
            }
            assert.deepEqual(found, wanted);
        });
}

// A page, or the form of one, with ids of another tenant.
function strange({ method, path, form }, visitor, token) {
    const ids = theirs.ids({ path: path.replace(/:(\w+)/g, '{$1}') });
    const url = path.replace(/:(\w+)/g, (_, name) => ids[name]);
    return method === 'GET' ? visitor.get(url)
        : visitor.post(url, { ...form, _csrf: token });
}

const isToldBySecret = ({ path }) => path === '/unsubscribe/:ref';

test('no id of another tenant in a path is known, and nothing of it changes',
    async () => {
        const visitor = world.visitor('Tenant Admin');
        const token = await visitor.token();
        const open = [];
        for (const route of routes.filter((r) => r.path.includes('/:') &&
            !r.path.startsWith('/api/') && !isToldBySecret(r))) {
            const { status } = await strange(route, visitor, token);
            if (![404, 422].includes(status))
                open.push(`${route.method} ${route.path} ${status}`);
        }
        for (const operation of operations.filter((o) =>
            o.path.includes('{'))) {
            const { status } = await requests.send(operation, {
                ...requests.right(operation), ids: theirs.ids(operation) });
            if (status !== 404)
                open.push(`${operation.id} ${status}`);
        }
        assert.deepEqual(open, []);
        assert.deepEqual(digest(other.tenant), untouched);
    });

// Where a schema has ids: [['account_id'], ['items', 0, 'contact_id']].
function idsOf(schema, at = []) {
    schema = resolve(schema) ?? {};
    if (schema.format === 'uuid')
        return [at];
    return [...Object.entries(schema.properties ?? {})
        .flatMap(([name, s]) => idsOf(s, [...at, name])),
    ...schema.items ? idsOf(schema.items, [...at, 0]) : []];
}

function put(value, [name, ...rest], id) {
    if (name === undefined)
        return id;
    const copy = Array.isArray(value) ? [...value] : { ...value };
    copy[name] = put(copy[name], rest, id);
    return copy;
}

test('no id of another tenant in a body or a query is known', async () => {
    const open = [];
    const ask = async (operation, changes, what) => {
        const { status } = await requests.send(operation,
            { ...requests.right(operation), ...changes });
        if (![400, 404, 422].includes(status))
            open.push(`${operation.id} ${what}: ${status}`);
    };
    for (const operation of operations) {
        // Items of a job are refused one by one: job.test.mjs.
        for (const at of operation.id === 'changeAccounts' ? []
            : idsOf(bodyOf(operation))) {
            const name = at.findLast((part) => typeof part === 'string');
            const body = requests.body(operation, at.length > 1);
            await ask(operation, { body: put(body, at, theirs.idOf(name)) },
                at.join('/'));
        }
        for (const { name, schema } of operation.parameters)
            if (schema.format === 'uuid' && !operation.path.includes(name))
                await ask(operation, { query: {
                    ...requests.query(operation),
                    [name]: theirs.idOf(name) } }, name);
    }
    assert.deepEqual(open, []);
    assert.deepEqual(digest(other.tenant), untouched);
});

test('a key opens no page', async () => {
    const open = [];
    for (const route of routes.filter((r) => r.method === 'GET' &&
        r.needs !== 'ANYONE' && !r.path.startsWith('/api/'))) {
        const ids = requests.ids({ path:
            route.path.replace(/:(\w+)/g, '{$1}') });
        const answer = await send('GET', route.path.replace(/:(\w+)/g,
            (_, name) => ids[name]), { headers: { 'x-api-key':
            keys.Practitioner } });
        if (answer.status !== 303 || !answer.location.startsWith('/login'))
            open.push(`${route.path} ${answer.status}`);
    }
    assert.deepEqual(open, []);
});

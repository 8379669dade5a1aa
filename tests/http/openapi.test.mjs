// The document of the API: true, whole, and accepted by a linter.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { createConfig, lintFromString } from '@redocly/openapi-core';
import Ajv from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

import { routeTable, send } from '../lib/http.mjs';
import { top } from '../lib/instance.mjs';
import { World, demo, forgetFailures } from '../lib/world.mjs';

const text = (await send('GET', '/api/v1/openapi.json')).body;
const document = JSON.parse(text);
// What a reference leads to.
function resolve(node) {
    if (!node?.$ref)
        return node;
    return resolve(node.$ref.slice(2).split('/')
        .reduce((at, name) => at[name], document));
}

const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) =>
        ({ path, method: method.toUpperCase(), ...operation,
            parameters: operation.parameters.map(resolve) })));
const ajv = new Ajv({ strict: false });
formats(ajv);
ajv.addSchema(document, 'document');
let world, account;

before(() => {
    forgetFailures();
    world = new World('openapi');
    account = world.addAccount('Documented', { external_id: `'DOC-1'` });
    world.score(account, 50);
});
after(() => world.end());

const typeOf = (schema) => [].concat(schema.type)[0];

// What meets the schema of a field, in this world.
function good(name, schema) {
    if (schema.examples)
        return schema.examples[0];
    if (schema.enum)
        return schema.enum[0];
    if (typeOf(schema) === 'integer')
        return schema.minimum ?? 1;
    return { uuid: account, date: '2030-01-31', email: 'a@b.example' }[
        schema.format] ?? 'a'.repeat(schema.minLength ?? 1);
}

// Of the kinds that this schema excludes: { what: value }.
function bad(schema) {
    const type = typeOf(schema);
    const found = { 'of another type': type === 'string' ? 17
        : type === 'integer' ? '17' : 'text' };
    if (schema.maxLength)
        found['too long'] = 'a'.repeat(schema.maxLength + 1);
    if (schema.enum)
        found['none of the choices'] = 'no such choice';
    if (schema.maximum !== undefined)
        found['too large'] = schema.maximum + 1;
    if (schema.minimum !== undefined)
        found['too small'] = schema.minimum - 1;
    if (['uuid', 'date', 'email'].includes(schema.format))
        found['of another form'] = 'not so';
    return found;
}

// The schema of a body: of one item, where many may come.
function bodyOf(operation) {
    const schema = resolve(operation.requestBody
        ?.content['application/json'].schema);
    return schema?.oneOf ? resolve(schema.oneOf[0]) : schema;
}

// Right in all that is needed.
function goodBody(operation) {
    const schema = bodyOf(operation);
    if (!schema)
        return undefined;
    if (operation.operationId === 'createToken')
        return { email: world.people.Viewer.email, password: demo.password };
    return Object.fromEntries(Object.entries(schema.properties)
        .filter(([name]) => schema.required?.includes(name) ||
            name === 'account_id' && schema.properties.external_id)
        .map(([name, field]) => [name, name === 'account_id' ? account
            : name.endsWith('_type') ? 'logins'
                : field.type === 'number' ? 1 : good(name, field)]));
}

async function ask(operation,
    { query = {}, body, ids = account, headers = {} } = {}) {
    const all = operation.parameters.filter((p) => p.in === 'query' &&
        p.required).map((p) => [p.name, good(p.name, p.schema)]);
    const search = new URLSearchParams({ ...Object.fromEntries(all),
        ...query }).toString();
    const program = world.program(operation['x-role'] ?? 'Viewer');
    if (operation.security?.length === 0)
        headers.authorization = null;
    return program.send(operation.method,
        operation.path.replace(/\{\w+\}/g, ids) +
        (search ? `?${search}` : ''),
        { ...body === undefined ? {} : { json: body }, headers });
}

// An answer is one of those that the document names, and is made so.
function isDocumented(operation, answer, wanted) {
    const what = `${operation.operationId}: ${answer.status} ${answer.body}`
        .slice(0, 300);
    assert.ok([].concat(wanted).includes(answer.status), what);
    const told = resolve(operation.responses[answer.status]);
    assert.ok(told, `not documented: ${what}`);
    const [type, media] = Object.entries(told.content ?? {})[0] ?? [];
    assert.equal(answer.headers['content-type']?.split(';')[0], type, what);
    for (const name of Object.keys(told.headers ?? {}))
        assert.ok(['Idempotent-Replayed', 'Link'].includes(name) ||answer.headers[name.toLowerCase()], `${name}: ${what}`);
    if (!media?.schema.$ref)
        return;
    const validate = ajv.getSchema(`document${media.schema.$ref}`);
    assert.ok(validate(answer.json),
        `${what}\n${ajv.errorsText(validate.errors)}`);
}

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
    assert.equal(document.components.schemas.Customer.properties.external_id
        .description, 'Id in the CRM it came from.');
});

for (const operation of operations) {
    const { method, path } = operation;
    const schema = bodyOf(operation);
    const query = operation.parameters.filter((p) => p.in === 'query');

    test(`${method} ${path} answers a right request as documented`,
        async () => {
            const right = Object.keys(operation.responses)
                .filter((status) => status < 300).map(Number);
            isDocumented(operation, await ask(operation,
                { body: goodBody(operation) }), right);
            if (operation.responses[304]) {
                const { etag } = (await ask(operation)).headers;
                const again = await ask(operation,
                    { headers: { 'if-none-match': etag } });
                isDocumented(operation, again, 304);
                assert.equal(again.body, '');
            }
            if (!operation.security)
                isDocumented(operation, await send(method,
                    path.replace(/\{\w+\}/g, account)), 401);
            if (path.includes('{'))
                isDocumented(operation, await ask(operation, {
                    body: goodBody(operation),
                    ids: '00000000-0000-4000-8000-000000000000' }), 404);
        });

    test(`${method} ${path} refuses what the document does not know`,
        async () => {
            if (method === 'GET')
                isDocumented(operation, await ask(operation,
                    { query: { unknown: '1' } }), 400);
            else if (schema)
                isDocumented(operation, await ask(operation,
                    { body: { ...goodBody(operation), unknown: '1' } }),
                operation.operationId.startsWith('record') ? 422 : 400);
        });

    for (const { name, required, schema: field } of query)
        test(`${method} ${path} refuses another ${name} than documented`,
            async () => {
                for (const [what, value] of Object.entries(bad(field)))
                    if (what !== 'of another type')
                        isDocumented(operation, await ask(operation,
                            { query: { [name]: value } }), 422);
                if (required)
                    isDocumented(operation, await ask(operation,
                        { query: { [name]: '' } }), 422);
            });

    for (const [name, field] of Object.entries(schema?.properties ?? {}))
        test(`${method} ${path} refuses another ${name} than documented`,
            async () => {
                const body = goodBody(operation);
                for (const [what, value] of Object.entries(bad(field))) {
                    const answer = await ask(operation,
                        { body: { ...body, [name]: value } });
                    isDocumented(operation, answer, 422);
                    assert.ok(answer.json.errors.some(({ pointer }) =>
                        pointer === `/${name}`), `${name} ${what}: ${
                        answer.body}`);
                }
                if (!schema.required?.includes(name))
                    return;
                delete body[name];
                isDocumented(operation, await ask(operation, { body }), 422);
            });
}

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

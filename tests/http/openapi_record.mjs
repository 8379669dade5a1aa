// Records examples for the document: asks a demo for what has none yet, as
// an administrator of Globex, and writes sql/openapi_examples.json.
//
//     eval "$(./dev env)"; node tests/http/openapi_record.mjs [OPERATION …]
//
// Named operations are recorded anew. What is sent is "request" of the file,
// where there is one. It changes the demo: take an instance of your own.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { row } from '../lib/db.mjs';
import { Program } from '../lib/http.mjs';
import { top } from '../lib/instance.mjs';
import { document, resolve } from '../lib/openapi.mjs';
import { raiseAll } from '../lib/webhook_event.mjs';
import { World, demo } from '../lib/world.mjs';

const file = join(top, 'sql/openapi_examples.json');
const all = JSON.parse(readFileSync(file, 'utf8'));
const again = process.argv.slice(2);
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) =>
        ({ path, method: method.toUpperCase(), ...operation })));
const program = new Program('');
const signedIn = await program.post('/api/v1/auth/token',
    { email: 'admin@globex.com', password: demo.password },
    { authorization: null });
program.token = signedIn.json.access_token;

const jsonOf = (holder) => holder?.content?.['application/json'];

async function firstOf(list) {
    const answer = await program.get(`${list}?limit=1`);
    return answer.status === 200 && answer.json.data?.[0]?.id;
}

// A plan and a step of it: the newest, since examples should be short.
function withPlan(path) {
    const { plan, step } = row(`select plan_id as plan, id as step
        from success_plan_steps order by created_at desc, position limit 1`);
    return path.replace('{id}', plan).replace('{step}', step);
}

// The first that the list before a "{" shows.
async function withIds(path) {
    if (path.includes('/success-plans/{'))
        return withPlan(path);
    const table = /\/(business-reviews|advocacy-activities)\/\{/.exec(path)?.[1];
    if (table)
        return path.replace('{id}', row(`select id
            from ${table.replace('-', '_')} order by updated_at desc, id
            limit 1`).id);
    while (path.includes('{')) {
        const [before] = path.split(/\/\{\w+\}/, 1);
        const id = await firstOf(before.endsWith('/customers') ||
            before.startsWith('/api/health') ? '/api/v1/accounts' : before);
        if (!id)
            return undefined;
        path = path.replace(/\{\w+\}/, id);
    }
    return path;
}

// What the table of routes has examples for.
function compose(schema) {
    schema = resolve(schema);
    if (schema.oneOf)
        return compose(schema.oneOf[0]);
    if (schema.examples)
        return schema.examples[0];
    return Object.fromEntries(Object.entries(schema.properties ?? {})
        .filter(([name, p]) => p.examples || schema.required?.includes(name))
        .map(([name, p]) => [name, p.examples?.[0] ?? p.enum?.[0] ?? 1]));
}

async function record(operation) {
    const { operationId: id, method } = operation;
    const mine = all[id] ?? {};
    const [status, answer] = Object.entries(operation.responses)
        .find(([code]) => code.startsWith('2'));
    const body = jsonOf(operation.requestBody);
    if (!body && !jsonOf(resolve(answer)) || id === 'getDocument')
        return;
    const path = await withIds(operation.path);
    if (!path)
        return console.error(`${id}: nothing there to ask for`);
    const request = body && (mine.request ?? compose(body.schema));
    const query = operation.parameters.map(resolve).filter((p) =>
        p.in === 'query' && (p.required || p.name === 'limit')).map((p) =>
        `${p.name}=${p.name === 'limit' ? 2 : p.schema.examples?.[0] ?? 'atlas'}`);
    const got = await program.send(method, path + (query.length > 0
        ? `?${query.join('&')}` : ''), { ...body ? { json: request } : {},
        headers: operation.security?.length === 0
            ? { authorization: null } : {} });
    if (got.status !== Number(status))
        return console.error(`${id}: ${got.status} ${got.body}`);
    if (got.json.access_token)
        got.body = got.body.replace(/(?<=eyJ[\w-]{20})[\w.-]+/, '…');
    all[id] = { ...body ? { request } : {},
        ...jsonOf(resolve(answer)) ? { answer: got.json } : {} };
}

const inAllFormats = ['health_score_drop', 'stage_transition', 'test'];

function recordWebhooks() {
    const world = new World('northwind');
    try {
        for (const [type, payloads] of Object.entries(raiseAll(world)))
            all[document.webhooks[type].post.operationId] = { requests:
                Object.fromEntries(Object.entries(payloads)
                    .filter(([format]) => format === 'standard' ||
                        inAllFormats.includes(type))
                    .map(([format, value]) => [format, { value }])) };
    } finally {
        world.end();
    }
}

// What is done in the background is over when it is looked at.
operations.sort((a, b) => (a.method === 'GET') - (b.method === 'GET'));

for (const operation of operations)
    if (!all[operation.operationId] || again.includes(operation.operationId))
        await record(operation);
if (!all.onTest || again.includes('webhooks'))
    recordWebhooks();
writeFileSync(file, JSON.stringify(Object.fromEntries(Object.entries(all)
    .sort(([a], [b]) => a < b ? -1 : 1)), null, 1) + '\n');

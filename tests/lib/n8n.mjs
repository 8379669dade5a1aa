// A receiver that answers as n8n does, and runs the workflows of docs/n8n
// as far as their nodes are known here.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';

import { Receiver } from './receiver.mjs';

const folder = new URL('../../docs/n8n/', import.meta.url).pathname;

export const workflows = () => Object.fromEntries(
    readdirSync(folder).filter((f) => f.endsWith('.json')).sort()
        .map((f) => [f.replace(/\.json$/, ''),
            JSON.parse(readFileSync(join(folder, f), 'utf8'))]));

const short = (node) => node.type.replace('n8n-nodes-base.', '');
export const isTrigger = (node) =>
    ['webhook', 'scheduleTrigger'].includes(short(node));

// A parameter: text that begins with "=" holds JavaScript in {{ }}. When it
// is nothing else, the value stays what it is; otherwise it becomes text.
export function evaluate(text, context) {
    if (typeof text !== 'string' || !text.startsWith('='))
        return text;
    const code = (js) => runInContext(`(${js})`, createContext(context));
    const whole = /^=\s*\{\{((?:(?!\}\}).)*)\}\}\s*$/s.exec(text);
    if (whole)
        return code(whole[1]);
    return text.slice(1).replace(/\{\{((?:(?!\}\}).)*)\}\}/gs,
        (_, js) => code(js) ?? '');
}

// Every expression below value, with the way to it.
export function expressions(value, path = '') {
    if (typeof value === 'string')
        return value.startsWith('=') ? [[path, value]] : [];
    return Object.entries(value ?? {})
        .flatMap(([key, v]) => expressions(v, `${path}/${key}`));
}

const operations = {
    lt: (a, b) => a < b,
    equals: (a, b) => a === b,
};

// typeValidation strict: a value of another type stops the workflow.
function holds({ leftValue, rightValue, operator }, context) {
    const left = evaluate(leftValue, context);
    if (typeof left !== operator.type)
        throw new Error(`Wrong type: '${left}' is a ${typeof left} but was ` +
            `expecting a ${operator.type}`);
    return operations[operator.operation](left, rightValue);
}

// What each node makes of an item: [output, item].
const doers = {
    webhook: (node, item) => [0, item],
    scheduleTrigger: (node, item) => [0, item],
    noOp: (node, item) => [0, item],
    if: (node, item, context) => [node.parameters.conditions.conditions
        .every((c) => holds(c, context)) ? 0 : 1, item],
    set: (node, item, context) => [0, Object.fromEntries(
        node.parameters.assignments.assignments
            .map((a) => [a.name, evaluate(a.value, context)]))],
    respondToWebhook: (node, item, context, run) => {
        run.answer = {
            status: evaluate(node.parameters.options.responseCode, context),
            body: evaluate(node.parameters.responseBody, context),
        };
        return [0, item];
    },
    httpRequest: async (node, item, context, run) => [0, await run.request(
        evaluate(node.parameters.url, context),
        evaluate(node.parameters.jsonBody, context))],
    code: (node, items) => [0, runInContext(
        `(() => { ${node.parameters.jsCode} })()`, createContext({ $input: {
            all: () => items.map((json) => ({ json })) } }))[0].json],
    dataTable: (node, item, context, run) => [0, tables[
        node.parameters.operation](node.parameters, item, context, run.table)],
};

// A data table is an array of rows, each with an id.
const tables = {
    create: () => ({ name: 'created' }),
    upsert: ({ filters, columns }, item, context, table) => {
        const [{ keyName, keyValue }] = filters.conditions;
        const key = evaluate(keyValue, context);
        let row = table.find((r) => r[keyName] === key);
        if (!row)
            table.push(row = { id: table.length + 1 });
        for (const [name, value] of Object.entries(columns.value))
            row[name] = evaluate(value, context);
        return row;
    },
    get: (_, item, context, table) => table,
    deleteRows: ({ filters }, item, context, table) => {
        const last = evaluate(filters.conditions[0].keyValue, context);
        table.splice(0, table.length, ...table.filter((r) => r.id > last));
        return { success: true };
    },
};

// Runs one workflow from its webhook, or from the trigger that is named.
// request() stands for the world, table for n8n's own.
export async function runWorkflow(workflow, item,
    { request, table = [], from } = {}) {
    const run = { request, table, seen: {}, trail: [] };
    const nodes = Object.fromEntries(workflow.nodes.map((n) => [n.name, n]));
    let node = nodes[from] ?? workflow.nodes.find(isTrigger);
    while (node) {
        const context = { $json: item,
            $: (name) => ({ item: { json: run.seen[name] } }) };
        const [output, next] = await doers[short(node)](node, item, context,
            run);
        run.trail.push(node.name);
        run.seen[node.name] = item = next;
        const to = workflow.connections[node.name]?.main[output] ?? [];
        assert.ok(to.length <= 1, 'one way from each output');
        node = nodes[to[0]?.node];
    }
    return run;
}

const json = (status, body) => ({ status, body: JSON.stringify(body),
    headers: { 'content-type': 'application/json; charset=utf-8' } });

export const notRegistered = (method, path) => json(404, { code: 404,
    message: `The requested webhook "${method} ${path}" is not registered.`,
    hint: 'The workflow must be active for a production URL to run '
        + 'successfully. You can activate the workflow using the toggle in '
        + 'the top-right of the editor. Note that unlike test URL calls, '
        + 'production URL calls aren\'t shown on the canvas (only in the '
        + 'executions list)' });

export class N8n extends Receiver {
    static async open(port) {
        const n8n = await super.open(port);
        n8n.runs = [];
        n8n.answer = (post) => n8n.take(post);
        return n8n;
    }

    activate(found) {
        this.active = new Map(Object.values(found).flatMap((w) => w.nodes
            .filter((n) => short(n) === 'webhook')
            .map((n) => [n.parameters.path, { workflow: w, hook: n }])));
    }

    // path -> { name, value }: as its credential "Header Auth" says.
    headers = {};

    async take({ method, path, headers, body }) {
        const name = path.replace(/^\/webhook\//, '');
        const found = this.active.get(name);
        if (!found || method !== found.hook.parameters.httpMethod)
            return notRegistered(method, name);
        const wanted = this.headers[name];
        if (wanted && headers[wanted.name] !== wanted.value)
            return { status: 403, body: 'Authorization data is wrong!' };
        const item = { headers, params: {}, query: {}, body: JSON.parse(body),
            webhookUrl: `http://localhost:${this.port}${path}`,
            executionMode: 'production' };
        return this.answerOf(found, item);
    }

    async answerOf({ workflow, hook }, item) {
        try {
            const run = await runWorkflow(workflow, item, this);
            this.runs.push(run);
            if (hook.parameters.responseMode === 'onReceived')
                return json(200, { message: 'Workflow was started' });
            if (!run.answer)
                return json(500, { code: 0, message: 'No Respond to Webhook '
                    + 'node found in the workflow' });
            return json(run.answer.status, run.answer.body);
        } catch (error) {
            this.runs.push({ error });
            if (hook.parameters.responseMode === 'onReceived')
                return json(200, { message: 'Workflow was started' });
            return json(500, { message: 'Error in workflow' });
        }
    }
}

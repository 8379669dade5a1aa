// Requests made of the document: right ones, and each kind of wrong one.

import { randomUUID } from 'node:crypto';

import { adminHints } from './admin_hints.mjs';
import { row, rows, run } from './db.mjs';
import { document, resolve } from './openapi.mjs';
import { demo } from './world.mjs';

export const operations = Object.entries(document.paths)
    .flatMap(([path, item]) => Object.entries(item)
        .map(([method, operation]) => ({ path, method: method.toUpperCase(),
            ...operation, id: operation.operationId,
            parameters: operation.parameters.map(resolve) })));

// Where the ids of a noun are, unless its table is called so.
const tables = {
    customers: 'accounts', stages: 'journey_stages', goals: 'stage_goals',
    users: 'profiles', people: 'profiles', executions: 'playbook_executions',
    runs: 'playbook_executions', deliveries: 'webhook_queue',
    endpoints: 'webhook_endpoints', attributes: 'custom_attributes',
    views: 'saved_views', plans: 'success_plans',
    milestones: 'success_plan_steps', steps: 'success_plan_steps',
    reviews: 'business_reviews', advocacy: 'advocacy_activities',
    templates: 'plan_templates', tiers: 'account_tiers', keys: 'api_keys',
    score: 'accounts', health_scores: 'health_scores',
};
// What a member that ends in _id names, by the word before.
const nouns = { parent: 'accounts', customer: 'accounts', csm: 'people',
    owner: 'people', user: 'people', assignee: 'people', author: 'people',
    lead: 'people', actor: 'people', profile: 'profiles' };
// Rows that most routes are about.
const usual = { accounts: 'status = \'active\' and health_score is not null' };
const known = new Map(rows(`select table_name as name,
        json_agg(column_name) as columns from information_schema.columns
    where table_schema = 'mainstay' group by 1
    having bool_or(column_name = 'tenant_id') and bool_or(column_name = 'id')`)
    .map(({ name, columns }) => [name, columns]));

// What two rows may not have in common.
const unique = /(^|_)(name|title|email|slug|key|label)$|^external_?id$/i;

const snake = (word) => word.replaceAll('-', '_')
    .replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const plural = (word) => /[^aeo]y$/.test(word)
    ? word.replace(/y$/, 'ies') : `${word}s`;
const singular = (word) => word.replace(/ies$/, 'y').replace(/s$/, '');

export const typeOf = (schema) => [].concat(schema?.type)
    .find((type) => type !== 'null');
export const mayBeNull = (schema) => [].concat(schema?.type).includes('null');

// The schema of a body: of one item, where many may come.
export function bodyOf(operation) {
    const schema = resolve(operation.requestBody
        ?.content['application/json']?.schema);
    return resolve(schema?.oneOf?.[0]) ?? schema;
}

// The names in a path, each with the table that its ids are in.
export function names(operation) {
    const parts = operation.path.split('/');
    return parts.flatMap((part, i) => {
        const name = /^\{(\w+)\}$/.exec(part)?.[1];
        if (!name)
            return [];
        const noun = snake(parts[i - 1]);
        const of = `${singular(snake(parts[i - 3] ?? ''))}_${noun}`;
        const table = [of, tables[noun], noun].find((t) => known.has(t));
        return [{ name, noun, table }];
    });
}

// Of a tenant: what its ids are, and what may be sent of it.
export class Requests {
    constructor(world, hints = {}) {
        this.world = world;
        this.hints = hints;
        this.turn = 0;
    }

    // One for each operation: a session may not ask too often.
    program({ id, 'x-role': role = 'Viewer' }) {
        if (this.asking !== id)
            [this.asking, this.asker] = [id, this.world.program(role)];
        return this.asker;
    }

    // The next row of a table; undefined when there is none.
    row(table, where = usual[table] ?? 'true') {
        return rows(`select to_jsonb(t) as row from mainstay.${table} t
            where t.tenant_id = :'tenant' and (${where})
            order by md5(t.id || :'turn') limit 1`,
        { tenant: this.world.tenant, turn: this.turn++ })[0]?.row;
    }

    idOf(member) {
        const word = snake(member).replace(/_?id$/, '');
        const noun = nouns[word] ?? plural(word);
        if (noun === 'people')
            return this.world.people.Practitioner.id;
        const table = [noun, tables[noun], plural(word.split('_').pop()),
            tables[plural(word.split('_').pop())]].find((t) => known.has(t));
        return (table && this.row(table)?.id) ?? randomUUID();
    }

    // { name: id } for the path: a row, and what it is part of.
    ids(operation) {
        const hint = this.hints[operation.id] ?? {};
        if (hint.ids)
            return hint.ids(this);
        const all = names(operation);
        const found = {};
        let part;
        for (const { name, table } of all.toReversed()) {
            const of = part && table && [`${singular(table)}_id`,
                `${singular(table.replace(/^[a-z]+_/, ''))}_id`]
                .map((column) => part[column]).find(Boolean);
            if (!of && table)
                part = this.row(table, hint.where);
            found[name] = of ?? part?.id ?? randomUUID();
        }
        return found;
    }

    text(schema, name) {
        const format = { uuid: () => this.idOf(name),
            date: () => '2030-01-31',
            'date-time': () => new Date().toISOString(),
            email: () => `${randomUUID()}@x.example`,
            uri: () => 'https://receiver.example/' }[schema.format];
        if (format)
            return format();
        const text = `${name.replace(/[^a-z]/gi, '')}-${randomUUID()}`;
        const fits = text.slice(0, schema.maxLength)
            .padEnd(schema.minLength ?? 0, 'x');
        return !schema.pattern || new RegExp(schema.pattern, 'u').test(fits)
            ? fits : schema.examples?.[0] ?? '1';
    }

    // What meets a schema: only what it requires, or all that it knows.
    good(schema, name = '', isFull = false) {
        schema = resolve(schema);
        const parts = schema.oneOf ?? schema.anyOf;
        if (parts)
            return this.good(parts[0], name, isFull);
        if (schema.const !== undefined)
            return schema.const;
        if (schema.enum)
            return schema.enum.find((v) => v !== null);
        const type = typeOf(schema);
        if (type === 'object')
            return Object.fromEntries(Object.entries(schema.properties ?? {})
                .filter(([key]) => isFull || schema.required?.includes(key))
                .map(([key, s]) => [key, this.good(s, key, isFull)]));
        if (type === 'array')
            return Array.from({ length: schema.minItems ?? (isFull ? 1 : 0) },
                () => this.good(schema.items ?? {}, singular(name), isFull));
        if (type === 'integer' || type === 'number')
            return schema.examples?.[0] ?? schema.minimum ?? 1;
        if (type === 'boolean')
            return true;
        if (schema.examples && schema.format !== 'uuid' && !unique.test(name))
            return schema.examples[0];
        return this.text(schema, name);
    }

    body(operation, isFull = false) {
        const schema = bodyOf(operation);
        const hint = this.hints[operation.id]?.body?.(this, isFull);
        return schema && { ...this.good(schema, '', isFull), ...hint };
    }

    query(operation) {
        return { ...Object.fromEntries(operation.parameters
            .filter((p) => p.in === 'query' && p.required)
            .map((p) => [p.name, this.good(p.schema, p.name)])),
        ...this.hints[operation.id]?.query };
    }

    // All of a right request.
    right(operation, isFull = false) {
        this.hints[operation.id]?.before?.(this);
        const ids = this.ids(operation);
        return { ids, query: this.query(operation),
            body: this.body(operation, isFull, ids) };
    }

    async send(operation, { ids, query = {}, body, text, headers = {} }, who) {
        const path = operation.path.replace(/\{(\w+)\}/g,
            (_, name) => encodeURIComponent(ids[name]));
        const search = new URLSearchParams(query).toString();
        const anyone = operation.security?.length === 0;
        const program = who ?? this.program(operation);
        return program.send(operation.method, path + (search && `?${search}`),
            { ...text !== undefined ? { body: text }
                : body === undefined ? {} : { json: body },
            headers: { ...text === undefined ? {}
                : { 'content-type': 'application/json' },
            ...anyone ? { authorization: null } : {}, ...headers } });
    }
}

// A value that a schema excludes, for each way in which it does.
export function bad(schema) {
    schema = resolve(schema);
    const type = typeOf(schema);
    const found = { 'of another type': { string: 17, integer: '17',
        number: '17', boolean: 'yes', array: {}, object: 'text' }[type] };
    if (found['of another type'] === undefined)
        return {};
    if (!mayBeNull(schema) && schema.default === undefined)
        found.null = null;
    if (schema.maxLength)
        found['too long'] = 'a'.repeat(schema.maxLength + 1);
    if (schema.enum && type === 'string')
        found['none of the choices'] = 'no such choice';
    if (schema.maximum !== undefined)
        found['too large'] = schema.maximum + 1;
    if (schema.minimum !== undefined)
        found['too small'] = schema.minimum - 1;
    if (schema.maxItems)
        found['too many'] = Array(schema.maxItems + 1).fill(null);
    if (['uuid', 'date', 'date-time', 'email'].includes(schema.format))
        found['of another form'] = 'not so';
    return found;
}

const rowOf = (r, text, more = {}) => row(text,
    { tenant: r.world.tenant, ...more });

// A note or task of the Contributor's own.
const own = (table, text, who) => (r) => rowOf(r, `insert into ${table}
        (tenant_id, account_id, ${text}, ${who})
    values (:'tenant', :'account', 'Own', :'me') returning id`,
{ account: r.row('accounts').id, me: r.world.people.Contributor.id });
// Nobody's own: a key is no person.
const noOwn = (status) => ({ keys: { Contributor: status } });

// An account with the stage it is in, and one that asks for no goals.
function moving(r) {
    r.move = rowOf(r, `select a.id, f.id as from, t.id as stage
        from accounts a join journey_stages f
            on f.tenant_id = a.tenant_id and f.name = a.current_stage
        join journey_stages t on t.tenant_id = a.tenant_id
            and t.id <> f.id and t.kind <> 'normal'
        where a.tenant_id = :'tenant' order by random() limit 1`);
    return { id: r.move.id };
}

// One that waits and one that has ended.
const askForJobs = ({ world }) => run(`insert into jobs (tenant_id, kind,
        needs, total, status, requested_by)
    select :'tenant', 'account_bulk', 'Practitioner', 1, s, :'user'
    from unnest('{queued,done}'::text[]) s`,
{ tenant: world.tenant, user: world.people.Practitioner.id });

// How to arrange what the document alone cannot say.
// What has not been done yet, of nobody in particular.
const asked = (_, isFull) => isFull
    ? { contactId: null, completedAt: undefined } : {};
const planned = (_, isFull) => isFull
    ? { heldAt: undefined, actionItems: [{ title: 'Send the minutes' }] } : {};

export const hints = {
    getJob: { before: askForJobs },
    cancelJob: { before: askForJobs, where: `status = 'queued'`,
        also: { 409: (r) => ({ ids: { id: r.row('jobs',
            `status = 'done'`).id } }) } },
    createToken: { body: ({ world }) => ({
        email: world.people.Viewer.email, password: demo.password }),
    also: { 401: () => ({ body: { email: 'nobody@x.example',
        password: 'no password' } }) } },
    search: { query: { q: 'a' } },
    recordUsageMetrics: { body: (r) => ({ account_id: r.row('accounts').id,
        external_id: undefined, metric_type: 'logins', metric_value: 1 }) },
    recordEvents: { body: (r) => ({ account_id: r.row('accounts').id,
        external_id: undefined, occurred_at: undefined,
        source_type: 'support', event_type: 'ticket_created' }) },
    createAccount: { body: (r, isFull) => isFull
        ? { crm_attributes: {} } : {} },
    updateAccount: { body: (r, isFull) => isFull
        ? { crm_attributes: {}, parent_id: null } : {} },
    createNote: { body: (r, isFull) => isFull ? { contact_id: null } : {} },
    updateNote: { ids: own('notes', 'body', 'author_id'),
        body: (r, isFull) => isFull ? { contact_id: null } : {},
        ...noOwn('404') },
    createTask: { body: (r, isFull) => isFull
        ? { assignee_id: r.world.people.Contributor.id } : {},
    ...noOwn('403') },
    updateTask: { ids: own('tasks', 'title', 'assignee_id'),
        body: (r, isFull) => isFull
            ? { assignee_id: r.world.people.Contributor.id } : {},
        ...noOwn('404') },
    removeAccountTag: { ids: (r) => rowOf(r, `insert into account_tags
            (tenant_id, account_id, tag_id)
        values (:'tenant', :'account', :'tag')
        returning account_id as id, tag_id as tag`,
    { account: r.row('accounts').id, tag: rowOf(r, `insert into tags
            (tenant_id, name)
        values (:'tenant', gen_random_uuid()) returning id`).id }) },
    deleteStage: { ids: (r) => rowOf(r, `insert into journey_stages
            (tenant_id, name, display_order)
        select :'tenant', gen_random_uuid(), max(display_order) + 1
        from journey_stages where tenant_id = :'tenant' returning id`),
    also: { 409: (r) => ({ ids: rowOf(r, `select s.id from journey_stages s
        join accounts a on a.tenant_id = s.tenant_id
            and a.current_stage = s.name
        where s.tenant_id = :'tenant' limit 1`) }) } },
    setAccountGoal: { ids: (r) => ({ id: r.row('accounts').id,
        goal: r.row('stage_goals').id }) },
    moveAccount: { ids: moving, body: ({ move: { stage, from } }, isFull) =>
        ({ stage, ...isFull ? { from, goals: [] } : {} }) },
    createAdvocacyActivity: { body: asked },
    updateAdvocacyActivity: { body: asked },
    createBusinessReview: { body: planned },
    updateBusinessReview: { body: planned, where: `status = 'scheduled'` },
    ...adminHints,
};

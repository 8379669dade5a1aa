// A word of its own in every text that a tenant holds, which nobody of another
// tenant ever reads: in no page, answer, export, delivery or line of a log.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { run, value } from '../lib/db.mjs';
import { Visitor, routeTable } from '../lib/http.mjs';
import { logs, masterOf, top } from '../lib/instance.mjs';
import { Requests, hints, operations } from '../lib/operations.mjs';
import { Twin } from '../lib/twin.mjs';
import { forgetFailures } from '../lib/world.mjs';

const mark = 'zqxkanari';
const start = mark.slice(0, 4); // what is searched for is shown again
let world, other, requests, theirs, planted;
const secrets = new Set();

before(() => {
    forgetFailures();
    process.kill(masterOf('worker'), 'SIGSTOP');
    world = new Twin('reader');
    other = new Twin('canary');
    requests = new Requests(world, hints);
    theirs = new Requests(other);
    planted = JSON.parse(run(readFileSync(join(top, 'tests/lib/canary.sql'),
        'utf8'), { tenant: other.tenant, mark }));
});
after(() => {
    process.kill(masterOf('worker'), 'SIGCONT');
    world.end();
    other.end();
});

// Texts of answers under a name that says that they are secret.
function noteSecrets(node) {
    for (const [name, found] of Object.entries(node ?? {}))
        if (typeof found === 'object')
            noteSecrets(found);
        else if (/token|secret|password|^key$/.test(name) &&
            `${found}`.length >= 20)
            secrets.add(found);
}

function note(answer) {
    if (/json/.test(answer.headers['content-type'] ?? ''))
        noteSecrets(answer.json);
    return answer;
}

const isShown = (answer) => answer.body.includes(mark) ||
    JSON.stringify(answer.headers).includes(mark);
const routes = routeTable(join(top, 'fcgi/routes.c'))
    .map((route) => ({ ...route,
        of: { path: route.path.replace(/:(\w+)/g, '{$1}') } }));
const urlOf = (path, ids) => path.replace(/:(\w+)/g, (_, name) => ids[name]);

test('the words stand in most texts, and their own tenant reads them',
    async () => {
        for (const place of ['accounts.name', 'accounts.crm_attributes',
            'contacts.full_name', 'notes.body', 'tasks.title',
            'audit_log.after', 'alerts.title', 'scorecards.name',
            'webhook_payloads.body'])
            assert.ok(planted.some((p) => p.endsWith(place)), place);
        assert.ok(isShown(await other.visitor('Tenant Admin')
            .get('/dashboard/accounts')));
        assert.ok(isShown(await other.program('Viewer')
            .get('/api/v1/accounts')));
    });

test('no page and no answer to a question shows one', async () => {
    const shown = [];
    const visitor = new Visitor(world.open('Tenant Admin').token);
    for (const { method, path, of } of routes.filter((r) =>
        r.method === 'GET' && !r.path.startsWith('/api/')))
        for (const [whose, by] of [['mine', requests], ['theirs', theirs]])
            for (const query of ['', `?q=${start}`])
                if (isShown(await visitor.get(
                    urlOf(path, by.ids(of)) + query)))
                    shown.push(`${method} ${path}${query} ${whose}`);
    for (const operation of operations.filter((o) => o.method === 'GET'))
        for (const ids of [requests.ids(operation), theirs.ids(operation)])
            for (const query of [requests.query(operation), { q: start },
                { limit: '200' }])
                if (isShown(note(await requests.send(operation,
                    { ids, query }))))
                    shown.push(`${operation.id} ${JSON.stringify(query)}`);
    assert.deepEqual(shown, []);
});

test('no answer to a change shows one', async () => {
    const shown = [];
    for (const operation of operations.filter((o) => o.method !== 'GET'))
        for (const isFull of [false, true]) {
            const right = requests.right(operation, isFull);
            for (const ids of [right.ids, theirs.ids(operation)])
                if (isShown(note(await requests.send(operation,
                    { ...right, ids }))))
                    shown.push(operation.id);
        }
    const visitor = new Visitor(world.open('Tenant Admin').token);
    const token = await visitor.token();
    for (const { method, path, of, form } of routes.filter((r) =>
        r.method === 'POST' && !r.path.startsWith('/api/') &&
        r.needs !== 'ANYONE' && !/^\/(logout|switch|sessions)/.test(r.path)))
        for (const by of [requests, theirs])
            if (isShown(await visitor.post(urlOf(path, by.ids(of)),
                { ...form, _csrf: token })))
                shown.push(`${method} ${path}`);
    assert.deepEqual(shown, []);
});

test('no row of the reader has taken one up', () => {
    const tables = value(`select string_agg(format('select %L as name
            from mainstay.%I t where tenant_id = %L and t::text like %L',
            c.relname, c.relname, :'tenant', :'mark'), ' union all ')
        from pg_class c join pg_attribute a on a.attrelid = c.oid
            and a.attname = 'tenant_id' and not a.attisdropped
        where c.relnamespace = 'mainstay'::regnamespace
            and c.relkind in ('r', 'p') and not c.relispartition`,
    { tenant: world.tenant, mark: `%${mark}%` });
    assert.equal(run(tables), '');
});

test('no log has one, and none has a secret that was answered', () => {
    secrets.add(world.sessions['Tenant Admin']?.token ?? mark);
    for (const [name, text] of Object.entries(logs())) {
        assert.ok(!text.includes(mark), name);
        for (const secret of secrets)
            assert.ok(!text.includes(secret), `${secret} is in ${name}`);
    }
    assert.ok(secrets.size > 1);
});

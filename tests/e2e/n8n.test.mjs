// The workflows of docs/n8n: their form, their expressions against what
// Mainstay really sends, and deliveries to a receiver that answers as n8n.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';

import { row, rows, run as sql } from '../lib/db.mjs';
import { until } from '../lib/instance.mjs';
import { N8n, evaluate, expressions, isTrigger, runWorkflow, workflows }
    from '../lib/n8n.mjs';
import { World } from '../lib/world.mjs';

const all = workflows();

const versions = { webhook: 2.1, respondToWebhook: 1.1, if: 2.2, set: 3.4,
    noOp: 1, stickyNote: 1, httpRequest: 4.2, scheduleTrigger: 1.2, code: 2,
    dataTable: 1.1 };
// What Mainstay sends to which path, and on what.
const formats = { 'health-alert': ['seed-000', 'health_score_drop'],
    'stage-alert': ['seed-000', 'stage_transition'],
    'stage-transition': ['seed-001', 'stage_transition'],
    'renewal-digest': ['standard', 'renewal_due'] };
const events = {
    health_score_drop: { type: 'health_score_drop', score: 35,
        previous_score: 70, band: 'critical' },
    stage_transition: { type: 'stage_transition', from_stage: 'Adoption',
        to_stage: 'At Risk' },
    renewal_due: { type: 'renewal_due', days: 90 },
};

const webhookOf = (w) => w.nodes.find(
    (n) => n.type === 'n8n-nodes-base.webhook');
const item = (body) => ({ headers: {}, params: {}, query: {}, body });

// One payload per account of the demo, as the worker would send it.
const payloads = (format, event) => rows(`select a.name, a.arr_cents,
        mainstay.webhook_payload_for(:'format', a.tenant_id, a.id,
            :'event'::jsonb) as body
    from accounts a join tenants t on t.id = a.tenant_id
    where t.slug in ('acme-corp', 'globex') order by a.id`,
{ format, event: JSON.stringify(event) });

describe('a workflow', () => {
    test('exists for each thing that docs/n8n.md promises', () => {
        assert.deepEqual(Object.keys(all).sort(),
            [...Object.keys(formats), 'ticket-to-mainstay'].sort());
    });

    for (const [name, w] of Object.entries(all)) {
        test(`${name}: nodes and versions that n8n knows`, () => {
            for (const n of w.nodes) {
                const type = n.type.replace('n8n-nodes-base.', '');
                assert.equal(n.typeVersion, versions[type], n.type);
                assert.equal(n.position.length, 2);
                assert.equal(typeof n.parameters, 'object');
            }
            assert.equal(w.settings.executionOrder, 'v1');
            assert.equal(w.active, false, 'nothing runs unasked');
        });

        test(`${name}: ids and names are its own`, () => {
            const ids = Object.values(all).flatMap((o) => [o.id,
                ...o.nodes.flatMap((n) => [n.id, n.webhookId])])
                .filter(Boolean);
            assert.equal(new Set(ids).size, ids.length);
            assert.equal(new Set(w.nodes.map((n) => n.name)).size,
                w.nodes.length);
            for (const n of w.nodes)
                assert.match(n.id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
        });

        test(`${name}: connections lead from a trigger to every node`, () => {
            const reached = new Set();
            const visit = (at) => {
                assert.ok(w.nodes.some((n) => n.name === at), at);
                if (reached.has(at))
                    return;
                reached.add(at);
                for (const output of w.connections[at]?.main ?? [])
                    for (const to of output) {
                        assert.equal(to.type, 'main');
                        visit(to.node);
                    }
            };
            w.nodes.filter(isTrigger).forEach((n) => visit(n.name));
            Object.keys(w.connections).forEach((from) =>
                assert.ok(reached.has(from), from));
            for (const n of w.nodes)
                assert.ok(reached.has(n.name) || /stickyNote$/.test(n.type),
                    `${n.name} is not connected`);
        });

        test(`${name}: a webhook that is posted to and answered`, () => {
            const { parameters: p, webhookId } = webhookOf(w);
            assert.equal(p.httpMethod, 'POST', 'n8n\'s own default is GET');
            assert.ok(webhookId);
            // So that what fails is not answered with 200, and comes again.
            assert.equal(p.responseMode, 'responseNode');
            assert.ok(w.nodes.some((n) => /respondTo/.test(n.type)));
        });

        test(`${name}: no credential and no secret inside`, () => {
            for (const n of w.nodes)
                assert.equal(n.credentials, undefined, n.name);
            assert.doesNotMatch(JSON.stringify(w),
                /whsec_|csk_live_|password|Bearer/);
        });

        test(`${name}: the body is looked for where n8n puts it`, () => {
            const first = webhookOf(w).name;
            const found = w.nodes.flatMap((n) => expressions(n.parameters));
            assert.notEqual(found.length, 0);
            for (const [path, text] of found) {
                const uses = text.match(/\$\('[^']+'\)\.item\.json\.\w+/g);
                for (const use of uses ?? [])
                    assert.equal(use, `$('${first}').item.json.body`, path);
            }
        });
    }
});

describe('what Mainstay sends', () => {
    for (const [name, [format, type]] of Object.entries(formats))
        test(`is understood by ${name}, for every account of the demo`,
            async () => {
                const found = payloads(format, events[type]);
                assert.ok(found.length > 100);
                for (const { name: account, body } of found) {
                    const run = await runWorkflow(all[name], item(body));
                    assert.doesNotMatch(JSON.stringify(run.seen),
                        /undefined|NaN|\[object|: null|"text":"[^"]*null/,
                        account);
                    assert.equal(run.answer.status, 200);
                    assert.equal(run.answer.body.account, account);
                }
            });

    test('below the line becomes a message, above it does not', async () => {
        const at = async (score) => {
            const [{ body }] = payloads('seed-000',
                { ...events.health_score_drop, score });
            return runWorkflow(all['health-alert'], item(body));
        };
        const low = await at(39);
        assert.equal(low.answer.body.critical, true);
        assert.match(low.seen['Tell your team'].text, /health 39, before 70/);
        const high = await at(40);
        assert.equal(high.answer.body.critical, false);
        assert.equal(high.seen['Tell your team'], undefined);
    });

    test('about renewals becomes one message a week, each account once',
        async () => {
            const table = [];
            const found = payloads('standard', events.renewal_due).slice(0, 9);
            for (const { body } of [...found, ...found])
                await runWorkflow(all['renewal-digest'], item(body),
                    { table });
            assert.equal(table.length, 9);
            const run = await runWorkflow(all['renewal-digest'], {},
                { table, from: 'On Monday' });
            const lines = run.seen['Tell your team'].text.split('\n');
            assert.equal(lines[0], '9 to renew:');
            assert.deepEqual(lines.slice(1), lines.slice(1).sort());
            for (const { name } of found)
                assert.ok(lines.some((l) => l.includes(name)), name);
            assert.equal(table.length, 0, 'told is forgotten');
        });

    test('with a person and a date missing still reads as a sentence',
        async () => {
            const body = { event_type: 'health_score_drop',
                account: { id: 'x', name: 'Bare', arr: null,
                    renewal_date: null },
                health_score: { current_score: 20, previous_score: null,
                    risk_level: 'Critical', usage_score: null,
                    engagement_score: null },
                csm: { email: null, name: null } };
            const run = await runWorkflow(all['health-alert'], item(body));
            assert.equal(run.seen.Message.text, 'Bare is Critical: health 20, '
                + 'before none. ARR not known, renewal not known. '
                + 'Owner: nobody.');
        });

    test('is not read without .body', () => {
        const [{ body }] = payloads('seed-000', events.health_score_drop);
        assert.throws(() => evaluate('={{ $json.account.name }}',
            { $json: item(body) }), /name/);
    });
});

describe('n8n as a receiver', () => {
    let n8n, world;

    before(async () => { n8n = await N8n.open(5678); });
    beforeEach(() => {
        world = new World('n8n');
        n8n.activate(all);
    });
    afterEach(() => {
        n8n.headers = {};
        world.end();
    });
    after(() => n8n?.close());

    // A fall of an account, to one endpoint of its own.
    const send = (path, format = 'seed-000', headers = {}) => {
        const { id: endpoint } = world.addEndpoint(
            `http://localhost:5678/webhook/${path}`, format);
        sql(`update webhook_endpoints set headers = :'headers'::jsonb
            where id = :'endpoint'`,
        { endpoint, headers: JSON.stringify(headers) });
        const account = world.addAccount(`${path} ${format}`,
            { arr_cents: '8500000', renewal_date: '\'2027-03-01\'' });
        world.score(account, 80);
        world.score(account, 20);
        return account;
    };
    const delivery = (account) => row(`select q.*, (
            select json_agg(a order by a.attempt) from webhook_attempts a
            where a.delivery_id = q.id) as attempts
        from webhook_queue q where account_id = :'account'`, { account });
    const tried = (account) => until('an attempt', () => {
        const d = delivery(account);
        return d?.attempts && d.status !== 'processing' && d;
    });
    // Tries again at once, as often as it likes.
    const overAtLast = (account) => until('it is over', () => {
        sql(`update webhook_hot set next_attempt_at = now()
            where account_id = :'account' and status = 'pending';
            select from api.wake_webhook_worker()`, { account });
        const d = delivery(account);
        return ['completed', 'failed'].includes(d.status) && d;
    });

    test('answers with what its respond node says', async () => {
        const d = await tried(send('health-alert'));
        assert.equal(d.status, 'completed');
        assert.deepEqual(JSON.parse(d.attempts[0].response_body),
            { ok: true, account: 'health-alert seed-000', critical: true });
    });

    test('answers 200 before it works, where told to: failures stay unseen', async () => {
        const hook = structuredClone(all['stage-alert']);
        webhookOf(hook).parameters.responseMode = 'onReceived';
        n8n.activate({ hook });
        const d = await tried(send('stage-alert'));
        assert.equal(d.status, 'completed');
        assert.equal(d.attempts[0].response_body,
            '{"message":"Workflow was started"}');
        assert.match(String(n8n.runs.at(-1).error), /to_stage/);
    });

    test('takes the header of the endpoint for its Header Auth', async () => {
        n8n.headers['health-alert'] = { name: 'x-mainstay', value: 'hush' };
        const d = await tried(send('health-alert', 'seed-000',
            { 'X-Mainstay': 'hush' }));
        assert.equal(d.status, 'completed');
    });

    test('answers 403 to a wrong header: given up after the third', async () => {
        n8n.headers['health-alert'] = { name: 'x-mainstay', value: 'hush' };
        const before = n8n.runs.length;
        const d = await overAtLast(send('health-alert', 'seed-000',
            { 'X-Mainstay': 'other' }));
        assert.equal(d.status, 'failed');
        assert.equal(d.attempts.length, 3);
        for (const a of d.attempts) {
            assert.equal(a.response_status, 403);
            assert.equal(a.response_body, 'Authorization data is wrong!');
        }
        assert.equal(n8n.runs.length, before, 'no workflow ran');
    });

    test('answers 404 while inactive: arrives once it is active', async () => {
        n8n.active.delete('health-alert');
        const account = send('health-alert');
        const waiting = await tried(account);
        assert.equal(waiting.status, 'pending');
        assert.equal(waiting.response_status, 404);
        assert.match(waiting.attempts[0].response_body, /not registered/);
        n8n.activate(all);
        const d = await overAtLast(account);
        assert.equal(d.status, 'completed');
        assert.equal(d.attempts.length, 2);
    });

    test('answers 500 when a node fails: tried again', async () => {
        // A fall is no change of stage: "stage" is missing.
        const d = await tried(send('stage-alert'));
        assert.equal(d.status, 'pending');
        assert.equal(d.response_status, 500);
        assert.match(String(n8n.runs.at(-1).error), /to_stage/);
    });
});

test('a ticket becomes an event of its account, once', async () => {
    const world = new World('ticket');
    try {
        const account = world.addAccount('Tickets',
            { external_id: '\'CRM-17\'' });
        const program = world.program('Contributor');
        const asked = [];
        const request = async (url, body) => {
            asked.push(url);
            const answer = await program.post(new URL(url).pathname, body);
            return { statusCode: answer.status,
                body: JSON.parse(answer.text) };
        };
        const ticket = { account: 'CRM-17', ticket: 4711, status: 'Opened',
            subject: 'Export fails', text: 'Zoë: "it stops" & <hangs>',
            at: '2026-01-31T12:00:00Z' };
        const run = () => runWorkflow(all['ticket-to-mainstay'], item(ticket),
            { request });
        const first = await run();
        assert.deepEqual(asked, ['https://mainstay.example/api/v1/events']);
        assert.ok(first.answer.status < 300, JSON.stringify(first.answer));
        const again = await run();
        assert.equal(again.answer.body.duplicate ?? 1, 1);
        const found = rows(`select source_type, event_type, payload
            from cdi_events where account_id = :'account'`, { account });
        assert.equal(found.length, 1);
        assert.equal(found[0].event_type, 'ticket_opened');
        assert.deepEqual(found[0].payload, { ticket: 4711,
            subject: ticket.subject, text: ticket.text });

        const lost = await runWorkflow(all['ticket-to-mainstay'],
            item({ ...ticket, account: 'CRM-0' }), { request });
        assert.equal(lost.answer.status, 422);
    } finally {
        world.end();
    }
});

// mainstay-worker against a real receiver and a real database.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import {
    attempts, closeDatabase, delivery, enqueue, makeEndpoint,
    openDatabase, row, rows, sleep, sql, sqlMeanwhile, startReceiver,
    startWorker, until,
} from './harness.mjs';

// Key order, blanks, numbers and characters that a re-encoder would change.
const PAYLOAD = '{"event_type": "health_score_drop",  "z": 1, "a": 85000.00,'
    + ' "text": "Zoë \\u00e9 \\"<&> 🚨", "list": [ ]}';

const open = [];

async function receiver(answer) {
    const r = await startReceiver(answer);
    open.push(() => r.close());
    return r;
}

async function worker(allow, settings) {
    const w = await startWorker({ MAINSTAY_WEBHOOK_ALLOW: allow, ...settings });
    open.push(() => (w.code === undefined ? w.kill() : undefined));
    return w;
}

const over = (id) => until(`${id} is over`, () => {
    const d = delivery(id);
    return d && ['completed', 'failed'].includes(d.status) ? d : undefined;
});

const arrived = (r, n, ms) => until(`${n} requests`,
    () => r.requests.length >= n, ms);

before(openDatabase);
after(closeDatabase);
afterEach(async () => {
    while (open.length > 0)
        await open.pop()();
    sql(`delete from webhook_hot; delete from webhook_workers;
        delete from webhook_lanes`);
});

describe('a delivery', () => {
    test('arrives as it was built, signed, within its endpoint\'s headers',
        async () => {
            const r = await receiver(() => ({ body: '{"message":"started"}' }));
            const e = makeEndpoint(r.url);
            sql(`update webhook_endpoints set headers = '{"x-api-key": "hush",
                "Authorization": "Bearer a.b"}' where id = :'id'`,
            { id: e.id });
            await worker(r.allow);
            const [id] = enqueue(e.id, PAYLOAD);
            await arrived(r, 1);
            const q = r.requests[0];
            assert.equal(q.body, PAYLOAD);
            assert.equal(q.method, 'POST');
            assert.equal(q.path, '/hook');
            assert.equal(q.headers['webhook-id'], id);
            assert.equal(q.headers['content-type'], 'application/json');
            assert.equal(q.headers['x-api-key'], 'hush');
            assert.equal(q.headers.authorization, 'Bearer a.b');
            assert.equal(q.headers.expect, undefined);
            assert.match(q.headers['user-agent'], /^Mainstay\/[0-9.]+$/);
            new Webhook(e.secret).verify(q.body, q.headers);
            assert.throws(() => new Webhook(e.secret)
                .verify(`${q.body} `, q.headers));

            const d = await over(id);
            assert.equal(d.status, 'completed');
            assert.equal(d.response_status, 200);
            assert.equal(d.attempts, 1);
            assert.equal(d.error_message, null);
            assert.deepEqual(d.webhook_headers,
                { 'Authorization': '********', 'x-api-key': '********' });
            const [a] = attempts(id);
            assert.equal(a.response_body, '{"message":"started"}');
            assert.equal(a.response_status, 200);
            assert.equal(a.error_message, null);
        });

    test('starts within 50 ms when the worker sleeps', async () => {
        const r = await receiver();
        const e = makeEndpoint(r.url);
        await worker(r.allow);
        await until('it sleeps', () =>
            row('select is_idle from webhook_workers').is_idle);
        const waits = [];
        for (let i = 0; i < 20; i++) {
            const [id] = enqueue(e.id, '{}');
            await arrived(r, i + 1);
            const { ms } = row(`select extract(epoch from created_at) * 1000
                as ms from webhook_queue where id = :'id'`, { id });
            waits.push(r.requests[i].at - ms);
            await sleep(5);
        }
        waits.sort((a, b) => a - b);
        assert.ok(waits[10] < 50, `median ${waits[10]} ms`);
    });

    test('is tried again after 500, with the same id and a new time',
        async () => {
            const r = await receiver();
            r.answer = () => (r.requests.length === 1
                ? { status: 500, body: 'b\u0000roken \ud83d\ude00' }
                : { status: 204 });
            const e = makeEndpoint(r.url);
            await worker(r.allow);
            const [id] = enqueue(e.id, PAYLOAD);
            await until('it failed once', () =>
                delivery(id).response_status === 500);
            const waiting = delivery(id);
            assert.equal(waiting.status, 'pending');
            assert.equal(waiting.error_message, 'answered 500');
            const s = (new Date(waiting.next_attempt_at) - Date.now()) / 1000;
            assert.ok(s > 3.5 && s < 5.6, `again in ${s} s`);
            await arrived(r, 2);
            const [first, second] = r.requests;
            assert.ok(second.at - first.at >= 4400);
            assert.equal(second.headers['webhook-id'], id);
            assert.equal(second.body, first.body);
            assert.notEqual(second.headers['webhook-timestamp'],
                first.headers['webhook-timestamp']);
            new Webhook(e.secret).verify(second.body, second.headers);
            assert.equal((await over(id)).attempts, 2);
            const tries = attempts(id);
            assert.deepEqual(tries.map((a) => a.response_status), [500, 204]);
            assert.equal(tries[0].response_body, 'b?roken 😀');
        });

    test('waits as long as Retry-After asks', async () => {
        const r = await receiver(() => ({ status: 429,
            headers: { 'retry-after': '120' } }));
        const e = makeEndpoint(r.url);
        await worker(r.allow);
        const [id] = enqueue(e.id, '{}');
        await until('it failed once', () => delivery(id).response_status);
        const s = (new Date(delivery(id).next_attempt_at) - Date.now()) / 1000;
        assert.ok(s > 115 && s <= 121, `again in ${s} s`);
    });

    test('ends its endpoint when the answer is 410', async () => {
        const r = await receiver(() => ({ status: 410 }));
        const e = makeEndpoint(r.url);
        await worker(r.allow);
        const [id] = enqueue(e.id, '{}');
        assert.equal((await over(id)).status, 'failed');
        const now = row(`select is_active, disabled_reason
            from webhook_endpoints where id = :'id'`, { id: e.id });
        assert.equal(now.is_active, false);
        assert.match(now.disabled_reason, /410/);
        const [later] = enqueue(e.id, '{}');
        await sleep(600);
        assert.equal(r.requests.length, 1);
        assert.equal(delivery(later).status, 'pending');
    });

    test('does not follow a redirect', async () => {
        const target = await receiver();
        const r = await receiver(() => ({ status: 307,
            headers: { location: target.url } }));
        const e = makeEndpoint(r.url);
        await worker(`${r.allow},${target.allow}`);
        const [id] = enqueue(e.id, '{}');
        await until('it failed once', () => delivery(id).response_status);
        assert.equal(delivery(id).response_status, 307);
        assert.match(delivery(id).error_message, /redirects/);
        assert.equal(target.requests.length, 0);
    });

    test('stops reading an answer that does not end', async () => {
        const r = await receiver(() => ({ body: 'x'.repeat(1 << 20) }));
        const e = makeEndpoint(r.url);
        await worker(r.allow);
        const [id] = enqueue(e.id, '{}');
        assert.equal((await over(id)).status, 'completed');
        assert.equal(attempts(id)[0].response_body.length, 16384);
    });

    test('fails when nobody answers, and says so', async () => {
        const r = await receiver();
        const e = makeEndpoint(r.url);
        await r.close();
        open.shift();
        await worker(r.allow);
        const [id] = enqueue(e.id, '{}');
        await until('it failed once', () => delivery(id).error_message);
        assert.match(delivery(id).error_message, /connect/i);
        assert.equal(delivery(id).status, 'pending');
    });

    test('goes out again, at no cost, when an old connection turns out dead',
        async () => {
            const r = await receiver(() => ({ after: 300 }));
            const e = makeEndpoint(r.url);
            await worker(r.allow);
            const first = enqueue(e.id, ...Array(12).fill('{}'));
            await Promise.all(first.map(over));
            assert.ok(r.requests.every((q) => q.onSocket === 1));
            r.answer = (q) => ({ hangUp: q.onSocket > 1 });
            const [id] = enqueue(e.id, '{}');
            const d = await over(id);
            assert.equal(d.status, 'completed');
            assert.equal(d.attempts, 1);
            // libcurl alone gives up after the fifth
            assert.ok(r.requests.length - first.length > 6);
        });

    test('is tried again when the receiver hangs up on it', async () => {
        const r = await receiver(() => ({ hangUp: true }));
        const e = makeEndpoint(r.url);
        await worker(r.allow);
        const [id] = enqueue(e.id, '{}');
        await until('it failed once', () => delivery(id).error_message);
        assert.equal(r.requests.length, 1);
        assert.equal(delivery(id).status, 'pending');
        assert.equal(delivery(id).response_status, null);
    });
});

describe('Slack', () => {
    test('gets its text and nothing else', async () => {
        const r = await receiver(() => ({ body: 'ok' }));
        const e = makeEndpoint(r.url, 'slack');
        await worker(r.allow);
        const id = sql(`select enqueue_webhook(:'id', null, null, 'slack',
            slack_payload('<!channel> R&D > 40'))`, { id: e.id });
        assert.equal((await over(id)).status, 'completed');
        const [q] = r.requests;
        assert.deepEqual(JSON.parse(q.body),
            { text: '&lt;!channel&gt; R&amp;D &gt; 40' });
        assert.equal(q.headers['content-type'], 'application/json');
        assert.deepEqual(Object.keys(q.headers).filter(
            (name) => name.startsWith('webhook-')), []);
    });

    test('is left alone for as long as it asks', async () => {
        const r = await receiver(() => ({ status: 429,
            headers: { 'retry-after': '30' } }));
        const e = makeEndpoint(r.url, 'slack');
        await worker(r.allow);
        const [id] = enqueue(e.id, '{"text": "x"}');
        await until('it failed once', () => delivery(id).response_status);
        const { s } = row(`select extract(epoch from resumes_at - now())::int
            as s from webhook_lanes`);
        assert.ok(s > 25 && s <= 31, `again in ${s} s`);
    });
});

describe('an endpoint', () => {
    test('that repeats its header is not believed to keep it', async () => {
        const r = await receiver((q) => ({ status: 403, body:
            `You said ${q.headers.authorization}, and ${
                q.headers.authorization.slice(7)}` }));
        const e = makeEndpoint(r.url);
        sql(`update webhook_endpoints set headers
            = '{"Authorization": "Bearer hush-hush"}' where id = :'id'`,
        { id: e.id });
        await worker(r.allow);
        const [id] = enqueue(e.id, '{}');
        await until('it was tried', () => attempts(id).length);
        assert.equal(attempts(id)[0].response_body,
            `You said ${'*'.repeat(16)}, and ${'*'.repeat(9)}`);
    });

    const lane = (e) => row(`select resumes_at > now() as rests, trials,
        reason from webhook_lanes where endpoint_id = :'id'`, { id: e.id });
    const at_once = () => sql(`update webhook_lanes set resumes_at = now();
        update webhook_hot set next_attempt_at = now()`);

    test('that fails rests, and what waits for it uses up no attempt',
        async () => {
            const r = await receiver(() => ({ status: 503 }));
            const e = makeEndpoint(r.url);
            sql(`update webhook_endpoints set max_inflight = 4
                where id = :'id'`, { id: e.id });
            await worker(r.allow);
            enqueue(e.id, ...Array(60).fill('{}'));
            await until('it rests', () => lane(e)?.rests);
            await until('nothing is under way', () => row(`select
                bool_and(status = 'pending') as calm
                from webhook_hot`).calm);
            const tried = r.requests.length;
            assert.ok(tried >= 10 && tried <= 40, `${tried} were tried`);
            assert.equal(row(`select sum(attempts)::int as n
                from webhook_hot`).n, tried);
            assert.match(lane(e).reason, /of a minute failed/);

            r.answer = () => ({ status: 204 });
            at_once();
            await until('all arrived', () => r.requests.length >= 60 + tried
                && row('select count(*)::int as n from webhook_hot').n === 0);
            assert.equal(lane(e).trials, null);
            assert.equal(lane(e).reason, null);
        });

    test('that nobody answers at is tried with one', async () => {
        const r = await receiver();
        const e = makeEndpoint(r.url);
        await r.close();
        open.shift();
        await worker(r.allow);
        const ids = enqueue(e.id, ...Array(9).fill('{}'));
        await until('it rests', () => lane(e)?.rests);
        await until('nothing is under way', () => row(`select
            bool_and(status = 'pending') as calm from webhook_hot`).calm);
        const before = ids.flatMap(attempts).length;
        at_once();
        await until('it rests again', () => lane(e).rests);
        assert.equal(ids.flatMap(attempts).length, before + 1);
    });

    test('with an order gets what belongs together one by one', async () => {
        let failures = 0;
        const r = await receiver();
        r.answer = (q) => (q.body === '{"n":2}' && failures++ === 0
            ? { status: 500 } : { status: 204, after: 20 });
        const e = makeEndpoint(r.url);
        sql('update webhook_endpoints set is_ordered = true where id = :\'id\'',
            { id: e.id });
        await worker(r.allow);
        const ids = enqueue(e.id, '{"n":1}', '{"n":2}', '{"n":3}', '{"n":4}');
        await until('one failed', () => delivery(ids[1]).response_status);
        assert.deepEqual(r.requests.map((q) => q.body),
            ['{"n":1}', '{"n":2}']);
        at_once();
        await over(ids[3]);
        assert.deepEqual(r.requests.map((q) => JSON.parse(q.body).n),
            [1, 2, 2, 3, 4]);
    });
});

describe('the guard', () => {
    const blocked = ['http://localhost:PORT/', 'http://127.0.0.1:PORT/',
        'http://127.1:PORT/', 'http://2130706433:PORT/',
        'http://0x7f.1:PORT/', 'http://0:PORT/', 'http://[::1]:PORT/',
        'http://[::ffff:127.0.0.1]:PORT/', 'http://169.254.169.254/latest/',
        'http://10.0.0.1/'];

    test('refuses every address inside at once', async () => {
        const r = await receiver();
        await worker('');
        const ids = blocked.map((url) => enqueue(
            makeEndpoint(url.replace('PORT', r.port)).id, '{}')[0]);
        for (const [i, id] of ids.entries()) {
            const d = await over(id);
            assert.equal(d.status, 'failed', blocked[i]);
            assert.equal(d.attempts, 1);
            assert.match(d.error_message, /^refused: /, blocked[i]);
        }
        assert.equal(r.requests.length, 0);
    });

    test('does not lend the operator\'s connection to another address',
        async () => {
            const r = await receiver();
            await worker(r.allow);
            const [fine] = enqueue(makeEndpoint(r.url).id, '{}');
            await over(fine);
            const [id] = enqueue(makeEndpoint(
                `http://127.0.0.1:${r.port}/hook`).id, '{}');
            assert.match((await over(id)).error_message, /^refused: /);
            assert.equal(r.requests.length, 1);
        });

    test('wants https in production, the operator\'s list aside',
        async () => {
            const r = await receiver();
            await worker(r.allow, { MAINSTAY_ENV: 'production' });
            const [fine] = enqueue(makeEndpoint(r.url).id, '{}');
            assert.equal((await over(fine)).status, 'completed');
            const [id] = enqueue(makeEndpoint('http://example.com/').id, '{}');
            assert.match((await over(id)).error_message, /https/);
        });

    test('ignores a proxy in the environment', async () => {
        const proxy = await receiver();
        const r = await receiver();
        await worker(r.allow, { http_proxy: `http://${proxy.allow}`,
            ALL_PROXY: `http://${proxy.allow}` });
        await over(enqueue(makeEndpoint(r.url).id, '{}')[0]);
        assert.equal(proxy.requests.length, 0);
        assert.equal(r.requests.length, 1);
    });
});

describe('a worker', () => {
    test('killed in the middle loses nothing, and another sends it in 2 s',
        async () => {
            const r = await receiver(() => ({ after: 10000 }));
            const e = makeEndpoint(r.url);
            const first = await worker(r.allow);
            const ids = enqueue(e.id, ...Array(30).fill('{}'));
            await arrived(r, 20); // as many as it may have open at once
            r.answer = () => ({});
            const sent = r.requests.length;
            const killed = Date.now();
            await first.kill();
            await worker(r.allow);
            await arrived(r, sent + ids.length, 5000);
            const again = r.requests[sent].at - killed;
            assert.ok(again <= 2000, `sent again after ${again} ms`);
            for (const id of ids)
                assert.equal((await over(id)).status, 'completed');
            assert.deepEqual(new Set(r.ids()), new Set(ids));
        });

    test('takes over from one that died beside it', async () => {
        const r = await receiver(() => ({ after: 10000 }));
        const e = makeEndpoint(r.url);
        const first = await worker(r.allow);
        enqueue(e.id, ...Array(5).fill('{}'));
        await arrived(r, 5);
        await worker(r.allow);
        r.answer = () => ({});
        const killed = Date.now();
        await first.kill();
        await arrived(r, 10, 3000);
        assert.ok(r.requests[9].at - killed <= 2000);
        assert.equal(rows('select from webhook_workers').length, 1);
    });

    test('shares the queue with a second one without sending twice',
        async () => {
            const r = await receiver(() => ({ after: Math.random() * 5 }));
            const endpoints = [1, 2, 3].map(() => makeEndpoint(r.url));
            await Promise.all([worker(r.allow), worker(r.allow)]);
            const ids = [];
            for (let i = 0; i < 20; i++)
                for (const e of endpoints) {
                    ids.push(...enqueue(e.id, ...Array(20).fill('{"x":1}')));
                    await sleep(1); // the receiver is in this process
                }
            await arrived(r, ids.length, 30000);
            await until('the queue is empty', () =>
                row('select count(*) as n from webhook_hot').n === 0);
            assert.equal(r.requests.length, ids.length);
            assert.deepEqual(new Set(r.ids()), new Set(ids));
            assert.equal(row(`select count(*) as n from webhook_history
                where id = any(:'ids')`, { ids: `{${ids}}` }).n, ids.length);
        });

    test('finishes what is in flight when it is told to stop', async () => {
        const r = await receiver(() => ({ after: 700 }));
        const e = makeEndpoint(r.url);
        const w = await worker(r.allow);
        const ids = enqueue(e.id, ...Array(50).fill('{}'));
        await arrived(r, 20);
        w.signal('SIGTERM');
        assert.equal(await w.exit, 0);
        const states = ids.map((id) => delivery(id));
        assert.equal(states.filter((d) => d.status === 'completed').length,
            r.requests.length);
        const rest = states.filter((d) => d.status !== 'completed');
        assert.equal(rest.length, ids.length - r.requests.length);
        for (const d of rest) {
            assert.equal(d.status, 'pending');
            assert.equal(d.attempts, 0, 'the attempt is given back');
        }
        assert.equal(rows('select from webhook_workers').length, 0);
        r.answer = () => ({});
        await worker(r.allow);
        await arrived(r, ids.length);
        assert.deepEqual(new Set(r.ids()), new Set(ids));
        assert.equal(r.requests.length, ids.length, 'none was sent twice');
    });

    test('stops at once when it is told twice', async () => {
        const r = await receiver(() => ({ after: 8000 }));
        const e = makeEndpoint(r.url);
        const w = await worker(r.allow);
        const [id] = enqueue(e.id, '{}');
        await arrived(r, 1);
        const start = Date.now();
        w.signal('SIGTERM');
        await sleep(50);
        w.signal('SIGTERM');
        assert.equal(await w.exit, 1);
        assert.ok(Date.now() - start < 3000);
        r.answer = () => ({});
        await worker(r.allow);
        assert.equal((await over(id)).attempts, 2);
    });

    test('survives the end of its connections, and records what it sent',
        async () => {
            const r = await receiver(() => ({ after: 1200 }));
            const e = makeEndpoint(r.url);
            const w = await worker(r.allow);
            const ids = enqueue(e.id, ...Array(10).fill('{}'));
            await arrived(r, 10);
            for (let i = 0; i < 3; i++) {
                sql(`select pg_terminate_backend(pid) from pg_stat_activity
                    where usename = 'mainstay_worker'
                    and datname = current_database()`);
                await sleep(100);
            }
            for (const id of ids)
                assert.equal((await over(id)).attempts, 1);
            assert.equal(r.requests.length, 10, 'nothing was sent twice');
            const [id] = enqueue(e.id, '{}');
            r.answer = () => ({});
            assert.equal((await over(id)).status, 'completed');
            assert.equal(w.code, undefined, 'it is still the same process');
        });

    test('loses nothing when its connection breaks again and again',
        async () => {
            const r = await receiver();
            const e = makeEndpoint(r.url);
            await worker(r.allow);
            const ids = [];
            for (let i = 0; i < 30; i++) {
                ids.push(...enqueue(e.id, ...Array(10).fill('{}')));
                sql(`select pg_terminate_backend(pid) from pg_stat_activity
                    where application_name = 'mainstay-worker'
                    and datname = current_database()`);
            }
            await until('the queue is empty', () =>
                row('select count(*) as n from webhook_hot').n === 0, 20000);
            assert.deepEqual(new Set(r.ids()), new Set(ids));
        });

    test('gives back what a claim took whose answer it never saw',
        async () => {
            const r = await receiver();
            const e = makeEndpoint(r.url);
            const w = await worker(r.allow);
            sql('update webhook_endpoints set is_active = false');
            const [id] = enqueue(e.id, '{}');
            // As if a claim had been committed, and its answer lost.
            sql(`update webhook_hot set status = 'processing', attempts = 1,
                lease = 1, locked_until = now() + interval '60 s',
                locked_by = (select id from webhook_workers);
                update webhook_endpoints set is_active = true`);
            await sleep(600);
            assert.equal(r.requests.length, 0);
            await sqlMeanwhile(`begin; lock table webhook_workers;
                select pg_sleep(1.6); commit`);
            await arrived(r, 1, 5000);
            assert.equal((await over(id)).attempts, 1);
            assert.match(w.log, /gave back/);
        });

    test('does not record a result that belongs to another claim',
        async () => {
            const r = await receiver(() => ({ after: 600 }));
            const e = makeEndpoint(r.url);
            const w = await worker(r.allow);
            const [id] = enqueue(e.id, '{}');
            await arrived(r, 1);
            sql('update webhook_hot set lease = lease + 1');
            await until('it noticed', () => /came too late/.test(w.log));
            assert.equal(delivery(id).status, 'processing');
        });

    test('refuses a role that may bypass row security', async () => {
        sql(`create table mainstay.mine ();
            alter table mainstay.mine owner to mainstay_worker`);
        try {
            const w = await worker('');
            assert.equal(await w.exit, 78);
            assert.match(w.log, /row security/);
        } finally {
            sql('drop table mainstay.mine');
        }
    });

    test('refuses a list of exceptions that it does not understand',
        async () => {
            const w = await worker('localhost');
            assert.equal(await w.exit, 78);
            assert.match(w.log, /MAINSTAY_WEBHOOK_ALLOW/);
        });
});

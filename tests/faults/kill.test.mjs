// mainstay-worker is killed, stopped and frozen in the middle of its work.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { closeDatabase, enqueueMany, isFull, makeEndpoints, openDatabase,
    row, size, sleep, sql, sqlLater, startSink, startWorker, until, untilEmpty }
    from './faults.mjs';

let sink, endpoints;
const bySecret = new Map();
const secrets = (path) => bySecret.get(path) ?? [];

before(async () => {
    openDatabase();
    sink = await startSink(secrets);
    endpoints = await makeEndpoints(`http://${sink.allow}`, 20);
    for (const e of endpoints)
        bySecret.set(e.path, [e.secret]);
});
after(async () => {
    await sink?.close();
    closeDatabase();
});

const worker = () => startWorker({ MAINSTAY_WEBHOOK_ALLOW: sink.allow,
    MAINSTAY_LOG: 'info' });

function forget() {
    sink.seen.clear();
    sink.at.clear();
    sink.total = sink.unsigned = sink.most = 0;
}

const over = (status) => row(`select count(*)::int as n from webhook_history
    where status = '${status}'`).n;

test('killed again and again, two workers lose nothing', async (t) => {
    const jobs = size(4000, 1000000);
    const kills = size(12, 1000);
    const done = over('completed');
    await enqueueMany(endpoints, jobs);
    // More deaths than tries: a test of the worker, not of its patience.
    await sqlLater('update webhook_hot set max_attempts = 10000');
    forget();
    const alive = [await worker(), await worker()];
    const start = Date.now();
    let under_way = 0;
    for (let i = 0; i < kills; i++) {
        const target = jobs * (i + 1) / (kills + 1);
        await until(`${Math.floor(target)} arrived`,
            () => sink.seen.size >= target, 60000);
        const victim = alive[i % 2];
        // What it holds, on its way or not recorded yet, may come twice.
        under_way += row(`select count(*)::int as n from webhook_hot
            where status = 'processing'`).n;
        await victim.kill();
        alive[i % 2] = await worker();
    }
    const killed = Date.now();
    await untilEmpty(size(30000, 600000));
    const seconds = (Date.now() - start) / 1000;
    const twice = sink.total - sink.seen.size;
    t.diagnostic(`${jobs} jobs, ${kills} kills, ${seconds.toFixed(1)} s, `
        + `${twice} came twice; empty ${Date.now() - killed} ms after the last`);
    assert.equal(sink.seen.size, jobs, 'each arrived at least once');
    assert.equal(sink.unsigned, 0);
    assert.equal(over('completed') - done, jobs, 'and is in the history');
    assert.ok(twice <= under_way, `${twice} twice, ${under_way} under way`);
    await Promise.all(alive.map((w) => w.stop()));
});

test('what a killed worker held is under way again within 2 s', async () => {
    const waits = [];
    for (let i = 0; i < size(3, 20); i++) {
        forget();
        await enqueueMany(endpoints, 3000);
        const victim = await worker();
        await until('it is at work', () => sink.seen.size > 200);
        await victim.kill();
        const held = new Set(JSON.parse(await sqlLater(`select
            coalesce(json_agg(id), '[]') from webhook_hot
            where status = 'processing'`)));
        assert.notEqual(held.size, 0);
        const before = new Map(sink.seen);
        const killed = Date.now();
        const next = await worker();
        await until('all of it came again', () => [...held].every((id) =>
            sink.seen.get(id) > (before.get(id) ?? 0)), 10000);
        waits.push(Date.now() - killed);
        await untilEmpty();
        await next.stop();
    }
    assert.ok(Math.max(...waits) <= 2000, `${waits} ms`);
});

test('told to stop under load it leaves soon, and nothing comes twice',
    async (t) => {
        const rounds = size(4, 200);
        const slowest = [];
        forget();
        await enqueueMany(endpoints, rounds * 1000);
        for (let i = 0; i < rounds; i++) {
            const w = await worker();
            const before = sink.seen.size;
            await until('it is at work', () => sink.seen.size > before + 300);
            const start = Date.now();
            w.signal('SIGTERM');
            assert.equal(await w.exit, 0);
            slowest.push(Date.now() - start);
        }
        const last = await worker();
        await untilEmpty(60000);
        assert.equal(await last.stop(), 0);
        t.diagnostic(`${rounds} stops, the slowest ${Math.max(...slowest)} ms`);
        assert.ok(Math.max(...slowest) <= 20000);
        assert.equal(sink.seen.size, rounds * 1000);
        assert.equal(sink.total, rounds * 1000, 'none came twice');
    });

describe('frozen until its claims are void', () => {
    test('it wakes, and overwrites nothing', async (t) => {
        const slow = await startSink(secrets, () => 300);
        const [e] = await makeEndpoints(`http://${slow.allow}`, 1);
        bySecret.set(e.path, [e.secret]);
        const start = () => startWorker({
            MAINSTAY_WEBHOOK_ALLOW: slow.allow, MAINSTAY_LOG: 'debug' });
        try {
            const first = await start();
            await enqueueMany([e], 40);
            await until('it sends', () => slow.seen.size >= 10);
            const pid = first.pid;
            first.signal('SIGSTOP');
            const second = await start();
            if (isFull)
                await sleep(70000);
            else
                sql(`update webhook_hot set locked_until = now()
                    where status = 'processing'`);
            await untilEmpty(80000);
            const before = row(`select json_agg(h order by id) as all
                from webhook_history h where tenant_id = '${e.tenant}'`).all;
            process.kill(pid, 'SIGCONT');
            await until('it saw that it came too late',
                () => /came too late/.test(first.log), 20000);
            const now = row(`select json_agg(h order by id) as all
                from webhook_history h where tenant_id = '${e.tenant}'`).all;
            assert.deepEqual(now, before, 'no state was overwritten');
            assert.equal(slow.seen.size, 40);
            const late = first.log.match(/came too late/g).length;
            t.diagnostic(`${late} results refused`);
            assert.equal(await first.stop(), 0);
            assert.equal(await second.stop(), 0);
        } finally {
            await slow.close();
        }
    });
});

// PostgreSQL is restarted, killed, and its clock and the worker's go wrong.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { writeFileSync } from 'node:fs';

import { Cluster, closeDatabase, enqueueMany, file, makeEndpoints,
    median, openDatabase, preload, row, size, sleep, sql, sqlLater, startSink,
    startWorker, until, untilEmpty } from './faults.mjs';

let cluster, sink, endpoints, clock;
let answer = () => 0;
const bySecret = new Map();

before(async () => {
    clock = file('clock', '0');
    cluster = new Cluster({ LD_PRELOAD: preload(), FAULT_CLOCK: clock });
    await cluster.start();
    openDatabase();
    sink = await startSink((path) => bySecret.get(path) ?? [],
        () => answer());
    endpoints = await makeEndpoints(`http://${sink.allow}`, 20);
    for (const e of endpoints)
        bySecret.set(e.path, [e.secret]);
});
after(async () => {
    await sink?.close();
    closeDatabase();
    await cluster.stop();
});

const worker = (more) => startWorker({ MAINSTAY_WEBHOOK_ALLOW: sink.allow,
    MAINSTAY_LOG: 'info', ...more });

function forget() {
    sink.seen.clear();
    sink.at.clear();
    sink.total = sink.unsigned = 0;
}

// How many arrive in a second from now.
async function rate() {
    const before = sink.seen.size;
    const start = performance.now();
    await sleep(1000);
    return (sink.seen.size - before) / (performance.now() - start) * 1000;
}

async function survives(t, what, happen) {
    const jobs = size(12000, 200000);
    forget();
    await enqueueMany(endpoints, jobs);
    const w = await worker();
    try {
        await until('it is at work', () => sink.seen.size > 500);
        for (let i = 0; i < size(2, 20); i++)
            await happen(i);
        const over = Date.now();
        const before = sink.seen.size;
        await until('it goes on', () => sink.seen.size > before
            || sink.seen.size === jobs, 5000);
        const resumed = Date.now() - over;
        await untilEmpty(size(30000, 300000));
        assert.equal(w.code, undefined, 'the worker never left');
        assert.equal(sink.seen.size, jobs, 'nothing is lost');
        assert.equal(sink.unsigned, 0);
        t.diagnostic(`${what}: on again after ${resumed} ms; `
            + `${sink.total - jobs} of ${jobs} came twice`);
        assert.ok(resumed < 5000);
    } finally {
        await w.stop();
    }
}

describe('nothing is lost when PostgreSQL', () => {
    test('is restarted', (t) => survives(t, 'restart', async () => {
        await cluster.stop('SIGINT');
        await cluster.start();
        await sleep(300);
    }));

    test('is stopped at once', (t) => survives(t, 'immediate', async () => {
        await cluster.stop('SIGQUIT');
        await cluster.start();
        await sleep(300);
    }));

    test('is killed', (t) => survives(t, 'kill -9', async () => {
        await cluster.stop('SIGKILL');
        await cluster.start();
        await sleep(300);
    }));

    test('ends its sessions five times a second', (t) => survives(t,
        'sessions ended', async () => {
            for (let i = 0; i < 5; i++) {
                await sqlLater(`select pg_terminate_backend(pid)
                    from pg_stat_activity
                    where usename = 'mainstay_worker'`);
                await sleep(200);
            }
        }));
});

test('its speed is back within 5 s of a restart', async (t) => {
    forget();
    // Slots and not processors are the limit: 20 × 4 in 20 ms.
    answer = () => 20;
    await sqlLater('update webhook_endpoints set max_inflight = 4');
    const jobs = 45000;
    await enqueueMany(endpoints, jobs);
    const w = await worker();
    try {
        await until('it is at work', () => sink.seen.size > 500);
        const clean = median([await rate(), await rate(), await rate()]);
        await cluster.stop('SIGINT');
        await cluster.start();
        const after = [];
        while (after.length < 5)
            after.push(await rate());
        t.diagnostic(`${clean.toFixed(0)}/s before, then `
            + after.map((n) => n.toFixed(0)).join(', '));
        assert.notEqual(sink.seen.size, jobs, 'there was enough to do');
        assert.ok(Math.max(...after) >= clean * 0.95);
    } finally {
        answer = () => 0;
        await w.kill();
        await sqlLater(`truncate webhook_hot; truncate webhook_workers;
            update webhook_endpoints set max_inflight = 50`);
    }
});

describe('a clock that is wrong', () => {
    // Deliveries come while it steps: all arrive at once, as often as told.
    async function arrive(n) {
        const before = sink.seen.size;
        await enqueueMany(endpoints, n);
        await until(`${n} arrived`, () => sink.seen.size >= before + n);
    }

    test('the worker\'s, by an hour, does nothing', async () => {
        sql('truncate webhook_attempts');
        forget();
        const own = file('own', '0');
        const w = await worker({ LD_PRELOAD: preload(), FAULT_CLOCK: own });
        try {
            for (let i = 0; i < size(2, 50); i++)
                for (const seconds of [3600, -3600, 0]) {
                    writeFileSync(own, String(seconds));
                    await arrive(200);
                }
            await untilEmpty();
            assert.equal(sink.total, sink.seen.size, 'none came twice');
            assert.equal(row(`select count(*)::int as n from webhook_attempts
                where attempt > 1`).n, 0);
            assert.equal(w.code, undefined);
        } finally {
            await w.stop();
        }
    });

    test('PostgreSQL\'s, by five minutes, makes no storm', async (t) => {
        sql('truncate webhook_attempts');
        forget();
        const w = await worker();
        const rounds = size(3, 30);
        try {
            for (let i = 0; i < rounds; i++) {
                // What is under way may be claimed once more: its lease ends.
                const coming = arrive(400);
                await sleep(50);
                writeFileSync(clock, '300');
                await coming;
                await untilEmpty(10000);
                // What is added while the clock is ahead is due then; back,
                // nothing may be waiting.
                writeFileSync(clock, '0');
                await arrive(400);
                await untilEmpty(10000);
            }
            const twice = sink.total - sink.seen.size;
            t.diagnostic(`${twice} of ${sink.seen.size} came twice`);
            assert.ok(twice <= rounds * 400);
            assert.equal(row(`select count(*)::int as n from webhook_attempts
                where attempt > 2`).n, 0);
            assert.equal(w.code, undefined);
        } finally {
            writeFileSync(clock, '0');
            await w.stop();
        }
    });
});

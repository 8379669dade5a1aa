// The worker's figures: what is counted, in a form that Prometheus reads.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { after, before, test } from 'node:test';

import { checkByPromtool, samplesOf } from '../lib/figures.mjs';
import { freePort } from '../lib/port.mjs';
import {
    closeDatabase, delivery, enqueue, makeEndpoint, openDatabase,
    startReceiver, startWorker, until,
} from './harness.mjs';

let port, worker, receiver;

const ask = (path = '/metrics') => fetch(`http://127.0.0.1:${port}${path}`);

async function scrape() {
    const answer = await ask();
    assert.equal(answer.status, 200);
    const text = await answer.text();
    return { text, samples: samplesOf(text) };
}

before(async () => {
    openDatabase();
    port = await freePort();
    receiver = await startReceiver();
    worker = await startWorker({ MAINSTAY_WEBHOOK_ALLOW: receiver.allow,
        MAINSTAY_METRICS_PORT: String(port) });
});
after(async () => {
    await worker.stop();
    await receiver.close();
    closeDatabase();
});

test('what is delivered, refused and waits is counted', async () => {
    const endpoint = makeEndpoint(receiver.url);
    const refused = makeEndpoint('https://127.0.0.1/');
    const [id] = enqueue(endpoint.id, '{}');
    const [no] = enqueue(refused.id, '{}');
    await until('both are over', () => delivery(id).status === 'completed'
        && delivery(no).status === 'failed');
    receiver.answer = () => ({ status: 503 });
    const [again] = enqueue(endpoint.id, '{}');
    await until('it failed', () => delivery(again).error_message);
    const { text, samples } = await scrape();
    const tries = (c) => samples[
        `mainstay_tries_total{kind="webhook",class="${c}"}`];
    assert.deepEqual([tries('2xx'), tries('5xx'), tries('refused'),
        tries('none')], [1, 1, 1, 0]);
    assert.equal(samples.mainstay_recorded_total, 3);
    assert.equal(samples.mainstay_try_seconds_count, 2);
    assert.equal(samples['mainstay_try_seconds_bucket{le="+Inf"}'], 2);
    assert.equal(samples.mainstay_first_try_seconds_count, 3);
    assert.equal(samples.mainstay_queue_deliveries, 1);
    assert.equal(samples.mainstay_queue_oldest_seconds, 0);
    assert.equal(samples.mainstay_workers, 1);
    assert.equal(samples.mainstay_database_up, 1);
    assert.equal(samples.mainstay_in_flight, 0);
    assert.ok(samples.mainstay_claim_seconds_count > 0);
    assert.ok(!/Deliveries\b.*tenant|t-\d+|whsec|[0-9a-f]{8}-/.test(text),
        'no tenant, no id, no secret');
});

test('promtool finds nothing wrong, where there is one', async (t) => {
    checkByPromtool(t, (await scrape()).text);
});

test('there is nothing else, and many may ask', async () => {
    assert.equal((await ask('/')).status, 404);
    const idle = Array.from({ length: 12 },
        () => net.connect(port, '127.0.0.1'));
    idle.forEach((socket) => socket.on('error', () => {}));
    await Promise.all(idle.map((socket) => once(socket, 'connect')));
    const answers = await Promise.all(Array.from({ length: 6 }, scrape));
    assert.equal(answers.length, 6);
    idle.forEach((socket) => socket.destroy());
    assert.equal(worker.code, undefined);
});

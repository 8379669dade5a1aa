// One tenant with very many deliveries; keys that change under load.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { closeDatabase, enqueueMany, makeEndpoints, openDatabase, quantile,
    size, sqlLater, startSink, startWorker, until, untilEmpty, waiting }
    from './faults.mjs';

before(openDatabase);
after(closeDatabase);

test('a tenant with very many does not make another one wait', async (t) => {
    const bySecret = new Map();
    // A receiver that takes its time, so that slots and not processors are
    // what there is too little of.
    const sink = await startSink((path) => bySecret.get(path) ?? [],
        () => 20);
    const whale = await makeEndpoints(`http://${sink.allow}`, 4, 20);
    const small = await makeEndpoints(`http://${sink.allow}`, 1, 20);
    for (const e of [...whale, ...small])
        bySecret.set(e.path, [e.secret]);
    const w = await startWorker({ MAINSTAY_WEBHOOK_ALLOW: sink.allow,
        MAINSTAY_LOG: 'info' });
    const p99 = async () => {
        const waits = [];
        for (let i = 0; i < 5; i++) {
            sink.at.clear();
            const start = performance.timeOrigin + performance.now();
            await enqueueMany(small, 20);
            const rows = JSON.parse(await sqlLater(`select json_agg(id)
                from webhook_queue where endpoint_id = '${small[0].id}'`));
            await until('they arrived', () =>
                rows.filter((id) => sink.at.has(id)).length === 20, 20000);
            for (const id of rows)
                if (sink.at.has(id))
                    waits.push(sink.at.get(id) - start);
        }
        return quantile(waits, 0.99);
    };
    try {
        await p99();
        const alone = await p99();
        const many = size(20000, 1000000);
        const found = [];
        // What the machine does besides takes a round, not three of them.
        for (let i = 0; i < 3; i++) {
            await enqueueMany(whale, many);
            const beside = await p99();
            const left = await waiting();
            assert.ok(left > many / 2, `the whale is still there: ${left}`);
            t.diagnostic(`p99 of a batch of 20: ${alone.toFixed(0)} ms `
                + `alone, ${beside.toFixed(0)} ms beside ${many}`);
            found.push(beside);
            if (beside <= alone * 1.5 + 50)
                break;
        }
        assert.ok(Math.min(...found) <= alone * 1.5 + 50,
            `${alone} → ${found.join(', ')} ms`);
        assert.equal(sink.unsigned, 0);
    } finally {
        await w.kill();
        await sqlLater('truncate webhook_hot');
        await sink.close();
    }
});

test('a key that changes under load leaves nothing unsigned', async (t) => {
    const keys = [];
    const sink = await startSink(() => keys.slice(-2));
    const [e] = await makeEndpoints(`http://${sink.allow}`, 1, 20);
    keys.push(e.secret);
    const rotations = size(5, 60);
    const w = await startWorker({ MAINSTAY_WEBHOOK_ALLOW: sink.allow,
        MAINSTAY_LOG: 'info' });
    try {
        for (let i = 0; i < rotations; i++) {
            await enqueueMany([e], 1000);
            // As api.rotate_webhook_secret() does it, without a session.
            const fresh = await sqlLater('select new_webhook_secret()');
            keys.push(fresh);
            await sqlLater(`update webhook_endpoints set secret = '${fresh}',
                secret_before = secret,
                secret_before_until = now() + interval '24 hours'
                where id = '${e.id}'`);
            const target = (i + 1) * 1000;
            await until('they arrived', () => sink.seen.size >= target, 20000);
        }
        assert.equal(sink.unsigned, 0, 'each by the key or its predecessor');

        await sqlLater(`update webhook_endpoints
            set secret_before_until = now() where id = '${e.id}'`);
        keys.splice(0, keys.length - 1);
        await enqueueMany([e], 100);
        await until('they arrived', () =>
            sink.seen.size >= rotations * 1000 + 100);
        assert.equal(sink.unsigned, 0, 'the new key signs');
        t.diagnostic(`${rotations} keys, ${sink.total} deliveries`);
        await untilEmpty();
    } finally {
        await w.kill();
        await sink.close();
    }
});

// Receivers that hang, drip, never end or hang up; names that resolve
// slowly; connections that died in the pool.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import https from 'node:https';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';

import { attempts, closeDatabase, delivery, enqueue, enqueueMany, file,
    makeEndpoint, makeEndpoints, openDatabase, preload, quantile, row, rssOf, size,
    sleep, sql, startReceiver, startSink, startWorker, until, untilEmpty }
    from './faults.mjs';

before(openDatabase);
after(closeDatabase);

const tried = (id) => until('it was tried', () => attempts(id)[0], 30000);

// What one connection does after the request; sent() counts its bytes.
const head = 'HTTP/1.1 200 OK\r\n';
const modes = {
    hang: () => {},
    'header-drip': (s) => drip(s, [...`${head}x-slow: `, ...'y'.repeat(900)]),
    'body-drip': (s) => {
        s.write(`${head}content-length: 1000\r\n\r\n`);
        drip(s, [...'z'.repeat(900)]);
    },
    'endless-body': (s) => {
        s.write(`${head}transfer-encoding: chunked\r\n\r\n`);
        pour(s, `2000\r\n${'e'.repeat(8192)}\r\n`);
    },
    'endless-header': (s) => {
        s.write(head);
        pour(s, `x-more: ${'h'.repeat(8000)}\r\n`);
    },
    'mid-close': (s) => {
        s.write(`${head}content-length: 1000\r\n\r\nonly this`);
        setTimeout(() => s.destroy(), 50);
    },
    'close-now': (s) => s.destroy(),
    'no-http': (s) => s.end('220 mail.example ESMTP ready\r\n'),
};

function drip(socket, parts) {
    const timer = setInterval(() => {
        const part = parts.shift();
        if (socket.destroyed || part === undefined)
            clearInterval(timer);
        else
            socket.write(part);
    }, 100);
}

function pour(socket, part) {
    const more = () => {
        while (!socket.destroyed && socket.write(part))
            ;
    };
    socket.on('drain', more);
    more();
}

async function startPeer() {
    const peer = { sent: {}, requests: {}, sockets: new Set() };
    const server = net.createServer((s) => {
        peer.sockets.add(s);
        s.on('error', () => {});
        s.once('data', (data) => {
            const mode = /^\S+ \/(\S+)/.exec(data)[1];
            peer.requests[mode] = (peer.requests[mode] ?? 0) + 1;
            s.on('close', () => { peer.sent[mode] = s.bytesWritten; });
            modes[mode](s);
        });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    peer.allow = `localhost:${server.address().port}`;
    peer.close = () => {
        peer.sockets.forEach((s) => s.destroy());
        server.close();
    };
    return peer;
}

test('a receiver that misbehaves is left in time, and costs no memory',
    async (t) => {
        const peer = await startPeer();
        const w = await startWorker({ MAINSTAY_WEBHOOK_ALLOW: peer.allow });
        try {
            await sleep(100);
            const rss = rssOf(w.pid);
            const each = size(10, 100);
            const ids = {};
            for (const mode of Object.keys(modes)) {
                const e = makeEndpoint(`http://${peer.allow}/${mode}`);
                sql(`update webhook_endpoints set max_inflight = ${each}
                    where id = :'id'`, { id: e.id });
                ids[mode] = enqueue(e.id, ...Array(each).fill('{}'));
            }
            await tried(ids.hang[0]);
            const grown = rssOf(w.pid) - rss;
            for (const [mode, list] of Object.entries(ids)) {
                const a = await tried(list[0]);
                const d = delivery(list[0]);
                assert.ok(a.duration_ms <= 15200,
                    `${mode}: ${a.duration_ms} ms`);
                assert.ok((a.response_body ?? '').length <= 16384, mode);
                assert.equal(d.status, mode === 'endless-body' ? 'completed'
                    : 'pending', `${mode}: ${d.error_message}`);
            }
            for (const mode of ['hang', 'header-drip', 'body-drip'])
                assert.ok(attempts(ids[mode][0])[0].duration_ms > 14000, mode);
            t.diagnostic(`${each} of each of ${Object.keys(modes).length}; `
                + `memory grew by ${grown} kB`);
            assert.ok(grown < 65536, `${grown} kB`);
        } finally {
            await w.kill();
            peer.close();
            sql('delete from webhook_hot; delete from webhook_lanes');
        }
    });

test('a name that resolves slowly holds up nobody else', async (t) => {
    const names = file('names', 'slow.test 4 127.0.0.1\n');
    const bySecret = new Map();
    const sink = await startSink((path) => bySecret.get(path) ?? []);
    const good = await makeEndpoints(`http://${sink.allow}`, 19, 20);
    const [bad] = await makeEndpoints(
        `http://slow.test:${sink.port}`, 1, 20);
    for (const e of [...good, bad])
        bySecret.set(e.path, [e.secret]);
    const w = await startWorker({ LD_PRELOAD: preload(), FAULT_NAMES: names,
        MAINSTAY_WEBHOOK_ALLOW: `${sink.allow},slow.test:${sink.port}` });
    // One at a time to an idle worker: what each waited.
    const p99 = async () => {
        const waits = [];
        for (let i = 0; i < size(50, 1000); i++) {
            const before = performance.timeOrigin + performance.now();
            const [id] = enqueue(good[i % 19].id, '{}');
            await until('it arrived', () => sink.at.has(id));
            waits.push(sink.at.get(id) - before);
        }
        return quantile(waits, 0.99);
    };
    try {
        await p99();
        const alone = await p99();
        enqueue(bad.id, ...Array(20).fill('{}'));
        const beside = await p99();
        t.diagnostic(`p99 ${alone.toFixed(1)} ms alone, `
            + `${beside.toFixed(1)} ms beside it`);
        // A loop that waits for the name would wait for seconds.
        assert.ok(beside <= alone * 1.1 + 100, `${alone} → ${beside} ms`);
        await untilEmpty();
        assert.equal(sink.unsigned, 0);
    } finally {
        await w.kill();
        await sink.close();
    }
});

describe('a pool of connections that died', () => {
    test('over TLS costs no attempt', async () => {
        const key = file('key.pem');
        const cert = file('cert.pem');
        const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec',
            '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
            '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost',
            '-keyout', key, '-out', cert], { encoding: 'utf8' });
        assert.equal(made.status, 0, made.stderr);
        const sockets = new Set();
        let requests = 0;
        const server = https.createServer({ key: readFileSync(key),
            cert: readFileSync(cert) }, (q, s) => {
            requests++;
            q.resume();
            setTimeout(() => s.end(), 300);
        });
        server.keepAliveTimeout = 60000;
        server.on('secureConnection', (s) => sockets.add(s));
        server.listen(0, '127.0.0.1');
        await once(server, 'listening');
        const { port } = server.address();
        const w = await startWorker({ LD_PRELOAD: preload(), FAULT_CA: cert,
            MAINSTAY_WEBHOOK_ALLOW: `localhost:${port}` });
        try {
            const e = makeEndpoint(`https://localhost:${port}/`);
            const done = (ids) => until('they arrived', () => row(`select
                bool_and(status = 'completed') as all from webhook_queue
                where id = any(:'ids')`, { ids: `{${ids}}` }).all);
            for (let i = 0; i < size(3, 30); i++) {
                await done(enqueue(e.id, ...Array(12).fill('{}')));
                assert.ok(sockets.size >= 12, `${sockets.size} connections`);
                for (const s of sockets)
                    s.end();
                sockets.clear();
                const ids = enqueue(e.id, ...Array(12).fill('{}'));
                await done(ids);
                for (const id of ids)
                    assert.equal(attempts(id).length, 1, 'none failed');
            }
            assert.ok(requests >= size(3, 30) * 24);
        } finally {
            await w.kill();
            server.close();
            server.closeAllConnections();
        }
    });
});

test('a redirect is an answer, never a way', async () => {
    const inside = await startReceiver();
    const r = await startReceiver((q) => ({
        status: Number(q.path.split('/')[2]),
        headers: { location: q.path.endsWith('/own')
            ? `http://127.0.0.1:${inside.port}/`
            : 'http://169.254.169.254/latest/meta-data/' } }));
    const connects = file('connects');
    // Even what the operator allows is not gone to by redirect.
    const w = await startWorker({ LD_PRELOAD: preload(),
        FAULT_CONNECTS: connects,
        MAINSTAY_WEBHOOK_ALLOW: `${r.allow},127.0.0.1:${inside.port}` });
    try {
        for (const status of [301, 302, 303, 307, 308])
            for (const to of ['metadata', 'own']) {
                const [id] = enqueue(makeEndpoint(
                    `http://${r.allow}/r/${status}/${to}`).id, '{}');
                const a = await tried(id);
                assert.equal(a.response_status, status);
                assert.match(delivery(id).error_message, /not followed/);
            }
        assert.equal(inside.requests.length, 0);
        assert.equal(r.requests.length, 10);
        const reached = new Set(readFileSync(connects, 'utf8').split('\n'));
        assert.ok(reached.has('127.0.0.1'), 'connections are seen at all');
        assert.ok(![...reached].some((ip) => ip.startsWith('169.254')));
    } finally {
        await w.kill();
        await r.close();
        await inside.close();
        sql('delete from webhook_hot; delete from webhook_lanes');
    }
});

test('many at a time stay within the limits of an endpoint', async () => {
    const bySecret = new Map();
    const sink = await startSink((path) => bySecret.get(path) ?? [],
        () => 20);
    const [e] = await makeEndpoints(`http://${sink.allow}`, 1, 7);
    bySecret.set(e.path, [e.secret]);
    const w = await startWorker({ MAINSTAY_WEBHOOK_ALLOW: sink.allow });
    try {
        await enqueueMany([e], size(200, 5000));
        await untilEmpty(60000);
        assert.equal(sink.most, 7);
    } finally {
        await w.kill();
        await sink.close();
    }
});

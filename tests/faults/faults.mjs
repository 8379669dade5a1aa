// What the tests of faults share: sizes, a sink for many deliveries, a
// cluster of PostgreSQL that may be killed, and a world that lies.

import { spawn, spawnSync } from 'node:child_process';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { after } from 'node:test';

import { sleep, sqlLater, startWorker as start, until }
    from '../worker/harness.mjs';

export * from '../worker/harness.mjs';

// `./dev test --full` wants the whole of it.
export const isFull = process.env.FULL === 'yes';
export const size = (short, full) => (isFull ? full : short);

export function median(list) {
    return [...list].sort((a, b) => a - b)[list.length >> 1];
}
export const quantile = (list, q) => [...list].sort((a, b) => a - b)[
    Math.min(list.length - 1, Math.floor(list.length * q))];

const scratch = mkdtempSync('/tmp/mainstay-faults.');
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
spawnSync('chmod', ['755', scratch]);

export function file(name, text = '') {
    const path = join(scratch, name);
    writeFileSync(path, text);
    return path;
}

// A test that fails leaves its workers behind; node would wait for them.
const workers = [];
export async function startWorker(settings) {
    const worker = await start(settings);
    workers.push(worker);
    return worker;
}
after(() => Promise.all(workers.filter((w) => w.code === undefined)
    .map((w) => w.kill())));

// The library for LD_PRELOAD, see preload.c.
let built;
export function preload() {
    if (!built) {
        built = join(scratch, 'preload.so');
        const source = new URL('preload.c', import.meta.url).pathname;
        const done = spawnSync('cc', ['-O1', '-shared', '-fPIC', '-o', built,
            source, '-ldl'], { encoding: 'utf8' });
        if (done.status !== 0)
            throw new Error(done.stderr);
    }
    return built;
}

function isSignedBy(secret, headers, body) {
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
    const mac = createHmac('sha256', key).update(`${headers['webhook-id']}.${
        headers['webhook-timestamp']}.`).update(body).digest();
    return headers['webhook-signature'].split(' ').some((s) =>
        timingSafeEqual(Buffer.from(s.slice(3), 'base64'), mac));
}

// Takes many: counts each id, and checks each signature. The path names the
// endpoint; secrets(path) gives what may have signed.
export async function startSink(secrets, answer) {
    const sink = { seen: new Map(), total: 0, unsigned: 0, open: 0, most: 0,
        at: new Map() };
    const server = http.createServer((q, s) => {
        const parts = [];
        sink.most = Math.max(sink.most, ++sink.open);
        s.on('close', () => { sink.open--; });
        q.on('data', (part) => parts.push(part));
        q.on('end', async () => {
            const id = q.headers['webhook-id'];
            const body = Buffer.concat(parts);
            sink.total++;
            sink.seen.set(id, (sink.seen.get(id) ?? 0) + 1);
            if (!sink.at.has(id))
                sink.at.set(id, performance.timeOrigin + performance.now());
            if (!secrets(q.url).some((x) => isSignedBy(x, q.headers, body)))
                sink.unsigned++;
            const wait = answer?.(q.url);
            if (wait)
                await sleep(wait);
            s.end();
        });
    });
    server.keepAliveTimeout = 60000;
    server.listen(0, '127.0.0.1', 4096);
    await once(server, 'listening');
    sink.port = server.address().port;
    sink.allow = `localhost:${sink.port}`;
    sink.close = async () => {
        server.close();
        server.closeAllConnections();
        await once(server, 'close');
    };
    return sink;
}

// A tenant with n endpoints at the sink; [{ id, secret, path }].
export async function makeEndpoints(url, n, inflight = 50) {
    const text = await sqlLater(`
        insert into tenants (slug, name) values
            ('f-' || gen_random_uuid(), 'Faults') returning id as tenant \\gset
        insert into webhook_endpoints (tenant_id, id, name, url, secret,
            format, max_inflight)
        select :'tenant', gen_random_uuid(), 'e' || n, '${url}/' || :'tenant'
            || '/' || n, new_webhook_secret(), 'standard', ${inflight}
        from generate_series(1, ${n}) n;
        select json_agg(json_build_object('id', id, 'secret', secret, 'tenant',
            tenant_id, 'path', '/' || tenant_id || substring(name from 2)))
        from webhook_endpoints where tenant_id = :'tenant'`);
    return JSON.parse(text).map((e) => ({ ...e,
        path: e.path.replace(/^(\/.{36})/, '$1/') }));
}

// n deliveries, turn by turn to each of the endpoints, in one transaction.
export const enqueueMany = (endpoints, n) => sqlLater(`
    select count(enqueue_webhook(e.id, null, null, 'test',
        json_build_object('n', n, 'fill', repeat('x', 200))))
    from generate_series(1, ${n}) n
    join unnest(array['${endpoints.map((e) => e.id).join('\',\'')}']::uuid[])
        with ordinality e (id, place) on n % ${endpoints.length} = place - 1`);

export const waiting = async () =>
    Number(await sqlLater('select count(*) from webhook_hot'));

export const untilEmpty = (ms = 30000) => until('the queue is empty',
    async () => await waiting() === 0 || sleep(100), ms);

// A cluster of its own, and what happens to it. Sets PGHOST.
export class Cluster {
    constructor(env = {}) {
        this.folder = mkdtempSync(join(scratch, 'pg.'));
        this.data = join(this.folder, 'data');
        const bin = spawnSync('sh', ['-c', 'ls -d /usr/lib/postgresql/*/bin '
            + '| sort -V | tail -1'], { encoding: 'utf8' }).stdout.trim();
        this.program = (name) => join(bin, name);
        this.as = process.getuid() === 0 ? {
            uid: Number(spawnSync('id', ['-u', 'postgres'],
                { encoding: 'utf8' }).stdout),
            gid: Number(spawnSync('id', ['-g', 'postgres'],
                { encoding: 'utf8' }).stdout) } : {};
        if (this.as.uid)
            spawnSync('chown', ['postgres', this.folder]);
        this.env = { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', ...env };
        const done = spawnSync(this.program('initdb'), ['-D', this.data,
            '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--no-sync',
            '--locale=C.UTF-8'], { ...this.as, cwd: '/', encoding: 'utf8',
            env: { PATH: process.env.PATH } });
        if (done.status !== 0)
            throw new Error(`initdb: ${done.stderr}`);
        process.env.PGHOST = this.folder;
        process.env.PGPORT = '5432';
        process.env.PGUSER = 'postgres';
        delete process.env.PGDATABASE;
    }

    // Until it takes connections; backends of a killed one take a moment.
    async start() {
        await until('PostgreSQL is up', async () => {
            if (!this.child || this.child.exitCode !== null
                || this.child.signalCode !== null)
                this.spawn();
            await sleep(50);
            return sqlLater('select 1', 'postgres').then(() => true,
                () => false);
        }, 30000);
    }

    spawn() {
        this.child = spawn(this.program('postgres'), ['-D', this.data,
            '-c', 'listen_addresses=', '-c', 'max_connections=60',
            '-c', `unix_socket_directories=${this.folder}`,
            '-c', 'fsync=off'],
        { ...this.as, cwd: '/', env: this.env, stdio: 'ignore' });
        this.exit = once(this.child, 'exit');
    }

    async stop(signal = 'SIGINT') {
        this.child.kill(signal);
        await this.exit;
    }
}

// Memory and files of a process.
export const rssOf = (pid) => Number(/^VmRSS:\s+(\d+)/m.exec(
    readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);

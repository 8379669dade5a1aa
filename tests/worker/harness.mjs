// A database of its own on the server of PGHOST, workers, and receivers.
//
// Nothing else delivers from this database, so a test may kill its workers.
// Needs what `./dev env` prints: PGHOST, PGPORT, PGUSER (a superuser),
// MAINSTAY_BIN (folder of mainstay-worker), MAINSTAY_ADMIN.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const top = join(dirname(fileURLToPath(import.meta.url)), '../..');
const name = `mainstay_worker_${process.pid}`;

function need(variable) {
    const value = process.env[variable];
    if (!value)
        throw new Error(`${variable} is not set: eval "$(./dev env)" first`);
    return value;
}

const conninfo = () => `host=${need('PGHOST')} port=${
    process.env.PGPORT ?? 5432} dbname=${name}`;

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// Waits until check() gives something; the message says what never came.
export async function until(message, check, ms = 10000) {
    const end = Date.now() + ms;
    for (;;) {
        const found = await check();
        if (found)
            return found;
        if (Date.now() > end)
            throw new Error(`waited ${ms} ms in vain: ${message}`);
        await sleep(10);
    }
}

function ended(program, args, options) {
    const done = spawnSync(program, args,
        { encoding: 'utf8', maxBuffer: 1 << 26, ...options });
    if (done.status !== 0)
        throw new Error(`${program}: ${done.error ?? done.stderr}`);
    return done.stdout.replace(/\n$/, '');
}

function psql(database, args, input) {
    return ended('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', database,
        ...args], { input, env: { ...process.env,
        PGOPTIONS: '-c client_min_messages=warning' } });
}

// Values are psql variables: :'name' in the text.
export function sql(text, values = {}) {
    return psql(name, Object.entries(values)
        .flatMap(([key, value]) => ['-v', `${key}=${value}`]), text);
}

// before: statements that make what the query needs.
export function rows(text, values = {}, before = '') {
    return JSON.parse(sql(`${before} with x as (${text})
        select coalesce(json_agg(x), '[]') from x`, values));
}

export const row = (text, values) => rows(text, values)[0];

export function openDatabase() {
    psql('postgres', ['-f', join(top, 'sql/roles.sql')]);
    psql('postgres', ['-c', `create database ${name} owner mainstay_owner
        template template0 encoding 'UTF8'
        lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'`]);
    psql(name, ['-f', join(top, 'sql/database.sql')]);
    ended(need('MAINSTAY_ADMIN'), ['migrate'], { env: { ...process.env,
        MAINSTAY_SHARE: top, MAINSTAY_DB: conninfo() } });
}

export function closeDatabase() {
    psql('postgres', ['-c', `drop database if exists ${name} with (force)`]);
}

// A tenant with one endpoint; its id, and the key of its signatures.
export function makeEndpoint(url, format = 'standard') {
    const slug = `t-${process.hrtime.bigint()}`;
    const id = sql(`insert into tenants (slug, name)
        values (:'slug', 'Deliveries') returning id as tenant \\gset
        select create_endpoint(:'tenant', 'Receiver', :'url', :'format');`,
    { slug, url, format });
    return row(`select id, tenant_id, secret from webhook_endpoints
        where id = :'id'`, { id });
}

// Queues payloads (texts) in one transaction; their ids.
export function enqueue(endpoint, ...payloads) {
    return sql(`select enqueue_webhook(:'endpoint', null, null, 'test', p)
        from json_array_elements_text(:'payloads') with ordinality t (text, n)
        cross join lateral (select t.text::json) x (p) order by n`,
    { endpoint, payloads: JSON.stringify(payloads) })
        .split('\n').filter(Boolean);
}

export const delivery = (id) =>
    row('select * from webhook_queue where id = :\'id\'', { id });

export const attempts = (id) =>
    rows(`select * from webhook_attempts where delivery_id = :'id'
        order by attempt, lease`, { id });

// Runs beside the test: lasts as long as the text says.
export function sqlMeanwhile(text) {
    const child = spawn('psql', ['-XAtq', '-d', name, '-c', text],
        { stdio: 'ignore' });
    return once(child, 'close');
}

// The same as sql(), while this process goes on.
export function sqlLater(text, database = name) {
    return new Promise((done, failed) => {
        const child = spawn('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-d',
            database]);
        let out = '';
        let err = '';
        child.stdout.on('data', (part) => { out += part; });
        child.stderr.on('data', (part) => { err += part; });
        child.on('close', (code) => (code === 0 ? done(out.trim())
            : failed(new Error(err))));
        child.stdin.end(text);
    });
}

// Starts a worker and waits until it is registered.
export async function startWorker(settings = {}) {
    const env = { PATH: process.env.PATH, MAINSTAY_DB: conninfo(),
        MAINSTAY_ENV: 'development', MAINSTAY_LOG: 'debug', ...settings };
    for (const key of ['ASAN_OPTIONS', 'UBSAN_OPTIONS', 'LSAN_OPTIONS'])
        if (process.env[key])
            env[key] = process.env[key];
    const child = spawn(join(need('MAINSTAY_BIN'), 'mainstay-worker'), [],
        { env, stdio: ['ignore', 'ignore', 'pipe'] });
    const worker = { child, pid: child.pid, log: '', code: undefined };
    child.stderr.on('data', (text) => { worker.log += text; });
    worker.exit = once(child, 'close').then(([code, signal]) => {
        worker.code = code ?? signal;
        return worker.code;
    });
    worker.signal = (s) => child.kill(s);
    worker.stop = async () => {
        if (worker.code === undefined)
            child.kill('SIGTERM');
        return worker.exit;
    };
    worker.kill = async () => {
        child.kill('SIGKILL');
        return worker.exit;
    };
    await until(`worker registered; it said:\n${worker.log}`,
        () => worker.code !== undefined || /"registered"/.test(worker.log));
    return worker;
}

// A receiver on a free port.  answer(request) gives {status, headers, body,
// after, hangUp} or, by default, 200; requests are kept in order of arrival.
// onSocket counts the requests that came over the same connection.
export async function startReceiver(answer = () => ({})) {
    const receiver = { requests: [], open: 0, answer };
    const server = http.createServer((q, s) => {
        const parts = [];
        receiver.open++;
        s.on('close', () => { receiver.open--; });
        q.on('data', (part) => parts.push(part));
        q.on('end', async () => {
            const request = { at: Date.now(), method: q.method, path: q.url,
                headers: q.headers, raw: q.rawHeaders,
                body: Buffer.concat(parts).toString(),
                onSocket: q.socket.used = (q.socket.used ?? 0) + 1 };
            receiver.requests.push(request);
            const a = await receiver.answer(request) ?? {};
            if (a.after)
                await sleep(a.after);
            if (a.hangUp)
                return q.socket.destroy();
            s.writeHead(a.status ?? 200, a.headers);
            s.end(a.body ?? '');
        });
    });
    server.keepAliveTimeout = 5000;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    receiver.port = server.address().port;
    receiver.url = `http://localhost:${receiver.port}/hook`;
    receiver.allow = `localhost:${receiver.port}`;
    receiver.close = async () => {
        server.close();
        server.closeAllConnections();
        await once(server, 'close');
    };
    receiver.ids = () => receiver.requests.map(
        (q) => q.headers['webhook-id']);
    return receiver;
}

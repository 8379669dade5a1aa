// Every operation while something inside the worker fails: the first, second …
// allocation, query, write to the database, read from it.  A worker never
// crashes and keeps nothing, and what was asked is done wholly or not at all.
// Of all operations with --full, else of some.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, closeSync, existsSync, mkdtempSync, openSync, readFileSync,
    readSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { ask } from '../lib/fastcgi.mjs';
import { childrenOf, masterOf, serviceOf, until } from '../lib/instance.mjs';
import { Requests, hints, operations } from '../lib/operations.mjs';
import { Twin, digest } from '../lib/twin.mjs';

const isFull = process.env.FULL === 'yes';
const some = ['listAccounts', 'getCustomer', 'updateAccount',
    'createHealthScore', 'recordEvents', 'search'];
const faults = ['allocation', 'query', 'write', 'read', 'live'];
const folder = mkdtempSync('/tmp/mainstay-torture.');
const file = join(folder, 'faults');
const socket = join(folder, 'app.sock');
const log = join(folder, 'app.log');
let world, requests, pool, shared;

function start() {
    const library = join(folder, 'torture.so');
    const built = spawnSync('cc', ['-O1', '-shared', '-fPIC', '-o', library,
        new URL('torture.c', import.meta.url).pathname, '-ldl'],
    { encoding: 'utf8' });
    assert.equal(built.status, 0, built.stderr);
    writeFileSync(file, Buffer.alloc(8 * faults.length));
    chmodSync(file, 0o666);
    chmodSync(folder, 0o777);
    shared = openSync(file, 'r+');
    const { env, owner } = serviceOf('app');
    const out = openSync(log, 'w');
    pool = spawn(join(process.env.MAINSTAY_BIN, 'mainstay-fcgi'), [], {
        env: { ...env, LD_PRELOAD: library, TORTURE: file,
            MAINSTAY_WORKERS: '1', MAINSTAY_SOCKET: socket,
            MAINSTAY_API_RATE: '0' },
        stdio: ['ignore', out, out], ...owner });
    closeSync(out);
}

before(async () => {
    process.kill(masterOf('worker'), 'SIGSTOP');
    world = new Twin('torture');
    requests = new Requests(world, hints);
    start();
    await until('the pool answers', async () => existsSync(socket) &&
        childrenOf(pool.pid).length === 1 &&
        (await ask(socket, 'GET', '/healthz')).status === 200);
});
after(() => {
    process.kill(masterOf('worker'), 'SIGCONT');
    pool?.kill();
    world.end();
    rmSync(folder, { recursive: true });
});

function put(fault, n) {
    const b = Buffer.alloc(8);
    b.writeBigInt64LE(BigInt(n));
    writeSync(shared, b, 0, 8, 8 * faults.indexOf(fault));
}
function get(fault) {
    const b = Buffer.alloc(8);
    readSync(shared, b, 0, 8, 8 * faults.indexOf(fault));
    return Number(b.readBigInt64LE());
}

const deaths = () => readFileSync(log, 'utf8').split('\n')
    .filter((line) => line.includes('worker died'))
    .map((line) => JSON.parse(line).wait_status);
// libfcgi gives up by abort() when there is no memory, as we do by exit().
const isCrash = (status) => ![0, 6].includes(status % 128);

const caller = (token) => ({ send: (method, path, { json, body, headers }) =>
    ask(socket, method, path, {
        body: json === undefined ? body : JSON.stringify(json),
        headers: { authorization: `Bearer ${token}`,
            'content-type': json === undefined ? null : 'application/json',
            ...headers } }) });

// Tables of the tenant that are not as they were.
function changed(before) {
    const now = digest(world.tenant);
    return Object.keys(now).filter((t) => now[t] !== before[t]).sort().join();
}

async function oneFault(operation, who, fault, n, usual) {
    const right = requests.right(operation);
    const isWrite = operation.method !== 'GET';
    const before = isWrite && digest(world.tenant);
    const died = deaths().length;
    put(fault, n);
    const answer = await requests.send(operation, right, who);
    const isOver = get(fault) > 0;
    put(fault, 0);
    const what = `${operation.id}, ${fault} ${n}: ${answer.status} ${
        answer.body.slice(0, 200)}`;
    if (answer.status === 0)
        await until('a worker is there again', () =>
            deaths().length > died && childrenOf(pool.pid).length === 1);
    assert.deepEqual(deaths().slice(died).filter(isCrash), [], what);
    // A token that cannot be read for lack of memory is none.
    assert.ok(answer.status < 300 || [500, 503].includes(answer.status) ||
        answer.status === 401 && fault === 'allocation', what);
    if (answer.status >= 400)
        assert.equal(answer.json.status, answer.status, what);
    if (isWrite)
        assert.ok(['', usual].includes(changed(before)), `${what}: ${
            changed(before)} instead of ${usual}`);
    if (isWrite && answer.status >= 200 && answer.status < 300)
        assert.equal(changed(before), usual, what);
    return isOver;
}

for (const operation of operations.filter(({ id, path }) =>
    path !== '/api/v1/auth/token' && (isFull || some.includes(id))))
    test(`${operation.method} ${operation.path} while things fail`,
        async () => {
            const { token } = world.open(operation['x-role'] ?? 'Viewer');
            const who = caller(token);
            const send = () => requests.send(operation,
                requests.right(operation), who);
            assert.ok((await send()).status < 300);
            const before = digest(world.tenant);
            assert.ok((await send()).status < 300);
            const usual = changed(before);
            for (const fault of faults.slice(0, -1))
                for (let n = 1, isOver = false; !isOver && n < 2000;
                    n += isFull || n < 4 ? 1 : n >> 1)
                    isOver = await oneFault(operation, who, fault, n, usual);
            assert.ok((await send()).status < 300);
        });

test('what failed has left nothing allocated', async () => {
    const { token } = world.open('Viewer');
    const operation = operations.find(({ id }) => id === 'listAccounts');
    const live = async (fault, n, times) => {
        for (let i = 0; i < times; i++) {
            put(fault, n);
            await requests.send(operation, { ids: {} }, caller(token));
            put(fault, 0);
        }
        await requests.send(operation, { ids: {} }, caller(token));
        return get('live');
    };
    for (const [fault, n] of [['query', 2], ['write', 1], ['read', 1],
        ['query', 4]]) {
        // Once a cache may grow, and twice a leak does.
        const found = [await live(fault, n, 2), await live(fault, n, 4),
            await live(fault, n, 4)];
        assert.ok(found[1] - found[0] < 4 || found[2] - found[1] < 4,
            `${fault} ${n}: ${found} blocks`);
    }
});

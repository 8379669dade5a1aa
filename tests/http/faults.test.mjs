// Things die while people work.  A page view may not fail of it, and what was
// acknowledged is kept.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { rows, run, runLater, value } from '../lib/db.mjs';
import { cookieName, send } from '../lib/http.mjs';
import { ca, host, isAlive, masterOf, origin, pageWorkers, port,
    signInWorkers, sleep, until } from '../lib/instance.mjs';
import { everyNow, load, tally } from '../lib/load.mjs';
import { World, demo, forgetFailures } from '../lib/world.mjs';

let world, visitor, account, workers;

before(() => {
    forgetFailures();
    workers = pageWorkers().length;
    world = new World('faults');
    account = world.addAccount('Under load');
    visitor = world.visitor('Practitioner');
});
after(async () => {
    await until('all page workers are back',
        () => pageWorkers().length >= workers);
    world.end();
});

const paths = () => ['/dashboard/executive', '/dashboard/accounts',
    `/dashboard/accounts/${account}`, '/sessions'];
const view = (i, agent) => send('GET', paths()[i % 4], { agent,
    headers: { cookie: `${cookieName}=${visitor.cookie}` } });

test('the pages answer when nothing goes wrong', async () => {
    assert.deepEqual(tally(await load(100, 10, (i) => view(i))), { 200: 100 });
});

test('kill -9 of page workers five times a second costs no page view',
    async () => {
        let kills = 0;
        const killer = everyNow(200, () => {
            const pids = pageWorkers();
            if (pids.length === 0)
                return;
            process.kill(pids[Math.floor(Math.random() * pids.length)],
                'SIGKILL');
            kills++;
        });
        const answers = await load(300, 20, (i) => view(i));
        await killer.stop();
        assert.deepEqual(tally(answers), { 200: 300 });
        assert.ok(kills >= 15, `${kills} kills`);
    });

test('what was acknowledged while workers died is stored exactly once',
    async () => {
        const token = await visitor.token();
        const path = `/dashboard/accounts/${account}/health-scores`;
        let kills = 0;
        const answers = await load(150, 20, async (i) => {
            const answer = await visitor.post(path, { usage_score: 50,
                engagement_score: 50, support_sentiment_score: 50,
                adoption_score: 50, note: `numbered ${i}`, _csrf: token });
            const pids = pageWorkers();
            if (i % 4 === 0 && pids.length > 0) {
                process.kill(pids[Math.floor(Math.random() * pids.length)],
                    'SIGKILL');
                kills++;
            }
            return answer;
        });
        await sleep(300);
        const stored = new Map(rows(`select note, count(*)::int as n
            from health_scores where account_id = :'account'
            group by note`, { account }).map(({ note, n }) => [note, n]));
        let kept = 0;
        for (const [i, answer] of answers.entries()) {
            const count = stored.get(`numbered ${i}`) ?? 0;
            assert.ok(count <= 1, `numbered ${i} is there ${count} times`);
            if (answer.status === 303) {
                assert.equal(count, 1, `numbered ${i} was acknowledged`);
                kept++;
            } else {
                assert.equal(answer.status, 503, `${answer}`);
                assert.match(answer.headers['retry-after'], /^\d+$/);
            }
        }
        assert.ok(kills > 20, `${kills} kills`);
        assert.ok(150 - kept <= kills, `a kill costs a request at most: ${
            kills} kills, ${JSON.stringify(tally(answers))}`);
        assert.equal(value(`select count(*) from health_scores
            where account_id = :'account' and is_current`, { account }), 1);
    });

test('a rolling reload under load costs no request', async () => {
    await until('all page workers are back',
        () => pageWorkers().length >= workers);
    const before = pageWorkers();
    const token = await visitor.token();
    const path = `/dashboard/accounts/${account}/health-scores`;
    const reload = everyNow(1000, () =>
        process.kill(masterOf('app'), 'SIGHUP'));
    const answers = await load(200, 20, (i) => i % 5 === 0
        ? visitor.post(path, { usage_score: 50, engagement_score: 50,
            support_sentiment_score: 50, adoption_score: 50, _csrf: token })
        : view(i));
    await reload.stop();
    assert.deepEqual(tally(answers), { 200: 160, 303: 40 });
    await until('every worker is a new one', () => before.every((pid) =>
        !isAlive(pid)) && pageWorkers().length >= workers, 20000);
});

test('page workers told to stop finish what they do', async () => {
    const stop = everyNow(300, () => {
        const [pid] = pageWorkers();
        if (pid)
            process.kill(pid, 'SIGTERM');
    });
    const answers = await load(150, 20, (i) => view(i));
    await stop.stop();
    assert.deepEqual(tally(answers), { 200: 150 });
});

test('terminated database connections cost no page view', async () => {
    let ended = 0;
    // Not twice within one request: it is sent again once.
    const end = everyNow(500, async () => {
        ended += Number(await runLater(`select count(
            pg_terminate_backend(pid)) from pg_stat_activity
            where usename = 'mainstay_app'`));
    });
    const answers = await load(200, 20, (i) => view(i));
    await end.stop();
    assert.deepEqual(tally(answers), { 200: 200 });
    assert.ok(ended >= 10, `${ended} connections ended`);
});

test('a dead sign-in process is replaced, and pages do not notice',
    async () => {
        for (const pid of signInWorkers())
            process.kill(pid, 'SIGKILL');
        assert.equal((await view(0)).status, 200);
        await until('signing in works again', async () =>
            (await send('GET', '/login')).status === 200);
        const answer = await visitor.post('/login', {
            email: world.people.Viewer.email, password: demo.password });
        assert.equal(answer.status, 303);
        visitor.cookie = world.sessions.Practitioner.token;
    });

test('nginx loads its configuration anew without losing a request',
    async () => {
        const reload = everyNow(700, () =>
            process.kill(masterOf('nginx'), 'SIGHUP'));
        // A kept connection may be closed in between, whatever nginx does.
        const answers = await load(150, 20, (i) => view(i, false));
        await reload.stop();
        assert.deepEqual(tally(answers), { 200: 150 });
    });

test('a lock in the database ends in 503, not in waiting', async () => {
    let isHeld = true;
    const lock = runLater(`begin; lock table sessions in access exclusive mode;
        select pg_sleep(4); rollback;`).then(() => {
        isHeld = false;
    });
    await until('the lock is held', () => value(`select exists (
        select from pg_locks where granted and mode = 'AccessExclusiveLock'
           and relation = 'sessions'::regclass)`));
    const answer = await view(0);
    assert.ok(isHeld, 'the answer did not wait for the lock');
    assert.equal(answer.status, 503);
    assert.match(answer.headers['retry-after'], /^\d+$/);
    await lock;
    assert.equal((await view(0)).status, 200);
});

test('a flood of sign-ins takes nothing from the pages', async () => {
    let going = true;
    const flood = Promise.all(Array.from({ length: 12 }, async (_, n) => {
        const found = [];
        for (let i = 0; going && i < 20; i++)
            found.push((await send('POST', '/login', { headers: { origin,
                'content-type': 'application/x-www-form-urlencoded' },
            body: `email=flood${n}.${i}%40x.example&password=no-no` }))
                .status);
        return found;
    }));
    const answers = await load(100, 20, (i) => view(i));
    going = false;
    const statuses = (await flood).flat();
    forgetFailures();
    assert.deepEqual(tally(answers), { 200: 100 });
    assert.ok(statuses.length >= 12);
    assert.deepEqual([...new Set(statuses)].filter((s) =>
        ![401, 429, 503].includes(s)), []);
});

test('slow clients wait in nginx and hold no worker', async () => {
    const tls = await import('node:tls');
    const slow = [];
    for (let i = 0; i < 30; i++) {
        const socket = tls.connect({ host, port, servername: 'localhost', ca });
        socket.on('error', () => {});
        socket.on('secureConnect', () => socket.write(
            'POST /logout HTTP/1.1\r\nHost: localhost\r\n' +
            'Content-Type: application/x-www-form-urlencoded\r\n' +
            'Content-Length: 1000\r\n\r\na='));
        slow.push(socket);
    }
    await sleep(500);
    try {
        assert.deepEqual(tally(await load(50, 20, (i) => view(i))), { 200: 50 });
    } finally {
        for (const socket of slow)
            socket.destroy();
    }
});

test('more than forty requests of one address at a time are refused',
    async () => {
        const tls = await import('node:tls');
        const sockets = [];
        const statuses = await Promise.all(Array.from({ length: 44 }, () =>
            new Promise((done) => {
                const socket = tls.connect({ host, port,
                    servername: 'localhost', ca });
                sockets.push(socket);
                socket.on('error', () => done(0));
                socket.on('data', (text) => done(Number(
                    /^HTTP\/1\.1 (\d+)/.exec(text)?.[1])));
                setTimeout(() => done(undefined), 2000);
                socket.on('secureConnect', () => socket.write(
                    'POST /logout HTTP/1.1\r\nHost: localhost\r\n' +
                    'Content-Type: application/x-www-form-urlencoded\r\n' +
                    'Content-Length: 1000\r\n\r\na='));
            })));
        for (const socket of sockets)
            socket.destroy();
        const refused = statuses.filter((s) => s === 503).length;
        assert.ok(refused >= 4 && refused <= 10, `${refused} refused`);
        assert.equal(statuses.filter((s) => s === undefined).length,
            44 - refused, 'the others wait for their body');
        await until('the address may ask again', async () =>
            (await view(0)).status === 200);
    });

test('nothing was left open in the database', () => {
    assert.equal(Number(run(`select count(*) from pg_stat_activity
        where usename = 'mainstay_app' and state like 'idle in%'
            and state_change < now() - interval '10 seconds'`)), 0);
});

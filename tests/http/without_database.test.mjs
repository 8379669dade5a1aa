// The database is gone for a while, then the pages.  This file runs last.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, openSync, readFileSync, renameSync, statSync }
    from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { run, value } from '../lib/db.mjs';
import { hasAll } from '../lib/headers.mjs';
import { Program, Visitor, send } from '../lib/http.mjs';
import { logFolder, state, until } from '../lib/instance.mjs';
import { World, demo } from '../lib/world.mjs';

const data = join(state, 'data');
const { uid, gid } = statSync(data);
let world, visitor, program, account, token;

before(async () => {
    world = new World('outage');
    account = world.addAccount('Out');
    visitor = world.visitor('Practitioner');
    program = world.program('Viewer');
    token = await visitor.token();
});
after(async () => {
    await startPostgres();
    world.end();
});

const postmaster = () => Number(readFileSync(join(data, 'postmaster.pid'),
    'utf8').split('\n')[0]);

async function stopPostgres(signal) {
    const pid = postmaster();
    process.kill(pid, signal);
    await until('PostgreSQL has stopped',
        () => !existsSync(join(data, 'postmaster.pid')));
}

// As it was started: the line that it left behind.
async function startPostgres() {
    if (existsSync(join(data, 'postmaster.pid')))
        return;
    const [program_, ...args] = readFileSync(join(data, 'postmaster.opts'),
        'utf8').trim().split(/ (?=(?:[^"]*"[^"]*")*[^"]*$)/)
        .map((word) => word.replaceAll('"', ''));
    const log = openSync(join(logFolder, 'postgres.log'), 'a');
    spawn(program_, args, { cwd: data, detached: true,
        stdio: ['ignore', log, log],
        ...process.getuid() === 0 && { uid, gid } }).unref();
    await until('PostgreSQL answers', () => {
        try {
            return run('select 1') === '1';
        } catch {
            return false;
        }
    }, 20000);
}

// Asked all at once: each waits a moment for the database to come back.
test('without the database every answer is 503, and comes soon', async () => {
    await stopPostgres('SIGINT');
    const start = Date.now();
    const [page, answer, login, form, ready] = await Promise.all([
        visitor.get('/dashboard/executive'),
        program.get(`/api/v1/customer-success/customers/${account}`),
        new Visitor().post('/login', { email: world.people.Viewer.email,
            password: demo.password }),
        visitor.post(`/dashboard/accounts/${account}/health-scores`,
            { _csrf: token, usage_score: 1, engagement_score: 1,
                support_sentiment_score: 1, adoption_score: 1 }),
        send('GET', '/readyz'),
    ]);
    assert.ok(Date.now() - start < 8000, `${Date.now() - start} ms`);
    for (const one of [page, answer, login, form, ready]) {
        assert.equal(one.status, 503);
        assert.match(one.headers['retry-after'], /^\d+$/);
        assert.equal(one.headers['cache-control'], 'no-store');
        assert.equal(one.headers['set-cookie'], undefined,
            'nobody is signed out by it, and nobody signed in');
        hasAll(one, '503');
    }
    assert.equal(page.headers['content-type'], 'text/html; charset=utf-8');
    assert.match(page.text, /Try again/i);
    assert.doesNotMatch(page.text, /libpq|socket|PostgreSQL|FATAL|server/i);
    assert.equal(answer.headers['content-type'], 'application/problem+json');
    assert.equal(answer.json.status, 503);
    assert.doesNotMatch(login.text, /wrong/);
});

test('/healthz says that the process lives', async () => {
    assert.equal((await send('GET', '/healthz')).status, 200);
});

test('pages that need no database are still there', async () => {
    assert.equal((await send('GET', '/login')).status, 200);
    assert.equal((await send('GET', '/nowhere')).status, 404);
});

test('when the database is back everything works again, without a hand',
    async () => {
        await startPostgres();
        await until('/readyz', async () =>
            (await send('GET', '/readyz')).status === 200, 5000);
        assert.equal(value(`select count(*) from health_scores
            where account_id = :'account'`, { account }), 0);
        for (let i = 0; i < 20; i++)
            assert.equal((await visitor.get('/dashboard/executive')).status,
                200);
        assert.equal((await new Visitor().signIn(world.people.Viewer.email,
            demo.password)).status, 303);
    });

test('after a crash of the database everything works again', async () => {
    process.kill(postmaster(), 'SIGQUIT');
    await until('PostgreSQL has stopped',
        () => !existsSync(join(data, 'postmaster.pid')));
    assert.equal((await visitor.get('/dashboard/executive')).status, 503);
    await startPostgres();
    await until('the page', async () =>
        (await visitor.get('/dashboard/executive')).status === 200, 5000);
});

test('without page workers nginx has a page of its own', async () => {
    const socket = join(state, 'run/app.sock');
    renameSync(socket, `${socket}.away`);
    try {
        const page = await visitor.get('/dashboard/executive');
        assert.equal(page.status, 503);
        assert.equal(page.headers['retry-after'], '1');
        assert.equal(page.headers['cache-control'], 'no-store');
        assert.match(page.text, /One moment, please/);
        hasAll(page, 'nginx 503');
        const [, css] = /<link rel="stylesheet" href="([^"]+)"/
            .exec(page.body);
        assert.equal((await send('GET', css)).status, 200);
        const answer = await program
            .get(`/api/v1/customer-success/customers/${account}`);
        assert.equal(answer.status, 503);
        assert.equal(answer.headers['content-type'],
            'application/problem+json');
        assert.equal(answer.json.status, 503);
        hasAll(answer, 'nginx 503 for programs');
        const form = await visitor.post('/logout', {});
        assert.equal(form.status, 503);
        assert.equal((await new Program('x').get('/healthz')).status, 503);
        assert.equal((await send('GET', '/login')).status, 200);
    } finally {
        renameSync(`${socket}.away`, socket);
    }
    assert.equal((await visitor.get('/dashboard/executive')).status, 200);
});

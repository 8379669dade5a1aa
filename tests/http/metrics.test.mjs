// Figures of the pages: counted over all processes, and read on this machine
// alone.  An nginx of its own has the server that an operator would add.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync,
    writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { checkByPromtool, samplesOf } from '../lib/figures.mjs';
import { Visitor, send } from '../lib/http.mjs';
import { state, top, until } from '../lib/instance.mjs';
import { freePort } from '../lib/port.mjs';
import { World } from '../lib/world.mjs';

const run = join(state, 'run');
let world, port, folder, nginx;

function fill() {
    const owner = statSync(join(run, 'app.sock')).uid;
    const name = execFileSync('id', ['-nu', String(owner)],
        { encoding: 'utf8' }).trim();
    const server = readFileSync(join(top, 'nginx/metrics.conf.in'), 'utf8')
        .replaceAll('@metrics_port@', port)
        .replaceAll('@nginxdir@', join(top, 'nginx'));
    return `${process.getuid() === 0 ? `user ${name};` : ''}
        daemon off; pid ${folder}/pid; error_log ${folder}/log;
        events {}
        http {
            access_log off;
            ${['client_body', 'fastcgi', 'proxy', 'scgi', 'uwsgi'].map((x) =>
        `${x}_temp_path ${folder}/${x};`).join('\n')}
            upstream mainstay_app { server unix:${run}/app.sock; }
            upstream mainstay_auth { server unix:${run}/auth.sock; }
            ${server}
        }`;
}

const ask = (path) => fetch(`http://127.0.0.1:${port}${path}`);
async function scrape(path = '/metrics') {
    const answer = await ask(path);
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-type'),
        /^text\/plain; version=0\.0\.4/);
    const text = await answer.text();
    return { text, samples: samplesOf(text) };
}
const requests = ({ samples }, method, route, status) => samples[
    `mainstay_requests_total{method="${method}",route="${route}",` +
    `status="${status}"}`] ?? 0;

before(async () => {
    world = new World('metrics');
    port = await freePort();
    folder = mkdtempSync(join(state, 'tmp', 'metrics-'));
    mkdirSync(join(folder, 'fastcgi'));
    writeFileSync(join(folder, 'nginx.conf'), fill());
    nginx = spawn('nginx', ['-c', join(folder, 'nginx.conf'), '-e',
        join(folder, 'log')], { stdio: 'inherit' });
    await until('nginx answers', () => ask('/').catch(() => null));
});
after(async () => {
    nginx.kill();
    await once(nginx, 'exit');
    rmSync(folder, { recursive: true });
    world.end();
});

test('requests are counted by route and status, with their time', async () => {
    const visitor = world.visitor('Viewer');
    const list = '/dashboard/accounts';
    const one = '/dashboard/accounts/:id';
    const first = await scrape();
    for (let i = 0; i < 20; i++)
        assert.equal((await visitor.get(list)).status, 200);
    const none = '00000000-0000-4000-8000-000000000000';
    assert.equal((await visitor.get(`${list}/${none}`)).status, 404);
    assert.equal((await visitor.get('/no/such/page')).status, 404);
    const then = await scrape();
    const more = (...what) =>
        requests(then, ...what) - requests(first, ...what);
    assert.ok(more('GET', list, '2xx') >= 20, 'by all processes together');
    assert.ok(more('GET', one, '4xx') >= 1);
    assert.ok(more('', '(none)', '4xx') >= 1);
    const grown = (name) => then.samples[name] - (first.samples[name] ?? 0);
    assert.ok(grown('mainstay_request_seconds_count') >= 22);
    assert.ok(grown('mainstay_database_seconds_count') >= 21);
    assert.ok(grown('mainstay_database_trips_total') >= 21);
    const of = (name) => then.samples[`${name}{method="GET",route="${list}"}`];
    assert.ok(of('mainstay_route_seconds_total') >
        of('mainstay_route_database_seconds_total'));
    assert.ok(of('mainstay_route_database_seconds_total') > 0);
});

test('the processes of the pool are known, with their memory', async () => {
    const { samples } = await scrape();
    const workers = samples.mainstay_page_workers;
    assert.ok(workers >= 1);
    assert.ok(samples.mainstay_page_workers_started_total >= workers);
    assert.ok(samples.mainstay_page_workers_busy < workers);
    assert.ok(samples.mainstay_page_worker_private_bytes_max > 0);
    assert.ok(samples.mainstay_page_workers_private_bytes >=
        samples.mainstay_page_worker_private_bytes_max);
});

test('the pool of sign-ins has its own', async () => {
    const first = await scrape('/metrics/sign-in');
    await send('GET', '/login');
    const then = await scrape('/metrics/sign-in');
    assert.ok(requests(then, 'GET', '/login', '2xx') >
        requests(first, 'GET', '/login', '2xx'));
    assert.equal(requests(then, 'GET', '/dashboard/accounts', '2xx'), 0);
});

test('no name, no id, and nothing that promtool finds wrong', async (t) => {
    const { text } = await scrape();
    assert.ok(!text.includes(world.slug) && !text.includes(world.tenant));
    assert.ok(!/[0-9a-f]{8}-[0-9a-f]{4}/.test(text));
    checkByPromtool(t, text);
});

test('no other server answers with them', async () => {
    for (const visitor of [new Visitor(), world.visitor('Tenant Admin')])
        for (const path of ['/metrics', '/metrics/sign-in', '/metrics/']) {
            const answer = await visitor.send('GET', path, { headers: {
                'MAINSTAY_LOCAL': '1', 'Mainstay-Local': '1' } });
            assert.equal(answer.status, 404, path);
            assert.ok(!answer.body.includes('mainstay_requests_total'));
        }
    assert.equal((await ask('/dashboard/executive')).status, 404);
    assert.equal((await ask('/login')).status, 404);
});

// What the logs say, and what they must never say.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { Program, Visitor, cookieName, send } from '../lib/http.mjs';
import { keysFolder, logs, masterOf, origin, pageWorkers, signInWorkers,
    until } from '../lib/instance.mjs';
import { raw } from '../lib/raw.mjs';
import { World, demo, forgetFailures } from '../lib/world.mjs';

const json = ['app.log', 'auth.log', 'worker.log', 'nginx-access.log'];
let world, account;

before(() => {
    forgetFailures();
    world = new World('logs');
    account = world.addAccount('Logged');
});
after(() => {
    forgetFailures();
    world.end();
});

function lines(...names) {
    const all = logs();
    return names.flatMap((name) => (all[name] ?? '').split('\n')
        .filter(Boolean).map((text) => ({ name, text })));
}
const withId = (id, ...names) => lines(...names)
    .filter(({ text }) => text.includes(id)).map(({ text }) =>
        JSON.parse(text));

test('each request leaves one line in the program\'s log and one in nginx\'s',
    async () => {
        const visitor = world.visitor('Viewer');
        const asked = [
            ['GET', '/dashboard/executive', 200, '/dashboard/executive'],
            ['GET', `/dashboard/accounts/${account}`, 200,
                '/dashboard/accounts/:id'],
            ['GET', '/dashboard/accounts?sort=x', 422, '/dashboard/accounts'],
            ['GET', '/nowhere', 404, '(none)'],
            ['GET', '/login', 200, '/login'],
            ['POST', '/logout', 403, '/logout'],
            ['HEAD', '/dashboard/executive', 200, '/dashboard/executive'],
        ];
        for (const [method, path, status, route] of asked) {
            const answer = method === 'POST' ? await visitor.post(path)
                : await visitor.send(method, path);
            assert.equal(answer.status, status, path);
            const id = answer.headers['x-request-id'];
            const found = await until(`a line for ${path}`, () => {
                const l = withId(id, 'app.log', 'auth.log')
                    .filter((x) => x.msg === 'request');
                return l.length > 0 && l;
            });
            assert.equal(found.length, 1);
            const [line] = found;
            assert.equal(line.request_id, id);
            assert.equal(line.route, route);
            assert.equal(line.status, status);
            assert.equal(line.method, method === 'HEAD' ? 'GET' : method);
            assert.ok(line.us > 0 && line.db_us >= 0 && line.us >= line.db_us);
            assert.match(line.time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
            const nginx = await until(`nginx's line for ${path}`, () => {
                const l = withId(id, 'nginx-access.log');
                return l.length > 0 && l;
            });
            assert.equal(nginx.length, 1);
            assert.equal(nginx[0].status, status);
        }
    });

test('no line can be forged from outside', async () => {
    const agent = 'x\x1b[31m"}\t{"msg":"forged","level":"error"}';
    await raw('GET /nowhere%0a%7b%22msg%22:%22forged%22%7d%1b HTTP/1.1\r\n' +
        `Host: localhost\r\nUser-Agent: ${agent}\r\n` +
        'Connection: close\r\n\r\n');
    await raw(`GET /x"y\\z HTTP/1.1\r\nHost: localhost\r\n` +
        `X-Request-Id: forged\r\nConnection: close\r\n\r\n`);
    await raw(`GET /dashboard/accounts/%e2%80%ae%c2%85 HTTP/1.1\r\n` +
        'Host: localhost\r\nConnection: close\r\n\r\n');
    for (const { name, text } of lines(...json)) {
        let line;
        assert.doesNotThrow(() => {
            line = JSON.parse(text);
        }, `${name}: ${text}`);
        assert.notEqual(line.msg, 'forged');
        assert.notEqual(line.request_id, 'forged');
        // eslint-disable-next-line no-control-regex
        assert.doesNotMatch(text, /[\x00-\x08\x0b-\x1f]/);
    }
});

test('no password, cookie, token or form token is in any log', async () => {
    const secrets = {};
    const password = 'canary-password-8d1f';
    secrets['a wrong password'] = password;
    await new Visitor().signIn(world.people.Viewer.email, password);
    await send('POST', '/api/v1/auth/token', { headers:
        { 'content-type': 'application/json', origin },
    body: JSON.stringify({ email: 'x@y.example', password }) });
    const weak = 'canary-weak';
    secrets['a weak password'] = weak;
    await new Visitor().post('/signup', { organisation: 'X', full_name: 'Y',
        email: 'nobody', password: weak });

    const visitor = new Visitor();
    await visitor.signIn(world.people.Practitioner.email, demo.password);
    secrets['the demo password'] = demo.password;
    secrets['a cookie'] = visitor.cookie;
    secrets['the signature of a cookie'] = visitor.cookie.split('.')[2];
    const page = await visitor.get(`/dashboard/accounts/${account}`);
    const form = page.form(`/dashboard/accounts/${account}/health-scores`);
    secrets['a form token'] = form.fields._csrf;
    secrets['a note'] = 'canary-note-51c2';
    assert.equal((await visitor.submit(form, { usage_score: 1,
        engagement_score: 1, support_sentiment_score: 1, adoption_score: 1,
        note: secrets['a note'] })).status, 303);
    secrets['a wrong value'] = 'canary-value-9b';
    await visitor.submit(form, { usage_score: secrets['a wrong value'] });
    secrets['a wrong form token'] = 'canary-token-'.padEnd(86, 'c');
    await visitor.submit(form, { _csrf: secrets['a wrong form token'] });
    secrets['a foreign cookie'] = `canary-cookie-${'k'.repeat(80)}`;
    await send('GET', '/dashboard/executive', { headers:
        { cookie: `${cookieName}=${secrets['a foreign cookie']}` } });
    secrets['a bearer token'] = `canary-bearer-${'b'.repeat(80)}`;
    await new Program(secrets['a bearer token'])
        .get('/api/v1/customer-success/customers/x');
    secrets['what was searched for'] = 'canary-search-77';
    await visitor.get(
        `/dashboard/accounts?q=${secrets['what was searched for']}`);
    await visitor.get(`/dashboard/accounts?owner=canary-owner`);
    await visitor.submit(page.form('/logout'));

    await until('the last line', () => lines('app.log').some(({ text }) =>
        text.includes('/logout')));
    for (const [name, text] of Object.entries(logs()))
        for (const [what, secret] of Object.entries(secrets))
            assert.ok(!text.includes(secret), `${what} is in ${name}`);
});

test('no secret of the instance is in a log, an argument or an environment',
    () => {
        const secrets = readdirSync(keysFolder).map((name) =>
            readFileSync(join(keysFolder, name), 'utf8').trim()
                .split(' ').pop());
        assert.ok(secrets.length >= 3);
        const texts = logs();
        for (const pid of [masterOf('app'), masterOf('auth'),
            masterOf('worker'), ...pageWorkers(), ...signInWorkers()])
            for (const file of ['cmdline', 'environ'])
                texts[`${file} of ${pid}`] =
                    readFileSync(`/proc/${pid}/${file}`, 'utf8');
        for (const [name, text] of Object.entries(texts)) {
            for (const secret of secrets)
                assert.ok(!text.includes(secret), name);
            assert.doesNotMatch(text, /whsec_/, name);
        }
    });

test('no process of ours had to write a sanitizer\'s report', () => {
    for (const [name, text] of Object.entries(logs()))
        assert.ok(!name.startsWith('sanitizer'), `${name}: ${text}`);
});

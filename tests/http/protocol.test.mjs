// HTTP itself: methods, paths, headers, TLS.  Bytes that no client would
// send are written by hand.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import http2 from 'node:http2';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { always, hasAll, ofAssets } from '../lib/headers.mjs';
import { Visitor, cookieName, newAgent, routeTable, send }
    from '../lib/http.mjs';
import { ca, host, origin, port, top } from '../lib/instance.mjs';
import { raw } from '../lib/raw.mjs';
import { World } from '../lib/world.mjs';

const routes = routeTable(join(top, 'fcgi/routes.c'));
let world, session, account, assets;

before(async () => {
    world = new World('protocol');
    session = world.open('Tenant Admin');
    account = world.addAccount('On the wire');
    const page = await send('GET', '/login');
    assets = [...page.body.matchAll(/(?:href|src)="(\/static\/[^"#]+)/g)]
        .map(([, url]) => url);
});
after(() => world.end());

const visitor = () => new Visitor(session.token);
const filled = (path) => path.replace(/:[a-z]+/g, account);

const statuses = {
    200: () => visitor().get('/dashboard/executive'),
    201: () => send('POST',
        filled('/api/v1/customer-success/customers/:id/health-scores'),
        { headers: { authorization: `Bearer ${session.token}`,
            'content-type': 'application/json' },
        body: JSON.stringify({ usage_score: 1, engagement_score: 1,
            support_sentiment_score: 1, adoption_score: 1 }) }),
    204: () => send('POST', '/csp-report', { body: '{}', headers:
        { 'content-type': 'application/csp-report' } }),
    303: () => send('GET', '/dashboard/executive'),
    400: () => visitor().get('/dashboard/accounts?x=1'),
    401: () => send('GET', filled('/api/v1/customer-success/customers/:id')),
    403: () => visitor().post('/logout', {}),
    404: () => visitor().get('/nowhere'),
    405: () => visitor().send('DELETE', '/dashboard/accounts'),
    413: () => visitor().post('/logout', 'a'.repeat(70000)),
    415: () => visitor().post('/logout', 'a=1',
        { 'content-type': 'text/plain' }),
    422: () => visitor().get('/dashboard/accounts?sort=x'),
};
for (const [status, ask] of Object.entries(statuses))
    test(`an answer of ${status} has all security headers, once`,
        async () => {
            const answer = await ask();
            assert.equal(answer.status, Number(status), answer.text);
            hasAll(answer, status);
            if (![204].includes(Number(status)))
                assert.equal(answer.headers['cache-control'], 'no-store');
        });

test('what nginx itself refuses has them too', async () => {
    for (const [what, text] of Object.entries({
        'no host': 'GET / HTTP/1.1\r\n\r\n',
        'large header': `GET / HTTP/1.1\r\nHost: localhost\r\n` +
            `X: ${'a'.repeat(9000)}\r\n\r\n`,
        'trace': 'TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n' })) {
        const answer = await raw(text);
        assert.ok(answer.status >= 400, `${what}: ${answer.status}`);
        for (const name of ['content-security-policy',
            'x-content-type-options', 'x-frame-options'])
            assert.ok(answer.headers[name], `${what}: ${name}`);
    }
});

test('pages say what they are', async () => {
    const page = await visitor().get('/dashboard/accounts');
    assert.equal(page.headers['content-type'], 'text/html; charset=utf-8');
    const api = await send('GET', '/api/v1/nowhere');
    assert.equal(api.status, 404);
    assert.equal(api.headers['content-type'], 'application/problem+json');
});

for (const { method, path } of routes)
    test(`${method} ${path} knows its methods and names them`, async () => {
        const here = routes.filter((r) => r.path === path)
            .map((r) => r.method);
        for (const other of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE',
            'OPTIONS', 'FOO', 'PROPFIND', 'get', 'GETX']) {
            const asGet = other === 'HEAD' ? 'GET' : other;
            if (here.includes(asGet))
                continue;
            const answer = await raw(`${other} ${filled(path)} HTTP/1.1\r\n` +
                'Host: localhost\r\nContent-Length: 0\r\n' +
                `Cookie: ${cookieName}=${session.token}\r\n` +
                'Connection: close\r\n\r\n');
            // nginx takes lower case for a broken request line.
            assert.ok(answer.status === 405 ||
                (answer.status === 400 && /[a-z]/.test(other)),
            `${other}: ${answer.status}`);
            if (/^(POST|PUT|PATCH|DELETE|GET|HEAD)$/.test(other))
                assert.deepEqual(answer.headers.allow?.split(', ').sort(),
                    [...here].sort(), `${other} ${path}`);
        }
    });

test('TRACE and CONNECT are refused', async () => {
    for (const method of ['TRACE', 'CONNECT']) {
        const answer = await raw(`${method} / HTTP/1.1\r\n` +
            'Host: localhost\r\nConnection: close\r\n\r\n');
        assert.ok([400, 405].includes(answer.status), method);
    }
});

test('HEAD is GET without a body', async () => {
    for (const path of ['/login', '/dashboard/executive', '/healthz',
        '/nowhere', ...assets]) {
        const get = await visitor().get(path);
        const head = await visitor().send('HEAD', path);
        assert.equal(head.status, get.status, path);
        assert.equal(head.body, '', path);
        const names = (a) => Object.keys(a.headers)
            .filter((n) => !/transfer-encoding|content-length/.test(n)).sort();
        assert.deepEqual(names(head), names(get), path);
    }
});

for (const path of ['/nowhere', '/dashboard/nowhere', '/dashboard/accounts/',
    '/login/', '/LOGIN', '/dashboard/accounts/x', '/.git/config', '/.env',
    '/admin', '/static/', '/static/manifest.json', '/static/../nginx.conf',
    '/static/..%2f..%2fkeys/csrf.key', '/static/%2e%2e/%2e%2e/keys/csrf.key',
    '//dashboard//nowhere', '/dashboard/accounts/%2e%2e/%2e%2e/x',
    '/static../keys/csrf.key', '/index.php', '/%00', '/50x.html',
    '/429.html', '/static/css'])
    test(`there is nothing at ${path}`, async () => {
        const answer = await raw(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n` +
            `Cookie: ${cookieName}=${session.token}\r\n` +
            'Connection: close\r\n\r\n');
        assert.ok([400, 403, 404].includes(answer.status),
            `${answer.status} ${answer.headers.location}`);
        assert.doesNotMatch(answer.body, /root:|whsec|"integrity":/);
    });

const twice = {
    Cookie: `${cookieName}=a`, Authorization: 'Bearer a', Origin: origin,
    'X-Api-Key': 'a', 'Content-Type': 'application/json',
    'X-CSRF-Token': 'a', 'Sec-Fetch-Site': 'same-origin',
};
for (const [name, text] of Object.entries(twice))
    test(`${name} twice is refused`, async () => {
        const answer = await raw(`GET /login HTTP/1.1\r\nHost: localhost\r\n` +
            `${name}: ${text}\r\n${name}: ${text}\r\n` +
            'Connection: close\r\n\r\n');
        assert.equal(answer.status, 400);
    });

const broken = {
    'a blank before the colon': 'GET / HTTP/1.1\r\nHost : localhost\r\n\r\n',
    'two hosts':
        'GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n',
    'a length and chunks': 'POST /login HTTP/1.1\r\nHost: localhost\r\n' +
        'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'two lengths': 'POST /login HTTP/1.1\r\nHost: localhost\r\n' +
        'Content-Length: 0\r\nContent-Length: 5\r\n\r\nabcde',
    'a length that is no number': 'POST /login HTTP/1.1\r\n' +
        'Host: localhost\r\nContent-Length: 5x\r\n\r\nabcde',
    'a negative length': 'POST /login HTTP/1.1\r\n' +
        'Host: localhost\r\nContent-Length: -5\r\n\r\nabcde',
    'a zero in a value': 'GET / HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n',
    'a bare carriage return':
        'GET / HTTP/1.1\r\nHost: localhost\r\nX: a\rb\r\n\r\n',
    'a folded line':
        'GET / HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n',
    'an unknown transfer encoding': 'POST /login HTTP/1.1\r\n' +
        'Host: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n',
    'a chunk size that is none': 'POST /login HTTP/1.1\r\n' +
        'Host: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    'HTTP/3.0 in words': 'GET / HTTP/3.0\r\nHost: localhost\r\n\r\n',
    'a path without a slash': 'GET x HTTP/1.1\r\nHost: localhost\r\n\r\n',
};
for (const [name, text] of Object.entries(broken))
    test(`a request with ${name} is refused`, async () => {
        const answer = await raw(text);
        assert.ok(answer.status >= 400 && answer.status < 600,
            `${answer.status}`);
        assert.notEqual(answer.status, 500);
    });

test('a body in chunks is read like any other', async () => {
    const answer = await raw('POST /login HTTP/1.1\r\nHost: localhost\r\n' +
        `Origin: ${origin}\r\nTransfer-Encoding: chunked\r\n` +
        'Content-Type: application/x-www-form-urlencoded\r\n' +
        'Connection: close\r\n\r\n9\r\nunknown=1\r\n0\r\n\r\n');
    assert.equal(answer.status, 400);
    assert.match(answer.body, /unknown is not known here/);
});

test('a Proxy header changes nothing', async () => {
    const answer = await send('GET', '/login',
        { headers: { proxy: 'http://evil.example:8080' } });
    assert.equal(answer.status, 200);
    assert.doesNotMatch(answer.body, /evil/);
});

test('whoever asks for another host gets nothing', async () => {
    const other = await raw('GET / HTTP/1.1\r\nHost: evil.example\r\n' +
        'Connection: close\r\n\r\n');
    assert.equal(other.status, 0, other.head);
    const absolute = await raw('GET https://evil.example/login HTTP/1.1\r\n' +
        'Host: localhost\r\nConnection: close\r\n\r\n');
    assert.equal(absolute.status, 0, absolute.head);
    await assert.rejects(raw('GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n',
        { servername: 'evil.example', rejectUnauthorized: false }));
});

test('links never come from the request\'s host', async () => {
    const answer = await raw('GET /dashboard/executive HTTP/1.1\r\n' +
        `Host: localhost:${port}\r\nX-Forwarded-Host: evil.example\r\n` +
        'X-Forwarded-Proto: http\r\nConnection: close\r\n\r\n');
    assert.equal(answer.status, 303);
    assert.doesNotMatch(answer.head, /evil/);
});

function openssl(...args) {
    return new Promise((done) => {
        const child = execFile('openssl', ['s_client', '-connect',
            `${host}:${port}`, '-servername', 'localhost', ...args],
        { timeout: 10000 }, (error, out, err) => done(out + err));
        child.stdin.end();
    });
}

for (const version of ['-tls1', '-tls1_1'])
    test(`TLS with ${version.slice(1)} is refused`, async () => {
        assert.doesNotMatch(await openssl(version, '-cipher',
            'ALL:@SECLEVEL=0'), /Cipher is [A-Z]+[-_]/);
    });
for (const version of ['-tls1_2', '-tls1_3'])
    test(`TLS with ${version.slice(1)} is spoken`, async () => {
        assert.match(await openssl(version), /Cipher is (ECDHE|TLS_)/);
    });
test('a weak cipher is refused', async () => {
    assert.doesNotMatch(await openssl('-tls1_2', '-cipher',
        'AES128-SHA:@SECLEVEL=0'), /Cipher is AES/);
});

test('HTTP/2 is spoken, with cookies in crumbs', async () => {
    const client = http2.connect(origin, { ca });
    try {
        const answer = await new Promise((done, failed) => {
            client.on('error', failed);
            const stream = client.request({ ':path': '/dashboard/executive',
                cookie: ['a=1', `${cookieName}=${session.token}`] });
            stream.on('response', (headers) => {
                stream.resume();
                stream.on('end', () => done(headers));
            });
            stream.on('error', failed);
            stream.end();
        });
        assert.equal(client.alpnProtocol, 'h2');
        assert.equal(answer[':status'], 200);
        for (const [name, text] of Object.entries(always))
            assert.equal(answer[name], text, name);
    } finally {
        client.close();
    }
});

test('plain HTTP on this port is answered with a refusal', async () => {
    const { request } = await import('node:http');
    const status = await new Promise((done, failed) => {
        const q = request({ host, port, path: '/' }, (answer) => {
            answer.resume();
            done(answer.statusCode);
        });
        q.on('error', failed);
        q.end();
    });
    assert.equal(status, 400);
});

test('assets are kept for ever and come compressed', async () => {
    assert.ok(assets.some((a) => a.endsWith('.css')));
    for (const path of assets) {
        const plain = await send('GET', path);
        assert.equal(plain.status, 200, path);
        assert.equal(plain.headers['cache-control'],
            'public, max-age=31536000, immutable', path);
        assert.match(path, /\.[0-9a-f]{12}\.\w+$/);
        hasAll(plain, path, ofAssets);
        const packed = await send('GET', path,
            { headers: { 'accept-encoding': 'gzip, br' } });
        if (path.endsWith('.css')) {
            assert.equal(packed.headers['content-encoding'], 'gzip');
            assert.equal(packed.headers['content-length'],
                String(packed.bytes.length), 'compressed beforehand');
            assert.deepEqual(gunzipSync(packed.bytes), plain.bytes);
            assert.match(packed.headers.vary ?? '', /Accept-Encoding/);
        }
    }
});

test('the integrity of the style sheet is that of its bytes', async () => {
    const { createHash } = await import('node:crypto');
    const page = await send('GET', '/login');
    const [, url, integrity] = /<link rel="stylesheet" href="([^"]+)" integrity="([^"]+)"/
        .exec(page.body);
    const sheet = await send('GET', url);
    assert.equal(integrity, `sha384-${createHash('sha384')
        .update(sheet.bytes).digest('base64')}`);
});

test('an old asset name is not found and not kept', async () => {
    const answer = await send('GET', '/static/app.000000000000.css');
    assert.equal(answer.status, 404);
    assert.equal(answer.headers['cache-control'], 'no-store');
    hasAll(answer, 'no asset', ofAssets);
});

test('pages are compressed on the way and carry no inline code',
    async () => {
        for (const path of ['/login', '/signup', '/dashboard/executive',
            '/dashboard/accounts', `/dashboard/accounts/${account}`,
            '/sessions', '/nowhere']) {
            const answer = await visitor().get(path,
                { 'accept-encoding': 'gzip' });
            assert.equal(answer.headers['content-encoding'],
                answer.headers['content-encoding'] ? 'gzip' : undefined);
            const body = answer.headers['content-encoding']
                ? gunzipSync(answer.bytes).toString() : answer.body;
            assert.doesNotMatch(body, /\sstyle="/, path);
            assert.doesNotMatch(body, /\son[a-z]+="/, path);
            assert.doesNotMatch(body, /<script(?![^>]*\ssrc=)/, path);
            assert.doesNotMatch(body, /javascript:/i, path);
            assert.doesNotMatch(body, /\{\{|\}\}/, path);
            assert.doesNotMatch(body, /="http/, path);
        }
    });

test('/healthz and /readyz answer anybody', async () => {
    const health = await send('GET', '/healthz');
    assert.equal(health.status, 200);
    assert.deepEqual(health.json, { status: 'ok' });
    const ready = await send('GET', '/readyz');
    assert.equal(ready.status, 200);
    assert.equal(ready.json.status, 'ready');
});

test('a kept connection carries many requests', async () => {
    const agent = newAgent(1);
    for (let i = 0; i < 20; i++)
        assert.equal((await send('GET', '/healthz', { agent })).status, 200);
    agent.destroy();
});

test('requests sent without waiting are all answered in turn', async () => {
    const one = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const answer = await raw(one.repeat(5));
    const all = `${answer.head}${answer.body}`.match(/HTTP\/1\.1 200/g);
    assert.equal(all.length, 5);
});

test('the table of routes of the source was read whole', () => {
    const source = readFileSync(join(top, 'fcgi/routes.c'), 'utf8');
    const rows = source.split('routes[] =')[1]
        .match(/\{\s*(GET|POST|PUT|PATCH|DELETE)\b/g);
    assert.ok(routes.length >= 15);
    assert.equal(routes.length, rows.length);
});

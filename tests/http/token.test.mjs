// Session tokens that are not ours, or not any more: all of them are refused,
// and no worker dies of one.

import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';

import { Program, Visitor, cookieName, send } from '../lib/http.mjs';
import { isAlive, pageWorkers } from '../lib/instance.mjs';
import { raw } from '../lib/raw.mjs';
import { base64url, header, key, newClaims, sign } from '../lib/token.mjs';
import { World, openSession } from '../lib/world.mjs';

const home = '/dashboard/executive';
const path = '/api/v1/customer-success/customers/';
let world, session, account, workers;

before(() => {
    world = new World('token');
    session = world.open('Tenant Admin');
    account = world.addAccount('Behind the token');
    workers = pageWorkers();
});
after(() => {
    for (const pid of workers)
        assert.ok(isAlive(pid), `worker ${pid} died of a token`);
    world.end();
});

const good = () => session.claims;
const changed = (changes) => sign({ ...good(), ...changes });
const without = (name) => {
    const claims = { ...good() };
    delete claims[name];
    return sign(claims);
};
const now = () => Math.floor(Date.now() / 1000);
const unsigned = (head) =>
    `${base64url(JSON.stringify(head))}.${base64url(JSON.stringify(good()))}.`;
const part = (n) => session.token.split('.')[n];

const bad = {
    'alg none without signature': () => unsigned({ ...header, alg: 'none' }),
    'alg none with our signature': () =>
        unsigned({ ...header, alg: 'none' }) + part(2),
    'alg None': () => unsigned({ ...header, alg: 'None' }),
    'alg NONE': () => unsigned({ ...header, alg: 'NONE' }) + part(2),
    'alg empty': () => sign(good(), { ...header, alg: '' }),
    'alg missing': () => sign(good(), { kid: key.kid, typ: 'JWT' }),
    'alg hs256': () => sign(good(), { ...header, alg: 'hs256' }),
    'alg HS384': () => sign(good(), { ...header, alg: 'HS384' }, key.bytes,
        'sha384'),
    'alg HS512': () => sign(good(), { ...header, alg: 'HS512' }, key.bytes,
        'sha512'),
    'alg RS256': () => sign(good(), { ...header, alg: 'RS256' }),
    'alg ES256': () => sign(good(), { ...header, alg: 'ES256' }),
    'alg twice': () => sign(good(),
        `{"alg":"none","alg":"HS256","kid":"${key.kid}","typ":"JWT"}`),
    'kid unknown': () => sign(good(), { ...header, kid: 'other' }),
    'kid missing': () => sign(good(), { alg: 'HS256', typ: 'JWT' }),
    'kid climbing out': () => sign(good(),
        { ...header, kid: '../../../../dev/null' }, Buffer.alloc(0)),
    'kid a path': () => sign(good(), { ...header, kid: '/etc/passwd' }),
    'kid with SQL': () => sign(good(), { ...header, kid: `x' or '1'='1` }),
    'a crit header': () => sign(good(), { ...header, crit: ['exp'] }),
    'its own key in a jwk header': () => sign(good(), { ...header,
        jwk: { kty: 'oct', k: base64url('x'.repeat(32)) } },
    Buffer.from('x'.repeat(32))),
    'a jku header': () => sign(good(),
        { ...header, jku: 'https://evil.example/' }),
    'our header with a blank': () => sign(good(),
        `{"alg": "HS256","kid":"${key.kid}","typ":"JWT"}`),
    'another key': () => sign(good(), header, randomBytes(32)),
    'an empty key': () => sign(good(), header, Buffer.alloc(0)),
    'no signature': () => `${part(0)}.${part(1)}.`,
    'a cut signature': () => session.token.slice(0, -1),
    'a longer signature': () => `${session.token}A`,
    'a padded signature': () => `${session.token}=`,
    'another payload': () => `${part(0)}.${base64url(JSON.stringify(
        { ...good(), sub: world.people.Viewer.id }))}.${part(2)}`,
    'one bit of the payload turned': () => {
        const text = part(1);
        const at = text.length >> 1;
        const other = text[at] === 'A' ? 'B' : 'A';
        return `${part(0)}.${text.slice(0, at)}${other}` +
            `${text.slice(at + 1)}.${part(2)}`;
    },
    'exp past': () => changed({ iat: now() - 100, exp: now() - 1 }),
    'exp missing': () => without('exp'),
    'exp a text': () => changed({ exp: `${now() + 1000}` }),
    'exp beyond a week': () => changed({ exp: now() + 604800 + 120 }),
    'exp huge': () => sign(JSON.stringify(good())
        .replace(/"exp":\d+/, '"exp":99999999999999999999')),
    'exp negative': () => changed({ exp: -1 }),
    'exp zero': () => changed({ exp: 0 }),
    'exp a fraction': () => sign(JSON.stringify(good())
        .replace(/"exp":(\d+)/, '"exp":$1.5')),
    'exp null': () => changed({ exp: null }),
    'iat missing': () => without('iat'),
    'iat in the future': () =>
        changed({ iat: now() + 3600, exp: now() + 7200 }),
    'iss of another program': () => changed({ iss: 'other' }),
    'iss missing': () => without('iss'),
    'aud of another program': () => changed({ aud: 'mainstay-api' }),
    'aud a list': () => changed({ aud: ['mainstay-web'] }),
    'sub no uuid': () => changed({ sub: 'admin' }),
    'sub missing': () => without('sub'),
    'sub with SQL': () => changed({ sub: `' or true --` }),
    'tid missing': () => without('tid'),
    'jti missing': () => without('jti'),
    'jti short': () => changed({ jti: 'abc' }),
    'jti unknown': () => changed({ jti: base64url(randomBytes(32)) }),
    'jti with a zero': () => changed({ jti: `${good().jti.slice(0, 42)}\0` }),
    'sub of another person': () => changed({ sub: world.people.Viewer.id }),
    'tid of another tenant': () =>
        changed({ tid: '99999999-9999-4999-8999-999999999999' }),
    'a payload that is no JSON': () => sign('hello'),
    'a payload that is a list': () => sign('[]'),
    'a payload that is empty': () => sign(''),
    'a payload nested deeply': () => sign('{"a":'.repeat(60) + '1' +
        '}'.repeat(60)),
    'two dots': () => '..',
    'one dot': () => '.',
    'empty segments': () => `..${'a'.repeat(90)}`,
    'four segments': () => `${session.token}.${part(2)}`,
    'two segments': () => `${part(0)}.${part(1)}`,
    'one word': () => 'a'.repeat(100),
    'nothing': () => '',
    'standard base64': () =>
        `${part(0)}.${part(1)}.${part(2).slice(0, -2)}+/`,
    'a blank within': () => session.token.replace('.', ' .'),
    '1,100 bytes': () => changed({ more: 'x'.repeat(700) }),
    '7,000 bytes': () => `${part(0)}.${'a'.repeat(6800)}.${part(2)}`,
};

test('the token that all others are made from is accepted', async () => {
    assert.equal((await new Visitor(session.token).get(home)).status, 200);
    assert.equal((await new Program(session.token).get(path + account))
        .status, 200);
    assert.equal((await new Visitor(sign(good())).get(home)).status, 200);
});

for (const [name, make] of Object.entries(bad)) {
    test(`${name}: a person is led to the sign-in`, async () => {
        const answer = await send('GET', home,
            { headers: { cookie: `${cookieName}=${make()}` } });
        assert.equal(answer.status, 303);
        assert.match(answer.location, /^\/login\b/);
        assert.match(answer.headers['set-cookie'][0], /Max-Age=0/);
        assert.equal(answer.body, '');
    });
    test(`${name}: a program gets 401`, async () => {
        const text = make();
        // A header cannot end in a blank or hold a zero.
        const answer = await send('GET', path + account,
            { headers: { authorization: `Bearer ${text}` } });
        assert.equal(answer.status, 401);
        assert.equal(answer.headers['content-type'],
            'application/problem+json');
        assert.doesNotMatch(answer.body, /Behind the token/);
    });
}

test('a token is refused when its session belongs to somebody else',
    async () => {
        const other = openSession(world.people.Viewer.id, world.tenant);
        const mixed = sign({ ...good(), jti: other.claims.jti });
        assert.equal((await new Visitor(mixed).get(home)).status, 303);
    });

test('a cookie of 7 kB does no harm', async () => {
    const answer = await send('GET', home,
        { headers: { cookie: `${cookieName}=${'a'.repeat(7000)}` } });
    assert.equal(answer.status, 303);
});

test('headers larger than nginx allows are refused', async () => {
    const answer = await send('GET', home,
        { headers: { cookie: `${cookieName}=${'a'.repeat(40000)}` } });
    assert.ok([400, 431].includes(answer.status));
});

test('two cookies of our name in one header are refused', async () => {
    const text = `${cookieName}=${session.token}`;
    const answer = await send('GET', home,
        { headers: { cookie: `${text}; ${text}` } });
    assert.equal(answer.status, 400);
});

test('our cookie is found among others', async () => {
    const answer = await send('GET', home, { headers: { cookie:
        `a=1; ${cookieName}x=2; x${cookieName}=3; ` +
        `${cookieName}=${session.token}; b` } });
    assert.equal(answer.status, 200);
});

test('two cookie headers are refused', async () => {
    const line = `Cookie: ${cookieName}=${session.token}\r\n`;
    const answer = await raw(`GET ${home} HTTP/1.1\r\nHost: localhost\r\n` +
        `${line}${line}Connection: close\r\n\r\n`);
    assert.equal(answer.status, 400);
});

test('with a bearer token the cookie is not looked at', async () => {
    const answer = await send('GET', path + account, { headers: {
        cookie: `${cookieName}=${session.token}`,
        authorization: 'Bearer nonsense' } });
    assert.equal(answer.status, 401);
});

for (const text of ['Basic YWRtaW46YWRtaW4=', 'Bearer', 'Bearer ', 'bearer',
    'Token x', 'Digest username="x"'])
    test(`"Authorization: ${text}" is nobody`, async () => {
        const answer = await send('GET', path + account,
            { headers: { authorization: text,
                cookie: `${cookieName}=${session.token}` } });
        assert.equal(answer.status, 401);
    });

test('the scheme of the header may be written in any case', async () => {
    for (const scheme of ['bearer', 'BEARER'])
        assert.equal((await send('GET', path + account, { headers:
            { authorization: `${scheme} ${session.token}` } })).status, 200);
});

test('no key of the instance is 32 known bytes', () => {
    assert.equal(key.bytes.length, 32);
    for (const guess of [Buffer.alloc(32), Buffer.from('a'.repeat(32))])
        assert.notDeepEqual(key.bytes, guess);
    const signed = session.token.split('.');
    assert.equal(createHmac('sha256', key.bytes)
        .update(`${signed[0]}.${signed[1]}`).digest('base64url'), signed[2]);
    assert.ok(newClaims('a', 'b').jti.length === 43);
});

// Requests that another site makes a browser send.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { value } from '../lib/db.mjs';
import { Program, Visitor, encode, send } from '../lib/http.mjs';
import { origin } from '../lib/instance.mjs';
import { World, demo, forgetFailures } from '../lib/world.mjs';

const form = 'application/x-www-form-urlencoded';
const scores = { usage_score: 61, engagement_score: 62,
    support_sentiment_score: 63, adoption_score: 64 };
let world, visitor, account, tokens, page, api;

before(async () => {
    forgetFailures();
    world = new World('csrf');
    account = world.addAccount('Target');
    page = `/dashboard/accounts/${account}/health-scores`;
    api = `/api/v1/customer-success/customers/${account}/health-scores`;
    visitor = world.visitor('Practitioner');
    const other = new Visitor(world.open('Practitioner').token);
    const right = await visitor.token();
    tokens = {
        right,
        'of another session': await other.token(),
        changed: (right[40] === 'A' ? 'B' : 'A') === right[40] ? right
            : right.slice(0, 40) + (right[40] === 'A' ? 'B' : 'A') +
                right.slice(41),
        cut: right.slice(0, -1),
        empty: '',
        absent: undefined,
    };
});
after(() => world.end());

const sites = ['same-origin', 'same-site', 'cross-site', 'none', undefined];
const origins = { ours: origin, 'of another site': 'https://evil.example',
    'our host on another port': 'https://localhost:1', null: 'null',
    absent: undefined };

// The rule, written once more in another way.
function isAllowed(site, from, token) {
    if (token !== 'right')
        return false;
    if (from !== 'absent' && from !== 'ours')
        return false;
    return site === undefined ? from === 'ours' : site === 'same-origin';
}

const countScores = () => Number(value(`select count(*) from health_scores
    where account_id = :'account'`, { account }));

for (const site of sites)
    for (const from of Object.keys(origins))
        test(`a form with Sec-Fetch-Site ${site} and origin ${from} ` +
            'needs everything to be right', async () => {
            const before = countScores();
            let allowed = 0;
            for (const token of Object.keys(tokens)) {
                const answer = await visitor.post(page,
                    { ...scores, ...tokens[token] !== undefined &&
                        { _csrf: tokens[token] } },
                    { origin: origins[from] ?? null,
                        'sec-fetch-site': site ?? null });
                const expected = isAllowed(site, from, token) ? 303 : 403;
                assert.equal(answer.status, expected, `token ${token}`);
                allowed += expected === 303;
            }
            assert.equal(countScores() - before, allowed);
        });

test('reading is not bound to where the link stood', async () => {
    for (const site of sites)
        for (const from of Object.keys(origins))
            assert.equal((await visitor.get(`/dashboard/accounts/${account}`,
                { origin: origins[from] ?? null,
                    'sec-fetch-site': site ?? null })).status, 200);
});

test('reading never writes: the form\'s fields in a query change nothing',
    async () => {
        const before = countScores();
        const answer = await visitor.get(`${page}?${encode(
            { ...scores, _csrf: tokens.right })}`);
        assert.equal(answer.status, 405);
        assert.equal(countScores(), before);
    });

test('a token in the query does not count', async () => {
    const answer = await visitor.post(`${page}?_csrf=${tokens.right}`, scores);
    assert.equal(answer.status, 403);
});

test('a token in the header counts', async () => {
    const answer = await visitor.post(page, scores,
        { 'x-csrf-token': tokens.right });
    assert.equal(answer.status, 303);
});

test('a wrong token in the header is not saved by a right one in the form',
    async () => {
        const answer = await visitor.post(page,
            { ...scores, _csrf: tokens.right },
            { 'x-csrf-token': tokens.changed });
        assert.equal(answer.status, 403);
    });

test('every page has a new mask, and all tokens of a session work',
    async () => {
        const a = await visitor.token();
        const b = await visitor.token();
        assert.notEqual(a, b);
        for (const token of [a, b, tokens.right])
            assert.equal((await visitor.post(page,
                { ...scores, _csrf: token })).status, 303);
    });

test('JSON with a cookie needs the token too', async () => {
    const ask = (headers) => visitor.post(api, JSON.stringify(scores),
        { 'content-type': 'application/json', ...headers });
    assert.equal((await ask({})).status, 403);
    assert.equal((await ask({ 'x-csrf-token': tokens.changed })).status, 403);
    assert.equal((await ask({ 'x-csrf-token': tokens.right,
        'sec-fetch-site': 'cross-site' })).status, 403);
    assert.equal((await ask({ 'x-csrf-token': tokens.right })).status, 201);
});

test('a bearer token needs none: no browser adds it by itself', async () => {
    const program = world.program('Practitioner');
    assert.equal((await program.post(api, scores)).status, 201);
    assert.equal((await program.post(api, scores,
        { origin: 'https://other.example', 'sec-fetch-site': 'cross-site' }))
        .status, 201);
});

test('every form of every page carries the token or needs no session',
    async () => {
        for (const path of ['/dashboard/executive', '/dashboard/accounts',
            `/dashboard/accounts/${account}`, '/sessions']) {
            const { body } = await visitor.get(path);
            const posts = [...body.matchAll(
                /<form[^>]*method="post"[^>]*>([^]*?)<\/form>/g)];
            assert.ok(posts.length > 0, path);
            for (const [all] of posts)
                assert.match(all, /name="_csrf" value="[\w-]{80,}"/, path);
        }
    });

for (const [site, from, status] of [['cross-site', 'ours', 403],
    ['cross-site', 'of another site', 403], ['same-site', 'ours', 403],
    ['same-origin', 'of another site', 403], [undefined, 'absent', 403],
    [undefined, 'null', 403], [undefined, 'ours', 303],
    ['same-origin', 'ours', 303], ['same-origin', 'absent', 303]])
    test(`nobody is signed in by another site (${site}, ${from})`,
        async () => {
            const answer = await new Visitor().post('/login',
                { email: world.people.Viewer.email,
                    password: demo.password },
                { origin: origins[from] ?? null,
                    'sec-fetch-site': site ?? null });
            assert.equal(answer.status, status);
            assert.equal(answer.cookie !== undefined, status === 303);
        });

test('there is no permission for other origins anywhere', async () => {
    for (const [path, headers] of [['/login', {}], [api, {}],
        ['/healthz', {}]]) {
        const answer = await send('GET', path, { headers:
            { origin: 'https://evil.example', ...headers } });
        for (const name of Object.keys(answer.headers))
            assert.doesNotMatch(name, /^access-control/);
        const asked = await send('OPTIONS', path, { headers:
            { origin: 'https://evil.example',
                'access-control-request-method': 'POST' } });
        assert.equal(asked.status, 405);
        for (const name of Object.keys(asked.headers))
            assert.doesNotMatch(name, /^access-control/);
    }
});

test('the token of a session dies with it', async () => {
    const gone = new Visitor(world.open('Practitioner').token);
    const token = await gone.token();
    const cookie = gone.cookie;
    await gone.post('/logout', { _csrf: token });
    const answer = await new Visitor(cookie).post(page,
        { ...scores, _csrf: token });
    assert.equal(answer.status, 303);
    assert.match(answer.location, /^\/login/);
    assert.equal(new Program(cookie).token, cookie);
    assert.equal((await new Program(cookie).post(api, scores)).status, 401);
});

test('a form sent as plain text or multipart is not read', async () => {
    for (const type of ['text/plain', 'multipart/form-data; boundary=x',
        `${form}; charset=latin1`, 'application/json;charset=utf-16']) {
        const answer = await visitor.post(page,
            { ...scores, _csrf: tokens.right }, { 'content-type': type });
        assert.equal(answer.status, 415, type);
    }
});

// What comes in: forms, queries, JSON.  Each fault has its status, and a
// person gets the form back as filled in.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { value } from '../lib/db.mjs';
import { encode } from '../lib/http.mjs';
import { isAlive, pageWorkers } from '../lib/instance.mjs';
import { World } from '../lib/world.mjs';

const scores = { usage_score: 61, engagement_score: 62,
    support_sentiment_score: 63, adoption_score: 64 };
let world, visitor, program, account, csrf, page, api, workers;

before(async () => {
    workers = pageWorkers();
    world = new World('input');
    account = world.addAccount('Of input');
    visitor = world.visitor('Practitioner');
    program = world.program('Practitioner');
    csrf = await visitor.token();
    page = `/dashboard/accounts/${account}/health-scores`;
    api = `/api/v1/customer-success/customers/${account}/health-scores`;
});
after(() => {
    for (const pid of workers)
        assert.ok(isAlive(pid), `worker ${pid} died of its input`);
    world.end();
});

const good = () => encode({ ...scores, _csrf: csrf });
const count = () => Number(value(`select count(*) from health_scores
    where account_id = :'account'`, { account }));

async function refused(body, status, pattern) {
    const before = count();
    const answer = await visitor.post(page, body);
    assert.equal(answer.status, status, answer.text);
    if (pattern)
        assert.match(answer.text, pattern);
    assert.equal(count(), before);
    return answer;
}

test('the form that all others are made from is accepted', async () => {
    const before = count();
    assert.equal((await visitor.post(page, good())).status, 303);
    assert.equal(count(), before + 1);
});

test('an unknown field is refused', () =>
    refused(`${good()}&tenant_id=1`, 422, /tenant_id is not known here/));
test('an unknown field of a form with fixed ones is refused', async () => {
    const answer = await visitor.post(
        page.replace('health-scores', 'health-rollup'),
        { health_rollup: 'own', tenant_id: '1', _csrf: csrf });
    assert.equal(answer.status, 400);
    assert.match(answer.text, /tenant_id is not known here/);
});
test('a field twice is refused', () =>
    refused(`${good()}&usage_score=99`, 400, /a field twice/));
test('a field twice, once escaped, is refused', () =>
    refused(`${good()}&%75sage_score=99`, 400, /a field twice/));
test('a token twice is refused', () =>
    refused(`${good()}&_csrf=${csrf}`, 400));
test('a zero byte is refused', () =>
    refused(`${good()}&note=a%00b`, 400, /zero byte/));
test('a zero byte in a name is refused', () =>
    refused(`${good()}&note%00=b`, 400));
test('a raw control byte is refused', () =>
    refused(`${good()}&note=a\x01b`, 400));
for (const text of ['%ff', '%c0%80', '%ed%a0%80', '%f4%90%80%80', '%e2%82'])
    test(`${text} is not UTF-8 and is refused`, () =>
        refused(`${good()}&note=${text}`, 400, /not UTF-8/));
for (const text of ['%', '%4', '%zz', '%%', 'a%2'])
    test(`the broken escape "${text}" is refused`, () =>
        refused(`${good()}&note=${text}`, 400, /percent escape/));
test('a field without a name is refused', () =>
    refused(`${good()}&=x`, 400));
test('a name of 1,000 bytes is refused', () =>
    refused(`${good()}&${'n'.repeat(1000)}=x`, 400));
test('a thousand fields are refused', () =>
    refused(`${good()}&${Array.from({ length: 1000 },
        (_, i) => `f${i}=1`).join('&')}`, 400));
test('empty pairs are nothing', async () => {
    assert.equal((await visitor.post(page, `&&${good()}&&`)).status, 303);
});
test('an empty body is a form without fields: no token', () =>
    refused('', 403));

for (const text of ['101', '-1', '1e2', '50.5', 'abc', '0x10', '٣٣',
    '99999999999999999999', '+5', '5 5', '--5', 'null', '1_0'])
    test(`"${text}" is no score`, async () => {
        const answer = await refused(encode(
            { ...scores, usage_score: text, _csrf: csrf }), 422);
        assert.notEqual(answer.error('usage_score'), '');
        const form = answer.form(page);
        assert.equal(form.fields.usage_score, text);
        assert.equal(form.fields.adoption_score, '64');
        assert.match(answer.body, /aria-invalid="true"/);
        assert.match(answer.body, /href="#f-usage_score"/);
    });
for (const text of ['0', '100', '007', ' 42 '])
    test(`"${text}" is a score`, async () => {
        assert.equal((await visitor.post(page, { ...scores,
            usage_score: text, _csrf: csrf })).status, 303);
    });

test('no part at all is no score; an empty one stays as it was', async () => {
    for (const body of [`_csrf=${csrf}`, `_csrf=${csrf}&usage_score=+`])
        await refused(body, 422, /Give at least one of the parts/);
    await visitor.post(page, { ...scores, _csrf: csrf });
    await visitor.post(page, { ...scores, usage_score: '', _csrf: csrf });
    assert.equal((await visitor.get(page.replace('/health-scores', '')))
        .form(page).fields.usage_score, scores.usage_score.toString());
});
test('missing fields are each named beside their input', async () => {
    const where = page.replace('health-scores', 'health-overrides');
    const answer = await visitor.post(where, { _csrf: csrf });
    assert.equal(answer.status, 422);
    for (const name of ['score', 'expires_at', 'reason'])
        assert.match(answer.error(name), /required/, name);
});

test('a note of 2,000 characters fits, one more does not', async () => {
    const fits = '€'.repeat(2000);
    assert.equal((await visitor.post(page,
        { ...scores, note: fits, _csrf: csrf })).status, 303);
    const answer = await refused(encode(
        { ...scores, note: `${fits}€`, _csrf: csrf }), 422);
    assert.match(answer.error('note'), /at most 2000 characters/);
    assert.equal(answer.form(page).fields.note, `${fits}€`);
    assert.equal(answer.form(page).fields.usage_score, '61');
});

test('a form that failed can be mended and sent again', async () => {
    const failed = await visitor.post(page, { ...scores, usage_score: 'x',
        _csrf: csrf });
    assert.equal(failed.status, 422);
    const answer = await visitor.submit(failed.form(page),
        { usage_score: '55' });
    assert.equal(answer.status, 303);
    assert.equal(value(`select usage_score from health_scores
        where account_id = :'account' and is_current`, { account }), 55);
});

test('65,536 bytes are read, one more is too large', async () => {
    const head = `${good()}&note=`;
    const answer = await refused(head + 'a'.repeat(65536 - head.length), 422);
    assert.notEqual(answer.error('note'), '');
    await refused(head + 'a'.repeat(65537 - head.length), 413,
        /at most 65,536 bytes/);
    await refused('a'.repeat(1000000), 413);
});

for (const type of ['text/plain', 'application/xml', 'multipart/form-data',
    'application/x-www-form-urlencoded; charset=latin1', 'application/jsonp',
    null])
    test(`a body of type ${type} is refused`, async () => {
        const answer = await visitor.post(page, good(),
            { 'content-type': type });
        assert.equal(answer.status, 415);
    });
test('a type may be written in capitals and with its charset', async () => {
    assert.equal((await visitor.post(page, good(), { 'content-type':
        'Application/X-WWW-Form-Urlencoded; charset=UTF-8' })).status, 303);
});

const query = (text) => visitor.get(`/dashboard/accounts?${text}`);

for (const text of ['band=purple', 'band=HEALTHY', 'tier=gold', 'sort=secret',
    'sort=name_desc', 'sort=%27', 'status=deleted', 'due=soon', 'after_id=7',
    'nonsense=1', 'q=%00', 'q=%ff', 'q=%', 'Band=healthy', 'band.over=1',
    'arr.over=much', 'arr.over=1&arr.over=2', 'arr.between=1', 'q=a&q=b',
    'arr.between=9&arr.between=1', 'renewal.before=2026-02-30', '1.band=healthy',
    'owner=7', 'score.over=-1', 'owner.empty=perhaps', 'name.empty=yes',
    'sort=name&sort=arr', '2.nonsense=1', 'band.not=purple', 'tag.over=1'])
    test(`a list asked with "${text}" is refused and says why`, async () => {
        const answer = await query(text);
        assert.ok([400, 422].includes(answer.status), `${answer.status}`);
        assert.doesNotMatch(answer.body, /Of input/);
    });
for (const text of ['band=', 'tier=&status=&owner=&due=&stage=&q=', 'sort=',
    'q=&band=&', 'done=scored'])
    test(`a list asked with "${text}" is the whole list`, async () => {
        const answer = await query(text);
        assert.equal(answer.status, 200, answer.text);
        assert.match(answer.body, /Of input/);
    });
for (const text of ['owner=somebody', 'owner=%27%20or%201=1',
    'after_key=abc&sort=arr&after_id=00000000-0000-0000-0000-000000000000',
    'after_key=1&sort=renewal&after_id=00000000-0000-0000-0000-000000000000',
    'after_key=99999999999999999999&sort=health' +
        '&after_id=00000000-0000-0000-0000-000000000000',
    'stage=Nowhere'])
    test(`a list asked with "${text}" never fails inside`, async () => {
        const answer = await query(text);
        assert.ok([200, 400, 422].includes(answer.status),
            `${answer.status} ${answer.text}`);
    });
test('a search of 101 characters is refused', async () => {
    assert.equal((await query(`q=${'a'.repeat(101)}`)).status, 422);
    assert.equal((await query(`q=${'a'.repeat(100)}`)).status, 200);
});

const nasty = [`'`, `''`, `\\`, `%`, `_`, `"`, `;`, `--`, `/*`, `' or '1'='1`,
    `'; drop table accounts; --`, `$1`, `:tenant_id`, `\u0000x`, `😀`,
    `{{session.user_email}}`, `{{{x}}}`, `<script>`, `&amp;`, `\u202e`];
for (const text of nasty.filter((t) => !t.includes('\u0000')))
    test(`searching for ${JSON.stringify(text)} finds nothing and breaks ` +
        'nothing', async () => {
        const answer = await query(encode({ q: text }));
        assert.equal(answer.status, 200);
        assert.match(answer.text, /No account matches/);
        assert.doesNotMatch(answer.body, /<script>|Of input/);
        assert.equal(answer.form('/dashboard/accounts').fields.q,
            text.trim());
    });

test('a note is kept to the letter, whatever it holds', async () => {
    for (const note of nasty.filter((t) => !t.includes('\u0000'))) {
        const answer = await visitor.post(page,
            { ...scores, note: `x${note}x`, _csrf: csrf });
        assert.equal(answer.status, 303, note);
        assert.equal(value(`select note from health_scores
            where account_id = :'account' and is_current`, { account }),
        `x${note}x`);
    }
    const shown = await visitor.get(`/dashboard/accounts/${account}`);
    assert.doesNotMatch(shown.body, /x<script>x/);
});

// JSON

async function problem(body, status, pointer, headers = {}) {
    const before = count();
    const answer = await program.send('POST', api,
        { body, headers: { 'content-type': 'application/json', ...headers } });
    assert.equal(answer.status, status, answer.body);
    assert.equal(answer.headers['content-type'], 'application/problem+json');
    const found = answer.json;
    assert.equal(found.type, 'about:blank');
    assert.equal(found.status, status);
    assert.equal(typeof found.title, 'string');
    assert.equal(typeof found.detail, 'string');
    assert.equal(found.instance, api);
    assert.equal(found.request_id, answer.headers['x-request-id']);
    if (pointer !== undefined)
        assert.ok(found.errors.some((e) => e.pointer === pointer &&
            e.detail && e.code), `${pointer} in ${answer.body}`);
    assert.equal(count(), before);
    return found;
}
const json = (changes = {}) => JSON.stringify({ ...scores, ...changes });

test('JSON that is right records a score and answers with it', async () => {
    const answer = await program.post(api, { ...scores, note: 'by program' });
    assert.equal(answer.status, 201);
    assert.equal(answer.headers['content-type'], 'application/json');
    const score = answer.json;
    // 61 * .35 + 62 * .25 + 63 * .2 + 64 * .2 = 62.25
    assert.equal(score.score, 62);
    assert.equal(score.band, 'moderate');
    assert.equal(score.risk_level, 'Moderate');
    assert.deepEqual(score.components, scores);
    assert.equal(score.contributions.reduce((sum, c) => sum + c.points, 0),
        62);
});

test('a duplicate key is refused', () => problem(
    json().replace('{', '{"usage_score":1,'), 400));
test('a duplicate key, once escaped, is refused', () => problem(
    json().replace('{', '{"\\u0075sage_score":1,'), 400));
test('an unknown key is refused and named', () =>
    problem(json({ tenant_id: 'x' }), 400, '/tenant_id'));
test('__proto__ is an unknown key', () =>
    problem(json().replace('{', '{"__proto__":1,'), 400, '/__proto__'));
for (const wrong of ['"61"', 'true', '61.5', '[]', '{}', '1e1'])
    test(`${wrong} is no score in JSON`, () =>
        problem(json().replace('61', wrong), 422, '/usage_score'));
test('a number where a text belongs is refused', () =>
    problem(json({ note: 5 }), 422, '/note'));
test('null is the same as absent: a required field is missing', () =>
    problem(json({ usage_score: null }), 422, '/usage_score'));
test('a number out of range is refused', () =>
    problem(json({ adoption_score: 101 }), 422, '/adoption_score'));
test('a number beyond 64 bits does not wrap around', () =>
    problem(json().replace('61', '99999999999999999999'), 400,
        '/usage_score'));
test('every wrong field is in the list', async () => {
    const found = await problem(json({ usage_score: 'x', note: 1,
        adoption_score: -1 }), 422);
    assert.deepEqual(found.errors.map((e) => e.pointer).sort(),
        ['/adoption_score', '/note', '/usage_score']);
});
for (const [name, text] of Object.entries({
    'a word': 'hello', 'a list': '[]', 'a text': '"x"',
    'a number': '5', 'null': 'null', 'half an object': '{"usage_score":',
    'two objects': '{}{}', 'a trailing comma': '{"usage_score":1,}',
    'single quotes': "{'usage_score':1}", 'no quotes': '{usage_score:1}',
    'a comment': '{/**/}', 'NaN': '{"usage_score":NaN}',
    'Infinity': '{"usage_score":Infinity}', 'a plus': '{"usage_score":+1}',
    'a leading zero': '{"usage_score":01}', 'hex': '{"usage_score":0x1}',
    'a raw line break in a text': '{"note":"a\nb"}',
    'a raw tab in a text': '{"note":"a\tb"}',
    'a zero character': '{"note":"a\\u0000b"}',
    'half a surrogate': '{"note":"\\ud800"}',
    'a broken escape': '{"note":"\\x41"}',
    'a byte order mark': '\ufeff{}',
    'seventeen levels': '{"note":'.repeat(17) + '1' + '}'.repeat(17),
    'ten thousand brackets': '['.repeat(10000),
}))
    test(`${name} is not our JSON`, async () => {
        await problem(text, 400);
    });
test('a body of nothing lacks every required field', () =>
    problem('', 422, '/usage_score'));
test('bytes that are not UTF-8 are not JSON', () =>
    problem(Buffer.from([...Buffer.from('{"note":"'), 0xff,
        ...Buffer.from('"}')]), 400));
test('a JSON body of more than 65,536 bytes is too large', async () => {
    const answer = await program.send('POST', api, { body:
        json({ note: 'a'.repeat(66000) }),
    headers: { 'content-type': 'application/json' } });
    assert.equal(answer.status, 413);
    assert.equal(answer.headers['content-type'], 'application/problem+json');
    assert.equal(answer.json.status, 413);
});
test('a program\'s body of another type is refused', async () => {
    await problem(json(), 415, undefined, { 'content-type': 'text/json' });
    await problem(json(), 415, undefined,
        { 'content-type': 'application/json; charset=latin1' });
    const form = await program.send('POST', api, { body: encode(scores),
        headers: { 'content-type': 'application/x-www-form-urlencoded' } });
    assert.equal(form.status, 415, form.body);
    assert.equal(form.json.detail, 'The body must be application/json.');
});
test('an id that is none is not found', async () => {
    for (const id of ['1', 'x'.repeat(36), `${account}x`, '%00',
        account.replace('-', ''), `{${account}}`, `${account}%27`]) {
        const answer = await program.get(
            `/api/v1/customer-success/customers/${id}`);
        assert.ok([400, 404].includes(answer.status), id);
        assert.equal(answer.headers['content-type'],
            answer.status === 404 ? 'application/problem+json'
                : answer.headers['content-type']);
    }
});
test('an id in capitals is the same id', async () => {
    const answer = await program.get(
        `/api/v1/customer-success/customers/${account.toUpperCase()}`);
    assert.equal(answer.status, 200);
    assert.equal(answer.json.id, account);
});

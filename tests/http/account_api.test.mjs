// Accounts by the API: pages of a list, changes, and what is refused.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import { run, value } from '../lib/db.mjs';
import { World } from '../lib/world.mjs';

const path = '/api/v1/accounts';
let world, other, program, ids;

before(() => {
    world = new World('account-api');
    other = new World('account-api-other');
    program = world.program('Practitioner');
    run(`insert into mainstay.custom_attributes (tenant_id, key, label, kind)
        values (:'tenant', 'seats', 'Seats', 'number'),
            (:'tenant', 'region', 'Region', 'text')`,
    { tenant: world.tenant });
    ids = Array.from({ length: 7 }, (_, i) => world.addAccount(
        `Account ${i % 2 ? 'B' : 'b'}`,
        { arr_cents: `${(i % 3) * 100000}`, tier: i < 3 ? `'enterprise'`
            : `'trial'` }));
    other.addAccount('Kanarienvogel AG');
});
after(() => {
    world.end();
    other.end();
});

async function allOf(query, limit) {
    const found = [], pages = [];
    let next = `${path}?limit=${limit}${query}`;
    while (next) {
        const answer = await program.get(next);
        assert.equal(answer.status, 200, answer.body);
        const { data, next_cursor: cursor, has_more: more } = answer.json;
        assert.ok(data.length <= limit);
        assert.equal(more, cursor !== null);
        found.push(...data);
        pages.push(data.length);
        const link = answer.headers.link?.match(/^<([^>]+)>; rel="next"$/);
        assert.equal(Boolean(link), more);
        if (link)
            assert.ok(link[1].endsWith(`cursor=${cursor}`));
        next = link?.[1];
    }
    return { found, pages };
}

test('pages of a list hold each account once, in the order of any sort',
    async () => {
        const whole = { name: (a) => a.name.toLowerCase(),
            arr: (a) => Number(a.arr), tier: (a) => a.tier };
        for (const [sort, key] of Object.entries(whole))
            for (const way of ['', '-']) {
                const { found, pages } = await allOf(`&sort=${way}${sort}`, 2);
                assert.deepEqual(pages, [2, 2, 2, 1]);
                assert.deepEqual(found.map(({ id }) => id).sort(),
                    [...ids].sort());
                const keys = found.map(key);
                const sorted = [...keys].sort((a, b) => a < b ? -1 : a > b);
                assert.deepEqual(keys, way ? sorted.reverse() : sorted, sort);
            }
    });

test('a list is stable while others write', async () => {
    const first = (await program.get(`${path}?limit=3&sort=-arr`)).json;
    const gone = first.data[0].id, extra = world.addAccount('Largest',
        { arr_cents: '900000' });
    run(`update accounts set arr_cents = 1 where id = :'gone'`, { gone });
    const rest = (await program.get(`${path}?limit=200&sort=-arr&cursor=${
        first.next_cursor}`)).json.data.map(({ id }) => id);
    for (const { id } of first.data.slice(1))
        assert.ok(!rest.includes(id));
    const seen = new Set([...first.data.map(({ id }) => id), ...rest]);
    for (const id of ids)
        assert.ok(seen.has(id));
    run(`delete from accounts where id = :'extra'`, { extra });
    run(`update accounts set arr_cents = 200000 where id = :'gone'`, { gone });
});

test('filters are those of the list of accounts', async () => {
    const found = async (query) => (await allOf(query, 200)).found.length;
    assert.equal(await found('&tier=enterprise'), 3);
    assert.equal(await found('&tier=enterprise&tier=trial'), 7);
    assert.equal(await found('&tier=enterprise&2.tier=trial'), 7);
    assert.equal(await found('&arr.over=1500&tier.not=trial'), 1);
    assert.equal(await found('&name.begins=account%20b'), 7);
    assert.equal(await found('&a.seats.empty=yes&tier=trial'), 4);
});

test('what a list does not know is refused by name', async () => {
    for (const [query, status, pointer] of [['nonsense=1', 400, 'nonsense'],
        ['tier.over=1', 400, 'tier.over'], ['layout=tree', 400, 'layout'],
        ['tier=huge', 422, 'tier'], ['fields=id,secret', 400, 'fields'],
        ['sort=secret', 422, 'sort'], ['limit=0', 422, 'limit'],
        ['limit=201', 422, 'limit'], ['cursor=AAAA', 422, 'cursor'],
        ['cursor=%C3%A4', 422, 'cursor']]) {
        const answer = await program.get(`${path}?${query}`);
        assert.equal(answer.status, status, `${query}: ${answer.body}`);
        assert.equal(answer.json.errors[0].pointer, `/${pointer}`);
    }
    const cursor = (await program.get(`${path}?limit=1&sort=arr`))
        .json.next_cursor;
    assert.equal((await program.get(`${path}?sort=name&cursor=${cursor}`))
        .status, 422);
    const forged = Buffer.from('["arr", "no number", "x"]')
        .toString('base64url');
    assert.equal((await program.get(`${path}?sort=arr&cursor=${forged}`))
        .status, 422);
});

test('only the members that were asked for are answered', async () => {
    const { data } = (await program.get(`${path}?fields=id,name`)).json;
    for (const account of data)
        assert.deepEqual(Object.keys(account), ['id', 'name']);
    assert.deepEqual(Object.keys((await program.get(
        `${path}/${ids[0]}?fields=arr`)).json), ['arr']);
});

test('an account is added, and is where its Location says', async () => {
    const made = await program.post(path, { name: 'Blue Harbour Ltd',
        arr: '85000.50', tier: 'enterprise', parent_id: ids[0],
        renewal_date: '2030-01-31', crm_attributes: { seats: 40,
            region: 'North' } });
    assert.equal(made.status, 201, made.body);
    assert.equal(made.json.arr, '85000.50');
    assert.equal(made.json.parent_id, ids[0]);
    assert.equal(made.json.status, 'active');
    assert.deepEqual(made.json.crm_attributes, { seats: 40, region: 'North' });
    assert.match(made.json.created_at, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    const found = await program.get(made.location);
    assert.equal(found.body, made.body);
    assert.equal(found.headers.etag, made.headers.etag);
    assert.equal((await program.get(made.location,
        { 'if-none-match': made.headers.etag })).status, 304);
});

test('a change leaves alone what it does not name', async () => {
    const { json: old, location } = await program.post(path, { name: 'Kept',
        industry: 'Shipping', external_id: randomUUID(),
        crm_attributes: { seats: 1, region: 'South' } });
    const patch = (json, headers) => program.send('PATCH', location,
        { body: JSON.stringify(json), headers: { 'content-type':
            'application/merge-patch+json', ...headers } });
    const renamed = await patch({ name: 'Renamed', industry: null,
        crm_attributes: { region: null } });
    assert.equal(renamed.status, 200, renamed.body);
    assert.deepEqual({ ...renamed.json, updated_at: 0 }, { ...old,
        name: 'Renamed', industry: null, crm_attributes: { seats: 1 },
        updated_at: 0 });
    assert.equal((await patch({ name: null })).status, 422);
    assert.equal((await patch({ arr: 5 })).status, 422);
    assert.equal((await patch({ arr: '5.123' })).status, 422);
    assert.equal((await patch({ crm_attributes: { nonsense: 1 } })).status,
        422);
    assert.equal((await patch({ health_score: 1 })).status, 400);
    assert.equal((await patch({ parent_id: old.id })).status, 422);
    assert.equal((await program.get(location)).body, renamed.body);
});

test('of two who saw the same, one changes it', async () => {
    const { headers, location } = await program.post(path, { name: 'Both' });
    const change = (method, tag, json) => program.send(method, location,
        { json, headers: { 'if-match': tag } });
    const first = await change('PATCH', headers.etag, { name: 'First' });
    assert.equal(first.status, 200, first.body);
    assert.notEqual(first.headers.etag, headers.etag);
    for (const method of ['PATCH', 'DELETE']) {
        const second = await change(method, headers.etag,
            method === 'PATCH' ? { name: 'Second' } : undefined);
        assert.equal(second.status, 412, second.body);
        assert.equal(second.json.status, 412);
    }
    assert.equal((await program.get(location)).json.name, 'First');
    for (const tag of [`W/${first.headers.etag}`, '*'])
        assert.equal((await change('PATCH', tag, {})).status, 200);
});

test('an account that is let go is churned, and stays', async () => {
    const { json, location } = await program.post(path, { name: 'Leaving' });
    const gone = await program.send('DELETE', location);
    assert.equal(gone.status, 200, gone.body);
    assert.equal(gone.json.status, 'churned');
    assert.equal((await program.get(location)).json.status, 'churned');
    const back = await program.send('PATCH', location,
        { json: { status: 'active' } });
    assert.equal(back.json.status, 'active');
    assert.ok(Number(value(`select count(*) from audit_log
        where object_id = :'id'`, { id: json.id })) >= 3);
});

test('nothing of another tenant is listed, taken or named', async () => {
    const theirs = value(`select id from accounts
        where tenant_id = :'tenant'`, { tenant: other.tenant });
    for (const query of ['', '?name.contains=kanarien', `?under=${theirs}`])
        assert.doesNotMatch((await program.get(path + query)).body,
            /Kanarien/);
    const forged = Buffer.from(JSON.stringify(['name', 'a', theirs]))
        .toString('base64url');
    const page = await program.get(`${path}?cursor=${forged}`);
    assert.equal(page.status, 200);
    assert.doesNotMatch(page.body, /Kanarien/);
    const made = await program.post(path, { name: 'Below', parent_id: theirs });
    assert.equal(made.status, 422);
    assert.equal(made.json.errors[0].pointer, '/parent_id');
    const owner = await program.post(path, { name: 'Owned',
        csm_id: other.people.Viewer.id });
    assert.equal(owner.status, 422);
});

test('what belongs to an account is embedded in it', async () => {
    const { id } = world.people.Practitioner;
    const owned = world.addAccount('Owned', { csm_id: `'${id}'` });
    world.score(owned, 35);
    const { json } = await program.get(
        `${path}/${owned}?fields=id&include=csm,current_score,parent`);
    assert.equal(json.csm.id, id);
    assert.deepEqual([json.current_score.score, json.current_score.band,
        json.parent], [35, 'critical', null]);
    assert.match(json.current_score.observed_at, /Z$/);
    run(`delete from accounts where id = :'owned'`, { owned });
});

test('the export holds what the filters find, and runs nothing', async () => {
    const formula = world.addAccount('=1+1', { tier: `'enterprise'` });
    const { status, headers, body } = await program.get(
        `${path}/export?tier=enterprise&sort=name`);
    assert.equal(status, 200, body);
    assert.match(headers['content-type'], /^text\/csv/);
    const [heading, ...lines] = body.trim().split('\r\n');
    assert.match(heading, /^external_id,name,status,/);
    const found = (await program.get(`${path}?tier=enterprise&sort=name`))
        .json.data.map(({ id }) => id);
    assert.deepEqual(lines.map((line) => line.split(',').at(-1)), found);
    assert.ok(found.includes(formula));
    assert.match(body, /,"'=1\+1",/);
    const wrong = await program.get(`${path}/export?colour=red`);
    assert.ok([400, 422].includes(wrong.status), wrong.body);
    assert.equal(wrong.json.errors[0].pointer, '/colour');
    run(`delete from accounts where id = :'formula'`, { formula });
});

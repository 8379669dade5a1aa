// Contacts by the API: lists of all and of an account, changes, removal.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import { value } from '../lib/db.mjs';
import { World } from '../lib/world.mjs';

const path = '/api/v1/contacts';
let world, other, program, account, within;

before(() => {
    world = new World('contact-api');
    other = new World('contact-api-other');
    program = world.program('Practitioner');
    account = world.addAccount('Blue Harbour', { arr_cents: '8500050' });
    within = `/api/v1/accounts/${account}/contacts`;
    other.addReader(other.addAccount('Elsewhere'), 'canary@x.example');
});
after(() => {
    world.end();
    other.end();
});

const add = async (name, more = {}) => {
    const answer = await program.send('POST', within,
        { json: { full_name: name, ...more } });
    assert.equal(answer.status, 201, answer.body);
    return answer;
};
const names = ({ json }) => json.data.map((c) => c.full_name);
const change = (id, json, headers = {}) => program.send('PATCH',
    `${path}/${id}`, { json, headers });

test('a contact is added, seen, changed and removed', async () => {
    const made = await add('Ann Archer', { email: 'ann@blue.example',
        influence: 'champion', is_primary: true });
    const { id } = made.json;
    assert.match(made.headers.location, new RegExp(`${path}/${id}$`));
    const seen = await program.get(`${path}/${id}`);
    assert.equal(seen.body, made.body);
    assert.equal(seen.headers.etag, made.headers.etag);
    assert.match(seen.json.created_at, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    assert.deepEqual({ ...seen.json, id: 0, created_at: 0, updated_at: 0 }, {
        id: 0, account_id: account, full_name: 'Ann Archer',
        email: 'ann@blue.example', phone: null, job_title: null,
        influence: 'champion', is_primary: true, is_sponsor: false,
        created_at: 0, updated_at: 0 });
    const changed = await change(id, { email: null, job_title: 'CTO' });
    assert.equal(changed.status, 200, changed.body);
    assert.deepEqual([changed.json.email, changed.json.job_title,
        changed.json.full_name, changed.json.is_primary],
    [null, 'CTO', 'Ann Archer', true]);
    assert.notEqual(changed.headers.etag, made.headers.etag);
    const gone = await program.send('DELETE', `${path}/${id}`);
    assert.equal(gone.json.job_title, 'CTO');
    assert.equal((await program.get(`${path}/${id}`)).status, 404);
});

test('one contact of an account is the primary one', async () => {
    const first = (await add('First', { is_primary: true })).json.id;
    await add('Second', { is_primary: true });
    assert.equal((await program.get(`${path}/${first}`)).json.is_primary,
        false);
    const { json } = await program.get(`${path}?is_primary=true&account_id=${
        account}`);
    assert.deepEqual(json.data.map((c) => c.full_name), ['Second']);
    const again = await change(json.data[0].id, { is_primary: null });
    assert.equal(again.json.is_primary, false);
});

test('a change says which state it has seen', async () => {
    const { json: { id }, headers } = await add('Seen');
    await change(id, { phone: '1' });
    const late = await change(id, { phone: '2' },
        { 'if-match': headers.etag });
    assert.equal(late.status, 412);
    const gone = await program.send('DELETE', `${path}/${id}`,
        { headers: { 'if-match': headers.etag } });
    assert.equal(gone.status, 412);
    const { json, headers: now } = await program.get(`${path}/${id}`);
    assert.equal(json.phone, '1');
    assert.equal((await change(id, { phone: '2' },
        { 'if-match': now.etag })).status, 200);
});

test('the tag of what embeds another is that of both', async () => {
    const { json: { id } } = await add('Embedded');
    const url = `${path}/${id}?include=account`;
    const before = await program.get(url);
    assert.equal(before.json.account.arr, '85000.50');
    assert.equal((await program.get(url,
        { 'if-none-match': before.headers.etag })).status, 304);
    await program.send('PATCH', `/api/v1/accounts/${account}`,
        { json: { industry: `Shipping ${randomUUID()}` } });
    assert.equal((await program.get(url,
        { 'if-none-match': before.headers.etag })).status, 200);
});

test('a list has filters, an order, members and what is embedded',
    async () => {
        await add('Zed', { influence: 'blocker' });
        await add('Yan', { influence: 'blocker' });
        const all = await program.get(`${path}?influence=blocker`);
        assert.deepEqual(names(all), ['Yan', 'Zed']);
        const page = await program.get(`${path}?influence=blocker&` +
            'sort=-full_name&limit=1&fields=full_name&include=account');
        assert.deepEqual(page.json.data.map(({ account: a, ...rest }) =>
            [rest, a.name]), [[{ full_name: 'Zed' }, 'Blue Harbour']]);
        const [, next] = /^<([^>]+)>; rel="next"$/.exec(page.headers.link);
        assert.deepEqual(names(await program.get(next)), ['Yan']);
        assert.deepEqual(names(await program.get(
            `${within}?full_name.begins=z`)), ['Zed']);
    });

test('names that are not known are refused by their name', async () => {
    for (const [query, status, pointer] of [['colour=red', 400, '/colour'],
        ['phone=1', 400, '/phone'], ['sort=phone', 422, '/sort'],
        ['fields=id,colour', 400, '/fields'],
        ['include=tenant', 400, '/include'],
        ['influence=none', 422, '/influence'],
        ['created_at.after=soon', 422, '/created_at.after'],
        ['cursor=x', 422, '/cursor'], ['limit=201', 422, '/limit']]) {
        const answer = await program.get(`${path}?${query}`);
        assert.equal(answer.status, status, `${query}: ${answer.body}`);
        assert.equal(answer.json.errors[0].pointer, pointer);
    }
});

test('what another tenant has is not there', async () => {
    const theirs = value(`select id from contacts
        where email = 'canary@x.example' and tenant_id = :'tenant'`,
    { tenant: other.tenant });
    assert.equal((await program.get(`${path}/${theirs}`)).status, 404);
    assert.equal((await change(theirs, { phone: '1' })).status, 404);
    assert.equal((await program.send('DELETE', `${path}/${theirs}`)).status,
        404);
    const { body } = await program.get(`${path}?limit=200`);
    assert.ok(!body.includes('canary'));
    const elsewhere = value(`select account_id from contacts
        where id = :'theirs'`, { theirs });
    for (const method of ['GET', 'POST'])
        assert.equal((await program.send(method,
            `/api/v1/accounts/${elsewhere}/contacts`,
            method === 'POST' ? { json: { full_name: 'X' } } : {})).status,
        404, method);
});

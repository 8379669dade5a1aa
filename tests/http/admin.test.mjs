// The overview of the admin area, tiers, keys of programs, and the audit log.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { row, run, value } from '../lib/db.mjs';
import { table } from '../lib/html.mjs';
import { Visitor } from '../lib/http.mjs';
import { World } from '../lib/world.mjs';

const base = '/dashboard/admin';
let world, other, admin;

before(() => {
    world = new World('admin');
    other = new World('others');
    admin = world.visitor('Tenant Admin');
});
after(() => {
    world.end();
    other.end();
});

test('the overview leads to each part', async () => {
    const answer = await admin.get(base);
    assert.equal(answer.status, 200, answer.text);
    for (const part of ['stages', 'scorecards', 'attributes', 'tiers',
        'users', 'keys', 'audit'])
        assert.ok(answer.body.includes(`href="${base}/${part}"`), part);
    assert.match(answer.text, /Stages 7 0 goals/);
    assert.match(answer.text, /Users 4 0 open invitations/);
});

test('what a role may not do is not shown', async () => {
    for (const role of ['Viewer', 'Contributor', 'Practitioner']) {
        const who = world.visitor(role);
        const home = await who.get('/dashboard/executive');
        assert.ok(!home.body.includes(base), role);
        assert.equal((await who.get(base)).status, 403, role);
    }
});

const tier = (name, { tenant } = world) => value(`select id
    from account_tiers where tenant_id = :'tenant' and tier = :'name'`,
{ tenant, name });

test('a tier has its service levels, in their order', async () => {
    const list = table((await admin.get(`${base}/tiers`)).body, /^Tiers/);
    assert.deepEqual(list.map((line) => line.slice(0, 6)), [
        ['Enterprise', '$100,000', '1', '2 hours', '45 days', '30 days'],
        ['Mid market', '$25,000', '5', '4 hours', '40 days', '30 days'],
        ['Small business', '$5,000', '20', '24 hours', '30 days', '90 days'],
        ['Trial', '$0', 'Automated', '48 hours', 'At its own pace', 'None']]);
    const path = `${base}/tiers/${tier('mid_market')}`;
    const form = (await admin.get(path)).form(path);
    for (const [arr, message] of [
        ['100000', /Enterprise begins at \$100,000, so Mid market must begin below\./],
        ['5000', /Small business begins at \$5,000, so Mid market must begin above\./],
        ['-1', /ARR from must be/], ['', /ARR from is required/]]) {
        const wrong = await admin.submit(form, { arr_from: arr,
            response_hours: '3' });
        assert.equal(wrong.status, 422, arr);
        assert.match(wrong.text, message);
        assert.equal(wrong.form(path).fields.response_hours, '3');
    }
    const answer = await admin.submit(form, { arr_from: '30000',
        accounts_per_csm: '', response_hours: '3' });
    assert.equal(answer.leadsTo,
        `${base}/tiers?done=:request#r-${tier('mid_market')}`);
    const [, changed] = table((await admin.get(`${base}/tiers`)).body,
        /^Tiers/);
    assert.deepEqual(changed.slice(1, 4),
        ['$30,000', 'Automated', '3 hours']);
    assert.equal((await admin.get(`${base}/tiers/${tier('trial', other)}`))
        .status, 404);
});

test('a key is shown once, works in its role, and not after it is revoked',
    async () => {
        const path = `${base}/keys`;
        const page = await admin.get(path);
        assert.match(page.text, /No keys yet/);
        for (const [fields, message] of [
            [{ name: '' }, /Name is required/],
            [{ role: 'Tenant Admin' }, /Role must be one of/],
            [{ days: '366' }, /Days must be/]]) {
            const wrong = await admin.submit(page.form(path),
                { name: 'Loader', role: 'Contributor', ...fields });
            assert.equal(wrong.status, 422, JSON.stringify(fields));
            assert.match(wrong.text, message);
        }
        const answer = await admin.submit(page.form(path),
            { name: 'Loader', role: 'Contributor', days: '30' });
        assert.equal(answer.status, 200, answer.text);
        const [key] = answer.body.match(/csk_(live|test)_[0-9A-Za-z]{49}/);
        const again = await admin.get(path);
        assert.ok(!again.body.includes(key));
        const [line] = table(again.body, /^Keys/);
        assert.deepEqual(line.slice(0, 2),
            [`Loader ${key.slice(0, 12)}…`, 'Contributor']);
        const account = world.addAccount('Of the key');
        const ask = () => new Visitor().send('GET',
            `/api/v1/customer-success/customers/${account}`,
            { headers: { 'x-api-key': key } });
        assert.equal((await ask()).status, 200);
        const id = value(`select id from api_keys
            where tenant_id = :'tenant'`, { tenant: world.tenant });
        const revoke = again.form(`${path}/${id}/revoke`);
        assert.equal((await admin.submit(revoke)).location,
            `${path}?done=revoked`);
        assert.equal((await ask()).status, 401);
        assert.equal((await admin.submit(revoke)).status, 404);
        assert.match(table((await admin.get(path)).body, /^Keys/)[0][4],
            /Revoked/);
    });

test('a key of another tenant is not there', async () => {
    const { id } = row(`insert into api_keys (tenant_id, name, prefix,
            key_hash) values (:'tenant', 'Theirs', 'csk_test_', sha256('x'))
        returning id`, { tenant: other.tenant });
    const answer = await admin.post(`${base}/keys/${id}/revoke`,
        { _csrf: await admin.token() });
    assert.equal(answer.status, 404);
    assert.equal(value(`select revoked_at from api_keys where id = :'id'`,
        { id }), null);
});

const entries = async (query = '') => table((await admin.get(
    `${base}/audit${query}`)).body, /^Entries/);

test('the log says who changed what, before and after', async () => {
    const [last] = (await entries('?what=account_tiers'));
    assert.equal(last[1], world.people['Tenant Admin'].name);
    assert.match(last[2], /^Changed tier Mid market/);
    assert.match(last[3], /Response hours ?4 ?3/);
    assert.match(last[3], /Accounts per csm ?5(?! ?\d)/);
    const [made] = await entries('?what=api_keys');
    assert.match(made[2], /^Changed key Loader/);
    assert.ok(!(await admin.get(`${base}/audit?what=api_keys`)).body
        .includes('hash'));
});

test('the log is filtered by who, what, when and object', async () => {
    const account = world.addAccount('Filtered');
    run(`update accounts set industry = 'Steel' where id = :'account'`,
        { account });
    const mine = await entries(`?who=${world.people['Tenant Admin'].id}`);
    assert.ok(mine.length > 0);
    assert.ok(mine.every((line) =>
        line[1] === world.people['Tenant Admin'].name));
    const theirs = await entries('?who=system&what=accounts');
    assert.ok(theirs.length > 0);
    assert.ok(theirs.every((line) => line[1] === 'Mainstay'));
    const one = await entries(`?object=${account}`);
    assert.deepEqual(one.map((line) => line[2].replace(/ ·.*/, '')),
        ['Changed account Filtered', 'Added account Filtered']);
    assert.equal((await admin.get(`${base}/audit?since=2199-01-01`)).text
        .includes('No entries'), true);
    const today = value('select current_date::text');
    assert.ok((await entries(`?since=${today}&until=${today}`)).length > 0);
    for (const query of ['?who=x', '?since=x', '?colour=red',
        '?after_at=x&after_id=1', '?after_at=2026-01-01&after_id=x']) {
        const { status } = await admin.get(`${base}/audit${query}`);
        assert.ok([400, 422].includes(status), `${query}: ${status}`);
    }
});

test('the log pages to its end, each entry once', async () => {
    run(`insert into audit_log (tenant_id, action, object_type, object_id, at,
            before, after)
        select :'tenant', 'notes.update', 'notes', n::text,
            now() - n / 10 * interval '1 minute',
            jsonb_build_object('body', n), jsonb_build_object('body', n + 1)
        from generate_series(1, 120) n`, { tenant: world.tenant });
    const seen = [];
    let query = '?what=notes';
    for (let pages = 0; query && pages < 5; pages++) {
        const answer = await admin.get(`${base}/audit${query}`);
        seen.push(...table(answer.body, /^Entries/).map((line) => line[3]));
        query = answer.body.match(/rel="next" href="([^"]*)"/)?.[1]
            .replaceAll('&amp;', '&');
    }
    assert.equal(seen.length, 120);
    assert.equal(new Set(seen).size, 120);
});

test('the log of another tenant is not there', async () => {
    const account = other.addAccount('Theirs only');
    assert.equal((await admin.get(`${base}/audit?object=${account}`)).text
        .includes('No entries'), true);
    assert.equal((await admin.get(
        `${base}/audit?who=${other.people.Viewer.id}`)).text
        .includes('No entries'), true);
});

test('ten thousand characters are refused where there is no room', async () => {
    const name = 'W'.repeat(10000);
    const stage = value(`select id from journey_stages
        where tenant_id = :'tenant' limit 1`, { tenant: world.tenant });
    const person = value(`select id from profiles
        where tenant_id = :'tenant' limit 1`, { tenant: world.tenant });
    for (const [page, field, label, fields, at] of [
        ['/stages', 'name', 'Name', { color_hex: '#15803d', kind: 'normal' }],
        [`/stages/${stage}`, 'title', 'Goal', {}, '/goals'],
        ['/attributes', 'label', 'Label', { kind: 'text' }],
        ['/attributes', 'attribute_key', 'Key',
            { label: 'x', kind: 'text' }],
        [`/users/${person}`, 'full_name', 'Name', { role: 'Viewer' }],
        ['/keys', 'name', 'Name', { role: 'Viewer', days: 1 }],
        ['/endpoints', 'name', 'Name',
            { url: 'https://x.example/', format: 'standard' }],
        ['/endpoints', 'url', 'Address', { name: 'x', format: 'standard' }],
    ]) {
        const answer = await admin.post(`${base}${page}${at ?? ''}`,
            { ...fields, [field]: name, _csrf: await admin.token() });
        assert.equal(answer.status, 422, `${page} ${field}`);
        assert.match(answer.text, new RegExp(`${label} .*at most \\d+ char`),
            `${page} ${field}`);
    }
});

// Attributes of accounts in the admin area: added, edited, ordered, deleted;
// what is wrong is said beside its field, and nothing typed is lost.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { rows, value } from '../lib/db.mjs';
import { table } from '../lib/html.mjs';
import { World } from '../lib/world.mjs';

const base = '/dashboard/admin/attributes';
let world, other, admin;

before(() => {
    world = new World('attributes');
    other = new World('others');
    admin = world.visitor('Tenant Admin');
});
after(() => {
    world.end();
    other.end();
});

const keys = ({ tenant } = world) => rows(`select key from custom_attributes
    where tenant_id = :'tenant' order by position, label`, { tenant })
    .map(({ key }) => key);
const find = (key, { tenant } = world) => value(`select id
    from custom_attributes where tenant_id = :'tenant' and key = :'key'`,
{ tenant, key });

async function add(fields, who = admin) {
    return who.submit((await who.get(base)).form(base), fields);
}

test('an empty list says what to do', async () => {
    const answer = await admin.get(base);
    assert.equal(answer.status, 200, answer.text);
    assert.match(answer.text, /No attributes yet/);
});

test('attributes are added and listed in their order', async () => {
    for (const fields of [{ label: 'Region', kind: 'choice',
        choices: 'North\r\nSouth', is_required: '1' },
    { label: 'Seats', kind: 'number' },
    { label: 'Go-live', kind: 'date', attribute_key: 'live_on' }]) {
        const answer = await add(fields);
        assert.equal(answer.status, 303, answer.text);
        assert.equal(answer.leadsTo, `${base}?done=:request`);
    }
    const list = table((await admin.get(base)).body, /^Attributes/);
    assert.deepEqual(list.map((line) => line.slice(0, 3)), [
        ['Region region', 'Choice North, South', 'Yes'],
        ['Seats seats', 'Number', 'No'],
        ['Go-live live_on', 'Date', 'No']]);
});

test('what is wrong stands beside its field, and what was typed is kept',
    async () => {
        const answer = await add({ label: 'Seats', kind: 'choice',
            choices: 'a\nb', is_required: '1' });
        assert.equal(answer.status, 422);
        assert.match(answer.text,
            /There is already an attribute with this key\./);
        const form = answer.form(base);
        assert.equal(form.fields.label, 'Seats');
        assert.equal(form.fields.kind, 'choice');
        assert.equal(form.fields.choices.trim(), 'a\nb');
        assert.equal(form.fields.is_required, '1');
        for (const [fields, message] of [
            [{ label: '', kind: 'text' }, /Label is required/],
            [{ label: 'x'.repeat(61), kind: 'text' }, /at most 60/],
            [{ label: 'A', kind: 'colour' }, /Kind must be one of/],
            [{ label: 'A', kind: 'choice' }, /Give the choices/],
            [{ label: 'A', kind: 'text', attribute_key: 'A b' }, /The key must begin/],
        ]) {
            const page = await add(fields);
            assert.equal(page.status, 422, JSON.stringify(fields));
            assert.match(page.text, message);
        }
        assert.deepEqual(keys(), ['region', 'seats', 'live_on']);
    });

test('an attribute is edited, and shown as typed when it cannot be',
    async () => {
        const path = `${base}/${find('region')}`;
        const form = (await admin.get(path)).form(path);
        assert.equal(form.fields.choices.trim(), 'North\nSouth');
        const { is_required: gone, ...rest } = form.fields;
        assert.equal(gone, '1');
        const wrong = await admin.submit({ ...form, fields: rest },
            { label: 'Area', choices: 'West\nWest' });
        assert.equal(wrong.status, 422);
        assert.match(wrong.text, /West is there twice\./);
        const again = wrong.form(path);
        assert.equal(again.fields.label, 'Area');
        assert.equal(again.fields.is_required, undefined);
        const answer = await admin.submit(again, { choices: 'West' });
        assert.equal(answer.leadsTo, `${base}?done=:request`);
        const [first] = table((await admin.get(base)).body, /^Attributes/);
        assert.deepEqual(first.slice(0, 3),
            ['Area region', 'Choice West', 'No']);
    });

test('buttons move one up or down, and the ends have only one', async () => {
    const page = await admin.get(base);
    const move = (key) => page.body.split('<form')
        .filter((f) => f.includes(`${base}/${find(key)}/move`)).length;
    assert.deepEqual(['region', 'seats', 'live_on'].map(move), [1, 2, 1]);
    const path = `${base}/${find('live_on')}/move`;
    const answer = await admin.submit(page.form(path));
    assert.equal(answer.leadsTo, `${base}?done=:request#r-${find('live_on')}`);
    assert.deepEqual(keys(), ['region', 'live_on', 'seats']);
});

test('deleting leaves the values of accounts alone', async () => {
    const id = find('seats');
    const account = world.addAccount('Seated',
        { crm_attributes: `'{"seats": 7}'` });
    const page = await admin.get(`${base}/${id}`);
    assert.match(page.text, /The values that accounts have are kept/);
    const answer = await admin.submit(page.form(`${base}/${id}/delete`));
    assert.equal(answer.leadsTo, `${base}?done=:request`);
    assert.equal(find('seats'), undefined);
    assert.equal(value(`select crm_attributes ->> 'seats' from accounts
        where id = :'account'`, { account }), '7');
    assert.equal((await admin.submit(page.form(`${base}/${id}/delete`)))
        .status, 404);
});

test('of another tenant there is nothing, and unknown fields are refused',
    async () => {
        const theirs = other.visitor('Tenant Admin');
        await add({ label: 'Theirs', kind: 'text' }, theirs);
        const id = find('theirs', other);
        const _csrf = await admin.token();
        assert.equal((await admin.get(`${base}/${id}`)).status, 404);
        for (const [path, fields] of [['', { label: 'Mine' }],
            ['/move', { place: '1' }], ['/delete', {}]]) {
            const answer = await admin.post(`${base}/${id}${path}`,
                { ...fields, _csrf });
            assert.equal(answer.status, 404, path);
        }
        assert.deepEqual(keys(other), ['theirs']);
        assert.equal((await add({ label: 'A', kind: 'text', position: '1' }))
            .status, 400);
        assert.ok(!(await admin.get(base)).text.includes('Theirs'));
    });

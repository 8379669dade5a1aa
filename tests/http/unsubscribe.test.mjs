// The link of a mail: who holds it may opt out, and nobody else.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import { run, value } from '../lib/db.mjs';
import { Visitor, send } from '../lib/http.mjs';
import { World } from '../lib/world.mjs';

const address = 'ada@customer.test';
let world, other, link;

before(() => {
    world = new World('letters');
    other = new World('strangers');
    link = world.addReader(world.addAccount('Customer'),
        'Ada@Customer.test');
});
after(() => {
    world.end();
    other.end();
});
beforeEach(() => run('delete from email_opt_outs where address = :\'address\'',
    { address }));

const isOut = (tenant = world.tenant) => value(
    'select has_opted_out(:\'tenant\', :\'address\') as is_out',
    { tenant, address });

test('a person opts out, and in again', async () => {
    const person = new Visitor();
    const page = await person.get(link);
    assert.equal(page.status, 200);
    assert.match(page.text, new RegExp(address));
    assert.equal(isOut(), false, 'looking changes nothing');
    const gone = await person.submit(page.form(link), {});
    assert.match(gone.text, /gets no more mail/);
    assert.equal(isOut(), true);
    assert.equal(isOut(other.tenant), false, 'of this tenant only');
    const back = await person.submit(gone.form(link), {});
    assert.match(back.text, /now and then/);
    assert.equal(isOut(), false);
});

test('a mail program opts out by one post (RFC 8058)', async () => {
    for (const headers of [{}, { origin: 'https://mail.example',
        'sec-fetch-site': 'cross-site' }]) {
        const answer = await send('POST', link, {
            body: 'List-Unsubscribe=One-Click', headers: { ...headers,
                'content-type': 'application/x-www-form-urlencoded' } });
        assert.equal(answer.status, 200, answer.text);
        assert.equal(isOut(), true);
    }
});

test('a link that we did not make is not found', async () => {
    const start = '/unsubscribe/'.length;
    const turned = (at) => link.slice(0, at)
        + (link[at] === 'A' ? 'B' : 'A') + link.slice(at + 1);
    for (const path of [turned(start), turned(start + 30), turned(start + 50),
        link.slice(0, -1), `${link}A`, '/unsubscribe/x']) {
        assert.equal((await new Visitor().get(path)).status, 404, path);
        const answer = await send('POST', path, {
            body: 'List-Unsubscribe=One-Click', headers: {
                'content-type': 'application/x-www-form-urlencoded' } });
        assert.equal(answer.status, 404, path);
    }
    assert.equal(isOut(), false);
});

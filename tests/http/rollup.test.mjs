// Group health and group ARR on the page of an account, and its rule.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import { value } from '../lib/db.mjs';
import { elements } from '../lib/html.mjs';
import { World } from '../lib/world.mjs';

let world, head, leaf;

before(() => {
    world = new World('rollup');
    head = world.addAccount('Head', { arr_cents: '100000' });
    leaf = world.addAccount('Leaf', { arr_cents: '300000',
        parent_id: `'${head}'` });
    world.addAccount('Abroad', { arr_cents: '70050', currency: `'EUR'`,
        parent_id: `'${leaf}'` });
    world.addAccount('Gone', { arr_cents: '900000', status: `'churned'`,
        parent_id: `'${head}'` });
    world.score(head, 90);
    world.score(leaf, 50);
});
after(() => world.end());

const path = (id) => `/dashboard/accounts/${id}`;
const card = ({ body }) => elements(body, 'section')
    .find((s) => s.id === 'group');
const rule = (id) => value('select health_rollup from accounts where id = ' +
    `:'id'`, { id });

test('an account with others below it shows what they come to', async () => {
    const { text } = card(await world.visitor('Viewer').get(path(head)));
    assert.match(text, /Group health 90 Healthy/);
    assert.match(text, /Rule Own score/);
    assert.match(text, /Scores 1 of 3 accounts/);
    assert.match(text, /Group ARR \$4,000 €700\.50$/);
});

test('an account without does not', async () => {
    const alone = world.addAccount('Alone');
    world.score(alone, 50);
    assert.equal(card(await world.visitor('Practitioner').get(path(alone))),
        undefined);
});

for (const [name, said, shown] of [
    ['average', 'Average', /70 Moderate .* 2 of 3 accounts/],
    ['arr_weighted', 'Average weighted by ARR',
        /60 Moderate .* 2 of 3 accounts/],
    ['worst', 'Lowest score', /50 At Risk .* 2 of 3 accounts/],
    ['own', 'Own score', /90 Healthy .* 1 of 3 accounts/]])
    test(`the form changes the rule to ${name}`, async () => {
        const visitor = world.visitor('Practitioner');
        const page = await visitor.get(path(head));
        const form = page.form(`${path(head)}/health-rollup`);
        assert.equal(form.fields.health_rollup, rule(head),
            'the present rule is chosen');
        const answer = await visitor.submit(form, { health_rollup: name });
        assert.equal(answer.status, 303);
        assert.equal(answer.location, `${path(head)}?done=rollup#group`);
        assert.equal(rule(head), name);
        const after = card(await visitor.get(`${path(head)}?done=rollup`));
        assert.match(after.text, /The rule is changed/);
        assert.match(after.text, shown);
        assert.ok(after.text.includes(`Rule ${said} Scores`), after.text);
        assert.equal(value(`select health_score from accounts
            where id = :'head'`, { head }), 90, 'the own score stays');
    });

test('a group without a score says so', async () => {
    const top = world.addAccount('Top', { health_rollup: `'worst'` });
    world.addAccount('Below', { parent_id: `'${top}'` });
    const found = card(await world.visitor('Viewer').get(path(top)));
    assert.match(found.text, /Group health Not scored/);
    assert.match(found.text, /0 of 2 accounts/);
    assert.match(found.text, /Group ARR None/);
    assert.match(found.html, /band-unscored/);
});

test('who may not write sees the figures and no form', async () => {
    for (const role of ['Viewer', 'Contributor']) {
        const found = card(await world.visitor(role).get(path(head)));
        assert.match(found.text, /Group health/);
        assert.doesNotMatch(found.html, /<form/);
    }
});

test('an unknown rule is refused beside its field', async () => {
    const visitor = world.visitor('Practitioner');
    const page = await visitor.get(path(head));
    const form = page.form(`${path(head)}/health-rollup`);
    const before = rule(head);
    const answer = await visitor.submit(form, { health_rollup: 'median' });
    assert.equal(answer.status, 422);
    const found = card(answer);
    assert.match(found.html, /<details[^>]* open>/);
    assert.match(found.html, /aria-invalid="true"/);
    assert.match(found.html, /class="field__error" id="e-health_rollup"/);
    assert.equal(rule(head), before);
});

test('the rule of an account that is not there cannot be set', async () => {
    const visitor = world.visitor('Practitioner');
    const answer = await visitor.post(`${path(randomUUID())}/health-rollup`,
        { health_rollup: 'worst', _csrf: await visitor.token() });
    assert.equal(answer.status, 404);
});

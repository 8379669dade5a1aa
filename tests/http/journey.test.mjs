// The board, and moving accounts on it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { rows, run, value } from '../lib/db.mjs';
import { textOf } from '../lib/html.mjs';
import { World } from '../lib/world.mjs';

let world, visitor, other, stages, _csrf;

before(async () => {
    world = new World('journey');
    visitor = world.visitor('Practitioner');
    other = world.visitor('Tenant Admin');
    stages = Object.fromEntries(rows(`select name, id from journey_stages
        where tenant_id = :'tenant'`, { tenant: world.tenant })
        .map((s) => [s.name, s.id]));
    _csrf = await visitor.token();
});
after(() => world.end());

const add = (name, stage = 'Onboarding', fields = {}) => world.addAccount(name,
    { current_stage: `'${stage}'`, ...fields });
const stageOf = (id) => value(
    `select current_stage from accounts where id = :'id'`, { id });
const stays = (id) => value(`select string_agg(to_stage, ' > '
        order by entered_at) from journey_history where account_id = :'id'`,
{ id });
const goal = (stage, title, isBlocking = false) => value(
    `insert into stage_goals (tenant_id, stage_id, title, is_blocking)
    values (:'tenant', :'stage', :'title', :'isBlocking') returning id`,
    { tenant: world.tenant, stage: stages[stage], title, isBlocking });
const move = (id, from, stage, fields = {}, who = visitor) =>
    who.post(`/dashboard/accounts/${id}/move`,
        { _csrf, from: stages[from], stage: stages[stage], ...fields });
// { Onboarding: { text, cards: [text] } }
function columns(answer) {
    return Object.fromEntries(answer.body.split('<section class="board__column"')
        .slice(1).map((html) => {
            const [head, ...cards] = html.split(/<li class="board__card"[^>]*>/);
            return [textOf(/<h2[^>]*>([^]*?)<\/h2>/.exec(head)[1]),
                { text: textOf(head), cards: cards.map((c) =>
                    textOf(c.split('<p><a href')[0])) }];
        }));
}

test('each stage has its accounts, its sums and what is stuck', async () => {
    add('Small', 'Renewal', { arr_cents: '100000' });
    add('Large', 'Renewal', { arr_cents: '5000000',
        renewal_date: 'current_date + 9' });
    add('Old', 'Renewal', { arr_cents: '200000',
        stage_entered_at: `now() - interval '135 days'` });
    add('Late', 'Renewal', { arr_cents: '300000',
        stage_entered_at: `now() - interval '90 days'` });
    add('Gone', 'Renewal', { status: `'churned'` });
    add('Left', 'Churn', { status: `'churned'` });
    const found = columns(await visitor.get('/dashboard/journey'));
    assert.deepEqual(Object.keys(found), ['Onboarding', 'Adoption',
        'Value Realization', 'Expansion', 'Renewal', 'At Risk', 'Churn']);
    assert.deepEqual(found.Renewal.cards.map((c) => c.split(' ')[0]),
        ['Large', 'Late', 'Old', 'Small']);
    assert.match(found.Renewal.text, /Renewal 4/);
    assert.match(found.Renewal.text, /\$56K ARR · 1 stuck/);
    assert.match(found.Renewal.text, /56 days on average ?, target 90/);
    assert.match(found.Renewal.cards[0], /\$50,000 0 days.*Renewal in 9 days/);
    assert.equal(found.Churn.cards.length, 1);
    assert.equal(Number(value(`select count(*)
        from mainstay.stage_sums_check()`)), 0);
    const { body } = await visitor.get('/dashboard/journey');
    assert.match(body, /class="tone-stuck">135 days/);
    assert.match(body, /class="tone-late">90 days/);
});

test('a card of today is not late because its column is', async () => {
    add('Long here', 'Adoption',
        { stage_entered_at: `now() - interval '400 days'` });
    add('New here', 'Adoption');
    const { body } = await visitor.get('/dashboard/journey');
    assert.match(body, /tone-stuck">200 days on average/);
    assert.match(body, /<span>0 days/);
    assert.doesNotMatch(body, /tone-\w+">0 days/);
});

// Where the link of a card leads.
const moveLink = (page, id) => new RegExp(
    `href="(/dashboard/accounts/${id}/move[^"]*)"`).exec(page.body)[1]
    .replaceAll('&amp;', '&');

test('an account is moved from its card, and undone', async () => {
    const id = add('Mover');
    const board = await visitor.get('/dashboard/journey?tier=small_business');
    const page = await visitor.get(moveLink(board, id));
    const form = page.form(`/dashboard/accounts/${id}/move`);
    assert.equal(form.fields.from, stages.Onboarding);
    const answer = await visitor.submit(form, { stage: stages.Adoption });
    assert.equal(answer.status, 303);
    assert.match(answer.location,
        /^\/dashboard\/journey\?tier=small_business&done=[0-9a-f]{32}$/);
    assert.equal(stays(id), 'Onboarding > Adoption');
    const next = await visitor.get(answer.location);
    assert.match(next.text, /Moved Mover to Adoption/);
    assert.ok(columns(next).Adoption.cards.some((c) => c.includes('Mover')));
    await visitor.submit(next.form('/dashboard/undo'));
    assert.equal(stays(id), 'Onboarding');
});

test('of two who move the same card one wins and the other is told',
    async () => {
        const id = add('Contested');
        const answers = await Promise.all([
            move(id, 'Onboarding', 'Adoption'),
            move(id, 'Onboarding', 'Expansion', { _csrf: await other.token() },
                other)]);
        const won = answers.findIndex((a) => a.status === 303);
        assert.deepEqual(answers.map((a) => a.status).sort(), [303, 409]);
        const stage = ['Adoption', 'Expansion'][won];
        assert.equal(stageOf(id), stage);
        assert.equal(stays(id), `Onboarding > ${stage}`);
        const lost = answers[1 - won];
        assert.match(lost.error('stage'), new RegExp(`Contested is in ${stage
            } now: .* moved it just now\\. Nothing was changed by you\\.`));
        // The page shows how it is now, and can be sent again.
        const form = lost.form(`/dashboard/accounts/${id}/move`);
        assert.equal(form.fields.from, stages[stage]);
    });

test('open goals ask for a reason, or block', async () => {
    const id = add('Ambitious', 'Value Realization');
    const soft = goal('Value Realization', 'First value');
    const hard = goal('Value Realization', 'Signed off', true);
    const first = await move(id, 'Value Realization', 'Expansion');
    assert.equal(first.status, 422);
    assert.match(first.error('goals'), /Ambitious cannot leave Value Realization before it has reached “Signed off”\./);
    assert.match(first.text, /First value is reached .*Signed off is reached/);
    const second = await visitor.submit(
        first.form(`/dashboard/accounts/${id}/move`),
        { stage: stages.Expansion, [`goal-${hard}`]: '1' });
    assert.equal(second.status, 422);
    assert.match(second.error('reason'),
        /Say why Ambitious leaves Value Realization without “First value”\./);
    assert.match(second.body,
        new RegExp(`name="goal-${hard}" value="1" checked`));
    assert.equal(stageOf(id), 'Value Realization');
    assert.equal(Number(value(`select count(*) from account_goals
        where account_id = :'id'`, { id })), 0);
    const third = await visitor.submit(
        second.form(`/dashboard/accounts/${id}/move`),
        { stage: stages.Expansion, [`goal-${hard}`]: '1',
            reason: 'They grew faster' });
    assert.equal(third.status, 303);
    assert.equal(stageOf(id), 'Expansion');
    assert.deepEqual(rows(`select goal_id, status, reason from account_goals
        where account_id = :'id' order by status`, { id }),
    [{ goal_id: hard, status: 'reached', reason: null },
        { goal_id: soft, status: 'waived', reason: 'They grew faster' }]);
    // Undone with the move.
    await visitor.submit((await visitor.get(third.location))
        .form('/dashboard/undo'));
    assert.equal(Number(value(`select count(*) from account_goals
        where account_id = :'id'`, { id })), 0);
    // Falling back, being at risk and leaving ask for nothing.
    assert.equal((await move(id, 'Value Realization', 'At Risk')).status, 303);
    run(`delete from stage_goals where tenant_id = :'tenant'`,
        { tenant: world.tenant });
});

test('what cannot be done is said beside the field', async () => {
    const id = add('Steady');
    assert.match((await move(id, 'Onboarding', 'Onboarding')).error('stage'),
        /Steady is in Onboarding already\./);
    assert.match((await move(id, 'Onboarding', 'Onboarding',
        { stage: world.tenant })).error('stage'), /Choose a stage/);
    assert.equal((await move(id, 'Onboarding', 'Onboarding',
        { stage: 'x' })).status, 422);
    assert.equal((await move(id, 'Onboarding', 'Onboarding',
        { stage: '' })).status, 422);
    assert.equal((await move(id, 'Onboarding', 'Adoption',
        { next: 'https://evil.example/' })).status, 422);
    assert.equal((await move(world.tenant, 'Onboarding', 'Adoption')).status,
        404);
    const stranger = new World('journey-other');
    try {
        assert.equal((await move(stranger.addAccount('Theirs'), 'Onboarding',
            'Adoption')).status, 404);
        assert.equal((await visitor.get(`/dashboard/accounts/${
            stranger.addAccount('Hidden')}/move`)).status, 404);
    } finally {
        stranger.end();
    }
    assert.equal(stays(id), 'Onboarding');
});

test('filters are in the address and narrow cards and sums', async () => {
    const me = world.people.Practitioner.id;
    add('Mine', 'At Risk', { csm_id: `'${me}'`, tier: `'enterprise'`,
        arr_cents: '700000' });
    world.score(add('Weak', 'At Risk', { arr_cents: '900000' }), 10);
    for (const [query, wanted, sum] of [[`owner=${me}`, ['Mine'], '$7K'],
        ['owner=none', null], ['tier=enterprise', ['Mine'], '$7K'],
        ['band=critical', ['Weak'], '$9K'],
        [`band=critical&owner=${me}`, [], '$0']]) {
        const answer = await visitor.get(`/dashboard/journey?${query}`);
        assert.equal(answer.status, 200);
        const column = columns(answer)['At Risk'];
        if (wanted)
            assert.deepEqual(column.cards.map((c) =>
                /(Mine|Weak)/.exec(c)[1]), wanted, query);
        if (sum)
            assert.ok(column.text.includes(`${sum} ARR`), column.text);
    }
    for (const query of ['tier=huge', 'band=blue', 'lanes=stage', 'fold=xyz',
        'fold=1', 'colour=red'])
        assert.equal((await visitor.get(`/dashboard/journey?${query}`)).status,
            query.startsWith('colour') ? 400 : 422, query);
});

test('a long column goes on page by page, each account once', async () => {
    run(`insert into accounts (tenant_id, name, current_stage, arr_cents)
        select :'tenant', 'Many ' || n, 'Expansion', n / 3 * 100
        from generate_series(1, 70) n`, { tenant: world.tenant });
    const answer = await visitor.get('/dashboard/journey');
    const seen = [];
    const take = (body) => {
        for (const [, name] of body.matchAll(/board__name"[^>]*>(Many \d+)</g))
            seen.push(name);
        return /href="(\/dashboard\/journey\/stages\/[^"]*)"/.exec(
            body.slice(body.indexOf('board__more')))?.[1]
            .replaceAll('&amp;', '&');
    };
    let next = take(answer.body);
    for (let i = 0; next && i < 9; i++) {
        const page = await visitor.get(next);
        assert.equal(page.status, 200);
        next = page.body.includes('board__more') ? take(page.body)
            : void take(page.body);
    }
    assert.equal(seen.length, new Set(seen).size);
    const count = Number(value(`select count(*) from accounts
        where tenant_id = :'tenant' and name like 'Many %'`,
    { tenant: world.tenant }));
    assert.equal(seen.length, count);
});

test('who may not move sees no way to', async () => {
    for (const role of ['Viewer', 'Contributor']) {
        const { body } = await world.visitor(role).get('/dashboard/journey');
        assert.ok(!body.includes('/move"'), role);
        assert.ok(!body.includes('data-board'), role);
    }
});

test('velocity sets finished stays against their target', async () => {
    run(`insert into accounts (tenant_id, name, current_stage,
            stage_entered_at)
        select :'tenant', 'Paced ' || n, 'Onboarding',
            now() - (n * 10 + 1) * interval '1 day'
        from generate_series(1, 9) n`, { tenant: world.tenant });
    world.request('Practitioner', `update accounts
        set current_stage = 'Adoption' where name like 'Paced %'`);
    const { text, body } = await visitor.get('/dashboard/journey/velocity');
    const line = textOf(body.split('<tr>').find((r) =>
        /stages\/[^>]*>Onboarding</.test(r)));
    const stays = rows(`select duration_days as days from journey_history
        where tenant_id = :'tenant' and to_stage = 'Onboarding'
            and exited_at is not null order by 1`, { tenant: world.tenant });
    const middle = stays.length % 2 ? stays[(stays.length - 1) / 2].days
        : (stays[stays.length / 2 - 1].days + stays[stays.length / 2].days) / 2;
    assert.match(line, new RegExp(`^Onboarding ${Math.round(middle)} days? ` +
        '30 days '));
    assert.match(text, /Paced 9 Onboarding 91 days Adoption just now/);
});

// The lanes of the board: { label: [names of cards] }.
const lanes = (answer) => Object.fromEntries(answer.body
    .split('<section aria-labelledby="l-').slice(1).map((html) => [
        textOf(/<h2[^>]*>([^]*?)<\/h2>/.exec(html)[1]),
        [...html.matchAll(/board__name"[^>]*>([^<]*)</g)].map((m) => m[1])]));

test('lanes divide the board by tier, health and owner', async () => {
    add('Laned', 'Renewal', { arr_cents: '90000000', tier: `'trial'`,
        csm_id: `'${world.addPerson('Contributor').id}'` });
    const by = async (query) => lanes(await visitor.get(
        `/dashboard/journey?${query}`));
    const tiers = await by('lanes=tier');
    assert.deepEqual(Object.keys(tiers),
        ['Enterprise', 'Mid market', 'Small business', 'Trial']);
    assert.deepEqual(tiers.Trial, ['Laned']);
    const bands = await by('lanes=band&tier=trial');
    assert.deepEqual(Object.keys(bands),
        ['Critical', 'At Risk', 'Moderate', 'Healthy', 'Not scored']);
    assert.deepEqual(bands['Not scored'], ['Laned']);
    assert.deepEqual(Object.keys(await by('lanes=band&band=risk')),
        ['Critical', 'At Risk']);
    const owners = await by('lanes=owner');
    assert.deepEqual(Object.values(owners).filter((names) =>
        names.includes('Laned')).length, 1);
    assert.ok(!owners.Nobody.includes('Laned'));
    assert.ok(owners.Nobody.length > 0);
    // Five of each stage at most; the rest is on a page of its own.
    const { body } = await visitor.get('/dashboard/journey?lanes=tier');
    const more = /href="(\/dashboard\/journey\/stages\/[^"]*)"/.exec(body)[1];
    assert.match(more, /tier=small_business/);
    assert.equal((await visitor.get(more.replaceAll('&amp;', '&'))).status,
        200);
});

test('a folded column has its head alone, also in lanes', async () => {
    const fold = stages.Expansion.slice(-8);
    for (const query of [`fold=${fold}`, `fold=${fold}&lanes=tier`]) {
        const answer = await visitor.get(`/dashboard/journey?${query}`);
        assert.equal(answer.status, 200);
        assert.ok(!answer.body.includes(`data-stage="${stages.Expansion}"`));
        assert.ok(answer.body.includes(`data-stage="${stages.Renewal}"`));
        assert.match(answer.text, /Unfold Expansion/);
        assert.match(answer.text, /Fold Renewal/);
    }
    const unknown = await visitor.get('/dashboard/journey?fold=00000000');
    assert.doesNotMatch(unknown.text, /Unfold/);
});

test('the board of a thousand accounts is small', async () => {
    run(`insert into accounts (tenant_id, name, current_stage, arr_cents)
        select :'tenant', 'Of many ' || n, s.name, n * 100
        from generate_series(1, 25) n, journey_stages s
        where s.tenant_id = :'tenant'`, { tenant: world.tenant });
    const { body } = await visitor.get('/dashboard/journey');
    assert.equal([...body.matchAll(/<li class="board__card"/g)].length, 140);
    assert.ok(body.length < 100e3, `${body.length} bytes`);
    assert.ok(gzipSync(body).length < 15e3, `${gzipSync(body).length} bytes`);
});

// The automation pages: playbooks, why they ran or did not, and deliveries.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { row, run, value } from '../lib/db.mjs';
import { table, unescape } from '../lib/html.mjs';
import { World } from '../lib/world.mjs';

const base = '/dashboard/automation';
let world, admin, practitioner, account, endpoint, playbook;

before(() => {
    world = new World('automation');
    admin = world.visitor('Tenant Admin');
    practitioner = world.visitor('Practitioner');
    account = world.addAccount('<b>Falls</b> & "rises"');
    endpoint = world.addEndpoint(
        'https://hooks.example/in?token=hush&v=2').id;
    // What is sent there waits.
    run(`update webhook_endpoints set is_active = false
        where id = :'endpoint'`, { endpoint });
    playbook = value(`select id from playbooks where tenant_id = :'tenant'
        and trigger_type = 'health_score_drop' limit 1`,
    { tenant: world.tenant });
});
after(() => world.end());

const enqueue = (type = 'test', body = '{"n": 1}') => value(
    `select mainstay.enqueue_webhook(:'endpoint', :'playbook', :'account',
        :'type', :'body')`, { endpoint, playbook, account, type, body });

// As if a worker had sent it.
function finish(id, status, error = '') {
    run(`with gone as (delete from mainstay.webhook_hot where id = :'id'
            returning *)
        insert into mainstay.webhook_history (tenant_id, id, endpoint_id,
            account_id, playbook_id, created_at, attempts, max_attempts,
            response_status, status, error_message)
        select tenant_id, id, endpoint_id, account_id, playbook_id,
            created_at, 3, max_attempts, 500, :'status',
            nullif(:'error', '') from gone`, { id, status, error });
    run(`insert into mainstay.webhook_attempts (tenant_id, delivery_id, lease,
            attempt, response_status, duration_ms, response_body)
        values (:'tenant', :'id', 3, 3, 500, 42, '<script>alert(1)</script>')`,
    { tenant: world.tenant, id });
}

const statusOf = (id) => value(`select status from mainstay.webhook_queue
    where id = :'id'`, { id });
const act = async (visitor, path, fields = {}) => visitor.post(base + path,
    { ...fields, _csrf: await visitor.token() });

test('a playbook is listed with what it waits for, and why it did not run',
    async () => {
        world.score(account, 70);
        world.score(account, 30);
        world.score(account, 20);
        const [first] = table((await practitioner.get(base)).body,
            /last seven days/).filter((r) => /falls below 40/.test(r[0]));
        assert.match(first[0], /send a webhook to Receiver/);
        assert.equal(first[1], '1');
        assert.match(first[4], /Did not run .*was below 40 before/);
        assert.match(first[5], /Endpoint paused/);
    });

test('runs of a week, their success and their days are counted', async () => {
    run(`insert into playbook_executions (tenant_id, playbook_id, account_id,
            executed_at, status, reason)
        select :'tenant', :'playbook', :'account',
            now() - n * interval '1 day',
            (array['succeeded', 'succeeded', 'failed'])[1 + n % 3],
            'Health fell to 30 from 70.' from generate_series(1, 6) n`,
    { tenant: world.tenant, playbook, account });
    const answer = await practitioner.get(base);
    const [first] = table(answer.body, /last seven days/)
        .filter((r) => /falls below 40/.test(r[0]));
    assert.equal(first[1], '7');
    assert.equal(first[2], '57%');
    const [days] = table(answer.body, /^Runs by day/);
    assert.equal(days.length, 15);
    assert.equal(days.slice(1).filter((n) => n === '1').length, 7);
});

test('an admin pauses a playbook and resumes it',
    async () => {
        const path = `/playbooks/${playbook}`;
        const answer = await act(admin, path, { is_active: 'false' });
        assert.equal(answer.status, 303);
        const page = await admin.get(answer.location);
        assert.match(page.text, /Paused the playbook .* Undo/);
        assert.match(page.text, /Paused Resume/);
        await act(admin, path, { is_active: 'true' });
        assert.equal(value(`select is_active from playbooks
            where id = :'playbook'`, { playbook }), true);
        assert.equal((await act(admin, path, { is_active: 'maybe' })).status,
            422);
        assert.equal((await act(practitioner, path, { is_active: 'false' }))
            .status, 403);
        assert.doesNotMatch((await practitioner.get(base)).body,
            new RegExp(`action="${base}/playbooks`));
    });

test('decisions are told with their reason, by playbook and by outcome',
    async () => {
        const all = await practitioner.get(`${base}/runs`);
        const rows = table(all.body, /Decisions of playbooks/);
        assert.ok(rows.some((r) => /was below 40 before/.test(r[2])));
        assert.ok(rows.some((r) => /fell to 30 from 70/.test(r[2])));
        const fired = table((await practitioner.get(
            `${base}/runs?show=fired&playbook=${playbook}`)).body,
        /Decisions of playbooks/);
        assert.equal(fired.length, 7);
        assert.ok(fired.every((r) => /fell to 30/.test(r[2])));
        const skipped = table((await practitioner.get(
            `${base}/runs?show=skipped`)).body, /Decisions of playbooks/);
        assert.ok(skipped.every((r) => /Skipped/.test(r[3])));
        assert.equal((await practitioner.get(`${base}/runs?show=never`))
            .status, 422);
    });

test('pages of decisions show each exactly once', async () => {
    run(`insert into playbook_executions (tenant_id, playbook_id, account_id,
            status, reason, executed_at)
        select :'tenant', :'playbook', :'account', 'skipped', 'No. ' || n,
            '2020-01-01' from generate_series(1, 120) n`,
    { tenant: world.tenant, playbook, account });
    const seen = [];
    let path = `${base}/runs?show=skipped`;
    for (let i = 0; path && i < 9; i++) {
        const { body } = await practitioner.get(path);
        seen.push(...table(body, /Decisions of playbooks/)
            .map((r) => r[2]).filter((t) => /^No\. \d+$/.test(t)));
        path = unescape(/rel="next" href="([^"]+)"/.exec(body)?.[1] ?? '');
    }
    assert.equal(seen.length, 120);
    assert.equal(new Set(seen).size, 120);
});

test('a delivery that waits shows its request without secrets', async () => {
    run(`update webhook_endpoints set headers = '{"x-key": "swordfish"}'
        where id = :'endpoint'`, { endpoint });
    const id = enqueue('stage<i>', '{"name": "<script>alert(1)</script>"}');
    const page = await practitioner.get(`${base}/deliveries`);
    assert.match(page.body, new RegExp(`deliveries/${id}`));
    const { body, text } = await practitioner.get(`${base}/deliveries/${id}`);
    assert.match(text, /POST https:\/\/hooks\.example\/in\?token=\*+&v=\*+/);
    assert.match(text, /x-key: \*+/);
    assert.doesNotMatch(body + page.body, /swordfish|hush|<script>alert|<i>/);
    assert.match(text, /Its endpoint is paused/);
    assert.doesNotMatch(body, /Discard/);
});

test('a delivery that failed is shown with its answers and sent again',
    async () => {
        const id = enqueue();
        finish(id, 'failed', 'HTTP 500');
        const list = await practitioner.get(
            `${base}/deliveries?status=failed`);
        assert.match(list.body, new RegExp(`deliveries/${id}`));
        const shown = await practitioner.get(`${base}/deliveries/${id}`);
        assert.match(shown.text, /Attempt 3 500/);
        assert.match(shown.text, /42 ms/);
        assert.match(shown.body, /&lt;script&gt;alert\(1\)/);
        const answer = await act(practitioner, `/deliveries/${id}/retry`);
        assert.equal(answer.location, `${base}/deliveries/${id}?done=retried`);
        assert.equal(statusOf(id), 'pending');
        assert.match((await practitioner.get(answer.location)).text,
            /sent again.*Attempt 3/);
    });

test('who retries twice at once sends once', async () => {
    const id = enqueue();
    finish(id, 'failed');
    const answers = await Promise.all([1, 2, 3].map(() =>
        act(practitioner, `/deliveries/${id}/retry`)));
    assert.ok(answers.every((a) => a.status === 303));
    assert.equal(value(`select count(*)::int from mainstay.webhook_queue
        where id = :'id'`, { id }), 1);
});

test('what was delivered, or is being sent, is not sent again', async () => {
    const done = enqueue();
    finish(done, 'completed');
    const one = await act(practitioner, `/deliveries/${done}/retry`);
    assert.equal(one.status, 409);
    assert.match(one.text, /delivered already/);
    const busy = enqueue();
    run(`update mainstay.webhook_hot set status = 'processing',
        locked_until = now() + interval '1 hour' where id = :'busy'`,
    { busy });
    const two = await act(practitioner, `/deliveries/${busy}/retry`);
    assert.equal(two.status, 409);
    assert.match(two.text, /being sent/);
    assert.equal((await act(admin, `/deliveries/${busy}/discard`)).status,
        409);
    assert.match((await practitioner.get(
        `${base}/deliveries?status=sending`)).body, new RegExp(busy));
    run(`delete from mainstay.webhook_hot where id = :'busy'`, { busy });
});

test('an admin gives a delivery up; all that failed are sent again at once',
    async () => {
        const ids = [enqueue(), enqueue()];
        for (const id of ids)
            assert.equal((await act(admin, `/deliveries/${id}/discard`))
                .status, 303);
        for (const id of ids)
            assert.equal(statusOf(id), 'failed');
        assert.match((await admin.get(`${base}/deliveries/${ids[0]}`)).text,
            /Discarded by a person/);
        const answer = await act(practitioner, '/deliveries/retry');
        assert.match((await practitioner.get(answer.location)).text,
            /sent again, the oldest first/);
        for (const id of ids)
            assert.equal(statusOf(id), 'pending');
    });

test('the delivery of another tenant is not found, whatever is tried',
    async () => {
        const other = new World('automation-other');
        try {
            const there = other.addEndpoint('https://other.example/').id;
            const id = value(`select mainstay.enqueue_webhook(:'there', null,
                null, 'test', '{}')`, { there });
            assert.equal((await admin.get(`${base}/deliveries/${id}`)).status,
                404);
            for (const path of [`/deliveries/${id}/retry`,
                `/deliveries/${id}/discard`])
                assert.equal((await act(admin, path)).status, 404, path);
            assert.equal((await act(admin, `/endpoints/${there}`,
                { is_active: 'false' })).status, 404);
            assert.equal(row(`select is_active from webhook_endpoints
                where id = :'there'`, { there }).is_active, true);
        } finally {
            other.end();
        }
    });

test('an endpoint is activated and paused', async () => {
    const path = `/endpoints/${endpoint}`;
    await act(admin, path, { is_active: 'true' });
    assert.equal(value(`select is_active from webhook_endpoints
        where id = :'endpoint'`, { endpoint }), true);
    await act(admin, path, { is_active: 'false' });
    assert.match((await admin.get(`${base}/deliveries`)).text,
        /Receiver Paused/);
});

test('who may not see automation finds no entry', async () => {
    const { body } = await world.visitor('Viewer')
        .get('/dashboard/executive');
    assert.doesNotMatch(body, /href="\/dashboard\/automation/);
});

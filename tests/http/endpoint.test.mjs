// Endpoints in the admin area: keys are shown once, addresses are checked,
// and a test goes the way of every delivery.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { row, run, value } from '../lib/db.mjs';
import { table } from '../lib/html.mjs';
import { World } from '../lib/world.mjs';

const base = '/dashboard/admin/endpoints';
let world, other, admin;

before(() => {
    world = new World('endpoints');
    other = new World('others');
    admin = world.visitor('Tenant Admin');
});
after(() => {
    world.end();
    other.end();
});

const stored = () => row(`select * from webhook_endpoints
    where tenant_id = :'tenant'`, { tenant: world.tenant });
const shown = (answer) => answer.body.match(/whsec_[A-Za-z0-9+/]{43}=/)?.[0]
    ?? answer.body.match(/whsec_[^"]*/)?.[0];
const press = async (what) => {
    const path = `${base}/${stored().id}`;
    return admin.submit((await admin.get(path)).form(`${path}/${what}`));
};

test('an endpoint is added, and its key is shown once', async () => {
    const page = await admin.get(base);
    assert.match(page.text, /No endpoints yet/);
    for (const [fields, message] of [
        [{ name: '' }, /Name is required/],
        [{ url: 'ftp://x.example/' }, /must begin with http/],
        [{ url: 'https://a:b@x.example/' }, /must not contain a user name/],
        [{ url: 'https://x.example:99999/' }, /not an address/],
        [{ format: 'xml' }, /Format must be one of/]]) {
        const wrong = await admin.submit(page.form(base), { name: 'n8n',
            url: 'https://n8n.example/hook', ...fields });
        assert.equal(wrong.status, 422, JSON.stringify(fields));
        assert.match(wrong.text, message);
        assert.equal(wrong.form(base).fields.url,
            fields.url ?? 'https://n8n.example/hook');
    }
    const answer = await admin.submit(page.form(base),
        { name: 'n8n', url: 'HTTPS://n8n.example/hook', format: 'seed-000' });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(stored().secret,
        shown(answer).replaceAll('&#x2F;', '/').replaceAll('&#43;', '+'));
    const again = await admin.get(base);
    assert.equal(shown(again), undefined);
    assert.deepEqual(table(again.body, /^Endpoints/)[0].slice(0, 3),
        ['n8n https://n8n.example/hook', 'seed-000', 'Active']);
    const twice = await admin.submit(page.form(base), { name: 'N8N',
        url: 'https://x.example/' });
    assert.match(twice.text, /There is already an endpoint called N8N/);
});

test('how much is sent at once, how fast, and in which order', async () => {
    const path = `${base}/${stored().id}`;
    const form = (await admin.get(path)).form(path);
    assert.equal(form.fields.max_inflight, '20');
    for (const [fields, message] of [
        [{ max_inflight: '0' }, /At the same time must be/],
        [{ max_inflight: '' }, /At the same time is required/],
        [{ rate_per_second: '1001' }, /In a second must be/],
        [{ rate_per_second: '1.5' }, /In a second must be/]]) {
        const wrong = await admin.submit(form, fields);
        assert.equal(wrong.status, 422, JSON.stringify(fields));
        assert.match(wrong.text, message);
    }
    const limits = () => [stored().max_inflight, stored().rate_per_second,
        stored().is_ordered];
    await admin.submit(form, { max_inflight: '5', rate_per_second: '10',
        is_ordered: 'yes' });
    assert.deepEqual(limits(), [5, 10, true]);
    const again = (await admin.get(path)).form(path);
    assert.equal(again.fields.is_ordered, 'yes');
    await admin.submit(form, { max_inflight: '20', rate_per_second: '' });
    assert.deepEqual(limits(), [20, null, false]);
});

test('an endpoint that rests says why, and is sent to when it is changed',
    async () => {
        const path = `${base}/${stored().id}`;
        run(`insert into webhook_lanes (tenant_id, endpoint_id, resumes_at,
            reason, trials) select tenant_id, id, now() + interval '1 min',
            '10 of 10 deliveries of a minute failed.', 0
            from webhook_endpoints where id = :'id'
            on conflict (tenant_id, endpoint_id) do update
            set resumes_at = excluded.resumes_at, reason = excluded.reason,
            trials = 0`, { id: stored().id });
        assert.match((await admin.get(path)).text,
            /Resting until .*: 10 of 10 deliveries of a minute failed\./);
        assert.match((await admin.get(base)).text, /Resting 10 of 10/);
        await admin.submit((await admin.get(path)).form(path),
            { url: 'https://new.example/' });
        assert.doesNotMatch((await admin.get(path)).text, /Resting/);
        assert.equal(stored().url, 'https://new.example/');
    });

test('it is edited, paused and resumed', async () => {
    const path = `${base}/${stored().id}`;
    const form = (await admin.get(path)).form(path);
    assert.equal(form.fields.format, 'seed-000');
    assert.equal((await admin.submit(form,
        { url: 'https://other.example/x' })).leadsTo, `${path}?done=:request`);
    assert.equal(stored().url, 'https://other.example/x');
    assert.equal((await press('pause')).leadsTo, `${path}?done=:request`);
    assert.equal(stored().is_active, false);
    assert.match((await admin.get(path)).text, /deliveries wait in the queue/);
    assert.equal((await press('resume')).leadsTo, `${path}?done=:request`);
    assert.equal(stored().is_active, true);
});

test('a new key is shown once, and the former signs along for a day',
    async () => {
        const before = stored().secret;
        const answer = await press('rotate');
        assert.equal(answer.status, 200, answer.text);
        const now = stored();
        assert.notEqual(now.secret, before);
        assert.equal(now.secret_before, before);
        assert.match(answer.text, /signed with the former one as well/);
        const page = await admin.get(`${base}/${now.id}`);
        assert.match(page.text, /Until .* signed with the former key/);
        assert.equal(shown(page), undefined);
        assert.equal(value(`select count(*) from audit_log
            where object_id = :'id' and (before::text like '%whsec%'
                or after::text like '%whsec%')`, { id: now.id }), 0);
    });

test('a test is a delivery like others', async () => {
    await press('pause');
    const path = `${base}/${stored().id}`;
    assert.equal((await press('test')).location, `${path}?done=sent#test`);
    assert.deepEqual(row(`select event_type, payload ->> 'event_type' as type
        from webhook_queue where endpoint_id = :'id'`, { id: stored().id }),
    { event_type: 'test', type: 'test' });
    const [line] = table((await admin.get(path)).body, /^The last ten/);
    assert.match(line.join('|'), /^test\|just now\|Pending/);
});

// As if a worker had sent the test.
function answered(status, body, error = null) {
    const { id } = row(`select id from webhook_hot where endpoint_id = :'id'
        order by created_at desc limit 1`, { id: stored().id });
    run(`update webhook_hot set attempts = 1, response_status = :status,
        error_message = nullif(:'error', '') where id = :'id'`,
    { id, status, error: error ?? '' });
    run(`insert into webhook_attempts (tenant_id, delivery_id, lease, attempt,
            response_status, duration_ms, error_message, response_body)
        values (:'tenant', :'id', 1, 1, :status, 42, nullif(:'error', ''),
            :'body')`, { tenant: world.tenant, id, status,
        error: error ?? '', body });
}

test('a test says what came back, and what that means', async () => {
    const path = `${base}/${stored().id}`;
    await press('test');
    run('update webhook_endpoints set is_active = true where id = :\'id\'',
        { id: stored().id });
    assert.match((await admin.get(path)).text, /It is on its way/);
    answered(403, 'Authorization data is wrong!<b>', 'answered 403');
    const page = await admin.get(path);
    assert.match(page.text, /403 It is tried again\. 42 ms · answered 403/);
    assert.match(page.text, /header credential of n8n does not match/);
    assert.match(page.text, /data is wrong!<b>/);
    assert.ok(!page.body.includes('wrong!<b>'), 'the answer is no markup');
    await press('test');
    answered(404, `{"code":404,"message":"The requested webhook is not \
registered","hint":"${'x'.repeat(600)}"}`, 'answered 404');
    const other = await admin.get(path);
    assert.match(other.text, /n8n has no active workflow/);
    assert.match(other.text, /x …/, 'a long answer is shortened');
});

test('a static header is kept and not shown', async () => {
    const path = `${base}/${stored().id}`;
    const form = (await admin.get(path)).form(path);
    for (const [fields, message] of [
        [{ header_value: 'hush' }, /Give the header a name/],
        [{ header_name: 'x-key' }, /Give the header a value/],
        [{ header_name: 'Host', header_value: 'x' }, /that can be added/],
        [{ header_name: 'a b', header_value: 'x' }, /that can be added/],
        [{ header_name: 'x-key', header_value: 'a\r\nb: c' }, /control character/],
        [{ header_name: 'x-key', header_value: 'ü' }, /one line/]]) {
        const wrong = await admin.submit(form, fields);
        assert.equal(wrong.status, 422, JSON.stringify(fields));
        assert.match(wrong.text, message);
        assert.ok(!wrong.body.includes('hush'));
    }
    await admin.submit(form, { header_name: 'x-key',
        header_value: 'hush-hush' });
    assert.deepEqual(stored().headers, { 'x-key': 'hush-hush' });
    const page = await admin.get(path);
    assert.ok(!page.body.includes('hush-hush'));
    assert.equal(page.form(path).fields.header_name, 'x-key');
    await admin.submit(page.form(path), {});
    assert.deepEqual(stored().headers, { 'x-key': 'hush-hush' });
    assert.equal(value(`select count(*) from audit_log
        where before::text like '%hush-hush%'
            or after::text like '%hush-hush%'`), 0);
    await admin.submit(page.form(path), { header_name: '' });
    assert.deepEqual(stored().headers, {});
});

test('an endpoint may want only some events', async () => {
    const path = `${base}/${stored().id}`;
    const form = (await admin.get(path)).form(path);
    const wrong = await admin.submit(form, { event_types: 'goal_reached, x' });
    assert.equal(wrong.status, 422);
    assert.match(wrong.text, /There is no event x\. There are: health/);
    assert.equal(wrong.form(path).fields.event_types, 'goal_reached, x');
    await admin.submit(form, { event_types: 'goal_reached' });
    assert.deepEqual(stored().event_types, ['goal_reached']);
    await admin.submit(form, { event_types: '' });
    assert.equal(stored().event_types, null);
});

test('an endpoint of another tenant is not there', async () => {
    const { id } = other.addEndpoint('https://theirs.example/');
    const _csrf = await admin.token();
    assert.equal((await admin.get(`${base}/${id}`)).status, 404);
    for (const [path, fields] of [['', { name: 'Mine', format: 'standard',
        url: 'https://x.example/' }], ['/pause', {}], ['/resume', {}],
    ['/rotate', {}], ['/test', {}]])
        assert.equal((await admin.post(`${base}/${id}${path}`,
            { ...fields, _csrf })).status, 404, path);
});

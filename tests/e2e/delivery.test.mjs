// The main job from end to end: a score falls, a signed webhook arrives.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Webhook } from 'standardwebhooks';

import { row, rows, run, value } from '../lib/db.mjs';
import { Visitor } from '../lib/http.mjs';
import { masterOf, pageWorkers, rememberService, sleep, top, until }
    from '../lib/instance.mjs';
import { Receiver } from '../lib/receiver.mjs';
import { Keepsake, World, demo, demoAccount, openSession }
    from '../lib/world.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const healthAlert = '/webhook/health-alert';
let receiver, acme, world, endpoint, visitor;

before(async () => {
    receiver = await Receiver.open(5678);
    acme = new Keepsake('acme-corp');
    world = new World('e2e');
    endpoint = world.addEndpoint('http://127.0.0.1:5678/webhook/own');
    visitor = world.visitor('Practitioner');
});
beforeEach(() => {
    receiver.answer = () => ({ status: 200, body: '{"message":"ok"}' });
});
after(async () => {
    try {
        acme?.restore();
        world?.end();
    } finally {
        await receiver?.close();
    }
});

// What a person types into a shell.
function devPsql(file) {
    return new Promise((done, failed) => {
        const child = spawn(join(top, 'dev'), ['psql', '-X', '-v',
            'ON_ERROR_STOP=1', '-P', 'pager=off'],
        { stdio: ['pipe', 'pipe', 'pipe'] });
        let out = '';
        child.stdout.on('data', (text) => out += text);
        child.stderr.on('data', (text) => out += text);
        child.on('close', (code) => code === 0 ? done(out)
            : failed(new Error(out)));
        child.stdin.end(readFileSync(join(here, file), 'utf8'));
    });
}

const secretOf = (path) => value(`select secret from webhook_endpoints
    where url = 'http://localhost:5678' || :'path'`, { path });

const queued = (id) => row(`select * from webhook_queue where id = :'id'`,
    { id });
const attempts = (id) => rows(`select * from webhook_attempts
    where delivery_id = :'id' order by attempt`, { id });
const isOver = (id) => until(`delivery ${id} is over`, () => {
    const found = queued(id);
    return ['completed', 'failed'].includes(found?.status) && found;
}, 20000);
const own = (account) => (post) => post.path === '/webhook/own' &&
    JSON.parse(post.body).data.account.id === account;

function verify(post, secret) {
    new Webhook(secret).verify(post.body, post.headers);
    assert.throws(() => new Webhook(secret)
        .verify(`${post.body} `, post.headers));
    assert.throws(() => new Webhook('whsec_' + Buffer.alloc(32)
        .toString('base64')).verify(post.body, post.headers));
}

async function record(account, score, as = visitor) {
    const path = `/dashboard/accounts/${account}`;
    const page = await as.get(path);
    const answer = await as.submit(page.form(`${path}/health-scores`),
        { usage_score: score, engagement_score: score,
            support_sentiment_score: score, adoption_score: score });
    assert.equal(answer.status, 303, answer.text);
}

// A fresh account that stood at 80 and now falls to 20.
async function fallen(name, as = visitor) {
    const account = world.addAccount(name, { arr_cents: '8500000',
        renewal_date: `'2027-03-01'`,
        csm_id: `'${world.people.Practitioner.id}'` });
    await record(account, 80, as);
    await record(account, 20, as);
    return account;
}

test('000\'s SQL puts a row into the queue and its payload arrives, signed',
    async () => {
        acme.forgetRuns();
        const said = await devPsql('simulate_health_score_drop.sql');
        assert.match(said, /health_score_drop/);
        assert.match(said, /http:\/\/localhost:5678\/webhook\/health-alert/);
        const post = await receiver.next('000\'s webhook',
            (p) => p.path === healthAlert);
        assert.equal(post.method, 'POST');
        assert.equal(post.headers['content-type'], 'application/json');

        const renewal = value(`select renewal_date from accounts
            where id = :'id'`, { id: demo.globalTech });
        const payload = JSON.parse(post.body);
        assert.equal(JSON.stringify(payload), JSON.stringify({
            event_type: 'health_score_drop',
            account: { id: demo.globalTech, name: 'GlobalTech Corporation',
                arr: 150000, renewal_date: renewal },
            health_score: { current_score: 35, previous_score: 75,
                risk_level: 'Critical', usage_score: 30,
                engagement_score: 35 },
            csm: { email: 'admin@acme.com', name: 'Alice Administrator' },
        }), 'the same keys in the same order');
        assert.match(post.body, /"arr" ?: ?150000\.00\b/);
        verify(post, secretOf(healthAlert));

        const id = post.headers['webhook-id'];
        const found = await isOver(id);
        assert.equal(found.status, 'completed');
        assert.equal(found.response_status, 200);
        assert.equal(found.attempts, 1);
        assert.equal(found.account_id, demo.globalTech);
        assert.deepEqual(found.payload, payload);
        const [attempt, ...more] = attempts(id);
        assert.equal(more.length, 0);
        assert.equal(attempt.response_status, 200);
        assert.equal(attempt.response_body, '{"message":"ok"}');

        const [execution] = rows(`select e.status, e.reason, e.webhook_id
            from playbook_executions e where account_id = :'id'
                and executed_at >= :'since' and status <> 'skipped'`,
        { id: demo.globalTech, since: acme.since });
        assert.equal(execution.webhook_id, id);
        const alerts = rows(`select kind from alerts
            where account_id = :'id' and created_at >= :'since'`,
        { id: demo.globalTech, since: acme.since });
        assert.ok(alerts.some((a) => a.kind === 'playbook'));
        assert.ok(alerts.length >= 2);
    });

test('within the hour a second fall is skipped, and the reason is kept',
    async () => {
        const before = receiver.posts.length;
        run(`insert into health_scores (tenant_id, account_id, overall_score)
            values (:'tenant', :'id', 75)`,
        { tenant: acme.tenant, id: demo.globalTech });
        await devPsql('simulate_health_score_drop.sql');
        const [last] = rows(`select status, reason from playbook_executions
            where account_id = :'id' order by executed_at desc limit 1`,
        { id: demo.globalTech });
        assert.equal(last.status, 'skipped');
        assert.match(last.reason, /Cooling down/);
        await sleep(500);
        assert.equal(receiver.posts.length, before);
    });

test('trigger_playbook_manually() sends although the playbook cools down',
    async () => {
        const before = receiver.posts.length;
        const said = await devPsql('trigger_manually.sql');
        assert.match(said, /"success": true/);
        const post = await until('the webhook run by hand',
            () => receiver.posts[before]);
        assert.equal(post.path, healthAlert);
        const payload = JSON.parse(post.body);
        assert.equal(payload.event_type, 'manual_trigger');
        assert.equal(payload.account.id, demo.globalTech);
        verify(post, secretOf(healthAlert));
        assert.equal((await isOver(post.headers['webhook-id'])).status,
            'completed');
    });

test('the same by the form: Bob records TechStart, his name is in it',
    async () => {
        acme.forgetRuns();
        const { id } = demoAccount('TechStart Solutions');
        const bob = row(`select user_id from profiles
            where email = 'bob@acme.com'`).user_id;
        const browser = new Visitor(openSession(bob, acme.tenant).token);
        await record(id, 80, browser);
        const before = receiver.posts.length;
        await record(id, 35, browser);
        const post = await until('the webhook of the form',
            () => receiver.posts[before]);
        assert.equal(post.path, healthAlert);
        const payload = JSON.parse(post.body);
        assert.equal(payload.account.name, 'TechStart Solutions');
        assert.match(post.body, /"arr" ?: ?85000\.00\b/);
        assert.deepEqual(payload.health_score, { current_score: 35,
            previous_score: 80, risk_level: 'Critical', usage_score: 35,
            engagement_score: 35 });
        assert.equal(payload.csm.email, 'bob@acme.com');
        verify(post, secretOf(healthAlert));
        const page = await browser.get(`/dashboard/accounts/${id}`);
        assert.match(page.text, /Health Score Alert - Critical/);
    });

test('a stage that becomes At Risk reaches the other address', async () => {
    run(`update accounts set current_stage = 'Expansion' where id = :'id'`,
        { id: demo.globalTech });
    acme.forgetRuns();
    const before = receiver.posts.length;
    run(`update accounts set current_stage = 'At Risk' where id = :'id'`,
        { id: demo.globalTech });
    const post = await until('the webhook of the stage',
        () => receiver.posts[before]);
    assert.equal(post.path, '/webhook/stage-alert');
    assert.equal(JSON.parse(post.body).event_type, 'stage_transition');
    assert.equal(JSON.parse(post.body).stage.to_stage, 'At Risk');
    verify(post, secretOf('/webhook/stage-alert'));
});

test('a fall that stays above the line, or began below it, sends nothing',
    async () => {
        const before = receiver.posts.length;
        const account = world.addAccount('Above');
        await record(account, 90);
        await record(account, 40);
        await record(account, 39);
        await record(account, 10);
        const post = await receiver.next('the one that crossed', own(account));
        await isOver(post.headers['webhook-id']);
        await sleep(500);
        assert.equal(receiver.posts.length, before + 1);
        const reasons = rows(`select status, reason from playbook_executions
            where account_id = :'account' order by executed_at`,
        { account });
        assert.deepEqual(reasons.map((r) => r.status),
            ['skipped', 'skipped', 'succeeded', 'skipped']);
        assert.match(reasons[0].reason, /90 is not below 40/);
        assert.match(reasons[1].reason, /40 is not below 40/);
        assert.match(reasons[3].reason, /below 40 before|Cooling down/);
    });

test('a score that is rolled back sends nothing', async () => {
    const account = world.addAccount('Rolled back');
    world.score(account, 80);
    run(`begin; insert into health_scores (tenant_id, account_id,
        overall_score) values (:'tenant', :'account', 10); rollback;`,
    { tenant: world.tenant, account });
    await sleep(500);
    assert.equal(receiver.posts.filter(own(account)).length, 0);
});

test('a delivery arrives soon', async () => {
    const waits = [];
    for (let i = 0; i < 5; i++) {
        const account = world.addAccount(`Soon ${i}`);
        world.score(account, 80);
        const start = Date.now();
        world.score(account, 10);
        const post = await receiver.next('a quick one', own(account));
        waits.push(post.at - start);
    }
    assert.ok(Math.min(...waits) < 500, `${waits} ms`);
});

test('a receiver that fails once gets the same delivery again', async () => {
    let failures = 1;
    receiver.answer = () => failures-- > 0
        ? { status: 500, body: 'not now' } : { status: 200 };
    const account = await fallen('Fails once');
    const again = await receiver.next('the second try', own(account), 2,
        15000);
    const [first, second] = receiver.posts.filter(own(account));
    assert.equal(second, again);
    assert.equal(first.headers['webhook-id'], second.headers['webhook-id']);
    assert.equal(first.body, second.body);
    verify(first, endpoint.secret);
    verify(second, endpoint.secret);
    const id = second.headers['webhook-id'];
    assert.equal((await isOver(id)).attempts, 2);
    assert.deepEqual(attempts(id).map((a) => a.response_status), [500, 200]);
    assert.equal(attempts(id)[0].response_body, 'not now');
});

test('what falls while no worker lives is delivered when one is back',
    async () => {
        const service = rememberService('worker');
        await service.kill();
        const page = pageWorkers()[0];
        process.kill(page, 'SIGKILL');
        const accounts = [];
        try {
            for (let i = 0; i < 5; i++)
                accounts.push(await fallen(`Nobody delivers ${i}`));
            await sleep(300);
            for (const account of accounts) {
                assert.equal(receiver.posts.filter(own(account)).length, 0);
                assert.equal(value(`select status from webhook_queue
                    where account_id = :'account'`, { account }), 'pending');
            }
        } finally {
            service.start();
        }
        for (const account of accounts) {
            const post = await receiver.next('a late one', own(account), 1,
                15000);
            verify(post, endpoint.secret);
            await isOver(post.headers['webhook-id']);
        }
    });

test('a worker that is killed is started again', async () => {
    process.kill(masterOf('worker'), 'SIGKILL');
    const account = await fallen('Kept');
    verify(await receiver.next('from the next worker', own(account), 1,
        15000), endpoint.secret);
});

test('a worker killed between sending and noting it sends again, same id',
    async () => {
        const service = rememberService('worker');
        let arrived;
        receiver.answer = () => new Promise((done) => {
            arrived = () => done({ status: 200 });
        });
        const account = await fallen('Killed in between');
        await receiver.next('the first try', own(account));
        await service.kill();
        arrived();
        receiver.answer = () => ({ status: 200 });
        service.start();
        await receiver.next('the second try', own(account), 2, 30000);
        const [first, second] = receiver.posts.filter(own(account));
        assert.equal(first.headers['webhook-id'],
            second.headers['webhook-id']);
        const found = await isOver(second.headers['webhook-id']);
        assert.equal(found.status, 'completed');
        assert.equal(receiver.posts.filter(own(account)).length, 2,
            'at most one repetition per kill');
    });

test('twenty falls under killed workers all arrive', async () => {
    const service = rememberService('worker');
    const accounts = [];
    for (let i = 0; i < 20; i++) {
        const account = world.addAccount(`Under fire ${i}`);
        world.score(account, 80);
        world.score(account, 10);
        accounts.push(account);
        if (i % 5 === 2) {
            const pages = pageWorkers();
            process.kill(pages[i % pages.length], 'SIGKILL');
            await service.kill();
            service.start();
        }
    }
    for (const account of accounts) {
        const post = await receiver.next('one under fire', own(account), 1,
            30000);
        verify(post, endpoint.secret);
        const found = await isOver(post.headers['webhook-id']);
        assert.equal(found.status, 'completed');
        assert.ok(receiver.posts.filter(own(account)).length <= 5);
    }
    assert.equal(value(`select count(*) from webhook_hot
        where tenant_id = :'tenant'`, { tenant: world.tenant }), 0);
});

test('the flat format of 001 is sent as that document prints it',
    async () => {
        const other = new World('flat');
        try {
            const { secret } = other.addEndpoint(
                'http://127.0.0.1:5678/webhook/flat', 'seed-001');
            const account = other.addAccount('Flat & <Co>',
                { arr_cents: '8500000',
                    csm_id: `'${other.people.Practitioner.id}'`,
                    current_stage: `'Adoption'` });
            other.score(account, 65);
            other.score(account, 35);
            const post = await receiver.next('the flat one',
                (p) => p.path === '/webhook/flat');
            const payload = JSON.parse(post.body);
            assert.deepEqual(Object.keys(payload), ['account_id',
                'account_name', 'health_score', 'previous_score',
                'risk_level', 'stage', 'arr', 'csm_email', 'csm_name',
                'triggered_at']);
            assert.equal(payload.account_name, 'Flat & <Co>');
            assert.equal(payload.health_score, 35);
            assert.equal(payload.previous_score, 65);
            assert.equal(payload.arr, 85000);
            verify(post, secret);
            await isOver(post.headers['webhook-id']);
        } finally {
            other.end();
        }
    });

test('a private address that nobody allowed is never called', async () => {
    const other = new World('blocked');
    const inside = await Receiver.open(0);
    try {
        other.addEndpoint(`http://127.0.0.1:${inside.port}/inside`);
        const account = other.addAccount('Blocked');
        other.score(account, 80);
        other.score(account, 10);
        const id = value(`select id from webhook_queue
            where account_id = :'account'`, { account });
        const found = await isOver(id);
        assert.equal(found.status, 'failed');
        assert.equal(inside.posts.length, 0);
        assert.match(found.error_message, /\w/);
    } finally {
        other.end();
        await inside.close();
    }
});

test('a tenant without an endpoint is told why nothing was sent',
    async () => {
        const other = new World('nowhere');
        try {
            run(`update mainstay.playbooks set is_active = true
                where tenant_id = :'id'`, { id: other.tenant });
            const account = other.addAccount('To nowhere');
            other.score(account, 80);
            other.score(account, 10);
            const [last] = rows(`select status, error_message
                from playbook_executions where account_id = :'account'
                order by executed_at desc limit 1`, { account });
            assert.equal(last.status, 'failed');
            assert.match(last.error_message, /no active endpoint/);
        } finally {
            other.end();
        }
    });

test('nothing arrived that was not signed by its own endpoint', () => {
    const secrets = rows('select secret from webhook_endpoints')
        .map((e) => new Webhook(e.secret));
    for (const post of receiver.posts.filter((p) =>
        Date.now() - p.at < 240000 && p.path !== '/webhook/flat'))
        assert.equal(secrets.filter((w) => {
            try {
                return w.verify(post.body, post.headers) && true;
            } catch {
                return false;
            }
        }).length, 1, post.path);
});

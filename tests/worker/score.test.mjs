// mainstay-worker scores what waits: queue, sweep, retries, overrides.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import {
    closeDatabase, openDatabase, row, rows, sql, startWorker, until,
} from './harness.mjs';

const open = [];

async function worker() {
    const w = await startWorker();
    open.push(() => (w.code === undefined ? w.kill() : undefined));
    return w;
}

// A tenant whose accounts are scored by how lately somebody signed in.
function makeTenant(accounts, { isSwept = true } = {}) {
    const slug = `t-${process.hrtime.bigint()}`;
    const tenant = sql(`insert into tenants (slug, name)
        values (:'slug', 'Scores') returning id`, { slug });
    sql(`insert into scorecards (tenant_id, name, is_default)
        select :'tenant', 'Recency', true
        where not exists (select from scorecards
            where tenant_id = :'tenant' and is_default);
        update scorecard_versions set status = 'retired'
        where tenant_id = :'tenant' and status = 'published';
        insert into scorecard_versions (tenant_id, scorecard_id, version,
            status, document)
        select tenant_id, id, 99, 'published', preset('adoption')
        from scorecards where tenant_id = :'tenant' and is_default;
        insert into health_runs (tenant_id, accounts, reason, swept_on)
        select :'tenant', 0, 'sweep', (now() at time zone 'UTC')::date
        where :'swept'::boolean;
        insert into accounts (tenant_id, name)
        select :'tenant', 'Account ' || n
        from generate_series(1, :'accounts'::int) n`,
    { tenant, accounts, swept: isSwept });
    return tenant;
}

// A sign-in of each account, so many days ago, in one statement.
const signIn = (tenant, days = 0) => sql(`insert into usage_metrics
    (tenant_id, account_id, metric_type, metric_value, observed_at)
    select tenant_id, id, 'logins', 1,
        now() - make_interval(days => :'days'::int)
    from accounts where tenant_id = :'tenant'`, { tenant, days });

// The whole tenant, as an administrator asks for it.
const queueTenant = (tenant) => sql(`begin;
    set local app.current_tenant_id = :'tenant';
    set local app.current_user_role = 'Tenant Admin';
    select api.queue_tenant('request');
    commit`, { tenant });

const progress = (tenant, run) => JSON.parse(sql(`begin;
    set local app.current_tenant_id = :'tenant';
    select to_json(p) from health_progress(:'run') p;
    commit`, { tenant, run }));

const waiting = () => Number(sql('select count(*) from health_queue'));

const scores = (tenant) => rows(`select a.name, a.health_score as score,
        (select count(*) from health_scores h where h.account_id = a.id
            and h.tenant_id = a.tenant_id) as made
    from accounts a where a.tenant_id = :'tenant'
    order by length(a.name), a.name`, { tenant });

const drained = () => until('the queue is empty', () => waiting() === 0);

// A score of such an account fails, or takes so many seconds.
function spoil(name, what) {
    sql(`create or replace function public.spoil() returns trigger
        language plpgsql as $$
        begin
            if (select a.name from mainstay.accounts a
                where a.tenant_id = new.tenant_id and a.id = new.account_id)
                like '${name}' then
                ${what};
            end if;
            return new;
        end $$;
        create or replace trigger spoil before insert on health_scores
        for each row execute function public.spoil()`);
}

const mend = () => sql('drop trigger if exists spoil on health_scores');

before(openDatabase);
after(closeDatabase);
afterEach(async () => {
    while (open.length > 0)
        await open.pop()();
    mend();
    sql(`delete from health_queue; delete from webhook_workers;
        delete from health_overrides; delete from accounts`);
});

describe('facts', () => {
    test('of many accounts wake the worker', async () => {
        const tenant = makeTenant(5);
        const w = await worker();
        await until('it listens', () =>
            /"mainstay-worker score"/.test(w.log));
        const takes = async (queue) => {
            const begun = Date.now();
            queue();
            await drained();
            return Date.now() - begun;
        };
        // the worker finds the others too, when it looks of its own accord
        const woken = [];
        const found = [];
        for (let i = 0; i < 9; i++) {
            woken.push(await takes(() => signIn(tenant)));
            found.push(await takes(() => sql(`insert into health_queue
                (tenant_id, account_id) select tenant_id, id from accounts
                where tenant_id = :'tenant'`, { tenant })));
        }
        assert.ok(scores(tenant).every((a) => a.score === 30));
        const median = (list) => list.sort((a, b) => a - b)[4];
        assert.ok(median(woken) < median(found),
            `${woken} ms, not woken ${found} ms`);
        await until('it says so', () => /"msg":"scored"/.test(w.log));
    });

    test('of one account are scored once, however many they are',
        async () => {
            const tenant = makeTenant(5);
            signIn(tenant, 2);
            signIn(tenant, 1);
            signIn(tenant);
            assert.equal(waiting(), 15);
            await worker();
            await drained();
            for (const a of scores(tenant))
                assert.deepEqual([a.score, a.made], [30, 1], a.name);
        });

    test('go before a whole tenant that waits', async () => {
        const bulk = makeTenant(1000);
        signIn(bulk);
        sql('delete from health_queue');
        spoil('Account %', 'perform pg_sleep(0.002)');
        queueTenant(bulk);
        const late = makeTenant(5);
        await worker();
        await until('the whole tenant has begun', () => waiting() < 1000);
        signIn(late);
        await until('the facts are scored', () => scores(late)
            .every((a) => a.score === 30));
        assert.ok(waiting() > 0, 'while the whole tenant goes on');
        await drained();
    });
});

describe('a run', () => {
    test('tells how far it is, and that it is finished', async () => {
        const tenant = makeTenant(20);
        signIn(tenant);
        sql('delete from health_queue');
        const run = queueTenant(tenant);
        assert.deepEqual(progress(tenant, run), { accounts: 20, done: 0,
            failed: 0, waiting: 20, finished_at: null });
        await worker();
        const p = await until('it is finished', () => {
            const now = progress(tenant, run);
            return now.finished_at && now;
        });
        assert.deepEqual({ ...p, finished_at: null }, { accounts: 20,
            done: 20, failed: 0, waiting: 0, finished_at: null });
        assert.ok(scores(tenant).every((a) => a.score === 30));
    });

    test('is shared by two workers', async () => {
        const tenant = makeTenant(600);
        signIn(tenant);
        sql('delete from health_queue');
        spoil('Account %', 'perform pg_sleep(0.002)');
        const a = await worker();
        const b = await worker();
        const run = queueTenant(tenant);
        await until('it is finished', () =>
            progress(tenant, run).finished_at, 30000);
        for (const x of scores(tenant))
            assert.deepEqual([x.score, x.made], [30, 1], x.name);
        for (const w of [a, b]) {
            await w.stop();
            assert.match(w.log, /"msg":"scored"/);
        }
    });

    test('loses nothing when the worker is killed in the midst of it',
        async () => {
            const tenant = makeTenant(700);
            signIn(tenant);
            sql('delete from health_queue');
            spoil('Account %', 'perform pg_sleep(0.002)');
            const first = await worker();
            const run = queueTenant(tenant);
            await until('it has begun', () =>
                progress(tenant, run).done > 0);
            await first.kill();
            assert.ok(progress(tenant, run).waiting > 0);
            await worker();
            await until('it is finished', () =>
                progress(tenant, run).finished_at, 30000);
            for (const a of scores(tenant))
                assert.deepEqual([a.score, a.made], [30, 1], a.name);
        });

    test('goes on after a stop, which waits for the open batch', async () => {
        const tenant = makeTenant(700);
        signIn(tenant);
        sql('delete from health_queue');
        spoil('Account %', 'perform pg_sleep(0.002)');
        const first = await worker();
        const run = queueTenant(tenant);
        await until('a batch is open', () => Number(sql(`select count(*) from
            pg_stat_activity where state = 'active'
            and query ~ 'rescore_queued' and pid <> pg_backend_pid()`)));
        assert.equal(await first.stop(), 0);
        const left = progress(tenant, run);
        assert.ok(left.done > 0 && left.waiting > 0,
            `done ${left.done}, waiting ${left.waiting}`);
        await worker();
        await until('it is finished', () =>
            progress(tenant, run).finished_at, 30000);
    });
});

describe('an account that cannot be scored', () => {
    test('is put off with its error, tried again, and holds up nobody',
        async () => {
            const tenant = makeTenant(12);
            signIn(tenant);
            sql('delete from health_queue');
            spoil('Account 3', 'raise exception \'no luck\'');
            await worker();
            const run = queueTenant(tenant);
            const p = await until('the others are done', () => {
                const now = progress(tenant, run);
                return now.finished_at && now;
            });
            assert.deepEqual([p.done, p.failed, p.waiting], [11, 1, 0]);
            const put = row(`select attempts, error,
                extract(epoch from retry_at - now()) as seconds
                from health_queue`);
            assert.equal(put.attempts, 1);
            assert.equal(put.error, 'no luck (P0001)');
            assert.ok(put.seconds > 2 && put.seconds <= 5.5,
                `again in ${put.seconds} s`);

            sql('update health_queue set retry_at = now()');
            const again = await until('it failed again', () =>
                row(`select attempts, extract(epoch from retry_at - now())
                    as seconds from health_queue where attempts = 2
                    and retry_at is not null`));
            assert.ok(again.seconds > 6 && again.seconds <= 10.5,
                `again in ${again.seconds} s`);

            mend();
            sql('update health_queue set retry_at = now()');
            await drained();
            assert.equal(progress(tenant, run).done, 12);
            assert.ok(scores(tenant).every((a) => a.score === 30));
        });

    test('does not refuse its facts', async () => {
        const tenant = makeTenant(1);
        spoil('Account 1', 'raise exception \'no luck\'');
        signIn(tenant);
        assert.equal(waiting(), 1);
        mend();
        await worker();
        await drained();
        assert.equal(scores(tenant)[0].score, 30);
    });

    test('is counted in the log', async () => {
        makeTenant(2);
        sql(`insert into health_queue (tenant_id, account_id, attempts,
            retry_at, error) select tenant_id, id, 1, now() + interval '1 h',
            'no luck' from accounts`);
        const w = await worker();
        await until('it says so', () =>
            /"accounts cannot be scored","count":2/.test(w.log), 15000);
    });
});

describe('the daily sweep', () => {
    test('is done once for a tenant and day, however late', async () => {
        const tenant = makeTenant(10, { isSwept: false });
        signIn(tenant, 1);
        sql(`delete from health_queue;
            insert into health_runs (tenant_id, accounts, reason, swept_on)
            values (:'tenant', 10, 'sweep', (now() at time zone 'UTC')::date
                - 3)`, { tenant });
        await worker();
        await worker();
        const run = await until('it is finished', () =>
            row(`select id, accounts from health_runs
                where tenant_id = :'tenant' and reason = 'sweep'
                and swept_on = (now() at time zone 'UTC')::date
                and finished_at is not null`, { tenant }));
        assert.equal(run.accounts, 10);
        assert.ok(scores(tenant).every((a) => a.score === 30));
        assert.equal(sql('set role mainstay_worker; select api.sweep_scores()'),
            '0');
        assert.equal(waiting(), 0);
    });
});

describe('an override', () => {
    test('ends by itself, and shows what was calculated meanwhile',
        async () => {
            const tenant = makeTenant(1);
            await worker();
            sql(`begin; set local app.current_tenant_id = :'tenant';
                select override_score(id, 90, 'A good call',
                    now() + interval '2 seconds')
                from accounts where tenant_id = :'tenant'; commit`,
            { tenant });
            signIn(tenant);
            assert.equal(scores(tenant)[0].score, 90);
            await until('it ended', () => scores(tenant)[0].score === 30,
                15000);
        });
});

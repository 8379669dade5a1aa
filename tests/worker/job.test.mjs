// mainstay-worker works off jobs: each item once, in turn, as who asked.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import {
    closeDatabase, openDatabase, row, sql, startWorker, until,
} from './harness.mjs';

const open = [];

async function worker() {
    const w = await startWorker();
    open.push(() => (w.code === undefined ? w.kill() : undefined));
    return w;
}

// A tenant with a person who may change accounts.
function makeTenant() {
    const slug = `t-${process.hrtime.bigint()}`;
    const tenant = sql(`insert into tenants (slug, name)
        values (:'slug', 'Jobs') returning id`, { slug });
    const user = sql(`insert into users (email, password_hash)
        values (:'slug' || '@example.com', '$2b$12$' || repeat('a', 53))
        returning id`, { slug });
    sql(`insert into profiles (tenant_id, user_id, full_name, email, role)
        values (:'tenant', :'user', 'Ada', :'slug' || '@example.com',
            'Practitioner')`, { tenant, user, slug });
    return { tenant, user };
}

// Asks for so many accounts, as a person or as a key.
const ask = ({ tenant, user, key }, count) => sql(`begin;
    set local app.current_tenant_id = :'tenant';
    set local app.current_user_id = :'user';
    set local app.current_key_id = :'key';
    set local app.current_user_role = 'Practitioner';
    select add_job(:'tenant', 'account_bulk', 'Practitioner', jsonb_agg(
        jsonb_build_object('action', 'create', 'account',
            jsonb_build_object('name', 'Account ' || n))))
    from generate_series(1, :'count'::int) n;
    commit`, { tenant, user: user ?? '', key: key ?? '', count });

const job = (id) => row(`select * from jobs where id = :'id'`, { id });
const made = (tenant) => row(`select count(*)::int as count,
        count(distinct name)::int as names from accounts
    where tenant_id = :'tenant'`, { tenant });
const begun = (id) => until('a step is done', () => job(id).done > 0, 20000);
const ended = (id) => until('the job has ended',
    () => job(id).finished_at && job(id), 60000);

// Each account takes so long.
const slow = (seconds) => sql(`create or replace function public.dawdle()
    returns trigger language plpgsql as $$
    begin perform pg_sleep(${seconds}); return new; end $$;
    create or replace trigger dawdle before insert on accounts
    for each row execute function public.dawdle()`);

before(openDatabase);
afterEach(async () => {
    sql('drop trigger if exists dawdle on accounts');
    for (const close of open.splice(0))
        await close();
});
after(closeDatabase);

test('an item is done once, however often a worker is killed', async () => {
    const { tenant, user } = makeTenant();
    slow(0.01);
    const id = ask({ tenant, user }, 400);
    for (let kills = 0, done = 0; kills < 3; kills++) {
        const w = await worker();
        await until('another step is done', () => job(id).done > done, 20000);
        await w.kill();
        done = job(id).done;
        assert.ok(done < 400);
        assert.equal(job(id).status, 'running');
    }
    await worker();
    const { status, done, failed } = await ended(id);
    assert.deepEqual([status, done, failed], ['done', 400, 0]);
    assert.deepEqual(made(tenant), { count: 400, names: 400 });
    assert.deepEqual(row(`select count(*)::int as count,
            count(distinct object_id)::int as objects,
            count(item)::int as items from job_items
        where job_id = :'id' and code = 201`, { id }),
    { count: 400, objects: 400, items: 0 });
});

test('two workers do not do it twice', async () => {
    const ours = makeTenant(), theirs = makeTenant();
    const ids = [ask(ours, 200), ask(ours, 100), ask(theirs, 200)];
    await Promise.all([worker(), worker()]);
    for (const id of ids)
        assert.equal((await ended(id)).status, 'done');
    assert.equal(made(ours.tenant).count, 300);
    assert.deepEqual(made(theirs.tenant), { count: 200, names: 200 });
});

test('tenants take turns', async () => {
    const large = makeTenant(), small = makeTenant();
    slow(0.01);
    const first = ask(large, 500), second = ask(large, 500);
    await worker();
    await begun(first);
    const short = ask(small, 20);
    await ended(short);
    assert.equal(job(first).status, 'running');
    assert.equal(job(second).status, 'queued');
});

test('a role that is taken away stops a job, as does a key', async () => {
    const ours = makeTenant(), theirs = makeTenant();
    const key = sql(`insert into api_keys (tenant_id, name, prefix,
            key_hash, acts_as, expires_at)
        values (:'tenant', 'Robot', 'csk_live_aa', sha256(:'tenant'::text::bytea),
            'Practitioner', now() + interval '1 day') returning id`,
    { tenant: theirs.tenant });
    slow(0.02);
    const ids = [ask(ours, 300), ask({ tenant: theirs.tenant, key }, 300)];
    await worker();
    await Promise.all(ids.map(begun));
    sql(`update profiles set role = 'Contributor' where user_id = :'user';
        update api_keys set revoked_at = now() where id = :'key'`,
    { user: ours.user, key });
    const [one, two] = await Promise.all(ids.map(ended));
    assert.deepEqual([one.status, two.status], ['failed', 'failed']);
    assert.match(one.message, /Practitioner.*Contributor/);
    assert.match(two.message, /may not come in/);
    assert.ok(one.done < 300 && two.done < 300);
    assert.equal(made(ours.tenant).count, one.done);
    assert.equal(made(theirs.tenant).count, two.done);
});

test('a job that is cancelled stops, and what was done stays', async () => {
    const { tenant, user } = makeTenant();
    slow(0.02);
    const id = ask({ tenant, user }, 300);
    const w = await worker();
    await begun(id);
    sql(`begin; set local app.current_tenant_id = :'tenant';
        set local app.current_user_id = :'user';
        select cancel_job(:'tenant', :'id'); commit`, { tenant, user, id });
    const { status, done } = job(id);
    assert.equal(status, 'cancelled');
    const next = ask(makeTenant(), 1);
    await ended(next);
    assert.equal(job(id).done, done);
    assert.equal(made(tenant).count, done);
    assert.ok(done < 300);
    assert.equal(await w.stop(), 0);
});

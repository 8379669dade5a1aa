// mainstay-worker looks through accounts for playbooks that time wakes.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import {
    closeDatabase, openDatabase, rows, sql, startWorker, until,
} from './harness.mjs';

const open = [];

async function worker() {
    const w = await startWorker();
    open.push(() => (w.code === undefined ? w.kill() : undefined));
    return w;
}

before(openDatabase);
afterEach(async () => {
    for (const close of open.splice(0))
        await close();
});
after(closeDatabase);

test('a sweep is done once, whichever worker does it, and told once',
    async () => {
        const tenant = sql(`insert into tenants (slug, name)
            values (:'slug', 'Renewals') returning id`,
        { slug: `t-${process.hrtime.bigint()}` });
        sql(`begin; set local app.current_tenant_id = :'tenant';
            insert into accounts (name, renewal_date)
            select 'Account ' || n, current_date + n
            from generate_series(1, 3) n;
            select publish_playbook(:'tenant', save_playbook_draft(:'tenant',
                null, 'Renewals', null, '{
                    "trigger": {"kind": "renewal_due", "days": 30},
                    "steps": [{"kind": "alert", "severity": "info",
                        "title": "Renewal"}]}'));
            set local session_replication_role = replica;
            update playbook_versions set published_at = now() - interval
                '2 days' where tenant_id = :'tenant'; commit`, { tenant });
        const first = await worker();
        const second = await worker();
        await until('accounts were told', () => rows(`select from
            playbook_executions where tenant_id = :'tenant'`,
        { tenant }).length === 3, 90000);
        assert.deepEqual(rows(`select accounts, is_skipped
            from playbook_sweeps where tenant_id = :'tenant'`, { tenant }),
        [{ accounts: 3, is_skipped: false }]);
        await until('a worker says so', () =>
            /"accounts woke a playbook by time","count":3/
                .test(first.log + second.log));
        assert.equal(sql(`set role mainstay_worker;
            select api.sweep_playbooks()`), '0');
    });

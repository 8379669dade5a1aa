// What is refused was not done, however far it got.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import { row, run, value } from '../lib/db.mjs';
import { World } from '../lib/world.mjs';

const forget = `drop trigger if exists alerts_99_refused on mainstay.alerts;
    drop function if exists public.note_refused();
    drop table if exists public.refused;`;
let world;

// A statement that finds no row has its triggers all the same.
before(() => {
    world = new World('refused');
    run(`${forget}
        create table public.refused (request text);
        create function public.note_refused() returns trigger
        language plpgsql security definer as $$
        begin
            insert into public.refused
            values (current_setting('app.current_tenant_id', true));
            return null;
        end $$;
        create trigger alerts_99_refused before update on mainstay.alerts
            for each statement execute function public.note_refused();`);
});
after(() => {
    run(forget);
    world.end();
});

const done = () => Number(value(`select count(*) from public.refused
    where request = :'tenant'`, { tenant: world.tenant }));

test('a form whose row is not there leaves nothing behind', async () => {
    const visitor = world.visitor('Practitioner');
    const form = { status: 'resolved', next: '/dashboard/alerts',
        _csrf: await visitor.token() };
    const gone = await visitor.post(`/dashboard/alerts/${randomUUID()}`, form);
    assert.equal(gone.status, 404);
    assert.equal(done(), 0);

    const { id } = row(`insert into alerts (tenant_id, kind, title)
        values (:'tenant', 'health_drop', 'It fell') returning id`,
    { tenant: world.tenant });
    const there = await visitor.post(`/dashboard/alerts/${id}`, form);
    assert.equal(there.status, 303, there.text);
    assert.equal(done(), 1);
});

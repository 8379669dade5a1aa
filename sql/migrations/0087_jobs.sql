-- What a program asked for and mainstay-worker works off, item by item.
create table mainstay.jobs (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    kind text not null check (kind in ('account_bulk', 'account_import')),
    status text not null default 'queued' check (status in ('queued',
        'running', 'done', 'failed', 'cancelled')),
    needs text not null check (needs in ('Practitioner', 'Tenant Admin')),
    total integer not null check (total > 0),
    done integer not null default 0,
    failed integer not null default 0,
    message text,
    requested_by uuid,
    key_id uuid,
    request_id text,
    created_at timestamptz not null default now(),
    worked_at timestamptz,
    finished_at timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, requested_by)
        references mainstay.profiles (tenant_id, user_id)
        on delete set null (requested_by),
    foreign key (tenant_id, key_id)
        references mainstay.api_keys (tenant_id, id)
        on delete set null (key_id)
);
create index jobs_created_idx on mainstay.jobs
    (tenant_id, created_at, id);
create index jobs_open_idx on mainstay.jobs (tenant_id, created_at, id)
    where status in ('queued', 'running');
create index jobs_worked_idx on mainstay.jobs (tenant_id, worked_at desc);
create index jobs_requested_by_idx on mainstay.jobs
    (tenant_id, requested_by);
create index jobs_key_idx on mainstay.jobs (tenant_id, key_id);
comment on table mainstay.jobs is
    'Work on many rows that a program asked for: done by mainstay-worker, as '
    'who asked for it. Kept for 30 days after its end.';
comment on column mainstay.jobs.id is 'Its id.';
comment on column mainstay.jobs.kind is 'account_bulk or account_import.';
comment on column mainstay.jobs.status is
    'queued, running, done, failed (it was stopped; message says why) or '
    'cancelled.';
comment on column mainstay.jobs.needs is
    'The role that who asked for it must still have.';
comment on column mainstay.jobs.total is 'How many items it has.';
comment on column mainstay.jobs.done is 'Items that were done.';
comment on column mainstay.jobs.failed is 'Items that were refused.';
comment on column mainstay.jobs.message is 'Why it was stopped.';
comment on column mainstay.jobs.requested_by is
    'Who asked for it; null for a key.';
comment on column mainstay.jobs.key_id is 'The key that asked for it.';
comment on column mainstay.jobs.request_id is
    'The request that asked for it: the audit log has its changes under it.';
comment on column mainstay.jobs.created_at is 'When it was asked for.';
comment on column mainstay.jobs.worked_at is 'When it was last worked on.';
comment on column mainstay.jobs.finished_at is 'When it ended.';

create table mainstay.job_items (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    job_id uuid not null,
    place integer not null check (place >= 0),
    round smallint not null default 0,
    item jsonb,
    code integer check (code between 200 and 599),
    object_id uuid,
    errors jsonb,
    primary key (tenant_id, job_id, place),
    foreign key (tenant_id, job_id) references mainstay.jobs (tenant_id, id)
        on delete cascade
);
create index job_items_open_idx on mainstay.job_items
    (tenant_id, job_id, round, place) where code is null;
comment on table mainstay.job_items is
    'Items of jobs, and what became of each.';
comment on column mainstay.job_items.place is 'Its place in the request.';
comment on column mainstay.job_items.round is
    'An item that needs another of the job waits for the second round.';
comment on column mainstay.job_items.item is
    'What was asked for; taken away when it is done.';
comment on column mainstay.job_items.code is
    'The status that the same request alone would have; null: not yet.';
comment on column mainstay.job_items.object_id is 'What it was done to.';
comment on column mainstay.job_items.errors is
    '[{pointer, code, detail}]: why it was refused.';

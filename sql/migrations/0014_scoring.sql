-- When scores are made: who waits to be scored, what could not be scored, and
-- which day was swept.

-- A queue in which nobody waits for anybody. With one row for each account,
-- whoever brings facts of an account that waits already would have to lock
-- its row until he commits, or the worker could score without them; so
-- everybody adds rows of his own, and the worker takes all of an account.
-- Protected again when the policies are made: a foreign key looks at both.
alter table mainstay.health_queue no force row level security;
alter table mainstay.health_runs no force row level security;
alter table mainstay.health_queue drop constraint health_queue_pkey;
drop index mainstay.health_queue_queued_idx;
alter table mainstay.health_queue
    add column id bigint not null generated always as identity,
    add column is_bulk boolean not null default true,
    add column run_id uuid,
    add column attempts integer not null default 0 check (attempts >= 0),
    add column retry_at timestamptz,
    add column error text,
    add primary key (tenant_id, id),
    add foreign key (tenant_id, run_id)
        references mainstay.health_runs (tenant_id, id) on delete cascade;
create index health_queue_due_idx on mainstay.health_queue
    (is_bulk, tenant_id, id) where retry_at is null;
create index health_queue_retry_idx on mainstay.health_queue (retry_at)
    where retry_at is not null;
create index health_queue_account_idx
    on mainstay.health_queue (tenant_id, account_id);
create index health_queue_run_idx on mainstay.health_queue
    (tenant_id, run_id) where run_id is not null;
-- It grows and shrinks by a whole tenant.
alter table mainstay.health_queue set (autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 5000);
comment on table mainstay.health_queue is
    'Accounts that wait to be scored again; one may have several rows, which '
    'go together.';
comment on column mainstay.health_queue.is_bulk is
    'Queued with its whole tenant, after the accounts that facts came for.';
comment on column mainstay.health_queue.run_id is
    'The run that queued it; null when facts did.';
comment on column mainstay.health_queue.attempts is
    'How often scoring it failed.';
comment on column mainstay.health_queue.retry_at is
    'Not before then, because scoring it failed; null: as soon as possible.';
comment on column mainstay.health_queue.error is
    'What scoring it said last.';

alter table mainstay.health_runs
    add column swept_on date check (reason = 'sweep' or swept_on is null),
    add column finished_at timestamptz,
    add unique (tenant_id, swept_on);
create index health_runs_open_idx on mainstay.health_runs (tenant_id, id)
    where finished_at is null;
comment on table mainstay.health_runs is
    'Each time all accounts of a tenant were queued to be scored again: the '
    'daily sweep, on request, or because a version was published.';
comment on column mainstay.health_runs.finished_at is
    'When each of its accounts had been scored, or had failed once.';
comment on column mainstay.health_runs.swept_on is
    'Day (UTC) of a daily sweep: each tenant has one a day.';

create index health_overrides_expires_idx
    on mainstay.health_overrides (expires_at) where ended_at is null;
comment on column mainstay.health_overrides.ended_at is
    'When it stopped being shown: at expires_at, or earlier when a person '
    'ended or replaced it. Null: open, unless expires_at has passed and the '
    'worker has not been by.';

-- Takes a third argument from now on.
drop function if exists mainstay.trend_of(integer, integer);

-- Orders of the API's lists.
alter table mainstay.tasks add due_sort date not null
    generated always as (coalesce(due_on, date '9999-12-31')) stored;
comment on column mainstay.tasks.due_sort is
    'due_on with tasks that have none at the end.';
create index tasks_due_idx on mainstay.tasks (tenant_id, due_sort, id);
create index tasks_created_idx on mainstay.tasks (tenant_id, created_at, id);
create index notes_occurred_idx
    on mainstay.notes (tenant_id, occurred_at, id);
create index notes_created_idx on mainstay.notes (tenant_id, created_at, id);

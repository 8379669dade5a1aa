-- The list of accounts: views that people keep, and what was done to many
-- accounts at once.

create table mainstay.saved_views (
    tenant_id uuid not null default app.current_tenant_id(),
    id uuid not null default gen_random_uuid(),
    owner_id uuid not null,
    name text not null check (length(btrim(name)) between 1 and 60),
    query text not null check (length(query) <= 4000
        and query ~ '^[A-Za-z0-9._~%&=+-]*$'),
    is_shared boolean not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, owner_id, name),
    foreign key (tenant_id, owner_id)
        references mainstay.profiles (tenant_id, user_id) on delete cascade
);
comment on table mainstay.saved_views is
    'Filters and order of the list of accounts under a name.';
comment on column mainstay.saved_views.query is
    'The address of the list behind its question mark.';
comment on column mainstay.saved_views.is_shared is
    'Everybody of the tenant sees it; otherwise only its owner.';

create domain mainstay.bulk_change as text
    check (value in ('owner', 'stage', 'status', 'tag_add', 'tag_remove',
        'import'));

create table mainstay.bulk_changes (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    change mainstay.bulk_change not null,
    value text,
    query text not null default '',
    made_by uuid,
    made_at timestamptz not null default now(),
    request_id text,
    results jsonb not null check (jsonb_typeof(results) = 'array'),
    primary key (tenant_id, id),
    foreign key (tenant_id, made_by)
        references mainstay.profiles (tenant_id, user_id)
        on delete set null (made_by)
);
create index bulk_changes_made_by_idx
    on mainstay.bulk_changes (tenant_id, made_by);
comment on table mainstay.bulk_changes is
    'What was done to many accounts at once, with the result of each. Rows '
    'are never altered; the changes themselves are in the audit log.';
comment on column mainstay.bulk_changes.value is
    'What they were changed to, in words.';
comment on column mainstay.bulk_changes.query is
    'The list it was done from, to go back there.';
comment on column mainstay.bulk_changes.results is
    '[{id, name, outcome, message}]: changed, added, same, refused.';

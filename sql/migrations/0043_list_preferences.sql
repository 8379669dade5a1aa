-- What a person prefers of lists: how dense they are, and the view that the
-- list of accounts opens with.

alter table mainstay.users
    add column is_compact boolean not null default false;
comment on column mainstay.users.is_compact is
    'Lists show more lines, with less room for each.';

create table mainstay.default_views (
    tenant_id uuid not null default app.current_tenant_id(),
    owner_id uuid not null,
    view_id uuid not null,
    created_at timestamptz not null default now(),
    primary key (tenant_id, owner_id),
    foreign key (tenant_id, owner_id)
        references mainstay.profiles (tenant_id, user_id) on delete cascade,
    foreign key (tenant_id, view_id)
        references mainstay.saved_views (tenant_id, id) on delete cascade
);
create index default_views_view_idx
    on mainstay.default_views (tenant_id, view_id);
comment on table mainstay.default_views is
    'The view that the list of accounts opens with for a person.';

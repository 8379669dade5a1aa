-- What the executive page of all accounts sums, ready to be shown.

create table mainstay.portfolio_pages (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    by text not null check (by in ('accounts', 'arr')),
    period integer not null check (period in (30, 90, 365)),
    day date not null,
    figures json,
    charts json,
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, by, period)
);
comment on table mainstay.portfolio_pages is
    'Figures and charts of the executive page of all accounts, kept while '
    'nothing moves. Written by api.refresh_portfolios; gone when stages, '
    'bands or days are edited.';
create index portfolio_rollups_time_idx
    on mainstay.portfolio_rollups (tenant_id, created_at);

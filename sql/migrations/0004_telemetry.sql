-- Telemetry: facts about accounts. Append-only; each fact carries when it was
-- so (observed_at) and when we learned it (recorded_at). Partitions by month
-- are made by mainstay.make_partitions; the default partition takes what has
-- no month yet, so no insert is ever lost.

create domain mainstay.survey_kind as text
    check (value in ('nps', 'csat', 'ces'));

create table mainstay.usage_metrics (
    tenant_id uuid not null default app.current_tenant_id(),
    id uuid not null default gen_random_uuid(),
    account_id uuid not null,
    metric_type text not null check (metric_type ~ '^[a-z][a-z0-9_.]{0,62}$'),
    metric_value double precision not null,
    metadata jsonb not null default '{}',
    observed_at timestamptz not null default now(),
    recorded_at timestamptz not null default now(),
    primary key (tenant_id, id, observed_at),
    foreign key (tenant_id, account_id)
        references mainstay.accounts (tenant_id, id) on delete cascade
) partition by range (observed_at);
create index usage_metrics_account_idx on mainstay.usage_metrics
    (tenant_id, account_id, metric_type, observed_at desc);
create table mainstay.usage_metrics_default
    partition of mainstay.usage_metrics default;
comment on table mainstay.usage_metrics is
    'Product telemetry: one number of one kind for one account at one time.';
comment on column mainstay.usage_metrics.metric_type is
    'logins, active_users, feature_usage, api_calls, support_tickets, …';

create table mainstay.cdi_events (
    tenant_id uuid not null default app.current_tenant_id(),
    id uuid not null default gen_random_uuid(),
    account_id uuid not null,
    source_type text not null check (source_type ~ '^[a-z][a-z0-9_.]{0,62}$'),
    event_type text not null check (event_type ~ '^[a-z][a-z0-9_.]{0,62}$'),
    payload jsonb not null default '{}',
    observed_at timestamptz not null default now(),
    recorded_at timestamptz not null default now(),
    primary key (tenant_id, id, observed_at),
    foreign key (tenant_id, account_id)
        references mainstay.accounts (tenant_id, id) on delete cascade
) partition by range (observed_at);
create index cdi_events_account_idx on mainstay.cdi_events
    (tenant_id, account_id, observed_at desc);
create table mainstay.cdi_events_default
    partition of mainstay.cdi_events default;
comment on table mainstay.cdi_events is
    'Events from support, product analytics and the CRM.';

comment on table mainstay.usage_metrics_default is
    'Metrics of a month that has no partition yet.';
comment on table mainstay.cdi_events_default is
    'Events of a month that has no partition yet.';

create table mainstay.survey_responses (
    tenant_id uuid not null default app.current_tenant_id(),
    id uuid not null default gen_random_uuid(),
    account_id uuid not null,
    contact_id uuid,
    kind mainstay.survey_kind not null,
    score integer not null check (score between 0 and 10),
    comment text,
    observed_at timestamptz not null default now(),
    recorded_at timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, account_id)
        references mainstay.accounts (tenant_id, id) on delete cascade,
    foreign key (tenant_id, contact_id)
        references mainstay.contacts (tenant_id, id)
        on delete set null (contact_id)
);
create index survey_responses_account_idx on mainstay.survey_responses
    (tenant_id, account_id, kind, observed_at desc);
create index survey_responses_contact_idx
    on mainstay.survey_responses (tenant_id, contact_id);
comment on table mainstay.survey_responses is
    'Answers to surveys; score in the survey''s own scale, at most 10.';

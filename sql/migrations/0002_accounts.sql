-- Accounts: the customers of a tenant, and the people and notes around them.

create domain mainstay.account_tier as text
    check (value in ('enterprise', 'mid_market', 'small_business', 'trial'));
create domain mainstay.account_status as text
    check (value in ('active', 'onboarding', 'paused', 'churned'));
create domain mainstay.health_band as text
    check (value in ('healthy', 'moderate', 'at_risk', 'critical'));
create domain mainstay.health_trend as text
    check (value in ('improving', 'stable', 'declining', 'unknown'));
create domain mainstay.influence as text
    check (value in ('decision_maker', 'champion', 'influencer', 'user',
        'blocker'));
create domain mainstay.onboarding_status as text
    check (value in ('not_started', 'in_progress', 'completed', 'on_hold',
        'cancelled'));
create domain mainstay.data_migration_status as text
    check (value in ('not_started', 'in_progress', 'completed', 'failed'));
create domain mainstay.note_kind as text
    check (value in ('note', 'call', 'email', 'meeting'));
create domain mainstay.task_status as text
    check (value in ('open', 'in_progress', 'done', 'cancelled'));
create domain mainstay.task_priority as text
    check (value in ('low', 'medium', 'high', 'critical'));
create domain mainstay.currency_code as text
    check (value ~ '^[A-Z]{3}$');

create table mainstay.accounts (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    name text not null check (length(btrim(name)) between 1 and 200),
    name_key text collate "C" not null
        generated always as (lower(name)) stored,
    parent_id uuid,
    hierarchy_level integer not null default 0,
    hierarchy_path text collate "C" not null default '',
    tier mainstay.account_tier not null default 'small_business',
    status mainstay.account_status not null default 'active',
    arr_cents bigint not null default 0 check (arr_cents >= 0),
    arr numeric(16, 2) generated always as (arr_cents / 100.0) stored,
    currency mainstay.currency_code not null default 'USD',
    contract_start_date date,
    contract_end_date date,
    renewal_date date,
    renewal_sort date not null
        generated always as (coalesce(renewal_date, date '9999-12-31')) stored,
    industry text,
    crm_attributes jsonb not null default '{}'
        check (jsonb_typeof(crm_attributes) = 'object'),
    csm_id uuid,
    external_id text,
    current_stage text,
    stage_entered_at timestamptz,
    health_score integer check (health_score between 0 and 100),
    health_sort integer not null
        generated always as (coalesce(health_score, -1)) stored,
    health_band mainstay.health_band,
    health_trend mainstay.health_trend not null default 'unknown',
    previous_health_score integer,
    health_scored_at timestamptz,
    last_contact_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, external_id),
    foreign key (tenant_id, parent_id)
        references mainstay.accounts (tenant_id, id)
        on delete set null (parent_id),
    foreign key (tenant_id, csm_id)
        references mainstay.profiles (tenant_id, user_id)
        on delete set null (csm_id),
    check (contract_end_date >= contract_start_date),
    check (parent_id <> id)
) with (fillfactor = 85);
create index accounts_name_idx on mainstay.accounts (tenant_id, name_key, id);
create index accounts_arr_idx
    on mainstay.accounts (tenant_id, arr_cents, id);
create index accounts_health_idx
    on mainstay.accounts (tenant_id, health_sort, id);
create index accounts_renewal_idx
    on mainstay.accounts (tenant_id, renewal_sort, id);
create index accounts_band_idx
    on mainstay.accounts (tenant_id, health_band, arr_cents desc, id);
create index accounts_risk_idx
    on mainstay.accounts (tenant_id, arr_cents desc, id)
    where health_band in ('at_risk', 'critical') and status <> 'churned';
create index accounts_stage_idx
    on mainstay.accounts (tenant_id, current_stage, arr_cents desc, id);
create index accounts_parent_idx
    on mainstay.accounts (tenant_id, parent_id, name_key);
create index accounts_csm_idx
    on mainstay.accounts (tenant_id, csm_id, name_key);
create index accounts_path_idx
    on mainstay.accounts (tenant_id, hierarchy_path);
comment on table mainstay.accounts is
    'A customer of the tenant; accounts form trees of any depth.';
comment on column mainstay.accounts.name_key is
    'Lower-case name in C order: sorting, and prefix search as a range.';
comment on column mainstay.accounts.hierarchy_level is
    'Depth in the tree, 0 for a root; kept by trigger.';
comment on column mainstay.accounts.hierarchy_path is
    'Ids from the root to this account, joined by /; kept by trigger. The '
    'subtree is the range from path || ''/'' to path || ''0''.';
comment on column mainstay.accounts.arr_cents is
    'Annual recurring revenue in hundredths of the currency.';
comment on column mainstay.accounts.arr is
    'arr_cents as a decimal, for reading; never indexed.';
comment on column mainstay.accounts.renewal_sort is
    'renewal_date with accounts that have none at the end.';
comment on column mainstay.accounts.health_sort is
    'health_score with accounts that have none as -1.';
comment on column mainstay.accounts.crm_attributes is
    'Custom attributes of the tenant, a flat JSON object.';
comment on column mainstay.accounts.csm_id is
    'User id of the customer success manager.';
comment on column mainstay.accounts.external_id is
    'Id in the CRM it came from.';
comment on column mainstay.accounts.current_stage is
    'Name of the journey stage; a change writes journey_history.';
comment on column mainstay.accounts.health_score is
    'Copy of the current health_scores row, kept by trigger, as are the '
    'other health columns.';

comment on index mainstay.accounts_risk_idx is
    'The largest accounts at risk, for the executive page.';

create table mainstay.contacts (
    tenant_id uuid not null default app.current_tenant_id(),
    id uuid not null default gen_random_uuid(),
    account_id uuid not null,
    full_name text not null check (length(btrim(full_name)) between 1 and 200),
    email mainstay.email_address,
    phone text,
    job_title text,
    influence mainstay.influence not null default 'user',
    is_primary boolean not null default false,
    is_sponsor boolean not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, account_id)
        references mainstay.accounts (tenant_id, id) on delete cascade
);
create index contacts_account_idx
    on mainstay.contacts (tenant_id, account_id, full_name);
comment on table mainstay.contacts is 'People at an account.';
comment on column mainstay.contacts.is_sponsor is
    'Executive sponsor on the customer''s side.';

create table mainstay.account_profiles (
    tenant_id uuid not null default app.current_tenant_id(),
    id uuid not null default gen_random_uuid(),
    account_id uuid not null,
    objectives jsonb not null default '[]',
    success_criteria jsonb not null default '[]',
    value_metrics jsonb not null default '[]',
    onboarding_status mainstay.onboarding_status not null
        default 'not_started',
    onboarding_started_on date,
    onboarding_completed_on date,
    data_migration_status mainstay.data_migration_status not null
        default 'not_started',
    training_percent integer check (training_percent between 0 and 100),
    adoption_percent integer check (adoption_percent between 0 and 100),
    nps integer check (nps between -100 and 100),
    csat integer check (csat between 0 and 100),
    ces integer check (ces between 0 and 100),
    expansion_percent integer check (expansion_percent between 0 and 100),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, account_id),
    foreign key (tenant_id, account_id)
        references mainstay.accounts (tenant_id, id) on delete cascade
);
comment on table mainstay.account_profiles is
    'Success profile of an account: what it wants to reach and how far it is.';
comment on column mainstay.account_profiles.value_metrics is
    'List of {name, baseline, target, current}.';
comment on column mainstay.account_profiles.expansion_percent is
    'Probability that the account expands.';

create table mainstay.notes (
    tenant_id uuid not null default app.current_tenant_id(),
    id uuid not null default gen_random_uuid(),
    account_id uuid not null,
    kind mainstay.note_kind not null default 'note',
    body text not null check (length(btrim(body)) between 1 and 20000),
    author_id uuid,
    occurred_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, account_id)
        references mainstay.accounts (tenant_id, id) on delete cascade,
    foreign key (tenant_id, author_id)
        references mainstay.profiles (tenant_id, user_id)
        on delete set null (author_id)
);
create index notes_account_idx
    on mainstay.notes (tenant_id, account_id, occurred_at desc, id);
create index notes_author_idx on mainstay.notes (tenant_id, author_id);
comment on table mainstay.notes is
    'Notes and interactions (calls, e-mails, meetings) with an account.';

create table mainstay.tasks (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    account_id uuid,
    title text not null check (length(btrim(title)) between 1 and 300),
    detail text,
    status mainstay.task_status not null default 'open',
    priority mainstay.task_priority not null default 'medium',
    due_on date,
    assignee_id uuid,
    created_by uuid,
    completed_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, account_id)
        references mainstay.accounts (tenant_id, id) on delete cascade,
    foreign key (tenant_id, assignee_id)
        references mainstay.profiles (tenant_id, user_id)
        on delete set null (assignee_id),
    foreign key (tenant_id, created_by)
        references mainstay.profiles (tenant_id, user_id)
        on delete set null (created_by)
);
create index tasks_account_idx
    on mainstay.tasks (tenant_id, account_id, due_on);
create index tasks_assignee_idx
    on mainstay.tasks (tenant_id, assignee_id, status, due_on);
create index tasks_created_by_idx on mainstay.tasks (tenant_id, created_by);
comment on table mainstay.tasks is 'Something one person should do.';

create table mainstay.tags (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    name text not null check (length(btrim(name)) between 1 and 60),
    color_hex text not null default '#64748b'
        check (color_hex ~ '^#[0-9a-f]{6}$'),
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, name)
);
comment on table mainstay.tags is 'Labels a tenant gives to its accounts.';

create table mainstay.account_tags (
    tenant_id uuid not null default app.current_tenant_id(),
    account_id uuid not null,
    tag_id uuid not null,
    created_at timestamptz not null default now(),
    primary key (tenant_id, account_id, tag_id),
    foreign key (tenant_id, account_id)
        references mainstay.accounts (tenant_id, id) on delete cascade,
    foreign key (tenant_id, tag_id)
        references mainstay.tags (tenant_id, id) on delete cascade
);
create index account_tags_tag_idx
    on mainstay.account_tags (tenant_id, tag_id, account_id);
comment on table mainstay.account_tags is 'Which account carries which tag.';

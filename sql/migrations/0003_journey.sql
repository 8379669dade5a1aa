-- Journey: the stages an account goes through, their goals, and its path.

create domain mainstay.stage_kind as text
    check (value in ('normal', 'exception', 'terminal'));
create domain mainstay.goal_status as text
    check (value in ('open', 'reached', 'waived'));

create table mainstay.journey_stages (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    name text not null check (length(btrim(name)) between 1 and 60),
    display_order integer not null,
    target_duration_days integer check (target_duration_days > 0),
    color_hex text not null default '#64748b'
        check (color_hex ~ '^#[0-9a-f]{6}$'),
    kind mainstay.stage_kind not null default 'normal',
    weights jsonb not null default '{}'
        check (jsonb_typeof(weights) = 'object'),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, name),
    unique (tenant_id, display_order) deferrable initially immediate
);
comment on table mainstay.journey_stages is
    'The stages of the customer journey, as the tenant designed them.';
comment on column mainstay.journey_stages.kind is
    'exception: outside the normal path (At Risk); terminal: the end (Churn).';
comment on column mainstay.journey_stages.weights is
    'Weights that override those of the scorecard while an account is here.';

alter table mainstay.accounts add foreign key (tenant_id, current_stage)
    references mainstay.journey_stages (tenant_id, name)
    on update cascade on delete no action;

create table mainstay.stage_goals (
    tenant_id uuid not null default app.current_tenant_id(),
    id uuid not null default gen_random_uuid(),
    stage_id uuid not null,
    title text not null check (length(btrim(title)) between 1 and 200),
    description text,
    is_mandatory boolean not null default true,
    display_order integer not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, stage_id)
        references mainstay.journey_stages (tenant_id, id) on delete cascade
);
create index stage_goals_stage_idx
    on mainstay.stage_goals (tenant_id, stage_id, display_order);
comment on table mainstay.stage_goals is
    'What an account should have reached before it leaves a stage.';

create table mainstay.account_goals (
    tenant_id uuid not null default app.current_tenant_id(),
    id uuid not null default gen_random_uuid(),
    account_id uuid not null,
    goal_id uuid not null,
    status mainstay.goal_status not null default 'open',
    reason text,
    decided_by uuid,
    decided_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, account_id, goal_id),
    foreign key (tenant_id, account_id)
        references mainstay.accounts (tenant_id, id) on delete cascade,
    foreign key (tenant_id, goal_id)
        references mainstay.stage_goals (tenant_id, id) on delete cascade,
    foreign key (tenant_id, decided_by)
        references mainstay.profiles (tenant_id, user_id)
        on delete set null (decided_by)
);
create index account_goals_goal_idx
    on mainstay.account_goals (tenant_id, goal_id);
create index account_goals_decided_by_idx
    on mainstay.account_goals (tenant_id, decided_by);
comment on table mainstay.account_goals is
    'Where an account stands with a stage goal.';
comment on column mainstay.account_goals.reason is
    'Why the goal was waived.';

create table mainstay.journey_history (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    account_id uuid not null,
    from_stage text,
    to_stage text not null,
    entered_at timestamptz not null default now(),
    exited_at timestamptz,
    duration_days integer,
    triggered_by uuid,
    notes text,
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    check (exited_at >= entered_at),
    foreign key (tenant_id, account_id)
        references mainstay.accounts (tenant_id, id) on delete cascade,
    foreign key (tenant_id, from_stage)
        references mainstay.journey_stages (tenant_id, name)
        on update cascade on delete no action,
    foreign key (tenant_id, to_stage)
        references mainstay.journey_stages (tenant_id, name)
        on update cascade on delete no action,
    foreign key (tenant_id, triggered_by)
        references mainstay.profiles (tenant_id, user_id)
        on delete set null (triggered_by)
);
create unique index journey_history_open_key
    on mainstay.journey_history (tenant_id, account_id)
    where exited_at is null;
create index journey_history_account_idx
    on mainstay.journey_history (tenant_id, account_id, entered_at desc);
create index journey_history_entered_idx
    on mainstay.journey_history (tenant_id, entered_at);
create index journey_history_from_idx
    on mainstay.journey_history (tenant_id, from_stage);
create index journey_history_to_idx
    on mainstay.journey_history (tenant_id, to_stage, entered_at);
create index journey_history_triggered_by_idx
    on mainstay.journey_history (tenant_id, triggered_by);
comment on table mainstay.journey_history is
    'Every stay of an account in a stage; at most one is open. Written by '
    'trigger when accounts.current_stage changes.';
comment on column mainstay.journey_history.duration_days is
    'Whole days of a finished stay; null while it is open.';

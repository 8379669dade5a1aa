-- Automation: playbooks and what they did, alerts, mail, texts and models.

create domain mainstay.playbook_trigger as text
    check (value in ('health_score_drop', 'band_change', 'stage_transition',
        'goal_reached', 'renewal_due', 'usage_decline', 'ticket_spike',
        'nps_drop', 'negative_sentiment', 'alert_raised', 'inactivity',
        'cdi_event', 'manual', 'schedule'));
create domain mainstay.execution_status as text
    check (value in ('queued', 'succeeded', 'failed', 'skipped'));
create domain mainstay.alert_severity as text
    check (value in ('info', 'warning', 'critical'));
create domain mainstay.alert_status as text
    check (value in ('open', 'acknowledged', 'resolved'));
create domain mainstay.delivery_status as text
    check (value in ('pending', 'processing', 'completed', 'failed'));
create domain mainstay.sentiment_label as text
    check (value in ('positive', 'neutral', 'negative'));

create table mainstay.playbooks (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    name text not null check (length(btrim(name)) between 1 and 200),
    description text,
    trigger_type mainstay.playbook_trigger not null,
    trigger_criteria jsonb not null default '{}'
        check (jsonb_typeof(trigger_criteria) = 'object'),
    webhook_endpoint_id uuid,
    cooldown_minutes integer not null default 60
        check (cooldown_minutes >= 0),
    max_executions_per_day integer check (max_executions_per_day > 0),
    is_active boolean not null default true,
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, name)
);
create index playbooks_trigger_idx
    on mainstay.playbooks (tenant_id, trigger_type) where is_active;
create index playbooks_endpoint_idx
    on mainstay.playbooks (tenant_id, webhook_endpoint_id);
comment on table mainstay.playbooks is
    'An automation: when something happens and a condition holds, do this.';
comment on column mainstay.playbooks.trigger_criteria is
    '{"trigger": trigger_type, "condition": {…}}; conditions: score_below, '
    'drop_more_than, to_stage, from_stage.';
comment on column mainstay.playbooks.webhook_endpoint_id is
    'Where its webhook goes; null: nowhere yet, so it cannot fire.';
comment on column mainstay.playbooks.cooldown_minutes is
    'Least time between two runs for the same account.';
comment on column mainstay.playbooks.max_executions_per_day is
    'Most runs in 24 hours over all accounts; null: no limit.';
comment on column mainstay.playbooks.version is
    'Counts up with every change of what the playbook does.';

create table mainstay.playbook_executions (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    playbook_id uuid not null,
    playbook_version integer not null default 1,
    account_id uuid not null,
    executed_at timestamptz not null default now(),
    status mainstay.execution_status not null,
    result text,
    reason text,
    trigger_event jsonb not null default '{}',
    webhook_id uuid,
    error_message text,
    executed_by uuid,
    primary key (tenant_id, id),
    foreign key (tenant_id, playbook_id)
        references mainstay.playbooks (tenant_id, id) on delete no action,
    foreign key (tenant_id, account_id)
        references mainstay.accounts (tenant_id, id) on delete cascade,
    foreign key (tenant_id, executed_by)
        references mainstay.profiles (tenant_id, user_id)
        on delete set null (executed_by)
);
create index playbook_executions_playbook_idx on mainstay.playbook_executions
    (tenant_id, playbook_id, executed_at desc);
create index playbook_executions_account_idx on mainstay.playbook_executions
    (tenant_id, account_id, executed_at desc);
create index playbook_executions_webhook_idx
    on mainstay.playbook_executions (tenant_id, webhook_id)
    where webhook_id is not null;
create index playbook_executions_executed_by_idx
    on mainstay.playbook_executions (tenant_id, executed_by);
comment on table mainstay.playbook_executions is
    'Every decision about a playbook: it fired, or was skipped and why.';
comment on column mainstay.playbook_executions.reason is
    'Plain sentence: why it fired or did not.';
comment on column mainstay.playbook_executions.webhook_id is
    'The delivery it put into webhook_queue.';

create table mainstay.alerts (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    account_id uuid,
    kind text not null,
    severity mainstay.alert_severity not null default 'warning',
    title text not null,
    detail text,
    status mainstay.alert_status not null default 'open',
    created_at timestamptz not null default now(),
    acknowledged_at timestamptz,
    acknowledged_by uuid,
    resolved_at timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, account_id)
        references mainstay.accounts (tenant_id, id) on delete cascade,
    foreign key (tenant_id, acknowledged_by)
        references mainstay.profiles (tenant_id, user_id)
        on delete set null (acknowledged_by)
);
create index alerts_open_idx on mainstay.alerts
    (tenant_id, created_at desc, id) where status = 'open';
create index alerts_created_idx
    on mainstay.alerts (tenant_id, created_at desc, id);
create index alerts_account_idx
    on mainstay.alerts (tenant_id, account_id, created_at desc);
create index alerts_acknowledged_by_idx
    on mainstay.alerts (tenant_id, acknowledged_by);
comment on table mainstay.alerts is 'Something a person should look at.';
comment on column mainstay.alerts.kind is
    'health_drop, health_below_60, health_below_40, playbook, sentiment, …';

create table mainstay.email_outbox (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    account_id uuid,
    to_address mainstay.email_address not null,
    subject text not null check (length(subject) <= 300),
    body text not null,
    status mainstay.delivery_status not null default 'pending',
    attempts integer not null default 0,
    next_attempt_at timestamptz not null default now(),
    error_message text,
    created_at timestamptz not null default now(),
    processed_at timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, account_id)
        references mainstay.accounts (tenant_id, id)
        on delete set null (account_id)
);
create index email_outbox_account_idx
    on mainstay.email_outbox (tenant_id, account_id, created_at desc);
create index email_outbox_due_idx on mainstay.email_outbox (next_attempt_at)
    where processed_at is null;
comment on table mainstay.email_outbox is
    'Mail to send, written in the transaction that wants it sent.';

create table mainstay.ai_workflows (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    name text not null check (length(btrim(name)) between 1 and 200),
    kind text not null default 'follow_up_email',
    settings jsonb not null default '{}',
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, name)
);
comment on table mainstay.ai_workflows is
    'Work that a language model prepares, a follow-up mail for instance.';

create table mainstay.ai_workflow_runs (
    tenant_id uuid not null default app.current_tenant_id(),
    id uuid not null default gen_random_uuid(),
    workflow_id uuid not null,
    account_id uuid,
    status mainstay.execution_status not null default 'queued',
    context jsonb not null default '{}',
    result jsonb,
    error_message text,
    created_at timestamptz not null default now(),
    finished_at timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, workflow_id)
        references mainstay.ai_workflows (tenant_id, id) on delete cascade,
    foreign key (tenant_id, account_id)
        references mainstay.accounts (tenant_id, id) on delete cascade
);
create index ai_workflow_runs_workflow_idx on mainstay.ai_workflow_runs
    (tenant_id, workflow_id, created_at desc);
create index ai_workflow_runs_account_idx on mainstay.ai_workflow_runs
    (tenant_id, account_id, created_at desc);
comment on table mainstay.ai_workflow_runs is 'Runs of AI workflows.';

create table mainstay.sentiment_analyses (
    tenant_id uuid not null default app.current_tenant_id(),
    id uuid not null default gen_random_uuid(),
    account_id uuid not null,
    source_type text not null,
    source_id text,
    text_body text not null check (length(text_body) <= 20000),
    language text,
    score_milli integer check (score_milli between -1000 and 1000),
    label mainstay.sentiment_label,
    model text,
    observed_at timestamptz not null default now(),
    recorded_at timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, account_id)
        references mainstay.accounts (tenant_id, id) on delete cascade
);
create index sentiment_analyses_account_idx on mainstay.sentiment_analyses
    (tenant_id, account_id, observed_at desc);
comment on table mainstay.sentiment_analyses is
    'Texts of customers and how friendly they sound.';
comment on column mainstay.sentiment_analyses.score_milli is
    'Thousandths from -1000 (angry) to 1000 (delighted).';

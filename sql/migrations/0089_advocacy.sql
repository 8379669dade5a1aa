-- Advocacy: what customers do in public for the tenant, and whom not to ask
-- too often.

create domain mainstay.advocacy_type as text
    check (value in ('case_study', 'testimonial', 'reference_call',
        'speaker_event', 'press_release', 'webinar', 'user_group',
        'advisory_board'));
create domain mainstay.advocacy_status as text
    check (value in ('pending', 'requested', 'in_progress', 'completed',
        'declined', 'cancelled'));

create table mainstay.advocacy_activities (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    account_id uuid not null,
    contact_id uuid,
    type mainstay.advocacy_type not null,
    status mainstay.advocacy_status not null default 'pending',
    requested_at timestamptz,
    completed_at timestamptz,
    outcome text check (length(outcome) <= 5000),
    value text check (length(value) <= 500),
    content_urls text[] not null default '{}',
    override_reason text check (length(override_reason) <= 500),
    created_by uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, account_id)
        references mainstay.accounts (tenant_id, id) on delete cascade,
    foreign key (tenant_id, contact_id)
        references mainstay.contacts (tenant_id, id)
        on delete set null (contact_id),
    foreign key (tenant_id, created_by)
        references mainstay.profiles (tenant_id, user_id)
        on delete set null (created_by),
    check ((status = 'completed') = (completed_at is not null))
);
create index advocacy_activities_account_idx
    on mainstay.advocacy_activities (tenant_id, account_id, created_at desc,
        id);
create index advocacy_activities_contact_idx
    on mainstay.advocacy_activities (tenant_id, contact_id,
        requested_at desc);
create index advocacy_activities_status_idx
    on mainstay.advocacy_activities (tenant_id, status, updated_at desc, id);
create index advocacy_activities_created_by_idx
    on mainstay.advocacy_activities (tenant_id, created_by);
comment on table mainstay.advocacy_activities is
    'What a customer was asked to do in public, and what came of it.';
comment on column mainstay.advocacy_activities.tenant_id is
    'The organisation it belongs to.';
comment on column mainstay.advocacy_activities.id is 'Its id here.';
comment on column mainstay.advocacy_activities.account_id is
    'The account that speaks for you.';
comment on column mainstay.advocacy_activities.contact_id is
    'The person who is asked; null: nobody in particular.';
comment on column mainstay.advocacy_activities.type is
    'What is asked for: a case study, a testimonial, a reference call, a '
    'talk, a press release, a webinar, a user group, an advisory board.';
comment on column mainstay.advocacy_activities.status is
    'Pending, requested, in progress, completed, declined, cancelled.';
comment on column mainstay.advocacy_activities.requested_at is
    'When the person was asked.';
comment on column mainstay.advocacy_activities.completed_at is
    'When it was done.';
comment on column mainstay.advocacy_activities.outcome is
    'What came of it.';
comment on column mainstay.advocacy_activities.value is
    'What it was worth, in a few words.';
comment on column mainstay.advocacy_activities.content_urls is
    'Where it can be seen: http or https.';
comment on column mainstay.advocacy_activities.override_reason is
    'Why the person was asked within the rest period.';
comment on column mainstay.advocacy_activities.created_by is
    'User id of who entered it.';
comment on column mainstay.advocacy_activities.created_at is
    'When it was entered.';
comment on column mainstay.advocacy_activities.updated_at is
    'When it last changed.';

-- What the admin area keeps: the tenant's own attributes, what each tier is
-- promised, and who was invited.

create domain mainstay.attribute_kind as text
    check (value in ('text', 'number', 'date', 'boolean', 'choice'));

create table mainstay.custom_attributes (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    key text not null check (key ~ '^[a-z][a-z0-9_]{0,59}$'),
    label text not null check (length(btrim(label)) between 1 and 60),
    kind mainstay.attribute_kind not null default 'text',
    choices text[] not null default '{}',
    is_required boolean not null default false,
    position integer not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, key),
    check ((kind = 'choice') = (cardinality(choices) > 0))
);
comment on table mainstay.custom_attributes is
    'Attributes that the tenant gives its accounts. The values are in '
    'accounts.crm_attributes, under the key.';
comment on column mainstay.custom_attributes.key is
    'Name in crm_attributes, imports and the API; never changes.';
comment on column mainstay.custom_attributes.choices is
    'What may be chosen, in order; of a choice only.';
comment on column mainstay.custom_attributes.is_required is
    'A new account must have it, and nobody may empty it.';

create table mainstay.account_tiers (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    tier mainstay.account_tier not null,
    arr_from_cents bigint not null check (arr_from_cents >= 0),
    accounts_per_csm integer check (accounts_per_csm between 1 and 10000),
    response_hours integer not null
        check (response_hours between 1 and 720),
    onboarding_days integer check (onboarding_days between 1 and 730),
    review_days integer check (review_days between 1 and 730),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, tier)
);
comment on table mainstay.account_tiers is
    'What the accounts of a tier are promised.';
comment on column mainstay.account_tiers.arr_from_cents is
    'From which ARR an account is meant for the tier; moves nobody.';
comment on column mainstay.account_tiers.accounts_per_csm is
    'How many accounts one CSM looks after; null: nobody does, it is '
    'automated.';
comment on column mainstay.account_tiers.response_hours is
    'Hours until the first answer.';
comment on column mainstay.account_tiers.onboarding_days is
    'Days from contract to the end of onboarding; null: at its own pace.';
comment on column mainstay.account_tiers.review_days is
    'Days from one business review to the next; null: none.';

-- Protected again when the policies are made.
alter table mainstay.tenants no force row level security;
insert into mainstay.account_tiers (tenant_id, tier, arr_from_cents,
    accounts_per_csm, response_hours, onboarding_days, review_days)
select t.id, d.tier, d.arr_from, d.accounts, d.hours, d.onboarding, d.review
  from mainstay.tenants t
 cross join (values ('enterprise', 10000000, 1, 2, 45, 30),
       ('mid_market', 2500000, 5, 4, 40, 30),
       ('small_business', 500000, 20, 24, 30, 90),
       ('trial', 0, null, 48, null, null)) d (tier, arr_from, accounts,
       hours, onboarding, review);

create table mainstay.invitations (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    email mainstay.email_address not null,
    role mainstay.user_role not null,
    token_hash bytea not null unique check (octet_length(token_hash) = 32),
    invited_by uuid,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null default now() + interval '7 days',
    accepted_at timestamptz,
    revoked_at timestamptz,
    primary key (tenant_id, id),
    check (accepted_at is null or revoked_at is null),
    foreign key (tenant_id, invited_by)
        references mainstay.profiles (tenant_id, user_id)
        on delete set null (invited_by)
);
create index invitations_invited_by_idx
    on mainstay.invitations (tenant_id, invited_by);
create unique index invitations_open_key
    on mainstay.invitations (tenant_id, lower(email))
    where accepted_at is null and revoked_at is null;
comment on table mainstay.invitations is
    'People asked to join a tenant by a link.';
comment on column mainstay.invitations.token_hash is
    'SHA-256 of the secret in the link; the link is shown once and never '
    'stored.';
comment on column mainstay.invitations.expires_at is
    'The link opens nothing afterwards.';

-- The log is read by who did it, and by what it was done to.
create index audit_log_actor_idx
    on mainstay.audit_log (tenant_id, actor_id, at desc, id);
create index audit_log_type_idx
    on mainstay.audit_log (tenant_id, object_type, at desc, id);

-- A stage may go while its name stays in the history of accounts that were
-- there; a rename is carried over by a trigger.
alter table mainstay.journey_history
    drop constraint journey_history_tenant_id_from_stage_fkey,
    drop constraint journey_history_tenant_id_to_stage_fkey;
comment on column mainstay.journey_history.to_stage is
    'Name of the stage; stays when the stage is deleted.';

alter table mainstay.webhook_endpoints
    add column secret_before text
        check (secret_before ~ '^whsec_[A-Za-z0-9+/]{32,86}={0,2}$'),
    add column secret_before_until timestamptz,
    add check ((secret_before is null) = (secret_before_until is null));
comment on column mainstay.webhook_endpoints.secret_before is
    'The key before the last rotation. Secret as well.';
comment on column mainstay.webhook_endpoints.secret_before_until is
    'Until then deliveries are signed with both, so that a receiver can '
    'change over.';

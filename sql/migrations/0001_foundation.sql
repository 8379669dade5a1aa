-- Foundation: organisations, people, their roles, and who did what.

create domain mainstay.user_role as text
    check (value in ('Viewer', 'Contributor', 'Practitioner', 'Tenant Admin'));
comment on domain mainstay.user_role is
    'Role inside one tenant, lowest first: Viewer, Contributor, Practitioner, '
    'Tenant Admin.';

create domain mainstay.actor_kind as text
    check (value in ('user', 'key', 'system'));

create domain mainstay.email_address as text
    check (length(value) <= 254 and value ~ '^[^@[:space:]]+@[^@[:space:]]+$');

-- A first form, so that columns can default to it; sql/functions/getter.sql
-- replaces it on every deploy.
create function app.current_tenant_id() returns uuid
language sql stable parallel safe
return nullif(pg_catalog.current_setting('app.current_tenant_id', true),
    '')::uuid;

create table mainstay.tenants (
    id uuid primary key default gen_random_uuid(),
    slug text not null unique
        check (slug ~ '^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$'),
    name text not null check (length(btrim(name)) between 1 and 200),
    settings jsonb not null default '{}',
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
comment on table mainstay.tenants is
    'An organisation that uses Mainstay. Everything else belongs to one.';
comment on column mainstay.tenants.slug is
    'Short name for addresses and commands; unique in the installation.';
comment on column mainstay.tenants.is_active is
    'False ends every session of the tenant at its next request.';

create table mainstay.users (
    id uuid primary key default gen_random_uuid(),
    email mainstay.email_address not null,
    password_hash text,
    is_active boolean not null default true,
    password_changed_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create unique index users_email_key on mainstay.users (lower(email));
comment on table mainstay.users is
    'A person who signs in. Belongs to tenants through profiles; readable by '
    'the sign-in functions only.';
comment on column mainstay.users.password_hash is
    'bcrypt of the pre-hashed password; null: cannot sign in with a password.';

create table mainstay.profiles (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    user_id uuid not null references mainstay.users (id) on delete cascade,
    full_name text not null check (length(btrim(full_name)) between 1 and 200),
    email mainstay.email_address not null,
    role mainstay.user_role not null default 'Viewer',
    is_active boolean not null default true,
    last_used_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, user_id)
);
create index profiles_user_idx on mainstay.profiles (user_id, tenant_id);
comment on table mainstay.profiles is
    'What a user is inside one tenant: the name shown there and the role.';
comment on column mainstay.profiles.email is
    'Copy of users.email, which members of the tenant may read.';
comment on column mainstay.profiles.last_used_at is
    'Last sign-in or switch to this tenant: the next sign-in starts here.';

create table mainstay.sessions (
    id bytea primary key check (octet_length(id) = 32),
    user_id uuid not null references mainstay.users (id) on delete cascade,
    tenant_id uuid not null,
    created_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    expires_at timestamptz not null,
    revoked_at timestamptz,
    ip inet,
    user_agent text,
    foreign key (tenant_id, user_id)
        references mainstay.profiles (tenant_id, user_id) on delete cascade
) with (fillfactor = 80);
create index sessions_profile_idx on mainstay.sessions (tenant_id, user_id);
create index sessions_user_idx on mainstay.sessions (user_id, created_at);
comment on table mainstay.sessions is
    'Signed-in browsers. No role reads it directly: api.begin_request does.';
comment on column mainstay.sessions.id is
    'SHA-256 of the secret in the cookie; the secret itself is never stored.';
comment on column mainstay.sessions.expires_at is
    'Absolute end, seven days after sign-in; 24 idle hours end it sooner.';

create table mainstay.api_keys (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    name text not null check (length(btrim(name)) between 1 and 100),
    prefix text not null,
    key_hash bytea not null unique check (octet_length(key_hash) = 32),
    acts_as mainstay.user_role not null default 'Contributor'
        check (acts_as <> 'Tenant Admin'),
    created_by uuid,
    created_at timestamptz not null default now(),
    last_used_at timestamptz,
    expires_at timestamptz not null default now() + interval '1 year',
    revoked_at timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, created_by)
        references mainstay.profiles (tenant_id, user_id)
        on delete set null (created_by)
);
create index api_keys_created_by_idx
    on mainstay.api_keys (tenant_id, created_by);
comment on table mainstay.api_keys is 'Keys with which programs call the API.';
comment on column mainstay.api_keys.key_hash is
    'SHA-256 of the key; the key is shown once and never stored.';
comment on column mainstay.api_keys.prefix is
    'First characters of the key, so that people can tell keys apart.';
comment on column mainstay.api_keys.acts_as is
    'Role whose rights the key has; never Tenant Admin.';

create table mainstay.audit_log (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    id bigint not null generated always as identity,
    at timestamptz not null default clock_timestamp(),
    actor_id uuid,
    actor_kind mainstay.actor_kind not null default 'user',
    action text not null,
    object_type text not null,
    object_id text,
    before jsonb,
    after jsonb,
    ip inet,
    request_id text,
    primary key (tenant_id, id)
);
create index audit_log_at_idx on mainstay.audit_log (tenant_id, at desc, id);
create index audit_log_object_idx
    on mainstay.audit_log (tenant_id, object_type, object_id, at desc);
comment on table mainstay.audit_log is
    'Who changed what, written in the transaction of the change. Rows are '
    'never altered.';
comment on column mainstay.audit_log.actor_id is
    'User or key; no foreign key, the entry outlives the actor.';
comment on column mainstay.audit_log.before is
    'Only the columns that changed, as they were; secrets are left out.';
comment on column mainstay.audit_log.after is
    'Only the columns that changed, as they became.';

create table mainstay.login_attempts (
    key bytea primary key check (octet_length(key) = 32),
    fails integer not null default 0,
    last_fail_at timestamptz not null default now(),
    blocked_until timestamptz not null default '-infinity'
);
comment on table mainstay.login_attempts is
    'Failed sign-ins per e-mail and per network, to slow down guessing.';
comment on column mainstay.login_attempts.key is
    'HMAC of the e-mail or network: the table tells nothing about people.';

-- The delivery queue.
--
-- A delivery is one row of webhook_hot (small, rewritten at each claim) and
-- one of webhook_payloads (large, never rewritten).  When it is over, the
-- hot row is deleted and one of webhook_history remains.  Each try leaves a
-- row in webhook_attempts.  People read the view webhook_queue.
--
-- No index mentions status, locked_by, locked_until or attempts: the claim,
-- which changes only these, then rewrites no index (HOT), and half of each
-- page is left free for it.

-- The names of headers, without what they carry.
create function mainstay.mask_headers(p_headers jsonb) returns jsonb
language sql immutable parallel safe
begin atomic
    select coalesce(jsonb_object_agg(k, '********'), '{}')
    from jsonb_object_keys(p_headers) k;
end;

-- Names are tokens, values are printable, and none of those that carry the
-- message itself: one line break could otherwise forge a second request.
create function mainstay.is_header_set(p_headers jsonb) returns boolean
language sql immutable parallel safe
begin atomic
    select case when jsonb_typeof(p_headers) <> 'object' then false else (
        select count(*) <= 16 and coalesce(bool_and(
            h.key ~ '^[A-Za-z0-9!#$%&''*+.^_`|~-]{1,64}$'
            and char_length(h.value) <= 1024
            and h.value ~ '^[!-~]([ -~]*[!-~])?$'
            and lower(h.key) !~ '^(webhook-.*|host|content-length'
                '|content-type|transfer-encoding|connection|expect|te'
                '|trailer|upgrade|proxy-.*|user-agent)$'), true)
        from jsonb_each_text(p_headers) h
    ) end;
end;

create table mainstay.webhook_endpoints (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    name text not null,
    url text not null,
    method text not null default 'POST',
    headers jsonb not null default '{}',
    headers_masked jsonb not null
        generated always as (mainstay.mask_headers(headers)) stored,
    secret text not null,
    format text not null default 'standard',
    max_inflight smallint not null default 20,
    is_active boolean not null default true,
    disabled_at timestamptz,
    disabled_reason text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, name),
    constraint webhook_endpoints_name
        check (char_length(name) between 1 and 120),
    constraint webhook_endpoints_url check (char_length(url) <= 2048 and
        url ~ '^https?://([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?([/?][!-~]*)?$'),
    constraint webhook_endpoints_method
        check (method in ('POST', 'PUT', 'PATCH')),
    constraint webhook_endpoints_headers
        check (mainstay.is_header_set(headers)),
    constraint webhook_endpoints_secret
        check (secret ~ '^whsec_[A-Za-z0-9+/]{32,86}={0,2}$'),
    constraint webhook_endpoints_format
        check (format in ('standard', 'seed-000', 'seed-001')),
    constraint webhook_endpoints_max_inflight
        check (max_inflight between 1 and 500)
);
comment on table mainstay.webhook_endpoints is
    'Where deliveries of a tenant go, and how they are signed.';
comment on column mainstay.webhook_endpoints.headers is
    'Static headers, such as n8n''s header authentication. Secret: the application may write but not read them.';
comment on column mainstay.webhook_endpoints.headers_masked is
    'The names of the static headers, for the screens.';
comment on column mainstay.webhook_endpoints.secret is
    'Standard Webhooks key, whsec_ and base64. The application may write but not read it.';
comment on column mainstay.webhook_endpoints.format is
    'Shape of the payload: standard, or as the documents 000 (nested) and 001 (flat) print it.';
comment on column mainstay.webhook_endpoints.max_inflight is
    'Requests that one worker may have open to this endpoint.';
comment on column mainstay.webhook_endpoints.is_active is
    'False: deliveries wait in the queue and are not claimed.';
comment on column mainstay.webhook_endpoints.disabled_at is
    'When the receiver answered 410 Gone and we stopped by ourselves.';

create table mainstay.webhook_payloads (
    tenant_id uuid not null
        references mainstay.tenants (id) on delete cascade,
    id uuid not null,
    created_at timestamptz not null,
    event_type text not null,
    body json not null,
    primary key (tenant_id, created_at, id)
) partition by range (created_at);
comment on table mainstay.webhook_payloads is
    'What is sent, byte for byte. Nobody may change it.';
comment on column mainstay.webhook_payloads.id is
    'The delivery: the same id as in webhook_hot and webhook_history.';
comment on column mainstay.webhook_payloads.body is
    'json and not jsonb: the text is kept as it was built, with its order of keys.';

create table mainstay.webhook_hot (
    tenant_id uuid not null,
    id uuid not null,
    endpoint_id uuid not null,
    account_id uuid,
    playbook_id uuid,
    next_attempt_at timestamptz not null,
    locked_until timestamptz,
    created_at timestamptz not null,
    lease int not null default 0,
    attempts smallint not null default 0,
    max_attempts smallint not null default 10,
    response_status smallint,
    status text not null default 'pending'
        check (status in ('pending', 'processing')),
    locked_by int,
    error_message text,
    primary key (tenant_id, id),
    constraint webhook_hot_endpoint foreign key (tenant_id, endpoint_id)
        references mainstay.webhook_endpoints (tenant_id, id)
        on delete cascade
) with (fillfactor = 45, autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
create index webhook_hot_lane on mainstay.webhook_hot
    (tenant_id, endpoint_id, next_attempt_at, id);
comment on table mainstay.webhook_hot is
    'Deliveries that are not over. account_id and playbook_id are not foreign keys: a delivery outlives both, and each index would cost a write per claim.';
comment on column mainstay.webhook_hot.lease is
    'Counts the claims. A result is recorded only when it names the present one.';
comment on column mainstay.webhook_hot.locked_by is
    'The worker (webhook_workers.id) that claimed it. When that row is gone the claim is void.';
comment on column mainstay.webhook_hot.attempts is
    'Charged at the claim, so that a delivery which kills its worker ends.';

create table mainstay.webhook_history (
    tenant_id uuid not null
        references mainstay.tenants (id) on delete cascade,
    id uuid not null,
    endpoint_id uuid not null,
    account_id uuid,
    playbook_id uuid,
    created_at timestamptz not null,
    processed_at timestamptz not null default now(),
    attempts smallint not null,
    max_attempts smallint not null,
    response_status smallint,
    status text not null check (status in ('completed', 'failed')),
    error_message text,
    primary key (tenant_id, created_at, id)
) partition by range (created_at);
comment on table mainstay.webhook_history is
    'Deliveries that are over. Kept by the day they were created, next to their payload, and dropped with it.';

create table mainstay.webhook_attempts (
    tenant_id uuid not null
        references mainstay.tenants (id) on delete cascade,
    delivery_id uuid not null,
    attempted_at timestamptz not null default now(),
    lease int not null,
    attempt smallint not null,
    response_status smallint,
    duration_ms int not null,
    error_message text,
    response_body text check (octet_length(response_body) <= 16384),
    primary key (tenant_id, delivery_id, attempted_at, lease)
) partition by range (attempted_at);
comment on table mainstay.webhook_attempts is
    'Each try of a delivery: what was answered, or why there was no answer.';
comment on column mainstay.webhook_attempts.attempted_at is
    'When the result was recorded, by PostgreSQL''s clock.';
comment on column mainstay.webhook_attempts.response_body is
    'The first 16 KiB of the answer.';

-- Rows land here only when the clock did not make months ahead.
create table mainstay.webhook_payloads_default
    partition of mainstay.webhook_payloads default;
create table mainstay.webhook_history_default
    partition of mainstay.webhook_history default;
create table mainstay.webhook_attempts_default
    partition of mainstay.webhook_attempts default;

create table mainstay.webhook_workers (
    id int generated by default as identity primary key,
    name text not null,
    version text not null,
    is_idle boolean not null default false,
    started_at timestamptz not null default now(),
    beat_at timestamptz not null default now()
) with (fillfactor = 50);
comment on table mainstay.webhook_workers is
    'The delivery workers that run. Each holds a session advisory lock on its id; when that is free and the beat is late, the row is deleted and its claims are void.';
comment on column mainstay.webhook_workers.is_idle is
    'True: it sleeps, so whoever adds a delivery must wake it. While workers are busy nobody pays for a notification.';

alter table mainstay.playbooks
    add constraint playbooks_webhook_endpoint
    foreign key (tenant_id, webhook_endpoint_id)
    references mainstay.webhook_endpoints (tenant_id, id)
    on delete restrict;

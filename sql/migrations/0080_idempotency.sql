-- What a request with an Idempotency-Key was answered, so that the same
-- request gets the same answer again and is not done twice.
create table mainstay.idempotency_keys (
    tenant_id uuid not null references mainstay.tenants (id)
        on delete cascade,
    actor_id uuid not null,
    key text not null check (length(key) between 1 and 255),
    fingerprint bytea not null check (length(fingerprint) = 32),
    status integer check (status between 200 and 299),
    headers jsonb check (jsonb_typeof(headers) = 'object'),
    body text,
    request_id text,
    created_at timestamptz not null default now(),
    primary key (tenant_id, actor_id, key)
);
create index idempotency_keys_created_idx on mainstay.idempotency_keys
    (created_at);
comment on table mainstay.idempotency_keys is
    'Requests of the last 24 hours that named themselves, and their answers.';
comment on column mainstay.idempotency_keys.actor_id is
    'The user, or the API key, that sent it: others may use the same name.';
comment on column mainstay.idempotency_keys.fingerprint is
    'SHA-256 of method, path and body.';
comment on column mainstay.idempotency_keys.status is
    'Written by the transaction that did it; nobody else ever sees it null.';

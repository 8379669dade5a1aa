-- Ingest: which messages were taken already, so that one sent twice counts
-- once. The facts themselves are in months by observed_at, where a message id
-- could not be unique.

create table mainstay.ingest_messages (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    id uuid not null,
    received_at timestamptz not null default now(),
    primary key (tenant_id, id)
);
-- For the sweep: rows arrive in this order, a few pages tell where each day is.
create index ingest_messages_received_idx on mainstay.ingest_messages
    using brin (received_at) with (pages_per_range = 32);
comment on table mainstay.ingest_messages is
    'Messages of the last 30 days. What comes again after that is still the '
    'same fact when its observed_at is the same.';
comment on column mainstay.ingest_messages.id is
    'Id of the fact, made of tenant, kind and message_id: a repetition has the '
    'same one without anything being looked up.';

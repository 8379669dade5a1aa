-- Mail goes the way of all deliveries: a tenant has one endpoint for it, and
-- what waits, was tried or failed is read from the queue.

alter table mainstay.webhook_endpoints
    drop constraint webhook_endpoints_format,
    drop constraint webhook_endpoints_url;
alter table mainstay.webhook_endpoints
    add constraint webhook_endpoints_format check (format in ('standard',
        'seed-000', 'seed-001', 'slack', 'email')),
    add constraint webhook_endpoints_url check (case
        when format = 'email' then url = 'mailto:'
        else char_length(url) <= 2048 and
            url ~ '^https?://([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?([/?][!-~]*)?$'
        end);
create unique index webhook_endpoints_email
    on mainstay.webhook_endpoints (tenant_id) where format = 'email';
comment on column mainstay.webhook_endpoints.format is
    'Shape of the payload: standard, as the documents 000 (nested) and 001 (flat) print it, or slack (a text). email: the way to the mail relay.';

-- Protected again when the policies are made: a foreign key looks at both.
alter table mainstay.email_outbox no force row level security;
alter table mainstay.contacts no force row level security;
alter table mainstay.email_outbox
    alter column id drop default,
    drop column status,
    drop column attempts,
    drop column next_attempt_at,
    drop column error_message,
    drop column processed_at,
    add column contact_id uuid,
    add column playbook_id uuid,
    add column execution_id uuid,
    add foreign key (tenant_id, contact_id)
        references mainstay.contacts (tenant_id, id)
        on delete set null (contact_id);
create index email_outbox_address_idx
    on mainstay.email_outbox (tenant_id, to_address, created_at desc);
create index email_outbox_contact_idx
    on mainstay.email_outbox (tenant_id, contact_id)
    where contact_id is not null;
comment on table mainstay.email_outbox is
    'Mail to send, written in the transaction that wants it sent. Its delivery has the same id.';
comment on column mainstay.email_outbox.contact_id is
    'The person of the customer it goes to: such mail can be unsubscribed from.';
comment on column mainstay.email_outbox.execution_id is
    'The run of a playbook that wrote it; no foreign key, as it may be written before its run.';

create table mainstay.email_opt_outs (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    address mainstay.email_address not null check (address = lower(address)),
    opted_out_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, address)
);
comment on table mainstay.email_opt_outs is
    'Addresses that want no more mail of a tenant. By address, so that it outlives the contact.';

create table mainstay.email_keys (
    id boolean primary key default true check (id),
    key bytea not null default uuid_send(gen_random_uuid())
        || uuid_send(gen_random_uuid())
);
comment on table mainstay.email_keys is
    'The key of links to unsubscribe; one row.';
insert into mainstay.email_keys default values;

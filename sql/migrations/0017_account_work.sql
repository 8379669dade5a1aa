-- Whom a call was with, and which account an entry of the log is about.

-- Protected again when the policies are made.
alter table mainstay.notes no force row level security;
alter table mainstay.contacts no force row level security;
alter table mainstay.audit_log no force row level security;

alter table mainstay.notes
    add column contact_id uuid,
    add foreign key (tenant_id, contact_id)
        references mainstay.contacts (tenant_id, id)
        on delete set null (contact_id);
create index notes_contact_idx on mainstay.notes (tenant_id, contact_id);
comment on column mainstay.notes.contact_id is
    'The person at the account a call, e-mail or meeting was with.';

alter table mainstay.audit_log add column account_id uuid;
create index audit_log_account_idx
    on mainstay.audit_log (tenant_id, account_id, at desc, id)
    where account_id is not null;
comment on column mainstay.audit_log.account_id is
    'The account whose row, or row around it, changed; no foreign key, as '
    'for the object.';

update mainstay.audit_log
   set account_id = case when object_type = 'accounts' then object_id
           else coalesce(after, before) ->> 'account_id' end::uuid
 where object_type = 'accounts'
    or coalesce(after, before) ->> 'account_id' is not null;

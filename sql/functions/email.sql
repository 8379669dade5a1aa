-- Mail to send: a row of email_outbox is a delivery of the tenant's endpoint
-- for mail, in the same transaction. How it is sent is in fcgi/worker/mail.c.

-- Whether somebody wants no more mail.
create or replace function mainstay.has_opted_out(p_tenant uuid,
    p_address text) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return exists (select from mainstay.email_opt_outs o
        where o.tenant_id = p_tenant and o.address = lower(p_address));
end
$$;
comment on function mainstay.has_opted_out(uuid, text) is
    'Whether an address wants no more mail of this tenant.';

-- How many mails an address was sent since then; those given up do not count.
create or replace function mainstay.emails_since(p_tenant uuid,
    p_address text, p_since timestamptz) returns bigint
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select count(*) from mainstay.email_outbox o
        where o.tenant_id = p_tenant and o.to_address = lower(p_address)
            and o.created_at >= p_since
            -- A delivery is made later in the transaction of its row.
            and not exists (
                select from mainstay.webhook_history h
                where h.tenant_id = p_tenant and h.id = o.id
                    and h.created_at >= o.created_at
                    and h.created_at < o.created_at + interval '1 hour'
                    and h.status = 'failed'));
end
$$;
comment on function mainstay.emails_since(uuid, text, timestamptz) is
    'How many mails an address was sent since then, without those given up.';

-- A name or a subject has one line.
create or replace function mainstay.one_line(p_text text) returns text
language sql immutable parallel safe
begin atomic
    select btrim(regexp_replace(p_text, '[[:cntrl:][:space:]]+', ' ', 'g'));
end;

create or replace function mainstay.email_outbox_queue() returns trigger
language plpgsql set search_path = ''
as $$
begin
    new.id := coalesce(new.id, mainstay.ordered_uuid());
    new.to_address := lower(new.to_address);
    new.subject := mainstay.one_line(new.subject);
    if new.to_address !~ ('^[a-z0-9.!#$%&''*+/=?^_`{|}~-]{1,64}@'
            '([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?$')
        then
        raise exception using errcode = 'MS422', column = 'to',
            message = 'This is not an address that mail can be sent to: '
                || left(mainstay.one_line(new.to_address), 100) || '.';
    end if;
    if new.subject = '' then
        raise exception using errcode = 'MS422', column = 'subject',
            message = 'Mail needs a subject.';
    end if;
    if octet_length(new.body) > 20000 then
        raise exception using errcode = 'MS422', column = 'body',
            message = 'A text may have at most 20,000 bytes.';
    end if;
    if mainstay.is_loading_history() then
        return new;
    end if;
    perform mainstay.enqueue_delivery(new.id,
        api.email_endpoint(new.tenant_id), new.playbook_id, new.account_id,
        'email', (
        select json_build_object('type', 'email', 'to', new.to_address,
            'name', mainstay.one_line(c.full_name), 'subject', new.subject,
            'text', new.body, 'from_name', mainstay.one_line(t.name),
            'reply_to', (
                select lower(p.email) from mainstay.accounts a
                join mainstay.profiles p on p.tenant_id = a.tenant_id
                    and p.user_id = a.csm_id
                where a.tenant_id = new.tenant_id and a.id = new.account_id
                    and new.contact_id is not null),
            'tenant_id', new.tenant_id, 'contact_id', new.contact_id)
        from mainstay.tenants t
        left join mainstay.contacts c on c.tenant_id = t.id
            and c.id = new.contact_id
        where t.id = new.tenant_id));
    return new;
end
$$;
create or replace trigger email_outbox_queue
    before insert on mainstay.email_outbox
    for each row execute function mainstay.email_outbox_queue();

-- p_to may be null for a contact: it is the contact's address.
create or replace function mainstay.queue_email(p_tenant uuid,
    p_account uuid, p_contact uuid, p_to text, p_subject text, p_body text,
    p_playbook uuid default null, p_execution uuid default null)
returns uuid
language plpgsql volatile set search_path = ''
as $$
declare
    v_to text := btrim(coalesce(p_to, (
        select c.email from mainstay.contacts c
        where c.tenant_id = p_tenant and c.id = p_contact)));
    v_id uuid;
begin
    if v_to is null or v_to = '' then
        raise exception using errcode = 'MS422', column = 'to',
            message = 'There is no address to send to.';
    end if;
    if v_to !~ '^[^@[:space:]]+@[^@[:space:]]+$' or length(v_to) > 254 then
        raise exception using errcode = 'MS422', column = 'to',
            message = 'This is not an address that mail can be sent to: '
                || left(mainstay.one_line(v_to), 100) || '.';
    end if;
    if mainstay.has_opted_out(p_tenant, v_to) then
        raise exception using errcode = 'MS409', column = 'to',
            message = v_to || ' has opted out of mail.';
    end if;
    if char_length(mainstay.one_line(p_subject)) not between 1 and 300
        or p_subject is null then
        raise exception using errcode = 'MS422', column = 'subject',
            message = 'Give the mail a subject of at most 300 characters.';
    end if;
    if btrim(coalesce(p_body, '')) = '' then
        raise exception using errcode = 'MS422', column = 'body',
            message = 'Mail needs a text.';
    end if;
    v_id := mainstay.ordered_uuid();
    insert into mainstay.email_outbox (tenant_id, id, account_id,
        contact_id, to_address, subject, body, playbook_id, execution_id)
    values (p_tenant, v_id, p_account, p_contact, v_to,
        mainstay.one_line(p_subject), p_body, p_playbook, p_execution);
    return v_id;
end
$$;
comment on function mainstay.queue_email(uuid, uuid, uuid, text, text, text,
    uuid, uuid) is
    'Mail in the caller''s transaction; returns the id of its delivery. MS422 '
    'names what is wrong, MS409: the address has opted out.';

do $$
declare
    v_function regprocedure;
begin
    for v_function in
        select oid::regprocedure from pg_proc
         where pronamespace = 'mainstay'::regnamespace
           and proname in ('has_opted_out', 'emails_since', 'one_line',
               'email_outbox_queue', 'queue_email')
    loop
        execute format('grant execute on function %s to mainstay_app, '
            'mainstay_maint, mainstay_definer', v_function);
    end loop;
end $$;

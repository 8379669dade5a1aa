-- role: mainstay_definer
--
-- email_api.sql - what mail needs beyond the rights of its caller: the
-- tenant's endpoint for it, and the links to unsubscribe.

-- Made when the first mail is written; Contributors may write mail.
create or replace function api.email_endpoint(p_tenant uuid) returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_id uuid;
begin
    if app.current_tenant_id() <> p_tenant then
        raise exception using errcode = 'MS403',
            message = 'This is another organisation.';
    end if;
    loop
        select e.id into v_id from mainstay.webhook_endpoints e
        where e.tenant_id = p_tenant and e.format = 'email';
        exit when found;
        insert into mainstay.webhook_endpoints (tenant_id, name, url, secret,
            format, max_inflight)
        select p_tenant, 'E-mail' || coalesce(' ' || n, ''), 'mailto:',
            mainstay.new_webhook_secret(), 'email', 4
        from (values (null, 1), ('by relay', 2),
            (gen_random_uuid()::text, 3)) w (n, place)
        where not exists (select from mainstay.webhook_endpoints e
            where e.tenant_id = p_tenant
                and lower(e.name) = lower('E-mail' || coalesce(' ' || n, '')))
        order by w.place limit 1
        on conflict do nothing;
    end loop;
    return v_id;
end
$$;
comment on function api.email_endpoint(uuid) is
    'The endpoint for mail of a tenant; it is made when there is none.';

-- A link says whom it is for and that we made it: tenant, contact, and half
-- of a digest with our key at both ends. Nobody can make one for another.
create or replace function api.unsubscribe_mac(p_tenant uuid,
    p_contact uuid) returns bytea
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select substring(sha256(k.key || uuid_send(p_tenant)
            || uuid_send(p_contact) || k.key) for 16)
        from mainstay.email_keys k);
end
$$;

-- The link's secret part: 64 characters of base64url.
create or replace function api.unsubscribe_token(p_tenant uuid,
    p_contact uuid) returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
    return translate(encode(uuid_send(p_tenant) || uuid_send(p_contact)
        || api.unsubscribe_mac(p_tenant, p_contact), 'base64'), '+/', '-_');
end
$$;

-- What the worker puts above the text, as lines "name: value".
create or replace function api.email_head(p_mail json) returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select coalesce(string_agg(h.name || ': ' || h.value, E'\n'), '')
        from (values ('to', p_mail ->> 'to'), ('name', p_mail ->> 'name'),
            ('subject', p_mail ->> 'subject'),
            ('from-name', p_mail ->> 'from_name'),
            ('reply-to', p_mail ->> 'reply_to'),
            ('opted-out', (
                select 'yes' from mainstay.email_opt_outs o
                where o.tenant_id = (p_mail ->> 'tenant_id')::uuid
                    and o.address = p_mail ->> 'to')),
            ('unsubscribe', api.unsubscribe_token(
                (p_mail ->> 'tenant_id')::uuid,
                (p_mail ->> 'contact_id')::uuid))) h (name, value)
        where h.value is not null);
end
$$;

-- Whom a link is for; none when it is not one of ours. The context is then
-- that of the tenant, for what follows.
create or replace function api.unsubscribe_link(p_token text)
returns table (tenant_id uuid, tenant_name text, address text,
    is_opted_out boolean)
language plpgsql volatile security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_raw bytea;
    v_tenant uuid;
    v_contact uuid;
begin
    if p_token !~ '^[A-Za-z0-9_-]{64}$' then
        return;
    end if;
    v_raw := decode(translate(p_token, '-_', '+/'), 'base64');
    v_tenant := encode(substring(v_raw for 16), 'hex')::uuid;
    v_contact := encode(substring(v_raw from 17 for 16), 'hex')::uuid;
    if substring(v_raw from 33) <> api.unsubscribe_mac(v_tenant, v_contact)
        then
        return;
    end if;
    perform set_config('app.current_tenant_id', v_tenant::text, true);
    return query
    select t.id, t.name, lower(c.email), exists (
            select from mainstay.email_opt_outs o
            where o.tenant_id = t.id and o.address = lower(c.email))
    from mainstay.tenants t
    join mainstay.contacts c on c.tenant_id = t.id and c.id = v_contact
    where t.id = v_tenant and c.email is not null;
end
$$;
comment on function api.unsubscribe_link(text) is
    'Whom a link to unsubscribe is for.';

-- Opts out, or in again. Mail that waits for the address is refused when it
-- is due: see api.email_head().
create or replace function api.unsubscribe(p_token text, p_again boolean)
returns table (tenant_name text, address text, is_opted_out boolean)
language plpgsql volatile security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    l record;
begin
    select * into l from api.unsubscribe_link(p_token);
    if not found then
        return;
    end if;
    if p_again then
        delete from mainstay.email_opt_outs o
        where o.tenant_id = l.tenant_id and o.address = l.address;
    else
        insert into mainstay.email_opt_outs (tenant_id, address)
        values (l.tenant_id, l.address) on conflict do nothing;
    end if;
    return query select l.tenant_name, l.address, not p_again;
end
$$;
comment on function api.unsubscribe(text, boolean) is
    'Opts the address of a link out of mail of its tenant, or in again.';

revoke all on function api.email_endpoint(uuid),
    api.unsubscribe_mac(uuid, uuid), api.unsubscribe_token(uuid, uuid),
    api.email_head(json), api.unsubscribe_link(text),
    api.unsubscribe(text, boolean) from public;
grant execute on function api.unsubscribe_link(text),
    api.unsubscribe(text, boolean) to mainstay_auth;
grant execute on function api.email_endpoint(uuid) to mainstay_app;

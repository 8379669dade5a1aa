-- webhook.sql - what the business does with the delivery queue: endpoints,
-- enqueue, and the view webhook_queue.  All of it with the caller's rights.
-- What the worker does is in webhook_api.sql.

-- Ids in order of time, so that the newest rows share their index pages.
-- (The layout of UUID version 7.)
create or replace function mainstay.ordered_uuid() returns uuid
language sql volatile parallel safe
begin atomic
    select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from
            clock_timestamp()) * 1000)::bigint) from 3)
        from 1 for 6), 52, 1), 53, 1), 'hex')::uuid;
end;

-- As 0007 made it, and a value must be there: a null passes bool_and(), and
-- makes of all headers of its endpoint a null.
create or replace function mainstay.is_header_set(p_headers jsonb)
returns boolean
language sql immutable parallel safe
begin atomic
    select case when jsonb_typeof(p_headers) <> 'object' then false else (
        select count(*) <= 16 and coalesce(bool_and((
            h.key ~ '^[A-Za-z0-9!#$%&''*+.^_`|~-]{1,64}$'
            and char_length(h.value) <= 1024
            and h.value ~ '^[!-~]([ -~]*[!-~])?$'
            and lower(h.key) !~ '^(webhook-.*|host|content-length'
                '|content-type|transfer-encoding|connection|expect|te'
                '|trailer|upgrade|proxy-.*|user-agent)$') is true), true)
        from jsonb_each_text(p_headers) h
    ) end;
end;

-- Whether brackets of an address hold one of version 6, if there are any.
create or replace function mainstay.is_v6_host(p_url text) returns boolean
language plpgsql immutable set search_path = ''
as $$
declare
    v_host constant text := substring(p_url from '^https?://\[([^]]*)\]');
begin
    return v_host is null or family(v_host::inet) = 6;
exception when invalid_text_representation then
    return false;
end
$$;

-- The address as it is kept; MS422 names the field that is wrong.
create or replace function mainstay.checked_endpoint(p_name text, p_url text,
    p_format text) returns text
language plpgsql immutable set search_path = ''
as $$
declare
    v_url text := btrim(p_url);
begin
    if coalesce(char_length(btrim(p_name)), 0) not between 1 and 120 then
        raise exception using errcode = 'MS422', column = 'name',
            message = 'Give the endpoint a name of at most 120 characters.';
    end if;
    if coalesce(char_length(v_url), 0) not between 1 and 2048
        or v_url !~* '^https?://' then
        raise exception using errcode = 'MS422', column = 'url',
            message = 'The address must begin with http:// or https:// and have at most 2048 characters.';
    end if;
    if v_url ~ '^[A-Za-z]+://[^/?#]*@' then
        raise exception using errcode = 'MS422', column = 'url',
            message = 'The address must not contain a user name or password; use a header instead.';
    end if;
    v_url := lower(substring(v_url from '^[A-Za-z]+://'))
        || substring(v_url from '^[A-Za-z]+://(.*)$');
    if v_url !~ '^https?://([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?([/?][!-~]*)?$'
        or v_url ~ '[#\\]'
        or coalesce(substring(v_url from '^https?://[^/?]*:([0-9]+)([/?]|$)'),
            '443')::int not between 1 and 65535
        or not mainstay.is_v6_host(v_url) then
        raise exception using errcode = 'MS422', column = 'url',
            message = 'This is not an address that we can send to.';
    end if;
    if p_format is null
        or p_format not in ('standard', 'seed-000', 'seed-001', 'slack')
        then
        raise exception using errcode = 'MS422', column = 'format',
            message = 'The format must be standard, seed-000, seed-001 or slack.';
    end if;
    return v_url;
end
$$;

create or replace function mainstay.new_webhook_secret() returns text
language sql volatile parallel safe
return 'whsec_' || translate(encode(uuid_send(gen_random_uuid())
    || uuid_send(gen_random_uuid()), 'base64'), E'\n', '');

create or replace function mainstay.create_endpoint(p_tenant uuid,
    p_name text, p_url text, p_format text) returns uuid
language plpgsql volatile set search_path = ''
as $$
declare
    v_id uuid := gen_random_uuid();
    v_url constant text := mainstay.checked_endpoint(p_name, p_url,
        p_format);
begin
    insert into mainstay.webhook_endpoints
        (tenant_id, id, name, url, secret, format)
    values (p_tenant, v_id, btrim(p_name), v_url,
        mainstay.new_webhook_secret(), p_format);
    return v_id;
end
$$;

-- The tenant is the endpoint's.  A Contributor may add deliveries but not
-- see endpoints: then it is the one of the session, and row security and
-- the foreign key refuse an endpoint that belongs to somebody else.
create or replace function mainstay.enqueue_delivery(p_id uuid,
    p_endpoint_id uuid, p_playbook_id uuid, p_account_id uuid,
    p_event_type text, p_payload json) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_now timestamptz := clock_timestamp();
    v_tenant uuid := app.current_tenant_id();
    v_other uuid;
begin
    if octet_length(p_payload::text) > 262144 then
        raise exception using errcode = 'MS422', column = 'payload',
            message = 'A payload may have at most 256 KiB.';
    end if;
    if v_tenant is null or not exists (
        select from mainstay.webhook_endpoints e
        where e.tenant_id = v_tenant and e.id = p_endpoint_id) then
        select e.tenant_id into v_other from mainstay.webhook_endpoints e
        where e.id = p_endpoint_id;
        v_tenant := coalesce(v_other, v_tenant);
    end if;
    perform api.check_webhook_event(v_tenant, p_endpoint_id, p_event_type);

    insert into mainstay.webhook_payloads
        (tenant_id, id, created_at, event_type, body)
    values (v_tenant, p_id, v_now, p_event_type, p_payload);
    insert into mainstay.webhook_hot (tenant_id, id, endpoint_id,
        account_id, playbook_id, next_attempt_at, created_at, order_key)
    values (v_tenant, p_id, p_endpoint_id, p_account_id, p_playbook_id,
        now(), v_now, api.webhook_order_key(v_tenant, p_endpoint_id,
            p_account_id));
    perform api.wake_webhook_worker();
end
$$;

create or replace function mainstay.enqueue_webhook(p_endpoint_id uuid,
    p_playbook_id uuid, p_account_id uuid, p_event_type text,
    p_payload json) returns uuid
language plpgsql volatile set search_path = ''
as $$
declare
    v_id uuid := mainstay.ordered_uuid();
begin
    perform mainstay.enqueue_delivery(v_id, p_endpoint_id, p_playbook_id,
        p_account_id, p_event_type, p_payload);
    return v_id;
end
$$;

create or replace view mainstay.webhook_queue
with (security_invoker = true) as
select q.id, q.tenant_id, q.playbook_id, q.account_id,
    e.url as webhook_url, e.method as webhook_method,
    e.headers_masked as webhook_headers, p.body as payload, q.status,
    q.attempts, q.max_attempts, q.next_attempt_at, q.locked_by,
    q.locked_until, q.response_status, q.error_message, q.created_at,
    q.processed_at, q.endpoint_id, p.event_type
from (
    select h.id, h.tenant_id, h.playbook_id, h.account_id, h.status,
        h.attempts::int, h.max_attempts::int, h.next_attempt_at,
        h.locked_by::text, h.locked_until, h.response_status::int,
        h.error_message, h.created_at, null::timestamptz as processed_at,
        h.endpoint_id
    from mainstay.webhook_hot h
    union all
    select h.id, h.tenant_id, h.playbook_id, h.account_id, h.status,
        h.attempts::int, h.max_attempts::int, null, null, null,
        h.response_status::int, h.error_message, h.created_at,
        h.processed_at, h.endpoint_id
    from mainstay.webhook_history h
) q
left join mainstay.webhook_endpoints e
    on e.tenant_id = q.tenant_id and e.id = q.endpoint_id
left join mainstay.webhook_payloads p on p.tenant_id = q.tenant_id
    and p.created_at = q.created_at and p.id = q.id;
comment on view mainstay.webhook_queue is
    'Every delivery, waiting or over, with what it sends. One can insert here: playbook_id, account_id and payload are enough.';
comment on column mainstay.webhook_queue.webhook_headers is
    'Names of the static headers; what they carry is not shown.';

-- An insert into the view: the endpoint is the playbook's, or the one of
-- the tenant with this address.
create or replace function mainstay.webhook_queue_insert() returns trigger
language plpgsql volatile set search_path = ''
as $$
declare
    v_endpoint uuid;
begin
    new.tenant_id := coalesce(new.tenant_id, app.current_tenant_id());
    if new.payload is null then
        raise exception using errcode = 'MS422', column = 'payload',
            message = 'A delivery needs a payload.';
    end if;
    if new.endpoint_id is not null then
        v_endpoint := new.endpoint_id;
    elsif new.webhook_url is not null then
        select e.id into v_endpoint from mainstay.webhook_endpoints e
        where e.tenant_id = new.tenant_id and e.url = new.webhook_url
        order by e.is_active desc, e.created_at limit 1;
    else
        select p.webhook_endpoint_id into v_endpoint
        from mainstay.playbooks p
        where p.tenant_id = new.tenant_id and p.id = new.playbook_id;
    end if;
    if v_endpoint is null then
        raise exception using errcode = 'MS422', column = 'playbook_id',
            message = 'No endpoint: name a playbook that has one, or the address of an endpoint of this tenant.';
    end if;

    new.status := 'pending';
    new.attempts := 0;
    new.id := mainstay.enqueue_webhook(v_endpoint, new.playbook_id,
        new.account_id, coalesce(new.event_type,
            new.payload ->> 'event_type', 'manual'), new.payload);
    return new;
end
$$;

drop trigger if exists webhook_queue_insert on mainstay.webhook_queue;
create trigger webhook_queue_insert instead of insert
    on mainstay.webhook_queue
    for each row execute function mainstay.webhook_queue_insert();

comment on function mainstay.create_endpoint(uuid, text, text, text) is
    'A receiver with a fresh signing key. MS422 names the field that is wrong.';
comment on function
    mainstay.enqueue_delivery(uuid, uuid, uuid, uuid, text, json) is
    'Adds a delivery with an id of the caller''s.';
comment on function
    mainstay.enqueue_webhook(uuid, uuid, uuid, text, json) is
    'Adds a delivery in the caller''s transaction; returns its id, which is also the webhook-id header.';

do $$
begin
    revoke all on function mainstay.ordered_uuid(),
        mainstay.is_v6_host(text),
        mainstay.checked_endpoint(text, text, text),
        mainstay.new_webhook_secret(),
        mainstay.create_endpoint(uuid, text, text, text),
        mainstay.enqueue_delivery(uuid, uuid, uuid, uuid, text, json),
        mainstay.enqueue_webhook(uuid, uuid, uuid, text, json),
        mainstay.webhook_queue_insert(),
        mainstay.mask_headers(jsonb), mainstay.is_header_set(jsonb)
        from public;
end
$$;
grant execute on function mainstay.ordered_uuid(),
    mainstay.is_v6_host(text),
    mainstay.checked_endpoint(text, text, text),
    mainstay.new_webhook_secret(),
    mainstay.create_endpoint(uuid, text, text, text),
    mainstay.enqueue_delivery(uuid, uuid, uuid, uuid, text, json),
    mainstay.enqueue_webhook(uuid, uuid, uuid, text, json),
    mainstay.mask_headers(jsonb), mainstay.is_header_set(jsonb)
    to mainstay_app, mainstay_definer;

-- An address as it is shown: what its query carries may be a secret.
create or replace function mainstay.mask_query(p_url text) returns text
language plpgsql immutable parallel safe set search_path = ''
as $$
begin
    return regexp_replace(p_url, '([?&][^=&]*=)[^&]+', '\1********', 'g');
end
$$;
comment on function mainstay.mask_query(text) is
    'An address without the values of its query.';
grant execute on function mainstay.mask_query(text) to mainstay_app;

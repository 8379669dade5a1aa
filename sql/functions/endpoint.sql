-- Endpoints in the admin area: where deliveries go. What the queue does with
-- them is in webhook.sql and webhook_api.sql.

-- Returns the key with which deliveries are signed: it is shown once.
create or replace function mainstay.add_endpoint(p_tenant uuid, p_name text,
    p_url text, p_format text, p_events text default null,
    p_header_name text default null, p_header_value text default null)
returns table (id uuid, secret text)
language plpgsql volatile set search_path = ''
as $$
#variable_conflict use_column
begin
    perform mainstay.check_endpoint_name(p_tenant, null, p_name);
    if (select count(*) from mainstay.webhook_endpoints e
         where e.tenant_id = p_tenant) >= 100 then
        raise exception using errcode = 'MS409', column = 'name',
            message = 'There are 100 endpoints already, and no room for '
                'more.';
    end if;
    add_endpoint.id := mainstay.create_endpoint(p_tenant, p_name, p_url,
        p_format);
    add_endpoint.secret := mainstay.new_webhook_secret();
    update mainstay.webhook_endpoints e
       set secret = add_endpoint.secret,
           event_types = mainstay.event_types_of(p_events)
     where e.tenant_id = p_tenant and e.id = add_endpoint.id;
    perform api.set_endpoint_header(add_endpoint.id, p_header_name,
        p_header_value);
    return next;
end
$$;

-- The events that playbooks react to, as deliveries name them.
create or replace function mainstay.webhook_event_types() returns text[]
language sql immutable parallel safe
begin atomic
    select array['health_score_drop', 'band_change', 'stage_transition',
        'goal_reached', 'renewal_due', 'usage_decline', 'ticket_spike',
        'nps_drop', 'negative_sentiment', 'alert_raised', 'inactivity',
        'cdi_event', 'schedule', 'manual_trigger'];
end;

-- From names with commas or blanks between them; null: all.
create or replace function mainstay.event_types_of(p_text text)
returns text[]
language plpgsql immutable set search_path = ''
as $$
declare
    v_types text[] := array(
        select distinct lower(t) from regexp_split_to_table(
            coalesce(p_text, ''), '[,[:space:]]+') t where t <> '');
    v_unknown text;
begin
    select t into v_unknown from unnest(v_types) t
    where t <> all (mainstay.webhook_event_types()) order by t limit 1;
    if found then
        raise exception using errcode = 'MS422', column = 'event_types',
            message = 'There is no event ' || left(v_unknown, 40)
                || '. There are: '
                || array_to_string(mainstay.webhook_event_types(), ', ')
                || '.';
    end if;
    return nullif(v_types, '{}');
end
$$;

create or replace function mainstay.check_endpoint_name(p_tenant uuid,
    p_id uuid, p_name text) returns void
language plpgsql stable set search_path = ''
as $$
begin
    if exists (select from mainstay.webhook_endpoints e
                where e.tenant_id = p_tenant and e.id is distinct from p_id
                  and lower(e.name) = lower(btrim(p_name))) then
        raise exception using errcode = 'MS422', column = 'name',
            message = 'There is already an endpoint called '
                || btrim(p_name) || '.';
    end if;
end
$$;

create or replace function mainstay.edit_endpoint(p_tenant uuid, p_id uuid,
    p_name text, p_url text, p_format text, p_inflight integer,
    p_rate integer, p_is_ordered boolean, p_events text default null,
    p_header_name text default null, p_header_value text default null)
returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_url constant text := mainstay.checked_endpoint(p_name, p_url,
        p_format);
begin
    perform mainstay.check_endpoint_name(p_tenant, p_id, p_name);
    update mainstay.webhook_endpoints e
       set name = btrim(p_name), url = v_url, format = p_format,
           max_inflight = p_inflight, rate_per_second = p_rate,
           is_ordered = p_is_ordered,
           event_types = mainstay.event_types_of(p_events),
           updated_at = now()
     where e.tenant_id = p_tenant and e.id = p_id and e.format <> 'email';
    if not found then
        raise exception using errcode = 'MS404',
            message = 'There is no such endpoint.';
    end if;
    perform api.set_endpoint_header(p_id, p_header_name, p_header_value);
end
$$;

-- Deliveries of an endpoint that is paused wait in the queue, until somebody
-- resumes it.
create or replace function mainstay.webhook_endpoints_resumed()
returns trigger
language plpgsql set search_path = ''
as $$
begin
    perform api.wake_webhook_worker();
    return null;
end
$$;
create or replace trigger webhook_endpoints_resumed
    after update of is_active on mainstay.webhook_endpoints
    for each row when (new.is_active and not old.is_active)
    execute function mainstay.webhook_endpoints_resumed();

create or replace function mainstay.pause_endpoint(p_tenant uuid, p_id uuid,
    p_is_active boolean) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    update mainstay.webhook_endpoints e
       set is_active = p_is_active, disabled_at = null,
           disabled_reason = null, updated_at = now()
     where e.tenant_id = p_tenant and e.id = p_id;
    if not found then
        raise exception using errcode = 'MS404',
            message = 'There is no such endpoint.';
    end if;
end
$$;

create or replace function mainstay.test_endpoint(p_tenant uuid, p_id uuid)
returns uuid
language plpgsql volatile set search_path = ''
as $$
begin
    perform from mainstay.webhook_endpoints e
      where e.tenant_id = p_tenant and e.id = p_id and e.format <> 'email';
    if not found then
        raise exception using errcode = 'MS404',
            message = 'There is no such endpoint.';
    end if;
    return mainstay.enqueue_webhook(p_id, null, null, 'test',
        case (select e.format from mainstay.webhook_endpoints e
            where e.tenant_id = p_tenant and e.id = p_id)
        when 'slack' then mainstay.slack_payload('A test from Mainstay.')
        else json_build_object('event_type', 'test',
            'timestamp', app.iso_text(now()),
            'message', 'A test from Mainstay.') end);
end
$$;

do $$
declare
    v_function regprocedure;
begin
    for v_function in
        select oid::regprocedure from pg_proc
         where pronamespace = 'mainstay'::regnamespace
           and proname in ('add_endpoint', 'check_endpoint_name',
               'edit_endpoint', 'pause_endpoint', 'test_endpoint',
               'webhook_event_types', 'event_types_of')
    loop
        execute format('grant execute on function %s to mainstay_app',
            v_function);
    end loop;
end $$;

-- Facts from outside: one item or {"items": [...]}, inserted by one statement
-- of sets. An item that cannot be used is answered with code, field and a
-- sentence; it never costs the others. A fault is text[]: code, field, detail.

-- RFC 3339 with a time zone, from 1970 on; null when it is not.
create or replace function mainstay.time_of(p_text text) returns timestamptz
language plpgsql immutable set search_path = ''
as $$
begin
    if p_text !~ ('^(19[7-9]\d|2\d{3})-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d'
            '(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$') then
        return null;
    end if;
    return p_text::timestamptz;
exception when datetime_field_overflow or invalid_datetime_format
        or invalid_time_zone_displacement_value then
    return null;
end
$$;
comment on function mainstay.time_of(text) is
    'A time as RFC 3339 writes it; null when the text is none.';

-- The id of the fact that a message carries.
create or replace function mainstay.message_fact_id(p_tenant uuid,
    p_kind text, p_message text) returns uuid
language sql stable
return overlay(overlay(encode(substring(sha256(convert_to(p_tenant::text
    || '/' || p_kind || '/' || p_message, 'UTF8')) from 1 for 16), 'hex')
    placing '8' from 13 for 1) placing '8' from 17 for 1)::uuid;
comment on function mainstay.message_fact_id(uuid, text, text) is
    'Always the same UUID (of version 8) for the same message of a tenant.';

-- The first member that is not known. By itself, because a function with a
-- subselect is called for each item, and the others unfold.
create or replace function mainstay.unknown_member(p_item jsonb,
    p_known text[]) returns text[]
language sql immutable
return (select array['unknown_field', left(min(k), 64),
                   left(min(k), 64) || ' is not known here.']
          from jsonb_object_keys(p_item - p_known) k);

-- What may be wrong with any item.
create or replace function mainstay.item_fault(p_item jsonb, p_known text[],
    p_time text, p_at timestamptz) returns text[]
language sql stable
return case
    when jsonb_typeof(p_item) is distinct from 'object' then
        array['type', null, 'An item must be an object.']
    when p_item - p_known <> '{}' then
        mainstay.unknown_member(p_item, p_known)
    when jsonb_typeof(p_item -> 'message_id') not in ('string', 'null') then
        array['type', 'message_id', 'message_id must be a text.']
    when length(p_item ->> 'message_id') not between 1 and 200 then
        array['length', 'message_id',
            'message_id must have 1 to 200 characters.']
    when p_item ->> 'account_id' is null
            and p_item ->> 'external_id' is null then
        array['required', 'account_id', 'Give account_id or external_id.']
    when p_item ->> 'account_id' is not null
            and p_item ->> 'external_id' is not null then
        array['choice', 'external_id',
            'Give account_id or external_id, not both.']
    when jsonb_typeof(p_item -> 'account_id') not in ('string', 'null')
            or p_item ->> 'account_id' !~* ('^[0-9a-f]{8}-[0-9a-f]{4}-'
                '[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$') then
        array['type', 'account_id',
            'account_id must be the id of an account (a UUID).']
    when jsonb_typeof(p_item -> 'external_id') not in ('string', 'null') then
        array['type', 'external_id', 'external_id must be a text.']
    when length(p_item ->> 'external_id') not between 1 and 200 then
        array['length', 'external_id',
            'external_id must have 1 to 200 characters.']
    when jsonb_typeof(p_item -> p_time) not in ('string', 'null')
            or p_item ->> p_time is not null and p_at is null then
        array['type', p_time, p_time
            || ' must be a time with its zone, like 2026-01-31T12:00:00Z.']
    when p_at > now() + interval '5 minutes' then
        array['future', p_time, p_time || ' is in the future.']
end;

-- A kind of metric, a source or an event.
create or replace function mainstay.word_fault(p_item jsonb, p_name text)
returns text[]
language sql immutable
return case
    when p_item ->> p_name is null then
        array['required', p_name, p_name || ' is required.']
    when jsonb_typeof(p_item -> p_name) <> 'string' then
        array['type', p_name, p_name || ' must be a text.']
    when p_item ->> p_name !~ '^[a-z][a-z0-9_.]{0,62}$' then
        array['format', p_name, p_name || ' must be a word of at most 63 '
            'characters: a-z, 0-9, _ and dots, a letter first.']
end;

-- An object that is kept as it came.
create or replace function mainstay.document_fault(p_item jsonb, p_name text)
returns text[]
language sql immutable
return case
    when jsonb_typeof(p_item -> p_name) not in ('object', 'null') then
        array['type', p_name, p_name || ' must be an object.']
    when octet_length((p_item -> p_name)::text) > 32768 then
        array['length', p_name, p_name || ' must not exceed 32,768 bytes.']
end;

create or replace function mainstay.usage_fault(p_item jsonb, p_time text,
    p_at timestamptz) returns text[]
language sql stable
return coalesce(
    mainstay.item_fault(p_item, array['account_id', 'external_id',
        'message_id', 'observed_at', 'metric_type', 'metric_value',
        'metadata'], p_time, p_at),
    mainstay.word_fault(p_item, 'metric_type'),
    case
        when p_item ->> 'metric_value' is null then
            array['required', 'metric_value', 'metric_value is required.']
        when jsonb_typeof(p_item -> 'metric_value') <> 'number' then
            array['type', 'metric_value', 'metric_value must be a number.']
        when (p_item -> 'metric_value')::numeric <> 0
                and abs((p_item -> 'metric_value')::numeric)
                    not between 1e-300 and 1e300 then
            array['range', 'metric_value', 'metric_value is out of range.']
    end,
    mainstay.document_fault(p_item, 'metadata'));

create or replace function mainstay.event_fault(p_item jsonb, p_time text,
    p_at timestamptz) returns text[]
language sql stable
return coalesce(
    mainstay.item_fault(p_item, array['account_id', 'external_id',
        'message_id', 'observed_at', 'occurred_at', 'source_type',
        'event_type', 'payload'], p_time, p_at),
    case when p_item ->> 'observed_at' is not null
            and p_item ->> 'occurred_at' is not null then
        array['choice', 'occurred_at',
            'Give observed_at or occurred_at, not both.'] end,
    mainstay.word_fault(p_item, 'source_type'),
    mainstay.word_fault(p_item, 'event_type'),
    mainstay.document_fault(p_item, 'payload'));

-- The items of a body with what is wrong with each, its account and its id.
-- p_gate: what the JSON gate took out, as [{index, field, detail}].
create or replace function mainstay.ingest_items(p_kind text, p_body jsonb,
    p_gate jsonb)
returns table (index integer, item jsonb, observed_at timestamptz,
    account_id uuid, has_message boolean, id uuid, is_first boolean,
    fault text[])
language plpgsql stable rows 1000 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_tenant constant uuid := app.current_tenant_id();
    v_list constant jsonb := case when p_body ? 'items'
        then p_body -> 'items' else jsonb_build_array(p_body) end;
begin
    return query
    with given as (
        select (v.position - 1)::integer as index, v.item,
               case when p_kind = 'event' and v.item ->> 'observed_at' is null
                        and v.item ->> 'occurred_at' is not null
                   then 'occurred_at' else 'observed_at' end as time_name
          from jsonb_array_elements(v_list) with ordinality v (item, position)
    ), gate as (
        select g.index, array['malformed', g.field, g.detail] as fault
          from jsonb_to_recordset(coalesce(p_gate, '[]'))
               g (index integer, field text, detail text)
    ), timed as materialized (
        select g.*, mainstay.time_of(g.item ->> g.time_name) as at
          from given g
    ), judged as materialized (
        select t.index, t.item, t.at, coalesce(
                   (select g.fault from gate g where g.index = t.index),
                   case p_kind
                       when 'usage' then
                           mainstay.usage_fault(t.item, t.time_name, t.at)
                       else mainstay.event_fault(t.item, t.time_name, t.at)
                   end) as fault
          from timed t
    ), placed as materialized (
        -- Looked up one by one: a join might read all accounts of a tenant
        -- for a single item.
        select j.*, case when j.fault is not null then null
                   when j.item ->> 'account_id' is not null then
                       (select a.id from mainstay.accounts a
                         where a.tenant_id = v_tenant
                           and a.id = (j.item ->> 'account_id')::uuid)
                   else (select a.id from mainstay.accounts a
                          where a.tenant_id = v_tenant
                            and a.external_id = j.item ->> 'external_id')
               end as account_id
          from judged j
    ), named as (
        select p.*, p.item ->> 'message_id' as message,
               case when p.account_id is null then null
                   when p.item ->> 'message_id' is null
                       then gen_random_uuid()
                   else mainstay.message_fact_id(v_tenant, p_kind,
                       p.item ->> 'message_id') end as id
          from placed p
    )
    -- A clock that is ahead is put right: scores read what was so until now.
    select n.index, n.item, least(coalesce(n.at, now()), now()), n.account_id,
           n.message is not null, n.id,
           n.id is not null and row_number()
               over (partition by n.id order by n.index) = 1,
           coalesce(n.fault, case when n.account_id is null then
               array['unknown_account',
                   case when n.item ->> 'account_id' is not null
                       then 'account_id' else 'external_id' end,
                   'There is no such account.'] end)
      from named n;
end
$$;

-- Before an item is looked at: the shape of the body.
create or replace function mainstay.check_items(p_body jsonb) returns void
language plpgsql immutable set search_path = ''
as $$
declare
    v_unknown text;
begin
    if jsonb_typeof(p_body) is distinct from 'object' then
        raise exception using errcode = 'MS422', column = 'items',
            constraint = 'type',
            message = 'The body must be an item or {"items": [...]}.';
    end if;
    if not p_body ? 'items' then
        return;
    end if;
    if jsonb_typeof(p_body -> 'items') <> 'array' then
        raise exception using errcode = 'MS422', column = 'items',
            constraint = 'type', message = 'items must be a list.';
    end if;
    if jsonb_array_length(p_body -> 'items') > 2500 then
        raise exception using errcode = 'MS422', column = 'items',
            constraint = 'length', message = 'At most 2,500 items can be '
                'sent at once; send the others in another request.';
    end if;
    select left(min(k), 64) into v_unknown
      from jsonb_object_keys(p_body - 'items') k;
    if v_unknown is not null then
        raise exception using errcode = 'MS422', column = v_unknown,
            constraint = 'unknown_field',
            message = v_unknown || ' is not known beside items.';
    end if;
end
$$;

-- One bad item sent by itself is refused like a form; one of many is not.
create or replace function mainstay.refuse_single(p_body jsonb,
    p_answer json) returns json
language plpgsql immutable set search_path = ''
as $$
declare
    v_first constant json := p_answer -> 'results' -> 0;
begin
    if not p_body ? 'items' and (p_answer ->> 'rejected')::integer = 1 then
        raise exception using errcode = 'MS422',
            column = coalesce(v_first ->> 'field', ''),
            constraint = v_first ->> 'code', message = v_first ->> 'detail';
    end if;
    return p_answer;
end
$$;

-- What happened to one item.
create or replace function mainstay.item_result(p_index integer, p_id uuid,
    p_is_new boolean, p_fault text[]) returns json
language sql stable
return case
    when p_fault is not null then json_build_object('index', p_index,
        'code', p_fault[1], 'field', p_fault[2], 'detail', p_fault[3])
    when p_is_new then json_build_object('index', p_index, 'id', p_id)
    else json_build_object('index', p_index, 'id', p_id, 'duplicate', true)
end;

create or replace function mainstay.ingest_usage(p_body jsonb,
    p_gate jsonb default null) returns json
language plpgsql volatile set search_path = ''
as $$
declare
    v_tenant constant uuid := app.current_tenant_id();
    v_answer json;
begin
    perform mainstay.check_items(p_body);
    with item as materialized (
        select * from mainstay.ingest_items('usage', p_body, p_gate)
    ), fresh as (
        insert into mainstay.ingest_messages (tenant_id, id)
        select v_tenant, i.id from item i where i.is_first and i.has_message
         -- Two batches with the same messages wait, and do not deadlock.
         order by i.id
            on conflict do nothing
        returning id
    ), taken as (
        insert into mainstay.usage_metrics (tenant_id, id, account_id,
            metric_type, metric_value, metadata, observed_at)
        select v_tenant, i.id, i.account_id, i.item ->> 'metric_type',
               (i.item -> 'metric_value')::double precision,
               coalesce(nullif(i.item -> 'metadata', 'null'), '{}'),
               i.observed_at
          from item i
         where i.is_first and (not i.has_message
            or i.id in (select f.id from fresh f))
            on conflict do nothing
        returning id
    )
    select json_build_object('accepted', count(t.id),
               'duplicate', count(i.id) - count(t.id),
               'rejected', count(i.fault),
               'results', coalesce(json_agg(mainstay.item_result(i.index,
                   i.id, t.id is not null, i.fault) order by i.index), '[]'))
      into v_answer
      from item i
      left join taken t on t.id = i.id and i.is_first;
    return mainstay.refuse_single(p_body, v_answer);
end
$$;
comment on function mainstay.ingest_usage(jsonb, jsonb) is
    'Records usage metrics of one item or {"items": [...]}; answers for each.';

create or replace function mainstay.ingest_events(p_body jsonb,
    p_gate jsonb default null) returns json
language plpgsql volatile set search_path = ''
as $$
declare
    v_tenant constant uuid := app.current_tenant_id();
    v_answer json;
begin
    perform mainstay.check_items(p_body);
    with item as materialized (
        select * from mainstay.ingest_items('event', p_body, p_gate)
    ), fresh as (
        insert into mainstay.ingest_messages (tenant_id, id)
        select v_tenant, i.id from item i where i.is_first and i.has_message
         order by i.id
            on conflict do nothing
        returning id
    ), taken as (
        insert into mainstay.cdi_events (tenant_id, id, account_id,
            source_type, event_type, payload, observed_at)
        select v_tenant, i.id, i.account_id, i.item ->> 'source_type',
               i.item ->> 'event_type',
               coalesce(nullif(i.item -> 'payload', 'null'), '{}'),
               i.observed_at
          from item i
         where i.is_first and (not i.has_message
            or i.id in (select f.id from fresh f))
            on conflict do nothing
        returning id
    )
    select json_build_object('accepted', count(t.id),
               'duplicate', count(i.id) - count(t.id),
               'rejected', count(i.fault),
               'results', coalesce(json_agg(mainstay.item_result(i.index,
                   i.id, t.id is not null, i.fault) order by i.index), '[]'))
      into v_answer
      from item i
      left join taken t on t.id = i.id and i.is_first;
    return mainstay.refuse_single(p_body, v_answer);
end
$$;
comment on function mainstay.ingest_events(jsonb, jsonb) is
    'Records events of one item or {"items": [...]}; answers for each.';

grant execute on function mainstay.time_of(text),
    mainstay.message_fact_id(uuid, text, text),
    mainstay.unknown_member(jsonb, text[]),
    mainstay.item_fault(jsonb, text[], text, timestamptz),
    mainstay.word_fault(jsonb, text), mainstay.document_fault(jsonb, text),
    mainstay.usage_fault(jsonb, text, timestamptz),
    mainstay.event_fault(jsonb, text, timestamptz),
    mainstay.ingest_items(text, jsonb, jsonb), mainstay.check_items(jsonb),
    mainstay.refuse_single(jsonb, json),
    mainstay.item_result(integer, uuid, boolean, text[]),
    mainstay.ingest_usage(jsonb, jsonb), mainstay.ingest_events(jsonb, jsonb)
    to mainstay_app;

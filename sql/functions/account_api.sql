-- Accounts as the API answers and takes them. What may be written, and what
-- is wrong with it, is the form's (account_form.sql).

create or replace function app.api_time(p_at timestamptz) returns text
language sql immutable parallel safe
return to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
comment on function app.api_time(timestamptz) is
    'A time by RFC 3339, in UTC.';

create or replace function app.account_api(p_account mainstay.accounts)
returns json
language plpgsql stable parallel safe set search_path = ''
as $$
begin
    return json_build_object('id', p_account.id, 'name', p_account.name,
        'parent_id', p_account.parent_id, 'external_id', p_account.external_id,
        'tier', p_account.tier, 'status', p_account.status,
        'csm_id', p_account.csm_id, 'arr', p_account.arr::text,
        'currency', p_account.currency,
        'contract_start_date', p_account.contract_start_date,
        'contract_end_date', p_account.contract_end_date,
        'renewal_date', p_account.renewal_date, 'industry', p_account.industry,
        'current_stage', p_account.current_stage,
        'stage_entered_at', app.api_time(p_account.stage_entered_at),
        'health_score', p_account.health_score,
        'health_band', p_account.health_band,
        'health_trend', p_account.health_trend,
        'previous_health_score', p_account.previous_health_score,
        'health_scored_at', app.api_time(p_account.health_scored_at),
        'last_contact_at', app.api_time(p_account.last_contact_at),
        'crm_attributes', p_account.crm_attributes,
        'created_at', app.api_time(p_account.created_at),
        'updated_at', app.api_time(p_account.updated_at));
end
$$;

create or replace function app.account_version(p_account mainstay.accounts)
returns text
language sql stable parallel safe
return md5(p_account::text);

-- Only the members that are asked for.
create or replace function app.api_members(p_object json, p_names text[])
returns json
language plpgsql immutable parallel safe set search_path = ''
as $$
begin
    return case when p_names is null then p_object else (
        select json_object_agg(m.key, m.value) from json_each(p_object) m
         where m.key = any (p_names)) end;
end
$$;

-- "a,b" as names that there are; null: all.
create or replace function app.account_api_names(p_fields text)
returns text[]
language plpgsql stable set search_path = ''
as $$
declare
    v_names constant text[] := string_to_array(
        replace(nullif(p_fields, ''), ' ', ''), ',');
    v_unknown text;
begin
    select n into v_unknown from unnest(v_names) n
     where n not in (select json_object_keys(app.account_api(
               null::mainstay.accounts)))
     limit 1;
    if v_unknown is not null then
        raise exception using errcode = 'MS422', column = 'fields',
            constraint = 'unknown', message = format(
                '%s is not known here.', left(v_unknown, 60));
    end if;
    return v_names;
end
$$;

-- A position of a list: the sort it belongs to, and where the page before
-- ended. Not signed: a made-up one is a place in the reader's own list.
create or replace function app.cursor_text(p_sort text, p_key text, p_id uuid)
returns text
language sql immutable parallel safe
return rtrim(translate(encode(convert_to(json_build_array(p_sort, p_key,
    p_id)::text, 'UTF8'), 'base64'), E'+/\n', '-_'), '=');

create or replace function app.cursor_read(p_cursor text, p_sort text,
    out key text, out id uuid)
language plpgsql immutable set search_path = ''
as $$
declare
    v_text constant text := translate(p_cursor, '-_', '+/');
    v_at jsonb;
begin
    if p_cursor is null then
        return;
    end if;
    v_at := convert_from(decode(v_text || repeat('=',
        (4 - length(v_text) % 4) % 4), 'base64'), 'UTF8')::jsonb;
    if v_at ->> 0 = p_sort and v_at ->> 1 is not null then
        key := v_at ->> 1;
        id := (v_at ->> 2)::uuid;
    end if;
    if id is null then
        raise invalid_text_representation;
    end if;
exception when data_exception then
    raise exception using errcode = 'MS422', column = 'cursor',
        message = 'Cursor must be a next_cursor of the same list and sort.';
end
$$;
comment on function app.cursor_read(text, text) is
    'Where a page begins; MS422 when the cursor is of another list.';

-- The filters of an address: all but what the list itself takes.
create or replace function app.account_api_filter(p_form json) returns json
language plpgsql stable set search_path = ''
as $$
declare
    v_filter json;
    v_bad record;
begin
    select f.key as name, 'unknown' as code,
           format('%s is not known here.', left(f.key, 60)) as problem
      into v_bad
      from json_each_text(p_form) f
     where f.key <> 'sort' and f.key = any (app.account_list_state());
    if not found then
        select json_object_agg(f.key, f.value) into v_filter
          from json_each_text(p_form) f
         where f.key not in ('limit', 'cursor', 'sort', 'fields');
        v_filter := coalesce(v_filter, '{}');
        select f.name, f.code, f.problem into v_bad
          from app.account_filter(v_filter) f
         where f.problem is not null limit 1;
    end if;
    if v_bad.name is not null then
        raise exception using errcode = 'MS422', column = v_bad.name,
            constraint = v_bad.code, message = v_bad.problem;
    end if;
    return v_filter;
end
$$;
comment on function app.account_api_filter(json) is
    'The filters of an address of the API; MS422 names the first that is '
    'not known or wrong.';

create or replace function app.account_api_page(p_tenant uuid, p_form json,
    p_limit integer, p_cursor text, p_sort text, p_fields text,
    out body json, out next_cursor text)
language plpgsql stable set search_path = ''
as $$
declare
    v_names constant text[] := app.account_api_names(p_fields);
    v_from record;
begin
    select * into v_from from app.cursor_read(p_cursor, p_sort) c;
    select coalesce(json_agg(app.api_members(app.account_api(a), v_names)
               order by p.nr) filter (where p.nr <= p_limit), '[]'),
           case when max(p.nr) > p_limit then (array_agg(app.cursor_text(
               p_sort, p.key, p.id) order by p.nr))[p_limit] end
      into body, next_cursor
      from (select f.id, f.key, row_number() over () as nr
              from app.accounts_found(p_tenant,
                       app.account_api_filter(p_form), p_sort, v_from.key,
                       v_from.id, p_limit + 1) f) p
      join mainstay.accounts a on a.tenant_id = p_tenant and a.id = p.id;
    body := json_build_object('data', body, 'next_cursor', next_cursor,
        'has_more', next_cursor is not null);
exception when data_exception then
    raise exception using errcode = 'MS422', column = 'cursor',
        message = 'Cursor must be a next_cursor of the same list and sort.';
end
$$;
comment on function app.account_api_page(uuid, json, integer, text, text,
    text) is
    'A page of the accounts that an address finds.';

-- What was given, as a form that holds nothing back: its marks are those of
-- the account as it is. Null takes a value away.
create or replace function app.account_api_form(
    p_account mainstay.accounts, p_values jsonb, p_given text[])
returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_form jsonb;
begin
    select coalesce(jsonb_object_agg(m.key, coalesce(m.value, '')), '{}')
      into v_form
      from (select v.key, v.value from jsonb_each_text(p_values) v
             where v.key = any (p_given) and v.key <> 'crm_attributes'
            union all
            select 'a.' || a.key, a.value
              from jsonb_each_text(nullif(p_values -> 'crm_attributes',
                       'null')) a
             where 'crm_attributes' = any (p_given)) m (key, value);
    if p_account.id is null then
        return '{"status": "active", "tier": "small_business", "arr": "0",
            "currency": "USD"}'::jsonb || v_form;
    end if;
    return v_form || coalesce((
        select jsonb_object_agg('w.' || k.name, mainstay.value_mark(
                   mainstay.account_texts(p_account) ->> k.name))
          from jsonb_object_keys(v_form) k (name)), '{}');
end
$$;

-- Adds an account (p_id null) or changes what was given of one, if it still
-- has the version that the caller has seen.
create or replace function app.save_account_api(p_tenant uuid, p_id uuid,
    p_if_match text, p_values jsonb, p_given text[],
    out body json, out etag text, out id uuid)
language plpgsql volatile set search_path = ''
as $$
declare
    v_account mainstay.accounts;
begin
    if p_id is not null then
        select a.* into v_account from mainstay.accounts a
         where a.tenant_id = p_tenant and a.id = p_id for update;
        if not found then
            raise exception using errcode = 'MS404',
                message = 'There is nothing here that you may see.';
        end if;
        perform app.match_version(p_if_match,
            app.account_version(v_account));
    end if;
    id := mainstay.save_account(p_tenant, p_id,
        app.account_api_form(v_account, p_values, p_given));
    select app.account_api(a), app.account_version(a) into body, etag
      from mainstay.accounts a
     where a.tenant_id = p_tenant and a.id = save_account_api.id;
end
$$;
comment on function app.save_account_api(uuid, uuid, text, jsonb, text[]) is
    'Saves what a program gave of an account; MS412 when it is not as '
    'If-Match says.';

-- A tag that was compressed on its way is W/"…": it names the same.
create or replace function app.match_version(p_if_match text,
    p_version text) returns void
language plpgsql immutable set search_path = ''
as $$
begin
    if p_if_match is not null and p_if_match <> '*'
            and position('"' || p_version || '"' in p_if_match) = 0 then
        raise exception using errcode = 'MS412', message =
            'It is not as If-Match says. Look again and repeat.';
    end if;
end
$$;
comment on function app.match_version(text, text) is
    'MS412 unless If-Match names this version.';

grant execute on function app.api_time(timestamptz),
    app.account_api(mainstay.accounts),
    app.account_version(mainstay.accounts), app.api_members(json, text[]),
    app.account_api_names(text), app.cursor_text(text, text, uuid),
    app.cursor_read(text, text), app.account_api_filter(json),
    app.account_api_page(uuid, json, integer, text, text, text),
    app.account_api_form(mainstay.accounts, jsonb, text[]),
    app.save_account_api(uuid, uuid, text, jsonb, text[]),
    app.match_version(text, text) to mainstay_app;

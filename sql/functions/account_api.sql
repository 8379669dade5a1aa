-- Accounts as the API answers and takes them. What may be written, and what
-- is wrong with it, is the form's (account_form.sql).

create or replace function app.api_time(p_at timestamptz) returns text
language sql immutable parallel safe
return to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
comment on function app.api_time(timestamptz) is
    'A time by RFC 3339, in UTC.';

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
         where f.key not in ('limit', 'cursor', 'sort', 'fields',
                   'include');
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
        return '{"status": "active", "arr": "0", "currency": "USD"}'::jsonb
            || v_form;
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
        perform app.api_lock(p_tenant, 'accounts', p_id, p_if_match);
        select a.* into v_account from mainstay.accounts a
         where a.tenant_id = p_tenant and a.id = p_id;
    end if;
    id := mainstay.save_account(p_tenant, p_id,
        app.account_api_form(v_account, p_values, p_given));
    -- A tier that is said is chosen, also when the ARR had come to the same.
    if p_given @> '{tier}' and p_values ->> 'tier' is not null then
        update mainstay.accounts a set tier_is_set = true
         where a.tenant_id = p_tenant and a.id = save_account_api.id
           and not a.tier_is_set;
    end if;
    select o.body, o.etag into body, etag
      from app.api_one(p_tenant, 'accounts', save_account_api.id) o;
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
    app.account_api_filter(json),
    app.account_api_form(mainstay.accounts, jsonb, text[]),
    app.save_account_api(uuid, uuid, text, jsonb, text[]),
    app.match_version(text, text) to mainstay_app;

-- Views of the list of accounts as the API shows and takes them: a query is
-- what stands behind the ? of the list's address, or of GET /api/v1/accounts.
-- What may be kept is in saved_view.sql.

drop view if exists resource.saved_views;
create view resource.saved_views with (security_invoker = true) as
select v.tenant_id, v.id, v.owner_id, v.name, v.query, v.is_shared,
       exists (
           select from mainstay.default_views d
            where d.tenant_id = v.tenant_id and d.view_id = v.id
              and d.owner_id = (select app.current_user_id()))
           as is_default,
       v.created_at, v.updated_at
  from mainstay.saved_views v;
comment on view resource.saved_views is 'Lists of accounts under a name.';
comment on column resource.saved_views.id is 'Its id.';
comment on column resource.saved_views.owner_id is 'Whose it is.';
comment on column resource.saved_views.name is 'What it is called.';
comment on column resource.saved_views.query is
    'Filters and sort, as the address of the list has them.';
comment on column resource.saved_views.is_shared is
    'Whether all of the organisation see it.';
comment on column resource.saved_views.is_default is
    'Whether the list opens with it, for who asks.';
comment on column resource.saved_views.created_at is 'When it was made.';
comment on column resource.saved_views.updated_at is
    'When it was last changed.';
call mainstay.make_resource('saved_views', '{name,created_at}',
    '{owner_id,name,is_shared,created_at,updated_at}',
    p_required => '{is_default}', p_is_small => true);

-- %C3%A4+b as "ä b".
create or replace function app.url_text(p_text text) returns text
language plpgsql immutable set search_path = ''
as $$
begin
    return coalesce((
        select convert_from(string_agg(case when m[1] ~ '^%[0-9A-Fa-f]{2}$'
                   then decode(substr(m[1], 2), 'hex')
                   else convert_to(m[1], 'UTF8') end, '' order by nr), 'UTF8')
          from regexp_matches(replace(p_text, '+', ' '),
                   '(%[0-9A-Fa-f]{2}|[^%]+|%)', 'g')
               with ordinality x (m, nr)), '');
end
$$;

-- a=1&b=2 as a form has it: {"a": "1", "b": "2"}, names in their order.
create or replace function app.query_form(p_query text) returns json
language plpgsql immutable set search_path = ''
as $$
begin
    return coalesce((
        select '{' || string_agg(to_json(app.url_text(split_part(p, '=', 1)))
                   || ':' || to_json(app.url_text(substr(p,
                       strpos(p || '=', '=') + 1))), ',' order by nr) || '}'
          from unnest(string_to_array(ltrim(p_query, '?'), '&'))
               with ordinality x (p, nr)
         where p <> ''), '{}');
exception when data_exception then
    raise exception using errcode = 'MS422', column = 'query', message =
        'Query must be what stands behind the ? of the list of accounts.';
end
$$;
comment on function app.query_form(text) is
    'What an address asks for, as a form.';

create or replace function app.checked_query_form(p_query text)
returns json
language plpgsql stable set search_path = ''
as $$
declare
    v_form constant json := app.query_form(p_query);
begin
    if v_form ->> 'sort' !~ '^-?(name|arr|health|renewal|stage|days|owner|'
            'status|tier)$' or v_form ->> 'layout' not in ('list', 'tree')
    then
        raise exception using errcode = 'MS422', column = 'query',
            message = 'The list has no such sort or layout.';
    end if;
    return v_form;
end
$$;

create or replace function app.save_view_api(p_tenant uuid, p_id uuid,
    p_if_match text, p_values jsonb,
    out body json, out etag text, out id uuid)
language plpgsql volatile set search_path = ''
as $$
declare
    v jsonb := '{"query": "", "is_shared": false}';
    v_column text;
begin
    if app.current_user_id() is null then
        raise exception using errcode = 'MS403', message = 'A view belongs '
            'to a person: sign in with a token instead of a key.';
    end if;
    if p_id is not null then
        v := app.api_lock(p_tenant, 'saved_views', p_id, p_if_match);
    end if;
    v := app.api_merge(v, p_values);
    id := p_id;
    if p_id is null or p_values ?| array['name', 'is_shared'] then
        select s.id into id
          from mainstay.saved_view_save(p_tenant, p_id,
                   app.checked_query_form(coalesce(v ->> 'query', '')),
                   v ->> 'name', case when (v ->> 'is_shared')::boolean
                       then 'yes' end) s;
    end if;
    if p_id is not null and p_values ? 'query' then
        perform from mainstay.saved_view_save(p_tenant, p_id,
            app.checked_query_form(coalesce(v ->> 'query', '')), null, null);
    end if;
    if p_values ? 'is_default' then
        perform mainstay.default_view_set(p_tenant, id,
            (v ->> 'is_default')::boolean);
    end if;
    select o.body, o.etag into body, etag
      from app.api_one(p_tenant, 'saved_views', save_view_api.id) o;
exception when sqlstate 'MS422' then
    get stacked diagnostics v_column = column_name;
    perform app.raise_as(case v_column when 'view_name' then 'name'
        when 'form' then 'query' else v_column end, sqlerrm);
end
$$;
comment on function app.save_view_api(uuid, uuid, text, jsonb) is
    'Saves what a program gave of a view.';

-- Answered as it was.
create or replace function app.delete_view_api(p_tenant uuid, p_id uuid,
    p_if_match text, out body json, out etag text)
language plpgsql volatile set search_path = ''
as $$
begin
    perform app.api_lock(p_tenant, 'saved_views', p_id, p_if_match);
    select o.body, o.etag into body, etag
      from app.api_one(p_tenant, 'saved_views', p_id) o;
    delete from mainstay.saved_views v
     where v.tenant_id = p_tenant and v.id = p_id;
    if not found then
        perform app.no_such('view of yours');
    end if;
end
$$;

grant execute on function app.url_text(text), app.query_form(text),
    app.checked_query_form(text),
    app.save_view_api(uuid, uuid, text, jsonb),
    app.delete_view_api(uuid, uuid, text) to mainstay_app;

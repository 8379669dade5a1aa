-- Views: the address of the list of accounts under a name.

-- The address that a form of the list holds, in one spelling.
create or replace function app.account_list_query(p_tenant uuid, p_form json)
returns text
language plpgsql stable set search_path = ''
as $$
begin
    return 'sort=' || coalesce(p_form ->> 'sort', 'name')
        || app.url_pair('layout', nullif(p_form ->> 'layout', 'list'))
        || app.account_columns_query(p_form, null)
        || coalesce((
        select string_agg(w.query, '' order by w.place, w.name)
          from app.account_filter_words(p_tenant, p_form) w), '');
end
$$;

-- Keeps the list that the form shows: a new view, or, with p_view, one that
-- is there; a form without filters only renames. MS422 names the field.
create or replace function mainstay.saved_view_save(p_tenant uuid,
    p_view uuid, p_form json, p_name text, p_shared text)
returns table (id uuid, query text)
language plpgsql volatile set search_path = ''
as $$
#variable_conflict use_column
declare
    v_name constant text := btrim(p_name);
    v_query constant text := app.account_list_query(p_tenant, p_form);
    v_problem text;
begin
    if p_view is not null and not exists (
        select from mainstay.saved_views v
         where v.tenant_id = p_tenant and v.id = p_view
           and (v.owner_id = app.current_user_id()
               or v.is_shared and app.may('Tenant Admin'))) then
        raise exception using errcode = 'MS404',
            message = 'There is no such view of yours.';
    end if;
    select coalesce((
               select f.problem from app.account_filter(p_form) f
                where f.problem is not null limit 1), (
               select 'There is no column ' || left(c.name, 60) || '.'
                 from app.account_columns(p_form, null) c
                where not c.is_known limit 1))
      into v_problem;
    if v_problem is not null then
        raise exception using errcode = 'MS422', column = 'form',
            message = v_problem;
    elsif length(v_query) > 4000 then
        raise exception using errcode = 'MS422', column = 'form',
            message = 'These are too many filters for one view.';
    elsif exists (
        select from mainstay.saved_views o
         where o.tenant_id = p_tenant and o.owner_id = app.current_user_id()
           and lower(o.name) = lower(v_name)
           and o.id is distinct from p_view) then
        raise exception using errcode = 'MS422', column = 'view_name',
            message = format('You have a view %s already.', v_name);
    end if;
    if p_view is null then
        return query
        insert into mainstay.saved_views (tenant_id, owner_id, name, query,
            is_shared)
        values (p_tenant, app.current_user_id(), v_name, v_query,
            p_shared is not distinct from 'yes')
        returning id, query || '&view=' || id::text;
        return;
    end if;
    return query
    update mainstay.saved_views v
       set query = case when p_name is null then v_query else v.query end,
           name = coalesce(v_name, v.name),
           is_shared = case when p_name is null then v.is_shared
               else p_shared is not distinct from 'yes' end
     where v.tenant_id = p_tenant and v.id = p_view
    returning v.id, v.query || '&view=' || v.id::text;
end
$$;
comment on function mainstay.saved_view_save(uuid, uuid, json, text, text) is
    'Keeps the present list as a view; without a name the filters of a view, '
    'with one its name and who sees it.';

-- Makes a view the one that the list opens with for who asks, or not any
-- more; the address of the view.
create or replace function mainstay.default_view_set(p_tenant uuid,
    p_view uuid, p_is_default boolean) returns text
language plpgsql volatile set search_path = ''
as $$
declare
    v_query text;
begin
    select v.query || '&view=' || v.id::text into v_query
      from mainstay.saved_views v
     where v.tenant_id = p_tenant and v.id = p_view;
    if not found then
        raise exception using errcode = 'MS404',
            message = 'There is no such view.';
    end if;
    delete from mainstay.default_views d
     where d.tenant_id = p_tenant and d.owner_id = app.current_user_id()
       and (p_is_default or d.view_id = p_view);
    if p_is_default then
        insert into mainstay.default_views (tenant_id, owner_id, view_id)
        values (p_tenant, app.current_user_id(), p_view)
        on conflict do nothing;
    end if;
    return v_query;
end
$$;

grant execute on function mainstay.default_view_set(uuid, uuid, boolean),
    app.account_list_query(uuid, json),
    mainstay.saved_view_save(uuid, uuid, json, text, text)
    to mainstay_app, mainstay_maint, mainstay_definer;

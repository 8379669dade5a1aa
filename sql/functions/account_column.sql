-- The columns of the list of accounts. Which are shown, and in which order,
-- is in the address: columns=health+arr+a.seats.

-- Those of custom attributes are a.<key>; sort is the order that its heading
-- chooses.
create or replace function mainstay.account_column_list()
returns table (place integer, name text, label text, sort text,
    is_number boolean, is_usual boolean)
language sql stable
begin atomic
    select c.place, c.name, c.label, c.sort, c.name in ('arr', 'stage_days'),
           c.place < 8
      from (values
        (1, 'health', 'Health', 'health'),
        (2, 'stage', 'Stage', 'stage'),
        (3, 'arr', 'ARR', 'arr'),
        (4, 'renewal', 'Renewal', 'renewal'),
        (5, 'owner', 'Owner', 'owner'),
        (6, 'status', 'Status', 'status'),
        (7, 'tier', 'Tier', 'tier'),
        (8, 'stage_days', 'Days in stage', 'days'),
        (9, 'industry', 'Industry', null),
        (10, 'external_id', 'External id', null),
        (11, 'contact', 'Last contact', null),
        (12, 'created', 'Added', null),
        (13, 'tag', 'Tags', null)) c (place, name, label, sort)
    union all
    select 100 + row_number() over (order by c.position, c.label)::integer,
           'a.' || c.key, c.label, null, c.kind = 'number', false
      from mainstay.custom_attributes c
     where c.tenant_id = (select app.current_tenant_id());
end;

-- What the menu of filters offers besides what all tenants have.
create or replace function app.account_attributes(p_tenant uuid) returns json
language plpgsql stable set search_path = ''
as $$
begin
    return (select json_agg(json_build_object('key', c.key, 'label', c.label)
                       order by c.position, c.label)
              from mainstay.custom_attributes c
             where c.tenant_id = p_tenant);
end
$$;

-- The columns that an address names, once each; p_edit moves one of them:
-- up.arr. Null: it names none.
create or replace function mainstay.account_columns_given(p_form json,
    p_edit text) returns text[]
language plpgsql stable set search_path = ''
as $$
declare
    v_names text[];
    v_moved constant text[] := regexp_match(p_edit, '^(up|down)[.](.+)$');
    v_at integer;
    v_to integer;
begin
    select array_agg(g.name order by g.nr) into v_names
      from (select n.name, min(f.nr * 1000 + n.nr) as nr
              from json_each_text(p_form) with ordinality f (key, value, nr)
             cross join regexp_split_to_table(f.value, '[,[:space:]]+')
                   with ordinality n (name, nr)
             where f.key = 'columns' and n.name <> ''
             group by n.name) g;
    v_at := array_position(v_names, v_moved[2]);
    v_to := v_at + case v_moved[1] when 'up' then -1 else 1 end;
    if v_to between 1 and cardinality(v_names) then
        v_names[v_at] := v_names[v_to];
        v_names[v_to] := v_moved[2];
    end if;
    return v_names;
end
$$;

-- The columns as a part of the address; nothing for the usual ones.
create or replace function app.account_columns_query(p_form json, p_edit text)
returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_names constant text[] := mainstay.account_columns_given(p_form, p_edit);
begin
    return case when v_names is null or v_names = array(
            select c.name from mainstay.account_column_list() c
             where c.is_usual order by c.place) then ''
        else '&columns=' || (
            select string_agg(app.url_encode(n), '+' order by nr)
              from unnest(v_names) with ordinality v (n, nr)) end;
end
$$;

-- All columns, those that are shown first and with their place among them;
-- is_known is false for a name that is none.
create or replace function app.account_columns(p_form json, p_edit text)
returns table (name text, label text, nr bigint, sort text,
    is_number boolean, is_known boolean)
language plpgsql stable rows 20 set search_path = ''
as $$
declare
    v_names constant text[] := mainstay.account_columns_given(p_form, p_edit);
begin
    return query
    select coalesce(c.name, g.name), c.label,
           case when v_names is not null then g.nr when c.is_usual
               then c.place end, c.sort, c.is_number, c.name is not null
      from mainstay.account_column_list() c
      full join unnest(v_names) with ordinality g (name, nr)
        on g.name = c.name
     order by 3, c.place;
end
$$;
comment on function app.account_columns(json, text) is
    'The columns of the list of accounts.';

-- The headings of columns that were chosen, each a link that sorts by it;
-- p_rest is what such a link keeps.
create or replace function app.account_column_heads(p_form json, p_edit text,
    p_sort text, p_rest text) returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select jsonb_agg(jsonb_build_object('label', c.label, 'is_number',
                   c.is_number, 'order', case p_sort
                       when c.sort then 'ascending'
                       when '-' || c.sort then 'descending' end,
                   'query', 'sort=' || case p_sort when o.first then o.second
                       else o.first end || p_rest) order by c.nr)
          from app.account_columns(p_form, p_edit) c
         cross join lateral (
               select case when c.is_number then '-' || c.sort
                          else c.sort end as first,
                      case when c.is_number then c.sort
                          else '-' || c.sort end as second) o
         where c.nr is not null);
end
$$;

-- What the form of the columns holds.
create or replace function app.account_column_editor(p_form json, p_edit text)
returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select jsonb_build_object('columns', jsonb_agg(jsonb_build_object(
                   'name', c.name, 'label', c.label, 'is_shown',
                   c.nr is not null, 'up', c.nr > 1, 'down', c.nr < c.shown)))
          from (select c.*, count(c.nr) over () as shown
                  from app.account_columns(p_form, p_edit) c
                 where c.is_known) c);
end
$$;

-- {id: [{"is_arr": true, …}, {"text": "Steel", …}]}: the cells of accounts,
-- those of the usual columns as a flag.
create or replace function app.account_cells(p_tenant uuid, p_ids uuid[],
    p_form json, p_edit text) returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return (
        with shown as materialized (
            select c.nr, c.name, jsonb_build_object('label', c.label,
                       'is_number', c.is_number, 'is_' || c.name, true) as cell,
                   d.key, d.kind
              from app.account_columns(p_form, p_edit) c
              left join mainstay.custom_attributes d
                on d.tenant_id = p_tenant and 'a.' || d.key = c.name
             where c.nr is not null
        )
        select jsonb_object_agg(a.id, (
               select jsonb_agg(s.cell || jsonb_build_object('text', case
                          s.name
                          when 'stage_days' then app.number_text(current_date
                              - a.stage_entered_at::date)
                          when 'industry' then a.industry
                          when 'external_id' then a.external_id
                          when 'contact'
                              then app.date_text(a.last_contact_at::date)
                          when 'created'
                              then app.date_text(a.created_at::date)
                          when 'tag' then (
                              select string_agg(g.name, ', '
                                         order by lower(g.name))
                                from mainstay.account_tags t
                                join mainstay.tags g
                                  on g.tenant_id = p_tenant
                                 and g.id = t.tag_id
                               where t.tenant_id = p_tenant
                                 and t.account_id = a.id)
                          else mainstay.attribute_text(s.kind,
                              a.crm_attributes -> s.key)
                      end) order by s.nr)
                 from shown s))
          from mainstay.accounts a
         where a.tenant_id = p_tenant and a.id = any (p_ids));
end
$$;
comment on function app.account_cells(uuid, uuid[], json, text) is
    'The cells of accounts in the columns that an address names.';

grant execute on function mainstay.account_column_list(),
    app.account_attributes(uuid),
    mainstay.account_columns_given(json, text),
    app.account_columns_query(json, text), app.account_columns(json, text),
    app.account_column_heads(json, text, text, text),
    app.account_column_editor(json, text),
    app.account_cells(uuid, uuid[], json, text)
    to mainstay_app, mainstay_maint, mainstay_definer;

-- Lists and single answers of the API. A noun is a view resource.NOUN:
--
--     drop view if exists resource.contacts;
--     create view resource.contacts with (security_invoker = true) as
--     select c.tenant_id, c.id, c.account_id, c.full_name, c.created_at
--       from mainstay.contacts c;
--     comment on column resource.contacts.id is 'Its id here.';   -- and so on
--     call mainstay.make_resource('contacts',
--         '{full_name,-created_at}', '{account_id,full_name,created_at}',
--         '{"account": {"noun": "accounts", "by": "account_id"}}');
--
-- A column with a comment (of its own, or of the table's column of that name)
-- is a member of what is answered. One whose comment is '-' is only sorted by
-- or filtered by; tenant_id is never a member. Types say how a member is
-- written: timestamptz as RFC 3339 in UTC, numeric as decimal text (money),
-- double precision as a number, domains and columns with a list of values as
-- an enumeration.
--
-- make_resource(noun, sorts, filters, includes, table, ...):
--   sorts     columns that are never null and have an index (tenant_id,
--             column, id) on the table, the default first ("-" before it:
--             descending); "due_on=due_sort" is called due_on and sorts by
--             due_sort. A table of few rows (is_small) needs no index.
--   filters   members, by the grammar of the list of accounts: field=value,
--             field.operator=value, 2.field=value of a second group.
--   includes  {name: {"noun": …, "by": our column with its id}}, one object;
--             {name: {"noun": …, "of": their column with our id}}, a list of
--             at most 100 in their default order.
--   table     mainstay.NOUN: whose constraints say what is never null and
--             which values there are. Null: none.
--   required, choices   the same of members that are no column of it:
--             '{score}' and '{"tier": ["ENTERPRISE", …]}'.
--
-- A list is then a row of the table of routes with the statement api_page
-- and .noun, one object a row with api_one, a list below an account one with
-- api_page_of_account (sql/queries/resource.sql).
--
-- Who writes: app.api_lock(tenant, noun, id, if_match) locks the row, refuses
-- what is gone (MS404) or not as If-Match says (MS412) and returns its
-- members; app.api_merge(that, values, default) lays what was sent over it
-- (RFC 7396); app.api_one answers with body and etag. The statement api_remove
-- is all that a DELETE needs.

-- 'in (…)' of a domain or a column.
create or replace function mainstay.check_choices(p_table regclass,
    p_column name, p_type oid) returns text[]
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select array(select m[1] from regexp_matches(d.def,
                   '''([^'']*)''::text', 'g') with ordinality x (m, nr)
                   order by nr)
          from pg_catalog.pg_constraint c
         cross join lateral pg_get_constraintdef(c.oid) d (def)
         where (c.contypid = p_type or c.conrelid = p_table
                and c.conkey = array[(select a.attnum
                    from pg_catalog.pg_attribute a
                   where a.attrelid = p_table and a.attname = p_column)])
           and c.contype = 'c'
           and d.def ~ '^CHECK \(\(\(?\w+\)?(::text)? = ANY \(.?ARRAY\['
         limit 1);
end
$$;

-- How a type is written, read and filtered.
create or replace function mainstay.resource_type(p_type oid,
    p_choices text[], out sql text, out kind text, out schema jsonb)
language plpgsql stable set search_path = ''
as $$
declare
    v_base constant oid := coalesce((select nullif(t.typbasetype, 0)
        from pg_catalog.pg_type t where t.oid = p_type), p_type);
    v_item constant oid := (select nullif(t.typelem, 0)
        from pg_catalog.pg_type t where t.oid = v_base and t.typlen = -1);
begin
    select x.sql, x.kind, x.schema::jsonb into sql, kind, schema
      from (values
        ('uuid', '%s', 'id', '{"type": "string", "format": "uuid"}'),
        ('boolean', '%s', 'boolean', '{"type": "boolean"}'),
        ('smallint', '%s', 'number', '{"type": "integer"}'),
        ('integer', '%s', 'number', '{"type": "integer"}'),
        ('bigint', '%s', 'decimal', '{"type": "integer"}'),
        ('double precision', '%s', null, '{"type": "number"}'),
        ('numeric', '%s::text', 'decimal', '{"type": "string", '
            '"pattern": "^-?[0-9]+([.][0-9]+)?$"}'),
        ('date', '%s', 'date', '{"type": "string", "format": "date"}'),
        ('timestamp with time zone', 'to_char(%s at time zone ''UTC'', '
            '''YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'')', 'time',
            '{"type": "string", "format": "date-time"}'),
        ('json', '%s', null, '{}'), ('jsonb', '%s', null, '{}'),
        ('text', '%s', 'text', '{"type": "string"}')) x (type, sql, kind,
            schema)
     where x.type = format_type(v_base, null);
    if schema is null and v_item is not null then
        sql := '%s';
        schema := jsonb_build_object('type', 'array', 'items',
            (mainstay.resource_type(v_item, p_choices)).schema);
    elsif schema is null then
        raise exception 'A member of type % is not known how to write.',
            format_type(p_type, null);
    elsif p_choices is not null then
        kind := 'choice';
        schema := schema || jsonb_build_object('enum', p_choices);
    end if;
end
$$;

create or replace function mainstay.nullable_schema(p_schema jsonb)
returns jsonb
language sql immutable
return p_schema
    || case when p_schema ? 'type' then jsonb_build_object('type',
        jsonb_build_array(p_schema -> 'type', 'null')) else '{}' end
    || case when p_schema ? 'enum' then jsonb_build_object('enum',
        (p_schema -> 'enum') || 'null') else '{}' end;

-- Members and hidden columns of a view, in their order.
create or replace function mainstay.resource_columns(p_view regclass,
    p_table regclass, p_required text[], p_choices jsonb)
returns table (nr smallint, name text, is_member boolean, sql text,
    kind text, type text, is_nullable boolean, choices text[], schema jsonb)
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    select a.attnum, a.attname::text, d.text <> '-', t.sql, t.kind,
           format_type(coalesce(nullif(p.typbasetype, 0), p.oid), null)
               || case when l.collname = 'C' then ' collate "C"' else '' end,
           n.yes, c.choices,
           case when n.yes then mainstay.nullable_schema(t.schema)
               else t.schema end
               || jsonb_build_object('description', d.text)
      from pg_catalog.pg_attribute a
      join pg_catalog.pg_type p on p.oid = a.atttypid
      left join pg_catalog.pg_collation l on l.oid = a.attcollation
      left join pg_catalog.pg_attribute b
        on b.attrelid = p_table and b.attname = a.attname
       and not b.attisdropped
     cross join lateral (select coalesce(col_description(p_view, a.attnum),
               col_description(p_table, b.attnum))) d (text)
     cross join lateral (select case when p_choices ? a.attname::text
               then array(select jsonb_array_elements_text(
                   p_choices -> a.attname::text))
               else mainstay.check_choices(p_table, a.attname, a.atttypid)
               end) c (choices)
     cross join lateral mainstay.resource_type(a.atttypid, c.choices) t
     cross join lateral (select b.attnotnull is not true
               and a.attname <> all (p_required)) n (yes)
     where a.attrelid = p_view and a.attnum > 0 and not a.attisdropped
       and a.attname <> 'tenant_id';
end
$$;

create or replace procedure mainstay.check_sort(p_table regclass,
    p_column text)
language plpgsql set search_path = ''
as $$
begin
    if not exists (
        select from pg_catalog.pg_index i
          join pg_catalog.pg_attribute t
            on t.attrelid = i.indrelid and t.attnum = i.indkey[0]
          join pg_catalog.pg_attribute c
            on c.attrelid = i.indrelid and c.attnum = i.indkey[1]
         where i.indrelid = p_table and i.indpred is null
           and t.attname = 'tenant_id' and c.attname = p_column
           and c.attnotnull) then
        raise exception 'To be sorted by, %.% must be "not null" and the '
            'second column of an index that begins with tenant_id.',
            p_table, p_column;
    end if;
end
$$;

-- All that a request needs to know of a noun, as a function that is a
-- constant.
drop procedure if exists mainstay.make_resource(text, text[], text[], jsonb,
    text, text[], jsonb, boolean, text);
create procedure mainstay.make_resource(p_noun text, p_sorts text[],
    p_filters text[] default '{}', p_includes jsonb default '{}',
    p_table text default '', p_required text[] default '{}',
    p_choices jsonb default '{}', p_is_small boolean default false,
    p_list text default null)
language plpgsql set search_path = ''
as $$
declare
    v_view constant regclass := format('resource.%I', p_noun);
    v_table constant regclass := 'mainstay.' || coalesce(
        nullif(p_table, ''), case p_table when '' then p_noun end);
    v_noun jsonb;
    v_sort record;
begin
    select jsonb_build_object('noun', p_noun, 'table', v_table::text,
               'list', p_list, 'includes', p_includes,
               'members', jsonb_agg(to_jsonb(c) order by c.nr)
                   filter (where c.is_member),
               'columns', jsonb_object_agg(c.name, to_jsonb(c)))
      into v_noun
      from mainstay.resource_columns(v_view, v_table, p_required,
               p_choices) c;
    select v_noun || jsonb_build_object('sort', split_part(p_sorts[1],
                   '=', 1),
               'sorts', jsonb_object_agg(s.name, jsonb_build_object(
                   'sql', format('a.%I', s.of), 'type',
                   v_noun #>> array['columns', s.of, 'type']))) into v_noun
      from (select p[1], coalesce(p[2], p[1])
              from unnest(p_sorts) u (text)
             cross join lateral regexp_match(ltrim(u.text, '-'),
                   '^([^=]+)(?:=(.+))?$') p) s (name, of);
    select v_noun || jsonb_build_object('filters', coalesce(
               jsonb_object_agg(f.name, jsonb_build_object('kind',
                   c.c ->> 'kind', 'choices', case c.c ->> 'kind'
                       when 'boolean' then '["true", "false"]'::jsonb
                       else c.c -> 'choices' end,
                   'sql', format(case c.c ->> 'kind' when 'text'
                       then 'lower(a.%I)' when 'boolean'
                       then '(a.%I)::text' else 'a.%I' end, f.name),
                   'missing', case when (c.c ->> 'is_nullable')::boolean
                       then format('a.%I is null', f.name) end))
               filter (where f.name is not null), '{}')) into v_noun
      from unnest(p_filters) f (name)
     cross join lateral (select v_noun #> array['columns', f.name]) c (c);
    for v_sort in select s.key, s.value
                    from jsonb_each(v_noun -> 'sorts') s
    loop
        if v_sort.value ->> 'type' is null then
            raise exception '% has no column to sort by %.', v_view,
                v_sort.key;
        elsif not p_is_small and p_list is null and v_table is not null then
            call mainstay.check_sort(v_table,
                substr(v_sort.value ->> 'sql', 3));
        end if;
    end loop;
    if exists (select from jsonb_each(v_noun -> 'filters') f
                where f.value ->> 'kind' is null) then
        raise exception '% cannot be filtered so.', v_view;
    end if;
    execute format('create or replace function resource.%I() returns jsonb '
        'language sql immutable parallel safe return %L::jsonb', p_noun,
        v_noun);
    execute format('grant execute on function resource.%I() to mainstay_app',
        p_noun);
    execute format('grant select on %s to mainstay_app', v_view);
end
$$;
comment on procedure mainstay.make_resource(text, text[], text[], jsonb,
    text, text[], jsonb, boolean, text) is
    'Makes a noun of the API of a view.';

create or replace function app.resource(p_noun text) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_noun jsonb;
begin
    execute format('select resource.%I()', p_noun) into v_noun;
    return v_noun;
end
$$;

-- What the document of the API says of each noun.
create or replace function app.resources() returns json
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select json_object_agg(n.noun ->> 'noun', json_build_object(
                   'properties', (
                       select json_object_agg(m.m ->> 'name', m.m -> 'schema'
                                  order by (m.m ->> 'nr')::integer)
                         from jsonb_array_elements(
                              n.noun -> 'members') m (m)),
                   'sort', n.noun ->> 'sort',
                   'sorts', (
                       select jsonb_agg(w.way || s.key order by s.key, w.way)
                         from jsonb_object_keys(n.noun -> 'sorts') s (key)
                        cross join (values (''), ('-')) w (way)),
                   'filters', (
                       select jsonb_agg(f.key order by f.key)
                         from jsonb_object_keys(n.noun -> 'filters')
                              f (key)),
                   'includes', n.noun -> 'includes'))
          from pg_catalog.pg_proc p
         cross join lateral app.resource(p.proname) n (noun)
         where p.pronamespace = 'resource'::regnamespace
           and p.pronargs = 0);
end
$$;

create or replace function mainstay.refuse_name(p_parameter text,
    p_name text, p_known text) returns void
language plpgsql immutable set search_path = ''
as $$
begin
    raise exception using errcode = 'MS422', column = p_parameter,
        constraint = 'unknown', message = format('%s is not known here%s.',
            left(p_name, 60), ': ' || nullif(p_known, ''));
end
$$;

-- "a,b" as names that there are; null: all, or none.
create or replace function mainstay.resource_names(p_parameter text,
    p_text text, p_known text[]) returns text[]
language plpgsql stable set search_path = ''
as $$
declare
    v_names constant text[] := string_to_array(
        replace(nullif(p_text, ''), ' ', ''), ',');
begin
    if not v_names <@ p_known then
        perform mainstay.refuse_name(p_parameter, n, array_to_string(
            p_known, ', '))
           from unnest(v_names) n where n <> all (p_known);
    end if;
    return v_names;
end
$$;

-- A row as JSON, from the columns of p_alias.
create or replace function mainstay.resource_members(p_noun jsonb,
    p_names text[], p_alias text) returns text
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select string_agg(format('%s as %I', format(m.m ->> 'sql',
                   format('%s.%I', p_alias, m.m ->> 'name')),
                   m.m ->> 'name'), ', ' order by m.nr)
          from jsonb_array_elements(p_noun -> 'members')
               with ordinality m (m, nr)
         where p_names is null or m.m ->> 'name' = any (p_names));
end
$$;

-- What is embedded, each by a query inside the query.
create or replace function mainstay.resource_includes(p_noun jsonb,
    p_names text[]) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_name text;
    v_how jsonb;
    v_there jsonb;
    v_sql text := '';
begin
    foreach v_name in array coalesce(p_names, '{}')
    loop
        v_how := p_noun -> 'includes' -> v_name;
        v_there := app.resource(v_how ->> 'noun');
        v_sql := v_sql || format(case when v_how ? 'by'
            then ', (select row_to_json(i) from (select %1$s '
                'from resource.%2$I b where b.tenant_id = $1 '
                'and b.id = a.%3$I) i) as %4$I'
            else ', (select coalesce(json_agg(i), ''[]'') from (select %1$s '
                'from resource.%2$I b where b.tenant_id = $1 '
                'and b.%3$I = a.id order by %5$s, b.id limit 100) i) '
                'as %4$I' end,
            mainstay.resource_members(v_there, null, 'b'),
            v_how ->> 'noun', coalesce(v_how ->> 'by', v_how ->> 'of'),
            v_name, mainstay.resource_default(v_there));
    end loop;
    return v_sql;
end
$$;

create or replace function mainstay.resource_default(p_noun jsonb)
returns text
language sql immutable
return format('b.%s%s', substr(p_noun -> 'sorts' -> ltrim(
    p_noun ->> 'sort', '-') ->> 'sql', 3),
    case when p_noun ->> 'sort' ~ '^-' then ' desc' else '' end);

-- What row_to_json makes a row of: members and what is embedded.
create or replace function mainstay.resource_body(p_noun jsonb,
    p_fields text, p_include text) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_names constant text[] := mainstay.resource_names('fields', p_fields,
        array(select m ->> 'name' from jsonb_array_elements(
            p_noun -> 'members') m));
    v_includes constant text[] := mainstay.resource_names('include',
        p_include, array(select jsonb_object_keys(p_noun -> 'includes')));
begin
    return mainstay.resource_members(p_noun, v_names, 'a')
        || mainstay.resource_includes(p_noun, v_includes);
end
$$;

-- The conditions of an address, and of where the list stands, as SQL; their
-- values are $2. MS422 names the first that is not known or wrong.
create or replace function mainstay.resource_where(p_noun jsonb,
    p_form json, p_within jsonb, out condition text, out args text[])
language plpgsql stable set search_path = ''
as $$
declare
    v_sent record;
    v_parts text[];
    v_field jsonb;
    v_found record;
    v_groups text[] := '{}';
    v_place integer;
begin
    args := '{}';
    condition := 'true';
    for v_sent in select w.key, w.value from jsonb_each_text(p_within) w
    loop
        args := args || v_sent.value;
        condition := condition || format(' and a.%I = $2[%s]::%s',
            v_sent.key, cardinality(args),
            p_noun #>> array['columns', v_sent.key, 'type']);
    end loop;
    for v_sent in
        select s.key as name, array_agg(btrim(s.value) order by s.nr) as given
          from json_each_text(p_form) with ordinality s (key, value, nr)
         where s.key not in ('limit', 'cursor', 'sort', 'fields', 'include')
         group by s.key order by min(s.nr)
    loop
        v_parts := regexp_match(v_sent.name,
            '^(?:([2-9])[.])?([a-z_]+)(?:[.]([a-z]+))?$');
        v_place := coalesce(v_parts[1]::integer, 1);
        v_field := p_noun #> array['filters', v_parts[2]];
        select * into v_found from mainstay.filter_condition(v_sent.name,
            v_parts[2], v_field ->> 'kind', v_field ->> 'sql',
            v_field ->> 'missing', null,
            nullif(array(select jsonb_array_elements_text(nullif(
                v_field -> 'choices', 'null'))), '{}'),
            coalesce(v_parts[3], 'is'), v_sent.given,
            cardinality(args) + 1);
        if v_found.problem is not null then
            raise exception using errcode = 'MS422', column = v_sent.name,
                constraint = v_found.code, message = v_found.problem;
        end if;
        args := args || v_found.args;
        v_groups[v_place] := concat_ws(' and ', v_groups[v_place],
            v_found.sql);
    end loop;
    condition := condition || coalesce(' and (' || (
        select string_agg(g, ' or ') from unnest(v_groups) g
         where g is not null) || ')', '');
end
$$;

-- Which order, and the names that it is by ($5, see mainstay.account_order).
create or replace function mainstay.resource_order(p_tenant uuid,
    p_noun jsonb, p_sort text, out expr text, out kind text, out way text,
    out names jsonb)
language plpgsql stable set search_path = ''
as $$
begin
    if p_noun ->> 'list' = 'account' then
        select * into expr, kind, way, names
          from mainstay.account_order(p_tenant, p_sort) o;
    elsif p_noun -> 'sorts' ? ltrim(p_sort, '-') then
        expr := p_noun -> 'sorts' -> ltrim(p_sort, '-') ->> 'sql';
        kind := p_noun -> 'sorts' -> ltrim(p_sort, '-') ->> 'type';
        way := case when starts_with(p_sort, '-') then 'desc' else '' end;
    end if;
    if expr is null or p_sort !~ '^-?[^-]' then
        raise exception using errcode = 'MS422', column = 'sort',
            constraint = 'choice', message = format(
                'sort must be one of %s, with - before it for the other '
                'way.', (select string_agg(k, ', ' order by k)
                    from jsonb_object_keys(p_noun -> 'sorts') k));
    end if;
end
$$;

-- A position of a list: the sort it belongs to, and where the page before
-- ended. Not signed: a made-up one is a place in the reader's own list.
create or replace function app.cursor_text(p_sort text, p_key text,
    p_id text) returns text
language sql immutable parallel safe
return rtrim(translate(encode(convert_to(json_build_array(p_sort, p_key,
    p_id)::text, 'UTF8'), 'base64'), E'+/\n', '-_'), '=');

create or replace function app.cursor_read(p_cursor text, p_sort text,
    p_kind text, out key text, out id uuid)
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
        execute format('select ($1::%s)::text, $2::uuid', p_kind)
           into key, id using v_at ->> 1, v_at ->> 2;
    end if;
    if id is null then
        raise invalid_text_representation;
    end if;
exception when data_exception then
    raise exception using errcode = 'MS422', column = 'cursor',
        message = 'Cursor must be a next_cursor of the same list and sort.';
end
$$;
comment on function app.cursor_read(text, text, text) is
    'Where a page begins; MS422 when the cursor is of another list.';

-- MS404 unless what a list stands below is there.
create or replace function mainstay.check_within(p_tenant uuid,
    p_noun jsonb, p_within jsonb) returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_above record;
    v_is_there boolean;
begin
    for v_above in
        select i.value ->> 'noun' as noun, w.value as id
          from jsonb_each_text(p_within) w
          join jsonb_each(p_noun -> 'includes') i
            on i.value ->> 'by' = w.key
    loop
        execute format('select exists (select from resource.%I a '
            'where a.tenant_id = $1 and a.id = $2::uuid)', v_above.noun)
           into v_is_there using p_tenant, v_above.id;
        if not v_is_there then
            raise exception using errcode = 'MS404',
                message = 'There is nothing here that you may see.';
        end if;
    end loop;
end
$$;

create or replace function app.api_page(p_tenant uuid, p_noun text,
    p_form json, p_limit integer, p_cursor text, p_sort text,
    p_fields text, p_include text, p_within jsonb default null,
    out body json, out next_cursor text)
language plpgsql stable set search_path = ''
as $$
declare
    v_noun constant jsonb := app.resource(p_noun);
    v_sort constant text := coalesce(p_sort, v_noun ->> 'sort');
    v_order record;
    v_from record;
    v_where record;
begin
    perform mainstay.check_within(p_tenant, v_noun, p_within);
    select * into v_order
      from mainstay.resource_order(p_tenant, v_noun, v_sort) o;
    select * into v_from
      from app.cursor_read(p_cursor, v_sort, v_order.kind) c;
    if v_noun ->> 'list' = 'account' then
        select * into v_where from mainstay.account_filter_where(
            app.account_api_filter(p_form)) w;
    else
        select * into v_where from mainstay.resource_where(v_noun, p_form,
            p_within) w;
    end if;
    execute format('select coalesce(json_agg(r.body order by r.nr) '
            'filter (where r.nr <= $6), ''[]''), '
            'case when max(r.nr) > $6 then (array_agg(app.cursor_text($7, '
            'r.key, r.id) order by r.nr))[$6] end '
        'from (select row_number() over () as nr, a."~key" as key, '
                'a.id::text as id, (select row_to_json(m) '
                'from (select %1$s) m) as body '
            'from (select a.*, (%2$s)::text as "~key" '
                'from resource.%3$I a where a.tenant_id = $1 and %4$s '
                'and %5$s order by %2$s %6$s, a.id %6$s limit $6 + 1) a) r',
        mainstay.resource_body(v_noun, p_fields, p_include), v_order.expr,
        p_noun, v_where.condition, mainstay.account_after(v_from.key,
            v_from.id, v_order.expr, v_order.kind, v_order.way),
        v_order.way)
       into body, next_cursor
      using p_tenant, v_where.args, v_from.key, v_from.id, v_order.names,
            p_limit, v_sort;
    body := json_build_object('data', body, 'next_cursor', next_cursor,
        'has_more', next_cursor is not null);
end
$$;
comment on function app.api_page(uuid, text, json, integer, text, text, text,
    text, jsonb) is
    'A page of a noun of the API: what an address finds, below what p_within '
    'says ({"account_id": …}).';

-- With something embedded the tag is that of all of it: the row alone does
-- not tell whether it still holds.
create or replace function app.api_one(p_tenant uuid, p_noun text,
    p_id uuid, p_fields text default null, p_include text default null)
returns table (body json, etag text)
language plpgsql stable rows 1 set search_path = ''
as $$
begin
    return query execute format('select m.body, %s '
        'from resource.%I a cross join lateral (select row_to_json(m) '
        'from (select %s) m) m (body) '
        'where a.tenant_id = $1 and a.id = $2',
        case when nullif(p_include, '') is null then 'md5(a::text)'
            else 'md5(m.body::text)' end, p_noun,
        mainstay.resource_body(app.resource(p_noun), p_fields, p_include))
      using p_tenant, p_id;
end
$$;
comment on function app.api_one(uuid, text, uuid, text, text) is
    'One object of a noun of the API and its ETag; no row: it is not there.';

-- Locked until the transaction ends, so that nothing comes between the look
-- and the change.
create or replace function app.api_lock(p_tenant uuid, p_noun text,
    p_id uuid, p_if_match text) returns jsonb
language plpgsql volatile set search_path = ''
as $$
declare
    v_found uuid;
    v_row jsonb;
    v_version text;
begin
    execute format('select a.id from %s a where a.tenant_id = $1 '
        'and a.id = $2 for no key update', app.resource(p_noun) ->> 'table')
       into v_found using p_tenant, p_id;
    execute format('select to_jsonb(a), md5(a::text) from resource.%I a '
        'where a.tenant_id = $1 and a.id = $2', p_noun)
       into v_row, v_version using p_tenant, v_found;
    if v_row is null then
        raise exception using errcode = 'MS404',
            message = 'There is nothing here that you may change.';
    end if;
    perform app.match_version(p_if_match, v_version);
    return v_row;
end
$$;
comment on function app.api_lock(uuid, text, uuid, text) is
    'The row that is to be changed, locked; MS404 without one, MS412 when it '
    'is not as If-Match says.';

-- RFC 7396, of one level. What is taken away is then as p_default says.
create or replace function app.api_merge(p_row jsonb, p_values jsonb,
    p_default jsonb default '{}') returns jsonb
language plpgsql immutable parallel safe set search_path = ''
as $$
begin
    return p_default || coalesce((
        select jsonb_object_agg(m.key, m.value)
          from jsonb_each(coalesce(p_row, '{}') || coalesce(p_values, '{}')) m
         where m.value <> 'null' or not p_default ? m.key), '{}');
end
$$;

create or replace function app.api_remove(p_tenant uuid, p_noun text,
    p_id uuid, p_if_match text)
returns table (body json, etag text)
language plpgsql volatile rows 1 set search_path = ''
as $$
declare
    v_gone uuid;
begin
    perform app.api_lock(p_tenant, p_noun, p_id, p_if_match);
    select o.body, o.etag into body, etag
      from app.api_one(p_tenant, p_noun, p_id) o;
    execute format('delete from %s a where a.tenant_id = $1 and a.id = $2 '
        'returning a.id', app.resource(p_noun) ->> 'table')
       into v_gone using p_tenant, p_id;
    if v_gone is null then
        raise exception using errcode = 'MS403',
            message = 'Your role may not remove this.';
    end if;
    return next;
end
$$;
comment on function app.api_remove(uuid, text, uuid, text) is
    'Removes a row and answers with what it was.';

grant execute on function app.resource(text), app.resources(),
    mainstay.refuse_name(text, text, text),
    mainstay.resource_names(text, text, text[]),
    mainstay.resource_members(jsonb, text[], text),
    mainstay.resource_includes(jsonb, text[]),
    mainstay.resource_default(jsonb),
    mainstay.resource_body(jsonb, text, text),
    mainstay.resource_where(jsonb, json, jsonb),
    mainstay.resource_order(uuid, jsonb, text),
    app.cursor_text(text, text, text), app.cursor_read(text, text, text),
    mainstay.check_within(uuid, jsonb, jsonb),
    app.api_page(uuid, text, json, integer, text, text, text, text, jsonb),
    app.api_one(uuid, text, uuid, text, text),
    app.api_lock(uuid, text, uuid, text),
    app.api_merge(jsonb, jsonb, jsonb),
    app.api_remove(uuid, text, uuid, text)
    to mainstay_app;

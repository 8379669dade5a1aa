-- The filters of the portfolio list. A condition is a parameter of the
-- address: field=value for "is", field.operator=value for the others; a name
-- that comes again adds a value ("is any of"). All conditions of a group must
-- hold, and one group must: the second group's names begin with "2.", and so
-- on. So "At Risk with more than 50,000, or anybody who is onboarding" is
--
--     band=at_risk&arr.over=50000&2.status=onboarding
--
-- A statement is made of the constant texts below and of numbers; what people
-- wrote travels as a parameter.

-- Names of the list's address that are no filter.
create or replace function app.account_list_state() returns text[]
language sql immutable parallel safe
return array['sort', 'layout', 'columns', 'after_key', 'after_id', 'done',
    'edit', 'view', 'view_name', 'view_shared', 'pick', 'all', 'change', 'target', 'picks',
    'back'];

create or replace function app.is_unfiltered(p_form jsonb) returns boolean
language sql immutable parallel safe
return p_form - app.account_list_state() = '{}';
comment on function app.is_unfiltered(jsonb) is
    'Whether the address of the portfolio list holds no filter.';

-- expr is what an index holds, where there is one; missing when it stands for
-- nothing; nobody is the value that means it.
create or replace function mainstay.account_filter_columns()
returns table (field text, label text, kind text, expr text, missing text,
    nobody text, choices text[])
language sql immutable parallel safe
begin atomic
    values
    ('name', 'Name', 'text', 'a.name_key', null, null, null::text[]),
    ('band', 'Health', 'choice', 'a.health_band', 'a.health_band is null',
        'unscored', '{healthy,moderate,at_risk,critical,unscored}'),
    ('score', 'Score', 'number', 'a.health_sort', 'a.health_score is null',
        null, null),
    ('stage', 'Stage', 'choice', 'a.current_stage',
        'a.current_stage is null', null, null),
    ('stage_days', 'Days in stage', 'number',
        '(current_date - a.stage_entered_at::date)',
        'a.stage_entered_at is null', null, null),
    ('status', 'Status', 'choice', 'a.status', null, null,
        '{active,onboarding,paused,churned}'),
    ('tier', 'Tier', 'choice', 'a.tier', null, null,
        '{enterprise,mid_market,small_business,trial}'),
    ('owner', 'Owner', 'person', 'a.csm_id', 'a.csm_id is null', 'none',
        null),
    ('arr', 'ARR', 'money', 'a.arr_cents', null, null, null),
    ('renewal', 'Renewal', 'date', 'a.renewal_sort',
        'a.renewal_date is null', null, null),
    ('tag', 'Tag', 'tag', null, 'not exists (select '
        'from mainstay.account_tags t where t.tenant_id = $1 '
        'and t.account_id = a.id)', null, null),
    ('industry', 'Industry', 'text', 'lower(a.industry)',
        'a.industry is null', null, null),
    ('external_id', 'External id', 'text', 'lower(a.external_id)',
        'a.external_id is null', null, null),
    ('contact', 'Last contact', 'date', 'a.last_contact_at::date',
        'a.last_contact_at is null', null, null),
    ('created', 'Added', 'date', 'a.created_at::date', null, null, null),
    ('under', 'Group', 'account', null, null, null, null);
end;
comment on function mainstay.account_filter_columns() is
    'What accounts of every tenant can be filtered by.';

-- Custom attributes are a.<key>.
create or replace function mainstay.account_filter_fields()
returns table (field text, label text, kind text, expr text, missing text,
    nobody text, choices text[])
language sql stable
begin atomic
    select f.* from mainstay.account_filter_columns() f
    union all
    select 'a.' || c.key, c.label,
           case c.kind when 'number' then 'decimal' else c.kind end,
           k.expr, k.expr || ' is null', null,
           case c.kind when 'boolean' then '{yes,no}'::text[]
               when 'choice' then c.choices end
      from mainstay.custom_attributes c
     cross join lateral (select format(case c.kind
               when 'text' then '(lower(a.crm_attributes ->> %L))'
               when 'number' then '(case jsonb_typeof(a.crm_attributes -> %1$L'
                   ') when ''number'' then (a.crm_attributes ->> %1$L)'
                   '::numeric end)'
               when 'date' then 'mainstay.typed_date(a.crm_attributes ->> %L)'
               when 'boolean' then '(case a.crm_attributes ->> %L '
                   'when ''true'' then ''yes'' when ''false'' then ''no'' end)'
               else '(a.crm_attributes ->> %L)' end, c.key)) k (expr)
     where c.tenant_id = (select app.current_tenant_id());
end;
comment on function mainstay.account_filter_fields() is
    'What accounts can be filtered by.';

-- {from,to}: how many values an operator takes; as is what they are read as,
-- where that differs from the field.
create or replace function mainstay.account_filter_operators()
returns table (op text, label text, kinds text[], fewest integer,
    most integer, read_as text)
language sql immutable
begin atomic
    values
    ('is', 'is', '{choice,person,tag,text,account,boolean,id}'::text[], 1, 50,
        null),
    ('not', 'is not', '{choice,person,tag,text,account,boolean,id}', 1, 50,
        null),
    ('begins', 'begins with', '{text}', 1, 1, null),
    ('contains', 'contains', '{text}', 1, 1, null),
    ('over', 'is over', '{number,money,decimal}', 1, 1, null),
    ('under', 'is under', '{number,money,decimal}', 1, 1, null),
    ('within', 'in the next', '{date,time}', 1, 1, 'days'),
    ('past', 'in the last', '{date,time}', 1, 1, 'days'),
    ('before', 'before', '{date,time}', 1, 1, null),
    ('after', 'after', '{date,time}', 1, 1, null),
    ('between', 'is between', '{number,money,decimal,date,time}',
        2, 2, null),
    ('empty', 'is empty', '{choice,person,tag,text,boolean,number,money,'
        'decimal,date,time,id}', 1, 1, 'flag');
end;
comment on function mainstay.account_filter_operators() is
    'How a filter compares.';

-- Short names that links and the search field use.
create or replace function mainstay.account_filter_alias(p_field text,
    p_op text) returns text
language sql immutable
return case
    when p_field = 'name' and p_op = 'begins' then 'q'
    when p_field = 'renewal' and p_op = 'within' then 'due'
    when p_op = 'is' then p_field
    else p_field || '.' || p_op
end;

-- What was sent, one row a condition. The form that adds one sends it in
-- parts: field, op, value, to, days, and its group or an alternative to all.
create or replace function app.account_filter_sent(p_form json)
returns table (nr bigint, name text, given text[])
language sql immutable
begin atomic
    with sent as materialized (
        select s.nr, s.key, btrim(s.value) as value
          from json_each_text(p_form) with ordinality s (key, value, nr)
         where btrim(s.value) <> '' and s.key <> all (app.account_list_state())
    ), part as (
        select min(s.value) filter (where s.key = 'field') as field,
               min(s.value) filter (where s.key = 'op') as op,
               min(s.value) filter (where s.key = 'to') as upto,
               min(s.value) filter (where s.key = 'days') as days,
               min(s.value) filter (where s.key = any (case when exists (
                   select from sent o where o.key = 'alternative')
                   then '{alternative}'::text[] else '{group}' end)
                   and s.value ~ '^[2-9]$') as place,
               array_agg(s.value order by s.nr)
                   filter (where s.key = 'value') as given
          from sent s
    ), added as (
        select coalesce(p.place || '.', '') || mainstay.account_filter_alias(
                   p.field, case when p.op in ('empty', 'filled') then 'empty'
                       else coalesce(p.op, 'is') end) as name,
               case when p.op = 'empty' then array['yes']
                   when p.op = 'filled' then array['no']
                   when p.op in ('within', 'past') then array[p.days]
                   when p.op = 'between'
                       then array_remove(p.given[1:1] || p.upto, null)
                   else p.given
               end as given
          from part p where p.field is not null
    )
    select min(s.nr), s.key, array_agg(s.value order by s.nr)
      from sent s
     where s.key not in ('field', 'op', 'value', 'to', 'days', 'group',
               'alternative')
       and s.key not in (select a.name from added a)
     group by s.key
    union all
    select 1000000, a.name, coalesce(a.given, '{}') from added a;
end;

-- A day, which begins at midnight UTC, or a time by RFC 3339.
create or replace function mainstay.filter_time(p_value text) returns text
language plpgsql stable set search_path = ''
as $$
begin
    if p_value ~ '^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}$' then
        return (p_value || 'T00:00:00Z')::timestamptz;
    elsif p_value ~* ('^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}'
            '[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?'
            '(Z|[+-][0-9]{2}:[0-9]{2})$') then
        return p_value::timestamptz;
    end if;
    return null;
exception when data_exception then
    return null;
end
$$;

-- A value as its type wants it, or what is wrong with it.
create or replace function mainstay.account_filter_value(p_label text,
    p_kind text, p_choices text[], p_nobody text, p_value text,
    out arg text, out problem text)
language plpgsql stable set search_path = ''
as $$
declare
    v_plain constant text := regexp_replace(p_value, '[,$€£\s]', '', 'g');
begin
    if p_kind = 'money' then
        if v_plain ~ '^[0-9]{1,12}([.][0-9]{1,2})?$' then
            arg := trunc(v_plain::numeric * 100);
        else
            problem := format('%s must be an amount, like 50000.', p_label);
        end if;
    elsif p_kind = 'number' then
        if v_plain ~ '^[0-9]{1,6}$' then
            arg := v_plain;
        else
            problem := format('%s must be a whole number, like 60.', p_label);
        end if;
    elsif p_kind = 'decimal' then
        arg := mainstay.attribute_value('number', null, v_plain);
        problem := case when arg is null then p_label || ' '
            || mainstay.attribute_hint('number', null) end;
    elsif p_kind = 'days' then
        if v_plain ~ '^[0-9]{1,4}$' then
            arg := v_plain;
        else
            problem := format('%s must be a number of days from 0 to 9999.',
                p_label);
        end if;
    elsif p_kind = 'date' then
        begin
            if p_value ~ '^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}$' then
                arg := p_value::date;
            end if;
        exception when datetime_field_overflow then
            null;
        end;
        if arg is null then
            problem := format('%s must be a date, like 2026-08-21.', p_label);
        end if;
    elsif p_kind = 'flag' and p_value not in ('yes', 'no')
            or p_value <> all (p_choices) then
        problem := format('%s must be one of %s.', p_label, case p_kind
            when 'flag' then 'yes, no'
            else array_to_string(p_choices, ', ') end);
    elsif p_kind = 'person' and p_value <> p_nobody and p_value !~*
            '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
        problem := format('%s must be the id of a person, or %s.', p_label,
            p_nobody);
    elsif p_kind = 'id' and p_value !~*
            '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
        problem := format('%s must be an id.', p_label);
    elsif p_kind = 'time' then
        arg := mainstay.filter_time(p_value);
        if arg is null then
            problem := format('%s must be a day or a time with its zone, '
                'like 2026-08-21 or 2026-08-21T12:00:00Z.', p_label);
        end if;
    elsif p_kind = 'account' then
        select n.id::text, n.message into arg, problem
          from mainstay.named_account((select app.current_tenant_id()),
                   p_value) n;
    elsif length(p_value) > 100 then
        problem := format('%s is too long: at most 100 characters.', p_label);
    else
        arg := case p_kind when 'text' then lower(p_value) else p_value end;
    end if;
end
$$;

-- An account and all below it are a range of the index of paths, whose bounds
-- are looked up once.
create or replace function mainstay.account_filter_group(p_at integer)
returns text
language sql immutable
return format('a.hierarchy_path >= (select g.hierarchy_path '
    'from mainstay.accounts g where g.tenant_id = $1 and g.id = $2[%1$s]::uuid'
    ') and a.hierarchy_path < (select g.hierarchy_path || ''0'' '
    'from mainstay.accounts g where g.tenant_id = $1 and g.id = $2[%1$s]::uuid'
    ')', p_at);

-- The condition in SQL: $1 is the tenant, $2 the values of all conditions,
-- of which this one's stand from p_at on.
create or replace function mainstay.account_filter_sql(p_kind text,
    p_expr text, p_missing text, p_nobody text, p_op text, p_args text[],
    p_at integer) returns text
language plpgsql immutable set search_path = ''
as $$
declare
    v_type constant text := case p_kind when 'money' then 'bigint'
        when 'number' then 'integer' when 'date' then 'date'
        when 'decimal' then 'numeric' when 'person' then 'uuid'
        when 'id' then 'uuid' when 'time' then 'timestamptz'
        else 'text' end;
    v_one constant text := format('$2[%s]::%s', p_at, case
        when p_op in ('within', 'past') then 'integer' else v_type end);
    v_known constant text := coalesce(' and not ' || p_missing, '');
    v_is_nobody constant boolean := coalesce(p_nobody = any (p_args), false);
    v_is text;
begin
    if p_op in ('is', 'not') then
        v_is := format('array_remove($2[%s:%s], %L)::%s[]', p_at,
            p_at + cardinality(p_args) - 1, p_nobody, v_type);
        v_is := case
            when p_kind = 'account' then (
                select string_agg(mainstay.account_filter_group(n), ' or ')
                  from generate_series(p_at,
                           p_at + cardinality(p_args) - 1) n)
            when p_kind = 'tag' then 'exists (select '
                'from mainstay.account_tags t join mainstay.tags g '
                'on g.tenant_id = $1 and g.id = t.tag_id '
                'where t.tenant_id = $1 and t.account_id = a.id '
                'and lower(g.name) = any (select lower(v) from unnest('
                || v_is || ') v))'
            when cardinality(p_args) = 1 and v_is_nobody then p_missing
            when cardinality(p_args) = 1
                then format('%s = %s', p_expr, v_one)
            else format('%s = any (%s)', p_expr, v_is)
        end;
        if v_is_nobody and cardinality(p_args) > 1 then
            v_is := v_is || ' or ' || p_missing;
        end if;
        return case when p_op = 'is' then '(' || v_is || ')'
            else '(' || v_is || ') is not true' end;
    elsif p_op = 'empty' then
        return case p_args[1] when 'yes' then '' else 'not ' end || '('
            || coalesce(p_missing, 'false') || ')';
    end if;
    return '(' || case p_op
        when 'begins' then format('%s >= %s and %1$s < %2$s || chr(1114111)',
            p_expr, v_one)
        when 'contains' then format('position(%s in %s) > 0', v_one, p_expr)
        when 'within' then format('%s >= current_date and %1$s '
            '<= current_date + %2$s', p_expr, v_one)
        when 'past' then format('%s >= current_date - %s and %1$s '
            '< current_date', p_expr, v_one)
        when 'between' then format('%1$s >= %2$s and %1$s '
            '<= $2[%3$s]::%4$s', p_expr, v_one, p_at + 1, v_type)
        when 'over' then format('%s > %s', p_expr, v_one)
        when 'after' then format('%s > %s', p_expr, v_one)
        else format('%s < %s', p_expr, v_one)
    end || v_known || ')';
end
$$;

-- One condition in SQL, whose values stand from p_at on, or what is wrong.
-- A field that is not known has no kind.
create or replace function mainstay.filter_condition(p_name text,
    p_label text, p_kind text, p_expr text, p_missing text, p_nobody text,
    p_choices text[], p_op text, p_given text[], p_at integer,
    out args text[], out op_label text, out sql text, out problem text,
    out code text)
language plpgsql stable set search_path = ''
as $$
declare
    v_op record;
begin
    select * into v_op from mainstay.account_filter_operators() o
     where o.op = p_op and p_kind = any (o.kinds)
       and (o.op <> 'empty' or p_missing is not null);
    op_label := v_op.label;
    args := '{}';
    if v_op.op is null then
        code := 'unknown';
        problem := format('%s is not known here.', left(p_name, 60));
        return;
    end if;
    if cardinality(p_given) not between v_op.fewest and v_op.most then
        problem := format('%s needs %s.', p_label, case
            when v_op.most > 2 then 'a value' when v_op.fewest = 2
            then 'two values, from and to' else 'one value' end);
    else
        select array_agg(v.arg order by v.nr), min(v.problem)
          into args, problem
          from (
              select g.nr, x.*
                from unnest(p_given) with ordinality g (value, nr)
               cross join mainstay.account_filter_value(p_label,
                         coalesce(v_op.read_as, p_kind), case
                         when v_op.read_as is null then p_choices
                         end, p_nobody, g.value) x) v;
        if problem is null and p_op = 'between' and (case p_kind
            when 'date' then args[1] > args[2]
            when 'time' then args[1]::timestamptz > args[2]::timestamptz
            else args[1]::numeric > args[2]::numeric end)
        then
            problem := format('%s: the first value must be the smaller one.',
                p_label);
        end if;
    end if;
    if problem is null then
        sql := mainstay.account_filter_sql(p_kind, p_expr, p_missing,
            p_nobody, p_op, args, p_at);
    else
        code := 'refused';
    end if;
end
$$;

-- All conditions of a form, with their SQL or with what is wrong.
create or replace function app.account_filter(p_form json)
returns table (name text, place integer, field text, label text, kind text,
    op text, op_label text, given text[], args text[], sql text,
    problem text, code text)
language plpgsql stable rows 5 set search_path = ''
as $$
declare
    v_sent record;
    v_field record;
    v_parts text[];
    v_values text[];
    v_at integer := 1;
begin
    for v_sent in select s.name, s.given
                    from app.account_filter_sent(p_form) s
                   order by s.nr
    loop
        name := v_sent.name;
        given := v_sent.given;
        v_parts := regexp_match(name,
            '^(?:([2-9])[.])?(a[.][a-z][a-z0-9_]*|[a-z_]+)'
            '(?:[.]([a-z]+))?$');
        place := coalesce(v_parts[1]::integer, 1);
        field := case v_parts[2] when 'q' then 'name' when 'due'
            then 'renewal' else v_parts[2] end;
        op := coalesce(v_parts[3], case v_parts[2] when 'q' then 'begins'
            when 'due' then 'within' else 'is' end);
        v_values := given;
        if field = 'band' and given = '{risk}' then
            v_values := '{at_risk,critical}';
        elsif field = 'status' and op = 'is' and given = '{current}' then
            op := 'not';
            v_values := '{churned}';
        end if;
        select * into v_field from mainstay.account_filter_fields() f
         where f.field = account_filter.field;
        label := v_field.label;
        kind := v_field.kind;
        select c.args, c.op_label, c.sql, c.problem, c.code
          into args, op_label, sql, problem, code
          from mainstay.filter_condition(name, label, kind, v_field.expr,
                   v_field.missing, v_field.nobody, v_field.choices, op,
                   v_values, v_at) c;
        if problem is null then
            v_at := v_at + cardinality(args);
        end if;
        return next;
    end loop;
end
$$;
comment on function app.account_filter(json) is
    'The conditions that an address of the portfolio list holds.';

-- Groups of conditions as one text, and their values. Null: something is
-- wrong, and nothing must be found.
create or replace function mainstay.account_filter_where(p_form json,
    out condition text, out args text[])
language plpgsql stable set search_path = ''
as $$
begin
    with filter as materialized (
        select f.*, row_number() over () as nr
          from app.account_filter(p_form) f
    ), grp as (
        select string_agg(f.sql, ' and ' order by f.nr) as sql
          from filter f group by f.place
    )
    select case when not exists (select from filter f
                   where f.problem is not null)
               then coalesce((select '(' || string_agg(g.sql, ' or ') || ')'
                   from grp g), 'true') end,
           array(select v.value from filter f
                  cross join unnest(f.args) with ordinality v (value, at)
                  order by f.nr, v.at)
      into condition, args;
end
$$;

-- How the list is ordered: an expression that is never null, its type, and
-- which way. Where stages stand and what owners are called is $5, the names.
create or replace function mainstay.account_order(p_tenant uuid, p_sort text,
    out expr text, out kind text, out way text, out names jsonb)
language plpgsql stable set search_path = ''
as $$
begin
    select o.expr, o.kind into expr, kind
      from (values
        ('name', 'a.name_key', 'text collate "C"'),
        ('arr', 'a.arr_cents', 'bigint'),
        ('health', 'a.health_sort', 'integer'),
        ('renewal', 'a.renewal_sort', 'date'),
        ('stage', 'coalesce(($5 ->> a.current_stage)::integer, 0)',
            'integer'),
        ('days', 'coalesce(current_date - a.stage_entered_at::date, -1)',
            'integer'),
        ('owner', 'coalesce(lower($5 ->> a.csm_id::text), chr(1114111))',
            'text collate "C"'),
        ('status', 'a.status::text', 'text collate "C"'),
        ('tier', 'a.tier::text', 'text collate "C"')) o (sort, expr, kind)
     where o.sort = ltrim(p_sort, '-');
    way := case when starts_with(p_sort, '-') then 'desc' else '' end;
    if ltrim(p_sort, '-') = 'stage' then
        select jsonb_object_agg(s.name, s.display_order) into names
          from mainstay.journey_stages s where s.tenant_id = p_tenant;
    elsif ltrim(p_sort, '-') = 'owner' then
        select jsonb_object_agg(o.user_id, o.full_name) into names
          from mainstay.profiles o where o.tenant_id = p_tenant;
    end if;
end
$$;

-- The orders that the list offers.
create or replace function app.account_sorts(p_sort text) returns json
language plpgsql immutable set search_path = ''
as $$
begin
    return (select json_agg(json_build_object('value', o.value,
                       'label', o.label, 'is_selected', o.value = p_sort))
              from (values ('name', 'Name'),
                ('-name', 'Name, Z to A'),
                ('-arr', 'ARR, largest first'),
                ('arr', 'ARR, smallest first'),
                ('health', 'Health, lowest first'),
                ('-health', 'Health, highest first'),
                ('renewal', 'Renewal, soonest first'),
                ('-renewal', 'Renewal, latest first'),
                ('stage', 'Stage, first to last'),
                ('-days', 'Longest in stage'),
                ('owner', 'Owner'),
                ('status', 'Status'),
                ('tier', 'Tier')) o (value, label));
end
$$;

-- What stands behind a position: $3 is its key, $4 its id.
create or replace function mainstay.account_after(p_key text, p_id uuid,
    p_expr text, p_kind text, p_way text) returns text
language sql immutable
return case when p_key is null or p_id is null then 'true'
    else format('(%s, a.id) %s ($3::%s, $4)', p_expr,
        case p_way when 'desc' then '<' else '>' end, p_kind) end;

-- The accounts that a filter finds, in the order of a sort, from a position
-- on; key is what the next position begins with.
create or replace function app.accounts_found(p_tenant uuid, p_form json,
    p_sort text, p_key text, p_id uuid, p_limit integer)
returns table (id uuid, name text, key text, parent_id uuid,
    tier mainstay.account_tier, status mainstay.account_status,
    arr_cents bigint, currency mainstay.currency_code, renewal_date date,
    csm_id uuid, current_stage text, stage_entered_at timestamptz,
    health_score integer, health_band mainstay.health_band,
    health_label text, health_trend mainstay.health_trend,
    previous_health_score integer)
language plpgsql stable rows 51 set search_path = ''
as $$
declare
    v_filter record;
    v_order record;
begin
    select * into v_filter
      from mainstay.account_filter_where(p_form) w;
    if v_filter.condition is null then
        return;
    end if;
    select * into v_order from mainstay.account_order(p_tenant, p_sort) o;
    return query execute format('select a.id, a.name, (%1$s)::text, '
        'a.parent_id, a.tier, a.status, a.arr_cents, a.currency, '
        'a.renewal_date, a.csm_id, a.current_stage, a.stage_entered_at, '
        'a.health_score, a.health_band, a.health_label, a.health_trend, '
        'a.previous_health_score '
        'from mainstay.accounts a where a.tenant_id = $1 and %2$s '
        'and %3$s order by %1$s %4$s, a.id %4$s limit $6',
        v_order.expr, v_filter.condition,
        mainstay.account_after(p_key, p_id, v_order.expr, v_order.kind,
            v_order.way), v_order.way)
    using p_tenant, v_filter.args, p_key, p_id, v_order.names, p_limit;
end
$$;
comment on function app.accounts_found(uuid, json, text, text, uuid,
    integer) is
    'A page of the accounts that a filter finds.';

-- What each filter says, with the address without it.
create or replace function app.account_filter_words(p_tenant uuid,
    p_form json)
returns table (name text, place integer, field text, label text,
    op_label text, words text, query text)
language plpgsql stable rows 5 set search_path = ''
as $$
declare
    v_filter record;
begin
    for v_filter in select * from app.account_filter(p_form) f
    loop
        continue when v_filter.problem is not null;
        name := v_filter.name;
        place := v_filter.place;
        field := v_filter.field;
        label := v_filter.label;
        select string_agg(mainstay.account_filter_word(p_tenant,
                   v_filter.field, v_filter.kind, v_filter.op, v.value),
                   case v_filter.op when 'between' then ' and ' else ' or '
                   end order by v.nr)
          into words
          from unnest(v_filter.args) with ordinality v (value, nr);
        op_label := v_filter.op_label;
        if v_filter.op = 'empty' then
            op_label := case v_filter.args[1] when 'yes' then 'is empty'
                else 'is not empty' end;
            words := '';
        elsif v_filter.op in ('within', 'past') then
            words := app.count_text(v_filter.args[1]::bigint, 'day');
        end if;
        select string_agg(app.url_pair(name, g.value), '' order by g.nr)
          into query
          from unnest(v_filter.given) with ordinality g (value, nr);
        return next;
    end loop;
end
$$;
comment on function app.account_filter_words(uuid, json) is
    'The filters of the portfolio list in words, and as a part of its address.';

create or replace function mainstay.account_filter_word(p_tenant uuid,
    p_field text, p_kind text, p_op text, p_arg text) returns text
language plpgsql stable set search_path = ''
as $$
begin
    return case
        when p_field = 'band'
            then app.severity_names(p_tenant) ->> p_arg
        when p_kind = 'person' and p_arg = 'none' then 'Nobody'
        when p_kind = 'person' then coalesce((
            select p.full_name from mainstay.profiles p
             where p.tenant_id = p_tenant and p.user_id = p_arg::uuid),
            'Somebody else')
        when p_kind = 'account' then mainstay.value_text(p_tenant, p_kind,
            null, null, p_arg)
        when p_field in ('status', 'tier') then app.label_text(p_arg)
        when p_op in ('within', 'past', 'empty') then p_arg
        when p_kind = 'money' then app.number_text(p_arg::bigint / 100)
            || case when p_arg::bigint % 100 = 0 then ''
                else '.' || right(p_arg, 2) end
        when p_kind = 'number' then app.number_text(p_arg::bigint)
        when p_kind = 'boolean' then initcap(p_arg)
        when p_kind = 'date' then app.date_text(p_arg::date)
        else p_arg
    end;
end
$$;

-- The form that adds or changes a filter: p_edit is a field, or the name of a
-- filter that is there. No row: nothing is edited.
create or replace function app.account_filter_editor(p_tenant uuid,
    p_form json, p_edit text)
returns table (name text, field text, label text, kind text,
    place integer, is_change boolean, operators jsonb, choices jsonb,
    value text, upto text, days text, others jsonb, next_place integer)
language plpgsql stable rows 1 set search_path = ''
as $$
declare
    v_now record;
    v_given text[];
    v_nobody text;
    v_values text[];
    v_missing text;
begin
    select f.* into v_now from app.account_filter(p_form) f
     where f.name = p_edit or p_edit is null and f.problem is not null
       and f.code = 'refused';
    select f.field, f.label, f.kind, f.nobody, f.choices, f.missing
      into field, label, kind, v_nobody, v_values, v_missing
      from mainstay.account_filter_fields() f
     where f.field = coalesce(v_now.field, p_edit);
    if not found then
        return;
    end if;
    v_given := v_now.given;
    name := v_now.name;
    is_change := v_now.name is not null;
    select jsonb_agg(jsonb_build_object('op', o.op, 'label', o.label,
               'is_selected', o.op = v_now.op
               and (o.op <> 'empty' or v_given = '{yes}')) order by o.nr)
           || case when v_missing is null then '[]'
               else jsonb_build_array(jsonb_build_object('op', 'filled',
                   'label', 'is not empty', 'is_selected',
                   v_now.op = 'empty' and v_given = '{no}')) end
      into operators
      from (select o.*, row_number() over () as nr
              from mainstay.account_filter_operators() o) o
     where account_filter_editor.kind = any (o.kinds)
       and (o.op <> 'empty' or v_missing is not null);
    select jsonb_agg(jsonb_build_object('value', c.value, 'label', c.label,
               'is_checked', coalesce(c.value = any (v_now.args), false)))
      into choices
      from mainstay.account_filter_choices(p_tenant, field, v_values,
               v_nobody) c;
    if v_now.op in ('within', 'past') then
        days := v_given[1];
    else
        value := v_given[1];
        upto := v_given[2];
    end if;
    select coalesce(jsonb_agg(jsonb_build_object('name', f.name, 'value',
               g.value)), '[]'), max(f.place)
      into others, place
      from app.account_filter(p_form) f
     cross join unnest(f.given) g (value)
     where f.name is distinct from v_now.name;
    next_place := case when not is_change and place < 9 then place + 1 end;
    place := coalesce(v_now.place, place, 1);
    return next;
end
$$;
comment on function app.account_filter_editor(uuid, json, text) is
    'What the form of one filter holds.';

create or replace function mainstay.account_filter_choices(p_tenant uuid,
    p_field text, p_values text[], p_nobody text)
returns table (value text, label text)
language plpgsql stable set search_path = ''
as $$
begin
    if p_field = 'owner' then
        return query values (p_nobody, 'Nobody');
        return query select p.user_id::text, p.full_name
            from mainstay.profiles p
           where p.tenant_id = p_tenant and p.is_active
           order by p.full_name, p.user_id limit 200;
    elsif p_field = 'stage' then
        return query select s.name, s.name from mainstay.journey_stages s
           where s.tenant_id = p_tenant order by s.display_order;
    elsif p_field = 'tag' then
        return query select g.name, g.name from mainstay.tags g
           where g.tenant_id = p_tenant order by lower(g.name) limit 200;
    else
        return query select v.value, mainstay.account_filter_word(p_tenant,
                p_field, case p_values when '{yes,no}' then 'boolean'
                else 'choice' end, 'is', v.value)
            from unnest(p_values) v (value);
    end if;
end
$$;

grant execute on function app.account_list_state(),
    mainstay.account_filter_columns(),
    mainstay.account_filter_fields(), mainstay.account_filter_operators(),
    mainstay.account_filter_alias(text, text),
    app.account_filter_sent(json),
    mainstay.account_filter_value(text, text, text[], text, text),
    mainstay.filter_time(text), mainstay.account_filter_group(integer),
    mainstay.filter_condition(text, text, text, text, text, text, text[],
        text, text[], integer),
    mainstay.account_filter_sql(text, text, text, text, text, text[],
        integer),
    app.account_filter(json), mainstay.account_filter_where(json),
    mainstay.account_order(uuid, text), app.account_sorts(text),
    mainstay.account_after(text, uuid, text, text, text),
    mainstay.account_filter_word(uuid, text, text, text, text),
    mainstay.account_filter_choices(uuid, text, text[], text),
    app.is_unfiltered(jsonb),
    app.accounts_found(uuid, json, text, text, uuid, integer),
    app.account_filter_words(uuid, json),
    app.account_filter_editor(uuid, json, text)
    to mainstay_app, mainstay_maint, mainstay_definer;

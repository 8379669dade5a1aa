-- The tenant's own attributes of accounts: what they are, whether a value
-- fits, and how it is kept. Whatever writes crm_attributes for a person asks
-- here: the page of an account, an import, the API.

-- 2026-08-21, of the years 1900 to 2199, as fields of forms take it.
create or replace function mainstay.is_date(p_text text) returns boolean
language sql immutable parallel safe
return case when p_text ~ '^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])-[0-9]{2}$'
    then substr(p_text, 9)::integer between 1 and extract(day from
        make_date(left(p_text, 4)::integer, substr(p_text, 6, 2)::integer, 1)
            + interval '1 month -1 day')
    else false end;

create or replace function mainstay.attribute_kind_text(p_kind text)
returns text
language sql immutable parallel safe
return case p_kind when 'boolean' then 'Yes or no'
    else initcap(p_kind) end;

-- A typed text as a value of its kind; null when it is none.
create or replace function mainstay.attribute_value(p_kind text,
    p_choices text[], p_text text) returns jsonb
language sql immutable parallel safe
return case p_kind
    when 'text' then case when length(p_text) <= 500
            and p_text !~ '[[:cntrl:]]' then to_jsonb(p_text) end
    when 'number' then case when p_text ~ '^-?[0-9]{1,15}(\.[0-9]{1,6})?$'
        then to_jsonb(p_text::numeric) end
    when 'date' then case when mainstay.is_date(p_text)
        then to_jsonb(p_text) end
    when 'boolean' then case when lower(p_text) in ('yes', 'true')
        then jsonb 'true' when lower(p_text) in ('no', 'false')
        then jsonb 'false' end
    when 'choice' then case when p_text = any (p_choices)
        then to_jsonb(p_text) end
end;

-- What a value of the kind looks like, to go on a sentence with.
create or replace function mainstay.attribute_hint(p_kind text,
    p_choices text[]) returns text
language sql immutable parallel safe
return case p_kind
    when 'text' then 'must be one line of at most 500 characters.'
    when 'number' then 'must be a number, such as 12 or 3.5.'
    when 'date' then 'must be a date, such as 2026-08-21.'
    when 'boolean' then 'must be yes or no.'
    when 'choice' then 'must be one of '
        || array_to_string(p_choices, ', ') || '.'
end;

-- What is wrong with {key: value, …}, each value a text as typed (or what JSON
-- makes of a number or a boolean), empty or null where there is none. A new
-- account is also asked for what is required and was not given.
create or replace function mainstay.attribute_problems(p_tenant uuid,
    p_values jsonb, p_is_new boolean)
returns table (key text, message text)
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    select g.key, case
            when c.key is null then
                left(g.key, 60) || ' is no attribute of accounts here.'
            when t.text is null then c.label || ' is needed.'
            else c.label || ' '
                || mainstay.attribute_hint(c.kind, c.choices) end
      from (select v.key, v.value from jsonb_each_text(p_values) v
             union all
            select r.key, null from mainstay.custom_attributes r
             where r.tenant_id = p_tenant and r.is_required and p_is_new
               and not p_values ? r.key) g (key, value)
      left join mainstay.custom_attributes c
        on c.tenant_id = p_tenant and c.key = g.key
     cross join lateral (select nullif(btrim(g.value), '')) t (text)
     where c.key is null
        or case when t.text is null then c.is_required
            else mainstay.attribute_value(c.kind, c.choices, t.text) is null
            end
     order by c.position, g.key;
end
$$;
comment on function mainstay.attribute_problems(uuid, jsonb, boolean) is
    'What is wrong with values of custom attributes: a sentence by key.';

-- crm_attributes with those values, which attribute_problems let through;
-- what was emptied is gone, what is not named stays.
create or replace function mainstay.with_attributes(p_tenant uuid,
    p_attributes jsonb, p_values jsonb) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_set jsonb;
begin
    select jsonb_object_agg(c.key, mainstay.attribute_value(c.kind, c.choices,
               btrim(v.value))) filter (where btrim(v.value) <> '')
      into v_set
      from mainstay.custom_attributes c
      join jsonb_each_text(p_values) v on v.key = c.key
     where c.tenant_id = p_tenant;
    return p_attributes
        - array(select jsonb_object_keys(p_values)) || coalesce(v_set, '{}');
end
$$;
comment on function mainstay.with_attributes(uuid, jsonb, jsonb) is
    'crm_attributes of an account with values of custom attributes set.';

-- A value as people read it.
create or replace function mainstay.attribute_text(p_kind text,
    p_value jsonb) returns text
language plpgsql stable set search_path = ''
as $$
begin
    return case
        when p_kind = 'boolean' and p_value = 'true' then 'Yes'
        when p_kind = 'boolean' and p_value = 'false' then 'No'
        when p_kind = 'date' and mainstay.is_date(p_value #>> '{}')
            then app.date_text((p_value #>> '{}')::date)
        else p_value #>> '{}' end;
end
$$;

-- The choices of a text with one in each line.
create or replace function mainstay.choice_lines(p_text text) returns text[]
language sql immutable parallel safe
return array(
    select btrim(l.line) from regexp_split_to_table(coalesce(p_text, ''),
        '\r?\n') with ordinality l (line, place)
     where btrim(l.line) <> '' order by l.place);

create or replace function mainstay.check_choices(p_kind text,
    p_choices text[]) returns void
language plpgsql immutable set search_path = ''
as $$
declare
    v_message text;
begin
    v_message := case
        when p_kind <> 'choice' and cardinality(p_choices) > 0
            then 'Only an attribute of the kind Choice has choices.'
        when p_kind <> 'choice' then null
        when cardinality(p_choices) = 0
            then 'Give the choices, one in each line.'
        when cardinality(p_choices) > 100
            then 'There can be at most 100 choices; these are '
                || cardinality(p_choices) || '.'
        when (select max(length(c)) from unnest(p_choices) c) > 100
            then 'A choice has at most 100 characters.'
        else (select min(c collate "C") || ' is there twice.'
                from unnest(p_choices) c
               group by lower(c) having count(*) > 1 limit 1)
        end;
    if v_message is not null then
        raise exception using errcode = 'MS422', column = 'choices',
            message = v_message;
    end if;
end
$$;

-- Contract value → contract_value
create or replace function mainstay.attribute_key(p_label text) returns text
language sql immutable parallel safe
return regexp_replace(left(btrim(regexp_replace(lower(p_label),
    '[^a-z0-9]+', '_', 'g'), '_'), 60), '^(?=[0-9])', 'a');

-- Without a key it is made of the label.
create or replace function mainstay.create_attribute(p_tenant uuid,
    p_label text, p_key text, p_kind text, p_choices text,
    p_is_required boolean) returns uuid
language plpgsql volatile set search_path = ''
as $$
declare
    v_key constant text := coalesce(p_key, mainstay.attribute_key(p_label));
    v_choices constant text[] := mainstay.choice_lines(p_choices);
    v_id uuid;
begin
    if v_key !~ '^[a-z][a-z0-9_]{0,59}$' then
        raise exception using errcode = 'MS422', column = 'attribute_key',
            message = 'The key must begin with a letter from a to z and have '
                'only such letters, digits and _.';
    end if;
    perform mainstay.check_choices(p_kind, v_choices);
    if (select count(*) from mainstay.custom_attributes c
         where c.tenant_id = p_tenant) >= 100 then
        raise exception using errcode = 'MS409', column = 'label',
            message = 'There are 100 attributes already, and no room for '
                'more.';
    end if;
    insert into mainstay.custom_attributes (tenant_id, key, label, kind,
        choices, is_required, position)
    select p_tenant, v_key, btrim(p_label), p_kind, v_choices, p_is_required,
           coalesce(max(c.position), 0) + 1
      from mainstay.custom_attributes c where c.tenant_id = p_tenant
        on conflict (tenant_id, key) do nothing
    returning id into v_id;
    if v_id is null then
        raise exception using errcode = 'MS422',
            column = case when p_key is null then 'label'
                else 'attribute_key' end,
            message = 'There is already an attribute with this key.';
    end if;
    return v_id;
end
$$;

create or replace function mainstay.edit_attribute(p_tenant uuid, p_id uuid,
    p_label text, p_choices text, p_is_required boolean) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_choices constant text[] := mainstay.choice_lines(p_choices);
begin
    perform mainstay.check_choices(c.kind, v_choices)
       from mainstay.custom_attributes c
      where c.tenant_id = p_tenant and c.id = p_id;
    update mainstay.custom_attributes c
       set label = btrim(p_label), choices = v_choices,
           is_required = p_is_required
     where c.tenant_id = p_tenant and c.id = p_id;
    if not found then
        raise exception using errcode = 'MS404',
            message = 'There is no such attribute.';
    end if;
end
$$;

-- To the n-th place; the others make room.
create or replace function mainstay.move_attribute(p_tenant uuid, p_id uuid,
    p_place integer) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    perform from mainstay.custom_attributes c
      where c.tenant_id = p_tenant order by c.id for update;
    if not exists (select from mainstay.custom_attributes c
                    where c.tenant_id = p_tenant and c.id = p_id) then
        raise exception using errcode = 'MS404',
            message = 'There is no such attribute.';
    end if;
    update mainstay.custom_attributes c set position = n.place
      from (select o.id, row_number() over (order by o.place) as place
              from (select x.id, case when x.id = p_id then p_place - 0.5
                           else row_number() over (partition by x.id = p_id
                               order by x.position, x.label) end as place
                      from mainstay.custom_attributes x
                     where x.tenant_id = p_tenant) o) n
     where c.tenant_id = p_tenant and c.id = n.id
       and c.position <> n.place;
end
$$;

create or replace function mainstay.delete_attribute(p_tenant uuid,
    p_id uuid) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    delete from mainstay.custom_attributes c
     where c.tenant_id = p_tenant and c.id = p_id;
    if not found then
        raise exception using errcode = 'MS404',
            message = 'There is no such attribute.';
    end if;
end
$$;

-- The fields of a form, as they are or as typed.
create or replace function mainstay.attribute_form(p_tenant uuid,
    p_id uuid, p_form jsonb)
returns table (id uuid, key text, name text, label text, kind_text text,
    is_choice boolean, choices text, is_required boolean)
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    select c.id, c.key, c.label, coalesce(p_form ->> 'label', c.label),
           mainstay.attribute_kind_text(c.kind), c.kind = 'choice',
           coalesce(p_form ->> 'choices', array_to_string(c.choices, e'\n')),
           case when p_form is null then c.is_required
               else p_form ? 'is_required' end
      from mainstay.custom_attributes c
     where c.tenant_id = p_tenant and c.id = p_id;
end
$$;

do $$
declare
    v_function regprocedure;
begin
    for v_function in
        select oid::regprocedure from pg_proc
         where pronamespace = 'mainstay'::regnamespace
           and proname in ('is_date', 'attribute_kind_text',
               'attribute_value', 'attribute_hint', 'attribute_problems',
               'with_attributes', 'attribute_text', 'choice_lines',
               'check_choices', 'attribute_key', 'create_attribute',
               'edit_attribute', 'move_attribute', 'delete_attribute',
               'attribute_form')
    loop
        execute format('grant execute on function %s to mainstay_app, '
            'mainstay_maint, mainstay_definer', v_function);
    end loop;
end $$;

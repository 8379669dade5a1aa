-- Conditions of playbooks: groups (all, any) of tests, which compare as the
-- filters of the list of accounts do.

-- A key as people read it; bands have names of their own.
create or replace function mainstay.condition_word(p_key text) returns text
language sql immutable parallel safe
return case when p_key in ('healthy', 'moderate', 'at_risk', 'critical')
    then app.band_text(p_key) else app.label_text(p_key) end;

-- A value of an event as people read it.
create or replace function mainstay.event_word(p_key text, p_value text)
returns text
language sql immutable parallel safe
return case when p_key in ('band', 'previous_band', 'metric', 'severity')
    then mainstay.condition_word(p_value) else p_value end;

-- The value of a test as texts; yes and no for true and false.
create or replace function mainstay.condition_values(p_value jsonb)
returns text[]
language sql immutable parallel safe
return array(
    select case v.value when 'true' then 'yes' when 'false' then 'no'
               else v.value #>> '{}' end
      from jsonb_array_elements(case jsonb_typeof(p_value)
               when 'array' then p_value
               else jsonb_build_array(p_value) end) with ordinality
               v (value, place)
     order by v.place);

-- A field of a test: of accounts, of the event (its kind follows from how it
-- is compared), or a custom attribute, of which the tenant knows more.
create or replace function mainstay.condition_field(p_field text,
    p_op text, p_values text[],
    out label text, out kind text, out nobody text, out choices text[])
language plpgsql immutable parallel safe set search_path = ''
as $$
begin
    if p_field ~ '^(a|event)[.]' then
        label := app.label_text(split_part(p_field, '.', 2));
        kind := case
            when p_op in ('over', 'under') then 'decimal'
            when p_op = 'between' then case
                when p_values[1] ~ '^[0-9]{4}-' then 'date'
                else 'decimal' end
            when p_op in ('within', 'past', 'before', 'after') then 'date'
            else 'text' end;
    else
        select f.label, f.kind, f.nobody, f.choices
          into label, kind, nobody, choices
          from mainstay.account_filter_columns() f
         where f.field = p_field and f.field not in ('name', 'under');
    end if;
end
$$;

-- Whether what was found is as a test wants it: the operators of the list's
-- filters. p_nobody is the value that means that there is none.
create or replace function mainstay.condition_met(p_op text, p_found jsonb,
    p_values text[], p_nobody text, p_today date) returns boolean
language plpgsql immutable parallel safe set search_path = ''
as $$
declare
    v_found constant text[] := case
        when p_found is null or p_found = 'null' then '{}'
        else mainstay.condition_values(p_found) end;
    v_low constant text[] := array(select lower(v) from unnest(v_found) v);
    v_first constant text := lower(p_values[1]);
begin
    if p_op in ('is', 'not') then
        return (p_op = 'is') = (v_low && array(
                select lower(v) from unnest(p_values) v)
            or v_found = '{}' and coalesce(p_nobody = any (p_values),
                false));
    elsif p_op = 'empty' then
        return (v_found = '{}') = (v_first = 'yes');
    elsif v_found = '{}' then
        return false;
    elsif p_op = 'begins' then
        return starts_with(v_low[1], v_first);
    elsif p_op = 'contains' then
        return position(v_first in v_low[1]) > 0;
    elsif p_op in ('within', 'past', 'before', 'after')
        or p_op = 'between' and p_values[1] ~ '^[0-9]{4}-' then
        return mainstay.is_date(left(v_found[1], 10)) and case p_op
            when 'within' then left(v_found[1], 10)::date
                between p_today and p_today + v_first::integer
            when 'past' then left(v_found[1], 10)::date >= p_today
                - v_first::integer and left(v_found[1], 10)::date < p_today
            when 'before' then left(v_found[1], 10)::date < v_first::date
            when 'after' then left(v_found[1], 10)::date > v_first::date
            else left(v_found[1], 10)::date
                between v_first::date and p_values[2]::date end;
    elsif v_found[1] !~ '^-?[0-9]+([.][0-9]+)?$' then
        return false;
    end if;
    return case p_op
        when 'over' then v_found[1]::numeric > mainstay.plain_number(v_first)
        when 'under'
            then v_found[1]::numeric < mainstay.plain_number(v_first)
        else v_found[1]::numeric between mainstay.plain_number(v_first)
            and mainstay.plain_number(p_values[2]) end;
end
$$;

-- 50,000 or $50000 as people write it.
create or replace function mainstay.plain_number(p_text text)
returns numeric
language sql immutable parallel safe
return regexp_replace(p_text, '[,$€£\s]', '', 'g')::numeric;

-- What a test finds: of the event, of the account or a custom attribute.
create or replace function mainstay.condition_found(p_field text,
    p_event jsonb, p_facts jsonb) returns jsonb
language sql immutable parallel safe
return case split_part(p_field, '.', 1)
    when 'event' then coalesce(p_event -> split_part(p_field, '.', 2),
        p_event -> 'properties' -> split_part(p_field, '.', 2))
    when 'a' then p_facts -> 'a' -> split_part(p_field, '.', 2)
    else p_facts -> p_field end;

-- A value as people read it. Owners are shown by name.
create or replace function mainstay.condition_text(p_field text,
    p_found jsonb, p_facts jsonb) returns text
language sql immutable parallel safe
return case
    when p_found is null or p_found = 'null' or p_found = '[]' then null
    when p_field = 'owner'
        then coalesce(p_facts ->> 'owner_name', p_found #>> '{}')
    when p_field in ('band', 'status', 'tier')
        then mainstay.condition_word(p_found #>> '{}')
    else array_to_string(mainstay.condition_values(p_found), ', ') end;

-- "is over 50000", "in the next 90 days".
create or replace function mainstay.condition_wanted(p_field text,
    p_op text, p_values text[]) returns text
language sql immutable parallel safe
return case p_op
    when 'empty' then case p_values[1] when 'yes' then 'empty'
        else 'not empty' end
    when 'is' then '' when 'not' then 'not ' when 'over' then 'over '
    when 'under' then 'under ' when 'begins' then 'begins with '
    when 'contains' then 'contains ' when 'within' then 'in the next '
    when 'past' then 'in the last ' when 'before' then 'before '
    when 'after' then 'after ' when 'between' then 'between ' end
    || case p_op when 'empty' then '' when 'between'
        then p_values[1] || ' and ' || p_values[2]
    when 'within' then p_values[1] || ' days'
    when 'past' then p_values[1] || ' days'
    else (select string_agg(case when p_field in ('band', 'status', 'tier')
                     then mainstay.condition_word(v) else v end, ' or ')
            from unnest(p_values) v) end;

-- All tests of a group are looked at, so that the trace shows every one of
-- them.
create or replace function mainstay.judge_condition(p_node jsonb,
    p_event jsonb, p_facts jsonb, out met boolean, out seen jsonb,
    out why text)
language plpgsql immutable parallel safe set search_path = ''
as $$
declare
    v_field constant text := p_node ->> 'field';
    v_op constant text := p_node ->> 'is';
    v_found jsonb;
    v_values text[];
    v_of record;
    v_child jsonb;
    v_one record;
begin
    seen := '[]';
    if p_node ?| array['all', 'any'] then
        met := p_node ? 'all';
        for v_child in
            select c.value from jsonb_array_elements(coalesce(
                p_node -> 'all', p_node -> 'any')) c
        loop
            v_one := mainstay.judge_condition(v_child, p_event, p_facts);
            seen := seen || v_one.seen;
            if p_node ? 'all' then
                met := met and v_one.met;
                why := coalesce(why, v_one.why);
            else
                met := met or v_one.met;
                why := concat_ws(' ', why, v_one.why);
            end if;
        end loop;
        why := case when not met then why end;
        return;
    end if;
    v_values := mainstay.condition_values(p_node -> 'value');
    v_of := mainstay.condition_field(v_field, v_op, v_values);
    v_found := mainstay.condition_found(v_field, p_event, p_facts);
    met := mainstay.condition_met(v_op, v_found, v_values, v_of.nobody,
        (p_facts ->> 'today')::date);
    v_child := mainstay.judged(v_of.label,
        mainstay.condition_wanted(v_field, v_op, v_values),
        coalesce(mainstay.condition_text(v_field, v_found, p_facts), 'none'),
        met);
    seen := jsonb_build_array(v_child);
    why := v_child ->> 'why';
end
$$;

grant execute on function mainstay.condition_word(text),
    mainstay.event_word(text, text),
    mainstay.condition_values(jsonb),
    mainstay.condition_field(text, text, text[]),
    mainstay.condition_met(text, jsonb, text[], text, date),
    mainstay.plain_number(text),
    mainstay.condition_found(text, jsonb, jsonb),
    mainstay.condition_text(text, jsonb, jsonb),
    mainstay.judge_condition(jsonb, jsonb, jsonb),
    mainstay.condition_wanted(text, text, text[])
    to mainstay_app, mainstay_maint, mainstay_definer;

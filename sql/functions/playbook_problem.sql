-- What is wrong with the document of a playbook: its shape (playbook_document.sql),
-- then what concerns several keys at once, then what it names that must be
-- there in the tenant.

-- What is wrong with one test: the same rules as for a filter of the list.
create or replace function mainstay.condition_problems(p_path text,
    p_test jsonb, p_trigger text)
returns table (field text, message text)
language plpgsql stable set search_path = ''
as $$
declare
    v_field constant text := p_test ->> 'field';
    v_op constant text := p_test ->> 'is';
    v_values constant text[] :=
        mainstay.condition_values(p_test -> 'value');
    v_of record;
    v_how record;
begin
    select * into v_of
      from mainstay.condition_field(v_field, v_op, v_values);
    select * into v_how from mainstay.account_filter_operators() o
     where o.op = v_op and v_of.kind = any (o.kinds);
    if v_of.kind is null then
        return query select p_path || '.field', format('"%s" is not known '
            'here; what is: %s, a.<custom attribute>, event.<key>.', v_field,
            (select string_agg(f.field, ', ')
               from mainstay.account_filter_columns() f
              where f.field not in ('name', 'under')));
    elsif v_field like 'event.%' and p_trigger <> 'cdi_event'
        and substr(v_field, 7)
            <> all (mainstay.playbook_event_keys(p_trigger)) then
        return query select p_path || '.field', format('"%s" is not known of '
            'this trigger; what is: event.%s.', v_field, array_to_string(
                mainstay.playbook_event_keys(p_trigger), ', event.'));
    elsif v_how.op is null then
        return query select p_path || '.is', format('%s cannot be compared '
            'in this way; what can be: %s.', v_of.label, (
            select string_agg(o.op, ', ')
              from mainstay.account_filter_operators() o
             where v_of.kind = any (o.kinds)));
    elsif cardinality(v_values) not between v_how.fewest and v_how.most then
        return query select p_path || '.value', format('%s needs %s.',
            v_of.label, case when v_how.most > 2 then 'a value'
                when v_how.fewest = 2 then 'two values, from and to'
                else 'one value' end);
    else
        return query
        select p_path || '.value', c.problem
          from unnest(v_values) with ordinality v (value, place)
         cross join mainstay.account_filter_value(v_of.label,
                   coalesce(v_how.read_as, v_of.kind), case
                   when v_how.read_as is null then v_of.choices end,
                   v_of.nobody, v.value) c
         where c.problem is not null
         order by v.place limit 1;
    end if;
end
$$;

-- Words in texts that are none, and braces that are not closed.
create or replace function mainstay.playbook_text_problems(p_document jsonb)
returns table (at integer[], field text, message text)
language sql immutable parallel safe
begin atomic
    with text as materialized (
        select array[3, s.place] as at, format('steps.%s.%s', s.place, k.key)
                   as field, k.value #>> '{}' as text
          from mainstay.list_entries(p_document -> 'steps') s
         cross join mainstay.object_entries(s.value) k
         where k.key in ('title', 'detail', 'subject', 'body', 'text',
                   'value')
           and jsonb_typeof(k.value) = 'string'
    )
    select t.at, t.field, format('"{{%s}}" is not known; what is: %s.',
               left(btrim(m.found[1]), 60), (
               select string_agg('{{' || w.word || '}}', ', ')
                 from mainstay.playbook_words() w))
      from text t
     cross join regexp_matches(t.text, '\{\{(.*?)\}\}', 'g') m (found)
     where btrim(m.found[1]) not in (
           select w.word from mainstay.playbook_words() w)
    union all
    select t.at, t.field, 'A word in braces is not closed: write '
               '{{account.name}}.'
      from text t
     where regexp_replace(t.text, '\{\{.*?\}\}', '', 'g') ~ '\{\{|\}\}';
end;

-- What concerns several keys at once. Needs the right shape.
create or replace function mainstay.playbook_sense_problems(p_document jsonb)
returns table (at integer[], field text, message text)
language sql stable
begin atomic
    with condition as materialized (
        select * from mainstay.playbook_conditions(p_document)
    )
    select array[1], 'trigger.crosses_below', 'Say one of: crosses_below '
               '(once, when it falls below), is_below (at every score that '
               'is), drops_by (more than so many points).'
     where p_document -> 'trigger' ->> 'kind' = 'health_score_drop'
       and (select count(*) from jsonb_object_keys(p_document -> 'trigger') k
             where k in ('crosses_below', 'is_below', 'drops_by')) <> 1
    union all
    select array[1], 'trigger.within_days', 'Only drops_by looks back: leave '
               'within_days out.'
     where p_document -> 'trigger' ? 'within_days'
       and not p_document -> 'trigger' ? 'drops_by'
    union all
    select array[1], 'trigger.on', case p_document -> 'trigger' ->> 'every'
               when 'day' then 'Every day needs no day: leave on out.'
               when 'week' then 'On must be a day of the week, 1 (Monday) to '
                   '7.'
               else 'On must be a day of the month, 1 to 28.' end
     where p_document -> 'trigger' ->> 'kind' = 'schedule'
       and case p_document -> 'trigger' ->> 'every'
           when 'day' then p_document -> 'trigger' ? 'on'
           when 'week' then coalesce((p_document -> 'trigger' ->> 'on')
               ::numeric not between 1 and 7, true)
           else not p_document -> 'trigger' ? 'on' end
    union all
    select array[1], 'trigger.properties', 'At most 20 properties can be '
               'asked for, each a text, a number, true or false.'
     where exists (
           select from mainstay.object_entries(
                      p_document -> 'trigger' -> 'properties') p
           having count(*) > 20 or bool_or(jsonb_typeof(p.value) not in
               ('string', 'number', 'boolean')))
    union all
    select c.at, c.path, 'Groups can be nested five deep.'
      from condition c
     where cardinality(c.at) > 5 and c.shape <> 'test'
    union all
    select array[2], 'conditions', format('A playbook can have 100 '
               'conditions; these are %s.', count(*))
      from condition c where c.shape = 'test' having count(*) > 100
    union all
    select c.at, p.field, p.message
      from condition c
     cross join mainstay.condition_problems(c.path, c.value,
               p_document -> 'trigger' ->> 'kind') p
     where c.shape = 'test'
    union all
    select array[3, s.place], format('steps.%s.value', s.place), format(
               '%s must be one of %s.', app.label_text(f.field),
               array_to_string(f.choices, ', '))
      from mainstay.list_entries(p_document -> 'steps') s
      join mainstay.account_filter_columns() f
        on f.field = s.value ->> 'attribute'
       and f.field in ('status', 'tier')
     where s.value ->> 'kind' = 'set_attribute'
       and s.value ->> 'value' <> all (f.choices)
    union all
    select * from mainstay.playbook_text_problems(p_document);
end;

create or replace function mainstay.playbook_problems(p_document jsonb)
returns table (field text, message text)
language plpgsql stable set search_path = '' set jit = off
as $$
declare
    v_document constant jsonb := jsonb_strip_nulls(p_document);
begin
    return query
    select p.field, p.message
      from mainstay.shape_problems(
               array(select s from mainstay.playbook_shapes() s),
               array(select n from mainstay.playbook_nodes(v_document) n)) p
     order by p.at, p.field;
    if not found then
        return query
        select p.field, p.message
          from mainstay.playbook_sense_problems(v_document) p
         order by p.at, p.field;
    end if;
end
$$;
comment on function mainstay.playbook_problems(jsonb) is
    'What is wrong with the document of a playbook, in its order; no row '
    'means nothing. field is a path such as steps.0.title.';

-- What it names that the tenant has not. A person who may save it sees all
-- of this.
create or replace function mainstay.playbook_reference_problems(
    p_tenant uuid, p_document jsonb)
returns table (field text, message text)
language plpgsql stable set search_path = ''
as $$
begin
    return query
    with step as materialized (
        select s.place, 'steps.' || s.place || '.' as path, s.value,
               s.value ->> 'kind' as kind
          from mainstay.list_entries(p_document -> 'steps') s
    ), stage (at, field, name) as (
        select 0, 'trigger.' || k, p_document -> 'trigger' ->> k
          from unnest(array['from', 'to']) k
         where p_document -> 'trigger' ->> 'kind' = 'stage_transition'
        union all
        select s.place + 1000, s.path || 'stage', s.value ->> 'stage'
          from step s where s.kind = 'move_stage'
    ), problem (at, field, message) as (
        select s.at, s.field, format('There is no stage %s.', s.name)
          from stage s
         where s.name is not null and not exists (
               select from mainstay.journey_stages j
                where j.tenant_id = p_tenant and j.name = s.name)
        union all
        select 1, c.path || '.field', format('There is no custom attribute '
                   '%s.', substr(c.value ->> 'field', 3))
          from mainstay.playbook_conditions(p_document) c
         where c.value ->> 'field' like 'a.%' and not exists (
               select from mainstay.custom_attributes a
                where a.tenant_id = p_tenant
                  and a.key = substr(c.value ->> 'field', 3))
        union all
        select s.place + 1000, s.path || 'endpoint', case s.kind
                   when 'slack' then 'There is no such endpoint for Slack.'
                   else 'There is no such endpoint.' end
          from step s
         where s.value ? 'endpoint' and not exists (
               select from mainstay.webhook_endpoints e
                where e.tenant_id = p_tenant
                  and e.id = (s.value ->> 'endpoint')::uuid
                  and e.format <> 'email'
                  and (e.format = 'slack') = (s.kind = 'slack'))
        union all
        select s.place + 1000, s.path || 'template', 'There is no such '
                   'template of plans.'
          from step s
         where s.kind = 'start_plan' and not exists (
               select from mainstay.plan_templates t
                where t.tenant_id = p_tenant
                  and t.id = (s.value ->> 'template')::uuid)
        union all
        select s.place + 1000, s.path || 'assignee', 'Assignee must be csm '
                   'or somebody who works here.'
          from step s
         where s.kind = 'task' and s.value ->> 'assignee' <> 'csm'
           and not exists (
               select from mainstay.profiles p
                where p.tenant_id = p_tenant and p.is_active
                  and p.user_id = (s.value ->> 'assignee')::uuid)
        union all
        select s.place + 1000, s.path || 'attribute', format('There is no '
                   'custom attribute %s.', s.value ->> 'attribute')
          from step s
         where s.kind = 'set_attribute'
           and s.value ->> 'attribute' not in ('status', 'tier')
           and not exists (
               select from mainstay.custom_attributes a
                where a.tenant_id = p_tenant
                  and a.key = s.value ->> 'attribute')
        union all
        select s.place + 1000, s.path || 'value', a.label || ' '
                   || mainstay.attribute_hint(a.kind, a.choices)
          from step s
          join mainstay.custom_attributes a
            on a.tenant_id = p_tenant and a.key = s.value ->> 'attribute'
         where s.kind = 'set_attribute' and s.value ->> 'value' <> ''
           and (a.kind <> 'text' or s.value ->> 'value' !~ '\{\{')
           and mainstay.attribute_value(a.kind, a.choices,
               s.value ->> 'value') is null
    )
    select p.field, p.message from problem p order by p.at, p.field;
end
$$;
comment on function mainstay.playbook_reference_problems(uuid, jsonb) is
    'Stages, attributes, endpoints and people that a sound document names '
    'and the tenant has not.';

-- Refuses a document that is none: MS422 names the first place that is wrong,
-- the detail lists the rest. Without a tenant what it names is not looked up.
create or replace function mainstay.require_playbook(p_tenant uuid,
    p_document jsonb) returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_problems jsonb;
begin
    select jsonb_agg(to_jsonb(p)) into v_problems
      from mainstay.playbook_problems(p_document) p;
    if v_problems is null and p_tenant is not null then
        select jsonb_agg(to_jsonb(p)) into v_problems
          from mainstay.playbook_reference_problems(p_tenant,
              jsonb_strip_nulls(p_document)) p;
    end if;
    if v_problems is not null then
        raise exception using errcode = 'MS422',
            column = v_problems -> 0 ->> 'field',
            message = v_problems -> 0 ->> 'message',
            detail = coalesce((
                select string_agg(p.field || ': ' || p.message, e'\n')
                  from (select * from jsonb_to_recordset(v_problems)
                            p (field text, message text)
                        offset 1 limit 20) p), '');
    end if;
end
$$;

grant execute on function mainstay.condition_problems(text, jsonb, text),
    mainstay.playbook_text_problems(jsonb),
    mainstay.playbook_sense_problems(jsonb),
    mainstay.playbook_problems(jsonb),
    mainstay.playbook_reference_problems(uuid, jsonb),
    mainstay.require_playbook(uuid, jsonb)
    to mainstay_app, mainstay_maint, mainstay_definer;

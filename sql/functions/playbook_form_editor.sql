-- The builder: a document as the fields of its form (playbook_form.sql says
-- how they are called), each with what is wrong with it.

-- What a field of the form offers.
create or replace function mainstay.playbook_options(p_tenant uuid,
    p_options text)
returns table (value text, label text, place bigint)
language plpgsql stable set search_path = ''
as $$
begin
    return query
    select o.value, o.label, row_number() over (order by o.at, lower(o.label))
      from (
        select s.display_order, s.name, s.name
          from mainstay.journey_stages s
         where s.tenant_id = p_tenant and p_options = 'stage'
        union all
        select distinct 0, g.title, g.title from mainstay.stage_goals g
         where g.tenant_id = p_tenant and p_options = 'goal'
        union all
        select case when e.is_active then 0 else 1 end, e.id::text,
               e.name || case when e.is_active then ''
                   else ' (paused)' end
          from mainstay.webhook_endpoints e
         where e.tenant_id = p_tenant
           and p_options = case e.format when 'slack' then 'slack'
               else 'endpoint' end
        union all
        select 1, p.user_id::text, p.full_name from mainstay.profiles p
         where p.tenant_id = p_tenant and p_options = 'assignee'
           and p.is_active
        union all
        select 1, t.id::text, t.name from mainstay.plan_templates t
         where t.tenant_id = p_tenant and p_options = 'template'
        union all
        select 1, c.key, c.label from mainstay.custom_attributes c
         where c.tenant_id = p_tenant and p_options = 'attribute'
        union all
        select v.place::integer, v.value,
               app.severity_names(p_tenant) ->> v.value
          from unnest(array['healthy', 'moderate', 'at_risk', 'critical'])
               with ordinality v (value, place)
         where p_options = 'band'
        union all
        select v.at, v.value, v.label
          from (values ('severity', 1, 'info', 'Info'),
               ('severity', 2, 'warning', 'Warning'),
               ('severity', 3, 'critical', 'Critical'),
               ('assignee', 0, 'csm', 'The CSM of the account'),
               ('attribute', 0, 'status', 'Status'),
               ('attribute', 0, 'tier', 'Tier'),
               ('to', 1, 'csm', 'The CSM'),
               ('to', 2, 'sponsor', 'The sponsor'),
               ('to', 3, 'contacts', 'All contacts'),
               ('to', 4, 'address', 'An address'),
               ('unit', 1, '1', 'minutes'), ('unit', 2, '60', 'hours'),
               ('unit', 3, '1440', 'days'),
               ('weekday', 1, '1', 'Monday'), ('weekday', 2, '2', 'Tuesday'),
               ('weekday', 3, '3', 'Wednesday'),
               ('weekday', 4, '4', 'Thursday'), ('weekday', 5, '5', 'Friday'),
               ('weekday', 6, '6', 'Saturday'), ('weekday', 7, '7', 'Sunday'))
               v (options, at, value, label)
         where v.options = p_options) o (at, value, label)
     order by 3
     limit 300;
end
$$;

-- The options of a field, what is chosen marked. What is chosen and not there
-- any more stays, and is told.
create or replace function mainstay.editor_options(p_tenant uuid,
    p_options text, p_chosen jsonb, p_name text default null)
returns jsonb
language sql stable
return (
    select jsonb_agg(jsonb_build_object('value', o.value, 'label', o.label,
               'name', p_name || '-' || o.place, 'is_chosen', o.is_chosen)
               order by o.place)
      from (select p.value, p.label, p.place,
                   coalesce(p_chosen ? p.value, false)
                   or p_chosen #>> '{}' = p.value as is_chosen
              from mainstay.playbook_options(p_tenant, p_options) p
            union all
            select c.value, c.value || ' (not there)', 900 + c.place, true
              from jsonb_array_elements_text(case jsonb_typeof(p_chosen)
                       when 'array' then p_chosen
                       else jsonb_build_array(p_chosen) end)
                   with ordinality c (value, place)
             where c.value is not null and not exists (
                   select from mainstay.playbook_options(p_tenant, p_options)
                       p where p.value = c.value)) o);

-- 120 minutes as 2 and 60.
create or replace function mainstay.minutes_unit(p_value jsonb)
returns integer
language sql immutable parallel safe
return case
    when mainstay.number_of(p_value) <= 0 then 1
    when mainstay.number_of(p_value) % 1440 = 0 then 1440
    when mainstay.number_of(p_value) % 60 = 0 then 60 else 1 end;

-- The fields of one part of a document, whose keys are p_values.
create or replace function mainstay.editor_fields(p_tenant uuid,
    p_shape text, p_prefix text, p_values jsonb, p_errors jsonb)
returns jsonb
language sql stable
return (
    select jsonb_agg(jsonb_build_object('name', f.name, 'label', f.label,
               'hint', f.hint, 'error', p_errors ->> f.name,
               'is_required', f.is_required,
               'is_number', f.widget = 'number', 'is_text',
               f.widget = 'text', 'is_area', f.widget in ('area', 'lines'),
               'is_pick', f.widget = 'pick', 'is_ticks', f.widget = 'ticks',
               'is_minutes', f.widget = 'minutes', 'is_to',
               f.widget = 'to', 'empty', case
                   when f.is_required and f.is_known then null
                   when f.is_required then 'Choose…' else 'Any' end,
               'value', case
                   when f.widget = 'lines' then (
                       select string_agg(e.key || ' = ' || (e.value #>> '{}'),
                                  e'\n' order by e.key)
                         from mainstay.object_entries(f.value) e)
                   when f.widget = 'minutes' and mainstay.number_of(f.value)
                       is not null then trim_scale(
                           mainstay.number_of(f.value)
                           / mainstay.minutes_unit(f.value))::text
                   else f.value #>> '{}' end,
               'address', case when f.widget = 'to' and not f.is_known
                   then f.value #>> '{}' end,
               'choices', case
                   when f.widget = 'minutes' then mainstay.editor_options(
                       p_tenant, f.options,
                       to_jsonb(mainstay.minutes_unit(f.value)::text))
                   when f.widget = 'to' and not f.is_known
                       then mainstay.editor_options(p_tenant, f.options,
                           jsonb '"address"')
                   when f.options is not null then mainstay.editor_options(
                       p_tenant, f.options, f.value, f.name) end)
               order by f.place)
      from (select k.*, p_prefix || '-' || k.key as name,
                   p_values -> k.key as value,
                   coalesce(k.widget in ('pick', 'to')
                       and p_values ->> k.key in (
                           select o.value
                             from mainstay.playbook_options(p_tenant,
                                 k.options) o), false) as is_known
              from mainstay.playbook_fields() k
             where k.shape = p_shape) f);

create or replace function mainstay.editor_triggers(p_shape text)
returns jsonb
language sql stable
return (
    select jsonb_agg(jsonb_build_object('label', g.label, 'options',
               g.options) order by g.at)
      from (select t.at, t.label, jsonb_agg(jsonb_build_object(
                       'value', t.shape, 'label', t.text,
                       'is_chosen', t.shape = p_shape) order by t.place)
                       as options
              from (values
            (1, 'Health', 1, 'health_score_drop.crosses_below',
                'health falls below a line'),
            (1, 'Health', 2, 'health_score_drop.is_below',
                'a score is below a line'),
            (1, 'Health', 3, 'health_score_drop.drops_by',
                'health falls by some points'),
            (1, 'Health', 4, 'band_change', 'the band changes'),
            (2, 'Journey', 1, 'stage_transition', 'the stage changes'),
            (2, 'Journey', 2, 'goal_reached', 'a goal is reached'),
            (3, 'Signals', 1, 'usage_decline', 'usage falls'),
            (3, 'Signals', 2, 'ticket_spike', 'tickets pile up'),
            (3, 'Signals', 3, 'nps_drop', 'NPS falls'),
            (3, 'Signals', 4, 'negative_sentiment', 'a text sounds bad'),
            (3, 'Signals', 5, 'inactivity', 'nothing is heard'),
            (3, 'Signals', 6, 'cdi_event', 'an event comes'),
            (3, 'Signals', 7, 'alert_raised', 'an alert is raised'),
            (4, 'Time', 1, 'renewal_due', 'a renewal comes near'),
            (4, 'Time', 2, 'schedule.day', 'every day'),
            (4, 'Time', 3, 'schedule.week', 'every week'),
            (4, 'Time', 4, 'schedule.month', 'every month'),
            (5, 'By hand', 1, 'manual', 'somebody runs it'))
            t (at, label, place, shape, text)
             group by t.at, t.label) g);

create or replace function mainstay.step_kinds()
returns table (kind text, label text, add_text text)
language sql immutable
begin atomic
    values ('webhook', 'Send a webhook', 'Webhook'),
        ('slack', 'Tell Slack', 'Slack'),
        ('email', 'Send an e-mail', 'E-mail'),
        ('alert', 'Raise an alert', 'Alert'),
        ('task', 'Add a task', 'Task'),
        ('set_attribute', 'Set an attribute', 'Attribute'),
        ('move_stage', 'Move to a stage', 'Stage'),
        ('start_plan', 'Start a success plan', 'Plan');
end;
comment on function mainstay.step_kinds() is
    'The steps that a playbook can have.';

create or replace function mainstay.editor_steps(p_tenant uuid,
    p_steps jsonb, p_errors jsonb) returns jsonb
language sql stable
return (
    select jsonb_agg(jsonb_build_object('place', s.place,
               'kind', s.value ->> 'kind',
               'title', coalesce(k.label, s.value ->> 'kind'),
               'up_to', case when s.place > 1 then s.place - 1 end,
               'down_to', case when s.place < s.most
                   then s.place + 1 end,
               'error', p_errors ->> ('step-' || s.place || '-kind'),
               'fields', mainstay.editor_fields(p_tenant,
                   'step.' || (s.value ->> 'kind'), 'step-' || s.place,
                   s.value, p_errors)) order by s.place)
      from (select e.place + 1 as place, e.value, count(*) over () as most
              from mainstay.list_entries(p_steps) e) s
      left join mainstay.step_kinds() k on k.kind = s.value ->> 'kind');

-- What a condition can look at: what the list of accounts can be filtered
-- by, and what events of the trigger say.
create or replace function mainstay.playbook_condition_fields(p_kind text)
returns table (field text, label text, kind text, missing text, nobody text,
    choices text[])
language sql stable
begin atomic
    select f.field, f.label, f.kind, f.missing, f.nobody, f.choices
      from mainstay.account_filter_fields() f
     where f.field not in ('name', 'under')
    union all
    select 'event.' || k, 'Event: ' || lower(app.label_text(k)), case
               when k ~ '^(previous_)?(score|value|tickets|nps|days)$'
                   or k in ('drop', 'highest', 'percent', 'points', 'hour',
                       'on') then 'decimal'
               when k = 'renewal' then 'date' else 'text' end, 'none', null,
           null
      from unnest(mainstay.playbook_event_keys(p_kind)) k
     where k !~ '_id$' and k <> 'properties';
end;
comment on function mainstay.playbook_condition_fields(text) is
    'What the conditions of a playbook can look at.';

-- A condition that compares.
create or replace function mainstay.editor_condition(p_tenant uuid,
    p_kind text, p_condition jsonb, p_name text, p_errors jsonb)
returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_field record;
    v_value constant jsonb := p_condition -> 'value';
    v_op constant text := case when p_condition ->> 'is' = 'empty'
        and p_condition ->> 'value' = 'no' then 'filled'
        else p_condition ->> 'is' end;
    v_has_choices boolean;
begin
    select f.* into v_field from mainstay.playbook_condition_fields(p_kind)
           f
     where f.field = p_condition ->> 'field';
    v_has_choices := v_field.kind in ('choice', 'person', 'tag', 'boolean');
    return jsonb_build_object('is_condition', true,
        'field', p_condition ->> 'field',
        'label', coalesce(v_field.label, p_condition ->> 'field'),
        'error', coalesce(p_errors ->> (p_name || '-value'),
            p_errors ->> (p_name || '-is'),
            p_errors ->> (p_name || '-field'), p_errors ->> p_name),
        'operators', (
            select jsonb_agg(jsonb_build_object('op', o.op, 'label', o.label,
                       'is_chosen', o.op = v_op) order by o.place)
              from (select p.op, p.label, row_number() over () as place
                      from mainstay.account_filter_operators() p
                     where coalesce(v_field.kind, 'text') = any (p.kinds)
                       and (p.op <> 'empty' or v_field.missing is not null)
                    union all
                    select 'filled', 'is not empty', 100
                     where v_field.missing is not null) o),
        'has_choices', v_has_choices,
        'is_text', coalesce(v_field.kind, 'text') = 'text',
        'is_number', v_field.kind in ('number', 'money', 'decimal'),
        'is_date', v_field.kind = 'date',
        'choices', case when v_has_choices then (
            select jsonb_agg(jsonb_build_object(
                       'name', p_name || '-value-' || c.place,
                       'value', c.value, 'label', c.label, 'is_chosen',
                       v_value ? c.value) order by c.place)
              from mainstay.condition_choices(p_tenant, v_field.field,
                  v_field.choices, v_field.nobody, v_value) c) end,
        'chosen', (
            select string_agg(c.label, ', ' order by c.place)
              from mainstay.condition_choices(p_tenant, v_field.field,
                  v_field.choices, v_field.nobody, v_value) c
             where v_has_choices and v_value ? c.value),
        'value', case when v_op not in ('within', 'past')
            then coalesce(v_value ->> 0, v_value #>> '{}') end,
        'upto', v_value ->> 1,
        'days', case when v_op in ('within', 'past')
            then v_value #>> '{}' end);
end
$$;

-- What a condition on a field of choices offers; what it has and is not there
-- any more stays.
create or replace function mainstay.condition_choices(p_tenant uuid,
    p_field text, p_choices text[], p_nobody text, p_value jsonb)
returns table (value text, label text, place bigint)
language sql stable
begin atomic
    with choice as (
        select c.value, c.label, row_number() over () as place
          from mainstay.account_filter_choices(p_tenant, p_field, p_choices,
                   p_nobody) c
    )
    select c.value, c.label, c.place from choice c
    union all
    select v.value, v.value || ' (not there)', 900 + v.place
      from jsonb_array_elements_text(case jsonb_typeof(p_value)
               when 'array' then p_value else jsonb_build_array(p_value) end)
           with ordinality v (value, place)
     where v.value <> all (array(select c.value from choice c));
end;

-- Conditions one after the other: where a group begins, what is in it, where
-- it ends. word stands before each but the first of a group.
create or replace function mainstay.editor_nodes(p_tenant uuid,
    p_kind text, p_node jsonb, p_places text, p_word text, p_errors jsonb) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_name constant text := 'if' || coalesce('-' || nullif(p_places, ''), '');
    v_part jsonb := jsonb_build_object('name', v_name, 'places', p_places,
        'word', p_word, 'is_root', p_places = '');
    v_rows jsonb;
    v_inside record;
begin
    if p_node ? 'field' then
        return jsonb_build_array(v_part || mainstay.editor_condition(p_tenant,
            p_kind, p_node, v_name, p_errors));
    end if;
    v_rows := jsonb_build_array(v_part || jsonb_build_object('is_open', true,
        'is_any', p_node ? 'any', 'error', p_errors ->> v_name));
    for v_inside in select e.place, e.value
                      from mainstay.list_entries(coalesce(p_node -> 'any',
                               p_node -> 'all')) e
                     order by e.place
    loop
        v_rows := v_rows || mainstay.editor_nodes(p_tenant, p_kind, v_inside.value,
            concat_ws('-', nullif(p_places, ''), v_inside.place + 1),
            case when v_inside.place = 0 then '' when p_node ? 'any'
                then 'or' else 'and' end, p_errors);
    end loop;
    return v_rows || jsonb_build_array(v_part || jsonb_build_object(
        'is_close', true, 'may_nest', p_places !~ '-.*-',
        'next', format('%s-%s', v_name, (
            select count(*) + 1
              from mainstay.list_entries(coalesce(p_node -> 'any',
                  p_node -> 'all'))))));
end
$$;

-- A condition at the root becomes a group of one.
create or replace function mainstay.grouped_conditions(p_document jsonb)
returns jsonb
language sql immutable
return case
    when jsonb_typeof(p_document -> 'conditions') is distinct from 'object'
        then '{"all": []}'
    when p_document -> 'conditions' ? 'field' then jsonb_build_object('all',
        jsonb_build_array(p_document -> 'conditions'))
    else p_document -> 'conditions' end;

-- The parts of the form that a document fills.
create or replace function mainstay.editor_document(p_tenant uuid,
    p_document jsonb, p_errors jsonb)
returns table (sentence jsonb, triggers jsonb, trigger jsonb, nodes jsonb,
    fields jsonb, steps jsonb, steps_error text, next_step integer,
    kinds jsonb, limits jsonb)
language plpgsql stable set search_path = ''
as $$
declare
    v_shape constant text := mainstay.trigger_shape(p_document -> 'trigger');
begin
    sentence := mainstay.playbook_sentence(p_tenant, p_document);
    triggers := mainstay.editor_triggers(v_shape);
    trigger := jsonb_build_object('error', p_errors ->> 'trigger-kind',
        'fields', mainstay.editor_fields(p_tenant, v_shape, 'trigger',
            p_document -> 'trigger', p_errors));
    nodes := mainstay.editor_nodes(p_tenant, p_document -> 'trigger' ->> 'kind',
        mainstay.grouped_conditions(p_document), '', '', p_errors);
    select jsonb_agg(jsonb_build_object('field', f.field, 'label', f.label)
               order by f.place) into fields
      from (select c.field, c.label, row_number() over () as place
              from mainstay.playbook_condition_fields(
                       p_document -> 'trigger' ->> 'kind') c) f;
    steps := mainstay.editor_steps(p_tenant, p_document -> 'steps',
        p_errors);
    steps_error := p_errors ->> 'steps';
    next_step := 1 + jsonb_array_length(p_document -> 'steps');
    select jsonb_agg(jsonb_build_object('kind', k.kind, 'add_text',
               k.add_text) order by k.place) into kinds
      from (select s.*, row_number() over () as place
              from mainstay.step_kinds() s) k;
    limits := jsonb_build_object('fields', mainstay.editor_fields(p_tenant,
        'limits', 'limits', p_document -> 'limits', p_errors));
    return next;
end
$$;

grant execute on function mainstay.playbook_options(uuid, text),
    mainstay.editor_options(uuid, text, jsonb, text),
    mainstay.minutes_unit(jsonb),
    mainstay.editor_fields(uuid, text, text, jsonb, jsonb),
    mainstay.editor_triggers(text),
    mainstay.step_kinds(),
    mainstay.editor_steps(uuid, jsonb, jsonb),
    mainstay.playbook_condition_fields(text),
    mainstay.editor_condition(uuid, text, jsonb, text, jsonb),
    mainstay.condition_choices(uuid, text, text[], text, jsonb),
    mainstay.editor_nodes(uuid, text, jsonb, text, text, jsonb),
    mainstay.grouped_conditions(jsonb),
    mainstay.editor_document(uuid, jsonb, jsonb)
    to mainstay_app;

-- A playbook as a sentence: when, if, then, at most. What is not chosen yet
-- is "…".

create or replace function mainstay.listed_text(p_list jsonb, p_word text)
returns text
language sql immutable parallel safe
return (
    select case when count(*) > 1 then string_agg(v.value, ', '
                   order by v.place) filter (where v.place < v.most)
               || ' ' || p_word || ' ' else '' end
           || max(v.value) filter (where v.place = v.most)
      from (select e.value, e.place, max(e.place) over () as most
              from jsonb_array_elements_text(case jsonb_typeof(p_list)
                       when 'array' then p_list when null then '[]'
                       else jsonb_build_array(p_list) end)
                   with ordinality e (value, place)) v);
comment on function mainstay.listed_text(jsonb, text) is
    'a, b or c.';

-- 60 minutes are "1 hour".
create or replace function mainstay.minutes_text(p_minutes numeric)
returns text
language sql stable
return case
    when p_minutes % 1440 = 0 and p_minutes > 0
        then app.count_text((p_minutes / 1440)::bigint, 'day')
    when p_minutes % 60 = 0 and p_minutes > 0
        then app.count_text((p_minutes / 60)::bigint, 'hour')
    else app.count_text(p_minutes::bigint, 'minute') end;

create or replace function mainstay.bands_text(p_tenant uuid, p_bands jsonb)
returns text
language sql stable
return mainstay.listed_text((
    select jsonb_agg(coalesce(
               app.severity_names(p_tenant) ->> b.value, b.value)
               order by b.place)
      from jsonb_array_elements_text(case jsonb_typeof(p_bands)
               when 'array' then p_bands else '[]' end)
           with ordinality b (value, place)), 'or');

create or replace function mainstay.trigger_sentence(p_tenant uuid,
    p_trigger jsonb) returns text
language plpgsql stable set search_path = ''
as $$
declare
    t constant jsonb := coalesce((
        select jsonb_object_agg(e.key, coalesce(nullif(btrim(
                   e.value #>> '{}'), ''), '…'))
          from mainstay.object_entries(p_trigger) e), '{}');
    v_points constant text := coalesce(t ->> 'points', '…')
        || ' points or more';
    v_days constant text := coalesce(t ->> 'days', '…') || ' days';
begin
    return case t ->> 'kind'
        when 'health_score_drop' then case
            when t ? 'is_below' then format(
                'a new health score is below %s', t ->> 'is_below')
            when t ? 'drops_by' then 'health falls by more than '
                || coalesce(t ->> 'drops_by', '…') || ' points'
                || coalesce(' within ' || app.count_text(
                    mainstay.number_of(p_trigger -> 'within_days')::bigint,
                    'day'), '')
            else format('health falls below %s',
                coalesce(t ->> 'crosses_below', '…')) end
        when 'band_change' then 'the health band changes'
            || coalesce(' from ' || mainstay.bands_text(p_tenant,
                p_trigger -> 'from'), '')
            || coalesce(' to ' || mainstay.bands_text(p_tenant,
                p_trigger -> 'to'), '')
        when 'stage_transition' then 'an account' || case
            when t ?| '{from,to}' then concat_ws(' and',
                ' leaves ' || (t ->> 'from'), ' enters ' || (t ->> 'to'))
            else ' changes stage' end
        when 'goal_reached' then coalesce(
            'the goal “' || (t ->> 'goal') || '” is reached',
            'a goal is reached')
        when 'renewal_due' then 'the renewal is ' || v_days || ' away'
        when 'usage_decline' then format('%s fall by %s %% or more in a week',
            coalesce(t ->> 'metric', '…'), coalesce(t ->> 'percent', '…'))
        when 'ticket_spike' then format('tickets rise by %s %% or more in %s, '
            'to %s at least', coalesce(t ->> 'percent', '…'), v_days,
            coalesce(t ->> 'at_least', '…'))
        when 'nps_drop' then 'NPS falls by ' || v_points
        when 'negative_sentiment' then format('a text sounds worse than %s',
            replace(coalesce(t ->> 'below', '…'), '-', '−'))
        when 'alert_raised' then 'an alert '
            || coalesce('of ' || mainstay.listed_text(
                p_trigger -> 'severity', 'or') || ' severity ', '')
            || coalesce('of the kind ' || (t ->> 'alert_kind') || ' ', '')
            || 'is raised'
        when 'inactivity' then 'nothing is heard of an account for '
            || v_days
        when 'cdi_event' then format('the event %s comes',
                coalesce(t ->> 'name', '…'))
            || coalesce(' with ' || (
                select string_agg(e.key || ' = ' || (e.value #>> '{}'),
                           ' and ' order by e.key)
                  from mainstay.object_entries(p_trigger -> 'properties') e),
                '')
        when 'manual' then 'somebody runs it'
        when 'schedule' then case t ->> 'every'
                when 'week' then 'every '
                    || coalesce((array['Monday', 'Tuesday', 'Wednesday',
                        'Thursday', 'Friday', 'Saturday', 'Sunday'])
                        [mainstay.number_of(p_trigger -> 'on')::integer], '…')
                when 'month' then 'on day ' || coalesce(t ->> 'on', '…')
                    || ' of every month'
                else 'every day' end
            || format(' at %s:00 UTC', coalesce(t ->> 'hour', '…'))
        else '…' end;
end
$$;

-- One condition. A value that is none of its field is shown as it is.
create or replace function mainstay.condition_sentence(p_tenant uuid,
    p_condition jsonb) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_field record;
    v_op constant text := p_condition ->> 'is';
    v_values jsonb;
begin
    select f.* into v_field from mainstay.account_filter_fields() f
     where f.field = p_condition ->> 'field';
    if v_op = 'empty' then
        return format('%s is %sempty', coalesce(v_field.label,
            p_condition ->> 'field'), case p_condition ->> 'value'
                when 'no' then 'not ' else '' end);
    end if;
    select jsonb_agg(case
               when v_field.field is null or f.problem is not null
                   then v.value
               when v_op in ('within', 'past')
                   then app.count_text(f.arg::bigint, 'day')
               else mainstay.account_filter_word(p_tenant, v_field.field,
                   v_field.kind, v_op, coalesce(f.arg, v.value)) end
               order by v.place) into v_values
      from jsonb_array_elements_text(case
               jsonb_typeof(p_condition -> 'value')
               when 'array' then p_condition -> 'value'
               else jsonb_build_array(p_condition -> 'value') end)
           with ordinality v (value, place)
     cross join lateral mainstay.account_filter_value(v_field.label, coalesce(
               (select o.read_as
                  from mainstay.account_filter_operators() o
                 where o.op = v_op), v_field.kind), v_field.choices,
               v_field.nobody, v.value) f
     where v.value is not null;
    return format('%s %s %s', coalesce(v_field.label,
            replace(p_condition ->> 'field', 'event.', 'the event''s ')),
        coalesce((select o.label
                    from mainstay.account_filter_operators() o
                   where o.op = v_op), 'is'),
        coalesce(mainstay.listed_text(v_values, case v_op
            when 'between' then 'and' else 'or' end), '…'));
end
$$;

create or replace function mainstay.conditions_sentence(p_tenant uuid,
    p_node jsonb, p_depth integer default 0) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_word constant text := case when p_node ? 'any' then 'or' else 'and' end;
    v_text text;
    v_inside bigint;
begin
    if p_node is null or p_node = 'null' or p_depth > 20 then
        return null;
    elsif p_node ? 'field' then
        return mainstay.condition_sentence(p_tenant, p_node);
    end if;
    select string_agg(i.text, ' ' || v_word || ' ' order by i.place),
           count(*) into v_text, v_inside
      from (select e.place, mainstay.conditions_sentence(p_tenant, e.value,
                       p_depth + 1) as text
              from mainstay.list_entries(coalesce(p_node -> 'any',
                       p_node -> 'all')) e) i
     where i.text is not null;
    return case when v_inside > 1 and p_depth > 0
        then '(' || v_text || ')' else v_text end;
end
$$;

create or replace function mainstay.step_sentence(p_tenant uuid, p_step jsonb)
returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_endpoint text;
    v_title constant text := '“' || coalesce(p_step ->> 'title',
        p_step ->> 'subject', p_step ->> 'text', '…') || '”';
begin
    select e.name into v_endpoint from mainstay.webhook_endpoints e
     where e.tenant_id = p_tenant and e.id::text = p_step ->> 'endpoint';
    return case p_step ->> 'kind'
        when 'webhook' then 'send a webhook to '
            || coalesce(v_endpoint, 'nowhere yet')
        when 'slack' then format('tell %s in Slack %s',
            coalesce(v_endpoint, '…'), v_title)
        when 'email' then format('e-mail %s %s', case p_step ->> 'to'
            when 'csm' then 'the CSM' when 'contacts' then 'the contacts'
            when 'sponsor' then 'the sponsor'
            else coalesce(p_step ->> 'to', '…') end, v_title)
        when 'alert' then format('raise the alert %s, %s', v_title,
            coalesce(p_step ->> 'severity', '…'))
        when 'task' then format('add the task %s for %s%s', v_title,
            coalesce((select p.full_name from mainstay.profiles p
                       where p.tenant_id = p_tenant
                         and p.user_id::text = p_step ->> 'assignee'),
                case when coalesce(p_step ->> 'assignee', 'csm') = 'csm'
                    then 'the CSM' else 'somebody who left' end),
            coalesce(', due in ' || app.count_text(mainstay.number_of(
                p_step -> 'due_in_days')::bigint, 'day'), ''))
        when 'set_attribute' then format('set %s to %s', coalesce((
                select c.label from mainstay.custom_attributes c
                 where c.tenant_id = p_tenant
                   and c.key = p_step ->> 'attribute'),
                p_step ->> 'attribute', '…'),
            coalesce(p_step ->> 'value', '…'))
        when 'move_stage' then 'move it to '
            || coalesce(p_step ->> 'stage', '…')
        when 'start_plan' then 'start the plan ' || coalesce((
                select t.name from mainstay.plan_templates t
                 where t.tenant_id = p_tenant
                   and t.id::text = p_step ->> 'template'), '…')
        else '…' end;
end
$$;

-- Without its texts.
create or replace function mainstay.steps_text(p_tenant uuid, p_steps jsonb)
returns text
language sql stable
return mainstay.listed_text((
    select jsonb_agg(case s.value ->> 'kind' when 'slack' then 'tell Slack'
               when 'email' then 'send an e-mail'
               when 'alert' then 'raise an alert'
               when 'task' then 'add a task'
               else mainstay.step_sentence(p_tenant, s.value) end
               order by s.place)
      from mainstay.list_entries(p_steps) s), 'and');

create or replace function mainstay.limits_sentence(p_limits jsonb)
returns text
language sql stable
return concat_ws(', ',
    'once in ' || coalesce(mainstay.minutes_text(mainstay.number_of(
        p_limits -> 'cooldown_minutes')), '…') || ' for each account',
    app.count_text(mainstay.number_of(p_limits
        -> 'max_executions_per_day')::bigint, 'run') || ' in 24 hours',
    app.count_text(mainstay.number_of(p_limits
        -> 'max_accounts_at_once')::bigint, 'account') || ' in an hour');

-- {"when", "if", "then": […], "limits"}: the parts of the sentence.
create or replace function mainstay.playbook_sentence(p_tenant uuid,
    p_document jsonb) returns jsonb
language sql stable
return jsonb_build_object(
    'when', mainstay.trigger_sentence(p_tenant, p_document -> 'trigger'),
    'if', mainstay.conditions_sentence(p_tenant, p_document -> 'conditions'),
    'then', (
        select coalesce(jsonb_agg(mainstay.step_sentence(p_tenant, s.value)
                   order by s.place), '[]')
          from mainstay.list_entries(p_document -> 'steps') s),
    'limits', mainstay.limits_sentence(p_document -> 'limits'));
comment on function mainstay.playbook_sentence(uuid, jsonb) is
    'What a playbook does, in words: {"when", "if", "then": […], "limits"}.';

grant execute on function mainstay.listed_text(jsonb, text),
    mainstay.minutes_text(numeric),
    mainstay.bands_text(uuid, jsonb),
    mainstay.trigger_sentence(uuid, jsonb),
    mainstay.condition_sentence(uuid, jsonb),
    mainstay.conditions_sentence(uuid, jsonb, integer),
    mainstay.step_sentence(uuid, jsonb),
    mainstay.steps_text(uuid, jsonb),
    mainstay.limits_sentence(jsonb),
    mainstay.playbook_sentence(uuid, jsonb)
    to mainstay_app;

-- Playbooks as forms: from what was chosen and typed to a document, and back.
--
-- trigger is the kind of the trigger, with its way where it has several;
-- trigger-days is its key. if, if-1, if-2-1 are conditions by their place: of
-- a group "all" or "any", of one that compares if-1-field, if-1-is and
-- if-1-value (with if-1-to or if-1-days). step-2-title is a key of the second
-- step, limits-cooldown the limit. What has several values has a name for
-- each: trigger-to-1, if-1-value-3.
--
-- What is no number stays a text: mainstay.playbook_problems says so.

-- A trigger that has several ways is a shape for each.
create or replace function mainstay.trigger_shape(p_trigger jsonb)
returns text
language sql immutable parallel safe
return case p_trigger ->> 'kind'
    when 'health_score_drop' then 'health_score_drop.' || case
        when p_trigger ? 'is_below' then 'is_below'
        when p_trigger ? 'drops_by' then 'drops_by' else 'crosses_below' end
    when 'schedule' then 'schedule.'
        || coalesce(p_trigger ->> 'every', 'day')
    else p_trigger ->> 'kind' end;

-- Every field of the form. widget is number, text, area, lines (key = value),
-- pick (one of mainstay.playbook_options) or ticks (some of them); fallback is
-- what it begins with.
create or replace function mainstay.playbook_fields()
returns table (shape text, key text, place bigint, widget text, label text,
    options text, fallback text, hint text, is_required boolean)
language sql immutable parallel safe rows 50
begin atomic
    select f.shape, f.key, row_number() over (), f.widget, f.label, f.options, f.fallback,
           f.hint, f.is_required
      from (values
        ('health_score_drop.crosses_below', 'crosses_below', 'number',
            'Falls below', null, '40',
            'When the score before was at least this, or there was none.',
            true),
        ('health_score_drop.is_below', 'is_below', 'number', 'Is below',
            null, '40', 'With each new score, also when the one before was '
            'below it too.', true),
        ('health_score_drop.drops_by', 'drops_by', 'number',
            'Falls by more than', null, '10', 'Points.', true),
        ('health_score_drop.drops_by', 'within_days', 'number',
            'Within days', null, null, 'Empty: since the score before.',
            false),
        ('band_change', 'from', 'ticks', 'From', 'band', null,
            'None ticked: from any.', false),
        ('band_change', 'to', 'ticks', 'To', 'band', null,
            'None ticked: to any.', false),
        ('stage_transition', 'from', 'pick', 'From', 'stage', null,
            null, false),
        ('stage_transition', 'to', 'pick', 'To', 'stage', null, null,
            false),
        ('goal_reached', 'goal', 'pick', 'Goal', 'goal', null, null, false),
        ('renewal_due', 'days', 'number', 'Days before', null, '90', null,
            true),
        ('usage_decline', 'metric', 'text', 'Metric', null, null,
            'As it is reported, such as logins.', true),
        ('usage_decline', 'percent', 'number', 'Falls by per cent', null,
            '30', 'This week against the week before.', true),
        ('ticket_spike', 'percent', 'number', 'Rise by per cent', null,
            '100', 'Against as many days before.', true),
        ('ticket_spike', 'at_least', 'number', 'At least tickets', null, '3',
            null, true),
        ('ticket_spike', 'days', 'number', 'In days', null, '7', null, true),
        ('nps_drop', 'points', 'number', 'Falls by at least', null, '10',
            'Points.', true),
        ('negative_sentiment', 'below', 'number', 'Below', null, '-0.3',
            'From -1, angry, to 1, delighted.', true),
        ('alert_raised', 'severity', 'ticks', 'Severity', 'severity', null,
            'None ticked: any.', false),
        ('alert_raised', 'alert_kind', 'text', 'Kind', null, null,
            'Such as health_drop; empty: any.', false),
        ('inactivity', 'days', 'number', 'Days', null, '30', null, true),
        ('cdi_event', 'name', 'text', 'Name of the event', null, null,
            'As it is sent, such as export_failed.', true),
        ('cdi_event', 'properties', 'lines', 'Properties', null, null,
            'One on a line, such as plan = trial; empty: any.', false),
        ('schedule.week', 'on', 'pick', 'On', 'weekday', '1', null, true),
        ('schedule.month', 'on', 'number', 'On day', null, '1', '1 to 28.',
            true),
        ('schedule.day', 'hour', 'number', 'At hour', null, '8',
            '0 to 23, as in UTC.', true),
        ('schedule.week', 'hour', 'number', 'At hour', null, '8',
            '0 to 23, as in UTC.', true),
        ('schedule.month', 'hour', 'number', 'At hour', null, '8',
            '0 to 23, as in UTC.', true),
        ('step.webhook', 'endpoint', 'pick', 'Endpoint', 'endpoint', null,
            null, true),
        ('step.slack', 'endpoint', 'pick', 'Endpoint', 'slack', null,
            null, true),
        ('step.slack', 'text', 'area', 'Text', null,
            '{{account.name}} needs a look.', null, true),
        ('step.email', 'to', 'to', 'To', 'to', 'csm', null, true),
        ('step.email', 'subject', 'text', 'Subject', null, null, null,
            true),
        ('step.email', 'body', 'area', 'Text', null, null, null, true),
        ('step.alert', 'severity', 'pick', 'Severity', 'severity',
            'warning', null, true),
        ('step.alert', 'title', 'text', 'Title', null,
            '{{account.name}} needs a look', null, true),
        ('step.alert', 'detail', 'area', 'Detail', null, null, null, false),
        ('step.task', 'title', 'text', 'Title', null,
            'Call {{account.name}}', null, true),
        ('step.task', 'due_in_days', 'number', 'Due in days', null, '2',
            null, false),
        ('step.task', 'assignee', 'pick', 'For', 'assignee', 'csm', null,
            true),
        ('step.set_attribute', 'attribute', 'pick', 'Attribute',
            'attribute', null, null, true),
        ('step.set_attribute', 'value', 'text', 'Value', null, null, null,
            true),
        ('step.move_stage', 'stage', 'pick', 'Stage', 'stage', null, null,
            true),
        ('step.start_plan', 'template', 'pick', 'Template', 'template',
            null, 'Not when it has an open plan from it.', true),
        ('limits', 'cooldown_minutes', 'minutes', 'Once in', 'unit', '60',
            'For each account.', true),
        ('limits', 'max_executions_per_day', 'number', 'Runs in 24 hours',
            null, null, 'Over all accounts; empty: no limit.', false),
        ('limits', 'max_accounts_at_once', 'number', 'Accounts in an hour',
            null, '100', 'Beyond that it stops itself and asks.', true))
        f (shape, key, widget, label, options, fallback, hint, is_required);
end;

create or replace function mainstay.number_of(p_value jsonb)
returns numeric
language sql immutable parallel safe
return case when jsonb_typeof(p_value) = 'number' then case
    when abs(p_value::numeric) < 1e9 then p_value::numeric end end;
comment on function mainstay.number_of(jsonb) is
    'A number of a document; null where it is none yet.';

-- A typed text as a value of a document; null when nothing was typed.
create or replace function mainstay.typed_playbook_value(p_widget text,
    p_text text) returns jsonb
language sql immutable parallel safe
return case
    when coalesce(btrim(p_text), '') = '' then null
    when p_widget in ('number', 'minutes')
        and btrim(p_text) ~ '^-?\d{1,9}([.]\d{1,6})?$'
        then to_jsonb(trim_scale(btrim(p_text)::numeric))
    else to_jsonb(replace(btrim(p_text, e' \r\n\t'), e'\r\n', e'\n')) end;

-- What was ticked under name-1, name-2, …; null when nothing was.
create or replace function mainstay.ticked(p_form jsonb, p_name text)
returns jsonb
language sql immutable parallel safe
return (
    select jsonb_agg(f.value order by substr(f.key, length(p_name) + 2)
               ::integer)
      from jsonb_each_text(p_form) f
     where starts_with(f.key, p_name || '-')
       and substr(f.key, length(p_name) + 2) ~ '^\d{1,3}$');

-- Lines such as plan = trial as {"plan": "trial"}; one without "=" is a key
-- whose value is the problem.
create or replace function mainstay.typed_lines(p_text text) returns jsonb
language sql immutable parallel safe
return (
    select jsonb_object_agg(btrim(split_part(l.line, '=', 1)), btrim(
               substr(l.line, length(split_part(l.line, '=', 1)) + 2),
               e' \r\t'))
      from regexp_split_to_table(p_text, e'\n') l (line)
     where btrim(l.line, e' \r\t') <> '');

-- How many minutes "2" and "60" (hours) are.
create or replace function mainstay.typed_minutes(p_text text, p_unit text)
returns jsonb
language sql immutable parallel safe
return case when btrim(p_text) ~ '^\d{1,6}$' and p_unit ~ '^\d{1,4}$'
    then to_jsonb(btrim(p_text)::integer * p_unit::bigint)
    else mainstay.typed_playbook_value('text', p_text) end;

-- The keys of one part of a document as typed under prefix-….
create or replace function mainstay.typed_keys(p_shape text, p_prefix text,
    p_form jsonb) returns jsonb
language sql immutable
return (
    select coalesce(jsonb_object_agg(k.key, k.value), '{}')
      from (select f.key, case f.widget
                       when 'ticks' then mainstay.ticked(p_form, n.name)
                       when 'lines'
                           then mainstay.typed_lines(p_form ->> n.name)
                       when 'minutes' then mainstay.typed_minutes(
                           p_form ->> n.name, p_form ->> (n.name || '-unit'))
                       when 'to' then mainstay.typed_playbook_value('text',
                           case p_form ->> n.name when 'address'
                               then p_form ->> (n.name || '-address')
                               else p_form ->> n.name end)
                       else mainstay.typed_playbook_value(f.type,
                           p_form ->> n.name) end as value
              from (select k.*, case k.options when 'weekday' then 'number'
                               else k.widget end as type
                      from mainstay.playbook_fields() k) f
             cross join lateral (select p_prefix || '-' || f.key) n (name)
             where f.shape = p_shape) k
     where k.value is not null);

create or replace function mainstay.typed_trigger(p_form jsonb)
returns jsonb
language sql immutable
return jsonb_build_object('kind', split_part(p_form ->> 'trigger', '.', 1))
    || case when p_form ->> 'trigger' like 'schedule.%'
        then jsonb_build_object('every',
            split_part(p_form ->> 'trigger', '.', 2)) else '{}' end
    || mainstay.typed_keys(p_form ->> 'trigger', 'trigger', p_form);

-- A condition that compares. Numbers are what is compared with by numbers.
create or replace function mainstay.typed_condition(p_form jsonb,
    p_path text) returns jsonb
language sql immutable
return jsonb_strip_nulls(jsonb_build_object(
    'field', p_form ->> (p_path || '-field'),
    'is', case p_form ->> (p_path || '-is') when 'filled' then 'empty'
        else p_form ->> (p_path || '-is') end,
    'value', case
        when p_form ->> (p_path || '-is') = 'empty' then to_jsonb('yes'::text)
        when p_form ->> (p_path || '-is') = 'filled' then to_jsonb('no'::text)
        when p_form ->> (p_path || '-is') in ('within', 'past')
            then mainstay.typed_playbook_value('number',
                p_form ->> (p_path || '-days'))
        when p_form ->> (p_path || '-is') = 'between'
            then (select jsonb_agg(mainstay.typed_playbook_value('number',
                        p_form ->> (p_path || v.name)) order by v.name desc)
                    from (values ('-value'), ('-to')) v (name)
                   where btrim(p_form ->> (p_path || v.name)) <> '')
        when p_form ->> (p_path || '-is') in ('over', 'under')
            then mainstay.typed_playbook_value('number',
                p_form ->> (p_path || '-value'))
        when mainstay.ticked(p_form, p_path || '-value') is not null
            then case when jsonb_array_length(mainstay.ticked(p_form,
                    p_path || '-value')) = 1
                then mainstay.ticked(p_form, p_path || '-value') -> 0
                else mainstay.ticked(p_form, p_path || '-value') end
        else mainstay.typed_playbook_value('text',
            p_form ->> (p_path || '-value')) end));

-- A condition or a group of them; names are short, so this ends.
create or replace function mainstay.typed_node(p_form jsonb, p_path text)
returns jsonb
language plpgsql immutable set search_path = ''
as $$
declare
    v_inside jsonb;
begin
    if p_form ? (p_path || '-field') then
        return mainstay.typed_condition(p_form, p_path);
    end if;
    select jsonb_agg(mainstay.typed_node(p_form, p_path || '-' || i.place)
               order by i.place) into v_inside
      from (select distinct split_part(substr(f.key, length(p_path) + 2),
                       '-', 1)::integer as place
              from jsonb_object_keys(p_form) f (key)
             where f.key ~ ('^' || p_path || '-\d{1,2}(-|$)')) i;
    return jsonb_build_object(case p_form ->> p_path when 'any' then 'any'
        else 'all' end, coalesce(v_inside, '[]'));
end
$$;

create or replace function mainstay.typed_steps(p_form jsonb)
returns jsonb
language sql immutable
return (
    select coalesce(jsonb_agg(jsonb_build_object('kind', s.kind)
               || mainstay.typed_keys('step.' || s.kind,
                   'step-' || s.place, p_form) order by s.place), '[]')
      from (select f.value as kind,
                   split_part(f.key, '-', 2)::integer as place
              from jsonb_each_text(p_form) f
             where f.key ~ '^step-\d{1,2}-kind$') s);

-- The document that a form makes.
create or replace function mainstay.typed_playbook(p_form jsonb)
returns jsonb
language sql immutable
return jsonb_strip_nulls(jsonb_build_object(
    'trigger', mainstay.typed_trigger(p_form),
    'conditions', (
        select nullif(nullif(mainstay.typed_node(p_form, 'if'),
            '{"all": []}'), '{"any": []}')),
    'steps', mainstay.typed_steps(p_form),
    'limits', mainstay.typed_keys('limits', 'limits', p_form)));
comment on function mainstay.typed_playbook(jsonb) is
    'The document that a form of the builder makes.';

-- A part of a document with what it begins with.
create or replace function mainstay.fresh_keys(p_shape text) returns jsonb
language sql immutable
return (
    select coalesce(jsonb_object_agg(f.key, mainstay.typed_playbook_value(
               case f.options when 'weekday' then 'number' else f.widget end,
               f.fallback)), '{}')
      from mainstay.playbook_fields() f
     where f.shape = p_shape and f.fallback is not null);

create or replace function mainstay.fresh_playbook() returns jsonb
language sql immutable
return jsonb_build_object('trigger', '{"kind": "health_score_drop"}'
        || mainstay.fresh_keys('health_score_drop.crosses_below'),
    'steps', '[]'::jsonb, 'limits', mainstay.fresh_keys('limits'));
comment on function mainstay.fresh_playbook() is
    'What the builder begins with.';

-- if-2-1 as the path of that node in a document; {} is the root's.
create or replace function mainstay.node_path(p_conditions jsonb,
    p_places integer[]) returns text[]
language plpgsql immutable set search_path = ''
as $$
declare
    v_node jsonb := p_conditions;
    v_path text[] := '{}';
    v_place integer;
begin
    foreach v_place in array p_places loop
        v_path := v_path || case when v_node ? 'any' then 'any' else 'all' end
            || (v_place - 1)::text;
        v_node := p_conditions #> v_path;
    end loop;
    return v_path;
end
$$;

-- The document after a button of the builder: what it does, and where.
--
--   trigger                  nothing but what was chosen
--   step.KIND                another step
--   up.N, down.N, drop.N     moves or takes away a step
--   if.PLACES, group.PLACES  another condition or group in that group; which
--                            field stands in the form as new-if-PLACES
--   unless.PLACES            takes a condition or group away
create or replace function mainstay.pressed_playbook(p_form jsonb)
returns jsonb
language plpgsql immutable set search_path = ''
as $$
declare
    v_document jsonb := mainstay.typed_playbook(p_form);
    v_what constant text := split_part(p_form ->> 'do', '.', 1);
    v_of constant text := split_part(p_form ->> 'do', '.', 2);
    v_places integer[];
    v_path text[];
    v_at integer;
begin
    if v_what = 'trigger' then
        return v_document || jsonb_build_object('trigger',
            mainstay.fresh_keys(p_form ->> 'trigger')
            || (v_document -> 'trigger'));
    elsif v_what = 'step' then
        return jsonb_set(v_document, '{steps}', (v_document -> 'steps')
            || jsonb_build_array(jsonb_build_object('kind', v_of)
                || mainstay.fresh_keys('step.' || v_of)));
    elsif v_what in ('up', 'down', 'drop') and v_of ~ '^\d{1,2}$' then
        v_at := v_of::integer - 1;
        return jsonb_set(v_document, '{steps}', (
            select coalesce(jsonb_agg(s.value order by case
                       when s.at = v_at and v_what = 'up' then v_at - 1.5
                       when s.at = v_at and v_what = 'down' then v_at + 1.5
                       else s.at end), '[]')
              from (select e.value, e.place - 1 as at
                      from jsonb_array_elements(v_document -> 'steps')
                           with ordinality e (value, place)) s
             where v_what <> 'drop' or s.at <> v_at));
    elsif v_what in ('if', 'group', 'unless')
        and v_of ~ '^(\d{1,2}(-\d{1,2}){0,9})?$' then
        v_places := string_to_array(v_of, '-')::integer[];
        if not v_document ? 'conditions' then
            v_document := v_document || jsonb_build_object('conditions',
                mainstay.typed_node(p_form, 'if'));
        end if;
        v_path := array['conditions']
            || mainstay.node_path(v_document -> 'conditions', v_places);
        if v_what = 'unless' then
            return v_document #- v_path;
        end if;
        v_path := v_path || case when v_document #> v_path ? 'any'
            then 'any' else 'all' end;
        if v_document #> v_path is not null then
            return jsonb_set(v_document, v_path, (v_document #> v_path)
                || jsonb_build_array(case v_what
                    when 'group' then jsonb '{"any": []}'
                    else jsonb_build_object('field', p_form ->> (
                        'new-if' || coalesce('-' || nullif(v_of, ''), '')))
                    end));
        end if;
    end if;
    return v_document;
end
$$;
comment on function mainstay.pressed_playbook(jsonb) is
    'The document after a button of the builder was pressed.';

-- A place in a document, as mainstay.playbook_problems names it, as the field
-- of the form that stands for it; where there is none, it stays.
create or replace function mainstay.playbook_form_field(p_path text)
returns text
language sql immutable parallel safe
return case
    when p_path ~ '^trigger\.[a-z_]+' then 'trigger-'
        || split_part(p_path, '.', 2)
    when p_path ~ '^conditions(\.(all|any)\.\d+)*(\.(field|is|value|all|any)'
            '(\.\d+)?)?$' then (
        select 'if' || coalesce(string_agg('-' || case
                   when p.part ~ '^\d+$' then (p.part::integer + 1)::text
                   else p.part end, '' order by p.place) filter (
                   where p.part ~ '^\d+$' and p.before in ('all', 'any')
                      or p.part in ('field', 'is', 'value')), '')
          from (select u.part, u.place,
                       lag(u.part) over (order by u.place) as before
                  from unnest(string_to_array(p_path, '.'))
                       with ordinality u (part, place)) p)
    when p_path ~ '^steps\.\d+' then 'step-'
        || split_part(p_path, '.', 2)::integer + 1
        || coalesce('-' || nullif(split_part(p_path, '.', 3), ''), '-kind')
    when p_path ~ '^limits\.[a-z_]+$' then 'limits-'
        || split_part(p_path, '.', 2)
    else p_path end;

-- Names that no field of the builder has.
create or replace function mainstay.unknown_playbook_names(p_form jsonb)
returns table (name text)
language sql immutable
begin atomic
    select f.key
      from jsonb_object_keys(p_form) f (key)
     where f.key not in ('name', 'description', 'seen', 'do', 'trigger')
       and f.key !~ '^(new-)?if(-\d{1,2})*$'
       and f.key !~ '^if(-\d{1,2})+-(field|is|value(-\d{1,3})?|to|days)$'
       and f.key !~ '^step-\d{1,2}-kind$'
       and not exists (
           select from mainstay.playbook_fields() k
            where substring(f.key from '^(?:trigger|limits|step-\d{1,2})-'
                      '([a-z_]+)(?:-(?:\d{1,3}|unit|address))?$') = k.key
              and case split_part(f.key, '-', 1)
                  when 'limits' then k.shape = 'limits'
                  when 'step' then k.shape like 'step.%'
                  else k.shape not like 'step.%' and k.shape <> 'limits'
                  end);
end;

grant execute on function mainstay.trigger_shape(jsonb),
    mainstay.playbook_fields(),
    mainstay.number_of(jsonb),
    mainstay.typed_playbook_value(text, text),
    mainstay.ticked(jsonb, text),
    mainstay.typed_lines(text),
    mainstay.typed_minutes(text, text),
    mainstay.typed_keys(text, text, jsonb),
    mainstay.typed_trigger(jsonb),
    mainstay.typed_condition(jsonb, text),
    mainstay.typed_node(jsonb, text),
    mainstay.typed_steps(jsonb),
    mainstay.typed_playbook(jsonb),
    mainstay.fresh_keys(text),
    mainstay.fresh_playbook(),
    mainstay.node_path(jsonb, integer[]),
    mainstay.pressed_playbook(jsonb),
    mainstay.playbook_form_field(text),
    mainstay.unknown_playbook_names(jsonb)
    to mainstay_app;

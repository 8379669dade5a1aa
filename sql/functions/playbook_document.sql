-- The document of a playbook: which keys its trigger, conditions, steps and
-- limits may have. From this table follow what is wrong with a document
-- (playbook_problem.sql) and its JSON Schema.

-- The kinds of triggers, conditions and steps: each is a shape of its own.
create or replace function mainstay.playbook_kinds(p_shape text)
returns text[]
language sql immutable parallel safe
return case p_shape
    when 'trigger' then array['health_score_drop', 'band_change',
        'stage_transition', 'goal_reached', 'renewal_due', 'usage_decline',
        'ticket_spike', 'nps_drop', 'negative_sentiment', 'alert_raised',
        'inactivity', 'cdi_event', 'manual', 'schedule']
    when 'step' then array['webhook', 'slack', 'email', 'alert', 'task',
        'set_attribute', 'move_stage', 'start_plan']
    when 'condition' then array['all', 'any', 'test']
    end;

create or replace function mainstay.playbook_shapes()
returns setof mainstay.document_shape
language sql immutable parallel safe
begin atomic
    with id (pattern, must) as (
        values (array['^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'],
            'the id of an endpoint')
    ), template (pattern, must) as (
        values (array['^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'],
            'the id of a template of plans')
    ), assignee (pattern, must) as (
        values (array['^(csm|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$'],
            'csm or the id of a person')
    ), attribute (pattern, must) as (
        values (array['^[a-z][a-z0-9_]{0,59}$'],
            'status, tier or the key of a custom attribute')
    ), name (pattern, must) as (
        values (array['^[^[:cntrl:]]{1,128}$'],
            'a text of 1 to 128 characters')
    ), address (pattern, must) as (
        values (array['^(csm|contacts|sponsor|'
            '[^@[:space:]]{1,64}@[^@[:space:]]{1,189})$'],
            'csm, contacts, sponsor or an address')
    ), field (pattern, must) as (
        values (array['^([a-z_]+|a[.][a-z][a-z0-9_]{0,59}'
            '|event[.][a-z][a-z0-9_]{0,62})$'],
            'a field of accounts, a.<custom attribute> or event.<key>')
    )
    select s.shape, s.key, s.kind, s.is_required, s.low::numeric,
           s.high::numeric, s.choices, null::text as must, s.holds
      from (values
        ('document', 'trigger', 'object', true, null::float, null::float,
            null::text[], 'trigger'),
        ('document', 'conditions', 'object', false, null, null, null,
            'condition'),
        ('document', 'steps', 'list', true, 1, 20, null, 'step'),
        ('document', 'limits', 'object', false, null, null, null, 'limits'),
        ('limits', 'cooldown_minutes', 'integer', false, 0, 525600, null,
            null),
        ('limits', 'max_executions_per_day', 'integer', false, 1, 1000000,
            null, null),
        ('limits', 'max_accounts_at_once', 'integer', false, 1, 1000000,
            null, null),
        ('health_score_drop', 'crosses_below', 'integer', false, 1, 100,
            null, null),
        ('health_score_drop', 'is_below', 'integer', false, 1, 101, null,
            null),
        ('health_score_drop', 'drops_by', 'integer', false, 0, 100, null,
            null),
        ('health_score_drop', 'within_days', 'integer', false, 1, 90, null,
            null),
        ('band_change', 'from', 'choices', false, null, null,
            '{healthy,moderate,at_risk,critical}', null),
        ('band_change', 'to', 'choices', false, null, null,
            '{healthy,moderate,at_risk,critical}', null),
        ('stage_transition', 'from', 'text', false, 1, 100, null, null),
        ('stage_transition', 'to', 'text', false, 1, 100, null, null),
        ('goal_reached', 'goal', 'text', false, 1, 200, null, null),
        ('renewal_due', 'days', 'integer', false, 0, 730, null, null),
        ('usage_decline', 'percent', 'above', false, 0, 100, null, null),
        ('ticket_spike', 'percent', 'above', false, 0, 10000, null, null),
        ('ticket_spike', 'at_least', 'integer', false, 1, 10000, null, null),
        ('ticket_spike', 'days', 'integer', false, 1, 90, null, null),
        ('nps_drop', 'points', 'above', false, 0, 200, null, null),
        ('negative_sentiment', 'below', 'number', false, -1, 1, null, null),
        ('alert_raised', 'severity', 'choices', false, null, null,
            '{info,warning,critical}', null),
        ('alert_raised', 'alert_kind', 'text', false, 1, 60, null, null),
        ('inactivity', 'days', 'integer', false, 1, 730, null, null),
        ('cdi_event', 'properties', 'object', false, null, null, null,
            'properties'),
        ('schedule', 'every', 'choice', true, null, null,
            '{day,week,month}', null),
        ('schedule', 'on', 'integer', false, 1, 28, null, null),
        ('schedule', 'hour', 'integer', false, 0, 23, null, null),
        ('all', 'all', 'list', true, 1, 50, null, 'condition'),
        ('any', 'any', 'list', true, 1, 50, null, 'condition'),
        ('test', 'is', 'choice', true, null, null, (
            select array_agg(o.op)
              from mainstay.account_filter_operators() o), null),
        ('test', 'value', 'values', true, 1, 50, null, null),
        ('slack', 'text', 'text', true, 1, 3000, null, null),
        ('email', 'subject', 'text', true, 1, 300, null, null),
        ('email', 'body', 'text', true, 1, 10000, null, null),
        ('alert', 'severity', 'choice', true, null, null,
            '{info,warning,critical}', null),
        ('alert', 'title', 'text', true, 1, 200, null, null),
        ('alert', 'detail', 'text', false, 0, 2000, null, null),
        ('task', 'title', 'text', true, 1, 200, null, null),
        ('task', 'due_in_days', 'integer', false, 0, 365, null, null),
        ('set_attribute', 'value', 'value', true, 0, 500, null, null),
        ('move_stage', 'stage', 'text', true, 1, 100, null, null))
        s (shape, key, kind, is_required, low, high, choices, holds)
    union all
    select s.shape, 'kind', 'choice', true, null, null,
           mainstay.playbook_kinds(s.shape), null, null
      from (values ('trigger'), ('step')) s (shape)
    union all
    select k.shape, 'kind', 'choice', true, null, null, array[k.shape], null,
           null
      from (values ('trigger'), ('step')) s (shape)
     cross join unnest(mainstay.playbook_kinds(s.shape)) k (shape)
    union all
    select s.shape, 'endpoint', 'like', false, null, null, i.pattern, i.must,
           null
      from id i, (values ('webhook'), ('slack')) s (shape)
    union all
    select 'start_plan', 'template', 'like', true, null, null, t.pattern,
           t.must, null
      from template t
    union all
    select 'email', 'to', 'like', true, null, null, a.pattern, a.must, null
      from address a
    union all
    select 'task', 'assignee', 'like', false, null, null, a.pattern, a.must,
           null
      from assignee a
    union all
    select 'set_attribute', 'attribute', 'like', true, null, null, a.pattern,
           a.must, null
      from attribute a
    union all
    select 'test', 'field', 'like', true, null, null, f.pattern, f.must, null
      from field f
    union all
    select s.shape, s.key, 'like', true, null, null, n.pattern, n.must, null
      from name n, (values ('usage_decline', 'metric'),
               ('cdi_event', 'name')) s (shape, key);
end;
comment on function mainstay.playbook_shapes() is
    'The keys that the document of a playbook may have, by the kind of '
    'object.';

-- The conditions of a document, groups and tests.
create or replace function mainstay.playbook_conditions(p_document jsonb)
returns table (at integer[], path text, shape text, value jsonb)
language sql immutable parallel safe
begin atomic
    with recursive node (at, path, value) as (
        select array[2], 'conditions', p_document -> 'conditions'
         where p_document ? 'conditions'
         union all
        select n.at || e.place, n.path || '.' || g.key || '.' || e.place,
               e.value
          from node n
         cross join (values ('all'), ('any')) g (key)
         cross join mainstay.list_entries(n.value -> g.key) e
         where cardinality(n.at) < 8
    )
    select n.at, n.path, case when n.value ? 'all' then 'all'
               when n.value ? 'any' then 'any' else 'test' end, n.value
      from node n;
end;

create or replace function mainstay.playbook_nodes(p_document jsonb)
returns setof mainstay.document_node
language sql immutable parallel safe
begin atomic
    with variant (at, path, shape, value, is_entry) as (
        select array[1], 'trigger', 'trigger', p_document -> 'trigger', false
         where p_document ? 'trigger'
         union all
        select array[3, s.place], 'steps.' || s.place, 'step', s.value, true
          from mainstay.list_entries(p_document -> 'steps') s
    )
    select array[0], '', 'document', p_document, true, false
    union all
    -- What else a trigger or step may say depends on its kind.
    select v.at, v.path, case when v.value ->> 'kind'
                   = any (mainstay.playbook_kinds(v.shape))
               then v.value ->> 'kind' else v.shape end,
           v.value, v.is_entry, v.value ->> 'kind'
               = any (mainstay.playbook_kinds(v.shape)) is not true
      from variant v
    union all
    select c.at, c.path, c.shape, c.value, cardinality(c.at) > 1, false
      from mainstay.playbook_conditions(p_document) c
    union all
    select array[4], 'limits', 'limits', p_document -> 'limits', false,
           false
     where p_document ? 'limits';
end;

-- One schema for the form, the API and the database.
create or replace function mainstay.playbook_schema() returns jsonb
language sql immutable parallel safe
begin atomic
    select s || jsonb_build_object('title', 'Playbook', '$defs', s -> '$defs'
               || '{"properties": {"type": "object"}}')
      from mainstay.shape_schema(array(
               select p from mainstay.playbook_shapes() p), (
               select jsonb_object_agg(k, mainstay.playbook_kinds(k))
                 from unnest(array['trigger', 'step', 'condition']) k),
               'document') s;
end;
comment on function mainstay.playbook_schema() is
    'The JSON Schema of the document of a playbook.';

-- What texts of steps may name: {{account.name}}.
create or replace function mainstay.playbook_words()
returns table (word text, label text)
language sql immutable parallel safe
begin atomic
    values
    ('account.name', 'Name of the account'),
    ('account.id', 'Its id'),
    ('account.arr', 'Its ARR, as an amount of money'),
    ('account.stage', 'Its stage'),
    ('account.status', 'Its status'),
    ('account.tier', 'Its tier'),
    ('account.score', 'Its health score'),
    ('account.band', 'The band of its health'),
    ('account.renewal', 'The date of its renewal'),
    ('csm.name', 'Name of its customer success manager'),
    ('csm.email', 'Address of its customer success manager'),
    ('contact.name', 'Name of the person an e-mail goes to'),
    ('playbook.name', 'Name of the playbook'),
    ('tenant.name', 'Name of your organisation'),
    ('event.text', 'What happened, in a sentence'),
    ('event.score', 'The new score'),
    ('event.previous_score', 'The score before'),
    ('event.band', 'The new band'),
    ('event.previous_band', 'The band before'),
    ('event.from_stage', 'The stage before'),
    ('event.to_stage', 'The new stage'),
    ('event.goal', 'The goal that was reached'),
    ('event.days', 'How many days'),
    ('event.metric', 'The metric'),
    ('event.percent', 'By how many percent'),
    ('event.tickets', 'How many tickets'),
    ('event.points', 'By how many points'),
    ('event.severity', 'The severity of the alert'),
    ('event.title', 'The title of the alert'),
    ('event.name', 'The name of the event'),
    ('event.reason', 'Why it was run by hand');
end;
comment on function mainstay.playbook_words() is
    'What texts of a playbook may name, as {{account.name}}.';

-- What an event of each kind says beside type and at. Events of a product
-- have properties of their own.
create or replace function mainstay.playbook_event_keys(p_kind text)
returns text[]
language sql immutable parallel safe
return case p_kind
    when 'health_score_drop' then array['score', 'previous_score', 'drop',
        'highest', 'band', 'health_score_id']
    when 'band_change' then array['band', 'previous_band', 'score',
        'previous_score', 'health_score_id']
    when 'stage_transition' then array['from_stage', 'to_stage']
    when 'goal_reached' then array['goal', 'stage']
    when 'renewal_due' then array['days', 'previous_days',
        'renewal_date', 'occasion']
    when 'usage_decline' then array['metric', 'percent', 'current',
        'previous', 'occasion']
    when 'ticket_spike' then array['tickets', 'previous_tickets', 'percent',
        'days', 'occasion']
    when 'nps_drop' then array['points', 'nps', 'previous_nps']
    when 'negative_sentiment' then array['score', 'source']
    when 'alert_raised' then array['severity', 'alert_kind', 'title']
    when 'inactivity' then array['days', 'previous_days', 'occasion']
    when 'cdi_event' then array['name', 'source', 'properties']
    when 'manual' then array['reason']
    when 'schedule' then array['every', 'on', 'hour', 'occasion']
    end;

grant execute on function mainstay.playbook_event_keys(text),
    mainstay.playbook_kinds(text),
    mainstay.playbook_shapes(), mainstay.playbook_conditions(jsonb),
    mainstay.playbook_nodes(jsonb), mainstay.playbook_schema(),
    mainstay.playbook_words()
    to mainstay_app, mainstay_maint, mainstay_definer;

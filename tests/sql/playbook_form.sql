-- playbook_form.sql - what is chosen and typed in the builder becomes a
-- document and a sentence.

begin;
select no_plan();

select results_eq(
    $$ select mainstay.playbook_form_field(p) from unnest(array['trigger.days',
        'conditions', 'conditions.all.0.any.1.value.0',
        'conditions.any.3.field', 'conditions.all.0.any', 'steps.1.subject',
        'steps', 'steps.0', 'limits.cooldown_minutes', 'name'])
        with ordinality u (p, n) order by n $$,
    $$ values ('trigger-days'), ('if'), ('if-1-2-value'), ('if-4-field'),
        ('if-1'), ('step-2-subject'), ('steps'), ('step-1-kind'),
        ('limits-cooldown_minutes'), ('name') $$,
    'a place in a document is a field of the form');

-- Every field is of a shape and key that a document may have.
select is_empty(
    $$ select f.shape, f.key from mainstay.playbook_fields() f
        where not exists (
            select from mainstay.playbook_shapes() s
             where s.shape = split_part(replace(f.shape, 'step.', ''), '.', 1)
               and s.key = f.key) $$, 'no field is unknown to documents');
select is_empty(
    $$ select s.shape, s.key from mainstay.playbook_shapes() s
        where s.shape = any (mainstay.playbook_kinds('trigger')
                || mainstay.playbook_kinds('step') || '{limits}')
          and s.key not in ('kind', 'every') and not exists (
            select from mainstay.playbook_fields() f
             where s.shape = split_part(replace(f.shape, 'step.', ''), '.', 1)
               and s.key = f.key) $$, 'no key of a document lacks its field');
select set_eq($$ select kind from mainstay.step_kinds() $$,
    $$ select unnest(mainstay.playbook_kinds('step')) $$,
    'every kind of step can be added');
select set_eq(
    $$ select distinct split_part(o ->> 'value', '.', 1)
         from jsonb_array_elements(mainstay.editor_triggers('')) g,
              jsonb_array_elements(g -> 'options') o $$,
    $$ select unnest(mainstay.playbook_kinds('trigger')) $$,
    'every kind of trigger can be chosen');

-- What was typed.
select is(mainstay.typed_playbook(jsonb_build_object(
        'trigger', 'ticket_spike', 'trigger-percent', ' 50.5 ',
        'trigger-at_least', 'many', 'trigger-days', '', 'if', 'all',
        'step-2-kind', 'webhook', 'step-10-kind', 'task',
        'step-10-title', e' a\r\nb ', 'limits-cooldown_minutes', '2',
        'limits-cooldown_minutes-unit', '1440')),
    '{"trigger": {"kind": "ticket_spike", "percent": 50.5,
        "at_least": "many"},
      "steps": [{"kind": "webhook"}, {"kind": "task", "title": "a\nb"}],
      "limits": {"cooldown_minutes": 2880}}',
    'numbers are numbers, what is none stays, what is empty is left out');
select is(mainstay.typed_node('{"if": "any", "if-1-field": "band",
        "if-1-is": "is", "if-1-value-2": "critical", "if-2": "all",
        "if-2-1-field": "arr", "if-2-1-is": "between", "if-2-1-value": "1",
        "if-2-1-to": "2", "if-2-2-field": "tag", "if-2-2-is": "filled",
        "if-3-field": "renewal", "if-3-is": "past", "if-3-days": "9"}',
        'if'),
    '{"any": [{"field": "band", "is": "is", "value": "critical"},
        {"all": [{"field": "arr", "is": "between", "value": [1, 2]},
            {"field": "tag", "is": "empty", "value": "no"}]},
        {"field": "renewal", "is": "past", "value": 9}]}',
    'conditions in groups');
select is(mainstay.typed_lines(e'a = b\r\n\r\n c=d=e\nlone'),
    '{"a": "b", "c": "d=e", "lone": ""}', 'properties, one on a line');

-- Buttons.
create function test.pressed(p_do text) returns jsonb
language sql as $$
    select mainstay.pressed_playbook(jsonb_build_object('do', p_do,
        'trigger', 'manual', 'if', 'all', 'if-1-field', 'arr', 'if-2', 'any',
        'if-2-1-field', 'band', 'new-if', 'tag', 'new-if-2', 'tier',
        'step-1-kind', 'webhook', 'step-2-kind', 'task', 'step-3-kind',
        'slack'))
$$;
select is((select string_agg(s ->> 'kind', ' ') from jsonb_array_elements(
        test.pressed(d) -> 'steps') s), kinds, d)
  from (values ('up.3', 'webhook slack task'), ('up.1', 'webhook task slack'),
      ('down.1', 'task webhook slack'), ('down.3', 'webhook task slack'),
      ('drop.2', 'webhook slack'), ('drop.9', 'webhook task slack'),
      ('step.alert', 'webhook task slack alert'),
      ('nonsense.1', 'webhook task slack')) v (d, kinds);
select is(test.pressed(d) -> 'conditions', conditions::jsonb, d)
  from (values
      ('if.', '{"all": [{"field": "arr"}, {"any": [{"field": "band"}]},
          {"field": "tag"}]}'),
      ('if.2', '{"all": [{"field": "arr"}, {"any": [{"field": "band"},
          {"field": "tier"}]}]}'),
      ('group.2', '{"all": [{"field": "arr"}, {"any": [{"field": "band"},
          {"any": []}]}]}'),
      ('unless.1', '{"all": [{"any": [{"field": "band"}]}]}'),
      ('unless.2-1', '{"all": [{"field": "arr"}, {"any": []}]}'),
      ('if.9', '{"all": [{"field": "arr"}, {"any": [{"field": "band"}]}]}'),
      ('unless.1-1-1', '{"all": [{"field": "arr"},
          {"any": [{"field": "band"}]}]}')) v (d, conditions);
select is(mainstay.pressed_playbook('{"do": "trigger",
        "trigger": "schedule.week", "trigger-hour": "5"}') -> 'trigger',
    '{"kind": "schedule", "every": "week", "on": 1, "hour": 5}',
    'a trigger begins with what is usual, but for what was typed');

-- The sentence, of what is not whole either.
select is(mainstay.playbook_sentence(null, d) ->> k, said, said)
  from (values
      ('when', '{"trigger": {"kind": "health_score_drop", "drops_by": 5,
          "within_days": 7}}'::jsonb,
       'health falls by more than 5 points within 7 days'),
      ('when', '{"trigger": {"kind": "stage_transition", "to": "B"}}',
       'an account enters B'),
      ('when', '{"trigger": {"kind": "stage_transition", "from": "A",
          "to": "B"}}', 'an account leaves A and enters B'),
      ('when', '{"trigger": {"kind": "schedule", "every": "week", "on": 9,
          "hour": 8}}', 'every … at 8:00 UTC'),
      ('when', '{"trigger": {"kind": "cdi_event", "properties": {"a": 1}}}',
       'the event … comes with a = 1'),
      ('if', '{"conditions": {"all": [{"field": "arr", "is": "over",
          "value": "lots"}, {"any": [{"field": "tag", "is": "empty",
          "value": "no"}, {"field": "event.score", "is": "under",
          "value": 3}]}]}}',
       'ARR is over lots and (Tag is not empty or the event''s score is '
       'under 3)'),
      ('limits', '{"limits": {"cooldown_minutes": 90,
          "max_executions_per_day": 1e30}}',
       'once in 90 minutes for each account'),
      ('limits', '{"limits": {"cooldown_minutes": "x"}}',
       'once in … for each account')) v (k, d, said);
select is(mainstay.playbook_sentence(null, d), '{"when": "…", "if": null,
    "then": [], "limits": "once in … for each account"}', d::text)
  from (values ('{}'::jsonb), ('{"trigger": 5, "steps": {}, "limits": []}'))
      v (d);

select * from finish();
rollback;

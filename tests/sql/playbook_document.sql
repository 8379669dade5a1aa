-- playbook_document.sql - what is wrong with the document of a playbook, and
-- its versions.

begin;
select no_plan();

create function test.wrong(p_document jsonb) returns text
language sql as $$
    select string_agg(field || ': ' || message, e'\n')
    from mainstay.playbook_problems(p_document)
$$;
-- A sound document with something else put over it.
create function test.document(p_over jsonb default '{}') returns jsonb
language sql as $$
    select '{"trigger": {"kind": "health_score_drop", "crosses_below": 40},
        "steps": [{"kind": "alert", "severity": "warning",
            "title": "{{account.name}} is at {{ event.score }}"}]}'::jsonb
        || p_over
$$;

select is(test.wrong(test.document()), null, 'a document');
select is(test.wrong(test.document('{"conditions": null,
    "limits": {"max_executions_per_day": null}}')), null,
    'null is as good as absent');
select is((select string_agg(k, ' ') from unnest(
    mainstay.playbook_kinds('trigger')) k where test.wrong(
        test.document(jsonb_build_object('trigger', jsonb_build_object(
            'kind', k) || case k
            when 'health_score_drop' then '{"is_below": 101}'::jsonb
            when 'usage_decline' then '{"metric": "logins"}'
            when 'cdi_event' then '{"name": "Signed in"}'
            when 'schedule' then '{"every": "week", "on": 1, "hour": 8}'
            else '{}' end))) is not null), null,
    'every kind of trigger can be written');
select is(test.wrong(test.document('{"steps": [
    {"kind": "webhook", "endpoint": "00000000-0000-0000-0000-000000000001"},
    {"kind": "slack", "text": "{{account.name}} owes {{account.arr}}"},
    {"kind": "email", "to": "csm", "subject": "a", "body": "b"},
    {"kind": "email", "to": "a@b.test", "subject": "a", "body": "b"},
    {"kind": "task", "title": "Call", "due_in_days": 3, "assignee": "csm"},
    {"kind": "set_attribute", "attribute": "tier", "value": "trial"},
    {"kind": "set_attribute", "attribute": "seats", "value": 3},
    {"kind": "move_stage", "stage": "At Risk"},
    {"kind": "start_plan",
        "template": "00000000-0000-0000-0000-000000000001"}]}')), null,
    'every kind of step can be written');
select is(test.wrong(test.document('{"conditions": {"all": [
    {"field": "arr", "is": "over", "value": "50,000"},
    {"any": [{"field": "band", "is": "is", "value": ["critical", "unscored"]},
        {"field": "a.seats", "is": "between", "value": [1, 5]},
        {"field": "renewal", "is": "within", "value": 90},
        {"field": "event.drop", "is": "over", "value": 10},
        {"field": "tag", "is": "empty", "value": true}]}]}}')), null,
    'conditions');

-- What is wrong is told by its place.
select is(test.wrong(v.document), v.message, v.field) from (values
    ('[]'::jsonb, 'document: This must be an object.', 'no object'),
    ('{}', e'steps: Steps must be a list of 1 to 20 entries.\n'
        'trigger: Trigger must be an object.', 'nothing'),
    (test.document('{"extra": 1}'), 'extra: "extra" is not known here; what '
        'is: conditions, limits, steps, trigger.', 'an unknown key'),
    (test.document('{"trigger": {"kind": "moon"}}'), 'trigger.kind: Kind '
        'must be one of: health_score_drop, band_change, stage_transition, '
        'goal_reached, renewal_due, usage_decline, ticket_spike, nps_drop, '
        'negative_sentiment, alert_raised, inactivity, cdi_event, manual, '
        'schedule.', 'an unknown trigger'),
    (test.document('{"trigger": {"kind": "manual", "days": 3}}'),
        'trigger.days: "days" is not known here; what is: kind.',
        'a key of another trigger'),
    (test.document('{"trigger": {"kind": "health_score_drop",
        "crosses_below": 40, "drops_by": 10}}'), 'trigger.crosses_below: Say '
        'one of: crosses_below (once, when it falls below), is_below (at '
        'every score that is), drops_by (more than so many points).',
        'two lines'),
    (test.document('{"trigger": {"kind": "health_score_drop",
        "is_below": 40, "within_days": 3}}'), 'trigger.within_days: Only '
        'drops_by looks back: leave within_days out.', 'a level looks back'),
    (test.document('{"steps": [{"kind": "ai_workflow"}]}'), 'steps.0.kind: '
        'Kind must be one of: webhook, slack, email, alert, task, '
        'set_attribute, move_stage, start_plan.', 'a step of later'),
    (test.document('{"steps": [{"kind": "start_plan"}]}'),
        'steps.0.template: Template must be the id of a template of plans.',
        'a plan from nothing'),
    (test.document('{"steps": ["x"]}'),
        'steps.0: This must be an object.', 'a step that is none'),
    (test.document('{"steps": [{"kind": "alert", "severity": "warning",
        "title": "{{account.nmae}}"}]}'), 'steps.0.title: "{{account.nmae}}" '
        'is not known; what is: ' || (select string_agg('{{' || word || '}}',
        ', ') from mainstay.playbook_words()) || '.', 'an unknown word'),
    (test.document('{"steps": [{"kind": "slack", "text": "{{account.name"}]}'),
        'steps.0.text: A word in braces is not closed: write '
        '{{account.name}}.', 'an open brace'),
    (test.document('{"steps": [{"kind": "webhook", "endpoint": "n8n"}]}'),
        'steps.0.endpoint: Endpoint must be the id of an endpoint.',
        'an endpoint by name'),
    (test.document('{"steps": [{"kind": "email", "to": "you", "subject": "a",
        "body": "b"}]}'), 'steps.0.to: To must be csm, contacts, sponsor or '
        'an address.', 'nobody'),
    (test.document('{"steps": [{"kind": "set_attribute",
        "attribute": "status", "value": "gone"}]}'), 'steps.0.value: Status '
        'must be one of active, onboarding, paused, churned.', 'a status'),
    (test.document('{"limits": {"cooldown_minutes": -1}}'),
        'limits.cooldown_minutes: Cooldown minutes must be a whole number '
        'from 0 to 525600.', 'a limit'),
    (test.document('{"conditions": {"all": []}}'), 'conditions.all: All must '
        'be a list of 1 to 50 entries.', 'an empty group'),
    (test.document('{"conditions": {"field": "moon", "is": "is",
        "value": "x"}}'), 'conditions.field: "moon" is not known here; what '
        'is: band, score, stage, stage_days, status, tier, owner, arr, '
        'renewal, tag, industry, external_id, contact, created, '
        'a.<custom attribute>, event.<key>.', 'an unknown field'),
    (test.document('{"conditions": {"any": [{"field": "arr", "is": "is",
        "value": 3}]}}'), 'conditions.any.0.is: ARR cannot be compared in '
        'this way; what can be: over, under, between, empty.',
        'an operator of other fields'),
    (test.document('{"conditions": {"field": "score", "is": "under",
        "value": "many"}}'), 'conditions.value: Score must be a whole number, '
        'like 60.', 'no number'),
    (test.document('{"conditions": {"field": "event.to_stage", "is": "is",
        "value": "x"}}'), 'conditions.field: "event.to_stage" is not known '
        'of this trigger; what is: event.score, event.previous_score, '
        'event.drop, event.highest, event.band, event.health_score_id.',
        'what another event says'),
    (test.document('{"trigger": {"kind": "schedule", "every": "week"}}'),
        'trigger.on: On must be a day of the week, 1 (Monday) to 7.',
        'a week without a day'),
    (test.document('{"trigger": {"kind": "cdi_event", "name": "x",
        "properties": {"a": [1]}}}'), 'trigger.properties: At most 20 '
        'properties can be asked for, each a text, a number, true or false.',
        'a list among the properties')
    ) v (document, message, field);
select matches(test.wrong(test.document(('{"conditions": '
    || repeat('{"all": [', 7) || '{"field": "score", "is": "under",
        "value": 3}' || repeat(']}', 7) || '}')::jsonb)),
    'Groups can be nested five deep', 'groups in groups in groups');

-- One schema.
select is((select string_agg(k, ' ' order by k) from jsonb_object_keys(
    mainstay.playbook_schema() -> '$defs') k),
    (select string_agg(distinct s, ' ' order by s) from (
        select shape from mainstay.playbook_shapes()
        union select unnest(array['condition', 'properties'])) x (s)),
    'the schema has every kind of object');
select is(mainstay.playbook_schema() #> '{$defs,limits,properties,'
    'cooldown_minutes,anyOf,0}',
    '{"type": "integer", "minimum": 0, "maximum": 525600}',
    'with the limits that the database checks');
select is((select count(*) from jsonb_path_query(mainstay.playbook_schema(),
    '$.**."$ref"') r where mainstay.playbook_schema() #> string_to_array(
        replace(r #>> '{}', '#/', ''), '/') is null), 0::bigint,
    'and points to nothing that is not there');

-- Versions.
select test.sign_in('admin@alpha.test');
select create_endpoint(test.tenant('alpha'), 'n8n',
    'http://localhost:5678/webhook/x', 'standard') as endpoint \gset
select save_playbook_draft(test.tenant('alpha'), null, ' Low ', '',
    test.document()) as id \gset
select results_eq(format('select name, version, is_active, trigger_type::text
    from playbooks where id = %L', :'id'),
    $$values ('Low', 0, false, 'health_score_drop')$$,
    'a new playbook has a draft, and does nothing');
select is(publish_playbook(test.tenant('alpha'), :'id'), 1, 'published');
select results_eq(format('select version, is_active, trigger_criteria,
        cooldown_minutes from playbooks where id = %L', :'id'),
    $$values (1, true, '{"trigger": "health_score_drop",
        "condition": {"score_below": 40}}'::jsonb, 60)$$,
    'it says what it does, and is switched on');
select throws_ok(format('select publish_playbook(%L, %L)',
    test.tenant('alpha'), :'id'), 'MS409', 'There is no draft to publish.',
    'twice');
select lives_ok(format('select save_playbook_draft(%L, %L, %L, null, %L)',
    test.tenant('alpha'), :'id', 'Low', test.document('{"limits":
        {"cooldown_minutes": 5}, "steps": [{"kind": "webhook"}]}')),
    'the next draft');
select is((select cooldown_minutes from playbooks where id = :'id'), 60,
    'a draft changes nothing');
select throws_ok(format('select publish_playbook(%L, %L)',
    test.tenant('alpha'), :'id'), 'MS422',
    'Choose the endpoint that this step sends to.', 'nowhere to send to');

-- SQL of others: a version each, before the draft.
update playbooks set cooldown_minutes = 7, webhook_endpoint_id = :'endpoint'
where id = :'id';
select results_eq(format('select version, status::text,
        document -> ''limits'' ->> ''cooldown_minutes'',
        document -> ''steps'' -> 0 ->> ''kind''
    from playbook_versions where playbook_id = %L order by version', :'id'),
    $$values (1, 'retired', null, 'alert'), (2, 'published', '7', 'webhook'),
        (3, 'draft', '5', 'webhook')$$,
    'a row that is changed by SQL is a published version');
update playbooks set trigger_criteria = '{"trigger": "health_score_drop",
    "condition": {"score_below": 30, "drop_more_than": 5}}' where id = :'id';
select is((select document - 'steps' - 'limits' from playbook_versions
    where playbook_id = :'id' and status = 'published'),
    '{"trigger": {"kind": "health_score_drop", "crosses_below": 30},
    "conditions": {"field": "event.drop", "is": "over", "value": 5}}',
    'with the criteria of 000');
select throws_ok(format('update playbooks set trigger_criteria =
    ''{"condition": {"moon": 1}}'' where id = %L', :'id'), 'MS422',
    '"moon" is not known here; what is: crosses_below, drops_by, is_below, '
    'kind, within_days.', 'criteria that nobody knows are refused');
select save_playbook_draft(test.tenant('alpha'), :'id', 'Low', null,
    test.document(jsonb_build_object('steps', jsonb_build_array(
        jsonb_build_object('kind', 'webhook', 'endpoint', :'endpoint')))));
select is(publish_playbook(test.tenant('alpha'), :'id'), 4, 'published');
select is((select webhook_endpoint_id from playbooks where id = :'id'),
    :'endpoint', 'its endpoint is that of the first webhook');
select throws_ok(format('update playbook_versions set document = %L
    where playbook_id = %L and version = 2', test.document(), :'id'),
    'MS409', 'A published version never changes; make a new one.',
    'what was published never changes');
select throws_ok(format('delete from playbook_versions
    where playbook_id = %L and version = 2', :'id'), 'MS409', null,
    'nor goes');
select is(roll_back_playbook(test.tenant('alpha'), (
    select id from playbook_versions where playbook_id = :'id'
        and version = 2)), 5, 'rolled back: a copy');
select is((select cooldown_minutes from playbooks where id = :'id'), 7,
    'with what it says');

-- Names that are not there.
select throws_ok(format('select save_playbook_draft(%L, null, ''New'', null,
    %L)', test.tenant('alpha'), v.document), 'MS422', v.message, v.message)
from (values
    (test.document('{"trigger": {"kind": "stage_transition",
        "to": "Moon"}}'), 'There is no stage Moon.'),
    (test.document('{"steps": [{"kind": "webhook", "endpoint":
        "00000000-0000-0000-0000-000000000001"}]}'),
        'There is no such endpoint.'),
    (test.document('{"steps": [{"kind": "move_stage", "stage": "Moon"}]}'),
        'There is no stage Moon.'),
    (test.document('{"steps": [{"kind": "start_plan", "template":
        "00000000-0000-0000-0000-000000000001"}]}'),
        'There is no such template of plans.'),
    (test.document('{"steps": [{"kind": "set_attribute", "attribute": "moon",
        "value": 1}]}'), 'There is no custom attribute moon.'),
    (test.document('{"conditions": {"field": "a.moon", "is": "is",
        "value": "x"}}'), 'There is no custom attribute moon.'),
    (test.document('{"steps": [{"kind": "task", "title": "x", "assignee":
        "00000000-0000-0000-0000-000000000001"}]}'),
        'Assignee must be csm or somebody who works here.')
    ) v (document, message);
select throws_ok(format('select save_playbook_draft(%L, null, %L, null, %L)',
    test.tenant('alpha'), name, test.document()), 'MS422', message, message)
from (values ('', 'A name must have 1 to 200 characters.'),
    ('Low', 'There is already a playbook of this name.')) v (name, message);

-- A draft that was never published goes with its playbook.
select save_playbook_draft(test.tenant('alpha'), null, 'Other', null,
    test.document()) as other \gset
select throws_ok(format('select pause_playbook(%L, %L, false)',
    test.tenant('alpha'), :'other'), 'MS409', null,
    'what was not published cannot be switched on');
select discard_playbook_draft(test.tenant('alpha'), :'other');
select is((select count(*)::int from playbooks where id = :'other'), 0,
    'discarded');
select pause_playbook(test.tenant('alpha'), :'id', true);
select is((select is_active from playbooks where id = :'id'), false,
    'paused');

-- Roles and tenants.
select test.sign_in('practitioner@alpha.test');
select throws_ok(format('select save_playbook_draft(%L, %L, ''x'', null, %L)',
    test.tenant('alpha'), :'id', test.document()), 'MS403', null,
    'a Practitioner changes none');
select test.sign_in('admin@beta.test');
select throws_ok(format('select %s(%L, %L)', f, test.tenant('beta'), :'id'),
    'MS404', null, f || ' of another tenant')
from unnest(array['publish_playbook', 'discard_playbook_draft']) f;

select * from finish();
rollback;

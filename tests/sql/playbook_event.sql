-- playbook_event.sql - facts that wake playbooks, in their own transaction.

begin;
select no_plan();

-- A playbook that writes an alert, published.
create function test.listen(p_name text, p_trigger jsonb) returns uuid
language plpgsql as $$
declare
    v_tenant constant uuid := app.current_tenant_id();
    v_id constant uuid := mainstay.save_playbook_draft(v_tenant, null,
        p_name, null, jsonb_build_object('trigger', p_trigger,
        'steps', '[{"kind": "alert", "severity": "info", "title": "Told"}]'
            ::jsonb, 'limits', '{"cooldown_minutes": 0}'::jsonb));
begin
    perform mainstay.publish_playbook(v_tenant, v_id);
    return v_id;
end $$;

-- The events that a playbook has decided about, without what they share.
create function test.told(p_playbook uuid) returns jsonb
language sql as $$
    select coalesce(jsonb_agg(e.trigger_event - array['at', 'type']
        order by e.trigger_event), '[]')
    from mainstay.playbook_executions e where e.playbook_id = p_playbook
$$;
create function test.account(p_name text) returns uuid
language sql as $$
    insert into mainstay.accounts (name) values (p_name) returning id
$$;

select test.sign_in('admin@alpha.test');
select test.account('Acme') as acme \gset
select test.account('Beam') as beam \gset

-- Nobody listens: nothing is decided.
insert into cdi_events (account_id, source_type, event_type)
values (:'acme', 'app', 'login');
select is_empty(format('select from playbook_executions
    where account_id = %L', :'acme'), 'without a playbook nothing happens');

-- Product events: those that a playbook waits for.
select test.listen('Export', '{"kind": "cdi_event", "name": "export"}')
    as export \gset
insert into cdi_events (account_id, source_type, event_type, payload)
select (array[:'acme', :'beam']::uuid[])[1 + n % 2], 'app',
    (array['login', 'export'])[1 + n / 2 % 2], jsonb_build_object('n', n)
from generate_series(0, 7) n;
select is(test.told(:'export'), (
    select jsonb_agg(jsonb_build_object('name', 'export', 'source', 'app',
        'properties', jsonb_build_object('n', n)) order by n)
    from unnest(array[2, 3, 6, 7]) n), 'each event of that name, in one go');
select is((select distinct e.trigger_event ->> 'type'
    from playbook_executions e where e.playbook_id = :'export'),
    'cdi_event', 'by its kind');
select is((select distinct (e.trigger_event ->> 'at')::timestamptz
    from playbook_executions e where e.playbook_id = :'export'), now(),
    'at the time of the transaction');
insert into cdi_events (account_id, source_type, event_type)
values (:'acme', 'app', 'login');
select is(jsonb_array_length(test.told(:'export')), 4,
    'what nobody waits for leaves no decision');

-- Goals: once they are reached, also when they were open before.
select test.listen('Goal', '{"kind": "goal_reached"}') as goal \gset
select g.id as kickoff, g.title, s.name as stage from stage_goals g
join journey_stages s on s.id = g.stage_id limit 1 \gset
insert into account_goals (account_id, goal_id) values (:'acme', :'kickoff');
select is(test.told(:'goal'), '[]', 'an open goal is none');
update account_goals set status = 'waived', reason = 'x'
where account_id = :'acme';
select is(test.told(:'goal'), '[]', 'nor one that was waived');
update account_goals set status = 'reached' where account_id = :'acme';
select is(test.told(:'goal'), jsonb_build_array(jsonb_build_object('goal',
    :'title'::text, 'stage', :'stage'::text)), 'one that is reached is told');
update account_goals set reason = 'y' where account_id = :'acme';
select is(jsonb_array_length(test.told(:'goal')), 1, 'once');
insert into account_goals (account_id, goal_id, status)
values (:'beam', :'kickoff', 'reached');
select is(jsonb_array_length(test.told(:'goal')), 2,
    'also one that is reached from the beginning');

-- NPS: what the new answers do to that of 90 days.
select test.listen('NPS', '{"kind": "nps_drop", "points": 20}') as nps \gset
insert into survey_responses (account_id, kind, score, observed_at)
select :'acme', 'nps', s, now() - interval '10 days'
from unnest(array[9, 10, 9, 8]) s;
select test.as_operator();
update survey_responses set recorded_at = now() - interval '10 days'
where account_id = :'acme';
select test.sign_in('admin@alpha.test');
insert into survey_responses (account_id, kind, score)
values (:'acme', 'nps', 9), (:'beam', 'nps', 2), (:'acme', 'csat', 1);
select is(test.told(:'nps'), '[]', 'a first answer or a good one lowers none');
select test.as_operator();
update survey_responses set recorded_at = now() - interval '5 days'
where account_id in (:'acme', :'beam');
select test.sign_in('admin@alpha.test');
insert into survey_responses (account_id, kind, score)
values (:'acme', 'nps', 3), (:'acme', 'nps', 5);
select is(test.told(:'nps'), '[{"nps": 29, "previous_nps": 80,
    "points": 51}]', 'two answers at once are one fall');

-- Texts.
select test.listen('Angry', '{"kind": "negative_sentiment", "below": -0.5}')
    as angry \gset
insert into sentiment_analyses (account_id, source_type, text_body,
    score_milli)
values (:'acme', 'ticket', 'Bad', -700), (:'beam', 'ticket', 'Good', 600),
    (:'beam', 'call', 'Not yet read', null);
select is(test.told(:'angry'), '[{"score": -0.7, "source": "ticket"},
    {"score": 0.6, "source": "ticket"}]', 'each text that has a score');
select is((select string_agg(distinct status::text, ' ' order by
    status::text) from playbook_executions where playbook_id = :'angry'
    and trigger_event ->> 'score' = '0.6'), 'skipped',
    'one that is friendly does not fire');
select test.as_operator();
update sentiment_analyses set score_milli = -510
where text_body = 'Not yet read';
update sentiment_analyses set language = 'en'
where text_body = 'Not yet read';
select test.sign_in('admin@alpha.test');
select is(jsonb_array_length(test.told(:'angry')), 3,
    'a text is told when it gets its score');

-- Alerts. What the playbook raises itself is no reason to run again and again.
select test.listen('Alert', '{"kind": "alert_raised",
    "severity": ["critical"]}') as alert \gset
insert into alerts (account_id, kind, severity, title)
values (:'acme', 'outage', 'critical', 'Down'),
    (null, 'outage', 'critical', 'Everything is down');
select is((select jsonb_agg(e.trigger_event -> 'title')
    from playbook_executions e where e.playbook_id = :'alert'
    and e.trigger_event ->> 'alert_kind' = 'outage'), '["Down"]',
    'an alert about an account is told');

-- Whoever brings the fact.
select test.sign_in('contributor@alpha.test');
insert into cdi_events (account_id, source_type, event_type)
values (:'acme', 'app', 'export');
select test.sign_in('admin@alpha.test');
select is(jsonb_array_length(test.told(:'export')), 5,
    'a Contributor''s fact wakes playbooks, too');

-- A playbook that is paused, history, another tenant.
update playbooks set is_active = false where id = :'export';
insert into cdi_events (account_id, source_type, event_type)
values (:'acme', 'app', 'export');
select is(jsonb_array_length(test.told(:'export')), 5,
    'a playbook that is paused sleeps');
update playbooks set is_active = true where id = :'export';
select test.as_operator();
set local mainstay.loading_history = on;
set local role mainstay_maint;
insert into mainstay.cdi_events (tenant_id, account_id, source_type,
    event_type)
values (test.tenant('alpha'), :'acme', 'app', 'export');
reset role;
set local mainstay.loading_history = off;
select is(jsonb_array_length(test.told(:'export')), 5,
    'nor does history wake it');
select test.sign_in('admin@beta.test');
select test.account('Theirs') as theirs \gset
insert into cdi_events (account_id, source_type, event_type)
values (:'theirs', 'app', 'export');
select is(current_setting('app.current_tenant_id'), test.tenant('beta')::text,
    'the context stays what it was');
select test.as_operator();
select is(jsonb_array_length(test.told(:'export')), 5,
    'another tenant''s event does not wake it');

select * from finish();
rollback;

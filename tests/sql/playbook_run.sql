-- playbook_run.sql - what a playbook does, what keeps it from doing it, and
-- taking it back.

begin;
select no_plan();

-- A published playbook with these triggers, steps and so on.
create function test.playbook(p_name text, p_document jsonb) returns uuid
language plpgsql as $$
declare
    v_id uuid := mainstay.save_playbook_draft(test.tenant('alpha'), null,
        p_name, null, p_document);
begin
    perform mainstay.publish_playbook(test.tenant('alpha'), v_id);
    return v_id;
end $$;
create function test.step_alert(p_title text default 'x') returns jsonb
language sql as $$
    select jsonb_build_object('kind', 'alert', 'severity', 'info',
        'title', p_title)
$$;
create function test.runs(p_playbook uuid) returns text
language sql as $$
    select string_agg(concat_ws(': ', e.status, e.reason), e'\n'
        order by e.executed_at, e.cmin::text::bigint)
    from mainstay.playbook_executions e where e.playbook_id = p_playbook
$$;
create function test.steps(p_playbook uuid) returns text
language sql as $$
    select string_agg(concat_ws(' ', s ->> 'status', s ->> 'text'), e'\n')
    from (select steps from mainstay.playbook_executions
        where playbook_id = p_playbook
        order by executed_at desc, cmin::text::bigint desc limit 1) e,
        jsonb_array_elements(e.steps) s
$$;
create procedure test.score(p_account uuid, p_score integer)
language plpgsql as $$
begin
    perform mainstay.record_health_score(p_account, p_score, p_score, p_score,
        p_score);
end $$;

select test.sign_in('admin@alpha.test');
select test.tenant('alpha') as tenant \gset
update playbooks set is_active = false;
insert into custom_attributes (tenant_id, key, label, kind)
values (:'tenant', 'seats', 'Seats', 'number');
insert into accounts (name, arr_cents, csm_id, crm_attributes)
values ('Ac<me> {{csm.email}}', 8500000, test.person('admin@alpha.test'),
    '{"seats": 3}') returning id \gset

-- Steps, with words; one that fails loses none of the others.
select create_endpoint(:'tenant', 'Slack', 'https://slack.example/x',
    'slack') as slack \gset
update webhook_endpoints set event_types = '{manual_trigger}'
where id = :'slack';
select create_endpoint(:'tenant', 'Paused', 'https://hook.example/x',
    'standard') as paused \gset
update webhook_endpoints set is_active = false where id = :'paused';
select test.playbook('All steps', jsonb_build_object('trigger',
    '{"kind": "manual"}'::jsonb, 'steps', jsonb_build_array(
        test.step_alert('{{account.name}}: {{ event.reason }}'),
        jsonb_build_object('kind', 'webhook', 'endpoint', :'paused'),
        jsonb_build_object('kind', 'slack', 'endpoint', :'slack',
            'text', '{{account.name}} has {{account.arr}}'),
        '{"kind": "task", "title": "Call {{account.name}}",
            "due_in_days": 3}'::jsonb,
        '{"kind": "set_attribute", "attribute": "seats", "value": 7}'::jsonb,
        '{"kind": "set_attribute", "attribute": "tier",
            "value": "enterprise"}'::jsonb,
        '{"kind": "move_stage", "stage": "At Risk"}'::jsonb,
        jsonb_build_object('kind', 'start_plan', 'template', (
            select t.id from plan_templates t where t.name = 'Recovery'))))
    ) as all_steps \gset
select trigger_playbook_manually(:'all_steps', :'id', 'Because')
    as answer \gset
select is(:'answer'::jsonb ->> 'success', 'false',
    'not all of it was a success');
select is(:'answer'::jsonb ->> 'message',
    'It has no active endpoint to send to.', 'and it is said why');
select is(test.steps(:'all_steps'), 'done Alert raised.
failed Failed: It has no active endpoint to send to.
queued Slack message queued.
done Task “Call Ac<me> {{csm.email}}” added.
done Seats set to 7.
done Tier set to Enterprise.
done Moved to At Risk.
done Plan Recovery started.', 'the others were done');
select results_eq(format($$select p.name, p.status::text, p.start_date,
    count(s) from success_plans p join success_plan_steps s
    on s.plan_id = p.id where p.account_id = %L group by p.id, p.name,
    p.status, p.start_date$$, :'id'), $$values ('Recovery', 'active',
    current_date, 7::bigint)$$, 'a plan begins, with its steps');
select is((select title from alerts where account_id = :'id'
    and kind = 'playbook'), 'Ac<me> {{csm.email}}: Because',
    'words are filled in one pass');
select is((select payload ->> 'text' from webhook_queue
    where endpoint_id = :'slack'),
    'Ac&lt;me&gt; {{csm.email}} has $85,000', 'Slack reads no markup');
select is((select due_on from tasks where account_id = :'id'),
    (now() at time zone 'UTC')::date + 3, 'a task is due');
select results_eq(format($$select crm_attributes ->> 'seats', tier::text,
    current_stage from accounts where id = %L$$, :'id'),
    $$values ('7', 'enterprise', 'At Risk')$$, 'the account has changed');

-- Undo: all of it, once, and what was sent is named.
select (:'answer'::jsonb ->> 'execution_id') as run \gset
select is((select undone from undo_execution_plan(:'tenant', :'run')),
    '{Alert raised.,"Task “Call Ac<me> {{csm.email}}” added.",'
    'Seats set to 7.,Tier set to Enterprise.,Moved to At Risk.,'
    'Plan Recovery started.}',
    'what undo will do');
select is(undo_execution(:'tenant', :'run') -> 'kept',
    '["The Slack message"]', 'what was sent is named');
select results_eq(format($$select crm_attributes ->> 'seats', tier::text,
    current_stage, (select count(*) from tasks where account_id = a.id),
    (select string_agg(to_stage, ' ') from journey_history
        where account_id = a.id), (select string_agg(status, ' ')
        from alerts where account_id = a.id and kind = 'playbook')
    from accounts a where id = %L$$, :'id'),
    $$values ('3', 'small_business', 'Onboarding', 0::bigint, 'Onboarding',
        'resolved')$$,
    'it is as before, in its history, too');
select is((select count(*)::int from success_plans
    where account_id = :'id'), 0, 'and the plan is gone');
select throws_ok(format('select undo_execution(%L, %L)', :'tenant', :'run'),
    'MS409', 'This has been undone already.', 'once');
select trigger_playbook_manually(:'all_steps', :'id') ->> 'execution_id'
    as run \gset
update accounts set tier = 'trial' where id = :'id';
select throws_matching(format('select undo_execution(%L, %L)', :'tenant',
    :'run'), 'changed since', 'not when something has changed since');
select is((select crm_attributes ->> 'seats' from accounts
    where id = :'id'), '7', 'then nothing is');
select throws_ok(format('select undo_execution(%L, %L)', :'tenant',
    gen_random_uuid()), 'MS404', 'There is no such run.', 'an unknown run');

-- Facts of now, and of a time before.
select results_eq(format($$select w.facts ->> 'tier', n.facts ->> 'tier'
    from playbook_facts(%L, array[%L]::uuid[], now() - interval '1 day') w,
        playbook_facts(%1$L, array[%2$L]::uuid[], now()) n$$, :'tenant',
    :'id'), $$values ('small_business', 'trial')$$, 'facts are of a time');
select is((select string_agg(mention, ', ') from
    stage_mentions(:'tenant', 'At Risk')),
    'Playbook All steps moves accounts to it, '
    'Playbook At Risk Stage Alert waits for it', 'who names a stage is known');

-- Mail: once to each person, who may have had enough.
insert into contacts (account_id, full_name, email, is_sponsor) values
    (:'id', 'Ann', 'Ann@customer.test', true),
    (:'id', 'Ben', 'ben@customer.test', false),
    (:'id', 'Cid', null, false);
select test.playbook('Mail', '{"trigger": {"kind": "manual"}, "steps": [
    {"kind": "email", "to": "contacts", "subject": "Hi {{contact.name}}",
     "body": "From {{csm.name}}"}]}') as mail \gset
select is(trigger_playbook_manually(:'mail', :'id') ->> 'message',
    'E-mail to 2 people.', 'mail to all that have an address');
select results_eq(format($$select to_address::text, subject from email_outbox
    where account_id = %L order by 1$$, :'id'),
    $$values ('ann@customer.test', 'Hi Ann'),
        ('ben@customer.test', 'Hi Ben')$$, 'to each by name');
select trigger_playbook_manually(:'mail', :'id');
select trigger_playbook_manually(:'mail', :'id');
select test.as_operator();
insert into email_opt_outs (tenant_id, address)
values (:'tenant', 'ben@customer.test');
select test.sign_in('admin@alpha.test');
select is(trigger_playbook_manually(:'mail', :'id') ->> 'message',
    'Nobody was written to: had 3 messages in 7 days; 3 is the most.',
    'three in seven days are the most');
select is((select s ->> 'why' from playbook_executions e,
        jsonb_path_query(e.steps, '$[*].sent[*] ? (@.name == "Ben")') s
    where e.playbook_id = :'mail' and e.status = 'skipped'),
    'Opted out of mail.', 'and opted out is opted out');
select throws_ok(format('select undo_execution(%L, (select id
    from playbook_executions where playbook_id = %L
    and status = ''queued'' limit 1))', :'tenant', :'mail'), 'MS409',
    'What it sent cannot be taken back, and it did nothing else.',
    'mail cannot be taken back');

-- Edge and level.
insert into accounts (name) values ('Edge') returning id as edge \gset
select test.playbook('Crosses', jsonb_build_object('trigger',
    '{"kind": "health_score_drop", "crosses_below": 40}'::jsonb, 'limits',
    '{"cooldown_minutes": 0}'::jsonb, 'steps',
    jsonb_build_array(test.step_alert()))) as crosses \gset
select test.playbook('Is', jsonb_build_object('trigger',
    '{"kind": "health_score_drop", "is_below": 40}'::jsonb, 'limits',
    '{"cooldown_minutes": 0}'::jsonb, 'steps',
    jsonb_build_array(test.step_alert()))) as is_below \gset
select test.playbook('Drops', jsonb_build_object('trigger',
    '{"kind": "health_score_drop", "drops_by": 10, "within_days": 7}'::jsonb,
    'limits', '{"cooldown_minutes": 0}'::jsonb, 'steps',
    jsonb_build_array(test.step_alert()))) as drops \gset
select test.playbook('Band', jsonb_build_object('trigger',
    '{"kind": "band_change", "to": ["critical"]}'::jsonb, 'limits',
    '{"cooldown_minutes": 0}'::jsonb, 'steps',
    jsonb_build_array(test.step_alert()))) as band \gset
call test.score(:'edge', 50);
call test.score(:'edge', 45);
call test.score(:'edge', 39);
call test.score(:'edge', 38);
select is(test.runs(:'crosses'), 'skipped: Score 50 is not below 40.
skipped: Score 45 is not below 40.
succeeded: Health fell to 39 from 45.
skipped: Score was below 40 before.', 'a crossing happens once');
select is(test.runs(:'is_below'), 'skipped: Score 50 is not below 40.
skipped: Score 45 is not below 40.
succeeded: Health fell to 39 from 45.
succeeded: Health fell to 38 from 39.', 'a level holds each time');
select is(test.runs(:'drops'),
    'skipped: Score did not drop by more than 10.
skipped: Score did not drop by more than 10.
succeeded: Health fell to 39 from 45.
succeeded: Health fell to 38 from 39.',
    'a drop is from the highest of its days');
select is(test.runs(:'band'),
    'succeeded: Health became Critical, was At Risk.',
    'a band is another one once');
select is((select decision -> 'seen' -> 0 from playbook_executions
    where playbook_id = :'crosses' order by executed_at, cmin::text::bigint limit 1),
    '{"what": "Score", "wanted": "below 40", "found": "50", "met": false,
        "why": "Score 50 is not below 40."}',
    'every decision has what it saw');
update playbooks set is_active = false;

-- Conditions ask the account.
select test.playbook('Asks', jsonb_build_object('trigger',
    '{"kind": "health_score_drop", "is_below": 101}'::jsonb,
    'conditions', '{"all": [{"field": "a.seats", "is": "over", "value": 5},
        {"any": [{"field": "stage", "is": "is", "value": "at risk"},
            {"field": "owner", "is": "is", "value": "none"}]}]}'::jsonb,
    'steps', jsonb_build_array(test.step_alert()))) as asks \gset
call test.score(:'edge', 60);
call test.score(:'id', 60);
select is(test.runs(:'asks'), 'skipped: Seats is none; wanted: over 5.
succeeded: Health fell to 60.', 'AND and OR over the account');
select is((select string_agg(s ->> 'found', ' ') from playbook_executions e,
        jsonb_array_elements(e.decision -> 'seen') s
    where e.playbook_id = :'asks' and e.status = 'succeeded'),
    '60 7 At Risk Admin none', 'with what was found, and the cooldown');
update playbooks set is_active = false;

-- A playbook that its own step wakes is stopped; another one may be woken.
select test.playbook('Loop', jsonb_build_object('trigger',
    '{"kind": "stage_transition"}'::jsonb, 'limits',
    '{"cooldown_minutes": 0}'::jsonb, 'steps', jsonb_build_array(
        '{"kind": "move_stage", "stage": "Renewal"}'::jsonb))) as loop \gset
select test.playbook('Woken', jsonb_build_object('trigger',
    '{"kind": "stage_transition", "to": "Renewal"}'::jsonb, 'steps',
    jsonb_build_array(test.step_alert()))) as woken \gset
update accounts set current_stage = 'Adoption' where id = :'edge';
select results_eq(format($$select status::text, reason, depth
    from playbook_executions where playbook_id = %L order by depth$$, :'loop'),
    $$values ('succeeded', 'Stage became Adoption, was Onboarding.', 0),
        ('skipped', 'Stopped: its own step woke it.', 1)$$,
    'a loop is stopped and shown');
select is((select depth from playbook_executions
    where playbook_id = :'woken' and status = 'succeeded'), 1,
    'others are woken by it');
update playbooks set is_active = false;

-- The guard: none of many, until a person says so.
insert into accounts (name, arr_cents)
select 'Many ' || n, 100 from generate_series(1, 5) n;
select test.playbook('Guarded', jsonb_build_object('trigger',
    '{"kind": "stage_transition"}'::jsonb, 'limits',
    '{"max_accounts_at_once": 3}'::jsonb, 'steps',
    jsonb_build_array(test.step_alert('Guarded')))) as guarded \gset
select test.as_operator();
select run_playbooks(:'tenant', array_agg(id), array_agg(
    '{"type": "stage_transition", "to_stage": "Renewal"}'::jsonb))
from accounts where name like 'Many %' and tenant_id = :'tenant';
select test.sign_in('admin@alpha.test');
select is((select count(*)::int from alerts where title = 'Guarded'), 0,
    'it reaches none of them');
select is((select distinct reason from playbook_executions
    where playbook_id = :'guarded'), 'Held: it would reach 5 accounts within '
    'an hour; 3 is the most without asking.', 'and says why');
select results_eq(format('select is_held, held_reason from playbooks
    where id = %L', :'guarded'), $$values (true, 'It would reach 5 accounts '
    'within an hour; 3 is the most without asking.')$$, 'it waits');
select is((select count(*)::int from alerts where kind = 'playbook_held'), 1,
    'and asks once');
select id as one from accounts where name = 'Many 1' \gset
update accounts set current_stage = 'Adoption' where id = :'edge';
select matches(test.runs(:'guarded'), 'Held:', 'while it waits, nothing runs');
select test.sign_in('practitioner@alpha.test');
select throws_ok(format('select confirm_playbook(%L, %L)', :'tenant',
    :'guarded'), 'MS403', null, 'a Practitioner does not let it go on');
select test.sign_in('admin@alpha.test');
select is(confirm_playbook(:'tenant', :'guarded'), 6,
    'let go on, it runs for those');
select is((select count(*)::int from alerts where title = 'Guarded'), 6,
    'for each');
select throws_ok(format('select confirm_playbook(%L, %L)', :'tenant',
    :'guarded'), 'MS409', null, 'once');
update playbooks set is_active = false;

-- Who wakes a playbook need not be allowed what it does.
select test.playbook('Unhappy', '{"trigger": {"kind": "negative_sentiment"},
    "steps": [{"kind": "set_attribute", "attribute": "status",
        "value": "paused"}]}') as unhappy \gset
select test.sign_in('contributor@alpha.test');
insert into sentiment_analyses (account_id, source_type, text_body,
    score_milli) values (:'edge', 'note', 'Bad', -900);
select is((select status::text from accounts where id = :'edge'), 'paused',
    'a Contributor''s text runs a playbook');
select throws_ok(format($$select api.run_playbooks(%L, array[%L]::uuid[],
    array['{"type": "negative_sentiment", "score": -1}'::jsonb])$$, :'tenant',
    :'edge'), 'MS403', null, 'but nobody makes events up');
select test.sign_in('viewer@alpha.test');
select ok(test.outcome(format('select undo_execution(%L, (select id
    from playbook_executions where playbook_id = %L))', :'tenant',
    :'unhappy')) in ('MS403', '42501'), 'a Viewer undoes nothing');
select test.sign_in('admin@beta.test');
select throws_ok(format('select undo_execution(%L, (select id
    from playbook_executions where playbook_id = %L))', :'tenant',
    :'unhappy'), 'MS404', null, 'nor does another organisation');

select * from finish();
rollback;

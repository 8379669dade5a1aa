-- success_plan.sql - success plans, their steps, and templates.

begin;
select plan(62);

create function test.refused(p_values jsonb) returns text
language plpgsql as $$
declare
    v_column text;
    v_message text;
begin
    perform mainstay.save_plan(test.tenant('alpha'), (
        select a.id from mainstay.accounts a where a.name = 'Planned'), null,
        '{"name": "X"}'::jsonb || p_values);
    return 'taken';
exception when sqlstate 'MS422' then
    get stacked diagnostics v_column = column_name,
        v_message = message_text;
    return v_column || ': ' || v_message;
end $$;

create function test.steps() returns text
language sql as $$
    select string_agg(s.title, ', ' order by s.position)
    from mainstay.success_plan_steps s
    join mainstay.success_plans p on p.id = s.plan_id
    where p.name = 'Rollout'
$$;

create function test.states() returns text
language sql as $$
    select string_agg(mainstay.plan_step_state(s.status, s.due_date,
        p.status), ' ' order by s.position)
    from mainstay.success_plan_steps s
    join mainstay.success_plans p on p.id = s.plan_id
    where p.name = 'Rollout'
$$;

create function test.days(p_tier text) returns text
language plpgsql as $$
declare
    v_account uuid;
    v_plan uuid;
begin
    insert into mainstay.accounts (name, tier) values (p_tier, p_tier)
    returning id into v_account;
    v_plan := mainstay.start_plan(test.tenant('alpha'), v_account, (
        select t.id from mainstay.plan_templates t
        where t.name = 'Onboarding'), '{"start_date": "2026-01-01"}');
    return (select string_agg(coalesce((s.due_date - date '2026-01-01')::text,
                '-'), ' ' order by s.position)
            from mainstay.success_plan_steps s where s.plan_id = v_plan
            and s.title in ('Go-live', 'Handed over to support',
                '30-day review', '60-day review', '90-day review'));
end $$;

select test.sign_in('practitioner@alpha.test');
insert into accounts (name, tier) values ('Planned', 'small_business')
returning id as id \gset
select test.tenant('alpha') as tenant,
    test.person('practitioner@alpha.test') as me \gset

-- A plan.
select save_plan(:'tenant', :'id', null, '{"name": " Rollout ",
    "business_objectives": ["Grow"], "success_metrics": [{"name": "NPS",
    "target": 50}], "start_date": "2026-01-01",
    "target_date": "2026-03-01"}') as plan \gset
select results_eq(format($$select name, plan_type::text, status::text,
    business_objectives, created_by from success_plans where id = %L$$,
    :'plan'), format($$values ('Rollout', 'onboarding', 'draft', '{Grow}'::
    text[], %L::uuid)$$, :'me'), 'a plan is what was given, and a draft');
select is(save_plan(:'tenant', null, :'plan', '{"status": "active"}'),
    :'plan', 'a change names what changes');
select results_eq(format($$select name, status::text, start_date
    from success_plans where id = %L$$, :'plan'),
    $$values ('Rollout', 'active', date '2026-01-01')$$,
    'and leaves alone the rest');

select is(test.refused('{}'), 'taken', 'a name is enough');
select is(test.refused('{"name": ""}'),
    'name: Name must be a text of 1 to 200 characters.', 'it needs one');
select is(test.refused('{"name": null}'),
    'name: Name must be a text of 1 to 200 characters.', 'a real one');
select is(test.refused('{"plan_type": "weekly"}'), 'plan_type: Plan type '
    'must be one of: onboarding, quarterly, annual, expansion, recovery.',
    'there are five types');
select is(test.refused('{"status": "overdue"}'), 'status: Status must be '
    'one of: draft, active, completed, on_hold, cancelled.',
    'and five states');
select is(test.refused('{"start_date": "2026-02-30"}'),
    'start_date: Start date must be a date, like 2026-08-21.',
    'a date must be one');
select is(test.refused('{"start_date": "2026-02-03",
    "target_date": "2026-02-02"}'), 'target_date: The target date must not '
    'be before the start.', 'the target is not before the start');
select is(test.refused('{"success_metrics": [{"name": "A"},
    {"target": "many", "name": "B"}]}'),
    'success_metrics.1.target: Target must be a number.',
    'a measure is a number');
select is(test.refused('{"success_metrics": [{"colour": "red",
    "name": "B"}]}'), 'success_metrics.0.colour: "colour" is not known here; '
    'what is: baseline, current, name, target, unit.',
    'of a measure only some things are known');
select is(test.refused('{"business_objectives": [1]}'),
    'business_objectives.0: This must be a text of 1 to 500 characters.',
    'an objective is a text');
select is(test.refused(format('{"owner_id": "%s"}',
    test.person('admin@beta.test'))::jsonb),
    'owner_id: Owner must be somebody who works here.',
    'nobody of another tenant owns it');
select is(test.outcome(format('select save_plan(%L, %L, null, %L)', :'tenant',
    gen_random_uuid(), '{"name": "X"}')), 'MS404',
    'a plan is of an account that there is');

-- Steps, in phases.
select save_plan_step(:'tenant', :'plan', null, '{"title": "Kickoff",
    "phase": "Plan", "due_date": "2026-01-05"}') as kickoff \gset
select save_plan_step(:'tenant', :'plan', null, '{"title": "Go live",
    "phase": "Do"}') as live \gset
select save_plan_step(:'tenant', :'plan', null, jsonb_build_object('title',
    'Agree', 'phase', 'Plan', 'due_date', current_date)) as agree \gset
select is(test.steps(), 'Kickoff, Agree, Go live',
    'a step joins its phase');
select save_plan_step(:'tenant', :'plan', null, '{"title": "Last"}');
select is(test.steps(), 'Kickoff, Agree, Go live, Last',
    'one without stands at the end');
select move_plan_step(:'tenant', :'plan', :'live', 1);
select is(test.steps(), 'Go live, Kickoff, Agree, Last',
    'a step moves up');
select is((select phase from success_plan_steps where id = :'live'), 'Plan',
    'and becomes one of the phase it is put into');
select move_plan_step(:'tenant', :'plan', :'live', 3);
select is(test.steps(), 'Kickoff, Agree, Go live, Last', 'and down');
select save_plan_step(:'tenant', :'plan', :'live', '{"phase": "Do"}');
select is(test.steps(), 'Kickoff, Agree, Last, Go live',
    'a new phase comes last');
select save_plan_step(:'tenant', :'plan', :'live', '{"phase": "Plan"}');
select is(test.steps(), 'Kickoff, Agree, Go live, Last',
    'a step that changes its phase joins it');
select is((select array_agg(position order by position)
    from success_plan_steps where plan_id = :'plan'), '{1,2,3,4}',
    'places have no gaps');

select is(test.states(), 'overdue pending pending pending',
    'a step is late the day after, not on the day');
select save_plan(:'tenant', null, :'plan', '{"status": "on_hold"}');
select is(test.states(), 'pending pending pending pending',
    'nothing is late while the plan is on hold');
select save_plan(:'tenant', null, :'plan', '{"status": "active"}');
select is(test.outcome(format('select save_plan_step(%L, %L, %L, %L)',
    :'tenant', :'plan', :'agree', '{"status": "overdue"}')), 'MS422',
    'nobody makes a step overdue');
select save_plan_step(:'tenant', :'plan', :'kickoff',
    '{"status": "completed"}');
select is((select completed_by from success_plan_steps
    where id = :'kickoff'), :'me', 'who completed it is known');
select ok((select completed_at = now() from success_plan_steps
    where id = :'kickoff'), 'and when');
select is(test.states(), 'completed pending pending pending',
    'what is completed is not late');
select save_plan_step(:'tenant', :'plan', :'live',
    '{"status": "cancelled"}');
select results_eq(format('select steps, completed, overdue, percent, '
    'next_step from plan_progress(%L, %L, %L)', :'tenant', :'plan',
    'active'), format('values (3, 1, 0, 33, %L::uuid)', :'agree'),
    'progress is of the steps that are not cancelled');
select results_eq(format($$select t.title from api.account_timeline(%L, %L,
    'plan', 'infinity', null, null, 9) t where t.title not like '%%: X'
    order by t.title$$, :'tenant', :'id'), $$values ('Plan made: Rollout'),
    ('Step completed: Kickoff')$$, 'the timeline tells of it');
select save_plan_step(:'tenant', :'plan', :'kickoff',
    '{"status": "pending"}');
select is(test.rows(format($$select 1 from api.account_timeline(%L, %L,
    'plan', 'infinity', null, null, 9) t where t.title like 'Step%%'$$,
    :'tenant', :'id')), 0::bigint, 'and not of what was opened again');
select is((select completed_at from success_plan_steps
    where id = :'kickoff'), null, 'a step can be opened again');
select is(test.outcome(format('select save_plan_step(%L, %L, %L, %L)',
    :'tenant', :'plan', gen_random_uuid(), '{}')), 'MS404',
    'there must be such a step');
select remove_plan_step(:'tenant', :'plan', :'live');
select is(test.steps(), 'Kickoff, Agree, Last', 'a step can be removed');

-- Templates.
select results_eq('select name::text, plan_type::text, '
    'jsonb_array_length(steps) from plan_templates where jsonb_array_length('
    'steps) > 0 order by 1', $$values ('Annual plan', 'annual', 7),
    ('Expansion', 'expansion', 6), ('Onboarding', 'onboarding', 19),
    ('Quarterly plan', 'quarterly', 6), ('Recovery', 'recovery', 7)$$,
    'a tenant begins with five templates');
select id as onboarding from plan_templates where name = 'Onboarding' \gset
select results_eq($$select distinct e.value ->> 'phase', min(e.place)
    from plan_templates t cross join list_entries(t.steps) e
    where t.name = 'Onboarding' group by 1 order by 2$$, $$values
    ('Discovery & Planning', 0), ('Technical Setup', 4),
    ('Training & Enablement', 8), ('Go-Live & Support', 12),
    ('Value Realization', 15)$$, 'the onboarding has five phases');
select is((select count(*)::int from plan_templates t
    cross join list_entries(t.steps) e where t.name = 'Onboarding'
    and e.value ->> 'priority' = 'critical'), 7, 'and seven milestones');
select is((select count(*)::int from plan_templates t
    cross join plan_problems('template', to_jsonb(t) - '{id,tenant_id,
        created_at,updated_at}'::text[])), 0, 'every template is right');

select is(test.days('enterprise'), '40 45 30 60 90',
    'an enterprise is onboarded in 45 days');
select is(test.days('mid_market'), '35 40 30 60 90',
    'the mid market in 40');
select is(test.days('small_business'), '26 30 30 60 90',
    'a small business in 30');
select is(test.days('trial'), '- - 30 60 90',
    'a trial at its own pace, with the reviews on their days');
select results_eq($$select p.name, p.status::text, p.target_date,
    p.template_id from success_plans p join accounts a on a.id = p.account_id
    where a.name = 'enterprise'$$, format($$values ('Onboarding', 'draft',
    date '2026-01-01' + 90, %L::uuid)$$, :'onboarding'),
    'a plan remembers its template and ends with its last step');
select is(template_day(21, true, 42, 45), 23, 'half a day is rounded up');
select is(template_day(21, false, 42, 45), 21, 'days can stand still');
select is(test.outcome(format('select start_plan(%L, %L, %L, %L)', :'tenant',
    :'id', gen_random_uuid(), '{}')), 'MS422',
    'there must be such a template');
select is(test.outcome(format('select save_plan_template(%L, null, %L)',
    :'tenant', '{"name": "Mine"}')), '42501',
    'a Practitioner makes no templates');

select test.sign_in('admin@alpha.test');
select save_plan_template(:'tenant', null, '{"name": "Mine", "steps": [
    {"title": "A", "phase": "One", "day": 1}, {"title": "B", "phase": "Two"},
    {"title": "C", "phase": "One", "is_paced": true}]}') as mine \gset
select is((select string_agg(e.value ->> 'title', ' ' order by e.place)
    from plan_templates t cross join list_entries(t.steps) e
    where t.id = :'mine'), 'A C B', 'the steps of a phase stand together');
select is(test.outcome(format('select save_plan_template(%L, null, %L)',
    :'tenant', '{"name": "Mine"}')), 'MS422', 'each has its name');
select throws_ok(format('select save_plan_template(%L, %L, %L)', :'tenant',
    :'mine', '{"steps": [{"title": "A"}, {"title": "B", "day": -1}]}'),
    'MS422', 'Day must be a whole number from 0 to 1100.',
    'a day is not before the start');
select is(remove_plan_template(:'tenant', :'onboarding'), :'onboarding',
    'an administrator removes a template');
select is((select count(*)::int from success_plans where plan_type =
    'onboarding' and template_id is not null), 0,
    'its plans stay, without it');

-- Others.
select test.sign_in('contributor@alpha.test');
select is(test.outcome(format('select save_plan(%L, %L, null, %L)',
    :'tenant', :'id', '{"name": "X"}')), '42501',
    'a Contributor makes no plan');
select is(test.outcome(format('select save_plan(%L, null, %L, %L)',
    :'tenant', :'plan', '{"name": "X"}')), 'MS404', 'nor changes one');
select test.sign_in('viewer@alpha.test');
select is(test.rows('select 1 from success_plans where name = ''Rollout'''),
    1::bigint, 'a Viewer reads them');
select test.sign_in('admin@beta.test');
select is(test.rows(format('select 1 from success_plans where id = %L',
    :'plan')), 0::bigint, 'another tenant does not');
select is(test.outcome(format('select save_plan(%L, null, %L, %L)',
    test.tenant('beta'), :'plan', '{"name": "X"}')), 'MS404',
    'nor changes one of them');
select is(test.outcome(format('select save_plan(%L, %L, null, %L)',
    test.tenant('beta'), :'id', '{"name": "X"}')), 'MS404',
    'nor adds one to the account');
select is(test.outcome(format($$insert into success_plan_steps (plan_id,
    account_id, title) values (%L, %L, 'x')$$, :'plan', :'id')), '23503',
    'nor a step to the plan');

-- Removing.
select test.sign_in('practitioner@alpha.test');
select is(remove_plan(:'tenant', :'plan'), :'id', 'a plan can be removed');
select is((select count(*)::int from success_plan_steps
    where plan_id = :'plan'), 0, 'and takes its steps along');

select * from finish();
rollback;

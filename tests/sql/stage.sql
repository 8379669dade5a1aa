-- stage.sql - the stage designer: stages and their goals are added, changed,
-- ordered and deleted, and accounts never stand nowhere.

begin;
select no_plan();

select test.tenant('alpha') as tenant \gset
select set_config('test.tenant', :'tenant', true) \g /dev/null

create function test.stage(p_name text) returns uuid
language sql stable as $$
    select id from mainstay.journey_stages where name = p_name
        and tenant_id = current_setting('test.tenant')::uuid
$$;
create function test.stages() returns text
language sql volatile as $$
    select string_agg(name, ', ' order by display_order)
    from mainstay.journey_stages
    where tenant_id = current_setting('test.tenant')::uuid
$$;
create function test.move(p_name text, p_place integer) returns text
language plpgsql as $$
begin
    perform mainstay.move_stage(current_setting('test.tenant')::uuid,
        test.stage(p_name), p_place);
    return test.stages();
end $$;
create function test.refusal(p_sql text) returns text
language plpgsql as $$
declare
    v_column text;
begin
    execute p_sql;
    return 'nothing';
exception when others then
    get stacked diagnostics v_column = column_name;
    return sqlstate || ' ' || v_column || ': ' || sqlerrm;
end $$;
create function test.goals(p_stage text) returns text
language sql volatile as $$
    select string_agg(title || case when is_mandatory then '!' else '' end,
        ', ' order by display_order, title)
    from mainstay.stage_goals where stage_id = test.stage(p_stage)
$$;
delete from mainstay.stage_goals;

-- Contrast, against figures of other tools.
select is(mainstay.contrast('#ffffff', '#000000'), 21.00, 'black on white');
select is(mainstay.contrast('#777777', '#ffffff'), 4.48, 'a grey on white');
select is(mainstay.contrast('#2563eb', '#ffffff'), 5.17, 'a blue on white');
select is((select string_agg(name, ', ') from journey_stages
    where tenant_id = :'tenant' and not mainstay.is_seen(color_hex)), null,
    'the stages of a new tenant are seen');
select results_eq($$ select mainstay.seen_color(c)
    from unnest(array['#fde047', '#111111', '#0d9488', '#ffffff']) c $$,
    $$ values ('#a7942f'), ('#676767'), ('#0d9488'), ('#949494') $$,
    'the nearest that would do');
select is((select count(*) from unnest(array['00', '55', 'aa', 'ff']) r,
        unnest(array['00', '55', 'aa', 'ff']) g,
        unnest(array['00', '55', 'aa', 'ff']) b
    where mainstay.is_seen(mainstay.seen_color('#' || r || g || b))),
    64::bigint,
    'every colour has one that would do');

select test.sign_in('admin@alpha.test');
select lives_ok(format($$ select mainstay.create_stage(%L, ' Pilot ',
    '#15803D', 14, 'normal') $$, :'tenant'), 'an admin adds a stage');
select is(test.stages(), 'Onboarding, Adoption, Value Realization, Expansion, '
    'Renewal, At Risk, Churn, Pilot', 'it is the last');
select is(test.move('Pilot', 1), 'Pilot, Onboarding, Adoption, '
    'Value Realization, Expansion, Renewal, At Risk, Churn', 'to the front');
select is(test.move('Pilot', 3), 'Onboarding, Adoption, Pilot, '
    'Value Realization, Expansion, Renewal, At Risk, Churn', 'to the third');
select is(test.move('Adoption', 1), 'Adoption, Onboarding, Pilot, '
    'Value Realization, Expansion, Renewal, At Risk, Churn', 'up by one');

-- Mistakes.
select is(test.refusal(format($$ select mainstay.create_stage(%L, 'pilot',
    '#15803d', null, 'normal') $$, :'tenant')),
    'MS422 name: There is already a stage called pilot.', 'the same twice');
select is(test.refusal(format($$ select mainstay.create_stage(%L, 'Pale',
    '#fde047', null, 'normal') $$, :'tenant')),
    'MS422 color_hex: #fde047 can hardly be seen: its contrast is 1.32 to 1 '
    'on white and 13.23 to 1 on the dark surface, and each needs 3. #a7942f '
    'would do.', 'too pale');
select is(test.refusal(format($$ select mainstay.create_stage(%L, 'Odd',
    'red', null, 'normal') $$, :'tenant')), 'MS422 color_hex: A colour is # '
    'and six digits, such as #0d9488.', 'no colour');
select is(test.refusal(format($$ select mainstay.edit_stage(%L, %L, 'Churn',
    '#15803d', null, 'normal') $$, :'tenant', test.stage('Pilot'))),
    'MS422 name: There is already a stage called Churn.',
    'nor another''s name');

-- A new name goes with accounts and history.
insert into accounts (name, current_stage) values ('Traveller', 'Pilot')
returning id as id \gset
update accounts set current_stage = 'Adoption' where id = :'id';
update accounts set current_stage = 'Pilot' where id = :'id';
select mainstay.edit_stage(:'tenant', test.stage('Pilot'), 'Trial', '#15803d',
    7, 'exception') \g /dev/null
select is((select current_stage from accounts where id = :'id'), 'Trial',
    'a new name goes with the accounts');
select is((select string_agg(coalesce(from_stage, '-') || ' > ' || to_stage,
    ', ' order by from_stage nulls first, to_stage) from journey_history
    where account_id = :'id'), '- > Trial, Adoption > Trial, Trial > Adoption',
    'and with their history');

-- Deleting.
select is(test.refusal(format('select mainstay.delete_stage(%L, %L, null)',
    :'tenant', test.stage('Trial'))),
    'MS422 to: Say where the accounts of this stage go.',
    'accounts need somewhere to go');
select is(test.refusal(format('select mainstay.delete_stage(%L, %L, %2$L)',
    :'tenant', test.stage('Trial'))),
    'MS422 to: Choose another stage, one that there is.', 'not to itself');
select is(test.refusal(format('select mainstay.delete_stage(%L, %L, %L)',
    :'tenant', test.stage('Trial'), gen_random_uuid())),
    'MS422 to: Choose another stage, one that there is.', 'nor to nowhere');
select mainstay.delete_stage(:'tenant', test.stage('Trial'),
    test.stage('Renewal')) \g /dev/null
select is((select current_stage from accounts where id = :'id'), 'Renewal',
    'its accounts move on');
select is((select string_agg(coalesce(from_stage, '-') || ' > ' || to_stage
    || case when exited_at is null then '' else '.' end, ', '
    order by from_stage nulls first, to_stage) from journey_history
    where account_id = :'id'), '- > Trial., Adoption > Trial., '
    'Trial > Adoption., Trial > Renewal',
    'the history keeps the name and has the move');
select is((select triggered_by from journey_history
    where account_id = :'id' and exited_at is null),
    test.person('admin@alpha.test'), 'and who sent them');
select lives_ok(format('select mainstay.delete_stage(%L, %L, null)',
    :'tenant', test.stage('Churn')), 'an empty stage goes by itself');
select is((select count(*) from audit_log
    where action = 'journey_stages.delete'), 2::bigint, 'the log has both');

-- New accounts need a stage to begin in.
select mainstay.delete_stage(:'tenant', s.id, test.stage('Renewal'))
from journey_stages s where kind = 'normal' and name <> 'Renewal'
order by s.id \g /dev/null
select is(test.stages(), 'Renewal, At Risk', 'two are left');
select is(test.refusal(format('select mainstay.delete_stage(%L, %L, %L)',
    :'tenant', test.stage('Renewal'), test.stage('At Risk'))),
    'MS409 form: This is the last normal stage, and new accounts need one '
    'to begin in.', 'the last normal stage stays');
select is(test.refusal(format($$ select mainstay.edit_stage(%L, %L, 'Renewal',
    '#7c3aed', 90, 'terminal') $$, :'tenant', test.stage('Renewal'))),
    'MS409 kind: This is the last normal stage, and new accounts need one to '
    'begin in.', 'and stays normal');

-- Who calls a stage by its name.
select results_eq(format($$ select mention
    from mainstay.stage_mentions(%L, 'At Risk') $$, :'tenant'),
    array['Playbook At Risk Stage Alert waits for it'],
    'a playbook waits for a stage');

-- Goals.
select mainstay.create_stage_goal(:'tenant', test.stage('Renewal'), g.title,
    null, g.must) from (values ('Terms agreed', true), ('Sponsor met', false),
    ('Price known', true)) g (title, must) \g /dev/null
select is(test.goals('Renewal'), 'Terms agreed!, Sponsor met, Price known!',
    'goals have an order');
select mainstay.move_stage_goal(:'tenant', stage_id, id, 1) from stage_goals
where title = 'Price known' \g /dev/null
select is(test.goals('Renewal'), 'Price known!, Terms agreed!, Sponsor met',
    'and move');
select mainstay.edit_stage_goal(:'tenant', stage_id, id, 'Price agreed',
    'By both', false) from stage_goals where title = 'Price known'
\g /dev/null
select mainstay.delete_stage_goal(:'tenant', stage_id, id) from stage_goals
where title = 'Sponsor met' \g /dev/null
select is(test.goals('Renewal'), 'Price agreed, Terms agreed!',
    'are edited and deleted');
select mainstay.edit_stage_goal(:'tenant', stage_id, id, 'Price agreed',
    'By both', false, true) from stage_goals where title = 'Price agreed'
\g /dev/null
select results_eq($$select is_mandatory, is_blocking from stage_goals
    where title = 'Price agreed'$$, 'values (true, true)',
    'one that blocks is mandatory');
select is(test.refusal(format($$ select mainstay.edit_stage_goal(%L, %L, id,
    'x', null, true) from stage_goals limit 1 $$, :'tenant',
    test.stage('At Risk'))), 'MS404 : There is no such goal.',
    'a goal is found below its own stage only');

-- Another role, another tenant.
select test.as_operator();
select test.sign_in('practitioner@alpha.test');
select is(test.refusal(format($$ select mainstay.edit_stage(%L, %L, 'Mine',
    '#7c3aed', 90, 'normal') $$, :'tenant', test.stage('Renewal'))),
    'MS404 : There is no such stage.', 'only an admin changes stages');
select test.as_operator();
select test.sign_in('admin@beta.test');
select is(test.refusal(format('select mainstay.delete_stage(%L, %L, null)',
    :'tenant', gen_random_uuid())), 'MS404 : There is no such stage.',
    'a stage of another tenant is not there');

select * from finish();
rollback;

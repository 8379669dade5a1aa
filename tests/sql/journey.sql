-- journey.sql - stages, and the path of an account through them.

begin;
select plan(41);

select test.sign_in('practitioner@alpha.test');
select results_eq('select name, kind::text from journey_stages
    order by display_order',
    $$values ('Onboarding', 'normal'), ('Adoption', 'normal'),
    ('Value Realization', 'normal'), ('Expansion', 'normal'),
    ('Renewal', 'normal'), ('At Risk', 'exception'), ('Churn', 'terminal')$$,
    'a new tenant has the seven stages in order');

insert into accounts (name, current_stage) values ('Traveller', 'Onboarding')
returning id as id \gset
select is((select count(*)::int from journey_history
    where account_id = :'id'), 1, 'a new account enters its stage');
select is((select from_stage from journey_history where account_id = :'id'),
    null, 'from nowhere');
select isnt((select stage_entered_at from accounts where id = :'id'), null,
    'the account knows since when');

update accounts set current_stage = 'Adoption' where id = :'id';
select is((select count(*)::int from journey_history
    where account_id = :'id'), 2, 'a move adds a stay');
select is((select count(*)::int from journey_history
    where account_id = :'id' and exited_at is null), 1, 'one stay is open');
select is((select from_stage || ' > ' || to_stage from journey_history
    where account_id = :'id' and exited_at is null), 'Onboarding > Adoption',
    'it says from where and to where');
select is((select triggered_by from journey_history
    where account_id = :'id' and exited_at is null),
    test.person('practitioner@alpha.test'), 'and who moved it');
select is((select duration_days from journey_history
    where account_id = :'id' and exited_at is not null), 0,
    'the finished stay counts whole days');
update accounts set current_stage = 'Adoption', industry = 'Steel'
where id = :'id';
select is((select count(*)::int from journey_history
    where account_id = :'id'), 2, 'staying is not a move');

-- Ten days later.
select test.as_operator();
update journey_history set entered_at = entered_at - interval '10 days 5 hours'
where account_id = :'id' and exited_at is null;
select test.sign_in('practitioner@alpha.test');
update accounts set current_stage = 'At Risk' where id = :'id';
select is((select duration_days from journey_history
    where account_id = :'id' and to_stage = 'Adoption'), 10,
    'a stay of ten days and some hours lasts ten days');
update accounts set current_stage = 'Adoption' where id = :'id';
select is((select count(*)::int from journey_history
    where account_id = :'id' and to_stage = 'Adoption'), 2,
    'an account may come back');

-- History is for reading.
select is(test.outcome(format('update journey_history set notes = %L
    where account_id = %L', 'x', :'id')), '42501',
    'a Practitioner cannot rewrite history');
select test.sign_in('admin@alpha.test');
select is(test.outcome(format('delete from journey_history
    where account_id = %L', :'id')), '42501',
    'nor can a Tenant Admin delete it');
select throws_ok(format($$insert into journey_history (account_id, to_stage)
    values (%L, 'Renewal')$$, :'id'), null, null,
    'a second open stay is impossible');

-- The designer.
update journey_stages set name = 'Ramp-up' where name = 'Adoption';
select is((select current_stage from accounts where id = :'id'), 'Ramp-up',
    'a renamed stage takes its accounts along');
select is((select count(*)::int from journey_history
    where account_id = :'id'), 4, 'a new name is not a move');
select is((select count(*)::int from journey_history
    where account_id = :'id' and to_stage = 'Ramp-up'), 2,
    'history knows it by the new name');
select throws_ok($$delete from journey_stages where name = 'Ramp-up'$$,
    '23503', null, 'a stage with accounts cannot be deleted');
select lives_ok($$update journey_stages set display_order = case name
    when 'Renewal' then 4 else 5 end
    where name in ('Renewal', 'Expansion')$$, 'stages can change places');
select throws_ok($$update journey_stages set color_hex = 'red'
    where name = 'Renewal'$$, '23514', null, 'a colour is written in hex');
select throws_ok($$insert into journey_stages (name, display_order)
    values ('Renewal', 99)$$, '23505', null, 'a name is used once');
select lives_ok($$delete from journey_stages where name = 'Churn'$$,
    'a stage without accounts can be deleted');

select test.sign_in('practitioner@alpha.test');
select is(test.outcome($$update journey_stages set target_duration_days = 1
    where name = 'Renewal'$$), '0', 'a Practitioner does not design stages');
select is(test.outcome($$insert into journey_stages (name, display_order)
    values ('Mine', 99)$$), '42501', 'nor add them');

select test.sign_in('practitioner@beta.test');
select is((select count(*)::int from journey_stages), 7,
    'another tenant keeps its own stages');
select is(test.rows('select 1 from journey_stages
    where name = ''Ramp-up'''), 0::bigint, 'and their names');

-- Moving by the form that says where the account was seen.
select test.as_operator();
create function test.move(p_account uuid, p_from text, p_to text,
    p_reason text default null, p_form jsonb default null) returns text
language plpgsql as $$
begin
    return mainstay.move_account(test.tenant('alpha'), p_account,
        (select id from mainstay.journey_stages
          where tenant_id = test.tenant('alpha') and name = p_from),
        (select id from mainstay.journey_stages
          where tenant_id = test.tenant('alpha') and name = p_to),
        p_reason, p_form);
exception when others then
    return sqlstate || ' ' || sqlerrm;
end $$;
select test.sign_in('admin@alpha.test');
insert into accounts (name, current_stage) values ('Card', 'Onboarding')
returning id as card \gset
delete from stage_goals;
insert into stage_goals (stage_id, title, is_mandatory, is_blocking)
select s.id, g.title, g.must, g.blocks
  from journey_stages s, (values ('Soft', true, false), ('Hard', true, true),
      ('Nice', false, true)) g (title, must, blocks)
 where s.name = 'Onboarding';
select id as hard from stage_goals where title = 'Hard' \gset
select id as soft from stage_goals where title = 'Soft' \gset
select test.sign_in('practitioner@alpha.test');
select matches(test.move(:'card', 'Renewal', 'Expansion'),
    '^MS409 Card is in Onboarding now: .* Nothing was changed by you\.$',
    'a card that is elsewhere does not move');
select is(test.move(:'card', 'Onboarding', 'Onboarding'),
    'MS422 Card is in Onboarding already.', 'nor one that is there');
select is(test.move(:'card', 'Onboarding', 'Nowhere'),
    'MS422 Choose a stage of the journey.', 'nor to no stage');
select is(test.move(:'card', 'Onboarding', 'Renewal'),
    'MS422 Card cannot leave Onboarding before it has reached “Hard”.',
    'a goal that blocks, blocks; one that is not mandatory does not');
select is(test.move(:'card', 'Onboarding', 'Renewal', ' ',
    jsonb_build_object('goal-' || :'hard', '1')),
    'MS422 Say why Card leaves Onboarding without “Soft”.',
    'another asks for a reason');
select is((select count(*)::int from account_goals
    where account_id = :'card'), 0, 'nothing was decided yet');
select is(test.move(:'card', 'Onboarding', 'Renewal', 'Later',
    jsonb_build_object('goal-' || :'hard', '1')), 'Card', 'then it moves');
select results_eq(format('select status::text, reason, decided_by
    from account_goals where account_id = %L order by 1', :'card'),
    format($$values ('reached', null, %1$L::uuid),
        ('waived', 'Later', %1$L)$$, test.person('practitioner@alpha.test')),
    'with what was decided, and by whom');
select is(test.move(:'card', 'Renewal', 'Onboarding'), 'Card',
    'back needs nothing');
select is(test.move(:'card', 'Onboarding', 'Expansion'), 'Card',
    'what was decided once is not asked again');
select is_empty('select * from stage_sums_check()',
    'the sums of the board agree with the accounts');
delete from account_goals where account_id = :'card';
select is(test.move(:'card', 'Expansion', 'At Risk'), 'Card',
    'an account at risk is not asked for goals');
select test.sign_in('contributor@alpha.test');
select matches(test.move(:'card', 'At Risk', 'Renewal'), '^MS404',
    'a Contributor moves nobody');
select test.sign_in('practitioner@beta.test');
select matches(test.move(:'card', 'At Risk', 'Renewal'), '^MS404',
    'nor does another tenant');

select * from finish();
rollback;

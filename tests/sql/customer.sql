-- customer.sql - tiers that follow from the ARR, and sums by status.

begin;
select no_plan();

create function test.tier(p_name text) returns text
language sql as $$
    select tier || case when tier_is_set then '' else ' by ARR' end
    from mainstay.accounts where tenant_id = test.tenant('alpha')
        and name = p_name;
$$;
-- Status of the programme by the ledger, and by the accounts.
create function test.statuses(p_kept boolean) returns setof text
language sql as $$
    select format('%s %s %s', key, sum(accounts), sum(arr_cents))
    from mainstay.portfolio_rollups
    where p_kept and tenant_id = test.tenant('alpha') and kind = 'status'
        and cell = ''
    group by key having sum(accounts) <> 0
    union all
    select format('%s %s %s', mainstay.customer_status(status, health_band),
        count(*), sum(arr_cents))
    from mainstay.accounts
    where not p_kept and tenant_id = test.tenant('alpha')
    group by mainstay.customer_status(status, health_band);
$$;

select test.sign_in('practitioner@alpha.test', null,
    '000000000000000000000000000000a1');
insert into accounts (tenant_id, name, tier, arr_cents)
select app.current_tenant_id(), 'At ' || c, null, c
from unnest(array[0, 499999, 500000, 2499999, 2500000, 9999999,
    10000000]::bigint[]) c;
select is(test.tier('At ' || c), wanted || ' by ARR')
from (values (0, 'trial'), (499999, 'trial'), (500000, 'small_business'),
    (2499999, 'small_business'), (2500000, 'mid_market'),
    (9999999, 'mid_market'), (10000000, 'enterprise')) v (c, wanted);

update accounts set arr_cents = 10000000 where name = 'At 0';
select is(test.tier('At 0'), 'enterprise by ARR', 'more is a higher tier');
update accounts set industry = 'Rope' where name = 'At 0';
select is(test.tier('At 0'), 'enterprise by ARR', 'nothing else moves it');
update accounts set tier = 'trial', arr_cents = 1 where name = 'At 0';
update accounts set arr_cents = 10000000 where name = 'At 0';
select is(test.tier('At 0'), 'trial', 'who was chosen a tier keeps it');
update accounts set tier = null where name = 'At 0';
select is(test.tier('At 0'), 'enterprise by ARR', 'until it is emptied');

insert into accounts (tenant_id, name, tier) values
    (app.current_tenant_id(), 'Chosen', 'mid_market');
select is(test.tier('Chosen'), 'mid_market', 'a tier that is given is chosen');

-- Bounds of the tenant's own; what lies below all of them is a trial.
select test.sign_in('admin@alpha.test');
update account_tiers set arr_from_cents = 100 where tier = 'trial';
update account_tiers set arr_from_cents = 200 where tier = 'small_business';
select is(mainstay.tier_by_arr(test.tenant('alpha'), c), wanted)
from (values (99, 'trial'), (100, 'trial'), (199, 'trial'),
    (200, 'small_business')) v (c, wanted);

-- Undoing a change of the ARR puts the tier back as it was.
select test.sign_in('practitioner@alpha.test', null,
    '000000000000000000000000000000a2');
update accounts set arr_cents = 300 where name = 'At 10000000';
select is(test.tier('At 10000000'), 'small_business by ARR');
select lives_ok($$select mainstay.undo_request(app.current_tenant_id(),
    '000000000000000000000000000000a2')$$);
select is(test.tier('At 10000000'), 'enterprise by ARR', 'as it was');

-- The ledger by status is right after each kind of change.
select test.sign_in('admin@alpha.test');
insert into health_scores (tenant_id, account_id, overall_score)
select tenant_id, id, 30 from accounts where name ~ '^At';
update accounts set status = 'churned' where name = 'At 499999';
update accounts set status = 'onboarding' where name = 'At 500000';
insert into health_scores (tenant_id, account_id, overall_score)
select tenant_id, id, 80 from accounts where name = 'At 2499999';
select test.as_operator();
delete from mainstay.accounts where tenant_id = test.tenant('alpha')
    and name = 'At 2500000';
select set_eq('select test.statuses(true)', 'select test.statuses(false)',
    'the ledger counts as the accounts do');
select isnt_empty($$select from test.statuses(true) s where s ~ '^AT_RISK'$$);
select isnt_empty($$select from test.statuses(true) s where s ~ '^CHURNED'$$);

select * from finish();
rollback;

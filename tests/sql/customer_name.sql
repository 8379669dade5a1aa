-- customer_name.sql - enumerations of the programme, in both directions.

begin;
select no_plan();
-- What a domain allows has a name, and each name is allowed.
create function pg_temp.named(p_kind text, p_domain text) returns setof text
language plpgsql as $$
begin
    return query execute format('select name from mainstay.programme_names()
        where kind = %L and value <> %L and value::mainstay.%I is null',
        p_kind, 'at_risk', p_domain);
end $$;
select lives_ok(format('select pg_temp.named(%L, %L)', kind, domain),
    kind || ' is ' || domain)
from (values ('CustomerTier', 'account_tier'),
    ('CustomerStatus', 'account_status'), ('HealthLevel', 'health_band'),
    ('ChurnRiskLevel', 'health_band'), ('HealthTrend', 'health_trend'),
    ('OnboardingStatus', 'onboarding_status'),
    ('DataMigrationStatus', 'data_migration_status'),
    ('MilestonePriority', 'task_priority')) d (kind, domain);

select test.sign_in('viewer@alpha.test');

select results_eq(
    'select kind, count(*)::integer from mainstay.programme_names()
     group by kind order by kind collate "C"',
    $$values ('AdvocacyStatus', 6), ('AdvocacyType', 8),
        ('BusinessReviewType', 6), ('ChurnRiskLevel', 4),
        ('CustomerStatus', 5), ('CustomerTier', 4),
        ('DataMigrationStatus', 4), ('HealthLevel', 4), ('HealthTrend', 4),
        ('MilestonePriority', 4), ('MilestoneStatus', 5),
        ('OnboardingStatus', 5), ('PeriodType', 5), ('SuccessPlanStatus', 5),
        ('SuccessPlanType', 5)$$,
    'fifteen enumerations with all their names');

select is_empty(
    'select n.kind, n.name from mainstay.programme_names() n
     where mainstay.programme_name(n.kind, n.value) is distinct from n.name
        or mainstay.programme_value(n.kind, n.name, ''x'')
            is distinct from n.value',
    'there and back is the same, for every name');

select is(mainstay.programme_name('HealthLevel', 'at_risk'), 'FAIR',
    'at risk is a fair level');
select is(mainstay.programme_name('ChurnRiskLevel', 'at_risk'), 'HIGH',
    'and a high risk');
select is(mainstay.programme_name('HealthLevel', null), null,
    'no value has no name');
select is(mainstay.programme_value('HealthLevel', null, 'healthLevel'), null,
    'no name has no value');

select is(mainstay.customer_status(status, band), wanted,
    format('%s, %s', status, coalesce(band, 'not scored')))
from (values ('active', 'healthy', 'ACTIVE'), ('active', 'moderate', 'ACTIVE'),
    ('active', null, 'ACTIVE'), ('active', 'at_risk', 'AT_RISK'),
    ('active', 'critical', 'AT_RISK'),
    ('onboarding', 'critical', 'ONBOARDING'),
    ('paused', 'critical', 'PAUSED'), ('churned', 'critical', 'CHURNED'))
    v (status, band, wanted);

select throws_ok(
    $$select mainstay.programme_value('CustomerTier', 'mid_market', 'tier')$$,
    'MS422',
    'tier must be one of ENTERPRISE, MID_MARKET, SMALL_BUSINESS, TRIAL.',
    'names are in capitals');
select throws_ok(
    $$select mainstay.programme_value('PeriodType', '', 'periodType')$$,
    'MS422', null, 'an empty name is none');

select * from finish();
rollback;

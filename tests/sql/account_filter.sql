-- account_filter.sql - what the filters of the portfolio list find.

begin;
select no_plan();

create temporary table sample as
select test.tenant('alpha') as tenant;
grant select on sample to public;
create temporary table other as
select id from mainstay.accounts where tenant_id = test.tenant('beta') limit 1;
grant select on other to public;
delete from mainstay.accounts where tenant_id = test.tenant('alpha');
select test.as_operator();
insert into mainstay.accounts (tenant_id, id, name, tier, status, arr_cents,
    renewal_date, csm_id, current_stage, industry, external_id)
values
    (test.tenant('alpha'), '00000000-0000-0000-0000-00000000000a', 'Anchor',
        'enterprise', 'active', 6000000, current_date + 30,
        test.person('admin@alpha.test'), 'Onboarding', 'Steel', 'CRM-1'),
    (test.tenant('alpha'), '00000000-0000-0000-0000-00000000000b', 'Bollard',
        'trial', 'onboarding', 5000000, current_date + 90, null, 'Adoption',
        null, null),
    (test.tenant('alpha'), '00000000-0000-0000-0000-00000000000c', 'Capstan',
        'enterprise', 'churned', 7000000, null, null, 'Renewal', 'Rope',
        'CRM-2'),
    (test.tenant('alpha'), '00000000-0000-0000-0000-00000000000d',
        'Dock %_x', 'mid_market', 'paused', 100, current_date - 5,
        test.person('viewer@alpha.test'), null, 'steel', null);
update mainstay.accounts
set parent_id = '00000000-0000-0000-0000-00000000000a'
where tenant_id = test.tenant('alpha') and name = 'Bollard';
update mainstay.accounts
set parent_id = '00000000-0000-0000-0000-00000000000b'
where tenant_id = test.tenant('alpha') and name = 'Capstan';
insert into mainstay.health_scores (tenant_id, account_id, overall_score)
values (test.tenant('alpha'), '00000000-0000-0000-0000-00000000000a', 45),
    (test.tenant('alpha'), '00000000-0000-0000-0000-00000000000b', 85),
    (test.tenant('alpha'), '00000000-0000-0000-0000-00000000000c', 20);
insert into mainstay.tags (tenant_id, id, name)
values (test.tenant('alpha'), '00000000-0000-0000-0000-0000000000f1', 'VIP'),
    (test.tenant('alpha'), '00000000-0000-0000-0000-0000000000f2', 'Pilot');
insert into mainstay.account_tags (tenant_id, account_id, tag_id)
values (test.tenant('alpha'), '00000000-0000-0000-0000-00000000000a',
        '00000000-0000-0000-0000-0000000000f1'),
    (test.tenant('alpha'), '00000000-0000-0000-0000-00000000000b',
        '00000000-0000-0000-0000-0000000000f2');

insert into mainstay.custom_attributes (tenant_id, key, label, kind, choices)
values (test.tenant('alpha'), 'motto', 'Motto', 'text', '{}'),
    (test.tenant('alpha'), 'seats_2', 'Seats', 'number', '{}'),
    (test.tenant('alpha'), 'since', 'Since', 'date', '{}'),
    (test.tenant('alpha'), 'is_partner', 'Partner', 'boolean', '{}'),
    (test.tenant('alpha'), 'region', 'Region', 'choice', '{North,"South, w"}'),
    (test.tenant('beta'), 'elsewhere', 'Elsewhere', 'text', '{}');
update mainstay.accounts set crm_attributes = '{"motto": "Ever On",
    "seats_2": 12.5, "since": "2026-01-31", "is_partner": true,
    "region": "South, w"}'
where tenant_id = test.tenant('alpha') and name = 'Anchor';
update mainstay.accounts set crm_attributes = '{"motto": "on",
    "seats_2": -3, "since": "never", "is_partner": false, "region": "North"}'
where tenant_id = test.tenant('alpha') and name = 'Bollard';
update mainstay.accounts set crm_attributes = '{"seats_2": "many",
    "elsewhere": "x"}'
where tenant_id = test.tenant('alpha') and name = 'Capstan';

-- "a,b": the first letters of what is found, by name.
create function test.found(p_form text, p_sort text default 'name')
returns text
language sql as $$
    select string_agg(lower(left(f.name, 1)), '' order by nr)
    from (select f.name, row_number() over () as nr
        from app.accounts_found((select app.current_tenant_id()),
            p_form::json, p_sort, null, null, 51) f) f;
$$;

select test.sign_in('viewer@alpha.test');

select is(test.found(form), wanted, form) from (values
    ('{}', 'abcd'),
    ('{"band": "at_risk"}', 'a'),
    ('{"band": "risk"}', 'ac'),
    ('{"band": "at_risk", "band": "healthy"}', 'ab'),
    ('{"band": "unscored"}', 'd'),
    ('{"band": "unscored", "band": "healthy"}', 'bd'),
    ('{"band.not": "at_risk"}', 'bcd'),
    ('{"band.not": "unscored"}', 'abc'),
    ('{"band.empty": "yes"}', 'd'),
    ('{"score.over": "45"}', 'b'),
    ('{"score.under": "45"}', 'c'),
    ('{"score.between": "20", "score.between": "45"}', 'ac'),
    ('{"stage": "Adoption"}', 'b'),
    ('{"stage.not": "Adoption"}', 'acd'),
    ('{"stage": "Nowhere"}', null),
    ('{"stage_days.under": "1"}', 'abcd'),
    ('{"stage_days.over": "0"}', null),
    ('{"status": "current"}', 'abd'),
    ('{"status.not": "churned", "status.not": "paused"}', 'ab'),
    ('{"tier": "enterprise"}', 'ac'),
    ('{"owner": "none"}', 'bc'),
    ('{"owner.not": "none"}', 'ad'),
    ('{"owner.empty": "no"}', 'ad'),
    ('{"arr.over": "50000"}', 'ac'),
    ('{"arr.over": "$50,000.00"}', 'ac'),
    ('{"arr.under": "50000"}', 'd'),
    ('{"arr.between": "50000", "arr.between": "60000"}', 'ab'),
    ('{"due": "90"}', 'ab'),
    ('{"due": "30"}', 'a'),
    ('{"due": "0"}', null),
    ('{"renewal.past": "7"}', 'd'),
    ('{"renewal.past": "4"}', null),
    ('{"renewal.empty": "yes"}', 'c'),
    ('{"renewal.after": "2020-01-01"}', 'abd'),
    ('{"renewal.before": "2020-01-01"}', null),
    ('{"created.within": "0"}', 'abcd'),
    ('{"contact.empty": "no"}', null),
    ('{"tag": "vip"}', 'a'),
    ('{"tag": "vip", "tag": "PILOT"}', 'ab'),
    ('{"tag.not": "VIP"}', 'bcd'),
    ('{"tag.empty": "yes"}', 'cd'),
    ('{"industry": "STEEL"}', 'ad'),
    ('{"industry.not": "steel"}', 'bc'),
    ('{"external_id": "crm-2"}', 'c'),
    ('{"q": "b"}', 'b'),
    ('{"q": "%"}', null),
    ('{"name.contains": "%_"}', 'd'),
    ('{"name.contains": "C"}', 'acd'),
    ('{"name": "anchor"}', 'a'),
    ('{"band": "", "q": " "}', 'abcd'),
    ('{"band": "at_risk", "due": "90", "arr.over": "50000"}', 'a'),
    ('{"band": "at_risk", "due": "90", "arr.over": "60000"}', null),
    ('{"band": "at_risk", "2.status": "onboarding"}', 'ab'),
    ('{"band": "at_risk", "arr.over": "60000", "2.status": "onboarding",
        "2.tier": "trial", "3.renewal.empty": "yes"}', 'bc'),
    ('{"field": "arr", "op": "over", "value": "60000"}', 'c'),
    ('{"field": "band", "op": "is", "value": "at_risk",
        "value": "critical"}', 'ac'),
    ('{"field": "renewal", "op": "within", "days": "60", "value": ""}', 'a'),
    ('{"field": "arr", "op": "between", "value": "1", "to": "50000"}', 'bd'),
    ('{"field": "owner", "op": "filled"}', 'ad'),
    ('{"band": "at_risk", "field": "band", "value": "critical"}', 'c'),
    ('{"band": "at_risk", "field": "tier", "value": "trial", "group": "1",
        "alternative": "2"}', 'ab'),
    ('{"sort": "arr", "after_key": "x", "edit": "band"}', 'abcd'),
    ('{"under": "00000000-0000-0000-0000-00000000000a"}', 'abc'),
    ('{"under": "bollard"}', 'bc'),
    ('{"under": "CRM-2", "under": "Bollard"}', 'bc'),
    ('{"under.not": "Bollard"}', 'ad'),
    ('{"a.motto": "ON"}', 'b'),
    ('{"a.motto.not": "on"}', 'acd'),
    ('{"a.motto.contains": "on"}', 'ab'),
    ('{"a.motto.begins": "ever"}', 'a'),
    ('{"a.motto.empty": "yes"}', 'cd'),
    ('{"a.seats_2.over": "-3"}', 'a'),
    ('{"a.seats_2.under": "12.5"}', 'b'),
    ('{"a.seats_2.between": "-3", "a.seats_2.between": "12.5"}', 'ab'),
    ('{"a.seats_2.empty": "no"}', 'ab'),
    ('{"a.since.before": "2026-02-01"}', 'a'),
    ('{"a.since.after": "2026-01-31"}', null),
    ('{"a.since.empty": "yes"}', 'bcd'),
    ('{"a.is_partner": "yes"}', 'a'),
    ('{"a.is_partner.not": "yes"}', 'bcd'),
    ('{"a.is_partner": "yes", "a.is_partner": "no"}', 'ab'),
    ('{"a.region": "South, w"}', 'a'),
    ('{"a.region.empty": "no", "2.a.motto.empty": "yes"}', 'abcd'),
    ('{"field": "a.region", "value": "North"}', 'b'),
    ('{"under": "Anchor", "under.not": "Capstan"}', 'ab'),
    ('{"under": "Anchor", "band": "healthy", "2.status": "paused"}', 'bd')
) w (form, wanted);

select is((select string_agg(f.code || ' ' || f.problem, '; ')
    from app.account_filter(replace(form, '%other', other.id)::json) f),
    replace(wanted, '%other', other.id), form) from (
        select id::text from other) other, (values
    ('{"bogus": "1"}', 'unknown bogus is not known here.'),
    ('{"2.bogus": "1"}', 'unknown 2.bogus is not known here.'),
    ('{"band.over": "1"}', 'unknown band.over is not known here.'),
    ('{"status.empty": "yes"}', 'unknown status.empty is not known here.'),
    ('{"band": "Red"}', 'refused Health must be one of healthy, moderate, '
        'at_risk, critical, unscored.'),
    ('{"arr.over": "much"}', 'refused ARR must be an amount, like 50000.'),
    ('{"arr.over": "1", "arr.over": "2"}', 'refused ARR needs one value.'),
    ('{"arr.between": "1"}', 'refused ARR needs two values, from and to.'),
    ('{"arr.between": "2", "arr.between": "1"}',
        'refused ARR: the first value must be the smaller one.'),
    ('{"score.over": "4.5"}',
        'refused Score must be a whole number, like 60.'),
    ('{"due": "soon"}',
        'refused Renewal must be a number of days from 0 to 9999.'),
    ('{"renewal.before": "2026-02-30"}',
        'refused Renewal must be a date, like 2026-08-21.'),
    ('{"owner": "Bob"}',
        'refused Owner must be the id of a person, or none.'),
    ('{"owner.empty": "maybe"}', 'refused Owner must be one of yes, no.'),
    ('{"field": "arr", "op": "over"}', 'refused ARR needs one value.'),
    ('{"a.bogus": "1"}', 'unknown a.bogus is not known here.'),
    ('{"a.elsewhere": "1"}', 'unknown a.elsewhere is not known here.'),
    ('{"a.over": "1"}', 'unknown a.over is not known here.'),
    ('{"a.motto.over": "1"}', 'unknown a.motto.over is not known here.'),
    ('{"a.seats_2.over": "1e3"}',
        'refused Seats must be a number, such as 12 or 3.5.'),
    ('{"a.seats_2.between": "10", "a.seats_2.between": "9.5"}',
        'refused Seats: the first value must be the smaller one.'),
    ('{"a.since.after": "soon"}',
        'refused Since must be a date, like 2026-08-21.'),
    ('{"a.is_partner": "maybe"}', 'refused Partner must be one of yes, no.'),
    ('{"a.region": "West"}',
        'refused Region must be one of North, South, w.'),
    ('{"under": "Elsewhere"}', 'refused There is no account “Elsewhere”: '
        'give the full name, or its external id.'),
    ('{"under": "%other"}', 'refused There is no account “%other”: '
        'give the full name, or its external id.'),
    ('{"under.empty": "yes"}', 'unknown under.empty is not known here.'),
    ('{"field": "arr; drop", "value": "1"}',
        'unknown arr; drop is not known here.')
) w (form, wanted);
select is(test.found('{"band": "Red"}'), null,
    'where a filter is wrong, nothing is found');
select is(test.found('{"tier": "x''); drop table mainstay.accounts; --"}'),
    null, 'a value is never a part of the statement');
select is(test.found('{"stage": "x''); drop table mainstay.accounts; --"}'),
    null, 'nor where any value is right');

-- Orders
select is(test.found('{}', sort), wanted, 'sorted by ' || sort) from (values
    ('-name', 'dcba'), ('arr', 'dbac'), ('-arr', 'cabd'),
    ('health', 'dcab'), ('-health', 'bacd'), ('renewal', 'dabc'),
    ('-renewal', 'cbad'), ('stage', 'adbc'), ('-stage', 'cbda'),
    ('tier', 'acdb'), ('status', 'acbd'), ('owner', 'adbc')
) w (sort, wanted);
select is((select string_agg(lower(left(f.name, 1)), '')
    from app.accounts_found((select app.current_tenant_id()), '{}', sort,
        (select key from app.accounts_found(
            (select app.current_tenant_id()), '{}', sort, null, null, 51)
            offset 1 limit 1),
        (select id from app.accounts_found(
            (select app.current_tenant_id()), '{}', sort, null, null, 51)
            offset 1 limit 1), 51) f), wanted, 'a page by ' || sort)
from (values ('name', 'cd'), ('-arr', 'bd'), ('health', 'ab'),
    ('-renewal', 'ad'), ('stage', 'bc'), ('-owner', 'da'), ('days', 'cd'))
    w (sort, wanted);

-- Words
select is((select string_agg(concat_ws(' ', f.label, f.op_label, f.words),
        '; ' order by f.place, f.name)
    from app.account_filter_words((select app.current_tenant_id()),
        form::json) f), wanted, form) from (values
    ('{"band": "at_risk"}', 'Health is At Risk'),
    ('{"band": "risk"}', 'Health is At Risk or Critical'),
    ('{"due": "90"}', 'Renewal in the next 90 days'),
    ('{"arr.over": "50000"}', 'ARR is over 50,000'),
    ('{"arr.between": "1", "arr.between": "2.50"}',
        'ARR is between 1 and 2.50'),
    ('{"owner": "none"}', 'Owner is Nobody'),
    ('{"status": "current"}', 'Status is not Churned'),
    ('{"renewal.after": "2026-08-01"}', 'Renewal after 1 Aug 2026'),
    ('{"under": "CRM-1"}', 'Group is Anchor'),
    ('{"a.is_partner": "yes"}', 'Partner is Yes'),
    ('{"a.seats_2.over": "1,000.5"}', 'Seats is over 1000.5'),
    ('{"2.a.region": "North"}', 'Region is North')
) w (form, wanted);
select is((select f.words from app.account_filter_words(
        (select app.current_tenant_id()), json_build_object('owner',
        test.person('admin@beta.test'))) f), 'Somebody else',
    'the name of a person of another tenant is not told');
select is((select f.query from app.account_filter_words(
        (select app.current_tenant_id()),
        '{"2.stage": "A & B", "2.stage": "C"}') f),
    '&2.stage=A%20%26%20B&2.stage=C', 'a filter as a part of the address');

-- Another tenant
select test.sign_in('viewer@beta.test');
select is((select count(*) from app.accounts_found(
        (select tenant from sample), '{}', 'name', null, null, 51)), 0::bigint,
    'nothing of another tenant is found');

select * from finish();
rollback;

-- account_column.sql - the columns that an address of the list names.

begin;
select no_plan();

delete from mainstay.custom_attributes;
insert into mainstay.custom_attributes (tenant_id, key, label, kind)
values (test.tenant('alpha'), 'seats', 'Seats', 'number'),
    (test.tenant('beta'), 'elsewhere', 'Elsewhere', 'text');
select test.as_operator();
insert into mainstay.accounts (tenant_id, id, name, industry, external_id,
    crm_attributes)
values (test.tenant('alpha'), '00000000-0000-0000-0000-0000000000aa', 'Anchor',
        'Steel', 'CRM-77', '{"seats": 12.5, "elsewhere": "no"}'),
    (test.tenant('beta'), '00000000-0000-0000-0000-0000000000bb', 'Bollard',
        'Rope', null, '{}');

select test.sign_in('viewer@alpha.test');

select is((select string_agg(c.name || case when c.is_known then ''
        else '?' end, ' ' order by c.nr)
    from app.account_columns(form::json, edit) c where c.nr is not null),
    wanted, concat_ws(' ', form, edit)) from (values
    ('{}', null, 'health stage arr renewal owner status tier'),
    ('{"columns": "arr"}', null, 'arr'),
    ('{"columns": "tier arr,a.seats"}', null, 'tier arr a.seats'),
    ('{"columns": "tier", "columns": "arr tier"}', null, 'tier arr'),
    ('{"columns": " "}', null, 'health stage arr renewal owner status tier'),
    ('{"columns": "arr bogus"}', null, 'arr bogus?'),
    ('{"columns": "a.elsewhere"}', null, 'a.elsewhere?'),
    ('{"columns": "a b; drop"}', null, 'a? b;? drop?'),
    ('{"columns": "tier arr tag"}', 'up.arr', 'arr tier tag'),
    ('{"columns": "tier arr tag"}', 'down.arr', 'tier tag arr'),
    ('{"columns": "tier arr tag"}', 'up.tier', 'tier arr tag'),
    ('{"columns": "tier arr tag"}', 'down.tag', 'tier arr tag'),
    ('{"columns": "tier arr tag"}', 'up.owner', 'tier arr tag'),
    ('{"columns": "tier a.seats"}', 'up.a.seats', 'a.seats tier')
) w (form, edit, wanted);
select is((select string_agg(c.name, ' ') from app.account_columns(
    '{"columns": "tier arr"}', null) c), 'tier arr health stage renewal owner '
    'status stage_days industry external_id contact created tag a.seats',
    'those that are not shown stand behind');
select is(app.account_columns_query(form::json, edit), wanted, form)
from (values
    ('{}', null, ''),
    ('{"columns": "health stage arr renewal owner status tier"}', null, ''),
    ('{"columns": "stage health arr renewal owner status tier"}', 'up.health',
        ''),
    ('{"columns": "tier,arr"}', null, '&columns=tier+arr'),
    ('{"columns": "a&b=c"}', null, '&columns=a%26b%3Dc')) w (form, edit, wanted);

select is((select jsonb_agg(jsonb_build_array(c -> 'label', c -> 'text'))
    from jsonb_array_elements(app.account_cells(test.tenant('alpha'),
        '{00000000-0000-0000-0000-0000000000aa}',
        '{"columns": "a.seats industry external_id contact"}', 'up.industry')
        -> '00000000-0000-0000-0000-0000000000aa') c),
    '[["Industry", "Steel"], ["Seats", "12.5"], ["External id", "CRM-77"],
        ["Last contact", null]]', 'cells in their order');
select is((select c -> 'is_arr' from jsonb_array_elements(app.account_cells(
    test.tenant('alpha'), '{00000000-0000-0000-0000-0000000000aa}',
    '{"columns": "arr"}', null) -> '00000000-0000-0000-0000-0000000000aa') c),
    'true', 'a usual column is a flag');
select is(app.account_cells(test.tenant('beta'),
    '{00000000-0000-0000-0000-0000000000bb}', '{"columns": "industry"}', null),
    null, 'nothing of another tenant');

select * from finish();
rollback;

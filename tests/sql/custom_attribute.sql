-- custom_attribute.sql - attributes that a tenant gives its accounts: values
-- are typed, checked and kept, and the list has an order.

begin;
select no_plan();

create function test.tenant_id() returns uuid
language sql stable as $$ select test.tenant('alpha') $$;

create function test.add(p_label text, p_kind text, p_choices text
    default null, p_required boolean default false) returns uuid
language sql volatile as $$
    select mainstay.create_attribute(test.tenant_id(), p_label, null, p_kind,
        p_choices, p_required)
$$;

create function test.problems(p_values jsonb, p_is_new boolean default false)
returns text
language sql volatile as $$
    select coalesce(string_agg(key || ': ' || message, e'\n'), 'none')
    from mainstay.attribute_problems(test.tenant_id(), p_values, p_is_new)
$$;

create function test.keys() returns text
language sql volatile as $$
    select string_agg(key, ' ' order by position, label)
    from custom_attributes where tenant_id = test.tenant_id()
$$;

create function test.move(p_key text, p_place integer) returns text
language plpgsql as $$
begin
    perform mainstay.move_attribute(test.tenant_id(), (
        select id from custom_attributes where key = p_key), p_place);
    return test.keys();
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

delete from custom_attributes;

-- Dates as fields of forms take them.
select results_eq(
    $$ select mainstay.is_date(t) from unnest(array['2026-08-21',
        '2024-02-29', '2026-02-29', '1900-02-29', '2026-13-01',
        '2026-04-31', '2026-04-00', '1899-12-31', '2200-01-01', '2026-8-21',
        '', '20260821', e'2026-08-21\n']) with ordinality u (t, n)
        order by n $$,
    $$ values (true), (true), (false), (false), (false), (false), (false),
        (false), (false), (false), (false), (false), (false) $$,
    'a date is a day that there is');

select test.sign_in('admin@alpha.test');
select lives_ok($$ select test.add('Region', 'choice', e' North \n\r\nSouth',
    true), test.add('Seats', 'number'), test.add('Go-live', 'date'),
    test.add('Uses SSO?', 'boolean'), test.add('Legal name', 'text') $$,
    'an admin adds attributes');
select is(test.keys(), 'region seats go_live uses_sso legal_name',
    'their keys are made of their labels, the newest is the last');
select is((select choices from custom_attributes where key = 'region'),
    array['North', 'South'], 'choices are lines, without what is around them');
select is(mainstay.attribute_key('24h contact'), 'a24h_contact',
    'a key begins with a letter');

-- Values.
select is(test.problems('{"region": "North", "seats": "12", "go_live":
    "2026-02-28", "uses_sso": "Yes", "legal_name": "Ünïted \"A\" Ltd"}', true),
    'none', 'what fits is right');
select is(test.problems('{"seats": 12.5, "uses_sso": true, "go_live": null}'),
    'none', 'so is what JSON makes of it');
select is(test.problems('{"region": "west", "seats": "many", "go_live":
    "2026-02-30", "uses_sso": "maybe"}'),
    'region: Region must be one of North, South.
seats: Seats must be a number, such as 12 or 3.5.
go_live: Go-live must be a date, such as 2026-08-21.
uses_sso: Uses SSO? must be yes or no.', 'each wrong value has its sentence');
select is(test.problems(jsonb_build_object('legal_name', repeat('x', 501))),
    'legal_name: Legal name must be one line of at most 500 characters.',
    'a text has an end');
select is(test.problems('{"legal_name": "a\nb", "seats": "1e3"}'),
    'seats: Seats must be a number, such as 12 or 3.5.
legal_name: Legal name must be one line of at most 500 characters.',
    'a text is one line, a number is plain');
select is(test.problems('{"colour": "red"}'),
    'colour: colour is no attribute of accounts here.', 'unknown is said');
select is(test.problems('{"region": " "}'), 'region: Region is needed.',
    'what is required cannot be emptied');
select is(test.problems('{}', true), 'region: Region is needed.',
    'a new account needs what is required');
select is(test.problems('{}'), 'none', 'one that is there does not');

select is(mainstay.with_attributes(test.tenant_id(),
    '{"seats": 3, "go_live": "2026-01-01", "imported": [1]}',
    '{"region": "South", "seats": " 12.50 ", "go_live": "", "uses_sso":
        "no"}'),
    '{"region": "South", "seats": 12.50, "uses_sso": false, "imported": [1]}',
    'values are kept as what they are, emptied ones go, others stay');
select is(mainstay.attribute_text(k, v), t, k || ' as read')
from (values ('boolean', jsonb 'true', 'Yes'), ('boolean', 'false', 'No'),
    ('date', '"2026-08-21"', app.date_text('2026-08-21')),
    ('date', '"soon"', 'soon'), ('number', '12.5', '12.5'),
    ('choice', '"North"', 'North')) x (k, v, t);

-- Order.
select is(test.move('go_live', 2), 'region go_live seats uses_sso legal_name',
    'up by one');
select is(test.move('region', 2), 'go_live region seats uses_sso legal_name',
    'down by one');
select is(test.move('legal_name', 1),
    'legal_name go_live region seats uses_sso', 'to the front');
select is(test.move('legal_name', 99),
    'go_live region seats uses_sso legal_name', 'beyond the end is the end');

-- Mistakes, each with its field.
select is(test.refusal($$ select test.add('Seats', 'text') $$),
    'MS422 label: There is already an attribute with this key.',
    'the same twice');
select is(test.refusal($$ select test.add('???', 'text') $$),
    'MS422 attribute_key: The key must begin with a letter from a to z and have only '
    'such letters, digits and _.', 'a label without letters needs a key');
select is(test.refusal($$ select test.add('Size', 'choice', e' \n ') $$),
    'MS422 choices: Give the choices, one in each line.', 'nothing to choose');
select is(test.refusal($$ select test.add('Size', 'text', 'S') $$),
    'MS422 choices: Only an attribute of the kind Choice has choices.',
    'choices of a text');
select is(test.refusal($$ select test.add('Size', 'choice', e'S\ns') $$),
    'MS422 choices: S is there twice.', 'a choice twice');
select is(test.refusal($$ select test.add('Size', 'choice',
    string_agg(n::text, e'\n')) from generate_series(1, 101) n $$),
    'MS422 choices: There can be at most 100 choices; these are 101.',
    'too many choices');
select is(test.refusal($$ select mainstay.delete_attribute(test.tenant_id(),
    gen_random_uuid()) $$), 'MS404 : There is no such attribute.',
    'what is not there');

-- Changing and deleting leave values alone.
select mainstay.edit_attribute(test.tenant_id(), id, 'Area', e'West\nSouth',
    false) from custom_attributes where key = 'region';
select is((select label || array_to_string(choices, ',') || is_required
    from custom_attributes where key = 'region'), 'AreaWest,Southfalse',
    'an attribute is edited');
select mainstay.delete_attribute(test.tenant_id(), id)
from custom_attributes where key = 'region';
select is(test.keys(), 'go_live seats uses_sso legal_name', 'and deleted');
select is((select count(*) from audit_log
    where object_type = 'custom_attributes'
        and action = 'custom_attributes.delete'
        and before ->> 'key' = 'region'), 1::bigint, 'the log knows it');

-- Another tenant, another role.
select test.sign_in('admin@beta.test');
select throws_ok(format('select mainstay.edit_attribute(%L, id, %L, null, '
    'false) from (select gen_random_uuid() as id) x', test.tenant_id(), 'x'),
    'MS404', 'There is no such attribute.',
    'an attribute of another tenant is not there');
select test.as_operator();
select test.sign_in('practitioner@alpha.test');
select throws_ok($$ select test.add('Mine', 'text') $$, '42501', null,
    'only an admin adds attributes');
select is((select count(*) from custom_attributes), 4::bigint,
    'everybody sees them');

select * from finish();
rollback;

-- account_import.sql - accounts from CSV: how it is read, what is refused,
-- what is added and changed.

begin;
select no_plan();

select is((select string_agg(array_to_string(c.cells, '|'), ' / '
    order by c.line) from mainstay.csv_lines(given) c), wanted, given)
from (values ('a,b', 'a|b'), (e'a,b\r\nc,d\r\n', 'a|b / c|d'),
    (e'a;b\n"x;y";"say ""hi"""', 'a|b / x;y|say "hi"'),
    (e'a\tb\nc\t', 'a|b / c|'), (e'a,b\n\n"two\nlines",d',
        e'a|b / two\nlines|d'), (e'\ufeffa,b', 'a|b'), ('', null),
    (e'a,b\n"open,x', 'a|b / "open|x')) w (given, wanted);

delete from mainstay.accounts where tenant_id = test.tenant('alpha');
insert into mainstay.accounts (tenant_id, name, external_id, arr_cents)
values (test.tenant('alpha'), 'Anchor', 'A', 100),
    (test.tenant('alpha'), 'Same', 'S', 100);
create function test.csv(p_lines text) returns json
language sql as $$
    select json_build_object('csv', p_lines);
$$;
create function test.look(p_csv text) returns text
language sql as $$
    select string_agg(concat_ws(' ', p.line, p.outcome, p.message), '; '
        order by p.line)
    from app.import_preview((select app.current_tenant_id()),
        test.csv(p_csv)) p;
$$;

select test.sign_in('admin@alpha.test');
select is(test.look(e'External ID,Account,Revenue,Ignored\nA,Anchor,2.50,x\n'
    'B,Bollard,10,\nS,,1,\n'), '2 changed; 3 added; 4 same',
    'known accounts are changed, others added, the same left alone');
select is(test.look('external_id,' || split_part(line, '=', 1) || e'\nA,'
    || split_part(line, '=', 2)), '2 refused ' || split_part(line, '=', 1)
    || ' ' || message || ': "' || split_part(line, '=', 2) || '".', line)
from (values ('status=gone', 'must be active, onboarding, paused or churned'),
    ('tier=gold', 'must be enterprise, mid_market, small_business or trial'),
    ('arr=much', 'must be an amount like 50000 or 50000.50'),
    ('currency=usd', 'must be a code like USD'),
    ('renewal_date=2026-02-30', 'must be a date like 2026-08-21'),
    ('stage=Nowhere', 'is no stage of the journey'),
    ('owner=admin@beta.test', 'is nobody here')) w (line, message);
select is(test.look(e'external_id,name,parent_external_id\n,No id,\nB,,\n'
    'C,Cap,\nC,Cap again,\nD,Dock,D\nE,Edge,Nowhere\nF,F,C,x'),
    '2 refused external_id is missing.; 3 refused A new account needs a '
    'name.; 4 added; 5 refused C is in line 4 already.; 6 refused An account '
    'cannot be its own parent.; 7 refused There is no account with the '
    'external id Nowhere.; 8 refused There are more cells than headings.',
    'lines that are refused say why');
select throws_ok(format('select test.look(%L)', given), 'MS422', message,
    message) from (values
    ('external_id', 'A heading and at least one line are needed.'),
    (e'name\nx', 'No column is the external id: accounts are recognised by '
        'it.'),
    (e'external_id,name,account\nA,b,c',
        'Two columns go to the same field.'),
    (e'external_id\n' || repeat(e'x\n', 1001),
        'At most 1,000 lines at once: this has 1,001.')) w (given, message);
select throws_ok($$select * from app.import_preview(
    (select app.current_tenant_id()), '{"csv": "external_id,x\nA,b",
    "map-2": "health_score"}')$$, 'MS422',
    'A column goes to a field that is not known.',
    'nothing but these fields is written');

select isnt(mainstay.account_import((select app.current_tenant_id()),
    test.csv(e'external_id,name,arr,status,owner,renewal_date,'
    'parent_external_id,stage\nB,''=Bollard,10.50,paused,VIEWER@alpha.test,'
    '2027-01-31,C,Renewal\nC,Capstan,,,,,,\nA,,7,,,,,\nX,,,,,,,')), null,
    'an import has a result');
select is((select string_agg(r.outcome, ' ' order by r.line)
    from bulk_changes b, jsonb_to_recordset(b.results)
        r (line integer, outcome text)), 'added added changed refused',
    'what came of each line');
select is((select concat_ws(' ', a.name, a.arr_cents, a.status, a.renewal_date,
        a.current_stage, p.name, a.csm_id = test.person('viewer@alpha.test'))
    from accounts a join accounts p on p.id = a.parent_id
    where a.external_id = 'B'),
    '=Bollard 1050 paused 2027-01-31 Renewal Capstan t', 'a new account');
select is((select concat_ws(' ', name, arr_cents) from accounts
    where external_id = 'A'), 'Anchor 700', 'an empty cell changes nothing');

select test.sign_in('contributor@alpha.test');
select throws_ok($$select mainstay.account_import(
    (select app.current_tenant_id()), test.csv(e'external_id,name\nZ,Z'))$$,
    '42501', null, 'a contributor imports nothing');
select test.sign_in('admin@beta.test');
select is(test.look(e'external_id,name\nA,Anchor'), '2 added',
    'external ids of another tenant are unknown');

select * from finish();
rollback;

-- account_csv.sql - accounts as CSV that no spreadsheet runs.

begin;
select no_plan();

select is(app.csv_cell(given), wanted, 'the cell ' || coalesce(given, 'null'))
from (values (null, ''), ('', ''), ('Anchor', 'Anchor'), ('a,b', '"a,b"'),
    ('a"b', '"a""b"'), (e'a\nb', e'"a\nb"'), ('=1+1', '"''=1+1"'),
    ('+1', '"''+1"'), ('-1', '"''-1"'), ('@x', '"''@x"'),
    (e'\t=1', e'"''\t=1"'), (e'\r=1', e'"''\r=1"'),
    ('=HYPERLINK("x","y")', '"''=HYPERLINK(""x"",""y"")"'),
    ('1-1', '1-1')) w (given, wanted);

delete from mainstay.accounts where tenant_id = test.tenant('alpha');
insert into mainstay.accounts (tenant_id, id, name, arr_cents, external_id,
    csm_id, renewal_date)
values (test.tenant('alpha'), '00000000-0000-0000-0000-00000000000a',
        '=cmd|''/c calc''!A1', 123450, 'CRM,1',
        test.person('admin@alpha.test'), '2027-01-31'),
    (test.tenant('alpha'), '00000000-0000-0000-0000-00000000000b', 'Bollard',
        0, null, null, null);
select test.sign_in('viewer@alpha.test');
select is(app.account_csv((select app.current_tenant_id()), '{}', '-arr'),
    e'external_id,name,status,tier,stage,owner,arr,currency,renewal_date,'
    'contract_start_date,contract_end_date,industry,parent_external_id,'
    'parent_name,health_score,health_band,tags,id\r\n'
    '"CRM,1","''=cmd|''/c calc''!A1",active,small_business,Onboarding,'
    'admin@alpha.test,1234.50,USD,2027-01-31,,,,,,,,,'
    '00000000-0000-0000-0000-00000000000a\r\n'
    ',Bollard,active,small_business,Onboarding,,0.00,USD,,,,,,,,,,'
    '00000000-0000-0000-0000-00000000000b\r\n', 'the file');
select is(app.account_csv((select app.current_tenant_id()),
    '{"owner": "none"}', 'name') like '%Bollard%', true, 'has the filters');
select is(app.account_csv((select app.current_tenant_id()),
    '{"owner": "none"}', 'name') like '%CRM%', false, 'of the list');
select test.as_operator();
set local session_replication_role = replica;
insert into mainstay.accounts (tenant_id, name)
select test.tenant('alpha'), 'N' || n from generate_series(1, 10000) n;
set local session_replication_role = origin;
select test.sign_in('viewer@alpha.test');
select throws_ok($$select app.account_csv((select app.current_tenant_id()),
    '{}', 'name')$$, 'MS422', 'These are more than 10,000 accounts: narrow '
    'the list by a filter.', 'too many are refused');

select * from finish();
rollback;

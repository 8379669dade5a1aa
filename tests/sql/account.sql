-- account.sql - customers, their tree, and what only triggers may write.

begin;
select plan(35);

select test.sign_in('practitioner@alpha.test');
insert into accounts (name, arr_cents, external_id)
values ('Root', 15000050, 'crm-1') returning id as root \gset
insert into accounts (name, parent_id) values ('Child', :'root')
returning id as child \gset
insert into accounts (name, parent_id) values ('Grandchild', :'child')
returning id as grandchild \gset
insert into accounts (name) values ('Other Root') returning id as other \gset

select is((select tenant_id from accounts where id = :'root'),
    test.tenant('alpha'), 'an account belongs to the tenant of the request');
select is((select arr from accounts where id = :'root'), 150000.50,
    'arr is the money of arr_cents');
select is((select name_key from accounts where id = :'other'), 'other root',
    'the key to sort by is the lower-case name');
select is((select renewal_sort from accounts where id = :'other'),
    date '9999-12-31', 'who never renews sorts last');

-- The tree.
select is((select hierarchy_path from accounts where id = :'root'), :'root',
    'the path of a root is its id');
select is((select hierarchy_level from accounts where id = :'root'), 0,
    'a root is on level 0');
select is((select hierarchy_path from accounts where id = :'grandchild'),
    :'root' || '/' || :'child' || '/' || :'grandchild',
    'a path names all parents');
select is((select hierarchy_level from accounts where id = :'grandchild'), 2,
    'a grandchild is on level 2');
select throws_ok(format('update accounts set parent_id = %L where id = %L',
    :'grandchild', :'root'), 'MS422', null,
    'an account cannot move below itself');
select ok(test.outcome(format('update accounts set parent_id = id'
    ' where id = %L', :'root')) in ('MS422', '23514'),
    'an account cannot be its own parent');
select throws_ok(format('update accounts set parent_id = case id when %L
    then %L::uuid else %1$L end where id in (%1$L, %2$L)', :'root', :'other'),
    'MS422', null, 'two accounts cannot swap into a ring at once');
update accounts set parent_id = :'other' where id = :'child';
select is((select hierarchy_path from accounts where id = :'grandchild'),
    :'other' || '/' || :'child' || '/' || :'grandchild',
    'what lies below moves along');
update accounts set hierarchy_level = 9, hierarchy_path = 'x'
where id = :'child';
select is((select hierarchy_level || hierarchy_path from accounts
    where id = :'child'), '1' || :'other' || '/' || :'child',
    'nobody writes level and path by hand');

-- What is refused.
select throws_ok(format('update accounts set health_score = 99
    where id = %L', :'root'), '42501', null,
    'nobody writes a health score into the account');
insert into accounts (name, health_score, health_band)
values ('Forged', 99, 'healthy') returning id as forged \gset
select is((select health_score from accounts where id = :'forged'), null,
    'a new account has no score');
select throws_ok($$insert into accounts (name, tier)
    values ('x', 'galactic')$$, '23514', null, 'an unknown tier is refused');
select throws_ok($$insert into accounts (name, status)
    values ('x', 'gone')$$, '23514', null, 'an unknown status is refused');
select throws_ok($$insert into accounts (name, arr_cents)
    values ('x', -1)$$, '23514', null, 'negative money is refused');
select throws_ok($$insert into accounts (name) values ('   ')$$, '23514',
    null, 'a blank name is refused');
select throws_ok($$insert into accounts (name, contract_start_date,
    contract_end_date) values ('x', '2027-01-02', '2027-01-01')$$, '23514',
    null, 'a contract does not end before it starts');
select throws_ok($$insert into accounts (name, external_id)
    values ('x', 'crm-1')$$, '23505', null,
    'an external id is unique in its tenant');
select throws_ok($$insert into accounts (name, current_stage)
    values ('x', 'Nirvana')$$, '23503', null, 'an unknown stage is refused');
select throws_ok(format($$insert into accounts (name, csm_id)
    values ('x', %L)$$, test.person('admin@beta.test')), '23503', null,
    'a manager from another tenant is refused');

-- Another tenant.
select test.sign_in('practitioner@beta.test');
select is_empty(format('select 1 from accounts where id = %L', :'root'),
    'another tenant does not see the account');
select lives_ok($$insert into accounts (name, external_id)
    values ('x', 'crm-1')$$, 'another tenant may use the same external id');
select throws_ok(format($$insert into accounts (name, parent_id)
    values ('x', %L)$$, :'root'), '23503', null,
    'a parent in another tenant is refused');
select is(test.outcome(format('update accounts set name = %L where id = %L',
    'taken', :'root')), '0', 'another tenant cannot rename it');

-- Roles.
select test.sign_in('viewer@alpha.test');
select is(test.rows(format('select 1 from accounts where id = %L', :'root')),
    1::bigint, 'a Viewer sees the account');
select is(test.outcome($$insert into accounts (name) values ('x')$$),
    '42501', 'a Viewer cannot add accounts');
select test.sign_in('contributor@alpha.test');
select is(test.outcome($$insert into accounts (name) values ('x')$$),
    '42501', 'a Contributor cannot add accounts');
select is(test.outcome(format('update accounts set name = %L where id = %L',
    'y', :'root')), '0', 'a Contributor cannot change accounts');
select test.sign_in('practitioner@alpha.test');
select is(test.outcome(format('delete from accounts where id = %L',
    :'other')), '0', 'a Practitioner cannot delete accounts');
select test.sign_in('admin@alpha.test');
select is(test.outcome(format('delete from accounts where id = %L',
    :'other')), '1', 'a Tenant Admin can');
delete from accounts where id = :'other';
select is((select hierarchy_path from accounts where id = :'child'), :'child',
    'a subsidiary of a deleted account becomes a root');
select is((select hierarchy_path from accounts where id = :'grandchild'),
    :'child' || '/' || :'grandchild', 'with all that lies below it');

select * from finish();
rollback;

-- account_tree.sql - the tree of accounts: order, what a filter finds in it,
-- and its pages.

begin;
select no_plan();

delete from mainstay.accounts where tenant_id = test.tenant('alpha');
select test.as_operator();
create function test.id(p_name text) returns uuid
language sql immutable as $$ select md5(p_name)::uuid $$;
-- A > (C > D, B); E; F, one below the other by name.
insert into mainstay.accounts (tenant_id, id, name, parent_id, arr_cents,
    status)
select test.tenant('alpha'), test.id(name), name, test.id(parent),
    arr * 100, status
from (values
    ('E', null, 50, 'active'),
    ('A', null, 10, 'active'),
    ('F', null, 70, 'churned'),
    ('C', 'A', 20, 'active'),
    ('B', 'A', 30, 'paused'),
    ('D', 'C', 40, 'active')) a (name, parent, arr, status);

-- "A +B" is B below A; in brackets what is only on the way.
create function test.tree(p_form text, p_sort text default 'name',
    p_key text default null, p_id uuid default null) returns text
language sql as $$
    select string_agg(repeat('+', t.level) || case when t.is_path
        then '(' || left(a.name, 3) || ')' else left(a.name, 3) end
        || case when t.is_cut then '…' else '' end, ' ' order by t.place)
    from app.account_tree((select app.current_tenant_id()), p_form::json,
        p_sort, p_key, p_id) t
    join mainstay.accounts a on a.id = t.id;
$$;

create temporary table tree as
select t.*, '' as name from app.account_tree(null, '{}', 'name', null, null) t;
grant all on tree to public;

select test.sign_in('viewer@alpha.test');
select is(test.tree(form, sort), wanted, sort || ' ' || form) from (values
    ('{}', 'name', 'A +B +C ++D E F'),
    ('{}', '-name', 'F E A +C ++D +B'),
    ('{}', 'arr', 'A +C ++D +B E F'),
    ('{}', '-arr', 'F E A +B +C ++D'),
    ('{"name": "D"}', 'name', '(A) +(C) ++D'),
    ('{"name": "D", "name": "B"}', 'name', '(A) +B +(C) ++D'),
    ('{"arr.over": "35"}', '-arr', 'F E (A) +(C) ++D'),
    ('{"status": "paused", "2.name": "E"}', 'name', '(A) +B E'),
    ('{"under": "C"}', 'name', '(A) +C ++D'),
    ('{"under.not": "A"}', 'name', 'E F'),
    ('{"name": "Nobody"}', 'name', null),
    ('{"bogus": "1"}', 'name', null)) w (form, sort, wanted);
select is((select string_agg(left(a.name, 1), '' order by t.place)
    from app.account_tree((select app.current_tenant_id()), '{}', 'name',
        null, null) t
    join mainstay.accounts a on a.id = t.id where t.is_parent), 'AC',
    'who has accounts below');
select is(test.tree('{}', 'name', 'a', test.id('A')), 'E F',
    'behind a position');
select is(test.tree('{"name": "D", "name": "F"}', 'name', 'a', test.id('A')),
    'F', 'behind a position, of what is found');
select is(test.tree('{"name": "D", "name": "F"}', '-arr', '7000',
    test.id('F')), '(A) +(C) ++D', 'and in another order');

-- Pages end with a group; a large one is cut.
reset role;
select test.as_operator();
insert into mainstay.accounts (tenant_id, id, name, parent_id)
select test.tenant('alpha'), test.id('E' || n), 'E' || n, test.id('E')
from generate_series(100, 159) n;
insert into mainstay.accounts (tenant_id, id, name, parent_id)
select test.tenant('alpha'), test.id('F' || n), 'F' || n, test.id('F')
from generate_series(100, 145) n;
insert into mainstay.accounts (tenant_id, id, name)
select test.tenant('alpha'), test.id('G' || n), 'G' || n
from generate_series(100, 199) n;
select test.sign_in('viewer@alpha.test');
insert into tree
select t.*, a.name from app.account_tree((select app.current_tenant_id()),
    '{}', 'name', null, null) t
join mainstay.accounts a on a.id = t.id;
select is((select string_agg(name, ' ' order by place) from tree
    where level = 0), 'A E F', 'a page ends with what fills it');
select is((select string_agg(name, ' ' order by place) from tree
    where is_cut), 'E', 'only the large group is cut');
select is((select string_agg(name, ' ' order by place) from tree
    where name like 'E%'), 'E ' || (select string_agg('E' || n, ' ' order by n)
    from generate_series(100, 148) n), 'of it the first fifty are there');
select is((select distinct next_key || ' ' || next_id from tree),
    'f ' || test.id('F'), 'the next page begins behind the last group');
select is((select count(*) from app.account_tree(
    (select app.current_tenant_id()), '{}', 'name', 'f', test.id('F'))),
    50::bigint, 'fifty roots at most');
select is((select max(next_key) from app.account_tree(
    (select app.current_tenant_id()), '{}', 'name', 'g149',
    test.id('G149'))), null, 'the last page has no next one');
select is((select count(*) || ' ' || bool_or(is_cut)
    from app.account_tree((select app.current_tenant_id()),
        '{"under": "E", "name.contains": "e1"}', 'name', null, null)),
    '51 true', 'what a filter finds of a group is cut too');
-- Further away than the next 500 roots.
reset role;
select test.as_operator();
insert into mainstay.accounts (tenant_id, id, name)
select test.tenant('alpha'), test.id('H' || n), 'H' || n
from generate_series(100, 750) n;
insert into mainstay.accounts (tenant_id, id, name, parent_id)
values (test.tenant('alpha'), test.id('Z'), 'Z', test.id('H750'));
select test.sign_in('viewer@alpha.test');
select is(test.tree('{"name": "z"}'), '(H75) +Z',
    'what is rare is found as well');
select is(test.tree('{"name": "z", "name": "d"}', '-name'),
    '(H75) +Z (A) +(C) ++D', 'in the order of the roots');

-- Another tenant
select test.sign_in('viewer@beta.test');
select is((select count(*) from app.account_tree(test.tenant('alpha'), '{}',
    'name', null, null)), 0::bigint, 'nothing of another tenant is shown');

select * from finish();
rollback;

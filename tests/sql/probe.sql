-- probe.sql - nobody reaches a row of another tenant.
--
-- Everything here comes from the catalogue; see lib/probe.sql.

begin;
select no_plan();

-- The probe means something only when there is something to be found.
select is_empty($$select * from test.barren$$,
    'every table of a tenant has rows of both tenants');
select diag(format('%s of %s stays empty: %s; add a line to test.hint or'
    ' lib/fixture.sql', b.rel, b.slug, b.problem)) from test.barren b;

select test.sign_in('admin@alpha.test');
select cmp_ok(test.rows(format('select 1 from %s where %I = %L', r.rel,
        r.tenant_column, test.tenant('alpha'))), '>', 0::bigint,
    format('a Tenant Admin sees own rows of %s', r.rel))
from test.tenant_relations() r
where r.tenant_column is not null
    and has_column_privilege('mainstay_app', r.rel, r.tenant_column,
        'select');
select test.as_operator();

create temporary table probed as select * from test.probe();

select cmp_ok((select count(distinct p.rel)::int from probed p), '=',
    (select count(*)::int from test.tenant_relations()),
    'every table, partition and view is probed');
select is(count(*) filter (where p.is_leak)::int, 0,
    format('%s as %s: %s probes, no leak', p.rel, p.who, count(*)))
from probed p
group by p.rel, p.who
having not (select r.is_partition from test.tenant_relations() r
    where r.rel = p.rel::regclass) or bool_or(p.is_leak)
order by p.rel, p.who;
select diag(format('LEAK %s: %s by %s answers %s', p.rel, p.verb, p.who,
    p.outcome))
from probed p where p.is_leak;
select is((select count(*)::int from probed p where p.is_leak), 0,
    format('%s probes, %s leaks',
        (select count(*) from probed),
        (select count(*) from probed p where p.is_leak)));

select diag(format('%s probes, %s leaks', count(*),
    count(*) filter (where p.is_leak))) from probed p;
select * from finish();
rollback;

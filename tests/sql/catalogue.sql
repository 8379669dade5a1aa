-- catalogue.sql - the schema as a whole: its rules, and what a reader finds.

begin;
select plan(11);

select is_empty('select * from api.catalogue_violations()',
    'no rule of tenancy is broken');
select is_empty($$select e.rule, e.object from api.catalogue_exceptions() e
    where not exists (
        select from (
            select * from api.catalogue_relation_rules()
            union all select * from api.catalogue_policy_rules()
            union all select * from api.catalogue_key_rules()
            union all select * from api.catalogue_function_rules()
            union all select * from api.catalogue_role_rules()
            ) v (rule, object)
        where v.rule = e.rule and v.object like e.object)$$,
    'every exception is still needed');
select is_empty($$select * from api.catalogue_exceptions()
    where length(reason) < 10$$, 'every exception has a reason');

-- What /readyz asks.
select test.as_role('mainstay_app');
select is((select is_ready from api.readiness()), true,
    'the application is ready');
select cmp_ok((select schema_version from api.readiness()), '>=', 7,
    'and knows the version of the schema');
select is(test.outcome('select * from api.catalogue_violations()'), '42501',
    'the rules in detail are for the migrator');
select test.as_operator();
set local role mainstay_migrator;
select lives_ok('select * from api.catalogue_violations()',
    'who may ask for them');
select test.as_operator();
create table mainstay.wrong (x int);
select is((select is_ready from api.readiness()), false,
    'a broken rule makes it unready');
drop table mainstay.wrong;

-- The documentation is in the catalogue.
select is_empty($$select c.oid::regclass from pg_class c
    where c.relnamespace = 'mainstay'::regnamespace
        and c.relkind in ('r', 'p', 'v') and not c.relispartition
        and obj_description(c.oid, 'pg_class') is null$$,
    'every table and view has a comment');
select is_empty($$select p.oid::regprocedure from pg_proc p
    where p.pronamespace = 'api'::regnamespace and p.provolatile = 'i'
        and p.prosecdef and p.proname !~ '^catalogue'$$,
    'no borrowed right hides in an immutable function');
select is_empty($$select x.conrelid::regclass, x.conname from pg_constraint x
    where x.contype = 'f' and x.connamespace = 'mainstay'::regnamespace
        and x.confdeltype = 'a' and x.conparentid = 0
        and x.confrelid not in ('mainstay.journey_stages'::regclass,
            'mainstay.scorecard_versions'::regclass,
            'mainstay.playbooks'::regclass)$$,
    'deleting a row leaves nothing that hangs in the air');

select * from finish();
rollback;

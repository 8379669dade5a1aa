-- mutants.sql - mistakes that somebody will make one day.  Each is planted,
-- the catalogue's rules and the probe are run, and it is undone.  One that
-- nobody notices fails the test: then the rules are what needs mending.

begin;
select no_plan();

create temporary table mutant (
    id int generated always as identity,
    name text not null,
    rule text,              -- the rule that has to report it
    leaks boolean,          -- whether the probe has to; null: it may
    rels text[] not null default '{mainstay.accounts}',
    sql text not null
);

-- The tenant policy of accounts, made again with other words.
create function pg_temp.isolation(p_words text) returns text
language sql as $$
    select 'drop policy tenant_isolation on mainstay.accounts;'
        ' create policy tenant_isolation on mainstay.accounts '
        || replace(p_words, '<tenant>',
            'tenant_id = (select app.current_tenant_id())')
$$;

-- The role policies of accounts for one command, made again.
create function pg_temp.permissive(p_command text, p_words text)
returns text
language sql as $$
    select string_agg(format('drop policy %I on mainstay.accounts;',
            p.policyname), ' ')
        || format(' create policy mutant on mainstay.accounts for %s to'
            ' mainstay_app %s', p_command, p_words)
    from pg_policies p
    where p.schemaname = 'mainstay' and p.tablename = 'accounts'
        and p.permissive = 'PERMISSIVE' and 'mainstay_app' = any (p.roles)
        and lower(p.cmd) in (p_command, 'all')
$$;

-- Tables of their own, with everything right except for what follows.
create function pg_temp.table(p_extra text) returns text
language sql as $$
    select 'set local role mainstay_owner;
        create table mainstay.mutants (
            tenant_id uuid not null references mainstay.tenants,
            id uuid not null default gen_random_uuid(),
            name text not null default ''x'', account_id uuid,
            primary key (tenant_id, id));
        alter table mainstay.mutants enable row level security,
            force row level security;
        create policy tenant_isolation on mainstay.mutants as restrictive
            to mainstay_app
            using (tenant_id = (select app.current_tenant_id()))
            with check (tenant_id = (select app.current_tenant_id()));
        create policy r on mainstay.mutants for select to mainstay_app
            using (tenant_id = (select app.current_tenant_id()));
        grant select on mainstay.mutants to mainstay_app;
        reset role;
        insert into mainstay.mutants (tenant_id, account_id)
        select a.tenant_id, a.id from mainstay.accounts a;
        ' || p_extra
$$;

-- The fourteen of the blueprint.
insert into mutant (name, rule, leaks, sql) values
('the restrictive policy is dropped', 'T02', null,
    'drop policy tenant_isolation on mainstay.accounts'),
('the restrictive policy becomes permissive', 'T02', null,
    pg_temp.isolation('to mainstay_app using (<tenant>)
        with check (<tenant>)')),
('the restrictive policy covers select only', 'T02', null,
    pg_temp.isolation('as restrictive for select to mainstay_app
        using (<tenant>)')),
('the restrictive policy checks nothing on write', 'T02', null,
    pg_temp.isolation('as restrictive to mainstay_app using (<tenant>)
        with check (true)')),
('without a tenant everything is open', 'T02', null,
    pg_temp.isolation('as restrictive to mainstay_app using (<tenant>
        or (select app.current_tenant_id()) is null)
        with check (<tenant>)')),
('row security is disabled', 'T01', true,
    'alter table mainstay.accounts disable row level security'),
('row security is not forced', 'T01', null,
    'alter table mainstay.accounts no force row level security'),
('the application bypasses row security', 'T14', true,
    'alter role mainstay_app bypassrls'),
('the application is a member of the owner', 'T15', null,
    'grant mainstay_owner to mainstay_app'),
('set_config is back', 'T17', null,
    'grant execute on function set_config(text, text, boolean) to public');
insert into mutant (name, rule, leaks, rels, sql) values
('users can be selected', 'T02', true, '{mainstay.users}',
    'grant select on mainstay.users to mainstay_app'),
('users can be selected by an open policy', 'T02', true, '{mainstay.users}',
    'grant select on mainstay.users to mainstay_app;
    create policy open on mainstay.users for select to mainstay_app
    using (true)'),
('a new table has no row security', 'T01', true, '{mainstay.mutants}',
    pg_temp.table('alter table mainstay.mutants
        disable row level security')),
('a view runs with the rights of its owner', 'T09', true,
    '{mainstay.mutant}',
    'create view mainstay.mutant as select * from mainstay.accounts;
    grant select on mainstay.mutant to mainstay_app');

-- Both layers at once: then the probe has to see it.
insert into mutant (name, rule, leaks, sql) values
('both layers are open for select', 'C01', true,
    pg_temp.isolation('as restrictive to mainstay_app using (true)
        with check (<tenant>); ')
    || pg_temp.permissive('select', 'using (true)')),
('both layers are open for insert', 'C01', true,
    pg_temp.isolation('as restrictive to mainstay_app using (<tenant>)
        with check (true); ')
    || pg_temp.permissive('insert', 'with check (true)')),
('both layers are open for a move', 'C01', true,
    pg_temp.isolation('as restrictive to mainstay_app using (<tenant>)
        with check (true); ')
    || pg_temp.permissive('update', 'using (<tenant>) with check (true)')),
('the application may read everything', 'T15', null,
    'grant pg_read_all_data to mainstay_app');
update mutant set sql = replace(sql, '<tenant>',
    'tenant_id = (select app.current_tenant_id())');

-- Policies.
insert into mutant (name, rule, leaks, sql) values
('a second permissive policy', 'T03', null,
    'create policy more on mainstay.accounts for select to mainstay_app
    using (tenant_id = (select app.current_tenant_id()))'),
('a policy calls a function per row', 'T04', null,
    'create policy slow on mainstay.accounts as restrictive for select
    to mainstay_app using (app.may(''Viewer''))'),
('a permissive policy forgets the tenant', 'C01', null,
    pg_temp.permissive('select', 'using ((select app.may(''Viewer'')))')),
('a permissive policy offers the tenant as one choice', 'C01', null,
    pg_temp.permissive('select', 'using (tenant_id =
        (select app.current_tenant_id()) or (select app.may(''Viewer'')))')),
('a permissive policy checks nothing on write', 'C01', null,
    pg_temp.permissive('update', 'using (tenant_id =
        (select app.current_tenant_id())) with check (true)')),
('a policy for everybody', 'A02', null,
    'create policy all_ on mainstay.accounts for select using (false)'),
('a policy for the worker', 'A02', null,
    'create policy w on mainstay.accounts for select to mainstay_worker
    using (true)'),
('functions reach one more table across tenants', 'A03', null,
    'create policy d on mainstay.tags to mainstay_definer using (true)');

-- Tables, partitions, views.
insert into mutant (name, rule, leaks, rels, sql) values
('a tenant_id may be null', 'T05', null, '{mainstay.mutants}',
    pg_temp.table('alter table mainstay.mutants
        drop constraint mutants_pkey, alter tenant_id drop not null')),
('a new table without tenant_id', 'C03', true, '{mainstay.mutant}',
    'create table mainstay.mutant (id uuid primary key);
    alter table mainstay.mutant enable row level security,
    force row level security;
    grant select on mainstay.mutant to mainstay_app'),
('a new partition without row security', 'T01', null,
    '{mainstay.mutant}',
    'create table mainstay.mutant partition of mainstay.usage_metrics
    for values from (''2001-01-01'') to (''2001-02-01'')'),
('a new partition that the application may read', 'A01', true,
    '{mainstay.mutant}',
    'create table mainstay.mutant partition of mainstay.usage_metrics
    for values from (''2001-01-01'') to (''2001-02-01'');
    insert into mainstay.usage_metrics (tenant_id, account_id, metric_type,
        metric_value, observed_at)
    select a.tenant_id, a.id, ''logins'', 1, ''2001-01-02''
    from mainstay.accounts a;
    grant select on mainstay.mutant to mainstay_app'),
('a view that shows no tenant', 'A07', null, '{mainstay.mutant}',
    'create view mainstay.mutant with (security_invoker = true) as
    select name from mainstay.accounts;
    grant select on mainstay.mutant to mainstay_app'),
('a materialised view is readable', 'T10', null, '{mainstay.accounts}',
    'create materialized view mainstay.mutant as
    select * from mainstay.accounts;
    grant select on mainstay.mutant to mainstay_app'),
('the worker may read a table', 'A04', null, '{mainstay.accounts}',
    'grant select on mainstay.accounts to mainstay_worker'),
('one column is granted to everybody', 'A04', null, '{mainstay.accounts}',
    'grant select (name) on mainstay.accounts to public'),
('the application may truncate', 'T19', null, '{mainstay.accounts}',
    'grant truncate on mainstay.accounts to mainstay_app'),
('a trigger is disabled', 'A08', null, '{mainstay.accounts}',
    'alter table mainstay.accounts disable trigger user');

-- Keys and indexes.
insert into mutant (name, rule, leaks, rels, sql) values
('a unique key over all tenants', 'T06', null, '{mainstay.mutants}',
    pg_temp.table('create unique index on mainstay.mutants (id)')),
('a foreign key without the tenant', 'T07', null, '{mainstay.mutants}',
    pg_temp.table('create unique index mutant_key on mainstay.accounts (id);
        create index on mainstay.mutants (account_id);
        alter table mainstay.mutants
        add foreign key (account_id) references mainstay.accounts (id)')),
('a foreign key without an index', 'T08', null, '{mainstay.mutants}',
    pg_temp.table('alter table mainstay.mutants
        add foreign key (tenant_id, account_id)
        references mainstay.accounts (tenant_id, id)')),
('an enumeration is indexed', 'T20', null, '{mainstay.mutants}',
    'create type mainstay.mutation as enum (''a'', ''b''); '
    || pg_temp.table('alter table mainstay.mutants
        add x mainstay.mutation;
        create index on mainstay.mutants (tenant_id, x)')),
('a numeric column is indexed', 'T20', null, '{mainstay.mutants}',
    pg_temp.table('alter table mainstay.mutants add x numeric;
        create index on mainstay.mutants (tenant_id, x)')),
('a document is indexed', 'T20', null, '{mainstay.mutants}',
    pg_temp.table('alter table mainstay.mutants add x jsonb;
        create index on mainstay.mutants using gin (x)')),
('a primary key without the tenant', 'C02', null, '{mainstay.mutants}',
    pg_temp.table('alter table mainstay.mutants
        drop constraint mutants_pkey, add primary key (id)')),
('a table without a primary key', 'C02', null, '{mainstay.mutants}',
    pg_temp.table('alter table mainstay.mutants
        drop constraint mutants_pkey')),
('deleting an account takes the tenant from the row', 'C04', null,
    '{mainstay.mutants}',
    pg_temp.table('create index on mainstay.mutants (tenant_id, account_id);
        alter table mainstay.mutants
        add foreign key (tenant_id, account_id)
        references mainstay.accounts (tenant_id, id) on delete set null')),
('a constraint is not validated', 'A09', null, '{mainstay.mutants}',
    pg_temp.table('alter table mainstay.mutants
        add check (name <> '''') not valid'));

-- Functions and roles.
insert into mutant (name, rule, leaks, sql) values
('borrowed rights without a search path', 'T11', null,
    'create function api.mutant() returns int language sql
    security definer as ''select 1'';
    revoke all on function api.mutant() from public;
    alter function api.mutant() owner to mainstay_definer'),
('borrowed rights of the operator', 'T11', null,
    'create function api.mutant() returns int language sql
    security definer set search_path = '''' as ''select 1'';
    revoke all on function api.mutant() from public'),
('borrowed rights outside schema api', 'T11', null,
    'create function mainstay.mutant() returns int language sql
    security definer set search_path = '''' as ''select 1'';
    revoke all on function mainstay.mutant() from public;
    alter function mainstay.mutant() owner to mainstay_definer'),
('a function for everybody', 'T12', null,
    'create function mainstay.mutant() returns int language sql
    begin atomic select 1; end;
    grant execute on function mainstay.mutant() to public'),
('a function that looks its names up', 'T13', null,
    'create function mainstay.mutant() returns int language sql
    as ''select 1''; revoke all on function mainstay.mutant() from public'),
('large objects are back', 'T17', null,
    'grant execute on function lo_creat(int) to mainstay_app'),
('an entry point for two daemons', 'A05', null,
    'grant execute on function api.begin_request(bytea, text)
    to mainstay_worker'),
('the application owns a table', 'T16', null,
    'create table mainstay.mutant (tenant_id uuid);
    alter table mainstay.mutant owner to mainstay_app'),
('the application may make temporary tables', 'T18', null,
    format('grant temporary on database %I to mainstay_app',
        current_database())),
('everybody may make objects in public', 'T18', null,
    'grant create on schema public to public'),
('future tables are readable', 'A06', null,
    'alter default privileges for role mainstay_owner
    grant select on tables to mainstay_app'),
('future functions are for everybody', 'A06', null,
    'alter default privileges for role mainstay_owner in schema mainstay
    grant execute on functions to public'),
('the owner may log in', 'A10', null, 'alter role mainstay_owner login'),
('the application inherits', 'A10', null,
    'alter role mainstay_app inherit'),
('the worker may make roles', 'T14', null,
    'alter role mainstay_worker createrole');

-- Plants one mistake, looks, and undoes it.
create function pg_temp.plant(p_sql text, p_rels text[], out rules text[],
    out leaks int)
language plpgsql as $$
begin
    begin
        execute p_sql;
        rules := array(select distinct v.rule
            from api.catalogue_violations() v order by 1);
        select count(*) into leaks
        from test.probe(p_rels::regclass[]) p where p.is_leak;
        raise exception using errcode = 'TT000',
            message = json_build_array(rules, leaks);
    exception when sqlstate 'TT000' then
        rules := array(select json_array_elements_text(sqlerrm::json -> 0));
        leaks := sqlerrm::json ->> 1;
    end;
end $$;

select is_empty('select * from api.catalogue_violations()',
    'nothing is wrong before');
select ok(p.rules @> array[m.rule] and (m.leaks is null
        or m.leaks = (p.leaks > 0)),
    format('%s: %s, %s leaks', m.name, p.rules, p.leaks))
from mutant m
cross join lateral pg_temp.plant(m.sql, m.rels) p;
select is_empty('select * from api.catalogue_violations()',
    'nothing is wrong afterwards');
select set_eq('select distinct m.rule from mutant m',
    $$select distinct x[1] from pg_proc p
    cross join lateral regexp_matches(p.prosrc,
        '^ +select (?:distinct )?''([A-Z][0-9]{2})''', 'gn') x
    where p.proname ~ '^catalogue_.*_rules$'$$, 'every rule has a mutant');

select * from finish();
rollback;

-- role: mainstay_definer
--
-- catalogue.sql - the rules of tenancy, read from PostgreSQL's catalogue.
--
-- api.catalogue_violations() returns one row for each broken rule; no row
-- means that the schema keeps its promises.  It runs in the tests, after
-- every migration, after a restore and when a process asks /readyz.
--
--   T01-T20  the twenty rules of tenant isolation
--   A01-A10  what else we promise: partitions, roles, grants, triggers
--   C01-C04  what makes the schema distributable by tenant (Citus)
--
-- Each group is one function, so that a rule is a query of a few lines.
-- They see the catalogue only, never a row of a tenant.  What is allowed
-- to break a rule stands in api.catalogue_exceptions(), with its reason.

-- The one list of exceptions.  object is a LIKE pattern.
create or replace function api.catalogue_exceptions()
returns table (rule text, object text, reason text)
language sql immutable security definer set search_path = ''
as $$
    values
    ('T01', 'mainstay.schema_migrations',
        'no data of a tenant; its owner writes it before policies exist'),
    ('T06', 'mainstay.tenants.tenants_slug_key',
        'the name of a tenant is unique in the installation'),
    ('T06', 'mainstay.api_keys.api_keys_key_hash_key',
        'a key is looked up before its tenant is known'),
    ('T06', 'mainstay.invitations.invitations_token_hash_key',
        'a link is looked up before its tenant is known'),
    ('T06', 'mainstay.sessions.sessions_pkey',
        'a session is looked up before its tenant is known'),
    ('T11', 'api.make_partitions(integer)',
        'only the owner of a table can add to it; takes a number'),
    ('T14', 'mainstay_backup bypassrls',
        'a dump must see every row; read-only, two connections'),
    ('A03', 'mainstay.users', 'sign-in and sign-up'),
    ('A03', 'mainstay.sessions', 'begin_request, sign-out, session list'),
    ('A03', 'mainstay.profiles', 'sign-in, begin_request, tenant switch'),
    ('A03', 'mainstay.tenants', 'sign-up, begin_request, tenant switch'),
    ('A03', 'mainstay.api_keys', 'a key tells its tenant'),
    ('A03', 'mainstay.journey_history', 'a stage is renamed by anybody'),
    ('A03', 'mainstay.invitations', 'who holds a link has no tenant yet'),
    ('A03', 'mainstay.login_attempts', 'the throttle of sign-in'),
    ('A03', 'mainstay.audit_log', 'sign-ins, before there is a context'),
    ('A03', 'mainstay.health_queue', 'the worker scores for all'),
    ('A03', 'mainstay.health_runs', 'the worker scores for all'),
    ('A03', 'mainstay.health_overrides', 'the worker ends what expired'),
    ('A03', 'mainstay.ingest_messages', 'the sweep of old message ids'),
    ('A03', 'mainstay.idempotency_keys', 'the sweep of old names'),
    ('A03', 'mainstay.portfolio_rollups', 'compact_rollups: all tenants'),
    ('A03', 'mainstay.stage_sums', 'compact_stage_sums: all tenants'),
    ('A03', 'mainstay.portfolio_days', 'refresh_portfolios: all tenants'),
    ('A03', 'mainstay.portfolio_movers', 'refresh_portfolios: all tenants'),
    ('A03', 'mainstay.portfolio_pages', 'refresh_portfolios: all tenants'),
    ('A03', 'mainstay.portfolio_programmes',
        'refresh_portfolios: all tenants'),
    ('A03', 'mainstay.webhook_endpoints', 'the worker delivers for all'),
    ('A03', 'mainstay.webhook_payloads', 'the worker delivers for all'),
    ('A03', 'mainstay.webhook_hot', 'the worker delivers for all'),
    ('A03', 'mainstay.webhook_lanes', 'the worker delivers for all'),
    ('A03', 'mainstay.webhook_history', 'the worker delivers for all'),
    ('A03', 'mainstay.webhook_attempts', 'the worker delivers for all'),
    ('A03', 'mainstay.playbook_executions', 'told how a delivery ended'),
    ('A03', 'mainstay.email_outbox', 'playbooks that the worker runs'),
    ('A03', 'mainstay.email_opt_outs', 'who holds a link has no tenant yet'),
    ('A03', 'mainstay.email_keys', 'signs the links to unsubscribe'),
    ('A03', 'mainstay.jobs', 'the worker works for all'),
    ('A03', 'mainstay.job_items', 'the worker works for all'),
    ('A03', 'mainstay.webhook_workers', 'the workers themselves'),
    ('C02', 'mainstay.sessions', 'found by its id; stays on one node'),
    ('C02', 'mainstay.sessions.sessions_user_id_fkey',
        'users are a reference table'),
    ('C02', 'mainstay.profiles.profiles_user_id_fkey',
        'users are a reference table'),
    ('C03', 'mainstay.users', 'a person may belong to several tenants'),
    ('C03', 'mainstay.login_attempts', 'before anybody is known'),
    ('C03', 'mainstay.email_keys', 'one row for the installation'),
    ('C03', 'mainstay.webhook_workers', 'processes, not data'),
    ('C03', 'mainstay.schema_migrations', 'the schema, not data')
$$;

-- Our relations, with the column that names the tenant.
create or replace function api.catalogue_relations()
returns table (relid oid, name text, kind "char", is_partition boolean,
    tenant_column text, is_forced boolean)
language sql stable security definer set search_path = ''
as $$
    select c.oid, format('%s.%s', n.nspname, c.relname), c.relkind,
        c.relispartition,
        case when n.nspname = 'mainstay' and c.relname = 'tenants' then 'id'
            else a.attname::text end,
        c.relrowsecurity and c.relforcerowsecurity
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    left join pg_attribute a on a.attrelid = c.oid
        and a.attname = 'tenant_id' and not a.attisdropped
    where n.nspname in ('mainstay', 'app', 'api', 'operator', 'resource',
                'public')
        and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
        and not exists (
            select from pg_depend d
            where d.classid = 'pg_class'::regclass and d.objid = c.oid
                and d.deptype = 'e')
$$;

-- The roles that daemons log in with.  PUBLIC is role 0.
create or replace function api.catalogue_daemons()
returns table (roleid oid, name text)
language sql stable security definer set search_path = ''
as $$
    select r.oid, r.rolname::text from pg_roles r
    where r.rolname in ('mainstay_app', 'mainstay_auth', 'mainstay_worker')
$$;

-- What the daemons (or PUBLIC) hold on our relations; attnum 0 = all of it.
create or replace function api.catalogue_grants()
returns table (relid oid, attnum int, role text, privilege text)
language sql stable security definer set search_path = ''
as $$
    with held as (
        select r.relid, 0 as attnum, c.relacl as acl
        from api.catalogue_relations() r
        join pg_class c on c.oid = r.relid
        where c.relacl is not null
        union all
        select r.relid, a.attnum, a.attacl
        from api.catalogue_relations() r
        join pg_attribute a on a.attrelid = r.relid
        where a.attacl is not null
    )
    select h.relid, h.attnum, coalesce(d.name, 'PUBLIC'), x.privilege_type
    from held h
    cross join lateral aclexplode(h.acl) x
    left join api.catalogue_daemons() d on d.roleid = x.grantee
    where x.grantee = 0 or d.roleid is not null
$$;

-- The policies, deparsed, with the predicate that each has to contain.
create or replace function api.catalogue_policies()
returns table (relid oid, name text, is_permissive boolean, command "char",
    roles oid[], qual text, with_check text, predicate text)
language sql stable security definer set search_path = ''
as $$
    select p.polrelid, format('%s.%s', r.name, p.polname), p.polpermissive,
        p.polcmd, p.polroles, pg_get_expr(p.polqual, p.polrelid),
        pg_get_expr(p.polwithcheck, p.polrelid),
        format('(%s = ( SELECT app.current_tenant_id()'
            ' AS current_tenant_id))', r.tenant_column)
    from pg_policy p
    join api.catalogue_relations() r on r.relid = p.polrelid
$$;

-- T01, T02, T05, T09, T10, T19, A01, A04, A07, C03: tables and grants.
create or replace function api.catalogue_relation_rules()
returns table (rule text, object text)
language sql stable security definer set search_path = ''
as $$
    with rel as materialized (select * from api.catalogue_relations()),
    grants as materialized (select * from api.catalogue_grants()),
    app as (
        select distinct g.relid from grants g
        where g.role in ('mainstay_app', 'PUBLIC'))
    -- T01 row security is not enabled and forced
    select 'T01', r.name from rel r
    where r.kind in ('r', 'p') and not r.is_forced
    union all
    -- T02 reachable by the application without the restrictive policy
    select 'T02', r.name from rel r
    join app on app.relid = r.relid
    where r.kind in ('r', 'p') and not exists (
        select from api.catalogue_policies() p
        where p.relid = r.relid and not p.is_permissive and p.command = '*'
            and p.roles && array['mainstay_app'::regrole::oid, 0]
            and p.qual = p.predicate
            and p.with_check = p.predicate)
    union all
    -- T05 a row could belong to no tenant
    select 'T05', r.name from rel r
    join pg_attribute a on a.attrelid = r.relid
        and a.attname = r.tenant_column
    where r.kind in ('r', 'p') and not a.attnotnull
    union all
    -- T09 a view would run with its owner's rights
    select 'T09', r.name from rel r
    join pg_class c on c.oid = r.relid
    where r.kind = 'v' and not coalesce(c.reloptions &&
        array['security_invoker=true', 'security_invoker=on'], false)
    union all
    -- T10 row security does not exist on these
    select distinct 'T10', r.name from rel r
    join grants g on g.relid = r.relid
    where r.kind in ('m', 'f')
    union all
    -- T19 privileges that no daemon needs
    select distinct 'T19', format('%s %s %s', g.role, g.privilege, r.name)
    from rel r
    join grants g on g.relid = r.relid
    where g.privilege in ('TRUNCATE', 'REFERENCES', 'TRIGGER')
    union all
    -- A01 a partition is reached through its parent only
    select distinct 'A01', format('%s on %s', g.role, r.name) from rel r
    join grants g on g.relid = r.relid
    where r.is_partition
    union all
    -- A04 sign-in and delivery work through functions only
    select distinct 'A04', format('%s on %s', g.role, r.name) from rel r
    join grants g on g.relid = r.relid
    where g.role <> 'mainstay_app'
    union all
    -- A07 a view that cannot be probed for rows of other tenants
    select 'A07', r.name from rel r
    join app on app.relid = r.relid
    where r.kind = 'v' and r.tenant_column is null
    union all
    -- C03 neither distributed by tenant nor named as shared
    select 'C03', r.name from rel r
    where r.kind in ('r', 'p') and r.tenant_column is null
$$;

-- T03, T04, A02, A03, C01: policies.
create or replace function api.catalogue_policy_rules()
returns table (rule text, object text)
language sql stable security definer set search_path = ''
as $$
    with policy as materialized (
        select p.*, p.roles && array['mainstay_app'::regrole::oid, 0]
            as is_for_app
        from api.catalogue_policies() p),
    -- ( SELECT ... ) with parentheses up to four deep
    nested as (
        select replace(replace(replace(replace('\( SELECT 1\)',
            '1', '[^()]*(?:\(2\)[^()]*)*'), '2', '[^()]*(?:\(3\)[^()]*)*'),
            '3', '[^()]*(?:\(4\)[^()]*)*'), '4', '[^()]*') as pattern)
    -- T03 a second permissive policy widens the first
    select distinct 'T03', format('%s.%s for %s', c.relnamespace::regnamespace,
        c.relname, cmd)
    from policy p
    join pg_class c on c.oid = p.relid
    cross join lateral unnest(p.roles) role
    cross join lateral unnest(array['r', 'a', 'w', 'd']) cmd
    where p.is_permissive and p.command in ('*', cmd::"char")
    group by c.relnamespace, c.relname, cmd, role
    having count(*) > 1
    union all
    -- T04 a function called once per row
    select 'T04', p.name from policy p, nested
    where regexp_replace(concat(p.qual, ' ', p.with_check), nested.pattern,
        '', 'g') ~ '[a-z0-9_"]\('
    union all
    -- A02 a policy for somebody who should have none
    select 'A02', p.name from policy p
    where not p.roles <@ array['mainstay_app'::regrole::oid,
        'mainstay_definer'::regrole, 'mainstay_maint'::regrole]
    union all
    -- A03 functions of api.* reach these tables across tenants
    select distinct 'A03', format('%s.%s', c.relnamespace::regnamespace,
        c.relname)
    from policy p
    join pg_class c on c.oid = p.relid
    where 'mainstay_definer'::regrole::oid = any (p.roles)
        and not coalesce(coalesce(p.qual, p.with_check) = p.predicate
            and coalesce(p.with_check, p.qual) = p.predicate, false)
    union all
    -- C01 a shard sees restrictive policies as permissive ones
    select 'C01', p.name from policy p
    where p.is_permissive and p.is_for_app and (
        p.command <> 'a' and not coalesce(p.qual = p.predicate
            or starts_with(p.qual, format('(%s AND ', p.predicate)), false)
        or p.command = 'a' and p.with_check is null
        or not coalesce(p.with_check = p.predicate
            or starts_with(p.with_check, format('(%s AND ', p.predicate)),
            true))
$$;

-- T06, T07, T08, T20, A09, C02, C04: keys and indexes.
create or replace function api.catalogue_key_rules()
returns table (rule text, object text)
language sql stable security definer set search_path = ''
as $$
    with tbl as materialized (
        select r.*, a.attnum as tenant_attnum
        from api.catalogue_relations() r
        left join pg_attribute a on a.attrelid = r.relid
            and a.attname = r.tenant_column
        where r.kind in ('r', 'p')),
    idx as materialized (
        select t.*, i.indexrelid, i.indisunique, i.indisprimary,
            i.indisvalid, i.indnkeyatts, i.indclass, i.indpred,
            i.indkey::int2[] as keys, k.relname as index_name
        from tbl t
        join pg_index i on i.indrelid = t.relid
        join pg_class k on k.oid = i.indexrelid),
    fk as materialized (
        select t.*, f.tenant_column as far_column, f.name as far_name,
            f.tenant_attnum as far_attnum, x.conname, x.conkey, x.confkey,
            x.confdeltype, x.confupdtype, x.confdelsetcols,
            array_position(x.conkey, t.tenant_attnum) as at
        from tbl t
        join pg_constraint x on x.conrelid = t.relid and x.contype = 'f'
        join tbl f on f.relid = x.confrelid),
    app as (
        select distinct g.relid from api.catalogue_grants() g
        where g.privilege = 'SELECT')
    -- T06 one tenant could learn that another has a value
    select 'T06', format('%s.%s', i.name, i.index_name) from idx i
    where i.tenant_column is not null and i.indisunique
        and i.keys[0] <> i.tenant_attnum
    union all
    -- T07 a row could point into another tenant
    select 'T07', format('%s.%s', f.name, f.conname) from fk f
    where f.tenant_column is not null and f.far_column is not null
        and (f.at is null or f.confkey[f.at] <> f.far_attnum)
    union all
    -- T08 deleting or joining would read the whole table
    select 'T08', format('%s.%s', f.name, f.conname) from fk f
    where not exists (
        select from idx i
        where i.relid = f.relid and i.indisvalid
            and i.keys[0:cardinality(f.conkey) - 1] @> f.conkey
            and i.keys[0:cardinality(f.conkey) - 1] <@ f.conkey
            and (i.indpred is null or pg_get_expr(i.indpred, i.relid) ~
                '^\([a-z_]+ IS NOT NULL\)$'))
    union all
    -- T20 under row security only leakproof operators can use an index
    select distinct 'T20', format('%s.%s', i.name, i.index_name)
    from idx i
    join app on app.relid = i.relid
    cross join lateral generate_series(0, i.indnkeyatts - 1) n
    left join pg_opclass c on c.oid = (i.indclass::oid[])[n]
    where i.keys[n] = 0 and not i.indisunique
        or i.keys[n] <> 0 and exists (
            select from pg_amop o
            join pg_operator p on p.oid = o.amopopr
            join pg_proc f on f.oid = p.oprcode
            where o.amopfamily = c.opcfamily
                and o.amoplefttype = c.opcintype
                and o.amoprighttype = c.opcintype
                and not f.proleakproof)
    union all
    -- A09 half-finished work
    select 'A09', format('%s.%s', i.name, i.index_name) from idx i
    where not i.indisvalid
    union all
    select 'A09', format('%s.%s', t.name, x.conname) from tbl t
    join pg_constraint x on x.conrelid = t.relid
    where not x.convalidated
    union all
    -- C02 no primary key that contains the tenant
    select 'C02', t.name from tbl t
    where t.tenant_column is not null and not exists (
        select from idx i
        where i.relid = t.relid and i.indisprimary
            and i.keys @> array[t.tenant_attnum])
    union all
    -- C02 a foreign key to a table that is neither of the tenant nor shared
    select 'C02', format('%s.%s', f.name, f.conname) from fk f
    where (f.tenant_column is null) <> (f.far_column is null)
    union all
    select 'C02', format('%s.%s', t.name, x.conname) from tbl t
    join pg_constraint x on x.conrelid = t.relid and x.contype = 'x'
    where not x.conkey @> array[t.tenant_attnum]
    union all
    -- C04 the row would lose its tenant when the other is deleted
    select 'C04', format('%s.%s', f.name, f.conname) from fk f
    where f.at is not null and (f.confupdtype in ('n', 'd')
        or f.confdeltype in ('n', 'd') and (f.confdelsetcols is null
            or f.tenant_attnum = any (f.confdelsetcols)))
$$;

-- T11, T12, T13, T17, A05, A08: functions and triggers.
create or replace function api.catalogue_function_rules()
returns table (rule text, object text)
language sql stable security definer set search_path = ''
as $$
    with fn as materialized (
        select p.oid, p.proowner, p.prosecdef, p.prosqlbody, p.prokind,
            n.nspname as schema, p.oid::regprocedure::text as name,
            coalesce(p.proacl, acldefault('f', p.proowner)) as acl,
            (select substr(c, 13) from unnest(p.proconfig) c
                where starts_with(c, 'search_path=')) as path
        from pg_proc p
        join pg_namespace n on n.oid = p.pronamespace
        where n.nspname in
            ('mainstay', 'app', 'api', 'operator', 'resource',
                'public')
            and not exists (
                select from pg_depend d
                where d.classid = 'pg_proc'::regclass and d.objid = p.oid
                    and d.deptype = 'e'))
    -- T11 borrowed rights in the wrong place, or with an open path
    select 'T11', f.name from fn f
    where f.prosecdef and (f.schema <> 'api'
        or f.proowner <> 'mainstay_definer'::regrole
        or f.path is distinct from '""')
    union all
    -- T12 callable by everybody
    select 'T12', f.name from fn f
    where exists (select from aclexplode(f.acl) x where x.grantee = 0)
    union all
    -- T13 names are looked up at run time; "begin atomic" binds them
    select 'T13', f.name from fn f
    where f.prosqlbody is null and f.prokind in ('f', 'p')
        and coalesce(f.path, '$user') ~ '\$user|public|pg_temp,'
    union all
    -- T17 with these an injected select could change tenant or write files
    select 'T17', format('%s %s', coalesce(d.name, 'PUBLIC'),
        p.oid::regprocedure)
    from pg_proc p
    cross join lateral aclexplode(coalesce(p.proacl,
        acldefault('f', p.proowner))) x
    left join api.catalogue_daemons() d on d.roleid = x.grantee
    where p.pronamespace = 'pg_catalog'::regnamespace
        and (p.proname = 'set_config' or p.proname ~ '^lo(_|read|write)')
        and (x.grantee = 0 or d.roleid is not null)
    union all
    -- A05 an entry point serves one daemon
    select 'A05', f.name from fn f
    cross join lateral aclexplode(f.acl) x
    join api.catalogue_daemons() d on d.roleid = x.grantee
    where f.schema = 'api'
    group by f.name
    having count(*) > 1
    union all
    -- A08 a disabled trigger is a rule that nobody keeps
    select 'A08', format('%s.%s', r.name, t.tgname) from pg_trigger t
    join api.catalogue_relations() r on r.relid = t.tgrelid
    where t.tgenabled not in ('O', 'A')
$$;

-- T14, T15, T16, T18, A06, A10: roles.
create or replace function api.catalogue_role_rules()
returns table (rule text, object text)
language sql stable security definer set search_path = ''
as $$
    with ours as materialized (
        select r.* from pg_roles r where r.rolname ~ '^mainstay_')
    -- T14 a role that stands above row security
    select 'T14', format('%s %s', r.rolname, x.name) from ours r
    cross join lateral (values (r.rolsuper, 'superuser'),
        (r.rolbypassrls, 'bypassrls'), (r.rolcreaterole, 'createrole'),
        (r.rolcreatedb, 'createdb'), (r.rolreplication, 'replication')
        ) x (has, name)
    where x.has
    union all
    -- T15 a daemon that could become somebody else
    select 'T15', format('%s in %s', d.name, m.roleid::regrole)
    from pg_auth_members m
    join api.catalogue_daemons() d on d.roleid = m.member
    union all
    -- T16 an owner can drop its policies
    select 'T16', format('%s owns %s', d.name,
        pg_describe_object(s.classid, s.objid, s.objsubid))
    from pg_shdepend s
    join api.catalogue_daemons() d on d.roleid = s.refobjid
    where s.refclassid = 'pg_authid'::regclass and s.deptype = 'o'
        and s.dbid in (0, (select oid from pg_database
            where datname = current_database()))
    union all
    -- T18 room to plant tables and functions
    select 'T18', format('%s %s', d.name, p)
    from api.catalogue_daemons() d
    cross join unnest(array['create', 'temporary']) p
    where has_database_privilege(d.roleid, current_database(), p)
    union all
    select 'T18', format('%s create in %s', d.name, n.nspname)
    from api.catalogue_daemons() d
    cross join pg_namespace n
    where n.nspname !~ '^pg_(toast_)?temp_'
        and has_schema_privilege(d.roleid, n.oid, 'create')
    union all
    -- A06 grants that future objects would carry
    select 'A06', format('%s on %s', coalesce(d.name, 'PUBLIC'),
        a.defaclobjtype)
    from pg_default_acl a
    cross join lateral aclexplode(a.defaclacl) x
    left join api.catalogue_daemons() d on d.roleid = x.grantee
    where x.grantee = 0 or d.roleid is not null
    union all
    -- A10 owners do not log in, daemons do not inherit
    select 'A10', r.rolname::text from ours r
    where r.rolcanlogin and r.rolname in
            ('mainstay_owner', 'mainstay_definer', 'mainstay_maint')
        or r.rolinherit and r.rolname in ('mainstay_app', 'mainstay_auth',
            'mainstay_worker', 'mainstay_migrator')
$$;

create or replace function api.catalogue_violations()
returns table (rule text, object text)
language sql stable security definer set search_path = '' set jit = off
as $$
    select v.rule, v.object
    from (
        select * from api.catalogue_relation_rules()
        union all
        select * from api.catalogue_policy_rules()
        union all
        select * from api.catalogue_key_rules()
        union all
        select * from api.catalogue_function_rules()
        union all
        select * from api.catalogue_role_rules()
    ) v (rule, object)
    where not exists (
        select from api.catalogue_exceptions() e
        where e.rule = v.rule and v.object like e.object)
    order by 1, 2
$$;

-- What /readyz answers with: the newest migration, and whether the schema
-- keeps its rules.  A process asks once and remembers a good answer.
create or replace function api.readiness()
returns table (schema_version int, is_ready boolean, violations json)
language sql stable security definer set search_path = ''
as $$
    select (select max(m.version) from mainstay.schema_migrations m)::int,
        count(v.rule) = 0,
        coalesce(json_agg(json_build_object('rule', v.rule,
            'object', v.object)) filter (where v.rule is not null), '[]')
    from api.catalogue_violations() v
$$;

do $$
declare
    f regprocedure;
begin
    for f in
        select p.oid from pg_catalog.pg_proc p
        where p.pronamespace = 'api'::regnamespace
            and p.proname ~ '^(catalogue_|readiness$)'
    loop
        execute format('revoke all on function %s from public', f);
    end loop;
end
$$;
grant execute on function api.catalogue_violations() to mainstay_migrator;
grant execute on function api.readiness() to mainstay_app, mainstay_migrator;

comment on function api.catalogue_violations() is
    'Broken rules of tenancy, from the catalogue; no row means none.';
comment on function api.catalogue_exceptions() is
    'What may break a rule of the catalogue, and why.';
comment on function api.readiness() is
    'Newest migration, and the rules of tenancy that are broken.';

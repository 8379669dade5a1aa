-- probe.sql - what every role can do to the rows of another tenant.
--
-- Tables, views, columns and privileges come from the catalogue, so that a
-- new table is probed without a line here.  A person of tenant "alpha" tries
-- everything on the rows of "beta"; whatever succeeds is a leak.  Triggers
-- and foreign keys are switched off meanwhile, because an accident (23503)
-- must not pass for protection (42501).

-- One attempt: the relation as tenant "beta" fills it.
create type test.target as (
    rel regclass,
    is_view boolean,
    tenant_column text,
    id_clause text,     -- finds one row of beta, without its tenant
    copy_columns text,  -- columns that the application may insert
    touch_column text,  -- a column that it may update
    row jsonb           -- a row of beta with fresh identifiers
);

create function test.tenant_relations()
returns table (rel regclass, kind "char", is_partition boolean,
    tenant_column text)
language sql stable as $$
    select c.oid, c.relkind, c.relispartition,
        case when c.relname = 'tenants' then 'id' else a.attname::text end
    from pg_class c
    left join pg_attribute a on a.attrelid = c.oid
        and a.attname = 'tenant_id' and not a.attisdropped
    where c.relnamespace = 'mainstay'::regnamespace
        and c.relkind in ('r', 'p', 'v')
$$;

-- The columns of the primary key besides the tenant, else "id".
create function test.id_columns(p_rel regclass) returns text[]
language sql stable as $$
    select coalesce(
        (select array_agg(a.attname::text order by a.attnum)
            from pg_index i
            join pg_attribute a on a.attrelid = i.indrelid
                and a.attnum = any (i.indkey)
            where i.indrelid = p_rel and i.indisprimary
                and a.attname <> 'tenant_id'),
        (select array[a.attname::text] from pg_attribute a
            where a.attrelid = p_rel and a.attname = 'id'),
        '{}')
$$;

create function test.target(p_rel regclass) returns test.target
language plpgsql as $$
declare
    t test.target;
    ids text[] := test.id_columns(p_rel);
    b uuid := test.tenant('beta');
begin
    t.rel := p_rel;
    select r.kind = 'v', r.tenant_column into t.is_view, t.tenant_column
    from test.tenant_relations() r where r.rel = p_rel;
    execute format('select to_jsonb(x) from %s x %s limit 1', p_rel,
        case when t.tenant_column is null then ''
            else format('where %I = %L', t.tenant_column, b) end)
        into t.row;
    select string_agg(format('%I = %L', c, t.row ->> c), ' and ')
        into t.id_clause
    from unnest(ids) c where t.row ->> c is not null;
    select string_agg(quote_ident(a.attname), ', ') filter (where
            has_column_privilege('mainstay_app', p_rel, a.attnum, 'insert')),
        min(quote_ident(a.attname)) filter (where
            has_column_privilege('mainstay_app', p_rel, a.attnum, 'update'))
        into t.copy_columns, t.touch_column
    from pg_attribute a
    where a.attrelid = p_rel and a.attnum > 0 and not a.attisdropped
        and a.attgenerated = '' and a.attidentity <> 'a';
    if t.row ? 'id' and t.tenant_column <> 'id'
            and t.row ->> 'id' ~ '^[0-9a-f-]{36}$' then
        t.row := t.row || jsonb_build_object('id', gen_random_uuid());
    end if;
    return t;
end $$;

-- What is tried on one relation, and what it must answer: "none" = no row or
-- no right, "denied" = refused by a right or a policy, "refused" = the same
-- for a view, which may also not be writable or say so in its trigger.
create function test.attempts(t test.target, p_has_context boolean)
returns table (verb text, sql text, expect text)
language plpgsql stable as $$
declare
    mine uuid := test.tenant('alpha');
    other uuid := test.tenant('beta');
    of_other text := format('%I = %L', coalesce(t.tenant_column, '?'),
        other);
    touch text := coalesce(t.touch_column, t.tenant_column);
begin
    if t.tenant_column is null then
        return query values
            ('select', format('select 1 from %s', t.rel), 'denied'),
            ('insert', format('insert into %s default values', t.rel),
                'denied'),
            ('delete', format('delete from %s', t.rel), 'denied');
        return;
    end if;
    return query values
        ('select', format('select 1 from %s where %s', t.rel, of_other),
            'none'),
        ('select all', format('select 1 from %s where %I is distinct from'
            ' %L', t.rel, t.tenant_column, case when p_has_context
            then mine end), 'none'),
        ('update', format('update %s set %s = %2$s where %s', t.rel, touch,
            of_other), 'none'),
        ('move', format('update %s set %I = %L where %2$I = %L', t.rel,
            t.tenant_column, other, mine), 'none'),
        -- a statement that reads nothing is not held to what one may read
        ('move blindly', format('update %s set %I = %L', t.rel,
            t.tenant_column, other), 'none'),
        ('delete', format('delete from %s where %s', t.rel, of_other),
            'none');
    if t.id_clause is not null then
        return query values
            ('select by id', format('select 1 from %s where %s', t.rel,
                t.id_clause), 'none'),
            ('update by id', format('update %s set %s = %2$s where %s',
                t.rel, touch, t.id_clause), 'none'),
            ('delete by id', format('delete from %s where %s', t.rel,
                t.id_clause), 'none');
    end if;
    if coalesce(t.copy_columns, t.tenant_column) ~
            format('\m%s\M', t.tenant_column) then
        return query values
            ('insert', format('insert into %s (%s) select %2$s from'
                ' jsonb_populate_record(null::%1$s, %3$L)', t.rel,
                coalesce(t.copy_columns, t.tenant_column), t.row),
                case when t.is_view then 'refused' else 'denied' end);
    end if;
end $$;

create function test.is_leak(p_expect text, p_outcome text)
returns boolean
language sql immutable as $$
    select case p_expect
        when 'none' then p_outcome not in ('0', '42501', '55000')
        when 'denied' then p_outcome <> '42501'
        else p_outcome not in ('42501', '55000', 'MS403', '23503') end
$$;

-- All attempts of one person on the given relations.
create function test.probe_as(p_who text, p_targets test.target[])
returns table (rel text, who text, verb text, outcome text, is_leak boolean)
language plpgsql as $$
declare
    t test.target;
    a record;
begin
    if p_who = 'nobody' then
        perform test.sign_out();
    else
        perform test.sign_in(p_who || '@alpha.test');
    end if;
    who := p_who;
    foreach t in array p_targets loop
        for a in select * from test.attempts(t, p_who <> 'nobody') loop
            rel := t.rel;
            verb := a.verb;
            outcome := test.outcome(a.sql);
            is_leak := test.is_leak(a.expect, outcome);
            return next;
        end loop;
    end loop;
    perform test.as_operator();
end $$;

create function test.probe(p_only regclass[] default null)
returns table (rel text, who text, verb text, outcome text, is_leak boolean)
language plpgsql as $$
declare
    -- views keep their triggers: they write through them
    views boolean;
    person text;
    targets test.target[];
begin
    foreach views in array array[true, false] loop
        perform test.as_operator();
        targets := array(
            select test.target(r.rel) from test.tenant_relations() r
            where (r.kind = 'v') = views
                and (p_only is null or r.rel = any (p_only)));
        perform set_config('session_replication_role',
            case when views then 'origin' else 'replica' end, true);
        foreach person in array array['viewer', 'contributor',
                'practitioner', 'admin', 'nobody'] loop
            return query select * from test.probe_as(person, targets);
        end loop;
    end loop;
    set local session_replication_role = origin;
end $$;

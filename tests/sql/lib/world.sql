-- world.sql - two tenants, "alpha" and "beta", with a row in every table.
--
-- The people come from the sign-up function, the rest is generated from the
-- catalogue: foreign keys take a row of the same tenant, checks the first
-- literal they allow, types a plain value.  What cannot be guessed stands
-- in test.hint.  A table that stays empty makes probe.sql fail.

create table test.hint (rel text, col text, value text);

-- The first literal that a check of the column or of its domain allows.
create function test.allowed(p_rel regclass, p_attnum int2, p_type oid)
returns text
language sql stable as $$
    select substring(pg_get_constraintdef(x.oid) from '''([^'']+)''::text')
    from pg_constraint x
    where x.contype = 'c' and (x.contypid = p_type
        or x.conrelid = p_rel and x.conkey = array[p_attnum])
        and pg_get_constraintdef(x.oid) ~ '= ANY|= ''|IN \('
    order by 1 limit 1
$$;

create function test.plain(p_type text) returns text
language sql volatile as $$
    select case p_type
        when 'uuid' then gen_random_uuid()::text
        when 'text' then 'x' || substr(md5(random()::text), 1, 12)
        when 'boolean' then 'true'
        when 'jsonb' then '{}'
        when 'bytea' then sha256(random()::text::bytea)::text
        when 'inet' then '192.0.2.1'
        when 'interval' then '1 hour'
        when 'date' then current_date::text
        when 'timestamp with time zone' then now()::text
        when 'text[]' then '{}'
        when 'uuid[]' then '{}'
        else '1' end
$$;

-- The value that makes the column point to a row of the same tenant: to the
-- first one, not to one that an index over random ids happens to begin with.
create function test.reference(p_rel regclass, p_attnum int2, p_tenant uuid)
returns text
language plpgsql stable as $$
declare
    k record;
    v text;
begin
    for k in
        select x.confrelid::regclass as rel, a.attname,
            exists (select from pg_attribute b where b.attrelid = x.confrelid
                and b.attname = 'tenant_id') as has_tenant
        from pg_constraint x
        join pg_attribute a on a.attrelid = x.confrelid
            and a.attnum = x.confkey[array_position(x.conkey, p_attnum)]
        where x.contype = 'f' and x.conrelid = p_rel
            and p_attnum = any (x.conkey)
        order by cardinality(x.conkey) desc
    loop
        if k.rel = 'mainstay.users'::regclass then
            select p.user_id into v from mainstay.profiles p
            where p.tenant_id = p_tenant order by p.ctid limit 1;
        else
            execute format('select x.%I from %s x %s order by x.ctid '
                'limit 1', k.attname, k.rel, case when k.has_tenant then format(
                'where x.tenant_id = %L', p_tenant) else '' end) into v;
        end if;
        return v;
    end loop;
    return null;
end $$;

-- One row in one table, as plainly as its constraints allow.
create function test.plant(p_rel regclass, p_tenant uuid) returns void
language plpgsql as $$
declare
    c record;
    columns text := '';
    vals text := '';
    v text;
begin
    for c in
        select a.attname, a.attnum, a.atttypid, a.attnotnull, a.atthasdef,
            format_type(coalesce(nullif(t.typbasetype, 0), t.oid), null)
                as type, h.value as hint
        from pg_attribute a
        join pg_type t on t.oid = a.atttypid
        left join test.hint h on h.rel::regclass = a.attrelid
            and h.col = a.attname
        where a.attrelid = p_rel and a.attnum > 0 and not a.attisdropped
            and a.attgenerated = '' and a.attidentity = ''
    loop
        v := case when c.attname = 'tenant_id' then p_tenant::text
            when c.hint is not null then c.hint
            when not c.atthasdef then coalesce(
                test.reference(p_rel, c.attnum, p_tenant),
                case when c.attnotnull then coalesce(
                    test.allowed(p_rel, c.attnum, c.atttypid),
                    test.plain(c.type)) end) end;
        continue when v is null;
        columns := columns || format(', %I', c.attname);
        vals := vals || format(', %L', v);
    end loop;
    execute format('insert into %s (%s) values (%s)', p_rel,
        substr(columns, 3), substr(vals, 3));
end $$;

create function test.is_empty_for(p_rel regclass, p_tenant uuid)
returns boolean
language plpgsql stable as $$
declare
    found_one boolean;
begin
    execute format('select exists (select from %s where tenant_id = %L)',
        p_rel, p_tenant) into found_one;
    return not found_one;
end $$;

-- Plants a row wherever the tenant has none, until nothing more grows.
-- Returns what stayed empty, and why.
create function test.fill(p_tenant uuid)
returns table (rel text, problem text)
language plpgsql as $$
declare
    r record;
    grown boolean := true;
begin
    create temporary table if not exists barren (rel text, problem text);
    while grown loop
        grown := false;
        truncate barren;
        for r in
            select c.oid::regclass as id from pg_class c
            join pg_attribute a on a.attrelid = c.oid
                and a.attname = 'tenant_id'
            where c.relnamespace = 'mainstay'::regnamespace
                and c.relkind in ('r', 'p') and not c.relispartition
            order by c.oid
        loop
            continue when not test.is_empty_for(r.id, p_tenant);
            begin
                perform test.plant(r.id, p_tenant);
                grown := grown or not test.is_empty_for(r.id, p_tenant);
                insert into barren select r.id::text, 'no row arrived'
                where test.is_empty_for(r.id, p_tenant);
            exception when others then
                insert into barren values (r.id, sqlerrm);
            end;
        end loop;
    end loop;
    return query select * from barren;
end $$;

-- A member of a tenant, beside the one who signed up.
create function test.join_tenant(p_slug text, p_name text, p_role text)
returns void
language plpgsql as $$
declare
    address text := format('%s@%s.test', lower(p_name), p_slug);
    id uuid := gen_random_uuid();
begin
    insert into mainstay.users (id, email, password_hash)
    values (id, address, test.hash());
    insert into mainstay.profiles (tenant_id, user_id, full_name, email, role)
    values (test.tenant(p_slug), id, p_name, address, p_role);
end $$;

-- The shape of a bcrypt hash that no password has.
create function test.hash() returns text
language sql immutable as $$
    select '$2b$12$' || repeat('.', 53)
$$;

create function test.make_tenant(p_slug text) returns uuid
language plpgsql as $$
declare
    made uuid;
    person text;
begin
    perform test.as_role('mainstay_auth');
    select s.tenant_id into strict made
    from api.signup(format('admin@%s.test', p_slug), test.hash(), 'Admin',
        initcap(p_slug)) s;
    perform test.as_operator();
    update mainstay.tenants set slug = p_slug where id = made;
    foreach person in array array['Viewer', 'Contributor', 'Practitioner']
    loop
        perform test.join_tenant(p_slug, person, person);
    end loop;
    return made;
end $$;

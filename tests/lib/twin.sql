-- All rows of one tenant once more, as another: :from, :to and :salt.
-- Ids become others everywhere, also inside documents and texts. Triggers
-- rest meanwhile, so that the copy is as the original is.

set session_replication_role = replica;

create function pg_temp.other(p_id uuid, p_salt text) returns uuid
language sql immutable as $$ select md5(p_salt || p_id)::uuid $$;

create function pg_temp.other(p_text text, p_salt text) returns text
language plpgsql immutable as $$
declare
    v_id text;
begin
    for v_id in
        select distinct m[1] from regexp_matches(p_text, '[0-9a-f]{8}-'
            '[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}', 'g') m
    loop
        p_text := replace(p_text, v_id,
            pg_temp.other(v_id::uuid, p_salt)::text);
    end loop;
    return p_text;
end $$;

create function pg_temp.twin(p_from uuid, p_to uuid, p_salt text) returns void
language plpgsql as $$
declare
    v_table record;
begin
    insert into mainstay.users (id, email, password_hash)
    select pg_temp.other(u.id, p_salt), p_salt || '.' || u.email,
        u.password_hash
      from mainstay.users u join mainstay.profiles p on p.user_id = u.id
     where p.tenant_id = p_from;
    for v_table in
        select c.oid::regclass as name,
            string_agg(quote_ident(a.attname), ', ' order by a.attnum)
                as columns,
            string_agg(case
                when a.attname = 'tenant_id' then quote_literal(p_to)
                when c.relname = 'profiles' and a.attname = 'email' then
                    format('%L || ''.'' || email', p_salt)
                when a.atttypid = 'uuid'::regtype
                    then format('pg_temp.other(%I, %L)', a.attname, p_salt)
                when a.atttypid in ('json'::regtype, 'jsonb'::regtype,
                        'uuid[]'::regtype)
                    or c.relname in ('saved_views', 'audit_log')
                    then format('pg_temp.other(%I::text, %L)::%s', a.attname,
                        p_salt, format_type(a.atttypid, a.atttypmod))
                else quote_ident(a.attname) end, ', ' order by a.attnum)
                as expressions
          from pg_class c
          join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
           and not a.attisdropped and a.attgenerated = ''
         where c.relnamespace = 'mainstay'::regnamespace
           and c.relkind in ('r', 'p') and not c.relispartition
           and exists (select from pg_attribute t
                where t.attrelid = c.oid and t.attname = 'tenant_id')
           -- What is found by itself in the whole installation, or kept of it.
           and c.relname not in ('sessions', 'api_keys', 'invitations',
                'idempotency_keys', 'portfolio_pages')
         group by c.oid, c.relname
    loop
        execute format('insert into %1$s (%2$s) overriding system value '
            'select %3$s from %1$s where tenant_id = %4$L', v_table.name,
            v_table.columns, v_table.expressions, p_from);
    end loop;
end $$;

select pg_temp.twin(:'from', :'to', :'salt');

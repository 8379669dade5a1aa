-- A word of its own in each text of one tenant (:tenant): :mark and a number.
-- What may hold only certain words is left as it is, and counted.

set session_replication_role = replica;

create temp table canary (id serial, place text, is_planted boolean);

create function pg_temp.plant(p_tenant uuid, p_mark text) returns void
language plpgsql as $$
declare
    v_column record;
    v_form text;
    v_word text;
    v_id integer;
    v_done boolean;
begin
    for v_column in
        select c.oid::regclass as name, quote_ident(a.attname) as attname,
            coalesce(nullif(t.typbasetype, 0), t.oid)::regtype::text as kind
          from pg_class c
          join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
           and not a.attisdropped and a.attgenerated = ''
          join pg_type t on t.oid = a.atttypid
         where c.relnamespace = 'mainstay'::regnamespace
           and c.relkind in ('r', 'p') and not c.relispartition
           and exists (select from pg_attribute o
                where o.attrelid = c.oid and o.attname = 'tenant_id')
         order by 1, 2
    loop
        continue when v_column.kind not in ('text', 'json', 'jsonb',
            'text[]');
        insert into canary (place)
        values (v_column.name || '.' || v_column.attname)
        returning id into v_id;
        v_word := p_mark || v_id;
        -- Plain, unlike each other, an address of mail or of the web.
        foreach v_form in array case v_column.kind
            when 'jsonb' then array['$1 || jsonb_build_object($2, $2)']
            when 'json' then
                array['($1::jsonb || jsonb_build_object($2, $2))::json']
            when 'text[]' then array['array[$2]']
            else array['$2', '$2 || ctid::text',
                '$2 || replace(ctid::text, '','', ''.'')',
                '$2 || md5(ctid::text) || ''@x.example''',
                '''https://'' || $2 || ''.example/''', 'left($2, 12)'] end
        loop
            v_done := false;
            begin
                execute format('update %s set %s = %s where tenant_id = %L',
                    v_column.name, v_column.attname, replace(replace(v_form,
                    '$1', v_column.attname), '$2', quote_literal(v_word)),
                    p_tenant);
                v_done := found;
            exception when integrity_constraint_violation or data_exception
                then null;
            end;
            exit when v_done;
        end loop;
        update canary set is_planted = v_done where id = v_id;
    end loop;
end $$;

select pg_temp.plant(:'tenant', :'mark') \g /dev/null
select json_agg(place order by place) filter (where is_planted) as planted
  from canary;

-- mainstay_maint may do all that a tenant may, in any tenant: demo, erasure,
-- backfills. Only mainstay_migrator can become it.
grant select, insert, update, delete on all tables in schema mainstay
    to mainstay_maint;
grant execute on all functions in schema mainstay to mainstay_maint;

-- Reached through their parents.
do $$
declare
    v_table regclass;
begin
    for v_table in
        select c.oid::regclass from pg_class c
         where c.relnamespace = 'mainstay'::regnamespace
           and c.relispartition and c.relkind = 'r'
    loop
        execute format('revoke all on %s from mainstay_maint', v_table);
    end loop;
end $$;

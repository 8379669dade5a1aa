-- Facts are added by everybody who contributes, and never changed.
-- Partitions carry no privilege: they are reached through their parent.
--                          table, select, insert, update, delete
call mainstay.protect_table('mainstay.usage_metrics', 'Viewer',
    'Contributor', null, null);
call mainstay.protect_table('mainstay.cdi_events', 'Viewer', 'Contributor',
    null, null);
call mainstay.protect_table('mainstay.survey_responses', 'Viewer',
    'Contributor', null, null);

do $$
declare
    v_table regclass;
begin
    for v_table in
        select i.inhrelid::regclass from pg_inherits i
          join pg_class c on c.oid = i.inhrelid
         where i.inhparent in ('mainstay.usage_metrics'::regclass,
                   'mainstay.cdi_events'::regclass)
           and not (c.relrowsecurity and c.relforcerowsecurity)
    loop
        execute format('alter table %s enable row level security, '
            'force row level security', v_table);
    end loop;
end $$;

-- Who may do what with the sweeps of playbooks: they are the worker's.
--                          table, select, insert, update, delete
call mainstay.protect_table('mainstay.playbook_sweeps', 'Practitioner', null,
    null, null);

-- Sweeps and events work for one tenant at a time, which they have put into
-- the context.
do $$
declare
    v_table text;
    v_command text;
    v_rights text;
begin
    for v_table, v_command, v_rights in values
        ('playbook_sweeps', 'all', 'select, insert, update'),
        ('account_goals', 'select', 'select'),
        ('stage_goals', 'select', 'select')
    loop
        execute format('grant %s on mainstay.%I to mainstay_definer',
            v_rights, v_table);
        execute format('drop policy if exists definer on mainstay.%I',
            v_table);
        execute format('create policy definer on mainstay.%I for %s '
            'to mainstay_definer '
            'using (tenant_id = (select app.current_tenant_id()))',
            v_table, v_command);
    end loop;
end $$;

-- What playbooks read and write when the database itself wakes them
-- (mainstay_definer): for one tenant at a time, the one in the context.
do $$
declare
    v_table text;
    v_rights text;
begin
    for v_table, v_rights in values
        ('account_tags', 'select'),
        ('tags', 'select'),
        ('profiles', 'select'),
        ('custom_attributes', 'select'),
        ('contacts', 'select'),
        ('tasks', 'select, insert'),
        ('journey_history', 'select, insert, update')
    loop
        call mainstay.serve_tenant(format('mainstay.%I', v_table),
            v_rights);
    end loop;
end $$;

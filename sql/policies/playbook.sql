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
        execute format('grant %s on mainstay.%I to mainstay_definer',
            v_rights, v_table);
        continue when exists (
            select from pg_policy p
             where p.polrelid = ('mainstay.' || v_table)::regclass
               and p.polname = 'definer'
               and pg_get_expr(p.polqual, p.polrelid) = 'true');
        execute format('drop policy if exists definer on mainstay.%I',
            v_table);
        execute format('create policy definer on mainstay.%I '
            'to mainstay_definer '
            'using (tenant_id = (select app.current_tenant_id())) '
            'with check (tenant_id = (select app.current_tenant_id()))',
            v_table);
    end loop;
end $$;

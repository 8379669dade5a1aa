-- Who may do what with accounts and what is around them.
--                          table, select, insert, update, delete
call mainstay.protect_table('mainstay.accounts', 'Viewer', 'Practitioner',
    'Practitioner', 'Tenant Admin');
call mainstay.protect_table('mainstay.contacts', 'Viewer', 'Practitioner',
    'Practitioner', 'Practitioner');
-- Written by triggers; a direct write is refused by a trigger.
call mainstay.protect_table('mainstay.account_words', 'Viewer',
    'Practitioner', null, 'Practitioner');
call mainstay.protect_table('mainstay.contact_words', 'Viewer',
    'Practitioner', null, 'Practitioner');
call mainstay.protect_table('mainstay.account_profiles', 'Viewer',
    'Practitioner', 'Practitioner', 'Tenant Admin');
call mainstay.protect_table('mainstay.tags', 'Viewer', 'Practitioner',
    'Practitioner', 'Tenant Admin');
call mainstay.protect_table('mainstay.account_tags', 'Viewer',
    'Practitioner', null, 'Practitioner');

-- A contributor writes in his own name and changes what is his.
call mainstay.protect_table('mainstay.notes', 'Viewer', 'Contributor',
    'Contributor', 'Practitioner');
drop policy app_insert on mainstay.notes;
create policy app_insert on mainstay.notes for insert to mainstay_app
    with check (tenant_id = (select app.current_tenant_id())
        and (select app.may('Contributor'))
        and (author_id is not distinct from (select app.current_user_id())
            or (select app.may('Practitioner'))));
drop policy app_update on mainstay.notes;
create policy app_update on mainstay.notes for update to mainstay_app
    using (tenant_id = (select app.current_tenant_id())
        and (select app.may('Contributor'))
        and (author_id = (select app.current_user_id())
            or (select app.may('Practitioner'))))
    with check (tenant_id = (select app.current_tenant_id())
        and (select app.may('Contributor'))
        and (author_id = (select app.current_user_id())
            or (select app.may('Practitioner'))));

-- Own tasks: those a contributor made for himself or was given.
call mainstay.protect_table('mainstay.tasks', 'Viewer', 'Contributor',
    'Contributor', 'Practitioner');
drop policy app_insert on mainstay.tasks;
create policy app_insert on mainstay.tasks for insert to mainstay_app
    with check (tenant_id = (select app.current_tenant_id())
        and (select app.may('Contributor'))
        and (assignee_id = (select app.current_user_id())
            or (select app.may('Practitioner'))));
drop policy app_update on mainstay.tasks;
create policy app_update on mainstay.tasks for update to mainstay_app
    using (tenant_id = (select app.current_tenant_id())
        and (select app.may('Contributor'))
        and (assignee_id = (select app.current_user_id())
            or (select app.may('Practitioner'))))
    with check (tenant_id = (select app.current_tenant_id())
        and (select app.may('Contributor'))
        and (assignee_id = (select app.current_user_id())
            or (select app.may('Practitioner'))));

-- The past of an account (api.rows_at), its timeline, and when it was last spoken to.
do $$
declare
    v_table text;
begin
    foreach v_table in array array['contacts', 'notes', 'tasks',
        'custom_attributes'] loop
        execute format('drop policy if exists definer on mainstay.%I',
            v_table);
        execute format('create policy definer on mainstay.%I for select '
            'to mainstay_definer '
            'using (tenant_id = (select app.current_tenant_id()))', v_table);
        execute format('grant select on mainstay.%I to mainstay_definer',
            v_table);
    end loop;
end $$;

-- Who may do what with saved views, default views and changes of many
-- accounts.
--                          table, select, insert, update, delete
call mainstay.protect_table('mainstay.bulk_changes', 'Practitioner',
    'Practitioner', null, null);

-- A view belongs to who made it; an admin also tidies up what is shared.
call mainstay.protect_table('mainstay.saved_views', 'Viewer', 'Viewer',
    'Viewer', 'Viewer');
drop policy app_select on mainstay.saved_views;
create policy app_select on mainstay.saved_views for select to mainstay_app
    using (tenant_id = (select app.current_tenant_id())
        and (select app.may('Viewer'))
        and (is_shared or owner_id = (select app.current_user_id())));
drop policy app_insert on mainstay.saved_views;
create policy app_insert on mainstay.saved_views for insert to mainstay_app
    with check (tenant_id = (select app.current_tenant_id())
        and (select app.may('Viewer'))
        and owner_id = (select app.current_user_id()));
drop policy app_update on mainstay.saved_views;
create policy app_update on mainstay.saved_views for update to mainstay_app
    using (tenant_id = (select app.current_tenant_id())
        and (select app.may('Viewer'))
        and (owner_id = (select app.current_user_id())
            or is_shared and (select app.may('Tenant Admin'))))
    with check (tenant_id = (select app.current_tenant_id())
        and (select app.may('Viewer'))
        and (owner_id = (select app.current_user_id())
            or is_shared and (select app.may('Tenant Admin'))));
drop policy app_delete on mainstay.saved_views;
create policy app_delete on mainstay.saved_views for delete to mainstay_app
    using (tenant_id = (select app.current_tenant_id())
        and (select app.may('Viewer'))
        and (owner_id = (select app.current_user_id())
            or is_shared and (select app.may('Tenant Admin'))));

-- Which view opens is everybody's own business.
call mainstay.protect_table('mainstay.default_views', 'Viewer', 'Viewer',
    null, 'Viewer');
drop policy app_select on mainstay.default_views;
create policy app_select on mainstay.default_views for select to mainstay_app
    using (tenant_id = (select app.current_tenant_id())
        and (select app.may('Viewer'))
        and owner_id = (select app.current_user_id()));
drop policy app_insert on mainstay.default_views;
create policy app_insert on mainstay.default_views for insert to mainstay_app
    with check (tenant_id = (select app.current_tenant_id())
        and (select app.may('Viewer'))
        and owner_id = (select app.current_user_id()));
drop policy app_delete on mainstay.default_views;
create policy app_delete on mainstay.default_views for delete to mainstay_app
    using (tenant_id = (select app.current_tenant_id())
        and (select app.may('Viewer'))
        and owner_id = (select app.current_user_id()));

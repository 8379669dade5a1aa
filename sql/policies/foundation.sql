-- Who may do what with tenants, people, keys and the log.
--                          table, select, insert, update, delete
call mainstay.protect_table('mainstay.tenants', 'Viewer', null,
    'Tenant Admin', null, 'id');
revoke update on mainstay.tenants from mainstay_app;
grant update (name, settings) on mainstay.tenants to mainstay_app;

call mainstay.protect_table('mainstay.profiles', 'Viewer', null,
    'Tenant Admin', null);
revoke update on mainstay.profiles from mainstay_app;
grant update (full_name, role, is_active) on mainstay.profiles
    to mainstay_app;

-- The hash of a key is written once and never read back by a page.
call mainstay.protect_table('mainstay.api_keys', 'Tenant Admin',
    'Tenant Admin', 'Tenant Admin', null);
revoke select, update on mainstay.api_keys from mainstay_app;
grant select (tenant_id, id, name, prefix, acts_as, created_by, created_at,
    last_used_at, expires_at, revoked_at) on mainstay.api_keys
    to mainstay_app;
grant update (name, revoked_at) on mainstay.api_keys to mainstay_app;

-- Everybody leaves a trace, in his own name; admins read.
call mainstay.protect_table('mainstay.audit_log', 'Tenant Admin', 'Viewer',
    null, null);
drop policy app_insert on mainstay.audit_log;
create policy app_insert on mainstay.audit_log for insert to mainstay_app
    with check (tenant_id = (select app.current_tenant_id())
        and (select app.may('Viewer'))
        and actor_id is not distinct from (select app.current_actor_id()));

call mainstay.hide_table('mainstay.users');
call mainstay.hide_table('mainstay.sessions');
call mainstay.hide_table('mainstay.login_attempts');

-- The functions of schema api know sessions of all tenants.
do $$
declare
    v_table text;
begin
    foreach v_table in array array['tenants', 'profiles', 'api_keys',
        'audit_log']
    loop
        execute format('drop policy if exists definer on mainstay.%I',
            v_table);
        execute format('create policy definer on mainstay.%I '
            'to mainstay_definer using (true) with check (true)', v_table);
    end loop;
end $$;
grant select, insert on mainstay.tenants to mainstay_definer;
grant select, insert, update on mainstay.profiles to mainstay_definer;
grant select, update on mainstay.api_keys to mainstay_definer;
grant insert on mainstay.audit_log to mainstay_definer;

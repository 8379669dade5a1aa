-- Who may do what with jobs: whoever may change accounts sees those of the
-- tenant; who could ask for one may stop it.
--                          table, select, insert, update, delete
call mainstay.protect_table('mainstay.jobs', 'Practitioner', 'Practitioner',
    'Practitioner', null);
drop policy app_insert on mainstay.jobs;
create policy app_insert on mainstay.jobs for insert to mainstay_app
    with check (tenant_id = (select app.current_tenant_id())
        and (select app.may('Practitioner'))
        and (needs = 'Practitioner' or (select app.may('Tenant Admin')))
        and coalesce(requested_by, key_id)
            = (select app.current_actor_id()));
drop policy app_update on mainstay.jobs;
create policy app_update on mainstay.jobs for update to mainstay_app
    using (tenant_id = (select app.current_tenant_id())
        and (select app.may('Practitioner'))
        and (needs = 'Practitioner' or (select app.may('Tenant Admin'))))
    with check (tenant_id = (select app.current_tenant_id())
        and (select app.may('Practitioner'))
        and (needs = 'Practitioner' or (select app.may('Tenant Admin')))
        and status = 'cancelled');
call mainstay.protect_table('mainstay.job_items', 'Practitioner',
    'Practitioner', null, null);

-- The worker works for all tenants.
do $$
declare
    v_table text;
begin
    foreach v_table in array array['jobs', 'job_items'] loop
        execute format('drop policy if exists definer on mainstay.%I',
            v_table);
        execute format('create policy definer on mainstay.%I '
            'to mainstay_definer using (true) with check (true)', v_table);
        execute format('grant select, update, delete on mainstay.%I '
            'to mainstay_definer', v_table);
    end loop;
end $$;
-- What it does to accounts, in the tenant of the job only.
call mainstay.serve_tenant('mainstay.accounts', 'insert');
call mainstay.serve_tenant('mainstay.account_words',
    'select, insert, delete');

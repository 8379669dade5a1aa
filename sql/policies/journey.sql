-- Who may do what with stages, goals and the path of an account.
--                          table, select, insert, update, delete
call mainstay.protect_table('mainstay.journey_stages', 'Viewer',
    'Tenant Admin', 'Tenant Admin', 'Tenant Admin');
call mainstay.protect_table('mainstay.stage_goals', 'Viewer',
    'Tenant Admin', 'Tenant Admin', 'Tenant Admin');
call mainstay.protect_table('mainstay.account_goals', 'Viewer',
    'Practitioner', 'Practitioner', 'Practitioner');

-- Written by the trigger on accounts, with the rights of who moves the
-- account, and by undo; a direct write is refused by a trigger.
call mainstay.protect_table('mainstay.journey_history', 'Viewer',
    'Practitioner', 'Practitioner', 'Practitioner');
revoke update on mainstay.journey_history from mainstay_app;
grant update (exited_at, duration_days) on mainstay.journey_history
    to mainstay_app;

-- Written by triggers, too; folded by api.compact_stage_sums.
call mainstay.protect_table('mainstay.stage_sums', 'Viewer', 'Practitioner',
    null, null);
drop policy if exists definer on mainstay.stage_sums;
create policy definer on mainstay.stage_sums to mainstay_definer
    using (true) with check (true);
grant select, insert, delete on mainstay.stage_sums to mainstay_definer;

grant select on mainstay.lifecycle_stages to mainstay_app, mainstay_maint;

-- api.create_tenant_defaults, for the tenant it has put into the context.
drop policy if exists definer on mainstay.journey_stages;
create policy definer on mainstay.journey_stages for insert
    to mainstay_definer
    with check (tenant_id = (select app.current_tenant_id()));
grant insert on mainstay.journey_stages to mainstay_definer;

-- api.rename_stage_in_history, whoever renames a stage; the engine reads.
drop policy if exists definer on mainstay.journey_history;
create policy definer on mainstay.journey_history
    to mainstay_definer using (true) with check (true);
grant update (from_stage, to_stage) on mainstay.journey_history
    to mainstay_definer;

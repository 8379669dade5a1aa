-- Who may do what with scorecards and scores.
--                          table, select, insert, update, delete
call mainstay.protect_table('mainstay.scorecards', 'Viewer', 'Tenant Admin',
    'Tenant Admin', 'Tenant Admin');
call mainstay.protect_table('mainstay.scorecard_versions', 'Viewer',
    'Tenant Admin', 'Tenant Admin', 'Tenant Admin');
call mainstay.protect_table('mainstay.health_overrides', 'Viewer',
    'Practitioner', 'Practitioner', null);

-- A newer score takes is_current from the one before, with the rights of who
-- records it; health_scores_20_frozen refuses every other change.
call mainstay.protect_table('mainstay.health_scores', 'Viewer',
    'Practitioner', 'Practitioner', null);
revoke update on mainstay.health_scores from mainstay_app;
grant update (is_current) on mainstay.health_scores to mainstay_app;
grant select on mainstay.customer_health to mainstay_app, mainstay_maint;

-- Appended by triggers on accounts; a direct write is refused by a trigger.
call mainstay.protect_table('mainstay.portfolio_rollups', 'Viewer',
    'Practitioner', null, null);
drop policy if exists definer on mainstay.portfolio_rollups;
create policy definer on mainstay.portfolio_rollups to mainstay_definer
    using (true) with check (true);
grant select, insert, delete on mainstay.portfolio_rollups
    to mainstay_definer;

-- api.create_tenant_defaults, for the tenant it has put into the context.
do $$
declare
    v_table text;
begin
    foreach v_table in array array['scorecards', 'scorecard_versions'] loop
        execute format('drop policy if exists definer on mainstay.%I',
            v_table);
        execute format('create policy definer on mainstay.%I '
            'to mainstay_definer '
            'using (tenant_id = (select app.current_tenant_id())) '
            'with check (tenant_id = (select app.current_tenant_id()))',
            v_table);
        execute format('grant select, insert on mainstay.%I '
            'to mainstay_definer', v_table);
    end loop;
end $$;

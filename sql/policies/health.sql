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

-- Who waits to be scored is known to the engine alone.
call mainstay.protect_table('mainstay.health_queue', 'Viewer', null, null,
    null);
call mainstay.protect_table('mainstay.health_runs', 'Viewer', null, null,
    null);

-- The worker drains, sweeps and ends what has expired for all tenants.
do $$
declare
    v_table text;
    v_rights text;
begin
    for v_table, v_rights in values
        ('health_queue', 'select, insert, update, delete'),
        ('health_runs', 'select, insert, update'),
        ('health_overrides', 'select, update')
    loop
        execute format('drop policy if exists definer on mainstay.%I',
            v_table);
        execute format('create policy definer on mainstay.%I '
            'to mainstay_definer using (true) with check (true)', v_table);
        execute format('grant %s on mainstay.%I to mainstay_definer',
            v_rights, v_table);
    end loop;
end $$;

-- The engine (sql/functions/health_engine.sql) and api.create_tenant_defaults
-- work for one tenant at a time, which they have put into the context: what
-- they read, and what a new score writes by its triggers.
do $$
declare
    v_table text;
    v_rights text;
begin
    for v_table, v_rights in values
        ('accounts', 'select, update'),
        ('account_profiles', 'select'),
        ('audit_log', 'select, insert'),
        ('journey_history', 'select'),
        ('usage_metrics', 'select'),
        ('cdi_events', 'select'),
        ('survey_responses', 'select'),
        ('sentiment_analyses', 'select'),
        ('scorecards', 'select, insert'),
        ('scorecard_versions', 'select, insert'),
        ('health_scores', 'select, insert, update (is_current)'),
        ('alerts', 'select, insert'),
        ('playbooks', 'select, insert, update'),
        ('playbook_versions', 'select, insert, update'),
        ('playbook_executions', 'select, insert')
    loop
        call mainstay.serve_tenant(format('mainstay.%I', v_table),
            v_rights);
    end loop;
end $$;

-- Who may do what with playbooks, alerts, mail and texts.
--                          table, select, insert, update, delete
call mainstay.protect_table('mainstay.playbooks', 'Practitioner',
    'Tenant Admin', 'Tenant Admin', 'Tenant Admin');
call mainstay.protect_table('mainstay.playbook_versions', 'Practitioner',
    'Tenant Admin', 'Tenant Admin', 'Tenant Admin');
call mainstay.protect_table('mainstay.playbook_executions', 'Viewer',
    'Practitioner', null, null);
grant select on mainstay.playbook_runs to mainstay_app, mainstay_maint;

-- A contributor's text can raise an alert; handling it is for practitioners.
call mainstay.protect_table('mainstay.alerts', 'Viewer', 'Contributor',
    'Practitioner', null);
revoke update on mainstay.alerts from mainstay_app;
grant update (status, acknowledged_at, acknowledged_by, resolved_at)
    on mainstay.alerts to mainstay_app;

call mainstay.protect_table('mainstay.email_outbox', 'Practitioner',
    'Contributor', null, null);
-- Only a person himself, by the link of a mail, opts out.
call mainstay.protect_table('mainstay.email_opt_outs', 'Viewer', null,
    null, null);
call mainstay.hide_table('mainstay.email_keys');
do $$
declare
    t text;
begin
    foreach t in array array['email_outbox', 'email_opt_outs'] loop
        execute format('drop policy if exists definer on mainstay.%I', t);
        execute format('create policy definer on mainstay.%I '
            'to mainstay_definer using (true) with check (true)', t);
    end loop;
end
$$;
grant select, insert on mainstay.email_outbox to mainstay_definer;
grant select, insert, delete on mainstay.email_opt_outs to mainstay_definer;
call mainstay.protect_table('mainstay.ai_workflows', 'Practitioner',
    'Tenant Admin', 'Tenant Admin', 'Tenant Admin');
call mainstay.protect_table('mainstay.ai_workflow_runs', 'Viewer',
    'Practitioner', null, null);
call mainstay.protect_table('mainstay.sentiment_analyses', 'Viewer',
    'Contributor', null, null);

-- api.finish_webhooks tells a run how its delivery ended.
drop policy if exists definer on mainstay.playbook_executions;
create policy definer on mainstay.playbook_executions to mainstay_definer
    using (true) with check (true);
grant select (tenant_id, id, account_id, playbook_id, executed_at, status,
        steps),
    update (steps, status, result, error_message)
    on mainstay.playbook_executions to mainstay_definer;

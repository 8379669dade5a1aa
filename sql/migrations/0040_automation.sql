-- What the automation pages read in a large tenant: decisions by time, those
-- that fired apart, and deliveries that failed.

create index playbook_executions_time_idx on mainstay.playbook_executions
    (tenant_id, executed_at desc, id desc);
create index playbook_executions_fired_idx on mainstay.playbook_executions
    (tenant_id, executed_at desc, id desc) where status <> 'skipped';
create index webhook_history_failed_idx on mainstay.webhook_history
    (tenant_id, created_at desc, id desc) where status = 'failed';
comment on index mainstay.playbook_executions_fired_idx is
    'Runs of a week, without the many decisions not to run.';

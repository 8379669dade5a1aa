-- What limits of playbooks read: runs without the many decisions not to run.

create index playbook_executions_run_idx on mainstay.playbook_executions
    (tenant_id, playbook_id, executed_at desc) where status <> 'skipped';
create index playbook_executions_account_run_idx
    on mainstay.playbook_executions
    (tenant_id, account_id, playbook_id, executed_at desc)
    where status <> 'skipped';
comment on index mainstay.playbook_executions_run_idx is
    'Runs of a day or an hour, for the daily limit and the guard.';
comment on index mainstay.playbook_executions_account_run_idx is
    'The last run for an account, for the cooldown.';

-- What playbook.sql calls no more.
drop function if exists mainstay.playbook_limited(mainstay.playbooks, jsonb,
    uuid);
drop function if exists mainstay.fire_playbook(mainstay.playbooks, uuid,
    jsonb, text);
drop function if exists mainstay.skip_playbook(mainstay.playbooks, uuid,
    jsonb, text);

-- A step says how its deliveries ended, and a run is as its steps are.

-- Protected again when the policies are made.
alter table mainstay.playbook_executions no force row level security;
update mainstay.playbook_executions e
   set steps = replace(e.steps::text, '"status": "queued"', case e.status
           when 'failed' then '"status": "failed"'
           else '"status": "delivered"' end)::jsonb
 where e.status in ('succeeded', 'failed')
   and e.steps @> '[{"status": "queued"}]';
comment on column mainstay.playbook_executions.steps is
    '[{"kind", "status": done|queued|delivered|suppressed|failed, "text", '
    '"error", …}] in the order of the document.';

-- Runs are found by their account and playbook.
drop index mainstay.playbook_executions_webhook_idx;

-- Jobs as the API lists them; one alone comes with its results (job.sql).
drop view if exists resource.jobs;
create view resource.jobs with (security_invoker = true) as
select j.tenant_id, j.id, j.kind, j.status, j.total, j.done, j.failed,
       j.message, j.requested_by, j.created_at, j.finished_at
  from mainstay.jobs j;
comment on view resource.jobs is 'Work on many rows.';
call mainstay.make_resource('jobs', '{-created_at}',
    '{kind,status,requested_by,created_at,finished_at}');

-- An item of a job locks the account as its route does.
grant usage on schema resource to mainstay_definer;
grant select on resource.accounts to mainstay_definer;
grant execute on function app.api_lock(uuid, text, uuid, text),
    app.resource(text), resource.accounts() to mainstay_definer;

-- What became of a run; no row when the caller may not see it. An account
-- that failed is tried again and is done when that succeeds.
create or replace function mainstay.health_progress(p_run uuid)
returns table (accounts integer, done integer, failed integer,
    waiting integer, finished_at timestamptz)
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    select r.accounts, (r.accounts - q.failed - q.waiting)::integer,
           q.failed::integer, q.waiting::integer, r.finished_at
      from mainstay.health_runs r
     cross join lateral (
        select count(*) filter (where q.attempts > 0) as failed,
               count(*) filter (where q.attempts = 0) as waiting
          from mainstay.health_queue q
         where q.tenant_id = r.tenant_id and q.run_id = r.id) q
     where r.tenant_id = (select app.current_tenant_id()) and r.id = p_run;
end
$$;
comment on function mainstay.health_progress(uuid) is
    'How far a run of health_runs is: accounts, done, failed (tried again '
    'later), waiting, and when the last was tried.';
grant execute on function mainstay.health_progress(uuid)
    to mainstay_app, mainstay_maint;

-- role: mainstay_definer
--
-- Jobs, for mainstay-worker: it only calls. A step is a batch of items of one
-- job in one transaction, so that an item is done once, whenever a worker
-- dies.

-- Puts who asked for a job into the context, with the rights of now; a
-- sentence when there is nobody any more, or not with the role.
create or replace function api.begin_job(p_job mainstay.jobs) returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_role text;
begin
    select p.role into v_role
      from mainstay.profiles p
      join mainstay.users u on u.id = p.user_id and u.is_active
      join mainstay.tenants t on t.id = p.tenant_id and t.is_active
     where p.tenant_id = p_job.tenant_id and p.user_id = p_job.requested_by
       and p.is_active
    union all
    select k.acts_as
      from mainstay.api_keys k
      join mainstay.tenants t on t.id = k.tenant_id and t.is_active
     where k.tenant_id = p_job.tenant_id and k.id = p_job.key_id
       and k.revoked_at is null and k.expires_at > now();
    perform set_config('app.current_tenant_id', p_job.tenant_id::text, true),
            set_config('app.current_user_id',
                coalesce(p_job.requested_by::text, ''), true),
            set_config('app.current_key_id',
                coalesce(p_job.key_id::text, ''), true),
            set_config('app.current_user_role', coalesce(v_role, ''), true),
            set_config('app.current_request_id',
                coalesce(p_job.request_id, ''), true);
    return case
        when v_role is null then 'Who asked for it may not come in any more.'
        when not app.may(p_job.needs) then format('This needs the role %s; '
            'who asked for it has the role %s now.', p_job.needs, v_role)
    end;
end
$$;

-- What became of an item: done, or the errors of why not. What may go well
-- when it is tried again takes the whole step back.
create or replace function api.work_item(p_job mainstay.jobs,
    p_item mainstay.job_items, out code integer, out id uuid,
    out errors jsonb)
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_state text;
    v_column text;
    v_code text;
    v_detail text;
begin
    id := coalesce(p_item.object_id, (p_item.item ->> 'id')::uuid);
    if p_job.kind = 'account_bulk' then
        select d.code, d.id into code, id
          from mainstay.do_account_bulk(p_job.tenant_id, p_item.item) d;
    end if;
exception
    when deadlock_detected or lock_not_available or serialization_failure
        then raise;
    when others then
        get stacked diagnostics v_state = returned_sqlstate,
            v_column = column_name, v_code = constraint_name,
            v_detail = message_text;
        id := coalesce(p_item.object_id, (p_item.item ->> 'id')::uuid);
        code := case when v_state ~ '^MS4[0-9]{2}$'
                then substr(v_state, 3)::integer
            when v_state ~ '^2[23]' then 422 else 500 end;
        if code = 500 then
            raise warning 'job %, item %: %', p_job.id, p_item.place,
                v_detail;
        end if;
        errors := jsonb_build_array(jsonb_build_object('pointer', case
                when v_state <> 'MS422' or v_column in ('', 'form') then ''
                else '/account/' || regexp_replace(v_column, '^a[.]',
                    'crm_attributes/') end,
            'code', coalesce(nullif(case when v_state like 'MS%'
                then v_code end, ''), case code when 404 then 'not_found'
                when 403 then 'forbidden' when 409 then 'conflict'
                when 412 then 'stale' when 500 then 'failed'
                else 'refused' end),
            'detail', case when v_state like 'MS%' then v_detail
                when code = 422 then 'That cannot be used.'
                else 'This went wrong here. It is in the log.' end));
end
$$;

-- The next job: of the tenant that was served least recently, its oldest.
create or replace function api.next_job() returns mainstay.jobs
language sql volatile security definer set search_path = ''
as $$
    select j.*
      from mainstay.jobs j
     where j.status in ('queued', 'running')
       and not exists (
           select from mainstay.jobs o
            where o.tenant_id = j.tenant_id
              and o.status in ('queued', 'running')
              and (o.created_at, o.id) < (j.created_at, j.id))
     order by (select max(w.worked_at) from mainstay.jobs w
                where w.tenant_id = j.tenant_id) nulls first,
           j.created_at
     limit 1 for update of j skip locked
$$;

-- A step of the next job; how many of its items were looked at.
create or replace function api.work_jobs(p_batch integer) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_job mainstay.jobs := api.next_job();
    v_item mainstay.job_items;
    v_result record;
    v_count integer := 0;
begin
    if v_job.id is null then
        return 0;
    end if;
    v_job.message := api.begin_job(v_job);
    if v_job.message is null then
        for v_item in select i.* from mainstay.job_items i
                       where i.tenant_id = v_job.tenant_id
                         and i.job_id = v_job.id and i.code is null
                       order by i.round, i.place limit p_batch
        loop
            select * into v_result from api.work_item(v_job, v_item);
            update mainstay.job_items i
               set code = v_result.code, object_id = v_result.id,
                   errors = v_result.errors, round = i.round + 1,
                   item = case when v_result.code is null then i.item end
             where i.tenant_id = v_job.tenant_id and i.job_id = v_job.id
               and i.place = v_item.place;
            v_job.done := v_job.done + (v_result.code < 300
                is true)::integer;
            v_job.failed := v_job.failed + (v_result.code >= 300
                is true)::integer;
            v_count := v_count + 1;
        end loop;
    end if;
    update mainstay.jobs j
       set status = w.status, message = v_job.message, done = v_job.done,
           failed = v_job.failed, worked_at = clock_timestamp(),
           finished_at = case when w.status <> 'running'
               then clock_timestamp() end
      from (select case when v_job.message is not null then 'failed'
                when v_job.done + v_job.failed = v_job.total then 'done'
                else 'running' end as status) w
     where j.tenant_id = v_job.tenant_id and j.id = v_job.id;
    return greatest(v_count, 1);
end
$$;
comment on function api.work_jobs(integer) is
    'Works off at most so many items of the next job, as who asked for it; '
    '0 when no job waits.';

-- What ended 30 days ago is forgotten.
create or replace function api.sweep_jobs() returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_count bigint;
begin
    delete from mainstay.jobs j
     where j.ctid = any (array(
            select o.ctid from mainstay.jobs o
             where o.finished_at < now() - interval '30 days' limit 1000));
    get diagnostics v_count = row_count;
    return v_count;
end
$$;
comment on function api.sweep_jobs() is
    'Forgets jobs 30 days after their end; how many it forgot.';

revoke all on function api.begin_job(mainstay.jobs),
    api.work_item(mainstay.jobs, mainstay.job_items), api.next_job(),
    api.work_jobs(integer), api.sweep_jobs() from public;
grant execute on function api.work_jobs(integer), api.sweep_jobs()
    to mainstay_worker;

-- Jobs: many items that mainstay-worker works off (job_api.sql), as who asked
-- for them. What an item is, its kind says (account_bulk.sql,
-- account_import.sql).

create or replace function mainstay.job_limit() returns integer
language sql immutable
return 1000;

-- Adds a job of items; those that come with errors are refused already.
create or replace function mainstay.add_job(p_tenant uuid, p_kind text,
    p_needs text, p_items jsonb) returns uuid
language plpgsql volatile set search_path = ''
as $$
declare
    v_id uuid;
begin
    insert into mainstay.jobs (tenant_id, kind, needs, total, failed,
        requested_by, key_id, request_id)
    select p_tenant, p_kind, p_needs, count(*),
           count(*) filter (where i.value ? 'errors'),
           app.current_user_id(), case when app.current_user_id() is null
               then app.current_key_id() end, app.current_request_id()
      from jsonb_array_elements(p_items) i
    returning id into v_id;
    insert into mainstay.job_items (tenant_id, job_id, place, item, code,
        object_id, errors)
    select p_tenant, v_id, i.nr - 1,
           case when not i.value ? 'errors' then i.value end,
           case when i.value ? 'errors' then 422 end,
           case when i.value ? 'errors' then (i.value ->> 'id')::uuid end,
           i.value -> 'errors'
      from jsonb_array_elements(p_items) with ordinality i (value, nr);
    perform pg_notify('mainstay_jobs', '');
    return v_id;
end
$$;

-- A job as the API answers it, with the results of its items.
create or replace function app.job_api(p_job mainstay.jobs)
returns json
language plpgsql stable set search_path = ''
as $$
begin
    return json_build_object('id', p_job.id, 'kind', p_job.kind,
        'status', p_job.status, 'total', p_job.total, 'done', p_job.done,
        'failed', p_job.failed, 'message', p_job.message,
        'requested_by', p_job.requested_by,
        'created_at', app.api_time(p_job.created_at),
        'finished_at', app.api_time(p_job.finished_at),
        'results', coalesce((
            select json_agg(json_build_object('index', i.place,
                       'status', i.code, 'id', i.object_id, 'errors',
                       coalesce(i.errors, '[]')) order by i.place)
              from mainstay.job_items i
             where i.tenant_id = p_job.tenant_id and i.job_id = p_job.id
               and i.code is not null), '[]'));
end
$$;
comment on function app.job_api(mainstay.jobs) is
    'A job as the API answers it.';

-- What was done stays.
create or replace function mainstay.cancel_job(p_tenant uuid, p_id uuid)
returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_status text;
begin
    select j.status into v_status from mainstay.jobs j
     where j.tenant_id = p_tenant and j.id = p_id;
    if v_status is null then
        raise exception using errcode = 'MS404',
            message = 'There is nothing here that you may see.';
    end if;
    update mainstay.jobs j
       set status = 'cancelled', finished_at = now()
     where j.tenant_id = p_tenant and j.id = p_id
       and j.status in ('queued', 'running');
    if found then
        return;
    elsif v_status in ('queued', 'running') and exists (
        select from mainstay.jobs j where j.tenant_id = p_tenant
           and j.id = p_id and j.status = v_status) then
        raise exception using errcode = 'MS403',
            message = 'Only who could ask for it may stop it.';
    end if;
    raise exception using errcode = 'MS409',
        message = 'It has ended already.';
end
$$;
comment on function mainstay.cancel_job(uuid, uuid) is
    'Stops a job before its next step; MS409 when it has ended.';

grant execute on function mainstay.job_limit(),
    mainstay.add_job(uuid, text, text, jsonb),
    app.job_api(mainstay.jobs), mainstay.cancel_job(uuid, uuid)
    to mainstay_app;

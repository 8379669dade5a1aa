-- Tasks as the API answers and takes them.
drop view if exists resource.tasks;
create view resource.tasks with (security_invoker = true) as
select t.tenant_id, t.id, t.account_id, t.title, t.detail, t.status,
       t.priority, t.due_on, t.assignee_id, t.created_by, t.completed_at,
       t.created_at, t.updated_at, t.due_sort
  from mainstay.tasks t;
comment on column resource.tasks.id is 'Its id here.';
comment on column resource.tasks.account_id is 'The account it is about.';
comment on column resource.tasks.title is 'What is to be done.';
comment on column resource.tasks.detail is 'More about it.';
comment on column resource.tasks.status is 'How far it is.';
comment on column resource.tasks.priority is 'How much it matters.';
comment on column resource.tasks.due_on is
    'The day by which it is to be done.';
comment on column resource.tasks.assignee_id is 'Who does it.';
comment on column resource.tasks.created_by is 'Who made it.';
comment on column resource.tasks.completed_at is
    'When it was done or cancelled.';
comment on column resource.tasks.created_at is 'When it was added.';
comment on column resource.tasks.updated_at is 'When it last changed.';
comment on column resource.tasks.due_sort is '-';
call mainstay.make_resource('tasks', '{due_on=due_sort,created_at}',
    '{account_id,title,status,priority,due_on,assignee_id,created_by,'
    'completed_at,created_at,updated_at}',
    '{"account": {"noun": "accounts", "by": "account_id"}}');

-- Adds a task (p_id null) or changes what was given of one. Who gives it to
-- nobody in so many words means nobody; who says nothing, himself.
create or replace function app.save_task_api(p_tenant uuid, p_account uuid,
    p_id uuid, p_if_match text, p_values jsonb,
    out body json, out etag text, out id uuid)
language plpgsql volatile set search_path = ''
as $$
declare
    v jsonb := jsonb_build_object('assignee_id', app.current_user_id());
begin
    if p_id is not null then
        v := app.api_lock(p_tenant, 'tasks', p_id, p_if_match);
    end if;
    v := app.api_merge(v, p_values,
        '{"priority": "medium", "status": "open"}');
    id := case when p_id is null
        then mainstay.add_task(p_tenant, p_account, v ->> 'title',
            v ->> 'detail', (v ->> 'due_on')::date,
            (v ->> 'assignee_id')::uuid, v ->> 'priority')
        else mainstay.edit_task(p_tenant, (v ->> 'account_id')::uuid, p_id,
            (select md5(t::text) from mainstay.tasks t
              where t.tenant_id = p_tenant and t.id = p_id),
            v ->> 'title', v ->> 'detail', (v ->> 'due_on')::date,
            (v ->> 'assignee_id')::uuid, v ->> 'priority') end;
    update mainstay.tasks t set status = v ->> 'status'
     where t.tenant_id = p_tenant and t.id = save_task_api.id
       and t.status <> v ->> 'status';
    select o.body, o.etag into body, etag
      from app.api_one(p_tenant, 'tasks', save_task_api.id) o;
end
$$;
comment on function app.save_task_api(uuid, uuid, uuid, text, jsonb) is
    'Saves what a program gave of a task.';
grant execute on function app.save_task_api(uuid, uuid, uuid, text, jsonb)
    to mainstay_app;

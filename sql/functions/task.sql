-- Tasks: something one person should do.

create or replace function mainstay.tasks_completed() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if new.status not in ('done', 'cancelled') then
        new.completed_at := null;
    elsif tg_op = 'INSERT' or old.completed_at is null then
        new.completed_at := coalesce(new.completed_at, now());
    end if;
    return new;
end
$$;
create or replace trigger tasks_completed
    before insert or update of status on mainstay.tasks
    for each row execute function mainstay.tasks_completed();

-- A Contributor has tasks of his own; others are for a Practitioner to give.
create or replace function mainstay.check_assignee(p_tenant uuid,
    p_assignee uuid) returns void
language plpgsql stable set search_path = ''
as $$
begin
    if p_assignee is distinct from app.current_user_id()
       and not app.may('Practitioner') then
        raise exception using errcode = 'MS422', column = 'assignee_id',
            message = 'Your role gives tasks to nobody but yourself.';
    elsif p_assignee is not null and not exists (
            select from mainstay.profiles p
             where p.tenant_id = p_tenant and p.user_id = p_assignee
               and p.is_active) then
        raise exception using errcode = 'MS422', column = 'assignee_id',
            message = 'Owner must be somebody who works here.';
    end if;
end
$$;

create or replace function mainstay.add_task(p_tenant uuid, p_account uuid,
    p_title text, p_detail text, p_due date, p_assignee uuid,
    p_priority text) returns uuid
language plpgsql set search_path = ''
as $$
declare
    v_id uuid;
begin
    perform mainstay.tenant_of_account(p_account);
    perform mainstay.check_assignee(p_tenant, p_assignee);
    insert into mainstay.tasks (tenant_id, account_id, title, detail, due_on,
        assignee_id, priority, created_by)
    values (p_tenant, p_account, p_title, p_detail, p_due, p_assignee,
        p_priority, app.current_user_id())
    returning id into v_id;
    return v_id;
end
$$;

create or replace function mainstay.edit_task(p_tenant uuid, p_account uuid,
    p_task uuid, p_seen text, p_title text, p_detail text, p_due date,
    p_assignee uuid, p_priority text) returns uuid
language plpgsql set search_path = ''
as $$
declare
    v_task mainstay.tasks;
begin
    select t.* into v_task from mainstay.tasks t
     where t.tenant_id = p_tenant and t.account_id = p_account
       and t.id = p_task for update;
    perform mainstay.check_seen('task', v_task.id is not null,
        md5(v_task::text), p_seen);
    if p_assignee is distinct from v_task.assignee_id then
        perform mainstay.check_assignee(p_tenant, p_assignee);
    end if;
    update mainstay.tasks t
       set title = p_title, detail = p_detail, due_on = p_due,
           assignee_id = p_assignee, priority = p_priority
     where t.tenant_id = p_tenant and t.id = p_task;
    return p_task;
end
$$;

grant execute on function mainstay.check_assignee(uuid, uuid),
    mainstay.add_task(uuid, uuid, text, text, date, uuid, text),
    mainstay.edit_task(uuid, uuid, uuid, text, text, text, date, uuid, text)
    to mainstay_app, mainstay_maint, mainstay_definer;

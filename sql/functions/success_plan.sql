-- Success plans and their steps: how they are made and changed, by a form, by
-- the API or by a playbook. What they may say is in success_plan_check.sql.

-- What of the row follows from its status.
create or replace function mainstay.plan_completed() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if new.status <> 'completed' then
        new.completed_at := null;
        new.completed_by := null;
    elsif tg_op = 'INSERT' or old.completed_at is null then
        new.completed_by := coalesce(new.completed_by, case
            when new.completed_at is null
            then mainstay.actor_in(new.tenant_id) end);
        new.completed_at := coalesce(new.completed_at, now());
    end if;
    return new;
end
$$;
do $$
declare
    v_table text;
begin
    foreach v_table in array array['success_plans', 'success_plan_steps'] loop
        execute format('create or replace trigger plan_completed '
            'before insert or update of status on mainstay.%I '
            'for each row execute function mainstay.plan_completed()',
            v_table);
    end loop;
end $$;

-- Overdue is never kept: a step that is open past its day, while its plan is
-- under way or being made.
create or replace function mainstay.plan_step_state(p_status text,
    p_due date, p_plan_status text) returns text
language sql stable parallel safe
return case when p_status in ('pending', 'in_progress')
        and p_due < current_date and p_plan_status in ('draft', 'active')
    then 'overdue' else p_status end;
comment on function mainstay.plan_step_state(text, date, text) is
    'The status of a step as it is shown: overdue where it is late.';

-- How far a plan is: cancelled steps do not count.
create or replace function mainstay.plan_progress(p_tenant uuid,
    p_plan uuid, p_status text,
    out steps integer, out completed integer, out overdue integer,
    out percent integer, out next_step uuid)
language plpgsql stable parallel safe set search_path = ''
as $$
begin
    select count(*) filter (where s.status <> 'cancelled'),
           count(*) filter (where s.status = 'completed'),
           count(*) filter (where mainstay.plan_step_state(s.status,
               s.due_date, p_status) = 'overdue'),
           (array_agg(s.id order by s.due_date nulls last, s.position, s.id)
               filter (where s.status in ('pending', 'in_progress')))[1]
      into steps, completed, overdue, next_step
      from mainstay.success_plan_steps s
     where s.tenant_id = p_tenant and s.plan_id = p_plan;
    percent := case when steps = 0 then 0
        else floor(100.0 * completed / steps + 0.5) end;
end
$$;
comment on function mainstay.plan_progress(uuid, uuid, text) is
    'Steps, how many are completed or overdue, the share completed, and the '
    'step that is due next.';

-- The plan, locked; MS404 when there is none.
create or replace function mainstay.lock_plan(p_tenant uuid, p_plan uuid)
returns mainstay.success_plans
language plpgsql volatile set search_path = ''
as $$
declare
    v_plan mainstay.success_plans;
begin
    select p.* into v_plan from mainstay.success_plans p
     where p.tenant_id = p_tenant and p.id = p_plan for update;
    if not found then
        raise exception using errcode = 'MS404',
            message = 'There is no such plan that you may change.';
    end if;
    return v_plan;
end
$$;

-- Adds a plan to an account (p_plan null) or changes one. p_values holds what
-- was given, by the names of columns.
create or replace function mainstay.save_plan(p_tenant uuid, p_account uuid,
    p_plan uuid, p_values jsonb) returns uuid
language plpgsql volatile set search_path = ''
as $$
declare
    v_old mainstay.success_plans;
    v_new mainstay.success_plans;
    v_values jsonb;
begin
    if p_plan is not null then
        v_old := mainstay.lock_plan(p_tenant, p_plan);
        v_values := to_jsonb(v_old) || p_values;
    else
        perform mainstay.tenant_of_account(p_account);
        v_values := '{"plan_type": "onboarding", "status": "draft",
            "business_objectives": [], "success_metrics": [],
            "stakeholders": []}'::jsonb || p_values;
    end if;
    perform mainstay.refuse_plan('plan', (
        select coalesce(jsonb_object_agg(v.key, v.value), '{}')
          from jsonb_each(v_values) v
         where v.key in (select s.key from mainstay.plan_shapes() s
                          where s.shape = 'plan')));
    v_new := jsonb_populate_record(v_old, v_values);
    if v_new.owner_id is distinct from v_old.owner_id then
        perform mainstay.check_plan_owner(p_tenant, v_new.owner_id);
    end if;
    if v_new.target_date < v_new.start_date then
        raise exception using errcode = 'MS422', column = 'target_date',
            message = 'The target date must not be before the start.';
    end if;
    if p_plan is null then
        return mainstay.insert_plan(p_tenant, p_account, v_new);
    end if;
    update mainstay.success_plans p
       set name = btrim(v_new.name), plan_type = v_new.plan_type,
           status = v_new.status,
           business_objectives = v_new.business_objectives,
           success_metrics = v_new.success_metrics,
           stakeholders = v_new.stakeholders, owner_id = v_new.owner_id,
           start_date = v_new.start_date, target_date = v_new.target_date
     where p.tenant_id = p_tenant and p.id = p_plan;
    return p_plan;
end
$$;
comment on function mainstay.save_plan(uuid, uuid, uuid, jsonb) is
    'Adds or changes a success plan by what was given of it; MS422 names '
    'what is wrong.';

create or replace function mainstay.insert_plan(p_tenant uuid,
    p_account uuid, p_new mainstay.success_plans) returns uuid
language plpgsql volatile set search_path = ''
as $$
declare
    v_id uuid;
begin
    perform from mainstay.accounts a
      where a.tenant_id = p_tenant and a.id = p_account for key share;
    if (select count(*) from mainstay.success_plans p
         where p.tenant_id = p_tenant and p.account_id = p_account) >= 200 then
        raise exception using errcode = 'MS409', column = 'name',
            message = 'This account has 200 plans already, and no room for '
                'more.';
    end if;
    insert into mainstay.success_plans (tenant_id, account_id, template_id,
        name, plan_type, status, business_objectives, success_metrics,
        stakeholders, owner_id, start_date, target_date, created_by)
    values (p_tenant, p_account, p_new.template_id, btrim(p_new.name),
        p_new.plan_type, p_new.status, p_new.business_objectives,
        p_new.success_metrics, p_new.stakeholders, p_new.owner_id,
        p_new.start_date, p_new.target_date, mainstay.actor_in(p_tenant))
    returning id into v_id;
    return v_id;
end
$$;

-- A removed plan takes its steps along.
create or replace function mainstay.remove_plan(p_tenant uuid, p_plan uuid)
returns uuid
language plpgsql volatile set search_path = ''
as $$
declare
    v_plan constant mainstay.success_plans :=
        mainstay.lock_plan(p_tenant, p_plan);
begin
    delete from mainstay.success_plans p
     where p.tenant_id = p_tenant and p.id = p_plan;
    return v_plan.account_id;
end
$$;

-- The steps of a plan in their order, with their places from 1.
create or replace function mainstay.plan_order(p_tenant uuid, p_plan uuid)
returns table (id uuid, phase text, place integer)
language plpgsql stable rows 20 set search_path = ''
as $$
begin
    return query
    select s.id, s.phase,
           (row_number() over (order by s.position, s.id))::integer
      from mainstay.success_plan_steps s
     where s.tenant_id = p_tenant and s.plan_id = p_plan;
end
$$;

-- To the n-th place; the others make room. A step that is put among those of
-- another phase becomes one of them.
create or replace function mainstay.move_plan_step(p_tenant uuid,
    p_plan uuid, p_step uuid, p_place integer) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_from integer;
    v_phase text;
begin
    perform mainstay.lock_plan(p_tenant, p_plan);
    select o.place into v_from
      from mainstay.plan_order(p_tenant, p_plan) o where o.id = p_step;
    if not found then
        raise exception using errcode = 'MS404',
            message = 'There is no such step that you may change.';
    end if;
    select o.phase into v_phase
      from mainstay.plan_order(p_tenant, p_plan) o
     where o.place <= p_place order by o.place desc limit 1;
    update mainstay.success_plan_steps s
       set position = n.place,
           phase = case when s.id = p_step then v_phase else s.phase end
      from (select o.id, row_number() over (order by case
                       when o.id = p_step then p_place
                           + case when p_place > v_from then 0.5 else -0.5 end
                       else o.place end) as place
              from mainstay.plan_order(p_tenant, p_plan) o) n
     where s.tenant_id = p_tenant and s.id = n.id
       and (s.position, s.id = p_step and s.phase is distinct from v_phase)
           is distinct from (n.place::integer, false);
end
$$;

-- Behind the last step of its phase, or at the end.
create or replace function mainstay.append_plan_step(p_tenant uuid,
    p_plan uuid, p_phase text) returns integer
language plpgsql volatile set search_path = ''
as $$
declare
    v_after integer;
begin
    select coalesce(max(s.position) filter (
               where s.phase is not distinct from p_phase),
               max(s.position), 0)
      into v_after from mainstay.success_plan_steps s
     where s.tenant_id = p_tenant and s.plan_id = p_plan;
    update mainstay.success_plan_steps s set position = s.position + 1
     where s.tenant_id = p_tenant and s.plan_id = p_plan
       and s.position > v_after;
    return v_after + 1;
end
$$;

-- Adds a step to a plan (p_step null) or changes one, by what was given.
create or replace function mainstay.save_plan_step(p_tenant uuid,
    p_plan uuid, p_step uuid, p_values jsonb, p_path text default '')
returns uuid
language plpgsql volatile set search_path = ''
as $$
declare
    v_plan constant mainstay.success_plans :=
        mainstay.lock_plan(p_tenant, p_plan);
    v_old mainstay.success_plan_steps;
    v_new mainstay.success_plan_steps;
    v_values jsonb := '{"status": "pending", "priority": "medium",
        "deliverables": []}'::jsonb || p_values;
begin
    if p_step is not null then
        select s.* into v_old from mainstay.success_plan_steps s
         where s.tenant_id = p_tenant and s.plan_id = p_plan
           and s.id = p_step for update;
        if not found then
            raise exception using errcode = 'MS404',
                message = 'There is no such step that you may change.';
        end if;
        v_values := to_jsonb(v_old) || p_values;
    end if;
    perform mainstay.refuse_plan('step', (
        select jsonb_object_agg(v.key, v.value)
          from jsonb_each(v_values) v
         where v.key in (select s.key from mainstay.plan_shapes() s
                          where s.shape = 'step')), p_path);
    v_new := jsonb_populate_record(v_old, v_values);
    if v_new.owner_id is distinct from v_old.owner_id then
        perform mainstay.check_plan_owner(p_tenant, v_new.owner_id, p_path);
    end if;
    if p_step is null then
        return mainstay.insert_plan_step(v_plan, v_new);
    end if;
    update mainstay.success_plan_steps s
       set phase = btrim(v_new.phase), title = btrim(v_new.title),
           description = v_new.description, due_date = v_new.due_date,
           status = v_new.status, priority = v_new.priority,
           owner_id = v_new.owner_id, deliverables = v_new.deliverables
     where s.tenant_id = p_tenant and s.id = p_step;
    if btrim(v_new.phase) is distinct from v_old.phase then
        perform mainstay.rejoin_plan_step(p_tenant, p_plan, p_step);
    end if;
    return p_step;
end
$$;
comment on function mainstay.save_plan_step(uuid, uuid, uuid, jsonb, text) is
    'Adds or changes a step by what was given of it; MS422 names what is '
    'wrong, after the path.';

create or replace function mainstay.insert_plan_step(
    p_plan mainstay.success_plans, p_new mainstay.success_plan_steps)
returns uuid
language plpgsql volatile set search_path = ''
as $$
declare
    v_id uuid;
begin
    if (select count(*) from mainstay.success_plan_steps s
         where s.tenant_id = p_plan.tenant_id
           and s.plan_id = p_plan.id) >= 200 then
        raise exception using errcode = 'MS409', column = 'title',
            message = 'This plan has 200 steps already, and no room for '
                'more.';
    end if;
    insert into mainstay.success_plan_steps (tenant_id, plan_id, account_id,
        phase, title, description, due_date, status, priority, owner_id,
        deliverables, position)
    values (p_plan.tenant_id, p_plan.id, p_plan.account_id,
        btrim(p_new.phase), btrim(p_new.title), p_new.description,
        p_new.due_date, p_new.status, p_new.priority, p_new.owner_id,
        p_new.deliverables, mainstay.append_plan_step(p_plan.tenant_id,
            p_plan.id, btrim(p_new.phase)))
    returning id into v_id;
    return v_id;
end
$$;

-- A step that is of another phase now stands behind the others of it.
create or replace function mainstay.rejoin_plan_step(p_tenant uuid,
    p_plan uuid, p_step uuid) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_phase text;
    v_place integer;
begin
    select s.phase into v_phase from mainstay.success_plan_steps s
     where s.tenant_id = p_tenant and s.id = p_step;
    -- Out of the way first, so that places are counted without it.
    update mainstay.success_plan_steps s set position = 100000
     where s.tenant_id = p_tenant and s.id = p_step;
    select coalesce(max(o.place) filter (
               where o.phase is not distinct from v_phase), max(o.place), 0)
           + 1
      into v_place from mainstay.plan_order(p_tenant, p_plan) o
     where o.id <> p_step;
    update mainstay.success_plan_steps s set position = n.place
      from (select o.id, row_number() over (order by case
                       when o.id = p_step then v_place - 0.5
                       else o.place end) as place
              from mainstay.plan_order(p_tenant, p_plan) o) n
     where s.tenant_id = p_tenant and s.id = n.id
       and s.position <> n.place;
end
$$;

create or replace function mainstay.remove_plan_step(p_tenant uuid,
    p_plan uuid, p_step uuid) returns uuid
language plpgsql volatile set search_path = ''
as $$
begin
    delete from mainstay.success_plan_steps s
     where s.tenant_id = p_tenant and s.plan_id = p_plan and s.id = p_step;
    if not found then
        raise exception using errcode = 'MS404',
            message = 'There is no such step that you may change.';
    end if;
    return p_step;
end
$$;

do $$
declare
    v_function regprocedure;
begin
    for v_function in
        select oid::regprocedure from pg_proc
         where pronamespace = 'mainstay'::regnamespace
           and proname in ('plan_step_state', 'plan_progress', 'lock_plan',
               'save_plan', 'insert_plan', 'remove_plan', 'plan_order',
               'move_plan_step', 'append_plan_step', 'save_plan_step',
               'insert_plan_step', 'rejoin_plan_step', 'remove_plan_step')
    loop
        execute format('grant execute on function %s to mainstay_app, '
            'mainstay_maint, mainstay_definer', v_function);
    end loop;
end $$;

-- Templates of success plans, and plans that are made from them.

-- The day of a step, from the start of the plan. A paced one keeps the pace
-- of the tier; at its own pace (p_pace null) it has no day.
create or replace function mainstay.template_day(p_day integer,
    p_is_paced boolean, p_paced_days integer, p_pace integer)
returns integer
language sql immutable parallel safe
return case when not p_is_paced or p_paced_days is null then p_day
    else floor(p_day::numeric * p_pace / p_paced_days + 0.5)::integer end;
comment on function mainstay.template_day(integer, boolean, integer,
    integer) is
    'On which day of a plan a step of its template is due; null: on none.';

-- The steps of a template for an account of a tier that begins on a day. A
-- tier that is not there keeps the days as they are written.
create or replace function mainstay.template_steps(
    p_template mainstay.plan_templates, p_tier text, p_start date)
returns table (place integer, phase text, title text, description text,
    due_date date, priority text, deliverables text[])
language plpgsql stable rows 20 set search_path = ''
as $$
declare
    v_pace integer := p_template.paced_days;
begin
    select t.onboarding_days into v_pace from mainstay.account_tiers t
     where t.tenant_id = p_template.tenant_id and t.tier = p_tier;
    if not found then
        v_pace := p_template.paced_days;
    end if;
    return query
    select e.place + 1, btrim(s.phase), btrim(s.title),
           nullif(s.description, ''),
           p_start + mainstay.template_day(s.day, coalesce(s.is_paced,
               false), p_template.paced_days, v_pace),
           coalesce(s.priority, 'medium'), coalesce(s.deliverables, '{}')
      from mainstay.list_entries(p_template.steps) e
     cross join lateral jsonb_to_record(e.value) s (phase text, title text,
           description text, day integer, is_paced boolean, priority text,
           deliverables text[]);
end
$$;

create or replace function mainstay.named_template(p_tenant uuid, p_id uuid)
returns mainstay.plan_templates
language plpgsql stable set search_path = ''
as $$
declare
    v_template mainstay.plan_templates;
begin
    select t.* into v_template from mainstay.plan_templates t
     where t.tenant_id = p_tenant and t.id = p_id;
    if not found then
        raise exception using errcode = 'MS422', column = 'template_id',
            message = 'There is no such template of plans.';
    end if;
    return v_template;
end
$$;

-- A plan from a template: what was given comes before what the template says.
-- Without an owner it is the account's. Its target is its last day.
create or replace function mainstay.start_plan(p_tenant uuid,
    p_account uuid, p_template uuid, p_values jsonb) returns uuid
language plpgsql volatile set search_path = ''
as $$
declare
    v_template constant mainstay.plan_templates :=
        mainstay.named_template(p_tenant, p_template);
    v_start constant date := case
        when mainstay.is_date(p_values ->> 'start_date')
        then (p_values ->> 'start_date')::date else current_date end;
    v_account mainstay.accounts;
    v_plan uuid;
    v_steps jsonb;
begin
    perform mainstay.tenant_of_account(p_account);
    select a.* into v_account from mainstay.accounts a
     where a.tenant_id = p_tenant and a.id = p_account;
    select jsonb_agg(to_jsonb(s) order by s.place) into v_steps
      from mainstay.template_steps(v_template, v_account.tier, v_start) s;
    v_plan := mainstay.save_plan(p_tenant, p_account, null,
        jsonb_build_object('template_id', p_template,
            'name', v_template.name, 'plan_type', v_template.plan_type,
            'business_objectives', v_template.business_objectives,
            'success_metrics', v_template.success_metrics,
            'owner_id', v_account.csm_id, 'start_date', v_start,
            'target_date', (
                select max(s.value ->> 'due_date')
                  from mainstay.list_entries(v_steps) s))
        || jsonb_strip_nulls(p_values));
    insert into mainstay.success_plan_steps (tenant_id, plan_id, account_id,
        phase, title, description, due_date, priority, deliverables,
        position)
    select p_tenant, v_plan, p_account, s.phase, s.title, s.description,
           s.due_date, s.priority, s.deliverables, s.place
      from jsonb_to_recordset(v_steps) s (place integer, phase text,
           title text, description text, due_date date, priority text,
           deliverables text[])
     order by s.place;
    return v_plan;
end
$$;
comment on function mainstay.start_plan(uuid, uuid, uuid, jsonb) is
    'Makes a success plan of an account from a template.';

-- Adds a template (p_id null) or changes one by what was given of it. The
-- steps of a phase stand together, in the order of what was given.
create or replace function mainstay.save_plan_template(p_tenant uuid,
    p_id uuid, p_values jsonb) returns uuid
language plpgsql volatile set search_path = ''
as $$
declare
    v_old mainstay.plan_templates;
    v_new mainstay.plan_templates;
    v_values jsonb := '{"plan_type": "onboarding",
        "business_objectives": [], "success_metrics": [], "steps": []}'::jsonb
        || p_values;
begin
    if p_id is not null then
        select t.* into v_old from mainstay.plan_templates t
         where t.tenant_id = p_tenant and t.id = p_id for update;
        if not found then
            raise exception using errcode = 'MS404',
                message = 'There is no such template.';
        end if;
        v_values := to_jsonb(v_old) || p_values;
    end if;
    perform mainstay.refuse_plan('template', (
        select jsonb_object_agg(v.key, v.value)
          from jsonb_each(v_values) v
         where v.key in (select s.key from mainstay.plan_shapes() s
                          where s.shape = 'template')));
    v_new := jsonb_populate_record(v_old, v_values);
    v_new.steps := mainstay.template_steps_ordered(v_new.steps);
    if p_id is null then
        return mainstay.insert_plan_template(p_tenant, v_new);
    end if;
    update mainstay.plan_templates t
       set name = btrim(v_new.name), plan_type = v_new.plan_type,
           description = v_new.description,
           business_objectives = v_new.business_objectives,
           success_metrics = v_new.success_metrics,
           paced_days = v_new.paced_days, steps = v_new.steps
     where t.tenant_id = p_tenant and t.id = p_id;
    return p_id;
exception when unique_violation then
    raise exception using errcode = 'MS422', column = 'name',
        message = 'There is already a template of this name.';
end
$$;
comment on function mainstay.save_plan_template(uuid, uuid, jsonb) is
    'Adds or changes a template of plans; MS422 names what is wrong.';

create or replace function mainstay.insert_plan_template(p_tenant uuid,
    p_new mainstay.plan_templates) returns uuid
language plpgsql volatile set search_path = ''
as $$
declare
    v_id uuid;
begin
    if (select count(*) from mainstay.plan_templates t
         where t.tenant_id = p_tenant) >= 200 then
        raise exception using errcode = 'MS409', column = 'name',
            message = 'There are 200 templates already, and no room for '
                'more.';
    end if;
    insert into mainstay.plan_templates (tenant_id, name, plan_type,
        description, business_objectives, success_metrics, paced_days, steps)
    values (p_tenant, btrim(p_new.name), p_new.plan_type, p_new.description,
        p_new.business_objectives, p_new.success_metrics, p_new.paced_days,
        p_new.steps)
    returning id into v_id;
    return v_id;
end
$$;

create or replace function mainstay.template_steps_ordered(p_steps jsonb)
returns jsonb
language sql immutable parallel safe
return (
    select coalesce(jsonb_agg(s.value order by s.phase_place, s.place), '[]')
      from (select e.place, e.value, min(e.place) over (
                       partition by coalesce(e.value ->> 'phase', ''))
                       as phase_place
              from mainstay.list_entries(p_steps) e) s);

create or replace function mainstay.remove_plan_template(p_tenant uuid,
    p_id uuid) returns uuid
language plpgsql volatile set search_path = ''
as $$
begin
    delete from mainstay.plan_templates t
     where t.tenant_id = p_tenant and t.id = p_id;
    if not found then
        raise exception using errcode = 'MS404',
            message = 'There is no such template.';
    end if;
    return p_id;
end
$$;

do $$
declare
    v_function regprocedure;
begin
    for v_function in
        select oid::regprocedure from pg_proc
         where pronamespace = 'mainstay'::regnamespace
           and proname in ('template_day', 'template_steps',
               'named_template', 'start_plan', 'save_plan_template',
               'insert_plan_template', 'template_steps_ordered',
               'remove_plan_template')
    loop
        execute format('grant execute on function %s to mainstay_app, '
            'mainstay_maint, mainstay_definer', v_function);
    end loop;
end $$;

-- Success plans, their milestones and templates as the API answers and takes
-- them. Members of the programme are camelCase: our columns' names, written
-- so (mainstay.programme_name has the enumerations).

create or replace function app.camel_name(p_name text) returns text
language sql immutable parallel safe
return (
    select string_agg(case when w.place = 1 then w.word
               else upper(left(w.word, 1)) || substr(w.word, 2) end, ''
               order by w.place)
      from string_to_table(p_name, '_') with ordinality w (word, place));

create or replace function app.snake_name(p_name text) returns text
language sql immutable parallel safe
return lower(regexp_replace(p_name, '([A-Z])', '_\1', 'g'));

-- A milestone. p_plan is the status of its plan: overdue follows from both.
create or replace function app.milestone_api(
    p_step mainstay.success_plan_steps, p_plan text) returns json
language plpgsql stable parallel safe set search_path = ''
as $$
begin
    return json_build_object('id', p_step.id, 'planId', p_step.plan_id,
        'customerId', p_step.account_id, 'phase', p_step.phase,
        'title', p_step.title, 'description', p_step.description,
        'dueDate', p_step.due_date,
        'status', mainstay.programme_name('MilestoneStatus',
            mainstay.plan_step_state(p_step.status, p_step.due_date,
                p_plan)),
        'priority', mainstay.programme_name('MilestonePriority',
            p_step.priority),
        'ownerId', p_step.owner_id, 'deliverables', p_step.deliverables,
        'position', p_step.position,
        'completedAt', app.api_time(p_step.completed_at),
        'completedBy', p_step.completed_by,
        'createdAt', app.api_time(p_step.created_at),
        'updatedAt', app.api_time(p_step.updated_at));
end
$$;

create or replace function app.success_plan_api(
    p_plan mainstay.success_plans) returns json
language plpgsql stable parallel safe set search_path = ''
as $$
declare
    g record;
begin
    select * into g from mainstay.plan_progress(p_plan.tenant_id, p_plan.id,
        p_plan.status);
    return json_build_object('id', p_plan.id,
        'customerId', p_plan.account_id, 'templateId', p_plan.template_id,
        'name', p_plan.name,
        'planType', mainstay.programme_name('SuccessPlanType',
            p_plan.plan_type),
        'status', mainstay.programme_name('SuccessPlanStatus',
            p_plan.status),
        'businessObjectives', p_plan.business_objectives,
        'successMetrics', p_plan.success_metrics,
        'stakeholders', p_plan.stakeholders, 'ownerId', p_plan.owner_id,
        'startDate', p_plan.start_date, 'targetDate', p_plan.target_date,
        'progress', g.percent, 'milestoneCount', g.steps,
        'completedMilestones', g.completed, 'overdueMilestones', g.overdue,
        'nextMilestoneId', g.next_step,
        'completedAt', app.api_time(p_plan.completed_at),
        'completedBy', p_plan.completed_by,
        'createdBy', p_plan.created_by,
        'createdAt', app.api_time(p_plan.created_at),
        'updatedAt', app.api_time(p_plan.updated_at),
        'milestones', (
            select coalesce(json_agg(app.milestone_api(s, p_plan.status)
                       order by s.position, s.id), '[]')
              from mainstay.success_plan_steps s
             where s.tenant_id = p_plan.tenant_id
               and s.plan_id = p_plan.id));
end
$$;

create or replace function app.success_plan_version(
    p_plan mainstay.success_plans) returns text
language sql stable parallel safe
return md5(app.success_plan_api(p_plan)::text);

-- The plans of an account, the newest first, a page at a time.
create or replace function app.success_plan_page(p_tenant uuid,
    p_account uuid, p_type text, p_status text, p_limit integer,
    p_cursor text, out body json, out next_cursor text)
language plpgsql stable set search_path = ''
as $$
declare
    v_from record;
begin
    perform app.api_account(p_tenant, p_account);
    select * into v_from from app.cursor_read(p_cursor, 'success_plans',
        'timestamptz') c;
    select coalesce(json_agg(app.success_plan_api(f.plan) order by f.nr)
               filter (where f.nr <= p_limit), '[]'),
           case when max(f.nr) > p_limit then (array_agg(app.cursor_text(
               'success_plans', (f.plan).created_at::text,
               (f.plan).id::text)
               order by f.nr))[p_limit] end
      into body, next_cursor
      from (select p as plan, row_number() over (
                       order by p.created_at desc, p.id desc) as nr
              from mainstay.success_plans p
             where p.tenant_id = p_tenant and p.account_id = p_account
               and (p_type is null or p.plan_type = mainstay.programme_value(
                   'SuccessPlanType', p_type, 'planType'))
               and (p_status is null or p.status = mainstay.programme_value(
                   'SuccessPlanStatus', p_status, 'status'))
               and (v_from.id is null or (p.created_at, p.id)
                   < (v_from.key::timestamptz, v_from.id))
             order by p.created_at desc, p.id desc limit p_limit + 1) f;
    body := json_build_object('data', body, 'next_cursor', next_cursor,
        'has_more', next_cursor is not null);
exception when data_exception then
    raise exception using errcode = 'MS422', column = 'cursor',
        message = 'Cursor must be a next_cursor of the same list and sort.';
end
$$;

-- MS404 unless it is an account that the caller may see.
create or replace function app.api_account(p_tenant uuid, p_account uuid)
returns void
language plpgsql stable set search_path = ''
as $$
begin
    if not exists (select from mainstay.accounts a
                    where a.tenant_id = p_tenant and a.id = p_account) then
        raise exception using errcode = 'MS404',
            message = 'There is nothing here that you may see.';
    end if;
end
$$;

-- What was given of p_values, by our names; p_enums says which of them are
-- of which enumeration. Entries of lists stay as they are.
create or replace function app.given_values(p_values jsonb, p_given text[],
    p_enums jsonb, p_path text default '') returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_object_agg(app.snake_name(v.key), case
                   when p_enums ? v.key and jsonb_typeof(v.value) = 'string'
                   then to_jsonb(mainstay.programme_value(p_enums ->> v.key,
                       v.value #>> '{}', p_path || v.key))
                   else v.value end), '{}')
          from jsonb_each(p_values) v
         where p_given is null or v.key = any (p_given));
end
$$;

create or replace function app.milestone_enums() returns jsonb
language sql immutable parallel safe
return '{"status": "MilestoneStatus", "priority": "MilestonePriority"}'::jsonb;

-- The milestones that a plan is made with: each an object of its own.
create or replace function app.add_milestones(p_tenant uuid, p_plan uuid,
    p_list jsonb) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_entry record;
    v_path text;
    v_unknown text;
begin
    for v_entry in select * from mainstay.list_entries(p_list) loop
        v_path := format('milestones.%s', v_entry.place);
        if jsonb_typeof(v_entry.value) <> 'object' then
            raise exception using errcode = 'MS422', column = v_path,
                message = 'This must be an object.';
        end if;
        select k into v_unknown from jsonb_object_keys(v_entry.value) k
         where k not in ('phase', 'title', 'description', 'dueDate',
               'status', 'priority', 'ownerId', 'deliverables') limit 1;
        if found then
            raise exception using errcode = 'MS422', constraint = 'unknown',
                column = format('%s.%s', v_path, left(v_unknown, 60)),
                message = format('%s is not known here.',
                    left(v_unknown, 60));
        end if;
        if v_entry.value ->> 'status' = 'OVERDUE' then
            raise exception using errcode = 'MS422', constraint = 'choice',
                column = v_path || '.status', message =
                    'OVERDUE is worked out from dueDate and cannot be '
                    'given.';
        end if;
        perform mainstay.save_plan_step(p_tenant, p_plan, null,
            jsonb_strip_nulls(app.given_values(v_entry.value, null,
                app.milestone_enums(), v_path || '.')), v_path || '.');
    end loop;
end
$$;

-- Our columns' names in a refusal become the members that the caller knows:
-- "milestones.0.due_date" is milestones/0/dueDate.
create or replace function app.refuse_camel(p_state text, p_column text,
    p_code text, p_message text) returns void
language plpgsql immutable set search_path = ''
as $$
begin
    raise exception using errcode = p_state, constraint = p_code,
        column = (
            select string_agg(app.camel_name(w.word), '/' order by w.place)
              from string_to_table(p_column, '.')
                   with ordinality w (word, place)),
        message = p_message;
end
$$;

-- Adds a plan (p_id null), with milestones or from a template, or changes
-- what was given of one.
create or replace function app.save_success_plan_api(p_tenant uuid,
    p_account uuid, p_id uuid, p_if_match text, p_values jsonb,
    p_given text[], p_template uuid, p_milestones jsonb,
    out body json, out etag text, out id uuid)
language plpgsql volatile set search_path = ''
as $$
declare
    v_values jsonb := app.given_values(p_values, p_given,
        '{"planType": "SuccessPlanType", "status": "SuccessPlanStatus"}');
    v_plan mainstay.success_plans;
    v_state text;
    v_column text;
    v_code text;
    v_message text;
begin
    if p_id is not null then
        v_plan := mainstay.lock_plan(p_tenant, p_id);
        perform app.match_version(p_if_match,
            app.success_plan_version(v_plan));
        id := mainstay.save_plan(p_tenant, null, p_id, v_values);
    else
        perform app.api_account(p_tenant, p_account);
        if p_template is not null then
            id := mainstay.start_plan(p_tenant, p_account, p_template,
                v_values);
        else
            v_values := jsonb_strip_nulls(v_values);
            id := mainstay.save_plan(p_tenant, p_account, null,
                jsonb_build_object('name', app.label_text(coalesce(
                    v_values ->> 'plan_type', 'onboarding')) || ' plan')
                || v_values);
        end if;
        perform app.add_milestones(p_tenant, id, p_milestones);
    end if;
    select p.* into v_plan from mainstay.success_plans p
     where p.tenant_id = p_tenant and p.id = save_success_plan_api.id;
    body := app.success_plan_api(v_plan);
    etag := app.success_plan_version(v_plan);
exception when sqlstate 'MS422' or sqlstate 'MS409' then
    get stacked diagnostics v_state = returned_sqlstate,
        v_column = column_name, v_code = constraint_name,
        v_message = message_text;
    perform app.refuse_camel(v_state, v_column, v_code, v_message);
end
$$;

-- Adds a milestone (p_id null), where If-Match names the plan, or changes one.
create or replace function app.save_milestone_api(p_tenant uuid,
    p_plan uuid, p_id uuid, p_if_match text, p_values jsonb,
    p_given text[], p_position integer,
    out body json, out etag text, out id uuid)
language plpgsql volatile set search_path = ''
as $$
declare
    v_values constant jsonb := app.given_values(p_values, p_given,
        app.milestone_enums());
    v_plan mainstay.success_plans;
    v_step mainstay.success_plan_steps;
    v_state text;
    v_column text;
    v_code text;
    v_message text;
begin
    v_plan := mainstay.lock_plan(p_tenant, p_plan);
    select s.* into v_step from mainstay.success_plan_steps s
     where s.tenant_id = p_tenant and s.plan_id = p_plan and s.id = p_id;
    if v_step.id is not null then
        perform app.match_version(p_if_match,
            md5(app.milestone_api(v_step, v_plan.status)::text));
    elsif p_id is null then
        perform app.match_version(p_if_match,
            app.success_plan_version(v_plan));
    end if;
    id := mainstay.save_plan_step(p_tenant, p_plan, p_id, case
        when p_id is null then jsonb_strip_nulls(v_values)
        else v_values end);
    if p_position is not null then
        perform mainstay.move_plan_step(p_tenant, p_plan, id, p_position);
    end if;
    select s.* into v_step from mainstay.success_plan_steps s
     where s.tenant_id = p_tenant and s.id = save_milestone_api.id;
    body := app.milestone_api(v_step, v_plan.status);
    etag := md5(body::text);
exception when sqlstate 'MS422' or sqlstate 'MS409' then
    get stacked diagnostics v_state = returned_sqlstate,
        v_column = column_name, v_code = constraint_name,
        v_message = message_text;
    perform app.refuse_camel(v_state, v_column, v_code, v_message);
end
$$;

-- Templates have the names of our columns.
create or replace function app.plan_template_api(
    p_template mainstay.plan_templates) returns json
language plpgsql stable parallel safe set search_path = ''
as $$
begin
    return json_build_object('id', p_template.id, 'name', p_template.name,
        'plan_type', p_template.plan_type,
        'description', p_template.description,
        'business_objectives', p_template.business_objectives,
        'success_metrics', p_template.success_metrics,
        'paced_days', p_template.paced_days, 'steps', p_template.steps,
        'created_at', app.api_time(p_template.created_at),
        'updated_at', app.api_time(p_template.updated_at));
end
$$;

create or replace function app.plan_template_page(p_tenant uuid,
    p_limit integer, p_cursor text, out body json, out next_cursor text)
language plpgsql stable set search_path = ''
as $$
declare
    v_from record;
begin
    select * into v_from from app.cursor_read(p_cursor, 'plan_templates',
        'text') c;
    select coalesce(json_agg(app.plan_template_api(f.template) order by f.nr)
               filter (where f.nr <= p_limit), '[]'),
           case when max(f.nr) > p_limit then (array_agg(app.cursor_text(
               'plan_templates', (f.template).name,
               (f.template).id::text)
               order by f.nr))[p_limit] end
      into body, next_cursor
      from (select t as template, row_number() over (
                       order by t.name, t.id) as nr
              from mainstay.plan_templates t
             where t.tenant_id = p_tenant
               and (v_from.id is null
                   or (t.name, t.id) > (v_from.key, v_from.id))
             order by t.name, t.id limit p_limit + 1) f;
    body := json_build_object('data', body, 'next_cursor', next_cursor,
        'has_more', next_cursor is not null);
end
$$;

create or replace function app.save_plan_template_api(p_tenant uuid,
    p_id uuid, p_if_match text, p_values jsonb, p_given text[],
    out body json, out etag text, out id uuid)
language plpgsql volatile set search_path = ''
as $$
declare
    v_values constant jsonb := app.given_values(p_values, p_given, '{}');
    v_template mainstay.plan_templates;
    v_column text;
    v_message text;
begin
    if p_id is not null then
        select t.* into v_template from mainstay.plan_templates t
         where t.tenant_id = p_tenant and t.id = p_id for update;
        if found then
            perform app.match_version(p_if_match, md5(v_template::text));
        end if;
    end if;
    id := mainstay.save_plan_template(p_tenant, p_id, case
        when p_id is null then jsonb_strip_nulls(v_values)
        else v_values end);
    select app.plan_template_api(t), md5(t::text) into body, etag
      from mainstay.plan_templates t
     where t.tenant_id = p_tenant and t.id = save_plan_template_api.id;
exception when sqlstate 'MS422' then
    get stacked diagnostics v_column = column_name,
        v_message = message_text;
    raise exception using errcode = 'MS422',
        column = replace(v_column, '.', '/'), message = v_message;
end
$$;

create or replace function app.remove_plan_template_api(p_tenant uuid,
    p_id uuid, p_if_match text, out body json, out etag text)
language plpgsql volatile set search_path = ''
as $$
declare
    v_template mainstay.plan_templates;
begin
    select t.* into v_template from mainstay.plan_templates t
     where t.tenant_id = p_tenant and t.id = p_id for update;
    if found then
        perform app.match_version(p_if_match, md5(v_template::text));
    end if;
    perform mainstay.remove_plan_template(p_tenant, p_id);
    body := app.plan_template_api(v_template);
    etag := md5(v_template::text);
end
$$;

do $$
declare
    v_function regprocedure;
begin
    for v_function in
        select oid::regprocedure from pg_proc
         where pronamespace = 'app'::regnamespace
           and proname in ('camel_name', 'snake_name', 'milestone_api',
               'success_plan_api', 'success_plan_version',
               'success_plan_page', 'api_account', 'given_values',
               'milestone_enums', 'add_milestones', 'refuse_camel',
               'save_success_plan_api', 'save_milestone_api',
               'plan_template_api', 'plan_template_page',
               'save_plan_template_api', 'remove_plan_template_api')
    loop
        execute format('grant execute on function %s to mainstay_app',
            v_function);
    end loop;
end $$;

-- Success plans as pages show them and their forms give them.

create or replace function app.plan_status_band(p_status text) returns text
language sql immutable parallel safe
return case p_status when 'completed' then 'healthy'
    when 'on_hold' then 'moderate' end;

-- "Ada Byron, Executive sponsor" as {name, role}, line by line.
create or replace function mainstay.stakeholder_lines(p_text text)
returns jsonb
language sql immutable parallel safe
return (
    select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
               'name', btrim(split_part(l.line, ',', 1)),
               'role', nullif(btrim(substr(l.line,
                   length(split_part(l.line, ',', 1)) + 2)), '')))
               order by l.place), '[]')
      from unnest(mainstay.text_lines(p_text))
           with ordinality l (line, place));

-- The rows of measures of a form: names are m0.name, m0.unit, … An empty row
-- is none; what is no number stays a text, and is refused as such.
create or replace function mainstay.metric_rows(p_form jsonb) returns jsonb
language sql immutable parallel safe
begin atomic
    with cell as (
        select substring(f.key from '^m(\d+)[.]')::integer as place,
               split_part(f.key, '.', 2) as name,
               btrim(f.value, E' \t\r\n') as text
          from jsonb_each_text(p_form) f
         where f.key ~ '^m\d{1,3}[.](name|unit|baseline|target|current)$'
           and btrim(f.value, E' \t\r\n') <> ''
    )
    select coalesce(jsonb_agg(r.row order by r.place), '[]')
      from (select c.place, jsonb_object_agg(c.name, case
                       when c.name in ('name', 'unit')
                           or c.text !~ '^-?\d{1,15}([.]\d{1,6})?$'
                       then to_jsonb(c.text)
                       else to_jsonb(c.text::numeric) end) as row
              from cell c group by c.place) r;
end;

-- What a form gave of a plan, by the names of columns.
create or replace function mainstay.plan_form_values(p_form jsonb)
returns jsonb
language sql immutable parallel safe
return jsonb_build_object('name', p_form ->> 'name',
        'plan_type', p_form ->> 'plan_type',
        'business_objectives', mainstay.text_lines(
            p_form ->> 'business_objectives'),
        'success_metrics', mainstay.metric_rows(p_form))
    || case when p_form ? 'stakeholders' then jsonb_build_object(
        'stakeholders', mainstay.stakeholder_lines(
            p_form ->> 'stakeholders'),
        'owner_id', nullif(p_form ->> 'owner_id', ''),
        'start_date', nullif(p_form ->> 'start_date', ''),
        'target_date', nullif(p_form ->> 'target_date', '')) else '{}' end;

-- The same of a page that had shown the plan as p_seen.
create or replace function mainstay.save_plan_form(p_tenant uuid,
    p_plan uuid, p_seen text, p_form jsonb) returns uuid
language plpgsql volatile set search_path = ''
as $$
declare
    v_plan constant mainstay.success_plans :=
        mainstay.lock_plan(p_tenant, p_plan);
begin
    perform mainstay.check_seen('plan', true, md5(v_plan::text), p_seen);
    return mainstay.save_plan(p_tenant, null, p_plan,
        mainstay.plan_form_values(p_form));
end
$$;

create or replace function mainstay.save_plan_step_form(p_tenant uuid,
    p_plan uuid, p_step uuid, p_seen text, p_values jsonb) returns uuid
language plpgsql volatile set search_path = ''
as $$
declare
    v_plan constant mainstay.success_plans :=
        mainstay.lock_plan(p_tenant, p_plan);
    v_step mainstay.success_plan_steps;
begin
    if p_step is not null then
        select s.* into v_step from mainstay.success_plan_steps s
         where s.tenant_id = p_tenant and s.plan_id = v_plan.id
           and s.id = p_step for update;
        perform mainstay.check_seen('step', v_step.id is not null,
            md5(v_step::text), p_seen);
    end if;
    return mainstay.save_plan_step(p_tenant, p_plan, p_step, p_values);
end
$$;

-- Rows of measures to fill in: what there is, and two more.
create or replace function mainstay.metric_fields(p_metrics jsonb)
returns json
language sql immutable parallel safe
return (
    select json_agg(json_build_object('place', n.place, 'number', n.place + 1,
               'name', m.value ->> 'name', 'unit', m.value ->> 'unit',
               'baseline', m.value ->> 'baseline',
               'target', m.value ->> 'target',
               'current', m.value ->> 'current') order by n.place)
      from generate_series(0, least(19, 1 + case
               when jsonb_typeof(p_metrics) = 'array'
               then jsonb_array_length(p_metrics) else 0 end)) n (place)
      left join lateral (select p_metrics -> n.place) m (value) on true);

-- A measure as people read it, with how far it is from baseline to target.
create or replace function mainstay.metric_texts(p_metrics jsonb)
returns json
language sql immutable parallel safe
return (
    select json_agg(json_build_object('name', m.value ->> 'name',
               'unit', m.value ->> 'unit',
               'baseline', m.value ->> 'baseline',
               'target', m.value ->> 'target',
               'current', m.value ->> 'current',
               'percent', case when x.target <> x.baseline
                   then greatest(0, least(100, floor(100 * (x.current
                       - x.baseline) / (x.target - x.baseline) + 0.5)))
                   end) order by m.place)
      from mainstay.list_entries(p_metrics) m
     cross join lateral jsonb_to_record(m.value)
               x (baseline numeric, target numeric, current numeric));

do $$
declare
    v_function regprocedure;
begin
    for v_function in
        select oid::regprocedure from pg_proc
         where pronamespace in ('mainstay'::regnamespace,
                   'app'::regnamespace)
           and proname in ('plan_status_band', 'stakeholder_lines', 'metric_rows', 'plan_form_values',
               'save_plan_form', 'save_plan_step_form', 'metric_fields',
               'metric_texts')
    loop
        execute format('grant execute on function %s to mainstay_app',
            v_function);
    end loop;
end $$;

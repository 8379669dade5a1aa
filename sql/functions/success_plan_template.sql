-- Templates of success plans as the admin's form gives and shows them.

-- The rows of steps of a form: names are s0.title, s0.phase, …, in the order
-- of s0.place. A row with nothing in it is none.
create or replace function mainstay.template_step_rows(p_form jsonb)
returns jsonb
language sql immutable parallel safe
begin atomic
    with cell as (
        select substring(f.key from '^s(\d+)[.]')::integer as row,
               split_part(f.key, '.', 2) as name,
               btrim(f.value, E' \t\r\n') as text
          from jsonb_each_text(p_form) f
         where f.key ~ ('^s\d{1,3}[.](title|phase|day|is_paced|priority'
                   '|description|deliverables|place)$')
           and btrim(f.value, E' \t\r\n') <> ''
    )
    select coalesce(jsonb_agg(r.step order by r.place nulls last, r.row), '[]')
      from (select c.row,
                   max(case when c.name = 'place' and c.text ~ '^\d{1,4}$'
                       then c.text::integer end) as place,
                   jsonb_object_agg(c.name, case c.name
                       when 'day' then case when c.text ~ '^\d{1,6}$'
                           then to_jsonb(c.text::integer)
                           else to_jsonb(c.text) end
                       when 'is_paced' then 'true'::jsonb
                       when 'deliverables'
                           then to_jsonb(mainstay.text_lines(c.text))
                       else to_jsonb(c.text) end)
                       filter (where c.name <> 'place') as step
              from cell c group by c.row
            having bool_or(c.name in ('title', 'phase', 'day', 'description',
                       'deliverables'))) r;
end;

create or replace function mainstay.template_form_values(p_form jsonb)
returns jsonb
language sql immutable parallel safe
return jsonb_build_object('name', p_form ->> 'name',
        'plan_type', p_form ->> 'plan_type')
    || case when p_form ? 'description' then jsonb_build_object(
        'description', nullif(btrim(p_form ->> 'description'), ''),
        'paced_days', case when p_form ->> 'paced_days' ~ '^\d{1,6}$'
            then to_jsonb((p_form ->> 'paced_days')::integer)
            else to_jsonb(nullif(p_form ->> 'paced_days', '')) end,
        'business_objectives', mainstay.text_lines(
            p_form ->> 'business_objectives'),
        'success_metrics', mainstay.metric_rows(p_form),
        'steps', mainstay.template_step_rows(p_form)) else '{}' end;

create or replace function mainstay.save_template_form(p_tenant uuid,
    p_id uuid, p_seen text, p_form jsonb) returns uuid
language plpgsql volatile set search_path = ''
as $$
declare
    v_template mainstay.plan_templates;
begin
    if p_id is not null then
        select t.* into v_template from mainstay.plan_templates t
         where t.tenant_id = p_tenant and t.id = p_id for update;
        perform mainstay.check_seen('template', v_template.id is not null,
            md5(v_template::text), p_seen);
    end if;
    return mainstay.save_plan_template(p_tenant, p_id,
        mainstay.template_form_values(p_form));
end
$$;

-- Rows of steps to fill in: what there is, and three more.
create or replace function mainstay.template_step_fields(p_steps jsonb)
returns json
language sql immutable parallel safe
return (
    select json_agg(json_build_object('row', n.row, 'number', n.row + 1,
               'title', s.value ->> 'title', 'phase', s.value ->> 'phase',
               'day', s.value ->> 'day',
               'is_paced', coalesce((s.value -> 'is_paced')
                   = 'true'::jsonb, false),
               'description', s.value ->> 'description',
               'deliverables', (
                   select string_agg(d.value #>> '{}', E'\n'
                              order by d.place)
                     from mainstay.list_entries(s.value
                              -> 'deliverables') d),
               'priorities', (
                   select json_agg(json_build_object('value', p.value,
                              'label', app.label_text(p.value),
                              'is_chosen', p.value = coalesce(
                                  s.value ->> 'priority', 'medium'))
                              order by p.place)
                     from unnest(array['low', 'medium', 'high', 'critical'])
                          with ordinality p (value, place)))
               order by n.row)
      from generate_series(0, least(99, 2 + case
               when jsonb_typeof(p_steps) = 'array'
               then jsonb_array_length(p_steps) else 0 end)) n (row)
      left join lateral (select p_steps -> n.row) s (value) on true);

grant execute on function mainstay.template_step_rows(jsonb),
    mainstay.template_form_values(jsonb),
    mainstay.save_template_form(uuid, uuid, text, jsonb),
    mainstay.template_step_fields(jsonb) to mainstay_app;

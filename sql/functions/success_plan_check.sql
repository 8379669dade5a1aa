-- What a success plan, a step of one and a template may say. Their rows are
-- checked as objects with the columns as keys, so that a form, the API and a
-- playbook hear the same.

create or replace function mainstay.plan_shapes()
returns setof mainstay.document_shape
language sql immutable parallel safe
begin atomic
    with choice (name, list) as (
        values ('type', '{onboarding,quarterly,annual,expansion,recovery}'),
            ('status', '{draft,active,completed,on_hold,cancelled}'),
            ('step', '{pending,in_progress,completed,cancelled}'),
            ('priority', '{low,medium,high,critical}'),
            ('date', '{"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}'),
            ('id', '{"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-'
                '[0-9a-fA-F]{12}$"}')
    )
    select s.shape, s.key, s.kind, s.is_required, s.low::numeric,
           s.high::numeric, c.list::text[], s.must, s.holds
      from (values
        ('plan', 'name', 'text', true, 1, 200, null, null, null),
        ('plan', 'plan_type', 'choice', true, null, null, 'type', null,
            null),
        ('plan', 'status', 'choice', true, null, null, 'status', null, null),
        ('plan', 'business_objectives', 'list', true, 0, 20, null,
            'a list of at most 20 texts', null),
        ('plan', 'success_metrics', 'list', true, 0, 20, null,
            'a list of at most 20 entries', 'metric'),
        ('plan', 'stakeholders', 'list', true, 0, 30, null,
            'a list of at most 30 entries', 'stakeholder'),
        ('plan', 'owner_id', 'like', false, null, null, 'id',
            'the id of a person', null),
        ('plan', 'start_date', 'like', false, null, null, 'date',
            'a date, like 2026-08-21', null),
        ('plan', 'target_date', 'like', false, null, null, 'date',
            'a date, like 2026-08-21', null),
        ('metric', 'name', 'text', true, 1, 200, null, null, null),
        ('metric', 'unit', 'text', false, 0, 20, null, null, null),
        ('metric', 'baseline', 'number', false, -1e15, 1e15, null,
            'a number', null),
        ('metric', 'target', 'number', false, -1e15, 1e15, null,
            'a number', null),
        ('metric', 'current', 'number', false, -1e15, 1e15, null,
            'a number', null),
        ('stakeholder', 'name', 'text', true, 1, 200, null, null, null),
        ('stakeholder', 'role', 'text', false, 0, 100, null, null, null),
        ('step', 'title', 'text', true, 1, 300, null, null, null),
        ('step', 'phase', 'text', false, 1, 100, null, null, null),
        ('step', 'description', 'text', false, 0, 5000, null, null, null),
        ('step', 'due_date', 'like', false, null, null, 'date',
            'a date, like 2026-08-21', null),
        ('step', 'status', 'choice', true, null, null, 'step', null, null),
        ('step', 'priority', 'choice', true, null, null, 'priority', null,
            null),
        ('step', 'owner_id', 'like', false, null, null, 'id',
            'the id of a person', null),
        ('step', 'deliverables', 'list', true, 0, 20, null,
            'a list of at most 20 texts', null),
        ('template', 'name', 'text', true, 1, 100, null, null, null),
        ('template', 'plan_type', 'choice', true, null, null, 'type', null,
            null),
        ('template', 'description', 'text', false, 0, 2000, null, null,
            null),
        ('template', 'business_objectives', 'list', true, 0, 20, null,
            'a list of at most 20 texts', null),
        ('template', 'success_metrics', 'list', true, 0, 20, null,
            'a list of at most 20 entries', 'metric'),
        ('template', 'paced_days', 'integer', false, 1, 730, null, null,
            null),
        ('template', 'steps', 'list', true, 0, 100, null,
            'a list of at most 100 steps', 'template_step'),
        ('template_step', 'title', 'text', true, 1, 300, null, null, null),
        ('template_step', 'phase', 'text', false, 1, 100, null, null, null),
        ('template_step', 'description', 'text', false, 0, 5000, null, null,
            null),
        ('template_step', 'day', 'integer', false, 0, 1100, null, null,
            null),
        ('template_step', 'is_paced', 'choice', false, null, null, null,
            'true or false', null),
        ('template_step', 'priority', 'choice', false, null, null,
            'priority', null, null),
        ('template_step', 'deliverables', 'list', false, 0, 20, null,
            'a list of at most 20 texts', null))
        s (shape, key, kind, is_required, low, high, choice, must, holds)
      left join choice c on c.name = s.choice;
end;

-- The objects of one, each with its shape: itself, then entries of its lists.
-- A key without a value counts as not there; true and false are no choice of
-- texts, and so are taken as such.
create or replace function mainstay.plan_nodes(p_shape text, p_value jsonb)
returns setof mainstay.document_node
language sql immutable parallel safe
begin atomic
    select '{0}'::integer[], '', p_shape, jsonb_strip_nulls(p_value), false,
           false
     union all
    select array[s.place::integer, e.place], format('%s.%s', s.key, e.place),
           s.holds, case when jsonb_typeof(e.value) = 'object'
               then jsonb_strip_nulls(e.value) - case
                   when jsonb_typeof(e.value -> 'is_paced') = 'boolean'
                   then 'is_paced' else '' end
               else e.value end, true, false
      from (select x.key, x.holds, row_number() over (order by x.key) as place
              from mainstay.plan_shapes() x
             where x.shape = p_shape and x.holds is not null) s
     cross join mainstay.list_entries(p_value -> s.key) e;
end;

-- Entries of lists that should be texts and are none.
create or replace function mainstay.plan_text_problems(p_value jsonb,
    p_path text) returns table (field text, message text)
language sql immutable parallel safe
begin atomic
    select format('%s%s.%s', p_path, k.key, e.place),
           'This must be a text of 1 to 500 characters.'
      from (values ('business_objectives'), ('deliverables')) k (key)
     cross join mainstay.list_entries(p_value -> k.key) e
     where mainstay.is_of_kind(e.value, 'text', 1, 500, null) is not true
     order by 1;
end;

-- What is wrong, the first first. Dates that are of the pattern can still be
-- none.
create or replace function mainstay.plan_problems(p_shape text,
    p_value jsonb) returns table (field text, message text)
language plpgsql immutable set search_path = ''
as $$
begin
    return query
    select s.field, s.message
      from mainstay.shape_problems(
               array(select mainstay.plan_shapes()),
               array(select mainstay.plan_nodes(p_shape, p_value))) s
     order by s.at, s.field;
    return query
    select t.field, t.message
      from mainstay.plan_text_problems(p_value, '') t
     union all
    select t.field, t.message
      from mainstay.list_entries(p_value -> 'steps') e
     cross join mainstay.plan_text_problems(e.value,
               format('steps.%s.', e.place)) t;
    return query
    select d.key, format('%s must be a date, like 2026-08-21.',
               app.label_text(d.key))
      from (values ('start_date'), ('target_date'), ('due_date')) d (key)
     where p_value ->> d.key is not null
       and not mainstay.is_date(p_value ->> d.key);
end
$$;
comment on function mainstay.plan_problems(text, jsonb) is
    'What is wrong with a plan, a step or a template, given as an object.';

-- MS422 with the first of it. p_path stands before the name of the field.
create or replace function mainstay.refuse_plan(p_shape text, p_value jsonb,
    p_path text default '') returns void
language plpgsql immutable set search_path = ''
as $$
declare
    v_bad record;
begin
    select p.field, p.message into v_bad
      from mainstay.plan_problems(p_shape, p_value) p limit 1;
    if found then
        raise exception using errcode = 'MS422',
            column = p_path || v_bad.field, message = v_bad.message;
    end if;
end
$$;

-- Who sees to it must work here.
create or replace function mainstay.check_plan_owner(p_tenant uuid,
    p_owner uuid, p_path text default '') returns void
language plpgsql stable set search_path = ''
as $$
begin
    if p_owner is not null and not exists (
            select from mainstay.profiles p
             where p.tenant_id = p_tenant and p.user_id = p_owner
               and p.is_active) then
        raise exception using errcode = 'MS422',
            column = p_path || 'owner_id',
            message = 'Owner must be somebody who works here.';
    end if;
end
$$;

grant execute on function mainstay.plan_shapes(),
    mainstay.plan_nodes(text, jsonb),
    mainstay.plan_text_problems(jsonb, text),
    mainstay.plan_problems(text, jsonb),
    mainstay.refuse_plan(text, jsonb, text),
    mainstay.check_plan_owner(uuid, uuid, text)
    to mainstay_app, mainstay_maint, mainstay_definer;

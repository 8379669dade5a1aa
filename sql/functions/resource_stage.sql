-- Stages of the journey and their goals as the API answers and takes them.
drop view if exists resource.stages;
create view resource.stages with (security_invoker = true) as
select s.tenant_id, s.id, s.name, s.display_order, s.target_duration_days,
       s.color_hex, s.kind, s.created_at, s.updated_at
  from mainstay.journey_stages s;
comment on column resource.stages.id is 'Its id here.';
comment on column resource.stages.name is 'What the stage is called.';
comment on column resource.stages.display_order is
    'Its place, the first is 1.';
comment on column resource.stages.target_duration_days is
    'How many days an account should be here.';
comment on column resource.stages.color_hex is 'Its colour, # and six digits.';
comment on column resource.stages.created_at is 'When it was added.';
comment on column resource.stages.updated_at is 'When it last changed.';
call mainstay.make_resource('stages', '{display_order,name}', '{name,kind}',
    '{"goals": {"noun": "stage_goals", "of": "stage_id"}}',
    'journey_stages', p_is_small => true);

drop view if exists resource.stage_goals;
create view resource.stage_goals with (security_invoker = true) as
select g.tenant_id, g.id, g.stage_id, g.title, g.description,
       g.is_mandatory, g.is_blocking, g.display_order, g.created_at,
       g.updated_at
  from mainstay.stage_goals g;
comment on column resource.stage_goals.id is 'Its id here.';
comment on column resource.stage_goals.stage_id is
    'The stage that it belongs to.';
comment on column resource.stage_goals.title is 'What is to be reached.';
comment on column resource.stage_goals.description is 'More about it.';
comment on column resource.stage_goals.is_mandatory is
    'Whether an account needs it to go on.';
comment on column resource.stage_goals.display_order is
    'Its place in the stage, the first is 1.';
comment on column resource.stage_goals.created_at is 'When it was added.';
comment on column resource.stage_goals.updated_at is 'When it last changed.';
call mainstay.make_resource('stage_goals', '{display_order,title}',
    '{stage_id,title,is_mandatory,is_blocking}',
    '{"stage": {"noun": "stages", "by": "stage_id"}}', p_is_small => true);

-- Adds a stage (p_id null) or changes what was given of one.
create or replace function app.save_stage_api(p_tenant uuid, p_id uuid,
    p_if_match text, p_values jsonb,
    out body json, out etag text, out id uuid)
language plpgsql volatile set search_path = ''
as $$
declare
    v jsonb;
begin
    if p_id is not null then
        v := app.api_lock(p_tenant, 'stages', p_id, p_if_match);
    end if;
    v := app.api_merge(v, p_values,
        '{"color_hex": "#0d9488", "kind": "normal"}');
    id := p_id;
    if p_id is null then
        id := mainstay.create_stage(p_tenant, v ->> 'name',
            v ->> 'color_hex', (v ->> 'target_duration_days')::integer,
            v ->> 'kind');
    else
        perform mainstay.edit_stage(p_tenant, p_id, v ->> 'name',
            v ->> 'color_hex', (v ->> 'target_duration_days')::integer,
            v ->> 'kind');
    end if;
    if p_values ->> 'display_order' is not null then
        perform mainstay.move_stage(p_tenant, id,
            (v ->> 'display_order')::integer);
    end if;
    select o.body, o.etag into body, etag
      from app.api_one(p_tenant, 'stages', save_stage_api.id) o;
end
$$;
comment on function app.save_stage_api(uuid, uuid, text, jsonb) is
    'Saves what a program gave of a stage.';

-- A stage that accounts are in stays: a program moves them first.
create or replace function app.remove_stage_api(p_tenant uuid, p_id uuid,
    p_if_match text, out body json, out etag text)
language plpgsql volatile set search_path = ''
as $$
declare
    v constant jsonb := app.api_lock(p_tenant, 'stages', p_id, p_if_match);
begin
    if exists (select from mainstay.accounts a
                where a.tenant_id = p_tenant
                  and a.current_stage = v ->> 'name') then
        raise exception using errcode = 'MS409', message = format(
            'There are accounts in %s: move them first.', v ->> 'name');
    end if;
    select o.body, o.etag into body, etag
      from app.api_one(p_tenant, 'stages', p_id) o;
    perform mainstay.delete_stage(p_tenant, p_id, null);
end
$$;
comment on function app.remove_stage_api(uuid, uuid, text) is
    'Removes a stage that no account is in.';

-- Adds a goal to a stage (p_id null) or changes what was given of one.
create or replace function app.save_stage_goal_api(p_tenant uuid,
    p_stage uuid, p_id uuid, p_if_match text, p_values jsonb,
    out body json, out etag text, out id uuid)
language plpgsql volatile set search_path = ''
as $$
declare
    v jsonb := jsonb_build_object('stage_id', p_stage);
begin
    if p_id is not null then
        v := app.api_lock(p_tenant, 'stage_goals', p_id, p_if_match);
    end if;
    v := app.api_merge(v, p_values,
        '{"is_mandatory": true, "is_blocking": false}');
    id := p_id;
    if p_id is null then
        id := mainstay.create_stage_goal(p_tenant, p_stage, v ->> 'title',
            v ->> 'description', (v ->> 'is_mandatory')::boolean,
            (v ->> 'is_blocking')::boolean);
    else
        perform mainstay.edit_stage_goal(p_tenant, (v ->> 'stage_id')::uuid,
            p_id, v ->> 'title', v ->> 'description',
            (v ->> 'is_mandatory')::boolean, (v ->> 'is_blocking')::boolean);
    end if;
    if p_values ->> 'display_order' is not null then
        perform mainstay.move_stage_goal(p_tenant, (v ->> 'stage_id')::uuid,
            id, (v ->> 'display_order')::integer);
    end if;
    select o.body, o.etag into body, etag
      from app.api_one(p_tenant, 'stage_goals', save_stage_goal_api.id) o;
end
$$;
comment on function app.save_stage_goal_api(uuid, uuid, uuid, text, jsonb) is
    'Saves what a program gave of a goal of a stage.';

grant execute on function app.save_stage_api(uuid, uuid, text, jsonb),
    app.remove_stage_api(uuid, uuid, text),
    app.save_stage_goal_api(uuid, uuid, uuid, text, jsonb) to mainstay_app;

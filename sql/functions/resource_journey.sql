-- The journey of an account as the API answers it, and moves.
drop view if exists resource.journey_history;
create view resource.journey_history with (security_invoker = true) as
select h.tenant_id, h.id, h.account_id, h.from_stage, h.to_stage,
       h.entered_at, h.exited_at, h.duration_days, h.triggered_by, h.notes,
       h.created_at
  from mainstay.journey_history h;
comment on column resource.journey_history.id is 'Its id here.';
comment on column resource.journey_history.account_id is 'Whose stay it is.';
comment on column resource.journey_history.from_stage is
    'The stage before; null of the first.';
comment on column resource.journey_history.entered_at is
    'When the stay began.';
comment on column resource.journey_history.exited_at is
    'When it ended; null of the stay that lasts.';
comment on column resource.journey_history.triggered_by is
    'Who moved the account.';
comment on column resource.journey_history.notes is 'What was said of it.';
comment on column resource.journey_history.created_at is
    'When it was written down.';
call mainstay.make_resource('journey_history', '{-entered_at}',
    '{account_id,from_stage,to_stage,entered_at,exited_at,triggered_by}',
    '{"account": {"noun": "accounts", "by": "account_id"}}');

-- Each goal of each stage, and how far an account is: id is that of the goal.
drop view if exists resource.account_goals;
create view resource.account_goals with (security_invoker = true) as
select a.tenant_id, g.id, a.id as account_id, g.stage_id, s.name as stage,
       g.title, g.is_mandatory, g.is_blocking, coalesce(r.status,
       'open')::mainstay.goal_status as status, r.reason, r.decided_by,
       r.decided_at, s.display_order * 1000 + g.display_order as place
  from mainstay.accounts a
  join mainstay.stage_goals g on g.tenant_id = a.tenant_id
  join mainstay.journey_stages s
    on s.tenant_id = a.tenant_id and s.id = g.stage_id
  left join mainstay.account_goals r
    on r.tenant_id = a.tenant_id and r.account_id = a.id
   and r.goal_id = g.id;
comment on column resource.account_goals.id is 'Id of the goal.';
comment on column resource.account_goals.account_id is 'The account.';
comment on column resource.account_goals.stage_id is
    'The stage that it belongs to.';
comment on column resource.account_goals.stage is 'What the stage is called.';
comment on column resource.account_goals.title is 'What is to be reached.';
comment on column resource.account_goals.is_mandatory is
    'Whether an account needs it to go on.';
comment on column resource.account_goals.is_blocking is
    'Whether an account cannot go on without it.';
comment on column resource.account_goals.status is
    'Whether it is reached, or waived with a reason.';
comment on column resource.account_goals.reason is 'Why it was waived.';
comment on column resource.account_goals.decided_by is 'Who said so.';
comment on column resource.account_goals.decided_at is 'When that was.';
comment on column resource.account_goals.place is '-';
call mainstay.make_resource('account_goals', '{place}',
    '{stage_id,stage,is_mandatory,is_blocking,status}',
    '{"account": {"noun": "accounts", "by": "account_id"}}', null,
    '{id,account_id,stage_id,stage,title,is_mandatory,is_blocking,status}');

-- How far an account is with a goal.
create or replace function app.set_account_goal_api(p_tenant uuid,
    p_account uuid, p_goal uuid, p_status text, p_reason text)
returns json
language plpgsql volatile set search_path = ''
as $$
declare
    v_goal resource.account_goals;
begin
    perform from mainstay.accounts a
      where a.tenant_id = p_tenant and a.id = p_account for no key update;
    select g.* into v_goal from resource.account_goals g
     where g.tenant_id = p_tenant and g.id = p_goal
       and g.account_id = p_account;
    v_goal.status := coalesce(p_status, v_goal.status);
    v_goal.reason := coalesce(p_reason, v_goal.reason);
    if v_goal.id is null then
        raise exception using errcode = 'MS404',
            message = 'There is nothing here that you may change.';
    elsif v_goal.status = 'waived' and v_goal.reason is null then
        raise exception using errcode = 'MS422', column = 'reason',
            constraint = 'required', message = 'Say why it is waived.';
    end if;
    perform mainstay.decide_goal(p_tenant, p_account, p_goal, v_goal.status,
        case v_goal.status when 'waived' then v_goal.reason end);
    return (
        select p.body -> 'data' -> 0
          from app.api_page(p_tenant, 'account_goals', '{}', 1, null, null,
                   null, null, jsonb_build_object('account_id', p_account,
                       'id', p_goal)) p);
end
$$;
comment on function app.set_account_goal_api(uuid, uuid, uuid, text, text) is
    'A goal of an account is open, reached or waived.';

-- Moves an account as the board does: p_goals are those that are reached by
-- now. The answer is the stay that begins.
create or replace function app.move_account_api(p_tenant uuid,
    p_account uuid, p_from uuid, p_to uuid, p_reason text, p_goals jsonb,
    out body json, out etag text, out id uuid)
language plpgsql volatile set search_path = ''
as $$
begin
    if p_from is not null and not exists (
            select from mainstay.journey_stages s
             where s.tenant_id = p_tenant and s.id = p_from) then
        raise exception using errcode = 'MS422', column = 'from',
            message = 'This is no stage of the journey.';
    end if;
    perform mainstay.move_account(p_tenant, p_account, coalesce(p_from, (
            select s.id from mainstay.journey_stages s
              join mainstay.accounts a
                on a.tenant_id = p_tenant and a.current_stage = s.name
             where s.tenant_id = p_tenant and a.id = p_account)), p_to,
        p_reason, (
            select jsonb_object_agg('goal-' || (g.value #>> '{}'), 'on')
              from jsonb_array_elements(p_goals) g));
    select h.id into id from mainstay.journey_history h
     where h.tenant_id = p_tenant and h.account_id = p_account
       and h.exited_at is null;
    select o.body, o.etag into body, etag
      from app.api_one(p_tenant, 'journey_history', move_account_api.id) o;
end
$$;
comment on function app.move_account_api(uuid, uuid, uuid, uuid, text, jsonb)
    is 'Moves an account to another stage.';

grant execute on function
    app.set_account_goal_api(uuid, uuid, uuid, text, text),
    app.move_account_api(uuid, uuid, uuid, uuid, text, jsonb)
    to mainstay_app;

-- The stream of an account, a page at a time; a cursor holds the last item.
create or replace function app.timeline_api(p_tenant uuid, p_account uuid,
    p_kind text, p_limit integer, p_cursor text,
    out body json, out next_cursor text)
language plpgsql stable set search_path = ''
as $$
declare
    v_sort constant text := 'timeline ' || p_kind;
    v_from constant jsonb := (
        select c.key from app.cursor_read(p_cursor, v_sort, 'jsonb') c);
begin
    perform mainstay.check_within(p_tenant, app.resource('contacts'),
        jsonb_build_object('account_id', p_account));
    select coalesce(json_agg(json_build_object('id', t.id,
               'at', app.api_time(t.at), 'kind', t.kind, 'title', t.title,
               'detail', nullif(t.detail, ''), 'actor_id', t.actor,
               'changes', t.changes) order by t.nr)
               filter (where t.nr <= p_limit), '[]'),
           case when max(t.nr) > p_limit then (array_agg(app.cursor_text(
               v_sort, json_build_array(t.at, t.id)::text, p_account::text)
               order by t.nr))[p_limit] end
      into body, next_cursor
      from (select i.*, row_number() over () as nr
              from api.account_timeline(p_tenant, p_account, p_kind,
                       app.end_of_day(null), (v_from ->> 0)::timestamptz,
                       v_from ->> 1, p_limit + 1) i) t;
    body := json_build_object('data', body, 'next_cursor', next_cursor,
        'has_more', next_cursor is not null);
exception when data_exception then
    raise exception using errcode = 'MS422', column = 'cursor',
        message = 'Cursor must be a next_cursor of the same list and sort.';
end
$$;
comment on function app.timeline_api(uuid, uuid, text, integer, text) is
    'A page of what happened to an account, the newest first.';
grant execute on function app.timeline_api(uuid, uuid, text, integer, text)
    to mainstay_app;

-- Moving an account to another stage, by a form that says which stage it saw
-- the account in.

-- The mandatory goals of the account's stage that are still open.
create or replace function mainstay.open_goals(p_tenant uuid, p_account uuid,
    p_stage uuid)
returns table (id uuid, title text, description text, is_blocking boolean,
    display_order integer)
language sql stable
begin atomic
    select g.id, g.title, g.description, g.is_blocking, g.display_order
      from mainstay.stage_goals g
     where g.tenant_id = p_tenant and g.stage_id = p_stage
       and g.is_mandatory and not exists (
           select from mainstay.account_goals r
            where r.tenant_id = p_tenant and r.account_id = p_account
              and r.goal_id = g.id and r.status <> 'open');
end;

-- Goals are asked for on the way ahead: an account that falls back, is at
-- risk or leaves us has not finished its stage.
create or replace function mainstay.is_ahead(p_from mainstay.journey_stages,
    p_to mainstay.journey_stages) returns boolean
language sql immutable
return coalesce(p_from.kind = 'normal' and p_to.kind = 'normal'
    and p_to.display_order > p_from.display_order, false);

create or replace function mainstay.decide_goal(p_tenant uuid,
    p_account uuid, p_goal uuid, p_status text, p_reason text) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    insert into mainstay.account_goals as r (tenant_id, account_id, goal_id,
        status, reason, decided_by, decided_at)
    values (p_tenant, p_account, p_goal, p_status, p_reason,
        mainstay.actor_in(p_tenant), now())
    on conflict (tenant_id, account_id, goal_id) do update
       set status = excluded.status, reason = excluded.reason,
           decided_by = excluded.decided_by, decided_at = excluded.decided_at;
end
$$;

-- Goals ticked in the form ("goal-<id>") are reached. Of the others, one that
-- blocks refuses the move; the rest are waived for the reason given.
create or replace function mainstay.settle_goals(p_tenant uuid,
    p_account mainstay.accounts, p_stage mainstay.journey_stages,
    p_reason text, p_form jsonb) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_blocking text;
    v_waived text;
begin
    select string_agg('“' || g.title || '”', ', '
               order by g.display_order, g.title) filter (where g.is_blocking),
           string_agg('“' || g.title || '”', ', '
               order by g.display_order, g.title)
      into v_blocking, v_waived
      from mainstay.open_goals(p_tenant, p_account.id, p_stage.id) g
     where not coalesce(p_form, '{}') ? ('goal-' || g.id);
    if v_blocking is not null then
        raise exception using errcode = 'MS422', column = 'goals', message =
            format('%s cannot leave %s before it has reached %s.',
                p_account.name, p_stage.name, v_blocking);
    elsif v_waived is not null and coalesce(btrim(p_reason), '') = '' then
        raise exception using errcode = 'MS422', column = 'reason', message =
            format('Say why %s leaves %s without %s.', p_account.name,
                p_stage.name, v_waived);
    end if;
    perform mainstay.decide_goal(p_tenant, p_account.id, g.id,
                case when p_form ? ('goal-' || g.id) then 'reached'
                    else 'waived' end,
                case when not p_form ? ('goal-' || g.id)
                    then btrim(p_reason) end)
       from mainstay.open_goals(p_tenant, p_account.id, p_stage.id) g;
end
$$;

-- Who moved an account last, and when: "Ann moved it 2 minutes ago".
create or replace function mainstay.last_move_text(p_tenant uuid,
    p_account uuid) returns text
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select format('%s moved it %s', coalesce(p.full_name, 'somebody'),
                   app.ago_text(h.created_at))
          from mainstay.journey_history h
          left join mainstay.profiles p
            on p.tenant_id = p_tenant and p.user_id = h.triggered_by
         where h.tenant_id = p_tenant and h.account_id = p_account
         order by h.entered_at desc, h.created_at desc limit 1);
end
$$;

create or replace function mainstay.move_account(p_tenant uuid,
    p_account uuid, p_from uuid, p_to uuid, p_reason text, p_form jsonb)
returns text
language plpgsql volatile set search_path = ''
as $$
declare
    v_account mainstay.accounts;
    v_from mainstay.journey_stages;
    v_to mainstay.journey_stages;
begin
    select a.* into v_account from mainstay.accounts a
     where a.tenant_id = p_tenant and a.id = p_account
       for no key update;
    if not found then
        raise exception using errcode = 'MS404',
            message = 'There is no such account.';
    end if;
    select s.* into v_from from mainstay.journey_stages s
     where s.tenant_id = p_tenant and s.name = v_account.current_stage;
    select s.* into v_to from mainstay.journey_stages s
     where s.tenant_id = p_tenant and s.id = p_to;
    if v_to.id is null then
        raise exception using errcode = 'MS422', column = 'stage',
            message = 'Choose a stage of the journey.';
    elsif v_from.id is distinct from p_from then
        raise exception using errcode = 'MS409', column = 'stage', message =
            format('%s is in %s now: %s. Nothing was changed by you.',
                v_account.name, coalesce(v_from.name, 'no stage'),
                mainstay.last_move_text(p_tenant, p_account));
    elsif v_to.id = v_from.id then
        raise exception using errcode = 'MS422', column = 'stage', message =
            format('%s is in %s already.', v_account.name, v_to.name);
    end if;
    if mainstay.is_ahead(v_from, v_to) then
        perform mainstay.settle_goals(p_tenant, v_account, v_from, p_reason,
            coalesce(p_form, '{}'));
    end if;
    update mainstay.accounts a set current_stage = v_to.name
     where a.tenant_id = p_tenant and a.id = p_account;
    return v_account.name;
end
$$;
comment on function mainstay.move_account(uuid, uuid, uuid, uuid, text, jsonb)
is
    'Moves an account from the stage it was seen in to another; MS409 when '
    'somebody was faster, MS422 when goals are open.';

grant execute on function mainstay.open_goals(uuid, uuid, uuid),
    mainstay.is_ahead(mainstay.journey_stages, mainstay.journey_stages),
    mainstay.decide_goal(uuid, uuid, uuid, text, text),
    mainstay.settle_goals(uuid, mainstay.accounts, mainstay.journey_stages,
        text, jsonb),
    mainstay.last_move_text(uuid, uuid),
    mainstay.move_account(uuid, uuid, uuid, uuid, text, jsonb)
    to mainstay_app;

-- The stage designer: stages, their order, colours and goals. What a stage
-- does to accounts is in journey.sql.

-- WCAG's relative luminance of '#rrggbb', from 0 (black) to 1 (white).
create or replace function mainstay.luminance(p_hex text)
returns double precision
language sql immutable parallel safe
return (
    select sum(w.weight * case when c.v <= 0.04045 then c.v / 12.92
               else power((c.v + 0.055) / 1.055, 2.4) end)
      from (values (2, 0.2126), (4, 0.7152), (6, 0.0722))
           w (place, weight)
     cross join lateral (select ('x' || substr(p_hex, w.place, 2))
               ::bit(8)::integer / 255.0::double precision) c (v));

create or replace function mainstay.contrast(p_one text, p_other text)
returns numeric
language sql immutable parallel safe
return round(((greatest(mainstay.luminance(p_one),
    mainstay.luminance(p_other)) + 0.05)
    / (least(mainstay.luminance(p_one), mainstay.luminance(p_other))
    + 0.05))::numeric, 2);

-- The surfaces that a colour is seen on: --surface of 00-tokens.css, in light
-- and in dark.
create or replace function mainstay.is_seen(p_hex text) returns boolean
language sql immutable parallel safe
return mainstay.contrast(p_hex, '#ffffff') >= 3
    and mainstay.contrast(p_hex, '#161a21') >= 3;

-- The nearest colour that is seen: as little black or white mixed in as will
-- do.
create or replace function mainstay.seen_color(p_hex text) returns text
language sql immutable parallel safe
return (
    select m.hex
      from generate_series(0, 50) part
     cross join lateral (
           select '#' || string_agg(lpad(to_hex(round(c.v + (t.tone - c.v)
                      * part / 50.0)::integer), 2, '0'), '' order by c.place)
             from (select case when mainstay.contrast(p_hex, '#ffffff') < 3
                              then 0 else 255 end) t (tone)
            cross join lateral (select p.place, ('x' || substr(p_hex,
                          p.place, 2))::bit(8)::integer
                     from unnest(array[2, 4, 6]) p (place)) c (place, v)
            ) m (hex)
     where mainstay.is_seen(m.hex)
     order by part limit 1);

create or replace function mainstay.check_stage(p_tenant uuid, p_id uuid,
    p_name text, p_color text) returns void
language plpgsql stable set search_path = ''
as $$
begin
    if exists (select from mainstay.journey_stages s
                where s.tenant_id = p_tenant and s.id is distinct from p_id
                  and lower(s.name) = lower(btrim(p_name))) then
        raise exception using errcode = 'MS422', column = 'name',
            message = 'There is already a stage called ' || btrim(p_name)
                || '.';
    end if;
    if p_color !~ '^#[0-9a-f]{6}$' then
        raise exception using errcode = 'MS422', column = 'color_hex',
            message = 'A colour is # and six digits, such as #0d9488.';
    end if;
    if not mainstay.is_seen(p_color) then
        raise exception using errcode = 'MS422', column = 'color_hex',
            message = format('%s can hardly be seen: its contrast is %s to '
                '1 on white and %s to 1 on the dark surface, and each needs '
                '3. %s would do.', p_color,
                mainstay.contrast(p_color, '#ffffff'),
                mainstay.contrast(p_color, '#161a21'),
                mainstay.seen_color(p_color));
    end if;
end
$$;

create or replace function mainstay.create_stage(p_tenant uuid, p_name text,
    p_color text, p_days integer, p_kind text) returns uuid
language plpgsql volatile set search_path = ''
as $$
declare
    v_id uuid;
begin
    perform mainstay.check_stage(p_tenant, null, p_name, lower(p_color));
    if (select count(*) from mainstay.journey_stages s
         where s.tenant_id = p_tenant) >= 50 then
        raise exception using errcode = 'MS409', column = 'name',
            message = 'There are 50 stages already, and no room for more.';
    end if;
    insert into mainstay.journey_stages (tenant_id, name, color_hex,
        target_duration_days, kind, display_order)
    select p_tenant, btrim(p_name), lower(p_color), p_days, p_kind,
           coalesce(max(s.display_order), 0) + 1
      from mainstay.journey_stages s where s.tenant_id = p_tenant
    returning id into v_id;
    return v_id;
end
$$;

-- A new account enters the first normal stage: there is always one.
create or replace function mainstay.keep_normal_stage(p_tenant uuid,
    p_field text) returns void
language plpgsql stable set search_path = ''
as $$
begin
    if not exists (select from mainstay.journey_stages s
                    where s.tenant_id = p_tenant and s.kind = 'normal') then
        raise exception using errcode = 'MS409', column = p_field,
            message = 'This is the last normal stage, and new accounts need '
                'one to begin in.';
    end if;
end
$$;

-- Locked in one order, so that two admins wait for each other and not for
-- ever.
create or replace function mainstay.lock_stages(p_tenant uuid, p_id uuid)
returns mainstay.journey_stages
language plpgsql volatile set search_path = ''
as $$
declare
    v_stage mainstay.journey_stages;
begin
    perform from mainstay.journey_stages s
      where s.tenant_id = p_tenant order by s.id for update;
    select * into v_stage from mainstay.journey_stages s
     where s.tenant_id = p_tenant and s.id = p_id for update;
    if not found then
        raise exception using errcode = 'MS404',
            message = 'There is no such stage.';
    end if;
    return v_stage;
end
$$;

create or replace function mainstay.edit_stage(p_tenant uuid, p_id uuid,
    p_name text, p_color text, p_days integer, p_kind text) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    perform mainstay.lock_stages(p_tenant, p_id);
    perform mainstay.check_stage(p_tenant, p_id, p_name, lower(p_color));
    update mainstay.journey_stages s
       set name = btrim(p_name), color_hex = lower(p_color),
           target_duration_days = p_days, kind = p_kind
     where s.tenant_id = p_tenant and s.id = p_id;
    perform mainstay.keep_normal_stage(p_tenant, 'kind');
end
$$;

-- To the n-th place; the others make room.
create or replace function mainstay.move_stage(p_tenant uuid, p_id uuid,
    p_place integer) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    perform mainstay.lock_stages(p_tenant, p_id);
    update mainstay.journey_stages s set display_order = n.place
      from (select o.id, row_number() over (order by o.place) as place
              from (select x.id, case when x.id = p_id then p_place - 0.5
                           else row_number() over (partition by x.id = p_id
                               order by x.display_order) end as place
                      from mainstay.journey_stages x
                     where x.tenant_id = p_tenant) o) n
     where s.tenant_id = p_tenant and s.id = n.id
       and s.display_order <> n.place;
end
$$;

-- Its accounts move on first, each with a stay in its history; the history
-- keeps the name. Whoever moves an account into it meanwhile is refused.
create or replace function mainstay.delete_stage(p_tenant uuid, p_id uuid,
    p_to uuid) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_stage constant mainstay.journey_stages :=
        mainstay.lock_stages(p_tenant, p_id);
    v_to text;
begin
    select s.name into v_to from mainstay.journey_stages s
     where s.tenant_id = p_tenant and s.id = p_to and s.id <> p_id;
    if v_to is null and p_to is not null then
        raise exception using errcode = 'MS422', column = 'to',
            message = 'Choose another stage, one that there is.';
    end if;
    if v_to is null and exists (select from mainstay.accounts a
            where a.tenant_id = p_tenant
              and a.current_stage = v_stage.name) then
        raise exception using errcode = 'MS422', column = 'to',
            message = 'Say where the accounts of this stage go.';
    end if;
    update mainstay.accounts a set current_stage = v_to
     where a.tenant_id = p_tenant and a.current_stage = v_stage.name;
    delete from mainstay.journey_stages s
     where s.tenant_id = p_tenant and s.id = p_id;
    perform mainstay.keep_normal_stage(p_tenant, 'form');
end
$$;

-- Who calls a stage by its name: a rename does not reach them.
create or replace function mainstay.stage_mentions(p_tenant uuid,
    p_name text) returns table (mention text)
language plpgsql stable set search_path = ''
as $$
begin
    return query
    select 'Scorecard ' || c.name || ' applies to it'
      from mainstay.scorecards c
     where c.tenant_id = p_tenant and c.applies_to -> 'stage' ? p_name
     union all
    select 'Scorecard ' || c.name || ' has weights for it'
      from mainstay.scorecards c
      join mainstay.scorecard_versions v
        on v.tenant_id = p_tenant and v.scorecard_id = c.id
           and v.status in ('published', 'draft')
     where c.tenant_id = p_tenant
       and v.document -> 'stage_weights' ? p_name
     group by c.id, c.name
     union all
    select 'Playbook ' || b.name || ' ' || w.word
      from mainstay.playbooks b
      join mainstay.playbook_versions v
        on v.tenant_id = p_tenant and v.playbook_id = b.id
       and v.status in ('published', 'draft')
     cross join lateral (values
           ('waits for it', v.document -> 'trigger' ->> 'kind'
               = 'stage_transition' and p_name in (
               v.document -> 'trigger' ->> 'from',
               v.document -> 'trigger' ->> 'to')),
           ('asks for it', exists (
               select from mainstay.playbook_conditions(v.document) c
                where c.value ->> 'field' = 'stage' and p_name = any (
                    mainstay.condition_values(c.value -> 'value')))),
           ('moves accounts to it', exists (
               select from mainstay.list_entries(v.document -> 'steps') s
                where s.value ->> 'stage' = p_name))) w (word, is_so)
     where b.tenant_id = p_tenant and w.is_so
     group by b.id, b.name, w.word
     order by 1;
end
$$;

-- A stage with the fields of its form, as they are or as typed.
create or replace function mainstay.stage_form(p_tenant uuid, p_id uuid,
    p_form jsonb)
returns table (id uuid, title text, name text, color_hex text,
    target_duration_days text, kinds jsonb, accounts bigint,
    accounts_text text, targets jsonb, mentions jsonb,
    has_mentions boolean)
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    select s.id, s.name, coalesce(p_form ->> 'name', s.name),
           coalesce(p_form ->> 'color_hex', s.color_hex),
           coalesce(p_form ->> 'target_duration_days',
               s.target_duration_days::text),
           mainstay.stage_kinds(coalesce(p_form ->> 'kind', s.kind)),
           nullif(n.accounts, 0), app.count_text(n.accounts, 'account'),
           (select jsonb_agg(jsonb_build_object('id', o.id, 'name', o.name,
                       'is_chosen', o.id::text = p_form ->> 'to')
                       order by o.display_order)
              from mainstay.journey_stages o
             where o.tenant_id = p_tenant and o.id <> p_id),
           m.list, m.list is not null
      from mainstay.journey_stages s
     cross join lateral (
           select coalesce(sum(r.accounts), 0)::bigint
             from mainstay.portfolio_rollups r
            where r.tenant_id = p_tenant and r.kind = 'stage' and r.cell = ''
              and r.key = s.name) n (accounts)
     cross join lateral (
           select jsonb_agg(jsonb_build_object('mention', x.mention))
             from mainstay.stage_mentions(p_tenant, s.name) x) m (list)
     where s.tenant_id = p_tenant and s.id = p_id;
end
$$;

create or replace function mainstay.stage_kinds(p_chosen text) returns jsonb
language sql immutable parallel safe
return (
    select jsonb_agg(jsonb_build_object('kind', k.kind, 'label', k.label,
               'is_chosen', k.kind = p_chosen) order by k.place)
      from (values (1, 'normal', 'Normal: part of the way'),
               (2, 'exception', 'Exception: beside the way'),
               (3, 'terminal', 'Terminal: the end')) k (place, kind, label));

-- Goals. One that blocks is mandatory.
drop function if exists mainstay.create_stage_goal(uuid, uuid, text, text,
    boolean);
create or replace function mainstay.create_stage_goal(p_tenant uuid,
    p_stage uuid, p_title text, p_description text, p_is_mandatory boolean,
    p_is_blocking boolean default false)
returns uuid
language plpgsql volatile set search_path = ''
as $$
declare
    v_id uuid;
begin
    perform from mainstay.journey_stages s
      where s.tenant_id = p_tenant and s.id = p_stage for key share;
    if not found then
        raise exception using errcode = 'MS404',
            message = 'There is no such stage.';
    end if;
    if (select count(*) from mainstay.stage_goals g
         where g.tenant_id = p_tenant and g.stage_id = p_stage) >= 50 then
        raise exception using errcode = 'MS409', column = 'title',
            message = 'This stage has 50 goals already, and no room for '
                'more.';
    end if;
    insert into mainstay.stage_goals (tenant_id, stage_id, title,
        description, is_mandatory, is_blocking, display_order)
    select p_tenant, p_stage, btrim(p_title), p_description,
           p_is_mandatory or p_is_blocking, p_is_blocking,
           coalesce(max(g.display_order), 0) + 1
      from mainstay.stage_goals g
     where g.tenant_id = p_tenant and g.stage_id = p_stage
    returning id into v_id;
    return v_id;
end
$$;

drop function if exists mainstay.edit_stage_goal(uuid, uuid, uuid, text,
    text, boolean);
create or replace function mainstay.edit_stage_goal(p_tenant uuid,
    p_stage uuid, p_id uuid, p_title text, p_description text,
    p_is_mandatory boolean, p_is_blocking boolean default false)
returns void
language plpgsql volatile set search_path = ''
as $$
begin
    update mainstay.stage_goals g
       set title = btrim(p_title), description = p_description,
           is_mandatory = p_is_mandatory or p_is_blocking,
           is_blocking = p_is_blocking
     where g.tenant_id = p_tenant and g.stage_id = p_stage and g.id = p_id;
    if not found then
        raise exception using errcode = 'MS404',
            message = 'There is no such goal.';
    end if;
end
$$;

create or replace function mainstay.move_stage_goal(p_tenant uuid,
    p_stage uuid, p_id uuid, p_place integer) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    perform from mainstay.stage_goals g
      where g.tenant_id = p_tenant and g.stage_id = p_stage
      order by g.id for update;
    if not exists (select from mainstay.stage_goals g
                    where g.tenant_id = p_tenant and g.stage_id = p_stage
                      and g.id = p_id) then
        raise exception using errcode = 'MS404',
            message = 'There is no such goal.';
    end if;
    update mainstay.stage_goals g set display_order = n.place
      from (select o.id, row_number() over (order by o.place) as place
              from (select x.id, case when x.id = p_id then p_place - 0.5
                           else row_number() over (partition by x.id = p_id
                               order by x.display_order, x.title) end
                           as place
                      from mainstay.stage_goals x
                     where x.tenant_id = p_tenant
                       and x.stage_id = p_stage) o) n
     where g.tenant_id = p_tenant and g.id = n.id
       and g.display_order <> n.place;
end
$$;

create or replace function mainstay.delete_stage_goal(p_tenant uuid,
    p_stage uuid, p_id uuid) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    delete from mainstay.stage_goals g
     where g.tenant_id = p_tenant and g.stage_id = p_stage and g.id = p_id;
    if not found then
        raise exception using errcode = 'MS404',
            message = 'There is no such goal.';
    end if;
end
$$;

do $$
declare
    v_function regprocedure;
begin
    for v_function in
        select oid::regprocedure from pg_proc
         where pronamespace = 'mainstay'::regnamespace
           and proname in ('luminance', 'contrast', 'is_seen', 'seen_color',
               'check_stage', 'create_stage', 'keep_normal_stage',
               'lock_stages', 'edit_stage', 'move_stage', 'delete_stage',
               'stage_mentions', 'stage_form', 'stage_kinds',
               'create_stage_goal', 'edit_stage_goal', 'move_stage_goal',
               'delete_stage_goal')
    loop
        execute format('grant execute on function %s to mainstay_app',
            v_function);
    end loop;
end $$;

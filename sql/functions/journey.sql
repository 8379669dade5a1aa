-- The journey of an account: entering a stage closes the stay before. Undo
-- takes stays back or reopens them itself, from the audit log.

-- A stage that was renamed takes its accounts along; nobody moved.
create or replace function mainstay.is_stage_rename(p_tenant uuid,
    p_old text) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return p_old is not null and not exists (
        select from mainstay.journey_stages s
         where s.tenant_id = p_tenant and s.name = p_old);
end
$$;

create or replace function mainstay.accounts_stage() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if tg_op = 'INSERT' then
        if new.current_stage is null then
            select s.name into new.current_stage
              from mainstay.journey_stages s
             where s.tenant_id = new.tenant_id and s.kind = 'normal'
             order by s.display_order limit 1;
        end if;
        new.stage_entered_at := least(coalesce(new.stage_entered_at, now()),
            now());
    elsif not mainstay.is_undoing()
        and not mainstay.is_stage_rename(new.tenant_id, old.current_stage)
    then
        new.stage_entered_at := now();
    end if;
    return new;
end
$$;
create or replace trigger accounts_40_stage_new
    before insert on mainstay.accounts
    for each row execute function mainstay.accounts_stage();
create or replace trigger accounts_40_stage
    before update of current_stage on mainstay.accounts
    for each row when (old.current_stage is distinct from new.current_stage)
    execute function mainstay.accounts_stage();

create or replace function mainstay.accounts_journey_new() returns trigger
language plpgsql set search_path = ''
as $$
begin
    with actor as materialized (
        select d.tenant_id, mainstay.actor_in(d.tenant_id) as id
          from (select distinct n.tenant_id from new_rows n) d
    )
    insert into mainstay.journey_history (tenant_id, account_id, to_stage,
        entered_at, triggered_by)
    select n.tenant_id, n.id, n.current_stage, n.stage_entered_at, a.id
      from new_rows n
      join actor a on a.tenant_id = n.tenant_id
     where n.current_stage is not null;
    return null;
end
$$;
create or replace trigger accounts_50_journey_new
    after insert on mainstay.accounts
    referencing new table as new_rows
    for each statement execute function mainstay.accounts_journey_new();

-- Those that moved leave a stage and enter another.
create or replace function mainstay.accounts_journey() returns trigger
language plpgsql set search_path = ''
as $$
declare
    v_moved uuid[];
begin
    if mainstay.is_undoing() then
        return null;
    end if;
    select array_agg(n.id) into v_moved
      from new_rows n
      join old_rows o on o.tenant_id = n.tenant_id and o.id = n.id
     where n.current_stage is distinct from o.current_stage
       and not mainstay.is_stage_rename(n.tenant_id, o.current_stage);
    if v_moved is null then
        return null;
    end if;
    update mainstay.journey_history h
       set exited_at = greatest(n.stage_entered_at, h.entered_at),
           duration_days = floor(extract(epoch from greatest(
               n.stage_entered_at, h.entered_at) - h.entered_at) / 86400)
      from new_rows n
     where n.id = any (v_moved) and h.tenant_id = n.tenant_id
       and h.account_id = n.id and h.exited_at is null;
    with actor as materialized (
        select d.tenant_id, mainstay.actor_in(d.tenant_id) as id
          from (select distinct n.tenant_id from new_rows n) d
    )
    insert into mainstay.journey_history (tenant_id, account_id, from_stage,
        to_stage, entered_at, triggered_by)
    select n.tenant_id, n.id, o.current_stage, n.current_stage,
           n.stage_entered_at, a.id
      from new_rows n
      join old_rows o on o.tenant_id = n.tenant_id and o.id = n.id
      join actor a on a.tenant_id = n.tenant_id
     where n.id = any (v_moved) and n.current_stage is not null;
    return null;
end
$$;
create or replace trigger accounts_50_journey
    after update on mainstay.accounts
    referencing old table as old_rows new table as new_rows
    for each statement execute function mainstay.accounts_journey();

create or replace trigger a_refuse_direct_write
    before insert or update or delete on mainstay.journey_history
    for each statement
    when (pg_catalog.pg_trigger_depth() = 0
        and current_user = 'mainstay_app' and not mainstay.is_undoing())
    execute function mainstay.refuse_direct_write();

grant execute on function mainstay.is_stage_rename(uuid, text)
    to mainstay_app, mainstay_maint, mainstay_definer;

-- The name 002 uses.
create or replace view mainstay.lifecycle_stages
with (security_invoker = true) as
select tenant_id, id, name, display_order, target_duration_days, color_hex,
       kind, created_at, updated_at
  from mainstay.journey_stages;
comment on view mainstay.lifecycle_stages is
    'journey_stages under its other name.';

-- role: mainstay_definer
--
-- A stage that is renamed is the same stage: the history of every account
-- follows, whoever renames it.
create or replace function api.rename_stage_in_history() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
    update mainstay.journey_history h set from_stage = new.name
     where h.tenant_id = new.tenant_id and h.from_stage = old.name;
    update mainstay.journey_history h set to_stage = new.name
     where h.tenant_id = new.tenant_id and h.to_stage = old.name;
    return null;
end
$$;
revoke all on function api.rename_stage_in_history() from public;
grant execute on function api.rename_stage_in_history() to mainstay_owner;

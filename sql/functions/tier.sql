-- Tiers and what their accounts are promised.

create or replace function mainstay.edit_tier(p_tenant uuid, p_id uuid,
    p_arr_from bigint, p_accounts integer, p_hours integer,
    p_onboarding integer, p_review integer) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_message text;
begin
    perform from mainstay.account_tiers t
      where t.tenant_id = p_tenant order by t.id for update;
    update mainstay.account_tiers t
       set arr_from_cents = p_arr_from * 100, accounts_per_csm = p_accounts,
           response_hours = p_hours, onboarding_days = p_onboarding,
           review_days = p_review
     where t.tenant_id = p_tenant and t.id = p_id;
    if not found then
        raise exception using errcode = 'MS404',
            message = 'There is no such tier.';
    end if;
    select format('%s begins at %s, so %s must begin %s.',
               app.label_text(o.tier), app.money_text(o.arr_from_cents,
                   mainstay.tenant_currency(p_tenant)),
               app.label_text(t.tier),
               case when mainstay.tier_rank(o.tier)
                   > mainstay.tier_rank(t.tier) then 'below' else 'above' end)
      into v_message
      from mainstay.account_tiers t
      join mainstay.account_tiers o
        on o.tenant_id = p_tenant
           and (o.arr_from_cents >= t.arr_from_cents
                and mainstay.tier_rank(o.tier) < mainstay.tier_rank(t.tier)
             or o.arr_from_cents <= t.arr_from_cents
                and mainstay.tier_rank(o.tier) > mainstay.tier_rank(t.tier))
     where t.tenant_id = p_tenant and t.id = p_id
     order by mainstay.tier_rank(o.tier) limit 1;
    if v_message is not null then
        raise exception using errcode = 'MS422', column = 'arr_from',
            message = v_message;
    end if;
end
$$;

-- The tier of an ARR: the highest that begins at it or below; below all of
-- them it is a trial, so that no ARR is without.
create or replace function mainstay.tier_by_arr(p_tenant uuid,
    p_arr_cents bigint) returns text
language plpgsql stable set search_path = ''
as $$
begin
    return coalesce((
        select t.tier from mainstay.account_tiers t
         where t.tenant_id = p_tenant and t.arr_from_cents <= p_arr_cents
         order by t.arr_from_cents desc, mainstay.tier_rank(t.tier) desc
         limit 1), 'trial');
end
$$;

-- A tier that is left out, or emptied, follows from the ARR until somebody
-- chooses one.
create or replace function mainstay.accounts_tier() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if mainstay.is_undoing() then
        return new;
    elsif new.tier is null then
        new.tier_is_set := false;
    elsif tg_op = 'UPDATE' and new.tier is distinct from old.tier then
        new.tier_is_set := true;
    end if;
    if new.tier is null or tg_op = 'UPDATE' and not new.tier_is_set
            and new.arr_cents <> old.arr_cents then
        new.tier := mainstay.tier_by_arr(new.tenant_id, new.arr_cents);
    end if;
    return new;
end
$$;
create or replace trigger accounts_15_tier
    before insert or update of tier, tier_is_set, arr_cents
    on mainstay.accounts
    for each row execute function mainstay.accounts_tier();

create or replace function mainstay.tier_rank(p_tier text) returns integer
language sql immutable parallel safe
return array_position(array['trial', 'small_business', 'mid_market',
    'enterprise'], p_tier);

create or replace function mainstay.tenant_currency(p_tenant uuid)
returns text
language plpgsql stable set search_path = ''
as $$
begin
    return (select coalesce(t.settings ->> 'currency', 'USD')
              from mainstay.tenants t where t.id = p_tenant);
end
$$;

grant execute on function mainstay.edit_tier(uuid, uuid, bigint, integer,
        integer, integer, integer),
    mainstay.tier_by_arr(uuid, bigint), mainstay.tier_rank(text),
    mainstay.tenant_currency(uuid)
    to mainstay_app;
-- Of accounts that jobs and playbooks write.
grant execute on function mainstay.tier_by_arr(uuid, bigint),
    mainstay.tier_rank(text) to mainstay_definer;

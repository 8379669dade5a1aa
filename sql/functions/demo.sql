-- Dice of the demo: the same key always rolls the same number, so the same
-- demo comes out each time. From p_low to p_high, both included.
create or replace function mainstay.demo_roll(p_key text, p_low integer,
    p_high integer) returns integer
language sql immutable parallel safe
return p_low + (('x' || substr(md5(p_key), 1, 7))::bit(28)::integer
    % (p_high - p_low + 1));
comment on function mainstay.demo_roll(text, integer, integer) is
    'A number that looks random and is the same for the same key.';

-- What the accounts of the demo began with, grew, shrank and ended with: one
-- of Globex may have changed when it entered its stage, and one that churned
-- paid until then.
create or replace function mainstay.demo_flows()
returns table (tenant_id uuid, id uuid, tier text, owner text, kind text,
    day date, cents bigint)
language plpgsql stable set search_path = ''
as $$
begin
    return query
    select a.tenant_id, a.id, a.tier::text,
           coalesce(a.csm_id::text, 'none'), f.kind, f.day, f.cents
      from mainstay.accounts a
      join mainstay.tenants t on t.id = a.tenant_id
     cross join lateral (
         select case when t.slug <> 'globex' then 0
                    when mainstay.demo_roll('grew' || a.id, 1, 4) = 1
                        then a.arr_cents / 5
                    when mainstay.demo_roll('shrank' || a.id, 1, 14) = 1
                        then -a.arr_cents / 8
                    else 0 end as step,
                a.stage_entered_at::date as day) s
     cross join lateral (values
        ('new', a.created_at::date, a.arr_cents - s.step),
        (case when s.step < 0 then 'contraction' else 'expansion' end,
            s.day, s.step),
        ('churned', case when a.status = 'churned' then s.day end,
            -a.arr_cents)) f (kind, day, cents)
     where t.slug in ('acme-corp', 'globex') and f.day is not null
       and f.cents <> 0;
end
$$;

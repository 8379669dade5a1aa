-- The sums an executive sees, kept as a ledger: each statement that changes
-- accounts appends the differences it makes, so writers never wait for each
-- other and the page reads a few rows, however many accounts there are.

-- The cells an account counts in: that of all, and that of its tier and owner.
create or replace function mainstay.rollup_cells(p_tier text, p_owner uuid)
returns table (cell text)
language sql immutable
begin atomic
    select '' union all
    select p_tier || '/' || coalesce(p_owner::text, 'none');
end;

-- What one account adds to the sums (p_sign 1) or takes from them (-1).
create or replace function mainstay.rollup_lines(p_status text, p_band text,
    p_stage text, p_renewal date, p_arr_cents bigint, p_score integer,
    p_sign integer)
returns table (kind text, key text, accounts bigint, arr_cents bigint,
    score_sum bigint, score_count bigint, score_arr_sum numeric,
    scored_arr_cents bigint)
language sql stable
begin atomic
    select k.kind, k.key, p_sign::bigint, p_sign * p_arr_cents,
           case when k.is_scored then (p_sign * p_score)::bigint else 0 end,
           case when k.is_scored then p_sign::bigint else 0 end,
           case when k.is_scored then p_sign * p_score * p_arr_cents::numeric
               else 0 end,
           case when k.is_scored then p_sign * p_arr_cents else 0 end
      from (values
        ('band', coalesce(p_band, 'unknown'), p_score is not null),
        ('stage', coalesce(p_stage, ''), false),
        ('renewal', to_char(p_renewal, 'YYYY-MM-DD'), false),
        ('quarter', to_char(p_renewal, 'YYYY-Q') || ' '
            || coalesce(p_band, 'unknown'), false),
        ('status', mainstay.customer_status(p_status, p_band), false))
        k (kind, key, is_scored)
     where (p_status <> 'churned' or k.kind = 'status')
       and k.key is not null;
end;

-- What a change of an account moves: revenue that is new, grows, shrinks or
-- ends. An account that comes back is new.
create or replace function mainstay.rollup_flow(p_was bigint, p_is bigint)
returns table (key text, arr_cents bigint)
language sql immutable
begin atomic
    select case when p_was is null then 'new'
               when p_is is null then 'churned'
               when p_is > p_was then 'expansion'
               else 'contraction' end,
           abs(coalesce(p_is, 0) - coalesce(p_was, 0))
     where p_was is distinct from p_is;
end;

create or replace function mainstay.accounts_rollup_new() returns trigger
language plpgsql set search_path = ''
as $$
begin
    insert into mainstay.portfolio_rollups (tenant_id, cell, kind, key,
        accounts, arr_cents, score_sum, score_count, score_arr_sum,
        scored_arr_cents)
    select n.tenant_id, c.cell, l.kind, l.key, sum(l.accounts),
           sum(l.arr_cents), sum(l.score_sum), sum(l.score_count),
           sum(l.score_arr_sum), sum(l.scored_arr_cents)
      from new_rows n
     cross join lateral mainstay.rollup_cells(n.tier, n.csm_id) c
     cross join lateral mainstay.rollup_lines(n.status,
           n.health_band, n.current_stage, n.renewal_date, n.arr_cents,
           n.health_score, 1) l
     group by n.tenant_id, c.cell, l.kind, l.key;
    if not mainstay.is_loading_history() then
        insert into mainstay.portfolio_rollups (tenant_id, cell, kind, key,
            accounts, arr_cents, score_sum, score_count, score_arr_sum,
            scored_arr_cents)
        select n.tenant_id, c.cell, 'flow', 'new', count(*),
               sum(n.arr_cents), 0, 0, 0, 0
          from new_rows n
         cross join lateral mainstay.rollup_cells(n.tier, n.csm_id) c
         where n.status <> 'churned'
         group by n.tenant_id, c.cell;
    end if;
    return null;
end
$$;

create or replace function mainstay.accounts_rollup_changed() returns trigger
language plpgsql set search_path = ''
as $$
begin
    insert into mainstay.portfolio_rollups (tenant_id, cell, kind, key,
        accounts, arr_cents, score_sum, score_count, score_arr_sum,
        scored_arr_cents)
    select x.tenant_id, x.cell, x.kind, x.key, sum(x.accounts),
           sum(x.arr_cents), sum(x.score_sum), sum(x.score_count),
           sum(x.score_arr_sum), sum(x.scored_arr_cents)
      from (select n.tenant_id, c.cell, l.*
              from new_rows n
             cross join lateral mainstay.rollup_cells(n.tier, n.csm_id) c
             cross join lateral mainstay.rollup_lines(n.status,
           n.health_band, n.current_stage, n.renewal_date, n.arr_cents,
           n.health_score, 1) l
            union all
            select o.tenant_id, c.cell, l.*
              from old_rows o
             cross join lateral mainstay.rollup_cells(o.tier, o.csm_id) c
             cross join lateral mainstay.rollup_lines(o.status,
           o.health_band, o.current_stage, o.renewal_date, o.arr_cents,
           o.health_score, -1) l) x
     group by x.tenant_id, x.cell, x.kind, x.key
    having sum(x.accounts) <> 0 or sum(x.arr_cents) <> 0
        or sum(x.score_sum) <> 0 or sum(x.score_count) <> 0
        or sum(x.score_arr_sum) <> 0 or sum(x.scored_arr_cents) <> 0;
    if not mainstay.is_loading_history() then
        insert into mainstay.portfolio_rollups (tenant_id, cell, kind, key,
            accounts, arr_cents, score_sum, score_count, score_arr_sum,
            scored_arr_cents)
        select n.tenant_id, c.cell, 'flow', f.key, count(*),
               sum(f.arr_cents), 0, 0, 0, 0
          from new_rows n
          join old_rows o on o.tenant_id = n.tenant_id and o.id = n.id
         cross join lateral mainstay.rollup_flow(
               case when o.status <> 'churned' then o.arr_cents end,
               case when n.status <> 'churned' then n.arr_cents end) f
         cross join lateral mainstay.rollup_cells(n.tier, n.csm_id) c
         where (n.arr_cents, n.status) is distinct from
               (o.arr_cents, o.status)
         group by n.tenant_id, c.cell, f.key;
    end if;
    return null;
end
$$;

-- A tenant that is being erased takes its ledger along.
create or replace function mainstay.accounts_rollup_gone() returns trigger
language plpgsql set search_path = ''
as $$
begin
    insert into mainstay.portfolio_rollups (tenant_id, cell, kind, key,
        accounts, arr_cents, score_sum, score_count, score_arr_sum,
        scored_arr_cents)
    select o.tenant_id, c.cell, l.kind, l.key, sum(l.accounts),
           sum(l.arr_cents), sum(l.score_sum), sum(l.score_count),
           sum(l.score_arr_sum), sum(l.scored_arr_cents)
      from old_rows o
      join mainstay.tenants t on t.id = o.tenant_id
     cross join lateral mainstay.rollup_cells(o.tier, o.csm_id) c
     cross join lateral mainstay.rollup_lines(o.status,
           o.health_band, o.current_stage, o.renewal_date, o.arr_cents,
           o.health_score, -1) l
     group by o.tenant_id, c.cell, l.kind, l.key;
    return null;
end
$$;

create or replace trigger accounts_90_rollup_new
    after insert on mainstay.accounts
    referencing new table as new_rows
    for each statement execute function mainstay.accounts_rollup_new();
create or replace trigger accounts_90_rollup_changed
    after update on mainstay.accounts
    referencing old table as old_rows new table as new_rows
    for each statement execute function mainstay.accounts_rollup_changed();
create or replace trigger accounts_90_rollup_gone
    after delete on mainstay.accounts
    referencing old table as old_rows
    for each statement execute function mainstay.accounts_rollup_gone();

-- Which stage was entered in which month. An account counts with the tier and
-- the owner it has when the entry is written.
create or replace function mainstay.journey_rollup() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if tg_op = 'INSERT' then
        perform mainstay.add_entries(array_agg(n.tenant_id),
                array_agg(n.account_id), array_agg(n.entered_at),
                array_agg(n.to_stage), array_agg(1))
          from new_rows n;
    elsif tg_op = 'DELETE' then
        perform mainstay.add_entries(array_agg(o.tenant_id),
                array_agg(o.account_id), array_agg(o.entered_at),
                array_agg(o.to_stage), array_agg(-1))
          from old_rows o;
    else
        perform mainstay.add_entries(array_agg(x.tenant_id),
                array_agg(x.account_id), array_agg(x.entered_at),
                array_agg(x.to_stage), array_agg(x.sign))
          from (select n.tenant_id, n.account_id, n.entered_at, n.to_stage,
                       1 as sign from new_rows n
                union all
                select o.tenant_id, o.account_id, o.entered_at, o.to_stage,
                       -1 from old_rows o) x;
    end if;
    return null;
end
$$;

-- An account that is erased is no longer there to say its cell.
create or replace function mainstay.add_entries(p_tenant uuid[],
    p_account uuid[], p_at timestamptz[], p_stage text[], p_sign integer[])
returns void
language plpgsql set search_path = ''
as $$
begin
    insert into mainstay.portfolio_rollups (tenant_id, cell, kind, key,
        accounts, arr_cents, score_sum, score_count, score_arr_sum,
        scored_arr_cents)
    select e.tenant_id, c.cell, 'entered',
           to_char(e.entered_at at time zone 'UTC', 'YYYY-MM') || ' '
               || e.stage,
           sum(e.sign), 0, 0, 0, 0, 0
      from unnest(p_tenant, p_account, p_at, p_stage, p_sign)
           e (tenant_id, account_id, entered_at, stage, sign)
      join mainstay.tenants t on t.id = e.tenant_id
      left join mainstay.accounts a
        on a.tenant_id = e.tenant_id and a.id = e.account_id
     cross join lateral mainstay.rollup_cells(a.tier, a.csm_id) c
     where c.cell is not null
     group by e.tenant_id, c.cell, 4
    having sum(e.sign) <> 0;
end
$$;

create or replace trigger journey_history_90_rollup_new
    after insert on mainstay.journey_history
    referencing new table as new_rows
    for each statement execute function mainstay.journey_rollup();
create or replace trigger journey_history_90_rollup_changed
    after update on mainstay.journey_history
    referencing old table as old_rows new table as new_rows
    for each statement execute function mainstay.journey_rollup();
create or replace trigger journey_history_90_rollup_gone
    after delete on mainstay.journey_history
    referencing old table as old_rows
    for each statement execute function mainstay.journey_rollup();

create or replace trigger a_refuse_direct_write
    before insert or update or delete on mainstay.portfolio_rollups
    for each statement
    when (pg_catalog.pg_trigger_depth() = 0
        and current_user = 'mainstay_app')
    execute function mainstay.refuse_direct_write();

-- How portfolio_days and portfolio_programmes call a part of the portfolio.
-- (With coalesce, row security would keep it from the index.)
create or replace function app.portfolio_cell(p_tier text, p_owner text)
returns text
language sql immutable parallel safe
return case when p_tier is null and p_owner is null then ''
    else case when p_tier is null then '' else p_tier end || '/'
        || case when p_owner is null then '' else p_owner end end;

-- What became of the revenue a period began with, per cent: net counts what
-- customers added, gross does not. What came and went within the period counts
-- as well; where more came than there had been, that would say nothing.
create or replace function app.retention(p_start bigint, p_new bigint,
    p_expansion bigint, p_contraction bigint, p_churned bigint)
returns table (net numeric, gross numeric)
language sql immutable parallel safe
begin atomic
    select 100 * greatest(p_start + p_expansion - p_contraction - p_churned,
               0)::numeric / nullif(p_start, 0),
           100 * greatest(p_start - p_contraction - p_churned, 0)::numeric
               / nullif(p_start, 0)
     where p_start > 0 and p_new <= p_start;
end;
comment on function app.retention(bigint, bigint, bigint, bigint, bigint) is
    'Net and gross revenue retention of a period, per cent; no row when it '
    'began with less than came in it.';

-- Whether an account is of a tier, an owner and a group, where they are said.
create or replace function app.is_in_scope(p_account_tier text,
    p_account_owner uuid, p_account_path text, p_tier text, p_owner text,
    p_path text)
returns boolean
language sql immutable parallel safe
return (p_tier is null or p_account_tier = p_tier)
    and (p_owner is null
        or coalesce(p_account_owner::text, 'none') = p_owner)
    and (p_path is null or p_account_path = p_path
        or p_account_path >= p_path || '/' and p_account_path < p_path || '0');

-- The sums of some kinds: of all accounts, of those of a tier or an owner (a
-- user id or none), or of a group, whose part of the tree is counted; renewals
-- of 90 days, four quarters, half a year of entries, and all of the others. A
-- function of its own: what is not asked for costs a statement nothing. (The
-- offset keeps each kind a walk along the index.)
create or replace function mainstay.portfolio_lines(p_tenant uuid,
    p_kinds text[], p_tier text, p_owner text, p_under uuid)
returns table (kind text, key text, accounts bigint, arr_cents bigint,
    score_sum bigint, score_count bigint, score_arr_sum numeric,
    scored_arr_cents bigint)
language plpgsql stable rows 100 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_low text[];
    v_high text[];
begin
    select array_agg(case k.kind
               when 'renewal' then to_char(current_date, 'YYYY-MM-DD')
               when 'quarter' then to_char(current_date, 'YYYY-Q')
               when 'entered' then to_char(current_date
                   - interval '5 months', 'YYYY-MM')
               else '' end),
           array_agg(case k.kind
               when 'renewal' then to_char(current_date + 91, 'YYYY-MM-DD')
               when 'quarter' then to_char(current_date
                   + interval '1 year', 'YYYY-Q')
               else chr(1114111) end)
      into v_low, v_high
      from unnest(p_kinds) k (kind);
    if p_under is not null then
        return query
        select l.kind, l.key, sum(l.accounts)::bigint,
               sum(l.arr_cents)::bigint, sum(l.score_sum)::bigint,
               sum(l.score_count)::bigint, sum(l.score_arr_sum),
               sum(l.scored_arr_cents)::bigint
          from mainstay.accounts g
          join mainstay.accounts a on a.tenant_id = p_tenant
           and a.hierarchy_path >= g.hierarchy_path
           and a.hierarchy_path < g.hierarchy_path || '0'
           and app.is_in_scope(a.tier, a.csm_id, a.hierarchy_path, p_tier,
               p_owner, g.hierarchy_path)
         cross join lateral mainstay.rollup_lines(a.status, a.health_band,
               a.current_stage, a.renewal_date, a.arr_cents,
               a.health_score, 1) l
          join unnest(p_kinds, v_low, v_high) b (kind, low, high)
            on b.kind = l.kind and l.key >= b.low and l.key < b.high
         where g.tenant_id = p_tenant and g.id = p_under
         group by l.kind, l.key;
    elsif p_tier is null and p_owner is null then
        return query
        select r.kind::text, r.key, sum(r.accounts)::bigint,
               sum(r.arr_cents)::bigint, sum(r.score_sum)::bigint,
               sum(r.score_count)::bigint, sum(r.score_arr_sum),
               sum(r.scored_arr_cents)::bigint
          from unnest(p_kinds, v_low, v_high) b (kind, low, high)
         cross join lateral (
             select * from mainstay.portfolio_rollups r
              where r.tenant_id = p_tenant and r.kind = b.kind
                and r.cell = '' and r.key >= b.low and r.key < b.high
             offset 0) r
         group by r.kind, r.key;
    else
        return query
        select r.kind::text, r.key, sum(r.accounts)::bigint,
               sum(r.arr_cents)::bigint, sum(r.score_sum)::bigint,
               sum(r.score_count)::bigint, sum(r.score_arr_sum),
               sum(r.scored_arr_cents)::bigint
          from (select distinct c.cell from mainstay.portfolio_rollups c
                 where c.tenant_id = p_tenant and c.kind = 'band'
                   and c.cell > case when p_tier is null then ''
                       else p_tier || '/' end
                   and c.cell < case when p_tier is null then '~'
                       else p_tier || '0' end
                   and (p_owner is null
                       or split_part(c.cell, '/', 2) = p_owner)) c
         cross join unnest(p_kinds, v_low, v_high) b (kind, low, high)
         cross join lateral (
             select * from mainstay.portfolio_rollups r
              where r.tenant_id = p_tenant and r.kind = b.kind
                and r.cell = c.cell and r.key >= b.low and r.key < b.high
             offset 0) r
         group by r.kind, r.key;
    end if;
end
$$;
comment on function mainstay.portfolio_lines(uuid, text[], text, text, uuid)
is
    'Sums of the portfolio, or of a part of it, by kind and key; see '
    'portfolio_rollups.';

-- For tests and the doctor: where ledger and accounts disagree. No row: none.
-- What has happened (kinds entered and flow) is told by the ledger alone.
create or replace function mainstay.rollup_check()
returns table (tenant_id uuid, kind text, key text, ledger jsonb,
    recount jsonb)
language sql stable
begin atomic
    with ledger as (
        select r.tenant_id, r.cell, r.kind::text as kind, r.key,
               jsonb_build_array(sum(r.accounts), sum(r.arr_cents),
                   sum(r.score_sum), sum(r.score_count),
                   sum(r.score_arr_sum), sum(r.scored_arr_cents)) as sums
          from mainstay.portfolio_rollups r
         where r.kind not in ('entered', 'flow')
         group by r.tenant_id, r.cell, r.kind, r.key
    ), recount as (
        select a.tenant_id, c.cell, l.kind, l.key,
               jsonb_build_array(sum(l.accounts), sum(l.arr_cents),
                   sum(l.score_sum), sum(l.score_count),
                   sum(l.score_arr_sum), sum(l.scored_arr_cents)) as sums
          from mainstay.accounts a
         cross join lateral mainstay.rollup_cells(a.tier, a.csm_id) c
         cross join lateral mainstay.rollup_lines(a.status, a.health_band,
               a.current_stage, a.renewal_date, a.arr_cents, a.health_score,
               1) l
         group by a.tenant_id, c.cell, l.kind, l.key
    )
    select coalesce(l.tenant_id, c.tenant_id), coalesce(l.kind, c.kind),
           coalesce(l.key, c.key), l.sums, c.sums
      from ledger l
      full join recount c
        on c.tenant_id = l.tenant_id and c.cell = l.cell
       and c.kind = l.kind and c.key = l.key
     where coalesce(l.sums, '[0, 0, 0, 0, 0, 0]')
           <> coalesce(c.sums, '[0, 0, 0, 0, 0, 0]');
end;
comment on function mainstay.rollup_check() is
    'Where the ledger of sums and the accounts disagree; no row means they '
    'agree. Sees what the caller sees.';

grant execute on function mainstay.rollup_check(),
    mainstay.portfolio_lines(uuid, text[], text, text, uuid),
    app.portfolio_cell(text, text),
    app.retention(bigint, bigint, bigint, bigint, bigint),
    app.is_in_scope(text, uuid, text, text, text, text),
    mainstay.rollup_cells(text, uuid), mainstay.rollup_flow(bigint, bigint),
    mainstay.add_entries(uuid[], uuid[], timestamptz[], text[], integer[]),
    mainstay.rollup_lines(text, text, text, date, bigint, integer, integer)
    to mainstay_app, mainstay_maint, mainstay_definer;

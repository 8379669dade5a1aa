-- The sums an executive sees, kept as a ledger: each statement that changes
-- accounts appends the differences it makes, so writers never wait for each
-- other and the page reads a few rows, however many accounts there are.

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
           (p_sign * coalesce(p_score, 0))::bigint,
           (case when p_score is null then 0 else p_sign end)::bigint,
           p_sign * coalesce(p_score, 0) * p_arr_cents::numeric,
           case when p_score is null then 0 else p_sign * p_arr_cents end
      from (values ('band', coalesce(p_band, 'unknown')),
                   ('stage', coalesce(p_stage, '')),
                   ('renewal', coalesce(to_char(p_renewal, 'YYYY-MM-DD'),
                       'never')),
                   ('month', to_char(p_renewal, 'YYYY-MM'))) k (kind, key)
     where p_status <> 'churned' and k.key is not null;
end;

create or replace function mainstay.accounts_rollup_new() returns trigger
language plpgsql set search_path = ''
as $$
begin
    insert into mainstay.portfolio_rollups (tenant_id, kind, key, accounts,
        arr_cents, score_sum, score_count, score_arr_sum, scored_arr_cents)
    select n.tenant_id, l.kind, l.key, sum(l.accounts), sum(l.arr_cents),
           sum(l.score_sum), sum(l.score_count), sum(l.score_arr_sum),
           sum(l.scored_arr_cents)
      from new_rows n
     cross join lateral mainstay.rollup_lines(n.status, n.health_band,
           n.current_stage, n.renewal_date, n.arr_cents, n.health_score,
           1) l
     group by n.tenant_id, l.kind, l.key;
    return null;
end
$$;

create or replace function mainstay.accounts_rollup_changed() returns trigger
language plpgsql set search_path = ''
as $$
begin
    insert into mainstay.portfolio_rollups (tenant_id, kind, key, accounts,
        arr_cents, score_sum, score_count, score_arr_sum, scored_arr_cents)
    select r.tenant_id, l.kind, l.key, sum(l.accounts), sum(l.arr_cents),
           sum(l.score_sum), sum(l.score_count), sum(l.score_arr_sum),
           sum(l.scored_arr_cents)
      from (select n.tenant_id, n.status, n.health_band, n.current_stage,
                   n.renewal_date, n.arr_cents, n.health_score, 1 as sign
              from new_rows n
            union all
            select o.tenant_id, o.status, o.health_band, o.current_stage,
                   o.renewal_date, o.arr_cents, o.health_score, -1
              from old_rows o) r
     cross join lateral mainstay.rollup_lines(r.status, r.health_band,
           r.current_stage, r.renewal_date, r.arr_cents, r.health_score,
           r.sign) l
     group by r.tenant_id, l.kind, l.key
    having sum(l.accounts) <> 0 or sum(l.arr_cents) <> 0
        or sum(l.score_sum) <> 0 or sum(l.score_count) <> 0
        or sum(l.score_arr_sum) <> 0 or sum(l.scored_arr_cents) <> 0;
    return null;
end
$$;

-- A tenant that is being erased takes its ledger along.
create or replace function mainstay.accounts_rollup_gone() returns trigger
language plpgsql set search_path = ''
as $$
begin
    insert into mainstay.portfolio_rollups (tenant_id, kind, key, accounts,
        arr_cents, score_sum, score_count, score_arr_sum, scored_arr_cents)
    select o.tenant_id, l.kind, l.key, sum(l.accounts), sum(l.arr_cents),
           sum(l.score_sum), sum(l.score_count), sum(l.score_arr_sum),
           sum(l.scored_arr_cents)
      from old_rows o
      join mainstay.tenants t on t.id = o.tenant_id
     cross join lateral mainstay.rollup_lines(o.status, o.health_band,
           o.current_stage, o.renewal_date, o.arr_cents, o.health_score,
           -1) l
     group by o.tenant_id, l.kind, l.key;
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

create or replace trigger a_refuse_direct_write
    before insert or update or delete on mainstay.portfolio_rollups
    for each statement
    when (pg_catalog.pg_trigger_depth() = 0
        and current_user = 'mainstay_app')
    execute function mainstay.refuse_direct_write();

-- For tests and the doctor: where ledger and accounts disagree. No row: none.
create or replace function mainstay.rollup_check()
returns table (tenant_id uuid, kind text, key text, ledger jsonb,
    recount jsonb)
language sql stable
begin atomic
    with ledger as (
        select r.tenant_id, r.kind::text as kind, r.key,
               jsonb_build_array(sum(r.accounts), sum(r.arr_cents),
                   sum(r.score_sum), sum(r.score_count),
                   sum(r.score_arr_sum), sum(r.scored_arr_cents)) as sums
          from mainstay.portfolio_rollups r
         group by r.tenant_id, r.kind, r.key
    ), recount as (
        select a.tenant_id, l.kind, l.key,
               jsonb_build_array(sum(l.accounts), sum(l.arr_cents),
                   sum(l.score_sum), sum(l.score_count),
                   sum(l.score_arr_sum), sum(l.scored_arr_cents)) as sums
          from mainstay.accounts a
         cross join lateral mainstay.rollup_lines(a.status, a.health_band,
               a.current_stage, a.renewal_date, a.arr_cents, a.health_score,
               1) l
         group by a.tenant_id, l.kind, l.key
    )
    select coalesce(l.tenant_id, c.tenant_id), coalesce(l.kind, c.kind),
           coalesce(l.key, c.key), l.sums, c.sums
      from ledger l
      full join recount c
        on c.tenant_id = l.tenant_id and c.kind = l.kind and c.key = l.key
     where coalesce(l.sums, '[0, 0, 0, 0, 0, 0]')
           <> coalesce(c.sums, '[0, 0, 0, 0, 0, 0]');
end;
comment on function mainstay.rollup_check() is
    'Where the ledger of sums and the accounts disagree; no row means they '
    'agree. Sees what the caller sees.';

grant execute on function mainstay.rollup_check(),
    mainstay.rollup_lines(text, text, text, date, bigint, integer, integer)
    to mainstay_app, mainstay_maint, mainstay_definer;

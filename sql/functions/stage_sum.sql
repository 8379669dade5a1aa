-- The sums at the head of the board's columns: each statement that changes
-- accounts appends the differences it makes (see portfolio.sql).

create or replace function mainstay.stage_sums_add() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if tg_op = 'INSERT' then
        insert into mainstay.stage_sums (tenant_id, stage, entered_on,
            is_churned, accounts, arr_cents)
        select l.tenant_id, l.stage, l.entered_on, l.is_churned, count(*),
               sum(l.arr_cents)
          from new_rows n
         cross join lateral mainstay.stage_sum_line(n) l
         group by 1, 2, 3, 4;
    elsif tg_op = 'UPDATE' then
        insert into mainstay.stage_sums (tenant_id, stage, entered_on,
            is_churned, accounts, arr_cents)
        select x.tenant_id, x.stage, x.entered_on, x.is_churned, sum(x.sign),
               sum(x.sign * x.arr_cents)
          from (select l.*, 1 as sign from new_rows n
                 cross join lateral mainstay.stage_sum_line(n) l
                union all
                select l.*, -1 from old_rows o
                 cross join lateral mainstay.stage_sum_line(o) l) x
         group by 1, 2, 3, 4
        having sum(x.sign) <> 0 or sum(x.sign * x.arr_cents) <> 0;
    else
        insert into mainstay.stage_sums (tenant_id, stage, entered_on,
            is_churned, accounts, arr_cents)
        select l.tenant_id, l.stage, l.entered_on, l.is_churned, -count(*),
               -sum(l.arr_cents)
          from old_rows o
         cross join lateral mainstay.stage_sum_line(o) l
          join mainstay.tenants t on t.id = l.tenant_id
         group by 1, 2, 3, 4;
    end if;
    return null;
end
$$;

-- Where one account counts.
create or replace function mainstay.stage_sum_line(a mainstay.accounts)
returns table (tenant_id uuid, stage text, entered_on date,
    is_churned boolean, arr_cents bigint)
language sql stable
begin atomic
    select a.tenant_id, coalesce(a.current_stage, ''),
           (a.stage_entered_at at time zone 'UTC')::date,
           a.status = 'churned', a.arr_cents;
end;

create or replace trigger accounts_92_stage_sums_new
    after insert on mainstay.accounts
    referencing new table as new_rows
    for each statement execute function mainstay.stage_sums_add();
create or replace trigger accounts_92_stage_sums_changed
    after update on mainstay.accounts
    referencing old table as old_rows new table as new_rows
    for each statement execute function mainstay.stage_sums_add();
create or replace trigger accounts_92_stage_sums_gone
    after delete on mainstay.accounts
    referencing old table as old_rows
    for each statement execute function mainstay.stage_sums_add();

create or replace trigger a_refuse_direct_write
    before insert or update or delete on mainstay.stage_sums
    for each statement
    when (pg_catalog.pg_trigger_depth() = 0
        and current_user = 'mainstay_app')
    execute function mainstay.refuse_direct_write();

-- For tests and the doctor: where ledger and accounts disagree.
create or replace function mainstay.stage_sums_check()
returns table (tenant_id uuid, stage text, entered_on date,
    is_churned boolean)
language sql stable
begin atomic
    select x.tenant_id, x.stage, x.entered_on, x.is_churned
      from (select s.tenant_id, s.stage, s.entered_on, s.is_churned,
                   s.accounts, s.arr_cents
              from mainstay.stage_sums s
            union all
            select l.tenant_id, l.stage, l.entered_on, l.is_churned, -1,
                   -l.arr_cents
              from mainstay.accounts a
             cross join lateral mainstay.stage_sum_line(a) l) x
     group by 1, 2, 3, 4
    having sum(x.accounts) <> 0 or sum(x.arr_cents) <> 0;
end;

grant execute on function mainstay.stage_sum_line(mainstay.accounts),
    mainstay.stage_sums_check()
    to mainstay_app, mainstay_maint, mainstay_definer;

-- Months of telemetry and of the queue, made ahead of time. Rows of a month
-- that had no partition are in the default one; they move when it gets one.

-- Makes the partition of one month; true when it was missing. What the
-- default partition has of that month steps aside while the new one is
-- attached empty: attached with rows, its foreign keys would be checked by a
-- query of the owner, who is bound by row security and sees no account.
create or replace function mainstay.make_partition(p_parent text,
    p_month date, p_column text default 'observed_at') returns boolean
language plpgsql set search_path = ''
as $$
declare
    v_name constant text := p_parent || to_char(p_month, '"_"YYYY"_"MM');
    v_default constant text := p_parent || '_default';
    v_aside constant text := v_name || '_aside';
    v_from constant text := p_month::text || ' 00:00:00+00';
    v_to constant text := (p_month + interval '1 month')::date::text
        || ' 00:00:00+00';
begin
    if to_regclass(format('mainstay.%I', v_name)) is not null then
        return false;
    end if;
    execute format('create table mainstay.%I (like mainstay.%I)', v_aside,
        p_parent);
    execute format('alter table mainstay.%I no force row level security',
        v_default);
    execute format('with moved as (delete from mainstay.%I where '
        '%I >= %L and %2$I < %4$L returning *) '
        'insert into mainstay.%5$I select * from moved',
        v_default, p_column, v_from, v_to, v_aside);
    execute format('alter table mainstay.%I force row level security',
        v_default);
    execute format('create table mainstay.%I partition of mainstay.%I '
        'for values from (%L) to (%L)', v_name, p_parent, v_from, v_to);
    execute format('insert into mainstay.%I select * from mainstay.%I',
        v_name, v_aside);
    execute format('drop table mainstay.%I', v_aside);
    execute format('alter table mainstay.%I enable row level security, '
        'force row level security', v_name);
    execute format('comment on table mainstay.%I is %L', v_name,
        'Rows of ' || p_parent || ' of '
        || to_char(p_month, 'FMMonth YYYY') || '.');
    return true;
end
$$;

-- The coming months of every partitioned table, and p_back past months of
-- telemetry; returns how many partitions it made.
create or replace function mainstay.make_partitions(p_ahead integer,
    p_back integer default 0) returns integer
language plpgsql set search_path = ''
as $$
declare
    v_this constant date := date_trunc('month', now() at time zone 'UTC');
    v_table record;
    v_made integer := 0;
begin
    for v_table in
        select t.name, t.by_column,
               (v_this + make_interval(months => m))::date as month
          from (values ('usage_metrics', 'observed_at', p_back),
                       ('cdi_events', 'observed_at', p_back),
                       ('webhook_payloads', 'created_at', 0),
                       ('webhook_history', 'created_at', 0),
                       ('webhook_attempts', 'attempted_at', 0))
               t (name, by_column, back)
         cross join lateral generate_series(-t.back, p_ahead) m
    loop
        if mainstay.make_partition(v_table.name, v_table.month,
            v_table.by_column) then
            v_made := v_made + 1;
        end if;
    end loop;
    return v_made;
end
$$;
comment on function mainstay.make_partitions(integer, integer) is
    'Makes the missing monthly partitions of telemetry and of the queue.';

do $$
begin
    perform mainstay.make_partitions(3, 15);
end $$;

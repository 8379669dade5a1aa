-- Partitions are made by their owner, and the clock is the worker's: so this
-- is the one SECURITY DEFINER function that mainstay_owner owns. It takes a
-- number, reads no row of a tenant and returns a number.
create or replace function api.make_partitions(p_months_ahead integer)
returns integer
language plpgsql security definer set search_path = ''
as $$
begin
    if p_months_ahead not between 0 and 24 then
        raise exception using errcode = 'MS422', column = 'p_months_ahead',
            message = 'Months ahead must be between 0 and 24.';
    end if;
    -- Two clocks may strike at once.
    perform pg_advisory_xact_lock(hashtextextended('make_partitions', 0));
    return mainstay.make_partitions(p_months_ahead);
end
$$;
comment on function api.make_partitions(integer) is
    'Makes missing monthly partitions ahead of time; how many it made.';
revoke all on function api.make_partitions(integer) from public;
grant execute on function api.make_partitions(integer) to mainstay_worker,
    mainstay_migrator;

-- How things are written for people. Templates get finished text.

-- Bodies fold into the statement that uses them; so they are no less volatile
-- than to_char, which is stable, and they avoid what is slow (regular
-- expressions, subqueries).
create or replace function app.number_text(p_number bigint) returns text
language sql stable parallel safe
return to_char(p_number, 'FM9,999,999,999,999,999,990');

create or replace function app.currency_sign(p_currency text) returns text
language sql immutable parallel safe
return case p_currency
    when 'USD' then '$'
    else coalesce('{"EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹"}'::jsonb
        ->> p_currency, p_currency || ' ')
end;

-- $150,000 and, when there are cents, $150,000.50
create or replace function app.money_text(p_cents bigint,
    p_currency text default 'USD') returns text
language sql stable parallel safe
return case when p_cents < 0 then '−' else '' end
    || app.currency_sign(p_currency)
    || app.number_text(abs(p_cents) / 100)
    || case when p_cents % 100 = 0 then ''
        else '.' || lpad((abs(p_cents) % 100)::text, 2, '0') end;

-- $1.2M: at most one decimal, none from a hundred on. The bucket of an amount
-- tells the last place shown, in cents, and how the number of those is
-- written; halves are rounded up, and a decimal that is zero is left out.
create or replace function app.money_short(p_cents bigint,
    p_currency text default 'USD') returns text
language sql stable parallel safe
return case when p_cents < 0 then '−' else '' end
    || app.currency_sign(p_currency)
    || replace(to_char(
        (abs(p_cents) * 2 / (array[100, 10000, 100000, 10000000, 100000000,
            10000000000, 100000000000])[width_bucket(abs(p_cents),
            array[0, 99950, 9995000, 99950000, 9995000000, 99995000000,
                9995000000000])] + 1) / 2,
        (array['FM9990', 'FM9990"."0"K"', 'FM9990"K"', 'FM9990"."0"M"',
            'FM9990"M"', 'FM9990"."0"B"', 'FM9999999990"B"'])[width_bucket(
            abs(p_cents), array[0, 99950, 9995000, 99950000, 9995000000,
                99995000000, 9995000000000])]),
        '.0', '');

-- The same, where only a handful of amounts are written: a function of its own
-- is prepared once for all of them, not in each place.
create or replace function app.money_brief(p_cents bigint, p_currency text)
returns text
language plpgsql stable parallel safe set search_path = ''
as $$
begin
    return app.money_short(p_cents, p_currency);
end
$$;

-- 1 Mar 2027
create or replace function app.date_text(p_date date) returns text
language sql stable parallel safe
return to_char(p_date::timestamp, 'FMDD Mon YYYY');

-- 1 Mar 2027, 14:05 UTC
create or replace function app.time_text(p_at timestamptz) returns text
language sql stable parallel safe
return to_char(p_at at time zone 'UTC', 'FMDD Mon YYYY, HH24:MI "UTC"');

-- For the datetime attribute of <time>.
create or replace function app.iso_text(p_at timestamptz) returns text
language sql stable parallel safe
return to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"');

create or replace function app.count_text(p_count bigint, p_one text,
    p_many text default null) returns text
language sql stable parallel safe
return app.number_text(p_count) || ' '
    || case when p_count = 1 then p_one else coalesce(p_many, p_one || 's') end;

-- 37, and 1,000+ when more were not counted.
create or replace function app.count_up_to(p_count bigint, p_most bigint)
returns text
language sql stable parallel safe
return app.number_text(least(p_count, p_most))
    || case when p_count > p_most then '+' else '' end;

-- 3 days ago, in 2 months, just now: the largest unit that fits. Written out
-- in place this would be two hundred steps to prepare for a handful of rows;
-- so it is a function of its own, whose branches are prepared when taken.
create or replace function app.ago_text(p_at timestamptz) returns text
language plpgsql stable strict parallel safe set search_path = ''
as $$
declare
    v_signed constant bigint := trunc(date_part('epoch', now() - p_at));
    v_seconds constant bigint := abs(v_signed);
    v_count bigint;
    v_unit text;
begin
    if v_seconds < 60 then
        return 'just now';
    elsif v_seconds < 3600 then
        v_count := v_seconds / 60;
        v_unit := ' minute';
    elsif v_seconds < 86400 then
        v_count := v_seconds / 3600;
        v_unit := ' hour';
    elsif v_seconds < 60 * 86400 then
        v_count := v_seconds / 86400;
        v_unit := ' day';
    elsif v_seconds < 730 * 86400 then
        v_count := v_seconds / 2630016; -- 30.44 days
        v_unit := ' month';
    else
        v_count := v_seconds / 31557600; -- 365.25 days
        v_unit := ' year';
    end if;
    return case when v_signed < 0 then 'in ' else '' end
        || v_count::text || v_unit
        || case when v_count = 1 then '' else 's' end
        || case when v_signed > 0 then ' ago' else '' end;
end
$$;

create or replace function app.days_text(p_days integer) returns text
language sql stable parallel safe
return case
    when p_days = 1 then '1 day'
    when p_days < 60 then p_days::text || ' days'
    when p_days < 61 then '1 month'
    when p_days < 730 then (p_days * 100 / 3044)::text || ' months'
    else app.count_text(p_days * 4 / 1461, 'year')
end;

-- today, tomorrow, in 12 days, 3 days ago: as said on a day.
create or replace function app.day_text(p_date date, p_today date)
returns text
language sql stable parallel safe
return case p_date - p_today
    when 0 then 'today' when 1 then 'tomorrow' when -1 then 'yesterday'
    else case when p_date > p_today then 'in ' else '' end
        || app.days_text(abs(p_date - p_today))
        || case when p_date < p_today then ' ago' else '' end
end;

create or replace function app.day_text(p_date date) returns text
language sql stable parallel safe
return app.day_text(p_date, current_date);

create or replace function app.initials(p_name text) returns text
language sql immutable parallel safe
return upper(left(btrim(p_name), 1) || coalesce(left(
    substring(btrim(p_name) from '\s(\S)\S*$'), 1), ''));

create or replace function app.band_text(p_band text) returns text
language sql immutable parallel safe
return case p_band
    when 'healthy' then 'Healthy' when 'moderate' then 'Moderate'
    when 'at_risk' then 'At Risk' when 'critical' then 'Critical'
    else 'Not scored'
end;

-- mid_market → Mid market
create or replace function app.label_text(p_key text) returns text
language sql immutable parallel safe
return case p_key
    -- the keys of the portfolio list, by hand: it has a hundred of them
    when 'active' then 'Active'
    when 'enterprise' then 'Enterprise'
    when 'mid_market' then 'Mid market'
    when 'small_business' then 'Small business'
    else upper(left(p_key, 1)) || replace(substr(p_key, 2), '_', ' ')
end;

do $$
declare
    v_function regprocedure;
begin
    for v_function in
        select oid::regprocedure from pg_proc
         where pronamespace = 'app'::regnamespace
           and proname ~ '(_text|_short|^initials|^currency_sign|^count_up_to|^money_brief)$'
    loop
        execute format('grant execute on function %s to mainstay_app, '
            'mainstay_definer, mainstay_maint', v_function);
    end loop;
end $$;

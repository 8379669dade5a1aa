-- What pages need beyond their tables: query strings, small texts, look-ups.
--
-- Bodies are SQL-standard, so they are resolved here and not by the caller's
-- search_path, and the planner folds them into the statement that uses them.
-- It must be able to: a function that is called as such is parsed and planned
-- again by every execution, which costs more than a whole page. So: not
-- strict, no subquery, no volatility below that of the body, and arguments
-- used twice are cheap (columns of a subquery that is not pulled up).

-- Letters of other alphabets, and signs that mean something in an address.
create or replace function app.url_escape(p_text text) returns text
language plpgsql immutable strict parallel safe set search_path = ''
as $$
declare
    v_bytes constant bytea := convert_to(p_text, 'UTF8');
    v_byte integer;
    v_escaped text := '';
begin
    for i in 0 .. octet_length(v_bytes) - 1 loop
        v_byte := get_byte(v_bytes, i);
        v_escaped := v_escaped || case
            when v_byte < 128 and chr(v_byte) ~ '[A-Za-z0-9_.~-]'
                then chr(v_byte)
            else '%' || upper(lpad(to_hex(v_byte), 2, '0')) end;
    end loop;
    return v_escaped;
end
$$;

create or replace function app.url_encode(p_text text) returns text
language sql immutable parallel safe
return case
    when p_text ~ '^[A-Za-z0-9_.~ -]*$' then replace(p_text, ' ', '%20')
    else app.url_escape(p_text)
end;
comment on function app.url_encode(text) is
    'Percent-encodes a value for a query string (RFC 3986, UTF-8).';

-- '&name=value', or nothing when there is no value.
create or replace function app.url_pair(p_name text, p_value text)
returns text
language sql immutable parallel safe
return coalesce('&' || p_name || '=' || app.url_encode(p_value), '');

-- '+7', '−3', '±0', with a real minus sign.
create or replace function app.delta_text(p_delta integer) returns text
language sql immutable parallel safe
return case
    when p_delta > 0 then '+' || p_delta::text
    when p_delta < 0 then '−' || abs(p_delta)::text
    else '±0'
end;

-- A measured value at a glance: '1,204', '37.5', '0.42', '1.00e+18'.
create or replace function app.decimal_text(p_value double precision)
returns text
language sql stable parallel safe
return case
    when abs(p_value) >= 1e15 then ltrim(to_char(p_value, '9.99EEEE'))
    when abs(p_value) >= 100 then to_char(p_value, 'FM999,999,999,999,990')
    when abs(p_value) >= 10
        then (trunc(p_value * 10 + sign(p_value) / 2) / 10)::text
    else (trunc(p_value * 100 + sign(p_value) / 2) / 100 + 0)::text
end;

-- The bands of the default scorecard, best first, as stripes of a chart
-- that is 100 high.
create or replace function app.score_bands(p_tenant uuid)
returns table (band text, label text, lower_bound integer, top integer,
    height integer)
language sql stable parallel safe
begin atomic
    select b.severity, b.label, b.lower, 100 - b.upper, b.upper - b.lower
    from (
        select d.severity, d.label, d.lower,
            lag(d.lower, 1, 100) over (order by d.lower desc) as upper
        from mainstay.scorecards c
        join mainstay.scorecard_versions v
            on v.tenant_id = c.tenant_id and v.scorecard_id = c.id
                and v.status = 'published'
        cross join jsonb_to_recordset(v.document -> 'bands')
            as d (severity text, label text, lower integer)
        where c.tenant_id = p_tenant and c.is_default) b
    order by b.lower desc;
end;
comment on function app.score_bands(uuid) is
    'Bands of the default scorecard, best first; top and height in a chart '
    'of 100.';

create or replace function app.score_band(p_tenant uuid, p_score numeric)
returns table (band text, label text)
language sql stable parallel safe
begin atomic
    select b.band ->> 'severity', b.band ->> 'label'
    from mainstay.scorecards c
    join mainstay.scorecard_versions v
        on v.tenant_id = p_tenant and v.scorecard_id = c.id
            and v.status = 'published'
    cross join jsonb_array_elements(v.document -> 'bands') as b (band)
    where c.tenant_id = p_tenant and c.is_default
        and (b.band -> 'lower')::integer <= round(p_score)
    order by (b.band -> 'lower')::integer desc
    limit 1;
end;
comment on function app.score_band(uuid, numeric) is
    'The band of the default scorecard that a score falls into.';

-- {"healthy": "Excellent", …}: what the default scorecard calls the bands of
-- each severity; where it has none, what they are called elsewhere.
create or replace function app.severity_names(p_tenant uuid) returns jsonb
language plpgsql stable parallel safe set search_path = ''
as $$
begin
    return (
        select jsonb_object_agg(s.severity, coalesce(b.label,
                   app.band_text(s.severity)))
          from unnest(array['healthy', 'moderate', 'at_risk', 'critical',
                   'unscored']) s (severity)
          left join (
              select d.band, string_agg(d.label, ' / ') as label
                from app.score_bands(p_tenant) d
               group by d.band) b on b.band = s.severity);
end
$$;
comment on function app.severity_names(uuid) is
    'Names of the bands by severity, as the default scorecard has them.';

grant execute on function app.severity_names(uuid),
    app.url_escape(text), app.url_encode(text),
    app.url_pair(text, text),
    app.delta_text(integer),
    app.decimal_text(double precision),
    app.score_bands(uuid), app.score_band(uuid, numeric)
    to mainstay_app, mainstay_definer, mainstay_maint;

-- The geometry of charts, in per cent of the plot: y grows downwards. Each
-- function takes the values in their order and gives a row for each, with its
-- number n. What draws them is in templates/chart, one partial a kind.
--
-- The planner folds the bodies into the statement that uses them, if what they
-- are given are columns: a subquery as an argument keeps it from that.

-- Parts of a ring or of a bar, one after the other; what is below zero is no
-- part. dash leaves a gap after each part of a ring, unless there is only one.
create or replace function app.chart_shares(p_values double precision[])
returns table (n bigint, start double precision, share double precision,
    middle double precision, dash double precision)
language sql immutable parallel safe
begin atomic
    select s.n, trunc(s.start * 100) / 100,
           trunc(s.share * 100) / 100,
           trunc((s.start + s.share / 2) * 100) / 100,
           case when s.share > 99.9 then 100
               when s.share > 0
                   then trunc(greatest(s.share - 1, 0.2) * 100) / 100 end
      from (select v.n,
                   coalesce(100 * (sum(v.value) over (order by v.n)
                       - v.value) / nullif(sum(v.value) over (), 0), 0)
                       as start,
                   coalesce(100 * v.value
                       / nullif(sum(v.value) over (), 0), 0) as share
              from (select u.n, greatest(u.value, 0) as value
                      from unnest(p_values) with ordinality u (value, n)) v)
           s;
end;
comment on function app.chart_shares(double precision[]) is
    'Parts of a whole, one after the other: where each begins, its share, its '
    'middle, and the dash that draws it as part of a ring.';

-- Columns side by side, each a stack of parts from the ground up. p_columns
-- says which column (0, 1, …) of p_count a value belongs to; what is below
-- zero has no height. The highest column reaches 14 per cent from the top:
-- that is where its label stands.
create or replace function app.chart_stacks(p_columns integer[],
    p_values double precision[], p_count integer)
returns table (n bigint, x double precision, width double precision,
    middle double precision, top double precision, height double precision,
    head double precision)
language sql immutable parallel safe
begin atomic
    select s.n, trunc(100 * (s.col + 0.18) / p_count * 100) / 100,
           trunc(64.0 / p_count * 100) / 100,
           trunc(100 * (s.col + 0.5) / p_count * 100) / 100,
           trunc((100 - 86 * s.reached / s.most) * 100) / 100,
           trunc(86 * s.value / s.most * 100) / 100,
           trunc((100 - 86 * s.total / s.most) * 100) / 100
      from (select t.*, coalesce(nullif(max(t.total) over (), 0), 1) as most
              from (select v.n, v.col, v.value,
                           sum(v.value) over (partition by v.col
                               order by v.n) as reached,
                           sum(v.value) over (partition by v.col) as total
                      from (select u.n, u.col, greatest(u.value, 0) as value
                              from unnest(p_columns, p_values)
                                   with ordinality u (col, value, n)) v) t) s;
end;
comment on function app.chart_stacks(integer[], double precision[], integer)
is
    'Stacked columns: place and size of each part; head is the top of its '
    'column.';

-- Points of a line from left to right between two values of the axis; a value
-- that is null has none.
create or replace function app.chart_points(p_values double precision[],
    p_low double precision, p_high double precision)
returns table (n bigint, x double precision, y double precision)
language sql immutable parallel safe
begin atomic
    select v.n,
           coalesce(trunc(10000 * (v.n - 1)::double precision
               / nullif(cardinality(p_values) - 1, 0)) / 100, 50),
           case when p_high > p_low
               then trunc(10000 * (p_high - v.value) / (p_high - p_low)) / 100
               else 50 end
      from unnest(p_values) with ordinality v (value, n)
     where v.value is not null;
end;
comment on function app.chart_points(double precision[], double precision,
    double precision) is
    'Points of a line between the lowest and the highest value of its axis.';

-- The same where the values do not come at even distances: p_places says where
-- each stands, in a unit of its own.
create or replace function app.chart_points_at(p_places double precision[],
    p_values double precision[], p_low double precision,
    p_high double precision)
returns table (n bigint, x double precision, y double precision)
language sql immutable parallel safe
begin atomic
    select v.n,
           coalesce(trunc(10000 * (v.place - v.first)
               / nullif(v.last - v.first, 0)) / 100, 50),
           case when p_high > p_low
               then trunc(10000 * (p_high - v.value) / (p_high - p_low)) / 100
               else 50 end
      from (select u.*, min(u.place) over () as first,
                   max(u.place) over () as last
              from unnest(p_places, p_values)
                   with ordinality u (place, value, n)) v
     where v.value is not null;
end;
comment on function app.chart_points_at(double precision[],
    double precision[], double precision, double precision) is
    'Points of a line whose values stand at places of their own.';

-- A line and the area below it, as lists of points, which come in their order;
-- both null without any. A single point is a dash.
create or replace function app.chart_line(p_values double precision[],
    p_low double precision, p_high double precision)
returns table (line text, area text)
language sql immutable parallel safe
begin atomic
    select case when l.first = l.last
               then l.first - 3 || ',' || l.y || ' ' || l.first + 3 || ',' || l.y
               else l.line end,
           l.first || ',100 ' || l.line || ' ' || l.last || ',100'
      from (select string_agg(c.x || ',' || c.y, ' ') as line,
                   min(c.x) as first, max(c.x) as last, min(c.y) as y
              from app.chart_points(p_values, p_low, p_high) c) l;
end;
comment on function app.chart_line(double precision[], double precision,
    double precision) is
    'Points of a line at even distances, and of the area below it.';

-- Stripes behind a line, in the order given; one that has no upper bound
-- reaches the end of the axis.
create or replace function app.chart_stripes(p_lower double precision[],
    p_upper double precision[], p_low double precision,
    p_high double precision)
returns table (n bigint, top double precision, height double precision,
    middle double precision)
language sql immutable parallel safe
begin atomic
    select v.n,
           trunc(10000 * (p_high - v.upper) / (p_high - p_low)) / 100,
           trunc(10000 * (v.upper - v.lower) / (p_high - p_low)) / 100,
           trunc(10000 * (p_high - (v.upper + v.lower) / 2)
               / (p_high - p_low)) / 100
      from (select u.n, u.lower, coalesce(u.upper, p_high) as upper
              from unnest(p_lower, p_upper)
                   with ordinality u (lower, upper, n)) v;
end;
comment on function app.chart_stripes(double precision[],
    double precision[], double precision, double precision) is
    'Bands behind a line: place and height of each, and its middle.';

-- Bars that add up to p_whole, each where the one before it ends; one that
-- takes away goes back.
create or replace function app.chart_steps(p_values double precision[],
    p_whole double precision)
returns table (n bigint, x double precision, width double precision,
    is_less boolean)
language sql immutable parallel safe
begin atomic
    select v.n,
           round(10000 * least(v.reached, v.reached - v.value) / p_whole)
               / 100,
           round(10000 * abs(v.value) / p_whole) / 100, v.value < 0
      from (select u.n, u.value,
                   sum(u.value) over (order by u.n) as reached
              from unnest(p_values) with ordinality u (value, n)) v;
end;
comment on function app.chart_steps(double precision[], double precision) is
    'Bars of what adds up to a whole, one where the other ends.';

-- Bars to the right of the middle for what adds, to the left for what takes
-- away; the longest reaches the edge.
create or replace function app.chart_diverging(p_values double precision[])
returns table (n bigint, x double precision, width double precision,
    is_less boolean)
language sql immutable parallel safe
begin atomic
    select v.n,
           trunc((50 + least(0, v.part)) * 100) / 100,
           trunc(abs(v.part) * 100) / 100, v.part < 0
      from (select u.n, coalesce(50 * u.value
                       / nullif(max(abs(u.value)) over (), 0), 0) as part
              from unnest(p_values) with ordinality u (value, n)) v;
end;
comment on function app.chart_diverging(double precision[]) is
    'Bars on both sides of a middle, as contributions that add up.';

-- Steps 1 to 4 of a heat map, 0 for nothing.
create or replace function app.chart_levels(p_values double precision[])
returns table (n bigint, level integer)
language sql immutable parallel safe
begin atomic
    select v.n, case when v.value > 0
               then ceil(4 * v.value / max(v.value) over ())::integer
               else 0 end
      from unnest(p_values) with ordinality v (value, n);
end;
comment on function app.chart_levels(double precision[]) is
    'How dark each cell of a heat map is, from 0 to 4.';

do $$
declare
    v_function regprocedure;
begin
    for v_function in
        select oid::regprocedure from pg_proc
         where pronamespace = 'app'::regnamespace and proname ~ '^chart_'
    loop
        execute format('grant execute on function %s to mainstay_app, '
            'mainstay_definer, mainstay_maint', v_function);
    end loop;
end $$;

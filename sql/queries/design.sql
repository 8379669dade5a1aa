-- The page of components: charts in every state, drawn by chart.sql.

-- name: design_charts
-- A row for each state, with what each partial of templates/chart takes.
with state as materialized (
    select s.*, 'd-' || s.n as id, least(0, (
            select min(v) from unnest(s.values) v)) as low,
        array(select generate_series(0, cardinality(s.values) - 1)) as places,
        array['critical', 'at_risk', 'moderate', 'healthy'] as tones,
        array['Critical', 'At Risk', 'Moderate', 'Healthy'] as labels,
        array['May', 'June', 'July', 'August'] as months
    from (values (1, 'With data', array[12, 31, 47, 86]::float8[]),
        (2, 'Empty', array[]::float8[]),
        (3, 'One value', array[62]::float8[]),
        (4, 'Below zero', array[24, -12, 8, -30]::float8[]))
        s (n, title, values)
), drawn as materialized (
    select s.n, d.n as at, s.tones[d.n] as tone, s.labels[d.n] as label,
        s.months[d.n] as month, s.values[d.n] as value,
        replace(s.values[d.n]::text, '-', '−') as text,
        d.start, d.share, d.middle, d.dash,
        c.x, c.width, c.middle as center, c.top, c.height, c.head,
        p.x as px, p.y, b.x as bx, b.width as bwidth, b.is_less,
        t.x as sx, t.width as swidth, t.is_less as sless, l.level
    from state s
    cross join lateral app.chart_shares(s.values) d
    join lateral app.chart_stacks(s.places, s.values, 4) c on c.n = d.n
    join lateral app.chart_points(s.values, s.low, 100) p on p.n = d.n
    join lateral app.chart_diverging(s.values) b on b.n = d.n
    join lateral app.chart_steps(s.values, 200) t on t.n = d.n
    join lateral app.chart_levels(s.values) l on l.n = d.n
)
select s.id, s.title as state,
    json_build_object('id', s.id || '-parts', 'title', 'Accounts by health',
        'desc', coalesce(string_agg(d.label || ' ' || d.text, ', '
            order by d.at), 'No accounts'),
        'value', coalesce(sum(greatest(d.value, 0)), 0), 'unit', 'accounts',
        'share', json_build_object('id', s.id || '-share'),
        'head', json_build_array('Health', 'Accounts'),
        'parts', coalesce(json_agg(json_build_object('tone', d.tone,
            'dash', d.dash, 'start', d.start, 'share', d.share,
            'middle', d.middle, 'text', case when d.share > 8 then d.text end)
            order by d.at) filter (where d.at is not null), '[]'),
        'series', coalesce(json_agg(json_build_object('label', d.label,
            'tone', d.tone, 'cells', json_build_array(d.text))
            order by d.at) filter (where d.at is not null), '[]')) as whole,
    json_build_object('id', s.id || '-columns', 'title', 'Moves by month',
        'desc', coalesce(string_agg(d.month || ' ' || d.text, ', '
            order by d.at), 'No moves'),
        'columns', coalesce(json_agg(json_build_object('middle', d.center,
            'head', d.head, 'text', d.text, 'label', d.month)
            order by d.at) filter (where d.at is not null), '[]'),
        'series', coalesce(json_agg(json_build_object('label', d.label,
            'tone', d.tone, 'parts', json_build_array(json_build_object(
                'x', d.x, 'width', d.width, 'top', d.top,
                'height', d.height))) order by d.at)
            filter (where d.at is not null), '[]')) as stacks,
    json_build_object('id', s.id || '-line', 'title', 'Score by month',
        'desc', coalesce(string_agg(d.month || ' ' || d.text, ', '
            order by d.at), 'No scores'),
        'line', (select line from app.chart_line(s.values, s.low, 100)),
        'area', (select area from app.chart_line(s.values, s.low, 100)),
        'points', coalesce(json_agg(json_build_object('x', d.px, 'y', d.y,
            'text', d.month || ': ' || d.text) order by d.at)
            filter (where d.at is not null), '[]'),
        'bands', (
            select json_agg(json_build_object('tone', t.tone, 'label', t.label,
                'top', c.top, 'height', c.height, 'middle', c.middle)
                order by c.n)
            from app.chart_stripes(array[s.low, 40, 60, 80],
                array[40, 60, 80, null], s.low, 100) c
            join unnest(s.tones, s.labels) with ordinality t (tone, label, n)
                on t.n = c.n),
        'from_text', min(d.month) filter (where d.at = 1),
        'to_text', min(d.month) filter (where d.at = cardinality(s.values)))
        as course,
    json_agg(json_build_object('label', d.label, 'points_text', d.text,
        'bar', json_build_object('x', d.sx, 'width', d.swidth,
            'is_less', d.sless)) order by d.at)
        filter (where d.at is not null) as steps,
    json_agg(json_build_object('label', d.label, 'points_text', d.text,
        'bar', json_build_object('is_change', true, 'x', d.bx,
            'width', d.bwidth, 'is_less', d.is_less)) order by d.at)
        filter (where d.at is not null) as changes,
    json_build_object('title', 'Runs by month, ' || lower(s.title),
        'head', coalesce(json_agg(d.month order by d.at)
            filter (where d.at is not null), '[]'),
        'rows', case when count(d.at) > 0 then json_build_array(
            json_build_object('label', 'Runs', 'cells', json_agg(
                json_build_object('text', d.text, 'level', d.level)
                order by d.at))) else '[]' end) as heat
from state s
left join drawn d on d.n = s.n
group by s.n, s.id, s.title, s.low, s.values, s.tones, s.labels
order by s.n;

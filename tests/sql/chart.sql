-- chart.sql - the geometry of charts.

begin;
select plan(28);

select is((select array_agg(c.share order by c.n)
    from app.chart_shares(array[1, 2, 1]) c), array[25, 50, 25]::float8[],
    'parts are shares of their sum');
select is((select array_agg(c.start order by c.n)
    from app.chart_shares(array[1, 2, 1]) c), array[0, 25, 75]::float8[],
    'a part begins where the one before it ends');
select is((select array_agg(c.dash order by c.n)
    from app.chart_shares(array[0, 4, 0]) c), array[null, 100, null]::float8[],
    'a single part closes the ring, one of nothing is not drawn');
select ok((select bool_and(c.dash between 0.2 and c.share)
    from app.chart_shares(array[1000, 500, 250]) c where c.share > 1),
    'parts of a ring leave a gap');
select is((select array_agg(c.share) from app.chart_shares(array[0, 0]) c),
    array[0, 0]::float8[], 'parts of nothing have no size');
select is((select array_agg(c.share order by c.n)
    from app.chart_shares(array[3, -2, 1]) c), array[75, 0, 25]::float8[],
    'what is below zero is no part');

select is((select array_agg(c.height order by c.n)
    from app.chart_stacks(array[0, 1], array[1, 2], 2) c),
    array[43, 86]::float8[], 'columns are as high as their values');
select is((select array_agg(c.top + c.height order by c.n)
    from app.chart_stacks(array[0, 0, 1], array[1, 1, 4], 2) c),
    array[100, 78.5, 100]::float8[], 'parts of a column stand on each other');
select is((select array_agg(distinct c.head)
    from app.chart_stacks(array[0, 0], array[3, 4], 1) c), array[14]::float8[],
    'the head of a stack is the top of its last part');
select ok((select bool_and(c.x >= 0 and c.x + c.width <= 100)
    from app.chart_stacks(array(select generate_series(0, 11)),
        array_fill(1.0::float8, array[12]), 12) c),
    'twelve columns fit into the plot');
select is((select array_agg(c.height)
    from app.chart_stacks(array[0], array[0], 1) c), array[0]::float8[],
    'a chart of nothing is flat');
select is((select array_agg(c.height order by c.n)
    from app.chart_stacks(array[0, 1], array[-5, 5], 2) c),
    array[0, 86]::float8[], 'a column of less than nothing has no height');
select is((select array_agg(c.dash)
    from app.chart_shares('{}') c), null, 'a ring of nothing has no parts');

select is((select string_agg(c.x || ',' || c.y, ' ' order by c.n)
    from app.chart_points(array[0, 50, 100], 0, 100) c),
    '0,100 50,50 100,0', 'the largest value is at the top');
select is((select string_agg(c.x || ',' || c.y, ' ' order by c.n)
    from app.chart_points(array[1, null, 3], 1, 3) c), '0,100 100,0',
    'a value that is not known has no point');
select is((select string_agg(c.x || ',' || c.y, ' ')
    from app.chart_points(array[7], 7, 7) c), '50,50',
    'a single value is in the middle');

select is((select string_agg(c.x || ',' || c.y, ' ' order by c.n)
    from app.chart_points(array[-10, 10], -10, 30) c), '0,100 100,50',
    'what is below zero has its place on the axis');

select is((select string_agg(c.x || ',' || c.y, ' ' order by c.n)
    from app.chart_points_at(array[100, 110, 140], array[0, 50, 100], 0, 100)
        c), '0,100 25,50 100,0', 'a point stands where its time is');
select is((select string_agg(c.x || ',' || c.y, ' ')
    from app.chart_points_at(array[1e9], array[80], 0, 100) c), '50,20',
    'a single time is in the middle');

select is((select c.line || '; ' || c.area
    from app.chart_line(array[null, 1, 2], 0, 2) c),
    '50,50 100,0; 50,100 50,50 100,0 100,100',
    'the area below a line ends where the line does');
select is((select c.line from app.chart_line(array[5], 0, 10) c),
    '47,50 53,50', 'a single value is a dash');
select is((select array[c.line, c.area]
    from app.chart_line('{}', 0, 1) c), array[null, null],
    'no value gives no line');

select is((select string_agg(format('%s+%s@%s', c.top, c.height, c.middle),
        ' ' order by c.n)
    from app.chart_stripes(array[80, 60, 0], array[null, 80, 60], 0, 100) c),
    '0+20@10 20+20@30 40+60@70', 'stripes lie on one another up to the top');

select is((select string_agg(format('%s+%s%s', c.x, c.width,
        case when c.is_less then ' less' end), '; ' order by c.n)
    from app.chart_steps(array[26.3, 20.2, -11.5], 100) c),
    '0+26.3; 26.3+20.2; 35+11.5 less',
    'a step begins where the one before it ends, and may go back');
select is((select count(*) from app.chart_steps('{}', 100)), 0::bigint,
    'nothing makes no step');

select is((select string_agg(format('%s+%s%s', c.x, c.width,
        case when c.is_less then ' less' end), '; ' order by c.n)
    from app.chart_diverging(array[10, -5, 0]) c),
    '50+50; 25+25 less; 50+0', 'what takes away goes to the left');
select is((select array_agg(c.level order by c.n)
    from app.chart_levels(array[0, 1, 5, 20]) c), array[0, 1, 1, 4],
    'the largest cell of a heat map is the darkest');
select is((select array_agg(c.level)
    from app.chart_levels(array[0, 0]) c), array[0, 0],
    'a heat map of nothing is blank');

select * from finish();
rollback;

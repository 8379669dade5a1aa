-- An explanation reads a score and its scorecard once, and passes on what it
-- found: explain.sql.

create type mainstay.scorecard_metric as (
    place integer, dimension text, dimension_weight numeric, key text,
    label text, weight numeric, source text, name text, aggregation text,
    span interval, carry interval, transform text, low numeric, high numeric,
    bounds numeric[], stairs numeric[], target numeric, per text,
    factor numeric, missing text, has_exception boolean
);
comment on type mainstay.scorecard_metric is
    'A row of mainstay.scorecard_metrics.';

create type mainstay.score_line as (
    place bigint, is_metric boolean, key text, label text, weight numeric,
    value numeric, raw numeric, points numeric, last_at timestamptz,
    state text, source text, name text, aggregation text, transform text,
    span interval, raw_text text
);
comment on type mainstay.score_line is
    'A metric beside what it was in a score, or what no metric added to it.';

create type mainstay.score_reading as (
    document jsonb, label text, metrics mainstay.scorecard_metric[],
    lines mainstay.score_line[]
);
comment on type mainstay.score_reading is
    'A score as its scorecard reads it; label names the version.';

drop function if exists mainstay.version_of(mainstay.health_scores);
drop function if exists mainstay.score_lines(jsonb, jsonb);
drop function if exists mainstay.score_sentence(jsonb, integer, text,
    boolean, jsonb);
drop function if exists mainstay.missing_facts(jsonb, jsonb, timestamptz);
drop function if exists mainstay.line_changes(jsonb, jsonb, jsonb, jsonb);
drop function if exists mainstay.smallest_change(jsonb, jsonb, jsonb, jsonb,
    jsonb, integer);
drop function if exists mainstay.next_band(mainstay.health_scores, jsonb);

-- Tables of charts name their first column now.
truncate mainstay.portfolio_pages;

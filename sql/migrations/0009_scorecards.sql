-- Scorecards that explain themselves: which one applies to whom, what a
-- score was made of, and the accounts that wait to be scored again.

alter table mainstay.scorecards
    add column position integer not null default 0,
    add column applies_to jsonb not null default '{}'
        check (jsonb_typeof(applies_to) = 'object');
comment on column mainstay.scorecards.applies_to is
    '{"stage": […], "tier": […], "segment": […]}: an account must match each '
    'key that is there; segment is crm_attributes.segment. The first '
    'scorecard by position that has a rule, matches and is published applies; '
    'else the default one.';
comment on column mainstay.scorecards.position is
    'Which rule is asked first; the default scorecard is asked last.';

-- Weights belong to a version, which never changes, not to a stage.
drop view if exists mainstay.lifecycle_stages;
alter table mainstay.journey_stages drop column weights;

alter table mainstay.health_scores
    add column exact_score numeric(9, 6)
        check (exact_score between 0 and 100),
    add column band_key text,
    add column given jsonb not null default '{}'
        check (jsonb_typeof(given) = 'object'),
    add column has_given boolean not null
        generated always as (given <> '{}') stored;
comment on column mainstay.health_scores.exact_score is
    'Before rounding and exceptions; null when the score was given.';
comment on column mainstay.health_scores.band is
    'Severity of the band, the same four everywhere; the scorecard''s own '
    'names are band_key and risk_level.';
comment on column mainstay.health_scores.given is
    'Component scores that came with this row, {"usage": 30, …}: facts for '
    'metrics with the source component.';
comment on column mainstay.health_scores.inputs is
    'Raw value of each metric that had one, by its key.';
comment on column mainstay.health_scores.contributions is
    'List of {key, label, dimension, weight, value, raw, points, facts, '
    'last_at, state}; weight is the share of 100, value is 0 to 100, state is '
    'used, carried, zero, neutral or missing. Points add up to the score '
    'exactly: what rounding, an exception or a given score adds stands in an '
    'entry of its own (key rounding, exception or given).';
create index health_scores_given_idx on mainstay.health_scores
    (tenant_id, account_id, observed_at desc) where has_given;

-- Rows from before this migration: the parts that came with them.
alter table mainstay.health_scores disable trigger user;
alter table mainstay.health_scores no force row level security;
update mainstay.health_scores h
   set given = jsonb_strip_nulls(jsonb_build_object('usage', h.usage_score,
           'engagement', h.engagement_score,
           'support_sentiment', h.support_sentiment_score,
           'adoption', h.adoption_score)),
       band_key = h.band;
alter table mainstay.health_scores force row level security;
alter table mainstay.health_scores enable trigger user;

-- Documents from before this migration: each component becomes a dimension
-- with one metric.
alter table mainstay.scorecard_versions disable trigger user;
alter table mainstay.scorecard_versions no force row level security;
update mainstay.scorecard_versions v
   set document = jsonb_build_object('dimensions', (
           select jsonb_agg(jsonb_build_object('key', c.value ->> 'key',
                      'label', c.value ->> 'label',
                      'weight', c.value -> 'weight',
                      'metrics', jsonb_build_array(jsonb_build_object(
                          'key', c.value ->> 'key',
                          'label', c.value ->> 'label',
                          'source', jsonb_build_object('kind', 'component',
                              'name', c.value ->> 'key'))))
                  order by c.position)
             from jsonb_array_elements(v.document -> 'components')
                  with ordinality c (value, position)),
       'bands', (
           select jsonb_agg(b.value || jsonb_build_object('severity',
                      b.value ->> 'key') order by b.position)
             from jsonb_array_elements(v.document -> 'bands')
                  with ordinality b (value, position)))
 where v.document ? 'components';
alter table mainstay.scorecard_versions force row level security;
alter table mainstay.scorecard_versions enable trigger user;
comment on column mainstay.scorecard_versions.document is
    'Dimensions with their metrics, bands, and what else mainstay.evaluate '
    'needs; see docs/health.md. mainstay.scorecard_problems says what is '
    'wrong with one.';

alter table mainstay.accounts add column health_label text;
alter table mainstay.accounts disable trigger user;
alter table mainstay.accounts no force row level security;
alter table mainstay.health_scores no force row level security;
update mainstay.accounts a set health_label = h.risk_level
  from mainstay.health_scores h
 where h.tenant_id = a.tenant_id and h.account_id = a.id and h.is_current;
alter table mainstay.health_scores force row level security;
alter table mainstay.accounts force row level security;
alter table mainstay.accounts enable trigger user;
comment on column mainstay.accounts.health_label is
    'What the scorecard calls the band; health_band is its severity.';

-- A number that is none would spoil every sum it enters.
alter table mainstay.usage_metrics add constraint usage_metrics_value_check
    check (metric_value > '-Infinity' and metric_value < 'Infinity');

create table mainstay.health_queue (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    account_id uuid not null,
    queued_at timestamptz not null default now(),
    primary key (tenant_id, account_id),
    foreign key (tenant_id, account_id)
        references mainstay.accounts (tenant_id, id) on delete cascade
);
create index health_queue_queued_idx on mainstay.health_queue (queued_at);
create table mainstay.health_runs (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    accounts integer not null check (accounts >= 0),
    reason text not null check (reason in ('sweep', 'request', 'publish')),
    requested_by uuid,
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, requested_by)
        references mainstay.profiles (tenant_id, user_id)
        on delete set null (requested_by)
);
create index health_runs_created_idx
    on mainstay.health_runs (tenant_id, created_at desc);
create index health_runs_requested_by_idx
    on mainstay.health_runs (tenant_id, requested_by);
comment on table mainstay.health_runs is
    'Each time all accounts of a tenant were queued to be scored again: the '
    'daily sweep, on request, or because a version was published. Done when '
    'none of the tenant waits in health_queue any more.';

comment on table mainstay.health_queue is
    'Accounts that wait to be scored again, each once.';

-- The engine replaced them.
drop function if exists mainstay.weigh(jsonb, jsonb, integer);
drop function if exists mainstay.band_of(jsonb, integer);
drop function if exists mainstay.standard_scorecard();

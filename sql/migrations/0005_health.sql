-- Health: scorecards, the scores they give, and the kept sums of a portfolio.

create domain mainstay.version_status as text
    check (value in ('draft', 'published', 'retired'));
create domain mainstay.score_source as text
    check (value in ('computed', 'imported', 'override'));

create table mainstay.scorecards (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    name text not null check (length(btrim(name)) between 1 and 100),
    description text,
    is_default boolean not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, name)
);
create unique index scorecards_default_key
    on mainstay.scorecards (tenant_id) where is_default;
comment on table mainstay.scorecards is
    'A way to score accounts. The default one applies where no rule says '
    'otherwise.';

create table mainstay.scorecard_versions (
    tenant_id uuid not null default app.current_tenant_id(),
    id uuid not null default gen_random_uuid(),
    scorecard_id uuid not null,
    version integer not null check (version > 0),
    status mainstay.version_status not null default 'draft',
    document jsonb not null check (jsonb_typeof(document) = 'object'),
    published_at timestamptz,
    published_by uuid,
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, scorecard_id, version),
    foreign key (tenant_id, scorecard_id)
        references mainstay.scorecards (tenant_id, id) on delete cascade,
    foreign key (tenant_id, published_by)
        references mainstay.profiles (tenant_id, user_id)
        on delete set null (published_by)
);
create unique index scorecard_versions_published_key
    on mainstay.scorecard_versions (tenant_id, scorecard_id)
    where status = 'published';
create index scorecard_versions_published_by_idx
    on mainstay.scorecard_versions (tenant_id, published_by);
comment on table mainstay.scorecard_versions is
    'Versions of a scorecard: draft, then published, then retired. The '
    'document of a version that was published never changes.';
comment on column mainstay.scorecard_versions.document is
    '{"components": [{key, label, weight}], "bands": [{key, label, lower, '
    'colour}]}; bands from the highest lower bound to 0.';

create table mainstay.health_scores (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    account_id uuid not null,
    scorecard_version_id uuid,
    overall_score integer not null check (overall_score between 0 and 100),
    usage_score integer check (usage_score between 0 and 100),
    engagement_score integer check (engagement_score between 0 and 100),
    support_sentiment_score integer
        check (support_sentiment_score between 0 and 100),
    adoption_score integer check (adoption_score between 0 and 100),
    risk_level text not null,
    band mainstay.health_band not null,
    previous_score integer check (previous_score between 0 and 100),
    trend mainstay.health_trend not null default 'unknown',
    source mainstay.score_source not null default 'computed',
    is_current boolean not null default false,
    inputs jsonb not null default '{}',
    contributions jsonb not null default '[]',
    note text check (length(note) <= 2000),
    observed_at timestamptz not null default now(),
    recorded_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    created_by uuid,
    primary key (tenant_id, id),
    foreign key (tenant_id, account_id)
        references mainstay.accounts (tenant_id, id) on delete cascade,
    foreign key (tenant_id, scorecard_version_id)
        references mainstay.scorecard_versions (tenant_id, id)
        on delete no action,
    foreign key (tenant_id, created_by)
        references mainstay.profiles (tenant_id, user_id)
        on delete set null (created_by)
) with (fillfactor = 90);
create unique index health_scores_current_key
    on mainstay.health_scores (tenant_id, account_id) where is_current;
create index health_scores_account_idx on mainstay.health_scores
    (tenant_id, account_id, observed_at desc, recorded_at desc);
create index health_scores_observed_idx
    on mainstay.health_scores (tenant_id, observed_at desc);
create index health_scores_version_idx
    on mainstay.health_scores (tenant_id, scorecard_version_id);
create index health_scores_created_by_idx
    on mainstay.health_scores (tenant_id, created_by);
comment on table mainstay.health_scores is
    'Every score an account ever had. Rows never change, but for is_current.';
comment on column mainstay.health_scores.overall_score is
    'Left out: computed from the parts by the default scorecard. Given: kept '
    'as given, and source becomes imported.';
comment on column mainstay.health_scores.risk_level is
    'Label of the band, as shown to people.';
comment on column mainstay.health_scores.trend is
    'Against previous_score: more than 2 points up improving, more than 2 '
    'down declining, else stable; unknown without a previous score.';
comment on column mainstay.health_scores.is_current is
    'The score with the latest observed_at; exactly one per account.';
comment on column mainstay.health_scores.contributions is
    'List of {key, label, weight, value, points}; points add up to the score '
    'exactly: what rounding, or a given score, adds stands in an entry of '
    'its own (key rounding or given).';

create table mainstay.health_overrides (
    tenant_id uuid not null default app.current_tenant_id(),
    id uuid not null default gen_random_uuid(),
    account_id uuid not null,
    score integer not null check (score between 0 and 100),
    reason text not null check (length(btrim(reason)) between 1 and 2000),
    expires_at timestamptz not null,
    ended_at timestamptz,
    created_by uuid,
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, account_id)
        references mainstay.accounts (tenant_id, id) on delete cascade,
    foreign key (tenant_id, created_by)
        references mainstay.profiles (tenant_id, user_id)
        on delete set null (created_by)
);
create unique index health_overrides_open_key
    on mainstay.health_overrides (tenant_id, account_id)
    where ended_at is null;
create index health_overrides_account_idx
    on mainstay.health_overrides (tenant_id, account_id, created_at desc);
create index health_overrides_created_by_idx
    on mainstay.health_overrides (tenant_id, created_by);
comment on table mainstay.health_overrides is
    'A score set by a person, with a reason and an end; the calculated score '
    'stays beside it.';

create domain mainstay.rollup_kind as text
    check (value in ('band', 'stage', 'renewal', 'month'));

create table mainstay.portfolio_rollups (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    kind mainstay.rollup_kind not null,
    key text collate "C" not null,
    accounts bigint not null,
    arr_cents bigint not null,
    score_sum bigint not null,
    score_count bigint not null,
    score_arr_sum numeric not null,
    scored_arr_cents bigint not null,
    created_at timestamptz not null default now(),
    primary key (tenant_id, id)
);
create index portfolio_rollups_key_idx
    on mainstay.portfolio_rollups (tenant_id, kind, key);
comment on table mainstay.portfolio_rollups is
    'A ledger of differences: the sums of its rows are the sums over the '
    'accounts that have not churned. Triggers on accounts append, '
    'api.compact_rollups folds.';
comment on column mainstay.portfolio_rollups.key is
    'band: band key or unknown. stage: stage name or empty. renewal: the '
    'date as YYYY-MM-DD or never. month: that of the renewal as YYYY-MM.';
comment on column mainstay.portfolio_rollups.score_sum is
    'Sum of the scores of the accounts that have one (score_count of them).';
comment on column mainstay.portfolio_rollups.score_arr_sum is
    'Sum of score × arr_cents, for the average weighted by revenue: divide by '
    'scored_arr_cents.';

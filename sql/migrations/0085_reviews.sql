-- Business reviews: what was prepared, said and agreed, with the figures of
-- the day. What is to be done after one is a task.

create domain mainstay.review_type as text
    check (value in ('weekly', 'monthly', 'quarterly', 'annual', 'executive',
        'strategic'));
create domain mainstay.review_status as text
    check (value in ('scheduled', 'held', 'cancelled'));

create table mainstay.business_reviews (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    account_id uuid not null,
    type mainstay.review_type not null default 'quarterly',
    status mainstay.review_status not null default 'scheduled',
    scheduled_at timestamptz not null,
    held_at timestamptz,
    owner_id uuid,
    attendees text[] not null default '{}',
    agenda text[] not null default '{}',
    achievements text[] not null default '{}',
    challenges text[] not null default '{}',
    decisions text[] not null default '{}',
    next_steps text[] not null default '{}',
    overall_rating integer check (overall_rating between 1 and 5),
    feedback text check (length(feedback) <= 5000),
    follow_up_on date,
    figures jsonb check (jsonb_typeof(figures) = 'object'),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, account_id)
        references mainstay.accounts (tenant_id, id) on delete cascade,
    foreign key (tenant_id, owner_id)
        references mainstay.profiles (tenant_id, user_id)
        on delete set null (owner_id),
    check ((status = 'held') = (held_at is not null)),
    check ((status = 'held') = (figures is not null))
);
create index business_reviews_account_idx
    on mainstay.business_reviews (tenant_id, account_id, scheduled_at desc,
        id);
create index business_reviews_status_idx
    on mainstay.business_reviews (tenant_id, status, scheduled_at, id);
create index business_reviews_owner_idx
    on mainstay.business_reviews (tenant_id, owner_id, status, scheduled_at,
        id);
comment on table mainstay.business_reviews is
    'A business review with an account: its preparation, what was said and '
    'agreed, and the figures of the day it was held.';
comment on column mainstay.business_reviews.tenant_id is
    'The organisation it belongs to.';
comment on column mainstay.business_reviews.id is 'Its id here.';
comment on column mainstay.business_reviews.account_id is
    'The account that is reviewed.';
comment on column mainstay.business_reviews.type is
    'How often or how high: weekly, monthly, quarterly, annual, executive, '
    'strategic.';
comment on column mainstay.business_reviews.status is
    'Scheduled, held or cancelled.';
comment on column mainstay.business_reviews.scheduled_at is
    'When it is to begin.';
comment on column mainstay.business_reviews.held_at is
    'When it was held.';
comment on column mainstay.business_reviews.owner_id is
    'User id of who leads it.';
comment on column mainstay.business_reviews.attendees is 'Who takes part.';
comment on column mainstay.business_reviews.agenda is
    'What is to be talked about.';
comment on column mainstay.business_reviews.achievements is
    'What went well.';
comment on column mainstay.business_reviews.challenges is
    'What is in the way.';
comment on column mainstay.business_reviews.decisions is
    'What was decided.';
comment on column mainstay.business_reviews.next_steps is
    'What comes next, apart from the tasks.';
comment on column mainstay.business_reviews.overall_rating is
    'How the customer rates it, 1 to 5.';
comment on column mainstay.business_reviews.feedback is
    'What the customer says about it.';
comment on column mainstay.business_reviews.follow_up_on is
    'When to ask again.';
comment on column mainstay.business_reviews.figures is
    'Score, revenue, usage, tickets and goals of the day it was held; they '
    'never change.';
comment on column mainstay.business_reviews.created_at is
    'When it was entered.';
comment on column mainstay.business_reviews.updated_at is
    'When it was last changed.';

-- Protected again when the policies are made.
alter table mainstay.tasks no force row level security;
alter table mainstay.tasks
    add column review_id uuid,
    add foreign key (tenant_id, review_id)
        references mainstay.business_reviews (tenant_id, id)
        on delete set null (review_id);
create index tasks_review_idx on mainstay.tasks (tenant_id, review_id)
    where review_id is not null;
comment on column mainstay.tasks.review_id is
    'The business review it was agreed in.';

-- When the next review of an account is due follows from its tier, so that a
-- changed tier moves all its accounts and writes none of them.
alter table mainstay.accounts no force row level security;
alter table mainstay.accounts
    add column last_review_on date,
    add column review_from date not null generated always as (
        coalesce(last_review_on, contract_start_date,
            (created_at at time zone 'UTC')::date)) stored,
    add column is_first_month boolean not null generated always as (
        coalesce(last_review_on < coalesce(contract_start_date,
            (created_at at time zone 'UTC')::date) + 30, true)) stored;
create index accounts_review_idx
    on mainstay.accounts (tenant_id, tier, is_first_month, review_from, id)
    where status in ('active', 'onboarding');
comment on column mainstay.accounts.last_review_on is
    'Day of the last business review; kept by trigger.';
comment on column mainstay.accounts.review_from is
    'From when the days to the next business review are counted: the last '
    'one, else the begin of the contract.';
comment on column mainstay.accounts.is_first_month is
    'Whether that is within thirty days of the begin of the contract.';

alter table mainstay.account_tiers no force row level security;
alter table mainstay.account_tiers
    add column first_review_days integer
        check (first_review_days between 1 and 30);
comment on column mainstay.account_tiers.first_review_days is
    'Days from one business review to the next in the first month; null: as '
    'later.';
update mainstay.account_tiers set first_review_days = 7
 where tier = 'enterprise' and review_days is not null;

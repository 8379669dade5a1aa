-- Roll-up: what a parent and everything below it come to.

create domain mainstay.health_rollup as text
    check (value in ('own', 'average', 'arr_weighted', 'worst'));

alter table mainstay.accounts
    add column health_rollup mainstay.health_rollup not null default 'own',
    add constraint accounts_depth check (hierarchy_level between 0 and 63);
comment on column mainstay.accounts.health_rollup is
    'How the group health of this account follows from the scores of the '
    'account itself and of all accounts below it, at any depth. Accounts '
    'that are churned or have no score are left out. own: its own score; '
    'average: the mean of the scores; arr_weighted: their mean weighted by '
    'arr_cents, within each currency, and currencies by their number of '
    'paying accounts; worst: the lowest score. Rounded half up. The rules of '
    'accounts below do not matter, and the own score never changes by it.';
comment on constraint accounts_depth on mainstay.accounts is
    '64 levels: the path of the deepest still fits into an index.';

-- All that a roll-up reads of an account, so that it reads the index alone.
-- The columns cost no additional index writes: each of them, or one that
-- changes with it, is indexed anyway.
drop index mainstay.accounts_path_idx;
create index accounts_path_idx on mainstay.accounts (tenant_id, hierarchy_path)
    include (status, currency, health_score, arr_cents);
comment on index mainstay.accounts_path_idx is
    'Subtrees as ranges, with what a roll-up sums.';

-- Reading the index alone works for pages that vacuum has seen since they
-- were written to.
alter table mainstay.accounts set (autovacuum_vacuum_scale_factor = 0.05);

-- The first of ten thousand subsidiaries by name, without sorting them.
drop index mainstay.accounts_parent_idx;
create index accounts_parent_idx
    on mainstay.accounts (tenant_id, parent_id, name_key, id);

-- Accounts as the API answers them. Their filters and sorts are those of the
-- list (account_filter.sql), whose columns are here too.
drop view if exists resource.accounts;
create view resource.accounts with (security_invoker = true) as
select a.tenant_id, a.id, a.name, a.parent_id, a.external_id, a.tier,
       a.status, a.csm_id, a.arr, a.currency, a.contract_start_date,
       a.contract_end_date, a.renewal_date, a.industry, a.current_stage,
       a.stage_entered_at, a.health_score, a.health_band, a.health_trend,
       a.previous_health_score, a.health_scored_at, a.last_contact_at,
       a.crm_attributes, a.created_at, a.updated_at, a.name_key, a.arr_cents,
       a.health_sort, a.renewal_sort, a.hierarchy_path
  from mainstay.accounts a;
comment on view resource.accounts is 'Customers of the tenant.';
comment on column resource.accounts.id is 'Its id here.';
comment on column resource.accounts.name is 'What the customer is called.';
comment on column resource.accounts.parent_id is 'The account above it.';
comment on column resource.accounts.tier is 'Its size.';
comment on column resource.accounts.status is
    'Apart from stage and health.';
comment on column resource.accounts.arr is
    'Annual recurring revenue, a decimal of the currency.';
comment on column resource.accounts.currency is
    'Three letters, such as USD.';
comment on column resource.accounts.contract_start_date is
    'When the contract began.';
comment on column resource.accounts.contract_end_date is
    'When the contract ends.';
comment on column resource.accounts.renewal_date is 'The next renewal.';
comment on column resource.accounts.industry is 'What it does.';
comment on column resource.accounts.stage_entered_at is
    'Since when it is in this stage.';
comment on column resource.accounts.health_band is 'The range of the score.';
comment on column resource.accounts.health_trend is
    'Against the scores before.';
comment on column resource.accounts.previous_health_score is
    'The score before.';
comment on column resource.accounts.health_scored_at is
    'When it was scored.';
comment on column resource.accounts.last_contact_at is
    'When it was last spoken to.';
comment on column resource.accounts.created_at is 'When it was added.';
comment on column resource.accounts.updated_at is 'When it last changed.';
comment on column resource.accounts.name_key is '-';
comment on column resource.accounts.arr_cents is '-';
comment on column resource.accounts.health_sort is '-';
comment on column resource.accounts.renewal_sort is '-';
comment on column resource.accounts.hierarchy_path is '-';
call mainstay.make_resource('accounts',
    '{name=name_key,arr=arr_cents,health=health_sort,renewal=renewal_sort,'
    'stage=current_stage,days=stage_entered_at,owner=csm_id,status,tier}',
    p_includes => '{"parent": {"noun": "accounts", "by": "parent_id"},
        "csm": {"noun": "people", "by": "csm_id"},
        "current_score": {"noun": "current_scores", "by": "id"},
        "contacts": {"noun": "contacts", "of": "account_id"}}',
    p_required => '{arr}', p_list => 'account');

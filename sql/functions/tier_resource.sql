-- Tiers as the API shows and takes them. What may be written is in tier.sql.

drop view if exists resource.account_tiers;
create view resource.account_tiers with (security_invoker = true) as
select t.tenant_id, t.id, t.tier,
       round(t.arr_from_cents / 100.0, 2) as arr_from,
       mainstay.tenant_currency(t.tenant_id) as currency, t.accounts_per_csm,
       t.response_hours, t.onboarding_days, t.review_days, t.updated_at
  from mainstay.account_tiers t;
comment on view resource.account_tiers is
    'Tiers and what their accounts are promised.';
comment on column resource.account_tiers.id is 'Its id.';
comment on column resource.account_tiers.tier is 'Which one it is.';
comment on column resource.account_tiers.arr_from is
    'The ARR it begins at, a decimal of the currency.';
comment on column resource.account_tiers.currency is
    'Three letters, such as USD.';
comment on column resource.account_tiers.accounts_per_csm is
    'How many accounts somebody looks after.';
comment on column resource.account_tiers.response_hours is
    'Within how many hours they get an answer.';
comment on column resource.account_tiers.onboarding_days is
    'Within how many days they are onboarded.';
comment on column resource.account_tiers.review_days is
    'How many days are between two business reviews.';
comment on column resource.account_tiers.updated_at is
    'When it was last changed.';
call mainstay.make_resource('account_tiers', '{arr_from,updated_at}',
    '{tier}', p_required => '{arr_from,currency}', p_is_small => true);

create or replace function app.save_tier_api(p_tenant uuid, p_id uuid,
    p_if_match text, p_values jsonb, out body json, out etag text)
language plpgsql volatile set search_path = ''
as $$
declare
    v jsonb := app.api_lock(p_tenant, 'account_tiers', p_id, p_if_match);
    v_from numeric;
begin
    v := app.api_merge(v, p_values);
    v_from := v ->> 'arr_from';
    if v_from % 1 <> 0 or v_from > 1000000000 then
        perform app.raise_as('arr_from', 'A tier begins at a whole amount of '
            'at most 1000000000.');
    end if;
    perform mainstay.edit_tier(p_tenant, p_id, v_from::bigint,
        (v ->> 'accounts_per_csm')::integer,
        (v ->> 'response_hours')::integer,
        (v ->> 'onboarding_days')::integer, (v ->> 'review_days')::integer);
    select o.body, o.etag into body, etag
      from app.api_one(p_tenant, 'account_tiers', p_id) o;
end
$$;

grant execute on function app.save_tier_api(uuid, uuid, text, jsonb)
    to mainstay_app;

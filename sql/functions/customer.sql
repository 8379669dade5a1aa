-- Accounts as customers of the programme (customer_name.sql): read and written
-- under its names, by the functions that pages and /api/v1/accounts use.

-- What came in, or should have, since the contract began: the ARR of today for
-- each year of it. An estimate, since invoices are not kept here.
create or replace function mainstay.lifetime_cents(p_arr_cents bigint,
    p_status text, p_start date, p_end date, p_created timestamptz)
returns numeric
language sql stable parallel safe
return round(p_arr_cents * greatest(0, case when p_status = 'churned'
        then least(coalesce(p_end, current_date), current_date)
        else current_date end
    - coalesce(p_start, (p_created at time zone 'UTC')::date)) / 365.25);
comment on function mainstay.lifetime_cents(bigint, text, date, date,
    timestamptz) is
    'Lifetime value of an account until today, estimated from its ARR.';

create or replace function app.money_api(p_cents numeric) returns text
language sql immutable parallel safe
return (p_cents / 100)::numeric(20, 2)::text;

create or replace function app.customer_api(p_account mainstay.accounts)
returns json
language plpgsql stable parallel safe set search_path = ''
as $$
begin
    return json_build_object('id', p_account.id, 'name', p_account.name,
        'parentId', p_account.parent_id, 'externalId', p_account.external_id,
        'tier', mainstay.programme_name('CustomerTier', p_account.tier),
        'tierIsByRevenue', not p_account.tier_is_set,
        'status', mainstay.customer_status(p_account.status,
            p_account.health_band),
        'csmId', p_account.csm_id, 'industry', p_account.industry,
        'annualRevenue', p_account.arr::text,
        'lifetimeValue', app.money_api(mainstay.lifetime_cents(
            p_account.arr_cents, p_account.status,
            p_account.contract_start_date, p_account.contract_end_date,
            p_account.created_at)),
        'currency', p_account.currency,
        'contractStartDate', p_account.contract_start_date,
        'contractEndDate', p_account.contract_end_date,
        'renewalDate', p_account.renewal_date,
        'stage', p_account.current_stage,
        'stageEnteredAt', app.api_time(p_account.stage_entered_at),
        'healthScore', p_account.health_score,
        'healthLevel', mainstay.programme_name('HealthLevel',
            p_account.health_band),
        'healthTrend', mainstay.programme_name('HealthTrend',
            p_account.health_trend),
        'previousHealthScore', p_account.previous_health_score,
        'healthScoredAt', app.api_time(p_account.health_scored_at),
        'churnRisk', mainstay.programme_name('ChurnRiskLevel',
            p_account.health_band),
        'lastContactAt', app.api_time(p_account.last_contact_at),
        'tags', coalesce((
            select json_agg(g.name order by g.name)
              from mainstay.account_tags t
              join mainstay.tags g
                on g.tenant_id = t.tenant_id and g.id = t.tag_id
             where t.tenant_id = p_account.tenant_id
               and t.account_id = p_account.id), '[]'),
        'customAttributes', p_account.crm_attributes,
        'createdAt', app.api_time(p_account.created_at),
        'updatedAt', app.api_time(p_account.updated_at));
end
$$;

create or replace function app.customer_version(p_account mainstay.accounts)
returns text
language plpgsql stable parallel safe set search_path = ''
as $$
begin
    return md5(app.customer_api(p_account)::text);
end
$$;

-- Only the members that are asked for.
create or replace function app.customer_part(p_account mainstay.accounts,
    p_names text[]) returns json
language plpgsql stable parallel safe set search_path = ''
as $$
declare
    v_customer constant json := app.customer_api(p_account);
begin
    return case when p_names is null then v_customer else (
        select json_object_agg(m.key, m.value) from json_each(v_customer) m
         where m.key = any (p_names)) end;
end
$$;

-- "a,b" as members of a customer; null: all.
create or replace function app.customer_names(p_fields text)
returns text[]
language plpgsql stable set search_path = ''
as $$
declare
    v_names constant text[] := string_to_array(
        replace(nullif(p_fields, ''), ' ', ''), ',');
    v_unknown text;
begin
    select n into v_unknown from unnest(v_names) n
     where n not in (select json_object_keys(app.customer_api(
               null::mainstay.accounts)))
     limit 1;
    if v_unknown is not null then
        raise exception using errcode = 'MS422', column = 'fields',
            constraint = 'unknown', message = format(
                '%s is not known here.', left(v_unknown, 60));
    end if;
    return v_names;
end
$$;

-- Somebody who works here, else MS422.
create or replace function mainstay.known_csm(p_tenant uuid, p_csm uuid)
returns uuid
language plpgsql stable set search_path = ''
as $$
begin
    if p_csm is not null and not exists (
        select from mainstay.profiles p
         where p.tenant_id = p_tenant and p.user_id = p_csm)
    then
        raise exception using errcode = 'MS422', column = 'csmId',
            message = 'csmId must be somebody who works here.';
    end if;
    return p_csm;
end
$$;

-- The filters of the programme as those of the list of accounts. A name may
-- come twice there, so this is no jsonb.
create or replace function app.customer_filter(p_tenant uuid, p_tier text,
    p_status text, p_level text, p_csm uuid, p_search text, p_tag text,
    p_after text, p_before text) returns json
language plpgsql stable set search_path = ''
as $$
begin
    return (
    select coalesce(json_object_agg(f.name, f.value), '{}')
      from (values
        ('tier', mainstay.programme_value('CustomerTier', p_tier, 'tier')),
        ('band', mainstay.programme_value('HealthLevel', p_level,
            'healthLevel')),
        ('owner', mainstay.known_csm(p_tenant, p_csm)::text),
        ('name.contains', p_search), ('tag', p_tag),
        ('renewal.after', p_after), ('renewal.before', p_before),
        ('status', case when p_status in ('ACTIVE', 'AT_RISK') then 'active'
            else mainstay.programme_value('CustomerStatus', p_status,
                'status') end),
        ('band.not', case p_status when 'ACTIVE' then 'at_risk'
            when 'AT_RISK' then 'healthy' end),
        ('band.not', case p_status when 'ACTIVE' then 'critical'
            when 'AT_RISK' then 'moderate' end),
        ('band.not', case p_status when 'AT_RISK' then 'unscored' end))
        f (name, value)
     where f.value is not null);
end
$$;

-- How the programme calls the orders of the list of accounts.
create or replace function app.customer_sort(p_sort text) returns text
language sql immutable parallel safe
return case when starts_with(p_sort, '-') then '-' else '' end
    || case ltrim(p_sort, '-') when 'annualRevenue' then 'arr'
        when 'healthScore' then 'health' when 'renewalDate' then 'renewal'
        else ltrim(p_sort, '-') end;

create or replace function app.customer_page(p_tenant uuid, p_filter json,
    p_limit integer, p_cursor text, p_sort text, p_fields text,
    out body json, out next_cursor text)
language plpgsql stable set search_path = ''
as $$
declare
    v_names constant text[] := app.customer_names(p_fields);
    v_sort constant text := app.customer_sort(p_sort);
    v_from record;
begin
    select c.* into v_from
      from mainstay.account_order(p_tenant, v_sort) o
     cross join lateral app.cursor_read(p_cursor, v_sort, o.kind) c;
    select coalesce(json_agg(app.customer_part(a, v_names)
               order by p.nr) filter (where p.nr <= p_limit), '[]'),
           case when max(p.nr) > p_limit then (array_agg(app.cursor_text(
               v_sort, p.key, p.id::text) order by p.nr))[p_limit] end
      into body, next_cursor
      from (select f.id, f.key, row_number() over () as nr
              from app.accounts_found(p_tenant, p_filter, v_sort, v_from.key,
                       v_from.id, p_limit + 1) f) p
      join mainstay.accounts a on a.tenant_id = p_tenant and a.id = p.id;
    body := json_build_object('data', body, 'next_cursor', next_cursor,
        'has_more', next_cursor is not null);
end
$$;
comment on function app.customer_page(uuid, json, integer, text, text, text)
    is 'A page of the customers that a filter finds.';

-- Members of a customer that can be written, with our names of them.
create or replace function mainstay.customer_members()
returns table (member text, name text)
language sql immutable parallel safe
begin atomic
    values ('name', 'name'), ('parentId', 'parent_id'),
        ('externalId', 'external_id'), ('tier', 'tier'),
        ('status', 'status'), ('csmId', 'csm_id'), ('industry', 'industry'),
        ('annualRevenue', 'arr'), ('currency', 'currency'),
        ('contractStartDate', 'contract_start_date'),
        ('contractEndDate', 'contract_end_date'),
        ('renewalDate', 'renewal_date'),
        ('customAttributes', 'crm_attributes');
end;

-- AT_RISK follows from the health level: who sends it back as it was read
-- changes nothing.
create or replace function mainstay.customer_status_value(p_tenant uuid,
    p_id uuid, p_status text) returns text
language plpgsql stable set search_path = ''
as $$
begin
    if p_status = 'AT_RISK' and not exists (
        select from mainstay.accounts a
         where a.tenant_id = p_tenant and a.id = p_id
           and mainstay.customer_status(a.status, a.health_band) = 'AT_RISK')
    then
        raise exception using errcode = 'MS422', column = 'status',
            message = 'AT_RISK follows from the health level of an active '
                'customer: give ACTIVE, ONBOARDING, PAUSED or CHURNED.';
    end if;
    return case p_status when 'AT_RISK' then 'active'
        else mainstay.programme_value('CustomerStatus', p_status, 'status')
        end;
end
$$;

-- Adds a customer (p_id null) or changes what was given of one.
create or replace function app.save_customer(p_tenant uuid, p_id uuid,
    p_if_match text, p_values jsonb, p_given text[],
    out body json, out etag text, out id uuid)
language plpgsql volatile set search_path = ''
as $$
declare
    v_values jsonb;
    v_given text[];
    v_account mainstay.accounts;
    v_column text;
    v_message text;
begin
    if p_id is not null then
        perform app.api_lock(p_tenant, 'accounts', p_id, null);
        select a.* into v_account from mainstay.accounts a
         where a.tenant_id = p_tenant and a.id = p_id;
        perform app.match_version(p_if_match,
            app.customer_version(v_account));
    end if;
    select jsonb_object_agg(m.name, p_values -> m.member),
           array_agg(m.name) filter (where m.member = any (p_given))
      into v_values, v_given
      from mainstay.customer_members() m;
    v_values := v_values || jsonb_build_object(
        'tier', mainstay.programme_value('CustomerTier',
            p_values ->> 'tier', 'tier'),
        'status', mainstay.customer_status_value(p_tenant, p_id,
            p_values ->> 'status'));
    select s.id into id
      from app.save_account_api(p_tenant, p_id, null, v_values,
          coalesce(v_given, '{}')) s;
    select app.customer_api(a), app.customer_version(a) into body, etag
      from mainstay.accounts a
     where a.tenant_id = p_tenant and a.id = save_customer.id;
exception when sqlstate 'MS422' then
    get stacked diagnostics v_column = column_name,
        v_message = message_text;
    raise exception using errcode = 'MS422', message = v_message,
        column = coalesce((
            select m.member from mainstay.customer_members() m
             where m.name = v_column),
            case v_column when 'form' then 'customAttributes'
            else regexp_replace(v_column, '^a[.]', 'customAttributes/') end);
end
$$;
comment on function app.save_customer(uuid, uuid, text, jsonb, text[]) is
    'Saves what a program gave of a customer; MS412 when it is not as '
    'If-Match says.';

-- Nothing is deleted: what was known of a customer who left is what the next
-- one is understood by.
create or replace function app.churn_customer(p_tenant uuid, p_id uuid,
    p_if_match text, out body json, out etag text)
language plpgsql volatile set search_path = ''
as $$
declare
    v_saved record;
begin
    select * into v_saved
      from app.save_customer(p_tenant, p_id, p_if_match,
          '{"status": "CHURNED"}', '{status}');
    etag := v_saved.etag;
    body := json_build_object('message', 'The customer has churned. Nothing '
        'was deleted: give another status to have it back.',
        'customer', v_saved.body);
end
$$;

grant execute on function mainstay.lifetime_cents(bigint, text, date, date,
        timestamptz),
    mainstay.known_csm(uuid, uuid), mainstay.customer_members(),
    mainstay.customer_status_value(uuid, uuid, text)
    to mainstay_app, mainstay_maint, mainstay_definer;
grant execute on function app.money_api(numeric),
    app.customer_api(mainstay.accounts),
    app.customer_version(mainstay.accounts),
    app.customer_part(mainstay.accounts, text[]), app.customer_names(text),
    app.customer_filter(uuid, text, text, text, uuid, text, text, text,
        text),
    app.customer_sort(text),
    app.customer_page(uuid, json, integer, text, text, text),
    app.save_customer(uuid, uuid, text, jsonb, text[]),
    app.churn_customer(uuid, uuid, text) to mainstay_app;

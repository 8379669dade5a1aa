-- What stands around the portfolio list: its links, chips and choices.

-- name: account_page
-- One row. Every link of the page keeps the filters, so they are put together
-- here: query has all of them, query_less_<x> all but one, <x>_query those of
-- a column's header, which turns the order round on the second click.
with piece as materialized (
    select coalesce(:sort, 'name') as sort,
        app.url_pair('q', :q) as q,
        app.url_pair('band', :band) as band,
        app.url_pair('stage', :stage) as stage,
        app.url_pair('tier', :tier) as tier,
        app.url_pair('status', :status) as status,
        app.url_pair('owner', :owner) as owner,
        app.url_pair('due', :due) as due
), link as materialized (
    select sort, 'sort=' || sort as sorted, q, band, stage, tier, status,
        owner, due, q || band || stage || tier || status || owner || due as all
    from piece
), word as materialized (
    select app.severity_names(:tenant_id::uuid) as health
)
select sort,
    "all" <> '' as is_filtered,
    :after_id::uuid is not null as is_later_page,
    sorted || "all" as query,
    sorted || q || stage || tier || status || owner || due as query_less_band,
    sorted || band || stage || tier || status || owner || due as query_less_q,
    sorted || q || band || tier || status || owner || due as query_less_stage,
    sorted || q || band || stage || status || owner || due as query_less_tier,
    sorted || q || band || stage || tier || owner || due as query_less_status,
    sorted || q || band || stage || tier || status || due as query_less_owner,
    sorted || q || band || stage || tier || status || owner as query_less_due,
    case sort when 'name' then 'sort=-name' else 'sort=name' end || "all"
        as name_query,
    case sort when '-arr' then 'sort=arr' else 'sort=-arr' end || "all"
        as arr_query,
    case sort when 'health' then 'sort=-health' else 'sort=health' end || "all"
        as health_query,
    case sort when 'renewal' then 'sort=-renewal' else 'sort=renewal' end
        || "all" as renewal_query,
    case sort when 'name' then 'ascending' when '-name' then 'descending' end
        as name_order,
    case sort when 'arr' then 'ascending' when '-arr' then 'descending' end
        as arr_order,
    case sort when 'health' then 'ascending' when '-health' then 'descending'
        end as health_order,
    case sort when 'renewal' then 'ascending'
        when '-renewal' then 'descending' end as renewal_order,
    -- chips: what each filter says
    :q::text as q,
    case when :band = 'risk'
        then (health ->> 'at_risk') || ' or ' || (health ->> 'critical')
        else health ->> :band end as band_text,
    health,
    :band::text as band,
    :stage::text as stage,
    app.label_text(:tier) as tier_text,
    case when :status = 'current' then 'Not churned'
        else app.label_text(:status) end as status_text,
    case when :owner = 'none' then 'Nobody'
        when :owner is not null then coalesce((
            select full_name from profiles
            where tenant_id = :tenant_id::uuid
                and user_id = nullif(:owner, 'none')::uuid), 'Somebody else')
    end as owner_text,
    :due::text as due,
    -- which choice is the present one
    :band is null as band_any,
    :band = 'healthy' as band_healthy,
    :band = 'moderate' as band_moderate,
    :band = 'at_risk' as band_at_risk,
    :band = 'critical' as band_critical,
    :band = 'risk' as band_risk,
    :band = 'unscored' as band_unscored,
    :tier = 'enterprise' as tier_enterprise,
    :tier = 'mid_market' as tier_mid_market,
    :tier = 'small_business' as tier_small_business,
    :tier = 'trial' as tier_trial,
    :status = 'current' as status_current,
    :status = 'active' as status_active,
    :status = 'onboarding' as status_onboarding,
    :status = 'paused' as status_paused,
    :status = 'churned' as status_churned,
    :owner = 'none' as owner_none,
    :due = '30' as due_30,
    :due = '90' as due_90,
    :due = '180' as due_180,
    sort = 'name' as sort_name,
    sort = '-name' as sort_name_desc,
    sort = '-arr' as sort_arr_desc,
    sort = 'arr' as sort_arr,
    sort = 'health' as sort_health,
    sort = '-health' as sort_health_desc,
    sort = 'renewal' as sort_renewal,
    sort = '-renewal' as sort_renewal_desc
from link, word;

-- name: account_stage_options
select name, name = :stage as is_selected
from journey_stages
where tenant_id = :tenant_id::uuid
order by display_order;

-- name: account_owner_options
select user_id as id, full_name as name, user_id::text = :owner as is_selected
from profiles
where tenant_id = :tenant_id::uuid and is_active
order by full_name, user_id
limit 200;

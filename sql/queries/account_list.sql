-- The portfolio list. Eight statements, one per order, all of the same shape:
-- walk the index of that order from the cursor on, let through what the
-- filters match, stop after 51, look up parent, stage and owner of those.
--
-- The 51st tells that there is a next page; each row carries where that
-- starts (next_key, next_id), the template reads the first. Without a cursor
-- the walk begins before the first possible key. Bounds are written with case:
-- under row security a condition with coalesce cannot use the index.

-- name: account_list_name
-- By name. A search bounds the walk as well.
select a.id, a.name, a.health_score, a.current_stage as stage,
    current_date - a.stage_entered_at::date as stage_days,
    app.money_text(a.arr_cents, a.currency) as arr_text,
    app.label_text(a.tier) as tier_label,
    app.label_text(a.status) as status_label, l.*,
    case when count(*) over every > 50
        then app.url_encode(nth_value(a.name_key, 50) over every)
    end as next_key,
    case when count(*) over every > 50
        then nth_value(a.id, 50) over every
    end as next_id,
    case when count(*) over every <= 50 and :after_id::uuid is null
        then app.count_text(count(*) over every, 'account')
    end as found_text
from (
    select * from accounts a
    where a.tenant_id = :tenant_id::uuid
        and a.name_key < case when :q::text is null then ''
            else lower(:q) end || chr(1114111)
        and (a.name_key, a.id) > (
            case when :after_key::text is not null then :after_key
                when :q is not null then lower(:q) else '' end,
            case when :after_id::uuid is null
                then '00000000-0000-0000-0000-000000000000'
                else :after_id::uuid end)
        and app.account_matches(a.name_key, a.health_band, a.current_stage,
            a.tier, a.status, a.csm_id, a.renewal_date, :q, :band, :stage,
            :tier, :status, :owner, :due::integer) is not null
    order by a.name_key, a.id
    limit 51) a
cross join lateral app.account_line(a.tenant_id, a.parent_id, a.current_stage,
    a.csm_id, a.health_band, a.health_trend, a.health_score,
    a.previous_health_score, a.renewal_date) l
window every as (order by a.name_key, a.id
    rows between unbounded preceding and unbounded following)
order by a.name_key, a.id
limit 50;

-- name: account_list_name_desc
-- By name, from the end.
select a.id, a.name, a.health_score, a.current_stage as stage,
    current_date - a.stage_entered_at::date as stage_days,
    app.money_text(a.arr_cents, a.currency) as arr_text,
    app.label_text(a.tier) as tier_label,
    app.label_text(a.status) as status_label, l.*,
    case when count(*) over every > 50
        then app.url_encode(nth_value(a.name_key, 50) over every)
    end as next_key,
    case when count(*) over every > 50
        then nth_value(a.id, 50) over every
    end as next_id,
    case when count(*) over every <= 50 and :after_id::uuid is null
        then app.count_text(count(*) over every, 'account')
    end as found_text
from (
    select * from accounts a
    where a.tenant_id = :tenant_id::uuid
        and a.name_key >= case when :q::text is null then ''
            else lower(:q) end
        and (a.name_key, a.id) < (
            case when :after_key::text is not null then :after_key
                when :q is not null then lower(:q) else '' end
                || case when :after_key is null then chr(1114111) else '' end,
            case when :after_id::uuid is null
                then 'ffffffff-ffff-ffff-ffff-ffffffffffff'
                else :after_id::uuid end)
        and app.account_matches(a.name_key, a.health_band, a.current_stage,
            a.tier, a.status, a.csm_id, a.renewal_date, :q, :band, :stage,
            :tier, :status, :owner, :due::integer) is not null
    order by a.name_key desc, a.id desc
    limit 51) a
cross join lateral app.account_line(a.tenant_id, a.parent_id, a.current_stage,
    a.csm_id, a.health_band, a.health_trend, a.health_score,
    a.previous_health_score, a.renewal_date) l
window every as (order by a.name_key desc, a.id desc
    rows between unbounded preceding and unbounded following)
order by a.name_key desc, a.id desc
limit 50;

-- name: account_list_arr
-- By revenue.
select a.id, a.name, a.health_score, a.current_stage as stage,
    current_date - a.stage_entered_at::date as stage_days,
    app.money_text(a.arr_cents, a.currency) as arr_text,
    app.label_text(a.tier) as tier_label,
    app.label_text(a.status) as status_label, l.*,
    case when count(*) over every > 50
        then app.url_encode(nth_value(a.arr_cents::text, 50) over every)
    end as next_key,
    case when count(*) over every > 50
        then nth_value(a.id, 50) over every
    end as next_id,
    case when count(*) over every <= 50 and :after_id::uuid is null
        then app.count_text(count(*) over every, 'account')
    end as found_text
from (
    select * from accounts a
    where a.tenant_id = :tenant_id::uuid
        and (a.arr_cents, a.id) > (
            case when :after_key::text is null then '-1'
                else :after_key end::bigint,
            case when :after_id::uuid is null
                then '00000000-0000-0000-0000-000000000000'
                else :after_id::uuid end)
        and app.account_matches(a.name_key, a.health_band, a.current_stage,
            a.tier, a.status, a.csm_id, a.renewal_date, :q, :band, :stage,
            :tier, :status, :owner, :due::integer) is not null
    order by a.arr_cents, a.id
    limit 51) a
cross join lateral app.account_line(a.tenant_id, a.parent_id, a.current_stage,
    a.csm_id, a.health_band, a.health_trend, a.health_score,
    a.previous_health_score, a.renewal_date) l
window every as (order by a.arr_cents, a.id
    rows between unbounded preceding and unbounded following)
order by a.arr_cents, a.id
limit 50;

-- name: account_list_arr_desc
-- By revenue, the largest first.
select a.id, a.name, a.health_score, a.current_stage as stage,
    current_date - a.stage_entered_at::date as stage_days,
    app.money_text(a.arr_cents, a.currency) as arr_text,
    app.label_text(a.tier) as tier_label,
    app.label_text(a.status) as status_label, l.*,
    case when count(*) over every > 50
        then app.url_encode(nth_value(a.arr_cents::text, 50) over every)
    end as next_key,
    case when count(*) over every > 50
        then nth_value(a.id, 50) over every
    end as next_id,
    case when count(*) over every <= 50 and :after_id::uuid is null
        then app.count_text(count(*) over every, 'account')
    end as found_text
from (
    select * from accounts a
    where a.tenant_id = :tenant_id::uuid
        and (a.arr_cents, a.id) < (
            case when :after_key::text is null then '9223372036854775807'
                else :after_key end::bigint,
            case when :after_id::uuid is null
                then 'ffffffff-ffff-ffff-ffff-ffffffffffff'
                else :after_id::uuid end)
        and app.account_matches(a.name_key, a.health_band, a.current_stage,
            a.tier, a.status, a.csm_id, a.renewal_date, :q, :band, :stage,
            :tier, :status, :owner, :due::integer) is not null
    order by a.arr_cents desc, a.id desc
    limit 51) a
cross join lateral app.account_line(a.tenant_id, a.parent_id, a.current_stage,
    a.csm_id, a.health_band, a.health_trend, a.health_score,
    a.previous_health_score, a.renewal_date) l
window every as (order by a.arr_cents desc, a.id desc
    rows between unbounded preceding and unbounded following)
order by a.arr_cents desc, a.id desc
limit 50;

-- name: account_list_health
-- By score; accounts without one stand where -1 would.
select a.id, a.name, a.health_score, a.current_stage as stage,
    current_date - a.stage_entered_at::date as stage_days,
    app.money_text(a.arr_cents, a.currency) as arr_text,
    app.label_text(a.tier) as tier_label,
    app.label_text(a.status) as status_label, l.*,
    case when count(*) over every > 50
        then app.url_encode(nth_value(a.health_sort::text, 50) over every)
    end as next_key,
    case when count(*) over every > 50
        then nth_value(a.id, 50) over every
    end as next_id,
    case when count(*) over every <= 50 and :after_id::uuid is null
        then app.count_text(count(*) over every, 'account')
    end as found_text
from (
    select * from accounts a
    where a.tenant_id = :tenant_id::uuid
        and (a.health_sort, a.id) > (
            case when :after_key::text is null then '-2'
                else :after_key end::integer,
            case when :after_id::uuid is null
                then '00000000-0000-0000-0000-000000000000'
                else :after_id::uuid end)
        and app.account_matches(a.name_key, a.health_band, a.current_stage,
            a.tier, a.status, a.csm_id, a.renewal_date, :q, :band, :stage,
            :tier, :status, :owner, :due::integer) is not null
    order by a.health_sort, a.id
    limit 51) a
cross join lateral app.account_line(a.tenant_id, a.parent_id, a.current_stage,
    a.csm_id, a.health_band, a.health_trend, a.health_score,
    a.previous_health_score, a.renewal_date) l
window every as (order by a.health_sort, a.id
    rows between unbounded preceding and unbounded following)
order by a.health_sort, a.id
limit 50;

-- name: account_list_health_desc
-- By score, the highest first.
select a.id, a.name, a.health_score, a.current_stage as stage,
    current_date - a.stage_entered_at::date as stage_days,
    app.money_text(a.arr_cents, a.currency) as arr_text,
    app.label_text(a.tier) as tier_label,
    app.label_text(a.status) as status_label, l.*,
    case when count(*) over every > 50
        then app.url_encode(nth_value(a.health_sort::text, 50) over every)
    end as next_key,
    case when count(*) over every > 50
        then nth_value(a.id, 50) over every
    end as next_id,
    case when count(*) over every <= 50 and :after_id::uuid is null
        then app.count_text(count(*) over every, 'account')
    end as found_text
from (
    select * from accounts a
    where a.tenant_id = :tenant_id::uuid
        and (a.health_sort, a.id) < (
            case when :after_key::text is null then '101'
                else :after_key end::integer,
            case when :after_id::uuid is null
                then 'ffffffff-ffff-ffff-ffff-ffffffffffff'
                else :after_id::uuid end)
        and app.account_matches(a.name_key, a.health_band, a.current_stage,
            a.tier, a.status, a.csm_id, a.renewal_date, :q, :band, :stage,
            :tier, :status, :owner, :due::integer) is not null
    order by a.health_sort desc, a.id desc
    limit 51) a
cross join lateral app.account_line(a.tenant_id, a.parent_id, a.current_stage,
    a.csm_id, a.health_band, a.health_trend, a.health_score,
    a.previous_health_score, a.renewal_date) l
window every as (order by a.health_sort desc, a.id desc
    rows between unbounded preceding and unbounded following)
order by a.health_sort desc, a.id desc
limit 50;

-- name: account_list_renewal
-- By renewal; accounts without a date come last.
select a.id, a.name, a.health_score, a.current_stage as stage,
    current_date - a.stage_entered_at::date as stage_days,
    app.money_text(a.arr_cents, a.currency) as arr_text,
    app.label_text(a.tier) as tier_label,
    app.label_text(a.status) as status_label, l.*,
    case when count(*) over every > 50
        then app.url_encode(nth_value(a.renewal_sort::text, 50) over every)
    end as next_key,
    case when count(*) over every > 50
        then nth_value(a.id, 50) over every
    end as next_id,
    case when count(*) over every <= 50 and :after_id::uuid is null
        then app.count_text(count(*) over every, 'account')
    end as found_text
from (
    select * from accounts a
    where a.tenant_id = :tenant_id::uuid
        and (a.renewal_sort, a.id) > (
            case when :after_key::text is null then '-infinity'
                else :after_key end::date,
            case when :after_id::uuid is null
                then '00000000-0000-0000-0000-000000000000'
                else :after_id::uuid end)
        and app.account_matches(a.name_key, a.health_band, a.current_stage,
            a.tier, a.status, a.csm_id, a.renewal_date, :q, :band, :stage,
            :tier, :status, :owner, :due::integer) is not null
    order by a.renewal_sort, a.id
    limit 51) a
cross join lateral app.account_line(a.tenant_id, a.parent_id, a.current_stage,
    a.csm_id, a.health_band, a.health_trend, a.health_score,
    a.previous_health_score, a.renewal_date) l
window every as (order by a.renewal_sort, a.id
    rows between unbounded preceding and unbounded following)
order by a.renewal_sort, a.id
limit 50;

-- name: account_list_renewal_desc
-- By renewal, the last first; accounts without a date come first.
select a.id, a.name, a.health_score, a.current_stage as stage,
    current_date - a.stage_entered_at::date as stage_days,
    app.money_text(a.arr_cents, a.currency) as arr_text,
    app.label_text(a.tier) as tier_label,
    app.label_text(a.status) as status_label, l.*,
    case when count(*) over every > 50
        then app.url_encode(nth_value(a.renewal_sort::text, 50) over every)
    end as next_key,
    case when count(*) over every > 50
        then nth_value(a.id, 50) over every
    end as next_id,
    case when count(*) over every <= 50 and :after_id::uuid is null
        then app.count_text(count(*) over every, 'account')
    end as found_text
from (
    select * from accounts a
    where a.tenant_id = :tenant_id::uuid
        and (a.renewal_sort, a.id) < (
            case when :after_key::text is null then 'infinity'
                else :after_key end::date,
            case when :after_id::uuid is null
                then 'ffffffff-ffff-ffff-ffff-ffffffffffff'
                else :after_id::uuid end)
        and app.account_matches(a.name_key, a.health_band, a.current_stage,
            a.tier, a.status, a.csm_id, a.renewal_date, :q, :band, :stage,
            :tier, :status, :owner, :due::integer) is not null
    order by a.renewal_sort desc, a.id desc
    limit 51) a
cross join lateral app.account_line(a.tenant_id, a.parent_id, a.current_stage,
    a.csm_id, a.health_band, a.health_trend, a.health_score,
    a.previous_health_score, a.renewal_date) l
window every as (order by a.renewal_sort desc, a.id desc
    rows between unbounded preceding and unbounded following)
order by a.renewal_sort desc, a.id desc
limit 50;

-- The portfolio list. Eight statements, one per order, all of the same shape:
-- walk the index of that order from the cursor on, let through what the
-- filters match, stop after 51. The 51st tells that there is a next page;
-- each row carries where that starts (next_key, next_id), the template reads
-- the first. Without a cursor the walk begins before the first possible key,
-- so that the comparison always bounds the index.

-- name: account_list_name
-- By name.
select p.id, p.name, p.parent_name, p.health_score, p.health_band,
    p.band_label, p.trend, p.trend_text, p.stage, p.color_hex, p.stage_days,
    p.arr_text, p.renewal_text, p.renewal_days_text, p.is_overdue, p.owner,
    p.tier_label, p.status_label,
    case when count(*) over every > 50
        then app.url_encode(nth_value(p.name_key, 50) over every)
    end as next_key,
    case when count(*) over every > 50
        then nth_value(p.id, 50) over every
    end as next_id,
    case when count(*) over every <= 50 and :after_id::uuid is null
        then app.count_text(count(*) over every, 'account')
    end as found_text
from (
    select * from account_listing a
    where a.tenant_id = :tenant_id::uuid
        and a.name_key >= lower(coalesce(:q::text, ''))
        and a.name_key < lower(coalesce(:q::text, '')) || chr(1114111)
        and app.account_matches(a.band_key, a.current_stage, a.tier, a.status,
            a.csm_id, a.renewal_sort, :band, :stage, :tier, :status, :owner,
            :due::integer)
        and (a.name_key, a.id) > (
            coalesce(:after_key, ''),
            coalesce(:after_id::uuid, '00000000-0000-0000-0000-000000000000'))
    order by a.name_key, a.id
    limit 51) p
window every as (rows between unbounded preceding and unbounded following)
order by p.name_key, p.id
limit 50;

-- name: account_list_name_desc
-- By name, the other way round.
select p.id, p.name, p.parent_name, p.health_score, p.health_band,
    p.band_label, p.trend, p.trend_text, p.stage, p.color_hex, p.stage_days,
    p.arr_text, p.renewal_text, p.renewal_days_text, p.is_overdue, p.owner,
    p.tier_label, p.status_label,
    case when count(*) over every > 50
        then app.url_encode(nth_value(p.name_key, 50) over every)
    end as next_key,
    case when count(*) over every > 50
        then nth_value(p.id, 50) over every
    end as next_id,
    case when count(*) over every <= 50 and :after_id::uuid is null
        then app.count_text(count(*) over every, 'account')
    end as found_text
from (
    select * from account_listing a
    where a.tenant_id = :tenant_id::uuid
        and a.name_key >= lower(coalesce(:q::text, ''))
        and a.name_key < lower(coalesce(:q::text, '')) || chr(1114111)
        and app.account_matches(a.band_key, a.current_stage, a.tier, a.status,
            a.csm_id, a.renewal_sort, :band, :stage, :tier, :status, :owner,
            :due::integer)
        and (a.name_key, a.id) < (
            coalesce(:after_key, chr(1114111)),
            coalesce(:after_id::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
    order by a.name_key desc, a.id desc
    limit 51) p
window every as (rows between unbounded preceding and unbounded following)
order by p.name_key desc, p.id desc
limit 50;

-- name: account_list_arr
-- By revenue.
select p.id, p.name, p.parent_name, p.health_score, p.health_band,
    p.band_label, p.trend, p.trend_text, p.stage, p.color_hex, p.stage_days,
    p.arr_text, p.renewal_text, p.renewal_days_text, p.is_overdue, p.owner,
    p.tier_label, p.status_label,
    case when count(*) over every > 50
        then app.url_encode(nth_value(p.arr_cents::text, 50) over every)
    end as next_key,
    case when count(*) over every > 50
        then nth_value(p.id, 50) over every
    end as next_id,
    case when count(*) over every <= 50 and :after_id::uuid is null
        then app.count_text(count(*) over every, 'account')
    end as found_text
from (
    select * from account_listing a
    where a.tenant_id = :tenant_id::uuid
        and a.name_key >= lower(coalesce(:q::text, ''))
        and a.name_key < lower(coalesce(:q::text, '')) || chr(1114111)
        and app.account_matches(a.band_key, a.current_stage, a.tier, a.status,
            a.csm_id, a.renewal_sort, :band, :stage, :tier, :status, :owner,
            :due::integer)
        and (a.arr_cents, a.id) > (
            coalesce(:after_key, '-1')::bigint,
            coalesce(:after_id::uuid, '00000000-0000-0000-0000-000000000000'))
    order by a.arr_cents, a.id
    limit 51) p
window every as (rows between unbounded preceding and unbounded following)
order by p.arr_cents, p.id
limit 50;

-- name: account_list_arr_desc
-- By revenue, the other way round.
select p.id, p.name, p.parent_name, p.health_score, p.health_band,
    p.band_label, p.trend, p.trend_text, p.stage, p.color_hex, p.stage_days,
    p.arr_text, p.renewal_text, p.renewal_days_text, p.is_overdue, p.owner,
    p.tier_label, p.status_label,
    case when count(*) over every > 50
        then app.url_encode(nth_value(p.arr_cents::text, 50) over every)
    end as next_key,
    case when count(*) over every > 50
        then nth_value(p.id, 50) over every
    end as next_id,
    case when count(*) over every <= 50 and :after_id::uuid is null
        then app.count_text(count(*) over every, 'account')
    end as found_text
from (
    select * from account_listing a
    where a.tenant_id = :tenant_id::uuid
        and a.name_key >= lower(coalesce(:q::text, ''))
        and a.name_key < lower(coalesce(:q::text, '')) || chr(1114111)
        and app.account_matches(a.band_key, a.current_stage, a.tier, a.status,
            a.csm_id, a.renewal_sort, :band, :stage, :tier, :status, :owner,
            :due::integer)
        and (a.arr_cents, a.id) < (
            coalesce(:after_key, '9223372036854775807')::bigint,
            coalesce(:after_id::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
    order by a.arr_cents desc, a.id desc
    limit 51) p
window every as (rows between unbounded preceding and unbounded following)
order by p.arr_cents desc, p.id desc
limit 50;

-- name: account_list_health
-- By score; accounts without one stand where -1 would.
select p.id, p.name, p.parent_name, p.health_score, p.health_band,
    p.band_label, p.trend, p.trend_text, p.stage, p.color_hex, p.stage_days,
    p.arr_text, p.renewal_text, p.renewal_days_text, p.is_overdue, p.owner,
    p.tier_label, p.status_label,
    case when count(*) over every > 50
        then app.url_encode(nth_value(p.health_sort::text, 50) over every)
    end as next_key,
    case when count(*) over every > 50
        then nth_value(p.id, 50) over every
    end as next_id,
    case when count(*) over every <= 50 and :after_id::uuid is null
        then app.count_text(count(*) over every, 'account')
    end as found_text
from (
    select * from account_listing a
    where a.tenant_id = :tenant_id::uuid
        and a.name_key >= lower(coalesce(:q::text, ''))
        and a.name_key < lower(coalesce(:q::text, '')) || chr(1114111)
        and app.account_matches(a.band_key, a.current_stage, a.tier, a.status,
            a.csm_id, a.renewal_sort, :band, :stage, :tier, :status, :owner,
            :due::integer)
        and (a.health_sort, a.id) > (
            coalesce(:after_key, '-2')::integer,
            coalesce(:after_id::uuid, '00000000-0000-0000-0000-000000000000'))
    order by a.health_sort, a.id
    limit 51) p
window every as (rows between unbounded preceding and unbounded following)
order by p.health_sort, p.id
limit 50;

-- name: account_list_health_desc
-- By score, the other way round.
select p.id, p.name, p.parent_name, p.health_score, p.health_band,
    p.band_label, p.trend, p.trend_text, p.stage, p.color_hex, p.stage_days,
    p.arr_text, p.renewal_text, p.renewal_days_text, p.is_overdue, p.owner,
    p.tier_label, p.status_label,
    case when count(*) over every > 50
        then app.url_encode(nth_value(p.health_sort::text, 50) over every)
    end as next_key,
    case when count(*) over every > 50
        then nth_value(p.id, 50) over every
    end as next_id,
    case when count(*) over every <= 50 and :after_id::uuid is null
        then app.count_text(count(*) over every, 'account')
    end as found_text
from (
    select * from account_listing a
    where a.tenant_id = :tenant_id::uuid
        and a.name_key >= lower(coalesce(:q::text, ''))
        and a.name_key < lower(coalesce(:q::text, '')) || chr(1114111)
        and app.account_matches(a.band_key, a.current_stage, a.tier, a.status,
            a.csm_id, a.renewal_sort, :band, :stage, :tier, :status, :owner,
            :due::integer)
        and (a.health_sort, a.id) < (
            coalesce(:after_key, '101')::integer,
            coalesce(:after_id::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
    order by a.health_sort desc, a.id desc
    limit 51) p
window every as (rows between unbounded preceding and unbounded following)
order by p.health_sort desc, p.id desc
limit 50;

-- name: account_list_renewal
-- By renewal; accounts without a date come last.
select p.id, p.name, p.parent_name, p.health_score, p.health_band,
    p.band_label, p.trend, p.trend_text, p.stage, p.color_hex, p.stage_days,
    p.arr_text, p.renewal_text, p.renewal_days_text, p.is_overdue, p.owner,
    p.tier_label, p.status_label,
    case when count(*) over every > 50
        then app.url_encode(nth_value(p.renewal_sort::text, 50) over every)
    end as next_key,
    case when count(*) over every > 50
        then nth_value(p.id, 50) over every
    end as next_id,
    case when count(*) over every <= 50 and :after_id::uuid is null
        then app.count_text(count(*) over every, 'account')
    end as found_text
from (
    select * from account_listing a
    where a.tenant_id = :tenant_id::uuid
        and a.name_key >= lower(coalesce(:q::text, ''))
        and a.name_key < lower(coalesce(:q::text, '')) || chr(1114111)
        and app.account_matches(a.band_key, a.current_stage, a.tier, a.status,
            a.csm_id, a.renewal_sort, :band, :stage, :tier, :status, :owner,
            :due::integer)
        and (a.renewal_sort, a.id) > (
            coalesce(:after_key, '-infinity')::date,
            coalesce(:after_id::uuid, '00000000-0000-0000-0000-000000000000'))
    order by a.renewal_sort, a.id
    limit 51) p
window every as (rows between unbounded preceding and unbounded following)
order by p.renewal_sort, p.id
limit 50;

-- name: account_list_renewal_desc
-- By renewal, the last first; accounts without a date come first.
select p.id, p.name, p.parent_name, p.health_score, p.health_band,
    p.band_label, p.trend, p.trend_text, p.stage, p.color_hex, p.stage_days,
    p.arr_text, p.renewal_text, p.renewal_days_text, p.is_overdue, p.owner,
    p.tier_label, p.status_label,
    case when count(*) over every > 50
        then app.url_encode(nth_value(p.renewal_sort::text, 50) over every)
    end as next_key,
    case when count(*) over every > 50
        then nth_value(p.id, 50) over every
    end as next_id,
    case when count(*) over every <= 50 and :after_id::uuid is null
        then app.count_text(count(*) over every, 'account')
    end as found_text
from (
    select * from account_listing a
    where a.tenant_id = :tenant_id::uuid
        and a.name_key >= lower(coalesce(:q::text, ''))
        and a.name_key < lower(coalesce(:q::text, '')) || chr(1114111)
        and app.account_matches(a.band_key, a.current_stage, a.tier, a.status,
            a.csm_id, a.renewal_sort, :band, :stage, :tier, :status, :owner,
            :due::integer)
        and (a.renewal_sort, a.id) < (
            coalesce(:after_key, 'infinity')::date,
            coalesce(:after_id::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
    order by a.renewal_sort desc, a.id desc
    limit 51) p
window every as (rows between unbounded preceding and unbounded following)
order by p.renewal_sort desc, p.id desc
limit 50;

-- The portfolio list. Four orders stand in an index, both ways: eight
-- statements of the same shape, and one for what no index has in order.
--
--   page  walks the index of that order from the cursor on and stops after 51.
--         The 51st tells that there is a next page. Bounds are written with
--         case: under row security a condition with coalesce cannot use the
--         index. Where there are filters, it is asked of accounts_found, whose
--         statement is made, and planned, for them.
--   told  what the page says once: how many, where the next one starts.
--
-- Then the lines, as they come from page, whose rows keep their order. Stages
-- and owners are looked up once for all lines and kept in a small map.

-- name: account_list_name
-- By name.
with page as materialized (
    (select a.id, a.name, a.name_key as key, a.parent_id, a.tier,
        a.status, a.arr_cents, a.currency, a.renewal_date, a.csm_id,
        a.current_stage, a.stage_entered_at, a.health_score, a.health_band,
        a.health_label, a.health_trend, a.previous_health_score
    from accounts a
    where a.tenant_id = :tenant_id::uuid
        and (a.name_key, a.id) > (
            case when :after_key::text is null then '' else :after_key end,
            case when :after_id::uuid is null
                then '00000000-0000-0000-0000-000000000000'
                else :after_id::uuid end)
        and app.is_unfiltered(:form::json::jsonb)
    order by a.name_key, a.id
    limit 51)
    union all
    select f.* from app.accounts_found(:tenant_id::uuid, :form::json, :sort,
        :after_key, :after_id::uuid, 51) f
    where not app.is_unfiltered(:form::json::jsonb)
), told as materialized (
    select count(*) as found, (array_agg(id))[50] as id,
        (array_agg(key))[50] as key
    from page
)
select a.id, a.name, a.health_score,
    case when a.parent_id is not null then (
        select p.name from accounts p
        where p.tenant_id = :tenant_id::uuid and p.id = a.parent_id)
    end as parent_name,
    coalesce(a.health_band, 'unscored') as health_band,
    coalesce(a.health_label, app.band_text(a.health_band)) as band_label,
    nullif(a.health_trend, 'unknown') as trend,
    app.delta_text(a.health_score - a.previous_health_score) as trend_text,
    a.current_stage as stage,
    (select jsonb_object_agg(s.name, s.color_hex) from journey_stages s
     where s.tenant_id = :tenant_id::uuid) ->> a.current_stage as color_hex,
    current_date - a.stage_entered_at::date as stage_days,
    app.money_text(a.arr_cents, a.currency) as arr_text,
    app.date_text(a.renewal_date) as renewal_text,
    app.day_text(a.renewal_date) as renewal_days_text,
    a.renewal_date < current_date as is_overdue,
    (select jsonb_object_agg(o.user_id, o.full_name) from profiles o
     where o.tenant_id = :tenant_id::uuid
        and o.user_id = any (array(select csm_id from page)))
        ->> a.csm_id::text as owner,
    app.label_text(a.tier) as tier_label,
    app.label_text(a.status) as status_label,
    case when :form::json ->> 'columns' is not null then (
        select app.account_cells(:tenant_id::uuid, array(select id from page),
            :form::json, :edit)) -> a.id::text end as cells,
    (select app.url_encode(key) from told where found > 50) as next_key,
    (select id from told where found > 50) as next_id,
    (select app.count_text(found, 'account') from told
     where found <= 50 and :after_id::uuid is null) as found_text
from page a
limit 50;

-- name: account_list_name_desc
-- By name, from the end.
with page as materialized (
    (select a.id, a.name, a.name_key as key, a.parent_id, a.tier,
        a.status, a.arr_cents, a.currency, a.renewal_date, a.csm_id,
        a.current_stage, a.stage_entered_at, a.health_score, a.health_band,
        a.health_label, a.health_trend, a.previous_health_score
    from accounts a
    where a.tenant_id = :tenant_id::uuid
        and (a.name_key, a.id) < (
            case when :after_key::text is null then chr(1114111)
                else :after_key end,
            case when :after_id::uuid is null
                then 'ffffffff-ffff-ffff-ffff-ffffffffffff'
                else :after_id::uuid end)
        and app.is_unfiltered(:form::json::jsonb)
    order by a.name_key desc, a.id desc
    limit 51)
    union all
    select f.* from app.accounts_found(:tenant_id::uuid, :form::json, :sort,
        :after_key, :after_id::uuid, 51) f
    where not app.is_unfiltered(:form::json::jsonb)
), told as materialized (
    select count(*) as found, (array_agg(id))[50] as id,
        (array_agg(key))[50] as key
    from page
)
select a.id, a.name, a.health_score,
    case when a.parent_id is not null then (
        select p.name from accounts p
        where p.tenant_id = :tenant_id::uuid and p.id = a.parent_id)
    end as parent_name,
    coalesce(a.health_band, 'unscored') as health_band,
    coalesce(a.health_label, app.band_text(a.health_band)) as band_label,
    nullif(a.health_trend, 'unknown') as trend,
    app.delta_text(a.health_score - a.previous_health_score) as trend_text,
    a.current_stage as stage,
    (select jsonb_object_agg(s.name, s.color_hex) from journey_stages s
     where s.tenant_id = :tenant_id::uuid) ->> a.current_stage as color_hex,
    current_date - a.stage_entered_at::date as stage_days,
    app.money_text(a.arr_cents, a.currency) as arr_text,
    app.date_text(a.renewal_date) as renewal_text,
    app.day_text(a.renewal_date) as renewal_days_text,
    a.renewal_date < current_date as is_overdue,
    (select jsonb_object_agg(o.user_id, o.full_name) from profiles o
     where o.tenant_id = :tenant_id::uuid
        and o.user_id = any (array(select csm_id from page)))
        ->> a.csm_id::text as owner,
    app.label_text(a.tier) as tier_label,
    app.label_text(a.status) as status_label,
    case when :form::json ->> 'columns' is not null then (
        select app.account_cells(:tenant_id::uuid, array(select id from page),
            :form::json, :edit)) -> a.id::text end as cells,
    (select app.url_encode(key) from told where found > 50) as next_key,
    (select id from told where found > 50) as next_id,
    (select app.count_text(found, 'account') from told
     where found <= 50 and :after_id::uuid is null) as found_text
from page a
limit 50;

-- name: account_list_arr
-- By revenue.
with page as materialized (
    (select a.id, a.name, a.arr_cents::text as key, a.parent_id, a.tier,
        a.status, a.arr_cents, a.currency, a.renewal_date, a.csm_id,
        a.current_stage, a.stage_entered_at, a.health_score, a.health_band,
        a.health_label, a.health_trend, a.previous_health_score
    from accounts a
    where a.tenant_id = :tenant_id::uuid
        and (a.arr_cents, a.id) > (
            case when :after_key::text is null then '-1'
                else :after_key end::bigint,
            case when :after_id::uuid is null
                then '00000000-0000-0000-0000-000000000000'
                else :after_id::uuid end)
        and app.is_unfiltered(:form::json::jsonb)
    order by a.arr_cents, a.id
    limit 51)
    union all
    select f.* from app.accounts_found(:tenant_id::uuid, :form::json, :sort,
        :after_key, :after_id::uuid, 51) f
    where not app.is_unfiltered(:form::json::jsonb)
), told as materialized (
    select count(*) as found, (array_agg(id))[50] as id,
        (array_agg(key))[50] as key
    from page
)
select a.id, a.name, a.health_score,
    case when a.parent_id is not null then (
        select p.name from accounts p
        where p.tenant_id = :tenant_id::uuid and p.id = a.parent_id)
    end as parent_name,
    coalesce(a.health_band, 'unscored') as health_band,
    coalesce(a.health_label, app.band_text(a.health_band)) as band_label,
    nullif(a.health_trend, 'unknown') as trend,
    app.delta_text(a.health_score - a.previous_health_score) as trend_text,
    a.current_stage as stage,
    (select jsonb_object_agg(s.name, s.color_hex) from journey_stages s
     where s.tenant_id = :tenant_id::uuid) ->> a.current_stage as color_hex,
    current_date - a.stage_entered_at::date as stage_days,
    app.money_text(a.arr_cents, a.currency) as arr_text,
    app.date_text(a.renewal_date) as renewal_text,
    app.day_text(a.renewal_date) as renewal_days_text,
    a.renewal_date < current_date as is_overdue,
    (select jsonb_object_agg(o.user_id, o.full_name) from profiles o
     where o.tenant_id = :tenant_id::uuid
        and o.user_id = any (array(select csm_id from page)))
        ->> a.csm_id::text as owner,
    app.label_text(a.tier) as tier_label,
    app.label_text(a.status) as status_label,
    case when :form::json ->> 'columns' is not null then (
        select app.account_cells(:tenant_id::uuid, array(select id from page),
            :form::json, :edit)) -> a.id::text end as cells,
    (select app.url_encode(key) from told where found > 50) as next_key,
    (select id from told where found > 50) as next_id,
    (select app.count_text(found, 'account') from told
     where found <= 50 and :after_id::uuid is null) as found_text
from page a
limit 50;

-- name: account_list_arr_desc
-- By revenue, the largest first.
with page as materialized (
    (select a.id, a.name, a.arr_cents::text as key, a.parent_id, a.tier,
        a.status, a.arr_cents, a.currency, a.renewal_date, a.csm_id,
        a.current_stage, a.stage_entered_at, a.health_score, a.health_band,
        a.health_label, a.health_trend, a.previous_health_score
    from accounts a
    where a.tenant_id = :tenant_id::uuid
        and (a.arr_cents, a.id) < (
            case when :after_key::text is null then '9223372036854775807'
                else :after_key end::bigint,
            case when :after_id::uuid is null
                then 'ffffffff-ffff-ffff-ffff-ffffffffffff'
                else :after_id::uuid end)
        and app.is_unfiltered(:form::json::jsonb)
    order by a.arr_cents desc, a.id desc
    limit 51)
    union all
    select f.* from app.accounts_found(:tenant_id::uuid, :form::json, :sort,
        :after_key, :after_id::uuid, 51) f
    where not app.is_unfiltered(:form::json::jsonb)
), told as materialized (
    select count(*) as found, (array_agg(id))[50] as id,
        (array_agg(key))[50] as key
    from page
)
select a.id, a.name, a.health_score,
    case when a.parent_id is not null then (
        select p.name from accounts p
        where p.tenant_id = :tenant_id::uuid and p.id = a.parent_id)
    end as parent_name,
    coalesce(a.health_band, 'unscored') as health_band,
    coalesce(a.health_label, app.band_text(a.health_band)) as band_label,
    nullif(a.health_trend, 'unknown') as trend,
    app.delta_text(a.health_score - a.previous_health_score) as trend_text,
    a.current_stage as stage,
    (select jsonb_object_agg(s.name, s.color_hex) from journey_stages s
     where s.tenant_id = :tenant_id::uuid) ->> a.current_stage as color_hex,
    current_date - a.stage_entered_at::date as stage_days,
    app.money_text(a.arr_cents, a.currency) as arr_text,
    app.date_text(a.renewal_date) as renewal_text,
    app.day_text(a.renewal_date) as renewal_days_text,
    a.renewal_date < current_date as is_overdue,
    (select jsonb_object_agg(o.user_id, o.full_name) from profiles o
     where o.tenant_id = :tenant_id::uuid
        and o.user_id = any (array(select csm_id from page)))
        ->> a.csm_id::text as owner,
    app.label_text(a.tier) as tier_label,
    app.label_text(a.status) as status_label,
    case when :form::json ->> 'columns' is not null then (
        select app.account_cells(:tenant_id::uuid, array(select id from page),
            :form::json, :edit)) -> a.id::text end as cells,
    (select app.url_encode(key) from told where found > 50) as next_key,
    (select id from told where found > 50) as next_id,
    (select app.count_text(found, 'account') from told
     where found <= 50 and :after_id::uuid is null) as found_text
from page a
limit 50;

-- name: account_list_health
-- By score; accounts without one stand where -1 would.
with page as materialized (
    (select a.id, a.name, a.health_sort::text as key, a.parent_id, a.tier,
        a.status, a.arr_cents, a.currency, a.renewal_date, a.csm_id,
        a.current_stage, a.stage_entered_at, a.health_score, a.health_band,
        a.health_label, a.health_trend, a.previous_health_score
    from accounts a
    where a.tenant_id = :tenant_id::uuid
        and (a.health_sort, a.id) > (
            case when :after_key::text is null then '-2'
                else :after_key end::integer,
            case when :after_id::uuid is null
                then '00000000-0000-0000-0000-000000000000'
                else :after_id::uuid end)
        and app.is_unfiltered(:form::json::jsonb)
    order by a.health_sort, a.id
    limit 51)
    union all
    select f.* from app.accounts_found(:tenant_id::uuid, :form::json, :sort,
        :after_key, :after_id::uuid, 51) f
    where not app.is_unfiltered(:form::json::jsonb)
), told as materialized (
    select count(*) as found, (array_agg(id))[50] as id,
        (array_agg(key))[50] as key
    from page
)
select a.id, a.name, a.health_score,
    case when a.parent_id is not null then (
        select p.name from accounts p
        where p.tenant_id = :tenant_id::uuid and p.id = a.parent_id)
    end as parent_name,
    coalesce(a.health_band, 'unscored') as health_band,
    coalesce(a.health_label, app.band_text(a.health_band)) as band_label,
    nullif(a.health_trend, 'unknown') as trend,
    app.delta_text(a.health_score - a.previous_health_score) as trend_text,
    a.current_stage as stage,
    (select jsonb_object_agg(s.name, s.color_hex) from journey_stages s
     where s.tenant_id = :tenant_id::uuid) ->> a.current_stage as color_hex,
    current_date - a.stage_entered_at::date as stage_days,
    app.money_text(a.arr_cents, a.currency) as arr_text,
    app.date_text(a.renewal_date) as renewal_text,
    app.day_text(a.renewal_date) as renewal_days_text,
    a.renewal_date < current_date as is_overdue,
    (select jsonb_object_agg(o.user_id, o.full_name) from profiles o
     where o.tenant_id = :tenant_id::uuid
        and o.user_id = any (array(select csm_id from page)))
        ->> a.csm_id::text as owner,
    app.label_text(a.tier) as tier_label,
    app.label_text(a.status) as status_label,
    case when :form::json ->> 'columns' is not null then (
        select app.account_cells(:tenant_id::uuid, array(select id from page),
            :form::json, :edit)) -> a.id::text end as cells,
    (select app.url_encode(key) from told where found > 50) as next_key,
    (select id from told where found > 50) as next_id,
    (select app.count_text(found, 'account') from told
     where found <= 50 and :after_id::uuid is null) as found_text
from page a
limit 50;

-- name: account_list_health_desc
-- By score, the highest first.
with page as materialized (
    (select a.id, a.name, a.health_sort::text as key, a.parent_id, a.tier,
        a.status, a.arr_cents, a.currency, a.renewal_date, a.csm_id,
        a.current_stage, a.stage_entered_at, a.health_score, a.health_band,
        a.health_label, a.health_trend, a.previous_health_score
    from accounts a
    where a.tenant_id = :tenant_id::uuid
        and (a.health_sort, a.id) < (
            case when :after_key::text is null then '101'
                else :after_key end::integer,
            case when :after_id::uuid is null
                then 'ffffffff-ffff-ffff-ffff-ffffffffffff'
                else :after_id::uuid end)
        and app.is_unfiltered(:form::json::jsonb)
    order by a.health_sort desc, a.id desc
    limit 51)
    union all
    select f.* from app.accounts_found(:tenant_id::uuid, :form::json, :sort,
        :after_key, :after_id::uuid, 51) f
    where not app.is_unfiltered(:form::json::jsonb)
), told as materialized (
    select count(*) as found, (array_agg(id))[50] as id,
        (array_agg(key))[50] as key
    from page
)
select a.id, a.name, a.health_score,
    case when a.parent_id is not null then (
        select p.name from accounts p
        where p.tenant_id = :tenant_id::uuid and p.id = a.parent_id)
    end as parent_name,
    coalesce(a.health_band, 'unscored') as health_band,
    coalesce(a.health_label, app.band_text(a.health_band)) as band_label,
    nullif(a.health_trend, 'unknown') as trend,
    app.delta_text(a.health_score - a.previous_health_score) as trend_text,
    a.current_stage as stage,
    (select jsonb_object_agg(s.name, s.color_hex) from journey_stages s
     where s.tenant_id = :tenant_id::uuid) ->> a.current_stage as color_hex,
    current_date - a.stage_entered_at::date as stage_days,
    app.money_text(a.arr_cents, a.currency) as arr_text,
    app.date_text(a.renewal_date) as renewal_text,
    app.day_text(a.renewal_date) as renewal_days_text,
    a.renewal_date < current_date as is_overdue,
    (select jsonb_object_agg(o.user_id, o.full_name) from profiles o
     where o.tenant_id = :tenant_id::uuid
        and o.user_id = any (array(select csm_id from page)))
        ->> a.csm_id::text as owner,
    app.label_text(a.tier) as tier_label,
    app.label_text(a.status) as status_label,
    case when :form::json ->> 'columns' is not null then (
        select app.account_cells(:tenant_id::uuid, array(select id from page),
            :form::json, :edit)) -> a.id::text end as cells,
    (select app.url_encode(key) from told where found > 50) as next_key,
    (select id from told where found > 50) as next_id,
    (select app.count_text(found, 'account') from told
     where found <= 50 and :after_id::uuid is null) as found_text
from page a
limit 50;

-- name: account_list_renewal
-- By renewal; accounts without a date come last.
with page as materialized (
    (select a.id, a.name, a.renewal_sort::text as key, a.parent_id, a.tier,
        a.status, a.arr_cents, a.currency, a.renewal_date, a.csm_id,
        a.current_stage, a.stage_entered_at, a.health_score, a.health_band,
        a.health_label, a.health_trend, a.previous_health_score
    from accounts a
    where a.tenant_id = :tenant_id::uuid
        and (a.renewal_sort, a.id) > (
            case when :after_key::text is null then '-infinity'
                else :after_key end::date,
            case when :after_id::uuid is null
                then '00000000-0000-0000-0000-000000000000'
                else :after_id::uuid end)
        and app.is_unfiltered(:form::json::jsonb)
    order by a.renewal_sort, a.id
    limit 51)
    union all
    select f.* from app.accounts_found(:tenant_id::uuid, :form::json, :sort,
        :after_key, :after_id::uuid, 51) f
    where not app.is_unfiltered(:form::json::jsonb)
), told as materialized (
    select count(*) as found, (array_agg(id))[50] as id,
        (array_agg(key))[50] as key
    from page
)
select a.id, a.name, a.health_score,
    case when a.parent_id is not null then (
        select p.name from accounts p
        where p.tenant_id = :tenant_id::uuid and p.id = a.parent_id)
    end as parent_name,
    coalesce(a.health_band, 'unscored') as health_band,
    coalesce(a.health_label, app.band_text(a.health_band)) as band_label,
    nullif(a.health_trend, 'unknown') as trend,
    app.delta_text(a.health_score - a.previous_health_score) as trend_text,
    a.current_stage as stage,
    (select jsonb_object_agg(s.name, s.color_hex) from journey_stages s
     where s.tenant_id = :tenant_id::uuid) ->> a.current_stage as color_hex,
    current_date - a.stage_entered_at::date as stage_days,
    app.money_text(a.arr_cents, a.currency) as arr_text,
    app.date_text(a.renewal_date) as renewal_text,
    app.day_text(a.renewal_date) as renewal_days_text,
    a.renewal_date < current_date as is_overdue,
    (select jsonb_object_agg(o.user_id, o.full_name) from profiles o
     where o.tenant_id = :tenant_id::uuid
        and o.user_id = any (array(select csm_id from page)))
        ->> a.csm_id::text as owner,
    app.label_text(a.tier) as tier_label,
    app.label_text(a.status) as status_label,
    case when :form::json ->> 'columns' is not null then (
        select app.account_cells(:tenant_id::uuid, array(select id from page),
            :form::json, :edit)) -> a.id::text end as cells,
    (select app.url_encode(key) from told where found > 50) as next_key,
    (select id from told where found > 50) as next_id,
    (select app.count_text(found, 'account') from told
     where found <= 50 and :after_id::uuid is null) as found_text
from page a
limit 50;

-- name: account_list_renewal_desc
-- By renewal, the last first; accounts without a date come first.
with page as materialized (
    (select a.id, a.name, a.renewal_sort::text as key, a.parent_id, a.tier,
        a.status, a.arr_cents, a.currency, a.renewal_date, a.csm_id,
        a.current_stage, a.stage_entered_at, a.health_score, a.health_band,
        a.health_label, a.health_trend, a.previous_health_score
    from accounts a
    where a.tenant_id = :tenant_id::uuid
        and (a.renewal_sort, a.id) < (
            case when :after_key::text is null then 'infinity'
                else :after_key end::date,
            case when :after_id::uuid is null
                then 'ffffffff-ffff-ffff-ffff-ffffffffffff'
                else :after_id::uuid end)
        and app.is_unfiltered(:form::json::jsonb)
    order by a.renewal_sort desc, a.id desc
    limit 51)
    union all
    select f.* from app.accounts_found(:tenant_id::uuid, :form::json, :sort,
        :after_key, :after_id::uuid, 51) f
    where not app.is_unfiltered(:form::json::jsonb)
), told as materialized (
    select count(*) as found, (array_agg(id))[50] as id,
        (array_agg(key))[50] as key
    from page
)
select a.id, a.name, a.health_score,
    case when a.parent_id is not null then (
        select p.name from accounts p
        where p.tenant_id = :tenant_id::uuid and p.id = a.parent_id)
    end as parent_name,
    coalesce(a.health_band, 'unscored') as health_band,
    coalesce(a.health_label, app.band_text(a.health_band)) as band_label,
    nullif(a.health_trend, 'unknown') as trend,
    app.delta_text(a.health_score - a.previous_health_score) as trend_text,
    a.current_stage as stage,
    (select jsonb_object_agg(s.name, s.color_hex) from journey_stages s
     where s.tenant_id = :tenant_id::uuid) ->> a.current_stage as color_hex,
    current_date - a.stage_entered_at::date as stage_days,
    app.money_text(a.arr_cents, a.currency) as arr_text,
    app.date_text(a.renewal_date) as renewal_text,
    app.day_text(a.renewal_date) as renewal_days_text,
    a.renewal_date < current_date as is_overdue,
    (select jsonb_object_agg(o.user_id, o.full_name) from profiles o
     where o.tenant_id = :tenant_id::uuid
        and o.user_id = any (array(select csm_id from page)))
        ->> a.csm_id::text as owner,
    app.label_text(a.tier) as tier_label,
    app.label_text(a.status) as status_label,
    case when :form::json ->> 'columns' is not null then (
        select app.account_cells(:tenant_id::uuid, array(select id from page),
            :form::json, :edit)) -> a.id::text end as cells,
    (select app.url_encode(key) from told where found > 50) as next_key,
    (select id from told where found > 50) as next_id,
    (select app.count_text(found, 'account') from told
     where found <= 50 and :after_id::uuid is null) as found_text
from page a
limit 50;

-- name: account_list_found
-- By what no index has in order.
with page as materialized (
    select f.* from app.accounts_found(:tenant_id::uuid, :form::json, :sort,
        :after_key, :after_id::uuid, 51) f
), told as materialized (
    select count(*) as found, (array_agg(id))[50] as id,
        (array_agg(key))[50] as key
    from page
)
select a.id, a.name, a.health_score,
    case when a.parent_id is not null then (
        select p.name from accounts p
        where p.tenant_id = :tenant_id::uuid and p.id = a.parent_id)
    end as parent_name,
    coalesce(a.health_band, 'unscored') as health_band,
    coalesce(a.health_label, app.band_text(a.health_band)) as band_label,
    nullif(a.health_trend, 'unknown') as trend,
    app.delta_text(a.health_score - a.previous_health_score) as trend_text,
    a.current_stage as stage,
    (select jsonb_object_agg(s.name, s.color_hex) from journey_stages s
     where s.tenant_id = :tenant_id::uuid) ->> a.current_stage as color_hex,
    current_date - a.stage_entered_at::date as stage_days,
    app.money_text(a.arr_cents, a.currency) as arr_text,
    app.date_text(a.renewal_date) as renewal_text,
    app.day_text(a.renewal_date) as renewal_days_text,
    a.renewal_date < current_date as is_overdue,
    (select jsonb_object_agg(o.user_id, o.full_name) from profiles o
     where o.tenant_id = :tenant_id::uuid
        and o.user_id = any (array(select csm_id from page)))
        ->> a.csm_id::text as owner,
    app.label_text(a.tier) as tier_label,
    app.label_text(a.status) as status_label,
    case when :form::json ->> 'columns' is not null then (
        select app.account_cells(:tenant_id::uuid, array(select id from page),
            :form::json, :edit)) -> a.id::text end as cells,
    (select app.url_encode(key) from told where found > 50) as next_key,
    (select id from told where found > 50) as next_id,
    (select app.count_text(found, 'account') from told
     where found <= 50 and :after_id::uuid is null) as found_text
from page a
limit 50;

-- name: account_tree_found
-- The tree. A parent has its roll-up besides: group health by its rule, and
-- group ARR by currency.
with line as materialized (
    select * from app.account_tree(:tenant_id::uuid, :form::json, :sort,
        :after_key, :after_id::uuid)
), band as materialized (
    select label, lower_bound from app.score_bands(:tenant_id::uuid)
)
select a.id, a.name, a.health_score,
    (select p.name from accounts p
     where p.tenant_id = :tenant_id::uuid and p.id = a.parent_id)
        as parent_name,
    coalesce(a.health_band, 'unscored') as health_band,
    coalesce(a.health_label, app.band_text(a.health_band)) as band_label,
    nullif(a.health_trend, 'unknown') as trend,
    app.delta_text(a.health_score - a.previous_health_score) as trend_text,
    a.current_stage as stage,
    (select jsonb_object_agg(s.name, s.color_hex) from journey_stages s
     where s.tenant_id = :tenant_id::uuid) ->> a.current_stage as color_hex,
    current_date - a.stage_entered_at::date as stage_days,
    app.money_text(a.arr_cents, a.currency) as arr_text,
    app.date_text(a.renewal_date) as renewal_text,
    app.day_text(a.renewal_date) as renewal_days_text,
    a.renewal_date < current_date as is_overdue,
    (select jsonb_object_agg(o.user_id, o.full_name) from profiles o
     where o.tenant_id = :tenant_id::uuid) ->> a.csm_id::text as owner,
    app.label_text(a.tier) as tier_label,
    app.label_text(a.status) as status_label,
    least(l.level, 8) as level, l.is_path, l.is_cut,
    app.number_text(r.descendants) as below_text,
    (select string_agg(app.money_text(m.value::bigint, m.key), ' + '
        order by m.key <> r.currency, m.key)
     from jsonb_each_text(r.arr) m where m.value <> '0') as group_arr_text,
    r.score as group_score, b.label as group_label,
    case when :form::json ->> 'columns' is not null then (
        select app.account_cells(:tenant_id::uuid, array(select id from line),
            :form::json, :edit)) -> a.id::text end as cells,
    app.url_encode(l.next_key) as next_key, l.next_id,
    case when l.next_id is null and :after_id::uuid is null
        and not bool_or(l.is_cut) over () then app.count_text(
            count(*) filter (where not l.is_path) over (), 'account')
    end as found_text
from line l
join accounts a on a.tenant_id = :tenant_id::uuid and a.id = l.id
left join lateral (
    select * from app.account_rollup(:tenant_id::uuid, l.id)
    where l.is_parent) r on true
left join lateral (
    select * from band b where b.lower_bound <= r.score
    order by b.lower_bound desc
    limit 1) b on r.rule <> 'own'
order by l.place;

-- What stands around the portfolio list: its links, filters and choices.

-- name: account_page
-- One row. Every link of the page keeps the filters, so they are put together
-- here: query has all of them, <x>_query those of a column's header, which
-- turns the order round on the second click.
with filter as materialized (
    select f.*, row_number() over () as nr
    from app.account_filter_words(:tenant_id::uuid, :form::json) f
    where not app.is_unfiltered(:form::json::jsonb)
), link as materialized (
    select :sort as sort, 'sort=' || :sort as sorted, c.columns,
        c.laid || c.columns || app.url_pair('view', :view) as kept,
        c.laid || app.url_pair('view', :view) as laid,
        f.all, f.less_band, f.places
    from (
        select coalesce(string_agg(query, '' order by nr), '') as all,
            coalesce(string_agg(query, '' order by nr) filter (
                where field <> 'band' or place > 1), '') as less_band,
            max(place) as places
        from filter) f
    cross join (
        select case when :form::json ->> 'columns' is null then ''
            else app.account_columns_query(:form::json, :edit) end as columns,
            app.url_pair('layout', nullif(:layout, 'list')) as laid
        offset 0) c
), word as materialized (
    select app.severity_names(:tenant_id::uuid) as health,
        nullif(:form::json::jsonb ->> 'band', '') as band
)
select sort,
    not app.is_unfiltered(:form::json::jsonb) as is_filtered,
    :after_id::uuid is not null as is_later_page,
    sorted || kept || "all" as query,
    sorted || kept || less_band as query_less_band,
    sorted || "all" as list_query,
    :layout = 'tree' as is_tree,
    case sort when 'name' then 'sort=-name' else 'sort=name' end
        || kept || "all" as name_query,
    case sort when 'health' then 'sort=-health' else 'sort=health' end
        || kept || "all" as health_query,
    case sort when 'stage' then 'sort=-stage' else 'sort=stage' end
        || kept || "all" as stage_query,
    case sort when '-arr' then 'sort=arr' else 'sort=-arr' end
        || kept || "all" as arr_query,
    case sort when 'renewal' then 'sort=-renewal' else 'sort=renewal' end
        || kept || "all" as renewal_query,
    case sort when 'owner' then 'sort=-owner' else 'sort=owner' end
        || kept || "all" as owner_query,
    case sort when 'status' then 'sort=-status' else 'sort=status' end
        || kept || "all" as status_query,
    case sort when 'tier' then 'sort=-tier' else 'sort=tier' end
        || kept || "all" as tier_query,
    case sort when 'name' then 'ascending'
        when '-name' then 'descending' end as name_order,
    case sort when 'health' then 'ascending'
        when '-health' then 'descending' end as health_order,
    case sort when 'stage' then 'ascending'
        when '-stage' then 'descending' end as stage_order,
    case sort when 'arr' then 'ascending'
        when '-arr' then 'descending' end as arr_order,
    case sort when 'renewal' then 'ascending'
        when '-renewal' then 'descending' end as renewal_order,
    case sort when 'owner' then 'ascending'
        when '-owner' then 'descending' end as owner_order,
    case sort when 'status' then 'ascending'
        when '-status' then 'descending' end as status_order,
    case sort when 'tier' then 'ascending'
        when '-tier' then 'descending' end as tier_order,
    (select jsonb_agg(jsonb_build_object('label', f.label, 'op', f.op_label,
        'words', f.words, 'edit', f.name, 'is_or', f.place > lag.place,
        'less', sorted || kept || coalesce((
            select string_agg(o.query, '' order by o.nr) from filter o
            where o.nr <> f.nr), '')) order by f.place, f.nr)
     from filter f
     left join lateral (
        select max(o.place) as place from filter o
        where (o.place, o.nr) < (f.place, f.nr)) lag on true) as chips,
    (select jsonb_agg(jsonb_build_object('name', f.name, 'value', g.value))
     from app.account_filter_sent(:form::json) f
     cross join unnest(f.given) g (value)
     where f.name <> 'q') as hidden,
    nullif(:layout, 'list') as layout,
    nullif(replace(substr(columns, 10), '+', ' '), '') as columns_given,
    sorted || laid || "all" as usual_query,
    case when columns <> '' then app.account_column_heads(:form::json,
        :edit, sort, kept || "all") end as columns,
    case when :edit = 'columns' or :edit ~ '^(up|down)[.]'
        then app.account_column_editor(:form::json, :edit) end
        as column_editor,
    app.account_sorts(sort) as sorts,
    app.account_attributes(:tenant_id::uuid) as attributes,
    :form::json::jsonb ->> 'q' as q,
    health,
    less_band = "all" as band_any,
    band = 'healthy' as band_healthy,
    band = 'moderate' as band_moderate,
    band = 'at_risk' as band_at_risk,
    band = 'critical' as band_critical,
    band = 'unscored' as band_unscored
from link, word;

-- name: account_filter_faults
-- What is wrong with the filters.
select name as field, problem as message, code
from app.account_filter(:form::json)
where problem is not null and not app.is_unfiltered(:form::json::jsonb)
union all
select 'columns', 'There is no column ' || left(name, 60) || '.', 'unknown'
from app.account_columns(:form::json, null)
where not is_known and :form::json ->> 'columns' is not null;

-- name: account_filter_editor
select name, field, label, place, is_change, operators, choices, value,
    upto, days, others, next_place, choices is not null as has_choices,
    kind in ('text', 'account') as is_text, kind in ('number', 'money', 'decimal') as is_number, kind = 'date' as is_date
from app.account_filter_editor(:tenant_id::uuid, :form::json, :edit)
where :edit is not null or not app.is_unfiltered(:form::json::jsonb);

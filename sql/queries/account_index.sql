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
    select :sort as sort,
        'sort=' || :sort as sorted,
        c.laid || c.columns || app.url_pair('view', :view) as kept,
        c.laid || app.url_pair('view', :view) as laid,
        c.columns,
        coalesce(string_agg(query, '' order by nr), '') as all,
        coalesce(string_agg(query, '' order by nr) filter (
            where field <> 'band' or place > 1), '') as less_band,
        max(place) as places
    from (
        select case when :form::json ->> 'columns' is null then ''
            else app.account_columns_query(:form::json, :edit) end as columns,
            app.url_pair('layout', nullif(:layout, 'list')) as laid
        offset 0) c
    left join filter on true
    group by c.columns, c.laid
), word as materialized (
    select app.severity_names(:tenant_id::uuid) as health,
        nullif(:form::json::jsonb ->> 'band', '') as band
)
select sort,
    case when :form::text = '{}' then (
        select '/dashboard/accounts?' || v.query || '&view=' || v.id::text
        from default_views d
        join saved_views v
            on v.tenant_id = :tenant_id::uuid and v.id = d.view_id
        where d.tenant_id = :tenant_id::uuid
            and d.owner_id = (select app.current_user_id())) end
        as default_url,
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
    case when columns <> '' then (
        select jsonb_agg(jsonb_build_object('label', c.label,
            'is_number', c.is_number, 'order', case link.sort
                when c.sort then 'ascending'
                when '-' || c.sort then 'descending' end,
            'query', 'sort=' || case link.sort when o.first then o.second
                else o.first end || kept || "all") order by c.nr)
        from app.account_columns(:form::json, :edit) c
        cross join lateral (
            select case when c.sort in ('arr', 'days') then '-' || c.sort
                    else c.sort end as first,
                case when c.sort in ('arr', 'days') then c.sort
                    else '-' || c.sort end as second) o
        where c.nr is not null) end as columns,
    :edit = 'columns' or :edit ~ '^(up|down)[.]' as edits_columns,
    case when :edit = 'columns' or :edit ~ '^(up|down)[.]' then (
        select jsonb_agg(jsonb_build_object('name', c.name, 'label', c.label,
            'is_shown', c.nr is not null, 'up', c.nr > 1,
            'down', c.nr < c.shown))
        from (
            select c.*, count(c.nr) over () as shown
            from app.account_columns(:form::json, :edit) c
            where c.is_known) c) end as column_editor,
    (select jsonb_agg(jsonb_build_object('value', o.value, 'label', o.label,
        'is_selected', o.value = sort))
     from (values ('name', 'Name'),
        ('-name', 'Name, Z to A'),
        ('-arr', 'ARR, largest first'),
        ('arr', 'ARR, smallest first'),
        ('health', 'Health, lowest first'),
        ('-health', 'Health, highest first'),
        ('renewal', 'Renewal, soonest first'),
        ('-renewal', 'Renewal, latest first'),
        ('stage', 'Stage, first to last'),
        ('-days', 'Longest in stage'),
        ('owner', 'Owner'),
        ('status', 'Status'),
        ('tier', 'Tier')) o (value, label)) as sorts,
    (select jsonb_agg(jsonb_build_object('key', c.key, 'label', c.label)
        order by c.position, c.label)
     from custom_attributes c
     where c.tenant_id = :tenant_id::uuid) as attributes,
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

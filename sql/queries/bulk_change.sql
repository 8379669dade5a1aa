-- One change of many accounts.

-- name: bulk_change_new
-- What was marked, and what is to be done with it.
with selection as materialized (
    select id from mainstay.bulk_selection(:tenant_id::uuid, :form::json)
), told as (
    select count(*) as n from selection
), wish as (
    -- also of a form that was refused
    select nullif(:form::json ->> 'change', '') as change,
        :form::json ->> 'target' as target
)
select n > 0 and n <= mainstay.bulk_limit() as is_right,
    n = 0 as is_empty, n > mainstay.bulk_limit() as is_much,
    app.number_text(mainstay.bulk_limit()) as limit_text,
    app.count_text(n, 'account') as count_text,
    (:form::json ->> 'all') = 'yes' as is_all,
    change, target,
    change like 'tag%' as is_tag, change = 'owner' as is_owner,
    change = 'stage' as is_stage, change = 'status' as is_status,
    change = 'tag_add' as is_tag_add, change = 'tag_remove' as is_tag_remove,
    case change when 'owner' then 'Change the owner'
        when 'stage' then 'Move to a stage' when 'status'
        then 'Change the status' when 'tag_add' then 'Add a tag'
        when 'tag_remove' then 'Remove a tag' end as title,
    coalesce(nullif(:form::json ->> 'back', ''),
        app.account_list_query(:tenant_id::uuid, :form::json)) as back,
    (select jsonb_agg(jsonb_build_object('name', f.name, 'value', g.value))
     from app.account_filter_sent(:form::json) f
     cross join unnest(f.given) g (value)
     where :form::json ->> 'all' = 'yes') as hidden,
    (select jsonb_agg(id) from selection
     where (:form::json ->> 'all') is distinct from 'yes') as picks,
    (select jsonb_agg(jsonb_build_object('value', c.value, 'label', c.label,
        'is_selected', c.value = target))
     from app.bulk_choices(:tenant_id::uuid, change) c) as choices
from told, wish;

-- name: bulk_change_preview
select id, name, before, after, is_same, pick,
    app.count_text(count(*) filter (where not is_same) over (), 'account')
        as changes_text,
    count(*) filter (where not is_same) over () > 0 as has_changes
from app.bulk_preview(:tenant_id::uuid, :form::json, :change, :target);

-- name: bulk_change_make
select mainstay.bulk_change_make(:tenant_id::uuid, :change, :target, :picks,
    :back) as id;

-- name: bulk_change_show
select b.id, b.value, b.query as back, app.time_text(b.made_at) as made_text,
    app.iso_text(b.made_at) as made_iso, p.full_name as made_by,
    case b.change when 'owner' then 'Owner: ' when 'stage' then 'Stage: '
        when 'status' then 'Status: ' when 'tag_add' then 'Tag added: '
        when 'tag_remove' then 'Tag removed: ' else 'Import' end || coalesce(b.value, '') as title,
    (select app.count_text(count(*), 'account') || case b.change
        when 'import' then ' added or changed' else ' changed' end
     from jsonb_array_elements(b.results) r
     where r ->> 'outcome' in ('changed', 'added')) as changed_text,
    (select case when count(*) > 0 then app.number_text(count(*))
        || ' left as they were' end
     from jsonb_array_elements(b.results) r
     where r ->> 'outcome' = 'same') as same_text,
    (select case when count(*) > 0 then app.number_text(count(*))
        || ' refused' end
     from jsonb_array_elements(b.results) r
     where r ->> 'outcome' = 'refused') as refused_text
from bulk_changes b
left join profiles p on p.tenant_id = b.tenant_id and p.user_id = b.made_by
where b.tenant_id = :tenant_id::uuid and b.id = :id::uuid;

-- name: bulk_change_results
-- What was refused first.
select r.id, r.name, r.message, r.line, r.outcome = 'refused' as is_refused,
    case r.outcome when 'changed' then 'Changed' when 'added' then 'Added'
        when 'same' then 'As it was' else 'Refused' end as outcome_text
from bulk_changes b
cross join jsonb_to_recordset(b.results)
    r (id uuid, name text, outcome text, message text, line integer)
where b.tenant_id = :tenant_id::uuid and b.id = :id::uuid
order by r.outcome <> 'refused', r.line, lower(r.name), r.id;

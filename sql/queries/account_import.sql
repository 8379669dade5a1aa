-- Accounts from CSV.

-- name: account_import_columns
-- Each column of the file, and where it goes.
select m.nr, m.heading, (
    select jsonb_agg(jsonb_build_object('value', t.target, 'label', t.label,
        'is_selected', t.target = m.target))
    from mainstay.import_targets() t) as targets
from mainstay.import_map(:form::json) m
where :form::json ->> 'csv' <> ''
order by m.nr;

-- name: account_import_preview
select p.line, coalesce(p.data ->> 'name', p.data ->> 'external_id') as name,
    p.message, p.outcome = 'refused' as is_refused,
    case p.outcome when 'added' then 'New' when 'changed' then 'Changed'
        when 'same' then 'As it is' else 'Refused' end as outcome_text,
    app.count_text(count(*) filter (where outcome in ('added', 'changed'))
        over (), 'account') as right_text,
    count(*) filter (where outcome in ('added', 'changed')) over () > 0
        as has_right,
    app.number_text(nullif(count(*) filter (where outcome = 'refused')
        over (), 0)) as refused_text
from app.import_preview(:tenant_id::uuid, :form::json) p
order by p.outcome <> 'refused', p.line;

-- name: account_import_make
select mainstay.account_import(:tenant_id::uuid, :form::json) as id;

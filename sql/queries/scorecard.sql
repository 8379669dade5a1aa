-- Scorecards in the admin area: which there are, their drafts and versions.
-- What a form does is a function in sql/functions/scorecard_page.sql.

-- name: scorecard_list
select c.id, c.name, c.is_default,
    mainstay.rule_text(c.is_default, c.applies_to) as rule_text,
    p.version, app.date_text(p.published_at::date) as published_text,
    o.full_name as author, d.version as draft_version,
    case when p.id is not null then app.number_text(coalesce(r.accounts, 0))
        end as accounts_text
from scorecards c
left join scorecard_versions p
    on p.tenant_id = :tenant_id::uuid and p.scorecard_id = c.id
        and p.status = 'published'
left join scorecard_versions d
    on d.tenant_id = :tenant_id::uuid and d.scorecard_id = c.id
        and d.status = 'draft'
left join profiles o
    on o.tenant_id = :tenant_id::uuid and o.user_id = p.published_by
left join mainstay.scorecard_reach(:tenant_id::uuid) r
    on r.scorecard_id = c.id
where c.tenant_id = :tenant_id::uuid
order by c.is_default, c.position, c.name;

-- name: scorecard_progress
select * from mainstay.scorecard_progress(:tenant_id::uuid);

-- name: scorecard_create
select mainstay.create_scorecard(:tenant_id::uuid, :name, :preset) as id;

-- name: scorecard_queue
select api.queue_tenant('request');

-- name: scorecard_card
-- The head of each page of one scorecard.
select c.id, c.name, c.description, c.is_default, c.position,
    mainstay.rule_text(c.is_default, c.applies_to) as rule_text,
    p.id as published_id, p.version,
    app.date_text(p.published_at::date) as published_text,
    d.id as draft_id, d.version as draft_version, b.seen
from scorecards c
left join scorecard_versions p
    on p.tenant_id = :tenant_id::uuid and p.scorecard_id = c.id
        and p.status = 'published'
left join scorecard_versions d
    on d.tenant_id = :tenant_id::uuid and d.scorecard_id = c.id
        and d.status = 'draft'
left join mainstay.scorecard_base(:tenant_id::uuid, c.id) b on true
where c.tenant_id = :tenant_id::uuid and c.id = :id::uuid;

-- name: scorecard_form
-- The editor; :form is what was typed, or null.
select * from mainstay.scorecard_editor(:tenant_id::uuid, :id::uuid,
    :form::jsonb);

-- name: scorecard_form_problems
select p.field, p.message
from mainstay.seen_scorecard(:tenant_id::uuid, :id::uuid,
    :form::jsonb ->> 'seen') b
cross join lateral mainstay.form_problems(b.document, :form::jsonb) p;

-- name: scorecard_form_preview
select * from mainstay.typed_preview(:tenant_id::uuid, :id::uuid,
    :form::jsonb);

-- name: scorecard_save
select field, message from mainstay.save_scorecard_form(:tenant_id::uuid,
    :id::uuid, :form::jsonb);

-- name: scorecard_document
-- As it is, or as typed.
select coalesce(:form::jsonb ->> 'document', jsonb_pretty(b.document))
        as document,
    b.version, b.is_draft, b.seen
from mainstay.scorecard_base(:tenant_id::uuid, :id::uuid) b;

-- name: scorecard_document_save
select field, message from mainstay.save_scorecard_document(
    :tenant_id::uuid, :id::uuid, :form::jsonb ->> 'document',
    :form::jsonb ->> 'seen');

-- name: scorecard_rule
-- Name and rule as they are, or as typed.
select * from mainstay.rule_form(:tenant_id::uuid, :id::uuid, :form::jsonb);

-- name: scorecard_rule_problems
select field, message from mainstay.rule_problems(:tenant_id::uuid,
    :id::uuid, :form::jsonb);

-- name: scorecard_rule_preview
select p.rule, p.is_published,
    app.count_text(p.matching, 'account') as matching_text,
    case when p.gained > 0 then app.count_text(p.gained, 'account') end
        as gained_text,
    case when p.lost > 0 then app.count_text(p.lost, 'account') end
        as lost_text,
    app.money_short(p.gained_arr) as gained_arr_text,
    app.money_short(p.lost_arr) as lost_arr_text
from mainstay.rule_preview(:tenant_id::uuid, :id::uuid, :form::jsonb) p;

-- name: scorecard_rule_save
select field, message from mainstay.save_rule(:tenant_id::uuid, :id::uuid,
    :form::jsonb);

-- name: scorecard_make_default
select mainstay.make_default(:tenant_id::uuid, :id::uuid, :seen);

-- name: scorecard_preview
-- What publishing the draft would do.
select b.version_id, b.version, b.seen, false as is_roll_back, p.*
from mainstay.scorecard_base(:tenant_id::uuid, :id::uuid) b
cross join lateral mainstay.document_preview(:tenant_id::uuid, :id::uuid,
    b.published, b.document) p
where b.is_draft;

-- name: scorecard_roll_back_preview
select v.id as version_id, v.version, b.seen, true as is_roll_back, p.*
from mainstay.scorecard_base(:tenant_id::uuid, :id::uuid) b
join scorecard_versions v
    on v.tenant_id = :tenant_id::uuid and v.scorecard_id = :id::uuid
        and v.id = :version::uuid and v.status = 'retired'
cross join lateral mainstay.document_preview(:tenant_id::uuid, :id::uuid,
    b.published, v.document, 'Rolling back to version ' || v.version) p;

-- name: scorecard_publish
select mainstay.publish_seen(:tenant_id::uuid, :id::uuid, :seen);

-- name: scorecard_discard
select mainstay.discard_draft(:tenant_id::uuid, :id::uuid, :seen);

-- name: scorecard_roll_back
select mainstay.roll_back_seen(:tenant_id::uuid, :id::uuid, :version::uuid,
    :seen);

-- name: scorecard_versions
-- The newest first, each with what is different from the one before.
select v.id, v.version, app.label_text(v.status) as status_text,
    v.status = 'published' as is_published, v.status = 'draft' as is_draft,
    v.status = 'retired' as is_retired,
    app.date_text(coalesce(v.published_at, v.created_at)::date) as date_text,
    o.full_name as author,
    (select json_agg(json_build_object('change', x.change)
            order by x.place)
        from mainstay.document_changes(b.document, v.document) x
        where b.document is not null) as changes,
    b.document is null as is_first
from scorecard_versions v
left join lateral (
    select f.document from scorecard_versions f
    where f.tenant_id = :tenant_id::uuid and f.scorecard_id = :id::uuid
        and f.version < v.version
    order by f.version desc limit 1) b on true
left join profiles o
    on o.tenant_id = :tenant_id::uuid and o.user_id = v.published_by
where v.tenant_id = :tenant_id::uuid and v.scorecard_id = :id::uuid
order by v.version desc
limit 50;

-- name: scorecard_version
select v.id, v.version, app.label_text(v.status) as status_text,
    v.status = 'retired' as is_retired, v.status = 'draft' as is_draft,
    app.date_text(v.published_at::date) as published_text,
    o.full_name as author, jsonb_pretty(v.document) as document
from scorecard_versions v
left join profiles o
    on o.tenant_id = :tenant_id::uuid and o.user_id = v.published_by
where v.tenant_id = :tenant_id::uuid and v.scorecard_id = :id::uuid
    and v.id = :version::uuid;

-- name: scorecard_version_weights
select d.value ->> 'label' as label, d.value ->> 'weight' as weight
from scorecard_versions v
cross join jsonb_array_elements(v.document -> 'dimensions')
    with ordinality d (value, place)
where v.tenant_id = :tenant_id::uuid and v.scorecard_id = :id::uuid
    and v.id = :version::uuid
order by d.place;

-- name: scorecard_version_bands
select b.value ->> 'label' as label, b.value ->> 'severity' as severity,
    b.value ->> 'lower' as lower
from scorecard_versions v
cross join jsonb_array_elements(v.document -> 'bands')
    with ordinality b (value, place)
where v.tenant_id = :tenant_id::uuid and v.scorecard_id = :id::uuid
    and v.id = :version::uuid
order by b.place;

-- name: scorecard_back_test
select * from mainstay.scorecard_back_test(:tenant_id::uuid, :id::uuid,
    :of = 'draft');

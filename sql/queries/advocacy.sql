-- Advocacy: pages and API (sql/functions/advocacy.sql, advocacy_api.sql).

-- name: advocacy_api_list
select body, next_cursor
  from app.advocacy_page(:tenant_id::uuid, :id::uuid, :type, :status,
    :limit::integer, :cursor)

-- name: advocacy_api_get
select app.advocacy_api(v), md5(v::text) as etag
  from advocacy_activities v
 where v.tenant_id = :tenant_id::uuid and v.id = :id::uuid

-- name: advocacy_api_create
select body, etag, id
  from app.save_advocacy_api(:tenant_id::uuid, :id::uuid, null, null,
    jsonb_build_object('type', :type::text, 'status', :status::text,
        'contactId', :contactId::text, 'requestedAt', :requestedAt::text,
        'completedAt', :completedAt::text, 'outcome', :outcome::text,
        'value', :value::text, 'contentUrls', :contentUrls::jsonb,
        'overrideReason', :overrideReason::text), :given::text[])

-- name: advocacy_api_update
select body, etag
  from app.save_advocacy_api(:tenant_id::uuid, null, :id::uuid, :if_match,
    jsonb_build_object('type', :type::text, 'status', :status::text,
        'contactId', :contactId::text, 'requestedAt', :requestedAt::text,
        'completedAt', :completedAt::text, 'outcome', :outcome::text,
        'value', :value::text, 'contentUrls', :contentUrls::jsonb,
        'overrideReason', :overrideReason::text), :given::text[])

-- name: advocacy_api_metrics
select app.advocacy_metrics_api(:tenant_id::uuid)

-- name: advocacy_page
select f.*, r.days as rest_days, app.may('Tenant Admin') as is_admin,
    coalesce(:form::jsonb ->> 'days', r.days::text) as days,
    :status as status, coalesce(:status, 'ask') = 'ask' as is_ask
from advocacy_figures(:tenant_id::uuid) f
cross join advocacy_rest_days(:tenant_id::uuid) r (days);

-- name: advocacy_statuses
-- The pipeline: how many there are of each.
select s.status, app.label_text(s.status) as label, s.status = :status
    as is_current, coalesce(n.number, 0) as number
from unnest(array['pending', 'requested', 'in_progress', 'completed',
    'declined', 'cancelled']) with ordinality s (status, place)
left join (
    select v.status, count(*) as number from advocacy_activities v
    where v.tenant_id = :tenant_id::uuid
    group by v.status) n on n.status = s.status
order by s.place;

-- name: advocacy_ask
-- Who can be asked now: champions and sponsors at the largest healthy
-- accounts who do not rest.
select c.id, c.full_name, c.job_title, a.id as account_id,
    a.name as account_name, a.health_score, a.health_band::text
        as health_band,
    coalesce(a.health_label, app.band_text(a.health_band)) as band_label,
    app.money_text(a.arr_cents, a.currency) as arr_text,
    case when c.is_sponsor then 'Sponsor' else 'Champion' end as role_text,
    (
        select app.date_text((max(v.requested_at) at time zone 'UTC')::date)
        from advocacy_activities v
        where v.tenant_id = :tenant_id::uuid and v.contact_id = c.id
            and v.status <> 'cancelled') as asked_text
from (
    select * from accounts
    where tenant_id = :tenant_id::uuid and health_band = 'healthy'
        and status = 'active'
    order by arr_cents desc, id
    limit 200) a
-- The limit keeps the people of an account in the account's index.
cross join lateral (
    select * from contacts c
    where c.tenant_id = :tenant_id::uuid and c.account_id = a.id
        and (c.influence = 'champion' or c.is_sponsor) and not exists (
            select from advocacy_activities v
            where v.tenant_id = :tenant_id::uuid and v.account_id = a.id
                and (v.contact_id = c.id or v.contact_id is null)
                and v.status <> 'cancelled'
                and (v.status in ('pending', 'requested', 'in_progress')
                    or v.requested_at > now() - interval '1 day'
                        * advocacy_rest_days(:tenant_id::uuid)))
    order by c.is_sponsor desc, c.full_name, c.id
    limit 50) c
where :status::text is null
order by a.arr_cents desc, c.is_sponsor desc, c.full_name, c.id
limit 50;

-- name: advocacy_list
-- Of one status, what changed last first.
select v.id, v.account_id, a.name as account_name,
    app.label_text(v.type) as type_text, c.full_name as contact,
    app.label_text(v.status) as status_text,
    app.date_text((v.requested_at at time zone 'UTC')::date)
        as requested_text,
    app.date_text((v.completed_at at time zone 'UTC')::date)
        as completed_text, v.outcome, v.value
from advocacy_activities v
join accounts a on a.tenant_id = :tenant_id::uuid and a.id = v.account_id
left join contacts c
    on c.tenant_id = :tenant_id::uuid and c.id = v.contact_id
where v.tenant_id = :tenant_id::uuid and v.status = :status
order by v.updated_at desc, v.id
limit 200;

-- name: advocacy_rest_set
select set_advocacy_rest(:tenant_id::uuid, :days::integer);

-- name: advocacy_account_list
select v.id, app.label_text(v.type) as type_text, c.full_name as contact,
    app.label_text(v.status) as status_text,
    v.status = 'completed' as is_completed,
    v.status = 'declined' as is_declined,
    v.status in ('requested', 'in_progress') as is_open,
    v.status = 'cancelled' as is_cancelled,
    app.date_text((v.requested_at at time zone 'UTC')::date)
        as requested_text,
    app.date_text((v.completed_at at time zone 'UTC')::date)
        as completed_text, v.outcome, v.value,
    to_json(v.content_urls) as urls, v.override_reason,
    app.may('Practitioner') and coalesce(:as_of::date >= current_date, true)
        as may_edit
from advocacy_activities v
left join contacts c
    on c.tenant_id = :tenant_id::uuid and c.id = v.contact_id
where v.tenant_id = :tenant_id::uuid and v.account_id = :id::uuid
    and v.created_at <= app.end_of_day(:as_of::date)
order by v.status in ('completed', 'declined', 'cancelled'),
    v.created_at desc, v.id
limit 100;

-- name: advocacy_form
-- Of a new one, or of :activity; :form is what was typed.
select v.id, v.id is not null as is_edit,
    case when v.id is not null then md5(v::text) end as seen,
    field_options(:tenant_id::uuid, 'choice', array['case_study',
        'testimonial', 'reference_call', 'speaker_event', 'press_release',
        'webinar', 'user_group', 'advisory_board'], null, true,
        coalesce(:form::jsonb ->> 'type', v.type, 'reference_call'))
        as types,
    field_options(:tenant_id::uuid, 'choice', array['pending', 'requested',
        'in_progress', 'completed', 'declined', 'cancelled'], null, true,
        coalesce(:form::jsonb ->> 'status', v.status, 'pending')) as statuses,
    (
        select json_agg(json_build_object('value', c.id,
            'label', c.full_name, 'is_chosen', c.id::text = coalesce(
                :form::jsonb ->> 'contact_id', v.contact_id::text,
                :contact::uuid::text)) order by lower(c.full_name), c.id)
        from (
            select * from contacts
            where tenant_id = :tenant_id::uuid and account_id = :id::uuid
            order by full_name limit 200) c) as people,
    coalesce(:form::jsonb ->> 'outcome', v.outcome) as outcome,
    coalesce(:form::jsonb ->> 'value', v.value) as value,
    coalesce(:form::jsonb ->> 'content_urls',
        array_to_string(v.content_urls, e'\n')) as content_urls,
    coalesce(:form::jsonb ->> 'override_reason', v.override_reason)
        as override_reason
from (select) one
left join advocacy_activities v
    on v.tenant_id = :tenant_id::uuid and v.account_id = :id::uuid
        and v.id = :activity::uuid
where app.may('Practitioner') and coalesce(:as_of::date >= current_date, true);

-- name: advocacy_create
select save_advocacy(:tenant_id::uuid, :id::uuid, null, null,
    jsonb_build_object('type', :type::text, 'status', :status::text,
        'contact_id', :contact_id::text, 'outcome', :outcome::text,
        'value', :value::text, 'content_urls', :content_urls::text,
        'override_reason', :override_reason::text)) as id;

-- name: advocacy_save
select save_advocacy(:tenant_id::uuid, :id::uuid, :activity::uuid, :seen,
    jsonb_build_object('type', :type::text, 'status', :status::text,
        'contact_id', :contact_id::text, 'outcome', :outcome::text,
        'value', :value::text, 'content_urls', :content_urls::text,
        'override_reason', :override_reason::text)) as id;

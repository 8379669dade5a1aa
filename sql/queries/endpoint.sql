-- Endpoints of deliveries, in the admin area.

-- name: endpoint_list
select e.id, e.name, '/dashboard/admin/endpoints/' || e.id as url,
    e.url as address, e.format, e.is_active, e.disabled_reason,
    case when e.is_active and l.resumes_at > now() then l.reason end
        as rest_reason
from webhook_endpoints e
left join webhook_lanes l
    on l.tenant_id = :tenant_id::uuid and l.endpoint_id = e.id
where e.tenant_id = :tenant_id::uuid and e.format <> 'email'
order by lower(e.name), e.id;

-- name: endpoint_create
select id, secret, :name as name from mainstay.add_endpoint(
    :tenant_id::uuid, :name, :url, :format, :event_types, :header_name,
    :header_value);

-- name: endpoint_new
select f.form ->> 'name' as name, f.form ->> 'url' as address,
    f.form ->> 'event_types' as event_types,
    f.form ->> 'header_name' as header_name,
    array_to_string(mainstay.webhook_event_types(), ', ') as all_types,
    (select json_agg(json_build_object('format', x, 'is_chosen',
            x = coalesce(f.form ->> 'format', 'standard')))
        from unnest(array['standard', 'slack', 'seed-000', 'seed-001']) x) as formats
from (select :form::jsonb) f (form);

-- name: endpoint_form
-- :form is what was typed, or null.
select e.id, e.name as was, e.is_active, e.disabled_reason,
    coalesce(f.form ->> 'name', e.name) as name,
    coalesce(f.form ->> 'url', e.url) as address,
    (select json_agg(json_build_object('format', x, 'is_chosen',
            x = coalesce(f.form ->> 'format', e.format)))
        from unnest(array['standard', 'slack', 'seed-000', 'seed-001']) x) as formats,
    case when f.form is null then array_to_string(e.event_types, ', ')
        else f.form ->> 'event_types' end as event_types,
    array_to_string(mainstay.webhook_event_types(), ', ') as all_types,
    case when f.form is null then h.name else f.form ->> 'header_name' end
        as header_name,
    h.name is not null as has_header,
    coalesce(f.form ->> 'max_inflight', e.max_inflight::text)
        as max_inflight,
    case when f.form is null then e.rate_per_second::text
        else f.form ->> 'rate_per_second' end as rate_per_second,
    case when f.form is null then e.is_ordered
        else f.form ? 'is_ordered' end as is_ordered,
    case when e.is_active and l.resumes_at > now() then l.reason end
        as rest_reason,
    app.time_text(l.resumes_at) as rest_until,
    case when e.secret_before_until > now()
        then app.time_text(e.secret_before_until) end as both_until
from webhook_endpoints e
left join webhook_lanes l
    on l.tenant_id = :tenant_id::uuid and l.endpoint_id = e.id
left join lateral (select k as name
    from jsonb_object_keys(e.headers_masked) k order by k limit 1) h on true
cross join (select :form::jsonb) f (form)
where e.tenant_id = :tenant_id::uuid and e.id = :id::uuid
    and e.format <> 'email';

-- name: endpoint_test_result
-- What came of the last test of an hour.
select q.id, q.status in ('pending', 'processing') and a.attempt is null
        as is_under_way,
    q.status = 'pending' and a.attempt is not null as is_tried_again,
    q.status = 'completed' as is_good, q.status = 'failed' as is_failed,
    a.response_status, a.duration_ms, coalesce(a.error_message,
        q.error_message) as error,
    left(a.response_body, 500) as response,
    length(a.response_body) > 500 as is_shortened,
    app.ago_text(q.created_at) as ago_text,
    e.is_active = false as is_paused,
    mainstay.answer_hint(e.format, e.url, a.response_status, coalesce(
        a.error_message, q.error_message), a.response_body) as hint
from (
    select * from webhook_queue
    where tenant_id = :tenant_id::uuid and endpoint_id = :id::uuid
        and event_type = 'test' and created_at > now() - interval '1 hour'
    order by created_at desc
    limit 1) q
join webhook_endpoints e
    on e.tenant_id = :tenant_id::uuid and e.id = :id::uuid
left join lateral (
    select * from webhook_attempts a
    where a.tenant_id = :tenant_id::uuid and a.delivery_id = q.id
    order by a.attempted_at desc, a.lease desc
    limit 1) a on true;

-- name: endpoint_attempts
-- What became of the last deliveries; the newest first.
select q.event_type, app.label_text(q.status) as status_text,
    app.ago_text(q.created_at) as ago_text, q.response_status,
    q.error_message,
    app.count_text(q.attempts, 'try', 'tries') as attempts_text
from webhook_queue q
where q.tenant_id = :tenant_id::uuid and q.endpoint_id = :id::uuid
    and q.created_at > now() - interval '1 day'
order by q.created_at desc
limit 10;

-- name: endpoint_edit
select mainstay.edit_endpoint(:tenant_id::uuid, :id::uuid, :name, :url,
    :format, :max_inflight::integer, :rate_per_second::integer,
    :is_ordered::text is not null, :event_types, :header_name,
    :header_value);

-- name: endpoint_pause
select mainstay.pause_endpoint(:tenant_id::uuid, :id::uuid, false);

-- name: endpoint_resume
select mainstay.pause_endpoint(:tenant_id::uuid, :id::uuid, true);

-- name: endpoint_rotate
select api.rotate_webhook_secret(:id::uuid) as secret;

-- name: endpoint_test
select mainstay.test_endpoint(:tenant_id::uuid, :id::uuid);

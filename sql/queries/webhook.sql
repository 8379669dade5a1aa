-- Deliveries: what waits, what failed, what was answered.

-- name: webhook_page
-- Which ones, how many there are of each (up to a thousand), and whether one
-- may act.
select :status as status, :status = 'waiting' as is_waiting,
    :status = 'sending' as is_sending, :status = 'failed' as is_failed,
    :status = 'delivered' as is_delivered,
    :before_id::uuid is not null as is_later_page,
    case when w.n > 0 then app.count_up_to(w.n, 1000) end as waiting_text,
    case when s.n > 0 then app.count_up_to(s.n, 1000) end as sending_text,
    case when f.n > 0 then app.count_up_to(f.n, 1000) end as failed_text,
    :status = 'failed' and f.n > 0 as may_retry_all,
    (select app.may('Tenant Admin')) as may_edit
from (
    select count(*) filter (where status = 'pending') as n,
        count(*) filter (where status = 'processing') as sending
    from (
        select status from webhook_hot
        where tenant_id = :tenant_id::uuid
        limit 1001) h) w
cross join lateral (select w.sending as n) s
cross join (
    select count(*) as n
    from (
        select from webhook_history
        where tenant_id = :tenant_id::uuid and status = 'failed'
            and created_at > now() - interval '30 days'
        limit 1001) h) f;

-- name: webhook_list_waiting
-- What waits, the newest first; the 51st tells that there is a next page.
with page as materialized (
    select h.*, null::timestamptz as processed_at from webhook_hot h
    where h.tenant_id = :tenant_id::uuid and h.id <
            case when :before_id::uuid is null
                then 'ffffffff-ffff-ffff-ffff-ffffffffffff'
                else :before_id end::uuid
        and (case when h.status = 'pending' then true end) is not null
    order by h.id desc
    limit 51
)
select h.id, app.label_text(p.event_type) as event_type, e.name as endpoint, a.id as account_id,
    a.name as account, h.attempts || ' of ' || h.max_attempts
        as attempts_text,
    h.response_status, h.error_message as error,
    app.ago_text(h.created_at) as ago_text,
    app.time_text(h.created_at) as time_text,
    case when h.next_attempt_at > now()
        then 'next ' || app.ago_text(h.next_attempt_at) else 'due now'
        end as next_text,
    e.is_active = false as is_paused, e.is_active as may_retry,
    (select app.may('Tenant Admin')) as may_discard,
    (select case when count(*) > 50 then (array_agg(id order by id desc))[50]
        end from page) as next_id
from page h
left join webhook_endpoints e
    on e.tenant_id = :tenant_id::uuid and e.id = h.endpoint_id
left join accounts a
    on a.tenant_id = :tenant_id::uuid and a.id = h.account_id
left join webhook_payloads p on p.tenant_id = :tenant_id::uuid
    and p.created_at = h.created_at and p.id = h.id
order by h.id desc
limit 50;

-- name: webhook_list_sending
-- What is on its way: a worker has claimed it.
select h.id, app.label_text(p.event_type) as event_type, e.name as endpoint, a.id as account_id,
    a.name as account, h.attempts || ' of ' || h.max_attempts
        as attempts_text,
    app.ago_text(h.created_at) as ago_text,
    app.time_text(h.created_at) as time_text, null::uuid as next_id
from (
    select * from webhook_hot
    where tenant_id = :tenant_id::uuid and status = 'processing'
    order by id desc
    limit 50) h
left join webhook_endpoints e
    on e.tenant_id = :tenant_id::uuid and e.id = h.endpoint_id
left join accounts a
    on a.tenant_id = :tenant_id::uuid and a.id = h.account_id
left join webhook_payloads p on p.tenant_id = :tenant_id::uuid
    and p.created_at = h.created_at and p.id = h.id
order by h.id desc;

-- name: webhook_list_failed
-- What was given up.
with page as materialized (
    select h.* from webhook_history h
    where h.tenant_id = :tenant_id::uuid and h.status = 'failed'
        and (h.created_at, h.id) < (
            case when :before_at::timestamptz is null then 'infinity'
                else :before_at end::timestamptz,
            case when :before_id::uuid is null
                then 'ffffffff-ffff-ffff-ffff-ffffffffffff'
                else :before_id end::uuid)
    order by h.created_at desc, h.id desc
    limit 51
), told as materialized (
    select count(*) as found,
        (array_agg(created_at order by created_at desc, id desc))[50] as at,
        (array_agg(id order by created_at desc, id desc))[50] as id
    from page
)
select h.id, app.label_text(p.event_type) as event_type, e.name as endpoint, a.id as account_id,
    a.name as account, h.attempts || ' of ' || h.max_attempts
        as attempts_text,
    h.response_status, h.error_message as error,
    app.ago_text(h.created_at) as ago_text,
    app.time_text(h.created_at) as time_text, true as may_retry,
    mainstay.answer_hint(e.format, e.url, h.response_status,
        h.error_message, null) as hint,
    (select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
     from told where found > 50) as next_at,
    (select id from told where found > 50) as next_id
from page h
left join webhook_endpoints e
    on e.tenant_id = :tenant_id::uuid and e.id = h.endpoint_id
left join accounts a
    on a.tenant_id = :tenant_id::uuid and a.id = h.account_id
left join webhook_payloads p on p.tenant_id = :tenant_id::uuid
    and p.created_at = h.created_at and p.id = h.id
order by h.created_at desc, h.id desc
limit 50;

-- name: webhook_list_delivered
-- What was answered with 2xx.
with page as materialized (
    select h.* from webhook_history h
    where h.tenant_id = :tenant_id::uuid
        and (h.created_at, h.id) < (
            case when :before_at::timestamptz is null then 'infinity'
                else :before_at end::timestamptz,
            case when :before_id::uuid is null
                then 'ffffffff-ffff-ffff-ffff-ffffffffffff'
                else :before_id end::uuid)
        and (case when h.status = 'completed' then true end) is not null
    order by h.created_at desc, h.id desc
    limit 51
), told as materialized (
    select count(*) as found,
        (array_agg(created_at order by created_at desc, id desc))[50] as at,
        (array_agg(id order by created_at desc, id desc))[50] as id
    from page
)
select h.id, app.label_text(p.event_type) as event_type, e.name as endpoint, a.id as account_id,
    a.name as account, h.attempts || ' of ' || h.max_attempts
        as attempts_text,
    h.response_status, app.ago_text(h.created_at) as ago_text,
    app.time_text(h.created_at) as time_text,
    (select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
     from told where found > 50) as next_at,
    (select id from told where found > 50) as next_id
from page h
left join webhook_endpoints e
    on e.tenant_id = :tenant_id::uuid and e.id = h.endpoint_id
left join accounts a
    on a.tenant_id = :tenant_id::uuid and a.id = h.account_id
left join webhook_payloads p on p.tenant_id = :tenant_id::uuid
    and p.created_at = h.created_at and p.id = h.id
order by h.created_at desc, h.id desc
limit 50;

-- name: webhook_endpoint_list
-- Where deliveries go. What an address carries in its query is not shown.
select id, name, is_active, case when format = 'email'
        then 'Mail, by the relay' else mainstay.mask_query(url) end as url,
    disabled_reason, app.ago_text(disabled_at) as disabled_text,
    (select app.may('Tenant Admin')) as may_edit
from webhook_endpoints
where tenant_id = :tenant_id::uuid
order by name
limit 100;

-- name: webhook_endpoint_set_active
update webhook_endpoints set is_active = :is_active = 'true',
    disabled_at = null, disabled_reason = null, updated_at = now()
where tenant_id = :tenant_id::uuid and id = :id::uuid
returning id;

-- name: webhook_show
-- One delivery with what it sends.
select q.id, app.label_text(q.event_type) as event_type, q.status = 'pending' as is_waiting,
    q.status = 'processing' as is_sending, q.status = 'failed' as is_failed,
    q.status = 'completed' as is_delivered, e.name as endpoint,
    q.webhook_method as method, mainstay.mask_query(q.webhook_url) as url,
    e.format = 'email' as is_mail, e.format = 'slack' as is_slack,
    q.payload ->> 'to' as mail_to, q.payload ->> 'subject' as mail_subject,
    case when e.format = 'email' then q.payload ->> 'text' end as mail_text,
    (
        select json_agg(json_build_object('name', h.key, 'value', h.value)
            order by h.key)
        from jsonb_each_text(q.webhook_headers) h) as headers,
    jsonb_pretty(q.payload::jsonb) as payload,
    q.attempts || ' of ' || q.max_attempts as attempts_text,
    q.response_status, q.error_message as error,
    app.time_text(q.created_at) as created_text,
    app.time_text(q.processed_at) as processed_text,
    case when q.status = 'pending' then case
        when q.next_attempt_at > now() then app.ago_text(q.next_attempt_at)
        else 'due now' end end as next_text,
    e.is_active = false as is_paused,
    a.id as account_id, a.name as account, p.name as playbook,
    x.reason, q.status = 'failed' or q.status = 'pending' and e.is_active
        as may_retry,
    q.status = 'pending' and (select app.may('Tenant Admin')) as may_discard
from webhook_queue q
left join webhook_endpoints e
    on e.tenant_id = :tenant_id::uuid and e.id = q.endpoint_id
left join accounts a
    on a.tenant_id = :tenant_id::uuid and a.id = q.account_id
left join playbooks p
    on p.tenant_id = :tenant_id::uuid and p.id = q.playbook_id
left join playbook_executions x
    on x.tenant_id = :tenant_id::uuid and x.id = run_of_delivery(
        :tenant_id::uuid, q.account_id, q.playbook_id, q.id)
where q.tenant_id = :tenant_id::uuid and q.id = :id::uuid;

-- name: webhook_attempts
-- Each try, the last one first.
select a.attempt, a.response_status, a.duration_ms, a.error_message as error,
    nullif(a.response_body, '') as response,
    a.error_message is null
        and coalesce(a.response_status between 200 and 299, false) as is_good,
    app.time_text(a.attempted_at) as time_text,
    mainstay.answer_hint(e.format, e.url, a.response_status,
        a.error_message, a.response_body) as hint
from webhook_attempts a
left join webhook_queue q
    on q.tenant_id = :tenant_id::uuid and q.id = :id::uuid
left join webhook_endpoints e
    on e.tenant_id = :tenant_id::uuid and e.id = q.endpoint_id
where a.tenant_id = :tenant_id::uuid and a.delivery_id = :id::uuid
order by a.attempted_at desc, a.lease desc
limit 50;

-- name: webhook_retry
select api.retry_webhook(:id::uuid) as id;

-- name: webhook_retry_all
select api.retry_failed_webhooks(case :since when 'hour'
    then interval '1 hour' when 'day' then interval '1 day' when 'week'
    then interval '7 days' else interval '30 days' end) as count;

-- name: webhook_discard
select api.discard_webhook(:id::uuid) as id;

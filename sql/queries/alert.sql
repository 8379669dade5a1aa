-- The list of alerts, and how one is handled.

-- name: alert_page
-- What the page says once: which ones it shows, and whether one may act.
select coalesce(:status, 'open') as status,
    coalesce(:status, 'open') = 'open' as is_open,
    :status = 'acknowledged' as is_acknowledged,
    :status = 'resolved' as is_resolved,
    :after_at::timestamptz is not null as is_later_page,
    app.may('Practitioner') as may_write

-- name: alert_list
-- The newest first; the 26th tells that there is a next page.
with page as materialized (
    select a.*
    from alerts a
    where a.tenant_id = :tenant_id::uuid
        and a.status = coalesce(:status, 'open')
        and a.created_at <= case when :after_at::timestamptz is null
            then 'infinity' else :after_at end
        and (:after_at is null or a.created_at < :after_at
            or a.id < :after_id::uuid)
    order by a.created_at desc, a.id desc
    limit 26
)
select p.id, p.title, p.detail, p.account_id,
    p.severity = 'critical' as is_critical,
    app.ago_text(p.created_at) as ago_text,
    app.time_text(p.created_at) as time_text,
    p.status = 'open' as is_open, p.status <> 'resolved' as is_unresolved,
    o.full_name as handled_by, app.ago_text(p.acknowledged_at) as handled_text,
    case when n.found > 25 then to_char(p25.created_at at time zone 'UTC',
        'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') end as next_at,
    case when n.found > 25 then p25.id end as next_id
from (select *, row_number() over (order by created_at desc, id desc)
        as nr
    from page) p
cross join (select count(*) as found from page) n
left join lateral (select created_at, id from page
    order by created_at desc, id desc offset 24 limit 1) p25 on true
left join profiles o
    on o.tenant_id = :tenant_id::uuid and o.user_id = p.acknowledged_by
where p.nr <= 25
order by p.nr

-- name: alert_set
update alerts set status = :status
where tenant_id = :tenant_id::uuid and id = :id::uuid
returning id

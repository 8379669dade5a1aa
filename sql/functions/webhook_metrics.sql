-- role: mainstay_definer
--
-- What the queue holds, for mainstay-worker's page of figures, in the text
-- format of Prometheus. Of all tenants together: no name is told.
create or replace function api.delivery_metrics() returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        with recursive lane (tenant_id, endpoint_id) as (
            (select h.tenant_id, h.endpoint_id from mainstay.webhook_hot h
            order by h.tenant_id, h.endpoint_id limit 1)
            union all
            select n.tenant_id, n.endpoint_id from lane l
            cross join lateral (
                select h.tenant_id, h.endpoint_id from mainstay.webhook_hot h
                where (h.tenant_id, h.endpoint_id)
                    > (l.tenant_id, l.endpoint_id)
                order by h.tenant_id, h.endpoint_id limit 1) n
        ), figure (name, help, value) as (
            values ('mainstay_queue_deliveries',
                'Deliveries that are not over; counted up to 100,000.', (
                    select count(*) from (
                        select from mainstay.webhook_hot
                        limit 100000) h)::numeric),
            ('mainstay_queue_oldest_seconds',
                'For how long the delivery that is due longest has been due; '
                'those of paused and resting endpoints aside.', (
                    select round(coalesce(max(extract(epoch from
                        greatest(now() - d.next_attempt_at, '0 s'))), 0), 3)
                    from lane l
                    join mainstay.webhook_endpoints e
                        on e.tenant_id = l.tenant_id
                        and e.id = l.endpoint_id and e.is_active
                    left join mainstay.webhook_lanes w
                        on w.tenant_id = l.tenant_id
                        and w.endpoint_id = l.endpoint_id
                    cross join lateral (
                        select h.next_attempt_at from mainstay.webhook_hot h
                        where h.tenant_id = l.tenant_id
                            and h.endpoint_id = l.endpoint_id
                        order by h.tenant_id, h.endpoint_id,
                            h.next_attempt_at limit 1) d
                    where coalesce(w.resumes_at <= now(), true))),
            ('mainstay_endpoints_resting',
                'Endpoints that fail, or asked for time, and are left alone.',
                (select count(*) from mainstay.webhook_lanes w
                    where w.resumes_at > now())),
            ('mainstay_endpoints_disabled',
                'Endpoints that were switched off because nothing arrived.',
                (select count(*) from mainstay.webhook_endpoints e
                    where e.disabled_at is not null and not e.is_active)),
            ('mainstay_workers', 'Workers that are registered.',
                (select count(*) from mainstay.webhook_workers))
        )
        select string_agg(format(E'# HELP %s %s\n# TYPE %s gauge\n%s %s\n',
            f.name, f.help, f.name, f.name, f.value), '' order by f.name)
        from figure f);
end
$$;
comment on function api.delivery_metrics() is
    'Figures of the delivery queue, in the text format of Prometheus.';
revoke all on function api.delivery_metrics() from public;
grant execute on function api.delivery_metrics() to mainstay_worker;

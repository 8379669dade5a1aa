-- Overrides of a score. The rules, and what is refused, are in
-- sql/functions/health_override.sql.

-- name: health_override_create
select mainstay.override_score(:id::uuid, :score::integer, :reason,
    mainstay.override_end(:expires_at)) as override_id

-- name: health_override_end
select mainstay.end_override(:id::uuid)

-- name: health_override_history
-- The last 20 of an account, now or as of the end of a day, the newest first.
select h.score as health_score, b.severity as health_band,
    b.label as band_label, h.reason, o.full_name as author,
    app.date_text(h.created_at::date) as set_text,
    app.date_text((e.end_at - interval '1 second')::date) as end_text,
    e.is_early
from (
    select * from health_overrides
    where tenant_id = :tenant_id::uuid and account_id = :id::uuid
        and created_at <= app.end_of_day(:as_of::date)
    order by created_at desc, id
    limit 20) h
cross join lateral (
    select coalesce(t.ended_at, h.expires_at) as end_at,
        t.ended_at < h.expires_at as is_early
    from (select case when h.ended_at <= app.end_of_day(:as_of::date)
        then h.ended_at end as ended_at) t) e
left join lateral (
    select * from scorecard_bands(account_document(:tenant_id::uuid,
        :id::uuid, null)) d
    where d.lower <= h.score
    order by d.lower desc limit 1) b on true
left join profiles o
    on o.tenant_id = :tenant_id::uuid and o.user_id = h.created_by

-- Overrides of a score. The rules, and what is refused, are in
-- sql/functions/health_override.sql.

-- name: health_override_create
select mainstay.override_score(:id::uuid, :score::integer, :reason,
    mainstay.override_end(:expires_at)) as override_id

-- name: health_override_end
select mainstay.end_override(:id::uuid)

-- name: health_override_show
-- The override that an account shows now, with what was calculated beside it;
-- no row when there is none.
select s.score, s.band as health_band, s.label as band_label, s.reason,
    o.full_name as author, app.date_text(s.set_at::date) as set_text,
    app.date_text((s.expires_at - interval '1 second')::date)
        as last_day_text,
    app.day_text((s.expires_at - interval '1 second')::date)
        as last_day_days_text,
    s.calculated_score, s.calculated_band, s.calculated_label
from mainstay.health_shown(:tenant_id::uuid, :id::uuid) s
left join profiles o
    on o.tenant_id = :tenant_id::uuid and o.user_id = s.set_by
where s.override_id is not null

-- name: health_override_history
-- The last 20, the newest first.
select h.score, h.reason, o.full_name as author,
    app.date_text(h.created_at::date) as set_text,
    app.date_text(coalesce(h.ended_at, h.expires_at)::date) as end_text,
    h.ended_at is null and h.expires_at > now() as is_open,
    h.ended_at < h.expires_at as is_ended_early
from health_overrides h
left join profiles o
    on o.tenant_id = :tenant_id::uuid and o.user_id = h.created_by
where h.tenant_id = :tenant_id::uuid and h.account_id = :id::uuid
order by h.created_at desc, h.id
limit 20

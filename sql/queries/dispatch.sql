-- What the dispatcher itself asks for.

-- name: begin_request
-- First in each transaction of a signed-in request: sets the context that
-- row security reads, and answers what every page shows.
select *, case when open_alerts > 99 then '99+'
            when open_alerts > 0 then open_alerts::text end as alerts_text
  from api.begin_request(:session::bytea)

-- name: require_role
-- Ends the transaction with MS403 unless the role is at least this one.
select app.require_role(:needs::text)

-- name: touch_session
select api.touch_session(:session::bytea)

-- name: readiness
-- Schema and rules of tenancy as they are.
select is_ready, violations from api.readiness()

-- name: readiness_alive
select true as is_ready, null as violations

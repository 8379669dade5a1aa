-- What the dispatcher itself asks for.

-- name: begin_request
-- First in each transaction of a signed-in request: sets the context that
-- row security reads, and answers what every page shows.
select *, case when open_alerts > 99 then '99+'
            when open_alerts > 0 then open_alerts::text end as alerts_text
  from api.begin_request(:session::bytea, :request_id)

-- name: api_key_tenant
-- Before a request with a key: the tenant that its statements will name.
select api.api_key_tenant(:key::bytea) as tenant_id

-- name: begin_api_request
-- begin_request and require_role of a request with a key.
select * from api.begin_api_request(:key::bytea, :needs::text, :request_id)

-- name: require_role
-- Ends the transaction with MS403 unless the role is at least this one.
select app.require_role(:needs::text)

-- name: touch_session
select api.touch_session(:session::bytea)

-- name: touch_api_key
select api.touch_api_key(:key::bytea)

-- name: readiness
-- Schema and rules of tenancy as they are.
select is_ready, violations from api.readiness()

-- name: readiness_alive
select true as is_ready, null as violations

-- name: idempotency_take
-- After begin_request, in a request that may be sent again.
select api.take_idempotency_key(:idempotency_key, :fingerprint::bytea)

-- name: idempotency_keep
-- Last in its transaction.
select api.keep_idempotent_answer(:idempotency_key, :answer_status::integer,
    :answer_headers::jsonb, :answer_body)

-- name: idempotency_answer
select status, headers ->> 'Location' as location, headers ->> 'ETag' as etag,
    body
  from api.idempotent_answer(:idempotency_key)

-- Scorecards of the API (sql/functions/resource_scorecard.sql).

-- name: scorecard_api_problems
select field, message from app.scorecard_api_problems(:tenant_id::uuid,
    null, null, :values::jsonb);

-- name: scorecard_api_create
select body, etag, id from app.save_scorecard_api(:tenant_id::uuid, null,
    null, :values::jsonb);

-- name: scorecard_api_change_problems
select field, message from app.scorecard_api_problems(:tenant_id::uuid,
    :id::uuid, :if_match, :values::jsonb);

-- name: scorecard_api_change
select body, etag from app.save_scorecard_api(:tenant_id::uuid, :id::uuid,
    :if_match, :values::jsonb);

-- name: scorecard_api_publish
select body, etag
  from app.publish_scorecard_api(:tenant_id::uuid, :id::uuid, :if_match);

-- name: scorecard_api_discard
select body, etag
  from app.discard_scorecard_api(:tenant_id::uuid, :id::uuid, :if_match);

-- name: scorecard_api_roll_back
select body, etag from app.roll_back_scorecard_api(:tenant_id::uuid,
    :id::uuid, :version::uuid, :if_match);

-- name: scorecard_api_versions
select body, next_cursor from app.api_page(:tenant_id::uuid,
    'scorecard_versions', :form::json, :limit::integer, :cursor, :sort,
    :fields, :include, jsonb_build_object('scorecard_id', :id::uuid));

-- name: scorecard_api_version
select o.body, o.etag
  from scorecard_versions v
 cross join lateral app.api_one(:tenant_id::uuid, 'scorecard_versions', v.id,
       :fields, :include) o
 where v.tenant_id = :tenant_id::uuid and v.scorecard_id = :id::uuid
   and v.id = :version::uuid;

-- name: scorecard_api_preview
select app.scorecard_preview_api(:tenant_id::uuid, :id::uuid,
    :version::uuid);

-- name: scorecard_api_back_test
select app.scorecard_back_test_api(:tenant_id::uuid, :id::uuid, :of);

-- name: scorecard_api_progress
-- How far scoring everything again is.
select json_build_object('accounts', p.accounts, 'done', p.done,
        'waiting', p.waiting, 'failed', p.failed)
  from (select h.id from health_runs h where h.tenant_id = :tenant_id::uuid
         order by h.created_at desc limit 1) r
 cross join lateral mainstay.health_progress(r.id) p;

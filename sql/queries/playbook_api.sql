-- Playbooks and executions of the API (sql/functions/resource_playbook.sql).

-- name: playbook_api_problems
select field, message from app.playbook_api_problems(:tenant_id::uuid,
    null, null, :values::jsonb);

-- name: playbook_api_create
select body, etag, id from app.save_playbook_api(:tenant_id::uuid, null,
    null, :values::jsonb);

-- name: playbook_api_change_problems
select field, message from app.playbook_api_problems(:tenant_id::uuid,
    :id::uuid, :if_match, :values::jsonb);

-- name: playbook_api_change
select body, etag from app.save_playbook_api(:tenant_id::uuid, :id::uuid,
    :if_match, :values::jsonb);

-- name: playbook_api_publish
select body, etag
  from app.publish_playbook_api(:tenant_id::uuid, :id::uuid, :if_match);

-- name: playbook_api_discard
select body, etag
  from app.discard_playbook_api(:tenant_id::uuid, :id::uuid, :if_match);

-- name: playbook_api_roll_back
select body, etag from app.roll_back_playbook_api(:tenant_id::uuid,
    :id::uuid, :version::uuid, :if_match);

-- name: playbook_api_versions
select body, next_cursor from app.api_page(:tenant_id::uuid,
    'playbook_versions', :form::json, :limit::integer, :cursor, :sort,
    :fields, :include, jsonb_build_object('playbook_id', :id::uuid));

-- name: playbook_api_version
select o.body, o.etag
  from playbook_versions v
 cross join lateral app.api_one(:tenant_id::uuid, 'playbook_versions', v.id,
       :fields, :include) o
 where v.tenant_id = :tenant_id::uuid and v.playbook_id = :id::uuid
   and v.id = :version::uuid;

-- name: playbook_api_release
select json_build_object('runs', release_playbook(:tenant_id::uuid,
    :id::uuid, :goes_on::boolean));

-- name: playbook_api_rehearse
select app.rehearsal_api(:tenant_id::uuid, :id::uuid, :of, :days::integer);

-- name: playbook_api_run
select body, etag, id from app.run_playbook_api(:tenant_id::uuid, :id::uuid,
    :account_id::uuid, :reason);

-- name: execution_api_undo
select undo_execution(:tenant_id::uuid, :id::uuid);

-- The overview of the admin area.

-- name: admin_overview
select
    (select count(*) from journey_stages
     where tenant_id = :tenant_id::uuid) as stages,
    (select app.count_text(count(*), 'goal') from stage_goals
     where tenant_id = :tenant_id::uuid) as goals_text,
    (select count(*) from scorecards
     where tenant_id = :tenant_id::uuid) as scorecards,
    (select app.count_text(count(*), 'draft') from scorecard_versions
     where tenant_id = :tenant_id::uuid and status = 'draft') as drafts_text,
    (select count(*) from custom_attributes
     where tenant_id = :tenant_id::uuid) as attributes,
    (select count(*) filter (where is_required) from custom_attributes
     where tenant_id = :tenant_id::uuid) || ' required' as required_text,
    (select count(*) from account_tiers
     where tenant_id = :tenant_id::uuid) as tiers,
    (select count(*) from profiles
     where tenant_id = :tenant_id::uuid and is_active) as users,
    (select app.count_text(count(*), 'open invitation') from invitations
     where tenant_id = :tenant_id::uuid and accepted_at is null
         and revoked_at is null and expires_at > now()) as invitations_text,
    (select count(*) from webhook_endpoints
     where tenant_id = :tenant_id::uuid) as endpoints,
    (select count(*) filter (where not is_active) from webhook_endpoints
     where tenant_id = :tenant_id::uuid) || ' paused' as paused_text,
    (select count(*) from api_keys
     where tenant_id = :tenant_id::uuid and revoked_at is null
         and expires_at > now()) as keys,
    (select app.count_text(count(*), 'key') || ' to renew' from api_keys
     where tenant_id = :tenant_id::uuid and revoked_at is null
         and expires_at between now() and now() + interval '30 days')
        as expiring_text,
    (select coalesce('Last entry ' || app.ago_text(max(at)), 'Nothing yet')
     from audit_log where tenant_id = :tenant_id::uuid) as log_text;

-- JSON answers, built here and passed through unread.

-- name: account_api_show
select json_build_object(
    'id', a.id, 'name', a.name, 'parent_id', a.parent_id,
    'external_id', a.external_id, 'tier', a.tier, 'status', a.status,
    'stage', a.current_stage, 'arr', a.arr, 'currency', a.currency,
    'renewal_date', a.renewal_date, 'industry', a.industry,
    'health', case when a.health_score is not null then json_build_object(
        'score', a.health_score, 'band', a.health_band,
        'trend', a.health_trend, 'previous_score', a.previous_health_score,
        'scored_at', a.health_scored_at) end,
    'attributes', a.crm_attributes)
  from accounts a
 where a.tenant_id = :tenant_id::uuid and a.id = :id::uuid

-- name: health_score_api_current
select json_build_object(
    'id', h.id, 'account_id', h.account_id, 'score', h.overall_score,
    'band', h.band, 'risk_level', h.risk_level, 'trend', h.trend,
    'previous_score', h.previous_score, 'source', h.source,
    'components', json_build_object(
        'usage_score', h.usage_score,
        'engagement_score', h.engagement_score,
        'support_sentiment_score', h.support_sentiment_score,
        'adoption_score', h.adoption_score),
    'contributions', h.contributions, 'observed_at', h.observed_at)
  from health_scores h
 where h.tenant_id = :tenant_id::uuid and h.account_id = :id::uuid
   and h.is_current

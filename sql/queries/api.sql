-- JSON answers, built here and passed through unread.

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
    'contributions', h.contributions, 'observed_at',
    to_char(h.observed_at at time zone 'UTC',
        'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
  from health_scores h
 where h.tenant_id = :tenant_id::uuid and h.account_id = :id::uuid
   and h.is_current

-- name: health_score_api_show
-- The answer that guide 003 prints. It knows three levels and three trends;
-- its breakdown is what each part adds to the score (to the calculated one,
-- while a person has set another). Parts that only other scorecards have are
-- shown under the nearest of its five names.
select json_build_object(
    'score', h.overall_score,
    'riskLevel', case h.band when 'healthy' then 'healthy'
        when 'critical' then 'critical' else 'at_risk' end,
    'breakdown', (
        select json_object_agg(w.name, coalesce((
                   select sum((c.part ->> 'points')::numeric)
                     from jsonb_array_elements(h.contributions) c (part)
                    where c.part ->> 'key' = any (w.keys)), 0))
          from (values
              ('loginFrequency', '{login_recency,usage,usage_frequency}'),
              ('featureAdoption', '{feature_adoption,adoption,breadth}'),
              ('clientActivity', '{client_activity,engagement,depth}'),
              ('formCompletion', '{form_completion}'),
              ('journeyPerformance', '{journey_performance}'))
              p (name, keys)
         cross join lateral (select p.name, p.keys::text[]) w (name, keys)),
    'trend', case when h.trend = 'unknown' then 'stable' else h.trend end,
    'lastCalculated', to_char(h.observed_at at time zone 'UTC',
        'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
  from (select o.id from accounts o
         where o.tenant_id = :tenant_id::uuid and o.id = case
             when :ref ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
             then :ref::uuid end
        union all
        select o.id from accounts o
         where o.tenant_id = :tenant_id::uuid and o.external_id = :ref
         limit 1) a
  cross join lateral mainstay.shown_score(:tenant_id::uuid, a.id) h
 where h.overall_score is not null

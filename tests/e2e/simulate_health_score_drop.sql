SET app.current_user_id = '11111111-1111-1111-1111-111111111111';

-- Insert new health score below threshold
INSERT INTO health_scores (
    account_id,
    tenant_id,
    overall_score,
    usage_score,
    engagement_score,
    support_sentiment_score,
    adoption_score,
    previous_score
) VALUES (
    '10000000-0000-0000-0000-000000000001',
    (SELECT id FROM tenants WHERE slug = 'acme-corp'),
    35,  -- Below threshold!
    30, 35, 40, 35,
    75   -- Was 75, now 35
);

-- Check webhook queue
SELECT * FROM webhook_queue ORDER BY created_at DESC LIMIT 1;

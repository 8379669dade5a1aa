-- seeds.sql - the SQL that documents 000 and 001 print, as printed.
--
-- An operator in psql, with nothing but app.current_user_id set.

begin;
select plan(21);

-- The demo's organisation beside two others with playbooks of the same name.
insert into tenants (slug, name) values ('acme-corp', 'Acme Corporation')
returning id as tenant \gset
insert into users (id, email, password_hash)
values ('11111111-1111-1111-1111-111111111111', 'admin@acme.com',
    test.hash());
insert into profiles (tenant_id, user_id, full_name, email, role)
values (:'tenant', '11111111-1111-1111-1111-111111111111',
    'Alice Administrator', 'admin@acme.com', 'Tenant Admin');
select api.create_tenant_defaults(:'tenant');
insert into accounts (tenant_id, id, name, arr_cents, csm_id)
values (:'tenant', '10000000-0000-0000-0000-000000000001',
    'GlobalTech Corporation', 15000000,
    '11111111-1111-1111-1111-111111111111');
insert into health_scores (tenant_id, account_id, overall_score)
values (:'tenant', '10000000-0000-0000-0000-000000000001', 75);
update playbooks set is_active = true, webhook_endpoint_id =
    mainstay.create_endpoint(:'tenant', 'n8n: ' || name,
        'http://localhost:5678/webhook/health-alert', 'seed-000')
where tenant_id = :'tenant';

-- 000, Testing, 1: Simulate Health Score Drop
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
SELECT * FROM webhook_queue ORDER BY created_at DESC LIMIT 1 \gset q_

select is(:'q_tenant_id'::uuid, :'tenant'::uuid, 'the drop is queued');
select is(:'q_status'::text, 'pending', 'it waits');
select is(:'q_payload'::json ->> 'event_type', 'health_score_drop',
    'it carries the event');
select is(:'q_payload'::json -> 'health_score' ->> 'current_score', '35',
    'with the score as given');
select is(:'q_payload'::json -> 'health_score' ->> 'previous_score', '75',
    'and the one before');
select is(:'q_payload'::json -> 'csm' ->> 'name', 'Alice Administrator',
    'and the manager');
select is((select overall_score || ' ' || source || ' ' || risk_level
    from health_scores where account_id =
    '10000000-0000-0000-0000-000000000001' and is_current),
    '35 imported Critical', 'the score is kept as given');

-- 000, Testing, 2: Manually Trigger Playbook
SELECT trigger_playbook_manually(
    p_playbook_id := (SELECT id FROM playbooks WHERE name = 'Health Score Alert - Critical'),
    p_account_id := '10000000-0000-0000-0000-000000000001',
    p_reason := 'Manual test trigger'
) as answer \gset

select is(:'answer'::jsonb ->> 'success', 'true',
    'a playbook is run by hand');
select is((select count(*)::int from webhook_queue
    where tenant_id = :'tenant'), 2, 'and queued');

-- 000, Testing, 3: View Account Health Dashboard
select is((select count(*)::int from (
SELECT 
    a.name,
    a.status,
    a.arr,
    hs.overall_score,
    hs.risk_level,
    hs.usage_score,
    hs.engagement_score,
    jh.to_stage as current_stage,
    jh.duration_days as days_in_stage
FROM accounts a
LEFT JOIN health_scores hs ON a.id = hs.account_id
LEFT JOIN journey_history jh ON a.id = jh.account_id AND jh.exited_at IS NULL
WHERE a.tenant_id = current_tenant_id()
ORDER BY hs.overall_score ASC NULLS LAST
) d), 2, 'the dashboard shows the scores of this tenant only');

-- 000, View Pending Webhooks
select is((select string_agg(distinct playbook || event, ' ') from (
SELECT 
    pb.name as playbook,
    a.name as account,
    wq.status,
    wq.payload->'event_type' as event
FROM webhook_queue wq
JOIN playbooks pb ON wq.playbook_id = pb.id
JOIN accounts a ON wq.account_id = a.id
WHERE wq.status = 'pending'
) p (playbook, account, status, event)
where account = 'GlobalTech Corporation' and event::text ~ 'drop'),
    'Health Score Alert - Critical"health_score_drop"',
    'pending deliveries are shown');

-- 000, Troubleshooting
select cmp_ok((select count(*)::int from (
SELECT * FROM playbooks WHERE is_active = true
) p), '=', 2, 'the playbooks of this tenant are shown');
select cmp_ok((select count(*)::int from (
SELECT * FROM pg_trigger WHERE tgname LIKE '%playbook%'
) t), '>=', 2, 'the triggers have playbook in their names');
select lives_ok($$SELECT * FROM webhook_queue WHERE status = 'failed'$$,
    'failed deliveries can be asked for');
SELECT current_tenant_id() as current_tenant_id \gset
SELECT requesting_user_id() as requesting_user_id \gset
select is(:'current_tenant_id'::uuid, :'tenant'::uuid,
    'current_tenant_id() finds the tenant through the profile');
select is(:'requesting_user_id'::uuid,
    '11111111-1111-1111-1111-111111111111'::uuid,
    'requesting_user_id() is who asks');
select is(current_user_role(), 'Tenant Admin', 'current_user_role()');
select is(is_tenant_admin(), true, 'is_tenant_admin()');
select cmp_ok((select count(*)::int from (
SELECT * FROM pg_policies WHERE tablename = 'accounts'
) p), '>=', 5, 'the policies of accounts can be shown');
select is((select permissive from (
SELECT * FROM pg_policies WHERE tablename = 'accounts'
) p where policyname = 'tenant_isolation'), 'RESTRICTIVE',
    'the one of the tenant is restrictive');

-- 001 names the same tables.
select is((select string_agg(t, ' ') from unnest(array['tenants', 'users',
    'profiles', 'accounts', 'journey_stages', 'journey_history',
    'health_scores', 'usage_metrics', 'playbooks', 'playbook_executions',
    'webhook_queue']) t where to_regclass(t) is null), null,
    'the eleven tables of 001 have their names');

reset app.current_user_id;
select * from finish();
rollback;

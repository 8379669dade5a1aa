-- role: mainstay_definer
--
-- What a new tenant starts with: the seven stages of 000, the four tiers of
-- 004, the standard scorecard, five templates of success plans, and 000's two
-- playbooks. The playbooks are switched off and have no endpoint: a fresh
-- tenant has nowhere to send to yet. The demo gives its own tenant endpoints
-- and switches them on.
create or replace function api.create_tenant_defaults(p_tenant uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_before constant text := current_setting('app.current_tenant_id', true);
    v_scorecard uuid;
begin
    -- Row security lets mainstay_definer write these tables for the tenant
    -- in the context only.
    perform set_config('app.current_tenant_id', p_tenant::text, true);
    insert into mainstay.journey_stages (tenant_id, name, display_order,
        target_duration_days, color_hex, kind)
    values
        (p_tenant, 'Onboarding', 1, 30, '#2563eb', 'normal'),
        (p_tenant, 'Adoption', 2, 60, '#0891b2', 'normal'),
        (p_tenant, 'Value Realization', 3, 90, '#0d9488', 'normal'),
        (p_tenant, 'Expansion', 4, 120, '#15803d', 'normal'),
        (p_tenant, 'Renewal', 5, 90, '#7c3aed', 'normal'),
        (p_tenant, 'At Risk', 6, 30, '#c2410c', 'exception'),
        (p_tenant, 'Churn', 7, null, '#64748b', 'terminal');
    insert into mainstay.account_tiers (tenant_id, tier, arr_from_cents,
        accounts_per_csm, response_hours, onboarding_days, review_days,
        first_review_days)
    values
        (p_tenant, 'enterprise', 10000000, 1, 2, 45, 30, 7),
        (p_tenant, 'mid_market', 2500000, 5, 4, 40, 30, null),
        (p_tenant, 'small_business', 500000, 20, 24, 30, 90, null),
        (p_tenant, 'trial', 0, null, 48, null, null, null);
    insert into mainstay.scorecards (tenant_id, name, description, is_default)
    values (p_tenant, 'Standard',
        'Usage 35, engagement 25, support sentiment 20, adoption 20.', true)
    returning id into v_scorecard;
    insert into mainstay.scorecard_versions (tenant_id, scorecard_id, version,
        status, document, published_at)
    values (p_tenant, v_scorecard, 1, 'published',
        mainstay.preset('standard'), now());
    insert into mainstay.plan_templates (tenant_id, name, plan_type,
        description, business_objectives, success_metrics, paced_days, steps)
    select p_tenant, p.* from mainstay.plan_presets() p;
    insert into mainstay.playbooks (tenant_id, name, description,
        trigger_type, trigger_criteria, cooldown_minutes, is_active)
    values
        (p_tenant, 'Health Score Alert - Critical',
            'When the health score of an account falls below 40.',
            'health_score_drop', '{"trigger": "health_score_drop", '
                '"condition": {"score_below": 40}}', 60, false),
        (p_tenant, 'At Risk Stage Alert',
            'When an account moves to the stage At Risk.',
            'stage_transition', '{"trigger": "stage_transition", '
                '"condition": {"to_stage": "At Risk"}}', 60, false);
    perform set_config('app.current_tenant_id', coalesce(v_before, ''), true);
end
$$;
comment on function api.create_tenant_defaults(uuid) is
    'Stages, tiers, standard scorecard, templates of plans and the two '
    'playbooks of a new tenant.';
revoke all on function api.create_tenant_defaults(uuid) from public;
grant execute on function api.create_tenant_defaults(uuid) to mainstay_maint;

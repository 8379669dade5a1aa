-- The presets: a scorecard per way of working. What a document may say is in
-- docs/health.md.

-- Dimensions of one metric each, whose values come with the score.
-- p_parts: [[key, label, weight], …]
create or replace function mainstay.preset_components(p_scale text,
    p_missing text, p_parts jsonb) returns jsonb
language sql immutable parallel safe
return (select jsonb_agg(jsonb_build_object('key', p.value -> 0,
                   'label', p.value -> 1, 'weight', p.value -> 2,
                   'metrics', jsonb_build_array(jsonb_build_object(
                       'key', p.value -> 0, 'label', p.value -> 1,
                       'source', jsonb_build_object('kind', 'component',
                           'name', p.value -> 0),
                       'scale', p_scale, 'missing', p_missing)))
               order by p.place)
          from jsonb_array_elements(p_parts) with ordinality p (value, place));

-- p_bands: [[key, label, lower, severity], …]; each severity has its colour.
create or replace function mainstay.preset_bands(p_bands jsonb) returns jsonb
language sql immutable parallel safe
return (select jsonb_agg(jsonb_build_object('key', b.value -> 0,
                   'label', b.value -> 1, 'lower', b.value -> 2,
                   'severity', b.value -> 3,
                   'colour', case b.value ->> 3
                       when 'healthy' then '#15803d'
                       when 'moderate' then '#a16207'
                       when 'at_risk' then '#c2410c'
                       else '#b91c1c' end)
               order by b.place)
          from jsonb_array_elements(p_bands) with ordinality b (value, place));

-- Null when there is no such preset.
create or replace function mainstay.preset(p_name text) returns jsonb
language sql immutable parallel safe
return case p_name

-- 000: what a new tenant starts with.
when 'standard' then jsonb_build_object(
    'dimensions', mainstay.preset_components('0-100', 'leave_out',
        '[["usage", "Usage", 35], ["engagement", "Engagement", 25],
          ["support_sentiment", "Support sentiment", 20],
          ["adoption", "Adoption", 20]]'),
    'bands', mainstay.preset_bands(
        '[["healthy", "Healthy", 80, "healthy"],
          ["moderate", "Moderate", 60, "moderate"],
          ["at_risk", "At Risk", 40, "at_risk"],
          ["critical", "Critical", 0, "critical"]]'))

-- 001: the same parts, equal; three bands.
when 'balanced' then jsonb_build_object(
    'dimensions', mainstay.preset_components('0-100', 'leave_out',
        '[["usage", "Usage", 25], ["engagement", "Engagement", 25],
          ["support_sentiment", "Support sentiment", 25],
          ["adoption", "Adoption", 25]]'),
    'bands', mainstay.preset_bands(
        '[["healthy", "Healthy", 80, "healthy"],
          ["at_risk", "At Risk", 40, "at_risk"],
          ["critical", "Critical", 0, "critical"]]'))

-- 002: parts from 0 to 1, weighed by stage; its example is Adoption's.
when 'lifecycle' then jsonb_build_object(
    'dimensions', mainstay.preset_components('0-1', 'leave_out',
        '[["usage_frequency", "Usage frequency", 40],
          ["breadth", "Breadth", 30], ["depth", "Depth", 30]]'),
    'stage_weights', jsonb '{
        "Onboarding": {"usage_frequency": 60, "breadth": 30, "depth": 10},
        "Adoption": {"usage_frequency": 50, "breadth": 25, "depth": 25},
        "Expansion": {"usage_frequency": 30, "breadth": 30, "depth": 40}}',
    'bands', mainstay.preset_bands(
        '[["healthy", "Healthy", 80, "healthy"],
          ["moderate", "Moderate", 60, "moderate"],
          ["at_risk", "At Risk", 40, "at_risk"],
          ["critical", "Critical", 0, "critical"]]'))

-- 003: points for what end users do. Its text gives 85 for 2 days, 0.75,
-- 0.6, 0.8 and 0.4, which its own formula contradicts: 30 + 18.75 + 15 + 8
-- + 4 = 75.75, hence 76.
when 'adoption' then jsonb_build_object(
    'dimensions', jsonb '[{"key": "login_recency", "label": "Login recency",
        "weight": 30, "metrics": [{
            "key": "login_recency", "label": "Days since the last login",
            "source": {"kind": "days_since", "of": "usage_metric",
                "name": "logins"},
            "transform": {"kind": "steps", "steps": [
                {"below": 3, "value": 30}, {"below": 7, "value": 20},
                {"below": 14, "value": 10}, {"below": 30, "value": 5}],
                "else": 0},
            "scale": "points", "missing": "zero"}]}]'
        || mainstay.preset_components('0-1', 'zero',
            '[["feature_adoption", "Feature adoption", 25],
              ["client_activity", "Client activity", 25],
              ["form_completion", "Form completion", 10],
              ["journey_performance", "Journey performance", 10]]'),
    'bands', mainstay.preset_bands(
        '[["healthy", "Healthy", 70, "healthy"],
          ["at_risk", "At Risk", 40, "at_risk"],
          ["critical", "Critical", 0, "critical"]]'))

-- 004: the customer success programme.
when 'programme' then jsonb_build_object(
    'dimensions', mainstay.preset_components('0-100', 'leave_out',
        '[["engagement", "Engagement", 30], ["success", "Success", 30],
          ["satisfaction", "Satisfaction", 20],
          ["financial", "Financial", 20]]'),
    'bands', mainstay.preset_bands(
        '[["excellent", "Excellent", 80, "healthy"],
          ["good", "Good", 60, "moderate"], ["fair", "Fair", 40, "at_risk"],
          ["poor", "Poor", 0, "critical"]]'))
end;
comment on function mainstay.preset(text) is
    'Document of a preset: standard, balanced, lifecycle, adoption or '
    'programme.';
grant execute on function mainstay.preset_components(text, text, jsonb),
    mainstay.preset_bands(jsonb), mainstay.preset(text)
    to mainstay_app, mainstay_maint, mainstay_definer;

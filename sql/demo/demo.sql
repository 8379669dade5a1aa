-- role: mainstay_maint
--
-- The demo: Acme Corporation with the three accounts of the guides, and
-- Globex with two hundred and fifty that look like real use. Run by
-- `mainstay-admin demo` in one transaction, which puts a hash of the demo
-- password for @PASSWORD_HASH@. Loading it again starts it afresh.
--
-- Everything is loaded as history: no alert, playbook, delivery or audit
-- entry comes from it but what is made at the end. Dates count
-- back from today; all else is the same each time (mainstay.demo_roll).

set local mainstay.loading_history = on;
set local statement_timeout = 0;

delete from mainstay.tenants where slug in ('acme-corp', 'globex');
delete from mainstay.users
 where email in ('admin@acme.com', 'bob@acme.com', 'admin@globex.com',
    'carol@globex.com', 'dave@globex.com', 'erin@globex.com',
    'frank@globex.com');

-- People. Carol belongs to both tenants: she can switch between them.

insert into mainstay.tenants (id, slug, name, created_at) values
    ('00000000-0000-4000-8000-00000000ac3e', 'acme-corp', 'Acme Corporation',
        current_date - 400),
    ('00000000-0000-4000-8000-0000000910be', 'globex', 'Globex',
        current_date - 400);

insert into mainstay.users (id, email, password_hash, created_at)
select u.id::uuid, u.email, '@PASSWORD_HASH@', current_date - 400
  from (values
    ('11111111-1111-1111-1111-111111111111', 'admin@acme.com'),
    ('22222222-2222-2222-2222-222222222222', 'bob@acme.com'),
    ('33333333-3333-3333-3333-333333333333', 'carol@globex.com'),
    ('44444444-4444-4444-4444-444444444444', 'admin@globex.com'),
    ('55555555-5555-5555-5555-555555555555', 'dave@globex.com'),
    ('66666666-6666-6666-6666-666666666666', 'erin@globex.com'),
    ('77777777-7777-7777-7777-777777777777', 'frank@globex.com'))
    u (id, email);

insert into mainstay.profiles (tenant_id, id, user_id, full_name, email, role,
    last_used_at, created_at)
select t.id, md5(t.slug || u.email)::uuid, u.id, p.full_name, u.email, p.role,
       case when p.is_home then now() - interval '1 day' end,
       current_date - 400
  from (values
    ('acme-corp', 'admin@acme.com', 'Alice Administrator', 'Tenant Admin',
        true),
    ('acme-corp', 'bob@acme.com', 'Bob Builder', 'Practitioner', true),
    ('acme-corp', 'carol@globex.com', 'Carol Consultant', 'Viewer', false),
    ('globex', 'carol@globex.com', 'Carol Consultant', 'Practitioner', true),
    ('globex', 'admin@globex.com', 'Grace Governor', 'Tenant Admin', true),
    ('globex', 'dave@globex.com', 'Dave Delivery', 'Practitioner', true),
    ('globex', 'erin@globex.com', 'Erin Editor', 'Contributor', true),
    ('globex', 'frank@globex.com', 'Frank Finance', 'Viewer', true))
    p (slug, email, full_name, role, is_home)
  join mainstay.tenants t on t.slug = p.slug
  join mainstay.users u on u.email = p.email;

select api.create_tenant_defaults(t.id)
  from mainstay.tenants t where t.slug in ('acme-corp', 'globex');

insert into mainstay.custom_attributes (tenant_id, key, label, kind, choices,
    position)
select t.id, c.key, c.label, c.kind, c.choices::text[], c.position
  from mainstay.tenants t
 cross join (values
    ('employees', 'Employees', 'number', '{}', 1),
    ('region', 'Region', 'choice', '{North America,Latin America,Europe,'
        'Nordics,Asia Pacific}', 2),
    ('plan', 'Plan', 'text', '{}', 3),
    ('seats', 'Seats', 'number', '{}', 4))
    c (key, label, kind, choices, position)
 where t.slug in ('acme-corp', 'globex');

insert into mainstay.stage_goals (tenant_id, stage_id, title, display_order)
select s.tenant_id, s.id, g.title, g.position
  from mainstay.journey_stages s
  join mainstay.tenants t on t.id = s.tenant_id
  join (values
    ('Onboarding', 'Kick-off held with the sponsor', 1),
    ('Onboarding', 'First integration live', 2),
    ('Onboarding', 'Administrators trained', 3),
    ('Adoption', 'Half of the licensed users active', 1),
    ('Adoption', 'Two core features in weekly use', 2),
    ('Value Realization', 'First value metric on target', 1),
    ('Expansion', 'Expansion opportunity agreed', 1),
    ('Renewal', 'Renewal terms sent', 1),
    ('At Risk', 'Recovery plan agreed', 1))
    g (stage, title, position) on g.stage = s.name
 where t.slug in ('acme-corp', 'globex');

-- The accounts of Acme.

insert into mainstay.accounts (tenant_id, id, name, parent_id, tier,
    arr_cents, contract_start_date, contract_end_date, renewal_date, industry,
    crm_attributes, csm_id, external_id, current_stage, stage_entered_at,
    created_at)
select t.id, a.id::uuid, a.name, a.parent_id::uuid, a.tier, a.arr_cents,
       current_date - a.age, current_date + a.renewal - 1,
       current_date + a.renewal, a.industry, a.crm::jsonb, a.csm_id::uuid,
       a.external_id, a.stage, current_date - a.in_stage + time '10:00',
       current_date - a.age
  from mainstay.tenants t
 cross join (values
    ('10000000-0000-0000-0000-000000000001', 'GlobalTech Corporation', null,
        'enterprise', 15000000, 372, 212, 'Manufacturing',
        '{"employees": 4200, "region": "North America", "plan": "Enterprise",
          "seats": 600}',
        '11111111-1111-1111-1111-111111111111', 'CRM-1001', 'Expansion',
        132),
    ('10000000-0000-0000-0000-000000000002', 'GlobalTech Europe',
        '10000000-0000-0000-0000-000000000001',
        'mid_market', 4500000, 372, 76, 'Manufacturing',
        '{"employees": 650, "region": "Europe", "plan": "Business",
          "seats": 120}',
        '11111111-1111-1111-1111-111111111111', 'CRM-1002', 'Adoption', 74),
    ('10000000-0000-0000-0000-000000000003', 'TechStart Solutions', null,
        'mid_market', 8500000, 372, 45, 'Software',
        '{"employees": 180, "region": "North America", "plan": "Business",
          "seats": 150}',
        '22222222-2222-2222-2222-222222222222', 'CRM-1003', 'At Risk', 9))
    a (id, name, parent_id, tier, arr_cents, age, renewal, industry, crm,
       csm_id, external_id, stage, in_stage)
 where t.slug = 'acme-corp';

-- Two hundred and fifty accounts of Globex: 45 groups, 80 subsidiaries, 25
-- below those, and 100 on their own.

insert into mainstay.accounts (tenant_id, id, name, parent_id, tier, status,
    arr_cents, contract_start_date, contract_end_date, renewal_date, industry,
    crm_attributes, csm_id, external_id, current_stage, stage_entered_at,
    created_at)
with word as (
    select array['Northwind', 'Bluepeak', 'Ironbridge', 'Solaria', 'Redwood',
        'Clearwater', 'Summit', 'Granite', 'Lakeside', 'Evergreen',
        'Silverline', 'Harbour', 'Meridian', 'Falcon', 'Aurora', 'Cobalt',
        'Stonegate', 'Brightfield', 'Oakmont', 'Pinnacle', 'Vantage',
        'Riverton', 'Atlas', 'Keystone', 'Lumen', 'Horizon', 'Westbrook',
        'Crescent', 'Juniper'] as first,
        array['Logistics', 'Foods', 'Energy', 'Health', 'Robotics', 'Media',
        'Insurance', 'Textiles', 'Mobility', 'Pharma', 'Retail', 'Analytics',
        'Aerospace', 'Materials', 'Learning'] as second,
        array['Transport', 'Consumer goods', 'Energy', 'Healthcare',
        'Manufacturing', 'Media', 'Financial services', 'Consumer goods',
        'Transport', 'Healthcare', 'Retail', 'Software', 'Manufacturing',
        'Manufacturing', 'Education'] as industry,
        array['Europe', 'Asia Pacific', 'North America', 'Latin America',
        'Nordics'] as region,
        array['Germany', 'France', 'Japan', 'Brazil', 'Canada'] as country
), place as (
    -- n counts accounts, root names the group: 1 to 145 are roots.
    select n, case when n <= 145 then n
                   when n <= 225 then 1 + (n - 146) % 45
                   else 1 + (n - 226) % 45 end as root,
           case when n <= 145 then null
                when n <= 225 then 1 + (n - 146) % 45
                else 146 + (n - 226) % 45 end as parent
      from generate_series(1, 250) n
), figure as (
    select p.*, mainstay.demo_roll('tier' || n, 1, 100) as tier_roll,
           mainstay.demo_roll('arr' || n, 0, 999) as arr_roll,
           mainstay.demo_roll('age' || n, 90, 380) as age,
           mainstay.demo_roll('health' || n, 1, 100) as health_roll
      from place p
), tiered as (
    select f.*, case when f.parent is null and f.n <= 45 and tier_roll <= 55
                    then 'enterprise'
                when tier_roll <= 40 then 'mid_market'
                when tier_roll <= 93 then 'small_business'
                else 'trial' end as tier
      from figure f
), staged as (
    select f.*, case
        when health_roll <= 4 then 'Churn'
        when health_roll <= 15 then 'At Risk'
        when age < 130 then 'Onboarding'
        when age < 190 then 'Adoption'
        else (array['Adoption', 'Value Realization', 'Expansion', 'Renewal'])
            [mainstay.demo_roll('stage' || n, 1, 4)] end as stage
      from tiered f
)
select t.id, md5('globex/account/' || s.n)::uuid,
       w.first[1 + (s.root - 1) % 29] || ' '
           || w.second[1 + ((s.root - 1) * 7 + (s.root - 1) / 29) % 15]
           || case when s.n <= 145 then ''
                   when s.n <= 225 then ' ' || w.region[1 + (s.n - 146) / 45
                        + s.root % 4]
                   else ' ' || w.country[1 + s.root % 5] end,
       case when s.parent is not null
           then md5('globex/account/' || s.parent)::uuid end,
       s.tier,
       case when s.stage = 'Churn' then 'churned'
            when s.stage = 'Onboarding' then 'onboarding'
            when mainstay.demo_roll('status' || s.n, 1, 40) = 1 then 'paused'
            else 'active' end,
       100000 * case s.tier when 'enterprise' then 100 + s.arr_roll * 9 / 20
            when 'mid_market' then 25 + s.arr_roll * 3 / 40
            when 'small_business' then 5 + s.arr_roll / 50
            else s.arr_roll / 250 end,
       current_date - s.age,
       current_date + (730 - s.age) % 365 - 1,
       current_date + (730 - s.age) % 365,
       w.industry[1 + ((s.root - 1) * 7 + (s.root - 1) / 29) % 15],
       jsonb_build_object('employees',
           20 * mainstay.demo_roll('people' || s.n, 1, 250),
           'region', w.region[mainstay.demo_roll('region' || s.n, 1, 5)],
           'plan', initcap(replace(s.tier, '_', ' ')),
           'seats', 5 * mainstay.demo_roll('seats' || s.n, 1, 100)),
       (array['33333333-3333-3333-3333-333333333333',
           '44444444-4444-4444-4444-444444444444',
           '55555555-5555-5555-5555-555555555555'])
           [mainstay.demo_roll('csm' || s.root, 1, 3)]::uuid,
       'GX-' || lpad(s.n::text, 4, '0'), s.stage,
       current_date - least(s.age - 30, mainstay.demo_roll('since' || s.n, 5,
           case s.stage when 'At Risk' then 45 when 'Churn' then 90
               else 110 end)) + time '10:00',
       current_date - s.age
  from staged s, word w, mainstay.tenants t
 where t.slug = 'globex'
 order by s.n;

-- A group is as healthy as what it pays for.

update mainstay.accounts a
   set health_rollup = 'arr_weighted'
  from mainstay.tenants t
 where t.slug in ('acme-corp', 'globex') and a.tenant_id = t.id
   and a.parent_id is null
   and exists (select from mainstay.accounts c
                where c.tenant_id = t.id and c.parent_id = a.id);

-- The way to where they are. Acme's is told; a customer of Globex was in one
-- stage after another, shorter in the first ones.

with told (account_id, stages, days) as (values
    ('10000000-0000-0000-0000-000000000001'::uuid,
        array['Onboarding', 'Adoption', 'Value Realization', 'Expansion'],
        array[372, 340, 262, 132]),
    ('10000000-0000-0000-0000-000000000002',
        array['Onboarding', 'Adoption', 'At Risk', 'Adoption'],
        array[372, 318, 128, 74]),
    ('10000000-0000-0000-0000-000000000003',
        array['Onboarding', 'Adoption', 'Value Realization', 'At Risk'],
        array[372, 335, 240, 9])
), path as (
    select a.tenant_id, a.id, a.created_at::date as began,
           a.stage_entered_at, l.days,
           coalesce(l.stages, case a.current_stage
               when 'Onboarding' then array['Onboarding']
               when 'Adoption' then array['Onboarding', 'Adoption']
               when 'Value Realization' then array['Onboarding', 'Adoption',
                   'Value Realization']
               when 'Expansion' then array['Onboarding', 'Adoption',
                   'Value Realization', 'Expansion']
               when 'Renewal' then array['Onboarding', 'Adoption',
                   'Value Realization', 'Renewal']
               when 'At Risk' then array['Onboarding', 'Adoption', 'At Risk']
               else array['Onboarding', 'Adoption', 'At Risk', 'Churn']
           end) as stages
      from mainstay.accounts a
      join mainstay.tenants t on t.id = a.tenant_id
      left join told l on l.account_id = a.id
     where t.slug in ('acme-corp', 'globex')
), entry as (
    select p.tenant_id, p.id, i, p.stages[i - 1] as from_stage,
           p.stages[i] as to_stage,
           case when i = cardinality(p.stages) then p.stage_entered_at
               when p.days is not null
                   then current_date - p.days[i] + time '10:00'
               else p.began + floor((p.stage_entered_at::date - p.began)
                   * power((i - 1) / (cardinality(p.stages) - 1.0), 1.5)
                   )::integer + time '10:00'
           end as entered_at
      from path p, generate_series(1, cardinality(p.stages)) i
), stay as (
    select e.*, lead(e.entered_at) over (partition by e.id order by e.i)
               as exited_at
      from entry e
), opened as (
    update mainstay.journey_history h
       set from_stage = s.from_stage, created_at = s.entered_at
      from stay s
     where h.tenant_id = s.tenant_id and h.account_id = s.id
       and h.exited_at is null and s.exited_at is null
)
insert into mainstay.journey_history (tenant_id, account_id, from_stage,
    to_stage, entered_at, exited_at, duration_days, created_at)
select s.tenant_id, s.id, s.from_stage, s.to_stage, s.entered_at,
       s.exited_at, s.exited_at::date - s.entered_at::date, s.entered_at
  from stay s
 where s.exited_at is not null;

-- A year of scores. Acme: weekly, ending at the figures of the guides, which
-- are kept as given. The newest comes first, so that older ones are known to
-- be late facts and the account is written once.

insert into mainstay.health_scores (tenant_id, id, account_id, overall_score,
    usage_score, engagement_score, support_sentiment_score, adoption_score,
    previous_score, observed_at, recorded_at, note)
with line as (
    select t.id as tenant_id, a.*
      from mainstay.tenants t
     cross join (values
        ('10000000-0000-0000-0000-000000000001'::uuid, 52, 76, 84, 85,
            90, 85, 80, 82),
        ('10000000-0000-0000-0000-000000000002'::uuid, 52, 58, 70, 72,
            70, 75, 72, 72),
        ('10000000-0000-0000-0000-000000000003'::uuid, 52, 82, 65, 35,
            25, 30, 50, 45))
        a (account_id, weeks, first, last, score, usage, engagement, support,
           adoption)
     where t.slug = 'acme-corp'
), week as (
    select l.*, w, case when w = 0 then l.score
               when w = 1 then l.last
               else l.last + (l.first - l.last) * w / l.weeks
                   + mainstay.demo_roll('wobble' || l.account_id || w, -3, 3)
               end as overall
      from line l, generate_series(0, l.weeks) w
)
select w.tenant_id, md5(w.account_id || '/score/' || w.w)::uuid, w.account_id,
       w.overall,
       greatest(0, least(100, w.usage + w.overall - w.score)),
       greatest(0, least(100, w.engagement + w.overall - w.score)),
       greatest(0, least(100, w.support + w.overall - w.score)),
       greatest(0, least(100, w.adoption + w.overall - w.score)),
       lag(w.overall) over (partition by w.account_id order by w.w desc),
       current_date - 1 - 7 * w.w + time '06:00',
       current_date - 1 - 7 * w.w + time '06:00',
       case when w.w = 0 and w.score < 40 then 'Two champions left, and logins '
           'fell by half in a week.' end
  from week w
 order by w.w, w.account_id;

-- Globex: every two weeks, drifting to where each account stands; a day of all
-- accounts is evaluated at once.

insert into mainstay.health_scores (tenant_id, id, account_id,
    scorecard_version_id, overall_score, exact_score, inputs, contributions,
    given, usage_score, engagement_score, support_sentiment_score,
    adoption_score, previous_score, observed_at, recorded_at)
with line as (
    select a.tenant_id, a.id, a.created_at,
           case a.current_stage
               when 'Churn' then mainstay.demo_roll('end' || a.id, 5, 30)
               when 'At Risk' then mainstay.demo_roll('end' || a.id, 18, 54)
               else mainstay.demo_roll('end' || a.id, 52, 96) end as last,
           mainstay.demo_roll('begin' || a.id, 55, 90) as first
      from mainstay.accounts a
      join mainstay.tenants t on t.id = a.tenant_id
     where t.slug = 'globex'
), step as (
    select l.*, s, l.last + (l.first - l.last) * s / 26 as middle
      from line l, generate_series(0, 25) s
     where current_date - 2 - 14 * s > l.created_at::date + 10
), part as (
    select s.*, current_date - 2 - 14 * s.s + time '06:00' as at,
           greatest(0, least(100, s.middle
               + mainstay.demo_roll('u' || s.id || s.s, -9, 9))) as usage,
           greatest(0, least(100, s.middle
               + mainstay.demo_roll('e' || s.id || s.s, -9, 9)))
               as engagement,
           greatest(0, least(100, s.middle
               + mainstay.demo_roll('s' || s.id || s.s, -9, 9))) as support,
           greatest(0, least(100, s.middle
               + mainstay.demo_roll('a' || s.id || s.s, -9, 9))) as adoption
      from step s
), given as (
    select p.*, jsonb_build_object('usage', p.usage, 'engagement',
               p.engagement, 'support_sentiment', p.support, 'adoption',
               p.adoption) as given
      from part p
), day as (
    select g.tenant_id, g.s, g.at, array_agg(g.id) as accounts,
           jsonb_object_agg(g.id, g.given) as given
      from given g
     group by g.tenant_id, g.s, g.at
)
select g.tenant_id, md5(g.id || '/score/' || g.s)::uuid, g.id, v.id, e.score,
       e.exact_score, e.inputs, e.contributions, g.given, g.usage,
       g.engagement, g.support, g.adoption,
       lag(e.score) over (partition by g.id order by g.s desc), g.at, g.at
  from day d
  join mainstay.scorecards c on c.tenant_id = d.tenant_id and c.is_default
  join mainstay.scorecard_versions v on v.tenant_id = c.tenant_id
   and v.scorecard_id = c.id and v.status = 'published'
 cross join lateral mainstay.evaluate(d.tenant_id, v.document, d.accounts,
       d.at, d.given) e
  join given g on g.id = e.account_id and g.s = d.s
 order by g.s, g.id;

-- A year of usage by week, following the score; and what happened.

insert into mainstay.usage_metrics (tenant_id, id, account_id, metric_type,
    metric_value, observed_at, recorded_at)
select a.tenant_id, md5(a.id || m.kind || w)::uuid, a.id, m.kind,
       greatest(0, round((a.crm_attributes ->> 'seats')::integer
           * m.per_seat / 100.0
           * (0.4 + 0.6 * case m.kind when 'support_tickets'
                then 1 - coalesce(h.usage_score, 50) / 140.0
                else coalesce(h.usage_score, 50) / 70.0 end)
           * (100 + mainstay.demo_roll(m.kind || a.id || w, -12, 12))
           / 100.0)),
       current_date - 1 - 7 * w + time '05:00',
       current_date - 1 - 7 * w + time '05:00'
  from mainstay.accounts a
  join mainstay.tenants t on t.id = a.tenant_id
 cross join (values ('logins', 310), ('active_users', 78),
        ('feature_usage', 900), ('api_calls', 5200), ('support_tickets', 4))
        m (kind, per_seat)
 cross join generate_series(0, 51) w
  left join lateral (
    select s.usage_score from mainstay.health_scores s
     where s.tenant_id = a.tenant_id and s.account_id = a.id
       and s.observed_at <= current_date - 7 * w
     order by s.observed_at desc limit 1) h on true
 where t.slug in ('acme-corp', 'globex')
   and current_date - 1 - 7 * w > a.created_at::date
   and (t.slug = 'acme-corp'
       or m.kind in ('logins', 'active_users', 'support_tickets'));

-- Globex judges trials by their usage alone, since the day before yesterday:
-- facts that are sent for them change their scores at once.

insert into mainstay.scorecards (tenant_id, id, name, description, applies_to)
select t.id, md5(t.slug || '/scorecard/trials')::uuid, 'Trials',
       'Seats in use 75, momentum of logins 15, support tickets 10.',
       '{"tier": ["trial"]}'
  from mainstay.tenants t where t.slug = 'globex';

insert into mainstay.scorecard_versions (tenant_id, id, scorecard_id,
    version, status, document, published_at)
select c.tenant_id, md5(c.id || '/1')::uuid, c.id, 1, 'published',
       jsonb_set('{"dimensions": [
    {"key": "seats", "label": "Seats in use", "weight": 75, "metrics": [
      {"key": "active_users", "label": "Active users of all seats",
       "source": {"kind": "usage_metric", "name": "active_users"},
       "transform": {"kind": "ratio", "per": "crm.seats"},
       "missing": "zero"}]},
    {"key": "momentum", "label": "Momentum", "weight": 15, "metrics": [
      {"key": "logins", "label": "Logins of four weeks against the four before",
       "source": {"kind": "usage_metric", "name": "logins"},
       "aggregation": "change", "window_days": 56,
       "transform": {"kind": "linear", "from": -0.5, "to": 0.25}}]},
    {"key": "support", "label": "Support", "weight": 10, "metrics": [
      {"key": "tickets", "label": "Tickets of four weeks",
       "source": {"kind": "usage_metric", "name": "support_tickets"},
       "aggregation": "sum", "window_days": 28,
       "transform": {"kind": "inverse", "from": 0, "to": 80}}]}]}',
           '{bands}', mainstay.preset('standard') -> 'bands'),
       current_date - 2 + time '05:30'
  from mainstay.scorecards c
 where c.id = md5('globex/scorecard/trials')::uuid;

insert into mainstay.health_scores (tenant_id, id, account_id,
    scorecard_version_id, overall_score, exact_score, inputs, contributions,
    previous_score, observed_at, recorded_at)
select v.tenant_id, md5(e.account_id || '/score/trial')::uuid, e.account_id,
       v.id, e.score, e.exact_score, e.inputs, e.contributions,
       a.health_score, g.at, g.at
  from mainstay.scorecard_versions v
 cross join (select current_date - 1 + time '06:00' as at) g
 cross join lateral (
       select array_agg(a.id) as accounts from mainstay.accounts a
        where a.tenant_id = v.tenant_id and a.tier = 'trial'
          and a.status <> 'churned') w
 cross join lateral mainstay.evaluate(v.tenant_id, v.document, w.accounts,
       g.at) e
  join mainstay.accounts a
    on a.tenant_id = v.tenant_id and a.id = e.account_id
 where v.id = md5(md5('globex/scorecard/trials')::uuid || '/1')::uuid;

insert into mainstay.cdi_events (tenant_id, id, account_id, source_type,
    event_type, payload, observed_at, recorded_at)
select a.tenant_id, md5(a.id || '/event/' || n)::uuid, a.id, e.source,
       e.event, jsonb_build_object('reference', 'EV-' || upper(substr(
           md5(a.id::text || n), 1, 6)), 'priority', (array['Low', 'Normal', 'High'])
           [mainstay.demo_roll('priority' || a.id || n, 1, 3)]),
       d.day + time '11:30', d.day + time '11:31'
  from mainstay.accounts a
  join mainstay.tenants t on t.id = a.tenant_id
 cross join generate_series(1, 12) n
 cross join lateral (select current_date
        - mainstay.demo_roll('day' || a.id || n, 1, 360) as day) d
  join (values (1, 'support', 'ticket_created'),
        (2, 'support', 'ticket_solved'), (3, 'analytics', 'feature_first_used'),
        (4, 'analytics', 'user_invited'), (5, 'crm', 'opportunity_updated'),
        (6, 'crm', 'contact_changed')) e (face, source, event)
    on e.face = mainstay.demo_roll('event' || a.id || n, 1, 6)
 where t.slug in ('acme-corp', 'globex') and d.day > a.created_at::date;

insert into mainstay.survey_responses (tenant_id, id, account_id, kind, score,
    comment, observed_at, recorded_at)
select a.tenant_id, md5(a.id || '/survey/' || n)::uuid, a.id,
       (array['nps', 'csat', 'nps'])[n],
       greatest(0, least(10, coalesce(a.health_score, 60) / 10
           + mainstay.demo_roll('survey' || a.id || n, -2, 2))),
       null, d.day + time '15:00', d.day + time '15:00'
  from mainstay.accounts a
  join mainstay.tenants t on t.id = a.tenant_id
 cross join generate_series(1, 3) n
 cross join lateral (select current_date
        - mainstay.demo_roll('surveyed' || a.id || n, 3, 330) as day) d
 where t.slug in ('acme-corp', 'globex') and d.day > a.created_at::date;

-- People, notes and tasks.

insert into mainstay.contacts (tenant_id, id, account_id, full_name, email,
    job_title, influence, is_primary, is_sponsor, created_at)
select a.tenant_id, md5(a.id || '/contact/' || n)::uuid, a.id,
       p.first || ' ' || p.last,
       lower(p.first || '.' || p.last) || '@'
           || regexp_replace(a.name_key, '[^a-z0-9]+', '', 'g') || '.example',
       (array['VP Operations', 'Head of IT', 'Product Owner'])[n],
       (array['decision_maker', 'champion', 'user'])[n], n = 2, n = 1,
       a.created_at
  from mainstay.accounts a
  join mainstay.tenants t on t.id = a.tenant_id
 cross join generate_series(1, 3) n
 cross join lateral (select
        (array['Maria', 'James', 'Aiko', 'Omar', 'Lena', 'Pedro', 'Ingrid',
            'Samuel', 'Priya', 'Tomas', 'Nora', 'Wei'])
            [mainstay.demo_roll('first' || a.id || n, 1, 12)] as first,
        (array['Schmidt', 'Okafor', 'Tanaka', 'Silva', 'Novak', 'Brown',
            'Larsen', 'Rossi', 'Patel', 'Dubois', 'Cohen', 'Garcia'])
            [mainstay.demo_roll('last' || a.id || n, 1, 12)] as last) p
 where t.slug in ('acme-corp', 'globex')
   and (n < 3 or mainstay.demo_roll('third' || a.id, 1, 2) = 1);

insert into mainstay.notes (tenant_id, id, account_id, kind, body, author_id,
    occurred_at, created_at)
select a.tenant_id, md5(a.id || '/note/' || n)::uuid, a.id, b.kind, b.body,
       a.csm_id, d.day + time '14:00', d.day + time '14:20'
  from mainstay.accounts a
  join mainstay.tenants t on t.id = a.tenant_id
 cross join generate_series(1, 4) n
 cross join lateral (select current_date
        - mainstay.demo_roll('noted' || a.id || n, 2, 45 * n) as day) d
  join (values
        (1, 'call', 'Walked through the usage report; they want a training '
            'for new colleagues.'),
        (2, 'meeting', 'Quarterly review held. Goals for the next quarter '
            'agreed.'),
        (3, 'email', 'Sent the rollout plan and asked for the list of pilot '
            'users.'),
        (4, 'note', 'Champion is on leave until the end of the month.'),
        (5, 'call', 'Renewal discussed; procurement asks for a three-year '
            'offer.'),
        (6, 'meeting', 'Integration workshop with their IT team.'))
        b (face, kind, body)
    on b.face = mainstay.demo_roll('note' || a.id || n, 1, 6)
 where t.slug in ('acme-corp', 'globex') and d.day > a.created_at::date;

update mainstay.accounts a
   set last_contact_at = n.last
  from (select n.tenant_id, n.account_id, max(n.occurred_at) as last
          from mainstay.notes n
          join mainstay.tenants t on t.id = n.tenant_id
         where n.kind <> 'note' and t.slug in ('acme-corp', 'globex')
         group by n.tenant_id, n.account_id) n
 where a.tenant_id = n.tenant_id and a.id = n.account_id;

insert into mainstay.tasks (tenant_id, id, account_id, title, status,
    priority, due_on, assignee_id, created_by)
select a.tenant_id, md5(a.id || '/task/' || n)::uuid, a.id,
       (array['Prepare the business review', 'Follow up on open tickets',
           'Plan the training', 'Send the renewal offer',
           'Call the sponsor'])[mainstay.demo_roll('task' || a.id || n, 1, 5)],
       (array['open', 'open', 'in_progress', 'done'])
           [mainstay.demo_roll('done' || a.id || n, 1, 4)],
       case when a.health_band = 'critical' then 'critical'
           when a.health_band = 'at_risk' then 'high' else 'medium' end,
       current_date + mainstay.demo_roll('due' || a.id || n, -5, 40),
       a.csm_id, a.csm_id
  from mainstay.accounts a
  join mainstay.tenants t on t.id = a.tenant_id
 cross join generate_series(1, 2) n
 where t.slug in ('acme-corp', 'globex') and a.status <> 'churned'
   and mainstay.demo_roll('tasks' || a.id || n, 1, 5) <= 3;

insert into mainstay.account_profiles (tenant_id, account_id, objectives,
    value_metrics, onboarding_status, onboarding_started_on,
    onboarding_completed_on, training_percent, adoption_percent, nps,
    expansion_percent)
select a.tenant_id, a.id,
       '["Shorten time to report", "Bring all sites onto one platform"]',
       '[{"name": "Hours saved per month", "baseline": 0, "target": 120, '
           '"current": 75}]',
       case when a.current_stage = 'Onboarding' then 'in_progress'
           else 'completed' end,
       a.created_at::date,
       case when a.current_stage <> 'Onboarding'
           then a.created_at::date
               + mainstay.demo_roll('onboarded' || a.id, 20, 60) end,
       mainstay.demo_roll('trained' || a.id, 30, 100),
       coalesce((a.health_score * 9) / 10, 40),
       coalesce(a.health_score, 60) * 2 - 100,
       mainstay.demo_roll('expand' || a.id, 5, 70)
  from mainstay.accounts a
  join mainstay.tenants t on t.id = a.tenant_id
 where t.slug in ('acme-corp', 'globex');

-- Success plans of Globex, from its templates: what is new is onboarded, what
-- is in danger recovered. Some are behind.

insert into mainstay.success_plans (tenant_id, id, account_id, template_id,
    name, plan_type, status, business_objectives, success_metrics,
    stakeholders, owner_id, start_date, target_date, completed_at,
    completed_by, created_by, created_at, updated_at)
select a.tenant_id, md5(a.id || '/plan/' || k.kind)::uuid, a.id, m.id,
       m.name, k.kind, k.status, m.business_objectives, (
           select jsonb_agg(x.value || case x.value ->> 'unit'
                      when 'days' then jsonb_build_object('baseline', 60,
                          'current', mainstay.demo_roll('now' || a.id, 32,
                          58))
                      when '%' then jsonb_build_object('baseline',
                          mainstay.demo_roll('from' || a.id || x.place, 5,
                          30), 'current', mainstay.demo_roll('now' || a.id
                          || x.place, 30, 85))
                      else '{}' end order by x.place)
             from mainstay.list_entries(m.success_metrics) x), (
           select coalesce(jsonb_agg(jsonb_build_object('name', c.full_name,
                      'role', c.job_title) order by c.is_primary desc,
                      c.full_name), '[]')
             from mainstay.contacts c
            where c.tenant_id = a.tenant_id and c.account_id = a.id),
       a.csm_id, k.began, k.began + d.last,
       case when k.status = 'completed' then k.began + d.last end,
       case when k.status = 'completed' then a.csm_id end, a.csm_id,
       k.began, k.began
  from mainstay.accounts a
  join mainstay.tenants t on t.id = a.tenant_id
 cross join lateral (values
    (case when a.current_stage = 'Onboarding' then 'onboarding'
        when a.health_band in ('at_risk', 'critical') then 'recovery'
        when a.current_stage = 'Expansion' then 'expansion'
        when mainstay.demo_roll('yearly' || a.id, 1, 6) = 1 then 'annual'
        else 'quarterly' end,
        case mainstay.demo_roll('plan' || a.id, 1, 12) when 1 then 'on_hold'
            when 2 then 'draft' else 'active' end,
        current_date - mainstay.demo_roll('began' || a.id, 3, 52), 2),
    (case when a.current_stage in ('Adoption', 'Value Realization',
        'Renewal') then 'onboarding' end, 'completed',
        current_date - mainstay.demo_roll('was' || a.id, 120, 300), 3))
    k (kind, status, began, odds)
  join mainstay.plan_templates m
    on m.tenant_id = a.tenant_id and m.plan_type = k.kind
 cross join lateral (
    select max((e.value ->> 'day')::integer) as last
      from mainstay.list_entries(m.steps) e) d
 where t.slug = 'globex' and a.status <> 'churned'
   and (k.kind = 'onboarding' and k.status <> 'completed'
       or mainstay.demo_roll('planned' || a.id || k.odds, 1, k.odds) = 1);

-- What should be done by now mostly is; what comes next is under way.
insert into mainstay.success_plan_steps (tenant_id, id, plan_id, account_id,
    phase, title, description, due_date, status, priority, deliverables,
    owner_id, position, completed_at, completed_by, created_at, updated_at)
select p.tenant_id, md5(p.id || '/' || s.place)::uuid, p.id, p.account_id,
       s.phase, s.title, s.description, s.due_date, s.status, s.priority,
       s.deliverables, case when mainstay.demo_roll('helps' || p.id
           || s.place, 1, 6) = 1 then '33333333-3333-3333-3333-333333333333'
           ::uuid end, s.place,
       case when s.status = 'completed' then greatest(p.start_date, least(
           s.due_date, current_date - 1) - mainstay.demo_roll('early'
           || p.id || s.place, 0, 3))::timestamptz + interval '15 hours' end,
       case when s.status = 'completed' then p.owner_id end, p.created_at,
       p.created_at
  from mainstay.success_plans p
  join mainstay.accounts a on a.tenant_id = p.tenant_id
       and a.id = p.account_id
  join mainstay.tenants t on t.id = p.tenant_id
  join mainstay.plan_templates m
    on m.tenant_id = p.tenant_id and m.id = p.template_id
 cross join lateral (
    select x.*, case when p.status = 'completed' then 'completed'
               when p.status = 'draft' then 'pending'
               when x.ripe < current_date - mainstay.demo_roll('late'
                   || p.id, -2, 9) then 'completed'
               when x.ripe < current_date + 4 then 'in_progress'
               else 'pending' end as status
      from (select f.*, coalesce(f.due_date, p.start_date + f.place * 2)
                       as ripe
              from mainstay.template_steps(m, a.tier, p.start_date) f) x) s
 where t.slug = 'globex';

-- Reviews of Globex by the tiers' cadence, two of those that were held with
-- what is left to do; some are late, others wait for one.

insert into mainstay.business_reviews (tenant_id, id, account_id, type,
    status, scheduled_at, held_at, owner_id, attendees, agenda, achievements,
    challenges, decisions, next_steps, overall_rating, feedback,
    follow_up_on, created_at)
select a.tenant_id, md5(a.id || '/review/' || n)::uuid, a.id,
       case when n % 3 = 0 then 'quarterly'
           when a.tier = 'small_business' then 'quarterly'
           when a.tier = 'enterprise' and n = 1 then 'executive'
           else 'monthly' end, 'held', d.at, d.at, a.csm_id,
       array(select c.full_name || ', ' || c.job_title
               from mainstay.contacts c
              where c.tenant_id = a.tenant_id and c.account_id = a.id
              order by c.is_primary desc, c.full_name limit 2),
       array['What was agreed last time', 'Health and usage',
           'Goals of the next quarter'],
       array[(array['Rollout finished in two more teams',
           'Reports are ready a day earlier',
           'New colleagues trained within a week'])
           [mainstay.demo_roll('good' || a.id || n, 1, 3)]],
       array[(array['Single sign-on is not yet switched on',
           'Two open tickets about the export',
           'The champion changes teams next month'])
           [mainstay.demo_roll('bad' || a.id || n, 1, 3)]],
       array[(array['Move the weekly report to the new dashboard',
           'Pilot the integration with one team first',
           'Keep the scope until the renewal'])
           [mainstay.demo_roll('decided' || a.id || n, 1, 3)]],
       array['Send the minutes', 'Agree the date of the next one'],
       mainstay.demo_roll('rating' || a.id || n, 3, 5),
       case when n = 1 then 'Useful, and shorter than last time.' end,
       d.at::date + 30, d.at - interval '10 days'
  from mainstay.accounts a
  join mainstay.tenants t on t.id = a.tenant_id
 cross join generate_series(1, 2) n
 cross join lateral (select current_date + time '13:00' - interval '1 day'
        * (mainstay.demo_roll('held' || a.id, 2,
            case a.tier when 'small_business' then 95 else 33 end)
            + (n - 1) * case a.tier when 'small_business' then 90
                else 30 end) as at) d
 where t.slug = 'globex' and a.status in ('active', 'onboarding')
   and a.tier <> 'trial' and d.at > a.created_at + interval '5 days'
   and mainstay.demo_roll('reviewed' || a.id, 1, 10) <= 9;

insert into mainstay.business_reviews (tenant_id, id, account_id, type,
    scheduled_at, owner_id, attendees, agenda, created_at)
select a.tenant_id, md5(a.id || '/review/next')::uuid, a.id,
       case a.tier when 'small_business' then 'quarterly'
           else 'monthly' end,
       current_date + time '09:00' + interval '1 hour'
           * mainstay.demo_roll('hour' || a.id, 0, 7) + interval '1 day'
           * mainstay.demo_roll('next' || a.id, -2, 21), a.csm_id,
       array(select c.full_name || ', ' || c.job_title
               from mainstay.contacts c
              where c.tenant_id = a.tenant_id and c.account_id = a.id
              order by c.is_primary desc, c.full_name limit 2),
       array['What was agreed last time', 'Health and usage',
           'Goals of the next quarter'], current_date - 5
  from mainstay.accounts a
  join mainstay.tenants t on t.id = a.tenant_id
 where t.slug = 'globex' and a.status in ('active', 'onboarding')
   and a.tier <> 'trial' and mainstay.demo_roll('planned' || a.id, 1, 4) = 1;

insert into mainstay.tasks (tenant_id, id, account_id, review_id, title,
    status, due_on, assignee_id, created_by, created_at)
select r.tenant_id, md5(r.id || '/item/' || n)::uuid, r.account_id, r.id,
       (array['Switch on single sign-on with their IT',
           'Send the benchmark of comparable customers',
           'Invite the new team to the training',
           'Close the tickets about the export'])
           [1 + (mainstay.demo_roll('item' || r.id, 0, 3) + n) % 4],
       case when mainstay.demo_roll('left' || r.id || n, 1, 3) = 1
           then 'open' else 'done' end,
       (r.held_at + interval '20 days')::date, r.owner_id, r.owner_id,
       r.held_at
  from mainstay.business_reviews r
  join mainstay.tenants t on t.id = r.tenant_id
 cross join generate_series(1, 2) n
 where t.slug = 'globex' and r.status = 'held';

-- Advocates of Globex: healthy customers, at every status.

insert into mainstay.advocacy_activities (tenant_id, id, account_id,
    contact_id, type, status, requested_at, completed_at, outcome, value,
    content_urls, created_by, created_at, updated_at)
select a.tenant_id, md5(a.id || '/advocacy/' || n)::uuid, a.id, c.id, k.type,
       k.status, case when k.status <> 'pending' then d.day end,
       case when k.status = 'completed' then d.day + interval '21 days' end,
       case k.status when 'completed' then 'They speak well of the rollout.'
           when 'declined' then 'Their legal department says no.' end,
       case when k.status = 'completed' and n = 1 then 'A deal was won with '
           'it' end,
       case when k.status = 'completed' and k.type in ('case_study',
               'testimonial', 'press_release')
           then array['https://www.globex.example/stories/'
               || regexp_replace(a.name_key, '[^a-z0-9]+', '-', 'g')]
           else '{}' end, a.csm_id, d.day - interval '4 days', d.day
  from mainstay.accounts a
  join mainstay.tenants t on t.id = a.tenant_id
 cross join generate_series(1, 2) n
 cross join lateral (select
        (array['case_study', 'testimonial', 'reference_call',
            'reference_call', 'speaker_event', 'press_release', 'webinar',
            'user_group', 'advisory_board'])
            [mainstay.demo_roll('asked for' || a.id || n, 1, 9)] as type,
        (array['pending', 'requested', 'in_progress', 'completed',
            'completed', 'completed', 'completed', 'declined', 'cancelled'])
            [mainstay.demo_roll('answer' || a.id || n, 1, 9)] as status) k
 cross join lateral (select current_date + time '10:00' - interval '1 day'
        * case when k.status in ('pending', 'requested', 'in_progress')
            then mainstay.demo_roll('asked' || a.id || n, 3, 40)
            else mainstay.demo_roll('asked' || a.id || n, 45, 240) end
        as day) d
  join lateral (
    select c.id from mainstay.contacts c
     where c.tenant_id = a.tenant_id and c.account_id = a.id
     order by c.influence = 'champion' desc, c.full_name
     limit 1 offset n - 1) c on true
 where t.slug = 'globex' and a.status = 'active' and a.health_score >= 70
   and d.day > a.created_at + interval '20 days'
   and mainstay.demo_roll('advocate' || a.id || n, 1, 10) <= 6 - 2 * n;

insert into mainstay.tags (tenant_id, id, name, color_hex)
select t.id, md5(t.slug || g.name)::uuid, g.name, g.color
  from mainstay.tenants t
 cross join (values ('Strategic', '#7c3aed'), ('Reference', '#15803d'),
        ('Beta', '#0891b2'), ('Price sensitive', '#c2410c')) g (name, color)
 where t.slug in ('acme-corp', 'globex');

insert into mainstay.account_tags (tenant_id, account_id, tag_id)
select a.tenant_id, a.id, g.id
  from mainstay.accounts a
  join mainstay.tenants t on t.id = a.tenant_id
  join mainstay.tags g on g.tenant_id = a.tenant_id
 where t.slug in ('acme-corp', 'globex')
   and mainstay.demo_roll('tag' || a.id || g.name, 1, 6) = 1;

-- Some renewed for half a year, so that a back-test has who to compare.

insert into mainstay.audit_log (tenant_id, at, action, object_type, object_id,
    before, after)
select a.tenant_id, d.renewed - mainstay.demo_roll('signed' || a.id, 3, 30),
       'accounts.update', 'accounts', a.id,
       jsonb_build_object('renewal_date', d.renewed),
       jsonb_build_object('renewal_date', a.renewal_date)
  from mainstay.accounts a
  join mainstay.tenants t on t.id = a.tenant_id
 cross join lateral (select a.renewal_date - 182 as renewed) d
 where t.slug = 'globex' and a.status <> 'churned'
   and d.renewed < current_date and a.created_at < d.renewed - 60
   and mainstay.demo_roll('renewed' || a.id, 1, 3) = 1;

-- A year of days to compare with.

insert into mainstay.portfolio_rollups (tenant_id, cell, kind, key, accounts,
    arr_cents, score_sum, score_count, score_arr_sum, scored_arr_cents)
select f.tenant_id, c.cell, 'flow', f.kind, count(*), abs(sum(f.cents)),
       0, 0, 0, 0
  from mainstay.demo_flows() f
 cross join lateral (values (''), (f.tier || '/' || f.owner)) c (cell)
 group by f.tenant_id, c.cell, f.kind;

insert into mainstay.portfolio_days (tenant_id, cell, day, accounts,
    arr_cents, risk_accounts, risk_cents, score_sum, score_count,
    score_arr_sum, scored_arr_cents, due_accounts, due_cents, new_cents,
    expansion_cents, contraction_cents, churned_cents)
with flow as materialized (
    select f.tenant_id, f.id, f.tier, f.owner,
           min(f.day) filter (where f.kind = 'new') as began_on,
           min(f.day) filter (where f.kind in ('expansion', 'contraction'))
               as changed_on,
           min(f.day) filter (where f.kind = 'churned') as ended_on,
           sum(f.cents) filter (where f.kind = 'new') as new_cents,
           sum(f.cents) filter (where f.kind in ('expansion',
               'contraction')) as step,
           -sum(f.cents) filter (where f.kind = 'churned') as ended_cents
      from mainstay.demo_flows() f
     group by 1, 2, 3, 4
), state as materialized (
    select f.tenant_id, f.tier, f.owner, d.day, f.new_cents as began,
           c.step, case when e.has_ended then f.ended_cents else 0 end
               as ended,
           case when e.has_ended then 0 else f.new_cents + c.step end as arr,
           h.score, h.is_risk,
           not e.has_ended and coalesce(a.renewal_date - case
               when a.renewal_date > d.day + 365 then 365 else 0 end
               between d.day and d.day + 90, false) as is_due
      from flow f
      join mainstay.accounts a
        on a.tenant_id = f.tenant_id and a.id = f.id
     cross join lateral (
         select current_date - n as day from generate_series(1, 380) n) d
     cross join lateral (
         select case when f.changed_on < d.day then f.step else 0 end
             as step) c
     cross join lateral (
         select coalesce(f.ended_on < d.day, false) as has_ended) e
      left join lateral (
          select h.overall_score as score,
                 h.band in ('at_risk', 'critical') as is_risk
            from mainstay.health_scores h
           where h.tenant_id = f.tenant_id and h.account_id = f.id
             and h.observed_at < d.day
           order by h.observed_at desc limit 1) h on true
     where f.began_on < d.day
)
select s.tenant_id, case when s.tier is null and s.owner is null then ''
           else coalesce(s.tier, '') || '/' || coalesce(s.owner, '') end,
       s.day, count(*) filter (where s.arr > 0), sum(s.arr),
       count(*) filter (where s.arr > 0 and s.is_risk),
       coalesce(sum(s.arr) filter (where s.is_risk), 0),
       coalesce(sum(s.score) filter (where s.arr > 0), 0),
       count(s.score) filter (where s.arr > 0),
       coalesce(sum(s.score * s.arr), 0),
       coalesce(sum(s.arr) filter (where s.score is not null), 0),
       count(*) filter (where s.is_due),
       coalesce(sum(s.arr) filter (where s.is_due), 0), sum(s.began),
       sum(greatest(s.step, 0)), sum(greatest(-s.step, 0)), sum(s.ended)
  from state s
 group by s.tenant_id, s.day,
       grouping sets ((s.tier, s.owner), (s.tier), (s.owner), ());

select api.refresh_portfolio(t.id)
  from mainstay.tenants t where t.slug in ('acme-corp', 'globex');

-- What waits in the bell, as the scores would have raised it.

insert into mainstay.alerts (tenant_id, account_id, kind, severity, title,
    detail, created_at)
select h.tenant_id, h.account_id, l.kind, l.severity, a.name || ' ' || l.what,
       'Health is ' || h.overall_score || ' (' || h.risk_level || '), was '
           || h.previous_score || '.', h.observed_at
  from mainstay.health_scores h
  join mainstay.accounts a
    on a.tenant_id = h.tenant_id and a.id = h.account_id
  join mainstay.tenants t on t.id = h.tenant_id
 cross join lateral (values
    ('health_drop', 'warning', 'dropped by '
        || (h.previous_score - h.overall_score) || ' points',
        h.previous_score - h.overall_score > 10),
    ('health_below_60', 'warning', 'fell below 60',
        h.overall_score < 60 and h.previous_score >= 60),
    ('health_below_40', 'critical', 'is in the red zone, below 40',
        h.overall_score < 40 and h.previous_score >= 40))
    l (kind, severity, what, crossed)
 where h.is_current and l.crossed and a.status <> 'churned'
   and t.slug in ('acme-corp', 'globex');

-- Where playbooks send to; only now are they switched on.

with endpoint as (
    select t.id as tenant_id, e.playbook,
           mainstay.create_endpoint(t.id, e.name, e.url, 'seed-000') as id
      from mainstay.tenants t
     cross join (values
        ('Health Score Alert - Critical', 'n8n health alert',
            'http://localhost:5678/webhook/health-alert'),
        ('At Risk Stage Alert', 'n8n stage alert',
            'http://localhost:5678/webhook/stage-alert'))
        e (playbook, name, url)
     where t.slug in ('acme-corp', 'globex')
)
update mainstay.playbooks p
   set webhook_endpoint_id = e.id, is_active = true
  from endpoint e
 where p.tenant_id = e.tenant_id and p.name = e.playbook;

-- What they decided in four weeks, by their own rules, and what became of
-- what they sent. The receiver's answers are made up: nothing leaves.

with event as (
    select h.tenant_id, h.account_id, h.observed_at as at,
           jsonb_build_object('type', 'health_score_drop',
               'health_score_id', h.id, 'score', h.overall_score,
               'previous_score', h.previous_score, 'band', h.band) as event
      from mainstay.health_scores h
     where h.observed_at >= current_date - 28
     union all
    select j.tenant_id, j.account_id, j.entered_at,
           jsonb_build_object('type', 'stage_transition',
               'from_stage', j.from_stage, 'to_stage', j.to_stage)
      from mainstay.journey_history j
     where j.entered_at >= current_date - 28 and j.from_stage is not null
), judged as (
    select e.*, p as playbook, w.format,
           case when not (d.decision -> 'met')::boolean
               then d.decision ->> 'reason' end as why, d.decision
      from event e
      join mainstay.tenants t
        on t.id = e.tenant_id and t.slug in ('acme-corp', 'globex')
      join mainstay.playbooks p
        on p.tenant_id = e.tenant_id
           and p.trigger_type = e.event ->> 'type'
      join mainstay.playbook_versions v
        on v.tenant_id = e.tenant_id and v.playbook_id = p.id
           and v.status = 'published'
      join mainstay.webhook_endpoints w
        on w.tenant_id = e.tenant_id and w.id = p.webhook_endpoint_id
     cross join lateral mainstay.playbook_judge(v.document, e.event, '{}')
           d (decision)
), run as materialized (
    select n.*, case when n.nr % 7 = 3 then 'refused'
               when n.nr % 5 = 1 then 'late' else 'at once' end as outcome,
           case when n.why is null then md5('delivery' || n.account_id
               || n.at || (n.event ->> 'type'))::uuid end as webhook_id
      from (select j.*, row_number() over (partition by j.why is null
                       order by j.at, j.account_id) as nr
              from judged j) n
), try as materialized (
    select r.tenant_id, r.webhook_id, r.at + a.after as at, a.attempt,
           a.http, a.body, a.is_last,
           mainstay.demo_roll('try' || r.account_id || a.attempt, 80, 900)
               as ms
      from run r
      join (values
        ('at once', 1, interval '1 second', 200, 'Workflow was started',
            true),
        ('late', 1, interval '1 second', 503,
            'Service temporarily unavailable', false),
        ('late', 2, interval '6 seconds', 200, 'Workflow was started', true),
        ('refused', 1, interval '1 second', 403,
            'Authorization data is wrong!', false),
        ('refused', 2, interval '6 seconds', 403,
            'Authorization data is wrong!', false),
        ('refused', 3, interval '5 minutes', 403,
            'Authorization data is wrong!', true))
        a (outcome, attempt, after, http, body, is_last)
        on a.outcome = r.outcome
     where r.webhook_id is not null
), payload as (
    insert into mainstay.webhook_payloads (tenant_id, id, created_at,
        event_type, body)
    select r.tenant_id, r.webhook_id, r.at, r.event ->> 'type',
           mainstay.webhook_payload_for(r.format, r.tenant_id, r.account_id,
               r.event)
      from run r where r.webhook_id is not null
), attempt as (
    insert into mainstay.webhook_attempts (tenant_id, delivery_id,
        attempted_at, lease, attempt, response_status, duration_ms,
        response_body)
    select d.tenant_id, d.webhook_id, d.at, d.attempt, d.attempt, d.http,
           d.ms, d.body
      from try d
), history as (
    insert into mainstay.webhook_history (tenant_id, id, endpoint_id,
        account_id, playbook_id, created_at, processed_at, attempts,
        max_attempts, response_status, status)
    select r.tenant_id, r.webhook_id, (r.playbook).webhook_endpoint_id,
           r.account_id, (r.playbook).id, r.at, d.at, d.attempt, 10, d.http,
           case d.http when 200 then 'completed' else 'failed' end
      from run r join try d on d.webhook_id = r.webhook_id and d.is_last
)
insert into mainstay.playbook_executions (tenant_id, playbook_id,
    playbook_version, account_id, executed_at, status, result, reason,
    trigger_event, webhook_id, decision, steps)
select r.tenant_id, (r.playbook).id, (r.playbook).version, r.account_id, r.at,
       case when r.why is not null then 'skipped'
           when r.outcome = 'refused' then 'failed' else 'succeeded' end,
       'Answered ' || d.http || '.',
       r.decision ->> 'reason', r.event, r.webhook_id,
       jsonb_build_object('seen', r.decision -> 'seen'),
       case when r.why is null then jsonb_build_array(jsonb_build_object(
           'kind', 'webhook', 'delivery', r.webhook_id, 'status',
           case when r.outcome = 'refused' then 'failed' else 'delivered' end,
           'text', 'Answered ' || d.http || '.')) else '[]' end
  from run r left join try d on d.webhook_id = r.webhook_id and d.is_last;

-- A demo that is not what it says stops here.

do $$
declare
    v_wrong text;
begin
    select string_agg(w.what, '; ') into v_wrong
      from (values
        ('Acme has three accounts', 3 = (
            select count(*) from mainstay.accounts a
              join mainstay.tenants t on t.id = a.tenant_id
             where t.slug = 'acme-corp')),
        ('Globex has 250 accounts', 250 = (
            select count(*) from mainstay.accounts a
              join mainstay.tenants t on t.id = a.tenant_id
             where t.slug = 'globex')),
        ('scores are 85, 72 and 35', '{35,72,85}' = (
            select array_agg(a.health_score order by a.health_score)
              from mainstay.accounts a
              join mainstay.tenants t on t.id = a.tenant_id
             where t.slug = 'acme-corp')),
        ('Acme has two active playbooks', 2 = (
            select count(*) from mainstay.playbooks p
              join mainstay.tenants t on t.id = p.tenant_id
             where t.slug = 'acme-corp' and p.is_active
               and p.webhook_endpoint_id is not null)),
        ('one open stay per account', not exists (
            select from mainstay.journey_history h
             where h.exited_at is null
             group by h.tenant_id, h.account_id having count(*) <> 1)),
        ('nothing is queued', not exists (
            select from mainstay.webhook_hot q
              join mainstay.tenants t on t.id = q.tenant_id
             where t.slug in ('acme-corp', 'globex'))),
        ('playbooks ran', exists (
            select from mainstay.playbook_executions e
              join mainstay.tenants t on t.id = e.tenant_id
             where t.slug = 'globex' and e.status = 'succeeded')),
        ('the ledger agrees', not exists (
            select from mainstay.rollup_check())))
        w (what, is_so)
     where not w.is_so;
    if v_wrong is not null then
        raise exception 'The demo is not complete: %', v_wrong;
    end if;
end $$;

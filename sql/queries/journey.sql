-- The board: stages side by side, their accounts as cards.

-- name: journey_page
-- One row: links that keep the filters, what chips say, which choice is the
-- present one.
with link as materialized (
    select app.url_pair('owner', :owner) as owner,
        app.url_pair('tier', :tier) as tier,
        app.url_pair('band', :band) as band,
        app.severity_names(:tenant_id::uuid) as health
)
select substr(owner || tier || band, 2) as query,
    owner || tier || band <> '' as is_filtered,
    substr(tier || band, 2) as query_less_owner,
    substr(owner || band, 2) as query_less_tier,
    substr(owner || tier, 2) as query_less_band,
    :owner::text as owner, :tier::text as tier, :band::text as band,
    case when :owner = 'none' then 'Nobody'
        when :owner is not null then coalesce((
            select full_name from profiles
            where tenant_id = :tenant_id::uuid
                and user_id = nullif(:owner, 'none')::uuid), 'Somebody else')
    end as owner_text,
    app.label_text(:tier) as tier_text,
    case when :band = 'risk'
        then (health ->> 'at_risk') || ' or ' || (health ->> 'critical')
        else health ->> :band end as band_text,
    health,
    :user_id::text as me,
    :owner = :user_id::text as owner_me,
    :owner = 'none' as owner_none,
    :band = 'healthy' as band_healthy, :band = 'moderate' as band_moderate,
    :band = 'at_risk' as band_at_risk, :band = 'critical' as band_critical,
    :band = 'risk' as band_risk, :band = 'unscored' as band_unscored,
    :tier = 'enterprise' as tier_enterprise,
    :tier = 'mid_market' as tier_mid_market,
    :tier = 'small_business' as tier_small_business,
    :tier = 'trial' as tier_trial
from link;

-- name: journey_view
-- How the board is looked at, beside its filters: query follows theirs, next
-- is the way back to all of it.
select v.query, :lanes::text as lanes, :fold::text as fold,
    :lanes = 'owner' as is_by_owner, :lanes = 'tier' as is_by_tier,
    :lanes = 'band' as is_by_band,
    coalesce('?next=' || app.url_encode(v.here), '') as next
from (
    select l.query, '/dashboard/journey?' || nullif(substr(l.filters
        || l.query, 2), '') as here
    from (
        select app.url_pair('owner', :owner) || app.url_pair('tier', :tier)
                || app.url_pair('band', :band) as filters,
            app.url_pair('lanes', :lanes) || app.url_pair('fold', :fold)
                as query) l
    offset 0) v;

-- name: journey_columns
-- A row for each stage: sums, the first 20 cards, and where to go on; the
-- cards of a folded column are not shown, those of lanes stand in these.
with tenant as materialized (
    select coalesce(settings ->> 'currency', 'USD') as currency from tenants
    where id = :tenant_id::uuid
)
select s.id as stage_id, s.name as stage, s.color_hex,
    s.kind = 'terminal' as is_terminal, s.kind = 'exception' as is_exception,
    f.is_folded,
    substr(app.url_pair('owner', :owner) || app.url_pair('tier', :tier)
        || app.url_pair('band', :band) || app.url_pair('lanes', :lanes)
        || app.url_pair('fold', f.then), 2) as fold_query,
    app.number_text(m.accounts) || case when m.is_more then '+' else '' end
        as accounts_text,
    app.count_text(m.accounts, 'account') as accounts_long,
    app.money_short(m.arr_cents, t.currency) || case when m.is_more
        then '+' else '' end as arr_text,
    case when m.accounts > 0 and s.kind <> 'terminal'
        then round(m.days::numeric / m.accounts) end as days,
    s.target_duration_days as target,
    app.stay_tone(round(m.days::numeric / nullif(m.accounts, 0))::integer,
        s.target_duration_days) as days_tone,
    case when m.stuck > 0 and s.kind <> 'terminal'
        then app.number_text(m.stuck) end as stuck_text,
    c.cards, c.next_arr, c.next_id
from tenant t
cross join journey_stages s
cross join lateral journey_sums(:tenant_id::uuid, s.name,
    s.kind = 'terminal', s.target_duration_days, :band, :tier, :owner) m
cross join lateral (
    select app.is_folded(s.id, :fold) as is_folded,
        nullif(case when app.is_folded(s.id, :fold)
            then replace(:fold, right(s.id::text, 8), '')
            else coalesce(:fold, '') || right(s.id::text, 8) end, '') as then
    offset 0) f
left join lateral board_cards(:tenant_id::uuid, s, :band, :tier, :owner,
    20) c on :lanes::text is null and not f.is_folded
where s.tenant_id = :tenant_id::uuid
order by s.display_order;

-- name: journey_lanes
-- With lanes: a row for each owner (40 at most), tier or band, and of each
-- stage its first five cards.
with lane as (
    select 1 as place, p.full_name as label, p.user_id::text as owner,
        :tier::text as tier, :band::text as band
    from (
        select p.user_id, p.full_name
        from profiles p
        where p.tenant_id = :tenant_id::uuid and :lanes = 'owner'
            and (:owner::text is null or p.user_id::text = :owner)
            and exists (
                select from accounts a
                where a.tenant_id = :tenant_id::uuid
                    and a.csm_id = p.user_id)
        order by p.full_name, p.user_id
        limit 40) p
    union all
    select 2, 'Nobody', 'none', :tier, :band
    where :lanes = 'owner' and coalesce(:owner, 'none') = 'none'
    union all
    select t.place, app.label_text(t.tier), :owner, t.tier, :band
    from unnest(array['enterprise', 'mid_market', 'small_business', 'trial'])
        with ordinality t (tier, place)
    where :lanes = 'tier' and coalesce(:tier, t.tier) = t.tier
    union all
    select b.place, app.severity_names(:tenant_id::uuid) ->> b.band, :owner,
        :tier, b.band
    from unnest(array['critical', 'at_risk', 'moderate', 'healthy',
        'unscored']) with ordinality b (band, place)
    where :lanes = 'band' and (coalesce(:band, b.band) = b.band
        or :band = 'risk' and b.band in ('critical', 'at_risk'))
)
select l.label, row_number() over (order by l.place, l.label, l.owner) as n,
    c.cells
from lane l
cross join lateral (
    select json_agg(json_build_object('stage_id', s.id, 'stage', s.name,
        'is_folded', app.is_folded(s.id, :fold), 'cards', c.cards,
        'more_query', case when c.next_id is not null then substr(
            app.url_pair('owner', l.owner) || app.url_pair('tier', l.tier)
            || app.url_pair('band', l.band), 2) end)
        order by s.display_order) as cells
    from journey_stages s
    left join lateral board_cards(:tenant_id::uuid, s, l.band, l.tier,
        l.owner, 5) c on not app.is_folded(s.id, :fold)
    where s.tenant_id = :tenant_id::uuid) c
order by n;

-- name: journey_stage
-- The head of one column, on a page of its own.
select s.id as stage_id, s.name as stage, s.color_hex,
    app.number_text(m.accounts) || case when m.is_more then '+' else '' end
        as accounts_text,
    app.count_text(m.accounts, 'account') as accounts_long
from journey_stages s
cross join lateral journey_sums(:tenant_id::uuid, s.name,
    s.kind = 'terminal', s.target_duration_days, :band, :tier, :owner) m
where s.tenant_id = :tenant_id::uuid and s.id = :id::uuid;

-- name: journey_stage_cards
-- The cards of one stage from a cursor on; the last row tells where to go on.
select k.id, k.name, k.arr_cents, k.health_score,
    coalesce(k.health_band, 'unscored') as health_band,
    coalesce(k.health_label, app.band_text(k.health_band)) as band_label,
    nullif(k.health_trend, 'unknown') as trend,
    app.delta_text(k.health_score - k.previous_health_score) as trend_text,
    app.money_text(k.arr_cents, k.currency) as arr_text,
    app.count_text(k.days, 'day') as days_text,
    case when k.kind <> 'terminal'
        then app.stay_tone(k.days, k.target_duration_days) end as days_tone,
    o.full_name as owner, app.initials(o.full_name) as initials,
    app.day_text(k.renewal_date) as renewal_text,
    case when g.open > 0 then app.count_text(g.open, 'goal') end as goals_text,
    g.blocking > 0 as is_blocked,
    case when k.number = 20 and k.found > 20 then k.arr_cents end as next_arr,
    case when k.number = 20 and k.found > 20 then k.id end as next_id
from (
    select j.*, s.kind, s.target_duration_days,
        current_date - j.entered_on as days,
        row_number() over (order by j.arr_cents desc, j.id) as number,
        count(*) over () as found
    from journey_stages s
    cross join lateral journey_cards(:tenant_id::uuid, s.name,
        s.kind = 'terminal', :band, :tier, :owner, :after_arr::bigint,
        :after_id::uuid, 21) j
    where s.tenant_id = :tenant_id::uuid and s.id = :id::uuid) k
left join profiles o
    on o.tenant_id = :tenant_id::uuid and o.user_id = k.csm_id
cross join lateral (
    select count(*) as open,
        count(*) filter (where n.is_blocking) as blocking
    from open_goals(:tenant_id::uuid, k.id, :id::uuid) n) g
where k.number <= 20
order by k.number;

-- name: journey_move_page
-- One account and where it could go. What was typed wins over the address.
select a.id, a.name, s.id as stage_id, s.name as stage, s.color_hex,
    app.count_text(current_date
        - (a.stage_entered_at at time zone 'UTC')::date, 'day') as days_text,
    a.health_score, coalesce(a.health_band::text, 'unscored') as health_band,
    coalesce(a.health_label, app.band_text(a.health_band)) as band_label,
    app.money_text(a.arr_cents, a.currency) as arr_text,
    w.stage is not null as is_chosen,
    case when n.is_ahead then (
        select json_agg(json_build_object('id', g.id, 'title', g.title,
                'description', g.description, 'is_blocking', g.is_blocking,
                'is_ticked', coalesce(:form::jsonb ? ('goal-' || g.id),
                    false)) order by g.display_order, g.title)
        from open_goals(:tenant_id::uuid, a.id, s.id) g) end as goals,
    n.is_ahead and exists (
        select from open_goals(:tenant_id::uuid, a.id, s.id)) as has_goals,
    coalesce(n.is_ahead and exists (
        select from open_goals(:tenant_id::uuid, a.id, s.id) g
        where not g.is_blocking), false) as takes_reason,
    (select json_agg(json_build_object('id', t.id, 'name', t.name,
            'color_hex', t.color_hex,
            'is_selected', t.id::text = w.stage)
        order by t.display_order)
     from journey_stages t
     where t.tenant_id = :tenant_id::uuid and t.id is distinct from s.id)
        as targets
from accounts a
left join journey_stages s
    on s.tenant_id = :tenant_id::uuid and s.name = a.current_stage
cross join lateral (
    select coalesce(:form::jsonb ->> 'stage', :stage) as stage) w
left join lateral (
    select is_ahead(s, t) as is_ahead
    from journey_stages t
    where t.tenant_id = :tenant_id::uuid and t.id::text = w.stage) n on true
where a.tenant_id = :tenant_id::uuid and a.id = :id::uuid;

-- name: journey_move
select move_account(:tenant_id::uuid, :id::uuid, :from::uuid, :stage::uuid,
    :reason, :form::jsonb) as name;

-- name: journey_owner_options
select user_id as id, full_name as name, user_id::text = :owner as is_selected
from profiles
where tenant_id = :tenant_id::uuid and is_active
order by full_name, user_id
limit 200;

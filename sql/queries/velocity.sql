-- Velocity: how long accounts stay in a stage, against what was planned, and
-- who moved last.

-- name: velocity_stages
-- Finished stays of the last year, of each stage the latest 500 at most. The
-- bar is the middle stay; one and a half of the longest target is 100.
with stage as materialized (
    select s.id, s.name, s.color_hex, s.display_order, s.kind,
        s.target_duration_days as target
    from journey_stages s
    where s.tenant_id = :tenant_id::uuid
), told as materialized (
    select s.*, f.stays, f.average, f.middle, f.slow, m.accounts, m.days,
        m.stuck, max(greatest(f.slow, s.target)) over () as most
    from stage s
    cross join lateral journey_sums(:tenant_id::uuid, s.name,
        s.kind = 'terminal', s.target, null, null, null) m
    cross join lateral (
        select count(*) as stays, round(avg(h.duration_days)) as average,
            percentile_cont(0.5) within group (order by h.duration_days)
                as middle,
            percentile_cont(0.9) within group (order by h.duration_days)
                as slow
        from (
            select h.duration_days
            from journey_history h
            where h.tenant_id = :tenant_id::uuid and h.to_stage = s.name
                and h.exited_at is not null
                and h.exited_at > now() - interval '1 year'
            order by h.exited_at desc
            limit 500) h) f
)
select t.id as stage_id, t.name as stage, t.color_hex,
    case when t.target is not null then app.count_text(t.target, 'day') end
        as target_text,
    case when t.stays > 0
        then app.count_text(t.average::bigint, 'day') end as average_text,
    case when t.stays > 0
        then app.count_text(round(t.middle)::bigint, 'day') end as middle_text,
    case when t.stays > 0
        then app.count_text(round(t.slow)::bigint, 'day') end as slow_text,
    case when t.stays > 0 then app.delta_text((round(t.middle)
        - t.target)::integer) end as over_text,
    coalesce(t.stays > 0 and t.middle > t.target, false) as is_over,
    app.number_text(t.stays) as stays_text,
    app.number_text(t.accounts) as accounts_text,
    case when t.accounts > 0 and t.kind <> 'terminal' then app.count_text(
        round(t.days::numeric / t.accounts)::bigint, 'day') end as now_text,
    case when t.stuck > 0 and t.kind <> 'terminal'
        then app.number_text(t.stuck) end as stuck_text,
    case when t.stays > 0 then json_build_object('x', 0,
        'width', round((100 * t.middle / nullif(t.most, 0))::numeric, 1),
        'color_hex', t.color_hex) end as bar
from told t
order by t.display_order;

-- name: velocity_moves
-- The latest transitions; an account that was added is none.
select a.id, a.name, h.from_stage, h.to_stage,
    f.color_hex as from_hex, s.color_hex,
    p.full_name as author, app.ago_text(h.entered_at) as ago_text,
    case when h.before_days is not null
        then app.count_text(h.before_days, 'day') end as days_text
from (
    select j.*, (
        select b.duration_days from journey_history b
        where b.tenant_id = :tenant_id::uuid and b.account_id = j.account_id
            and b.exited_at is not null and b.entered_at <= j.entered_at
            and b.id <> j.id
        order by b.entered_at desc limit 1) as before_days
    from (
        select * from journey_history n
        where n.tenant_id = :tenant_id::uuid and n.entered_at <= now()
            and n.from_stage is not null
        order by n.entered_at desc
        limit 50) j
    offset 0) h
join accounts a on a.tenant_id = :tenant_id::uuid and a.id = h.account_id
left join journey_stages f
    on f.tenant_id = :tenant_id::uuid and f.name = h.from_stage
left join journey_stages s
    on s.tenant_id = :tenant_id::uuid and s.name = h.to_stage
left join profiles p
    on p.tenant_id = :tenant_id::uuid and p.user_id = h.triggered_by
order by h.entered_at desc;

-- What time makes of scores: trend and hysteresis. Both are keys of a
-- scorecard's document, both optional; without them nothing here does
-- anything.
--
--   "trend": {"days": 30, "margin": 5}
--       The trend compares with the score the account had so many days
--       before (else its oldest, else the previous one); margin points more
--       or less are stable. Without days: with the previous score. Without
--       margin: 2 points.
--
--   "hysteresis": {"margin": 3, "days": 7}
--       The band an account shows changes only when its score is at least
--       margin points past the bound it crossed, or when its scores have
--       been past that bound for at least so many days. A rule that is not
--       there changes nothing by itself; one that says 0 acts at once, as
--       without hysteresis. The score is never touched; the band then is
--       that of the score, however far it went.

-- More than p_margin points make a trend.
create or replace function mainstay.trend_of(p_score integer,
    p_previous integer, p_margin integer default 2) returns text
language sql immutable parallel safe
return case
    when p_previous is null or p_score is null then 'unknown'
    when p_score - p_previous > coalesce(p_margin, 2) then 'improving'
    when p_previous - p_score > coalesce(p_margin, 2) then 'declining'
    else 'stable'
end;

-- The trend of a score made at p_at by this document.
create or replace function mainstay.trend_shown(p_tenant uuid,
    p_account uuid, p_document jsonb, p_score integer, p_previous integer,
    p_at timestamptz) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_days constant integer := p_document -> 'trend' ->> 'days';
    v_margin constant integer := p_document -> 'trend' ->> 'margin';
begin
    if v_days is null then
        return mainstay.trend_of(p_score, p_previous, v_margin);
    end if;
    return mainstay.trend_of(p_score, coalesce(
        mainstay.score_at(p_tenant, p_account,
            p_at - make_interval(days => v_days)),
        (select h.overall_score from mainstay.health_scores h
          where h.tenant_id = p_tenant and h.account_id = p_account
            and h.observed_at < p_at
          order by h.observed_at, h.recorded_at limit 1),
        p_previous), v_margin);
end
$$;

-- Key of the band to show for a score made at p_at, when p_held was shown.
create or replace function mainstay.band_shown(p_tenant uuid, p_account uuid,
    p_document jsonb, p_held text, p_score integer, p_at timestamptz)
returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_margin constant integer := p_document -> 'hysteresis' ->> 'margin';
    v_days constant integer := p_document -> 'hysteresis' ->> 'days';
    v_held record;
    v_own text;
    v_start constant timestamptz := p_at - make_interval(days => v_days);
begin
    select b.key into v_own
      from mainstay.scorecard_bands(p_document) b
     where b.lower <= p_score order by b.lower desc limit 1;
    select b.lower, b.upper into v_held
      from mainstay.scorecard_bands(p_document) b where b.key = p_held;
    if not found or v_own = p_held or coalesce(v_margin, v_days) is null
       or p_score <= v_held.lower - v_margin
       or p_score >= v_held.upper + v_margin or v_days = 0 then
        return v_own;
    end if;
    -- Past the bound at the start, and never back since.
    if v_days is not null and (
        select bool_and(case when p_score < v_held.lower
                   then s.score < v_held.lower
                   else s.score >= v_held.upper end)
          from (select coalesce(mainstay.score_at(p_tenant, p_account,
                           v_start), v_held.lower)
                union all
                select h.overall_score from mainstay.health_scores h
                 where h.tenant_id = p_tenant and h.account_id = p_account
                   and h.observed_at > v_start
                   and h.observed_at <= p_at) s (score)) then
        return v_own;
    end if;
    return p_held;
end
$$;
comment on function mainstay.band_shown(uuid, uuid, jsonb, text, integer,
    timestamptz) is
    'Which band an account shows that showed p_held: hysteresis.';

-- What a score made at p_at is beside the others of its account: held is the
-- one that was current until then, if there was one; p_previous is null, or
-- what came with the score. For a score by itself and for thousands: the
-- planner unfolds it into the statement that asks.
create or replace function mainstay.score_beside(p_tenant uuid,
    p_account uuid, p_version uuid, p_document jsonb, p_score integer,
    p_previous integer, p_at timestamptz)
returns table (held mainstay.health_scores, is_current boolean,
    previous_score integer, band_key text, band_label text, severity text,
    trend text)
language sql stable rows 1
begin atomic
    select h, n.is_current, p.score, b.key, coalesce(b.label, 'Critical'),
           coalesce(b.severity, 'critical'),
           mainstay.trend_shown(p_tenant, p_account, p_document, p_score,
               p.score, p_at)
      from (select) one
      left join mainstay.health_scores h
        on h.tenant_id = p_tenant and h.account_id = p_account
       and h.is_current
     cross join lateral (
           select coalesce(p_at >= h.observed_at, true) as is_current) n
     cross join lateral (
           select coalesce(p_previous, case when n.is_current
               then h.overall_score
               else mainstay.score_at(p_tenant, p_account, p_at)
               end) as score) p
     cross join lateral (
           -- What another version called its bands is not held on to.
           select case when p_document ? 'hysteresis' and n.is_current
                   and h.scorecard_version_id is not distinct from p_version
               then mainstay.band_shown(p_tenant, p_account, p_document,
                   h.band_key, p_score, p_at) end as key) s
      left join mainstay.scorecard_bands(p_document) b
        on case when s.key is null
           then p_score >= b.lower and (b.upper is null or p_score < b.upper)
           else b.key = s.key end;
end;

-- Whether time alone has changed what the current score should show: the
-- daily sweep then writes a new row, though nothing else has changed.
create or replace function mainstay.has_moved_on(
    p_score mainstay.health_scores, p_document jsonb) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return p_score.source = 'computed' and (
        mainstay.band_shown(p_score.tenant_id, p_score.account_id, p_document,
            p_score.band_key, p_score.overall_score, now())
            <> p_score.band_key
        -- Not before there is a score so old.
        or mainstay.trend_of(p_score.overall_score, mainstay.score_at(
            p_score.tenant_id, p_score.account_id, now() - make_interval(
                days => (p_document -> 'trend' ->> 'days')::integer)),
            (p_document -> 'trend' ->> 'margin')::integer)
            not in ('unknown', p_score.trend));
end
$$;

grant execute on function mainstay.trend_of(integer, integer, integer),
    mainstay.trend_shown(uuid, uuid, jsonb, integer, integer, timestamptz),
    mainstay.band_shown(uuid, uuid, jsonb, text, integer, timestamptz),
    mainstay.score_beside(uuid, uuid, uuid, jsonb, integer, integer,
        timestamptz),
    mainstay.has_moved_on(mainstay.health_scores, jsonb)
    to mainstay_app, mainstay_maint, mainstay_definer;

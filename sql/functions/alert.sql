-- Alerts: what a person should look at.

create or replace function mainstay.raise_alert(p_tenant uuid,
    p_account uuid, p_kind text, p_severity text, p_what text, p_detail text)
returns void
language plpgsql set search_path = ''
as $$
begin
    insert into mainstay.alerts (tenant_id, account_id, kind, severity,
        title, detail)
    select p_tenant, p_account, p_kind, p_severity, a.name || ' ' || p_what,
           p_detail
      from mainstay.accounts a
     where a.tenant_id = p_tenant and a.id = p_account;
end
$$;

-- The highest score an account has shown since a time and until another, what
-- it showed then included. What was calculated while a person had set another
-- score was not shown.
create or replace function mainstay.score_peak(p_tenant uuid, p_account uuid,
    p_since timestamptz, p_until timestamptz) returns integer
language plpgsql stable set search_path = ''
as $$
begin
    return (
        with override as materialized (
            select o.score, o.created_at as from_at,
                   coalesce(o.ended_at, o.expires_at) as to_at
              from mainstay.health_overrides o
             where o.tenant_id = p_tenant and o.account_id = p_account
               and coalesce(o.ended_at, o.expires_at) > p_since
               and o.created_at <= p_until
        ), score as (
            select h.overall_score as score, h.observed_at as at
              from mainstay.health_scores h
             where h.tenant_id = p_tenant and h.account_id = p_account
               and h.observed_at > p_since and h.observed_at <= p_until
            union all
            select mainstay.score_at(p_tenant, p_account, p_since), p_since
            union all
            select mainstay.score_at(p_tenant, p_account, o.to_at), o.to_at
              from override o where o.to_at <= least(p_until, now())
        )
        select max(x.score)
          from (select s.score from score s
                 where not exists (
                     select from override o
                      where s.at >= o.from_at and s.at < o.to_at)
                union all
                select o.score from override o) x);
end
$$;

create or replace function mainstay.score_detail(
    p_score mainstay.health_scores) returns text
language sql immutable
return format('Health is %s (%s)%s.', p_score.overall_score,
    p_score.risk_level, ', was ' || p_score.previous_score);

-- More than ten points down (exactly ten is not) from the highest of the
-- trend's window, or of 30 days, or since the last alert about a drop: small
-- steps add up, and each drop is told once.
create or replace function mainstay.alert_drop(
    p_score mainstay.health_scores) returns void
language plpgsql set search_path = ''
as $$
declare
    v_days constant integer := coalesce((
        select (v.document -> 'trend' ->> 'days')::integer
          from mainstay.scorecard_versions v
         where v.tenant_id = p_score.tenant_id
           and v.id = p_score.scorecard_version_id), 30);
    v_told constant timestamptz := (
        select max(a.created_at) from mainstay.alerts a
         where a.tenant_id = p_score.tenant_id
           and a.account_id = p_score.account_id and a.kind = 'health_drop');
    v_peak constant integer := greatest(p_score.previous_score,
        mainstay.score_peak(p_score.tenant_id, p_score.account_id,
            greatest(p_score.observed_at - make_interval(days => v_days),
                v_told), p_score.observed_at));
    v_points constant integer := v_peak - p_score.overall_score;
begin
    if v_points > 10 then
        perform mainstay.raise_alert(p_score.tenant_id, p_score.account_id,
            'health_drop', 'warning', format('dropped by %s points',
                v_points), mainstay.score_detail(p_score)
                || case when v_peak > p_score.previous_score
                    then format(' It was %s in the last %s days.', v_peak,
                        v_days)
                    else '' end);
    end if;
end
$$;

-- A score that is shown alerts once for each line it crosses: below 60, below
-- 40 (a first score crosses a line when it is below it), and when it drops.
create or replace function mainstay.alert_scores(
    p_scores mainstay.health_scores[]) returns void
language plpgsql set search_path = ''
as $$
declare
    v_score mainstay.health_scores;
begin
    insert into mainstay.alerts (tenant_id, account_id, kind, severity,
        title, detail)
    select s.tenant_id, s.account_id, l.kind, l.severity,
           a.name || ' ' || l.what, mainstay.score_detail(s)
      from unnest(p_scores) s
      join mainstay.accounts a
        on a.tenant_id = s.tenant_id and a.id = s.account_id
      join (values (60, 'health_below_60', 'warning', 'fell below 60'),
            (40, 'health_below_40', 'critical',
                'is in the red zone, below 40'))
           l (line, kind, severity, what)
        on s.overall_score < l.line
       and (s.previous_score < l.line) is not true;
    -- Nobody falls by more than ten to 90.
    for v_score in
        select s.* from unnest(p_scores) s
         where (s.overall_score >= 90
             or s.overall_score >= s.previous_score) is not true
    loop
        perform mainstay.alert_drop(v_score);
    end loop;
end
$$;

-- A text below -0.4 is negative; exactly that is not. While an alert about an
-- account's texts is open, further ones are the same story.
create or replace function mainstay.sentiment_analyses_alert()
returns trigger
language plpgsql set search_path = ''
as $$
begin
    if not mainstay.is_loading_history() and not exists (
        select from mainstay.alerts a
         where a.tenant_id = new.tenant_id
           and a.account_id = new.account_id and a.kind = 'sentiment'
           and a.status = 'open')
    then
        perform mainstay.raise_alert(new.tenant_id, new.account_id,
            'sentiment', 'warning', 'sounds unhappy',
            format('Sentiment of a text (%s) is %s.',
                replace(new.source_type, '_', ' '),
                replace(trim_scale(new.score_milli / 1000.0)::text, '-',
                    '−')));
    end if;
    return null;
end
$$;
create or replace trigger sentiment_analyses_alert
    after insert or update of score_milli on mainstay.sentiment_analyses
    for each row when (new.score_milli < -400)
    execute function mainstay.sentiment_analyses_alert();

-- Handling an alert leaves when and by whom; undo puts back who it was.
create or replace function mainstay.alerts_handled() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if mainstay.is_undoing() then
        return new;
    end if;
    new.acknowledged_at := case when new.status = 'open' then null
        else coalesce(old.acknowledged_at, now()) end;
    new.acknowledged_by := case when new.status = 'open' then null
        else coalesce(old.acknowledged_by,
            mainstay.actor_in(new.tenant_id)) end;
    new.resolved_at := case when new.status = 'resolved'
        then coalesce(old.resolved_at, now()) end;
    return new;
end
$$;
create or replace trigger alerts_handled
    before update of status, acknowledged_at, acknowledged_by, resolved_at
    on mainstay.alerts
    for each row when (old.status is distinct from new.status
        or current_user = 'mainstay_app')
    execute function mainstay.alerts_handled();

grant execute on function
    mainstay.raise_alert(uuid, uuid, text, text, text, text),
    mainstay.score_peak(uuid, uuid, timestamptz, timestamptz),
    mainstay.score_detail(mainstay.health_scores),
    mainstay.alert_drop(mainstay.health_scores),
    mainstay.alert_scores(mainstay.health_scores[])
    to mainstay_app, mainstay_maint, mainstay_definer;

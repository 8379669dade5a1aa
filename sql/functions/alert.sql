-- Alerts: what a person should look at.

-- A new score alerts once for each line it crosses: more than ten points
-- down (exactly ten is not), below 60, below 40. A first score crosses a
-- line when it is below it.
create or replace function mainstay.health_scores_alert() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if mainstay.is_loading_history() then
        return null;
    end if;
    insert into mainstay.alerts (tenant_id, account_id, kind, severity,
        title, detail)
    select new.tenant_id, new.account_id, l.kind, l.severity,
           a.name || ' ' || l.what,
           'Health is ' || new.overall_score || ' (' || new.risk_level || ')'
           || coalesce(', was ' || new.previous_score, '') || '.'
      from mainstay.accounts a
     cross join (values
        ('health_drop', 'warning',
            'dropped by ' || (new.previous_score - new.overall_score)
                || ' points',
            new.previous_score - new.overall_score > 10),
        ('health_below_60', 'warning', 'fell below 60',
            new.overall_score < 60
                and coalesce(new.previous_score >= 60, true)),
        ('health_below_40', 'critical', 'is in the red zone, below 40',
            new.overall_score < 40
                and coalesce(new.previous_score >= 40, true)))
        l (kind, severity, what, crossed)
     where a.tenant_id = new.tenant_id and a.id = new.account_id
       and l.crossed;
    return null;
end
$$;
create or replace trigger health_scores_40_alert
    after insert on mainstay.health_scores
    for each row when (new.is_current)
    execute function mainstay.health_scores_alert();

-- Handling an alert leaves when and by whom.
create or replace function mainstay.alerts_handled() returns trigger
language plpgsql set search_path = ''
as $$
begin
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
    before update of status on mainstay.alerts
    for each row when (old.status is distinct from new.status)
    execute function mainstay.alerts_handled();

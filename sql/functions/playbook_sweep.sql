-- What time brings about: renewals that come near, usage that falls from one
-- week to the next, more tickets, silence, and schedules. The same functions
-- look through the accounts live (one due time, what is known by now) and in
-- a rehearsal (all due times of a span, what was known at each).
--
-- An event has an occasion, a date that is told once: the renewal date, the
-- Monday after the week, the first day of more tickets, the day of the last
-- sign of life, the day of a schedule.

create or replace function mainstay.is_sweep(p_kind text) returns boolean
language sql immutable
return p_kind in ('renewal_due', 'usage_decline', 'ticket_spike',
    'inactivity', 'schedule');

-- When accounts are looked through in a span of time, its start not included:
-- 06:00 UTC, when the day before has been delivered by those who deliver at
-- night; usage on Mondays; a schedule at its own hour.
create or replace function mainstay.playbook_dues(p_trigger jsonb,
    p_from timestamptz, p_to timestamptz) returns timestamptz[]
language plpgsql immutable set search_path = ''
as $$
declare
    v_kind constant text := p_trigger ->> 'kind';
    v_every constant text := case when v_kind = 'usage_decline' then 'week'
        else p_trigger ->> 'every' end;
    v_on constant integer := case when v_kind = 'usage_decline' then 1
        else coalesce((p_trigger ->> 'on')::integer, 1) end;
    v_hour constant interval := make_interval(hours =>
        coalesce((p_trigger ->> 'hour')::integer,
            case v_kind when 'schedule' then 0 else 6 end));
begin
    return array(
        select d.day at time zone 'UTC'
          from generate_series(
               date_trunc('day', p_from at time zone 'UTC') + v_hour,
               p_to at time zone 'UTC', interval '1 day') d (day)
         where d.day at time zone 'UTC' > p_from
           and mainstay.is_sweep(v_kind)
           and case v_every
               when 'week' then extract(isodow from d.day) = v_on
               when 'month' then extract(day from d.day) = v_on
               else true end
         order by d.day);
end
$$;

create or replace function mainstay.due_day(p_due timestamptz) returns date
language sql immutable
return (p_due at time zone 'UTC')::date;

-- Renewal date and status of accounts from a time on: one row for as long as
-- both were the same, from the audit log. p_low and p_high bound the dates.
create or replace function mainstay.renewal_spans(p_tenant uuid,
    p_from timestamptz, p_low date, p_high date)
returns table (account_id uuid, renewal_date date, status text,
    from_at timestamptz, to_at timestamptz)
language plpgsql stable rows 10000 set search_path = ''
as $$
begin
    return query
    with change as materialized (
        select l.object_id::uuid as id, l.at, l.id as nr, l.before
          from mainstay.audit_log l
         where l.tenant_id = p_tenant and l.object_type = 'accounts'
           and l.at > p_from and l.action = 'accounts.update'
           and l.before ?| array['renewal_date', 'status']
    ), span as (
        select c.id, lag(c.at) over account as from_at, c.at as to_at
          from (select x.id, x.at from change x
                union
                select y.id, 'infinity' from change y) c
        window account as (partition by c.id order by c.at)
    ), was as (
        select a.id, coalesce(s.from_at, a.created_at) as from_at, s.to_at,
               coalesce((select c.before -> 'renewal_date' from change c
                          where c.id = a.id and c.at >= s.to_at
                            and c.before ? 'renewal_date'
                          order by c.at, c.nr limit 1),
                   to_jsonb(a.renewal_date)) #>> '{}' as renewal_date,
               coalesce((select c.before ->> 'status' from change c
                          where c.id = a.id and c.at >= s.to_at
                            and c.before ? 'status'
                          order by c.at, c.nr limit 1), a.status) as status
          from span s
          join mainstay.accounts a on a.tenant_id = p_tenant and a.id = s.id
    )
    select w.id, w.renewal_date::date, w.status, w.from_at, w.to_at
      from was w
     where w.renewal_date::date between p_low and p_high
    union all
    select a.id, a.renewal_date, a.status, a.created_at, 'infinity'
      from mainstay.accounts a
     where a.tenant_id = p_tenant and a.renewal_sort between p_low and p_high
       and a.id not in (select c.id from change c);
end
$$;

-- Whether an account had churned at a time, from the audit log; null: now.
create or replace function mainstay.had_churned(p_tenant uuid,
    p_account uuid, p_status text, p_at timestamptz) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return coalesce((
        select l.before ->> 'status' from mainstay.audit_log l
         where l.tenant_id = p_tenant and l.object_type = 'accounts'
           and l.object_id = p_account::text and l.at > p_at
           and l.action = 'accounts.update' and l.before ? 'status'
         order by l.at, l.id limit 1), p_status) = 'churned';
end
$$;

create or replace function mainstay.renewal_events(p_tenant uuid,
    p_trigger jsonb, p_dues timestamptz[], p_at timestamptz)
returns table (due_at timestamptz, account_id uuid, event jsonb)
language plpgsql stable rows 1000 set search_path = ''
as $$
declare
    v_days constant integer := coalesce((p_trigger ->> 'days')::integer, 90);
    v_first constant timestamptz := p_dues[1];
    v_last constant timestamptz := p_dues[cardinality(p_dues)];
begin
    return query
    select f.due_at, f.account_id, jsonb_build_object(
               'days', f.renewal_date - mainstay.due_day(f.due_at),
               'renewal_date', f.renewal_date, 'occasion', f.renewal_date)
      from (
        select s.account_id, s.renewal_date, min(d.due_at) as due_at
          from mainstay.renewal_spans(p_tenant, case when p_at is null
                   then v_first else 'infinity' end,
                   mainstay.due_day(v_first),
                   mainstay.due_day(v_last) + v_days) s
          join unnest(p_dues) d (due_at)
            on coalesce(p_at, d.due_at) >= s.from_at
           and coalesce(p_at, d.due_at) < s.to_at
           and s.renewal_date between mainstay.due_day(d.due_at)
               and mainstay.due_day(d.due_at) + v_days
         where s.status <> 'churned'
         group by s.account_id, s.renewal_date) f;
end
$$;

-- What a metric adds up to in the seven days before the day that is due,
-- against the seven before those.
create or replace function mainstay.usage_events(p_tenant uuid,
    p_trigger jsonb, p_dues timestamptz[], p_at timestamptz,
    p_accounts uuid[])
returns table (due_at timestamptz, account_id uuid, event jsonb)
language plpgsql stable rows 1000 set search_path = ''
as $$
declare
    v_metric constant text := p_trigger ->> 'metric';
    v_percent constant numeric := coalesce(
        (p_trigger ->> 'percent')::numeric, 30);
    v_from constant timestamptz := date_trunc('day', p_dues[1], 'UTC')
        - interval '14 days';
    v_to constant timestamptz := date_trunc('day',
        p_dues[cardinality(p_dues)], 'UTC');
begin
    return query
    with week as materialized (
        select d.due_at, coalesce(p_at, d.due_at) as known_at,
               date_trunc('day', d.due_at, 'UTC') as day
          from unnest(p_dues) d (due_at)
    )
    select f.due_at, f.account_id, jsonb_build_object('metric', v_metric,
               'percent', p.percent, 'current', f.now, 'previous', f.before,
               'occasion', mainstay.due_day(f.due_at))
      from mainstay.accounts a
     cross join lateral (
        select w.due_at, a.id as account_id,
               coalesce(sum(u.metric_value) filter (
                   where u.observed_at >= w.day - interval '7 days'), 0)
                   as now,
               sum(u.metric_value) filter (
                   where u.observed_at < w.day - interval '7 days') as before
          from mainstay.usage_metrics u
          join week w on u.observed_at < w.day
           and u.observed_at >= w.day - interval '14 days'
           and u.recorded_at <= w.known_at
         where u.tenant_id = p_tenant and u.account_id = a.id
           and u.metric_type = v_metric
           and u.observed_at >= v_from and u.observed_at < v_to
         group by w.due_at) f
     cross join lateral (
        select trim_scale(round((100 * (1 - f.now / nullif(f.before, 0)))
                   ::numeric, 1)) as percent) p
     where a.tenant_id = p_tenant
       and (p_accounts is null or a.id = any (p_accounts))
       and f.before > 0 and p.percent >= v_percent
       and not mainstay.had_churned(p_tenant, a.id, a.status,
           case when p_at is null then f.due_at end);
end
$$;

-- Greedily, from the first on: those that are at least so many days apart.
create or replace function mainstay.days_apart(p_days date[],
    p_apart integer) returns date[]
language plpgsql immutable set search_path = ''
as $$
declare
    v_day date;
    v_kept date[] := '{}';
begin
    foreach v_day in array p_days loop
        if v_day - v_kept[cardinality(v_kept)] < p_apart is not true then
            v_kept := v_kept || v_day;
        end if;
    end loop;
    return v_kept;
end
$$;

-- Tickets are what the metric support_tickets adds up to or the events
-- ticket_created, whichever are more; against none they count as against
-- one. Told again after as many days as are compared, at the earliest.
create or replace function mainstay.ticket_events(p_tenant uuid,
    p_trigger jsonb, p_dues timestamptz[], p_at timestamptz,
    p_accounts uuid[])
returns table (due_at timestamptz, account_id uuid, event jsonb)
language plpgsql stable rows 1000 set search_path = ''
as $$
declare
    v_percent constant numeric := coalesce(
        (p_trigger ->> 'percent')::numeric, 100);
    v_least constant integer := coalesce(
        (p_trigger ->> 'at_least')::integer, 3);
    v_days constant integer := coalesce((p_trigger ->> 'days')::integer, 7);
    v_span constant interval := make_interval(days => v_days);
    v_from constant timestamptz := date_trunc('day', p_dues[1], 'UTC')
        - 2 * v_span;
    v_to constant timestamptz := date_trunc('day',
        p_dues[cardinality(p_dues)], 'UTC');
begin
    return query
    with day as materialized (
        select d.due_at, coalesce(p_at, d.due_at) as known_at,
               date_trunc('day', d.due_at, 'UTC') as day
          from unnest(p_dues) d (due_at)
    ), counted as (
        select a.id, a.status, f.due_at, f.now, coalesce(f.before, 0) as before,
               trim_scale(round((100 * (f.now / greatest(f.before, 1) - 1))
                   ::numeric, 1)) as percent
          from mainstay.accounts a
         cross join lateral (
            select d.due_at,
                   greatest(sum(t.metric) filter (where t.is_now),
                       count(*) filter (where t.is_now
                           and t.metric is null)) as now,
                   greatest(sum(t.metric) filter (where not t.is_now),
                       count(*) filter (where not t.is_now
                           and t.metric is null)) as before
              from (
                select u.metric_value as metric, u.observed_at, u.recorded_at
                  from mainstay.usage_metrics u
                 where u.tenant_id = p_tenant and u.account_id = a.id
                   and u.metric_type = 'support_tickets'
                   and u.observed_at >= v_from and u.observed_at < v_to
                union all
                select null, e.observed_at, e.recorded_at
                  from mainstay.cdi_events e
                 where e.tenant_id = p_tenant and e.account_id = a.id
                   and e.event_type = 'ticket_created'
                   and e.observed_at >= v_from and e.observed_at < v_to) x
              join day d on x.observed_at < d.day
               and x.observed_at >= d.day - 2 * v_span
               and x.recorded_at <= d.known_at
             cross join lateral (
                select x.metric, x.observed_at >= d.day - v_span as is_now) t
             group by d.due_at) f
         where a.tenant_id = p_tenant
           and (p_accounts is null or a.id = any (p_accounts))
    ), found as (
        select c.*, mainstay.days_apart(array_agg(mainstay.due_day(c.due_at))
                   over (partition by c.id order by c.due_at
                   rows between unbounded preceding and unbounded following),
                   v_days) as told
          from counted c
         where c.now >= v_least
           and c.percent >= v_percent
           and not mainstay.had_churned(p_tenant, c.id, c.status,
               case when p_at is null then c.due_at end)
    )
    select f.due_at, f.id, jsonb_build_object('tickets', f.now,
               'previous_tickets', f.before, 'percent', f.percent,
               'days', v_days, 'occasion', mainstay.due_day(f.due_at))
      from found f
     where mainstay.due_day(f.due_at) = any (f.told);
end
$$;

-- Signs of life are usage above zero and events; what came later than a
-- silence may last is none. Each silence is told once, by the day of the last
-- sign, or of the day the account was made.
create or replace function mainstay.inactivity_events(p_tenant uuid,
    p_trigger jsonb, p_dues timestamptz[], p_at timestamptz,
    p_accounts uuid[])
returns table (due_at timestamptz, account_id uuid, event jsonb)
language plpgsql stable rows 1000 set search_path = ''
as $$
declare
    v_days constant integer := coalesce((p_trigger ->> 'days')::integer, 30);
    v_span constant interval := make_interval(days => v_days);
    v_from constant timestamptz := p_dues[1] - v_span;
    v_to constant timestamptz := coalesce(p_at,
        p_dues[cardinality(p_dues)]);
begin
    return query
    with silent as (
        -- Live, who gave a sign of life is soon found.
        select a.id, a.status, a.created_at
          from mainstay.accounts a
         where a.tenant_id = p_tenant
           and (p_accounts is null or a.id = any (p_accounts))
           and (p_at is null or a.status <> 'churned'
               and not exists (
                   select from mainstay.usage_metrics u
                    where u.tenant_id = p_tenant and u.account_id = a.id
                      and u.observed_at > p_at - v_span
                      and u.metric_value > 0)
               and not exists (
                   select from mainstay.cdi_events e
                    where e.tenant_id = p_tenant and e.account_id = a.id
                      and e.observed_at > p_at - v_span))
    ), sign as (
        select s.id, s.status, s.created_at as known_at,
               s.created_at as observed_at
          from silent s
        union all
        select s.id, s.status, greatest(x.observed_at, x.recorded_at),
               x.observed_at
          from silent s
         cross join lateral (
            select u.observed_at, u.recorded_at
              from mainstay.usage_metrics u
             where u.tenant_id = p_tenant and u.account_id = s.id
               and u.observed_at > v_from and u.observed_at <= v_to
               and u.recorded_at <= u.observed_at + v_span
               and u.metric_value > 0
            union all
            select e.observed_at, e.recorded_at
              from mainstay.cdi_events e
             where e.tenant_id = p_tenant and e.account_id = s.id
               and e.observed_at > v_from and e.observed_at <= v_to
               and e.recorded_at <= e.observed_at + v_span
            union all
            (select u.observed_at, u.recorded_at
              from mainstay.usage_metrics u
             where u.tenant_id = p_tenant and u.account_id = s.id
               and u.observed_at <= v_from
               and u.recorded_at <= u.observed_at + v_span
               and u.metric_value > 0
             order by u.observed_at desc limit 1)
            union all
            (select e.observed_at, e.recorded_at
              from mainstay.cdi_events e
             where e.tenant_id = p_tenant and e.account_id = s.id
               and e.observed_at <= v_from
               and e.recorded_at <= e.observed_at + v_span
             order by e.observed_at desc limit 1)) x
    ), last as (
        select g.id, g.status, g.known_at,
               max(g.observed_at) over known as observed_at,
               lead(g.known_at, 1, 'infinity') over known as until
          from sign g
        window known as (partition by g.id order by g.known_at,
            g.observed_at rows between unbounded preceding and current row)
    )
    select f.due_at, f.id, jsonb_build_object(
               'days', mainstay.due_day(f.due_at) - f.occasion,
               'last_activity', f.occasion, 'occasion', f.occasion)
      from (
        select l.id, mainstay.due_day(l.observed_at) as occasion,
               min(d.due_at) as due_at
          from (select * from last x
                 where x.until > x.observed_at + v_span offset 0) l
          join unnest(p_dues) d (due_at)
            on coalesce(p_at, d.due_at) >= l.known_at
           and coalesce(p_at, d.due_at) < l.until
           and coalesce(p_at, d.due_at) >= l.observed_at + v_span
         where not mainstay.had_churned(p_tenant, l.id, l.status,
             case when p_at is null then d.due_at end)
         group by 1, 2) f;
end
$$;

create or replace function mainstay.schedule_events(p_tenant uuid,
    p_trigger jsonb, p_dues timestamptz[], p_at timestamptz,
    p_accounts uuid[])
returns table (due_at timestamptz, account_id uuid, event jsonb)
language plpgsql stable rows 1000 set search_path = ''
as $$
begin
    return query
    select d.due_at, a.id, p_trigger - 'kind' || jsonb_build_object(
               'occasion', mainstay.due_day(d.due_at))
      from mainstay.accounts a
     cross join unnest(p_dues) d (due_at)
     where a.tenant_id = p_tenant
       and (p_accounts is null or a.id = any (p_accounts))
       and a.created_at <= coalesce(p_at, d.due_at)
       and not mainstay.had_churned(p_tenant, a.id, a.status,
           case when p_at is null then d.due_at end);
end
$$;

-- What a trigger finds at times at which it is due. p_at: what was known at
-- that time, for one due time; null: what was known at each. p_accounts: of
-- these only; null: of all.
create or replace function mainstay.sweep_events(p_tenant uuid,
    p_trigger jsonb, p_dues timestamptz[], p_at timestamptz default null,
    p_accounts uuid[] default null)
returns table (due_at timestamptz, account_id uuid, event jsonb)
language plpgsql stable rows 1000 set search_path = ''
as $$
begin
    if cardinality(p_dues) = 0 then
        return;
    end if;
    case p_trigger ->> 'kind'
    when 'renewal_due' then
        return query select * from mainstay.renewal_events(p_tenant,
            p_trigger, p_dues, p_at);
    when 'usage_decline' then
        return query select * from mainstay.usage_events(p_tenant,
            p_trigger, p_dues, p_at, p_accounts);
    when 'ticket_spike' then
        return query select * from mainstay.ticket_events(p_tenant,
            p_trigger, p_dues, p_at, p_accounts);
    when 'inactivity' then
        return query select * from mainstay.inactivity_events(p_tenant,
            p_trigger, p_dues, p_at, p_accounts);
    when 'schedule' then
        return query select * from mainstay.schedule_events(p_tenant,
            p_trigger, p_dues, p_at, p_accounts);
    end case;
end
$$;

-- Whether a playbook has decided about an occasion before.
create or replace function mainstay.is_told(p_tenant uuid, p_playbook uuid,
    p_account uuid, p_event jsonb, p_trigger jsonb) returns boolean
language plpgsql stable set search_path = ''
as $$
declare
    v_occasion constant date := p_event ->> 'occasion';
begin
    return exists (
        select from mainstay.playbook_executions e
         where e.tenant_id = p_tenant and e.playbook_id = p_playbook
           and e.account_id = p_account and e.trigger_event ? 'occasion'
           and e.trigger_event ->> 'type' = p_trigger ->> 'kind'
           and case when p_trigger ->> 'kind' = 'ticket_spike'
               then (e.trigger_event ->> 'occasion')::date
                   > v_occasion - (p_event ->> 'days')::integer
               else e.trigger_event ->> 'occasion' = v_occasion::text end);
end
$$;

grant execute on function mainstay.is_sweep(text),
    mainstay.is_told(uuid, uuid, uuid, jsonb, jsonb),
    mainstay.playbook_dues(jsonb, timestamptz, timestamptz),
    mainstay.due_day(timestamptz),
    mainstay.renewal_spans(uuid, timestamptz, date, date),
    mainstay.had_churned(uuid, uuid, text, timestamptz),
    mainstay.renewal_events(uuid, jsonb, timestamptz[], timestamptz),
    mainstay.usage_events(uuid, jsonb, timestamptz[], timestamptz, uuid[]),
    mainstay.days_apart(date[], integer),
    mainstay.ticket_events(uuid, jsonb, timestamptz[], timestamptz, uuid[]),
    mainstay.inactivity_events(uuid, jsonb, timestamptz[], timestamptz,
        uuid[]),
    mainstay.schedule_events(uuid, jsonb, timestamptz[], timestamptz,
        uuid[]),
    mainstay.sweep_events(uuid, jsonb, timestamptz[], timestamptz, uuid[])
    to mainstay_app, mainstay_maint, mainstay_definer;

-- "What would this have done in the last 90 days?" The events of the past
-- (playbook_history.sql) go through the code that decides live, with facts as
-- they were, and with limits that count what the rehearsal itself would have
-- done. Nothing is written, nobody is told.

-- The accounts to rehearse on. Where facts of each must be read, each is
-- judged every time, or scores are many, that is a part of them, spread by a
-- hash of their ids. Null: all.
create or replace function mainstay.rehearsed_accounts(p_tenant uuid,
    p_trigger jsonb, p_from timestamptz, p_to timestamptz, p_most integer)
returns uuid[]
language plpgsql stable set search_path = ''
as $$
declare
    v_kind constant text := p_trigger ->> 'kind';
    v_accounts integer;
    v_most numeric;
begin
    if v_kind in ('usage_decline', 'ticket_spike') then
        v_most := p_most * 0.6;
    elsif v_kind = 'inactivity' then
        v_most := p_most * 0.2;
    elsif v_kind = 'schedule' then
        v_most := p_most / greatest(1, cardinality(
            mainstay.playbook_dues(p_trigger, p_from, p_to)));
    elsif v_kind not in ('health_score_drop', 'band_change') then
        return null;
    end if;
    select count(*) into v_accounts from mainstay.accounts a
     where a.tenant_id = p_tenant;
    if v_most is null then
        select v_accounts * p_most::numeric / greatest(1, count(*))
          into v_most
          from mainstay.score_candidates(p_tenant, p_trigger, p_from, p_to,
                   null);
    end if;
    if v_accounts <= v_most then
        return null;
    end if;
    return array(
        select a.id from mainstay.accounts a
         where a.tenant_id = p_tenant
         order by hashtextextended(a.id::text, 0)
         limit greatest(1, v_most));
end
$$;

-- Of too many events those of a part of their accounts, spread by a hash.
create or replace function mainstay.part_of_accounts(p_accounts uuid[],
    p_most integer) returns uuid[]
language plpgsql immutable set search_path = ''
as $$
begin
    return array(
        select c.id
          from (select a.id, sum(count(*)) over (order by
                           hashtextextended(a.id::text, 0), a.id) as events
                  from unnest(p_accounts) a (id) group by a.id) c
         where c.events <= p_most);
end
$$;

-- Whether conditions ask for anything but the event itself.
create or replace function mainstay.asks_accounts(p_document jsonb)
returns boolean
language sql immutable
return exists (
    select from mainstay.playbook_conditions(p_document) c
     where c.shape = 'test' and c.value ->> 'field' !~ '^event[.]');

-- What the judge says of events, with facts as they were.
create or replace function mainstay.judged_then(p_tenant uuid,
    p_document jsonb, p_accounts uuid[], p_events jsonb[])
returns table (at timestamptz, account_id uuid, event jsonb, decision jsonb)
language plpgsql stable rows 1000 set search_path = ''
as $$
declare
    v_trigger constant jsonb := p_document - 'conditions';
    v_asks constant boolean := mainstay.asks_accounts(p_document);
begin
    return query
    with event as materialized (
        select e.account_id, e.event, (e.event ->> 'at')::timestamptz as at,
               mainstay.playbook_judge(v_trigger, e.event, null) as decision
          from unnest(p_accounts, p_events) e (account_id, event)
    ), met as materialized (
        select e.*, row_number() over () as place
          from event e where (e.decision -> 'met')::boolean
    )
    select e.at, e.account_id, e.event, e.decision
      from event e where not (e.decision -> 'met')::boolean
    union all
    select m.at, m.account_id, m.event,
           mainstay.playbook_judge(p_document, m.event, f.facts)
      from met m
      left join mainstay.playbook_facts_then(p_tenant,
               (select array_agg(x.account_id order by x.place) from met x
                 where v_asks),
               (select array_agg(x.at order by x.place) from met x)) f
        on f.place = m.place;
end
$$;

-- What would have been decided about events, in the order of time. outcome is
-- fired, or what it was skipped by: trigger, conditions, cooldown, daily_limit
-- or held (it had stopped itself).
create or replace function mainstay.rehearsed_decisions(p_tenant uuid,
    p_document jsonb, p_accounts uuid[], p_events jsonb[])
returns table (at timestamptz, account_id uuid, event jsonb, outcome text,
    reason text, seen jsonb)
language plpgsql stable rows 1000 set search_path = ''
as $$
declare
    v_cooldown constant jsonb := p_document
        #- '{limits,max_executions_per_day}';
    v_one record;
    v_limits jsonb;
    v_ran timestamptz[]; -- when it last ran, by number of the account
    v_runs timestamptz[] := '{}'; -- all runs, in order
    v_who bigint[] := '{}'; -- and of which account
    v_day integer := 1; -- the first run of the last 24 hours
    v_hour integer := 1; -- and of the last hour
    v_held text; -- why it has stopped itself
    v_reach bigint; -- accounts within the hour, with all of this time
begin
    for v_one in
        select n.*, case when row_number() over (partition by n.at
                       order by n.account_id, n.event) = 1
                   then array_agg(n.nr) filter (where n.met)
                       over (partition by n.at) end as together
          from (select j.*, (j.decision -> 'met')::boolean as met,
                       dense_rank() over (order by j.account_id) as nr
                  from mainstay.judged_then(p_tenant, p_document, p_accounts,
                           p_events) j) n
         order by n.at, n.account_id, n.event
    loop
        at := v_one.at;
        account_id := v_one.account_id;
        event := v_one.event;
        reason := v_one.decision ->> 'reason';
        seen := v_one.decision -> 'seen';
        while v_runs[v_day] <= at - interval '24 hours' loop
            v_day := v_day + 1;
        end loop;
        while v_runs[v_hour] <= at - interval '1 hour' loop
            v_hour := v_hour + 1;
        end loop;
        if v_one.together is not null then
            select count(distinct w) into v_reach
              from (select unnest(v_who[v_hour:])
                    union all
                    select t from unnest(v_one.together) t
                     where mainstay.playbook_limit_reason(v_cooldown, at,
                         v_ran[t], 0) is null) r (w);
        end if;
        if not v_one.met then
            outcome := case when (mainstay.playbook_judge(
                    p_document - 'conditions', event, null) -> 'met')::boolean
                then 'conditions' else 'trigger' end;
            return next;
            continue;
        end if;
        v_limits := mainstay.judge_limits(p_document, at, v_ran[v_one.nr],
            cardinality(v_runs) - v_day + 1);
        seen := seen || v_limits;
        reason := mainstay.first_why(v_limits);
        v_held := coalesce(v_held, case when reason is null
            then mainstay.playbook_hold_reason(p_document, v_reach) end);
        if reason is not null then
            outcome := case when mainstay.playbook_limit_reason(v_cooldown,
                    at, v_ran[v_one.nr], 0) is null
                then 'daily_limit' else 'cooldown' end;
        elsif v_held is not null then
            outcome := 'held';
            reason := 'Held: ' || lower(left(v_held, 1))
                || substr(v_held, 2);
        else
            outcome := 'fired';
            reason := v_one.decision ->> 'reason';
            v_ran[v_one.nr] := at;
            v_runs := v_runs || at;
            v_who := v_who || v_one.nr;
        end if;
        return next;
    end loop;
end
$$;

-- The mail that runs would have sent to people of the customer, in the order
-- of time. outcome is sent, opted_out or capped: the person had had three
-- within seven days, of which really so many were sent by others.
create or replace function mainstay.rehearsed_mails(p_tenant uuid,
    p_document jsonb, p_accounts uuid[], p_ats timestamptz[])
returns table (at timestamptz, account_id uuid, contact_id uuid,
    address text, outcome text, others integer)
language plpgsql stable rows 1000 set search_path = ''
as $$
declare
    v_one record;
    v_sent jsonb := '{}'; -- times by address
    v_own integer;
    v_is_out boolean;
begin
    for v_one in
        select r.at, r.account_id, c.id as contact_id,
               lower(c.email) as address
          from unnest(p_accounts, p_ats) with ordinality
               r (account_id, at, place)
         cross join lateral jsonb_array_elements(p_document -> 'steps')
               with ordinality s (step, place)
          join mainstay.contacts c on c.tenant_id = p_tenant
           and c.account_id = r.account_id and c.created_at <= r.at
           and c.email is not null
           and case s.step ->> 'to' when 'contacts' then true
               when 'sponsor' then c.is_sponsor
               else lower(c.email) = lower(s.step ->> 'to') end
         where s.step ->> 'kind' = 'email'
         order by r.at, r.place, s.place, c.id
    loop
        at := v_one.at;
        account_id := v_one.account_id;
        contact_id := v_one.contact_id;
        address := v_one.address;
        select count(*) into v_own
          from jsonb_array_elements_text(v_sent -> address) t (sent_at)
         where t.sent_at::timestamptz > at - interval '7 days';
        select count(*) into others
          from mainstay.email_outbox o
         where o.tenant_id = p_tenant and o.to_address = v_one.address
           and o.created_at > v_one.at - interval '7 days'
           and o.created_at <= v_one.at
           and not exists (
               select from mainstay.webhook_history h
                where h.tenant_id = p_tenant and h.id = o.id
                  and h.created_at >= o.created_at
                  and h.created_at < o.created_at + interval '1 hour'
                  and h.status = 'failed');
        v_is_out := exists (
            select from mainstay.email_opt_outs o
             where o.tenant_id = p_tenant and o.address = v_one.address
               and o.opted_out_at <= v_one.at);
        outcome := case when v_is_out then 'opted_out'
            when mainstay.intervention_why(true, v_is_out, v_own + others)
                is not null then 'capped'
            else 'sent' end;
        if outcome = 'sent' then
            v_sent := v_sent || jsonb_build_object(address,
                coalesce(v_sent -> address, '[]') || to_jsonb(at));
        end if;
        return next;
    end loop;
end
$$;

-- How many scores came that could not wake the trigger; null for others.
create or replace function mainstay.scores_passed_over(p_tenant uuid,
    p_trigger jsonb, p_from timestamptz, p_to timestamptz, p_accounts uuid[])
returns bigint
language plpgsql stable set search_path = ''
as $$
begin
    if p_trigger ->> 'kind' not in ('health_score_drop', 'band_change') then
        return null;
    end if;
    return (select count(*) from mainstay.health_scores h
             where h.tenant_id = p_tenant and h.recorded_at > p_from
               and h.recorded_at <= p_to
               and (p_accounts is null or h.account_id = any (p_accounts)))
        - (select count(*) from mainstay.score_candidates(p_tenant,
                p_trigger, p_from, p_to, p_accounts));
end
$$;

create or replace function mainstay.require_rehearsal(p_tenant uuid,
    p_document jsonb, p_from timestamptz, p_to timestamptz) returns void
language plpgsql stable set search_path = ''
as $$
begin
    perform app.require_role('Tenant Admin');
    perform mainstay.require_playbook(p_tenant, p_document);
    if (p_from < p_to and p_to <= now() + interval '1 minute') is not true
    then
        raise exception using errcode = 'MS422', column = 'from',
            message = 'A rehearsal needs a time that is over, its start '
                'before its end.';
    elsif p_from < p_to - interval '366 days' then
        raise exception using errcode = 'MS422', column = 'from',
            message = 'A rehearsal covers a year at most.';
    end if;
end
$$;

-- p_most: how many events are judged at most, and of how many accounts facts
-- are read; of more a part, which the answer says.
create or replace function mainstay.rehearse_playbook(p_tenant uuid,
    p_document jsonb, p_from timestamptz default now() - interval '90 days',
    p_to timestamptz default now(), p_most integer default 3000)
returns jsonb
language plpgsql stable set search_path = '' set jit = off
as $$
declare
    v_trigger constant jsonb := p_document -> 'trigger';
    v_part uuid[];
    v_of integer;
    v_accounts uuid[];
    v_events jsonb[];
    v_found integer;
    v_made jsonb;
begin
    perform mainstay.require_rehearsal(p_tenant, p_document, p_from, p_to);
    v_part := mainstay.rehearsed_accounts(p_tenant, v_trigger, p_from, p_to,
        p_most);
    if v_part is not null then
        select count(*) into v_of from mainstay.accounts a
         where a.tenant_id = p_tenant;
    end if;
    select array_agg(e.account_id), array_agg(e.event)
      into v_accounts, v_events
      from mainstay.playbook_events(p_tenant, v_trigger, p_from, p_to,
               v_part) e;
    v_found := coalesce(cardinality(v_events), 0);
    if v_found > p_most then
        v_of := coalesce(v_of, (select count(distinct a)
                                  from unnest(v_accounts) a));
        v_part := mainstay.part_of_accounts(v_accounts, p_most);
        select array_agg(e.account_id), array_agg(e.event)
          into v_accounts, v_events
          from unnest(v_accounts, v_events) e (account_id, event)
         where e.account_id = any (v_part);
    end if;
    with decision as materialized (
        select d.*, row_number() over () as place
          from mainstay.rehearsed_decisions(p_tenant, p_document, v_accounts,
                   v_events) d
    ), mail as materialized (
        select m.* from mainstay.rehearsed_mails(p_tenant, p_document,
            (select array_agg(d.account_id order by d.place)
               from decision d where d.outcome = 'fired'),
            (select array_agg(d.at order by d.place)
               from decision d where d.outcome = 'fired')) m
    )
    select jsonb_build_object(
           'judged', (select count(*) from decision),
           'fired', (select count(*) from decision d
                      where d.outcome = 'fired'),
           'accounts', (select count(distinct d.account_id) from decision d
                         where d.outcome = 'fired'),
           'outcomes', (
               select coalesce(jsonb_object_agg(o.outcome, o.n), '{}')
                 from (select d.outcome, count(*) as n from decision d
                        group by 1) o),
           'held', (select jsonb_build_object('at', d.at,
                        'reason', regexp_replace(d.reason, '^Held: ', ''))
                      from decision d where d.outcome = 'held'
                     order by d.place limit 1),
           'days', (
               select jsonb_agg(jsonb_build_object('day', g.day,
                          'fired', coalesce(n.fired, 0),
                          'skipped', coalesce(n.skipped, 0))
                          order by g.day)
                 from (select t::date as day from generate_series(
                           (p_from at time zone 'UTC')::date,
                           (p_to at time zone 'UTC')::date,
                           interval '1 day') t) g
                 left join (
                      select (d.at at time zone 'UTC')::date as day,
                             count(*) filter (where d.outcome = 'fired')
                                 as fired,
                             count(*) filter (where d.outcome <> 'fired')
                                 as skipped
                        from decision d group by 1) n on n.day = g.day),
           'decisions', (
               select coalesce(jsonb_agg(jsonb_build_object('at', d.at,
                          'account_id', d.account_id, 'account', a.name,
                          'outcome', d.outcome, 'reason', d.reason,
                          'seen', d.seen) order by d.place desc), '[]')
                 from (select * from decision x
                        order by x.outcome = 'fired' desc, x.place desc
                        limit 500) d
                 join mainstay.accounts a
                   on a.tenant_id = p_tenant and a.id = d.account_id),
           'mails', (
               select jsonb_build_object(
                          'sent', count(*) filter (where m.outcome = 'sent'),
                          'capped', count(*) filter (
                              where m.outcome = 'capped'),
                          'opted_out', count(*) filter (
                              where m.outcome = 'opted_out'),
                          'people', count(distinct m.address) filter (
                              where m.outcome = 'sent'),
                          'collisions', count(*) filter (
                              where m.outcome = 'capped' and m.others > 0))
                 from mail m),
           'people', (
               select coalesce(jsonb_agg(to_jsonb(p) order by p.sent desc,
                          p.capped desc, p.address), '[]')
                 from (select c.full_name as name, m.address,
                              a.name as account, m.account_id,
                              count(*) filter (where m.outcome = 'sent')
                                  as sent,
                              count(*) filter (where m.outcome = 'capped')
                                  as capped,
                              count(*) filter (
                                  where m.outcome = 'opted_out')
                                  as opted_out
                         from mail m
                         join mainstay.contacts c
                           on c.tenant_id = p_tenant and c.id = m.contact_id
                         join mainstay.accounts a
                           on a.tenant_id = p_tenant and a.id = m.account_id
                        group by c.full_name, m.address, a.name,
                              m.account_id
                        order by 5 desc, 6 desc, 2 limit 100) p))
      into v_made;
    return v_made || jsonb_build_object('from', p_from, 'to', p_to,
        'found', v_found, 'passed_over', mainstay.scores_passed_over(
            p_tenant, v_trigger, p_from, p_to, v_part),
        'part', case when v_part is not null
            then jsonb_build_object('accounts', cardinality(v_part),
                'of', v_of) end);
end
$$;
comment on function mainstay.rehearse_playbook(uuid, jsonb, timestamptz,
    timestamptz, integer) is
    'What a playbook with this document would have done in a time that is '
    'over: decisions, days, mail by person, and whether it would have '
    'stopped itself. Tenant Admin only.';

grant execute on function
    mainstay.rehearsed_accounts(uuid, jsonb, timestamptz, timestamptz,
        integer),
    mainstay.part_of_accounts(uuid[], integer),
    mainstay.asks_accounts(jsonb),
    mainstay.judged_then(uuid, jsonb, uuid[], jsonb[]),
    mainstay.rehearsed_decisions(uuid, jsonb, uuid[], jsonb[]),
    mainstay.rehearsed_mails(uuid, jsonb, uuid[], timestamptz[]),
    mainstay.scores_passed_over(uuid, jsonb, timestamptz, timestamptz,
        uuid[]),
    mainstay.require_rehearsal(uuid, jsonb, timestamptz, timestamptz),
    mainstay.rehearse_playbook(uuid, jsonb, timestamptz, timestamptz,
        integer)
    to mainstay_app;

-- year.sql - the year of playbook_year.sh.
set client_min_messages = warning;
set statement_timeout = 0;
\set drawn ' (MAINSTAY_SEED=' :seed ')'
select test.tenant('alpha') as tenant \gset
select set_config('app.current_tenant_id', :'tenant', false) as set \gset
select setseed(:seed / 1000000.0) as set \gset

create function test.chance(p_percent int) returns boolean
language sql volatile as $$ select random() * 100 < p_percent $$;
create function test.between(p_low int, p_high int) returns int
language sql volatile as $$
    select p_low + floor(random() * (p_high - p_low + 1))::int
$$;
create function test.one_of(p_what text[]) returns text
language sql volatile as $$
    select p_what[test.between(1, cardinality(p_what))]
$$;
create function test.account(p_nr int) returns uuid
language sql immutable as $$ select md5('year ' || p_nr)::uuid $$;

-- The portfolio, and who looks after it.
delete from accounts where tenant_id = :'tenant';
insert into accounts (id, name, arr_cents, tier, renewal_date)
select test.account(nr), 'Account ' || nr, nr * 1000000,
    test.one_of('{enterprise,mid_market,trial}'),
    current_date + test.between(0, 300)
from generate_series(1, 12) nr;
insert into tags (name) values ('Beta');
insert into custom_attributes (key, label, kind)
values ('seats', 'Seats', 'number');

-- What happens: something of a kind, to some account.
create procedure test.happen(p_kind int)
language plpgsql as $$
declare
    v_id constant uuid := test.account(test.between(1, 12));
begin
    case p_kind
    when 0, 1, 2 then
        insert into mainstay.health_scores (account_id, overall_score)
        values (v_id, test.between(20, 90));
    when 3 then
        update mainstay.accounts set current_stage = test.one_of(array(
            select name from mainstay.journey_stages order by name))
        where id = v_id;
    when 4 then
        insert into mainstay.account_goals (account_id, goal_id, status,
            decided_at)
        select v_id, g.id, test.one_of('{open,reached,reached}'), now()
        from mainstay.stage_goals g
        where g.tenant_id = app.current_tenant_id()
        order by random() limit 1
        on conflict (tenant_id, account_id, goal_id) do update
        set status = excluded.status, decided_at = excluded.decided_at;
    when 5 then
        insert into mainstay.survey_responses (account_id, kind, score)
        select v_id, 'nps', test.between(3, 10)
        from generate_series(1, test.between(1, 3));
    when 6 then
        insert into mainstay.sentiment_analyses (account_id, source_type,
            text_body, score_milli)
        values (v_id, 'ticket', 'x', test.between(-900, 900));
    when 7 then
        insert into mainstay.cdi_events (account_id, source_type, event_type,
            payload)
        select test.account(test.between(1, 12)), 'app',
            test.one_of('{export,login}'),
            jsonb_build_object('format', test.one_of('{csv,pdf}'))
        from generate_series(1, 4);
    when 8 then
        update mainstay.accounts
        set renewal_date = current_date + test.between(0, 120)
        where id = v_id;
    when 9 then
        update mainstay.accounts set status = test.one_of(
            '{active,active,paused,churned}') where id = v_id;
    when 10 then
        update mainstay.accounts set arr_cents = test.between(1, 12) * 1000000,
            tier = test.one_of('{enterprise,mid_market,trial}'),
            industry = test.one_of('{Banking,Retail}'),
            crm_attributes = jsonb_build_object('seats', test.between(1, 99))
        where id = v_id;
    when 11 then
        if test.chance(50) then
            insert into mainstay.account_tags (account_id, tag_id)
            select v_id, t.id from mainstay.tags t where t.name = 'Beta'
            on conflict do nothing;
        else
            delete from mainstay.account_tags t where t.account_id = v_id;
        end if;
    when 12 then
        insert into mainstay.notes (account_id, kind, body, occurred_at)
        values (v_id, test.one_of('{call,note}'), 'x',
            now() - make_interval(days => test.between(0, 9)));
    when 13 then
        insert into mainstay.alerts (account_id, kind, severity, title)
        values (v_id, 'outage', test.one_of('{warning,critical}'), 'x');
    when 14 then
        if exists (select from mainstay.health_overrides
            where account_id = v_id and ended_at is null) then
            perform mainstay.end_override(v_id);
        else
            perform mainstay.override_score(v_id, test.between(20, 90),
                'Because', now() + interval '300 days');
        end if;
    end case;
end $$;

-- What the product reports of a day; some of it late, some accounts not at all.
create procedure test.report(p_day int)
language plpgsql as $$
begin
    insert into mainstay.usage_metrics (account_id, metric_type,
        metric_value, observed_at)
    select test.account(nr), m.name, test.between(0, m.most),
        now() - make_interval(days => case when test.chance(10)
            then test.between(1, 4) else 0 end)
    from generate_series(1, 12) nr,
        (values ('logins', 9), ('support_tickets', 2)) m (name, most)
    where m.name = 'logins' and (p_day / 25 + nr) % 4 > 0
        or m.name = 'support_tickets' and test.chance(case
            when (p_day / 10 + nr) % 6 = 0 then 60 else 10 end);
end $$;

-- The playbooks.
create table test.playbook as
select mainstay.save_playbook_draft(:'tenant', null, name, null,
    jsonb_build_object('trigger', trigger::jsonb, 'limits',
        coalesce(limits, '{"cooldown_minutes": 0}')::jsonb, 'steps',
        coalesce(steps, '[{"kind": "alert", "severity": "info", "title":
            "Told"}]')::jsonb) || case when conditions is null then '{}'
        else jsonb_build_object('conditions', conditions::jsonb) end) as id,
    name
from (values
    ('Crosses', '{"kind": "health_score_drop", "crosses_below": 50}',
        '{"any": [{"field": "tier", "is": "is", "value": "enterprise"},
            {"all": [{"field": "arr", "is": "over", "value": 50000},
            {"field": "industry", "is": "is", "value": "Banking"}]}]}',
        null, null),
    ('Below', '{"kind": "health_score_drop", "is_below": 60}', null,
        '{"cooldown_minutes": 20000, "max_executions_per_day": 1}', null),
    ('Drop', '{"kind": "health_score_drop", "drops_by": 20}',
        '{"field": "event.score", "is": "under", "value": 60}',
        '{"cooldown_minutes": 14400}', null),
    ('Peak', '{"kind": "health_score_drop", "drops_by": 30,
        "within_days": 14}', null, null, null),
    ('Band', '{"kind": "band_change", "to": ["critical", "at_risk"]}',
        '{"field": "stage", "is": "not", "value": "Churn"}', null, null),
    ('Stage', '{"kind": "stage_transition"}',
        '{"field": "a.seats", "is": "over", "value": 30}', null,
        '[{"kind": "set_attribute", "attribute": "seats", "value": 1}]'),
    ('Goal', '{"kind": "goal_reached"}', '{"field": "band", "is": "is",
        "value": ["healthy", "moderate", "at_risk"]}', null, null),
    ('Renewal', '{"kind": "renewal_due", "days": 40}', '{"field":
        "score", "is": "under", "value": 75}', null, null),
    ('Renewals at once', '{"kind": "renewal_due", "days": 90}', null,
        '{"max_accounts_at_once": 2}', null),
    ('Usage', '{"kind": "usage_decline", "metric": "logins"}',
        '{"field": "status", "is": "is", "value": "active"}',
        '{"cooldown_minutes": 20160}', null),
    ('Tickets', '{"kind": "ticket_spike", "days": 5}', null, null, null),
    ('NPS', '{"kind": "nps_drop", "points": 5}', '{"field": "contact",
        "is": "past", "value": 30}', null, null),
    ('Angry', '{"kind": "negative_sentiment", "below": -0.2}',
        '{"field": "tag", "is": "is", "value": "Beta"}', null, null),
    ('Alert', '{"kind": "alert_raised", "severity": ["critical"]}', null,
        '{"cooldown_minutes": 4320}', '[{"kind": "task", "title": "Look"}]'),
    ('Silent', '{"kind": "inactivity", "days": 5}', null, null, null),
    ('Export', '{"kind": "cdi_event", "name": "export",
        "properties": {"format": "csv"}}', '{"field": "stage_days", "is":
        "over", "value": 20}', '{"max_executions_per_day": 2}', null),
    ('Monthly', '{"kind": "schedule", "every": "month", "on": 3, "hour": 6}',
        '{"field": "renewal", "is": "within", "value": 60}', null, null))
    t (name, trigger, conditions, limits, steps);
select count(mainstay.publish_playbook(:'tenant', id)) as set
from test.playbook \gset

-- A year: a day has its sweeps at six, what the product reports at nine, and
-- its events. Each line is a transaction.
select format('copy (select %s) to %L', extract(epoch from timestamptz
        '2030-01-01Z' + make_interval(days => day) + t.time)::bigint
        * 1000000, :'clock'), t.what
from generate_series(0, :days - 1) day
cross join lateral (
    select '9:00'::interval as time, format('call test.report(%s)', day)
        as what
    union all
    select make_interval(hours => 10, mins => test.between(20 * i, 20 * i + 19)),
        format('call test.happen(%s)', test.between(0, 14))
    from generate_series(1, 4) i
    union all
    select '6:00', 'do ''begin perform api.sweep_playbooks(); end''') t
order by day, t.time \gexec

-- What was decided live, where the trigger was met: else there is no event to
-- rehearse. Sweeps come at their time, and not a moment later.
create view test.live as
select p.name, e.account_id, date_trunc('second', e.executed_at) as at,
    e.status <> 'skipped' as fired, e.reason, e.decision -> 'seen' as seen
from test.playbook p
join mainstay.playbook_executions e on e.playbook_id = p.id
join mainstay.playbook_versions v on v.playbook_id = p.id
where (mainstay.playbook_judge(v.document - 'conditions', e.trigger_event,
    null) -> 'met')::boolean;

create table test.rehearsed as
select p.name, d.account_id, date_trunc('second', d.at) as at,
    d.outcome = 'fired' as fired, d.reason, d.seen, d.outcome
from test.playbook p
join mainstay.playbook_versions v on v.playbook_id = p.id
cross join lateral (
    select array_agg(e.account_id) as accounts, array_agg(e.event) as events
    from mainstay.playbook_events(v.tenant_id, v.document -> 'trigger',
        v.published_at, now()) e) e
cross join lateral mainstay.rehearsed_decisions(v.tenant_id, v.document,
    e.accounts, e.events) d
where d.outcome <> 'trigger'
    and not (p.name = 'Monthly' and d.outcome = 'conditions');

select tap.plan(3);
select tap.is_empty($$
    select coalesce(l.name, r.name), l.at, r.at, l.account_id, r.account_id,
        l.reason, r.reason
    from test.live l
    full join test.rehearsed r on r.name = l.name and r.at = l.at
        and r.account_id = l.account_id and r.reason = l.reason
        and r.fired = l.fired
    where l.name is null or r.name is null
    order by coalesce(l.at, r.at), 1 limit 5$$,
    'a year rehearsed is the year that was' || :'drawn');
select tap.is_empty($$
    select l.name, l.at, l.seen, r.seen
    from test.live l
    join test.rehearsed r on r.name = l.name and r.at = l.at
        and r.account_id = l.account_id and r.reason = l.reason
    where l.seen <> r.seen limit 5$$,
    'by the same that was seen' || :'drawn');
-- A test of nothing proves nothing.
select tap.is_empty($$
    select p.name from test.playbook p
    where (select count(*) from test.rehearsed r
        where r.name = p.name) < 3$$,
    'each playbook had something to decide' || :'drawn');
select '# ' || string_agg(o.n || ' ' || o.outcome, ', ' order by o.n desc)
from (select r.outcome, count(*) as n from test.rehearsed r group by 1) o;

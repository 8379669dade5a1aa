-- rescore_property.sql - accounts that are scored together, one by one, or by
-- hand get the same scores, and the same follows from them.
--
-- Each account stands three times: its history, overrides and facts are drawn
-- at random. A failure says its seed; MAINSTAY_SEED=<seed> draws the same.

begin;
select no_plan();
\getenv seed MAINSTAY_SEED
\if :{?seed}
\else
select floor(random() * 1000000)::int as seed \gset
\endif
select setseed(:seed / 1000000.0);
\set drawn ' (MAINSTAY_SEED=' :seed ')'

create function test.chance(p_percent int) returns boolean
language sql volatile as $$ select random() * 100 < p_percent $$;
create function test.between(p_low int, p_high int) returns int
language sql volatile as $$
    select p_low + floor(random() * (p_high - p_low + 1))::int
$$;
create function test.account(p_nr int, p_way text) returns uuid
language sql immutable as $$ select md5(p_nr || p_way)::uuid $$;
create function test.accounts(p_way text) returns uuid[]
language sql as $$
    select array_agg(test.account(nr, p_way) order by nr)
    from generate_series(1, 40) nr
$$;

-- The score is the fact. Others than numbers 1 to 15 have rules of time.
create function test.document(p_more jsonb) returns jsonb
language sql as $$
    select mainstay.preset('standard') || p_more || jsonb_build_object(
        'dimensions', '[{"key": "use", "label": "Use", "weight": 100,
            "metrics": [{"key": "use", "label": "Use", "window_days": 2,
            "source": {"kind": "usage_metric", "name": "use"}}]}]'::jsonb)
$$;

select test.tenant('alpha') as tenant \gset
update mainstay.scorecard_versions set status = 'retired'
where tenant_id = :'tenant' and status = 'published';
insert into mainstay.scorecard_versions (tenant_id, scorecard_id, version,
    status, document)
select :'tenant', id, 100, 'published', test.document('{}')
from mainstay.scorecards where tenant_id = :'tenant' and is_default;
insert into mainstay.scorecards (tenant_id, name, applies_to)
values (:'tenant', 'Trial', '{"tier": ["trial"]}')
returning id as card \gset
insert into mainstay.scorecard_versions (tenant_id, scorecard_id, version,
    status, document)
values (:'tenant', :'card', 1, 'published',
    test.document('{"hysteresis": {"margin": 4, "days": 3},
        "trend": {"days": 4, "margin": 5}}'));
insert into mainstay.accounts (tenant_id, id, name, tier, arr_cents,
    created_at)
select :'tenant', test.account(nr, way), 'Account ' || nr,
    case when nr > 15 then 'trial' else 'enterprise' end, nr,
    now() - interval '1 year'
from generate_series(1, 40) nr,
    unnest(array['together', 'alone', 'by hand']) way;

select mainstay.create_endpoint(:'tenant', 'Receiver',
    'https://receiver.example/hook', 'standard') as endpoint \gset
insert into mainstay.playbooks (tenant_id, name, trigger_type,
    trigger_criteria, webhook_endpoint_id, is_active, cooldown_minutes)
values (:'tenant', 'Below', 'health_score_drop',
        '{"condition": {"score_below": 50}}', :'endpoint', true, 3000),
    (:'tenant', 'Drop', 'health_score_drop',
        '{"condition": {"drop_more_than": 15}}', :'endpoint', true, 0);

-- History, which tells nobody anything. Overrides: open, expired since, ended.
create table test.past as
select nr, test.between(0, 100) as score,
    now() - make_interval(hours => test.between(1, 240), mins => i) as at
from generate_series(1, 40) nr, generate_series(1, 5) i
where test.chance(60);
create table test.over as
select nr, test.between(0, 100) as score, test.between(30, 200) as begun,
    test.between(1, 29) as over, nr % 5 as kind
from generate_series(1, 40) nr where nr % 5 < 3;
grant select on all tables in schema test to mainstay_maint;
set local mainstay.loading_history = on;
set local role mainstay_maint;
insert into mainstay.health_scores (tenant_id, account_id, overall_score,
    observed_at, recorded_at)
select :'tenant', test.account(nr, way), score, at, least(at, now())
from test.past, unnest(array['together', 'alone', 'by hand']) way
order by nr, at, score;
insert into mainstay.health_overrides (tenant_id, account_id, score, reason,
    created_at, expires_at, ended_at)
select :'tenant', test.account(nr, way), score, 'Because',
    now() - make_interval(hours => begun),
    case kind when 0 then now() + interval '30 days'
        else now() - make_interval(hours => over) end,
    case kind when 2 then now() - make_interval(hours => over + 1) end
from test.over, unnest(array['together', 'alone', 'by hand']) way;
reset role;
set local mainstay.loading_history = off;

-- A day: new facts of some, scored in three ways.
create procedure test.day(p_tenant uuid)
language plpgsql as $$
declare
    d constant interval := '1 day';
    id uuid;
begin
    set local session_replication_role = replica;
    update mainstay.health_scores
    set observed_at = observed_at - d, recorded_at = recorded_at - d;
    -- Some were given by clocks that are ahead.
    update mainstay.health_scores h
    set observed_at = now() + interval '2 minutes'
    from mainstay.accounts a
    where a.id = h.account_id and h.is_current and a.arr_cents % 6 = 1;
    update mainstay.usage_metrics
    set observed_at = observed_at - d, recorded_at = recorded_at - d;
    update mainstay.alerts set created_at = created_at - d;
    update mainstay.playbook_executions set executed_at = executed_at - d;
    update mainstay.health_overrides set created_at = created_at - d,
        expires_at = expires_at - d, ended_at = ended_at - d;
    with fact as materialized (
        select nr, test.between(0, 100) as value
        from generate_series(1, 40) nr where test.chance(80))
    insert into mainstay.usage_metrics (tenant_id, account_id, metric_type,
        metric_value, observed_at, recorded_at)
    select p_tenant, test.account(nr, way), 'use', value, now(), now()
    from fact, unnest(array['together', 'alone', 'by hand']) way;
    set local session_replication_role = origin;
    perform api.rescore(p_tenant, test.accounts('together'));
    foreach id in array test.accounts('alone') loop
        perform api.rescore(p_tenant, array[id]);
    end loop;
    -- What the engine makes anew, given by hand.
    insert into mainstay.health_scores (tenant_id, account_id, overall_score)
    select p_tenant, test.account(nr, 'by hand'), h.overall_score
    from generate_series(1, 40) nr
    join mainstay.health_scores h on h.tenant_id = p_tenant
        and h.account_id = test.account(nr, 'together')
        and h.recorded_at = now()
    order by nr;
end $$;

-- All that there is of an account, without ids.
create function test.all_of(p_nr int, p_way text) returns jsonb
language sql as $$
    select jsonb_build_object(
        'scores', (select coalesce(jsonb_agg(jsonb_build_object('score',
                overall_score, 'band', band_key, 'severity', band, 'label',
                risk_level, 'before', previous_score, 'trend', trend, 'at',
                observed_at, 'current', is_current, 'version',
                scorecard_version_id) order by observed_at, recorded_at,
                overall_score), '[]')
            from mainstay.health_scores where account_id = a.id),
        'shown', jsonb_build_array(a.health_score, a.health_band,
            a.health_label, a.health_trend, a.previous_health_score,
            a.health_scored_at),
        'overrides', (select jsonb_agg(o.ended_at order by o.created_at)
            from mainstay.health_overrides o where o.account_id = a.id),
        'alerts', (select coalesce(jsonb_agg(jsonb_build_array(kind,
                severity, title, detail, created_at)
                order by created_at, kind, title, detail), '[]')
            from mainstay.alerts where account_id = a.id),
        'runs', (select coalesce(jsonb_agg(jsonb_build_array(p.name, e.status,
                e.reason, e.trigger_event - 'health_score_id', e.executed_at)
                order by e.executed_at, p.name, e.reason), '[]')
            from mainstay.playbook_executions e
            join mainstay.playbooks p on p.tenant_id = e.tenant_id
                and p.id = e.playbook_id
            where e.account_id = a.id))
    from mainstay.accounts a where a.id = test.account(p_nr, p_way)
$$;

select set_config('app.current_tenant_id', :'tenant', true);
call test.day(:'tenant');
call test.day(:'tenant');
call test.day(:'tenant');
call test.day(:'tenant');

create table test.result as
select nr, way, test.all_of(nr, way) as what
from generate_series(1, 40) nr,
    unnest(array['together', 'alone', 'by hand']) way;
select is_empty('select t.nr, t.what as together, a.what as alone
    from test.result t join test.result a using (nr)
    where t.way = ''together'' and a.way = ''alone''
        and t.what is distinct from a.what limit 1',
    'together and alone make the same' || :'drawn');
-- Who gives a score replaces it at a time that is now, as the engine does.
select is_empty('select t.nr, t.what as together, h.what as by_hand
    from test.result t join test.result h using (nr)
    where t.way = ''together'' and h.way = ''by hand''
        and t.what is distinct from h.what limit 1',
    'and so does a score by hand' || :'drawn');

-- A test of nothing proves nothing.
select cmp_ok((select count(distinct r.value ->> 1)
    from test.result, jsonb_array_elements(what -> 'runs') r), '=', 2::bigint,
    'playbooks ran and were skipped' || :'drawn');
select is((select count(distinct r.value ->> 0)
    from test.result, jsonb_array_elements(what -> 'alerts') r), 4::bigint,
    'all kinds of alerts were raised' || :'drawn');
select is((select count(distinct r.value ->> 'trend')
    from test.result, jsonb_array_elements(what -> 'scores') r), 4::bigint,
    'all trends were seen' || :'drawn');
select cmp_ok((select count(*)
    from test.result, jsonb_array_elements(what -> 'scores') r
    cross join lateral (
        select b.key
        from mainstay.scorecard_bands(mainstay.preset('standard')) b
        where b.lower <= (r.value ->> 'score')::int
        order by b.lower desc limit 1) b
    where r.value ->> 'band' <> b.key), '>', 0::bigint,
    'bands held on' || :'drawn');

select * from finish();
rollback;

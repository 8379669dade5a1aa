-- role: mainstay_definer
--
-- When scores are made anew: at once for the few accounts that one statement
-- brings facts of, else from a queue that the worker drains (health_queue.sql).
-- A row is written only when what the score is made of has changed, inputs,
-- version or weights, or when time alone changes what it shows
-- (health_time.sql): an imported score stands until then.

-- Stores the scores that a version gives accounts, which are locked, whole:
-- nothing is left for health_scores_10_derive. How many are new.
create or replace function api.store_scores(p_tenant uuid, p_version uuid,
    p_document jsonb, p_accounts uuid[]) returns integer
language plpgsql volatile security definer set search_path = ''
    set plan_cache_mode = force_generic_plan
as $$
declare
    v_is_timed constant boolean := p_document ?| array['hysteresis', 'trend'];
    v_actor constant uuid := mainstay.actor_in(p_tenant);
    v_count integer;
begin
    with made as materialized (
        select e.account_id, e.score, e.exact_score, e.inputs,
               e.contributions, b.band_key, b.band_label, b.severity,
               b.previous_score, b.trend, b.is_current,
               (b.held).id as held_id
          from mainstay.evaluate(p_tenant, p_document, p_accounts, now()) e
         cross join lateral mainstay.score_beside(p_tenant, e.account_id,
               p_version, p_document, e.score, null, now()) b
         where e.score is not null
           and ((b.held).id is null
               or (b.held).inputs is distinct from e.inputs
               or (b.held).scorecard_version_id is distinct from p_version
               -- a stage has weights of its own
               or (b.held).source = 'computed'
                   and (b.held).overall_score <> e.score
               or v_is_timed and mainstay.has_moved_on(b.held, p_document))
    ), fallen as (
        update mainstay.health_scores h set is_current = false
          from made m
         where m.is_current and h.tenant_id = p_tenant and h.id = m.held_id
        returning h.id
    )
    insert into mainstay.health_scores (tenant_id, account_id,
        scorecard_version_id, overall_score, exact_score, inputs,
        contributions, band_key, band, risk_level, previous_score, trend,
        is_current, created_by)
    select p_tenant, m.account_id, p_version, m.score, m.exact_score,
           m.inputs, m.contributions, m.band_key, m.severity, m.band_label,
           m.previous_score, m.trend, m.is_current, v_actor
      from made m
     -- Always so, but known only when all of them have fallen.
     where (select count(*) from fallen) >= 0
     order by m.account_id;
    get diagnostics v_count = row_count;
    return v_count;
end
$$;
revoke all on function api.store_scores(uuid, uuid, jsonb, uuid[])
    from public;

-- Scores accounts of the tenant in the context by the scorecards that apply
-- to them now; returns how many got a new score. The accounts are locked
-- first: whoever scores the same account next sees these facts.
create or replace function api.rescore(p_tenant uuid, p_accounts uuid[])
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
begin
    perform from mainstay.accounts a
      where a.tenant_id = p_tenant and a.id = any (p_accounts)
      order by a.id
        for no key update;
    perform mainstay.end_expired_override(p_tenant, o.account_id)
       from mainstay.health_overrides o
      where o.tenant_id = p_tenant and o.account_id = any (p_accounts)
        and o.ended_at is null and o.expires_at <= now();
    return (
        select coalesce(sum(api.store_scores(p_tenant, c.id, c.document,
                   c.accounts)), 0)
               -- A copy that is not compressed: each account looks into it.
          from (select v.id, v.document || '{}' as document,
                       array_agg(o.account_id) as accounts
                  from mainstay.scorecard_of(p_tenant, p_accounts) o
                  join mainstay.scorecard_versions v
                    on v.tenant_id = p_tenant and v.id = o.version_id
                 group by v.tenant_id, v.id) c);
end
$$;
comment on function api.rescore(uuid, uuid[]) is
    'Scores these accounts of the tenant in the context anew, in this '
    'transaction; how many scores changed.';
revoke all on function api.rescore(uuid, uuid[]) from public;

-- After facts: the accounts they are of, when a scorecard reads such facts.
-- A fact is never refused because its account cannot be scored: then the
-- worker tries, and remembers what is wrong.
create or replace function api.facts_arrived() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_before constant text := current_setting('app.current_tenant_id', true);
    v_tenant record;
    v_waits boolean;
begin
    for v_tenant in execute format(
        'select n.tenant_id, array_agg(distinct n.account_id) as accounts, '
        '    array_agg(distinct %s) as names '
        '  from new_rows n group by n.tenant_id', tg_argv[1])
    loop
        perform set_config('app.current_tenant_id', v_tenant.tenant_id::text,
            true);
        continue when not exists (
            select from mainstay.scorecard_versions v
             cross join lateral mainstay.scorecard_metrics(v.document) m
             where v.tenant_id = v_tenant.tenant_id
               and v.status = 'published' and m.source = tg_argv[0]
               and (m.name = '*' or m.name = any (v_tenant.names)));
        v_waits := cardinality(v_tenant.accounts) > 3;
        if not v_waits then
            begin
                perform api.rescore(v_tenant.tenant_id, v_tenant.accounts);
            exception when query_canceled or others then
                v_waits := true;
            end;
        end if;
        continue when not v_waits;
        insert into mainstay.health_queue (tenant_id, account_id, is_bulk)
        select v_tenant.tenant_id, a.id, false
          from unnest(v_tenant.accounts) a (id);
        perform pg_notify('mainstay_health', '');
    end loop;
    perform set_config('app.current_tenant_id', coalesce(v_before, ''), true);
    return null;
end
$$;
comment on function api.facts_arrived() is
    'Statement trigger of the fact tables: (source, expression for the name '
    'of a fact).';
revoke all on function api.facts_arrived() from public;
grant execute on function api.facts_arrived() to mainstay_owner;

-- After a change of what scorecards can read of an account itself, or of what
-- tells which one applies: the worker scores it.
create or replace function api.profile_changed() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_before constant text := current_setting('app.current_tenant_id', true);
begin
    perform set_config('app.current_tenant_id', new.tenant_id::text, true);
    if exists (
        select from mainstay.scorecard_versions v
          join mainstay.scorecards c
            on c.tenant_id = v.tenant_id and c.id = v.scorecard_id
         where v.tenant_id = new.tenant_id and v.status = 'published'
           and (c.applies_to <> '{}' or v.document ? 'stage_weights'
               or exists (
                   select from mainstay.scorecard_metrics(v.document) m
                    where m.source = 'profile' or m.per is not null)))
    then
        insert into mainstay.health_queue (tenant_id, account_id, is_bulk)
        values (new.tenant_id, (to_jsonb(new) ->> tg_argv[0])::uuid, false);
        perform pg_notify('mainstay_health', '');
    end if;
    perform set_config('app.current_tenant_id', coalesce(v_before, ''), true);
    return null;
end
$$;
comment on function api.profile_changed() is
    'Row trigger of accounts and their profiles: (column with the account).';
revoke all on function api.profile_changed() from public;
grant execute on function api.profile_changed() to mainstay_owner;

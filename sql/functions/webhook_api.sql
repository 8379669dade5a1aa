-- role: mainstay_definer
--
-- webhook_api.sql - the policy of the delivery queue, for mainstay-worker:
-- who works, what is claimed, what a result means.  The program only calls.
--
-- A claim is fenced twice: by its number (lease) and by its worker.  A
-- worker is alive while its session holds the advisory lock on its id; when
-- it dies, its row goes, and what it had claimed can be claimed again.
--
-- plpgsql and not sql: its plans are kept for the life of the session.

-- The first half of the key of a worker's advisory lock.
create or replace function api.webhook_lock_class() returns int
language sql immutable parallel safe
begin atomic
    select 20771;
end;

-- Whether somebody who adds a delivery has to wake a worker.
create or replace function api.webhook_worker_sleeps() returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
    return exists (select from mainstay.webhook_workers w where w.is_idle);
end
$$;

-- For whoever adds a delivery, or lets one go on.
create or replace function api.wake_webhook_worker() returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    if api.webhook_worker_sleeps() then
        perform pg_notify('mainstay_webhooks', '');
    end if;
end
$$;

-- What deliveries of an ordered endpoint wait for; null: it has no order.
-- Whoever adds a delivery need not see its endpoint.
create or replace function api.webhook_order_key(p_tenant uuid,
    p_endpoint uuid, p_account uuid) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (
        select coalesce(p_account, e.id) from mainstay.webhook_endpoints e
        where e.tenant_id = p_tenant and e.id = p_endpoint
            and e.is_ordered);
end
$$;

-- Whoever adds a delivery need not see its endpoint. Tests and texts are not
-- events.
create or replace function api.check_webhook_event(p_tenant uuid,
    p_endpoint uuid, p_event_type text) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_name text;
begin
    select e.name into v_name from mainstay.webhook_endpoints e
    where e.tenant_id = p_tenant and e.id = p_endpoint
        and e.event_types is not null and p_event_type <> all (
            e.event_types || array['test', 'slack']);
    if found then
        raise exception using errcode = 'MS409', column = 'event_type',
            message = format('The endpoint %s takes no %s events.', v_name,
                p_event_type);
    end if;
end
$$;

-- Registers the session as a worker.  p_worker is the id it had before its
-- connection broke, or null: with the same id its claims stay its own.
create or replace function api.worker_start(p_worker int, p_name text,
    p_version text) returns int
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_id int;
begin
    if exists (select from mainstay.webhook_workers w where w.id = p_worker)
        and pg_try_advisory_lock(api.webhook_lock_class(), p_worker) then
        v_id := p_worker;
    end if;
    if v_id is null then
        insert into mainstay.webhook_workers (name, version)
        values (left(p_name, 200), left(p_version, 50))
        returning id into v_id;
        perform pg_advisory_lock(api.webhook_lock_class(), v_id);
    end if;
    update mainstay.webhook_workers w set beat_at = now(), is_idle = false
    where w.id = v_id;
    return v_id;
end
$$;

-- Says that the worker lives, and buries those that do not: their lock is
-- free and they have been silent for a second (time for a worker whose
-- connection broke to come back).  Returns how many it buried, or -1 when
-- somebody buried the caller.
create or replace function api.worker_beat(p_worker int) returns int
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_dead int;
    v_count int := 0;
begin
    update mainstay.webhook_workers w set beat_at = now()
    where w.id = p_worker;
    if not found then
        return -1;
    end if;
    for v_dead in
        select w.id from mainstay.webhook_workers w
        where w.id <> p_worker and w.beat_at < now() - interval '1 second'
    loop
        if pg_try_advisory_lock(api.webhook_lock_class(), v_dead) then
            delete from mainstay.webhook_workers w where w.id = v_dead
                and w.beat_at < now() - interval '1 second';
            perform pg_advisory_unlock(api.webhook_lock_class(), v_dead);
            v_count := v_count + 1;
        end if;
    end loop;
    return v_count;
end
$$;

create or replace function api.worker_idle(p_worker int, p_idle boolean)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    update mainstay.webhook_workers w set is_idle = p_idle
    where w.id = p_worker and w.is_idle <> p_idle;
end
$$;

-- After a connection broke during a claim the worker cannot know what it
-- claimed: all that it does not name in p_ids goes back.
create or replace function api.keep_webhooks(p_worker int, p_ids uuid[])
returns int
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_count int;
begin
    update mainstay.webhook_hot h
    set status = 'pending', attempts = h.attempts - 1, locked_by = null,
        locked_until = null
    where h.locked_by = p_worker and h.status = 'processing'
        and h.id <> all (p_ids);
    get diagnostics v_count = row_count;
    return v_count;
end
$$;

-- The end of a worker: whatever it still holds can be claimed at once.
create or replace function api.release_webhooks(p_worker int) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    delete from mainstay.webhook_workers w where w.id = p_worker;
    perform pg_advisory_unlock(api.webhook_lock_class(), p_worker);
end
$$;

-- As it is at this moment, not when the caller's statement began: a worker
-- may have come, and claimed, in between.
create or replace function api.worker_is_gone(p_worker int) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
    return not exists (
        select from mainstay.webhook_workers w where w.id = p_worker);
end
$$;

-- Claims up to p_max due deliveries.  p_busy and p_held tell how many the
-- worker already holds for which endpoint: of each endpoint it may hold
-- twice as many as may be in flight, so that one tenant with a million
-- deliveries does not crowd out the others.  Lanes with work are found by
-- jumping through the index from endpoint to endpoint.  An endpoint that
-- rests is not claimed from; after its rest one delivery tries, then two,
-- then four.  One with a rate is claimed from by one worker at a time.
create or replace function api.claim_webhooks(p_worker int, p_max int,
    p_lease interval, p_busy uuid[], p_held int[])
returns table (id uuid, tenant_id uuid, endpoint_id uuid, lease int,
    attempts int, max_attempts int, max_inflight int, url text, method text,
    headers text, secrets text, body text)
language plpgsql volatile security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_alive int[] := array(select w.id from mainstay.webhook_workers w);
begin
    return query
    with recursive lane (tenant_id, endpoint_id) as (
        (select h.tenant_id, h.endpoint_id from mainstay.webhook_hot h
        order by h.tenant_id, h.endpoint_id limit 1)
        union all
        select n.tenant_id, n.endpoint_id from lane l
        cross join lateral (
            select h.tenant_id, h.endpoint_id from mainstay.webhook_hot h
            where (h.tenant_id, h.endpoint_id)
                > (l.tenant_id, l.endpoint_id)
            order by h.tenant_id, h.endpoint_id limit 1) n
    ),
    bucket as materialized (
        select w.tenant_id, w.endpoint_id, floor(least(e.rate_per_second,
            w.tokens + e.rate_per_second
                * extract(epoch from now() - w.tokens_at)))::int as tokens
        from mainstay.webhook_lanes w
        join mainstay.webhook_endpoints e
            on e.tenant_id = w.tenant_id and e.id = w.endpoint_id
        where w.tokens is not null and e.rate_per_second is not null
        for update of w skip locked
    ),
    room as materialized (
        select l.tenant_id, l.endpoint_id, least(
            1 << w.trials, e.max_inflight * 2 - coalesce((
                select b.held
                from unnest(p_busy, p_held) b (endpoint_id, held)
                where b.endpoint_id = l.endpoint_id), 0),
            case when e.rate_per_second is not null
                then coalesce(t.tokens, 0) end) as quota
        from lane l
        join mainstay.webhook_endpoints e
            on e.tenant_id = l.tenant_id and e.id = l.endpoint_id
        left join mainstay.webhook_lanes w on w.tenant_id = l.tenant_id
            and w.endpoint_id = l.endpoint_id
        left join bucket t on t.tenant_id = l.tenant_id
            and t.endpoint_id = l.endpoint_id
        where e.is_active
            and coalesce(greatest(w.resumes_at, w.trial_until) <= now(), true)
        order by random()
    ),
    due as materialized (
        select x.tenant_id, x.id from room r
        cross join lateral (
            select h.tenant_id, h.id from mainstay.webhook_hot h
            where h.tenant_id = r.tenant_id
                and h.endpoint_id = r.endpoint_id
                and h.next_attempt_at <= now()
                and (h.status = 'pending' or h.locked_until < now()
                    or h.locked_by <> all (v_alive)
                        and api.worker_is_gone(h.locked_by))
                and (h.order_key is null or not exists (
                    select from mainstay.webhook_hot o
                    where o.tenant_id = h.tenant_id
                        and o.endpoint_id = h.endpoint_id
                        and o.order_key = h.order_key
                        and (o.created_at, o.id) < (h.created_at, h.id)))
            order by h.tenant_id, h.endpoint_id, h.next_attempt_at, h.id
            limit greatest(r.quota, 0)
            for update skip locked) x
        limit p_max
    ),
    claimed as (
        update mainstay.webhook_hot h
        set status = 'processing', attempts = h.attempts + 1,
            lease = h.lease + 1, locked_by = p_worker,
            locked_until = now() + p_lease
        from due
        where h.tenant_id = due.tenant_id and h.id = due.id
        returning h.*
    ),
    paid as (
        update mainstay.webhook_lanes w
        set tokens = least(e.rate_per_second, w.tokens + e.rate_per_second
                * extract(epoch from now() - w.tokens_at)) - g.claimed,
            tokens_at = case when w.tokens is not null then now() end,
            trial_until = case when w.trials is not null
                then now() + p_lease end
        from (select c.tenant_id, c.endpoint_id, count(*) as claimed
            from claimed c group by c.tenant_id, c.endpoint_id) g
        join mainstay.webhook_endpoints e
            on e.tenant_id = g.tenant_id and e.id = g.endpoint_id
        where w.tenant_id = g.tenant_id and w.endpoint_id = g.endpoint_id
            and (w.tokens is not null or w.trials is not null)
    )
    select c.id, c.tenant_id, c.endpoint_id, c.lease, c.attempts::int,
        c.max_attempts::int, e.max_inflight::int, e.url, e.method,
        case when e.format = 'email' then api.email_head(p.body)
            when e.headers = '{}' then '' else (
            select coalesce(string_agg(k.key || ': ' || k.value, E'\n'), '')
            from jsonb_each_text(e.headers) k) end,
        case when e.secret_before_until > now()
            then e.secret || ' ' || e.secret_before
            when e.format not in ('slack', 'email') then e.secret end,
        case when e.format = 'email' then p.body ->> 'text'
            else p.body::text end
    from claimed c
    join mainstay.webhook_endpoints e
        on e.tenant_id = c.tenant_id and e.id = c.endpoint_id
    left join mainstay.webhook_payloads p on p.tenant_id = c.tenant_id
        and p.created_at = c.created_at and p.id = c.id
    order by c.next_attempt_at, c.id;
end
$$;

-- What a result means: completed, failed for good, or pending again.
--   tried     an answer or none; p_http null when there was none
--   refused   we would not send it (a blocked address, a bad header), or a
--             mail relay would not take it
--   returned  claimed but not sent: the attempt is given back
-- 404 is tried again: an n8n workflow that is being re-deployed says so.
create or replace function api.webhook_verdict(p_kind text, p_http int,
    p_has_error boolean, p_attempts int, p_max int) returns text
language sql immutable parallel safe
begin atomic
    select case
        when p_kind = 'returned' then 'pending'
        when p_kind = 'refused' then 'failed'
        when not p_has_error and p_http between 200 and 299 then 'completed'
        when p_http = 410 then 'failed'
        when p_attempts >= p_max then 'failed'
        when p_http in (400, 401, 403, 405, 413, 422) and p_attempts >= 3
            then 'failed'
        else 'pending' end;
end;

-- The schedule of Standard Webhooks, give or take a tenth; a receiver that
-- asks for more time (Retry-After) gets it, up to a day.
create or replace function api.webhook_delay(p_attempts int,
    p_retry_after int) returns interval
language sql volatile parallel safe
begin atomic
    select make_interval(secs => greatest(
        (array[5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400])
            [least(greatest(p_attempts, 1), 9)] * (0.9 + random() * 0.2),
        least(coalesce(p_retry_after, 0), 86400)));
end;

-- What the results of a batch say of their endpoint. p_failed of p_tries
-- failed, p_silent of them without any answer; p_wait: so many seconds the
-- receiver asked to be left alone; p_alive more were answered, and found
-- wanting: the endpoint lives. It rests after five tries in a row without
-- an answer, or when seven of ten fail within a minute, of ten at least: for
-- half a minute, twice as long each time, at most a quarter of an hour. Then
-- it is tried with few; three that arrive end it. After five days in which
-- nothing arrived the endpoint is switched off. Returns whether it rests.
create or replace function api.note_webhook_lane(p_tenant uuid,
    p_endpoint uuid, p_tries int, p_failed int, p_silent int, p_wait int,
    p_alive int) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
    l mainstay.webhook_lanes;
    v_why text;
begin
    if p_failed > 0 or p_wait > 0 then
        insert into mainstay.webhook_lanes (tenant_id, endpoint_id)
        values (p_tenant, p_endpoint) on conflict do nothing;
    end if;
    select * into l from mainstay.webhook_lanes w
    where w.tenant_id = p_tenant and w.endpoint_id = p_endpoint
    for update;
    if not found then
        return false;
    end if;
    -- What was under way when its rest began says nothing of its trials.
    if l.trials is null then
        if l.window_at > now() - interval '1 minute' then
            l.window_tries := l.window_tries + p_tries;
            l.window_failed := l.window_failed + p_failed;
        else
            l.window_at := now();
            l.window_tries := p_tries;
            l.window_failed := p_failed;
        end if;
    end if;
    l.silent := case when p_failed = p_tries and p_alive = 0
        then l.silent + p_silent else 0 end;
    l.failing_since := case when p_failed < p_tries then null
        when p_failed > 0 then coalesce(l.failing_since, now())
        else l.failing_since end;
    l.trials := l.trials + (p_tries - p_failed) + p_alive;
    -- A trial that was given back was none: the next may begin.
    l.trial_until := null;

    v_why := case when l.resumes_at > now() then null
        when l.trials is not null and p_failed > 0
            then 'It fails still.'
        when l.silent >= 5 then 'It did not answer five times in a row.'
        when l.trials is null and l.window_tries >= 10
            and l.window_failed >= l.window_tries * 0.7
            then l.window_failed || ' of ' || l.window_tries
                || ' deliveries of a minute failed.' end;
    if v_why is not null then
        l.openings := least(l.openings + 1, 6);
        l.resumes_at := now() + least(interval '15 minutes',
            interval '30 seconds' * (1 << (l.openings - 1)));
        l.reason := v_why;
        l.trials := 0;
        l.silent := 0;
        l.window_at := null;
    elsif l.trials >= 3 then
        l.openings := 0;
        l.trials := null;
        l.resumes_at := null;
        l.reason := null;
    end if;
    if p_wait > 0 and now() + make_interval(secs => least(p_wait, 86400))
        > coalesce(l.resumes_at, '-infinity') then
        l.resumes_at := now() + make_interval(secs => least(p_wait, 86400));
        l.reason := 'It asked to be left alone until then.';
    end if;
    update mainstay.webhook_lanes w
    set silent = l.silent, window_at = l.window_at,
        window_tries = l.window_tries, window_failed = l.window_failed,
        resumes_at = l.resumes_at, reason = l.reason, openings = l.openings,
        trials = l.trials, trial_until = l.trial_until,
        failing_since = l.failing_since
    where w.tenant_id = p_tenant and w.endpoint_id = p_endpoint;
    if l.failing_since < now() - interval '5 days' then
        update mainstay.webhook_endpoints e
        set is_active = false, disabled_at = now(), updated_at = now(),
            disabled_reason = 'Nothing has arrived for five days.'
        where e.tenant_id = p_tenant and e.id = p_endpoint and e.is_active;
    end if;
    return coalesce(l.resumes_at > now(), false);
end
$$;

-- Records results. recorded: how many were still the caller's to record;
-- resting: the endpoints, by a space, from which nothing may be sent now.
-- The arrays belong together, one element per result. What a result says goes
-- with its row: CTEs joined with one another would be compared each with each.
create or replace function api.finish_webhooks(p_worker int[],
    p_tenant uuid[], p_id uuid[], p_lease int[], p_kind text[],
    p_http int[], p_ms int[], p_retry_after int[], p_error text[],
    p_response text[]) returns table (recorded int, resting text)
language plpgsql volatile security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_lanes jsonb;
    v_told jsonb;
begin
    with r as materialized (
        select * from unnest(p_worker, p_tenant, p_id, p_lease, p_kind,
            p_http, p_ms, p_retry_after, p_error, p_response) r (worker,
            tenant_id, id, lease, kind, http, ms, retry_after, error,
            response)
    ),
    over as (
        delete from mainstay.webhook_hot h using r
        where h.tenant_id = r.tenant_id and h.id = r.id
            and h.lease = r.lease and h.locked_by = r.worker
            and api.webhook_verdict(r.kind, r.http, r.error is not null,
                h.attempts, h.max_attempts) <> 'pending'
        returning h.*, r.kind, r.http, r.ms, r.retry_after, r.error,
            r.response, api.webhook_verdict(r.kind, r.http,
                r.error is not null, h.attempts, h.max_attempts) as verdict
    ),
    again as (
        update mainstay.webhook_hot h
        set status = 'pending', locked_by = null, locked_until = null,
            response_status = case when r.kind = 'returned'
                then h.response_status else r.http end,
            error_message = case when r.kind = 'returned'
                then h.error_message else r.error end,
            attempts = h.attempts
                - case when r.kind = 'returned' then 1 else 0 end,
            next_attempt_at = case when r.kind = 'returned'
                then h.next_attempt_at else now()
                    + api.webhook_delay(h.attempts, r.retry_after) end
        from r
        where h.tenant_id = r.tenant_id and h.id = r.id
            and h.lease = r.lease and h.locked_by = r.worker
            and api.webhook_verdict(r.kind, r.http, r.error is not null,
                h.attempts, h.max_attempts) = 'pending'
        returning h.tenant_id, h.id, h.lease, h.attempts, h.endpoint_id,
            r.kind, r.http, r.ms, r.retry_after, r.error, r.response
    ),
    result as (
        select o.tenant_id, o.id, o.lease, o.attempts, o.endpoint_id, o.kind,
            o.http, o.ms, o.retry_after, o.error, o.response from over o
        union all
        select * from again
    ),
    history as (
        insert into mainstay.webhook_history (tenant_id, id, endpoint_id,
            account_id, playbook_id, created_at, attempts, max_attempts,
            response_status, status, error_message)
        select o.tenant_id, o.id, o.endpoint_id, o.account_id,
            o.playbook_id, o.created_at, o.attempts, o.max_attempts, o.http,
            o.verdict, o.error
        from over o
    ),
    tries as (
        insert into mainstay.webhook_attempts (tenant_id, delivery_id,
            lease, attempt, response_status, duration_ms, error_message,
            response_body)
        select t.tenant_id, t.id, t.lease, t.attempts, t.http, t.ms,
            t.error, t.response
        from result t
        where t.kind <> 'returned'
    ),
    gone as (
        update mainstay.webhook_endpoints e
        set is_active = false, disabled_at = now(), updated_at = now(),
            disabled_reason = 'The receiver answered 410 Gone.'
        from over o
        where o.http = 410 and o.kind = 'tried' and e.is_active
            and e.tenant_id = o.tenant_id and e.id = o.endpoint_id
    )
    select (select count(*) from over) + (select count(*) from again),
        (select jsonb_agg(n) from (
            select r.tenant_id, r.endpoint_id,
                count(*) filter (where k.counts) as tries,
                count(*) filter (where k.counts and (r.error is not null
                    or r.http not between 200 and 299)) as failed,
                count(*) filter (where k.counts and r.http is null)
                    as silent,
                coalesce(max(r.retry_after) filter (where k.counts), 0)
                    as wait,
                count(*) filter (where not k.counts and r.http is not null)
                    as alive
            from result r
            -- The others are the delivery's own fault, not the endpoint's.
            cross join lateral (select r.kind = 'tried' and (r.http is null
                or r.http not in (400, 401, 403, 405, 410, 413, 422))) k
                (counts)
            group by r.tenant_id, r.endpoint_id) n
        where n.failed > 0 or n.wait > 0 or exists (
            select from mainstay.webhook_lanes w
            where w.tenant_id = n.tenant_id
                and w.endpoint_id = n.endpoint_id
                and (w.silent > 0 or w.trials is not null
                    or w.failing_since is not null
                    or w.window_at > now() - interval '1 minute'))),
        (select jsonb_agg(jsonb_build_object('tenant_id', o.tenant_id,
                'id', o.id, 'playbook_id', o.playbook_id,
                'account_id', o.account_id, 'status', case o.verdict
                    when 'completed' then 'delivered' else 'failed' end,
                case o.verdict when 'completed' then 'text' else 'error' end,
                coalesce(o.error, 'Answered ' || o.http || '.')))
            from over o where o.playbook_id is not null)
    into recorded, v_lanes, v_told;
    perform mainstay.tell_runs(v_told);
    if v_lanes is not null then
        -- In one order, for two workers that know the same endpoints.
        select string_agg(n.endpoint_id::text, ' ') into resting
        from (
            select * from jsonb_to_recordset(v_lanes) n (tenant_id uuid,
                endpoint_id uuid, tries int, failed int, silent int,
                wait int, alive int)
            order by tenant_id, endpoint_id offset 0) n
        where api.note_webhook_lane(n.tenant_id, n.endpoint_id, n.tries,
            n.failed, n.silent, n.wait, n.alive);
    end if;
    return next;
end
$$;

-- A person who changes an endpoint, or has it sent to again, wants to see
-- what comes of it: it does not rest any longer. Its rate begins anew.
create or replace function api.webhook_endpoints_lane() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
    if new.rate_per_second is not null then
        insert into mainstay.webhook_lanes (tenant_id, endpoint_id)
        values (new.tenant_id, new.id) on conflict do nothing;
    end if;
    update mainstay.webhook_lanes w
    set silent = 0, window_at = null, resumes_at = null, reason = null,
        openings = 0, trials = null, trial_until = null,
        failing_since = null, tokens = new.rate_per_second,
        tokens_at = case when new.rate_per_second is not null
            then now() end
    where w.tenant_id = new.tenant_id and w.endpoint_id = new.id;
    return null;
end
$$;
comment on function api.claim_webhooks(int, int, interval, uuid[], int[]) is
    'Claims due deliveries for a worker, fairly between endpoints.';
comment on function api.finish_webhooks(int[], uuid[], uuid[], int[],
    text[], int[], int[], int[], text[], text[]) is
    'Records results that still belong to the worker and its lease.';
comment on function api.note_webhook_lane(uuid, uuid, int, int, int, int, int) is
    'Counts failures of an endpoint, and lets it rest when they are many.';

revoke all on function api.webhook_lock_class(),
    api.webhook_worker_sleeps(), api.wake_webhook_worker(),
    api.worker_start(int, text, text),
    api.worker_beat(int), api.worker_idle(int, boolean),
    api.release_webhooks(int), api.keep_webhooks(int, uuid[]),
    api.worker_is_gone(int),
    api.claim_webhooks(int, int, interval, uuid[], int[]),
    api.webhook_verdict(text, int, boolean, int, int),
    api.webhook_delay(int, int),
    api.note_webhook_lane(uuid, uuid, int, int, int, int, int),
    api.webhook_order_key(uuid, uuid, uuid), api.webhook_endpoints_lane(),
    api.check_webhook_event(uuid, uuid, text),
    api.finish_webhooks(int[], uuid[], uuid[], int[], text[], int[], int[],
        int[], text[], text[])
    from public;
grant execute on function api.wake_webhook_worker(),
    api.webhook_order_key(uuid, uuid, uuid),
    api.check_webhook_event(uuid, uuid, text) to mainstay_app;
grant execute on function api.webhook_endpoints_lane() to mainstay_owner;
grant execute on function api.worker_start(int, text, text),
    api.worker_beat(int), api.worker_idle(int, boolean),
    api.release_webhooks(int), api.keep_webhooks(int, uuid[]),
    api.claim_webhooks(int, int, interval, uuid[], int[]),
    api.finish_webhooks(int[], uuid[], uuid[], int[], text[], int[], int[],
        int[], text[], text[])
    to mainstay_worker;

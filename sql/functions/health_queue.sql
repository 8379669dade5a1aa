-- role: mainstay_definer
--
-- Who waits to be scored, for mainstay-worker: the program only calls.
--
-- Accounts that facts came for, or that were changed, go before those that
-- were queued with their whole tenant, and tenants take turns, so neither a
-- sweep nor a busy tenant keeps anybody waiting. What fails to be scored is
-- put off, longer each time, and says in its row of mainstay.health_queue why.

-- For the tenant in the context: the accounts to which a version applies, or
-- all of them.
create or replace function api.queue_tenant(p_reason text,
    p_version uuid default null) returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_tenant constant uuid := app.current_tenant_id();
    v_run constant uuid := gen_random_uuid();
    v_count integer;
begin
    perform app.require_role('Tenant Admin');
    if p_reason is null or p_reason not in ('request', 'publish') then
        raise exception using errcode = 'MS422', column = 'reason',
            message = 'Reason must be one of: request, publish.';
    end if;
    insert into mainstay.health_runs (tenant_id, id, accounts, reason,
        requested_by)
    values (v_tenant, v_run, 0, p_reason, mainstay.actor_in(v_tenant));
    insert into mainstay.health_queue (tenant_id, account_id, run_id)
    select v_tenant, o.account_id, v_run
      from mainstay.scorecard_of(v_tenant, null) o
     where p_version is null or o.version_id = p_version;
    get diagnostics v_count = row_count;
    update mainstay.health_runs r
       set accounts = v_count,
           finished_at = case when v_count = 0 then now() end
     where r.tenant_id = v_tenant and r.id = v_run;
    perform pg_notify('mainstay_health', '');
    return v_run;
end
$$;
comment on function api.queue_tenant(text, uuid) is
    'Queues the accounts of the tenant in the context to be scored again '
    '(all, or those that a version applies to), for a request or because a '
    'version was published; the run. Tenant Admin only.';

-- Puts off an account whose scoring failed: five seconds first, then twice as
-- long each time, at most an hour, and after all that wait.
create or replace function api.put_off_score(p_tenant uuid, p_account uuid,
    p_rows bigint[], p_error text) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_attempts integer;
begin
    select max(q.attempts) into v_attempts from mainstay.health_queue q
     where q.tenant_id = p_tenant and q.account_id = p_account
       and q.id = any (p_rows);
    update mainstay.health_queue q
       set attempts = v_attempts + 1, is_bulk = true,
           retry_at = clock_timestamp() + least(interval '1 hour',
               interval '5 seconds' * 2 ^ least(v_attempts, 20)),
           error = left(p_error, 1000)
     where q.tenant_id = p_tenant and q.account_id = p_account
       and q.id = any (p_rows);
end
$$;

-- One by one, after scoring them together failed; returns those that were
-- scored. Those that fail are put off. So is what takes longer than the
-- statement may, if it was asked for alone: else the caller asks for less.
create or replace function api.rescore_each(p_tenant uuid,
    p_accounts uuid[], p_rows bigint[]) returns uuid[]
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_account uuid;
    v_error text;
    v_scored uuid[] := '{}';
begin
    foreach v_account in array p_accounts loop
        begin
            perform api.rescore(p_tenant, array[v_account]);
            v_scored := v_scored || v_account;
            continue;
        exception
            when query_canceled then
                if cardinality(p_accounts) > 1 then
                    raise;
                end if;
                v_error := sqlerrm;
            when others then
                v_error := sqlerrm || ' (' || sqlstate || ')';
        end;
        perform api.put_off_score(p_tenant, v_account, p_rows, v_error);
    end loop;
    return v_scored;
end
$$;

-- Puts back into the queue what was put off until now, but behind the rest.
create or replace function api.retry_scores(p_limit integer) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    update mainstay.health_queue q set retry_at = null
      from (select r.tenant_id, r.id from mainstay.health_queue r
             where r.retry_at <= now()
             order by r.retry_at limit p_limit
               for update skip locked) due
     where q.tenant_id = due.tenant_id and q.id = due.id;
end
$$;

-- The tenant whose turn it is: any of those with somebody in the front
-- queue, found by jumping from tenant to tenant.
create or replace function api.next_to_score(out tenant_id uuid,
    out is_bulk boolean)
language plpgsql volatile security definer set search_path = ''
as $$
begin
    with recursive waiting (is_bulk, tenant_id) as (
        (select q.is_bulk, q.tenant_id from mainstay.health_queue q
          where q.retry_at is null
          order by q.is_bulk, q.tenant_id limit 1)
        union all
        select n.is_bulk, n.tenant_id from waiting w
         cross join lateral (
            select q.is_bulk, q.tenant_id from mainstay.health_queue q
             where q.retry_at is null and q.is_bulk = w.is_bulk
               and q.tenant_id > w.tenant_id
             order by q.is_bulk, q.tenant_id limit 1) n
    )
    select w.tenant_id, w.is_bulk
      into next_to_score.tenant_id, next_to_score.is_bulk
      from waiting w order by random() limit 1;
end
$$;

-- Says of runs of which nobody waits any more that they are finished. The one
-- who took the last row cannot: others may be at work on theirs.
create or replace function api.finish_health_runs() returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    update mainstay.health_runs r set finished_at = now()
      from (select o.tenant_id, o.id from mainstay.health_runs o
             where o.finished_at is null
               and not exists (
                   select from mainstay.health_queue q
                    where q.tenant_id = o.tenant_id and q.run_id = o.id
                      and q.attempts = 0)
               for update skip locked) done
     where r.tenant_id = done.tenant_id and r.id = done.id;
end
$$;

-- The next accounts that wait, of one tenant; how many rows of the queue
-- they had, 0 when there is nobody it could take now. Accounts that somebody
-- else works on are left where they are, so this never waits for a lock on
-- one and several workers share the queue. The rows go in the transaction
-- that scores: a worker killed at any point leaves them.
create or replace function api.rescore_queued(p_limit integer)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_before constant text := current_setting('app.current_tenant_id', true);
    v_next record;
    v_picked uuid[];
    v_rows bigint[];
    v_off uuid[];
begin
    perform api.retry_scores(p_limit);
    perform api.finish_health_runs();
    select * into v_next from api.next_to_score();
    if v_next.tenant_id is null then
        return 0;
    end if;
    perform set_config('app.current_tenant_id', v_next.tenant_id::text, true);
    select array_agg(distinct p.account_id) into v_picked
      from (select q.account_id
              from mainstay.health_queue q
              join mainstay.accounts a on a.tenant_id = q.tenant_id
               and a.id = q.account_id
             where q.tenant_id = v_next.tenant_id
               and q.is_bulk = v_next.is_bulk and q.retry_at is null
             order by q.id limit p_limit
               for update of q skip locked
               for no key update of a skip locked) p;
    if v_picked is null then
        perform set_config('app.current_tenant_id', coalesce(v_before, ''),
            true);
        return 0;
    end if;
    -- With all their rows, as far as those have been committed.
    select array_agg(r.id), array_agg(distinct r.account_id)
               filter (where r.retry_at is not null)
      into v_rows, v_off
      from (select q.id, q.account_id, q.retry_at
              from mainstay.health_queue q
             where q.tenant_id = v_next.tenant_id
               and q.account_id = any (v_picked)
               for update skip locked) r;
    -- New facts do not hasten what was put off: that row stays for them. A
    -- whole tenant that was queued does, for somebody may have mended it.
    if v_off is not null and not v_next.is_bulk then
        v_picked := array(select unnest(v_picked) except select unnest(v_off));
        delete from mainstay.health_queue q
         where q.tenant_id = v_next.tenant_id and q.id = any (v_rows)
           and q.account_id = any (v_off) and q.retry_at is null;
    end if;
    begin
        perform api.rescore(v_next.tenant_id, v_picked);
    exception when others then
        v_picked := api.rescore_each(v_next.tenant_id, v_picked, v_rows);
    end;
    delete from mainstay.health_queue q
     where q.tenant_id = v_next.tenant_id and q.id = any (v_rows)
       and q.account_id = any (v_picked);
    perform set_config('app.current_tenant_id', coalesce(v_before, ''), true);
    return coalesce(cardinality(v_rows), 0);
end
$$;
comment on function api.rescore_queued(integer) is
    'Scores up to so many waiting accounts of one tenant; 0 when there are '
    'none to take.';

-- Whether time alone changes scores of the tenant in the context.
create or replace function api.has_clockwork(p_tenant uuid) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
    return exists (
        select from mainstay.scorecard_versions v
         where v.tenant_id = p_tenant and v.status = 'published'
           and (v.document -> 'trend' ? 'days'
               or v.document -> 'hysteresis' ? 'days'
               or exists (
                   select from mainstay.scorecard_metrics(v.document) m
                    where m.source <> 'component')));
end
$$;

create or replace function api.sweep_tenant(p_tenant uuid, p_day date)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_run uuid;
    v_count integer;
begin
    if exists (select from mainstay.health_runs r
                where r.tenant_id = p_tenant and r.swept_on = p_day)
       or not api.has_clockwork(p_tenant) then
        return 0;
    end if;
    insert into mainstay.health_runs (tenant_id, accounts, reason, swept_on)
    values (p_tenant, 0, 'sweep', p_day)
        on conflict do nothing
    returning id into v_run;
    if v_run is null then
        return 0;
    end if;
    insert into mainstay.health_queue (tenant_id, account_id, run_id)
    select p_tenant, a.id, v_run from mainstay.accounts a
     where a.tenant_id = p_tenant and a.status <> 'churned';
    get diagnostics v_count = row_count;
    update mainstay.health_runs r set accounts = v_count
     where r.tenant_id = p_tenant and r.id = v_run;
    return v_count;
end
$$;

-- Queues who has not churned, in tenants where time alone changes scores,
-- once a day (UTC) and tenant, whoever asks and however late; how many
-- accounts that were. A tenant that cannot be swept does not hold up others.
create or replace function api.sweep_scores() returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_before constant text := current_setting('app.current_tenant_id', true);
    v_tenant uuid;
    v_total integer := 0;
begin
    for v_tenant in select t.id from mainstay.tenants t order by t.id loop
        perform set_config('app.current_tenant_id', v_tenant::text, true);
        begin
            v_total := v_total + api.sweep_tenant(v_tenant,
                (now() at time zone 'UTC')::date);
        exception when others then
            raise warning 'tenant % is not swept: %', v_tenant, sqlerrm;
        end;
    end loop;
    perform set_config('app.current_tenant_id', coalesce(v_before, ''), true);
    if v_total > 0 then
        perform pg_notify('mainstay_health', '');
    end if;
    return v_total;
end
$$;
comment on function api.sweep_scores() is
    'Queues the accounts of tenants whose scores change with time, once a '
    'day; how many.';

-- Ends up to so many overrides that have expired, so that their accounts show
-- what was calculated; how many. One that fails does not hold up others.
create or replace function api.end_overrides(p_limit integer)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_before constant text := current_setting('app.current_tenant_id', true);
    v_expired record;
    v_count integer := 0;
begin
    for v_expired in
        select o.tenant_id, o.account_id from mainstay.health_overrides o
         where o.ended_at is null and o.expires_at <= now()
         order by o.expires_at limit p_limit
    loop
        perform set_config('app.current_tenant_id',
            v_expired.tenant_id::text, true);
        begin
            perform from mainstay.accounts a
              where a.tenant_id = v_expired.tenant_id
                and a.id = v_expired.account_id
                for no key update;
            perform mainstay.end_expired_override(v_expired.tenant_id,
                v_expired.account_id);
            v_count := v_count + 1;
        exception when others then
            raise warning 'an override of account % does not end: %',
                v_expired.account_id, sqlerrm;
        end;
    end loop;
    perform set_config('app.current_tenant_id', coalesce(v_before, ''), true);
    return v_count;
end
$$;
comment on function api.end_overrides(integer) is
    'Ends overrides that have expired; how many.';

-- For the log of the worker.
create or replace function api.unscorable() returns integer
language plpgsql stable security definer set search_path = ''
as $$
begin
    return (select count(distinct (q.tenant_id, q.account_id))
              from mainstay.health_queue q where q.retry_at is not null);
end
$$;
comment on function api.unscorable() is
    'How many accounts could not be scored and are put off; their rows of '
    'mainstay.health_queue say why.';

do $$
declare
    f regprocedure;
begin
    foreach f in array array['api.queue_tenant(text, uuid)',
        'api.put_off_score(uuid, uuid, bigint[], text)',
        'api.rescore_each(uuid, uuid[], bigint[])',
        'api.retry_scores(integer)', 'api.next_to_score()',
        'api.finish_health_runs()', 'api.rescore_queued(integer)',
        'api.has_clockwork(uuid)', 'api.sweep_tenant(uuid, date)',
        'api.sweep_scores()', 'api.end_overrides(integer)',
        'api.unscorable()']::regprocedure[]
    loop
        execute format('revoke all on function %s from public', f);
    end loop;
end
$$;
grant execute on function api.queue_tenant(text, uuid) to mainstay_app;
grant execute on function api.rescore_queued(integer), api.sweep_scores(),
    api.end_overrides(integer), api.unscorable() to mainstay_worker;

-- role: mainstay_definer
--
-- A request that may be sent again: first in its transaction it takes its
-- name, last it leaves its answer there. Whoever fails leaves nothing, so a
-- request that was refused may be mended and sent under the same name.

create or replace function api.take_idempotency_key(p_key text,
    p_fingerprint bytea) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_tenant constant uuid := app.current_tenant_id();
    v_actor constant uuid := app.current_actor_id();
    v_old mainstay.idempotency_keys;
begin
    if not pg_try_advisory_xact_lock(hashtextextended(
            format('idempotency %s %s %s', v_tenant, v_actor, p_key), 0)) then
        raise exception using errcode = 'MS409', constraint = 'running',
            column = 'Idempotency-Key', message =
            'A request with this Idempotency-Key is still running.';
    end if;
    delete from mainstay.idempotency_keys k
     where k.tenant_id = v_tenant and k.actor_id = v_actor and k.key = p_key
       and k.created_at <= now() - interval '24 hours';
    select k.* into v_old from mainstay.idempotency_keys k
     where k.tenant_id = v_tenant and k.actor_id = v_actor and k.key = p_key;
    if not found then
        insert into mainstay.idempotency_keys (tenant_id, actor_id, key,
            fingerprint, request_id)
        values (v_tenant, v_actor, p_key, p_fingerprint,
            nullif(current_setting('app.current_request_id', true), ''));
    elsif v_old.fingerprint <> p_fingerprint then
        raise exception using errcode = 'MS422', constraint = 'reused',
            column = 'Idempotency-Key', message = 'This Idempotency-Key was '
            'sent with another request: take a new one.';
    else
        raise exception using errcode = 'MS409', constraint = 'replay',
            message = 'This was done before.';
    end if;
end
$$;
comment on function api.take_idempotency_key(text, bytea) is
    'Names this request. MS409 running: the same is under way; MS409 replay: '
    'it was done; MS422: the name belongs to another request.';

create or replace function api.keep_idempotent_answer(p_key text,
    p_status integer, p_headers jsonb, p_body text) returns void
language sql volatile security definer set search_path = ''
begin atomic
    update mainstay.idempotency_keys k
       set status = p_status, headers = p_headers, body = p_body
     where k.tenant_id = app.current_tenant_id()
       and k.actor_id = app.current_actor_id() and k.key = p_key;
end;
comment on function api.keep_idempotent_answer(text, integer, jsonb, text) is
    'Keeps what the named request is answered.';

create or replace function api.idempotent_answer(p_key text)
returns table (status integer, headers jsonb, body text)
language sql stable security definer rows 1 set search_path = ''
begin atomic
    select k.status, k.headers, k.body from mainstay.idempotency_keys k
     where k.tenant_id = app.current_tenant_id()
       and k.actor_id = app.current_actor_id() and k.key = p_key;
end;
comment on function api.idempotent_answer(text) is
    'What the named request was answered.';

-- A hundred thousand at a time, so that it never takes long.
create or replace function api.sweep_idempotency_keys() returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_count bigint;
begin
    delete from mainstay.idempotency_keys k
     where k.ctid = any (array(
            select o.ctid from mainstay.idempotency_keys o
             where o.created_at <= now() - interval '24 hours'
             limit 100000));
    get diagnostics v_count = row_count;
    return v_count;
end
$$;
comment on function api.sweep_idempotency_keys() is
    'Forgets answers after 24 hours; how many it forgot.';

revoke all on function api.take_idempotency_key(text, bytea),
    api.keep_idempotent_answer(text, integer, jsonb, text),
    api.idempotent_answer(text), api.sweep_idempotency_keys() from public;
grant execute on function api.take_idempotency_key(text, bytea),
    api.keep_idempotent_answer(text, integer, jsonb, text),
    api.idempotent_answer(text) to mainstay_app;
grant execute on function api.sweep_idempotency_keys() to mainstay_worker;

-- Endpoints and deliveries as the API shows and takes them. What may be
-- written is in endpoint.sql, what is done with a delivery in
-- webhook_retry.sql.

drop view if exists resource.endpoints;
create view resource.endpoints with (security_invoker = true) as
select e.tenant_id, e.id, e.name, e.url, e.format, e.event_types,
       (select min(k) from jsonb_object_keys(e.headers_masked) k)
           as header_name,
       e.max_inflight, e.rate_per_second, e.is_ordered, e.is_active,
       e.disabled_at, e.disabled_reason,
       case when e.secret_before_until > now() then e.secret_before_until end
           as both_secrets_until, e.created_at, e.updated_at
  from mainstay.webhook_endpoints e
 where e.format <> 'email';
comment on view resource.endpoints is 'Where deliveries go.';
comment on column resource.endpoints.id is 'Its id.';
comment on column resource.endpoints.name is 'What it is called.';
comment on column resource.endpoints.url is 'The address.';
comment on column resource.endpoints.format is 'How its payloads are made.';
comment on column resource.endpoints.event_types is
    'The events that it takes; null: all.';
comment on column resource.endpoints.header_name is
    'The static header that goes along; what it carries is never shown.';
comment on column resource.endpoints.max_inflight is
    'How many deliveries are on their way at the same time.';
comment on column resource.endpoints.rate_per_second is
    'How many begin in a second; null: as many as there are.';
comment on column resource.endpoints.is_ordered is
    'Whether those of an account go one after the other.';
comment on column resource.endpoints.is_active is
    'Whether it is sent to; false: deliveries wait.';
comment on column resource.endpoints.disabled_at is
    'When it was paused by itself.';
comment on column resource.endpoints.disabled_reason is
    'Why it was paused by itself.';
comment on column resource.endpoints.both_secrets_until is
    'Until when the secret before signs along.';
comment on column resource.endpoints.created_at is 'When it was made.';
comment on column resource.endpoints.updated_at is
    'When it was last changed.';
call mainstay.make_resource('endpoints', '{name,created_at}',
    '{name,format,is_active,created_at}', '{}', 'webhook_endpoints', '{}',
    '{"format": ["standard", "slack", "seed-000", "seed-001"]}', true);

drop view if exists resource.deliveries;
create view resource.deliveries with (security_invoker = true) as
select q.tenant_id, q.id, q.endpoint_id, q.playbook_id, q.account_id,
       q.event_type, q.status, q.webhook_method as method,
       mainstay.mask_query(q.webhook_url) as url,
       q.webhook_headers as headers, q.payload,
       q.attempts as attempt_count, q.max_attempts, q.response_status,
       q.error_message, q.created_at, q.next_attempt_at, q.processed_at
  from mainstay.webhook_queue q;
comment on view resource.deliveries is
    'Outgoing webhooks, waiting or over.';
comment on column resource.deliveries.id is
    'Its id, which is the webhook-id that its receiver sees.';
comment on column resource.deliveries.endpoint_id is 'Where it goes.';
comment on column resource.deliveries.playbook_id is
    'The playbook that queued it.';
comment on column resource.deliveries.account_id is
    'The account it is about.';
comment on column resource.deliveries.event_type is 'What happened.';
comment on column resource.deliveries.status is
    'pending (it waits), processing (it is being sent), completed or failed.';
comment on column resource.deliveries.method is 'The HTTP method.';
comment on column resource.deliveries.url is
    'The address, without what its query carries.';
comment on column resource.deliveries.headers is
    'The static headers; what they carry is not shown.';
comment on column resource.deliveries.payload is 'What it sends.';
comment on column resource.deliveries.attempt_count is
    'How often it was tried.';
comment on column resource.deliveries.max_attempts is
    'How often it is tried at most.';
comment on column resource.deliveries.response_status is
    'The last answer, an HTTP status.';
comment on column resource.deliveries.error_message is
    'What went wrong the last time.';
comment on column resource.deliveries.created_at is 'When it was queued.';
comment on column resource.deliveries.next_attempt_at is
    'When it is tried next.';
comment on column resource.deliveries.processed_at is 'When it was over.';

drop view if exists resource.delivery_attempts;
create view resource.delivery_attempts with (security_invoker = true) as
select a.tenant_id,
       md5(concat(a.delivery_id, a.attempted_at, a.lease))::uuid as id,
       a.delivery_id, a.attempt, a.attempted_at, a.response_status,
       a.duration_ms, a.error_message, a.response_body
  from mainstay.webhook_attempts a;
comment on view resource.delivery_attempts is 'Attempts of deliveries.';
comment on column resource.delivery_attempts.id is '-';
comment on column resource.delivery_attempts.delivery_id is '-';
comment on column resource.delivery_attempts.attempt is
    'Which one it was, from 1.';
comment on column resource.delivery_attempts.attempted_at is
    'When it was made.';
comment on column resource.delivery_attempts.response_status is
    'The answer, an HTTP status; null: there was none.';
comment on column resource.delivery_attempts.duration_ms is
    'How long it took, in milliseconds.';
comment on column resource.delivery_attempts.error_message is
    'What went wrong; null: it was delivered.';
comment on column resource.delivery_attempts.response_body is
    'The beginning of the answer.';
call mainstay.make_resource('delivery_attempts', '{attempted_at}',
    p_table => null,
    p_required => '{id,delivery_id,attempt,attempted_at,duration_ms}');
call mainstay.make_resource('deliveries', '{-created_at}',
    '{status,endpoint_id,account_id,playbook_id,event_type,created_at}',
    '{"attempts": {"noun": "delivery_attempts", "of": "delivery_id"},
      "playbook": {"noun": "playbooks", "by": "playbook_id"},
      "account": {"noun": "accounts", "by": "account_id"}}', null,
    '{id,endpoint_id,status,attempt_count,max_attempts,created_at}',
    '{"status": ["pending", "processing", "completed", "failed"]}');

-- A list of names as the form has them; null stays.
create or replace function app.event_types_text(p_list jsonb) returns text
language plpgsql immutable set search_path = ''
as $$
begin
    if jsonb_path_exists(nullif(p_list, 'null'),
        '$[*] ? (@.type() <> "string")') then
        raise exception using errcode = 'MS422', column = 'event_types',
            message = 'Each event is a text.';
    end if;
    return (select string_agg(e, ',')
              from jsonb_array_elements_text(nullif(p_list, 'null')) e);
end
$$;

-- Adds an endpoint (p_id null), whose answer alone has its secret, or changes
-- what was given of one. kept is the answer without the secret.
create or replace function app.save_endpoint_api(p_tenant uuid, p_id uuid,
    p_if_match text, p_values jsonb,
    out body jsonb, out kept jsonb, out etag text, out id uuid)
language plpgsql volatile set search_path = ''
as $$
declare
    v jsonb := '{"max_inflight": 20, "is_ordered": false,
        "is_active": true}';
    v_secret text;
begin
    if p_id is not null then
        v := app.api_lock(p_tenant, 'endpoints', p_id, p_if_match);
    end if;
    v := app.api_merge(v, p_values);
    id := p_id;
    if p_id is null then
        select e.id, e.secret into id, v_secret
          from mainstay.add_endpoint(p_tenant, v ->> 'name', v ->> 'url',
                   v ->> 'format', app.event_types_text(v -> 'event_types'),
                   v ->> 'header_name', v ->> 'header_value') e;
    end if;
    if p_id is not null
        or p_values ?| array['max_inflight', 'rate_per_second',
            'is_ordered'] then
        perform mainstay.edit_endpoint(p_tenant, id, v ->> 'name',
            v ->> 'url', v ->> 'format', (v ->> 'max_inflight')::integer,
            (v ->> 'rate_per_second')::integer,
            (v ->> 'is_ordered')::boolean,
            app.event_types_text(v -> 'event_types'), v ->> 'header_name',
            v ->> 'header_value');
    end if;
    if p_values ? 'is_active' then
        perform mainstay.pause_endpoint(p_tenant, id,
            (v ->> 'is_active')::boolean);
    end if;
    select o.body, o.etag into kept, etag
      from app.api_one(p_tenant, 'endpoints', save_endpoint_api.id) o;
    body := kept || case when v_secret is null then '{}'
        else jsonb_build_object('secret', v_secret) end;
end
$$;
comment on function app.save_endpoint_api(uuid, uuid, text, jsonb) is
    'Saves what a program gave of an endpoint.';

-- Nothing that was promised gets lost with it.
create or replace function mainstay.delete_endpoint(p_tenant uuid, p_id uuid)
returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_playbook text;
begin
    select min(p.name) into v_playbook
      from mainstay.playbook_versions v
      join mainstay.playbooks p
        on p.tenant_id = p_tenant and p.id = v.playbook_id
     where v.tenant_id = p_tenant and v.status <> 'retired'
       and v.document -> 'steps' @> jsonb_build_array(
               jsonb_build_object('endpoint', p_id));
    if v_playbook is not null then
        raise exception using errcode = 'MS409', message = format(
            'The playbook %s sends to it: change the playbook first.',
            v_playbook);
    elsif exists (select from mainstay.webhook_hot h
                   where h.tenant_id = p_tenant and h.endpoint_id = p_id)
    then
        raise exception using errcode = 'MS409', message = 'Deliveries wait '
            'for it: let them be sent, or discard them first.';
    end if;
    update mainstay.playbooks p set webhook_endpoint_id = null
     where p.tenant_id = p_tenant and p.webhook_endpoint_id = p_id;
    delete from mainstay.webhook_endpoints e
     where e.tenant_id = p_tenant and e.id = p_id and e.format <> 'email';
    if not found then
        perform app.no_such('endpoint');
    end if;
end
$$;
comment on function mainstay.delete_endpoint(uuid, uuid) is
    'Removes an endpoint to which nothing is sent any more.';

-- Answered as it was.
create or replace function app.delete_endpoint_api(p_tenant uuid, p_id uuid,
    p_if_match text, out body json, out etag text)
language plpgsql volatile set search_path = ''
as $$
begin
    perform app.api_lock(p_tenant, 'endpoints', p_id, p_if_match);
    select o.body, o.etag into body, etag
      from app.api_one(p_tenant, 'endpoints', p_id) o;
    perform mainstay.delete_endpoint(p_tenant, p_id);
end
$$;

create or replace function app.rotate_endpoint_api(p_tenant uuid, p_id uuid,
    p_if_match text, out body jsonb, out kept jsonb, out etag text)
language plpgsql volatile set search_path = ''
as $$
declare
    v_secret text;
begin
    perform app.api_lock(p_tenant, 'endpoints', p_id, p_if_match);
    v_secret := api.rotate_webhook_secret(p_id);
    select o.body, o.etag into kept, etag
      from app.api_one(p_tenant, 'endpoints', p_id) o;
    body := kept || jsonb_build_object('secret', v_secret);
end
$$;

create or replace function app.test_endpoint_api(p_tenant uuid, p_id uuid,
    out body json, out id uuid)
language plpgsql volatile set search_path = ''
as $$
begin
    id := mainstay.test_endpoint(p_tenant, p_id);
    select o.body into body
      from app.api_one(p_tenant, 'deliveries', test_endpoint_api.id, null,
               'attempts') o;
end
$$;

grant execute on function app.event_types_text(jsonb),
    app.save_endpoint_api(uuid, uuid, text, jsonb),
    mainstay.delete_endpoint(uuid, uuid),
    app.delete_endpoint_api(uuid, uuid, text),
    app.rotate_endpoint_api(uuid, uuid, text),
    app.test_endpoint_api(uuid, uuid) to mainstay_app;

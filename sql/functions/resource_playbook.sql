-- Playbooks, their versions and executions as the API shows and takes them.
-- What may be written, and what is wrong with it, is in playbook_version.sql
-- and playbook_problem.sql.

drop view if exists resource.playbooks;
create view resource.playbooks
with (security_invoker = true) as
select p.tenant_id, p.id, p.name, p.description,
       nullif(p.version, 0) as published_version, p.is_active, p.is_held,
       p.held_reason, p.held_at, v.document, d.version as draft_version,
       d.document as draft, p.created_at, p.updated_at
  from mainstay.playbooks p
  left join mainstay.playbook_versions v
    on v.tenant_id = p.tenant_id and v.playbook_id = p.id
   and v.status = 'published'
  left join mainstay.playbook_versions d
    on d.tenant_id = p.tenant_id and d.playbook_id = p.id
   and d.status = 'draft';
comment on view resource.playbooks is 'Playbooks as the API shows them.';
comment on column resource.playbooks.id is 'Its id.';
comment on column resource.playbooks.name is 'What it is called.';
comment on column resource.playbooks.description is 'What it is for.';
comment on column resource.playbooks.published_version is
    'The version that runs; null while none was published.';
comment on column resource.playbooks.is_active is
    'Whether it listens; false: it is paused.';
comment on column resource.playbooks.is_held is
    'Whether it stopped itself and waits for a decision.';
comment on column resource.playbooks.held_reason is 'Why it stopped itself.';
comment on column resource.playbooks.held_at is 'When it stopped itself.';
comment on column resource.playbooks.document is
    'What it does: trigger, conditions, steps and limits of the version that '
    'runs.';
comment on column resource.playbooks.draft_version is
    'The number that its draft will have.';
comment on column resource.playbooks.draft is
    'The same of its draft; null when there is none.';
comment on column resource.playbooks.created_at is 'When it was made.';
comment on column resource.playbooks.updated_at is
    'When it was last changed.';

call mainstay.make_resource('playbooks', '{name,created_at,updated_at}',
    '{name,is_active,is_held,created_at,updated_at}', p_is_small => true);

drop view if exists resource.playbook_versions;
create view resource.playbook_versions
with (security_invoker = true) as
select v.tenant_id, v.id, v.playbook_id, v.version, v.status, v.document,
       v.created_at, v.created_by, v.published_at, v.published_by
  from mainstay.playbook_versions v;
comment on view resource.playbook_versions is
    'Versions of playbooks as the API shows them.';
comment on column resource.playbook_versions.id is 'Its id.';
comment on column resource.playbook_versions.playbook_id is 'The playbook.';
comment on column resource.playbook_versions.version is
    'Its number, from 1.';
comment on column resource.playbook_versions.status is
    'draft, published (the one that runs) or retired.';
comment on column resource.playbook_versions.document is
    'Trigger, conditions, steps and limits.';
comment on column resource.playbook_versions.created_at is
    'When it was made.';
comment on column resource.playbook_versions.created_by is
    'The user who made it.';
comment on column resource.playbook_versions.published_at is
    'When it was published.';
comment on column resource.playbook_versions.published_by is
    'The user who published it.';

call mainstay.make_resource('playbook_versions', '{-version}', '{status}',
    '{"playbook": {"noun": "playbooks", "by": "playbook_id"}}',
    p_is_small => true);

drop view if exists resource.executions;
create view resource.executions
with (security_invoker = true) as
select e.tenant_id, e.id, e.playbook_id, e.playbook_version, e.account_id,
       e.executed_at, e.status, e.reason, e.result, e.error_message,
       e.executed_by, e.webhook_id as delivery_id, e.trigger_event as event,
       e.decision, e.steps
  from mainstay.playbook_executions e;
comment on view resource.executions is
    'What playbooks decided, as the API shows it.';
comment on column resource.executions.id is 'Its id.';
comment on column resource.executions.playbook_id is 'The playbook.';
comment on column resource.executions.playbook_version is
    'Which version of it decided.';
comment on column resource.executions.account_id is 'The account.';
comment on column resource.executions.executed_at is 'When it decided.';
comment on column resource.executions.status is
    'succeeded, failed, queued (something of it is still to be sent) or '
    'skipped.';
comment on column resource.executions.reason is
    'Why it ran, or why it did not.';
comment on column resource.executions.result is 'What it did, in a sentence.';
comment on column resource.executions.error_message is 'What failed.';
comment on column resource.executions.executed_by is
    'The user who ran it by hand.';
comment on column resource.executions.delivery_id is
    'The first delivery that it queued.';
comment on column resource.executions.event is 'The event that it judged.';
comment on column resource.executions.decision is
    'What it was judged by: seen lists what was wanted and what was found.';
comment on column resource.executions.steps is
    'What was done, step by step, and what became of what was sent.';

call mainstay.make_resource('executions', '{-executed_at}',
    '{playbook_id,account_id,status,executed_at,executed_by}',
    '{"playbook": {"noun": "playbooks", "by": "playbook_id"},
      "account": {"noun": "accounts", "by": "account_id"}}',
    'playbook_executions', '{event,steps}');

-- What is wrong with what was given of a playbook (p_id null: a new one). It
-- is there, and as the caller has seen it, or MS404 or MS412.
create or replace function app.playbook_api_problems(p_tenant uuid,
    p_id uuid, p_if_match text, p_values jsonb)
returns table (field text, message text)
language plpgsql volatile set search_path = ''
as $$
declare
    v_name constant text := btrim(coalesce(p_values ->> 'name', ''));
    v_is_found boolean;
begin
    if p_id is not null then
            perform app.api_lock(p_tenant, 'playbooks', p_id, p_if_match);
    end if;
    if p_values ? 'name' and exists (
        select from mainstay.playbooks p
         where p.tenant_id = p_tenant and p.name = v_name
           and p.id is distinct from p_id) then
        return query select 'name',
            'There is already a playbook of this name.';
    end if;
    if not p_values ? 'document' then
        return;
    end if;
    return query
    select app.body_path('document', p.field), p.message
      from mainstay.playbook_problems(p_values -> 'document') p;
    if not found then
        return query
        select app.body_path('document', p.field), p.message
          from mainstay.playbook_reference_problems(p_tenant,
              jsonb_strip_nulls(p_values -> 'document')) p;
    end if;
end
$$;
comment on function app.playbook_api_problems(uuid, uuid, text, jsonb) is
    'What is wrong with what was given of a playbook, by its place in the '
    'body.';

-- Saves it; no row when something is wrong with it. A document is taken whole
-- and becomes the draft.
create or replace function app.save_playbook_api(p_tenant uuid, p_id uuid,
    p_if_match text, p_values jsonb,
    out body json, out etag text, out id uuid)
returns setof record
language plpgsql volatile rows 1 set search_path = ''
as $$
declare
    v_new jsonb;
begin
    if exists (select from app.playbook_api_problems(p_tenant, p_id,
                   p_if_match, p_values)) then
        return;
    end if;
    v_new := app.api_merge(coalesce((
        select to_jsonb(p) from mainstay.playbooks p
         where p.tenant_id = p_tenant and p.id = p_id), '{}'), p_values);
    id := p_id;
    if p_values ? 'document' then
        id := mainstay.save_playbook_draft(p_tenant, p_id, v_new ->> 'name',
            v_new ->> 'description', v_new -> 'document');
    else
        perform mainstay.check_playbook_name(p_tenant, p_id,
            v_new ->> 'name', v_new ->> 'description');
        update mainstay.playbooks p
           set name = btrim(v_new ->> 'name'),
               description = nullif(btrim(v_new ->> 'description'), '')
         where p.tenant_id = p_tenant and p.id = p_id
           and p_values ?| array['name', 'description'];
    end if;
    if p_values ? 'is_active' then
        perform mainstay.pause_playbook(p_tenant, id,
            not (v_new ->> 'is_active')::boolean);
    end if;
    select o.body, o.etag into body, etag
      from app.api_one(p_tenant, 'playbooks', save_playbook_api.id) o;
    return next;
end
$$;
comment on function app.save_playbook_api(uuid, uuid, text, jsonb) is
    'Saves what a program gave of a playbook.';

-- Publishes its draft; places that are wrong are places of the draft.
create or replace function app.publish_playbook_api(p_tenant uuid,
    p_id uuid, p_if_match text, out body json, out etag text)
language plpgsql volatile set search_path = ''
as $$
declare
    v_column text;
begin
    perform app.api_lock(p_tenant, 'playbooks', p_id, p_if_match);
    begin
        perform mainstay.publish_playbook(p_tenant, p_id);
    exception when sqlstate 'MS422' then
        get stacked diagnostics v_column = column_name;
        raise exception using errcode = 'MS422', message = sqlerrm,
            column = app.body_path('draft', v_column);
    end;
    select o.body, o.etag into body, etag
      from app.api_one(p_tenant, 'playbooks', p_id) o;
end
$$;

create or replace function app.roll_back_playbook_api(p_tenant uuid,
    p_id uuid, p_version uuid, p_if_match text, out body json, out etag text)
language plpgsql volatile set search_path = ''
as $$
begin
    perform app.api_lock(p_tenant, 'playbooks', p_id, p_if_match);
    if not exists (select from mainstay.playbook_versions v
                    where v.tenant_id = p_tenant and v.id = p_version
                      and v.playbook_id = p_id) then
        perform app.no_such('version');
    end if;
    perform mainstay.roll_back_playbook(p_tenant, p_version);
    select o.body, o.etag into body, etag
      from app.api_one(p_tenant, 'playbooks', p_id) o;
end
$$;

-- A playbook that was never published is gone with its draft; it is answered
-- as it was.
create or replace function app.discard_playbook_api(p_tenant uuid,
    p_id uuid, p_if_match text, out body jsonb, out etag text)
language plpgsql volatile set search_path = ''
as $$
begin
    perform app.api_lock(p_tenant, 'playbooks', p_id, p_if_match);
    select o.body, o.etag into body, etag
      from app.api_one(p_tenant, 'playbooks', p_id) o;
    perform mainstay.discard_playbook_draft(p_tenant, p_id);
    body := body || '{"draft": null, "draft_version": null}';
    etag := coalesce((
        select o.etag from app.api_one(p_tenant, 'playbooks', p_id) o), etag);
end
$$;

create or replace function app.run_playbook_api(p_tenant uuid, p_id uuid,
    p_account uuid, p_reason text, out body json, out etag text, out id uuid)
language plpgsql volatile set search_path = ''
as $$
begin
    if not exists (select from mainstay.accounts a
                    where a.tenant_id = p_tenant and a.id = p_account) then
        raise exception using errcode = 'MS422', column = 'account_id',
            message = 'There is no such account.';
    end if;
    id := mainstay.trigger_playbook_manually(p_id, p_account, p_reason)
        ->> 'execution_id';
    select o.body, o.etag into body, etag
      from app.api_one(p_tenant, 'executions', run_playbook_api.id) o;
end
$$;

-- A rehearsal as the API answers it. No row: there is no such playbook, or no
-- such version of it.
create or replace function app.rehearsal_api(p_tenant uuid, p_id uuid,
    p_of text, p_days integer)
returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_base record;
    v_is_draft boolean;
    v_made jsonb;
begin
    select * into v_base from mainstay.playbook_base(p_tenant, p_id);
    v_is_draft := v_base.is_draft and p_of is distinct from 'published';
    if v_base is null or p_of = 'draft' and not v_is_draft
        or not v_is_draft and v_base.published is null then
        return null;
    end if;
    v_made := mainstay.rehearse_playbook(p_tenant, case when v_is_draft
        then v_base.document else v_base.published end,
        now() - make_interval(days => p_days));
    return v_made || jsonb_build_object('of', case when v_is_draft
            then 'draft' else 'published' end,
        'from', ((v_made ->> 'from')::timestamptz at time zone 'UTC')::date,
        'to', ((v_made ->> 'to')::timestamptz at time zone 'UTC')::date,
        'held', case when jsonb_typeof(v_made -> 'held') = 'object'
            then v_made -> 'held' || jsonb_build_object('at', app.api_time(
                (v_made -> 'held' ->> 'at')::timestamptz)) end,
        'decisions', (
            select coalesce(jsonb_agg(d.value || jsonb_build_object('at',
                       app.api_time((d.value ->> 'at')::timestamptz))
                       order by d.place), '[]')
              from jsonb_array_elements(v_made -> 'decisions')
                   with ordinality d (value, place)));
end
$$;
comment on function app.rehearsal_api(uuid, uuid, text, integer) is
    'What a playbook would have done in the last so many days.';

grant execute on function
    app.playbook_api_problems(uuid, uuid, text, jsonb),
    app.save_playbook_api(uuid, uuid, text, jsonb),
    app.publish_playbook_api(uuid, uuid, text),
    app.roll_back_playbook_api(uuid, uuid, uuid, text),
    app.discard_playbook_api(uuid, uuid, text),
    app.run_playbook_api(uuid, uuid, uuid, text),
    app.rehearsal_api(uuid, uuid, text, integer) to mainstay_app;

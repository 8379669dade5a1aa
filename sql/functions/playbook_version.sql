-- Versions of playbooks: what may not change, and how one is drafted,
-- published, rolled back and paused. What is wrong with a document is in
-- playbook_problem.sql.
--
-- playbooks repeats what the published document says of trigger, endpoint and
-- limits. Who writes those columns by SQL publishes a version that says so:
-- there is one way to decide, by the document.

-- {"trigger": …, "condition": …} as 000 writes it.
create or replace function mainstay.playbook_trigger_of(p_type text,
    p_criteria jsonb) returns jsonb
language sql immutable parallel safe
begin atomic
    with given as (
        select coalesce(nullif(p_criteria -> 'condition', 'null'), '{}')
                   as value
    )
    select jsonb_build_object('kind', p_type) || case
               when p_type = 'health_score_drop' and not g.value ?| array[
                   'score_below', 'drop_more_than', 'crosses_below',
                   'is_below', 'drops_by'] then '{"is_below": 101}'::jsonb
               else '{}' end || coalesce((
               select jsonb_object_agg(case k.key
                          when 'score_below' then 'crosses_below'
                          when 'drop_more_than' then 'drops_by'
                          when 'to_stage' then 'to'
                          when 'from_stage' then 'from'
                          else k.key end, k.value)
                 from mainstay.object_entries(g.value) k
                where k.key <> 'drop_more_than'
                   or not g.value ? 'score_below'), '{}')
      from given g;
end;

create or replace function mainstay.playbook_criteria_of(p_trigger jsonb)
returns jsonb
language sql immutable parallel safe
return jsonb_build_object('trigger', p_trigger -> 'kind', 'condition',
    coalesce((
        select jsonb_object_agg(case
                   when k.key = 'crosses_below' then 'score_below'
                   when k.key = 'drops_by' then 'drop_more_than'
                   when k.key in ('from', 'to')
                       and p_trigger ->> 'kind' = 'stage_transition'
                       then k.key || '_stage'
                   else k.key end, k.value)
          from mainstay.object_entries(p_trigger) k
         where k.key <> 'kind'), '{}'));

-- The document of a row written by SQL; p_before is the one that is
-- published.
create or replace function mainstay.playbook_document_of(
    p_playbook mainstay.playbooks, p_old mainstay.playbooks, p_before jsonb)
returns jsonb
language plpgsql immutable set search_path = ''
as $$
declare
    v_if constant jsonb := p_playbook.trigger_criteria -> 'condition';
    v_document jsonb := coalesce(p_before, '{"steps": [{"kind": "webhook"}, '
        '{"kind": "alert", "severity": "info", '
        '"title": "{{playbook.name}}: {{account.name}}", '
        '"detail": "{{event.text}}"}]}');
    v_steps jsonb := v_document -> 'steps';
    v_webhook integer := (
        select min(s.place) from mainstay.list_entries(v_steps) s
         where s.value ->> 'kind' = 'webhook');
begin
    if p_before is null
        or (p_old.trigger_type, p_old.trigger_criteria) is distinct from
            (p_playbook.trigger_type, p_playbook.trigger_criteria) then
        v_document := v_document || jsonb_build_object('trigger',
            mainstay.playbook_trigger_of(p_playbook.trigger_type,
                p_playbook.trigger_criteria));
        if v_if ?& array['score_below', 'drop_more_than'] then
            v_document := v_document || jsonb_build_object('conditions',
                jsonb_build_object('field', 'event.drop', 'is', 'over',
                    'value', v_if -> 'drop_more_than'));
        end if;
    end if;
    if p_before is null or p_old.webhook_endpoint_id
        is distinct from p_playbook.webhook_endpoint_id then
        if v_webhook is null then
            v_steps := '[{"kind": "webhook"}]'::jsonb || v_steps;
        end if;
        v_document := v_document || jsonb_build_object('steps', jsonb_set(
            v_steps, array[coalesce(v_webhook, 0)::text, 'endpoint'],
            coalesce(to_jsonb(p_playbook.webhook_endpoint_id), 'null')));
    end if;
    return jsonb_strip_nulls(v_document || jsonb_build_object('limits',
        coalesce(v_document -> 'limits', '{}') || jsonb_build_object(
            'cooldown_minutes', p_playbook.cooldown_minutes,
            'max_executions_per_day', p_playbook.max_executions_per_day)));
end
$$;

-- Makes room for the next version: a draft stays the newest.
create or replace function mainstay.next_playbook_version(p_tenant uuid,
    p_playbook uuid) returns integer
language plpgsql set search_path = ''
as $$
declare
    v_next constant integer := 1 + coalesce((
        select max(v.version) from mainstay.playbook_versions v
         where v.tenant_id = p_tenant and v.playbook_id = p_playbook
           and v.status <> 'draft'), 0);
begin
    update mainstay.playbook_versions v set version = v_next + 1
     where v.tenant_id = p_tenant and v.playbook_id = p_playbook
       and v.status = 'draft' and v.version = v_next;
    return v_next;
end
$$;

create or replace function mainstay.playbooks_version() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if new.version = old.version then
        new.version := mainstay.next_playbook_version(new.tenant_id, new.id);
    end if;
    return new;
end
$$;
create or replace trigger playbooks_version
    before update on mainstay.playbooks
    for each row
    when ((old.trigger_type, old.trigger_criteria, old.webhook_endpoint_id,
            old.cooldown_minutes, old.max_executions_per_day)
        is distinct from (new.trigger_type, new.trigger_criteria,
            new.webhook_endpoint_id, new.cooldown_minutes,
            new.max_executions_per_day))
    execute function mainstay.playbooks_version();

create or replace function mainstay.playbooks_publish() returns trigger
language plpgsql set search_path = ''
as $$
declare
    v_before jsonb;
begin
    if not exists (
        select from mainstay.playbook_versions v
         where v.tenant_id = new.tenant_id and v.playbook_id = new.id
           and v.version = new.version and v.status <> 'draft') then
        select v.document into v_before from mainstay.playbook_versions v
         where v.tenant_id = new.tenant_id and v.playbook_id = new.id
           and v.status = 'published';
        insert into mainstay.playbook_versions (tenant_id, playbook_id,
            version, status, document)
        values (new.tenant_id, new.id, new.version, 'published',
            mainstay.playbook_document_of(new, case tg_op
                when 'UPDATE' then old end, v_before));
    end if;
    return null;
end
$$;
create or replace trigger playbooks_publish_new
    after insert on mainstay.playbooks
    for each row when (new.version > 0)
    execute function mainstay.playbooks_publish();
create or replace trigger playbooks_publish_changed
    after update on mainstay.playbooks
    for each row when (new.version > 0 and new.version <> old.version)
    execute function mainstay.playbooks_publish();

-- What decisions were made with must stay readable. Only erasing the playbook
-- or the tenant takes it away.
create or replace function mainstay.playbook_versions_frozen()
returns trigger
language plpgsql set search_path = ''
as $$
declare
    v_row mainstay.playbook_versions := new;
begin
    if tg_op = 'DELETE' then
        if old.status <> 'draft' and exists (
            select from mainstay.playbooks p
             where p.tenant_id = old.tenant_id and p.id = old.playbook_id)
        then
            raise exception using errcode = 'MS409', column = 'version',
                message = 'A version that was published cannot be deleted: '
                    'decisions were made with it.';
        end if;
        return old;
    end if;
    if new.playbook_id <> old.playbook_id then
        raise exception using errcode = 'MS409', column = 'playbook_id',
            message = 'A version stays with its playbook.';
    end if;
    if old.status = 'draft' then
        return new;
    end if;
    if old.status = 'published' and new.status = 'retired' then
        v_row.status := old.status;
    end if;
    if new.published_by is null then
        v_row.published_by := old.published_by; -- the person was erased
    end if;
    if new.created_by is null then
        v_row.created_by := old.created_by;
    end if;
    if v_row is distinct from old then
        raise exception using errcode = 'MS409', column = 'document',
            message = 'A published version never changes; make a new one.';
    end if;
    return new;
end
$$;
create or replace trigger playbook_versions_frozen
    before update or delete on mainstay.playbook_versions
    for each row execute function mainstay.playbook_versions_frozen();

-- A draft is as sound as what it will be; publishing it retires the version
-- that was published before, and the playbook says what it now does.
create or replace function mainstay.playbook_versions_publish()
returns trigger
language plpgsql set search_path = ''
as $$
begin
    if tg_op = 'INSERT' then
        new.created_by := mainstay.actor_in(new.tenant_id);
    elsif new.document = old.document
        and new.status in (old.status, 'retired') then
        return new;
    end if;
    perform mainstay.require_playbook(null, new.document);
    new.document := jsonb_strip_nulls(new.document);
    if new.status = 'published' then
        update mainstay.playbook_versions v set status = 'retired'
         where v.tenant_id = new.tenant_id
           and v.playbook_id = new.playbook_id
           and v.status = 'published' and v.id <> new.id;
        if not mainstay.is_loading_history() or new.published_at is null then
            new.published_at := now();
        end if;
        new.published_by := mainstay.actor_in(new.tenant_id);
    end if;
    return new;
end
$$;
create or replace trigger playbook_versions_publish
    before insert or update of document, status
    on mainstay.playbook_versions
    for each row execute function mainstay.playbook_versions_publish();

create or replace function mainstay.playbook_versions_show()
returns trigger
language plpgsql set search_path = ''
as $$
begin
    update mainstay.playbooks p
       set version = new.version,
           trigger_type = new.document -> 'trigger' ->> 'kind',
           trigger_criteria = mainstay.playbook_criteria_of(
               new.document -> 'trigger'),
           webhook_endpoint_id = (
               select (s.value ->> 'endpoint')::uuid
                 from mainstay.list_entries(new.document -> 'steps') s
                where s.value ->> 'kind' = 'webhook'
                order by s.place limit 1),
           cooldown_minutes = coalesce((new.document -> 'limits'
               ->> 'cooldown_minutes')::integer, 60),
           max_executions_per_day = (new.document -> 'limits'
               ->> 'max_executions_per_day')::integer
     where p.tenant_id = new.tenant_id and p.id = new.playbook_id
       and p.version <> new.version; -- else it was made of that row
    return null;
end
$$;
create or replace trigger playbook_versions_show
    after insert or update of status on mainstay.playbook_versions
    for each row when (new.status = 'published')
    execute function mainstay.playbook_versions_show();

-- A playbook that the caller may change, locked: its versions are numbered
-- and published in turn.
create or replace function mainstay.lock_playbook(p_tenant uuid,
    p_playbook uuid) returns mainstay.playbooks
language plpgsql set search_path = ''
as $$
declare
    v_playbook mainstay.playbooks;
begin
    if not exists (select from mainstay.playbooks p
                    where p.tenant_id = p_tenant and p.id = p_playbook) then
        raise exception using errcode = 'MS404',
            message = 'There is no such playbook.';
    end if;
    select p.* into v_playbook from mainstay.playbooks p
     where p.tenant_id = p_tenant and p.id = p_playbook
       for no key update;
    if not found then
        raise exception using errcode = 'MS403',
            message = 'Only a Tenant Admin changes playbooks.';
    end if;
    return v_playbook;
end
$$;

create or replace function mainstay.check_playbook_name(p_tenant uuid,
    p_playbook uuid, p_name text, p_description text) returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_problem record;
begin
    select * into v_problem
      from (values ('name', 'A name must have 1 to 200 characters.',
               length(btrim(p_name)) between 1 and 200 is not true),
           ('name', 'There is already a playbook of this name.', exists (
               select from mainstay.playbooks p
                where p.tenant_id = p_tenant and p.name = btrim(p_name)
                  and p.id is distinct from p_playbook)),
           ('description', 'A description has at most 2000 characters.',
               coalesce(length(p_description) > 2000, false)))
           v (field, message, is_wrong)
     where v.is_wrong limit 1;
    if found then
        raise exception using errcode = 'MS422', column = v_problem.field,
            message = v_problem.message;
    end if;
end
$$;

create or replace function mainstay.save_playbook_draft(p_tenant uuid,
    p_playbook uuid, p_name text, p_description text, p_document jsonb)
returns uuid
language plpgsql set search_path = ''
as $$
declare
    v_id uuid := p_playbook;
begin
    if app.may('Tenant Admin') is not true
        and app.current_user_role() is not null then
        raise exception using errcode = 'MS403',
            message = 'Only a Tenant Admin changes playbooks.';
    end if;
    if v_id is not null then
        perform mainstay.lock_playbook(p_tenant, v_id);
    end if;
    perform mainstay.check_playbook_name(p_tenant, v_id, p_name,
        p_description);
    perform mainstay.require_playbook(p_tenant, p_document);
    if v_id is null then
        insert into mainstay.playbooks (tenant_id, name, description,
            trigger_type, version, is_active)
        values (p_tenant, btrim(p_name), nullif(btrim(p_description), ''),
            p_document -> 'trigger' ->> 'kind', 0, false)
        returning id into v_id;
    else
        update mainstay.playbooks p
           set name = btrim(p_name),
               description = nullif(btrim(p_description), '')
         where p.tenant_id = p_tenant and p.id = v_id
           and (p.name, p.description) is distinct from
               (btrim(p_name), nullif(btrim(p_description), ''));
    end if;
    update mainstay.playbook_versions v set document = p_document
     where v.tenant_id = p_tenant and v.playbook_id = v_id
       and v.status = 'draft';
    if not found then
        insert into mainstay.playbook_versions (tenant_id, playbook_id,
            version, document)
        values (p_tenant, v_id, mainstay.next_playbook_version(p_tenant,
            v_id), p_document);
    end if;
    return v_id;
end
$$;
comment on function mainstay.save_playbook_draft(uuid, uuid, text, text,
    jsonb) is
    'Makes or replaces the draft of a playbook, which is new when p_playbook '
    'is null; the id of the playbook. MS422 names what is wrong, by its '
    'path.';

create or replace function mainstay.publish_playbook(p_tenant uuid,
    p_playbook uuid) returns integer
language plpgsql set search_path = ''
as $$
declare
    v_playbook constant mainstay.playbooks :=
        mainstay.lock_playbook(p_tenant, p_playbook);
    v_draft mainstay.playbook_versions;
    v_place integer;
begin
    select v.* into v_draft from mainstay.playbook_versions v
     where v.tenant_id = p_tenant and v.playbook_id = p_playbook
       and v.status = 'draft';
    if not found then
        raise exception using errcode = 'MS409', column = 'version',
            message = 'There is no draft to publish.';
    end if;
    perform mainstay.require_playbook(p_tenant, v_draft.document);
    select min(s.place) into v_place
      from mainstay.list_entries(v_draft.document -> 'steps') s
     where s.value ->> 'kind' in ('webhook', 'slack')
       and not s.value ? 'endpoint';
    if v_place is not null then
        raise exception using errcode = 'MS422',
            column = format('steps.%s.endpoint', v_place),
            message = 'Choose the endpoint that this step sends to.';
    end if;
    update mainstay.playbook_versions v set status = 'published'
     where v.tenant_id = p_tenant and v.id = v_draft.id;
    update mainstay.playbooks p
       set is_active = p.is_active or v_playbook.version = 0,
           is_held = false, held_reason = null, held_at = null,
           released_at = case when p.is_held then now()
               else p.released_at end
     where p.tenant_id = p_tenant and p.id = p_playbook
       and (p.is_held or v_playbook.version = 0);
    return v_draft.version;
end
$$;
comment on function mainstay.publish_playbook(uuid, uuid) is
    'Publishes the draft of a playbook and retires the version before; the '
    'number of the version. What is published first is active.';

create or replace function mainstay.roll_back_playbook(p_tenant uuid,
    p_version uuid) returns integer
language plpgsql set search_path = ''
as $$
declare
    v_version mainstay.playbook_versions;
    v_next integer;
begin
    select v.* into v_version from mainstay.playbook_versions v
     where v.tenant_id = p_tenant and v.id = p_version;
    if not found then
        raise exception using errcode = 'MS404',
            message = 'There is no such version.';
    end if;
    perform mainstay.lock_playbook(p_tenant, v_version.playbook_id);
    if v_version.status <> 'retired' then
        raise exception using errcode = 'MS409', column = 'version',
            message = case v_version.status
                when 'draft' then 'A draft is published, not rolled back to.'
                else format('Version %s is in use already.',
                    v_version.version) end;
    end if;
    perform mainstay.require_playbook(p_tenant, v_version.document);
    v_next := mainstay.next_playbook_version(p_tenant,
        v_version.playbook_id);
    insert into mainstay.playbook_versions (tenant_id, playbook_id, version,
        status, document)
    values (p_tenant, v_version.playbook_id, v_next, 'published',
        v_version.document);
    return v_next;
end
$$;
comment on function mainstay.roll_back_playbook(uuid, uuid) is
    'Publishes a copy of a retired version as the newest one; its number.';

-- A playbook that was never published goes with its draft.
create or replace function mainstay.discard_playbook_draft(p_tenant uuid,
    p_playbook uuid) returns void
language plpgsql set search_path = ''
as $$
declare
    v_playbook constant mainstay.playbooks :=
        mainstay.lock_playbook(p_tenant, p_playbook);
begin
    delete from mainstay.playbook_versions v
     where v.tenant_id = p_tenant and v.playbook_id = p_playbook
       and v.status = 'draft';
    if not found then
        raise exception using errcode = 'MS409', column = 'version',
            message = 'There is no draft to discard.';
    end if;
    delete from mainstay.playbooks p
     where p.tenant_id = p_tenant and p.id = p_playbook
       and v_playbook.version = 0;
end
$$;

create or replace function mainstay.pause_playbook(p_tenant uuid,
    p_playbook uuid, p_is_paused boolean) returns void
language plpgsql set search_path = ''
as $$
declare
    v_playbook constant mainstay.playbooks :=
        mainstay.lock_playbook(p_tenant, p_playbook);
begin
    if v_playbook.version = 0 then
        raise exception using errcode = 'MS409', column = 'is_active',
            message = 'It was not published yet: publish its draft first.';
    end if;
    update mainstay.playbooks p set is_active = not p_is_paused
     where p.tenant_id = p_tenant and p.id = p_playbook
       and p.is_active = p_is_paused;
end
$$;
comment on function mainstay.pause_playbook(uuid, uuid, boolean) is
    'Pauses a playbook, or lets it go on.';

grant execute on function mainstay.playbook_trigger_of(text, jsonb),
    mainstay.playbook_criteria_of(jsonb),
    mainstay.playbook_document_of(mainstay.playbooks, mainstay.playbooks,
        jsonb),
    mainstay.next_playbook_version(uuid, uuid),
    mainstay.lock_playbook(uuid, uuid),
    mainstay.check_playbook_name(uuid, uuid, text, text),
    mainstay.save_playbook_draft(uuid, uuid, text, text, jsonb),
    mainstay.publish_playbook(uuid, uuid),
    mainstay.roll_back_playbook(uuid, uuid),
    mainstay.discard_playbook_draft(uuid, uuid),
    mainstay.pause_playbook(uuid, uuid, boolean)
    to mainstay_app, mainstay_maint, mainstay_definer;

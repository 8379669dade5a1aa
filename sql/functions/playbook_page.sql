-- What the pages of playbooks show, and what their forms do.

-- What one edits: the draft; without one, what is published. No row: there is
-- no such playbook.
create or replace function mainstay.playbook_base(p_tenant uuid,
    p_playbook uuid)
returns table (name text, description text, version_id uuid, version integer,
    is_draft boolean, document jsonb, published jsonb, seen text)
language sql stable
begin atomic
    select p.name, p.description, b.id, b.version, b.status = 'draft',
           b.document, r.document,
           md5(concat(p.name, p.description, b.id, b.document, r.id))
      from mainstay.playbooks p
      left join mainstay.playbook_versions r
        on r.tenant_id = p_tenant and r.playbook_id = p.id
       and r.status = 'published'
      left join lateral (
           select v.id, v.version, v.status, v.document
             from mainstay.playbook_versions v
            where v.tenant_id = p_tenant and v.playbook_id = p.id
            order by v.status = 'draft' desc, v.status = 'published' desc,
                v.version desc
            limit 1) b on true
     where p.tenant_id = p_tenant and p.id = p_playbook;
end;

-- The same for what was typed: MS404 when it is not there, MS409 when it is
-- another one than the page had seen.
create or replace function mainstay.seen_playbook(p_tenant uuid,
    p_playbook uuid, p_seen text)
returns table (name text, description text, version_id uuid, version integer,
    is_draft boolean, document jsonb, published jsonb, seen text)
language plpgsql stable set search_path = ''
as $$
begin
    select b.* into name, description, version_id, version, is_draft,
           document, published, seen
      from mainstay.playbook_base(p_tenant, p_playbook) b;
    if not found then
        raise exception using errcode = 'MS404',
            message = 'There is no such playbook.';
    end if;
    if p_seen is distinct from seen then
        raise exception using errcode = 'MS409', column = 'form',
            message = 'Somebody changed this playbook since you opened the '
                'page. Nothing of yours was saved: look at what there is '
                'now, then repeat.';
    end if;
    return next;
end
$$;

-- What is wrong with a form, beside its fields.
create or replace function mainstay.playbook_form_problems(p_tenant uuid,
    p_playbook uuid, p_form jsonb)
returns table (field text, message text)
language plpgsql stable set search_path = ''
as $$
declare
    v_document constant jsonb := mainstay.typed_playbook(p_form);
    v_name constant text := btrim(coalesce(p_form ->> 'name', ''));
    v_found boolean;
begin
    return query
    select 'form', left(n.name, 60) || ' is not known here.'
      from mainstay.unknown_playbook_names(p_form) n;
    v_found := found;
    if v_name = '' or length(v_name) > 200 then
        return query select 'name',
            'A playbook needs a name of at most 200 characters.';
        v_found := true;
    elsif exists (select from mainstay.playbooks p
                   where p.tenant_id = p_tenant and p.name = v_name
                     and p.id is distinct from p_playbook) then
        return query select 'name',
            'There is already a playbook of this name.';
        v_found := true;
    end if;
    if length(p_form ->> 'description') > 2000 then
        return query select 'description',
            'A description has at most 2000 characters.';
        v_found := true;
    end if;
    return query
    select f.name, case
               when f.name ~ '^if-.*-value$'
                   and not v_document #> f.node ? 'value'
                   then (
                       select coalesce(max(c.label),
                                  v_document #> f.node ->> 'field')
                              || ' needs a value.'
                         from mainstay.playbook_condition_fields(
                                  v_document -> 'trigger' ->> 'kind') c
                        where c.field = v_document #> f.node ->> 'field')
               else p.message end
      from mainstay.playbook_problems(v_document) p
     cross join lateral (
           select mainstay.playbook_form_field(p.field),
                  string_to_array(regexp_replace(p.field, '[.]value$', ''),
                      '.')) f (name, node);
    if not found and not v_found then
        return query
        select mainstay.playbook_form_field(p.field), p.message
          from mainstay.playbook_reference_problems(p_tenant, v_document) p;
    end if;
end
$$;

-- The builder as one row, with what was typed or after a button of it was
-- pressed (null: nothing yet). No row: there is no such playbook.
create or replace function mainstay.playbook_editor(p_tenant uuid,
    p_playbook uuid, p_form jsonb)
returns table (id uuid, is_new boolean, was text, name text,
    description text, seen text, press text, save text, sentence jsonb,
    triggers jsonb, trigger jsonb, nodes jsonb, fields jsonb, steps jsonb,
    steps_error text, next_step integer, kinds jsonb, words jsonb,
    limits jsonb)
language plpgsql stable rows 1 set search_path = ''
as $$
declare
    v_base record;
    v_document jsonb;
    v_errors jsonb := '{}';
begin
    select * into v_base
      from mainstay.playbook_base(p_tenant, p_playbook);
    if not found and p_playbook is not null then
        return;
    end if;
    is_new := p_playbook is null;
    id := p_playbook;
    was := v_base.name;
    press := '/dashboard/automation/playbooks/' || case when is_new
        then 'new' else id || '/edit' end;
    save := '/dashboard/automation/playbooks' || case when is_new
        then '' else '/' || id || '/draft' end;
    name := coalesce(p_form ->> 'name', v_base.name);
    description := coalesce(p_form ->> 'description', v_base.description);
    seen := coalesce(p_form ->> 'seen', v_base.seen);
    v_document := case when p_form is null
        then coalesce(v_base.document, mainstay.fresh_playbook())
        else mainstay.pressed_playbook(p_form) end;
    if p_form is not null and not p_form ? 'do' then
        select coalesce(jsonb_object_agg(p.field, p.message), '{}')
          into v_errors
          from mainstay.playbook_form_problems(p_tenant, p_playbook, p_form)
               p;
    end if;
    select e.* into sentence, triggers, trigger, nodes, fields, steps,
           steps_error, next_step, kinds, limits
      from mainstay.editor_document(p_tenant, v_document, v_errors) e;
    select jsonb_agg(jsonb_build_object('word', '{{' || w.word || '}}',
               'label', w.label) order by w.place) into words
      from mainstay.playbook_words() with ordinality
           w (word, label, place);
    return next;
end
$$;

-- Saves what was typed as the draft; says instead what is wrong with it.
create or replace function mainstay.save_playbook_form(p_tenant uuid,
    p_playbook uuid, p_form jsonb)
returns table (field text, message text)
language plpgsql volatile set search_path = ''
as $$
begin
    perform mainstay.lock_playbook(p_tenant, p_playbook);
    perform from mainstay.seen_playbook(p_tenant, p_playbook,
        p_form ->> 'seen');
    return query
    select * from mainstay.playbook_form_problems(p_tenant, p_playbook,
        p_form);
    if not found then
        perform mainstay.save_playbook_draft(p_tenant, p_playbook,
            p_form ->> 'name', p_form ->> 'description',
            mainstay.typed_playbook(p_form));
    end if;
end
$$;

-- A new playbook with what was typed as its draft; null when something is
-- wrong with it.
create or replace function mainstay.create_playbook(p_tenant uuid,
    p_form jsonb) returns uuid
language plpgsql volatile set search_path = ''
as $$
begin
    if exists (select from mainstay.playbook_form_problems(p_tenant, null,
                   p_form)) then
        return null;
    end if;
    return mainstay.save_playbook_draft(p_tenant, null, p_form ->> 'name',
        p_form ->> 'description', mainstay.typed_playbook(p_form));
end
$$;

-- What a page does to the playbook that it had shown.
create or replace function mainstay.publish_seen_playbook(p_tenant uuid,
    p_playbook uuid, p_seen text) returns integer
language plpgsql volatile set search_path = ''
as $$
begin
    perform mainstay.lock_playbook(p_tenant, p_playbook);
    perform from mainstay.seen_playbook(p_tenant, p_playbook, p_seen);
    return mainstay.publish_playbook(p_tenant, p_playbook);
end
$$;

create or replace function mainstay.discard_seen_playbook(p_tenant uuid,
    p_playbook uuid, p_seen text) returns text
language plpgsql volatile set search_path = ''
as $$
begin
    perform mainstay.lock_playbook(p_tenant, p_playbook);
    perform from mainstay.seen_playbook(p_tenant, p_playbook, p_seen);
    perform mainstay.discard_playbook_draft(p_tenant, p_playbook);
    return case when exists (
        select from mainstay.playbooks p
         where p.tenant_id = p_tenant and p.id = p_playbook)
        then '/playbooks/' || p_playbook else '' end;
end
$$;
comment on function mainstay.discard_seen_playbook(uuid, uuid, text) is
    'Discards the draft; where one goes on: a playbook that was never '
    'published is gone with it.';

-- What a version says becomes the draft.
create or replace function mainstay.restore_seen_playbook(p_tenant uuid,
    p_playbook uuid, p_version uuid, p_seen text) returns uuid
language plpgsql volatile set search_path = ''
as $$
declare
    v_document jsonb;
    v_base record;
begin
    perform mainstay.lock_playbook(p_tenant, p_playbook);
    select * into v_base
      from mainstay.seen_playbook(p_tenant, p_playbook, p_seen);
    select v.document into v_document from mainstay.playbook_versions v
     where v.tenant_id = p_tenant and v.playbook_id = p_playbook
       and v.id = p_version;
    if not found then
        raise exception using errcode = 'MS404',
            message = 'There is no such version.';
    end if;
    return mainstay.save_playbook_draft(p_tenant, p_playbook, v_base.name,
        v_base.description, v_document);
end
$$;

-- One that stopped itself goes on, also for those that it was held back from,
-- or stays paused.
create or replace function mainstay.release_playbook(p_tenant uuid,
    p_playbook uuid, p_goes_on boolean) returns integer
language plpgsql volatile set search_path = ''
as $$
declare
    v_runs constant integer := mainstay.confirm_playbook(p_tenant,
        p_playbook, p_goes_on);
begin
    if not p_goes_on then
        perform mainstay.pause_playbook(p_tenant, p_playbook, true);
    end if;
    return v_runs;
end
$$;

-- Runs of a week, their success, and what was held back; of at most 1,000
-- decisions not to run.
create or replace function mainstay.playbook_figures(p_tenant uuid,
    p_playbook uuid)
returns table (runs bigint, succeeded bigint, failed bigint,
    accounts bigint, held_back bigint)
language sql stable rows 1
begin atomic
    select r.runs, r.succeeded, r.failed, r.accounts, s.held_back
      from (select count(*) as runs,
                   count(*) filter (where e.status = 'succeeded')
                       as succeeded,
                   count(*) filter (where e.status = 'failed') as failed,
                   count(distinct e.account_id) as accounts
              from (select x.status, x.account_id
                      from mainstay.playbook_executions x
                     where x.tenant_id = p_tenant
                       and x.playbook_id = p_playbook
                       and x.status <> 'skipped'
                       and x.executed_at > now() - interval '7 days'
                     limit 10000) e) r
     cross join (
           select count(*) as held_back
             from (select from mainstay.playbook_executions x
                    where x.tenant_id = p_tenant
                      and x.playbook_id = p_playbook
                      and x.status = 'skipped'
                      and x.executed_at > now() - interval '7 days'
                    limit 1000) e) s;
end;

grant execute on function
    mainstay.release_playbook(uuid, uuid, boolean),
    mainstay.playbook_base(uuid, uuid),
    mainstay.seen_playbook(uuid, uuid, text),
    mainstay.playbook_form_problems(uuid, uuid, jsonb),
    mainstay.playbook_editor(uuid, uuid, jsonb),
    mainstay.save_playbook_form(uuid, uuid, jsonb),
    mainstay.create_playbook(uuid, jsonb),
    mainstay.publish_seen_playbook(uuid, uuid, text),
    mainstay.discard_seen_playbook(uuid, uuid, text),
    mainstay.restore_seen_playbook(uuid, uuid, uuid, text),
    mainstay.playbook_figures(uuid, uuid)
    to mainstay_app;

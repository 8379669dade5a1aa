-- Scorecards and their versions: what may not change, and how a version is
-- drafted, published and rolled back. What is wrong with a document is in
-- scorecard_check.sql.

-- Refuses a document that is none: MS422 names the first field that is wrong,
-- the detail lists the rest.
create or replace function mainstay.require_document(p_document jsonb)
returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_first record;
begin
    select * into v_first from mainstay.scorecard_problems(p_document) limit 1;
    if found then
        raise exception using errcode = 'MS422', column = v_first.field,
            message = v_first.message,
            detail = coalesce((
                select string_agg(p.field || ': ' || p.message, e'\n')
                  from (select * from mainstay.scorecard_problems(p_document)
                        offset 1 limit 20) p), '');
    end if;
end
$$;

-- A version that was published is what scores were made with: it must stay
-- readable. Only erasing the tenant takes it away.
create or replace function mainstay.scorecard_versions_frozen()
returns trigger
language plpgsql set search_path = ''
as $$
declare
    v_row mainstay.scorecard_versions := new;
begin
    if old.status = 'draft' and tg_op = 'DELETE' then
        return old;
    end if;
    if tg_op = 'DELETE' then
        if exists (select from mainstay.tenants t
                    where t.id = old.tenant_id) then
            raise exception using errcode = 'MS409', column = 'version',
                message = 'A version that was published cannot be deleted: '
                    'scores were made with it.';
        end if;
        return old;
    end if;
    if new.scorecard_id <> old.scorecard_id then
        raise exception using errcode = 'MS409', column = 'scorecard_id',
            message = 'A version stays with its scorecard.';
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
    if v_row is distinct from old then
        raise exception using errcode = 'MS409', column = 'document',
            message = 'A published version never changes; make a new one.';
    end if;
    return new;
end
$$;
create or replace trigger scorecard_versions_frozen
    before update or delete on mainstay.scorecard_versions
    for each row execute function mainstay.scorecard_versions_frozen();

-- A draft is as sound as what it will be; publishing it retires the version
-- that was published before.
create or replace function mainstay.scorecard_versions_publish()
returns trigger
language plpgsql set search_path = ''
as $$
begin
    if tg_op = 'UPDATE' then
        if new.document = old.document
            and new.status in (old.status, 'retired') then
            return new;
        end if;
    end if;
    perform mainstay.require_document(new.document);
    if new.status = 'published' then
        -- Who makes a tenant may insert its first version, not more.
        if exists (
            select from mainstay.scorecard_versions v
             where v.tenant_id = new.tenant_id
               and v.scorecard_id = new.scorecard_id
               and v.status = 'published') then
            update mainstay.scorecard_versions v set status = 'retired'
             where v.tenant_id = new.tenant_id
               and v.scorecard_id = new.scorecard_id
               and v.status = 'published' and v.id <> new.id;
        end if;
        if not mainstay.is_loading_history() then
            new.published_at := now();
        end if;
        new.published_by := mainstay.actor_in(new.tenant_id);
    end if;
    return new;
end
$$;
create or replace trigger scorecard_versions_publish
    before insert or update of document, status
    on mainstay.scorecard_versions
    for each row execute function mainstay.scorecard_versions_publish();

-- A name must be short and a rule must be one; what scores were made with
-- cannot be deleted.
create or replace function mainstay.scorecards_check() returns trigger
language plpgsql set search_path = ''
as $$
declare
    v_problem record;
begin
    select * into v_problem
      from (select 'name' as field,
                   'A name must have 1 to 100 characters.' as message
             where length(btrim(new.name)) between 1 and 100 is not true
            union all
            select 'description',
                   'A description has at most 2000 characters.'
             where length(new.description) > 2000
            union all
            select * from mainstay.applies_to_problems(new.applies_to)) p
     limit 1;
    if found then
        raise exception using errcode = 'MS422', column = v_problem.field,
            message = v_problem.message;
    end if;
    return new;
end
$$;
create or replace trigger scorecards_check
    before insert or update of name, description, applies_to
    on mainstay.scorecards
    for each row execute function mainstay.scorecards_check();

create or replace function mainstay.scorecards_keep() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if not exists (select from mainstay.tenants t
                    where t.id = old.tenant_id) then
        return old; -- the tenant is being erased
    end if;
    if old.is_default then
        raise exception using errcode = 'MS409', column = 'is_default',
            message = 'The default scorecard cannot be deleted; make another '
                'one the default first.';
    end if;
    if exists (
        select from mainstay.scorecard_versions v
         where v.tenant_id = old.tenant_id and v.scorecard_id = old.id
           and v.status <> 'draft') then
        raise exception using errcode = 'MS409', column = 'scorecard',
            message = 'A scorecard that was published cannot be deleted: '
                'scores were made with it.';
    end if;
    return old;
end
$$;
create or replace trigger scorecards_keep
    before delete on mainstay.scorecards
    for each row execute function mainstay.scorecards_keep();

-- The tenant of a scorecard that the caller may change, locked: its versions
-- are numbered and published in turn.
create or replace function mainstay.lock_scorecard(p_scorecard uuid)
returns uuid
language plpgsql set search_path = ''
as $$
declare
    v_tenant uuid;
begin
    select c.tenant_id into v_tenant from mainstay.scorecards c
     where c.id = p_scorecard
       and (app.current_tenant_id() is null
           or c.tenant_id = (select app.current_tenant_id()));
    if v_tenant is null then
        raise exception using errcode = 'MS404',
            message = 'There is no such scorecard.';
    end if;
    perform from mainstay.scorecards c
      where c.tenant_id = v_tenant and c.id = p_scorecard
        for no key update;
    if not found then
        raise exception using errcode = 'MS403',
            message = 'Only a Tenant Admin changes scorecards.';
    end if;
    return v_tenant;
end
$$;

-- The scorecard of a version that the caller may change, locked.
create or replace function mainstay.lock_version(p_version uuid)
returns mainstay.scorecard_versions
language plpgsql set search_path = ''
as $$
declare
    v_version mainstay.scorecard_versions;
begin
    select v.* into v_version from mainstay.scorecard_versions v
     where v.id = p_version
       and (app.current_tenant_id() is null
           or v.tenant_id = (select app.current_tenant_id()));
    if v_version.id is null then
        raise exception using errcode = 'MS404',
            message = 'There is no such version.';
    end if;
    perform mainstay.lock_scorecard(v_version.scorecard_id);
    -- As it is now that nobody else can change it.
    select v.* into v_version from mainstay.scorecard_versions v
     where v.tenant_id = v_version.tenant_id and v.id = p_version;
    return v_version;
end
$$;

create or replace function mainstay.save_draft(p_scorecard uuid,
    p_document jsonb) returns uuid
language plpgsql set search_path = ''
as $$
declare
    v_tenant constant uuid := mainstay.lock_scorecard(p_scorecard);
    v_id uuid;
begin
    update mainstay.scorecard_versions v set document = p_document
     where v.tenant_id = v_tenant and v.id = (
           select d.id from mainstay.scorecard_versions d
            where d.tenant_id = v_tenant and d.scorecard_id = p_scorecard
              and d.status = 'draft'
            order by d.version desc limit 1)
    returning v.id into v_id;
    if v_id is null then
        insert into mainstay.scorecard_versions (tenant_id, scorecard_id,
            version, document)
        values (v_tenant, p_scorecard, (
            select coalesce(max(v.version), 0) + 1
              from mainstay.scorecard_versions v
             where v.tenant_id = v_tenant and v.scorecard_id = p_scorecard),
            p_document)
        returning id into v_id;
    end if;
    return v_id;
end
$$;
comment on function mainstay.save_draft(uuid, jsonb) is
    'Makes or replaces the draft of a scorecard; its id. MS422 names what is '
    'wrong with the document.';

create or replace function mainstay.publish_version(p_version uuid)
returns integer
language plpgsql set search_path = ''
as $$
declare
    v_version constant mainstay.scorecard_versions :=
        mainstay.lock_version(p_version);
begin
    if v_version.status <> 'draft' then
        raise exception using errcode = 'MS409', column = 'version',
            message = format('Version %s is no draft: it was published '
                'already.', v_version.version);
    end if;
    update mainstay.scorecard_versions v set status = 'published'
     where v.tenant_id = v_version.tenant_id and v.id = p_version;
    perform api.queue_tenant('publish', p_version);
    return v_version.version;
end
$$;
comment on function mainstay.publish_version(uuid) is
    'Publishes a draft, retires the version before, and queues the accounts '
    'it applies to; the number of the version.';

-- A draft stays the newest version: it takes the next number.
create or replace function mainstay.roll_back_version(p_version uuid)
returns uuid
language plpgsql set search_path = ''
as $$
declare
    v_version constant mainstay.scorecard_versions :=
        mainstay.lock_version(p_version);
    v_next integer;
    v_id uuid;
begin
    if v_version.status <> 'retired' then
        raise exception using errcode = 'MS409', column = 'version',
            message = case v_version.status
                when 'draft' then 'A draft is published, not rolled back to.'
                else format('Version %s is in use already.',
                    v_version.version) end;
    end if;
    select max(v.version) + 1 into v_next
      from mainstay.scorecard_versions v
     where v.tenant_id = v_version.tenant_id
       and v.scorecard_id = v_version.scorecard_id;
    update mainstay.scorecard_versions v set version = v_next
     where v.tenant_id = v_version.tenant_id
       and v.scorecard_id = v_version.scorecard_id
       and v.version = v_next - 1 and v.status = 'draft';
    insert into mainstay.scorecard_versions (tenant_id, scorecard_id, version,
        status, document)
    values (v_version.tenant_id, v_version.scorecard_id,
        v_next - found::integer, 'published', v_version.document)
    returning id into v_id;
    perform api.queue_tenant('publish', v_id);
    return v_id;
end
$$;
comment on function mainstay.roll_back_version(uuid) is
    'Publishes a copy of a retired version as the newest one, and queues the '
    'accounts it applies to; the id of the copy.';

-- Component scores are numbers: whatever else would fail each time it is
-- read, long after it was written.
create or replace function mainstay.health_scores_given() returns trigger
language plpgsql set search_path = ''
as $$
declare
    v_key text;
begin
    select e.key into v_key from jsonb_each(new.given) e
     where e.key !~ '^[a-z][a-z0-9_]{0,62}$'
        or case jsonb_typeof(e.value) when 'number'
           then abs(e.value::numeric) > 1e15 else true end
     order by e.key limit 1;
    if found then
        raise exception using errcode = 'MS422',
            column = 'given.' || left(v_key, 63),
            message = 'A component score is a number under a key of small '
                'letters, digits and _.';
    end if;
    return new;
end
$$;
create or replace trigger health_scores_05_given
    before insert on mainstay.health_scores
    for each row when (new.given <> '{}')
    execute function mainstay.health_scores_given();

grant execute on function mainstay.require_document(jsonb)
    to mainstay_app, mainstay_maint, mainstay_definer;
grant execute on function mainstay.lock_scorecard(uuid),
    mainstay.lock_version(uuid), mainstay.save_draft(uuid, jsonb),
    mainstay.publish_version(uuid), mainstay.roll_back_version(uuid)
    to mainstay_app, mainstay_maint;

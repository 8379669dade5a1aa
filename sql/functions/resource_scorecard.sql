-- Scorecards and their versions as the API shows and takes them. What may be
-- written, and what is wrong with it, is in scorecard_page.sql and
-- scorecard_check.sql.

drop view if exists resource.scorecards;
create view resource.scorecards with (security_invoker = true) as
select c.tenant_id, c.id, c.name, c.description, c.is_default, c.position,
       c.applies_to, v.version as published_version, v.document,
       d.version as draft_version, d.document as draft, c.created_at,
       c.updated_at
  from mainstay.scorecards c
  left join mainstay.scorecard_versions v
    on v.tenant_id = c.tenant_id and v.scorecard_id = c.id
   and v.status = 'published'
  left join mainstay.scorecard_versions d
    on d.tenant_id = c.tenant_id and d.scorecard_id = c.id
   and d.status = 'draft';
comment on view resource.scorecards is 'How accounts are scored.';
comment on column resource.scorecards.id is 'Its id.';
comment on column resource.scorecards.name is 'What it is called.';
comment on column resource.scorecards.description is 'What it is for.';
comment on column resource.scorecards.is_default is
    'Whether it applies to everybody no other one applies to.';
comment on column resource.scorecards.position is
    'Of several that apply the first one counts.';
comment on column resource.scorecards.applies_to is
    'To whom: lists of stage, tier and segment; {} is nobody.';
comment on column resource.scorecards.published_version is
    'The version that scores; null while none was published.';
comment on column resource.scorecards.document is
    'Dimensions, metrics, weights and bands of the version that scores.';
comment on column resource.scorecards.draft_version is
    'The number that its draft will have.';
comment on column resource.scorecards.draft is
    'The same of its draft; null when there is none.';
comment on column resource.scorecards.created_at is 'When it was made.';
comment on column resource.scorecards.updated_at is
    'When it was last changed.';
call mainstay.make_resource('scorecards', '{name,position,created_at}',
    '{name,is_default,created_at,updated_at}', p_is_small => true);

drop view if exists resource.scorecard_versions;
create view resource.scorecard_versions with (security_invoker = true) as
select v.tenant_id, v.id, v.scorecard_id, v.version, v.status, v.document,
       v.created_at, v.published_at, v.published_by
  from mainstay.scorecard_versions v;
comment on view resource.scorecard_versions is 'Versions of scorecards.';
comment on column resource.scorecard_versions.id is 'Its id.';
comment on column resource.scorecard_versions.scorecard_id is
    'The scorecard.';
comment on column resource.scorecard_versions.version is
    'Its number, from 1.';
comment on column resource.scorecard_versions.status is
    'draft, published (the one that scores) or retired.';
comment on column resource.scorecard_versions.document is
    'Dimensions, metrics, weights and bands.';
comment on column resource.scorecard_versions.created_at is
    'When it was made.';
comment on column resource.scorecard_versions.published_at is
    'When it was published.';
comment on column resource.scorecard_versions.published_by is
    'The user who published it.';
call mainstay.make_resource('scorecard_versions', '{-version}', '{status}',
    '{"scorecard": {"noun": "scorecards", "by": "scorecard_id"}}',
    p_is_small => true);

-- Name and rule as the form of the page has them.
create or replace function app.rule_api_form(p_tenant uuid, p_id uuid,
    p_new jsonb) returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return jsonb_strip_nulls(jsonb_build_object(
        'seen', (select md5(c::text) from mainstay.scorecards c
                  where c.tenant_id = p_tenant and c.id = p_id),
        'name', p_new -> 'name', 'description', p_new -> 'description',
        'position', p_new ->> 'position',
        'segments', (
            select string_agg(s, ', ') from jsonb_array_elements_text(
                p_new #> '{applies_to,segment}') s)))
        || coalesce((
        select jsonb_object_agg(format('%s-%s', k.key, v.place), v.value)
          from jsonb_each(p_new -> 'applies_to') k
         cross join lateral jsonb_array_elements_text(k.value)
               with ordinality v (value, place)
         where k.key in ('stage', 'tier')), '{}');
end
$$;

-- What is wrong with what was given of a scorecard (p_id null: a new one). It
-- is there, and as the caller has seen it, or MS404 or MS412.
create or replace function app.scorecard_api_problems(p_tenant uuid,
    p_id uuid, p_if_match text, p_values jsonb)
returns table (field text, message text)
language plpgsql volatile set search_path = ''
as $$
declare
    v_card jsonb := '{}';
begin
    if p_id is not null then
        v_card := app.api_lock(p_tenant, 'scorecards', p_id, p_if_match);
    end if;
    if p_values ? 'name' and exists (
        select from mainstay.scorecards c
         where c.tenant_id = p_tenant and c.id is distinct from p_id
           and c.name = btrim(p_values ->> 'name')) then
        return query select 'name',
            'There is already a scorecard of this name.';
    end if;
    if p_values ? 'applies_to' and (v_card -> 'is_default')::boolean then
        return query select 'applies_to', 'The default scorecard applies to '
            'everybody else: it has no rule.';
    elsif p_values ? 'applies_to' then
        return query
        select replace(p.field, '.', '/'), p.message
          from mainstay.applies_to_problems(p_values -> 'applies_to') p;
    end if;
    if p_values -> 'is_default' = 'false'
        and (v_card -> 'is_default')::boolean then
        return query select 'is_default',
            'Make another scorecard the default.';
    end if;
    if jsonb_typeof(p_values -> 'document') = 'object' then
        return query
        select app.body_path('document', p.field), p.message
          from mainstay.scorecard_problems(p_values -> 'document') p
         limit 20;
    end if;
end
$$;
comment on function app.scorecard_api_problems(uuid, uuid, text, jsonb) is
    'What is wrong with what was given of a scorecard, by its place in the '
    'body.';

-- Saves it; no row when something is wrong with it. A document is taken whole
-- and becomes the draft.
create or replace function app.save_scorecard_api(p_tenant uuid, p_id uuid,
    p_if_match text, p_values jsonb,
    out body json, out etag text, out id uuid)
returns setof record
language plpgsql volatile rows 1 set search_path = ''
as $$
declare
    v_card jsonb;
begin
    if exists (select from app.scorecard_api_problems(p_tenant, p_id,
                   p_if_match, p_values)) then
        return;
    end if;
    id := coalesce(p_id, mainstay.create_scorecard(p_tenant,
        p_values ->> 'name', coalesce(p_values ->> 'preset', 'standard')));
    if p_values ?| array['name', 'description', 'position', 'applies_to']
    then
        v_card := app.api_merge((
            select to_jsonb(c) from mainstay.scorecards c
             where c.tenant_id = p_tenant and c.id = save_scorecard_api.id),
            p_values);
        perform mainstay.save_rule(p_tenant, id, app.rule_api_form(p_tenant,
            id, v_card));
    end if;
    if jsonb_typeof(p_values -> 'document') = 'object' then
        perform mainstay.save_draft(id, p_values -> 'document');
    end if;
    if p_values -> 'is_default' = 'true' then
        perform mainstay.make_default(p_tenant, id, (
            select md5(c::text) from mainstay.scorecards c
             where c.tenant_id = p_tenant and c.id = save_scorecard_api.id));
    end if;
    select o.body, o.etag into body, etag
      from app.api_one(p_tenant, 'scorecards', save_scorecard_api.id) o;
    return next;
end
$$;
comment on function app.save_scorecard_api(uuid, uuid, text, jsonb) is
    'Saves what a program gave of a scorecard.';

create or replace function app.publish_scorecard_api(p_tenant uuid,
    p_id uuid, p_if_match text, out body json, out etag text)
language plpgsql volatile set search_path = ''
as $$
begin
    perform app.api_lock(p_tenant, 'scorecards', p_id, p_if_match);
    perform mainstay.publish_seen(p_tenant, p_id, b.seen)
       from mainstay.scorecard_base(p_tenant, p_id) b;
    select o.body, o.etag into body, etag
      from app.api_one(p_tenant, 'scorecards', p_id) o;
end
$$;

create or replace function app.roll_back_scorecard_api(p_tenant uuid,
    p_id uuid, p_version uuid, p_if_match text, out body json, out etag text)
language plpgsql volatile set search_path = ''
as $$
begin
    perform app.api_lock(p_tenant, 'scorecards', p_id, p_if_match);
    perform mainstay.roll_back_seen(p_tenant, p_id, p_version, b.seen)
       from mainstay.scorecard_base(p_tenant, p_id) b;
    select o.body, o.etag into body, etag
      from app.api_one(p_tenant, 'scorecards', p_id) o;
end
$$;

-- A scorecard that was never published is gone with its draft; it is answered
-- as it was.
create or replace function app.discard_scorecard_api(p_tenant uuid,
    p_id uuid, p_if_match text, out body jsonb, out etag text)
language plpgsql volatile set search_path = ''
as $$
begin
    perform app.api_lock(p_tenant, 'scorecards', p_id, p_if_match);
    select o.body, o.etag into body, etag
      from app.api_one(p_tenant, 'scorecards', p_id) o;
    perform mainstay.discard_draft(p_tenant, p_id, b.seen)
       from mainstay.scorecard_base(p_tenant, p_id) b;
    body := body || '{"draft": null, "draft_version": null}';
    etag := coalesce((
        select o.etag from app.api_one(p_tenant, 'scorecards', p_id) o),
        etag);
end
$$;

-- Hundredths as decimal texts, under the name without _cents.
create or replace function app.cents_as_text(p_value jsonb) returns jsonb
language plpgsql immutable parallel safe set search_path = ''
as $$
begin
    return case jsonb_typeof(p_value)
        when 'array' then (
            select coalesce(jsonb_agg(app.cents_as_text(e.value)
                       order by e.place), '[]')
              from jsonb_array_elements(p_value) with ordinality
                   e (value, place))
        when 'object' then (
            select coalesce(jsonb_object_agg(
                       replace(k.key, '_cents', ''), case
                       when k.key ~ '_cents' and jsonb_typeof(k.value)
                           = 'number' then to_jsonb(round((k.value #>> '{}')
                               ::numeric / 100, 2)::text)
                       else app.cents_as_text(k.value) end), '{}')
              from jsonb_each(p_value) k)
        else p_value end;
end
$$;

-- What publishing the draft, or going back to a version, would do. No row:
-- there is no such draft or version.
create or replace function app.scorecard_preview_api(p_tenant uuid,
    p_id uuid, p_version uuid) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_document jsonb;
begin
    select v.document into v_document from mainstay.scorecard_versions v
     where v.tenant_id = p_tenant and v.scorecard_id = p_id
       and case when p_version is null then v.status = 'draft'
           else v.id = p_version end;
    if v_document is null then
        return null;
    end if;
    return app.cents_as_text(mainstay.what_if(p_tenant, p_id, v_document, 50,
        mainstay.what_if_limit(v_document)));
end
$$;

create or replace function app.scorecard_back_test_api(p_tenant uuid,
    p_id uuid, p_status text) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_document jsonb;
begin
    select v.document into v_document from mainstay.scorecard_versions v
     where v.tenant_id = p_tenant and v.scorecard_id = p_id
       and v.status = p_status;
    return case when v_document is not null
        then mainstay.back_test(p_tenant, v_document) end;
end
$$;

grant execute on function app.rule_api_form(uuid, uuid, jsonb),
    app.scorecard_api_problems(uuid, uuid, text, jsonb),
    app.save_scorecard_api(uuid, uuid, text, jsonb),
    app.publish_scorecard_api(uuid, uuid, text),
    app.roll_back_scorecard_api(uuid, uuid, uuid, text),
    app.discard_scorecard_api(uuid, uuid, text), app.cents_as_text(jsonb),
    app.scorecard_preview_api(uuid, uuid, uuid),
    app.scorecard_back_test_api(uuid, uuid, text) to mainstay_app;

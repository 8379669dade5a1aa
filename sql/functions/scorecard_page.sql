-- What the pages of scorecards show, and what their forms do. Messages of
-- problems go beside the fields of a form (see scorecard_form.sql).

-- A rule in words.
create or replace function mainstay.rule_text(p_is_default boolean,
    p_applies_to jsonb) returns text
language sql stable parallel safe
return case when p_is_default then 'Everybody no other scorecard applies to'
    when p_applies_to = '{}' then 'Nobody yet'
    else (select string_agg(case r.key when 'stage' then 'Stage '
                     when 'tier' then 'Tier ' else 'Segment ' end
                 || (select string_agg(case r.key when 'tier'
                         then app.label_text(v.value) else v.value end,
                         ' or ' order by v.place)
                       from jsonb_array_elements_text(r.value)
                            with ordinality v (value, place)),
                 ', ' order by r.key)
            from jsonb_each(p_applies_to) r) end;

-- How many accounts each published scorecard applies to.
create or replace function mainstay.scorecard_reach(p_tenant uuid)
returns table (scorecard_id uuid, accounts bigint)
language plpgsql stable set search_path = ''
as $$
begin
    return query
    select v.scorecard_id, count(*)
      from mainstay.scorecard_of(p_tenant, null) o
      join mainstay.scorecard_versions v
        on v.tenant_id = p_tenant and v.id = o.version_id
     group by v.scorecard_id;
end
$$;

-- What was typed into a form whose numbers mean something else by now.
create or replace function mainstay.lost_text(p_form jsonb) returns text
language sql immutable parallel safe
return (
    select 'You had typed: weights ' || string_agg(f.value, ', '
               order by split_part(f.key, '-', 2)::integer)
               filter (where f.key like 'weight-%')
           || '; bands from ' || string_agg(f.value, ', '
               order by split_part(f.key, '-', 2)::integer)
               filter (where f.key like 'band-%') || '.'
      from jsonb_each_text(p_form) f
     where f.key ~ '^(weight-\d{1,3}|band-\d{1,3}-lower)$');

create or replace function mainstay.editor_weights(p_document jsonb,
    p_form jsonb, p_errors jsonb) returns jsonb
language sql stable
return (
    select jsonb_agg(jsonb_build_object('place', w.place, 'label', w.label,
               'typed', w.typed, 'shown', w.shown, 'is_locked', w.is_locked,
               'width', coalesce(mainstay.typed_number(w.typed), 0),
               'was', case when w.typed <> w.base then w.base end,
               'error', p_errors ->> ('weight-' || w.place),
               'has_metrics', m.list is not null, 'metrics', m.list,
               'is_open', m.is_open)
               order by w.place)
      from mainstay.form_weights(p_document, p_form) w
     cross join lateral (
           select jsonb_agg(jsonb_build_object('name', t.field,
                      'label', t.label, 'typed', t.typed,
                      'part_text', round(100
                          * mainstay.typed_number(t.typed, 1000)
                          / nullif(t.total, 0), 1) || ' %',
                      'was', case when t.typed <> t.base then t.base end,
                      'error', p_errors ->> t.field) order by t.place) as list,
                  bool_or(p_errors ? t.field or t.typed <> t.base) as is_open
             from (select f.*, sum(mainstay.typed_number(f.typed, 1000))
                              over () as total
                     from mainstay.form_metrics(p_document, p_form) f
                    where f.dimension = w.place) t) m);

create or replace function mainstay.editor_bands(p_document jsonb,
    p_form jsonb, p_errors jsonb) returns jsonb
language sql stable
return (
    select jsonb_agg(jsonb_build_object('place', b.place,
               'severity', b.value ->> 'severity',
               'severity_text', app.band_text(b.value ->> 'severity'),
               'label', coalesce(p_form ->> n.label, b.value ->> 'label'),
               'lower', coalesce(p_form ->> n.lower, b.value ->> 'lower'),
               'label_error', p_errors ->> n.label,
               'lower_error', p_errors ->> n.lower) order by b.place)
      from jsonb_array_elements(p_document -> 'bands')
           with ordinality b (value, place)
     cross join lateral (select format('band-%s-label', b.place),
               format('band-%s-lower', b.place)) n (label, lower));

create or replace function mainstay.editor_stages(p_tenant uuid,
    p_document jsonb, p_form jsonb, p_errors jsonb) returns jsonb
language sql stable
return (
    select jsonb_agg(jsonb_build_object('place', s.place, 'stage', s.stage,
               'error', p_errors ->> ('stage-' || s.place),
               'total', nullif(s.total, 0), 'cells', s.cells)
               order by s.place)
      from (select f.place, f.stage,
                   trim_scale(sum(mainstay.typed_number(x.typed))) as total,
                   jsonb_agg(jsonb_build_object('name', x.name,
                       'label', w.label, 'stage_label', f.stage,
                       'typed', x.typed) order by w.place) as cells
              from mainstay.form_stages(p_tenant, p_document, p_form) f
             cross join mainstay.form_weights(p_document, p_form) w
             cross join lateral (select n.name, coalesce(p_form ->> n.name,
                       p_document -> 'stage_weights' -> f.stage
                           ->> w.key, '')
                     from (select format('stage-%s-%s', f.place, w.place))
                          n (name)) x (name, typed)
             group by f.place, f.stage) s);

-- The editor as one row, with what was typed (null: nothing yet).
create or replace function mainstay.scorecard_editor(p_tenant uuid,
    p_scorecard uuid, p_form jsonb)
returns table (seen text, shape text, lost_text text, weights jsonb,
    sum numeric, sum_error text, bands jsonb, dimensions jsonb, stages jsonb,
    has_stages boolean)
language plpgsql stable set search_path = ''
as $$
declare
    v_base record;
    v_form jsonb;
    v_errors jsonb := '{}';
begin
    select * into v_base from mainstay.scorecard_base(p_tenant, p_scorecard);
    if v_base.document is null then
        return;
    end if;
    seen := v_base.seen;
    shape := v_base.shape;
    if p_form ->> 'shape' = v_base.shape then
        v_form := case when p_form ? 'spread'
            then mainstay.spread_form(v_base.document, p_form)
            else p_form end;
        select coalesce(jsonb_object_agg(p.field, p.message), '{}')
          into v_errors
          from mainstay.form_problems(v_base.document, v_form) p;
    elsif p_form is not null then
        lost_text := mainstay.lost_text(p_form);
    end if;
    weights := mainstay.editor_weights(v_base.document, v_form, v_errors);
    select sum(mainstay.typed_number(w.typed)) into sum
      from mainstay.form_weights(v_base.document, v_form) w;
    sum_error := v_errors ->> 'weights';
    bands := mainstay.editor_bands(v_base.document, v_form, v_errors);
    select jsonb_agg(jsonb_build_object('label', w.label) order by w.place)
      into dimensions
      from mainstay.form_weights(v_base.document, null) w;
    stages := mainstay.editor_stages(p_tenant, v_base.document, v_form,
        v_errors);
    has_stages := v_errors::text ~ '"stage-'
        or mainstay.edited_document(v_base.document, coalesce(v_form, '{}'))
            ? 'stage_weights';
    return next;
end
$$;

-- Saves what was typed as the draft; says instead what is wrong with it.
create or replace function mainstay.save_scorecard_form(p_tenant uuid,
    p_scorecard uuid, p_form jsonb)
returns table (field text, message text)
language plpgsql volatile set search_path = ''
as $$
declare
    v_document jsonb;
begin
    perform mainstay.lock_scorecard(p_scorecard);
    select s.document into v_document
      from mainstay.seen_scorecard(p_tenant, p_scorecard,
          p_form ->> 'seen') s;
    return query
    select * from mainstay.form_problems(v_document, p_form);
    if not found then
        perform mainstay.save_draft(p_scorecard,
            mainstay.edited_document(v_document, p_form));
    end if;
end
$$;

-- The same for a document that was typed whole.
create or replace function mainstay.save_scorecard_document(p_tenant uuid,
    p_scorecard uuid, p_text text, p_seen text)
returns table (field text, message text)
language plpgsql volatile set search_path = ''
as $$
declare
    v_document jsonb;
    v_detail text;
    v_context text;
begin
    perform mainstay.lock_scorecard(p_scorecard);
    perform from mainstay.seen_scorecard(p_tenant, p_scorecard, p_seen);
    begin
        v_document := p_text::jsonb;
    exception when data_exception or statement_too_complex then
        get stacked diagnostics v_detail = pg_exception_detail,
            v_context = pg_exception_context;
        return query select 'document', concat('This is no JSON',
            ', line ' || substring(v_context from 'JSON data, line ([0-9]+)'),
            ': ', coalesce(nullif(v_detail, ''), sqlerrm || '.'));
        return;
    end;
    return query
    select 'document', concat(nullif(p.field, '') || ': ', p.message)
      from mainstay.scorecard_problems(v_document) p
     limit 20;
    if not found then
        perform mainstay.save_draft(p_scorecard, v_document);
    end if;
end
$$;

-- A new scorecard: a draft of a preset, last of the rules, for nobody yet.
create or replace function mainstay.create_scorecard(p_tenant uuid,
    p_name text, p_preset text) returns uuid
language plpgsql volatile set search_path = ''
as $$
declare
    v_id uuid := gen_random_uuid();
begin
    if exists (select from mainstay.scorecards c
                where c.tenant_id = p_tenant and c.name = btrim(p_name)) then
        raise exception using errcode = 'MS422', column = 'name',
            message = 'There is already a scorecard of this name.';
    end if;
    insert into mainstay.scorecards (tenant_id, id, name, position)
    select p_tenant, v_id, btrim(p_name), coalesce(max(c.position), 0) + 1
      from mainstay.scorecards c where c.tenant_id = p_tenant;
    perform mainstay.save_draft(v_id, mainstay.preset(p_preset));
    return v_id;
end
$$;

-- Name and rule as typed: {"name", "position", "stage-1": …, "tier-1": …,
-- "segments": "a, b"}.
create or replace function mainstay.typed_rule(p_form jsonb) returns jsonb
language sql immutable parallel safe
return (
    select coalesce(jsonb_object_agg(r.key, r.value), '{}')
      from (select split_part(f.key, '-', 1) as key,
                   jsonb_agg(f.value order by split_part(f.key, '-', 2)
                       ::integer) as value
              from jsonb_each_text(p_form) f
             where f.key ~ '^(stage|tier)-\d{1,3}$'
             group by 1
            union all
            select 'segment', jsonb_agg(btrim(s.value) order by s.place)
              from regexp_split_to_table(p_form ->> 'segments', ',')
                   with ordinality s (value, place)
             where btrim(s.value) <> ''
            having count(*) > 0) r);

-- Name and rule as they are: MS404 when it is not there, MS409 when they are
-- others than the page had seen.
create or replace function mainstay.seen_rule(p_tenant uuid,
    p_scorecard uuid, p_seen text) returns mainstay.scorecards
language plpgsql stable set search_path = ''
as $$
declare
    v_card mainstay.scorecards;
begin
    select * into v_card from mainstay.scorecards c
     where c.tenant_id = p_tenant and c.id = p_scorecard;
    if v_card.id is null then
        raise exception using errcode = 'MS404',
            message = 'There is no such scorecard.';
    end if;
    if p_seen is distinct from md5(v_card::text) then
        raise exception using errcode = 'MS409', column = 'form',
            message = format('Somebody changed this scorecard since you '
                'opened the page: it is called %s and applies to %s now. '
                'Below is what you typed; nothing of it was saved.',
                v_card.name, lower(mainstay.rule_text(v_card.is_default,
                    v_card.applies_to)));
    end if;
    return v_card;
end
$$;

create or replace function mainstay.rule_problems(p_tenant uuid,
    p_scorecard uuid, p_form jsonb)
returns table (field text, message text)
language plpgsql stable set search_path = ''
as $$
declare
    v_name constant text := btrim(coalesce(p_form ->> 'name', ''));
begin
    perform mainstay.seen_rule(p_tenant, p_scorecard, p_form ->> 'seen');
    if v_name = '' or length(v_name) > 100 then
        return query select 'name',
            'A scorecard needs a name of at most 100 characters.';
    elsif exists (select from mainstay.scorecards c
                   where c.tenant_id = p_tenant and c.id <> p_scorecard
                     and c.name = v_name) then
        return query select 'name',
            'There is already a scorecard of this name.';
    end if;
    if length(p_form ->> 'description') > 2000 then
        return query select 'description',
            'A description has at most 2000 characters.';
    end if;
    if p_form ? 'position'
       and btrim(p_form ->> 'position') !~ '^\d{1,4}$' then
        return query select 'position',
            'The position is a whole number from 0 to 9999.';
    end if;
    return query
    select case when p.field like 'applies_to.segment%' then 'segments'
               when p.field like 'applies_to.stage%' then 'stage'
               else 'tier' end, p.message
      from mainstay.applies_to_problems(mainstay.typed_rule(p_form)) p;
end
$$;

-- Which accounts would change their scorecard by a rule.
create or replace function mainstay.rule_preview(p_tenant uuid,
    p_scorecard uuid, p_form jsonb)
returns table (rule text, is_published boolean, matching bigint,
    gained bigint, lost bigint, gained_arr bigint, lost_arr bigint)
language plpgsql stable set search_path = ''
as $$
declare
    v_rule constant jsonb := mainstay.typed_rule(p_form);
    v_card mainstay.scorecards;
begin
    if exists (select from mainstay.rule_problems(p_tenant, p_scorecard,
                   p_form)) then
        return;
    end if;
    select * into v_card from mainstay.scorecards c
     where c.tenant_id = p_tenant and c.id = p_scorecard;
    return query
    with card as materialized (
        select c.id, c.is_default, c.name,
               case when c.id = p_scorecard
                   then coalesce(btrim(p_form ->> 'position')::integer,
                       c.position)
                   else c.position end as position,
               case when c.id = p_scorecard then v_rule
                   else c.applies_to end as applies_to
          from mainstay.scorecards c
         where c.tenant_id = p_tenant
           and (c.id = p_scorecard or exists (
               select from mainstay.scorecard_versions v
                where v.tenant_id = p_tenant and v.scorecard_id = c.id
                  and v.status = 'published'))
    ), later as (
        select distinct on (a.id) a.id, c.id as card, a.arr_cents
          from mainstay.accounts a
          join card c on c.is_default or (c.applies_to <> '{}'
               and (not c.applies_to ? 'stage'
                   or c.applies_to -> 'stage' ? a.current_stage)
               and (not c.applies_to ? 'tier'
                   or c.applies_to -> 'tier' ? a.tier)
               and (not c.applies_to ? 'segment' or c.applies_to -> 'segment'
                   ? (a.crm_attributes ->> 'segment')))
         where a.tenant_id = p_tenant
         order by a.id, c.is_default, c.position, c.name
    ), both_ways as (
        select l.arr_cents, l.card = p_scorecard as is_later,
               v.scorecard_id is not distinct from p_scorecard as is_now
          from later l
          left join mainstay.scorecard_of(p_tenant, null) o
            on o.account_id = l.id
          left join mainstay.scorecard_versions v
            on v.tenant_id = p_tenant and v.id = o.version_id
    )
    select mainstay.rule_text(v_card.is_default, v_rule),
           exists (select from mainstay.scorecard_versions v
                    where v.tenant_id = p_tenant
                      and v.scorecard_id = p_scorecard
                      and v.status = 'published'),
           count(*) filter (where b.is_later),
           count(*) filter (where b.is_later and not b.is_now),
           count(*) filter (where b.is_now and not b.is_later),
           coalesce(sum(b.arr_cents) filter (
               where b.is_later and not b.is_now), 0)::bigint,
           coalesce(sum(b.arr_cents) filter (
               where b.is_now and not b.is_later), 0)::bigint
      from both_ways b;
end
$$;

-- Takes effect at once: accounts that change their scorecard wait to be
-- scored again.
create or replace function mainstay.save_rule(p_tenant uuid,
    p_scorecard uuid, p_form jsonb)
returns table (field text, message text)
language plpgsql volatile set search_path = ''
as $$
declare
    v_before mainstay.scorecards;
    v_after mainstay.scorecards;
begin
    perform mainstay.lock_scorecard(p_scorecard);
    return query
    select * from mainstay.rule_problems(p_tenant, p_scorecard, p_form);
    if found then
        return;
    end if;
    select * into v_before from mainstay.scorecards c
     where c.tenant_id = p_tenant and c.id = p_scorecard;
    update mainstay.scorecards c
       set name = btrim(p_form ->> 'name'),
           description = nullif(btrim(p_form ->> 'description'), ''),
           position = case when c.is_default then c.position
               else coalesce(btrim(p_form ->> 'position')::integer,
                   c.position) end,
           applies_to = case when c.is_default then c.applies_to
               else mainstay.typed_rule(p_form) end
     where c.tenant_id = p_tenant and c.id = p_scorecard
    returning * into v_after;
    if (v_before.applies_to, v_before.position)
           is distinct from (v_after.applies_to, v_after.position)
       and exists (select from mainstay.scorecard_versions v
                    where v.tenant_id = p_tenant
                      and v.scorecard_id = p_scorecard
                      and v.status = 'published') then
        perform api.queue_tenant('request');
    end if;
end
$$;

-- What was the default has no rule, so it applies to nobody until it gets one.
create or replace function mainstay.make_default(p_tenant uuid,
    p_scorecard uuid, p_seen text) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    perform mainstay.lock_scorecard(p_scorecard);
    perform mainstay.seen_rule(p_tenant, p_scorecard, p_seen);
    if not exists (select from mainstay.scorecard_versions v
                    where v.tenant_id = p_tenant
                      and v.scorecard_id = p_scorecard
                      and v.status = 'published') then
        raise exception using errcode = 'MS409', column = 'form',
            message = 'Publish a version first: the default scorecard must '
                'have one.';
    end if;
    update mainstay.scorecards c set is_default = false
     where c.tenant_id = p_tenant and c.is_default and c.id <> p_scorecard;
    update mainstay.scorecards c set is_default = true, applies_to = '{}'
     where c.tenant_id = p_tenant and c.id = p_scorecard
       and not c.is_default;
    if found then
        perform api.queue_tenant('request');
    end if;
end
$$;

-- The draft that the page had seen, locked; MS409 when it is another one.
create or replace function mainstay.seen_draft(p_tenant uuid,
    p_scorecard uuid, p_seen text) returns uuid
language plpgsql volatile set search_path = ''
as $$
declare
    v_base record;
begin
    perform mainstay.lock_scorecard(p_scorecard);
    select * into v_base
      from mainstay.seen_scorecard(p_tenant, p_scorecard, p_seen);
    if not v_base.is_draft then
        raise exception using errcode = 'MS409', column = 'form',
            message = 'There is no draft any more: it was published or '
                'discarded.';
    end if;
    return v_base.version_id;
end
$$;

create or replace function mainstay.publish_seen(p_tenant uuid,
    p_scorecard uuid, p_seen text) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    perform mainstay.publish_version(mainstay.seen_draft(p_tenant,
        p_scorecard, p_seen));
end
$$;

create or replace function mainstay.roll_back_seen(p_tenant uuid,
    p_scorecard uuid, p_version uuid, p_seen text) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    perform mainstay.lock_scorecard(p_scorecard);
    perform from mainstay.seen_scorecard(p_tenant, p_scorecard, p_seen);
    if not exists (select from mainstay.scorecard_versions v
                    where v.tenant_id = p_tenant and v.id = p_version
                      and v.scorecard_id = p_scorecard) then
        raise exception using errcode = 'MS404',
            message = 'There is no such version.';
    end if;
    perform mainstay.roll_back_version(p_version);
end
$$;

-- A scorecard that never was published goes with its only draft.
create or replace function mainstay.discard_draft(p_tenant uuid,
    p_scorecard uuid, p_seen text) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_draft constant uuid := mainstay.seen_draft(p_tenant, p_scorecard,
        p_seen);
begin
    delete from mainstay.scorecard_versions v
     where v.tenant_id = p_tenant and v.id = v_draft;
    delete from mainstay.scorecards c
     where c.tenant_id = p_tenant and c.id = p_scorecard
       and not c.is_default and not exists (
           select from mainstay.scorecard_versions v
            where v.tenant_id = p_tenant and v.scorecard_id = c.id);
end
$$;

-- What one document has that another has not, in words.
create or replace function mainstay.document_changes(p_before jsonb,
    p_after jsonb)
returns table (place integer, change text, is_weight boolean,
    label text, was numeric, now numeric)
language plpgsql immutable set search_path = ''
as $$
begin
    return query
    with dimension as (
        select a.place, coalesce(a.value, b.value) ->> 'key' as key,
               coalesce(a.value ->> 'label', b.value ->> 'label',
                   a.value ->> 'key', b.value ->> 'key') as label,
               (b.value ->> 'weight')::numeric as was,
               (a.value ->> 'weight')::numeric as now,
               (a.value - 'weight') is distinct from (b.value - 'weight')
                   as is_rebuilt
          from jsonb_array_elements(p_before -> 'dimensions') b
          full join jsonb_array_elements(p_after -> 'dimensions')
               with ordinality a (value, place)
            on a.value ->> 'key' = b.value ->> 'key'
    ), band as (
        select a.place, coalesce(b.value ->> 'label', a.value ->> 'label')
                   as label, b.value ->> 'label' as old_label,
               a.value ->> 'label' as new_label,
               (b.value ->> 'lower')::numeric as was,
               (a.value ->> 'lower')::numeric as now,
               b.value ->> 'severity' as old_severity,
               a.value ->> 'severity' as new_severity,
               b.value ->> 'colour' as old_colour,
               a.value ->> 'colour' as new_colour
          from jsonb_array_elements(p_before -> 'bands') b
          full join jsonb_array_elements(p_after -> 'bands')
               with ordinality a (value, place)
            on a.value ->> 'key' = b.value ->> 'key'
    ), stage as (
        select coalesce(a.key, b.key) as stage,
               case when a.key is null then 'weighs like everybody again'
                   else (select string_agg(coalesce(d.value ->> 'label',
                               d.value ->> 'key') || ' '
                               || coalesce(b.value ->> (d.value ->> 'key'),
                                   d.value ->> 'weight') || ' → '
                               || (a.value ->> (d.value ->> 'key')),
                               ', ' order by d.place)
                           from jsonb_array_elements(p_after -> 'dimensions')
                                with ordinality d (value, place)
                          where a.value ->> (d.value ->> 'key')
                                is distinct from coalesce(
                                    b.value ->> (d.value ->> 'key'),
                                    d.value ->> 'weight'))
               end as text
          from jsonb_each(p_before -> 'stage_weights') b
          full join jsonb_each(p_after -> 'stage_weights') a
            on a.key = b.key
         where a.value is distinct from b.value
    ), said as (
        select 1 as part, d.place, case
                   when d.was is null then format('%s is new, weight %s',
                       d.label, trim_scale(d.now))
                   when d.now is null then format('%s is gone, it had '
                       'weight %s', d.label, trim_scale(d.was))
                   else format('%s %s → %s', d.label, trim_scale(d.was),
                       trim_scale(d.now)) end as change,
               true as is_weight, d.label, d.was, d.now
          from dimension d where d.was is distinct from d.now
        union all
        select 2, d.place, format('How %s is measured changed', d.label),
               false, d.label, null, null
          from dimension d
         where d.is_rebuilt and d.was is not null and d.now is not null
        union all
        select 3, b.place, case
                   when b.was is null then format('Band %s is new, from %s',
                       b.new_label, b.now)
                   when b.now is null then format('Band %s is gone',
                       b.old_label)
                   when b.was <> b.now then format('%s from %s, was %s',
                       b.new_label, b.now, b.was)
                   else format('%s is now called %s', b.old_label,
                       b.new_label) end,
               false, b.label, b.was, b.now
          from band b
         where b.was is distinct from b.now
            or b.old_label is distinct from b.new_label
        union all
        select 3, b.place, format('%s counts as %s, was %s', b.new_label,
                   app.band_text(b.new_severity),
                   app.band_text(b.old_severity)), false, b.label, null, null
          from band b where b.old_severity <> b.new_severity
        union all
        select 3, b.place, b.new_label || ' has another colour', false,
               b.label, null, null
          from band b where b.old_colour <> b.new_colour
        union all
        select 4, 1, format('In %s: %s', s.stage, s.text), false, null, null,
               null
          from stage s where s.text is not null
        union all
        select 5, 1, format('%s changed', x.name), false, null, null, null
          from (values ('exceptions', 'Exceptions'),
                   ('hysteresis', 'How long a band holds'),
                   ('trend', 'How the trend is found')) x (key, name)
         where p_before -> x.key is distinct from p_after -> x.key
    )
    select (row_number() over (order by s.part, s.place, s.change))::integer,
           s.change, s.is_weight, s.label, s.was, s.now
      from said s;
end
$$;

do $$
declare
    v_function regprocedure;
begin
    for v_function in
        select oid::regprocedure from pg_proc
         where pronamespace = 'mainstay'::regnamespace
           and proname in ('scorecard_base', 'seen_scorecard',
               'typed_number', 'scaled_weights', 'form_weights',
               'form_metrics', 'spread_form', 'form_stages', 'typed_stages',
               'edited_document', 'form_field', 'weight_problems',
               'stage_problems', 'form_problems', 'rule_text',
               'scorecard_reach', 'lost_text', 'editor_weights',
               'editor_bands', 'editor_stages', 'scorecard_editor',
               'save_scorecard_form', 'save_scorecard_document',
               'create_scorecard', 'typed_rule', 'seen_rule',
               'rule_problems', 'rule_preview', 'save_rule', 'make_default',
               'seen_draft', 'publish_seen', 'roll_back_seen',
               'discard_draft', 'document_changes')
    loop
        execute format('grant execute on function %s to mainstay_app',
            v_function);
    end loop;
end $$;

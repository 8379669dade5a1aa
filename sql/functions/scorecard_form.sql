-- Scorecards as forms: from what an admin typed to a document, and back.
--
-- A form's fields are numbered by the document it was made from: weight-1 and
-- lock-1 belong to the first dimension, metric-1-2 is the weight of its second
-- metric, band-1-label and band-1-lower belong to the first band, stage-2
-- names a stage and stage-2-1 is its weight of the first dimension. seen says
-- which document that was, shape what its numbers stand for.

-- What one edits: the draft; without one, what is published.
create or replace function mainstay.scorecard_base(p_tenant uuid,
    p_scorecard uuid)
returns table (version_id uuid, version integer, is_draft boolean,
    document jsonb, published jsonb, seen text, shape text)
language sql stable
begin atomic
    select b.id, b.version, b.status = 'draft', b.document, p.document,
           md5(concat(b.id, b.document, p.id)),
           md5(concat(
               jsonb_path_query_array(b.document, '$.dimensions[*].key'),
               jsonb_path_query_array(b.document,
                   '$.dimensions[*].metrics[*].key'),
               jsonb_path_query_array(b.document, '$.bands[*].key')))
      from mainstay.scorecards c
      left join mainstay.scorecard_versions p
        on p.tenant_id = p_tenant and p.scorecard_id = c.id
       and p.status = 'published'
      left join lateral (
           select v.id, v.version, v.status, v.document
             from mainstay.scorecard_versions v
            where v.tenant_id = p_tenant and v.scorecard_id = c.id
            order by v.status = 'draft' desc, v.status = 'published' desc,
                v.version desc
            limit 1) b on true
     where c.tenant_id = p_tenant and c.id = p_scorecard;
end;

-- The same for what was typed: MS404 when it is not there, MS409 when it is
-- another one than the page had seen.
create or replace function mainstay.seen_scorecard(p_tenant uuid,
    p_scorecard uuid, p_seen text)
returns table (version_id uuid, version integer, is_draft boolean,
    document jsonb, published jsonb, seen text, shape text)
language plpgsql stable set search_path = ''
as $$
begin
    select * into version_id, version, is_draft, document, published, seen,
           shape
      from mainstay.scorecard_base(p_tenant, p_scorecard);
    if document is null then
        raise exception using errcode = 'MS404',
            message = 'There is no such scorecard.';
    end if;
    if p_seen is distinct from seen then
        raise exception using errcode = 'MS409', column = 'form',
            message = 'Somebody changed this scorecard since you opened the '
                'page. Nothing of yours was saved: look at what there is '
                'now, then repeat.';
    end if;
    return next;
end
$$;

-- A number as typed; null when it is none from 0 to p_max with at most two
-- decimals.
create or replace function mainstay.typed_number(p_text text,
    p_max numeric default 100) returns numeric
language sql immutable parallel safe
return case when btrim(p_text) ~ '^\d{1,4}([.]\d{1,2})?$'
             and btrim(p_text)::numeric <= p_max
    then trim_scale(btrim(p_text)::numeric) end;

-- Weights scaled to a sum: in proportion (all alike when there is nothing to
-- go by), in whole numbers where the sum is one, the largest remainders
-- rounded up.
create or replace function mainstay.scaled_weights(p_weights numeric[],
    p_sum numeric) returns numeric[]
language sql immutable parallel safe
return (
    select array_agg((r.floor + (r.rank <= u.units - r.floors)::integer)
               * u.unit order by r.place)
      from (select case when p_sum = trunc(p_sum) then 1 else 0.01 end)
           x (unit)
     cross join lateral (select x.unit, p_sum / x.unit) u (unit, units)
     cross join lateral (
           select s.place, floor(s.exact) as floor,
                  sum(floor(s.exact)) over () as floors,
                  row_number() over (order by s.exact - floor(s.exact) desc,
                      s.place) as rank
             from (select w.place, case
                       when sum(w.value) over () = 0
                           then u.units / count(*) over ()
                       else w.value * u.units / sum(w.value) over ()
                   end as exact
                     from unnest(p_weights) with ordinality
                          w (value, place)) s) r);

-- The dimensions of a form: what was typed, what it was when the rest was last
-- spread, and what the document has.
create or replace function mainstay.form_weights(p_document jsonb,
    p_form jsonb)
returns table (place bigint, key text, label text, base text, shown text,
    typed text, is_locked boolean)
language sql immutable parallel safe
begin atomic
    select d.place, d.value ->> 'key', d.value ->> 'label',
           d.value ->> 'weight',
           coalesce(p_form ->> ('shown-' || d.place), d.value ->> 'weight'),
           btrim(coalesce(p_form ->> ('weight-' || d.place),
               d.value ->> 'weight')),
           coalesce(p_form ? ('lock-' || d.place), false)
      from jsonb_array_elements(p_document -> 'dimensions')
           with ordinality d (value, place);
end;

-- Weights of metrics: shares of their dimension, so one alone has none.
create or replace function mainstay.form_metrics(p_document jsonb,
    p_form jsonb)
returns table (dimension bigint, place bigint, field text, label text,
    base text, typed text)
language sql immutable parallel safe
begin atomic
    select d.place, m.place, f.name,
           coalesce(m.value ->> 'label', m.value ->> 'key'),
           coalesce(m.value ->> 'weight', '1'),
           btrim(coalesce(p_form ->> f.name, m.value ->> 'weight', '1'))
      from jsonb_array_elements(p_document -> 'dimensions')
           with ordinality d (value, place)
     cross join lateral jsonb_array_elements(d.value -> 'metrics')
           with ordinality m (value, place)
     cross join lateral (select format('metric-%s-%s', d.place, m.place))
           f (name)
     where jsonb_array_length(d.value -> 'metrics') > 1;
end;

-- The form after "spread the rest": weights that were locked or changed stay
-- and are locked from now on, the others share what is left. Nothing happens
-- when that cannot be.
create or replace function mainstay.spread_form(p_document jsonb,
    p_form jsonb) returns jsonb
language plpgsql immutable set search_path = ''
as $$
declare
    v_form jsonb := p_form;
    v_places bigint[];
    v_weights numeric[];
    v_kept numeric;
    v_is_bad boolean;
begin
    if not exists (
        select from mainstay.form_weights(p_document, p_form) f
         where not f.is_locked and f.typed = f.shown) then
        v_form := v_form || coalesce((
            select jsonb_object_agg('shown-' || f.place, f.typed)
              from mainstay.form_weights(p_document, p_form) f), '{}');
    end if;
    select array_agg(w.place order by w.place) filter (where w.is_free),
           array_agg(w.weight order by w.place) filter (where w.is_free),
           coalesce(sum(w.weight) filter (where not w.is_free), 0),
           bool_or(w.weight is null)
      into v_places, v_weights, v_kept, v_is_bad
      from (select f.place, mainstay.typed_number(f.typed) as weight,
                   not f.is_locked and f.typed = f.shown as is_free
              from mainstay.form_weights(p_document, v_form) f) w;
    if v_is_bad or v_places is null or v_kept >= 100 then
        return p_form;
    end if;
    v_form := v_form || coalesce((
            select jsonb_object_agg('lock-' || f.place, '1')
              from mainstay.form_weights(p_document, v_form) f
             where not f.place = any (v_places)), '{}')
        || (select jsonb_object_agg('weight-' || s.place,
                       trim_scale(s.weight)::text)
              from unnest(v_places,
                  mainstay.scaled_weights(v_weights, 100 - v_kept))
                  s (place, weight));
    return v_form || (
        select jsonb_object_agg('shown-' || f.place, f.typed)
          from mainstay.form_weights(p_document, v_form) f);
end
$$;

-- The stages a form has weights for: those of the tenant, and others that
-- the document names.
create or replace function mainstay.form_stages(p_tenant uuid,
    p_document jsonb, p_form jsonb)
returns table (place integer, stage text)
language sql stable
begin atomic
    select (row_number() over (order by min(s.position), s.name))::integer,
           s.name
      from (select j.name, j.display_order as position
              from mainstay.journey_stages j
             where j.tenant_id = p_tenant and p_form is null
            union all
            select k.stage, 10000
              from jsonb_object_keys(p_document -> 'stage_weights') k (stage)
             where p_form is null
            union all
            select f.value, split_part(f.key, '-', 2)::integer
              from jsonb_each_text(p_form) f
             where f.key ~ '^stage-\d{1,3}$') s
     group by s.name;
end;

-- Weights by stage as typed; a row without any number: the stage has none of
-- its own.
create or replace function mainstay.typed_stages(p_document jsonb,
    p_form jsonb) returns jsonb
language sql immutable parallel safe
return (
    select jsonb_object_agg(s.stage, s.weights)
      from (select f.value as stage, jsonb_object_agg(d.value ->> 'key',
                       coalesce(mainstay.typed_number(
                           p_form ->> (f.key || '-' || d.place)), 0))
                       as weights
              from jsonb_each_text(p_form) f
             cross join jsonb_array_elements(p_document -> 'dimensions')
                   with ordinality d (value, place)
             where f.key ~ '^stage-\d{1,3}$'
             group by f.key, f.value
            having bool_or(btrim(p_form ->> (f.key || '-' || d.place))
                <> '')) s);

-- The document with what was typed; what is no number stays as it was.
-- A form without stages says nothing of them.
create or replace function mainstay.edited_document(p_document jsonb,
    p_form jsonb) returns jsonb
language sql immutable parallel safe
return case when not jsonb_path_exists(p_form,
        '$.keyvalue() ? (@.key like_regex "^stage-[0-9]{1,3}$")')
    then p_document
    when mainstay.typed_stages(p_document, p_form) is null
    then p_document - 'stage_weights'
    else p_document || jsonb_build_object('stage_weights',
        mainstay.typed_stages(p_document, p_form)) end
    || jsonb_build_object(
    'dimensions', (
        select jsonb_agg(d.value || jsonb_build_object(
                   'weight', coalesce(to_jsonb(mainstay.typed_number(f.typed)),
                       d.value -> 'weight'),
                   'metrics', (
                       select jsonb_agg(m.value || case
                                  when mainstay.typed_number(t.typed, 1000)
                                      <> t.base::numeric
                                  then jsonb_build_object('weight',
                                      mainstay.typed_number(t.typed, 1000))
                                  else '{}' end order by m.place)
                         from jsonb_array_elements(d.value -> 'metrics')
                              with ordinality m (value, place)
                         left join mainstay.form_metrics(p_document, p_form) t
                           on t.dimension = d.place and t.place = m.place))
                   order by d.place)
          from jsonb_array_elements(p_document -> 'dimensions')
               with ordinality d (value, place)
          join mainstay.form_weights(p_document, p_form) f using (place)),
    'bands', (
        select jsonb_agg(b.value || jsonb_strip_nulls(jsonb_build_object(
                   'label', nullif(btrim(
                       p_form ->> format('band-%s-label', b.place)), ''),
                   'lower', mainstay.typed_number(
                       p_form ->> format('band-%s-lower', b.place))))
                   order by b.place)
          from jsonb_array_elements(p_document -> 'bands')
               with ordinality b (value, place)));

-- A place in a document, as mainstay.scorecard_problems names it, as the field
-- of the form that stands for it; where there is none, it stays.
create or replace function mainstay.form_field(p_path text) returns text
language sql immutable parallel safe
return case
    when p_path ~ '^dimensions\.\d+\.weight$' then 'weight-'
        || split_part(p_path, '.', 2)::integer + 1
    when p_path ~ '^dimensions\.\d+\.metrics\.\d+\.weight$'
        then format('metric-%s-%s', split_part(p_path, '.', 2)::integer + 1,
            split_part(p_path, '.', 4)::integer + 1)
    when p_path ~ '^bands\.\d+\.(label|lower)$' then 'band-'
        || split_part(p_path, '.', 2)::integer + 1 || '-'
        || split_part(p_path, '.', 3)
    else p_path end;

-- What is wrong with weights as typed, in the order of the form.
create or replace function mainstay.weight_problems(p_document jsonb,
    p_form jsonb)
returns table (field text, message text)
language plpgsql stable set search_path = ''
as $$
declare
    v_sum numeric;
begin
    return query
    select 'weight-' || f.place, f.label || ' needs a weight above 0 and at '
               'most 100, with at most two decimals.'
      from mainstay.form_weights(p_document, p_form) f
     where coalesce(mainstay.typed_number(f.typed), 0) = 0
     order by f.place;
    if not found then
        select sum(mainstay.typed_number(f.typed)) into v_sum
          from mainstay.form_weights(p_document, p_form) f;
        if v_sum <> 100 then
            return query select 'weights', format('The weights add up to %s; '
                'they must add up to 100, so %s.', v_sum, case
                    when v_sum > 100 then trim_scale(v_sum - 100)
                        || ' is too much'
                    else trim_scale(100 - v_sum) || ' is missing' end);
        end if;
    end if;
    return query
    select m.field, m.label || ' needs a weight above 0 and at most 1000, '
               'with at most two decimals.'
      from mainstay.form_metrics(p_document, p_form) m
     where coalesce(mainstay.typed_number(m.typed, 1000), 0) = 0
     order by m.dimension, m.place;
end
$$;

create or replace function mainstay.stage_problems(p_document jsonb,
    p_form jsonb)
returns table (field text, message text)
language sql stable
begin atomic
    select s.key, case
               when s.is_bad then s.value
                   || ' needs weights from 0 to 100, or none at all.'
               else format('The weights of %s add up to %s; they must add up '
                   'to 100, or all be empty.', s.value,
                   coalesce(s.total, 0)) end
      from (select f.key, f.value, bool_or(c.text <> '') as has,
                   bool_or(c.text <> ''
                       and mainstay.typed_number(c.text) is null) as is_bad,
                   trim_scale(sum(mainstay.typed_number(c.text))) as total
              from jsonb_each_text(p_form) f
             cross join lateral jsonb_array_elements(
                   p_document -> 'dimensions') with ordinality d (value, place)
             cross join lateral (select btrim(coalesce(
                   p_form ->> (f.key || '-' || d.place), ''))) c (text)
             where f.key ~ '^stage-\d{1,3}$'
             group by f.key, f.value) s
     where s.has and (s.is_bad or s.total <> 100)
     order by split_part(s.key, '-', 2)::integer;
end;

-- What is wrong with what was typed, in the order of the form; once each
-- field is right by itself, what is wrong with the document it makes.
create or replace function mainstay.form_problems(p_document jsonb,
    p_form jsonb)
returns table (field text, message text)
language plpgsql stable set search_path = ''
as $$
begin
    return query
    select p.field, p.message
      from (select 1 as part, w.* from mainstay.weight_problems(p_document,
                p_form) w
            union all
            select 2, x.field, x.message
              from jsonb_array_elements(p_document -> 'bands')
                   with ordinality b (value, place)
             cross join lateral (values
                   (format('band-%s-label', b.place), case
                       when length(btrim(p_form ->> format('band-%s-label',
                           b.place))) not between 1 and 40
                       then 'A band needs a name of at most 40 characters.'
                       end),
                   (format('band-%s-lower', b.place), case
                       when coalesce(mainstay.typed_number(
                           p_form ->> format('band-%s-lower', b.place)), 0.5)
                           % 1 <> 0 and p_form ? format('band-%s-lower',
                           b.place)
                       then (b.value ->> 'label') || ' must begin at a whole '
                           'number from 0 to 100.' end))
                   x (field, message)
             where x.message is not null
            union all
            select 3, s.field, s.message
              from mainstay.stage_problems(p_document, p_form) s) p
     order by p.part, p.field;
    if not found then
        return query
        select mainstay.form_field(p.field), p.message
          from mainstay.scorecard_problems(mainstay.edited_document(
              p_document, p_form)) p;
    end if;
end
$$;

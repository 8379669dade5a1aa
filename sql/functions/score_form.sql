-- The form with which a person records the parts of a score: those that the
-- account's own scorecard takes from whoever gives it a score. The four that
-- have columns are whole numbers; the others are kept in given, on the scale
-- of the scorecard.

-- value is what was typed, else what was recorded last; error is what is wrong
-- with it.
create or replace function mainstay.score_form(p_tenant uuid,
    p_account uuid, p_form jsonb)
returns table (place integer, name text, part text, label text,
    is_column boolean, most numeric, value text, error text)
language plpgsql stable rows 4 set search_path = ''
as $$
declare
    -- The last of each part; who leaves one out does not forget it.
    v_last constant jsonb := (
        select jsonb_object_agg(k.key, k.value)
          from (select distinct on (e.key) e.key, e.value
                  from (select h.given, h.observed_at, h.recorded_at
                          from mainstay.health_scores h
                         where h.tenant_id = p_tenant
                           and h.account_id = p_account and h.has_given
                         order by h.observed_at desc limit 12) h
                 cross join lateral jsonb_each(h.given) e
                 order by e.key, h.observed_at desc, h.recorded_at desc) k);
begin
    return query
    select f.place, f.name, f.part, f.label, f.is_column, f.most, f.text,
           case when f.text = '' or p_form is null or case
                   when f.is_column then f.text ~ '^\d{1,3}$'
                   else f.text ~ '^\d{1,9}([.]\d{1,9})?$' end
                   and f.text::numeric <= f.most then null
               else format('%s must be a %snumber from 0 to %s.', f.label,
                   case when f.is_column then 'whole ' else '' end, f.most)
               end
      from (
        select m.place, n.name, m.name as part, m.label, n.is_column,
               trim_scale(round(100 / m.factor, 6)) as most,
               btrim(coalesce(p_form ->> n.name, v_last ->> m.name, ''))
                   as text
          from (select distinct on (c.name) c.*
                  from mainstay.scorecard_metrics(mainstay.account_document(
                      p_tenant, p_account, null)) c
                 where c.source = 'component' and c.name <> '*'
                   and c.factor > 0
                 order by c.name, c.place) m
         cross join lateral (
            select k.is_column, case when k.is_column
                       then m.name || '_score' else 's.' || m.name end
              from (select m.factor = 1 and m.name in ('usage',
                       'engagement', 'support_sentiment', 'adoption'))
                   k (is_column)) n (is_column, name)) f
     order by f.place;
end
$$;

-- Records what was typed; what was left empty counts as it was.
create or replace function mainstay.record_parts(p_tenant uuid,
    p_account uuid, p_form jsonb, p_note text) returns uuid
language plpgsql set search_path = ''
as $$
declare
    v_bad record;
    v_given jsonb;
    v_score mainstay.health_scores;
    v_id constant uuid := gen_random_uuid();
begin
    perform mainstay.tenant_of_account(p_account);
    select b.name, b.error into v_bad
      from (
        select f.place, f.name, f.error
          from mainstay.score_form(p_tenant, p_account, p_form) f
        union all
        select 0, 'form', left(k.name, 60) || ' is not known here.'
          from jsonb_object_keys(p_form) k (name)
         where not exists (
               select from mainstay.score_form(p_tenant, p_account, null) f
                where f.name = k.name)) b
     where b.error is not null order by b.place limit 1;
    if found then
        raise exception using errcode = 'MS422', column = v_bad.name,
            message = v_bad.error;
    end if;
    select coalesce(jsonb_object_agg(f.part || '_score', f.value::integer)
               filter (where f.is_column), '{}'),
           coalesce(jsonb_object_agg(f.part, f.value::numeric)
               filter (where not f.is_column), '{}')
      into v_score.inputs, v_given
      from mainstay.score_form(p_tenant, p_account, p_form) f
     where f.value <> '' and p_form ? f.name;
    if v_score.inputs || v_given = '{}' then
        raise exception using errcode = 'MS422', column = 'form',
            message = 'Give at least one of the parts.';
    end if;
    v_score := jsonb_populate_record(v_score, v_score.inputs);
    insert into mainstay.health_scores (tenant_id, id, account_id,
        usage_score, engagement_score, support_sentiment_score,
        adoption_score, given, note)
    values (p_tenant, v_id, p_account, v_score.usage_score,
        v_score.engagement_score, v_score.support_sentiment_score,
        v_score.adoption_score, v_given, p_note);
    return v_id;
end
$$;
comment on function mainstay.record_parts(uuid, uuid, jsonb, text) is
    'Records the parts of a score that were typed into the form of an '
    'account.';

grant execute on function mainstay.score_form(uuid, uuid, jsonb),
    mainstay.record_parts(uuid, uuid, jsonb, text)
    to mainstay_app, mainstay_maint, mainstay_definer;

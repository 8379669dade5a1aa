-- What publishing would do, and how well a scorecard foresaw, as pages show
-- it: finished texts and the lengths of bars.

-- Bands one after the other in a bar of 100: what chart/share draws.
create or replace function mainstay.band_chart(p_id text, p_title text,
    p_bands jsonb) returns jsonb
language sql stable parallel safe
return (
    with band as (
        select b.place, coalesce(b.value ->> 'severity', 'unscored') as tone,
               coalesce(b.value ->> 'label', 'Not scored') as label,
               (b.value ->> 'accounts')::bigint as accounts
          from jsonb_array_elements(p_bands) with ordinality b (value, place)
    )
    select jsonb_build_object('id', p_id, 'title', p_title,
               'desc', string_agg(b.accounts || ' ' || b.label, ', '
                   order by b.place),
               'parts', coalesce(jsonb_agg(jsonb_build_object(
                   'tone', b.tone, 'start', s.start, 'share', s.share,
                   'middle', s.middle,
                   'text', case when s.share >= 4 then b.accounts::text end)
                   order by b.place) filter (where s.share > 0), '[]'))
      from (select array_agg(accounts::float8 order by place) as values
              from band) v
     cross join lateral app.chart_shares(v.values) s
      join band b on b.place = s.n);

-- One row per band that is there before or after.
create or replace function mainstay.band_rows(p_before jsonb, p_after jsonb)
returns jsonb
language sql stable parallel safe
return (
    select jsonb_agg(jsonb_build_object(
               'label', coalesce(a.value ->> 'label', b.value ->> 'label',
                   'Not scored'),
               'severity', coalesce(a.value ->> 'severity',
                   b.value ->> 'severity', 'unscored'),
               'before_text', app.number_text(n.before),
               'after_text', app.number_text(n.after),
               'delta_text', case when n.after <> n.before then
                   app.delta_text((n.after - n.before)::integer) end,
               'arr_before_text', app.money_short(coalesce(
                   (b.value ->> 'arr_cents')::bigint, 0)),
               'arr_after_text', app.money_short(coalesce(
                   (a.value ->> 'arr_cents')::bigint, 0)))
               order by coalesce(a.place, b.place), a.place is null)
      from jsonb_array_elements(p_before) with ordinality b (value, place)
      full join jsonb_array_elements(p_after) with ordinality a (value, place)
        on coalesce(a.value ->> 'band_key', '')
         = coalesce(b.value ->> 'band_key', '')
     cross join lateral (select
               coalesce((b.value ->> 'accounts')::bigint, 0) as before,
               coalesce((a.value ->> 'accounts')::bigint, 0) as after) n);

-- From where (rows) to where (columns).
create or replace function mainstay.band_matrix(p_before jsonb, p_after jsonb,
    p_matrix jsonb) returns jsonb
language sql stable parallel safe
return (
    select jsonb_agg(jsonb_build_object(
               'label', coalesce(b.value ->> 'label', 'Not scored'),
               'severity', coalesce(b.value ->> 'severity', 'unscored'),
               'cells', (
                   select jsonb_agg(jsonb_build_object(
                              'accounts', nullif(m.accounts, 0),
                              'arr_text', app.money_short(m.arr_cents),
                              'direction', case
                                  when r.was = r.now or b.value ->> 'severity'
                                      is not distinct from
                                      a.value ->> 'severity' then 'same'
                                  when r.was < r.now then 'worse'
                                  when r.was > r.now then 'better' end)
                              order by a.place)
                     from jsonb_array_elements(p_after)
                          with ordinality a (value, place)
                    cross join lateral (
                          select coalesce(sum((x ->> 'accounts')::bigint), 0)
                                     as accounts,
                                 coalesce(sum((x ->> 'arr_cents')::bigint), 0)
                                     ::bigint as arr_cents
                            from jsonb_array_elements(p_matrix) x
                           where x ->> 'from_key' is not distinct from
                                   b.value ->> 'band_key'
                             and x ->> 'to_key' is not distinct from
                                   a.value ->> 'band_key') m
                    cross join lateral (select
                          array_position(s.list, b.value ->> 'severity'),
                          array_position(s.list, a.value ->> 'severity')
                            from (select array['healthy', 'moderate',
                                'at_risk', 'critical']) s (list))
                          r (was, now)))
               order by b.place)
      from jsonb_array_elements(p_before) with ordinality b (value, place));

-- The change that weighs most, as the beginning of a sentence.
create or replace function mainstay.change_lead(p_before jsonb,
    p_after jsonb) returns text
language sql stable
return (
    select format('%s %s from %s to %s',
               case when c.now > c.was then 'Raising' else 'Lowering' end,
               c.label, trim_scale(c.was), trim_scale(c.now))
      from mainstay.document_changes(p_before, p_after) c
     where c.is_weight and c.now <> c.was
     order by abs(c.now - c.was) desc, c.now < c.was, c.place
     limit 1);

-- What a document would do to the accounts of its scorecard; p_before is what
-- is published, null when nothing is.
create or replace function mainstay.document_preview(p_tenant uuid,
    p_scorecard uuid, p_before jsonb, p_after jsonb, p_lead text default null)
returns table (sentence text, average_text text, notes_text text,
    has_before boolean, changes jsonb, before jsonb, after jsonb, bands jsonb,
    columns jsonb, matrix jsonb, moved jsonb, more_text text)
language plpgsql stable set search_path = ''
as $$
declare
    v_if constant jsonb := mainstay.what_if(p_tenant, p_scorecard, p_after,
        50, mainstay.what_if_limit(p_after));
begin
    return query
    select mainstay.preview_sentence(coalesce(p_lead,
               mainstay.change_lead(p_before, p_after), 'This'), v_if),
           case when v_if ->> 'average_before' is not null then
               format('Average health %s → %s.',
                   trim_scale(round((v_if ->> 'average_before')::numeric, 1)),
                   trim_scale(round((v_if ->> 'average_after')::numeric, 1)))
               end,
           concat_ws(' ', case when (v_if ->> 'scored')::bigint
                   < (v_if ->> 'accounts')::bigint
               then format('%s of %s have what this scorecard measures.',
                   app.number_text((v_if ->> 'scored')::bigint),
                   app.count_text((v_if ->> 'accounts')::bigint, 'account'))
               end,
               case when (v_if ->> 'overridden')::bigint > 0
               then app.count_text((v_if ->> 'overridden')::bigint, 'score')
                   || ' held by an override will not move.' end,
               v_if ->> 'note'),
           p_before is not null,
           (select jsonb_agg(jsonb_build_object('change', c.change)
                       order by c.place)
              from mainstay.document_changes(p_before, p_after) c
             where p_before is not null),
           mainstay.band_chart('before', 'Accounts by band now',
               v_if -> 'before'),
           mainstay.band_chart('after', 'Accounts by band then',
               v_if -> 'after'),
           mainstay.band_rows(v_if -> 'before', v_if -> 'after'),
           v_if -> 'after',
           mainstay.band_matrix(v_if -> 'before', v_if -> 'after',
               v_if -> 'matrix'),
           (select jsonb_agg(jsonb_build_object('account_id',
                       m.value ->> 'account_id', 'name', m.value ->> 'name',
                       'arr_text', app.money_text(
                           (m.value ->> 'arr_cents')::bigint,
                           m.value ->> 'currency'),
                       'delta_text', app.delta_text(
                           (m.value ->> 'to_score')::integer
                           - (m.value ->> 'from_score')::integer),
                       'trend', case when (m.value ->> 'to_score')::integer
                               < (m.value ->> 'from_score')::integer
                           then 'declining' else 'improving' end,
                       'was', jsonb_build_object(
                           'health_score', m.value ->> 'from_score',
                           'band_label', coalesce(m.value ->> 'from_label',
                               'Not scored'),
                           'health_band', coalesce(
                               m.value ->> 'from_severity', 'unscored')),
                       'now', jsonb_build_object(
                           'health_score', m.value ->> 'to_score',
                           'band_label', coalesce(m.value ->> 'to_label',
                               'Not scored'),
                           'health_band', coalesce(
                               m.value ->> 'to_severity', 'unscored')))
                       order by m.place)
              from jsonb_array_elements(v_if -> 'moved')
                   with ordinality m (value, place)),
           case when (v_if ->> 'changed_accounts')::bigint
                   > jsonb_array_length(v_if -> 'moved')
               then format('The %s largest of %s.',
                   jsonb_array_length(v_if -> 'moved'),
                   app.number_text((v_if ->> 'changed_accounts')::bigint))
               end;
end
$$;

create or replace function mainstay.preview_sentence(p_lead text, p_if jsonb)
returns text
language sql stable parallel safe
return case when (p_if ->> 'accounts')::bigint = 0
    then p_lead || ' changes no score: the scorecard applies to no account.'
    when (p_if ->> 'changed_accounts')::bigint = 0
    then p_lead || ' moves no account to another band.'
    else format('%s moves %s worth %s to another band: %s.', p_lead,
        app.count_text((p_if ->> 'changed_accounts')::bigint, 'account'),
        app.money_short((p_if ->> 'changed_arr_cents')::bigint),
        concat_ws(', ',
            case (p_if ->> 'worse_accounts')::bigint when 0 then null
                when 1 then '1 gets worse' else app.number_text(
                    (p_if ->> 'worse_accounts')::bigint) || ' get worse' end,
            case (p_if ->> 'better_accounts')::bigint when 0 then null
                when 1 then '1 gets better' else app.number_text(
                    (p_if ->> 'better_accounts')::bigint) || ' get better'
                end)) end;

-- The preview of what was typed; no row while something is wrong with it.
create or replace function mainstay.typed_preview(p_tenant uuid,
    p_scorecard uuid, p_form jsonb)
returns table (sentence text, average_text text, notes_text text,
    has_before boolean, changes jsonb, before jsonb, after jsonb, bands jsonb,
    columns jsonb, matrix jsonb, moved jsonb, more_text text)
language plpgsql stable set search_path = ''
as $$
declare
    v_base record;
begin
    select * into v_base
      from mainstay.seen_scorecard(p_tenant, p_scorecard, p_form ->> 'seen');
    if not exists (select from mainstay.form_problems(v_base.document,
                       p_form)) then
        return query
        select * from mainstay.document_preview(p_tenant, p_scorecard,
            v_base.published,
            mainstay.edited_document(v_base.document, p_form));
    end if;
end
$$;

-- How far the last run of scoring everything again is; no row: there was none.
create or replace function mainstay.scorecard_progress(p_tenant uuid)
returns table (total_text text, done_text text, waiting_text text,
    failed_text text, percent integer, is_running boolean, ago_text text)
language sql stable
begin atomic
    select app.count_text(p.accounts, 'account'), app.number_text(p.done),
           app.number_text(p.waiting),
           case when p.failed > 0 then app.number_text(p.failed) end,
           case when p.accounts = 0 then 100
               else (100 * p.done / p.accounts)::integer end,
           p.waiting > 0, app.ago_text(r.created_at)
      from (select h.id, h.created_at from mainstay.health_runs h
             where h.tenant_id = p_tenant
             order by h.created_at desc limit 1) r
     cross join lateral mainstay.health_progress(r.id) p;
end;

-- Name and rule for the form: as they are, or as typed.
create or replace function mainstay.rule_form(p_tenant uuid,
    p_scorecard uuid, p_form jsonb)
returns table (seen text, name text, description text, card_position text,
    segments text, stages jsonb, tiers jsonb)
language plpgsql stable set search_path = ''
as $$
declare
    v_card mainstay.scorecards;
    v_rule jsonb;
begin
    select * into v_card from mainstay.scorecards c
     where c.tenant_id = p_tenant and c.id = p_scorecard;
    if v_card.id is null then
        return;
    end if;
    v_rule := case when p_form is null then v_card.applies_to
        else mainstay.typed_rule(p_form) end;
    return query
    select md5(v_card::text),
           coalesce(p_form ->> 'name', v_card.name),
           coalesce(p_form ->> 'description', v_card.description),
           coalesce(p_form ->> 'position', v_card.position::text),
           coalesce(p_form ->> 'segments', (
               select string_agg(s.value, ', ' order by s.place)
                 from jsonb_array_elements_text(v_rule -> 'segment')
                      with ordinality s (value, place))),
           (select jsonb_agg(jsonb_build_object('place', s.place,
                       'name', s.name, 'is_chosen', v_rule -> 'stage'
                           ? s.name) order by s.place)
              from (select j.name, row_number() over (
                               order by j.display_order, j.name) as place
                      from mainstay.journey_stages j
                     where j.tenant_id = p_tenant) s),
           (select jsonb_agg(jsonb_build_object('place', t.place,
                       'key', t.key, 'label', app.label_text(t.key),
                       'is_chosen', v_rule -> 'tier' ? t.key)
                       order by t.place)
              from unnest(array['enterprise', 'mid_market', 'small_business',
                       'trial']) with ordinality t (key, place));
end
$$;

-- How a scorecard would have foreseen who churned. No draft: what is
-- published.
create or replace function mainstay.scorecard_back_test(p_tenant uuid,
    p_scorecard uuid, p_is_draft boolean)
returns table (of_text text, is_draft boolean, verdict text, horizons jsonb)
language plpgsql stable set search_path = ''
as $$
declare
    v_base record;
    v_of_draft boolean;
    v_test jsonb;
begin
    select * into v_base from mainstay.scorecard_base(p_tenant, p_scorecard);
    if v_base.document is null then
        return;
    end if;
    v_of_draft := v_base.is_draft and (p_is_draft or v_base.published is null);
    v_test := mainstay.back_test(p_tenant, case when v_of_draft
        then v_base.document else v_base.published end);
    return query
    select case when v_of_draft then 'The draft'
               else 'The published version' end,
           v_of_draft, v_test ->> 'verdict',
           (select jsonb_agg(jsonb_build_object(
                       'days_text', h.value ->> 'days' || ' days before',
                       'churned', h.value ->> 'churned',
                       'renewed', h.value ->> 'renewed',
                       'auc_text', h.auc::text,
                       'interval_text', h.low || ' to ' || h.high,
                       'x', 100 * h.auc, 'left', 100 * h.low,
                       'width', 100 * (h.high - h.low),
                       'mean_churned', trim_scale(round(
                           (h.value ->> 'mean_churned')::numeric, 1)),
                       'mean_renewed', trim_scale(round(
                           (h.value ->> 'mean_renewed')::numeric, 1)),
                       'missed', case when h.enough
                           then h.value ->> 'missed' end,
                       'false_alarms', case when h.enough
                           then h.value ->> 'false_alarms' end)
                       order by h.place)
              from (select x.value, x.place, e.enough,
                           case when e.enough then round(
                               (x.value ->> 'auc')::numeric, 2) end as auc,
                           round((x.value ->> 'auc_low')::numeric, 2) as low,
                           round((x.value ->> 'auc_high')::numeric, 2)
                               as high
                      from jsonb_array_elements(v_test -> 'horizons')
                           with ordinality x (value, place)
                     cross join lateral (select
                           (x.value ->> 'enough')::boolean) e (enough)) h);
end
$$;

grant execute on function mainstay.band_chart(text, text, jsonb),
    mainstay.band_rows(jsonb, jsonb),
    mainstay.band_matrix(jsonb, jsonb, jsonb),
    mainstay.change_lead(jsonb, jsonb),
    mainstay.document_preview(uuid, uuid, jsonb, jsonb, text),
    mainstay.typed_preview(uuid, uuid, jsonb),
    mainstay.preview_sentence(text, jsonb),
    mainstay.scorecard_progress(uuid),
    mainstay.rule_form(uuid, uuid, jsonb),
    mainstay.scorecard_back_test(uuid, uuid, boolean)
    to mainstay_app;

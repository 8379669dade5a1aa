-- The success profile of a customer, and scores, under the programme's names.

create or replace function app.profile_api(p_tenant uuid, p_account uuid)
returns json
language plpgsql stable set search_path = ''
as $$
declare
    v_profile mainstay.account_profiles;
begin
    select p.* into v_profile from mainstay.account_profiles p
     where p.tenant_id = p_tenant and p.account_id = p_account;
    return (
        select json_build_object('customerId', a.id, 'csmId', a.csm_id,
            'executiveSponsors', coalesce((
                select json_agg(c.full_name order by c.full_name)
                  from mainstay.contacts c
                 where c.tenant_id = p_tenant and c.account_id = a.id
                   and c.is_sponsor), '[]'),
            'businessObjectives', coalesce(v_profile.objectives, '[]'),
            'successCriteria', coalesce(v_profile.success_criteria, '[]'),
            'valueMetrics', coalesce(v_profile.value_metrics, '[]'),
            'onboardingStatus', mainstay.programme_name('OnboardingStatus',
                coalesce(v_profile.onboarding_status, 'not_started')),
            'onboardingStartDate', v_profile.onboarding_started_on,
            'onboardingCompletedDate', v_profile.onboarding_completed_on,
            'dataMigrationStatus', mainstay.programme_name(
                'DataMigrationStatus', coalesce(
                v_profile.data_migration_status, 'not_started')),
            'trainingCompletion', v_profile.training_percent,
            'adoptionRate', v_profile.adoption_percent,
            'npsScore', v_profile.nps, 'csatScore', v_profile.csat,
            'cesScore', v_profile.ces,
            'expansionProbability', v_profile.expansion_percent,
            'createdAt', app.api_time(v_profile.created_at),
            'updatedAt', app.api_time(v_profile.updated_at))
          from mainstay.accounts a
         where a.tenant_id = p_tenant and a.id = p_account);
end
$$;

-- A list of texts, none of them empty.
create or replace function mainstay.check_texts(p_member text, p_list jsonb)
returns void
language plpgsql immutable set search_path = ''
as $$
declare
    v_at bigint;
begin
    select e.nr - 1 into v_at
      from jsonb_array_elements(p_list) with ordinality e (value, nr)
     where jsonb_typeof(e.value) <> 'string'
        or length(btrim(e.value #>> '{}')) not between 1 and 500
     order by e.nr limit 1;
    if found then
        raise exception using errcode = 'MS422',
            column = p_member || '/' || v_at, message =
                'This must be a text of 1 to 500 characters.';
    end if;
end
$$;

-- [{name, baseline, target, current}]: a name, and numbers or null.
create or replace function mainstay.check_value_metrics(p_member text,
    p_list jsonb) returns void
language plpgsql immutable set search_path = ''
as $$
declare
    v_bad record;
begin
    select e.nr - 1 as at, m.key, m.problem into v_bad
      from jsonb_array_elements(p_list) with ordinality e (value, nr)
     cross join lateral (
        select null as key, 'This must be an object.' as problem
         where jsonb_typeof(e.value) <> 'object'
        union all
        select 'name', 'This must be a text of 1 to 200 characters.'
         where jsonb_typeof(e.value) = 'object'
           and coalesce(jsonb_typeof(e.value -> 'name') <> 'string'
               or length(btrim(e.value ->> 'name')) not between 1 and 200,
               true)
        union all
        select o.key, case when o.key in ('baseline', 'target', 'current')
                   then 'This must be a number.'
                   else o.key || ' is not known here.' end
          from jsonb_each(case jsonb_typeof(e.value) when 'object'
                   then e.value else '{}' end) o
         where o.key <> 'name'
           and (o.key not in ('baseline', 'target', 'current')
               or jsonb_typeof(o.value) not in ('number', 'null'))) m
     order by e.nr limit 1;
    if found then
        raise exception using errcode = 'MS422', message = v_bad.problem,
            column = concat_ws('/', p_member, v_bad.at, v_bad.key);
    end if;
end
$$;

create or replace function mainstay.profile_members()
returns table (member text, name text)
language sql immutable parallel safe
begin atomic
    values ('businessObjectives', 'objectives'),
        ('successCriteria', 'success_criteria'),
        ('valueMetrics', 'value_metrics'),
        ('onboardingStatus', 'onboarding_status'),
        ('onboardingStartDate', 'onboarding_started_on'),
        ('onboardingCompletedDate', 'onboarding_completed_on'),
        ('dataMigrationStatus', 'data_migration_status'),
        ('trainingCompletion', 'training_percent'),
        ('adoptionRate', 'adoption_percent'), ('npsScore', 'nps'),
        ('csatScore', 'csat'), ('cesScore', 'ces'),
        ('expansionProbability', 'expansion_percent');
end;

-- Changes what was given; the first change makes the profile.
create or replace function app.save_profile(p_tenant uuid, p_account uuid,
    p_if_match text, p_values jsonb, p_given text[],
    out body json, out etag text)
language plpgsql volatile set search_path = ''
as $$
declare
    v_profile mainstay.account_profiles;
    v_new mainstay.account_profiles;
    v_values jsonb;
begin
    perform app.api_lock(p_tenant, 'accounts', p_account, null);
    perform app.match_version(p_if_match,
        md5(app.profile_api(p_tenant, p_account)::text));
    perform mainstay.check_texts(m, nullif(p_values -> m, 'null'))
       from unnest('{businessObjectives,successCriteria}'::text[]) m;
    perform mainstay.check_value_metrics('valueMetrics',
        nullif(p_values -> 'valueMetrics', 'null'));
    p_values := p_values || jsonb_build_object('onboardingStatus',
        mainstay.programme_value('OnboardingStatus',
            p_values ->> 'onboardingStatus', 'onboardingStatus'),
        'dataMigrationStatus', mainstay.programme_value(
            'DataMigrationStatus', p_values ->> 'dataMigrationStatus',
            'dataMigrationStatus'));
    select jsonb_object_agg(m.name, case when p_values -> m.member <> 'null'
               then p_values -> m.member
               when m.name in ('objectives', 'success_criteria',
                   'value_metrics') then '[]'
               when m.name like '%\_status' then '"not_started"'
               else 'null' end)
      into v_values
      from mainstay.profile_members() m where m.member = any (p_given);
    insert into mainstay.account_profiles (tenant_id, account_id)
    values (p_tenant, p_account)
        on conflict (tenant_id, account_id) do nothing;
    select p.* into v_profile from mainstay.account_profiles p
     where p.tenant_id = p_tenant and p.account_id = p_account;
    v_new := jsonb_populate_record(v_profile, coalesce(v_values, '{}'));
    if v_new.onboarding_completed_on < v_new.onboarding_started_on then
        raise exception using errcode = 'MS422',
            column = 'onboardingCompletedDate', message =
                'Onboarding cannot be completed before it began.';
    end if;
    if v_new is distinct from v_profile then
        update mainstay.account_profiles p
           set objectives = v_new.objectives,
               success_criteria = v_new.success_criteria,
               value_metrics = v_new.value_metrics,
               onboarding_status = v_new.onboarding_status,
               onboarding_started_on = v_new.onboarding_started_on,
               onboarding_completed_on = v_new.onboarding_completed_on,
               data_migration_status = v_new.data_migration_status,
               training_percent = v_new.training_percent,
               adoption_percent = v_new.adoption_percent, nps = v_new.nps,
               csat = v_new.csat, ces = v_new.ces,
               expansion_percent = v_new.expansion_percent
         where p.tenant_id = p_tenant and p.id = v_profile.id;
    end if;
    body := app.profile_api(p_tenant, p_account);
    etag := md5(body::text);
end
$$;
comment on function app.save_profile(uuid, uuid, text, jsonb, text[]) is
    'Saves what a program gave of a success profile; MS412 when it is not '
    'as If-Match says.';

create or replace function app.score_api(p_score mainstay.health_scores)
returns json
language plpgsql stable parallel safe set search_path = ''
as $$
begin
    return json_build_object('id', p_score.id,
        'customerId', p_score.account_id,
        'overallScore', p_score.overall_score,
        'healthLevel', mainstay.programme_name('HealthLevel', p_score.band),
        'healthTrend', mainstay.programme_name('HealthTrend', p_score.trend),
        'previousScore', p_score.previous_score,
        'components', coalesce(p_score.given, '{}'),
        'factors', p_score.contributions, 'source', p_score.source,
        'notes', p_score.note,
        'scoredAt', app.api_time(p_score.observed_at));
end
$$;

-- All scores of a customer, the newest first.
create or replace function app.score_page(p_tenant uuid, p_account uuid,
    p_limit integer, p_cursor text, out body json, out next_cursor text)
language plpgsql stable set search_path = ''
as $$
declare
    v_from record;
begin
    perform app.api_account(p_tenant, p_account);
    select c.key::timestamptz as at, c.id into v_from
      from app.cursor_read(p_cursor, 'scores', 'timestamptz') c;
    select coalesce(json_agg(app.score_api(s.score) order by s.nr)
               filter (where s.nr <= p_limit), '[]'),
           case when max(s.nr) > p_limit then (array_agg(app.cursor_text(
               'scores', (s.score).observed_at::text, (s.score).id::text)
               order by s.nr))[p_limit] end
      into body, next_cursor
      from (select h as score, row_number() over (
                       order by h.observed_at desc, h.id desc) as nr
              from mainstay.health_scores h
             where h.tenant_id = p_tenant and h.account_id = p_account
               and (v_from.id is null
                   or (h.observed_at, h.id) < (v_from.at, v_from.id))
             order by h.observed_at desc, h.id desc
             limit p_limit + 1) s;
    body := json_build_object('data', body, 'next_cursor', next_cursor,
        'has_more', next_cursor is not null);
end
$$;

-- What parts would come to: by the programme's weights, of which those that
-- are left out do not count, or by the account's own scorecard where components
-- name its parts; without any, what it makes of what is known. Nothing is
-- saved.
create or replace function app.calculate_score(p_tenant uuid,
    p_account uuid, p_parts jsonb, p_components jsonb) returns json
language plpgsql stable set search_path = ''
as $$
declare
    v_parts constant jsonb := jsonb_strip_nulls(p_parts);
    v_given constant jsonb := v_parts || coalesce(p_components, '{}');
    v_document jsonb;
    v_made record;
    v_bad text;
begin
    perform app.api_account(p_tenant, p_account);
    if p_components <> '{}' and v_parts <> '{}' then
        raise exception using errcode = 'MS422', column = 'components',
            message = 'Give either components or the four scores.';
    end if;
    v_document := case when v_parts <> '{}' then mainstay.preset('programme')
        else mainstay.account_document(p_tenant, p_account, null) end;
    select e.key into v_bad from jsonb_each(p_components) e
      left join mainstay.scorecard_metrics(v_document) m
        on m.source = 'component' and m.name = e.key
     where m.name is null or jsonb_typeof(e.value) <> 'number'
        or case jsonb_typeof(e.value) when 'number' then
            (e.value #>> '{}')::numeric not between 0 and 100 / m.factor end
     order by e.key limit 1;
    if found then
        raise exception using errcode = 'MS422',
            column = 'components/' || v_bad, message =
                'The scorecard of this customer takes '
                || coalesce((select string_agg(format('%s (0 to %s)',
                           m.name, trim_scale(round(100 / m.factor, 6))),
                           ', ' order by m.place)
                      from mainstay.scorecard_metrics(v_document) m
                     where m.source = 'component' and m.name <> '*'
                       and m.factor > 0), 'no components') || '.';
    end if;
    select * into v_made
      from mainstay.evaluate(p_tenant, v_document, array[p_account], now(),
          jsonb_build_object(p_account, v_given)) e;
    return (
        select json_build_object('overallScore', v_made.score,
            'healthLevel', mainstay.programme_name('HealthLevel',
                v_made.severity),
            'healthTrend', mainstay.programme_name('HealthTrend',
                mainstay.trend_shown(p_tenant, p_account, v_document,
                    v_made.score, a.health_score, now())),
            'previousScore', a.health_score,
            'factors', coalesce(v_made.contributions, '[]'))
          from mainstay.accounts a
         where a.tenant_id = p_tenant and a.id = p_account);
end
$$;
comment on function app.calculate_score(uuid, uuid, jsonb, jsonb) is
    'The score that parts come to, with level and trend; stores nothing.';

grant execute on function mainstay.check_texts(text, jsonb),
    mainstay.check_value_metrics(text, jsonb), mainstay.profile_members()
    to mainstay_app, mainstay_maint, mainstay_definer;
grant execute on function app.profile_api(uuid, uuid),
    app.save_profile(uuid, uuid, text, jsonb, text[]),
    app.score_api(mainstay.health_scores),
    app.score_page(uuid, uuid, integer, text),
    app.calculate_score(uuid, uuid, jsonb, jsonb) to mainstay_app;

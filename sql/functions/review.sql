-- Business reviews: when the next one is due, what it looks back on, and how
-- it is prepared, held and followed up.

-- The day the next one is due; null: the tier has none.
create or replace function mainstay.review_due(p_from date,
    p_is_first_month boolean, p_days integer, p_first_days integer)
returns date
language sql immutable parallel safe
return p_from + case when p_is_first_month then coalesce(p_first_days,
    p_days) else p_days end;

-- The type by the days between two; every third monthly one is a quarterly
-- one.
create or replace function mainstay.review_type_for(p_days integer,
    p_is_quarter_over boolean) returns text
language sql immutable parallel safe
return case when p_days <= 10 then 'weekly'
    when p_days <= 45 and not p_is_quarter_over then 'monthly'
    when p_days <= 135 then 'quarterly'
    else 'annual' end;

-- When the next one of an account is due, and of which type; no row where
-- none is held: of a tier without reviews, and of who has paused or left.
create or replace function mainstay.next_review(p_tenant uuid,
    p_account uuid)
returns table (due_on date, type text, days integer)
language plpgsql stable rows 1 set search_path = ''
as $$
begin
    return query
    select mainstay.review_due(a.review_from, a.is_first_month,
               t.review_days, t.first_review_days),
           mainstay.review_type_for(d.days, not exists (
               select from mainstay.business_reviews r
                where r.tenant_id = p_tenant and r.account_id = p_account
                  and r.status = 'held' and r.type not in ('weekly',
                      'monthly')
                  and r.held_at > now() - interval '80 days')
               and coalesce(a.contract_start_date, a.created_at::date)
                   < current_date - 80), d.days
      from mainstay.accounts a
      join mainstay.account_tiers t
        on t.tenant_id = p_tenant and t.tier = a.tier
     cross join lateral (select case when a.is_first_month
               then coalesce(t.first_review_days, t.review_days)
               else t.review_days end) d (days)
     where a.tenant_id = p_tenant and a.id = p_account
       and a.status in ('active', 'onboarding') and d.days is not null;
end
$$;
comment on function mainstay.next_review(uuid, uuid) is
    'When the next business review of an account is due by its tier, and of '
    'which type.';

-- Averages of four weeks against the four before.
create or replace function mainstay.review_usage(p_tenant uuid,
    p_account uuid, p_at timestamptz) returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_agg(jsonb_build_object('metric', u.metric_type,
                   'value', u.now, 'before', u.before) order by u.metric_type),
                   '[]')
          from (select m.metric_type,
                       round(avg(m.metric_value::numeric) filter (where
                           m.observed_at > p_at - interval '28 days'), 2)
                           as now,
                       round(avg(m.metric_value::numeric) filter (where
                           m.observed_at <= p_at - interval '28 days'), 2)
                           as before
                  from mainstay.usage_metrics m
                 where m.tenant_id = p_tenant and m.account_id = p_account
                   and m.observed_at > p_at - interval '56 days'
                   and m.observed_at <= p_at
                   and m.metric_type <> 'support_tickets'
                 group by m.metric_type
                 order by m.metric_type limit 8) u
         where u.now is not null);
end
$$;

-- As sweeps of playbooks count them: what the metric adds up to or the
-- events, whichever are more.
create or replace function mainstay.review_tickets(p_tenant uuid,
    p_account uuid, p_at timestamptz) returns bigint
language plpgsql stable set search_path = ''
as $$
begin
    return greatest((
        select coalesce(sum(m.metric_value), 0)::bigint
          from mainstay.usage_metrics m
         where m.tenant_id = p_tenant and m.account_id = p_account
           and m.metric_type = 'support_tickets'
           and m.observed_at > p_at - interval '30 days'
           and m.observed_at <= p_at), (
        select count(*) from mainstay.cdi_events e
         where e.tenant_id = p_tenant and e.account_id = p_account
           and e.event_type = 'ticket_created'
           and e.observed_at > p_at - interval '30 days'
           and e.observed_at <= p_at));
end
$$;

create or replace function mainstay.review_goals(p_tenant uuid,
    p_account uuid, p_stage text, p_at timestamptz) returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_agg(jsonb_build_object('title', g.title,
                   'status', case when m.decided_at <= p_at then m.status
                       else 'open' end) order by g.display_order, g.id), '[]')
          from mainstay.journey_stages s
          join mainstay.stage_goals g
            on g.tenant_id = p_tenant and g.stage_id = s.id
          left join mainstay.account_goals m
            on m.tenant_id = p_tenant and m.goal_id = g.id
               and m.account_id = p_account
         where s.tenant_id = p_tenant and s.name = p_stage);
end
$$;

-- The account as it was; while history is loaded there is no log to ask.
create or replace function mainstay.reviewed_account(p_tenant uuid,
    p_account uuid, p_at timestamptz) returns mainstay.accounts
language plpgsql stable set search_path = ''
as $$
declare
    v_account mainstay.accounts;
    v_then jsonb;
begin
    select a.* into v_account from mainstay.accounts a
     where a.tenant_id = p_tenant and a.id = p_account;
    if p_at < now() and not mainstay.is_loading_history() then
        v_then := api.account_at(p_tenant, p_account, p_at);
    end if;
    return case when v_then is null then v_account
        else jsonb_populate_record(v_account, v_then) end;
end
$$;

-- What a review looks back on, as it was at a time.
create or replace function mainstay.review_figures(p_tenant uuid,
    p_account uuid, p_at timestamptz) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_account constant mainstay.accounts :=
        mainstay.reviewed_account(p_tenant, p_account, p_at);
    v_score mainstay.health_scores;
    v_profile mainstay.account_profiles;
begin
    select h.* into v_score from mainstay.health_scores h
     where h.tenant_id = p_tenant and h.account_id = p_account
       and h.observed_at <= p_at
     order by h.observed_at desc, h.recorded_at desc limit 1;
    select p.* into v_profile from mainstay.account_profiles p
     where p.tenant_id = p_tenant and p.account_id = p_account;
    return jsonb_build_object('as_of', p_at,
        'score', v_score.overall_score, 'band', v_score.band,
        'band_label', v_score.risk_level,
        'trend', coalesce(v_score.trend, 'unknown'),
        'previous_score', v_score.previous_score,
        'arr_cents', v_account.arr_cents, 'currency', v_account.currency,
        'tier', v_account.tier, 'stage', v_account.current_stage,
        'renewal_date', v_account.renewal_date,
        'nps', v_profile.nps, 'csat', v_profile.csat,
        'adoption_percent', v_profile.adoption_percent,
        'usage', mainstay.review_usage(p_tenant, p_account, p_at),
        'tickets', mainstay.review_tickets(p_tenant, p_account, p_at),
        'tickets_before', mainstay.review_tickets(p_tenant, p_account,
            p_at - interval '30 days'),
        'goals', mainstay.review_goals(p_tenant, p_account,
            v_account.current_stage, p_at));
end
$$;
comment on function mainstay.review_figures(uuid, uuid, timestamptz) is
    'Score, revenue, usage, tickets and goals of an account at a time.';

-- What was agreed in reviews before this one and is not done yet.
create or replace function mainstay.carried_items(
    p_review mainstay.business_reviews)
returns setof mainstay.tasks
language plpgsql stable rows 5 set search_path = ''
as $$
begin
    return query
    select t.* from mainstay.tasks t
      join mainstay.business_reviews r
        on r.tenant_id = p_review.tenant_id and r.id = t.review_id
     where t.tenant_id = p_review.tenant_id
       and t.account_id = p_review.account_id
       and t.review_id <> p_review.id
       and t.status in ('open', 'in_progress')
       and (coalesce(r.held_at, r.scheduled_at), r.id)
           < (coalesce(p_review.held_at, p_review.scheduled_at), p_review.id);
end
$$;

-- The figures of the day are taken when a review is held, with what was
-- still open from earlier ones; after that they stay.
create or replace function mainstay.review_frozen() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if mainstay.is_undoing() then
        return new;
    elsif tg_op = 'UPDATE' and old.figures is not null then
        if new.figures is distinct from old.figures then
            raise exception using errcode = 'MS409', message =
                'The figures of a review that was held stay as they were.';
        end if;
    elsif new.status = 'held' then
        new.figures := mainstay.review_figures(new.tenant_id, new.account_id,
                new.held_at)
            || jsonb_build_object('open_items', (
                select coalesce(jsonb_agg(jsonb_build_object('title', i.title,
                           'due_on', i.due_on, 'owner', p.full_name)
                           order by i.due_on nulls last, i.id), '[]')
                  from mainstay.carried_items(new) i
                  left join mainstay.profiles p
                    on p.tenant_id = new.tenant_id
                       and p.user_id = i.assignee_id));
    end if;
    return new;
end
$$;
create or replace trigger business_reviews_10_frozen
    before insert or update on mainstay.business_reviews
    for each row execute function mainstay.review_frozen();

create or replace function mainstay.review_counted() returns trigger
language plpgsql set search_path = ''
as $$
declare
    v_account constant uuid := coalesce(new.account_id, old.account_id);
    v_tenant constant uuid := coalesce(new.tenant_id, old.tenant_id);
    v_last constant date := (
        select max(r.held_at at time zone 'UTC')::date
          from mainstay.business_reviews r
         where r.tenant_id = v_tenant and r.account_id = v_account
           and r.status = 'held');
begin
    update mainstay.accounts a set last_review_on = v_last
     where a.tenant_id = v_tenant and a.id = v_account
       and a.last_review_on is distinct from v_last;
    return null;
end
$$;
create or replace trigger business_reviews_50_counted
    after insert or delete or update of held_at
    on mainstay.business_reviews
    for each row execute function mainstay.review_counted();

-- "a" and "b", one a line, as a list.
create or replace function mainstay.text_lines(p_text text) returns text[]
language sql immutable parallel safe
begin atomic
    select coalesce(array_agg(btrim(l.line) order by l.place), '{}')
      from regexp_split_to_table(p_text, '\r?\n')
               with ordinality l (line, place)
     where btrim(l.line) <> '';
end;

-- A list of texts that was given as a member, or lines of a form.
create or replace function mainstay.review_texts(p_name text, p_label text,
    p_value jsonb) returns text[]
language plpgsql immutable set search_path = ''
as $$
declare
    v_texts text[];
begin
    if p_value is null or p_value = 'null' then
        return '{}';
    elsif jsonb_typeof(p_value) = 'string' then
        v_texts := mainstay.text_lines(p_value #>> '{}');
    elsif jsonb_typeof(p_value) = 'array' and not jsonb_path_exists(p_value,
            'strict $[*] ? (@.type() != "string")') then
        select coalesce(array_agg(btrim(t.value) order by t.place), '{}')
          into v_texts
          from jsonb_array_elements_text(p_value)
                   with ordinality t (value, place)
         where btrim(t.value) <> '';
    end if;
    if v_texts is null or cardinality(v_texts) > 50
            or exists (select from unnest(v_texts) t where length(t) > 500)
            then
        raise exception using errcode = 'MS422', column = p_name,
            message = format('%s must be at most 50 lines, each of at most '
                '500 characters.', p_label);
    end if;
    return v_texts;
end
$$;

create or replace function mainstay.review_time(p_name text, p_label text,
    p_text text) returns timestamptz
language plpgsql stable set search_path = ''
as $$
declare
    v_at timestamptz;
begin
    if p_text ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?'
            '(Z|[+-]\d\d:\d\d)?$' then
        begin
            v_at := case when p_text ~ '(Z|[+-]\d\d:\d\d)$'
                then p_text::timestamptz
                else p_text::timestamp at time zone 'UTC' end;
        exception when data_exception then
            null;
        end;
    end if;
    if p_text is not null and (v_at is null
            or v_at not between '1900-01-01' and '2200-01-01') then
        raise exception using errcode = 'MS422', column = p_name,
            message = format('%s must be a time, like '
                '2026-08-21T14:00:00Z.', p_label);
    end if;
    return v_at;
end
$$;

-- What is wrong with a review as it would be.
create or replace function mainstay.check_review(
    p_old mainstay.business_reviews, p_new mainstay.business_reviews)
returns void
language plpgsql stable set search_path = ''
as $$
begin
    if p_new.scheduled_at is null then
        raise exception using errcode = 'MS422', column = 'scheduled_at',
            message = 'When it is to be held is required.';
    elsif p_old.status = 'held' and p_new.status <> 'held' then
        raise exception using errcode = 'MS422', column = 'status',
            message = 'A review that was held stays so.';
    elsif p_new.held_at > now() then
        raise exception using errcode = 'MS422', column = 'held_at',
            message = 'A review is held now or was held before.';
    elsif p_old.status = 'held' and p_new.held_at <> p_old.held_at then
        raise exception using errcode = 'MS422', column = 'held_at',
            message = 'The figures are those of that day: it stays.';
    elsif p_new.status = 'held' and p_old.status is distinct from 'held'
            and p_new.held_at < (
                select least(a.created_at, a.contract_start_date)
                  from mainstay.accounts a
                 where a.tenant_id = p_new.tenant_id
                   and a.id = p_new.account_id) then
        raise exception using errcode = 'MS422', column = 'held_at',
            message = 'The account was not there yet on that day.';
    elsif p_new.owner_id is not null
            and p_new.owner_id is distinct from p_old.owner_id
            and not exists (
                select from mainstay.profiles p
                 where p.tenant_id = p_new.tenant_id
                   and p.user_id = p_new.owner_id and p.is_active) then
        raise exception using errcode = 'MS422', column = 'owner_id',
            message = 'Who leads it must be somebody who works here.';
    end if;
end
$$;

-- The review with what was given; what is not given stays, null clears.
create or replace function mainstay.review_with(
    p_review mainstay.business_reviews, p_given jsonb)
returns mainstay.business_reviews
language plpgsql stable set search_path = ''
as $$
declare
    v_new mainstay.business_reviews := p_review;
begin
    v_new := jsonb_populate_record(v_new, (
        select coalesce(jsonb_object_agg(g.key, g.value), '{}')
          from jsonb_each(p_given) g
         where g.key in ('owner_id', 'overall_rating', 'feedback',
                   'follow_up_on')
            or g.key in ('type', 'status') and g.value <> 'null'));
    if p_given ? 'scheduled_at' then
        v_new.scheduled_at := mainstay.review_time('scheduled_at', 'The time',
            p_given ->> 'scheduled_at');
    end if;
    if p_given ? 'held_at' then
        v_new.held_at := mainstay.review_time('held_at', 'When it was held',
            p_given ->> 'held_at');
        if v_new.held_at is not null and not p_given ? 'status' then
            v_new.status := 'held';
        end if;
    end if;
    v_new.held_at := case when v_new.status = 'held'
        then coalesce(v_new.held_at, p_review.held_at, now()) end;
    select max(t.texts) filter (where t.name = 'attendees'),
           max(t.texts) filter (where t.name = 'agenda'),
           max(t.texts) filter (where t.name = 'achievements'),
           max(t.texts) filter (where t.name = 'challenges'),
           max(t.texts) filter (where t.name = 'decisions'),
           max(t.texts) filter (where t.name = 'next_steps')
      into v_new.attendees, v_new.agenda, v_new.achievements,
           v_new.challenges, v_new.decisions, v_new.next_steps
      from (select l.name, case when p_given ? l.name
                       then mainstay.review_texts(l.name, l.label,
                           p_given -> l.name)
                       else l.now end as texts
              from (values ('attendees', 'Who takes part',
                        p_review.attendees),
                    ('agenda', 'The agenda', p_review.agenda),
                    ('achievements', 'What went well',
                        p_review.achievements),
                    ('challenges', 'What is in the way',
                        p_review.challenges),
                    ('decisions', 'What was decided', p_review.decisions),
                    ('next_steps', 'What comes next', p_review.next_steps))
                    l (name, label, now)) t;
    return v_new;
end
$$;

-- The one way to write a review. p_review null: a new one of p_account.
-- p_given: the columns that are meant, lists as lists or lines.
create or replace function mainstay.save_review(p_tenant uuid,
    p_account uuid, p_review uuid, p_seen text, p_given jsonb) returns uuid
language plpgsql volatile set search_path = ''
as $$
declare
    v_old mainstay.business_reviews;
    v_new mainstay.business_reviews;
begin
    if p_review is null then
        perform mainstay.tenant_of_account(p_account);
        select n.* into v_new
          from jsonb_populate_record(null::mainstay.business_reviews,
              jsonb_build_object('tenant_id', p_tenant,
                  'id', gen_random_uuid(), 'account_id', p_account,
                  'type', 'quarterly', 'status', 'scheduled',
                  'attendees', '[]'::jsonb, 'agenda', '[]'::jsonb,
                  'achievements', '[]'::jsonb, 'challenges', '[]'::jsonb,
                  'decisions', '[]'::jsonb, 'next_steps', '[]'::jsonb,
                  'created_at', now(), 'updated_at', now())) n;
    else
        select r.* into v_old from mainstay.business_reviews r
         where r.tenant_id = p_tenant and r.id = p_review for update;
        perform mainstay.check_seen('review', v_old.id is not null,
            md5(v_old::text), coalesce(p_seen, md5(v_old::text)));
        v_new := v_old;
    end if;
    v_new := mainstay.review_with(v_new, p_given);
    perform mainstay.check_review(v_old, v_new);
    if p_review is null then
        insert into mainstay.business_reviews select v_new.*;
    else
        update mainstay.business_reviews r
           set type = v_new.type, status = v_new.status,
               scheduled_at = v_new.scheduled_at, held_at = v_new.held_at,
               owner_id = v_new.owner_id, attendees = v_new.attendees,
               agenda = v_new.agenda, achievements = v_new.achievements,
               challenges = v_new.challenges, decisions = v_new.decisions,
               next_steps = v_new.next_steps,
               overall_rating = v_new.overall_rating,
               feedback = v_new.feedback, follow_up_on = v_new.follow_up_on
         where r.tenant_id = p_tenant and r.id = p_review;
    end if;
    return v_new.id;
end
$$;
comment on function mainstay.save_review(uuid, uuid, uuid, text, jsonb) is
    'Adds a business review or changes what was given of one.';

-- An action item: a task of the account that was agreed in the review.
create or replace function mainstay.add_review_item(p_tenant uuid,
    p_review uuid, p_title text, p_assignee uuid, p_due date,
    p_priority text) returns uuid
language plpgsql volatile set search_path = ''
as $$
declare
    v_id uuid;
begin
    perform mainstay.check_assignee(p_tenant, p_assignee);
    insert into mainstay.tasks (tenant_id, account_id, review_id, title,
        due_on, assignee_id, priority, created_by)
    select p_tenant, r.account_id, r.id, p_title, p_due, p_assignee,
           coalesce(p_priority, 'medium'), mainstay.actor_in(p_tenant)
      from mainstay.business_reviews r
     where r.tenant_id = p_tenant and r.id = p_review
    returning id into v_id;
    if v_id is null then
        raise exception using errcode = 'MS404',
            message = 'There is nothing here that you may see.';
    end if;
    return v_id;
end
$$;
comment on function mainstay.add_review_item(uuid, uuid, text, uuid, date,
    text) is 'Adds an action item of a review, as a task of its account.';

grant execute on function
    mainstay.review_due(date, boolean, integer, integer),
    mainstay.review_type_for(integer, boolean),
    mainstay.next_review(uuid, uuid),
    mainstay.review_usage(uuid, uuid, timestamptz),
    mainstay.review_tickets(uuid, uuid, timestamptz),
    mainstay.review_goals(uuid, uuid, text, timestamptz),
    mainstay.reviewed_account(uuid, uuid, timestamptz),
    mainstay.review_figures(uuid, uuid, timestamptz),
    mainstay.carried_items(mainstay.business_reviews),
    mainstay.text_lines(text), mainstay.review_texts(text, text, jsonb),
    mainstay.review_time(text, text, text),
    mainstay.check_review(mainstay.business_reviews,
        mainstay.business_reviews),
    mainstay.review_with(mainstay.business_reviews, jsonb),
    mainstay.save_review(uuid, uuid, uuid, text, jsonb),
    mainstay.add_review_item(uuid, uuid, text, uuid, date, text)
    to mainstay_app, mainstay_maint, mainstay_definer;

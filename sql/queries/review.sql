-- Business reviews: the lists, one of them, and its form
-- (sql/functions/review.sql).

-- name: review_page
-- What the list says once.
select coalesce(:show, 'upcoming') = 'upcoming' as is_upcoming,
    :show = 'due' as is_due, :show = 'held' as is_held,
    :show as show, :mine::text is not null as is_mine,
    :after_at::timestamptz is not null as is_later_page,
    case when :mine::text is null then '' else '&mine=yes' end as query;

-- name: review_list_upcoming
-- The next first; the 51st tells that there is a next page.
with page as materialized (
    select r.* from business_reviews r
    where r.tenant_id = :tenant_id::uuid and r.status = 'scheduled'
        and (:mine::text is null or r.owner_id = :user_id::uuid)
        and (:after_at::timestamptz is null
            or (r.scheduled_at, r.id) > (:after_at, :after_id::uuid))
    order by r.scheduled_at, r.id
    limit 51
)
select p.id, a.id as account_id, a.name as account_name,
    app.label_text(p.type) as type_text,
    app.time_text(p.scheduled_at) as time_text,
    app.ago_text(p.scheduled_at) as ago_text,
    p.scheduled_at < now() as is_late, o.full_name as owner,
    a.health_score, coalesce(a.health_band::text, 'unscored') as health_band,
    coalesce(a.health_label, app.band_text(a.health_band)) as band_label,
    case when p.nr = 50 and p.found > 50 then to_char(
        p.scheduled_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
        end as next_at,
    case when p.nr = 50 and p.found > 50 then p.id end as next_id
from (
    select *, row_number() over (order by scheduled_at, id) as nr,
        count(*) over () as found
    from page) p
join accounts a on a.tenant_id = :tenant_id::uuid and a.id = p.account_id
left join profiles o
    on o.tenant_id = :tenant_id::uuid and o.user_id = p.owner_id
where p.nr <= 50
order by p.nr;

-- name: review_list_held
-- The latest first.
with page as materialized (
    select r.* from business_reviews r
    where r.tenant_id = :tenant_id::uuid and r.status = 'held'
        and (:mine::text is null or r.owner_id = :user_id::uuid)
        and (:after_at::timestamptz is null
            or (r.scheduled_at, r.id) < (:after_at, :after_id::uuid))
    order by r.scheduled_at desc, r.id desc
    limit 51
)
select p.id, a.id as account_id, a.name as account_name,
    app.label_text(p.type) as type_text,
    app.date_text((p.held_at at time zone 'UTC')::date) as time_text,
    app.ago_text(p.held_at) as ago_text, o.full_name as owner,
    p.figures ->> 'score' as health_score,
    coalesce(p.figures ->> 'band', 'unscored') as health_band,
    p.figures ->> 'band_label' as band_label,
    p.overall_rating as rating,
    case when p.nr = 50 and p.found > 50 then to_char(
        p.scheduled_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
        end as next_at,
    case when p.nr = 50 and p.found > 50 then p.id end as next_id
from (
    select *, row_number() over (order by scheduled_at desc, id desc) as nr,
        count(*) over () as found
    from page) p
join accounts a on a.tenant_id = :tenant_id::uuid and a.id = p.account_id
left join profiles o
    on o.tenant_id = :tenant_id::uuid and o.user_id = p.owner_id
where p.nr <= 50
order by p.nr;

-- name: review_list_due
-- Accounts whose next review is due within two weeks and not yet on the
-- calendar, the longest due first: of each tier, before and after its first
-- month, a walk along accounts_review_idx. The last day of the walk is worked
-- out apart: under row security an index takes no sums.
select null as id, d.id as account_id, d.name as account_name,
    app.label_text(d.tier) as type_text,
    app.date_text(d.due_on) as time_text,
    app.day_text(d.due_on, current_date) as ago_text,
    d.due_on < current_date as is_late, o.full_name as owner,
    d.health_score, d.health_band, d.band_label,
    null as next_at, null as next_id
from (
    select a.*, a.review_from + c.days as due_on
    from account_tiers t
    cross join (values (true), (false)) f (is_first_month)
    cross join lateral (
        select d.days, current_date + 14 - d.days as until
        from (select case when f.is_first_month
            then coalesce(t.first_review_days, t.review_days)
            else t.review_days end as days) d
        offset 0) c
    cross join lateral (
        select n.id, n.name, n.tier, n.csm_id, n.review_from, n.health_score,
            coalesce(n.health_band::text, 'unscored') as health_band,
            coalesce(n.health_label, app.band_text(n.health_band))
                as band_label
        from accounts n
        where n.tenant_id = :tenant_id::uuid and n.tier = t.tier
            and n.is_first_month = f.is_first_month
            and n.status in ('active', 'onboarding')
            and n.review_from <= c.until
            and (:mine::text is null or n.csm_id = :user_id::uuid)
            and not exists (
                select from business_reviews r
                where r.tenant_id = :tenant_id::uuid
                    and r.account_id = n.id and r.status = 'scheduled')
        order by n.review_from, n.id
        limit 100) a
    where t.tenant_id = :tenant_id::uuid and c.days is not null
    order by due_on, a.id
    limit 100) d
left join profiles o
    on o.tenant_id = :tenant_id::uuid and o.user_id = d.csm_id
order by d.due_on, d.id;

-- name: review_account_list
-- All of an account: what is to come, then what was held, the latest first.
select r.id, app.label_text(r.type) as type_text,
    r.status = 'scheduled' as is_scheduled, r.status = 'held' as is_held,
    r.status = 'cancelled' as is_cancelled,
    r.status = 'scheduled' and r.scheduled_at < now() as is_late,
    case when r.status = 'held'
        then app.date_text((r.held_at at time zone 'UTC')::date)
        else app.time_text(r.scheduled_at) end as time_text,
    app.ago_text(coalesce(r.held_at, r.scheduled_at)) as ago_text,
    o.full_name as owner, r.overall_rating as rating,
    r.figures ->> 'score' as health_score,
    coalesce(r.figures ->> 'band', 'unscored') as health_band,
    r.figures ->> 'band_label' as band_label,
    (
        select app.count_text(count(*), 'open task')
        from tasks t
        where t.tenant_id = :tenant_id::uuid and t.review_id = r.id
            and t.status in ('open', 'in_progress')
        having count(*) > 0) as open_text
from business_reviews r
left join profiles o
    on o.tenant_id = :tenant_id::uuid and o.user_id = r.owner_id
where r.tenant_id = :tenant_id::uuid and r.account_id = :id::uuid
    and r.created_at <= app.end_of_day(:as_of::date)
order by r.status <> 'scheduled', case when r.status = 'scheduled'
    then r.scheduled_at end, r.scheduled_at desc, r.id
limit 100;

-- name: review_next
-- When the next one is due, and of which type.
select app.date_text(n.due_on) as due_text,
    app.day_text(n.due_on, current_date) as due_day_text,
    n.due_on < current_date as is_late, app.label_text(n.type) as type_text,
    app.count_text(n.days, 'day') as days_text,
    app.label_text(a.tier) as tier_text, r.id as scheduled_id,
    app.time_text(r.scheduled_at) as scheduled_text,
    app.label_text(r.type) as scheduled_type_text,
    app.date_text(a.last_review_on) as last_text,
    app.day_text(a.last_review_on, current_date) as last_day_text
from accounts a
left join next_review(:tenant_id::uuid, :id::uuid) n on true
left join lateral (
    select s.id, s.scheduled_at, s.type from business_reviews s
    where s.tenant_id = :tenant_id::uuid and s.account_id = :id::uuid
        and s.status = 'scheduled'
    order by s.scheduled_at, s.id
    limit 1) r on true
where a.tenant_id = :tenant_id::uuid and a.id = :id::uuid;

-- name: review_new
-- The form of a new one; :form is what was typed.
select
    field_options(:tenant_id::uuid, 'choice', array['weekly', 'monthly',
        'quarterly', 'annual', 'executive', 'strategic'], null, true,
        coalesce(:form::jsonb ->> 'type', n.type, 'quarterly')) as types,
    coalesce(:form::jsonb ->> 'scheduled_at', to_char(greatest(n.due_on,
        current_date + 7), 'YYYY-MM-DD"T10:00"')) as scheduled_at,
    field_options(:tenant_id::uuid, 'person', null, null, false,
        coalesce(:form::jsonb ->> 'owner_id', a.csm_id::text,
            app.current_user_id()::text)) as people,
    coalesce(:form::jsonb ->> 'attendees', (
        select string_agg(c.full_name || coalesce(', ' || c.job_title, ''),
            e'\n' order by lower(c.full_name))
        from contacts c
        where c.tenant_id = :tenant_id::uuid and c.account_id = a.id
            and (c.is_primary or c.is_sponsor))) as attendees,
    coalesce(:form::jsonb ->> 'agenda', 'What was agreed last time' || e'\n'
        || 'Health and usage' || e'\n' || 'Goals of the next period')
        as agenda
from accounts a
left join next_review(:tenant_id::uuid, :id::uuid) n on true
where a.tenant_id = :tenant_id::uuid and a.id = :id::uuid
    and app.may('Practitioner')
    and coalesce(:as_of::date >= current_date, true);

-- name: review_create
select save_review(:tenant_id::uuid, :id::uuid, null, null,
    jsonb_build_object('type', :type::text,
        'scheduled_at', :scheduled_at::text, 'owner_id', :owner_id::text,
        'attendees', :attendees::text, 'agenda', :agenda::text)) as id;

-- name: review_show
-- With the figures of the day it was held; before that, those of now.
select r.id, r.account_id, a.name as account_name,
    app.label_text(r.type) as type_text,
    r.status = 'scheduled' as is_scheduled, r.status = 'held' as is_held,
    r.status = 'cancelled' as is_cancelled,
    r.status = 'scheduled' and r.scheduled_at < now() as is_late,
    app.time_text(r.scheduled_at) as scheduled_text,
    app.ago_text(r.scheduled_at) as scheduled_ago_text,
    app.date_text((r.held_at at time zone 'UTC')::date) as held_text,
    o.full_name as owner, to_json(r.attendees) as attendees,
    (
        select json_agg(json_build_object('id', s.id, 'title', s.title,
            'has_lines', s.lines <> '{}', 'lines', s.lines) order by s.place)
        from (values
            (1, 'agenda', 'Agenda', r.agenda),
            (2, 'achievements', 'What went well', r.achievements),
            (3, 'challenges', 'What is in the way', r.challenges),
            (4, 'decisions', 'Decisions', r.decisions),
            (6, 'next_steps', 'Next steps', r.next_steps))
            s (place, id, title, lines)
        where s.lines <> '{}' or s.place = 1) as sections,
    r.overall_rating as rating, r.feedback,
    app.date_text(r.follow_up_on) as follow_up_text,
    md5(r::text) as seen, app.may('Practitioner') as may_edit,
    to_char(current_date, 'YYYY-MM-DD') as today,
    coalesce(:form::jsonb ->> 'held_at', to_char(least(current_date,
        (r.scheduled_at at time zone 'UTC')::date), 'YYYY-MM-DD'))
        as held_at,
    f.v ->> 'score' as health_score,
    coalesce(f.v ->> 'band', 'unscored') as health_band,
    f.v ->> 'band_label' as band_label,
    nullif(f.v ->> 'trend', 'unknown') as trend,
    app.delta_text((f.v ->> 'score')::integer
        - (f.v ->> 'previous_score')::integer) as trend_text,
    app.money_text((f.v ->> 'arr_cents')::bigint, f.v ->> 'currency')
        as arr_text,
    app.label_text(f.v ->> 'tier') as tier_text, f.v ->> 'stage' as stage,
    app.date_text((f.v ->> 'renewal_date')::date) as renewal_text,
    app.number_text((f.v ->> 'tickets')::bigint) as tickets_text,
    app.number_text((f.v ->> 'tickets_before')::bigint)
        as tickets_before_text,
    f.v ->> 'nps' as nps, f.v ->> 'csat' as csat,
    f.v ->> 'adoption_percent' as adoption,
    app.date_text(((f.v ->> 'as_of')::timestamptz at time zone 'UTC')::date)
        as as_of_text,
    f.v is not null as has_figures, f.v -> 'usage' <> '[]' as has_usage,
    f.v -> 'goals' <> '[]' as has_goals,
    (
        select json_agg(json_build_object(
            'label', replace(app.label_text(replace(u.value ->> 'metric',
                '.', ' ')), 'Api ', 'API '),
            'value_text', app.decimal_text((u.value ->> 'value')::float8),
            'before_text', app.decimal_text(
                (u.value ->> 'before')::float8)) order by u.place)
        from jsonb_array_elements(f.v -> 'usage')
            with ordinality u (value, place)) as usage,
    (
        select json_agg(json_build_object('title', g.value ->> 'title',
            'is_met', g.value ->> 'status' = 'reached',
            'status_text', app.label_text(g.value ->> 'status'))
            order by g.place)
        from jsonb_array_elements(f.v -> 'goals')
            with ordinality g (value, place)) as goals
from business_reviews r
join accounts a on a.tenant_id = :tenant_id::uuid and a.id = r.account_id
left join profiles o
    on o.tenant_id = :tenant_id::uuid and o.user_id = r.owner_id
cross join lateral (
    select case r.status when 'held' then r.figures
        when 'scheduled' then review_figures(:tenant_id::uuid, r.account_id,
            now()) end as v
    offset 0) f
where r.tenant_id = :tenant_id::uuid and r.id = :id::uuid;

-- name: review_items
-- The tasks that were agreed in it, what is open first.
select t.id, t.title, t.status in ('done', 'cancelled') as is_done,
    t.status = 'cancelled' as is_cancelled,
    app.date_text(t.due_on) as due_text,
    t.status in ('open', 'in_progress') and t.due_on < current_date
        as is_overdue,
    p.full_name as assignee,
    app.may('Practitioner') or (app.may('Contributor')
        and t.assignee_id = app.current_user_id()) as may_edit
from tasks t
left join profiles p
    on p.tenant_id = :tenant_id::uuid and p.user_id = t.assignee_id
where t.tenant_id = :tenant_id::uuid and t.review_id = :id::uuid
order by t.status in ('done', 'cancelled'), t.due_on nulls last,
    t.created_at, t.id
limit 100;

-- name: review_carried
-- What is still open from earlier ones: as it is now or, once the review was
-- held, as it was then.
select t.id, t.title, app.date_text(t.due_on) as due_text,
    t.due_on < current_date as is_overdue, p.full_name as assignee,
    app.may('Practitioner') or (app.may('Contributor')
        and t.assignee_id = app.current_user_id()) as may_edit
from business_reviews r
cross join lateral carried_items(r) t
left join profiles p
    on p.tenant_id = :tenant_id::uuid and p.user_id = t.assignee_id
where r.tenant_id = :tenant_id::uuid and r.id = :id::uuid
    and r.status = 'scheduled'
union all
select null, i.value ->> 'title',
    app.date_text((i.value ->> 'due_on')::date),
    (i.value ->> 'due_on')::date < (r.held_at at time zone 'UTC')::date,
    i.value ->> 'owner', false
from business_reviews r
cross join lateral jsonb_array_elements(r.figures -> 'open_items')
    i (value)
where r.tenant_id = :tenant_id::uuid and r.id = :id::uuid
    and r.status = 'held';

-- name: review_item_form
select :form::jsonb ->> 'title' as title, :form::jsonb ->> 'due_on' as due_on,
    field_options(:tenant_id::uuid, 'person', null, null, false,
        coalesce(:form::jsonb ->> 'assignee_id',
            app.current_user_id()::text)) as people
from business_reviews r
where r.tenant_id = :tenant_id::uuid and r.id = :id::uuid
    and app.may('Practitioner') and r.status <> 'cancelled';

-- name: review_form
-- :form is what was typed.
select r.id, r.account_id, a.name as account_name, md5(r::text) as seen,
    r.status = 'held' as is_held, app.label_text(r.type) as type_text,
    field_options(:tenant_id::uuid, 'choice', array['weekly', 'monthly',
        'quarterly', 'annual', 'executive', 'strategic'], null, true,
        coalesce(:form::jsonb ->> 'type', r.type)) as types,
    coalesce(:form::jsonb ->> 'scheduled_at', to_char(
        r.scheduled_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI'))
        as scheduled_at,
    field_options(:tenant_id::uuid, 'person', null, null, false,
        coalesce(:form::jsonb ->> 'owner_id', r.owner_id::text)) as people,
    coalesce(:form::jsonb ->> 'attendees',
        array_to_string(r.attendees, e'\n')) as attendees,
    coalesce(:form::jsonb ->> 'agenda', array_to_string(r.agenda, e'\n'))
        as agenda,
    coalesce(:form::jsonb ->> 'achievements',
        array_to_string(r.achievements, e'\n')) as achievements,
    coalesce(:form::jsonb ->> 'challenges',
        array_to_string(r.challenges, e'\n')) as challenges,
    coalesce(:form::jsonb ->> 'decisions',
        array_to_string(r.decisions, e'\n')) as decisions,
    coalesce(:form::jsonb ->> 'next_steps',
        array_to_string(r.next_steps, e'\n')) as next_steps,
    coalesce(:form::jsonb ->> 'feedback', r.feedback) as feedback,
    coalesce(:form::jsonb ->> 'follow_up_on', r.follow_up_on::text)
        as follow_up_on,
    field_options(:tenant_id::uuid, 'choice', array['1', '2', '3', '4', '5'],
        null, false, coalesce(:form::jsonb ->> 'overall_rating',
            r.overall_rating::text)) as ratings
from business_reviews r
join accounts a on a.tenant_id = :tenant_id::uuid and a.id = r.account_id
where r.tenant_id = :tenant_id::uuid and r.id = :id::uuid;

-- name: review_save
select save_review(:tenant_id::uuid, null, :id::uuid, :seen,
    jsonb_build_object('type', :type::text,
        'scheduled_at', :scheduled_at::text, 'owner_id', :owner_id::text,
        'attendees', :attendees::text, 'agenda', :agenda::text,
        'achievements', :achievements::text, 'challenges', :challenges::text,
        'decisions', :decisions::text, 'next_steps', :next_steps::text,
        'overall_rating', :overall_rating::integer,
        'feedback', :feedback::text, 'follow_up_on', :follow_up_on::text))
    as id;

-- name: review_hold
-- On a day; of today the time is known.
select save_review(:tenant_id::uuid, null, :id::uuid, :seen,
    jsonb_build_object('status', 'held', 'held_at',
        case when :held_at::date <> current_date then to_char(:held_at::date
            + (select (r.scheduled_at at time zone 'UTC')::time
                from business_reviews r
                where r.tenant_id = :tenant_id::uuid and r.id = :id::uuid),
            'YYYY-MM-DD"T"HH24:MI:SS') end)) as id;

-- name: review_cancel
select save_review(:tenant_id::uuid, null, :id::uuid, :seen,
    '{"status": "cancelled"}') as id;

-- name: review_reopen
select save_review(:tenant_id::uuid, null, :id::uuid, :seen,
    '{"status": "scheduled"}') as id;

-- name: review_item_create
select add_review_item(:tenant_id::uuid, :id::uuid, :title,
    :assignee_id::uuid, :due_on::date, 'medium') as id;

-- name: review_item_status
-- Of this review, or of one before that it shows.
update tasks t
set status = :status
from business_reviews r
where r.tenant_id = :tenant_id::uuid and r.id = :id::uuid
    and t.tenant_id = :tenant_id::uuid and t.account_id = r.account_id
    and t.id = :item::uuid and t.review_id is not null
returning t.id;

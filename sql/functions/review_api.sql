-- Business reviews as the API answers and takes them, by the names of the
-- programme.

-- The figures of a review: metricsReview and goalsProgress.
create or replace function app.review_metrics(p_figures jsonb) returns json
language plpgsql stable parallel safe set search_path = ''
as $$
begin
    return case when p_figures is not null then json_build_object(
        'asOf', app.api_time((p_figures ->> 'as_of')::timestamptz),
        'healthScore', (p_figures ->> 'score')::integer,
        'healthLevel', mainstay.programme_name('HealthLevel',
            p_figures ->> 'band'),
        'healthTrend', mainstay.programme_name('HealthTrend',
            p_figures ->> 'trend'),
        'arr', ((p_figures ->> 'arr_cents')::numeric / 100)::numeric(16, 2)
            ::text,
        'currency', p_figures ->> 'currency',
        'stage', p_figures ->> 'stage',
        'renewalDate', p_figures ->> 'renewal_date',
        'tickets', (p_figures ->> 'tickets')::integer,
        'ticketsBefore', (p_figures ->> 'tickets_before')::integer,
        'nps', (p_figures ->> 'nps')::integer,
        'csat', (p_figures ->> 'csat')::integer,
        'adoptionPercent', (p_figures ->> 'adoption_percent')::integer,
        'usage', p_figures -> 'usage') end;
end
$$;

create or replace function app.review_items(p_tenant uuid, p_review uuid)
returns json
language plpgsql stable parallel safe set search_path = ''
as $$
begin
    return (
        select coalesce(json_agg(json_build_object('id', t.id,
                   'title', t.title, 'dueDate', t.due_on,
                   'ownerId', t.assignee_id, 'status', upper(t.status),
                   'priority', upper(t.priority))
                   order by t.created_at, t.id), '[]')
          from mainstay.tasks t
         where t.tenant_id = p_tenant and t.review_id = p_review);
end
$$;

create or replace function app.review_api(
    p_review mainstay.business_reviews) returns json
language plpgsql stable parallel safe set search_path = ''
as $$
begin
    return json_build_object('id', p_review.id,
        'customerId', p_review.account_id,
        'type', mainstay.programme_name('BusinessReviewType', p_review.type),
        'status', upper(p_review.status),
        'scheduledAt', app.api_time(p_review.scheduled_at),
        'heldAt', app.api_time(p_review.held_at),
        'ownerId', p_review.owner_id, 'attendees', p_review.attendees,
        'agenda', p_review.agenda, 'achievements', p_review.achievements,
        'challenges', p_review.challenges,
        'metricsReview', app.review_metrics(p_review.figures),
        'goalsProgress', coalesce(p_review.figures -> 'goals', '[]'),
        'decisions', p_review.decisions,
        'actionItems', app.review_items(p_review.tenant_id, p_review.id),
        'nextSteps', p_review.next_steps,
        'overallRating', p_review.overall_rating,
        'feedback', p_review.feedback,
        'followUpDate', p_review.follow_up_on,
        'createdAt', app.api_time(p_review.created_at),
        'updatedAt', app.api_time(p_review.updated_at));
end
$$;

create or replace function app.review_version(
    p_review mainstay.business_reviews) returns text
language sql stable parallel safe
return md5(app.review_api(p_review)::text);

-- The reviews of an account, the latest first, a page at a time.
create or replace function app.review_page(p_tenant uuid, p_account uuid,
    p_type text, p_status text, p_limit integer, p_cursor text,
    out body json, out next_cursor text)
language plpgsql stable set search_path = ''
as $$
declare
    v_from record;
begin
    perform app.api_account(p_tenant, p_account);
    select * into v_from
      from app.cursor_read(p_cursor, 'reviews', 'timestamptz') c;
    select coalesce(json_agg(app.review_api(f.review) order by f.nr)
               filter (where f.nr <= p_limit), '[]'),
           case when max(f.nr) > p_limit then (array_agg(app.cursor_text(
               'reviews', (f.review).scheduled_at::text,
               (f.review).id::text) order by f.nr))[p_limit] end
      into body, next_cursor
      from (select r as review, row_number() over (
                       order by r.scheduled_at desc, r.id desc) as nr
              from mainstay.business_reviews r
             where r.tenant_id = p_tenant and r.account_id = p_account
               and (p_type is null or r.type = lower(p_type))
               and (p_status is null or r.status = lower(p_status))
               and (v_from.id is null or (r.scheduled_at, r.id)
                   < (v_from.key::timestamptz, v_from.id))
             order by r.scheduled_at desc, r.id desc limit p_limit + 1) f;
    body := json_build_object('data', body, 'next_cursor', next_cursor,
        'has_more', next_cursor is not null);
end
$$;

-- Members whose names are not those of our columns in camelCase.
create or replace function app.review_given(p_values jsonb, p_given text[])
returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_object_agg(case g.key
                   when 'follow_up_date' then 'follow_up_on' else g.key end,
                   case g.key when 'status'
                   then to_jsonb(lower(g.value #>> '{}')) else g.value end),
                   '{}')
          from jsonb_each(app.given_values(p_values, p_given,
              '{"type": "BusinessReviewType"}')) g);
end
$$;

-- Action items: one without an id is added, one with an id is there already.
create or replace function app.add_review_items(p_tenant uuid,
    p_review uuid, p_items jsonb) returns void
language plpgsql volatile set search_path = ''
as $$
declare
    v_item record;
    v_message text;
begin
    for v_item in select * from mainstay.list_entries(p_items) loop
        v_message := case
            when v_item.value ? 'id' then case when not exists (
                select from mainstay.tasks t
                 where t.tenant_id = p_tenant and t.review_id = p_review
                   and t.id::text = v_item.value ->> 'id')
                then 'No action item of this review has that id.' end
            when jsonb_typeof(v_item.value) <> 'object'
                or v_item.value - '{title,dueDate,ownerId,priority}'::text[]
                    <> '{}'
                or coalesce(length(btrim(v_item.value ->> 'title')), 0)
                    not between 1 and 300
                or coalesce(v_item.value ->> 'priority', 'LOW') not in
                    ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')
                or not mainstay.is_date(coalesce(
                    v_item.value ->> 'dueDate', '2000-01-01'))
                or coalesce(v_item.value ->> 'ownerId',
                    '00000000-0000-0000-0000-000000000000')
                    !~ '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$'
                then 'An action item has a title of 1 to 300 characters '
                    'and may have dueDate (like 2026-08-21), ownerId and '
                    'priority (LOW, MEDIUM, HIGH, CRITICAL).' end;
        if v_message is not null then
            raise exception using errcode = 'MS422', message = v_message,
                column = format('action_items.%s', v_item.place);
        elsif v_item.value ? 'id' then
            continue;
        end if;
        perform mainstay.add_review_item(p_tenant, p_review,
            btrim(v_item.value ->> 'title'),
            (v_item.value ->> 'ownerId')::uuid,
            mainstay.typed_date(v_item.value ->> 'dueDate'),
            lower(v_item.value ->> 'priority'));
    end loop;
end
$$;

-- Adds a review (p_id null) or changes what was given of one.
create or replace function app.save_review_api(p_tenant uuid,
    p_account uuid, p_id uuid, p_if_match text, p_values jsonb,
    p_given text[], p_items jsonb,
    out body json, out etag text, out id uuid)
language plpgsql volatile set search_path = ''
as $$
declare
    v_review mainstay.business_reviews;
    v_state text;
    v_column text;
    v_code text;
    v_message text;
begin
    if p_id is not null then
        select r.* into v_review from mainstay.business_reviews r
         where r.tenant_id = p_tenant and r.id = p_id for update;
        if not found then
            raise exception using errcode = 'MS404',
                message = 'There is nothing here that you may see.';
        end if;
        perform app.match_version(p_if_match, app.review_version(v_review));
    else
        perform app.api_account(p_tenant, p_account);
    end if;
    id := mainstay.save_review(p_tenant, p_account, p_id, null,
        app.review_given(p_values, p_given));
    perform app.add_review_items(p_tenant, id, p_items);
    select r.* into v_review from mainstay.business_reviews r
     where r.tenant_id = p_tenant and r.id = save_review_api.id;
    body := app.review_api(v_review);
    etag := md5(body::text);
exception when sqlstate 'MS422' or sqlstate 'MS409' then
    get stacked diagnostics v_state = returned_sqlstate,
        v_column = column_name, v_code = constraint_name,
        v_message = message_text;
    perform app.refuse_camel(v_state, case v_column when 'follow_up_on'
        then 'follow_up_date' else v_column end, v_code, v_message);
end
$$;
comment on function app.save_review_api(uuid, uuid, uuid, text, jsonb,
    text[], jsonb) is 'Saves what a program gave of a business review.';

grant execute on function app.review_metrics(jsonb),
    app.review_items(uuid, uuid),
    app.review_api(mainstay.business_reviews),
    app.review_version(mainstay.business_reviews),
    app.review_page(uuid, uuid, text, text, integer, text),
    app.review_given(jsonb, text[]),
    app.add_review_items(uuid, uuid, jsonb),
    app.save_review_api(uuid, uuid, uuid, text, jsonb, text[], jsonb)
    to mainstay_app;

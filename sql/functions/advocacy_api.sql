-- Advocacy as the API answers and takes it, by the names of the programme.

create or replace function app.advocacy_api(
    p_activity mainstay.advocacy_activities) returns json
language plpgsql stable parallel safe set search_path = ''
as $$
begin
    return json_build_object('id', p_activity.id,
        'customerId', p_activity.account_id,
        'type', mainstay.programme_name('AdvocacyType', p_activity.type),
        'status', mainstay.programme_name('AdvocacyStatus',
            p_activity.status),
        'contactId', p_activity.contact_id,
        'requestedAt', app.api_time(p_activity.requested_at),
        'completedAt', app.api_time(p_activity.completed_at),
        'outcome', p_activity.outcome, 'value', p_activity.value,
        'contentUrls', p_activity.content_urls,
        'overrideReason', p_activity.override_reason,
        'createdBy', p_activity.created_by,
        'createdAt', app.api_time(p_activity.created_at),
        'updatedAt', app.api_time(p_activity.updated_at));
end
$$;

create or replace function app.advocacy_page(p_tenant uuid, p_account uuid,
    p_type text, p_status text, p_limit integer, p_cursor text,
    out body json, out next_cursor text)
language plpgsql stable set search_path = ''
as $$
declare
    v_from record;
begin
    perform app.api_account(p_tenant, p_account);
    select * into v_from
      from app.cursor_read(p_cursor, 'advocacy', 'timestamptz') c;
    select coalesce(json_agg(app.advocacy_api(f.activity) order by f.nr)
               filter (where f.nr <= p_limit), '[]'),
           case when max(f.nr) > p_limit then (array_agg(app.cursor_text(
               'advocacy', (f.activity).created_at::text,
               (f.activity).id::text) order by f.nr))[p_limit] end
      into body, next_cursor
      from (select v as activity, row_number() over (
                       order by v.created_at desc, v.id desc) as nr
              from mainstay.advocacy_activities v
             where v.tenant_id = p_tenant and v.account_id = p_account
               and (p_type is null or v.type = lower(p_type))
               and (p_status is null or v.status = lower(p_status))
               and (v_from.id is null or (v.created_at, v.id)
                   < (v_from.key::timestamptz, v_from.id))
             order by v.created_at desc, v.id desc limit p_limit + 1) f;
    body := json_build_object('data', body, 'next_cursor', next_cursor,
        'has_more', next_cursor is not null);
end
$$;

-- Adds an activity (p_id null) or changes what was given of one.
create or replace function app.save_advocacy_api(p_tenant uuid,
    p_account uuid, p_id uuid, p_if_match text, p_values jsonb,
    p_given text[], out body json, out etag text, out id uuid)
language plpgsql volatile set search_path = ''
as $$
declare
    v_activity mainstay.advocacy_activities;
    v_state text;
    v_column text;
    v_code text;
    v_message text;
begin
    if p_id is not null then
        select v.* into v_activity from mainstay.advocacy_activities v
         where v.tenant_id = p_tenant and v.id = p_id for update;
        if not found then
            raise exception using errcode = 'MS404',
                message = 'There is nothing here that you may see.';
        end if;
        perform app.match_version(p_if_match, md5(v_activity::text));
    else
        perform app.api_account(p_tenant, p_account);
    end if;
    id := mainstay.save_advocacy(p_tenant, p_account, p_id, null,
        app.given_values(p_values, p_given, '{"type": "AdvocacyType",
            "status": "AdvocacyStatus"}'));
    select app.advocacy_api(v), md5(v::text) into body, etag
      from mainstay.advocacy_activities v
     where v.tenant_id = p_tenant and v.id = save_advocacy_api.id;
exception when sqlstate 'MS422' or sqlstate 'MS409' then
    get stacked diagnostics v_state = returned_sqlstate,
        v_column = column_name, v_code = constraint_name,
        v_message = message_text;
    perform app.refuse_camel(v_state, v_column, v_code, v_message);
end
$$;
comment on function app.save_advocacy_api(uuid, uuid, uuid, text, jsonb,
    text[]) is 'Saves what a program gave of an advocacy activity.';

create or replace function app.advocacy_metrics_api(p_tenant uuid)
returns json
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select json_build_object('totalAdvocates', f.advocates,
                   'caseStudiesPublished', f.case_studies,
                   'testimonialsCollected', f.testimonials,
                   'referenceCallsCompleted', f.reference_calls,
                   'advocacySuccessRate', f.success_percent)
          from mainstay.advocacy_figures(p_tenant) f);
end
$$;

grant execute on function app.advocacy_api(mainstay.advocacy_activities),
    app.advocacy_page(uuid, uuid, text, text, integer, text),
    app.save_advocacy_api(uuid, uuid, uuid, text, jsonb, text[]),
    app.advocacy_metrics_api(uuid) to mainstay_app;

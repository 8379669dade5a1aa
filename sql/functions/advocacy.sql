-- Advocacy: whom to ask, and who rests because he was asked a short while ago.

-- Days in which nobody is asked again.
create or replace function mainstay.advocacy_rest_days(p_tenant uuid)
returns integer
language plpgsql stable set search_path = ''
as $$
begin
    return (select coalesce((t.settings ->> 'advocacy_rest_days')::integer,
                   90)
              from mainstay.tenants t where t.id = p_tenant);
end
$$;

create or replace function mainstay.set_advocacy_rest(p_tenant uuid,
    p_days integer) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    update mainstay.tenants t
       set settings = t.settings
           || jsonb_build_object('advocacy_rest_days', p_days)
     where t.id = p_tenant;
    if not found then
        raise exception using errcode = 'MS403',
            message = 'Only an administrator sets the rest period.';
    end if;
end
$$;

-- What he was asked for last, other than p_but, if he rests since then: the
-- person or, when nobody in particular is asked, anybody of the account.
create or replace function mainstay.advocacy_rest(p_tenant uuid,
    p_account uuid, p_contact uuid, p_but uuid)
returns table (who text, type text, asked_on date, until date)
language plpgsql stable rows 1 set search_path = ''
as $$
declare
    v_days constant integer := mainstay.advocacy_rest_days(p_tenant);
begin
    return query
    select coalesce(c.full_name, a.name), v.type::text,
           (v.requested_at at time zone 'UTC')::date,
           (v.requested_at at time zone 'UTC')::date + v_days
      from mainstay.advocacy_activities v
      join mainstay.accounts a
        on a.tenant_id = p_tenant and a.id = v.account_id
      left join mainstay.contacts c
        on c.tenant_id = p_tenant and c.id = v.contact_id
     where v.tenant_id = p_tenant and v.account_id = p_account
       and (p_contact is null or v.contact_id is null
           or v.contact_id = p_contact)
       and v.id is distinct from p_but and v.status <> 'cancelled'
       and v.requested_at > now() - v_days * interval '1 day'
     order by v.requested_at desc limit 1;
end
$$;
comment on function mainstay.advocacy_rest(uuid, uuid, uuid, uuid) is
    'Who rests, what he was asked for last, and until when.';

-- MS422 beside the field that is wrong. Who rests is asked only for a reason.
create or replace function mainstay.check_advocacy(
    p_old mainstay.advocacy_activities, p_new mainstay.advocacy_activities)
returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_rest record;
begin
    if p_new.type is null then
        raise exception using errcode = 'MS422', column = 'type',
            message = 'Type is required.';
    elsif p_new.contact_id is not null and not exists (
            select from mainstay.contacts c
             where c.tenant_id = p_new.tenant_id and c.id = p_new.contact_id
               and c.account_id = p_new.account_id) then
        raise exception using errcode = 'MS422', column = 'contact_id',
            message = 'This person is not a contact of the account.';
    elsif p_new.requested_at > now() then
        raise exception using errcode = 'MS422', column = 'requested_at',
            message = 'Asked is now or was before.';
    elsif p_new.completed_at > now() then
        raise exception using errcode = 'MS422', column = 'completed_at',
            message = 'Done is now or was before.';
    elsif exists (select from unnest(p_new.content_urls) u
                   where u !~* '^https?://[^\s/?#]+[^\s]*$') then
        raise exception using errcode = 'MS422', column = 'content_urls',
            message = 'Links must begin with http:// or https://.';
    end if;
    if p_new.status = 'requested' and p_new.override_reason is null
        and (p_old.status is distinct from 'requested'
            or p_old.contact_id is distinct from p_new.contact_id) then
        select * into v_rest from mainstay.advocacy_rest(p_new.tenant_id,
            p_new.account_id, p_new.contact_id, p_new.id);
        if found then
            raise exception using errcode = 'MS422',
                column = 'override_reason', constraint = 'rest',
                message = format('%s was asked for a %s on %s and rests '
                    'until %s. Give a reason to ask all the same.',
                    v_rest.who, replace(v_rest.type, '_', ' '),
                    app.date_text(v_rest.asked_on),
                    app.date_text(v_rest.until));
        end if;
    end if;
end
$$;

create or replace function mainstay.advocacy_with(
    p_old mainstay.advocacy_activities, p_given jsonb)
returns mainstay.advocacy_activities
language plpgsql stable set search_path = ''
as $$
declare
    v_new mainstay.advocacy_activities;
begin
    v_new := jsonb_populate_record(p_old, (
        select coalesce(jsonb_object_agg(g.key, g.value), '{}')
          from jsonb_each(p_given) g
         where g.key in ('contact_id', 'outcome', 'value', 'override_reason')
            or g.key in ('type', 'status') and g.value <> 'null'));
    v_new.requested_at := case when p_given ? 'requested_at'
        then mainstay.review_time('requested_at', 'When it was asked for',
            p_given ->> 'requested_at') else p_old.requested_at end;
    v_new.completed_at := case when p_given ? 'completed_at'
        then mainstay.review_time('completed_at', 'When it was done',
            p_given ->> 'completed_at') else p_old.completed_at end;
    if v_new.completed_at is distinct from p_old.completed_at
            and v_new.completed_at is not null and not p_given ? 'status' then
        v_new.status := 'completed';
    end if;
    if v_new.status in ('requested', 'in_progress', 'completed', 'declined')
            then
        v_new.requested_at := coalesce(v_new.requested_at,
            v_new.completed_at, now());
    end if;
    v_new.completed_at := case when v_new.status = 'completed'
        then coalesce(v_new.completed_at, now()) end;
    if p_given ? 'content_urls' then
        v_new.content_urls := mainstay.review_texts('content_urls', 'Links',
            p_given -> 'content_urls');
    end if;
    return v_new;
end
$$;

-- The one way to write one. p_id null: a new one of p_account.
create or replace function mainstay.save_advocacy(p_tenant uuid,
    p_account uuid, p_id uuid, p_seen text, p_given jsonb) returns uuid
language plpgsql volatile set search_path = ''
as $$
declare
    v_old mainstay.advocacy_activities;
    v_new mainstay.advocacy_activities;
begin
    if p_id is null then
        perform mainstay.tenant_of_account(p_account);
        v_new := jsonb_populate_record(null::mainstay.advocacy_activities,
            jsonb_build_object('tenant_id', p_tenant,
                'id', gen_random_uuid(), 'account_id', p_account,
                'status', 'pending', 'content_urls', '[]'::jsonb,
                'created_by', mainstay.actor_in(p_tenant),
                'created_at', now(), 'updated_at', now()));
        v_new := mainstay.advocacy_with(v_new, p_given);
        perform mainstay.check_advocacy(null, v_new);
        insert into mainstay.advocacy_activities select v_new.*;
        return v_new.id;
    end if;
    select v.* into v_old from mainstay.advocacy_activities v
     where v.tenant_id = p_tenant and v.id = p_id
       and v.account_id = coalesce(p_account, v.account_id) for update;
    perform mainstay.check_seen('activity', v_old.id is not null,
        md5(v_old::text), coalesce(p_seen, md5(v_old::text)));
    v_new := mainstay.advocacy_with(v_old, p_given);
    perform mainstay.check_advocacy(v_old, v_new);
    update mainstay.advocacy_activities v
       set contact_id = v_new.contact_id, type = v_new.type,
           status = v_new.status, requested_at = v_new.requested_at,
           completed_at = v_new.completed_at, outcome = v_new.outcome,
           value = v_new.value, content_urls = v_new.content_urls,
           override_reason = v_new.override_reason
     where v.tenant_id = p_tenant and v.id = p_id;
    return p_id;
end
$$;
comment on function mainstay.save_advocacy(uuid, uuid, uuid, text, jsonb) is
    'Adds something that a customer is asked for, or changes what was given '
    'of it.';

-- Advocates are people, or accounts where nobody in particular did it.
create or replace function mainstay.advocacy_figures(p_tenant uuid)
returns table (advocates bigint, case_studies bigint, testimonials bigint,
    reference_calls bigint, completed bigint, declined bigint,
    success_percent integer)
language plpgsql stable rows 1 set search_path = ''
as $$
begin
    return query
    select count(distinct coalesce(v.contact_id, v.account_id))
               filter (where v.status = 'completed'),
           count(*) filter (where v.status = 'completed'
               and v.type = 'case_study'),
           count(*) filter (where v.status = 'completed'
               and v.type = 'testimonial'),
           count(*) filter (where v.status = 'completed'
               and v.type = 'reference_call'),
           count(*) filter (where v.status = 'completed'),
           count(*) filter (where v.status = 'declined'),
           round(100.0 * count(*) filter (where v.status = 'completed')
               / nullif(count(*) filter (where v.status in ('completed',
                   'declined')), 0))::integer
      from mainstay.advocacy_activities v
     where v.tenant_id = p_tenant and v.status in ('completed', 'declined');
end
$$;
comment on function mainstay.advocacy_figures(uuid) is
    'Advocates, what they have done, and how many of those who answered did '
    'it.';

grant execute on function mainstay.advocacy_rest_days(uuid),
    mainstay.set_advocacy_rest(uuid, integer),
    mainstay.advocacy_rest(uuid, uuid, uuid, uuid),
    mainstay.check_advocacy(mainstay.advocacy_activities,
        mainstay.advocacy_activities),
    mainstay.advocacy_with(mainstay.advocacy_activities, jsonb),
    mainstay.save_advocacy(uuid, uuid, uuid, text, jsonb),
    mainstay.advocacy_figures(uuid)
    to mainstay_app, mainstay_maint, mainstay_definer;

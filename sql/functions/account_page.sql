-- What the page of one account needs beyond its tables: the days one can look
-- back to, and the scorecard a score is read by.

-- What was so, and known, by then.
create or replace function app.end_of_day(p_day date) returns timestamptz
language sql stable parallel safe
return case when p_day < current_date
    then (p_day + 1)::timestamp at time zone 'UTC' - interval '1 microsecond'
    else now() end;
comment on function app.end_of_day(date) is
    'The last moment of a day, UTC; now when it is not over, or null.';

-- The days of a page that looks back. MS422 names the field that is wrong;
-- no row when there is no such account.
create or replace function mainstay.page_days(p_tenant uuid, p_account uuid,
    p_as_of date, p_since date)
returns table (today date, first_day date)
language plpgsql stable rows 1 set search_path = ''
as $$
declare
    v_name text;
    v_last constant date := coalesce(p_as_of, current_date);
    v_field text;
    v_message text;
begin
    select current_date, (a.created_at at time zone 'UTC')::date, a.name
      into today, first_day, v_name
      from mainstay.accounts a
     where a.tenant_id = p_tenant and a.id = p_account;
    if not found then
        return;
    end if;
    select p.name, p.message into v_field, v_message
      from (values
        (p_as_of > today, 'as_of', format('%s has not come yet: choose a day '
            'up to %s.', app.date_text(p_as_of), app.date_text(today))),
        (p_as_of < first_day, 'as_of', format('%s became an account on %s: '
            'choose that day or a later one.', v_name,
            app.date_text(first_day))),
        (p_since >= v_last, 'since', format('Choose a day before %s to '
            'compare with.', app.date_text(v_last))),
        (p_since < first_day, 'since', format('%s became an account on %s: '
            'choose that day or a later one.', v_name,
            app.date_text(first_day)))) p (fails, name, message)
     where p.fails limit 1;
    if found then
        raise exception using errcode = 'MS422', column = v_field,
            message = v_message;
    end if;
    return next;
end
$$;
comment on function mainstay.page_days(uuid, uuid, date, date) is
    'Today and the first day of an account, when the days asked for lie '
    'between them.';

create or replace function mainstay.account_document(p_tenant uuid,
    p_account uuid, p_version uuid) returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return coalesce((
        select v.document from mainstay.scorecard_versions v
         where v.tenant_id = p_tenant and v.id = coalesce(p_version, (
             select o.version_id
               from mainstay.scorecard_of(p_tenant, array[p_account]) o))),
        mainstay.preset('standard'));
end
$$;
comment on function mainstay.account_document(uuid, uuid, uuid) is
    'Document of a scorecard version; without one, of that which applies to '
    'the account.';

grant execute on function app.end_of_day(date),
    mainstay.page_days(uuid, uuid, date, date),
    mainstay.account_document(uuid, uuid, uuid)
    to mainstay_app, mainstay_maint, mainstay_definer;

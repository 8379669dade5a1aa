-- The audit log as people read it: who did what to what, and what changed.

-- One page, the newest first. Executed as text, so that it is planned for the
-- filters that are given: each has its index.
create or replace function mainstay.audit_entries(p_tenant uuid, p_who text,
    p_what text, p_object text, p_since date, p_until date,
    p_after_at timestamptz, p_after_id bigint)
returns setof mainstay.audit_log
language plpgsql stable set search_path = ''
as $$
begin
    return query execute $sql$
        select l.* from mainstay.audit_log l
         where l.tenant_id = $1
           and ($2 is null or $2 = 'system' and l.actor_id is null
               or $2 <> 'system' and l.actor_id = nullif($2, 'system')::uuid)
           and ($3 is null or l.object_type = $3)
           and ($4 is null or l.object_id = $4)
           and ($5 is null or l.at >= $5)
           and ($6 is null or l.at < $6 + 1)
           and ($7 is null or l.at <= $7 and (l.at < $7 or l.id > $8))
         order by l.at desc, l.id
         limit 51 $sql$
    using p_tenant, p_who, p_what, p_object, p_since, p_until, p_after_at,
        p_after_id;
end
$$;

-- A value as it stands in the log.
create or replace function mainstay.audit_value(p_value jsonb) returns text
language sql immutable parallel safe
return case
    when p_value = 'true' then 'yes' when p_value = 'false' then 'no'
    else nullif(case when length(p_value #>> '{}') > 200
        then left(p_value #>> '{}', 199) || '…'
        else p_value #>> '{}' end, '') end;

-- A column as people call it.
create or replace function mainstay.audit_label(p_column text) returns text
language plpgsql immutable parallel safe set search_path = ''
as $$
begin
    return case p_column
        when 'csm_id' then 'Owner'
        when 'max_inflight' then 'At the same time'
        else replace(replace(app.label_text(
                regexp_replace(p_column, '_(cents|hex|id)$', '')),
            'Arr', 'ARR'), 'Url', 'URL') end;
end
$$;

-- A value of a column: amounts are kept in hundredths.
create or replace function mainstay.audit_cell(p_column text, p_value jsonb)
returns text
language sql immutable parallel safe
return case when p_column like '%\_cents' and jsonb_typeof(p_value) = 'number'
    then to_char((p_value #>> '{}')::numeric / 100, 'FM999,999,999,999,990.00')
    else mainstay.audit_value(p_value) end;

-- What is different, as [{name, was, now}]; of a new or deleted row what
-- there is.
create or replace function mainstay.audit_changes(p_before jsonb,
    p_after jsonb) returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return (
    select jsonb_agg(jsonb_build_object('name',
               mainstay.audit_label(coalesce(b.key, a.key)),
               'was', mainstay.audit_cell(b.key, b.value),
               'now', mainstay.audit_cell(a.key, a.value))
               order by coalesce(b.key, a.key))
      from jsonb_each(p_before) b
      full join jsonb_each(p_after) a on a.key = b.key
     where coalesce(b.key, a.key) not in ('id', 'tenant_id')
       and (mainstay.audit_value(b.value) is not null
           or mainstay.audit_value(a.value) is not null));
end
$$;

-- 'Changed account', 'Signed in'.
create or replace function mainstay.audit_action(p_action text, p_noun text)
returns text
language plpgsql immutable set search_path = ''
as $$
begin
    return case split_part(p_action, '.', 2)
    when 'insert' then 'Added '
    when 'update' then 'Changed '
    when 'delete' then 'Deleted '
    else case p_action
        when 'session.create' then 'Signed in'
        when 'session.refused' then 'Was refused to sign in'
        when 'session.revoke' then 'Signed out'
        when 'session.revoke_all' then 'Signed out everywhere'
        when 'tenant.signup' then 'Founded the organisation'
        else app.label_text(replace(p_action, '.', ' ')) end end
    || case when split_part(p_action, '.', 2)
            in ('insert', 'update', 'delete') then p_noun else '' end;
end
$$;

-- What the object of an entry is called now; null when it is gone.
create or replace function mainstay.audit_object(p_tenant uuid,
    p_type text, p_id text) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_id uuid;
begin
    if p_id !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
        return null;
    end if;
    v_id := p_id;
    return case p_type
        when 'accounts' then (select x.name from mainstay.accounts x
            where x.tenant_id = p_tenant and x.id = v_id)
        when 'contacts' then (select x.full_name from mainstay.contacts x
            where x.tenant_id = p_tenant and x.id = v_id)
        when 'profiles' then (select x.full_name from mainstay.profiles x
            where x.tenant_id = p_tenant and x.id = v_id)
        when 'journey_stages' then (select x.name
            from mainstay.journey_stages x
            where x.tenant_id = p_tenant and x.id = v_id)
        when 'stage_goals' then (select x.title from mainstay.stage_goals x
            where x.tenant_id = p_tenant and x.id = v_id)
        when 'scorecards' then (select x.name from mainstay.scorecards x
            where x.tenant_id = p_tenant and x.id = v_id)
        when 'playbooks' then (select x.name from mainstay.playbooks x
            where x.tenant_id = p_tenant and x.id = v_id)
        when 'custom_attributes' then (select x.label
            from mainstay.custom_attributes x
            where x.tenant_id = p_tenant and x.id = v_id)
        when 'account_tiers' then (select app.label_text(x.tier)
            from mainstay.account_tiers x
            where x.tenant_id = p_tenant and x.id = v_id)
        when 'alerts' then (select x.title from mainstay.alerts x
            where x.tenant_id = p_tenant and x.id = v_id)
        when 'api_keys' then (select x.name from mainstay.api_keys x
            where x.tenant_id = p_tenant and x.id = v_id)
        when 'webhook_endpoints' then (select x.name
            from mainstay.webhook_endpoints x
            where x.tenant_id = p_tenant and x.id = v_id)
    end;
end
$$;

-- A page with the address of the next one, as one row.
create or replace function mainstay.audit_page(p_tenant uuid, p_who text,
    p_what text, p_object text, p_since date, p_until date,
    p_after_at timestamptz, p_after_id bigint)
returns table (entries jsonb, has_entries boolean, next_url text)
language plpgsql stable set search_path = ''
as $$
declare
    v_query constant text := app.url_pair('who', p_who)
        || app.url_pair('what', p_what) || app.url_pair('object', p_object)
        || app.url_pair('since', p_since::text)
        || app.url_pair('until', p_until::text);
begin
    select jsonb_agg(jsonb_build_object(
               'at_text', app.time_text(e.at), 'ago_text', app.ago_text(e.at),
               'actor', case when e.actor_id is null then 'Mainstay'
                   when e.actor_kind = 'key'
                       then 'Key ' || coalesce(k.name, 'that is gone')
                   else coalesce(p.full_name, 'A former user') end,
               'action', mainstay.audit_action(e.action, coalesce(t.noun,
                   app.label_text(e.object_type))),
               'object', coalesce(mainstay.audit_object(p_tenant,
                       e.object_type, e.object_id),
                   e.before ->> t.title, e.after ->> t.title),
               'object_url', case when e.object_type = 'accounts'
                   then '/dashboard/accounts/' || e.object_id end,
               'history_query', ltrim(app.url_pair('what', e.object_type)
                   || app.url_pair('object', e.object_id), '&'),
               'ip', host(e.ip), 'changes', c.list,
               'few', jsonb_array_length(c.list) <= 4,
               'many_text', app.count_text(jsonb_array_length(c.list),
                   'detail'))
               order by e.at desc, e.id) filter (where e.nr <= 50),
           count(*) > 0,
           '?' || ltrim(v_query || max(app.url_pair('after_at',
                   to_char(e.at at time zone 'UTC',
                       'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
               || app.url_pair('after_id', e.id::text))
               filter (where e.nr = 50 and e.total > 50), '&')
      into entries, has_entries, next_url
      from (select x.*, row_number() over (order by x.at desc, x.id) as nr,
                   count(*) over () as total
              from mainstay.audit_entries(p_tenant, p_who, p_what, p_object,
                   p_since, p_until, p_after_at, p_after_id) x) e
      left join mainstay.audited_tables() t on t.name = e.object_type
      left join mainstay.profiles p
        on e.actor_kind = 'user' and p.tenant_id = p_tenant
           and p.user_id = e.actor_id
      left join mainstay.api_keys k
        on e.actor_kind = 'key' and k.tenant_id = p_tenant
           and k.id = e.actor_id
     cross join lateral (select mainstay.audit_changes(e.before, e.after))
           c (list);
    return next;
end
$$;

-- The kinds of objects that the log has, found by jumping from one to the
-- next.
create or replace function mainstay.audit_types(p_tenant uuid)
returns table (type text, noun text)
language plpgsql stable set search_path = ''
as $$
begin
    return query
    with recursive found (name) as (
        (select l.object_type from mainstay.audit_log l
          where l.tenant_id = p_tenant order by l.object_type limit 1)
         union all
        select (select l.object_type from mainstay.audit_log l
                 where l.tenant_id = p_tenant and l.object_type > f.name
                 order by l.object_type limit 1)
          from found f where f.name is not null)
    select f.name, coalesce(t.noun, app.label_text(f.name))
      from found f
      left join mainstay.audited_tables() t on t.name = f.name
     where f.name is not null
     order by 2;
end
$$;

do $$
declare
    v_function regprocedure;
begin
    for v_function in
        select oid::regprocedure from pg_proc
         where pronamespace = 'mainstay'::regnamespace
           and proname in ('audit_entries', 'audit_value', 'audit_changes',
               'audit_label', 'audit_cell',
               'audit_action', 'audit_object', 'audit_page', 'audit_types',
               'audited_tables')
    loop
        execute format('grant execute on function %s to mainstay_app',
            v_function);
    end loop;
end $$;

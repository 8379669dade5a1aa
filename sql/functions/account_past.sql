-- role: mainstay_definer
--
-- An account as it was: the row of now, less what the audit log says was
-- changed since. Whoever may read the account may read this, though not the
-- log itself. What the log does not have (imports of history) stays as it is.
create or replace function api.account_at(p_tenant uuid, p_account uuid,
    p_at timestamptz) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
    v_now jsonb;
begin
    if p_tenant is distinct from app.current_tenant_id()
       or app.may('Viewer') is not true then
        return null;
    end if;
    select to_jsonb(a) into v_now
      from mainstay.accounts a
     where a.tenant_id = p_tenant and a.id = p_account;
    return v_now || coalesce((
        select jsonb_object_agg(o.key, o.value)
          from (select distinct on (e.key) e.key, e.value
                  from mainstay.audit_log l
                 cross join lateral jsonb_each(l.before) e
                 where l.tenant_id = p_tenant
                   and l.object_type = 'accounts'
                   and l.object_id = p_account::text and l.at > p_at
                   and v_now ? e.key
                 order by e.key, l.at, l.id) o), '{}');
end
$$;
comment on function api.account_at(uuid, uuid, timestamptz) is
    'The row of an account of the tenant in the context as it was at a time, '
    'as far as the audit log knows.';

-- The rows around an account (its contacts, notes or tasks) as they were: those
-- that were there by then, less what was changed since, and those that were
-- removed since. No row when p_day is not over, or null.
create or replace function api.rows_at(p_tenant uuid, p_account uuid,
    p_table text, p_day date) returns setof jsonb
language plpgsql stable security definer rows 20 set search_path = ''
as $$
declare
    v_at constant timestamptz := app.end_of_day(p_day);
begin
    if p_tenant is distinct from app.current_tenant_id()
       or app.may('Viewer') is not true
       or (p_day < current_date) is not true then
        return;
    end if;
    return query
    with entry as materialized (
        select l.object_id, l.action, l.before, l.at, l.id
          from mainstay.audit_log l
         where l.tenant_id = p_tenant and l.account_id = p_account
           and l.object_type = p_table and l.at > v_at
    ), now (value) as materialized (
        select to_jsonb(c) from mainstay.contacts c
         where p_table = 'contacts' and c.tenant_id = p_tenant
           and c.account_id = p_account
        union all
        select to_jsonb(n) from mainstay.notes n
         where p_table = 'notes' and n.tenant_id = p_tenant
           and n.account_id = p_account
        union all
        select to_jsonb(t) from mainstay.tasks t
         where p_table = 'tasks' and t.tenant_id = p_tenant
           and t.account_id = p_account
        union all
        select to_jsonb(p) from mainstay.success_plans p
         where p_table = 'success_plans' and p.tenant_id = p_tenant
           and p.account_id = p_account
        union all
        select to_jsonb(s) from mainstay.success_plan_steps s
         where p_table = 'success_plan_steps' and s.tenant_id = p_tenant
           and s.account_id = p_account
    ), row (value) as (
        select * from now
        union all
        (select distinct on (e.object_id) e.before
          from entry e
         where e.action = p_table || '.delete'
           and not exists (select from now n
                            where n.value ->> 'id' = e.object_id)
         order by e.object_id, e.at desc, e.id desc)
    )
    select r.value || coalesce((
               select jsonb_object_agg(o.key, o.value)
                 from (select distinct on (b.key) b.key, b.value
                         from entry e
                        cross join lateral jsonb_each(e.before) b
                        where e.object_id = r.value ->> 'id'
                          and e.action = p_table || '.update'
                        order by b.key, e.at, e.id) o), '{}')
      from row r
     where (r.value ->> 'created_at')::timestamptz <= v_at;
end
$$;
comment on function api.rows_at(uuid, uuid, text, date) is
    'Contacts, notes, tasks, plans or their steps of an account as they were '
    'at the end of a day that is over, as far as the audit log knows.';

revoke all on function api.account_at(uuid, uuid, timestamptz),
    api.rows_at(uuid, uuid, text, date) from public;
grant execute on function api.account_at(uuid, uuid, timestamptz),
    api.rows_at(uuid, uuid, text, date) to mainstay_app;

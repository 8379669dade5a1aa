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
revoke all on function api.account_at(uuid, uuid, timestamptz) from public;
grant execute on function api.account_at(uuid, uuid, timestamptz)
    to mainstay_app;

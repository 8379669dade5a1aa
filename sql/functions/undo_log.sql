-- role: mainstay_definer
--
-- What a request did, for the person who did it and for administrators; the
-- log itself is for administrators only.
create or replace function api.undo_log(p_tenant uuid, p_request text)
returns table (id bigint, at timestamptz, actor_id uuid, object_type text,
    object_id text, verb text, before jsonb, after jsonb)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    select l.id, l.at, l.actor_id, l.object_type, l.object_id,
           split_part(l.action, '.', 2), l.before, l.after
      from mainstay.audit_log l
     where l.tenant_id = p_tenant and l.request_id = p_request
       and p_tenant = app.current_tenant_id()
       and (l.actor_id = app.current_user_id() or app.is_tenant_admin());
end
$$;
comment on function api.undo_log(uuid, text) is
    'Entries of the audit log of a request, if it was the caller''s own or '
    'the caller is an administrator.';

-- The entry of the undo of a request: whether there is one.
create or replace function api.is_undone(p_tenant uuid, p_request text)
returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
    return p_tenant = app.current_tenant_id() and exists (
        select from mainstay.audit_log l
         where l.tenant_id = p_tenant and l.object_type = 'request'
           and l.object_id = p_request);
end
$$;
revoke all on function api.undo_log(uuid, text), api.is_undone(uuid, text)
    from public;
grant execute on function api.undo_log(uuid, text), api.is_undone(uuid, text)
    to mainstay_app;

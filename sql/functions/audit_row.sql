-- role: mainstay_definer
--
-- The entry of the audit log that each changed row leaves. The log's own
-- policies would ask for tenant, role and actor again at each of a thousand
-- rows; who changes a row has passed those of its table.
create or replace function api.audit_row() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_skip text[] := array['updated_at'] || coalesce(tg_argv::text[], '{}');
    v_before jsonb;
    v_after jsonb;
    v_row jsonb;
    v_tenant uuid;
begin
    if tg_op <> 'DELETE' then
        v_skip := v_skip || 'created_at'::text;
    end if;
    if tg_op <> 'INSERT' then
        v_row := to_jsonb(old);
        v_before := v_row - v_skip;
    end if;
    if tg_op <> 'DELETE' then
        v_row := to_jsonb(new);
        v_after := v_row - v_skip;
    end if;
    if tg_op = 'UPDATE' then
        select jsonb_object_agg(b.key, b.value),
               jsonb_object_agg(b.key, v_after -> b.key)
          into v_before, v_after
          from jsonb_each(v_before) b
         where b.value is distinct from v_after -> b.key;
        if v_before is null then
            return null;
        end if;
    end if;
    v_tenant := coalesce(v_row ->> 'tenant_id', v_row ->> 'id')::uuid;
    -- A tenant that is being erased takes its log along.
    if tg_op <> 'INSERT' and not exists (
        select from mainstay.tenants t where t.id = v_tenant) then
        return null;
    end if;
    insert into mainstay.audit_log (tenant_id, actor_id, actor_kind, action,
        object_type, object_id, account_id, before, after, request_id)
    values (v_tenant, app.current_actor_id(), app.current_actor_kind(),
        tg_table_name || '.' || lower(tg_op), tg_table_name, v_row ->> 'id',
        case when tg_table_name = 'accounts' then v_row ->> 'id'
            else v_row ->> 'account_id' end::uuid,
        v_before, v_after, app.current_request_id());
    return null;
end
$$;
comment on function api.audit_row() is
    'Row trigger of the tables in mainstay.audited_tables(): (columns left '
    'out).';
revoke all on function api.audit_row() from public;
grant execute on function api.audit_row() to mainstay_owner;

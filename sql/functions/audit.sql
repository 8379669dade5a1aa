-- Who changed what: before and after of the columns that changed, in the
-- transaction of the change. Trigger arguments name columns to leave out:
-- secrets, and what only follows from other columns.
create or replace function mainstay.audit_row() returns trigger
language plpgsql set search_path = ''
as $$
declare
    v_skip constant text[] := array['created_at', 'updated_at']
        || coalesce(tg_argv::text[], '{}');
    v_before jsonb;
    v_after jsonb;
    v_row jsonb;
begin
    if mainstay.is_loading_history() then
        return null;
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
    perform mainstay.audit(
        coalesce(v_row ->> 'tenant_id', v_row ->> 'id')::uuid,
        tg_table_name || '.' || lower(tg_op), tg_table_name, v_row ->> 'id',
        v_before, v_after);
    return null;
end
$$;

-- One entry. A tenant that is being erased takes its log along.
create or replace function mainstay.audit(p_tenant uuid, p_action text,
    p_object_type text, p_object_id text, p_before jsonb default null,
    p_after jsonb default null) returns void
language plpgsql set search_path = ''
as $$
begin
    if not exists (select from mainstay.tenants t where t.id = p_tenant) then
        return;
    end if;
    insert into mainstay.audit_log (tenant_id, actor_id, actor_kind, action,
        object_type, object_id, before, after)
    values (p_tenant, app.current_actor_id(),
        case when app.current_user_id() is not null then 'user'
            when app.current_key_id() is not null then 'key'
            else 'system' end,
        p_action, p_object_type, p_object_id, p_before, p_after);
end
$$;
comment on function mainstay.audit(uuid, text, text, text, jsonb, jsonb) is
    'Writes one entry of the audit log in the caller''s transaction.';
grant execute on function
    mainstay.audit(uuid, text, text, text, jsonb, jsonb)
    to mainstay_app, mainstay_definer, mainstay_maint;

do $$
declare
    v_table text;
    v_skip text;
begin
    for v_table, v_skip in values
        ('tenants', ''),
        ('profiles', 'last_used_at'),
        ('api_keys', 'key_hash,last_used_at'),
        ('accounts', 'name_key,hierarchy_level,hierarchy_path,renewal_sort,'
            'arr,health_score,health_sort,health_band,health_label,health_trend,'
            'previous_health_score,health_scored_at,stage_entered_at,'
            'last_contact_at'),
        ('contacts', ''),
        ('account_profiles', ''),
        ('journey_stages', ''),
        ('stage_goals', ''),
        ('account_goals', ''),
        ('scorecards', ''),
        ('scorecard_versions', ''),
        ('health_overrides', ''),
        ('playbooks', ''),
        ('ai_workflows', ''),
        ('webhook_endpoints', 'secret,headers,secret_before'),
        ('custom_attributes', ''),
        ('account_tiers', ''),
        ('invitations', 'token_hash')
    loop
        execute format('create or replace trigger zz_audit '
            'after insert or update of %s or delete on mainstay.%I '
            'for each row execute function mainstay.audit_row(%s)', (
                select string_agg(quote_ident(a.attname), ', ')
                  from pg_attribute a
                 where a.attrelid = ('mainstay.' || v_table)::regclass
                   and a.attnum > 0 and not a.attisdropped
                   and a.attname <> all (string_to_array(v_skip, ','))),
            v_table,
            (select string_agg(quote_literal(s), ', ')
               from unnest(string_to_array(v_skip, ',')) s where s <> ''));
    end loop;
end $$;

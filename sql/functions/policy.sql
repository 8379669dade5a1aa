-- How a table of a tenant is protected, in one place. A policy file says
-- which role may do what; this says what that means:
--
--   tenant_isolation  RESTRICTIVE for all commands: only the own tenant
--   app_<command>     one PERMISSIVE policy per command: the role, and the
--                     tenant again, because a Citus shard turns a restrictive
--                     policy into a permissive one
--   maint             everything, for backfills by mainstay_maint
--
-- A null role means: nobody, and no privilege either. Policies named
-- otherwise are left alone.
create or replace procedure mainstay.protect_table(p_table regclass,
    p_select text, p_insert text, p_update text, p_delete text,
    p_tenant name default 'tenant_id')
language plpgsql set search_path = ''
as $$
declare
    v_tenant constant text := format('%I = (select app.current_tenant_id())',
        p_tenant);
    v_commands constant text[] := array['select', 'insert', 'update',
        'delete'];
    v_roles constant text[] := array[p_select, p_insert, p_update, p_delete];
    v_rule text;
begin
    if not (select relrowsecurity and relforcerowsecurity
              from pg_class where oid = p_table) then
        execute format('alter table %s enable row level security, '
            'force row level security', p_table);
    end if;
    execute format('drop policy if exists tenant_isolation on %s', p_table);
    execute format('create policy tenant_isolation on %s as restrictive '
        'to mainstay_app using (%s) with check (%s)', p_table, v_tenant,
        v_tenant);
    execute format('drop policy if exists maint on %s', p_table);
    execute format('create policy maint on %s to mainstay_maint '
        'using (true) with check (true)', p_table);
    execute format('revoke all on %s from mainstay_app', p_table);
    execute format('grant select, insert, update, delete on %s '
        'to mainstay_maint', p_table);
    for i in 1..4 loop
        execute format('drop policy if exists %I on %s',
            'app_' || v_commands[i], p_table);
        continue when v_roles[i] is null;
        v_rule := format('%s and (select app.may(%L))', v_tenant, v_roles[i]);
        execute format('create policy %I on %s for %s to mainstay_app %s',
            'app_' || v_commands[i], p_table, v_commands[i],
            case v_commands[i]
                when 'insert' then format('with check (%s)', v_rule)
                when 'update' then format('using (%s) with check (%s)',
                    v_rule, v_rule)
                else format('using (%s)', v_rule)
            end);
        execute format('grant %s on %s to mainstay_app', v_commands[i],
            p_table);
    end loop;
end
$$;
comment on procedure mainstay.protect_table(regclass, text, text, text, text,
    name) is
    'Row security and grants of one table: least role to select, insert, '
    'update, delete.';

-- A table that no daemon reads: reached through functions of schema api.
create or replace procedure mainstay.hide_table(p_table regclass)
language plpgsql set search_path = ''
as $$
declare
    v_role text;
begin
    if not (select relrowsecurity and relforcerowsecurity
              from pg_class where oid = p_table) then
        execute format('alter table %s enable row level security, '
            'force row level security', p_table);
    end if;
    execute format('revoke all on %s from mainstay_app', p_table);
    foreach v_role in array array['definer', 'maint'] loop
        execute format('drop policy if exists %I on %s', v_role, p_table);
        execute format('create policy %I on %s to %I using (true) '
            'with check (true)', v_role, p_table, 'mainstay_' || v_role);
        execute format('grant select, insert, update, delete on %s to %I',
            p_table, 'mainstay_' || v_role);
    end loop;
end
$$;
comment on procedure mainstay.hide_table(regclass) is
    'Row security and grants of a table that daemons reach through api only.';

-- What functions of schema api do for one tenant at a time, the one in the
-- context. A table that they may use for all tenants is left as it is.
create or replace procedure mainstay.serve_tenant(p_table regclass,
    p_rights text)
language plpgsql set search_path = ''
as $$
begin
    execute format('grant %s on %s to mainstay_definer', p_rights, p_table);
    if exists (
        select from pg_policy p
         where p.polrelid = p_table and p.polname = 'definer'
           and pg_get_expr(p.polqual, p.polrelid) = 'true') then
        return;
    end if;
    execute format('drop policy if exists definer on %s', p_table);
    execute format('create policy definer on %s to mainstay_definer '
        'using (tenant_id = (select app.current_tenant_id())) '
        'with check (tenant_id = (select app.current_tenant_id()))',
        p_table);
end
$$;
comment on procedure mainstay.serve_tenant(regclass, text) is
    'What functions of api may do with a table, within the tenant of the '
    'context.';

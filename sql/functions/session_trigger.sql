-- What ends sessions at once; the functions are in session.sql.
create or replace trigger users_end_sessions
    after update of password_hash, is_active on mainstay.users
    for each row
    when (old.password_hash is distinct from new.password_hash
        or not new.is_active)
    execute function api.users_end_sessions();
create or replace trigger users_show_email
    after update of email on mainstay.users
    for each row when (old.email is distinct from new.email)
    execute function api.users_show_email();
create or replace trigger profiles_end_sessions
    after update of role, is_active on mainstay.profiles
    for each row
    when (app.role_rank(new.role) < app.role_rank(old.role)
        or (old.is_active and not new.is_active))
    execute function api.profiles_end_sessions();
create or replace trigger tenants_end_sessions
    after update of is_active on mainstay.tenants
    for each row when (old.is_active and not new.is_active)
    execute function api.tenants_end_sessions();

-- A tenant without an admin could never be changed again.
create or replace function mainstay.profiles_keep_admin() returns trigger
language plpgsql set search_path = ''
as $$
begin
    perform pg_advisory_xact_lock(hashtextextended(
        'profiles.admin/' || new.tenant_id::text, 0));
    if not exists (select from mainstay.profiles p
                    where p.tenant_id = new.tenant_id and p.is_active
                      and p.role = 'Tenant Admin') then
        raise exception using errcode = 'MS409', column = 'role',
            message = 'An organisation needs at least one Tenant Admin.';
    end if;
    return null;
end
$$;
create or replace trigger profiles_keep_admin
    after update of role, is_active on mainstay.profiles
    for each row
    when (old.role = 'Tenant Admin' and old.is_active
        and (new.role <> 'Tenant Admin' or not new.is_active))
    execute function mainstay.profiles_keep_admin();

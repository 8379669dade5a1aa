-- role: mainstay_definer
--
-- What a person prefers, in every tenant. What is null stays as it is.
drop function if exists api.set_preferences(bytea, boolean, boolean);
create or replace function api.set_preferences(p_session bytea,
    p_shortcuts boolean, p_narrow boolean, p_compact boolean) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    update mainstay.users u
       set has_shortcuts = coalesce(p_shortcuts, u.has_shortcuts),
           is_sidebar_narrow = coalesce(p_narrow, u.is_sidebar_narrow),
           is_compact = coalesce(p_compact, u.is_compact)
     where u.id = api.session_user_of(p_session);
end
$$;
revoke all on function api.set_preferences(bytea, boolean, boolean, boolean)
    from public;
grant execute on function
    api.set_preferences(bytea, boolean, boolean, boolean) to mainstay_app;

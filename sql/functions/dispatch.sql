-- What the dispatcher needs beside api.begin_request().

-- Ends the transaction unless the current role ranks at least as high.
create or replace function app.require_role(p_role text) returns void
language plpgsql stable
set search_path = ''
as $$
begin
    if app.may(p_role) is not true then
        raise exception using errcode = 'MS403',
            message = pg_catalog.format(
                'This needs the role %s; yours is %s.',
                p_role, coalesce(app.current_user_role(), 'none'));
    end if;
end
$$;

revoke all on function app.require_role(text) from public;
grant execute on function app.require_role(text) to mainstay_app;

-- What writes of the API have in common.

create or replace function app.no_such(p_what text) returns void
language plpgsql immutable set search_path = ''
as $$
begin
    raise exception using errcode = 'MS404',
        message = 'There is no such ' || p_what || '.';
end
$$;

-- steps.0.endpoint as a place in what was sent: document/steps/0/endpoint.
create or replace function app.body_path(p_member text, p_path text)
returns text
language sql immutable parallel safe
return concat_ws('/', p_member, nullif(replace(replace(replace(p_path,
    '~', '~0'), '/', '~1'), '.', '/'), ''));

grant execute on function app.no_such(text), app.body_path(text, text)
    to mainstay_app;

-- What the API answers with: a view for each noun (sql/functions/resource.sql).
create schema resource;
comment on schema resource is
    'One view for each noun of the API, with a column for each member.';
grant usage on schema resource to mainstay_app;

drop function if exists app.account_api_page(uuid, json, integer, text, text,
    text);
drop function if exists app.account_api_names(text);
drop function if exists app.account_api(mainstay.accounts) cascade;
drop function if exists app.account_version(mainstay.accounts) cascade;
drop function if exists app.api_members(json, text[]);
drop function if exists app.cursor_text(text, text, uuid);
drop function if exists app.cursor_read(text, text);

create index contacts_name_idx
    on mainstay.contacts (tenant_id, full_name, id);
create index contacts_created_idx
    on mainstay.contacts (tenant_id, created_at, id);

-- Tags as the API answers and takes them.
drop view if exists resource.tags;
create view resource.tags with (security_invoker = true) as
select g.tenant_id, g.id, g.name, g.color_hex, g.created_at
  from mainstay.tags g;
comment on column resource.tags.id is 'Its id here.';
comment on column resource.tags.name is 'What the tag says.';
comment on column resource.tags.color_hex is 'Its colour, # and six digits.';
comment on column resource.tags.created_at is 'When it was first used.';
call mainstay.make_resource('tags', '{name}', '{name}', p_is_small => true);

-- id is that of the tag.
drop view if exists resource.account_tags;
create view resource.account_tags with (security_invoker = true) as
select t.tenant_id, g.id, t.account_id, g.name, g.color_hex, t.created_at
  from mainstay.account_tags t
  join mainstay.tags g on g.tenant_id = t.tenant_id and g.id = t.tag_id;
comment on column resource.account_tags.id is 'Id of the tag.';
comment on column resource.account_tags.account_id is 'The account.';
comment on column resource.account_tags.name is 'What the tag says.';
comment on column resource.account_tags.color_hex is
    'Its colour, # and six digits.';
comment on column resource.account_tags.created_at is
    'Since when the account carries it.';
call mainstay.make_resource('account_tags', '{name}', '{name}',
    '{"account": {"noun": "accounts", "by": "account_id"}}',
    p_required => '{id,name,color_hex}', p_is_small => true);

-- A tag that there is, whatever its case, or a new one.
create or replace function app.add_account_tag_api(p_tenant uuid,
    p_account uuid, p_name text)
returns json
language plpgsql volatile set search_path = ''
as $$
declare
    v_id uuid;
begin
    perform mainstay.tenant_of_account(p_account);
    select g.id into v_id from mainstay.tags g
     where g.tenant_id = p_tenant and lower(g.name) = lower(p_name)
     order by g.created_at, g.id limit 1;
    if v_id is null then
        insert into mainstay.tags as g (tenant_id, name)
        values (p_tenant, p_name)
        on conflict (tenant_id, name) do update set name = excluded.name
        returning g.id into v_id;
    end if;
    insert into mainstay.account_tags (tenant_id, account_id, tag_id)
    values (p_tenant, p_account, v_id) on conflict do nothing;
    return (
        select p.body -> 'data' -> 0
          from app.api_page(p_tenant, 'account_tags', '{}', 1, null, null,
                   null, null, jsonb_build_object('account_id', p_account,
                       'id', v_id)) p);
end
$$;
comment on function app.add_account_tag_api(uuid, uuid, text) is
    'Gives an account a tag; one that it has stays.';

create or replace function app.remove_account_tag_api(p_tenant uuid,
    p_account uuid, p_tag uuid)
returns json
language plpgsql volatile set search_path = ''
as $$
declare
    v_body json;
begin
    select p.body -> 'data' -> 0 into v_body
      from app.api_page(p_tenant, 'account_tags', '{}', 1, null, null, null,
               null, jsonb_build_object('account_id', p_account, 'id',
                   p_tag)) p;
    delete from mainstay.account_tags t
     where t.tenant_id = p_tenant and t.account_id = p_account
       and t.tag_id = p_tag;
    return v_body;
end
$$;
comment on function app.remove_account_tag_api(uuid, uuid, uuid) is
    'Takes a tag from an account; the answer is what it was.';
grant execute on function app.add_account_tag_api(uuid, uuid, text),
    app.remove_account_tag_api(uuid, uuid, uuid) to mainstay_app;

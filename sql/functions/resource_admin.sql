-- Users, invitations, keys, the audit log and custom attributes as the API
-- shows and takes them. What may be written is in member.sql and
-- custom_attribute.sql.

drop view if exists resource.users;
create view resource.users with (security_invoker = true) as
select p.tenant_id, p.id, p.user_id, p.full_name, p.email, p.role,
       p.is_active, p.last_used_at::date as last_used_on, p.created_at
  from mainstay.profiles p;
comment on view resource.users is 'The people of the organisation.';
comment on column resource.users.id is
    'The id of the membership, by which it is changed.';
comment on column resource.users.user_id is
    'The id of the person, which csm_id and the like name.';
comment on column resource.users.full_name is 'What the person is called.';
comment on column resource.users.email is 'By which the person signs in.';
comment on column resource.users.role is 'What the person may do.';
comment on column resource.users.is_active is
    'Whether the person may sign in.';
comment on column resource.users.last_used_on is
    'The day the person was last here.';
comment on column resource.users.created_at is 'When the person joined.';
call mainstay.make_resource('users', '{full_name,created_at}',
    '{user_id,full_name,email,role,is_active,last_used_on,created_at}', '{}',
    'profiles', p_is_small => true);

drop view if exists resource.invitations;
create view resource.invitations with (security_invoker = true) as
select i.tenant_id, i.id, i.email, i.role, i.invited_by, i.created_at,
       i.expires_at, i.accepted_at, i.revoked_at
  from mainstay.invitations i;
comment on view resource.invitations is 'Who was asked to join.';
comment on column resource.invitations.id is 'Its id.';
comment on column resource.invitations.email is 'Who was asked to join.';
comment on column resource.invitations.role is
    'The role that the person will have.';
comment on column resource.invitations.invited_by is
    'The user who asked.';
comment on column resource.invitations.created_at is 'When it was made.';
comment on column resource.invitations.expires_at is
    'Until when its link opens.';
comment on column resource.invitations.accepted_at is
    'When the person joined.';
comment on column resource.invitations.revoked_at is
    'When it was taken back.';
call mainstay.make_resource('invitations', '{-created_at}',
    '{email,role,created_at,expires_at,accepted_at,revoked_at}',
    p_is_small => true);

drop view if exists resource.api_keys;
create view resource.api_keys with (security_invoker = true) as
select k.tenant_id, k.id, k.name, k.prefix, k.acts_as as role, k.created_by,
       k.created_at, k.last_used_at, k.expires_at, k.revoked_at
  from mainstay.api_keys k;
comment on view resource.api_keys is 'Keys of programs.';
comment on column resource.api_keys.id is 'Its id.';
comment on column resource.api_keys.name is 'Which program has it.';
comment on column resource.api_keys.prefix is
    'How it begins, to tell it from others.';
comment on column resource.api_keys.role is 'What it may do.';
comment on column resource.api_keys.created_by is 'The user who made it.';
comment on column resource.api_keys.created_at is 'When it was made.';
comment on column resource.api_keys.last_used_at is
    'When it was last used, to five minutes.';
comment on column resource.api_keys.expires_at is 'Until when it is good.';
comment on column resource.api_keys.revoked_at is 'When it was revoked.';
call mainstay.make_resource('api_keys', '{-created_at,name}',
    '{name,role,created_at,last_used_at,expires_at,revoked_at}',
    p_choices => '{"role": ["Viewer", "Contributor", "Practitioner"]}',
    p_required => '{role}', p_is_small => true);

-- Its number as a UUID keeps the order of the log.
drop view if exists resource.audit_log;
create view resource.audit_log with (security_invoker = true) as
select l.tenant_id, lpad(to_hex(l.id), 32, '0')::uuid as id, l.at,
       l.actor_id, l.actor_kind, l.action, l.object_type, l.object_id,
       l.account_id, l.before, l.after, host(l.ip) as ip, l.request_id
  from mainstay.audit_log l;
comment on view resource.audit_log is 'Who did what, and when.';
comment on column resource.audit_log.id is 'Its number, as a UUID.';
comment on column resource.audit_log.at is 'When.';
comment on column resource.audit_log.actor_id is
    'The user or the key; null: Mainstay itself.';
comment on column resource.audit_log.actor_kind is 'What did it.';
comment on column resource.audit_log.action is
    'What was done, such as accounts.update.';
comment on column resource.audit_log.object_type is
    'The table of what was changed, such as accounts.';
comment on column resource.audit_log.object_id is 'The id of it.';
comment on column resource.audit_log.account_id is
    'The account it belongs to.';
comment on column resource.audit_log.before is
    'What was changed, as it was; null of something new.';
comment on column resource.audit_log.after is
    'The same as it became; null of something removed.';
comment on column resource.audit_log.ip is 'From which address.';
comment on column resource.audit_log.request_id is
    'In which request, by which it can be undone.';
call mainstay.make_resource('audit_log', '{-at}',
    '{at,actor_id,actor_kind,action,object_type,object_id,account_id,'
    'request_id}');

drop view if exists resource.custom_attributes;
create view resource.custom_attributes with (security_invoker = true) as
select c.tenant_id, c.id, c.key, c.label, c.kind, c.choices, c.is_required,
       c.position, c.created_at, c.updated_at
  from mainstay.custom_attributes c;
comment on view resource.custom_attributes is 'Attributes of accounts.';
comment on column resource.custom_attributes.id is 'Its id.';
comment on column resource.custom_attributes.key is
    'Its name in crm_attributes of an account.';
comment on column resource.custom_attributes.label is
    'What pages call it.';
comment on column resource.custom_attributes.kind is 'What it holds.';
comment on column resource.custom_attributes.choices is
    'What can be chosen; empty of another kind.';
comment on column resource.custom_attributes.is_required is
    'Whether an account must have it.';
comment on column resource.custom_attributes.position is
    'Its place among them, from 1.';
comment on column resource.custom_attributes.created_at is
    'When it was made.';
comment on column resource.custom_attributes.updated_at is
    'When it was last changed.';
call mainstay.make_resource('custom_attributes', '{position,key,label}',
    '{key,label,kind,is_required}', p_is_small => true);

create or replace function app.save_user_api(p_tenant uuid, p_id uuid,
    p_if_match text, p_values jsonb, out body json, out etag text)
language plpgsql volatile set search_path = ''
as $$
declare
    v jsonb := app.api_lock(p_tenant, 'users', p_id, p_if_match);
begin
    v := app.api_merge(v, p_values);
    if p_values ?| array['full_name', 'role'] then
        perform mainstay.edit_member(p_tenant, p_id, v ->> 'full_name',
            v ->> 'role');
    end if;
    if p_values ? 'is_active' then
        perform mainstay.activate_member(p_tenant, p_id,
            (v ->> 'is_active')::boolean);
    end if;
    select o.body, o.etag into body, etag
      from app.api_one(p_tenant, 'users', p_id) o;
end
$$;

-- kept is the answer without what opens the invitation.
create or replace function app.invite_api(p_tenant uuid, p_email text,
    p_role text, out body jsonb, out kept jsonb, out id uuid)
language plpgsql volatile set search_path = ''
as $$
declare
    v_token constant text := mainstay.invite(p_tenant, p_email, p_role);
begin
    select i.id into id from mainstay.invitations i
     where i.tenant_id = p_tenant and lower(i.email) = lower(btrim(p_email))
       and i.accepted_at is null and i.revoked_at is null;
    select o.body into kept
      from app.api_one(p_tenant, 'invitations', invite_api.id) o;
    body := kept || jsonb_build_object('token', v_token,
        'link', '/invitation?token=' || v_token);
end
$$;

create or replace function app.create_key_api(p_tenant uuid, p_name text,
    p_role text, p_hash bytea, p_prefix text, p_days integer,
    out body json, out id uuid)
language plpgsql volatile set search_path = ''
as $$
#variable_conflict use_column
begin
    insert into mainstay.api_keys (tenant_id, name, acts_as, key_hash,
        prefix, created_by, expires_at)
    values (p_tenant, btrim(p_name), p_role, p_hash, p_prefix,
        app.current_user_id(), now() + make_interval(days => p_days))
    returning api_keys.id into create_key_api.id;
    select o.body into create_key_api.body
      from app.api_one(p_tenant, 'api_keys', create_key_api.id) o;
end
$$;

-- A mistake under the name that the API has for the field.
create or replace function app.raise_as(p_column text, p_message text)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
    raise exception using errcode = 'MS422', column = p_column,
        message = p_message;
end
$$;

create or replace function app.save_attribute_api(p_tenant uuid, p_id uuid,
    p_if_match text, p_values jsonb,
    out body json, out etag text, out id uuid)
language plpgsql volatile set search_path = ''
as $$
declare
    v jsonb := '{"kind": "text", "is_required": false}';
    v_choices text;
    v_column text;
begin
    if p_id is not null then
        v := app.api_lock(p_tenant, 'custom_attributes', p_id, p_if_match);
    end if;
    v := app.api_merge(v, p_values);
    if jsonb_path_exists(nullif(v -> 'choices', 'null'),
        '$[*] ? (@.type() <> "string")') then
        perform app.raise_as('choices', 'Each choice is a text.');
    end if;
    v_choices := (select string_agg(c, e'\n') from jsonb_array_elements_text(
        nullif(v -> 'choices', 'null')) c);
    id := p_id;
    if p_id is null then
        id := mainstay.create_attribute(p_tenant, v ->> 'label',
            v ->> 'key', v ->> 'kind', v_choices,
            (v ->> 'is_required')::boolean);
    else
        perform mainstay.edit_attribute(p_tenant, p_id, v ->> 'label',
            v_choices, (v ->> 'is_required')::boolean);
    end if;
    if p_values ? 'position' then
        perform mainstay.move_attribute(p_tenant, id,
            (v ->> 'position')::integer);
    end if;
    select o.body, o.etag into body, etag
      from app.api_one(p_tenant, 'custom_attributes',
               save_attribute_api.id) o;
exception when sqlstate 'MS422' then
    get stacked diagnostics v_column = column_name;
    perform app.raise_as(replace(v_column, 'attribute_key', 'key'), sqlerrm);
end
$$;

-- Answered as it was.
create or replace function app.delete_attribute_api(p_tenant uuid,
    p_id uuid, p_if_match text, out body json, out etag text)
language plpgsql volatile set search_path = ''
as $$
begin
    perform app.api_lock(p_tenant, 'custom_attributes', p_id, p_if_match);
    select o.body, o.etag into body, etag
      from app.api_one(p_tenant, 'custom_attributes', p_id) o;
    perform mainstay.delete_attribute(p_tenant, p_id);
end
$$;

grant execute on function app.save_user_api(uuid, uuid, text, jsonb),
    app.invite_api(uuid, text, text),
    app.create_key_api(uuid, text, text, bytea, text, integer),
    app.raise_as(text, text),
    app.save_attribute_api(uuid, uuid, text, jsonb),
    app.delete_attribute_api(uuid, uuid, text) to mainstay_app;

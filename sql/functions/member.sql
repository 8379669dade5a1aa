-- The people of a tenant: invited, given a role, deactivated. What ends their
-- sessions and keeps one admin is in session_trigger.sql.

-- Returns the secret of the link: it is shown once. Who is invited again gets
-- a new link, and the old one opens nothing any more.
create or replace function mainstay.invite(p_tenant uuid, p_email text,
    p_role text) returns text
language plpgsql volatile set search_path = ''
as $$
declare
    v_email constant text := lower(btrim(p_email));
    v_secret constant bytea := uuid_send(gen_random_uuid())
        || uuid_send(gen_random_uuid());
    v_member mainstay.profiles;
begin
    select * into v_member from mainstay.profiles p
     where p.tenant_id = p_tenant and lower(p.email) = v_email;
    if found then
        raise exception using errcode = 'MS422', column = 'email',
            message = case when v_member.is_active
                then v_member.full_name || ' has this e-mail and is a user '
                    'already.'
                else v_member.full_name || ' has this e-mail and was '
                    'deactivated: activate the user instead.' end;
    end if;
    update mainstay.invitations i set revoked_at = now()
     where i.tenant_id = p_tenant and lower(i.email) = v_email
       and i.accepted_at is null and i.revoked_at is null;
    if (select count(*) from mainstay.invitations i
         where i.tenant_id = p_tenant and i.accepted_at is null
           and i.revoked_at is null and i.expires_at > now()) >= 200 then
        raise exception using errcode = 'MS409', column = 'email',
            message = 'There are 200 open invitations; revoke some first.';
    end if;
    insert into mainstay.invitations (tenant_id, email, role, token_hash,
        invited_by)
    values (p_tenant, v_email, p_role, sha256(v_secret),
        app.current_user_id());
    return encode(v_secret, 'hex');
end
$$;

create or replace function mainstay.revoke_invitation(p_tenant uuid,
    p_id uuid) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    update mainstay.invitations i set revoked_at = now()
     where i.tenant_id = p_tenant and i.id = p_id
       and i.accepted_at is null and i.revoked_at is null;
    if not found then
        raise exception using errcode = 'MS404',
            message = 'There is no such open invitation.';
    end if;
end
$$;

create or replace function mainstay.edit_member(p_tenant uuid, p_id uuid,
    p_full_name text, p_role text) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    update mainstay.profiles p set full_name = btrim(p_full_name),
           role = p_role
     where p.tenant_id = p_tenant and p.id = p_id;
    if not found then
        raise exception using errcode = 'MS404',
            message = 'There is no such user.';
    end if;
end
$$;

create or replace function mainstay.activate_member(p_tenant uuid,
    p_id uuid, p_is_active boolean) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    update mainstay.profiles p set is_active = p_is_active
     where p.tenant_id = p_tenant and p.id = p_id;
    if not found then
        raise exception using errcode = 'MS404',
            message = 'There is no such user.';
    end if;
end
$$;

-- The roles, lowest first, each with what it may do.
create or replace function mainstay.roles(p_chosen text) returns jsonb
language sql immutable parallel safe
return (
    select jsonb_agg(jsonb_build_object('role', r.role, 'text', r.text,
               'is_chosen', r.role = p_chosen) order by r.place)
      from (values (1, 'Viewer', 'reads everything'),
               (2, 'Contributor', 'also adds notes, tasks and facts'),
               (3, 'Practitioner', 'also changes accounts, stages and health'),
               (4, 'Tenant Admin', 'also sets up the organisation'))
           r (place, role, text));

do $$
declare
    v_function regprocedure;
begin
    for v_function in
        select oid::regprocedure from pg_proc
         where pronamespace = 'mainstay'::regnamespace
           and proname in ('invite', 'revoke_invitation', 'edit_member',
               'activate_member', 'roles')
    loop
        execute format('grant execute on function %s to mainstay_app',
            v_function);
    end loop;
end $$;

-- role: mainstay_definer
--
-- What somebody with the link of an invitation may see and do. A link is
-- known by the SHA-256 of its secret; who holds it belongs to no tenant yet.

-- The invitation that is good now, or none.
create or replace function api.invitation(p_secret bytea)
returns table (tenant_id uuid, tenant_name text, email text, role text,
    invited_by text, is_known boolean)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    select i.tenant_id, t.name, i.email::text, i.role::text, p.full_name,
           exists (select from mainstay.users u
                    where lower(u.email) = lower(i.email))
      from mainstay.invitations i
      join mainstay.tenants t on t.id = i.tenant_id and t.is_active
      left join mainstay.profiles p
        on p.tenant_id = i.tenant_id and p.user_id = i.invited_by
     where i.token_hash = sha256(p_secret) and i.accepted_at is null
       and i.revoked_at is null and i.expires_at > now();
end
$$;

-- Joins. Whoever has an account in Mainstay has proved it by its password,
-- and keeps it: p_hash and p_full_name are for those who have none.
create or replace function api.accept_invitation(p_secret bytea,
    p_user uuid, p_hash text, p_full_name text)
returns table (user_id uuid, tenant_id uuid)
language plpgsql volatile security definer set search_path = ''
as $$
#variable_conflict use_column
declare
    v_invitation mainstay.invitations;
    v_name text := btrim(p_full_name);
begin
    update mainstay.invitations i set accepted_at = now()
      from mainstay.tenants t
     where i.token_hash = sha256(p_secret) and i.accepted_at is null
       and i.revoked_at is null and i.expires_at > now()
       and t.id = i.tenant_id and t.is_active
    returning i.* into v_invitation;
    if not found then
        raise exception using errcode = 'MS409', column = 'form',
            message = 'This link is not valid any more.';
    end if;
    select u.id into user_id from mainstay.users u
     where lower(u.email) = lower(v_invitation.email);
    if user_id is distinct from p_user then
        raise exception using errcode = 'MS409', column = 'form',
            message = 'Somebody with this e-mail has just joined Mainstay. '
                'Open the link again.';
    end if;
    if user_id is null then
        insert into mainstay.users (email, password_hash)
        values (lower(v_invitation.email), p_hash)
        returning id into user_id;
    else
        select coalesce(v_name, p.full_name) into v_name
          from mainstay.profiles p where p.user_id = p_user
         order by p.last_used_at desc nulls last, p.created_at limit 1;
    end if;
    -- The log says who joined.
    perform set_config('app.current_user_id', user_id::text, true),
            set_config('app.current_tenant_id',
                v_invitation.tenant_id::text, true);
    insert into mainstay.profiles (tenant_id, user_id, full_name, email,
        role)
    values (v_invitation.tenant_id, user_id,
        coalesce(v_name, split_part(v_invitation.email, '@', 1)),
        lower(v_invitation.email), v_invitation.role)
        on conflict (tenant_id, user_id) do nothing;
    tenant_id := v_invitation.tenant_id;
    return next;
end
$$;
comment on function api.accept_invitation(bytea, uuid, text, text) is
    'Makes the holder of a link a member of its tenant; MS409 when the link '
    'is not valid (any more).';

revoke all on function api.invitation(bytea),
    api.accept_invitation(bytea, uuid, text, text) from public;
grant execute on function api.invitation(bytea),
    api.accept_invitation(bytea, uuid, text, text) to mainstay_auth;

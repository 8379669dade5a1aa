-- The people of a tenant, in the admin area.

-- name: member_list
select p.id, p.full_name as name, p.email, p.role, p.is_active,
    '/dashboard/admin/users/' || p.id as url,
    p.user_id = :user_id::uuid as is_me,
    app.ago_text(p.last_used_at) as seen_text
from profiles p
where p.tenant_id = :tenant_id::uuid
order by p.is_active desc, lower(p.full_name), p.id
limit 1000;

-- name: member_roles
select mainstay.roles(coalesce(:form::jsonb ->> 'role', 'Practitioner'))
    as list;

-- name: member_form
-- :form is what was typed, or null.
select p.id, p.full_name as was, p.email, p.is_active,
    coalesce(:form::jsonb ->> 'full_name', p.full_name) as full_name,
    mainstay.roles(coalesce(:form::jsonb ->> 'role', p.role)) as roles,
    p.user_id, p.user_id = :user_id::uuid as is_me,
    app.date_text(p.created_at::date) as since_text,
    app.ago_text(p.last_used_at) as seen_text
from profiles p
where p.tenant_id = :tenant_id::uuid and p.id = :id::uuid;

-- name: member_edit
select mainstay.edit_member(:tenant_id::uuid, :id::uuid, :full_name, :role);

-- name: member_deactivate
select mainstay.activate_member(:tenant_id::uuid, :id::uuid, false);

-- name: member_activate
select mainstay.activate_member(:tenant_id::uuid, :id::uuid, true);

-- name: invitation_list
select i.id, i.email, i.role, p.full_name as invited_by,
    i.expires_at <= now() as is_expired,
    app.ago_text(i.expires_at) as expires_text
from invitations i
left join profiles p
    on p.tenant_id = :tenant_id::uuid and p.user_id = i.invited_by
where i.tenant_id = :tenant_id::uuid and i.accepted_at is null
    and i.revoked_at is null
order by i.created_at desc, i.id
limit 200;

-- name: invitation_create
select :email as email, mainstay.invite(:tenant_id::uuid, :email, :role)
    as token;

-- name: invitation_revoke
select mainstay.revoke_invitation(:tenant_id::uuid, :id::uuid);

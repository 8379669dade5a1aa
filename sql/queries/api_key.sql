-- Keys of programs, in the admin area.

-- name: api_key_list
select k.id, k.name, k.prefix, k.acts_as as role, p.full_name as author,
    app.date_text(k.created_at::date) as created_text,
    app.ago_text(k.last_used_at) as used_text,
    app.date_text(k.expires_at::date) as expires_text,
    k.revoked_at is not null as is_revoked,
    k.revoked_at is null and k.expires_at <= now() as is_expired,
    k.revoked_at is null and k.expires_at > now() as is_live
from api_keys k
left join profiles p
    on p.tenant_id = :tenant_id::uuid and p.user_id = k.created_by
where k.tenant_id = :tenant_id::uuid
order by (k.revoked_at is null and k.expires_at > now()) desc,
    k.created_at desc, k.id
limit 200;

-- name: api_key_roles
select (select jsonb_agg(r.value order by r.place)
        from jsonb_array_elements(mainstay.roles(coalesce(
            :form::jsonb ->> 'role', 'Contributor')))
            with ordinality r (value, place)
        where r.value ->> 'role' <> 'Tenant Admin') as list;

-- name: api_key_create
insert into api_keys (tenant_id, name, acts_as, key_hash, prefix,
    created_by, expires_at)
values (:tenant_id::uuid, btrim(:name), :role, :key_hash::bytea,
    :key_prefix, :user_id::uuid, now() + make_interval(days => :days::integer))
returning id, name;

-- name: api_key_revoke
update api_keys set revoked_at = now()
where tenant_id = :tenant_id::uuid and id = :id::uuid and revoked_at is null
returning id;

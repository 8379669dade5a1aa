-- Views of the list of accounts.

-- name: saved_view_list
-- The default one first; where nothing is asked for, the list opens with it.
select v.id, v.name, v.is_shared, v.query || '&view=' || v.id::text as query,
    v.id = :view::uuid as is_current, d.view_id is not null as is_default,
    case when d.view_id is not null and :form::text = '{}'
        then '/dashboard/accounts?' || v.query || '&view=' || v.id::text end
        as default_url,
    case when v.owner_id <> (select app.current_user_id()) then o.full_name end
        as owner
from saved_views v
join profiles o on o.tenant_id = v.tenant_id and o.user_id = v.owner_id
left join default_views d on d.tenant_id = :tenant_id::uuid
    and d.owner_id = (select app.current_user_id()) and d.view_id = v.id
where v.tenant_id = :tenant_id::uuid
order by d.view_id is null, v.owner_id <> (select app.current_user_id()), lower(v.name), v.id
limit 200;

-- name: saved_view_show
-- The view that the list was opened from, and whether it has been changed.
select v.id, v.name, v.is_shared,
    v.owner_id = (select app.current_user_id())
        or v.is_shared and (select app.may('Tenant Admin')) as is_mine,
    v.query <> app.account_list_query(:tenant_id::uuid, :form::json)
        as is_changed,
    v.query || '&view=' || v.id::text as query,
    exists (
        select from default_views d
        where d.tenant_id = :tenant_id::uuid and d.view_id = v.id
            and d.owner_id = (select app.current_user_id())) as is_default
from saved_views v
where v.tenant_id = :tenant_id::uuid and v.id = :view::uuid;

-- name: saved_view_default
select mainstay.default_view_set(:tenant_id::uuid, :id::uuid, :default = 'on')
    as query;

-- name: saved_view_create
select id, query from mainstay.saved_view_save(:tenant_id::uuid, null,
    :form::json, :view_name, :view_shared);

-- name: saved_view_update
select id, query from mainstay.saved_view_save(:tenant_id::uuid,
    :id::uuid, :form::json, :view_name, :view_shared);

-- name: saved_view_delete
delete from saved_views
where tenant_id = :tenant_id::uuid and id = :id::uuid
returning id, name;

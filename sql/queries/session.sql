-- Sessions of the person asking, and the tenants they belong to.

-- name: my_tenants
select id, name, slug, is_current
from api.my_tenants(:session::bytea);

-- name: session_list
select id, tenant_name, created_text, seen_text, ip, is_current,
    -- the two things a person recognises a browser by
    case
        when user_agent ~ 'Edg' then 'Edge'
        when user_agent ~ 'OPR/' then 'Opera'
        when user_agent ~ 'Firefox/' then 'Firefox'
        when user_agent ~ 'Chrome/' then 'Chrome'
        when user_agent ~ 'Safari/' then 'Safari'
        else coalesce(left(nullif(user_agent, ''), 40), 'Unknown browser')
    end || case
        when user_agent ~ 'iPhone|iPad' then ' on iOS'
        when user_agent ~ 'Android' then ' on Android'
        when user_agent ~ 'Windows' then ' on Windows'
        when user_agent ~ 'Mac OS' then ' on macOS'
        when user_agent ~ 'Linux' then ' on Linux'
        else ''
    end as device
from api.session_list(:session::bytea);

-- name: session_revoke
select api.revoke_session_by_ref(:session::bytea, :ref);

-- name: session_end
-- :everywhere given ends every session of this person.
select api.revoke_session(:session::bytea, :everywhere::text is not null);

-- name: session_switch
select api.switch_tenant(:session::bytea, :new_session::bytea,
    :tenant::uuid);

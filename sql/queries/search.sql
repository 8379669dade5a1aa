-- What the palette asks for, and the page of search.

-- name: search_list
select kind, name, detail, url, from_id, stage_id, health_score, health_band,
    health_label as band_label, kind = 'account' as is_account,
    kind = 'contact' as is_contact, kind = 'page' as is_page,
    kind = 'action' as is_action, kind = 'view' as is_view
from app.search(:tenant_id::uuid, :q)

-- name: search_api
select jsonb_build_object('results', coalesce(jsonb_agg(
    jsonb_strip_nulls(to_jsonb(s)) order by s.nr), '[]'))
from (select *, row_number() over () as nr
    from app.search(:tenant_id::uuid, :q)) s

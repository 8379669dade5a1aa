-- The audit log in the admin area.

-- name: audit_page
select * from mainstay.audit_page(:tenant_id::uuid, :who, :what, :object,
    :since::date, :until::date, :after_at::timestamptz, :after_id::bigint);

-- name: audit_filter
-- The form, with what is chosen.
select :since as since, :until as until, :object as object,
    num_nonnulls(:who::text, :what::text, :since::text, :until::text,
        :object::text) > 0 as is_filtered,
    (select json_agg(json_build_object('type', t.type, 'noun',
            upper(left(t.noun, 1)) || substr(t.noun, 2),
            'is_chosen', t.type = :what) order by t.noun)
        from mainstay.audit_types(:tenant_id::uuid) t) as types,
    (select json_agg(json_build_object('id', w.id, 'name', w.name,
            'is_chosen', w.id = :who) order by w.place, w.name)
        from (
            select p.user_id::text as id, p.full_name as name, 1 as place
            from profiles p where p.tenant_id = :tenant_id::uuid
            union all
            select k.id::text, 'Key ' || k.name, 2 from api_keys k
            where k.tenant_id = :tenant_id::uuid
            union all
            select 'system', 'Mainstay', 3) w) as people;

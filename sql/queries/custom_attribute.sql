-- The tenant's own attributes of accounts, in the admin area.

-- name: custom_attribute_list
select c.id, c.key, c.label, '/dashboard/admin/attributes/' || c.id as url,
    mainstay.attribute_kind_text(c.kind) as kind_text,
    array_to_string(c.choices, ', ') as choices_text, c.is_required,
    nullif(c.place - 1, 0) as up, nullif(c.place, c.count) + 1
        as down
from (
    select x.*, row_number() over (order by x.position, x.label) as place,
        count(*) over () as count
    from custom_attributes x
    where x.tenant_id = :tenant_id::uuid) c
order by c.place;

-- name: custom_attribute_kinds
select k.kind, mainstay.attribute_kind_text(k.kind) as kind_text,
    k.kind = :form::jsonb ->> 'kind' as is_chosen
from unnest(array['text', 'number', 'date', 'boolean', 'choice'])
    with ordinality k (kind, place)
order by k.place;

-- name: custom_attribute_create
select mainstay.create_attribute(:tenant_id::uuid, :label, :attribute_key, :kind,
    :choices, :is_required::text is not null) as id;

-- name: custom_attribute_form
-- :form is what was typed, or null.
select * from mainstay.attribute_form(:tenant_id::uuid, :id::uuid,
    :form::jsonb);

-- name: custom_attribute_edit
select mainstay.edit_attribute(:tenant_id::uuid, :id::uuid, :label,
    :choices, :is_required::text is not null);

-- name: custom_attribute_move
select mainstay.move_attribute(:tenant_id::uuid, :id::uuid, :place::integer);

-- name: custom_attribute_delete
select mainstay.delete_attribute(:tenant_id::uuid, :id::uuid);

-- Contacts of an account, now or as of the end of a day, and their form
-- (sql/functions/contact.sql).

-- name: contact_list
-- Who matters most first.
with contact as materialized (
    select c.* from contacts c
    where c.tenant_id = :tenant_id::uuid and c.account_id = :id::uuid
        and coalesce(:as_of::date >= current_date, true)
    union all
    select p.*
    from api.rows_at(:tenant_id::uuid, :id::uuid, 'contacts',
        :as_of::date) r
    cross join lateral jsonb_populate_record(null::contacts, r) p
)
select c.id, c.full_name, app.initials(c.full_name) as initials, c.email,
    c.phone, c.job_title, app.label_text(c.influence) as influence_text,
    c.influence = 'champion' as is_champion,
    c.influence = 'blocker' as is_blocker, c.is_primary, c.is_sponsor,
    coalesce(:as_of::date >= current_date, true) and app.may('Practitioner')
        as may_edit
from contact c
order by c.is_primary desc, array_position(array['decision_maker',
    'champion', 'influencer', 'user', 'blocker'], c.influence::text),
    lower(c.full_name), c.id
limit 200;

-- name: contact_form
-- Of a new contact, or of :contact; :form is what was typed.
select c.id, c.id is not null as is_edit,
    case when c.id is not null then md5(c::text) end as seen,
    coalesce(:form::jsonb ->> 'full_name', c.full_name) as full_name,
    coalesce(:form::jsonb ->> 'email', c.email) as email,
    coalesce(:form::jsonb ->> 'phone', c.phone) as phone,
    coalesce(:form::jsonb ->> 'job_title', c.job_title) as job_title,
    coalesce(:form::jsonb ? 'is_primary', c.is_primary) as is_primary,
    coalesce(:form::jsonb ? 'is_sponsor', c.is_sponsor) as is_sponsor,
    field_options(:tenant_id::uuid, 'choice', array['decision_maker',
        'champion', 'influencer', 'user', 'blocker'], null, true,
        coalesce(:form::jsonb ->> 'influence', c.influence, 'user'))
        as influences
from (select) one
left join contacts c
    on c.tenant_id = :tenant_id::uuid and c.account_id = :id::uuid
        and c.id = :contact::uuid
where app.may('Practitioner')
    and coalesce(:as_of::date >= current_date, true);

-- name: contact_create
select add_contact(:tenant_id::uuid, :id::uuid, :full_name, :email, :phone,
    :job_title, :influence, :is_primary::text is not null,
    :is_sponsor::text is not null) as id;

-- name: contact_save
select edit_contact(:tenant_id::uuid, :id::uuid, :contact::uuid, :seen,
    :full_name, :email, :phone, :job_title, :influence,
    :is_primary::text is not null, :is_sponsor::text is not null) as id;

-- name: contact_remove
delete from contacts
where tenant_id = :tenant_id::uuid and account_id = :id::uuid
    and id = :contact::uuid
returning id;

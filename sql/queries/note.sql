-- Notes, calls, e-mails and meetings of an account: the form, and what it
-- does (sql/functions/note.sql). The account's timeline shows them.

-- name: note_form
-- Of a new note (of kind :log), or of :note; :form is what was typed.
select n.id, n.id is not null as is_edit,
    case when n.id is not null then md5(n::text) end as seen,
    coalesce(:form::jsonb ->> 'body', n.body) as body,
    coalesce(:form::jsonb ->> 'occurred_on', to_char(
        coalesce(n.occurred_at, now()) at time zone 'UTC', 'YYYY-MM-DD'))
        as occurred_on,
    to_char(current_date, 'YYYY-MM-DD') as today,
    :form::jsonb ->> 'next_step' as next_step,
    :form::jsonb ->> 'next_due' as next_due,
    (
        select json_agg(json_build_object('value', k.value, 'label', k.label,
            'is_chosen', k.value = coalesce(:form::jsonb ->> 'kind', n.kind,
                :log, 'note')) order by k.place)
        from (values (1, 'note', 'Note'), (2, 'call', 'Call'),
            (3, 'email', 'E-mail'), (4, 'meeting', 'Meeting'))
            k (place, value, label)) as kinds,
    (
        select json_agg(json_build_object('value', c.id,
            'label', c.full_name, 'is_chosen', c.id::text = coalesce(
                :form::jsonb ->> 'contact_id', n.contact_id::text))
            order by lower(c.full_name), c.id)
        from (
            select * from contacts
            where tenant_id = :tenant_id::uuid and account_id = :id::uuid
            order by full_name limit 200) c) as people
from (select) one
left join notes n
    on n.tenant_id = :tenant_id::uuid and n.account_id = :id::uuid
        and n.id = :note::uuid
where app.may('Contributor') and coalesce(:as_of::date >= current_date, true);

-- name: note_create
select add_note(:tenant_id::uuid, :id::uuid, :kind, :body,
    :occurred_on::date, :contact_id::uuid, :next_step, :next_due::date) as id;

-- name: note_save
select edit_note(:tenant_id::uuid, :id::uuid, :note::uuid, :seen, :kind,
    :body, :occurred_on::date, :contact_id::uuid) as id;

-- name: note_remove
delete from notes
where tenant_id = :tenant_id::uuid and account_id = :id::uuid
    and id = :note::uuid
returning id;

-- What happened to an account, a page of thirty at a time.

-- name: account_timeline
-- Rows come as the function gives them; the last says where the next page
-- begins. A day stands before the first of its items.
with item as materialized (
    select t.*, row_number() over () as place, count(*) over () as items,
        (t.at at time zone 'UTC')::date as day
    from api.account_timeline(:tenant_id::uuid, :id::uuid,
        coalesce(:kind, 'all'), app.end_of_day(:as_of::date),
        timestamptz 'epoch' + :before_at::bigint * interval '1 microsecond',
        :before_id, 31) t
)
select i.id, i.kind, i.title, i.detail, i.tone, i.changes, i.note,
    i.kind = 'score' as is_score, i.kind = 'stage' as is_stage,
    i.kind in ('note', 'call', 'email', 'meeting') as is_note,
    i.kind in ('alert', 'run') as is_alert, i.kind = 'task' as is_task,
    i.kind = 'plan' as is_plan,
    i.kind = 'contact' as is_contact, p.full_name as actor,
    app.iso_text(i.at) as at_iso, app.time_text(i.at) as at_text,
    to_char(i.at at time zone 'UTC', 'HH24:MI') as clock_text,
    case when i.day is distinct from lag(i.day) over (order by i.place)
        then app.date_text(i.day) end as day_text,
    i.note is not null and (app.may('Practitioner')
        or (app.may('Contributor') and i.actor = app.current_user_id()))
        as may_edit,
    case when i.place = 30 and i.items > 30
        then (extract(epoch from i.at) * 1000000)::bigint end as next_at,
    case when i.place = 30 and i.items > 30 then i.id end as next_id
from item i
left join profiles p
    on p.tenant_id = :tenant_id::uuid and p.user_id = i.actor
where i.place <= 30
order by i.place;

-- name: account_timeline_kinds
-- What the stream is filtered by.
select k.key, k.label, k.key = coalesce(:kind, 'all') as is_chosen,
    nullif(k.key, 'all') as query,
    :before_at::bigint is not null as is_later
from (values (1, 'all', 'Everything'), (2, 'note', 'Notes'),
    (3, 'call', 'Calls'), (4, 'email', 'E-mails'),
    (5, 'meeting', 'Meetings'), (6, 'task', 'Tasks'),
    (7, 'plan', 'Plans'), (8, 'contact', 'Contacts'),
    (9, 'score', 'Scores'), (10, 'stage', 'Stages'),
    (11, 'alert', 'Alerts'), (12, 'run', 'Playbooks'),
    (13, 'change', 'Changes'))
    k (place, key, label)
order by k.place;

-- Playbooks from the page of an account.

-- name: playbook_options
-- Those that can be run by hand.
select b.id, b.name
from playbooks b
where b.tenant_id = :tenant_id::uuid and b.is_active
    and app.may('Practitioner')
    and coalesce(:as_of::date >= current_date, true)
order by lower(b.name), b.id
limit 100;

-- name: playbook_run
-- ran, or skipped where a limit held it back: the list of runs says which.
select case when (r.answer -> 'success')::boolean then 'ran' else 'skipped'
    end as done
from trigger_playbook_manually(:playbook::uuid, :id::uuid, :why) r (answer);

-- Which rows wake which playbooks (playbook_event.sql). Once for a statement:
-- facts come by the thousand, and cost one look at the playbooks.
do $$
declare
    v_table text;
    v_kind text;
    v_insert text;
    v_update text;
begin
    for v_table, v_kind, v_insert, v_update in values
        ('account_goals', 'goal_reached',
            'select n.account_id,
                 mainstay.event_of(row(n.*)::mainstay.account_goals)
               from new_rows n where n.tenant_id = $1',
            'select n.account_id,
                 mainstay.event_of(row(n.*)::mainstay.account_goals)
               from new_rows n join old_rows o using (tenant_id, id)
              where n.tenant_id = $1 and n.status <> o.status'),
        ('survey_responses', 'nps_drop',
            'select s.account_id,
                 mainstay.nps_event($1, s.account_id, now())
               from (select distinct n.account_id from new_rows n
                      where n.tenant_id = $1 and n.kind = ''nps'') s', null),
        ('sentiment_analyses', 'negative_sentiment',
            'select n.account_id,
                 mainstay.event_of(row(n.*)::mainstay.sentiment_analyses)
               from new_rows n where n.tenant_id = $1',
            'select n.account_id,
                 mainstay.event_of(row(n.*)::mainstay.sentiment_analyses)
               from new_rows n join old_rows o using (tenant_id, id)
              where n.tenant_id = $1
                and n.score_milli is distinct from o.score_milli'),
        ('alerts', 'alert_raised',
            'select n.account_id,
                 mainstay.event_of(row(n.*)::mainstay.alerts)
               from new_rows n where n.tenant_id = $1', null),
        ('cdi_events', 'cdi_event',
            'select n.account_id,
                 mainstay.event_of(row(n.*)::mainstay.cdi_events)
               from new_rows n
              where n.tenant_id = $1 and n.event_type = any ($2)', null)
    loop
        execute format('create or replace trigger playbook_events '
            'after insert on mainstay.%I referencing new table as new_rows '
            'for each statement when (not mainstay.is_loading_history() '
            'and not mainstay.is_undoing()) '
            'execute function api.raise_events(%L, %L)',
            v_table, v_kind, v_insert);
        continue when v_update is null;
        execute format('create or replace trigger playbook_events_again '
            'after update on mainstay.%I '
            'referencing old table as old_rows new table as new_rows '
            'for each statement when (not mainstay.is_loading_history() '
            'and not mainstay.is_undoing()) '
            'execute function api.raise_events(%L, %L)',
            v_table, v_kind, v_update);
    end loop;
end $$;

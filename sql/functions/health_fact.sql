-- Facts wake the engine, in the transaction that brings them.
do $$
declare
    v_table text;
    v_source text;
    v_name text;
begin
    for v_table, v_source, v_name in values
        ('usage_metrics', 'usage_metric', 'n.metric_type'),
        ('cdi_events', 'event', 'n.event_type'),
        ('survey_responses', 'survey', 'n.kind::text'),
        ('sentiment_analyses', 'sentiment', '''*''::text')
    loop
        execute format('create or replace trigger health_facts '
            'after insert on mainstay.%I referencing new table as new_rows '
            'for each statement when (not mainstay.is_loading_history()) '
            'execute function api.facts_arrived(%L, %L)', v_table, v_source,
            v_name);
    end loop;
end $$;

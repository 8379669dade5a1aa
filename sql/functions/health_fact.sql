-- Facts: when they were so and when we learned them, which is what a score as
-- of a time rests on; and they wake the engine, in the transaction that
-- brings them.

-- The program does not say when something was recorded. Others may: who loads
-- history, and who moves rows into the partition of their month.
create or replace function mainstay.fact_times() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if new.observed_at > now() + interval '5 minutes' then
        raise exception using errcode = 'MS422', column = 'observed_at',
            message = 'A fact cannot be observed in the future.';
    end if;
    new.recorded_at := now();
    return new;
end
$$;

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
        -- Most facts come with the right times and cost no call.
        execute format('create or replace trigger fact_times '
            'before insert on mainstay.%I for each row '
            'when (current_user = ''mainstay_app'' '
            'and (new.observed_at > now() + interval ''5 minutes'' '
            'or new.recorded_at is distinct from now())) '
            'execute function mainstay.fact_times()', v_table);
        execute format('create or replace trigger health_facts '
            'after insert on mainstay.%I referencing new table as new_rows '
            'for each statement when (not mainstay.is_loading_history()) '
            'execute function api.facts_arrived(%L, %L)', v_table, v_source,
            v_name);
    end loop;
end $$;

-- So does a change of the account itself.
create or replace trigger health_profile
    after update of current_stage, tier, arr_cents, renewal_date,
        crm_attributes on mainstay.accounts
    for each row
    when (not mainstay.is_loading_history()
        and (old.current_stage, old.tier, old.arr_cents, old.renewal_date,
                old.crm_attributes)
            is distinct from (new.current_stage, new.tier, new.arr_cents,
                new.renewal_date, new.crm_attributes))
    execute function api.profile_changed('id');
create or replace trigger health_profile
    after insert or update of training_percent, adoption_percent, nps, csat,
        ces, expansion_percent on mainstay.account_profiles
    for each row when (not mainstay.is_loading_history())
    execute function api.profile_changed('account_id');

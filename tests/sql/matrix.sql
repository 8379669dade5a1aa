-- matrix.sql - which role may do what with which table of its own tenant.
--
-- V Viewer, C Contributor, P Practitioner, A Tenant Admin: the least role
-- that can select, insert, update and delete; "-" nobody can.  What holds
-- only for one's own rows is in note.sql.  A new table fails here until
-- somebody has written down who may use it.

begin;
select no_plan();

create temporary table matrix (rel text, want text);
insert into matrix values
    -- foundation
    ('tenants', 'V - A -'), ('profiles', 'V - A -'), ('api_keys', 'A A A -'),
    ('audit_log', 'A V - -'), ('invitations', 'A A A -'),
    ('custom_attributes', 'V A A A'), ('account_tiers', 'V - A -'),
    -- accounts
    ('account_words', 'V P - P'), ('contact_words', 'V P - P'),
    ('accounts', 'V P P A'), ('contacts', 'V P P P'),
    ('saved_views', 'A V A A'), ('default_views', 'A V - A'), ('bulk_changes', 'P P - -'),
    ('account_profiles', 'V P P A'), ('tags', 'V P P A'),
    ('account_tags', 'V P - P'), ('notes', 'V C P P'), ('tasks', 'V C P P'),
    -- programme: reviews
    ('business_reviews', 'V P P P'),
    ('jobs', 'P P - -'), ('job_items', 'P P - -'),
    ('advocacy_activities', 'V P P P'),
    -- journey
    ('journey_stages', 'V A A A'), ('stage_goals', 'V A A A'),
    ('account_goals', 'V P P P'), ('journey_history', 'V P P P'),
    ('stage_sums', 'V P - -'),
    -- success plans
    ('plan_templates', 'V A A A'), ('success_plans', 'V P P P'),
    ('success_plan_steps', 'V P P P'),
    -- telemetry
    ('usage_metrics', 'V C - -'), ('cdi_events', 'V C - -'),
    ('survey_responses', 'V C - -'), ('ingest_messages', 'C C - -'),
    -- health
    ('scorecards', 'V A A A'), ('scorecard_versions', 'V A A A'),
    ('health_scores', 'V P P -'), ('health_overrides', 'V P P -'),
    ('portfolio_rollups', 'V P - -'), ('portfolio_days', 'V - - -'),
    ('portfolio_movers', 'V - - -'), ('portfolio_programmes', 'V - - -'),
    ('portfolio_pages', 'V - - -'), ('health_queue', 'V - - -'),
    ('health_runs', 'V - - -'),
    -- automation
    ('playbooks', 'P A A A'), ('playbook_versions', 'P A A A'),
    ('playbook_sweeps', 'P - - -'), ('playbook_executions', 'V P - -'),
    ('alerts', 'V C P -'), ('email_outbox', 'P C - -'),
    ('email_opt_outs', 'V - - -'),
    ('ai_workflows', 'P A A A'), ('ai_workflow_runs', 'V P - -'),
    ('sentiment_analyses', 'V C - -'), ('webhook_endpoints', 'P A A A'),
    ('webhook_payloads', 'P C - -'), ('webhook_hot', 'P C - -'),
    ('webhook_lanes', 'P - - -'),
    ('webhook_history', 'P - - -'), ('webhook_attempts', 'P - - -');

-- Four statements on rows of the own tenant; the row to insert is a copy in
-- the name of who inserts it.
create function test.own_attempts(t test.target, p_user uuid)
returns table (nr int, sql text)
language plpgsql stable as $$
declare
    mine text := format('%I = %L', t.tenant_column, test.tenant('alpha'));
    columns text := coalesce(t.copy_columns, t.tenant_column);
    own jsonb;
begin
    select t.row || coalesce(jsonb_object_agg(k, p_user), '{}') into own
    from jsonb_object_keys(t.row) k
    where k in ('author_id', 'assignee_id', 'actor_id', 'owner_id',
        'requested_by');
    return query values
        (1, format('select %I from %s where %s', t.tenant_column, t.rel,
            mine)),
        (2, format('insert into %s (%s) select %2$s from'
            ' jsonb_populate_record(null::%1$s, %3$L)', t.rel, columns, own
            || jsonb_build_object(t.tenant_column, test.tenant('alpha')))),
        (3, format('update %s set %s = %2$s where %s', t.rel,
            coalesce(t.touch_column, t.tenant_column), mine)),
        (4, format('delete from %s where %s', t.rel, mine));
end $$;

-- "V P P A" for every table: the first role for which each one works.
create function test.measured() returns table (rel text, roles text)
language plpgsql as $$
declare
    r record;
    a record;
    t test.target;
    least text[];
begin
    set local session_replication_role = replica;
    for r in select * from test.tenant_relations() x
        where x.tenant_column is not null and x.kind <> 'v'
            and not x.is_partition and has_any_column_privilege(
                'mainstay_app', x.rel, 'select, insert, update')
    loop
        perform test.as_operator();
        t := test.target(r.rel);
        least := '{-,-,-,-}';
        for i in 1..4 loop
            perform test.sign_in((array['viewer', 'contributor',
                'practitioner', 'admin'])[i] || '@alpha.test');
            for a in select * from test.own_attempts(t,
                    app.current_user_id()) loop
                if least[a.nr] = '-' and test.outcome(a.sql) not in
                        ('0', '42501') then
                    least[a.nr] := (array['V', 'C', 'P', 'A'])[i];
                end if;
            end loop;
        end loop;
        rel := r.rel;
        roles := array_to_string(least, ' ');
        return next;
    end loop;
    perform test.as_operator();
    set local session_replication_role = origin;
end $$;

create temporary table measured as select * from test.measured();
select is(m.roles, x.want, format('%s: %s', coalesce(m.rel, x.rel), x.want))
from measured m
full join matrix x on x.rel = m.rel
order by coalesce(m.rel, x.rel);

select * from finish();
rollback;

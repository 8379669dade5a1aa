-- Distributes a migrated, still empty Mainstay database over the workers of a
-- Citus cluster, by tenant. Run once by a superuser on the coordinator, after
-- `create extension citus` and citus_add_node(); data is loaded afterwards.
-- Mainstay does not need this file on one machine, and ./dev never runs it.
--
-- What the schema does so that this works, checked by the rules C01 to C04 of
-- api.catalogue_violations() without Citus:
--   · primary and foreign keys of a tenant's tables contain the tenant
--   · every permissive policy repeats the tenant: on a shard a restrictive
--     policy becomes a permissive one
--   · statements carry tenant_id as a parameter, so that one shard answers
--   · triggers touch rows of their own tenant only
--
-- In postgresql.conf of every node:
--   citus.propagate_set_commands = 'local'   SET LOCAL reaches the shards;
--       set_config() does not, so the programs add three SET LOCAL statements
--       (the app.current_* settings) to the pipeline of a request
--   citus.enable_unsafe_triggers = on        triggers on distributed tables

\set ON_ERROR_STOP on
set citus.enable_unsafe_triggers = on;

begin;

-- A session is found by its id before the tenant is known, and so is a key:
-- both stay on the coordinator, and so do the failed sign-ins. What points
-- from there to a distributed table, or is unique without the tenant, goes.
alter table mainstay.sessions
    drop constraint sessions_tenant_id_user_id_fkey;
alter table mainstay.sessions drop constraint sessions_user_id_fkey;
alter table mainstay.api_keys
    drop constraint api_keys_tenant_id_created_by_fkey,
    drop constraint api_keys_tenant_id_fkey;

-- People belong to several tenants: every node has all of them.
select create_reference_table('mainstay.users');

-- The slug is unique in the whole installation, which one shard cannot see:
-- sign-up holds an advisory lock on the coordinator while it picks one.
alter table mainstay.tenants drop constraint tenants_slug_key;
create index tenants_slug_key on mainstay.tenants (slug);
select create_distributed_table('mainstay.tenants', 'id');

-- Everything else of a tenant lies beside its row in tenants. Parents first:
-- a foreign key needs both of its tables distributed.
do $$
declare
    v_table text;
begin
    foreach v_table in array array['profiles', 'audit_log', 'journey_stages',
        'accounts', 'contacts', 'account_profiles', 'notes',
        'business_reviews', 'advocacy_activities', 'tasks', 'tags',
        'account_tags', 'stage_goals', 'account_goals', 'journey_history',
        'usage_metrics', 'cdi_events', 'survey_responses', 'scorecards',
        'scorecard_versions', 'health_scores', 'health_overrides',
        'portfolio_rollups', 'portfolio_days', 'portfolio_movers',
        'portfolio_programmes', 'portfolio_pages', 'webhook_endpoints', 'playbooks',
        'playbook_versions', 'playbook_sweeps', 'playbook_executions', 'alerts',
        'email_outbox', 'email_opt_outs',
        'ai_workflows', 'ai_workflow_runs', 'sentiment_analyses', 'webhook_payloads',
        'webhook_hot', 'webhook_history', 'webhook_attempts']
    loop
        perform create_distributed_table('mainstay.' || v_table, 'tenant_id',
            colocate_with => 'mainstay.tenants');
    end loop;
end $$;

-- Nobody was forgotten: what is left is what this file names as local.
do $$
declare
    v_left text;
begin
    select string_agg(c.oid::regclass::text, ', ') into v_left
      from pg_class c
     where c.relnamespace = 'mainstay'::regnamespace
       and c.relkind in ('r', 'p') and not c.relispartition
       and c.relname not in ('sessions', 'api_keys', 'login_attempts',
           'webhook_workers', 'schema_migrations')
       and not exists (select from pg_dist_partition d
                        where d.logicalrelid = c.oid);
    if v_left is not null then
        raise exception 'Neither distributed nor local: %', v_left;
    end if;
end $$;

commit;

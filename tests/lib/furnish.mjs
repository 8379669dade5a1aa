// What the demo has none of, in a tenant of a test: rows of pages that most
// tenants have.

import { run, value } from './db.mjs';

// A playbook that ran, and a delivery that was tried and waits.
export function automate(world, account) {
    const { tenant } = world;
    const endpoint = world.addEndpoint(
        `https://hooks.example/${'long/'.repeat(30)}?token=x`).id;
    run(`update webhook_endpoints set is_active = false
        where id = :'endpoint'`, { endpoint });
    const id = value(`select mainstay.enqueue_webhook(:'endpoint', null,
        :'account', 'health_score_drop', :'body')`, { endpoint, account,
        body: JSON.stringify({ text: 'x'.repeat(300) }) });
    run(`insert into mainstay.webhook_attempts (tenant_id, delivery_id, lease,
            attempt, response_status, duration_ms, response_body,
            error_message)
        values (:'tenant', :'id', 1, 1, 500, 42, repeat('no ', 200),
            'HTTP 500')`, { tenant, id });
    run(`insert into playbook_executions (tenant_id, playbook_id, account_id,
            executed_at, status, reason, error_message, webhook_id)
        select :'tenant', p.id, :'account', now() - n * interval '1 day',
            (array['succeeded', 'failed', 'queued'])[1 + n % 3],
            'Health fell to 30 from 72.', 'HTTP 500', :'id'
        from playbooks p cross join generate_series(1, 6) n
        where p.tenant_id = :'tenant'`, { tenant, account, id });
}

// A playbook of two versions and a draft: { id, version (the retired one), form
// (what the builder sends for it) }.
export function newPlaybook({ tenant }) {
    const of = (line) => JSON.stringify({
        trigger: { kind: 'health_score_drop', crosses_below: line },
        steps: [{ kind: 'task', title: 'Call {{account.name}}' }],
        limits: { cooldown_minutes: 60 } });
    const id = value(`select mainstay.save_playbook_draft(:'tenant', null,
        'For ' || gen_random_uuid(), null, :'document')`,
    { tenant, document: of(30) });
    const again = (line) => run(`select mainstay.publish_playbook(:'tenant',
            :'id'), mainstay.save_playbook_draft(:'tenant', :'id',
            (select name from playbooks where id = :'id'), null, :'document')`,
    { tenant, id, document: of(line) });
    again(35);
    again(40);
    return { id, version: value(`select id from playbook_versions
            where playbook_id = :'id' and version = 1`, { id }),
    form: { name: `Renamed ${id}`, trigger: 'health_score_drop.crosses_below',
        'trigger-crosses_below': '25', if: 'all', 'step-1-kind': 'task',
        'step-1-title': 'Call', 'limits-cooldown_minutes': '1',
        'limits-cooldown_minutes-unit': '60' } };
}

// What of it a page has shown.
export const playbookSeen = (id) => value(`select b.seen from playbooks p
    cross join mainstay.playbook_base(p.tenant_id, p.id) b
    where p.id = :'id'`, { id });

// A scorecard of three versions: retired, published, and a draft with weights
// by stage and a dimension of two metrics.
export function draftOver({ tenant }) {
    const id = value(`insert into scorecards (tenant_id, name, applies_to)
        values (:'tenant', 'Trials & small customers with a long name',
            '{"tier": ["trial", "small_business"]}') returning id`,
    { tenant });
    run(`insert into scorecard_versions (tenant_id, scorecard_id, version,
            status, document)
        values (:'tenant', :'id', 1, 'published',
                mainstay.preset('standard')),
            (:'tenant', :'id', 2, 'published', mainstay.preset('lifecycle')),
            (:'tenant', :'id', 3, 'draft', jsonb_insert(
                mainstay.preset('lifecycle'), '{dimensions,0,metrics,1}',
                '{"key": "seats", "label": "Seats in use",
                  "source": {"kind": "usage_metric", "name": "seats"},
                  "transform": {"kind": "ratio", "target": 50}}'))`,
    { tenant, id });
    return id;
}

// A change of many, of which one was refused.
export function changeMany({ tenant }) {
    run(`insert into bulk_changes (tenant_id, change, value, results)
        values (:'tenant', 'owner', 'Ann', jsonb_build_array(
            jsonb_build_object('id', gen_random_uuid(), 'name',
                'Anchor & Söhne', 'outcome', 'changed'),
            jsonb_build_object('name', 'Bollard', 'outcome', 'refused',
                'message', 'It is not there any more.')))`, { tenant });
}

// A review that was held, a plan under way, and somebody who was asked.
export function accompany({ tenant }, account) {
    run(`insert into usage_metrics (tenant_id, account_id, metric_type,
            metric_value, observed_at)
        select :'tenant', :'account', 'active_users', n,
            now() - n * interval '1 day' from generate_series(1, 50) n;
        insert into business_reviews (tenant_id, account_id, status,
            scheduled_at, held_at, feedback, attendees, agenda, next_steps)
        values (:'tenant', :'account', 'held', now(), now(), 'Useful',
            array['Ann, CEO'], array['Health'], array['Send the minutes']);
        insert into tasks (tenant_id, account_id, review_id, title)
        select :'tenant', :'account', id, 'Invite the team'
        from business_reviews where tenant_id = :'tenant';
        select mainstay.start_plan(:'tenant', :'account', (select id
                from plan_templates where tenant_id = :'tenant'
                order by name limit 1), '{}');
        insert into advocacy_activities (tenant_id, account_id, contact_id,
            type, status, completed_at, outcome, value, content_urls)
        select :'tenant', :'account', (select id from contacts
                where tenant_id = :'tenant' limit 1), 'case_study',
            'completed', now(), 'Told well', 'A deal',
            array['https://stories.example/' || repeat('long', 30)]`,
    { tenant, account });
}

// What people and customers can name, describe or say, in all of a tenant:
// each becomes the text, as much of it as the column takes, and a number that
// keeps it unique. Returns the columns that did.
export function callEverything({ tenant }, text) {
    return run(`create function pg_temp.try(p_table regclass, p_column text,
            p_tenant uuid, p_text text) returns boolean
        language plpgsql as $$
        declare
            v_max integer;
            v_mode text;
        begin
            foreach v_mode in array array['origin', 'replica'] loop
                foreach v_max in array array[10000, 2000, 500, 300, 200,
                    120, 100, 60] loop
                    begin
                        perform set_config('session_replication_role',
                            v_mode, true);
                        execute format('update %1$s t set %2$I = left($1,
                                $2 - 5) || '' '' || n.n from (select ctid,
                                row_number() over () as n from %1$s
                                where tenant_id = $3) n
                            where t.ctid = n.ctid', p_table, p_column)
                        using p_text, v_max, p_tenant;
                        return found;
                    exception when others then
                    end;
                end loop;
            end loop;
            return false;
        end $$;
        create temporary table done as
        select c.relname || '.' || a.attname as name
          from pg_attribute a
          join pg_class c on c.oid = a.attrelid
         where c.relnamespace = 'mainstay'::regnamespace
           and c.relkind in ('r', 'p') and not c.relispartition
           and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
           and a.atttypid = 'text'::regtype
           and exists (select from pg_attribute t
               where t.attrelid = c.oid and t.attname = 'tenant_id')
           and c.relname !~ '^(audit_log|portfolio_|stage_sums|.*_words$)'
           and a.attname !~ '(_|^)(kind|hex|stage|path|key|status|query|url'
               '|format|method|secret|before|model|language|level|label'
               '|prefix|type|id|change|value)$'
           and pg_temp.try(c.oid, a.attname, :'tenant', :'text');
        update mainstay.custom_attributes set label = left(:'text', 55) ||
            position where tenant_id = :'tenant';
        update mainstay.accounts set crm_attributes = jsonb_build_object(
            'region', :'text') where tenant_id = :'tenant';
        update tenants set name = left(:'text', 190) where id = :'tenant';
        select name from done order by name`,
    { tenant, text }).split('\n');
}

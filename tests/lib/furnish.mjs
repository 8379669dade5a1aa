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

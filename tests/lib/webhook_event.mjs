// Every event that wakes a playbook, brought about in a world, and what each
// sends to an endpoint of every format.

import { rows, run } from './db.mjs';

export const formats = ['standard', 'seed-000', 'seed-001', 'slack'];

const triggers = [
    { kind: 'health_score_drop', crosses_below: 60 },
    { kind: 'band_change' }, { kind: 'stage_transition' },
    { kind: 'goal_reached' }, { kind: 'renewal_due', days: 90 },
    { kind: 'usage_decline', metric: 'logins' }, { kind: 'ticket_spike' },
    { kind: 'nps_drop', points: 20 },
    { kind: 'negative_sentiment', below: -0.5 }, { kind: 'alert_raised' },
    { kind: 'inactivity', days: 14 }, { kind: 'cdi_event', name: 'export' },
    { kind: 'schedule', every: 'day', hour: 0 }, { kind: 'manual' },
];

function endpoints(world) {
    return Object.fromEntries(formats.map((format) => [format, rows(`
        select mainstay.create_endpoint(:'tenant', :'format',
            'https://receiver.example/hook', :'format') as id`,
    { tenant: world.tenant, format })[0].id]));
}

function listen(world, trigger, to) {
    const steps = formats.map((format) => format === 'slack'
        ? { kind: 'slack', endpoint: to.slack, text: '{{account.name}}' }
        : { kind: 'webhook', endpoint: to[format] });
    return rows(`select mainstay.save_playbook_draft(:'tenant', null, :'name',
            null, :'document') as id`,
    { tenant: world.tenant, name: `Tell of ${trigger.kind}`,
        document: JSON.stringify({ trigger, steps,
            limits: { cooldown_minutes: 0 } }) })[0].id;
}

// The account has an owner and all that a payload can tell of.
export function furnish(world) {
    return world.addAccount('TechStart Solutions', {
        arr_cents: '8500050', tier: `'mid_market'`,
        renewal_date: `current_date + 60`,
        csm_id: `'${world.people.Practitioner.id}'`,
        created_at: `now() - interval '1 year'`,
        current_stage: `'Onboarding'` });
}

// What happens; what time finds was there before.
const happenings = `
    insert into health_scores (account_id, overall_score)
        values (:'account', 80);
    insert into health_scores (account_id, overall_score)
        values (:'account', 35);
    update accounts set current_stage = 'At Risk' where id = :'account';
    insert into account_goals (account_id, goal_id, status)
        select :'account', g.id, 'reached' from stage_goals g
        where g.title = 'Kick-off held' and g.tenant_id = :'tenant';
    insert into survey_responses (account_id, kind, score)
        values (:'account', 'nps', 2);
    insert into sentiment_analyses (account_id, source_type, text_body,
        score_milli) values (:'account', 'ticket', 'Nothing works', -700);
    insert into alerts (account_id, kind, severity, title)
        values (:'account', 'outage', 'critical', 'Exports are down');
    insert into cdi_events (account_id, source_type, event_type, payload)
        values (:'account', 'app', 'export', '{"rows": 120}');`;

const before = `
    insert into usage_metrics (account_id, metric_type, metric_value,
            observed_at, recorded_at)
        select :'account', 'logins', case when d > 14 then 40 else 10 end,
            now() - make_interval(days => d), now() - make_interval(days => d)
        from generate_series(7, 28) d;
    insert into usage_metrics (account_id, metric_type, metric_value,
            observed_at, recorded_at)
        values (:'account', 'support_tickets', 6, now() - interval '2 days',
            now() - interval '2 days');
    insert into survey_responses (account_id, kind, score, observed_at,
            recorded_at)
        values (:'account', 'nps', 9, now() - interval '10 days',
            now() - interval '10 days');
    insert into usage_metrics (account_id, metric_type, metric_value,
            observed_at, recorded_at)
        values (:'silent', 'logins', 1, now() - interval '20 days',
            now() - interval '20 days');
    insert into stage_goals (stage_id, title)
        select s.id, 'Kick-off held' from journey_stages s
        where s.tenant_id = :'tenant' and s.name = 'Onboarding';`;

// { type: { format: payload } }
export function raiseAll(world) {
    const to = endpoints(world);
    const account = furnish(world);
    const quiet = world.addAccount('Quiet Harbour',
        { created_at: `now() - interval '1 year'` });
    const ids = triggers.map((t) => listen(world, t, to));
    const given = { tenant: world.tenant, account, silent: quiet,
        ids: `{${ids}}`, manual: ids.at(-1) };
    run(`begin;
        set local app.current_tenant_id = :'tenant';
        set local session_replication_role = replica;
        ${before}
        set local session_replication_role = origin;
        select publish_playbook(:'tenant', p) from unnest(:'ids'::uuid[]) p;
        set local session_replication_role = replica;
        update playbook_versions set published_at = now() - interval '20 days'
            where tenant_id = :'tenant';
        commit;`, given);
    run(`begin; set local app.current_tenant_id = :'tenant';
        ${happenings} commit;`, given);
    run(`begin; set local app.current_tenant_id = :'tenant';
        select mainstay.trigger_playbook_manually(:'manual', :'account',
            'A customer asked'); commit;`, given);
    run(`set role mainstay_worker; select api.sweep_playbooks();`);
    run(`begin; set local app.current_tenant_id = :'tenant';
        select mainstay.test_endpoint(:'tenant', e::uuid)
        from unnest(:'to'::uuid[]) e; commit;`,
    { tenant: world.tenant, to: `{${Object.values(to)}}` });
    const found = {};
    for (const { type, format, payload } of rows(`
        select q.event_type as type, e.format, q.payload
        from webhook_queue q join webhook_endpoints e on e.id = q.endpoint_id
        where q.tenant_id = :'tenant' order by q.created_at, q.id`,
    { tenant: world.tenant }))
        (found[type] ??= {})[format] = payload;
    return found;
}

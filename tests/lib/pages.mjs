// The pages of the table of routes, at addresses of rows that there are.

import { join } from 'node:path';

import { row } from './db.mjs';
import { routeTable } from './http.mjs';
import { top } from './instance.mjs';

export const pages = routeTable(join(top, 'fcgi/routes.c'))
    .filter(({ method, template }) => method === 'GET' && template);

// What a path is about, by how it begins; its names are the columns.
const about = {
    '/dashboard/accounts/:id': `select id from accounts a
        where tenant_id = :'tenant' order by exists (select from accounts c
            where c.tenant_id = a.tenant_id and c.parent_id = a.id) desc, id`,
    '/dashboard/accounts/bulk/:id': `select id from bulk_changes
        where tenant_id = :'tenant'`,
    '/dashboard/journey/stages/:id': `select id from journey_stages
        where tenant_id = :'tenant' and name = 'Adoption'`,
    '/dashboard/admin/stages/:id': `select id from journey_stages s
        where tenant_id = :'tenant' order by exists (select from stage_goals g
            where g.tenant_id = s.tenant_id and g.stage_id = s.id) desc`,
    '/dashboard/admin/stages/:id/goals/:goal': `select stage_id as id,
            id as goal from stage_goals where tenant_id = :'tenant'`,
    '/dashboard/admin/attributes/:id': `select id from custom_attributes
        where tenant_id = :'tenant'`,
    '/dashboard/admin/tiers/:id': `select id from account_tiers
        where tenant_id = :'tenant'`,
    '/dashboard/admin/endpoints/:id': `select id from webhook_endpoints
        where tenant_id = :'tenant'`,
    '/dashboard/admin/users/:id': `select id from profiles
        where tenant_id = :'tenant' and role <> 'Tenant Admin'`,
    '/dashboard/admin/scorecards/:id': `select id from scorecards
        where tenant_id = :'tenant' and is_default`,
    '/dashboard/admin/scorecards/:id/versions/:version': `select
            scorecard_id as id, id as version from scorecard_versions
        where tenant_id = :'tenant' and version = 1`,
    '/dashboard/admin/scorecards/:id/versions/:version/preview': `select
            scorecard_id as id, id as version from scorecard_versions
        where tenant_id = :'tenant' and status = 'retired'`,
    '/unsubscribe/:ref': `select api.unsubscribe_token(tenant_id, id) as ref
        from contacts where tenant_id = :'tenant' and email is not null`,
    '/dashboard/reviews/:id': `select id from business_reviews
        where tenant_id = :'tenant' order by status = 'held' desc`,
    '/dashboard/admin/plan-templates/:id': `select id
        from plan_templates where tenant_id = :'tenant' order by name desc`,
    '/dashboard/plans/:id': `select id from success_plans
        where tenant_id = :'tenant' order by status <> 'active', id`,
    '/dashboard/automation/playbooks/:id': `select id from playbooks
        where tenant_id = :'tenant' and version > 0`,
    '/dashboard/automation/runs/:id': `select id from playbook_executions
        where tenant_id = :'tenant' order by status = 'skipped'`,
    '/dashboard/automation/deliveries/:id': `select id
        from mainstay.webhook_hot where tenant_id = :'tenant'`,
};

// The address of a page in a tenant; undefined where it has no such row.
export function addressOf({ path }, tenant) {
    if (!path.includes(':'))
        return path;
    const [start] = Object.keys(about).filter((begin) =>
        `${path}/`.startsWith(`${begin}/`)).sort((a, b) =>
        b.length - a.length);
    const found = start && row(`${about[start]} limit 1`, { tenant });
    return found && path.replace(/:(\w+)/g, (_, name) => found[name]);
}

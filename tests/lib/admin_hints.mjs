// What the operations of admin and automation need to be there, made for each
// request: see operations.mjs.

import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';

import { row, run, value } from './db.mjs';
import { draftOver, newPlaybook } from './furnish.mjs';

const document = { trigger: { kind: 'health_score_drop', crosses_below: 30 },
    steps: [{ kind: 'task', title: 'Call' }], limits: {} };
const scorecard = value(`select mainstay.preset('standard')`);

const made = (sql, { world }, values = {}) => row(sql,
    { tenant: world.tenant, ...values });

// A playbook that was never published.
const drafted = (r, of = document) => made(`select
    mainstay.save_playbook_draft(:'tenant', null, gen_random_uuid()::text,
        null, :'document') as id`, r, { document: JSON.stringify(of) });

// A playbook with a version that names a stage which is gone.
function outdated(r) {
    const { id } = newPlaybook(r.world);
    return { id, version: made(`insert into playbook_versions (tenant_id,
            playbook_id, version, status, document)
        values (:'tenant', :'id', 99, 'retired', :'document') returning id`,
    r, { id, document: JSON.stringify({ ...document,
        steps: [{ kind: 'move_stage', stage: 'Gone' }] }) }).id };
}

const endpoint = (r) => made(`insert into webhook_endpoints (tenant_id, name,
        url, secret, is_active)
    values (:'tenant', gen_random_uuid()::text, 'https://receiver.example/',
        'whsec_' || repeat('A', 44), false) returning id`, r);
const delivery = (r) => made(`select mainstay.enqueue_webhook(:'endpoint',
    null, null, 'test', '{}') as id`, r, { endpoint: endpoint(r).id });
const attribute = (r) => made(`insert into custom_attributes (tenant_id, key,
        label, kind, choices)
    values (:'tenant', 'k' || left(md5(random()::text), 9), 'Region',
        'choice', '{a}') returning id`, r);
const invitation = (r) => made(`insert into invitations (tenant_id, email,
        role, token_hash)
    values (:'tenant', gen_random_uuid() || '@x.example', 'Viewer',
        sha256(gen_random_uuid()::text::bytea)) returning id`, r);
const key = (r) => made(`insert into api_keys (tenant_id, name, prefix,
        key_hash)
    values (:'tenant', 'Robot', 'csk_test_', sha256(
        gen_random_uuid()::text::bytea)) returning id`, r);
// The names of those before may not be used again.
function card(r) {
    const id = draftOver(r.world);
    run(`update scorecards set name = id::text where id = :'id'`, { id });
    return { id };
}
const plainCard = (r) => made(`select mainstay.create_scorecard(:'tenant',
    gen_random_uuid()::text, 'standard') as id`, r);
const view = (r) => made(`insert into saved_views (tenant_id, owner_id, name,
        query, is_shared)
    values (:'tenant', :'owner', gen_random_uuid()::text, 'sort=name', true)
    returning id`, r, { owner: r.world.people.Viewer.id });

const profile = ({ world }, user) => ({ id: value(`select id from profiles
    where tenant_id = :'tenant' and user_id = :'user'`,
{ tenant: world.tenant, user }) });
const person = (r) => profile(r, r.world.addPerson('Viewer').id);

// So that one can be the last.
const oneAdmin = ({ world }) => run(`update profiles set role = 'Practitioner'
    where tenant_id = :'tenant' and role = 'Tenant Admin'
        and user_id <> :'admin'`,
{ tenant: world.tenant, admin: world.people['Tenant Admin'].id });
const lastAdmin = (body) => ({ 409: (r) => ({ body,
    ids: profile(r, r.world.people['Tenant Admin'].id) }) });

// As a program whose key may read.
function asKey(r) {
    r.key ??= execFileSync(process.env.MAINSTAY_ADMIN, ['key', 'create',
        '--tenant', r.world.slug, '--name', 'Reader', '--role', 'Viewer'],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    return { headers: { authorization: null, 'x-api-key': r.key } };
}
const keys = (answer) => ({ Viewer: answer, Contributor: answer,
    Practitioner: answer });
const noKey = { before: asKey, also: { 403: asKey }, keys: keys('403') };

// A request of the Viewer that can be taken back; with what only a
// Practitioner may do, when it is not the Viewer's to take back.
function request({ world }, isMore = false) {
    const id = isMore ? world.request('Practitioner', `update accounts
            set industry = gen_random_uuid()::text
            where id = (select min(id::text)::uuid from accounts)`)
        : world.request('Viewer', `insert into saved_views (tenant_id,
                owner_id, name, query, is_shared)
            values (app.current_tenant_id(), app.current_user_id(),
                gen_random_uuid()::text, 'sort=name', true)`);
    if (isMore)
        run(`update audit_log set actor_id = :'viewer'
            where tenant_id = :'tenant' and request_id = :'id'`,
        { tenant: world.tenant, id, viewer: world.people.Viewer.id });
    return id;
}

export const adminHints = {
    createPlaybook: { body: () => ({ document }) },
    updatePlaybook: {
        before: (r) => { r.drafted = drafted(r); },
        ids: (r) => ({ id: newPlaybook(r.world).id }),
        body: (r, isFull) => isFull ? { document } : {},
        also: { 409: (r) => ({ ids: r.drafted, body: { is_active: true } }) } },
    publishPlaybook: {
        before: (r) => { r.drafted = drafted(r, { ...document,
            steps: [{ kind: 'webhook' }] }); },
        ids: (r) => ({ id: newPlaybook(r.world).id }),
        also: { 422: (r) => ({ ids: r.drafted }) } },
    discardPlaybookDraft: {
        ids: (r) => ({ id: newPlaybook(r.world).id }),
        also: { 409: (r) => ({ ids: { id: r.row('playbooks', `not exists
            (select from playbook_versions v where v.playbook_id = t.id
                and v.status = 'draft')`).id } }) } },
    rollBackPlaybook: {
        before: (r) => { r.outdated = outdated(r); },
        ids: (r) => newPlaybook(r.world),
        also: { 422: (r) => ({ ids: r.outdated }) } },
    releasePlaybook: { ids: (r) => {
        const { id } = newPlaybook(r.world);
        run(`update playbooks set is_held = true, held_at = now()
            where id = :'id'`, { id });
        return { id };
    } },
    rehearsePlaybook: { ids: (r) => ({ id: newPlaybook(r.world).id }) },
    runPlaybook: { ids: (r) => ({ id: newPlaybook(r.world).id }) },
    undoExecution: { ids: (r) => made(`insert into playbook_executions
            (tenant_id, playbook_id, account_id, status, steps)
        select :'tenant', :'id', a.id, 'succeeded', '[{"kind": "alert",
            "status": "done", "text": "Alert raised."}]'
        from accounts a where a.tenant_id = :'tenant' limit 1 returning id`,
    r, { id: newPlaybook(r.world).id }) },
    createEndpoint: { body: (r, isFull) => ({
        url: 'https://receiver.example/', ...isFull ? {
            event_types: ['schedule'], header_name: 'X-Token' } : {} }) },
    getEndpoint: { where: `format <> 'email'` },
    updateEndpoint: { where: `format <> 'email'`,
        body: (r, isFull) => isFull ? { url: 'https://receiver.example/',
            event_types: ['schedule'], header_name: 'X-Token' } : {} },
    deleteEndpoint: { ids: endpoint,
        also: { 409: (r) => ({ ids: { id: r.row('webhook_endpoints',
            `exists (select from playbook_versions v
                where v.status = 'published' and v.document -> 'steps' @>
                    jsonb_build_array(jsonb_build_object('endpoint', t.id)))`)
            .id } }) } },
    rotateEndpointSecret: { ids: endpoint },
    testEndpoint: { ids: endpoint },
    getDelivery: { ids: delivery },
    retryDelivery: { ids: delivery },
    discardDelivery: { ids: delivery,
        also: { 409: (r) => ({ ids: { id: r.row('webhook_queue',
            `status = 'completed'`).id } }) } },
    createScorecard: { body: (r, isFull) => isFull
        ? { document: scorecard } : {} },
    updateScorecard: { ids: plainCard,
        body: (r, isFull) => isFull ? { document: scorecard,
            applies_to: { tier: ['trial'] }, is_default: false } : {},
        also: { 409: () => ({ body: { is_default: true } }) } },
    publishScorecard: { ids: card },
    discardScorecardDraft: { ids: card,
        also: { 409: (r) => ({ ids: { id: r.row('scorecards', 'is_default')
            .id } }) } },
    rollBackScorecard: { ids: (r) => {
        const { id } = card(r);
        return { id, version: value(`select id from scorecard_versions
            where scorecard_id = :'id' and version = 1`, { id }) };
    } },
    previewScorecard: { ids: card },
    backTestScorecard: { ids: card },
    updateUser: { before: oneAdmin, ids: person,
        also: lastAdmin({ role: 'Viewer' }) },
    removeUser: { before: oneAdmin, ids: person, also: lastAdmin() },
    getInvitation: { ids: invitation },
    revokeInvitation: { ids: invitation },
    getApiKey: { ids: key },
    revokeApiKey: { ids: key },
    createCustomAttribute: { body: (r, isFull) => isFull ? {
        key: `k${randomUUID().slice(0, 8)}`, kind: 'choice',
        choices: ['a', 'b'] } : {} },
    getCustomAttribute: { ids: attribute },
    updateCustomAttribute: { ids: attribute,
        body: (r, isFull) => isFull ? { choices: ['a', 'b'] } : {} },
    deleteCustomAttribute: { ids: attribute },
    updateAccountTier: { where: `tier = 'trial'`,
        body: (r, isFull) => isFull ? { arr_from: '0' } : {} },
    createSavedView: noKey,
    getSavedView: { ids: view },
    updateSavedView: { ...noKey, ids: view },
    deleteSavedView: { ids: view, keys: keys('404') },
    undoRequest: {
        keys: keys('404'),
        before: (r) => { r.more = request(r, true); },
        body: (r) => ({ request: request(r) }),
        also: { 403: (r) => ({ body: { request: r.more } }),
            404: () => ({ body: { request: 'f'.repeat(32) } }) } },
};

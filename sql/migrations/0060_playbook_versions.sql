-- Playbooks are documents with versions, as scorecards are.

-- Protected again when the policies are made.
alter table mainstay.playbooks no force row level security;
alter table mainstay.playbook_executions no force row level security;

create type mainstay.document_shape as (shape text, key text, kind text,
    is_required boolean, low numeric, high numeric, choices text[],
    must text, holds text);
comment on type mainstay.document_shape is
    'A key that an object of a document may have; see '
    'mainstay.shape_problems.';
create type mainstay.document_node as (at integer[], path text, shape text,
    value jsonb, is_entry boolean, is_open boolean);
comment on type mainstay.document_node is
    'An object of a document, and where it stands.';
drop function if exists mainstay.shape_problems(jsonb);

alter table mainstay.playbooks
    add column is_held boolean not null default false,
    add column held_reason text,
    add column held_at timestamptz,
    add column released_at timestamptz;
comment on column mainstay.playbooks.version is
    'The published version; 0: none was published yet.';
comment on column mainstay.playbooks.trigger_type is
    'Copied from the published document, as are the criteria, the endpoint '
    'of the first webhook and the limits. Changing them here publishes a '
    'version.';
comment on column mainstay.playbooks.is_held is
    'It stopped itself, and waits for a person; held_reason says why.';
comment on column mainstay.playbooks.released_at is
    'When a person last let it go on: accounts it reached before count no '
    'more.';

create table mainstay.playbook_versions (
    tenant_id uuid not null default app.current_tenant_id(),
    id uuid not null default gen_random_uuid(),
    playbook_id uuid not null,
    version integer not null check (version > 0),
    status mainstay.version_status not null default 'draft',
    document jsonb not null check (jsonb_typeof(document) = 'object'),
    created_at timestamptz not null default now(),
    created_by uuid,
    published_at timestamptz,
    published_by uuid,
    primary key (tenant_id, id),
    unique (tenant_id, playbook_id, version),
    foreign key (tenant_id, playbook_id)
        references mainstay.playbooks (tenant_id, id) on delete cascade,
    foreign key (tenant_id, created_by)
        references mainstay.profiles (tenant_id, user_id)
        on delete set null (created_by),
    foreign key (tenant_id, published_by)
        references mainstay.profiles (tenant_id, user_id)
        on delete set null (published_by)
);
create unique index playbook_versions_published_key
    on mainstay.playbook_versions (tenant_id, playbook_id)
    where status = 'published';
create unique index playbook_versions_draft_key
    on mainstay.playbook_versions (tenant_id, playbook_id)
    where status = 'draft';
create index playbook_versions_created_by_idx
    on mainstay.playbook_versions (tenant_id, created_by);
create index playbook_versions_published_by_idx
    on mainstay.playbook_versions (tenant_id, published_by);
comment on table mainstay.playbook_versions is
    'Versions of a playbook: draft, then published, then retired. The '
    'document of a version that was published never changes.';
comment on column mainstay.playbook_versions.document is
    '{"trigger": …, "conditions": …, "steps": […], "limits": …}; see '
    'docs/playbooks.md. mainstay.playbook_problems says what is wrong with '
    'one, mainstay.playbook_schema() is its JSON Schema.';

-- Playbooks from before this migration.
insert into mainstay.playbook_versions (tenant_id, playbook_id, version,
    status, document, published_at)
select p.tenant_id, p.id, p.version, 'published', jsonb_strip_nulls(
           jsonb_build_object(
           'trigger', jsonb_build_object('kind', p.trigger_type) || case
               when p.trigger_type = 'health_score_drop'
                   and i.value ? 'score_below' then jsonb_build_object(
                   'crosses_below', (i.value ->> 'score_below')::integer)
               when p.trigger_type = 'health_score_drop'
                   and i.value ? 'drop_more_than' then jsonb_build_object(
                   'drops_by', (i.value ->> 'drop_more_than')::integer)
               when p.trigger_type = 'health_score_drop'
                   then '{"is_below": 101}'
               when p.trigger_type = 'stage_transition'
                   then jsonb_build_object('from', i.value -> 'from_stage',
                       'to', i.value -> 'to_stage')
               when p.trigger_type = 'usage_decline'
                   then jsonb_build_object('metric',
                       coalesce(i.value ->> 'metric', 'logins'))
               when p.trigger_type = 'cdi_event'
                   then jsonb_build_object('name',
                       coalesce(i.value ->> 'name', 'login'))
               when p.trigger_type = 'schedule'
                   then '{"every": "day", "hour": 8}'
               else '{}' end,
           'conditions', case when i.value ? 'score_below'
               and i.value ? 'drop_more_than' then jsonb_build_object(
               'field', 'event.drop', 'is', 'over',
               'value', (i.value ->> 'drop_more_than')::integer) end,
           'steps', jsonb_build_array(
               jsonb_build_object('kind', 'webhook',
                   'endpoint', p.webhook_endpoint_id),
               jsonb_build_object('kind', 'alert', 'severity', 'info',
                   'title', '{{playbook.name}}: {{account.name}}',
                   'detail', '{{event.text}}')),
           'limits', jsonb_build_object(
               'cooldown_minutes', least(p.cooldown_minutes, 525600),
               'max_executions_per_day', p.max_executions_per_day))),
       p.updated_at
  from mainstay.playbooks p
 cross join lateral (values (coalesce(nullif(p.trigger_criteria
       -> 'condition', 'null'), '{}'))) i (value);

-- What was decided, with the values it was decided by, and what was done.
alter table mainstay.playbook_executions
    add column decision jsonb not null default '{}',
    add column steps jsonb not null default '[]',
    add column depth integer not null default 0;
comment on column mainstay.playbook_executions.decision is
    '{"seen": [{"what", "wanted", "found", "met"}]}: what it was judged by. '
    'held: it would have run, had the playbook not stopped itself.';
comment on column mainstay.playbook_executions.steps is
    '[{"kind", "status": done|queued|failed, "text", "error", …}] in the '
    'order of the document.';
comment on column mainstay.playbook_executions.depth is
    'How many playbooks woke each other before this one; 0: none.';

-- What the document replaced.
drop function if exists mainstay.playbook_unmet(jsonb, jsonb);
drop function if exists mainstay.playbook_limited(mainstay.playbooks, uuid);

-- Success plans of accounts, their steps, and the templates they come from.

create domain mainstay.plan_type as text
    check (value in ('onboarding', 'quarterly', 'annual', 'expansion',
        'recovery'));
create domain mainstay.plan_status as text
    check (value in ('draft', 'active', 'completed', 'on_hold',
        'cancelled'));
create domain mainstay.plan_step_status as text
    check (value in ('pending', 'in_progress', 'completed', 'cancelled'));

create table mainstay.plan_templates (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    name text not null check (length(btrim(name)) between 1 and 100),
    plan_type mainstay.plan_type not null,
    description text check (length(description) <= 2000),
    business_objectives text[] not null default '{}',
    success_metrics jsonb not null default '[]'
        check (jsonb_typeof(success_metrics) = 'array'),
    paced_days integer check (paced_days between 1 and 730),
    steps jsonb not null default '[]'
        check (jsonb_typeof(steps) = 'array'),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, name)
);
comment on table mainstay.plan_templates is
    'What success plans are made from; a plan made from one is a copy.';
comment on column mainstay.plan_templates.id is 'Its id.';
comment on column mainstay.plan_templates.name is 'What it is called.';
comment on column mainstay.plan_templates.plan_type is
    'Of which type its plans are.';
comment on column mainstay.plan_templates.description is
    'What it is for.';
comment on column mainstay.plan_templates.business_objectives is
    'Objectives that its plans begin with.';
comment on column mainstay.plan_templates.success_metrics is
    'Measures that its plans begin with: [{name, unit, baseline, target, '
    'current}].';
comment on column mainstay.plan_templates.paced_days is
    'The days that its paced steps take as written; the onboarding days of '
    'the account''s tier stretch or shorten them. Null: no step is paced.';
comment on column mainstay.plan_templates.steps is
    'In their order: [{phase, title, description, day, is_paced, priority, '
    'deliverables}], with day counted from the start of the plan.';
comment on column mainstay.plan_templates.created_at is 'When it was made.';
comment on column mainstay.plan_templates.updated_at is
    'When it was changed last.';

create table mainstay.success_plans (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    account_id uuid not null,
    template_id uuid,
    name text not null check (length(btrim(name)) between 1 and 200),
    plan_type mainstay.plan_type not null,
    status mainstay.plan_status not null default 'draft',
    business_objectives text[] not null default '{}',
    success_metrics jsonb not null default '[]'
        check (jsonb_typeof(success_metrics) = 'array'),
    stakeholders jsonb not null default '[]'
        check (jsonb_typeof(stakeholders) = 'array'),
    owner_id uuid,
    start_date date,
    target_date date,
    completed_at timestamptz,
    completed_by uuid,
    created_by uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    unique (tenant_id, account_id, id),
    check (target_date >= start_date),
    foreign key (tenant_id, account_id)
        references mainstay.accounts (tenant_id, id) on delete cascade,
    foreign key (tenant_id, template_id)
        references mainstay.plan_templates (tenant_id, id)
        on delete set null (template_id),
    foreign key (tenant_id, owner_id)
        references mainstay.profiles (tenant_id, user_id)
        on delete set null (owner_id),
    foreign key (tenant_id, completed_by)
        references mainstay.profiles (tenant_id, user_id)
        on delete set null (completed_by),
    foreign key (tenant_id, created_by)
        references mainstay.profiles (tenant_id, user_id)
        on delete set null (created_by)
);
create index success_plans_account_idx on mainstay.success_plans
    (tenant_id, account_id, created_at desc, id desc);
create index success_plans_open_idx on mainstay.success_plans
    (tenant_id, target_date, id)
    where status in ('draft', 'active', 'on_hold');
create index success_plans_made_idx on mainstay.success_plans
    (tenant_id, created_at desc, id desc);
create index success_plans_owner_idx on mainstay.success_plans
    (tenant_id, owner_id);
create index success_plans_template_idx on mainstay.success_plans
    (tenant_id, template_id);
create index success_plans_completed_by_idx on mainstay.success_plans
    (tenant_id, completed_by);
create index success_plans_created_by_idx on mainstay.success_plans
    (tenant_id, created_by);
comment on table mainstay.success_plans is
    'What an account and we want to reach together, and by when.';
comment on column mainstay.success_plans.id is 'Its id.';
comment on column mainstay.success_plans.account_id is 'The account.';
comment on column mainstay.success_plans.template_id is
    'The template it was made from; null: none, or gone.';
comment on column mainstay.success_plans.name is 'What it is called.';
comment on column mainstay.success_plans.plan_type is
    'What kind of plan it is.';
comment on column mainstay.success_plans.status is
    'Where it stands as a whole; its progress follows from its steps.';
comment on column mainstay.success_plans.business_objectives is
    'What the customer wants to reach.';
comment on column mainstay.success_plans.success_metrics is
    'How it is measured: [{name, unit, baseline, target, current}].';
comment on column mainstay.success_plans.stakeholders is
    'Who has a part in it: [{name, role}].';
comment on column mainstay.success_plans.owner_id is
    'The person who sees to it.';
comment on column mainstay.success_plans.start_date is
    'The day it begins.';
comment on column mainstay.success_plans.target_date is
    'The day it should be completed.';
comment on column mainstay.success_plans.completed_at is
    'When it was completed.';
comment on column mainstay.success_plans.completed_by is
    'Who said that it is.';
comment on column mainstay.success_plans.created_by is 'Who made it.';
comment on column mainstay.success_plans.created_at is 'When it was made.';
comment on column mainstay.success_plans.updated_at is
    'When it was changed last.';

create table mainstay.success_plan_steps (
    tenant_id uuid not null default app.current_tenant_id()
        references mainstay.tenants (id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    plan_id uuid not null,
    account_id uuid not null,
    phase text check (length(btrim(phase)) between 1 and 100),
    title text not null check (length(btrim(title)) between 1 and 300),
    description text check (length(description) <= 5000),
    due_date date,
    status mainstay.plan_step_status not null default 'pending',
    priority mainstay.task_priority not null default 'medium',
    owner_id uuid,
    deliverables text[] not null default '{}',
    position integer not null default 1 check (position >= 1),
    completed_at timestamptz,
    completed_by uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, account_id, plan_id)
        references mainstay.success_plans (tenant_id, account_id, id)
        on delete cascade,
    foreign key (tenant_id, owner_id)
        references mainstay.profiles (tenant_id, user_id)
        on delete set null (owner_id),
    foreign key (tenant_id, completed_by)
        references mainstay.profiles (tenant_id, user_id)
        on delete set null (completed_by)
);
create index success_plan_steps_plan_idx on mainstay.success_plan_steps
    (tenant_id, plan_id, position, id);
create index success_plan_steps_account_idx on mainstay.success_plan_steps
    (tenant_id, account_id, plan_id);
create index success_plan_steps_due_idx on mainstay.success_plan_steps
    (tenant_id, due_date)
    where status in ('pending', 'in_progress');
create index success_plan_steps_owner_idx on mainstay.success_plan_steps
    (tenant_id, owner_id);
create index success_plan_steps_completed_by_idx
    on mainstay.success_plan_steps (tenant_id, completed_by);
comment on table mainstay.success_plan_steps is
    'The steps of success plans, each to be reached by a day.';
comment on column mainstay.success_plan_steps.id is 'Its id.';
comment on column mainstay.success_plan_steps.plan_id is 'The plan.';
comment on column mainstay.success_plan_steps.account_id is
    'The account of the plan.';
comment on column mainstay.success_plan_steps.phase is
    'The part of the plan it belongs to.';
comment on column mainstay.success_plan_steps.title is
    'What should be reached.';
comment on column mainstay.success_plan_steps.description is
    'What that means, at more length.';
comment on column mainstay.success_plan_steps.due_date is
    'The day it should be reached.';
comment on column mainstay.success_plan_steps.status is
    'Where it stands. One that is not done in time is overdue: that is '
    'worked out from the due date and kept nowhere.';
comment on column mainstay.success_plan_steps.priority is
    'How much depends on it.';
comment on column mainstay.success_plan_steps.owner_id is
    'The person who sees to it; null: who sees to the plan.';
comment on column mainstay.success_plan_steps.deliverables is
    'What there will be when it is done.';
comment on column mainstay.success_plan_steps.position is
    'Its place in the plan, from 1; the steps of a phase stand together.';
comment on column mainstay.success_plan_steps.completed_at is
    'When it was completed.';
comment on column mainstay.success_plan_steps.completed_by is
    'Who said that it is.';
comment on column mainstay.success_plan_steps.created_at is
    'When it was added.';
comment on column mainstay.success_plan_steps.updated_at is
    'When it was changed last.';

-- Steps of a template: [[phase, day, is_paced, priority, title, description,
-- deliverable], …]
create function mainstay.preset_steps(p_steps jsonb) returns jsonb
language sql immutable parallel safe
return (
    select jsonb_agg(jsonb_build_object('phase', s.value -> 0,
               'day', s.value -> 1, 'is_paced', s.value -> 2,
               'priority', s.value -> 3, 'title', s.value -> 4,
               'description', s.value -> 5, 'deliverables',
               case when s.value ->> 6 is null then '[]'
                   else jsonb_build_array(s.value -> 6) end) order by s.place)
      from jsonb_array_elements(p_steps) with ordinality s (value, place));

-- What a tenant begins with. The seven milestones of an onboarding are its
-- steps of critical priority.
create function mainstay.plan_presets()
returns table (name text, plan_type text, description text,
    business_objectives text[], success_metrics jsonb, paced_days integer,
    steps jsonb)
language sql immutable parallel safe
begin atomic
    select p.name, p.plan_type, p.description, p.objectives::text[],
           p.metrics::jsonb, p.paced_days,
           mainstay.preset_steps(p.steps::jsonb)
      from (values
    ('Onboarding', 'onboarding', 'From signing to value that can be shown, '
        'in five phases. Days count from the kickoff week; those up to '
        'go-live keep the pace of the account''s tier.',
        array['Go live on time',
            'Everybody who needs it uses it',
            'Value that the sponsor confirms within 90 days'],
        '[{"name": "Time to value", "unit": "days", "target": 30},
          {"name": "Feature adoption", "unit": "%", "target": 90},
          {"name": "Training completed", "unit": "%", "target": 100}]', 42,
        '[["Discovery & Planning", 0, true, "medium", "Hand over from sales", "What was sold, to whom, and what was promised.", "Handover note"],
          ["Discovery & Planning", 2, true, "critical", "Executive kickoff", "Sponsor and project leads agree on goals and dates.", "Kickoff agenda and minutes"],
          ["Discovery & Planning", 4, true, "high", "Stakeholder interviews", "Who decides, who uses it, who could stop it.", "Stakeholder map"],
          ["Discovery & Planning", 6, true, "critical", "Success plan agreed", "Objectives, measures with baseline and target, dates.", "Signed success plan"],
          ["Technical Setup", 9, true, "high", "Environment set up", "Tenant, users, single sign-on.", "Working environment"],
          ["Technical Setup", 14, true, "high", "Integrations connected", "Every system that it exchanges data with.", "Integration test report"],
          ["Technical Setup", 18, true, "high", "Data migrated", "Migrated, counted and checked.", "Migration report"],
          ["Technical Setup", 20, true, "critical", "Technical setup accepted", "The technical contact confirms that it works.", "Acceptance note"],
          ["Training & Enablement", 24, true, "medium", "Administrators trained", null, "Training record"],
          ["Training & Enablement", 28, true, "medium", "Users trained", null, "Training record"],
          ["Training & Enablement", 31, true, "low", "Advanced training", "For those who will help the others.", "Training record"],
          ["Training & Enablement", 34, true, "critical", "Pilot completed", "A first group works with it, and says what is missing.", "Pilot report"],
          ["Go-Live & Support", 37, true, "critical", "Go-live", "Full rollout to all users.", "Go-live confirmation"],
          ["Go-Live & Support", 40, true, "high", "First days monitored", "Looked at daily: sign-ins, tickets, errors.", "Daily log"],
          ["Go-Live & Support", 42, true, "medium", "Handed over to support", null, "Support contacts"],
          ["Value Realization", 30, false, "critical", "30-day review", "Adoption so far, what holds it back.", "30-day review"],
          ["Value Realization", 60, false, "high", "60-day review", "Usage against the plan, next use cases.", "60-day review"],
          ["Value Realization", 85, false, "high", "Return on investment validated", "The measures against their baseline.", "ROI summary"],
          ["Value Realization", 90, false, "critical", "90-day review", "The sponsor confirms what was reached; what comes next.", "90-day review"]]'),
    ('Quarterly plan', 'quarterly', 'What a quarter should bring, from one '
        'business review to the next.',
        array['Reach the goals agreed in the last review'],
        '[{"name": "Feature adoption", "unit": "%"},
          {"name": "Active users", "unit": "users"}]', null,
        '[["Prepare", 0, false, "medium", "Goals of the quarter agreed", "With the sponsor, each with a measure.", "Goals of the quarter"],
          ["Prepare", 7, false, "medium", "Baseline taken", null, "Figures at the start"],
          ["Work", 30, false, "medium", "First month looked at", null, null],
          ["Work", 60, false, "medium", "Second month looked at", null, null],
          ["Review", 80, false, "high", "Figures for the review ready", null, "Review deck"],
          ["Review", 90, false, "critical", "Business review held", "What was reached, decisions, goals of the next quarter.", "Minutes"]]'),
    ('Annual plan', 'annual', 'The year with a customer, up to the '
        'renewal.',
        array['Goals of the year reached', 'Renewed on time'],
        '[{"name": "Net revenue retention", "unit": "%", "target": 100},
          {"name": "NPS", "target": 50}]', null,
        '[["Strategy", 0, false, "critical", "Goals of the year agreed", "With the executive sponsor.", "Goals of the year"],
          ["Strategy", 14, false, "medium", "Stakeholder map renewed", null, "Stakeholder map"],
          ["Quarters", 90, false, "high", "First quarter reviewed", null, "Minutes"],
          ["Quarters", 180, false, "high", "Half-year reviewed", null, "Minutes"],
          ["Quarters", 270, false, "high", "Third quarter reviewed", null, "Minutes"],
          ["Renewal", 300, false, "high", "Renewal prepared", "Value shown, price and term agreed inside.", "Renewal proposal"],
          ["Renewal", 365, false, "critical", "Annual review held", "What the year brought, and the next one.", "Minutes"]]'),
    ('Expansion', 'expansion', 'From a need that was seen to a signed '
        'expansion.',
        array['A use case that pays for the expansion'],
        '[{"name": "Expansion ARR", "unit": "USD"}]', null,
        '[["Find", 0, false, "medium", "Need confirmed", "Who has it, and what it costs them today.", "Need in a sentence"],
          ["Find", 10, false, "high", "Sponsor won", null, null],
          ["Prove", 20, false, "high", "Value case agreed", "Their figures, our part in them.", "Value case"],
          ["Prove", 35, false, "medium", "Trial or proof completed", null, "Result of the trial"],
          ["Close", 45, false, "high", "Proposal made", null, "Proposal"],
          ["Close", 60, false, "critical", "Expansion signed", null, "Order form"]]'),
    ('Recovery', 'recovery', 'Back to health within 60 days, for a customer '
        'at risk.',
        array['The reason of the risk removed', 'Trust of the sponsor back'],
        '[{"name": "Health score", "unit": "points", "target": 60}]', null,
        '[["Understand", 2, false, "critical", "Sponsor spoken to", "What is wrong, in their words.", "Notes of the call"],
          ["Understand", 5, false, "high", "Root cause found", null, "Root cause in writing"],
          ["Act", 7, false, "critical", "Recovery agreed", "What we do, by when, and how they will see it.", "Agreed actions"],
          ["Act", 21, false, "high", "Urgent actions completed", null, null],
          ["Act", 30, false, "medium", "Midway check with the sponsor", null, "Notes of the call"],
          ["Confirm", 45, false, "medium", "Usage back to normal", null, null],
          ["Confirm", 60, false, "critical", "Sponsor confirms recovery", null, "Notes of the call"]]'))
      p (name, plan_type, description, objectives, metrics, paced_days,
         steps);
end;
comment on function mainstay.plan_presets() is
    'The templates of success plans that a tenant begins with.';
grant execute on function mainstay.preset_steps(jsonb),
    mainstay.plan_presets()
    to mainstay_app, mainstay_maint, mainstay_definer;

-- Protected again when the policies are made.
alter table mainstay.tenants no force row level security;
insert into mainstay.plan_templates (tenant_id, name, plan_type, description,
    business_objectives, success_metrics, paced_days, steps)
select t.id, p.*
  from mainstay.tenants t
 cross join mainstay.plan_presets() p;

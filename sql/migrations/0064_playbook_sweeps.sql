-- What time brings about for playbooks: which of their sweeps are done.

create table mainstay.playbook_sweeps (
    tenant_id uuid not null default app.current_tenant_id(),
    playbook_id uuid not null,
    due_at timestamptz not null,
    swept_at timestamptz not null default now(),
    accounts integer not null default 0 check (accounts >= 0),
    is_skipped boolean not null default false,
    primary key (tenant_id, playbook_id, due_at),
    foreign key (tenant_id, playbook_id)
        references mainstay.playbooks (tenant_id, id) on delete cascade
);
comment on table mainstay.playbook_sweeps is
    'When accounts were looked through for a playbook that time wakes: once '
    'for each time it is due.';
comment on column mainstay.playbook_sweeps.accounts is
    'For how many accounts it was woken.';
comment on column mainstay.playbook_sweeps.is_skipped is
    'It was paused then: nothing is made up for.';

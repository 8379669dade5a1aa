-- What a person prefers, and the words by which accounts and people are found.

alter table mainstay.users
    add column has_shortcuts boolean not null default true,
    add column is_sidebar_narrow boolean not null default false;
comment on column mainstay.users.has_shortcuts is
    'Single keys do something on pages; the person may switch them off.';
comment on column mainstay.users.is_sidebar_narrow is
    'The sidebar shows icons only.';

create index alerts_status_idx
    on mainstay.alerts (tenant_id, status, created_at desc, id);
comment on index mainstay.alerts_status_idx is
    'The list of alerts, page by page.';

-- Undo finds what one request did; goals may hold an account in its stage.

create index audit_log_request_idx
    on mainstay.audit_log (tenant_id, request_id) where request_id is not null;
comment on column mainstay.audit_log.request_id is
    'What one request changed has the same id: it is undone together.';

alter table mainstay.stage_goals
    add column is_blocking boolean not null default false;
comment on column mainstay.stage_goals.is_blocking is
    'While a mandatory goal is open: true, the account cannot leave the '
    'stage; false, it can, with a reason.';

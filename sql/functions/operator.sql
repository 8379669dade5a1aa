-- What an operator in psql sees before the tables of the same name, so that
-- the statements of the guides answer as they were meant. Superusers only:
-- nobody else may use schema operator.

-- An operator in psql who sets app.current_user_id means the playbooks of
-- that tenant: every tenant has some with the same names.
create or replace view operator.playbooks
with (security_invoker = true) as
select * from mainstay.playbooks p
 where app.current_tenant_id() is null
    or p.tenant_id = (select app.current_tenant_id());
comment on view operator.playbooks is
    'playbooks of the tenant of app.current_user_id; of all without one.';

-- Days in a stage for the stay that is still open, too.
create or replace view operator.journey_history
with (security_invoker = true) as
select h.tenant_id, h.id, h.account_id, h.from_stage, h.to_stage,
       h.entered_at, h.exited_at,
       coalesce(h.duration_days, floor(extract(epoch from
           now() - h.entered_at) / 86400)::integer) as duration_days,
       h.triggered_by, h.notes, h.created_at
  from mainstay.journey_history h;
comment on view operator.journey_history is
    'journey_history; duration_days of an open stay counts up to now.';

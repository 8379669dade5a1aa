-- Alerts as the API answers them.
drop view if exists resource.alerts;
create view resource.alerts with (security_invoker = true) as
select l.tenant_id, l.id, l.account_id, l.kind, l.severity, l.title,
       l.detail, l.status, l.created_at, l.acknowledged_at,
       l.acknowledged_by, l.resolved_at
  from mainstay.alerts l;
comment on column resource.alerts.id is 'Its id here.';
comment on column resource.alerts.account_id is 'The account it is about.';
comment on column resource.alerts.severity is 'How bad it is.';
comment on column resource.alerts.title is 'What happened.';
comment on column resource.alerts.detail is 'More about it.';
comment on column resource.alerts.status is
    'Whether somebody has looked at it.';
comment on column resource.alerts.created_at is 'When it was raised.';
comment on column resource.alerts.acknowledged_at is
    'When somebody first looked at it.';
comment on column resource.alerts.acknowledged_by is 'Who did.';
comment on column resource.alerts.resolved_at is 'When it was settled.';
call mainstay.make_resource('alerts', '{-created_at}',
    '{account_id,kind,severity,status,created_at,resolved_at}',
    '{"account": {"noun": "accounts", "by": "account_id"}}');

create or replace function app.set_alert_api(p_tenant uuid, p_id uuid,
    p_if_match text, p_status text, out body json, out etag text)
language plpgsql volatile set search_path = ''
as $$
begin
    perform app.api_lock(p_tenant, 'alerts', p_id, p_if_match);
    update mainstay.alerts l set status = p_status
     where l.tenant_id = p_tenant and l.id = p_id and l.status <> p_status;
    select o.body, o.etag into body, etag
      from app.api_one(p_tenant, 'alerts', p_id) o;
end
$$;
comment on function app.set_alert_api(uuid, uuid, text, text) is
    'Handles an alert, or opens it again.';
grant execute on function app.set_alert_api(uuid, uuid, text, text)
    to mainstay_app;

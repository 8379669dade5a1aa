-- Who changed what: before and after of the columns that changed, in the
-- transaction of the change, with the id of the request. undo.sql takes back
-- from it what a request did.

-- The tables that are watched, and what may be undone there. A table stands
-- below those that its foreign keys point to.
--   skip   columns left out: secrets, and what only follows from others
--   undo   of insert, update, delete: what may be undone. Nothing where that
--          would not be all of it (an account that is erased takes its facts
--          along), or where a secret is concerned.
--   noun   how a sentence calls a row; null: it only follows from another
--   title  column with the name of a row
create or replace function mainstay.audited_tables()
returns table (place bigint, name text, skip text, undo text, noun text,
    title text)
language sql immutable
begin atomic
    select row_number() over (), t.*
      from (values
        ('tenants', '', '', 'organisation', 'name'),
        ('profiles', 'last_used_at', 'update', 'person', 'full_name'),
        ('api_keys', 'key_hash,last_used_at', '', 'key', 'name'),
        ('journey_stages', '', 'insert update delete', 'stage', 'name'),
        ('stage_goals', '', 'insert update delete', 'stage goal', 'title'),
        ('tags', '', 'insert update delete', 'tag', 'name'),
        ('accounts', 'name_key,hierarchy_level,hierarchy_path,renewal_sort,'
            'arr,health_score,health_sort,health_band,health_label,'
            'health_trend,previous_health_score,health_scored_at,'
            'last_contact_at,last_review_on,review_from,is_first_month',
            'insert update', 'account', 'name'),
        ('contacts', '', 'insert update delete', 'contact', 'full_name'),
        ('account_profiles', '', 'insert update', 'success profile', null),
        ('account_goals', '', 'insert update delete', 'goal', null),
        ('account_tags', '', 'insert delete', 'tag of an account', null),
        ('saved_views', '', 'insert update delete', 'view', 'name'),
        ('notes', '', 'insert update delete', 'note', null),
        ('advocacy_activities', '', 'insert update delete', 'advocacy activity',
            null),
        ('business_reviews', '', 'insert update delete', 'review', null),
        ('tasks', 'due_sort', 'insert update delete', 'task', 'title'),
        ('plan_templates', '', 'insert update delete',
            'template of plans', 'name'),
        ('success_plans', '', 'insert update delete', 'plan', 'name'),
        ('success_plan_steps', '', 'insert update delete', 'step', 'title'),
        ('alerts', '', 'update', 'alert', 'title'),
        ('journey_history', '', 'insert update delete', null, null),
        ('scorecards', '', '', 'scorecard', 'name'),
        ('scorecard_versions', '', '', 'version of a scorecard', null),
        ('health_overrides', '', '', 'override', null),
        ('webhook_endpoints', 'secret,headers,secret_before', 'update',
            'endpoint', 'name'),
        ('playbooks', '', 'update', 'playbook', 'name'),
        ('playbook_versions', '', '', 'version of a playbook', null),
        ('ai_workflows', '', '', 'AI workflow', 'name'),
        ('custom_attributes', '', 'insert update delete', 'attribute',
            'label'),
        ('account_tiers', '', 'update', 'tier', 'tier'),
        ('invitations', 'token_hash', '', 'invitation', null))
        t (name, skip, undo, noun, title);
end;
comment on function mainstay.audited_tables() is
    'Tables whose changes are in the audit log, and what of it may be undone.';

-- One entry, about an account or null. A tenant that is being erased takes its
-- log along.
create or replace function mainstay.audit_about(p_account uuid, p_tenant uuid,
    p_action text, p_object_type text, p_object_id text, p_before jsonb,
    p_after jsonb) returns void
language plpgsql set search_path = ''
as $$
begin
    if not exists (select from mainstay.tenants t where t.id = p_tenant) then
        return;
    end if;
    insert into mainstay.audit_log (tenant_id, actor_id, actor_kind, action,
        object_type, object_id, account_id, before, after, request_id)
    values (p_tenant, app.current_actor_id(), app.current_actor_kind(),
        p_action, p_object_type, p_object_id, p_account, p_before, p_after,
        app.current_request_id());
end
$$;

create or replace function mainstay.audit(p_tenant uuid, p_action text,
    p_object_type text, p_object_id text, p_before jsonb default null,
    p_after jsonb default null) returns void
language plpgsql set search_path = ''
as $$
begin
    perform mainstay.audit_about(null, p_tenant, p_action, p_object_type,
        p_object_id, p_before, p_after);
end
$$;
comment on function mainstay.audit(uuid, text, text, text, jsonb, jsonb) is
    'Writes one entry of the audit log in the caller''s transaction.';
grant execute on function
    mainstay.audit(uuid, text, text, text, jsonb, jsonb),
    mainstay.audit_about(uuid, uuid, text, text, text, jsonb, jsonb)
    to mainstay_app, mainstay_definer, mainstay_maint;

grant execute on function mainstay.audited_tables() to mainstay_app;

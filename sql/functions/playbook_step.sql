-- What a playbook does, step by step. Each step is a transaction of its own
-- within that of the event: one that fails takes back what it did, and the
-- others go on. A step answers with
--
--   {"status": done|queued|suppressed|failed, "text": …, …}
--
-- and what it made (delivery, task, alert, plan) by its id.

-- The words that texts may name (mainstay.playbook_words), as they are now.
create or replace function mainstay.playbook_word_values(
    p_playbook mainstay.playbooks, p_account uuid, p_event jsonb)
returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select jsonb_build_object('account.name', a.name, 'account.id', a.id,
                   'account.arr', app.money_text(a.arr_cents, a.currency),
                   'account.stage', a.current_stage,
                   'account.status', app.label_text(a.status),
                   'account.tier', app.label_text(a.tier),
                   'account.score', a.health_score,
                   'account.band', coalesce(a.health_label,
                       app.band_text(a.health_band)),
                   'account.renewal', app.date_text(a.renewal_date),
                   'csm.name', o.full_name, 'csm.email', o.email,
                   'playbook.name', p_playbook.name, 'tenant.name', t.name,
                   'event.text', mainstay.event_text(p_event))
               || coalesce((
                   select jsonb_object_agg('event.' || e.key,
                              mainstay.event_word(e.key, e.value))
                     from jsonb_each_text(p_event) e), '{}')
          from mainstay.accounts a
          join mainstay.tenants t on t.id = a.tenant_id
          left join mainstay.profiles o
            on o.tenant_id = a.tenant_id and o.user_id = a.csm_id
         where a.tenant_id = p_playbook.tenant_id and a.id = p_account);
end
$$;

-- In one pass: what a word stands for is never read as a word again.
create or replace function mainstay.filled_text(p_text text, p_words jsonb)
returns text
language sql immutable parallel safe
begin atomic
    select string_agg(t.part || coalesce(p_words ->> btrim(w.found[1]), ''),
               '' order by t.place)
      from regexp_split_to_table(p_text, '\{\{.*?\}\}')
           with ordinality t (part, place)
      left join regexp_matches(p_text, '\{\{(.*?)\}\}', 'g')
           with ordinality w (found, place) on w.place = t.place;
end;
comment on function mainstay.filled_text(text, jsonb) is
    'A text with what its {{words}} stand for.';

-- Of an endpoint that is there and switched on.
create or replace function mainstay.step_format(p_tenant uuid,
    p_endpoint uuid) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_format constant text := (
        select e.format from mainstay.webhook_endpoints e
         where e.tenant_id = p_tenant and e.id = p_endpoint and e.is_active);
begin
    if v_format is null then
        raise exception using errcode = 'MS409',
            message = 'It has no active endpoint to send to.';
    end if;
    return v_format;
end
$$;

create or replace function mainstay.step_webhook(
    p_playbook mainstay.playbooks, p_account uuid, p_event jsonb,
    p_step jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
    v_endpoint constant uuid := p_step ->> 'endpoint';
    v_format constant text := mainstay.step_format(p_playbook.tenant_id,
        v_endpoint);
begin
    return jsonb_build_object('status', 'queued', 'text', 'Webhook queued.',
        'delivery', mainstay.enqueue_webhook(v_endpoint, p_playbook.id,
            p_account, mainstay.sent_event_type(p_event ->> 'type'),
            mainstay.webhook_payload_for(v_format, p_playbook.tenant_id,
                p_account, p_event)));
end
$$;

create or replace function mainstay.step_slack(
    p_playbook mainstay.playbooks, p_account uuid, p_step jsonb,
    p_words jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
    v_endpoint constant uuid := p_step ->> 'endpoint';
begin
    perform mainstay.step_format(p_playbook.tenant_id, v_endpoint);
    return jsonb_build_object('status', 'queued',
        'text', 'Slack message queued.',
        'delivery', mainstay.enqueue_webhook(v_endpoint, p_playbook.id,
            p_account, mainstay.sent_event_type(p_words ->> 'event.type'),
            mainstay.slack_payload(
                mainstay.filled_text(p_step ->> 'text', p_words))));
end
$$;

-- Whom an e-mail goes to. contact_id: a person of the customer, who can have
-- opted out and is not written to more than three times in seven days.
create or replace function mainstay.step_receivers(p_tenant uuid,
    p_account uuid, p_to text)
returns table (contact_id uuid, full_name text, address text)
language plpgsql stable rows 5 set search_path = ''
as $$
begin
    if p_to = 'csm' then
        return query
        select null::uuid, o.full_name, o.email::text
          from mainstay.accounts a
          join mainstay.profiles o
            on o.tenant_id = p_tenant and o.user_id = a.csm_id
         where a.tenant_id = p_tenant and a.id = p_account;
    elsif p_to in ('contacts', 'sponsor') then
        return query
        select c.id, c.full_name, c.email::text
          from mainstay.contacts c
         where c.tenant_id = p_tenant and c.account_id = p_account
           and c.email is not null and (p_to = 'contacts' or c.is_sponsor)
         order by c.is_primary desc, c.full_name, c.id
         limit 100;
    else
        return query
        select c.id, c.full_name, p_to
          from (values (lower(p_to))) v (address)
          left join lateral (
               select x.id, x.full_name from mainstay.contacts x
                where x.tenant_id = p_tenant and x.account_id = p_account
                  and lower(x.email) = v.address
                limit 1) c on true;
    end if;
end
$$;

create or replace function mainstay.step_email(
    p_playbook mainstay.playbooks, p_account uuid, p_step jsonb,
    p_words jsonb, p_run uuid) returns jsonb
language plpgsql set search_path = ''
as $$
declare
    v_to record;
    v_why text;
    v_words jsonb;
    v_id uuid;
    v_sent jsonb := '[]';
    v_number integer := 0;
begin
    for v_to in
        select * from mainstay.step_receivers(p_playbook.tenant_id,
            p_account, p_step ->> 'to')
    loop
        v_id := null;
        v_why := mainstay.intervention_why(v_to.contact_id is not null,
            mainstay.has_opted_out(p_playbook.tenant_id, v_to.address),
            mainstay.emails_since(p_playbook.tenant_id, v_to.address,
                now() - interval '7 days'));
        if v_why is null then
            v_words := p_words || jsonb_build_object('contact.name',
                v_to.full_name);
            v_id := mainstay.queue_email(p_playbook.tenant_id, p_account,
                v_to.contact_id, v_to.address,
                mainstay.filled_text(p_step ->> 'subject', v_words),
                mainstay.filled_text(p_step ->> 'body', v_words),
                p_playbook.id, p_run);
            v_number := v_number + 1;
        end if;
        v_sent := v_sent || jsonb_strip_nulls(jsonb_build_object(
            'to', v_to.address, 'name', v_to.full_name, 'delivery', v_id,
            'why', v_why));
    end loop;
    if v_sent = '[]' then
        raise exception using errcode = 'MS409', message = case
            p_step ->> 'to' when 'csm' then 'The account has no customer '
                'success manager to write to.'
            when 'sponsor' then 'The account has no sponsor with an address.'
            else 'No contact of the account has an address.' end;
    end if;
    return jsonb_build_object('sent', v_sent, 'delivery',
        jsonb_path_query_first(v_sent, '$[*].delivery'),
        'status', case when v_number > 0 then 'queued' else 'suppressed' end,
        'text', case v_number
            when 0 then jsonb_path_query_first(v_sent, '$[*].why') #>> '{}'
            when 1 then 'E-mail to 1 person.'
            else format('E-mail to %s people.', v_number) end);
end
$$;

-- Why a person is not written to, or null. Pure.
create or replace function mainstay.intervention_why(p_is_contact boolean,
    p_has_opted_out boolean, p_mails bigint) returns text
language sql immutable parallel safe
return case
    when p_has_opted_out then 'Opted out of mail.'
    when p_is_contact and p_mails >= 3
        then format('Had %s messages in 7 days; 3 is the most.', p_mails)
    end;
comment on function mainstay.intervention_why(boolean, boolean, bigint) is
    'Why a person gets no message: opt-out, or three in seven days.';

create or replace function mainstay.step_alert(
    p_playbook mainstay.playbooks, p_account uuid, p_step jsonb,
    p_words jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
    v_id uuid := gen_random_uuid();
begin
    insert into mainstay.alerts (tenant_id, id, account_id, kind, severity,
        title, detail)
    values (p_playbook.tenant_id, v_id, p_account, 'playbook',
        p_step ->> 'severity',
        left(mainstay.filled_text(p_step ->> 'title', p_words), 300),
        mainstay.filled_text(p_step ->> 'detail', p_words));
    return jsonb_build_object('status', 'done', 'text', 'Alert raised.',
        'alert', v_id);
end
$$;

create or replace function mainstay.step_task(
    p_playbook mainstay.playbooks, p_account uuid, p_step jsonb,
    p_words jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
    v_task mainstay.tasks;
begin
    insert into mainstay.tasks (tenant_id, account_id, title, due_on,
        assignee_id, created_by)
    select p_playbook.tenant_id, p_account,
           left(mainstay.filled_text(p_step ->> 'title', p_words), 300),
           (now() at time zone 'UTC')::date
               + (p_step ->> 'due_in_days')::integer,
           case coalesce(p_step ->> 'assignee', 'csm')
               when 'csm' then a.csm_id else (p_step ->> 'assignee')::uuid
               end,
           mainstay.actor_in(p_playbook.tenant_id)
      from mainstay.accounts a
     where a.tenant_id = p_playbook.tenant_id and a.id = p_account
    returning * into v_task;
    return jsonb_build_object('status', 'done', 'text',
        format('Task “%s” added.', v_task.title), 'task', v_task.id);
end
$$;

create or replace function mainstay.step_set_attribute(
    p_playbook mainstay.playbooks, p_account uuid, p_step jsonb,
    p_words jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
    v_key constant text := p_step ->> 'attribute';
    v_value constant text := mainstay.filled_text(p_step ->> 'value',
        p_words);
    v_account mainstay.accounts;
    v_label text;
    v_before text;
    v_problem text;
begin
    select a.* into v_account from mainstay.accounts a
     where a.tenant_id = p_playbook.tenant_id and a.id = p_account
       for no key update;
    if v_key in ('status', 'tier') then
        v_label := app.label_text(v_key);
        v_before := to_jsonb(v_account) ->> v_key;
        if v_value is distinct from v_before then
            update mainstay.accounts a
               set status = case v_key when 'status' then v_value
                       else a.status end,
                   tier = case v_key when 'tier' then v_value
                       else a.tier end
             where a.tenant_id = p_playbook.tenant_id and a.id = p_account;
        end if;
    else
        select p.message into v_problem
          from mainstay.attribute_problems(p_playbook.tenant_id,
              jsonb_build_object(v_key, v_value), false) p;
        if found then
            raise exception using errcode = 'MS422', column = v_key,
                message = v_problem;
        end if;
        v_label := (select c.label from mainstay.custom_attributes c
            where c.tenant_id = p_playbook.tenant_id and c.key = v_key);
        v_before := v_account.crm_attributes ->> v_key;
        if v_value is distinct from v_before then
            update mainstay.accounts a
               set crm_attributes = mainstay.with_attributes(
                       p_playbook.tenant_id, a.crm_attributes,
                       jsonb_build_object(v_key, v_value))
             where a.tenant_id = p_playbook.tenant_id and a.id = p_account;
        end if;
    end if;
    return jsonb_build_object('status', 'done', 'before', v_before,
        'text', format(case when v_value is distinct from v_before
            then '%s set to %s.' else '%s was %s already.' end, v_label,
            coalesce(nullif(case when v_key in ('status', 'tier')
                then app.label_text(v_value) else v_value end, ''),
                'nothing')));
end
$$;

create or replace function mainstay.step_move_stage(
    p_playbook mainstay.playbooks, p_account uuid, p_step jsonb)
returns jsonb
language plpgsql set search_path = ''
as $$
declare
    v_to constant text := p_step ->> 'stage';
    v_before text;
begin
    if not exists (select from mainstay.journey_stages s
                    where s.tenant_id = p_playbook.tenant_id
                      and s.name = v_to) then
        raise exception using errcode = 'MS409',
            message = format('There is no stage %s any more.', v_to);
    end if;
    select a.current_stage into v_before from mainstay.accounts a
     where a.tenant_id = p_playbook.tenant_id and a.id = p_account
       for no key update;
    if v_before is distinct from v_to then
        update mainstay.accounts a set current_stage = v_to
         where a.tenant_id = p_playbook.tenant_id and a.id = p_account;
    end if;
    return jsonb_build_object('status', 'done', 'before', v_before,
        'text', format(case when v_before is distinct from v_to
            then 'Moved to %s.' else 'It was in %s already.' end, v_to));
end
$$;

-- Once: an account that has an open plan from the template keeps it.
create or replace function mainstay.step_start_plan(
    p_playbook mainstay.playbooks, p_account uuid, p_step jsonb)
returns jsonb
language plpgsql set search_path = ''
as $$
declare
    v_template constant uuid := p_step ->> 'template';
    v_name text;
    v_plan uuid;
begin
    select t.name into v_name from mainstay.plan_templates t
     where t.tenant_id = p_playbook.tenant_id and t.id = v_template;
    if not found then
        raise exception using errcode = 'MS409',
            message = 'There is no such template of plans any more.';
    end if;
    perform from mainstay.accounts a
      where a.tenant_id = p_playbook.tenant_id and a.id = p_account
        for no key update;
    if not exists (
        select from mainstay.success_plans p
         where p.tenant_id = p_playbook.tenant_id
           and p.account_id = p_account and p.template_id = v_template
           and p.status in ('draft', 'active', 'on_hold')) then
        v_plan := mainstay.start_plan(p_playbook.tenant_id, p_account,
            v_template, '{"status": "active"}');
    end if;
    return jsonb_strip_nulls(jsonb_build_object('status', 'done',
        'plan', v_plan, 'text', format(case when v_plan is not null
            then 'Plan %s started.'
            else 'It has an open plan %s already.' end, v_name)));
end
$$;

create or replace function mainstay.run_step(p_playbook mainstay.playbooks,
    p_account uuid, p_event jsonb, p_step jsonb, p_words jsonb, p_run uuid)
returns jsonb
language plpgsql set search_path = ''
as $$
declare
    v_message text;
begin
    return jsonb_build_object('kind', p_step ->> 'kind')
        || case p_step ->> 'kind'
        when 'webhook' then mainstay.step_webhook(p_playbook, p_account,
            p_event, p_step)
        when 'slack' then mainstay.step_slack(p_playbook, p_account, p_step,
            p_words)
        when 'email' then mainstay.step_email(p_playbook, p_account, p_step,
            p_words, p_run)
        when 'alert' then mainstay.step_alert(p_playbook, p_account, p_step,
            p_words)
        when 'task' then mainstay.step_task(p_playbook, p_account, p_step,
            p_words)
        when 'set_attribute' then mainstay.step_set_attribute(p_playbook,
            p_account, p_step, p_words)
        when 'move_stage' then mainstay.step_move_stage(p_playbook,
            p_account, p_step)
        when 'start_plan' then mainstay.step_start_plan(p_playbook,
            p_account, p_step) end;
exception when others then
    get stacked diagnostics v_message = message_text;
    return jsonb_build_object('kind', p_step ->> 'kind', 'status', 'failed',
        'text', 'Failed: ' || v_message, 'error', v_message);
end
$$;

-- Runs the steps and leaves the record of it; deliveries under way tell
-- later how they ended (tell_runs).
create or replace function mainstay.fire_playbook(
    p_playbook mainstay.playbooks, p_document jsonb, p_account uuid,
    p_event jsonb, p_reason text, p_seen jsonb)
returns mainstay.playbook_executions
language plpgsql set search_path = ''
as $$
declare
    v_path constant uuid[] := mainstay.playbook_path();
    v_id constant uuid := gen_random_uuid();
    v_request constant text := mainstay.begin_own_request('playbook/'
        || v_id);
    v_words constant jsonb := mainstay.playbook_word_values(p_playbook,
        p_account, p_event);
    v_steps jsonb := '[]';
    v_step jsonb;
    v_run mainstay.playbook_executions;
begin
    execute format('set local mainstay.playbook_path = %L',
        array_to_string(v_path || p_playbook.id, ' '));
    for v_step in
        select s.value from jsonb_array_elements(p_document -> 'steps') s
    loop
        v_steps := v_steps || mainstay.run_step(p_playbook, p_account,
            p_event, v_step, v_words, v_id);
    end loop;
    execute format('set local mainstay.playbook_path = %L',
        array_to_string(v_path, ' '));
    perform mainstay.end_own_request(v_request);
    insert into mainstay.playbook_executions (tenant_id, id, playbook_id,
        playbook_version, account_id, status, result, reason, trigger_event,
        webhook_id, error_message, executed_by, decision, steps, depth)
    select p_playbook.tenant_id, v_id, p_playbook.id, p_playbook.version,
           p_account, o.status, o.result,
           -- Of those whom nobody may write to, the first says why.
           case when o.status = 'skipped' then 'Nobody was written to: '
               || lower(left(v_steps -> 0 ->> 'text', 1))
               || substr(v_steps -> 0 ->> 'text', 2)
               else p_reason end,
           p_event, (jsonb_path_query_first(v_steps,
               '$[*].delivery ? (@ != null)') #>> '{}')::uuid, o.error,
           mainstay.actor_in(p_playbook.tenant_id),
           jsonb_build_object('seen', p_seen), v_steps, cardinality(v_path)
      from mainstay.steps_outcome(v_steps) o
    returning * into v_run;
    return v_run;
end
$$;

grant execute on function mainstay.filled_text(text, jsonb),
    mainstay.intervention_why(boolean, boolean, bigint)
    to mainstay_app, mainstay_maint, mainstay_definer;
grant execute on function
    mainstay.playbook_word_values(mainstay.playbooks, uuid, jsonb),
    mainstay.step_format(uuid, uuid),
    mainstay.step_webhook(mainstay.playbooks, uuid, jsonb, jsonb),
    mainstay.step_slack(mainstay.playbooks, uuid, jsonb, jsonb),
    mainstay.step_receivers(uuid, uuid, text),
    mainstay.step_email(mainstay.playbooks, uuid, jsonb, jsonb, uuid),
    mainstay.step_alert(mainstay.playbooks, uuid, jsonb, jsonb),
    mainstay.step_task(mainstay.playbooks, uuid, jsonb, jsonb),
    mainstay.step_set_attribute(mainstay.playbooks, uuid, jsonb, jsonb),
    mainstay.step_move_stage(mainstay.playbooks, uuid, jsonb),
    mainstay.step_start_plan(mainstay.playbooks, uuid, jsonb),
    mainstay.run_step(mainstay.playbooks, uuid, jsonb, jsonb, jsonb, uuid),
    mainstay.fire_playbook(mainstay.playbooks, jsonb, uuid, jsonb, text,
        jsonb)
    to mainstay_maint, mainstay_definer;

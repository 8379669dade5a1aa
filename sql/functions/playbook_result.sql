-- What became of what a run queued. A step that queued deliveries is told how
-- each ended, and the run is as its steps are.

-- The outcome of a run by its steps. failed: one did, and nothing was sent,
-- so that the run counts for no limit; skipped: nobody may be written to.
create or replace function mainstay.steps_outcome(p_steps jsonb,
    out status text, out result text, out error text)
language sql immutable parallel safe
begin atomic
    select case
               when bool_or(s.status = 'queued') then 'queued'
               when bool_or(s.status = 'delivered') then 'succeeded'
               when bool_or(s.status = 'failed') then 'failed'
               when bool_or(s.status = 'done') then 'succeeded'
               else 'skipped' end,
           string_agg(s.text, ' ' order by s.place)
               filter (where s.status in ('queued', 'delivered', 'done')),
           string_agg(s.error, ' ' order by s.place)
      from (select e.place, x.status, x.text, x.error
              from jsonb_array_elements(p_steps) with ordinality
                   e (value, place)
             cross join lateral jsonb_to_record(e.value)
                   x (status text, text text, error text)) s;
end;
comment on function mainstay.steps_outcome(jsonb) is
    'What a run came to: status, what was done and what went wrong.';

-- What was queued, with the end of its delivery where that is told.
create or replace function mainstay.told_delivery(p_queued jsonb,
    p_told jsonb) returns jsonb
language sql immutable parallel safe
return case when p_told ? (p_queued ->> 'delivery')
    then p_queued - 'error'
        || jsonb_strip_nulls(p_told -> (p_queued ->> 'delivery'))
    else p_queued end;

-- The steps with what is told of their deliveries:
--
--   {"<delivery>": {"status": queued|delivered|failed, "text", "error"}}
--
-- Mail to several people waits for the last, and is delivered if one was.
create or replace function mainstay.told_steps(p_steps jsonb, p_told jsonb)
returns jsonb
language sql immutable parallel safe
begin atomic
    select jsonb_agg(case when m.sent is null
               then mainstay.told_delivery(e.value, p_told)
               else e.value - 'error' || jsonb_strip_nulls(
                   jsonb_build_object('sent', m.sent, 'status', coalesce(
                       m.status, e.value ->> 'status'), 'error', m.error))
               end order by e.place)
      from jsonb_array_elements(p_steps) with ordinality e (value, place)
      left join lateral (
        select jsonb_agg(s.value order by s.place) as sent,
               case when bool_or(s.status = 'queued') then 'queued'
                   when bool_or(s.status = 'delivered') then 'delivered'
                   when bool_or(s.status = 'failed') then 'failed'
               end as status,
               string_agg(format('%s: %s', s.value ->> 'to',
                       s.value ->> 'error'), ' ' order by s.place)
                   filter (where s.value ? 'error') as error
          from (select p.place, t.value, case when p.value ? 'delivery'
                           then coalesce(t.value ->> 'status', 'queued')
                       end as status
                  from jsonb_array_elements(e.value -> 'sent')
                       with ordinality p (value, place)
                 cross join lateral mainstay.told_delivery(p.value, p_told)
                       t (value)) s
           ) m on e.value ? 'sent';
end;
comment on function mainstay.told_steps(jsonb, jsonb) is
    'Steps of a run with the ends of their deliveries.';

-- Mostly it is the last run.
create or replace function mainstay.run_of_delivery(p_tenant uuid,
    p_account uuid, p_playbook uuid, p_delivery uuid) returns uuid
language sql stable parallel safe
begin atomic
    select e.id from mainstay.playbook_executions e
     where e.tenant_id = p_tenant and e.account_id = p_account
       and e.playbook_id = p_playbook and e.status <> 'skipped'
       and (e.steps @> jsonb_build_array(jsonb_build_object('delivery',
               p_delivery))
           or e.steps @> jsonb_build_array(jsonb_build_object('sent',
               jsonb_build_array(jsonb_build_object('delivery',
                   p_delivery)))))
     order by e.executed_at desc limit 1;
end;
comment on function mainstay.run_of_delivery(uuid, uuid, uuid, uuid) is
    'The run that queued a delivery, or null.';

-- Tells runs what became of deliveries: of each tenant_id, id, playbook_id,
-- account_id, status, text and error, as told_steps takes them; in one order,
-- for two workers that each send a part of the same runs.
create or replace function mainstay.tell_runs(p_told jsonb) returns void
language plpgsql strict set search_path = ''
as $$
declare
    v_run record;
    v_steps jsonb;
begin
    for v_run in
        select r.tenant_id, r.id, jsonb_object_agg(t.id, jsonb_build_object(
                   'status', t.status, 'text', t.text, 'error', t.error))
                   as told
          from jsonb_to_recordset(p_told) t (tenant_id uuid, id uuid,
               playbook_id uuid, account_id uuid, status text, text text,
               error text)
         cross join lateral (select t.tenant_id, mainstay.run_of_delivery(
               t.tenant_id, t.account_id, t.playbook_id, t.id)) r
               (tenant_id, id)
         where r.id is not null
         group by r.tenant_id, r.id
         order by r.tenant_id, r.id
    loop
        select e.steps into v_steps from mainstay.playbook_executions e
         where e.tenant_id = v_run.tenant_id and e.id = v_run.id
           for no key update;
        v_steps := mainstay.told_steps(v_steps, v_run.told);
        update mainstay.playbook_executions e
           set steps = v_steps, status = o.status, result = o.result,
               error_message = o.error
          from mainstay.steps_outcome(v_steps) o
         where e.tenant_id = v_run.tenant_id and e.id = v_run.id;
    end loop;
end
$$;
comment on function mainstay.tell_runs(jsonb) is
    'Tells runs what became of what they sent.';

grant execute on function mainstay.steps_outcome(jsonb),
    mainstay.told_delivery(jsonb, jsonb), mainstay.told_steps(jsonb, jsonb),
    mainstay.run_of_delivery(uuid, uuid, uuid, uuid),
    mainstay.tell_runs(jsonb)
    to mainstay_app, mainstay_maint, mainstay_definer;

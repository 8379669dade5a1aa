-- The page of a rehearsal: what mainstay.rehearse_playbook found, in words.

-- Weeks below each other, each day as dark as much would have run.
create or replace function mainstay.rehearsal_days(p_days jsonb)
returns jsonb
language sql stable
begin atomic
    with day as materialized (
        select d.day, d.fired, l.level, date_trunc('week',
                   d.day::timestamp)::date as week,
               extract(isodow from d.day) as nr
          from (select x.day, x.fired, row_number() over (order by x.day) as n
                  from jsonb_to_recordset(p_days) x (day date, fired integer))
               d
          join app.chart_levels((
               select array_agg((e.value -> 'fired')::double precision
                          order by e.place)
                 from jsonb_array_elements(p_days) with ordinality
                      e (value, place))) l on l.n = d.n
    )
    select jsonb_build_object('title', 'Runs by day', 'head',
               '["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]'::jsonb, 'rows',
               jsonb_agg(w.line order by w.week))
      from (select g.week, jsonb_build_object('label',
                       to_char(g.week::timestamp, 'FMDD Mon'),
                       'cells', jsonb_agg(jsonb_build_object(
                       'level', coalesce(d.level, 0), 'text', case
                           when d.fired > 0 then d.fired::text else '' end)
                       order by n.nr)) as line
              from (select distinct week from day) g
             cross join generate_series(1, 7) n (nr)
              left join day d on d.week = g.week and d.nr = n.nr
             group by g.week) w;
end;

-- p_are: those that would have run, or others that the trigger met.
create or replace function mainstay.rehearsal_decisions(p_decisions jsonb,
    p_are_runs boolean, p_most integer) returns jsonb
language sql stable
begin atomic
    select jsonb_agg(jsonb_build_object('account_id', d.account_id,
               'account', d.account, 'reason', d.reason,
               'time_text', app.time_text(d.at)) order by d.place)
      from (select x.*, e.place
              from jsonb_array_elements(p_decisions) with ordinality
                   e (value, place)
             cross join lateral jsonb_to_record(e.value) x (at timestamptz,
                   account_id uuid, account text, outcome text, reason text)
             where case when p_are_runs then x.outcome = 'fired'
                   else x.outcome not in ('fired', 'trigger') end
             order by e.place
             limit p_most) d;
end;

-- p_of is draft or published; null: the draft, if there is one. No row: there
-- is no such playbook, or no such version of it.
create or replace function mainstay.playbook_rehearsal(p_tenant uuid,
    p_playbook uuid, p_of text, p_days integer)
returns table (is_draft boolean, days integer, sentence jsonb,
    fired bigint, fired_text text, accounts_text text, judged_text text,
    skipped_text text, mails_text text, people_text text,
    held_text text, part_text text, heat jsonb, runs jsonb, others jsonb,
    shown_text text, people jsonb, collisions jsonb)
language plpgsql stable rows 1 set search_path = ''
as $$
declare
    v_base record;
    v_document jsonb;
    v_made jsonb;
    v_mails jsonb;
begin
    select * into v_base
      from mainstay.playbook_base(p_tenant, p_playbook);
    is_draft := coalesce(v_base.is_draft and p_of is distinct from
        'published', false);
    v_document := case when is_draft then v_base.document
        when p_of is distinct from 'draft' then v_base.published end;
    if v_document is null then
        return;
    end if;
    days := p_days;
    v_made := mainstay.rehearse_playbook(p_tenant, v_document,
        now() - make_interval(days => p_days));
    v_mails := v_made -> 'mails';
    sentence := mainstay.playbook_sentence(p_tenant, v_document);
    fired := (v_made ->> 'fired')::bigint;
    fired_text := app.number_text(fired);
    accounts_text := app.number_text((v_made ->> 'accounts')::bigint);
    judged_text := app.number_text((v_made ->> 'judged')::bigint);
    skipped_text := app.number_text((v_made ->> 'judged')::bigint - fired);
    mails_text := app.number_text((v_mails ->> 'sent')::bigint);
    people_text := app.count_text((v_mails ->> 'people')::bigint, 'person',
        'people');
    held_text := 'On ' || app.time_text(
        (v_made -> 'held' ->> 'at')::timestamptz) || ' it would have stopped '
        'itself: ' || (v_made -> 'held' ->> 'reason');
    part_text := case when jsonb_typeof(v_made -> 'part') = 'object'
        then format('There is too much to rehearse at once: this is what it '
            'would have done for %s of %s accounts.',
            app.number_text((v_made -> 'part' ->> 'accounts')::bigint),
            app.number_text((v_made -> 'part' ->> 'of')::bigint)) end;
    heat := mainstay.rehearsal_days(v_made -> 'days');
    runs := mainstay.rehearsal_decisions(v_made -> 'decisions', true, 50);
    others := mainstay.rehearsal_decisions(v_made -> 'decisions', false, 20);
    shown_text := case when fired > 50 then format('The newest 50 of %s',
        fired_text) end;
    select jsonb_agg(jsonb_build_object('name', p.name, 'address', p.address,
               'account', p.account, 'account_id', p.account_id,
               'sent', p.sent, 'capped', nullif(p.capped, 0),
               'opted_out', nullif(p.opted_out, 0)) order by p.place)
      into people
      from (select x.*, e.place
              from jsonb_array_elements(v_made -> 'people') with ordinality
                   e (value, place)
             cross join lateral jsonb_to_record(e.value) x (name text,
                   address text, account text, account_id uuid, sent integer,
                   capped integer, opted_out integer)
             limit 30) p;
    collisions := (
        select jsonb_agg(s.text order by s.place)
          from (values
               (1, (v_mails ->> 'capped')::bigint, 'would not have been sent: '
                   'who it was for had three in seven days.'),
               (2, (v_mails ->> 'collisions')::bigint, 'of those because of '
                   'what other playbooks sent.'),
               (3, (v_mails ->> 'opted_out')::bigint, 'would not have been '
                   'sent: who it was for opted out.'))
               m (place, n, tail)
         cross join lateral (select m.place, app.count_text(m.n, 'e-mail')
                   || ' ' || m.tail) s (place, text)
         where m.n > 0);
    return next;
end
$$;

grant execute on function mainstay.rehearsal_days(jsonb),
    mainstay.rehearsal_decisions(jsonb, boolean, integer),
    mainstay.playbook_rehearsal(uuid, uuid, text, integer)
    to mainstay_app;

-- playbook_rehearsal.sql - what a playbook would have done, on history.

begin;
select no_plan();

create function test.rehearse(p_document jsonb, p_days int default 90,
    p_most int default 3000) returns jsonb
language sql as $$
    select mainstay.rehearse_playbook(app.current_tenant_id(),
        '{"steps": [{"kind": "alert", "severity": "info", "title": "x"}]}'
        || p_document, now() - make_interval(days => p_days), now(), p_most)
$$;
-- "12 fired, 11 cooldown": days ago and what was decided, the oldest first.
create function test.decided(p_rehearsal jsonb) returns text
language sql as $$
    select coalesce(string_agg(concat_ws(' ', round(extract(epoch from now()
        - (d ->> 'at')::timestamptz) / 86400), d ->> 'outcome'), ', '
        order by d ->> 'at', d ->> 'account'), '')
    from jsonb_array_elements(p_rehearsal -> 'decisions') d
$$;
-- Scores as they came, {days ago: score}.
create function test.scores(p_account uuid, p_scores jsonb) returns void
language plpgsql as $$
declare
    r record;
begin
    for r in
        select now() - make_interval(days => k::int) as at, v::int as score
        from jsonb_each_text(p_scores) s (k, v) order by k::int desc
    loop
        insert into mainstay.health_scores (tenant_id, account_id,
            overall_score, observed_at, recorded_at)
        select a.tenant_id, a.id, r.score, r.at, r.at
        from mainstay.accounts a where a.id = p_account;
    end loop;
end $$;

select test.sign_in('admin@alpha.test');
delete from accounts;
insert into accounts (name, arr_cents, created_at) values ('Acme', 9000000,
    now() - interval '1 year') returning id as acme \gset
insert into accounts (name, arr_cents, created_at) values ('Beam', 1000000,
    now() - interval '1 year') returning id as beam \gset
select test.as_operator();
grant usage on schema test to mainstay_maint;
set local mainstay.loading_history = on;
set local role mainstay_maint;
select test.scores(:'acme', '{"50": 70, "40": 30, "30": 75, "20": 25,
    "10": 35, "5": 60}');
select test.scores(:'beam', '{"50": 70, "40": 35, "2": 20}');
reset role;
set local mainstay.loading_history = off;
select test.sign_in('admin@alpha.test');
select count(*) as runs from playbook_executions \gset
select count(*) as alerts from alerts \gset

-- Edge, level and drop.
select is(test.decided(test.rehearse(jsonb_build_object('trigger',
    '{"kind": "health_score_drop"}' || trigger))), want,
    format('%s would have run then', trigger))
from (values
    ('{"crosses_below": 40}'::jsonb, '40 fired, 40 fired, 20 fired'),
    ('{"is_below": 40}',
        '40 fired, 40 fired, 20 fired, 10 fired, 2 fired'),
    ('{"drops_by": 36}', '40 fired, 20 fired'),
    ('{"drops_by": 60}', ''),
    ('{"drops_by": 39, "within_days": 22}',
        '50 trigger, 50 trigger, 40 fired, 40 trigger, 30 trigger, '
        '20 fired, 10 fired, 5 trigger, 2 trigger')) t (trigger, want);

select is(test.rehearse('{"trigger": {"kind": "health_score_drop",
    "crosses_below": 40}}') ->> 'passed_over', '6',
    'scores that could not wake it are counted');

-- Limits count what the rehearsal would have done.
select is(test.decided(test.rehearse('{"trigger": {"kind":
    "health_score_drop", "is_below": 40}, "limits": {"cooldown_minutes":
    20000}}')), '40 fired, 40 fired, 20 fired, 10 cooldown, 2 fired',
    'cooldown');
select is(test.rehearse('{"trigger": {"kind": "health_score_drop",
    "is_below": 40}, "limits": {"max_executions_per_day": 1}}')
    -> 'outcomes', '{"fired": 4, "daily_limit": 1}', 'daily limit');
select test.rehearse('{"trigger": {"kind": "health_score_drop",
    "is_below": 40}, "limits": {"max_accounts_at_once": 1}}') as r \gset
select is(:'r'::jsonb -> 'held' ->> 'reason',
    'it would reach 2 accounts within an hour; 1 is the most without asking.',
    'where it would have stopped itself'),
    is(:'r'::jsonb -> 'outcomes', '{"held": 5}',
        'before the first of them, and waited since');

-- Conditions ask what was so then.
select is(test.decided(test.rehearse('{"trigger": {"kind":
    "health_score_drop", "crosses_below": 40}, "conditions": {"field":
    "arr", "is": "over", "value": 50000}}')),
    '40 fired, 40 conditions, 20 fired', 'a condition');
update accounts set arr_cents = 100 where id = :'acme';
update accounts set arr_cents = 99000000 where id = :'beam';
select is(test.decided(test.rehearse('{"trigger": {"kind":
    "health_score_drop", "crosses_below": 40}, "conditions": {"field":
    "arr", "is": "over", "value": 50000}}')),
    '40 fired, 40 conditions, 20 fired', 'what was changed since is not');
select is(test.decided(test.rehearse('{"trigger": {"kind":
    "health_score_drop", "is_below": 40}, "conditions": {"all": [{"field":
    "band", "is": "is", "value": "critical"}, {"field": "score",
    "is": "under", "value": 30}]}}')), '40 conditions, 40 conditions, '
    '20 fired, 10 conditions, 2 fired', 'score and band of then');

-- Days, and how many there are of what.
select test.rehearse('{"trigger": {"kind": "health_score_drop",
    "is_below": 40}, "limits": {"cooldown_minutes": 20000}}', 45) as r \gset
select is(jsonb_array_length(:'r'::jsonb -> 'days'), 46, 'each day'),
    is((select jsonb_agg(d order by d ->> 'day') from jsonb_array_elements(
        :'r'::jsonb -> 'days') d where d ->> 'fired' <> '0'
        or d ->> 'skipped' <> '0'), (select jsonb_agg(jsonb_build_object(
        'day', ((now() - make_interval(days => d)) at time zone 'UTC')::date,
        'fired', f, 'skipped', s) order by d desc) from (values (40, 2, 0),
        (20, 1, 0), (10, 0, 1), (2, 1, 0)) v (d, f, s)), 'with its runs'),
    is(:'r'::jsonb ->> 'accounts', '2', 'of how many accounts'),
    is(:'r'::jsonb -> 'decisions' -> 0 ->> 'account', 'Beam',
        'the newest first'),
    is((select string_agg(w ->> 'what', ', ') from jsonb_array_elements(
        :'r'::jsonb -> 'decisions' -> 0 -> 'seen') w),
        'Score, Last run for this account', 'with what it saw');

-- Mail: three to a person within seven days, with what really was sent.
insert into contacts (account_id, full_name, email, is_sponsor, created_at)
values (:'acme', 'Ada', 'Ada@acme.example', true, now() - interval '1 year'),
    (:'acme', 'Bob', 'bob@acme.example', false, now() - interval '1 year'),
    (:'acme', 'Cy', 'cy@acme.example', true, now());
select test.as_operator();
set local session_replication_role = replica;
insert into mainstay.email_opt_outs (tenant_id, address, opted_out_at)
values (test.tenant('alpha'), 'bob@acme.example', now() - interval '15 days');
insert into mainstay.email_outbox (tenant_id, id, account_id, to_address,
    subject, body, created_at)
select test.tenant('alpha'), gen_random_uuid(), :'acme', 'ada@acme.example',
    'x', 'x', now() - make_interval(days => d)
from unnest(array[11, 12, 13, 21]) d;
set local session_replication_role = origin;
select test.sign_in('admin@alpha.test');
select test.rehearse('{"trigger": {"kind": "health_score_drop",
    "is_below": 40}, "steps": [{"kind": "email", "to": "contacts",
    "subject": "x", "body": "x"}]}') as r \gset
select is((select jsonb_object_agg(p ->> 'address', p - array['address',
    'name', 'account', 'account_id']) from jsonb_array_elements(
    :'r'::jsonb -> 'people') p), '{
    "ada@acme.example": {"sent": 2, "capped": 1, "opted_out": 0},
    "bob@acme.example": {"sent": 2, "capped": 0, "opted_out": 1}}',
    'how many to each person'),
    is(:'r'::jsonb -> 'mails', '{"sent": 4, "people": 2, "capped": 1,
        "opted_out": 1, "collisions": 1}', 'and in all');
select is(test.rehearse('{"trigger": {"kind": "health_score_drop",
    "is_below": 40}, "steps": [{"kind": "email", "to": "sponsor",
    "subject": "x", "body": "x"}, {"kind": "email", "to": "csm",
    "subject": "x", "body": "x"}]}') -> 'mails' ->> 'people', '1',
    'to the sponsor alone; the team is no customer');

-- Of too many a part, which is said.
select is(test.rehearse('{"trigger": {"kind": "health_score_drop",
    "is_below": 40}}', 90, 3) -> 'part', '{"accounts": 1, "of": 2}',
    'of many scores a part of the accounts'),
    is(test.rehearse('{"trigger": {"kind": "schedule", "every": "day"}}',
        90, 100) -> 'part', '{"accounts": 1, "of": 2}',
        'so of many times'),
    is(test.rehearse('{"trigger": {"kind": "schedule", "every": "day"}}',
        90, 180) -> 'part', 'null', 'else all');

-- Nothing has happened.
select is(count(*), :runs::bigint, 'nothing is decided by a rehearsal')
from playbook_executions;
select is(count(*), :alerts::bigint, 'and nothing done') from alerts;

-- What is refused.
select throws_ok($$select test.rehearse('{"trigger": {"kind": "x"}}')$$,
    'MS422', null, 'a document that is wrong');
select throws_ok($$select mainstay.rehearse_playbook(
    app.current_tenant_id(), '{"trigger": {"kind": "manual"}, "steps":
    [{"kind": "alert", "severity": "info", "title": "x"}]}', now(),
    now() - interval '1 day')$$, 'MS422', null, 'a time that ends too early');
select throws_ok($$select test.rehearse('{"trigger": {"kind": "manual"}}',
    400)$$, 'MS422', null, 'more than a year');
select test.sign_in('practitioner@alpha.test');
select throws_ok($$select test.rehearse('{"trigger": {"kind": "manual"}}')$$,
    'MS403', null, 'a Practitioner');
select test.sign_in('admin@beta.test');
select is(mainstay.rehearse_playbook(test.tenant('alpha'), '{"trigger":
    {"kind": "health_score_drop", "is_below": 101}, "steps": [{"kind":
    "alert", "severity": "info", "title": "x"}]}') ->> 'judged', '0',
    'another tenant finds nothing');

select * from finish();
rollback;

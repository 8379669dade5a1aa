-- health_override.sql - a score set by a person: a layer over what is
-- calculated.

begin;
select no_plan();

create function test.shown(p_account uuid) returns text
language sql as $$
    select concat_ws(' ', a.health_score, a.health_band, a.health_label,
        a.health_trend) from mainstay.accounts a where a.id = p_account
$$;

-- Alerts and playbook decisions of an account, oldest first.
create function test.acted(p_account uuid) returns text
language sql as $$
    select coalesce(string_agg(a.kind, ' ' order by a.kind), 'none')
    from mainstay.alerts a where a.account_id = p_account
$$;

create function test.over(p_account uuid, p_score int,
    p_reason text default 'The sponsor called',
    p_expires timestamptz default now() + interval '7 days') returns uuid
language sql as $$
    select mainstay.override_score(p_account, p_score, p_reason, p_expires)
$$;

-- As if p_hours had passed since it was set.
create function test.age(p_account uuid, p_hours int) returns void
language plpgsql security definer as $$
begin
    set local session_replication_role = replica;
    update mainstay.health_overrides o
        set created_at = o.created_at - make_interval(hours => p_hours),
            expires_at = o.expires_at - make_interval(hours => p_hours)
        where o.account_id = p_account and o.ended_at is null;
    set local session_replication_role = origin;
end $$;

-- A later score than those before: in a test now() stands still.
create function test.calculate(p_account uuid, p_score int, p_seconds int)
returns void
language sql as $$
    insert into mainstay.health_scores (account_id, usage_score, observed_at)
    values (p_account, p_score, now() + make_interval(secs => p_seconds))
$$;

-- The column that the error names.
create function test.column_of(p_sql text) returns text
language plpgsql as $$
declare
    c text;
begin
    execute p_sql;
    return null;
exception when sqlstate 'MS422' then
    get stacked diagnostics c = column_name;
    return c;
end $$;

select test.sign_in('practitioner@alpha.test');
insert into accounts (name) values ('Patient') returning id as id \gset
insert into accounts (name) values ('New') returning id as new \gset
select test.calculate(:'id', 70, 0);

-- What is refused.
select is(test.outcome(format('select test.over(%L, %s)', :'id', args)),
    'MS422', format('%s is refused', args))
from (values ('-1'), ('101'), ('null'), ('50, null'), ('50, ''  '''),
    ('50, repeat(''x'', 2001)'), ('50, ''x'', now()'),
    ('50, ''x'', now() - interval ''1 day'''),
    ('50, ''x'', now() + interval ''367 days'''), ('50, ''x'', null'),
    ('50, ''x'', ''infinity''')) t (args);
select is(test.column_of(format('select test.over(%L, %s)', :'id', args)),
    want, format('%s: the error names %s', args, want))
from (values ('101', 'score'), ('50, ''''', 'reason'),
    ('50, ''x'', now()', 'expires_at')) t (args, want);
select is(mainstay.override_end('2031-02-28'), '2031-03-01Z',
    'a date is that day''s end'),
    is(mainstay.override_end(' 2031-02-28T12:00:00+02:00 '),
        '2031-02-28 10:00Z', 'a time is itself'),
    is(mainstay.override_end(''), null, 'nothing is nothing');
select is(test.column_of(format('select mainstay.override_end(%L)', t)),
    'expires_at', format('%s is no end', t))
from (values ('soon'), ('2031-02-30'), ('31')) v (t);
select is(test.shown(:'id'), '70 moderate Moderate unknown',
    'and nothing changed');
select is(test.outcome(format('select mainstay.end_override(%L)', :'id')),
    'MS409', 'there is none to end');
select is(test.outcome(format('select test.over(%L, 1)',
    gen_random_uuid())), 'MS404', 'an unknown account');

-- One that is open.
select test.over(:'id', 30, '  The sponsor left ') as first \gset
select is(test.shown(:'id'), '30 critical Critical declining',
    'the account shows what was set');
select is(test.acted(:'id'),
    'health_below_40 health_below_60 health_drop', 'which alerts');
select is(overall_score, 70, 'the calculated score stays')
from health_scores where account_id = :'id' and is_current;
select is(reason, 'The sponsor left', 'the reason is kept'),
    is(created_by, test.person('practitioner@alpha.test'), 'and who')
from health_overrides where id = :'first';
select results_eq(format('select score, label, calculated_score,
    calculated_label, reason from mainstay.health_shown(%L, %L)',
    test.tenant('alpha'), :'id'),
    'values (30, ''Critical'', 70, ''Moderate'', ''The sponsor left'')',
    'a page has both');
select test.sign_in('admin@alpha.test');
select is(count(*)::int, 1, 'the audit log has it') from audit_log
where object_id = :'first'::text;
select test.sign_in('practitioner@alpha.test');

-- What is calculated meanwhile is kept, and not shown.
select test.calculate(:'id', 90, 1);
select is(test.shown(:'id'), '30 critical Critical declining',
    'a new score does not end it');
select is(test.acted(:'id'),
    'health_below_40 health_below_60 health_drop', 'nor does it alert');
select test.calculate(:'id', 45, 2);
select is(test.acted(:'id'),
    'health_below_40 health_below_60 health_drop',
    'what nobody is shown alerts nobody');

-- Nor does scoring it again.
insert into accounts (name) values ('Swept') returning id as swept \gset
select test.calculate(:'swept', 70, 0);
select test.over(:'swept', 30);
select test.as_operator();
set local session_replication_role = replica;
update health_scores set inputs = '{}' where account_id = :'swept';
set local session_replication_role = origin;
select set_config('app.current_tenant_id', test.tenant('alpha')::text, true);
select is(api.rescore(test.tenant('alpha'), array[:'swept'::uuid]), 1,
    'it is scored again');
select is(test.shown(:'swept'), '30 critical Critical declining',
    'and still shows what was set');
select test.sign_in('practitioner@alpha.test');

-- A second one replaces it, at once.
update alerts set status = 'resolved' where account_id = :'id';
select test.over(:'id', 32, 'A new sponsor') as second \gset
select is(test.shown(:'id'), '32 critical Critical declining',
    'a second one replaces the first');
select results_eq(format('select score, ended_at is null
    from health_overrides where account_id = %L order by score', :'id'),
    'values (30, false), (32, true)', 'which is kept as history');
select is(count(*)::int, 0, 'what was calculated never showed in between')
from alerts where account_id = :'id' and status = 'open';
select is(test.outcome(format('update health_overrides set %s
    where id = %L', change, :'second')), '42501',
    format('%s is refused', change))
from (values ('score = 99'), ('reason = ''x'''),
    ('expires_at = now() + interval ''30 days''')) t (change);
select is(test.outcome(format('update health_overrides set ended_at = null
    where id = %L', :'first')), '42501', 'what ended does not begin again');
select is(test.outcome(format('delete from health_overrides where id = %L',
    :'first')), '42501', 'nobody deletes one');

-- Its end shows what was calculated meanwhile.
select mainstay.end_override(:'id');
select is(test.shown(:'id'), '45 at_risk At Risk declining',
    'its end shows what was calculated meanwhile');
select is(test.outcome(format('select mainstay.end_override(%L)', :'id')),
    'MS409', 'it ends once');

-- It ends by itself.
select test.over(:'id', 95);
select test.age(:'id', 24 * 8);
select is((mainstay.shown_score(test.tenant('alpha'), :'id')).overall_score,
    45, 'what asks for the score at that moment gets the calculated one');
select test.as_role('mainstay_worker');
select is(api.end_overrides(10), 1, 'the worker ends it');
select is(api.end_overrides(10), 0, 'once');
select test.sign_in('practitioner@alpha.test');
select is(test.shown(:'id'), '45 at_risk At Risk declining',
    'the account shows the calculated score');
select is(count(*)::int, 1, 'and alerts, for that is news')
from alerts where account_id = :'id' and kind = 'health_below_60'
    and status = 'open';
select is(ended_at, expires_at, 'it ended when it should have')
from health_overrides where account_id = :'id' and score = 95;

-- One that expired and waits for the worker.
select test.over(:'id', 95);
select test.age(:'id', 24 * 8);
select test.calculate(:'id', 62, 3);
select is(test.shown(:'id'), '62 moderate Moderate improving',
    'a new score ends one that has expired');
select test.over(:'id', 95);
select test.age(:'id', 24 * 8);
select is(test.outcome(format('select test.over(%L, 40)', :'id')), '1',
    'and so does the next override');

-- An account without a score.
select test.over(:'new', 80);
select is(test.shown(:'new'), '80 healthy Healthy unknown',
    'an account without a score can be given one');
select mainstay.end_override(:'new');
select is(test.shown(:'new'), 'unknown', 'and has none again');

-- Roles and tenants.
select test.over(:'id', 2);
select test.sign_in('contributor@alpha.test');
select ok(test.outcome(format('select test.over(%L, 1)', :'id'))
    in ('42501', 'MS403', 'MS404'), 'a Contributor sets none');
select ok(test.outcome(format('select mainstay.end_override(%L)', :'id'))
    in ('42501', 'MS403', 'MS404'), 'and ends none');
select is(test.rows(format('select 1 from health_overrides
    where account_id = %L and ended_at is null', :'id')), 1::bigint,
    'but sees it');
select test.sign_in('admin@beta.test');
select is(test.outcome(format('select test.over(%L, 1)', :'id')), 'MS404',
    'another tenant finds no such account to set');
select is(test.outcome(format('select mainstay.end_override(%L)', :'id')),
    'MS404', 'nor to end');
select is(test.rows(format('select 1 from health_overrides
    where account_id = %L', :'id')), 0::bigint, 'nor sees it');

select * from finish();
rollback;

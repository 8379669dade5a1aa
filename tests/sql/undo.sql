-- undo.sql - one request is taken back from the audit log, or nothing is.

begin;
select no_plan();

-- Signs in for one request; 32 digits, as nginx makes them.
create function test.request(p_who text, p_number int) returns text
language plpgsql as $$
begin
    perform test.sign_in(p_who || '@alpha.test', null,
        lpad(p_number::text, 32, '0'));
    return lpad(p_number::text, 32, '0');
end $$;
create function test.toast(p_request text) returns text
language plpgsql as $$
begin
    return (select concat_ws(' | ', t.text, t.label, t.undo is not null)
              from mainstay.undo_toast(test.tenant('alpha'), p_request) t);
end $$;
create function test.undo(p_request text) returns text
language plpgsql as $$
begin
    return mainstay.undo_request(test.tenant('alpha'), p_request);
exception when others then
    return sqlstate || ' ' || sqlerrm;
end $$;
-- Stays of an account, oldest first: from>to, open or not.
create function test.stays(p_account uuid) returns text
language plpgsql as $$
begin
    return (select string_agg(concat_ws('>', h.from_stage, h.to_stage)
                || case when h.exited_at is null then '*' else '' end, ', '
                order by h.entered_at, h.exited_at nulls last)
              from mainstay.journey_history h where h.account_id = p_account);
end $$;

select test.request('practitioner', 1) as r1 \gset
insert into accounts (name, current_stage, stage_entered_at, arr_cents)
values ('Traveller', 'Onboarding', now() - interval '40 days', 100)
returning id as id, stage_entered_at as entered \gset
select test.as_operator();
update mainstay.journey_history set entered_at = :'entered'
where account_id = :'id';

-- A move, its undo, and its redo.
select test.request('practitioner', 2) as r2 \gset
update accounts set current_stage = 'Adoption' where id = :'id';
select is(test.toast(:'r2'), 'Moved Traveller to Adoption | Undo | t',
    'a move is said in words and can be undone');
select is(test.stays(:'id'), 'Onboarding, Onboarding>Adoption*', 'it moved');
select is(mainstay.is_undoing(), false, 'nothing is being undone yet');
select test.request('practitioner', 3) as r3 \gset
select is(test.undo(:'r2'), 'Moved Traveller to Adoption', 'it is undone');
select is((select current_stage from accounts where id = :'id'),
    'Onboarding', 'the account is back');
select is(test.stays(:'id'), 'Onboarding*',
    'the journey is repaired: the first stay is open again, the other gone');
select is((select stage_entered_at from accounts where id = :'id'),
    :'entered', 'and it is there since when it was');
select is((select duration_days from journey_history
    where account_id = :'id'), null, 'the stay has no length yet');
select is(mainstay.is_undoing(), false, 'afterwards moves are moves again');
select is(test.toast(:'r2'), null, 'what is undone is not offered again');
select is(test.toast(:'r3'),
    'Undone: Moved Traveller to Adoption | Redo | t', 'but its undo is');
select is(test.undo(:'r2'), 'MS409 This has been undone already.',
    'nor can it be done twice');
select test.request('practitioner', 4) as r4 \gset
select is(left(test.undo(:'r3'), 2), 'Mo', 'an undo is undone');
select is(test.stays(:'id'), 'Onboarding, Onboarding>Adoption*',
    'the journey goes on as it did');
select is(test.toast(:'r4'),
    'Done again: Moved Traveller to Adoption | Undo | t', 'and says so');
select test.request('practitioner', 5) as r5 \gset
select is(left(test.undo(:'r4'), 2), 'Mo', 'and undone once more');
select is(test.stays(:'id'), 'Onboarding*', 'as before');
select test.as_operator();
select is((select count(*)::int from mainstay.audit_log
    where object_type = 'request'), 3, 'each undo is in the log');
select is((select count(*)::int from mainstay.playbook_executions
    where account_id = :'id'), 0, 'and set nothing off');

-- Somebody was there since: nothing is undone, not even the rest.
select test.request('practitioner', 10) as r10 \gset
insert into accounts (name) values ('Other') returning id as other \gset
select test.request('practitioner', 11) as r11 \gset
update accounts set current_stage = 'Adoption', industry = 'Steel'
where id in (:'id', :'other');
select is(test.toast(:'r11'), 'Changed 2 accounts | Undo | t',
    'several columns of several accounts');
select test.request('admin', 12) as r12 \gset
update accounts set industry = 'Glass' where id = :'other';
select test.request('practitioner', 13) as r13 \gset
select is(test.undo(:'r11'),
    'MS409 Nothing was undone: Other has changed since.',
    'a row that changed since stops it, by name');
select is((select string_agg(current_stage || industry, ', ' order by industry)
    from accounts where id in (:'id', :'other')),
    'AdoptionGlass, AdoptionSteel', 'and nothing at all is undone');
select test.request('admin', 14) as r14 \gset
select is(left(test.undo(:'r12'), 7), 'Changed', 'the other undoes his own');
select is(left(test.undo(:'r11'), 7), 'Changed',
    'then an administrator may undo what somebody else did');
select is((select count(*)::int from accounts where id in (:'id', :'other')
    and current_stage = 'Onboarding' and industry is null), 2, 'all of it');
-- What came after elsewhere in the row stays.
select test.request('practitioner', 15) as r15 \gset
update accounts set csm_id = app.current_user_id() where id = :'id';
select matches(test.toast(:'r15'),
    '^Changed the owner of Traveller to .+ \| Undo \| t', 'a new owner');
select test.request('admin', 16) as r16 \gset
update accounts set industry = 'Wood' where id = :'id';
select test.request('practitioner', 17) as r17 \gset
select is(left(test.undo(:'r15'), 7), 'Changed', 'another column is no '
    'conflict');
select is((select csm_id is null and industry = 'Wood' from accounts
    where id = :'id'), true, 'and keeps what it became');

-- Added and removed.
select test.request('practitioner', 20) as r20 \gset
insert into contacts (account_id, full_name) values (:'id', 'Ann')
returning id as ann \gset
select is(test.toast(:'r20'), 'Added the contact Ann | Undo | t', 'added');
select test.request('practitioner', 21) as r21 \gset
update contacts set job_title = 'CEO', phone = '1' where id = :'ann';
select test.request('practitioner', 22) as r22 \gset
select is(test.undo(:'r20'),
    'MS409 Nothing was undone: the contact Ann has changed since.',
    'what was added and changed since stays');
select created_at as born from contacts where id = :'ann' \gset
delete from contacts where id = :'ann';
select is(test.toast(:'r22'), 'Removed the contact Ann | Undo | t',
    'removed');
select test.request('practitioner', 23) as r23 \gset
select is(left(test.undo(:'r22'), 7), 'Removed', 'it returns');
select is((select concat_ws(' ', full_name, job_title, created_at = :'born')
    from contacts where id = :'ann'), 'Ann CEO t', 'as it was');
select is(left(test.undo(:'r21'), 7), 'Changed', 'back to the beginning');
select is(left(test.undo(:'r20'), 5), 'Added', 'and gone');
select is(test.rows('select from contacts'), 1::bigint, 'only the other is');

-- A row without an id of its own.
select test.request('practitioner', 24) as r24 \gset
insert into tags (name) values ('Pilot') returning id as tag \gset
insert into account_tags (account_id, tag_id) values (:'id', :'tag');
select is(test.toast(:'r24'), 'Added the tag Pilot | Undo | f',
    'a Practitioner may not delete a tag, so no undo is offered');
select is(test.undo(:'r24'), 'MS403 To undo this needs the role Tenant '
    'Admin.', 'nor done');
select test.request('practitioner', 25) as r25 \gset
delete from account_tags where tag_id = :'tag';
select test.request('practitioner', 26) as r26 \gset
select is(left(test.undo(:'r25'), 7), 'Removed', 'a tag is put back');
select is(test.rows('select from account_tags where tag_id = '
    || quote_literal(:'tag')), 1::bigint, 'on the account');

-- A new account, as long as nobody has done anything with it.
select test.request('admin', 30) as r30 \gset
insert into accounts (name, current_stage) values ('New', 'Onboarding')
returning id as new \gset
insert into accounts (name, parent_id) values ('Newer', :'new');
select is(test.toast(:'r30'), 'Added 2 accounts | Undo | t', 'two accounts');
select test.request('contributor', 31) as r31 \gset
insert into notes (account_id, body, author_id)
values (:'new', 'Hello', app.current_user_id());
select test.request('admin', 32) as r32 \gset
select is(test.undo(:'r30'),
    'MS409 Nothing was undone: what was added is in use since.',
    'somebody has written a note');
select test.request('contributor', 33) as r33 \gset
select is(test.undo(:'r31'), 'MS403 To undo this needs the role '
    'Practitioner.', 'a Contributor deletes no note, not even so');
select test.request('admin', 34) as r34 \gset
select is(test.undo(:'r31'), 'Added the note', 'the administrator does');
select test.request('admin', 35) as r35 \gset
select is(test.undo(:'r30'), 'Added 2 accounts', 'then both accounts go');
select is(test.rows($$select from accounts where name like 'New%'$$),
    0::bigint, 'and are gone');
select is(test.toast(:'r35'), 'Undone: Added 2 accounts | Redo | f',
    'an erased account does not come back: no redo');

-- Stages: a name that came along, and one that was deleted with its goals.
select test.request('admin', 40) as r40 \gset
insert into stage_goals (stage_id, title)
select id, 'Kick-off' from journey_stages where name = 'Value Realization';
select test.request('admin', 41) as r41 \gset
update journey_stages set name = 'Start' where name = 'Onboarding';
select is(test.toast(:'r41'), 'Changed the name of the stage Start | Undo | t',
    'a new name of a stage');
select test.request('admin', 42) as r42 \gset
select is(left(test.undo(:'r41'), 7), 'Changed', 'is taken back');
select is((select current_stage from accounts where id = :'id'),
    'Onboarding', 'with its accounts');
select is(test.stays(:'id'), 'Onboarding*', 'nobody moved');
select test.request('admin', 43) as r43 \gset
delete from journey_stages where name = 'Value Realization';
select is(test.toast(:'r43'), 'Removed the stage Value Realization | Undo | t',
    'a stage without accounts is removed');
select test.request('admin', 44) as r44 \gset
select is(left(test.undo(:'r43'), 7), 'Removed', 'and returns');
select is((select count(*)::int from stage_goals g
    join journey_stages s on s.id = g.stage_id
    where s.name = 'Value Realization'), 1, 'with its goals');

-- A stage that was deleted while accounts were in it.
select test.request('admin', 45) as r45 \gset
select delete_stage(test.tenant('alpha'), f.id, t.id)
from journey_stages f, journey_stages t
where f.name = 'Onboarding' and t.name = 'Adoption';
select is(test.toast(:'r45'), 'Removed the stage Onboarding | Undo | t',
    'a stage with accounts is removed');
select test.request('admin', 46) as r46 \gset
select is(left(test.undo(:'r45'), 7), 'Removed', 'and returns');
select is((select current_stage from accounts where id = :'id'),
    'Onboarding', 'with its accounts');
select is(test.stays(:'id'), 'Onboarding*', 'as if nothing had happened');

-- The order of stages, goals and attributes.
select test.request('admin', 47) as r47 \gset
select move_stage(test.tenant('alpha'), id, 1) from journey_stages
where name = 'Adoption';
select is(test.toast(:'r47'), 'Changed the order of 2 stages | Undo | t',
    'stages change places');
select test.request('admin', 48) as r48 \gset
select is(left(test.undo(:'r47'), 7), 'Changed', 'and back');
select is((select name from journey_stages order by display_order limit 1),
    'Onboarding', 'the first is the first');

-- People: whoever may give a right may give it back, and one admin stays.
select test.request('admin', 60) as r60 \gset
select id as person from profiles where email = 'viewer@alpha.test' \gset
select id as boss from profiles where email = 'admin@alpha.test' \gset
select full_name as name from profiles where id = :'person' \gset
select edit_member(test.tenant('alpha'), :'person', :'name', 'Tenant Admin');
select is(test.toast(:'r60'), 'Changed the role of ' || :'name'
    || ' to Tenant Admin | Undo | t', 'a role is said in words');
select test.request('viewer', 61) as r61 \gset
select activate_member(test.tenant('alpha'), :'boss', false);
select is(test.undo(:'r60'),
    'MS409 An organisation needs at least one Tenant Admin.',
    'the last admin does not undo his own promotion');
select test.request('viewer', 62) as r62 \gset
select matches(test.undo(:'r61'), '^Deactivated ', 'the other comes back');
select is((select is_active from profiles where id = :'boss'), true,
    'and is active');
select test.request('admin', 63) as r63 \gset
select activate_member(test.tenant('alpha'), :'person', false);
select test.request('admin', 64) as r64 \gset
select is(left(test.undo(:'r60'), 7), 'Changed', 'now the promotion goes');
select is((select role || is_active from profiles where id = :'person'),
    'Viewerfalse', 'and the deactivation stays');
select matches(test.undo(:'r63'), '^Deactivated ', 'until it is undone');
select test.request('admin', 65) as r65 \gset
select edit_member(test.tenant('alpha'), :'person', :'name', 'Practitioner');
select test.request('practitioner', 66) as r66 \gset
select is(left(test.undo(:'r65'), 5), 'MS404',
    'nobody but an admin knows of it');
select test.as_operator();
update mainstay.profiles set role = 'Tenant Admin'
where email = 'practitioner@alpha.test';
select test.request('practitioner', 67) as r67 \gset
update profiles set role = 'Practitioner' where user_id =
    app.current_user_id();
select test.request('practitioner', 68) as r68 \gset
select is(test.toast(:'r67'), 'Changed the role of Practitioner to '
    'Practitioner | Undo | f', 'who gave a right away has it no more');
select is(test.undo(:'r67'),
    'MS403 To undo this needs the role Tenant Admin.', 'nor gives it back');
select is(test.undo(:'r60'), 'MS404 There is nothing of yours to undo.',
    'nor to another');

-- Endpoints and playbooks: all but what has to do with keys.
select test.request('admin', 70) as r70 \gset
select id as endpoint from add_endpoint(test.tenant('alpha'), 'Robot',
    'https://robot.example/', 'standard') \gset
select is(test.toast(:'r70'), 'Added the endpoint Robot | Undo | f',
    'a new endpoint is not taken back: somebody has its key');
select test.request('admin', 71) as r71 \gset
select pause_endpoint(test.tenant('alpha'), :'endpoint', false);
select is(test.toast(:'r71'), 'Paused the endpoint Robot | Undo | t',
    'a pause');
select test.request('admin', 72) as r72 \gset
select is(left(test.undo(:'r71'), 6), 'Paused', 'is undone');
select is((select is_active from webhook_endpoints where id = :'endpoint'),
    true, 'and it sends');
select test.request('admin', 73) as r73 \gset
select from api.rotate_webhook_secret(:'endpoint');
select matches(test.toast(:'r73'), 'Undo \| f$', 'a new key stays');
select test.request('admin', 74) as r74 \gset
select is(test.undo(:'r73'), 'MS409 This cannot be undone.', 'for good');
update playbooks set is_active = not is_active where id = (
    select id from playbooks order by name limit 1);
select matches(test.toast(:'r74'), '^(Paused|Resumed) the playbook .+ '
    '\| Undo \| t$', 'a playbook');
select test.request('admin', 75) as r75 \gset
select matches(test.undo(:'r74'), '^(Paused|Resumed)', 'and back');

-- Alerts: undo puts back who had taken it over.
select test.request('contributor', 80) as r80 \gset
insert into alerts (kind, title) values ('health_drop', 'Traveller fell')
returning id as alert \gset
select is(test.toast(:'r80'), null, 'an alert that is raised is no change');
select test.request('practitioner', 81) as r81 \gset
update alerts set status = 'acknowledged' where id = :'alert';
select test.request('admin', 82) as r82 \gset
update alerts set status = 'resolved' where id = :'alert';
select is(test.toast(:'r82'),
    'Resolved the alert “Traveller fell” | Undo | t', 'an alert is resolved');
select test.request('admin', 83) as r83 \gset
update alerts set status = 'open' where id = :'alert';
select is(test.toast(:'r83'),
    'Opened again the alert “Traveller fell” | Undo | t', 'and opened again');
select test.request('admin', 84) as r84 \gset
select matches(test.undo(:'r83'), '^Opened', 'which is undone');
select is((select concat_ws(' ', a.status, p.email, a.resolved_at is not null)
    from alerts a join profiles p on p.user_id = a.acknowledged_by
    where a.id = :'alert'), 'resolved practitioner@alpha.test t',
    'it is resolved, by whom it was');
update alerts set acknowledged_by = app.current_user_id()
where id = :'alert';
select is((select p.email from alerts a
    join profiles p on p.user_id = a.acknowledged_by where a.id = :'alert'),
    'practitioner@alpha.test', 'and nobody claims it for himself');

-- A new account that raised an alert can still be taken back.
select test.request('admin', 85) as r85 \gset
insert into accounts (name) values ('Noisy') returning id as noisy \gset
insert into alerts (account_id, kind, title) values (:'noisy', 'x', 'y');
select test.request('admin', 86) as r86 \gset
select is(test.undo(:'r85'), 'Added Noisy', 'an alert is no use of it');

-- Whose, and until when.
select test.request('viewer', 50) as r50 \gset
select is(test.toast(:'r15'), null, 'what others did is not shown');
select is(left(test.undo(:'r20'), 5), 'MS404', 'nor undone');
select is(test.toast(repeat('f', 32)), null, 'an unknown id is nothing');
select is(left(test.undo(repeat('f', 32)), 5), 'MS404', 'not there');
select test.sign_in('admin@beta.test', null, lpad('51', 32, '0'));
select is((select count(*)::int from api.undo_log(test.tenant('alpha'),
    :'r15')), 0, 'another tenant sees nothing');
select is(test.undo(:'r44'), 'MS404 There is nothing of yours to undo.',
    'and undoes nothing');
select test.request('admin', 52) as r52 \gset
update tenants set name = 'Else' where id = test.tenant('alpha');
select is(test.toast(:'r52'), 'Changed the name of the organisation Else | '
    'Undo | f', 'some things cannot be undone, and say what they did');
select is(test.undo(:'r52'), 'MS409 This cannot be undone.', 'nor are they');
select test.request('practitioner', 53) as r53 \gset
update accounts set industry = 'Old' where id = :'id';
select test.as_operator();
update mainstay.audit_log set at = at - interval '25 hours'
where request_id = :'r53';
select test.request('practitioner', 54) as r54 \gset
select is(test.toast(:'r53'), 'Changed the industry of Traveller | Undo | f',
    'after a day it is over');
select is(left(test.undo(:'r53'), 5), 'MS409', 'for good');

-- Secrets are never undone, and a table is below those it points to.
select is((select string_agg(name || ' ' || undo, ', ' order by name)
    from audited_tables() where undo <> '' and name in ('api_keys',
    'invitations', 'profiles', 'tenants', 'webhook_endpoints', 'sessions',
    'users')), 'profiles update, webhook_endpoints update',
    'no person, key, secret or invitation is added or removed by undo');
select test.as_operator();
select is_empty($$select t.name, p.name from mainstay.audited_tables() t
    join pg_constraint c on c.contype = 'f'
        and c.conrelid = ('mainstay.' || t.name)::regclass
    join mainstay.audited_tables() p
        on c.confrelid = ('mainstay.' || p.name)::regclass
    where p.place > t.place and t.undo <> '' and p.undo <> ''$$,
    'tables stand below those they point to');

select * from finish();
rollback;

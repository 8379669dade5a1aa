-- note.sql - notes and tasks: what a Contributor may do with his own.

begin;
select plan(15);

select test.sign_in('practitioner@alpha.test');
insert into accounts (name) values ('Noted') returning id as id \gset
insert into notes (account_id, body, author_id)
values (:'id', 'By the practitioner',
    test.person('practitioner@alpha.test')) returning id as theirs \gset
insert into tasks (account_id, title, assignee_id)
values (:'id', 'For the contributor', test.person('contributor@alpha.test'))
returning id as given \gset

select test.sign_in('contributor@alpha.test');
select lives_ok(format($$insert into notes (account_id, body, author_id)
    values (%L, 'Called them', %L)$$, :'id',
    test.person('contributor@alpha.test')), 'a Contributor adds notes');
select is(test.outcome(format($$insert into notes (account_id, body,
    author_id) values (%L, 'Forged', %L)$$, :'id',
    test.person('admin@alpha.test'))), '42501', 'in no other name');
select is(test.outcome($$update notes set body = 'Called them twice'
    where body = 'Called them'$$), '1', 'and changes his own');
select is(test.outcome(format('update notes set body = %L where id = %L',
    'x', :'theirs')), '0', 'but not those of others');
select is(test.outcome($$update notes set author_id = null
    where body = 'Called them'$$), '42501', 'nor gives them away');
select is(test.outcome('delete from notes'), '0', 'nor deletes any');
select is(test.outcome(format('insert into tasks (account_id, title,
    assignee_id) values (%L, %L, %L)', :'id', 'Mine',
    test.person('contributor@alpha.test'))), '1', 'he makes tasks for himself');
select is(test.outcome(format('insert into tasks (account_id, title,
    assignee_id) values (%L, %L, %L)', :'id', 'Yours',
    test.person('admin@alpha.test'))), '42501', 'but not for others');
select is(test.outcome(format('update tasks set status = %L where id = %L',
    'done', :'given')), '1', 'and finishes those he was given');
select is(test.outcome(format($$insert into notes (account_id, body,
    author_id) values (%L, '  ', %L)$$, :'id',
    test.person('contributor@alpha.test'))), '23514',
    'a blank note is refused');

select test.sign_in('practitioner@alpha.test');
select is(test.outcome(format('update notes set body = %L where id = %L',
    'x', :'theirs')), '1', 'a Practitioner changes notes');
select test.sign_in('viewer@alpha.test');
select is(test.outcome(format($$insert into notes (account_id, body)
    values (%L, 'x')$$, :'id')), '42501', 'a Viewer adds none');
select is(test.rows('select 1 from notes where body = ''Called them'''),
    1::bigint, 'but reads them');

select test.sign_in('admin@beta.test');
select is(test.rows(format('select 1 from notes where account_id = %L',
    :'id')), 0::bigint, 'another tenant does not');
select is(test.outcome(format($$insert into notes (account_id, body)
    values (%L, 'x')$$, :'id')), '23503', 'nor adds one to the account');

select * from finish();
rollback;

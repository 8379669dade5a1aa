-- account_work.sql - notes, tasks and contacts as people work with them, and
-- as they were on a day that is over.

begin;
select plan(24);

-- 'ok', or state, field and message.
create function test.tried(p_sql text) returns text
language plpgsql as $$
declare
    v_column text;
begin
    execute p_sql;
    return 'ok';
exception when others then
    get stacked diagnostics v_column = column_name;
    return concat_ws(' ', sqlstate, nullif(v_column, ''), sqlerrm);
end $$;
create function test.then(p_account uuid, p_table text, p_days integer,
    p_column text) returns text
language sql as
$$ select string_agg(r ->> p_column, ' ' order by r ->> p_column)
   from api.rows_at(app.current_tenant_id(), p_account, p_table,
       current_date - p_days) r $$;

select test.tenant('alpha') as alpha \gset
select test.sign_in('practitioner@alpha.test');
insert into accounts (name) values ('Worked'), ('Elsewhere');
select id as id from accounts where name = 'Worked' \gset
select id as other from accounts where name = 'Elsewhere' \gset

-- Notes, and when the account was last spoken to.
select mainstay.add_note(:'alpha', :'id', 'note', 'Just a note',
    current_date - 1, null, null, null) as note \gset
select is((select last_contact_at from accounts where id = :'id'), null,
    'a note is no contact');
select mainstay.add_note(:'alpha', :'id', 'call', 'Called them',
    current_date - 9, null, 'Send the offer', current_date + 3)
    as call \gset
select is((select last_contact_at from accounts where id = :'id'),
    (current_date - 9 + time '12:00') at time zone 'UTC', 'a call is one');
select is((select string_agg(title || ' ' || due_on - current_date, '')
    from tasks where account_id = :'id'), 'Send the offer 3',
    'and leaves its next step');
select test.sign_in('contributor@alpha.test');
select mainstay.add_note(:'alpha', :'id', 'meeting', 'Met them', null, null,
    null, null);
select is((select last_contact_at from accounts where id = :'id'), now(),
    'a Contributor meets them too');
select is(left(test.tried(format($$select mainstay.edit_note(%L, %L, %L, %L,
    'call', 'x', null, null)$$, :'alpha', :'id', :'call', repeat('0', 32))),
    5), 'MS404', 'but does not edit the notes of others');
select test.sign_in('practitioner@alpha.test');
delete from notes where account_id = :'id' and kind = 'meeting';
select is((select last_contact_at::date from accounts where id = :'id'),
    current_date - 9, 'a meeting that is removed was none');
select is(test.tried(format($$select mainstay.add_note(%L, %L, 'call', 'x',
    current_date + 1, null, null, null)$$, :'alpha', :'id')),
    format('MS422 occurred_on %s has not come yet: plan a task for it.',
        app.date_text(current_date + 1)), 'a call is not of tomorrow');
insert into contacts (account_id, full_name) values (:'other', 'Stranger')
returning id as stranger \gset
select is(left(test.tried(format($$select mainstay.add_note(%L, %L, 'call',
    'x', null, %L, null, null)$$, :'alpha', :'id', :'stranger')), 16),
    'MS422 contact_id', 'nor with a contact of another account');
select is(left(test.tried(format($$select mainstay.add_note(%L, %L, 'call',
    'x', null, null, null, null)$$, :'alpha', gen_random_uuid())), 5),
    'MS404', 'nor with no account');
select md5(n::text) as seen, n.occurred_at as at from notes n
where id = :'call' \gset
select is(test.tried(format($$select mainstay.edit_note(%L, %L, %L, %L,
    'email', 'Wrote', current_date - 9, null)$$, :'alpha', :'id', :'call',
    :'seen')), 'ok', 'a note is edited');
select is((select occurred_at from notes where id = :'call'), :'at',
    'on the same day it keeps its time');
select is(left(test.tried(format($$select mainstay.edit_note(%L, %L, %L, %L,
    'email', 'Again', null, null)$$, :'alpha', :'id', :'call', :'seen')), 5),
    'MS409', 'whoever has not seen that is told');

-- Tasks.
select mainstay.add_task(:'alpha', :'id', 'Do it', null, null, null, 'low')
    as task \gset
update tasks set status = 'done' where id = :'task';
select is((select completed_at from tasks where id = :'task'), now(),
    'a task that is done says when');
update tasks set status = 'in_progress' where id = :'task';
select is((select completed_at from tasks where id = :'task'), null,
    'and not when it is opened again');
select test.sign_in('contributor@alpha.test');
select is(left(test.tried(format($$select mainstay.add_task(%L, %L, 'Yours',
    null, null, %L, 'low')$$, :'alpha', :'id',
    test.person('admin@alpha.test'))), 17), 'MS422 assignee_id',
    'a Contributor gives tasks to nobody else');

-- The past: one was there, one was changed, one was removed, one is new.
select test.sign_in('practitioner@alpha.test');
insert into contacts (account_id, full_name, job_title, created_at)
select :'id', v.name, 'Then', now() - interval '30 days'
from unnest(array['Ann', 'Ben', 'Cid']) v (name);
update contacts set job_title = 'Now' where full_name = 'Ben';
update contacts set job_title = 'Later' where full_name = 'Ben';
delete from contacts where full_name = 'Cid';
insert into contacts (account_id, full_name) values (:'id', 'Dot');
select is(test.then(:'id', 'contacts', 10, 'full_name'), 'Ann Ben Cid',
    'contacts of then are shown, and those that are gone');
select is(test.then(:'id', 'contacts', 10, 'job_title'), 'Then Then Then',
    'as they were');
select is(test.then(:'id', 'contacts', 31, 'full_name'), null,
    'before that there was nobody');
select is(test.then(:'id', 'contacts', 0, 'full_name'), null,
    'today is not over');
select is(test.then(:'id', 'accounts', 10, 'name'), null,
    'of other tables nothing is told');
select test.sign_in('viewer@alpha.test');
select is(test.then(:'id', 'contacts', 10, 'full_name'), 'Ann Ben Cid',
    'a Viewer sees it');
select test.sign_in('admin@beta.test');
select is_empty(format($$select api.rows_at(%L, %L, 'contacts',
    current_date - 10)$$, :'alpha', :'id'), 'another tenant does not');
select is_empty(format($$select api.rows_at(app.current_tenant_id(), %L,
    'contacts', current_date - 10)$$, :'id'), 'nor as his own');
select test.as_operator();
select is((select count(*)::integer from audit_log
    where account_id = :'id' and object_type = 'contacts'), 7,
    'the log says which account it is about');

select * from finish();
rollback;

-- account_timeline.sql - the stream of an account: its pages, its kinds, the
-- words for what changed, and who may read it.

begin;
select plan(14);

create function test.stream(p_account uuid, p_kind text, p_limit integer,
    p_at timestamptz default null, p_id text default null)
returns text language sql as
$$ select string_agg(t.title, '; ' order by t.title)
   from api.account_timeline(app.current_tenant_id(), p_account, p_kind,
       clock_timestamp(), p_at, p_id, p_limit) t $$;
-- What is read page by page, four at a time.
create function test.walk(p_account uuid)
returns table (at timestamptz, id text, title text)
language plpgsql as $$
declare
    v_item record;
    v_now constant timestamptz := clock_timestamp();
begin
    for i in 1..4 loop
        for v_item in
            select t.* from api.account_timeline(app.current_tenant_id(),
                p_account, 'all', v_now, walk.at, walk.id, 4) t
        loop
            at := v_item.at;
            id := v_item.id;
            title := v_item.title;
            return next;
        end loop;
    end loop;
end $$;

select test.tenant('alpha') as alpha \gset
select test.sign_in('admin@alpha.test');
insert into custom_attributes (key, label, kind)
values ('t_seats', 'Seats', 'number');
select test.sign_in('practitioner@alpha.test');
insert into accounts (name, current_stage) values ('Told', 'Onboarding')
returning id as id \gset
insert into notes (account_id, kind, body, author_id, occurred_at)
select :'id', v.kind, v.kind, test.person('practitioner@alpha.test'),
    now() - v.days * interval '1 day'
from (values ('call', 3), ('email', 2), ('meeting', 2), ('note', 2))
    v (kind, days);
insert into contacts (account_id, full_name) values (:'id', 'Ann');
update contacts set full_name = 'Ann B', is_sponsor = true
where account_id = :'id';
insert into tasks (account_id, title) values (:'id', 'Do it');
update tasks set status = 'done' where account_id = :'id';
update accounts set arr_cents = 500, crm_attributes = '{"t_seats": 5}',
    csm_id = test.person('practitioner@alpha.test') where id = :'id';
update accounts set current_stage = 'Adoption' where id = :'id';

select is(test.stream(:'id', 'call', 9), 'Call', 'one kind');
select is(test.stream(:'id', 'stage', 9),
    'Entered Onboarding; Moved from Onboarding to Adoption', 'moves');
select is(test.stream(:'id', 'task', 9), 'Done: Do it; Task: Do it',
    'a task is added and done');
select is(test.stream(:'id', 'contact', 9),
    'Contact added: Ann B; Contact changed', 'a contact is changed');
select is(test.stream(:'id', 'change', 9), 'Account added; Details changed',
    'details change, and a move is none of them');
select is((select string_agg(c ->> 'label' || ': '
        || coalesce(c ->> 'before', '-') || ' > ' || (c ->> 'after'), ', '
        order by c ->> 'label')
    from api.account_timeline(:'alpha', :'id', 'change', clock_timestamp(), null,
        null, 9) t, json_array_elements(t.changes) c),
    'ARR: $0 > $5, Owner: - > ' || (select full_name from profiles
        where user_id = test.person('practitioner@alpha.test'))
        || ', Seats: - > 5', 'before and after are said in words');
delete from contacts where account_id = :'id';
select is(test.stream(:'id', 'contact', 9),
    'Contact changed; Contact removed: Ann B', 'who was removed is named');

-- Pages of four, over three notes of the same moment.
select is((select count(*) from test.walk(:'id')), (
    select count(*) from api.account_timeline(:'alpha', :'id', 'all',
        clock_timestamp(), null, null, 100)), 'pages leave nothing out');
select is((select count(distinct w.id) from test.walk(:'id') w),
    (select count(*) from test.walk(:'id')), 'and nothing comes twice');
select is((select string_agg(w.title, '; ' order by w.title)
    from test.walk(:'id') w where w.at < now() - interval '1 day'),
    'Call; E-mail; Meeting; Note', 'also of one moment');

-- As of before: nothing is known of it yet.
select is((select count(*)::integer from api.account_timeline(:'alpha',
    :'id', 'all', now() - interval '1 hour', null, null, 100)), 0,
    'what was recorded later was not known then');

select test.sign_in('viewer@alpha.test');
select is(test.stream(:'id', 'change', 9), 'Account added; Details changed',
    'a Viewer reads it, though not the log');
select test.sign_in('admin@beta.test');
select is_empty(format($$select api.account_timeline(%L, %L, 'all', now(),
    null, null, 9)$$, :'alpha', :'id'), 'another tenant does not');
select is(test.stream(:'id', 'all', 9), null, 'nor as his own');

select * from finish();
rollback;

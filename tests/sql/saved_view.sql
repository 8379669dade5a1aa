-- saved_view.sql - views of the list: whose they are, and what they keep.

begin;
select no_plan();

create function test.save(p_form text, p_name text, p_shared text default null,
    p_view uuid default null) returns uuid
language sql as $$
    select id from mainstay.saved_view_save((select app.current_tenant_id()),
        p_view, p_form::json, p_name, p_shared);
$$;
create function test.views() returns text
language sql as $$
    select string_agg(v.name, ', ' order by v.name) from saved_views v;
$$;
create temporary table made (name text, id uuid);
grant select, insert on made to public;
create function test.set_default(p_name text, p_is boolean) returns text
language sql as $$
    select mainstay.default_view_set((select app.current_tenant_id()),
        (select id from made where name = p_name), p_is);
$$;
delete from mainstay.saved_views;

select test.sign_in('practitioner@alpha.test');
insert into made select 'mine', test.save('{"sort": "-arr", "due": "90",
    "band": "at_risk", "arr.over": "50000"}', ' Soon & risky ');
select is((select query from saved_views), 'sort=-arr&arr.over=50000'
    '&band=at_risk&due=90', 'a view keeps the address, in one order');
select is((select name from saved_views), 'Soon & risky', 'and its name');
insert into made select 'team', test.save('{"tier": "trial"}', 'Trials',
    'yes');
select throws_ok($$select test.save('{}', 'soon & RISKY')$$, 'MS422',
    'You have a view soon & RISKY already.', 'a name twice is refused');
select throws_ok($$select test.save('{"bogus": "1"}', 'Other')$$, 'MS422',
    'bogus is not known here.', 'and a filter that is not known');
select throws_ok($$select test.save(json_build_object('name', repeat('x', 90),
    '2.name', repeat('😀', 90), '3.name', repeat('😀', 90), '4.name',
    repeat('😀', 90), '5.name', repeat('😀', 90), '6.name', repeat('😀', 90))
    ::text, 'Other')$$, 'MS422', 'These are too many filters for one view.',
    'and an address that is too long');
select test.save('{"status": "churned"}', null, null,
    (select id from made where name = 'mine'));
select is((select query || ' ' || name from saved_views
    where id = (select id from made where name = 'mine')),
    'sort=name&status=churned Soon & risky',
    'saving a view again changes the list, not the name');
select test.save('{}', 'Gone', 'yes',
    (select id from made where name = 'mine'));
select is((select query || ' ' || name || ' ' || is_shared from saved_views
    where id = (select id from made where name = 'mine')),
    'sort=name&status=churned Gone true',
    'renaming changes the name and who sees it, not the list');
select test.save('{}', 'Gone', null,
    (select id from made where name = 'mine'));

select test.sign_in('viewer@alpha.test');
select is(test.views(), 'Trials', 'another person sees what is for the team');
select throws_ok(format($$select test.save('{}', 'Mine', null, %L)$$, id),
    'MS404', 'There is no such view of yours.',
    'and changes neither ' || name || ' view')
from made;
delete from saved_views;
select test.as_operator();
select is((select count(*) from mainstay.saved_views), 2::bigint,
    'nor deletes it');
select test.sign_in('viewer@alpha.test');
select throws_ok(format($$insert into saved_views (tenant_id, owner_id, name,
    query) values (%L, %L, 'Forged', '')$$, test.tenant('alpha'),
    test.person('practitioner@alpha.test')), '42501', null,
    'nobody makes a view for another person');
select lives_ok($$select test.save('{}', 'Trials')$$,
    'two people may use one name');

-- The view that the list opens with
select throws_ok($$select test.set_default('mine', true)$$, 'MS404',
    'There is no such view.', 'a view one cannot see does not open');
select is(test.set_default('team', true), 'sort=name&tier=trial&view='
    || (select id from made where name = 'team'), 'one of the team does');
select test.set_default('team', true);
select test.sign_in('practitioner@alpha.test');
select is((select count(*) from default_views), 0::bigint,
    'it is so for this person only');
select throws_ok(format($$insert into default_views (owner_id, view_id)
    values (%L, %L)$$, test.person('viewer@alpha.test'),
    (select id from made where name = 'mine')), '42501', null,
    'and nobody sets that of another');
select test.set_default('mine', true);
select test.set_default('team', true);
select test.set_default('mine', false);
select results_eq('select view_id from default_views',
    $$select id from made where name = 'team'$$, 'the last one counts');
select test.set_default('team', false);
select is_empty('select 1 from default_views', 'and none if wanted');

select test.sign_in('admin@alpha.test');
select is(test.views(), 'Trials', 'an admin sees no private view');
select lives_ok(format($$select test.save('{}', 'All trials', 'yes', %L)$$,
    id), 'but tidies up what is shared') from made where name = 'team';

select test.sign_in('admin@beta.test');
select is(test.views(), null, 'another tenant sees none');
select throws_ok(format($$select test.save('{}', 'Mine', null, %L)$$, id),
    'MS404', null, 'and changes none') from made;

select * from finish();
rollback;

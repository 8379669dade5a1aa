-- bulk_change.sql - one change of many accounts: what is meant, what comes of
-- each, and how it is undone.

begin;
select no_plan();

delete from mainstay.accounts where tenant_id = test.tenant('alpha');
delete from mainstay.tags where tenant_id = test.tenant('alpha');
insert into mainstay.accounts (tenant_id, id, name, status, arr_cents)
select test.tenant('alpha'),
    format('00000000-0000-0000-0000-00000000000%s', n)::uuid, 'Account ' || n,
    case when n > 3 then 'paused' else 'active' end, n * 100
from generate_series(1, 5) n;
create temporary table seen (id uuid, pick text);
create temporary table result (id uuid);
grant all on seen, result to public;

create function test.look(p_form text, p_change text, p_target text)
returns text
language plpgsql as $$
begin
    delete from seen;
    insert into seen select p.id, p.pick from app.bulk_preview(
        (select app.current_tenant_id()), p_form::json, p_change, p_target) p;
    return (select string_agg(right(p.name, 1) || ' ' || p.before || case
            when p.is_same then '' else ' > ' || p.after end, ', '
            order by p.name)
        from app.bulk_preview((select app.current_tenant_id()), p_form::json,
            p_change, p_target) p);
end $$;
create function test.change(p_change text, p_target text) returns text
language plpgsql as $$
begin
    delete from result;
    insert into result select mainstay.bulk_change_make(
        (select app.current_tenant_id()), p_change, p_target,
        (select string_agg(pick, ' ') from seen), 'sort=name');
    return (select string_agg(concat_ws(' ', right(r.name, 1), r.outcome,
            r.message), ', ' order by r.name)
        from mainstay.bulk_changes b, jsonb_to_recordset(b.results)
            r (name text, outcome text, message text)
        where b.id = (select id from result));
end $$;

select test.sign_in('practitioner@alpha.test');
select is(test.look('{"pick": "00000000-0000-0000-0000-000000000001",
    "pick": "00000000-0000-0000-0000-000000000004", "pick": "x"}',
    'status', 'paused'), '1 Active > Paused, 4 Paused',
    'the accounts that were marked, as they are and would be');
select is(test.change('status', 'paused'), '1 changed, 4 same',
    'what came of each');
select is((select string_agg(right(name, 1), '' order by name) from accounts
    where status = 'paused'), '145', 'and no other was changed');
select is((select change || ' ' || value || ' ' || query from bulk_changes
    where id = (select id from result)), 'status Paused sort=name',
    'the result is kept');

select is(test.look('{"all": "yes", "arr.over": "2"}', 'owner',
    test.person('viewer@alpha.test')::text),
    (select format('3 Nobody > %1$s, 4 Nobody > %1$s, 5 Nobody > %1$s',
        full_name) from profiles
    where user_id = test.person('viewer@alpha.test')),
    'all that the filters find');
update accounts set csm_id = test.person('admin@alpha.test')
where name = 'Account 4';
select is(test.change('owner', test.person('viewer@alpha.test')::text),
    (select format('3 changed, 4 refused Changed since you looked: now %s., '
        '5 changed', full_name) from profiles
    where user_id = test.person('admin@alpha.test')),
    'what changed since the preview is left alone and reported');
select is(test.look('{"all": "yes"}', 'owner', 'none') is not null, true,
    'nobody is an owner, too');
select is(test.change('owner', 'none'), '1 same, 2 same, 3 changed, '
    '4 changed, 5 changed', 'and is given');

select is(test.look('{"all": "yes", "status": "active"}', 'stage',
    'Renewal'), '2 Onboarding > Renewal, 3 Onboarding > Renewal',
    'a stage');
select is(test.change('stage', 'Renewal'), '2 changed, 3 changed',
    'is changed');
select is((select count(*) from journey_history h
    where h.to_stage = 'Renewal' and h.exited_at is null), 2::bigint,
    'with its history');

select is(test.look('{"all": "yes", "arr.under": "3"}', 'tag_add', ' VIP '),
    '1 without  VIP  >  VIP , 2 without  VIP  >  VIP ', 'a new tag');
select is(test.change('tag_add', ' VIP '), '1 changed, 2 changed',
    'is made and given');
select is((select name from tags), 'VIP', 'without blanks around it');
select is(test.look('{"all": "yes", "arr.under": "4"}', 'tag_add', 'vip'),
    '1 vip, 2 vip, 3 without vip > vip', 'a tag is found whatever its case');
select is(test.change('tag_add', 'vip'), '1 same, 2 same, 3 changed',
    'and not made twice');
select is(test.look('{"all": "yes", "tag": "vip"}', 'tag_remove', 'VIP'),
    '1 VIP > without VIP, 2 VIP > without VIP, 3 VIP > without VIP',
    'a tag that is taken away');
select is(test.change('tag_remove', 'VIP'),
    '1 changed, 2 changed, 3 changed', 'is gone');
select is((select count(*) from account_tags), 0::bigint, 'from all of them');

-- An account that is gone since
select is(test.look('{"all": "yes"}', 'status', 'active') is not null, true,
    'looked at');
select test.as_operator();
delete from mainstay.accounts where name = 'Account 5';
select test.sign_in('practitioner@alpha.test');
select is(test.change('status', 'active'), '1 changed, 2 same, 3 same, '
    '4 changed, t refused It is not there any more.', 'what is gone is said');

-- What is refused as a whole
select throws_ok(format($$select test.look('{"all": "yes"}', %L, %L)$$,
    change, target), 'MS422', message, message)
from (values ('owner', 'x', 'There is no such person here.'),
    ('owner', test.person('admin@beta.test')::text,
        'There is no such person here.'),
    ('stage', 'Nowhere', 'There is no stage Nowhere.'),
    ('status', 'gone', 'The status must be one of active, onboarding, '
        'paused, churned.'),
    ('tag_add', repeat('x', 61), 'A tag has at most 60 characters.'),
    ('tag_remove', 'nowhere', 'There is no tag nowhere.'),
    ('owner', ' ', 'Choose what they get.')) w (change, target, message);
select throws_ok(format($$select mainstay.bulk_change_make(%L, 'status',
    'active', %L, '')$$, test.tenant('alpha'), picks), 'MS422', null, picks)
from (values (''), ('x'), ('00000000-0000-0000-0000-000000000001'),
    ('00000000-0000-0000-0000-000000000001:zzzzzzzz')) w (picks);
select throws_ok(format($$select mainstay.bulk_change_make(%L, 'status',
    'active', (select string_agg(gen_random_uuid() || ':00000000', ' ')
        from generate_series(1, 1001)), '')$$, test.tenant('alpha')), 'MS422',
    'Mark from one to 1,000 accounts.', 'at most a thousand');

-- Who may not
delete from seen;
insert into seen values (null, '00000000-0000-0000-0000-000000000001:'
    || left(md5('active'), 8));
select test.sign_in('contributor@alpha.test');
select throws_ok($$select test.change('status', 'paused')$$, '42501', null,
    'a contributor changes nothing');
select test.sign_in('practitioner@beta.test');
select is(test.change('status', 'paused'),
    't refused It is not there any more.',
    'an account of another tenant is not there');
select test.as_operator();
select is((select status::text from mainstay.accounts
    where id = '00000000-0000-0000-0000-000000000001'), 'active',
    'and stays as it is');

select * from finish();
rollback;

-- review.sql - business reviews: when they are due, what is frozen when they
-- are held, what they carry over, and who may write them.

begin;
select plan(37);

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

select test.tenant('alpha') as alpha \gset
select test.sign_in('practitioner@alpha.test');
insert into accounts (name, tier, contract_start_date, arr_cents)
values ('Large', 'enterprise', current_date - 400, 12000000),
    ('New', 'enterprise', current_date - 3, 12000000),
    ('Small', 'small_business', current_date - 400, 700000),
    ('Trial', 'trial', current_date - 400, 0);
select id as large from accounts where name = 'Large' \gset
select id as new from accounts where name = 'New' \gset
select id as small from accounts where name = 'Small' \gset
select id as trial from accounts where name = 'Trial' \gset

-- Due by tier.
select is((select due_on - current_date || ' ' || type
    from mainstay.next_review(:'alpha', :'new')), '4 weekly',
    'enterprise: weekly in the first month');
select is((select type from mainstay.next_review(:'alpha', :'large')),
    'weekly', 'one that never had a review is late by the first of them');
select is((select due_on - (current_date - 400) || ' ' || type
    from mainstay.next_review(:'alpha', :'small')), '90 quarterly',
    'small business: quarterly');
select is((select count(*) from mainstay.next_review(:'alpha', :'trial')),
    0::bigint, 'trial: none');
select mainstay.save_review(:'alpha', :'large', null, null,
    jsonb_build_object('type', 'monthly', 'scheduled_at', now()
        - interval '40 days', 'held_at', to_char(now() - interval '40 days',
        'YYYY-MM-DD"T"HH24:MI:SS"Z"'))) as past \gset
select is((select last_review_on from accounts where id = :'large'),
    current_date - 40, 'a review that was held is remembered');
select is((select due_on - current_date || ' ' || type
    from mainstay.next_review(:'alpha', :'large')), '-10 quarterly',
    'monthly after the first month, and quarterly when a quarter is over');
select mainstay.save_review(:'alpha', :'large', null, null,
    jsonb_build_object('type', 'quarterly', 'scheduled_at', now()
        - interval '30 days', 'held_at', to_char(now() - interval '30 days',
        'YYYY-MM-DD"T"HH24:MI:SS"Z"'))) as quarterly \gset
select is((select type from mainstay.next_review(:'alpha', :'large')),
    'monthly', 'after a quarterly one, monthly');
update accounts set status = 'paused' where id = :'small';
select is((select count(*) from mainstay.next_review(:'alpha', :'small')),
    0::bigint, 'none while paused');
update accounts set status = 'active' where id = :'small';

-- Preparing.
select mainstay.save_review(:'alpha', :'small', null, null,
    '{"type": "quarterly", "scheduled_at": "2030-01-02T10:00",
      "agenda": "One\r\n\n  Two  ", "attendees": ["Ann", " Bob "]}')
    as review \gset
select is((select scheduled_at from business_reviews where id = :'review'),
    timestamptz '2030-01-02 10:00Z', 'a time without a zone is UTC');
select is((select agenda from business_reviews where id = :'review'),
    '{One,Two}', 'lines become a list');
select is((select attendees from business_reviews where id = :'review'),
    '{Ann,Bob}', 'as does a list');
select mainstay.save_review(:'alpha', null, :'review', null,
    '{"agenda": null, "feedback": "Good"}');
select is((select concat_ws(' ', cardinality(agenda), cardinality(attendees),
    feedback) from business_reviews where id = :'review'), '0 2 Good',
    'null clears, and what is not given stays');
select is(left(test.tried(format($$select mainstay.save_review(%L, null, %L,
    repeat('0', 32), '{}')$$, :'alpha', :'review')), 5), 'MS409',
    'nobody overwrites what he has not seen');

-- What is wrong.
select is(test.tried(format('select mainstay.save_review(%L, %L, null, '
    'null, %L)', :'alpha', :'small', w.given)), w.said, w.name)
from (values
    ('{}', 'MS422 scheduled_at When it is to be held is required.',
        'a time is needed'),
    ('{"scheduled_at": "soon"}', 'MS422 scheduled_at The time must be a '
        || 'time, like 2026-08-21T14:00:00Z.', 'a time is a time'),
    ('{"scheduled_at": "2026-02-31T10:00:00Z"}', 'MS422 scheduled_at The '
        || 'time must be a time, like 2026-08-21T14:00:00Z.',
        'of a day that there is'),
    ('{"scheduled_at": "2030-01-01T10:00:00Z", "agenda": [1]}',
        'MS422 agenda The agenda must be at most 50 lines, each of at most '
        || '500 characters.', 'lines are texts'),
    ('{"scheduled_at": "2030-01-01T10:00:00Z", "held_at": '
        || '"2100-01-01T10:00:00Z"}', 'MS422 held_at A review is held now '
        || 'or was held before.', 'nothing is held tomorrow'),
    ('{"scheduled_at": "2001-01-01T10:00:00Z", "held_at": '
        || '"2001-01-01T10:00:00Z"}', 'MS422 held_at The account was not '
        || 'there yet on that day.', 'nor before there was an account'),
    (json_build_object('scheduled_at', '2030-01-01T10:00:00Z', 'owner_id',
        test.person('admin@beta.test'))::text, 'MS422 owner_id Who leads it '
        || 'must be somebody who works here.', 'who leads it works here'))
    w (given, said, name);

-- Holding: the figures of the day stay.
select mainstay.record_health_score(:'small', 80, 80, 80, 80, null);
select mainstay.save_review(:'alpha', :'small', null, null,
    '{"scheduled_at": "2026-01-02T10:00:00Z"}') as held \gset
select mainstay.add_review_item(:'alpha', :'review', 'Of another', null,
    null, null) as later \gset
select mainstay.save_review(:'alpha', null, :'held', null,
    '{"status": "held"}');
select is((select figures ->> 'score' from business_reviews
    where id = :'held'), '80', 'the score is kept');
select is((select figures ->> 'arr_cents' from business_reviews
    where id = :'held'), '700000', 'and the revenue');
update accounts set arr_cents = 900000 where id = :'small';
select mainstay.record_health_score(:'small', 20, 20, 20, 20, null);
select is((select figures ->> 'score' || ' ' || (figures ->> 'arr_cents')
    from business_reviews where id = :'held'), '80 700000',
    'whatever happens after it');
select is(mainstay.review_figures(:'alpha', :'small', now()) ->> 'arr_cents',
    '900000', 'while those of now go on');
select is(test.tried(format($$update business_reviews set figures = '{}'
    where id = %L$$, :'held')), 'MS409 The figures of a review that was '
    || 'held stay as they were.', 'nobody writes them');
select is(test.tried(format($$select mainstay.save_review(%L, null, %L,
    null, '{"status": "cancelled"}')$$, :'alpha', :'held')),
    'MS422 status A review that was held stays so.', 'held is held');
select is(test.tried(format($$select mainstay.save_review(%L, null, %L,
    null, '{"held_at": "2026-01-03T10:00:00Z"}')$$, :'alpha', :'held')),
    'MS422 held_at The figures are those of that day: it stays.',
    'on that day');
select is((select jsonb_array_length(figures -> 'open_items')
    from business_reviews where id = :'held'), 0,
    'what a later review has agreed was not open yet');

-- Action items are tasks, and are carried over until they are done.
select mainstay.add_review_item(:'alpha', :'held', 'Send the offer',
    test.person('contributor@alpha.test'), current_date + 5, 'high')
    as item \gset
select is((select account_id::text || priority from tasks
    where id = :'item'), :'small' || 'high',
    'an action item is a task of the account');
select is((select string_agg(i.title, ',') from business_reviews r,
    mainstay.carried_items(r) i where r.id = :'review'), 'Send the offer',
    'the next review shows it');
select is((select count(*) from business_reviews r,
    mainstay.carried_items(r) i where r.id = :'held'), 0::bigint,
    'its own does not, nor what comes later');
update tasks set status = 'done' where id = :'item';
select is((select count(*) from business_reviews r,
    mainstay.carried_items(r) i where r.id = :'review'), 0::bigint,
    'until it is done');
select is(left(test.tried(format($$select mainstay.add_review_item(%L, %L,
    'x', null, null, null)$$, :'alpha', gen_random_uuid())), 5), 'MS404',
    'an item is of a review');

-- Roles and tenants.
select test.sign_in('contributor@alpha.test');
select is(left(test.tried(format($$select mainstay.save_review(%L, %L, null,
    null, '{"scheduled_at": "2030-01-01T10:00:00Z"}')$$, :'alpha',
    :'small')), 5), '42501', 'a Contributor schedules none');
select is((select count(*) from business_reviews where id = :'held'),
    1::bigint, 'but reads them');
select test.sign_in('admin@beta.test');
select is((select count(*) from business_reviews where id = :'held'),
    0::bigint, 'another tenant does not');
select is(left(test.tried(format($$select mainstay.save_review(%L, null, %L,
    null, '{"feedback": "x"}')$$, test.tenant('beta'), :'held')), 5), 'MS404',
    'and changes none');

select * from finish();
rollback;

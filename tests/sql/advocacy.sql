-- advocacy.sql - who is asked, who rests, and what is counted.

begin;
select plan(14);

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
create function test.ask(p_account uuid, p_given text) returns text
language sql as $$
select test.tried(format('select mainstay.save_advocacy(%L, %L, null, null, '
    '%L)', app.current_tenant_id(), p_account, p_given)) $$;

select test.tenant('alpha') as alpha \gset
select test.sign_in('practitioner@alpha.test');
delete from advocacy_activities;
insert into accounts (name) values ('Loud'), ('Elsewhere');
select id as loud from accounts where name = 'Loud' \gset
select id as other from accounts where name = 'Elsewhere' \gset
insert into contacts (account_id, full_name)
values (:'loud', 'Ann'), (:'loud', 'Bob'), (:'other', 'Eve');
select id as ann from contacts where full_name = 'Ann'
    and account_id = :'loud' \gset
select id as bob from contacts where full_name = 'Bob'
    and account_id = :'loud' \gset
select id as eve from contacts where full_name = 'Eve'
    and account_id = :'other' \gset

select is(test.ask(:'loud', format('{"type": "webinar", "contact_id": "%s",
    "status": "requested"}', :'ann')), 'ok', 'Ann is asked');
select is((select requested_at from advocacy_activities
    where contact_id = :'ann'), now(), 'now');
select is(test.ask(:'loud', format('{"type": "case_study", "contact_id":
    "%s", "status": "requested"}', :'ann')),
    format('MS422 override_reason Ann was asked for a webinar on %s and '
        'rests until %s. Give a reason to ask all the same.',
        app.date_text(current_date), app.date_text(current_date + 90)),
    'and rests: who, for what, when, until');
select is(test.ask(:'loud', format('{"type": "case_study", "contact_id":
    "%s", "status": "pending"}', :'ann')), 'ok', 'what is planned is not '
    'asked yet');
select is(test.ask(:'loud', format('{"type": "case_study", "contact_id":
    "%s", "status": "requested"}', :'bob')), 'ok', 'Bob does not rest');
select is(left(test.ask(:'loud', '{"type": "case_study", "status":
    "requested"}'), 21), 'MS422 override_reason', 'the account as such does');
select is(test.ask(:'loud', format('{"type": "case_study", "contact_id":
    "%s", "status": "requested", "override_reason": "She offered"}',
    :'ann')), 'ok', 'a reason is enough');
select is(left(test.ask(:'loud', format('{"type": "webinar",
    "contact_id": "%s"}', :'eve')), 16), 'MS422 contact_id',
    'somebody of another account is not asked');
update advocacy_activities set requested_at = now() - interval '91 days';
select is(test.ask(:'loud', format('{"type": "webinar", "contact_id": "%s",
    "status": "requested"}', :'ann')), 'ok', 'after 90 days she may be');
select is(left(test.ask(:'loud', '{"type": "testimonial", "content_urls":
    ["ftp://x.example/"]}'), 18), 'MS422 content_urls', 'links are http');

update advocacy_activities set status = 'completed', completed_at = now()
 where contact_id = :'ann' and type in ('webinar', 'case_study');
update advocacy_activities set status = 'declined' where contact_id = :'bob';
select is((select concat_ws(' ', advocates, case_studies, declined,
    success_percent) from mainstay.advocacy_figures(:'alpha')), (
    select concat_ws(' ', 1, count(*) filter (where type = 'case_study'), 1,
        round(100.0 * count(*) / (count(*) + 1)))
      from advocacy_activities where status = 'completed'),
    'people count once, and those who answered by what they did');
select is(left(test.tried(format('select mainstay.set_advocacy_rest(%L, 5)',
    :'alpha')), 5), 'MS403', 'an administrator sets the rest');
select test.sign_in('admin@beta.test');
select is((select count(*) from advocacy_activities
    where account_id = :'loud'), 0::bigint, 'another tenant sees none');
select is((select count(*) from mainstay.advocacy_rest(test.tenant('beta'),
    :'loud', :'ann', null)), 0::bigint, 'nor who rests');

select * from finish();
rollback;

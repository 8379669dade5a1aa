-- preference.sql - what a person prefers, and handling an alert.

begin;
select plan(9);

create temporary table mine as
select (select id from users where email = 'viewer@alpha.test') as id,
    sha256('shell') as session;
grant select on mine to mainstay_app;
insert into sessions (id, user_id, tenant_id, expires_at)
select session, id, test.tenant('alpha'), now() + interval '1 day' from mine;

select test.as_role('mainstay_app');
select results_eq('select has_shortcuts, is_sidebar_narrow
        from api.begin_request((select session from mine))',
    $$values (true, false)$$, 'keys work and the sidebar is wide at first');
select lives_ok('select api.set_preferences((select session from mine),
    false, null, null)', 'a viewer switches keys off');
select results_eq('select has_shortcuts, is_sidebar_narrow
        from api.begin_request((select session from mine))',
    $$values (false, false)$$, 'the next request knows, the rest stays');
select api.set_preferences((select session from mine), null, true,
    null);
select results_eq('select has_shortcuts, is_sidebar_narrow
        from api.begin_request((select session from mine))',
    $$values (false, true)$$, 'one preference leaves the others alone');
select throws_ok($$select api.set_preferences(sha256('nobody'), true, true,
    true)$$,
    'MS401', null, 'without a session nothing is preferred');
select api.set_preferences((select session from mine), null, null, true);
select results_eq('select has_shortcuts, is_sidebar_narrow, is_compact
        from api.begin_request((select session from mine))',
    $$values (false, true, true)$$, 'lists are compact if wanted');
select test.as_operator();
select is((select count(*)::int from users where not has_shortcuts
    or is_sidebar_narrow or is_compact), 1, 'nobody else is touched');

-- An alert that somebody takes over.
insert into alerts (tenant_id, id, kind, title) values (test.tenant('alpha'),
    '00000000-0000-0000-0000-00000000a1e7', 'health_drop', 'It fell');
select test.sign_in('practitioner@alpha.test');
update alerts set status = 'acknowledged'
where id = '00000000-0000-0000-0000-00000000a1e7';
select results_eq($$select acknowledged_at is not null, acknowledged_by
        from alerts where id = '00000000-0000-0000-0000-00000000a1e7'$$,
    $$select true, app.current_user_id()$$,
    'who acknowledges an alert has taken it over');
select test.sign_in('contributor@alpha.test');
select is_empty($$update alerts set status = 'resolved'
        where id = '00000000-0000-0000-0000-00000000a1e7' returning 1$$,
    'a contributor does not handle alerts');
select * from finish();
rollback;

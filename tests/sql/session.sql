-- session.sql - signing in and out, and what a request learns of itself.

begin;
select plan(54);

-- A change acts at the next request.
create function test.refused(p_session bytea, p_change text)
returns text
language plpgsql as $$
declare
    answer text;
begin
    perform test.as_operator();
    execute p_change;
    perform test.as_role('mainstay_app');
    answer := test.outcome(format('select api.begin_request(%L)',
        p_session));
    raise exception using errcode = 'TT001', message = answer;
exception when sqlstate 'TT001' then
    return sqlerrm;
end $$;

-- Sign-up, as the sign-in pool.
select test.as_role('mainstay_auth');
select user_id as person, tenant_id as tenant from api.signup(
    'New.Person@Example.test', test.hash(), 'New Person', 'Nimbus & Söhne')
\gset
select isnt(:'tenant'::uuid, null, 'sign-up makes a tenant');
select is_empty($$select * from api.signup('new.person@EXAMPLE.test',
    test.hash(), 'Second', 'Second')$$,
    'the same address again, in any case of letters, makes nothing');
select is((select user_id from api.login_lookup('NEW.PERSON@example.TEST')),
    :'person'::uuid, 'an address is found in any case of letters');
select is((select tenant_id from api.login_lookup('new.person@example.test')),
    :'tenant'::uuid, 'with the tenant to start in');
select is((select password_hash from
    api.login_lookup('new.person@example.test')), test.hash(),
    'and the hash to compare');
select is_empty($$select * from api.login_lookup('nobody@example.test')$$,
    'an unknown address is not found');

-- What sign-up leaves behind.
select test.as_operator();
insert into profiles (tenant_id, user_id, full_name, email, role)
select :'tenant', u.id, 'Second Admin', u.email, 'Tenant Admin' from users u
where u.email = 'admin@alpha.test';
select is((select role::text from profiles where user_id = :'person'),
    'Tenant Admin', 'who signs up is Tenant Admin');
select is((select count(*)::int from journey_stages
    where tenant_id = :'tenant'), 7, 'sign-up makes seven stages');
select is((select string_agg(name, ', ' order by display_order)
    from journey_stages where tenant_id = :'tenant'),
    'Onboarding, Adoption, Value Realization, Expansion, Renewal, At Risk,'
    ' Churn', 'the seven stages are those of 000');
select is((select count(*)::int from scorecards s
    join scorecard_versions v on v.tenant_id = s.tenant_id
        and v.scorecard_id = s.id and v.status = 'published'
    where s.tenant_id = :'tenant' and s.is_default), 1,
    'sign-up publishes the standard scorecard');
select results_eq(format('select name from playbooks where tenant_id = %L
    order by name', :'tenant'), $$values ('At Risk Stage Alert'),
    ('Health Score Alert - Critical')$$,
    'sign-up makes the two playbooks of 000');
select is((select name from tenants where id = :'tenant'), 'Nimbus & Söhne',
    'the organisation keeps its name');
select matches((select slug from tenants where id = :'tenant'),
    '^[a-z0-9][a-z0-9-]*$', 'and gets a short one');

-- Sessions.
select test.session('new.person@example.test') as s1 \gset
select test.session('new.person@example.test') as s2 \gset
select test.as_role('mainstay_app');
select is((select user_id from api.begin_request(:'s1')), :'person'::uuid,
    'a request knows its user');
select is((select tenant_id from api.begin_request(:'s1')), :'tenant'::uuid,
    'and its tenant');
select is((select role from api.begin_request(:'s1')), 'Tenant Admin',
    'and the role');
select is((select user_name from api.begin_request(:'s1')), 'New Person',
    'and the name');
select ok((select is_admin and may_write and may_contribute
    from api.begin_request(:'s1')), 'and what a Tenant Admin may do');
select is(app.current_tenant_id(), :'tenant'::uuid,
    'row security sees the tenant');
select is(app.requesting_user_id(), :'person'::uuid, 'and the user');
select ok(app.is_tenant_admin(), 'and the role');
select is((select touch from api.begin_request(:'s1')), false,
    'a fresh session need not be touched');
select is((select count(*)::int from api.session_list(:'s1')), 2,
    'the list shows the sessions of the user');
select is((select count(*)::int from api.session_list(:'s1') l
    where l.is_current), 1, 'and which one asks');
select throws_ok($$select api.begin_request(sha256('nothing'))$$, 'MS401',
    null, 'an unknown session is refused');
select throws_ok('select api.begin_request(null)', 'MS401', null,
    'no session is refused');

select test.as_operator();
update sessions set last_seen_at = now() - interval '6 minutes'
where id = :'s1';
select test.as_role('mainstay_app');
select is((select touch from api.begin_request(:'s1')), true,
    'a session seen six minutes ago is due');
select api.touch_session(:'s1');
select is((select touch from api.begin_request(:'s1')), false,
    'a touched one is not');

select test.as_operator();
select is(test.refused(:'s1', 'select 1'), '1', 'a good session is good');
select is(test.refused(:'s1', format('update sessions set
    expires_at = now() where id = %L', :'s1')), 'MS401',
    'an expired session is refused');
select is(test.refused(:'s1', format('update sessions set
    last_seen_at = now() - interval ''25 hours'' where id = %L', :'s1')),
    'MS401', 'an idle session is refused');
select is(test.refused(:'s1', format('update users set
    is_active = false where id = %L', :'person')), 'MS401',
    'a locked user is refused');
select is(test.refused(:'s1', format('update profiles set
    is_active = false where user_id = %L', :'person')), 'MS401',
    'a member who left is refused');
select is(test.refused(:'s1', format('update tenants set
    is_active = false where id = %L', :'tenant')), 'MS401',
    'a closed tenant is refused');
select is(test.refused(:'s1', format('delete from profiles
    where user_id = %L', :'person')), 'MS401',
    'a session ends with its profile');

-- A higher role acts at once; a lower one ends what is open.
insert into profiles (tenant_id, user_id, full_name, email, role)
select :'tenant', u.id, 'Rising', u.email, 'Viewer' from users u
where u.email = 'viewer@alpha.test';
select test.session('viewer@alpha.test', 'nimbus-s-hne') as rising \gset
select test.as_role('mainstay_app');
select ok((select not is_admin and not may_write and not may_contribute
    from api.begin_request(:'rising')), 'a Viewer only looks');
select test.as_operator();
update profiles set role = 'Practitioner' where full_name = 'Rising';
select test.as_role('mainstay_app');
select is((select role from api.begin_request(:'rising')), 'Practitioner',
    'a higher role acts at once');
select test.as_operator();
update profiles set role = 'Contributor' where full_name = 'Rising';
select test.as_role('mainstay_app');
select throws_ok(format('select api.begin_request(%L)', :'rising'), 'MS401',
    null, 'a lower role ends the session');

-- Signing out.
select api.revoke_session(:'s2', false);
select throws_ok(format('select api.begin_request(%L)', :'s2'), 'MS401',
    null, 'a revoked session is refused');
select lives_ok(format('select api.begin_request(%L)', :'s1'),
    'the other one goes on');
select test.session('new.person@example.test') as s3 \gset
select test.as_role('mainstay_app');
select api.begin_request(:'s1') \gset ignored_
select api.revoke_session_by_ref(:'s1', (select l.id
    from api.session_list(:'s1') l where not l.is_current));
select throws_ok(format('select api.begin_request(%L)', :'s3'), 'MS401',
    null, 'a session can be ended from the list');
select test.session('admin@beta.test') as stranger \gset
select test.as_role('mainstay_app');
select test.outcome(format('select api.revoke_session_by_ref(%L, %L)',
    :'s1', encode(:'stranger', 'hex')));
select lives_ok(format('select api.begin_request(%L)', :'stranger'),
    'but not the session of somebody else');
select api.revoke_session(:'s1', true);
select throws_ok(format('select api.begin_request(%L)', :'s1'), 'MS401',
    null, 'signing out everywhere ends all');

-- Two tenants.
select test.as_operator();
insert into profiles (tenant_id, user_id, full_name, email, role)
values (test.tenant('alpha'), test.person('viewer@beta.test'), 'Both',
    'viewer@beta.test', 'Contributor');
select test.session('viewer@beta.test', 'beta') as here \gset
select sha256('there') as there \gset
select test.as_role('mainstay_app');
select is((select count(*)::int from api.my_tenants(:'here')), 2,
    'the list shows both tenants');
select lives_ok(format('select api.switch_tenant(%L, %L, %L)', :'here',
    :'there', test.tenant('alpha')), 'a member may switch');
select is((select role from api.begin_request(:'there')), 'Contributor',
    'and has the role of the other tenant');
select throws_ok(format('select api.begin_request(%L)', :'here'), 'MS401',
    null, 'the former session is over');
select isnt(test.outcome(format('select api.switch_tenant(%L, sha256(%L),
    %L)', :'there', 'x', :'tenant')), '1',
    'nobody switches to a tenant that is not theirs');

-- The throttle.
select test.as_role('mainstay_auth');
select is(api.login_gate(array[sha256('mail'), sha256('net')]), 0,
    'nobody waits before the first failure');
select count(api.login_failed(array[sha256('mail'), sha256('net')],
    array[5, 50])) from generate_series(1, 5) \gset ignored_
select is(api.login_gate(array[sha256('mail'), sha256('net')]), 0,
    'five failures are free');
select api.login_failed(array[sha256('mail'), sha256('net')], array[5, 50]);
select cmp_ok(api.login_gate(array[sha256('mail'), sha256('net')]), '>', 0,
    'the sixth costs time');
select is(api.login_gate(array[sha256('other'), sha256('net')]), 0,
    'the network is still free');
select api.login_ok(sha256('mail'));
select is(api.login_gate(array[sha256('mail')]), 0, 'success forgets');

-- Each pool has its own functions and nothing more.
select throws_ok('select 1 from mainstay.users', '42501', null,
    'the sign-in pool reads no table');

select * from finish();
rollback;

-- member.sql - invitations and users: links are known by their hash, and
-- only an admin hands them out.

begin;
select no_plan();

select test.tenant('alpha') as tenant \gset
create function test.refusal(p_sql text) returns text
language plpgsql as $$
declare
    v_column text;
begin
    execute p_sql;
    return 'nothing';
exception when others then
    get stacked diagnostics v_column = column_name;
    return sqlstate || ' ' || v_column || ': ' || sqlerrm;
end $$;
delete from mainstay.invitations;

select test.sign_in('admin@alpha.test');
select mainstay.invite(:'tenant', ' New@Alpha.Test ', 'Practitioner') as token
\gset
select matches(:'token'::text, '^[0-9a-f]{64}$', 'a link has a long secret');
select results_eq($$ select email::text, role::text, invited_by,
        expires_at - created_at from invitations $$,
    format($$ values ('new@alpha.test', 'Practitioner', %L::uuid,
        interval '7 days') $$, test.person('admin@alpha.test')),
    'an invitation is for seven days');
select is(test.refusal('select token_hash from mainstay.invitations'),
    '42501 : permission denied for table invitations',
    'nobody reads the hash back');
select is((select count(*) filter (where after ? 'token_hash') || ' of '
    || count(*) from audit_log where action = 'invitations.insert'
        and after ->> 'email' = 'new@alpha.test'), '0 of 1',
    'nor does the log have it');
select mainstay.invite(:'tenant', 'new@alpha.test', 'Viewer') as second \gset
select is((select count(*) from invitations where revoked_at is null),
    1::bigint, 'a second link replaces the first');

-- Who holds a link.
select test.as_operator();
select test.as_role('mainstay_auth');
select is_empty(format($$ select * from api.invitation(decode(%L, 'hex')) $$,
    :'token'), 'the first opens nothing');
select results_eq(format($$ select email, role, is_known
    from api.invitation(decode(%L, 'hex')) $$, :'second'),
    $$ values ('new@alpha.test', 'Viewer', false) $$, 'the second does');
select is(test.refusal(format($$ select * from api.accept_invitation(
    decode(%L, 'hex'), %L, null, null) $$, :'second', gen_random_uuid())),
    'MS409 form: Somebody with this e-mail has just joined Mainstay. Open '
    'the link again.', 'who proved to be somebody else does not join');
select user_id as joined from api.accept_invitation(decode(:'second', 'hex'),
    null, 'hash', ' Nina ') \gset
select is(test.refusal(format($$ select * from api.accept_invitation(
    decode(%L, 'hex'), null, 'hash', 'Again') $$, :'second')),
    'MS409 form: This link is not valid any more.', 'a link works once');
select is(test.refusal('select * from mainstay.invitations'),
    '42501 : permission denied for schema mainstay',
    'the sign-in pool reads no invitation');
select test.as_operator();
select results_eq(format($$ select p.full_name, p.role::text, u.email::text
    from mainstay.profiles p join mainstay.users u on u.id = p.user_id
    where p.user_id = %L $$, :'joined'),
    $$ values ('Nina', 'Viewer', 'new@alpha.test') $$, 'one has joined');

-- Only admins.
select test.sign_in('practitioner@alpha.test');
select is(test.refusal(format($$ select mainstay.invite(%L, 'x@y.test',
    'Viewer') $$, :'tenant')), '42501 : new row violates row-level security '
    'policy for table "invitations"', 'a Practitioner invites nobody');
select is(test.refusal(format($$ select mainstay.edit_member(%L, id, 'Me',
    'Tenant Admin') from mainstay.profiles where user_id = %L $$, :'tenant',
    test.person('practitioner@alpha.test'))), 'MS404 : There is no such user.',
    'nor gives roles');

select * from finish();
rollback;

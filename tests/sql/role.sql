-- role.sql - what the daemons' roles can reach besides rows.

begin;
select no_plan();

-- Nobody can call what nobody granted, nor write where nobody should.
create function pg_temp.refuses(p_role text, p_sql text, p_name text)
returns setof text
language plpgsql as $$
declare
    answer text;
begin
    perform test.as_role(p_role);
    answer := test.outcome(p_sql);
    perform test.as_operator();
    return next is(answer, '42501', format('%s %s', p_role, p_name));
end $$;

select pg_temp.refuses(r, q.sql, q.name)
from unnest(array['mainstay_app', 'mainstay_auth', 'mainstay_worker']) r
cross join (values
    ($$select set_config('app.current_tenant_id', test.tenant('beta')::text,
        true)$$, 'cannot change tenant in a select'),
    ('create temporary table t (x int)', 'cannot make temporary tables'),
    ('create table mainstay.t (x int)', 'cannot make tables'),
    ('create table public.t (x int)', 'cannot make tables in public'),
    ('create function app.f() returns int language sql return 1',
        'cannot make functions'),
    ('select lo_create(0)', 'cannot make large objects'),
    ('set session_replication_role = replica', 'cannot switch triggers off'),
    ($$copy (select 1) to program 'true'$$, 'cannot run programs'),
    ($$select pg_read_file('/etc/passwd')$$, 'cannot read files'),
    ('select * from mainstay.users', 'cannot read users'),
    ('select * from mainstay.sessions', 'cannot read sessions'),
    ('select rolpassword from pg_authid', 'cannot read passwords')
) q (sql, name);

-- pg_settings is a view with a rule that calls set_config.
select test.sign_in('viewer@alpha.test');
select test.outcome(format($$update pg_settings set setting = %L
    where name = 'app.current_tenant_id'$$, test.tenant('beta')));
select is(app.current_tenant_id(), test.tenant('alpha'),
    'nor through the view pg_settings');
select test.as_operator();

-- No entry point of api serves a daemon that has not been named for it.
select pg_temp.refuses('mainstay_auth', q, 'cannot ' || q)
from unnest(array[
    $$select api.begin_request(sha256('x'))$$,
    $$select api.revoke_session(sha256('x'), true)$$,
    'select * from mainstay.accounts']) q;
select pg_temp.refuses('mainstay_app', q, 'cannot ' || q)
from unnest(array[
    $$select api.login_lookup('admin@alpha.test')$$,
    $$select api.login_ok(sha256('x'))$$,
    $$select api.signup('x@y.test', 'x', 'x', 'x')$$,
    'select api.worker_beat(1)']) q;
select pg_temp.refuses('mainstay_worker', q, 'cannot ' || q)
from unnest(array[
    $$select api.begin_request(sha256('x'))$$,
    $$select api.login_lookup('admin@alpha.test')$$,
    'select * from mainstay.webhook_hot']) q;

-- The owner of the tables sees no row of them.
select test.as_role('mainstay_owner');
select is_empty('select 1 from mainstay.accounts',
    'the owner sees no account');
select is_empty('select 1 from mainstay.users', 'the owner sees no user');

select test.as_operator();
select * from finish();
rollback;

-- tenant.sql - organisations, their members, keys and log.

begin;
select plan(32);

-- The organisation.
select test.sign_in('admin@alpha.test');
select is((select count(*)::int from tenants), 1, 'one sees one organisation');
select is(test.outcome($$update tenants set name = 'Alpha & Co'$$), '1',
    'a Tenant Admin may rename it');
select is(test.outcome('update tenants set is_active = false'), '42501',
    'but not close it');
select is(test.outcome($$update tenants set slug = 'other'$$), '42501',
    'nor change its address');
select is(test.outcome('delete from tenants'), '42501', 'nor delete it');
select is(test.outcome($$insert into tenants (slug, name)
    values ('x', 'X')$$), '42501', 'nor make another');

-- Members.
select is((select count(*)::int from profiles), 4, 'one sees the members');
select is(test.outcome($$update profiles set role = 'Contributor'
    where full_name = 'Viewer'$$), '1', 'a Tenant Admin gives roles');
select is(test.outcome($$update profiles set role = 'Emperor'
    where full_name = 'Viewer'$$), '23514', 'of the four there are');
select is(test.outcome($$update profiles set user_id = gen_random_uuid()
    where full_name = 'Viewer'$$), '42501', 'but does not change who it is');
select is(test.outcome($$update profiles set role = 'Viewer'
    where full_name = 'Admin'$$), 'MS409',
    'the last Tenant Admin stays one');
select is(test.outcome($$update profiles set is_active = false
    where full_name = 'Admin'$$), 'MS409', 'and stays');
select test.sign_in('practitioner@alpha.test');
select is(test.outcome($$update profiles set role = 'Tenant Admin'
    where full_name = 'Practitioner'$$), '0', 'nobody promotes himself');
select is(test.outcome($$update tenants set name = 'Mine'$$), '0',
    'nor renames the organisation');

-- Keys.
select test.sign_in('admin@alpha.test');
select lives_ok($$insert into api_keys (name, prefix, key_hash)
    values ('n8n', 'mk_abc', sha256('key'))$$, 'a Tenant Admin makes keys');
select is(test.outcome('select key_hash from api_keys'), '42501',
    'nobody reads a hash');
select is(test.outcome($$insert into api_keys (name, prefix, key_hash,
    acts_as) values ('x', 'mk', sha256('x'), 'Tenant Admin')$$), '23514',
    'a key is never Tenant Admin');
select is(test.outcome($$insert into api_keys (name, prefix, key_hash)
    values ('x', 'mk', sha256('key'))$$), '23505', 'a key is unique');
select is(test.outcome($$update api_keys set revoked_at = now()
    where name = 'n8n'$$), '1', 'a key can be revoked');
select is(test.outcome($$update api_keys set acts_as = 'Practitioner'
    where name = 'n8n'$$), '42501', 'but not raised');
select test.sign_in('practitioner@alpha.test');
select is(test.rows('select id from api_keys'), 0::bigint,
    'a Practitioner sees no key');

-- The log.
insert into accounts (name) values ('Logged') returning id as id \gset
update accounts set industry = 'Steel' where id = :'id';
update accounts set industry = 'Steel' where id = :'id';
select is(test.rows('select 1 from audit_log'), 0::bigint,
    'a Practitioner does not read the log');
select is(test.outcome(format($$insert into audit_log (actor_id, action,
    object_type) values (%L, 'x', 'y')$$,
    test.person('admin@alpha.test'))), '42501',
    'nobody writes it in another name');
select test.sign_in('admin@alpha.test');
select is((select count(*)::int from audit_log
    where object_id = :'id'), 2, 'the log has what changed, and only that');
select is((select before::text || after::text from audit_log
    where object_id = :'id' and action = 'accounts.update'),
    '{"industry": null}{"industry": "Steel"}', 'before and after');
select is((select actor_id from audit_log
    where object_id = :'id' and action = 'accounts.update'),
    test.person('practitioner@alpha.test'), 'and by whom');
select is(test.outcome('update audit_log set action = ''x'''), '42501',
    'nobody changes the log');
select is(test.outcome('delete from audit_log'), '42501',
    'nobody deletes from it');
select is(test.rows($$select 1 from audit_log
    where concat(before, after) ~ 'key_hash|whsec_|\$2b\$'$$), 0::bigint,
    'it holds no secret');

-- Erasure.
select test.tenant('beta') as beta \gset
select test.as_role('mainstay_maint');
delete from tenants where slug = 'beta';
select test.as_operator();
select is((select count(*)::int from tenants where slug = 'beta'), 0,
    'a tenant can be erased');
create function test.remains(p_tenant uuid) returns setof text
language plpgsql as $$
declare
    r record;
begin
    for r in select * from test.tenant_relations() x
        where x.tenant_column = 'tenant_id' and not x.is_partition
    loop
        return query execute format('select %L from %s where tenant_id = %L
            limit 1', r.rel, r.rel, p_tenant);
    end loop;
end $$;
select is_empty(format('select test.remains(%L)', :'beta'),
    'nothing remains of it');
select is_empty('select * from mainstay.rollup_check()',
    'the sums of the others still hold');

select * from finish();
rollback;

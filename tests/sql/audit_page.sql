-- audit_page.sql - the log as people read it, and that reading it stays small
-- in a long log.

begin;
select no_plan();

select results_eq($$ select mainstay.audit_value(v) from unnest(array[
    'true', 'false', '"x"', '12.50', 'null', '""', '{"a": 1}']::jsonb[]) v $$,
    $$ values ('yes'), ('no'), ('x'), ('12.50'), (null), (null),
        ('{"a": 1}') $$, 'values as they are read');
select is(length(mainstay.audit_value(to_jsonb(repeat('x', 10000)))), 200,
    'a long one is cut');
select is(mainstay.audit_changes('{"id": 1, "name": "A", "tier": null}',
    '{"id": 1, "name": "B", "tier": null, "is_active": true}'),
    '[{"now": "yes", "was": null, "name": "Is active"},
    {"now": "B", "was": "A", "name": "Name"}]',
    'what is different, without what says nothing');
select is(mainstay.audit_changes('{"arr_cents": 4200000, "csm_id": null}',
    '{"arr_cents": 123456789, "csm_id": null, "color_hex": "#15803d"}'),
    '[{"now": "1,234,567.89", "was": "42,000.00", "name": "ARR"},
    {"now": "#15803d", "was": null, "name": "Color"}]',
    'amounts and names are as people write them');
select is(mainstay.audit_action('accounts.update', 'account'),
    'Changed account', 'what was done');
select is(mainstay.audit_action('session.refused', 'users'),
    'Was refused to sign in', 'and what was not');

-- A long log: each filter reads about what it shows.
select test.tenant('alpha') as tenant \gset
insert into mainstay.audit_log (tenant_id, actor_id, action, object_type,
    object_id, at)
select :'tenant', case when n % 5000 = 0 then md5('rare')::uuid
        else md5('usual')::uuid end, 'x.update',
    case when n % 5000 = 1 then 'rare' when n > 15000 then 'old'
        else 'usual' end, (n % 9999)::text,
    now() - n * interval '1 second'
from generate_series(1, 20000) n;
analyze mainstay.audit_log;
create function test.reads(p_args text) returns bigint
language plpgsql as $$
declare
    v_before bigint;
    v_count bigint;
begin
    select coalesce(sum(idx_tup_fetch + seq_tup_read), 0) into v_before
      from pg_stat_xact_user_tables where relname = 'audit_log';
    execute 'select count(*) from mainstay.audit_entries(' || p_args || ')'
       into v_count;
    select sum(idx_tup_fetch + seq_tup_read) - v_before into v_before
      from pg_stat_xact_user_tables where relname = 'audit_log';
    return v_before;
end $$;
select ok(test.reads(format('%L, ' || a, :'tenant', md5('rare')::uuid))
    between 1 and 150, 'few are read: ' || a)
from unnest(array['null, null, null, null, null, null, null',
    '%2$L, null, null, null, null, null, null',
    'null, ''rare'', null, null, null, null, null',
    'null, ''old'', null, null, null, null, null',
    'null, ''usual'', ''7'', null, null, null, null',
    'null, null, null, null, null, now() - interval ''5 hours'', 1',
    'null, ''usual'', null, null, null, now() - interval ''2 hours'', 1']) a;
select results_eq(format($$ select type from mainstay.audit_types(%L)
    where type in ('rare', 'usual', 'accounts') order by 1 $$, :'tenant'),
    $$ values ('accounts'), ('rare'), ('usual') $$,
    'the kinds that there are');

-- Only admins read it.
select test.sign_in('practitioner@alpha.test');
select is((select has_entries from mainstay.audit_page(:'tenant', null, null,
    null, null, null, null, null)), false, 'a Practitioner sees nothing');
select test.as_operator();
select test.sign_in('admin@beta.test');
select is((select has_entries from mainstay.audit_page(:'tenant', null, null,
    null, null, null, null, null)), false, 'nor does another tenant');

select * from finish();
rollback;

-- account_rollup.sql - what a group comes to, and that it is a tree.

begin;
select plan(49);

-- A group: Head (90) over East (70) and West (41), Far (30) below East.
create function pg_temp.add(p_name text, p_parent uuid, p_score integer,
    p_cents bigint, p_currency text default 'USD',
    p_status text default 'active') returns uuid
language plpgsql as $$
declare
    v_id uuid := gen_random_uuid();
begin
    insert into accounts (id, name, parent_id, arr_cents, currency, status)
    values (v_id, p_name, p_parent, p_cents, p_currency, p_status);
    if p_score is not null then
        insert into health_scores (account_id, overall_score)
        values (v_id, p_score);
    end if;
    return v_id;
end $$;

-- "score over covered of accounts", by a rule.
create function pg_temp.by(p_rule text, p_account uuid) returns text
language plpgsql as $$
begin
    update accounts set health_rollup = p_rule where id = p_account;
    return (select format('%s over %s of %s', r.score, r.covered, r.accounts)
        from app.account_rollup(app.current_tenant_id(), p_account) r);
end $$;

create function pg_temp.arr(p_account uuid) returns text
language sql as $$
    select r.arr::text
    from app.account_rollup(app.current_tenant_id(), p_account) r
$$;

-- One below the other.
create function pg_temp.chain(p_name text, p_levels integer)
returns uuid[]
language plpgsql as $$
declare
    v_ids uuid[] := '{}';
begin
    for i in 1..p_levels loop
        v_ids := v_ids || pg_temp.add(p_name || i, v_ids[i - 1], null, 0);
    end loop;
    return v_ids;
end $$;

select test.sign_in('practitioner@alpha.test');
select pg_temp.add('Head', null, 90, 1000) as head \gset
select pg_temp.add('East', :'head', 70, 3000) as east \gset
select pg_temp.add('West', :'head', 41, 0) as west \gset
select pg_temp.add('Far', :'east', 30, 2000) as far \gset

select is((select health_rollup::text from accounts where id = :'head'),
    'own', 'the rule of a new account is its own score');
select is(pg_temp.by('own', :'head'), '90 over 1 of 4', 'own');
select is(pg_temp.by('average', :'head'), '58 over 4 of 4',
    'average: (90 + 70 + 41 + 30) / 4 is 57.75');
select is(pg_temp.by('arr_weighted', :'head'), '60 over 4 of 4',
    'weighted by ARR: (90 + 3 * 70 + 2 * 30) / 6');
select is(pg_temp.by('worst', :'head'), '30 over 4 of 4',
    'the lowest score is found at any depth');
select is(pg_temp.by('average', :'east'), '50 over 2 of 2',
    'a subsidiary has a group of its own');
select is(pg_temp.by('average', :'head'), '58 over 4 of 4',
    'and its rule does not matter above it');
select is(pg_temp.by('average', :'far'), '30 over 1 of 1',
    'below a leaf there is nothing');
select is((select r.descendants from app.account_rollup(
    app.current_tenant_id(), :'head') r), 3::bigint,
    'all that lies below is counted');
select is((select health_score from accounts where id = :'head'), 90,
    'the own score stays what it is');
select is((select count(*) from health_scores where account_id = :'head'),
    1::bigint, 'and no score is recorded');

-- Rounding, and what is left out.
select pg_temp.add('Half', null, 70, 0) as half \gset
select pg_temp.add('Below half', :'half', 71, 0) as below_half \gset
select is(pg_temp.by('average', :'half'), '71 over 2 of 2',
    '70.5 is rounded half up');
select is(pg_temp.by('arr_weighted', :'half'), '71 over 2 of 2',
    'where nobody pays, all weigh the same');
select pg_temp.add('Unscored', :'half', null, 500) as unscored \gset
select is(pg_temp.by('average', :'half'), '71 over 2 of 3',
    'who has no score is left out of the average');
select is(pg_temp.by('arr_weighted', :'half'), '71 over 2 of 3',
    'and its ARR weighs nothing');
select is(pg_temp.arr(:'half'), '{"USD": 500}', 'but counts as ARR');
select pg_temp.add('Gone', :'half', 1, 700, 'USD', 'churned') as gone \gset
select pg_temp.add('Below gone', :'gone', 20, 300) as below_gone \gset
select is(pg_temp.by('worst', :'half'), '20 over 3 of 4',
    'who is churned is left out, who lies below it is not');
select is(pg_temp.arr(:'half'), '{"USD": 800}', 'nor does its ARR count');
select is(pg_temp.by('average', :'gone'), '20 over 1 of 1',
    'a churned account is left out of its own group');
select is(pg_temp.by('own', :'gone'), '1 over 1 of 1',
    'its own score is still its own');
select is(pg_temp.by('own', :'unscored'), ' over 0 of 1', 'no score');
select is(pg_temp.by('average', :'unscored'), ' over 0 of 1',
    'no average of nothing');

-- Currencies.
select pg_temp.add('World', null, 80, 100) as world \gset
select pg_temp.add('Dollars', :'world', 50, 200) as dollars \gset
select pg_temp.add('Euros', :'world', 20, 700, 'EUR') as euros \gset
select pg_temp.add('Yen', :'world', null, 999999, 'JPY') as yen \gset
select is(pg_temp.arr(:'world'),
    '{"EUR": 700, "JPY": 999999, "USD": 300}', 'ARR is summed by currency');
select is(pg_temp.by('arr_weighted', :'world'), '47 over 3 of 4',
    'weights compare within a currency: (2 * 60 + 1 * 20) / 3');
update accounts set arr_cents = 700000 where id = :'euros';
select is(pg_temp.by('arr_weighted', :'world'), '47 over 3 of 4',
    'so an exchange rate does not matter');
update accounts set arr_cents = 0 where id = :'euros';
select is(pg_temp.by('arr_weighted', :'world'), '60 over 3 of 4',
    'who pays nothing weighs nothing');
update accounts set currency = 'USD', arr_cents = 9999999999999999
where id = :'euros';
select is(pg_temp.by('arr_weighted', :'world'), '20 over 3 of 4',
    'large amounts do not overflow');

-- Two hundred accounts at random, against a walk along parent_id.
select test.as_operator();
select setseed(0.11);
create temporary table tree as
select n, md5('rollup' || n)::uuid as id,
    case when n > 5 then md5('rollup' || 1 + floor(random() * (n - 1))
        )::uuid end as parent_id,
    case when random() < 0.8 then floor(random() * 101)::integer end as score,
    floor(random() * 4)::bigint * 12345 as cents,
    (array['EUR', 'USD', 'USD'])[1 + floor(random() * 3)] as currency,
    (array['churned', 'active', 'paused'])[1 + floor(random() * 3)]
        as status,
    (array['own', 'average', 'arr_weighted', 'worst'])[
        1 + floor(random() * 4)] as rule
from generate_series(1, 200) n;
insert into accounts (tenant_id, id, name, parent_id, arr_cents, currency,
    status, health_rollup)
select test.tenant('alpha'), t.id, 'Tree ' || t.n, t.parent_id, t.cents,
    t.currency, t.status, t.rule from tree t order by t.n;
insert into health_scores (tenant_id, account_id, overall_score)
select test.tenant('alpha'), t.id, t.score from tree t
where t.score is not null;
select results_eq(
    $$with recursive below as (
        select t.id as top, t.* from tree t
        union all
        select b.top, t.* from below b join tree t on t.parent_id = b.id
    ), counted as (
        select b.*, sum(b.cents) over same as sum_cents,
            count(*) filter (where b.cents > 0) over same as paying
        from below b
        where b.status <> 'churned' and b.score is not null
        window same as (partition by b.top, b.currency)
    ), figure as (
        select c.top, count(*) as covered, round(avg(c.score)) as average,
            min(c.score) as worst,
            round(round(coalesce(
                sum(c.score * c.cents * c.paying / nullif(c.sum_cents, 0))
                / nullif(sum(c.cents * c.paying / nullif(c.sum_cents, 0)),
                    0), avg(c.score)), 9)) as weighted
        from counted c group by c.top
    )
    select t.n, case t.rule when 'own' then t.score
            when 'average' then f.average
            when 'arr_weighted' then f.weighted else f.worst end::integer,
        case when t.rule <> 'own' then coalesce(f.covered, 0)
            else (t.score is not null)::integer end::bigint,
        (select count(*) from below b where b.top = t.id) - 1
    from tree t left join figure f on f.top = t.id order by t.n$$,
    $$select t.n, r.score, r.covered, r.descendants
    from tree t
    cross join lateral app.account_rollup(test.tenant('alpha'), t.id) r
    order by t.n$$,
    'each of 200 accounts comes to what a walk through its tree finds');
select is((select sum(v.value::numeric) from tree t
    cross join lateral app.account_rollup(test.tenant('alpha'), t.id) r
    cross join lateral jsonb_each_text(r.arr) v where t.parent_id is null),
    (select sum(t.cents)::numeric from tree t where t.status <> 'churned'),
    'all ARR arrives at the top');

-- A tree it is, and stays.
select test.sign_in('practitioner@alpha.test');
select throws_ok(format('insert into accounts (id, name, parent_id)
    values (%L, %L, %1$L)', gen_random_uuid(), 'Self'), 'MS422', null,
    'a new account is not its own parent');
select throws_ok(format('update accounts set parent_id = id where id = %L',
    :'far'), 'MS422', null, 'nor does an old one become it');
select throws_ok(format('update accounts set parent_id = %L where id = %L',
    :'east', :'head'), 'MS422', null, 'no ring of two');
select throws_ok(format('update accounts set parent_id = %L where id = %L',
    :'far', :'head'), 'MS422', null, 'no ring of three');
select throws_ok(format('update accounts set parent_id = case id
    when %1$L then %2$L::uuid when %2$L then %3$L::uuid else %1$L::uuid end
    where id in (%1$L, %2$L, %3$L)', :'west', :'world', :'dollars'), 'MS422',
    null, 'no ring of three by one statement');
select throws_ok(format('update accounts set id = parent_id where id = %L',
    :'far'), 'MS422', null, 'no ring by another id');
select throws_ok(format($$insert into accounts (id, name, parent_id)
    values (%1$L, 'One', %2$L), (%2$L, 'Two', %1$L)$$, gen_random_uuid(),
    gen_random_uuid()), 'MS422', null, 'two new accounts make no ring');
select lives_ok(format('update accounts set parent_id = %L where id = %L',
    :'west', :'east'), 'a move to the side is none');
select is(pg_temp.by('average', :'west'), '47 over 3 of 3',
    'and the group moves along');

-- Depth: 64 levels.
select pg_temp.chain('Deep', 64) as deep \gset
select is((select hierarchy_level from accounts
    where id = (:'deep'::uuid[])[64]), 63, '64 levels are possible');
select is((select r.descendants from app.account_rollup(
    app.current_tenant_id(), (:'deep'::uuid[])[1]) r), 63::bigint,
    'and roll up');
select throws_ok(format($$insert into accounts (name, parent_id)
    values ('Too deep', %L)$$, (:'deep'::uuid[])[64]), 'MS422',
    'Accounts lie below each other on at most 64 levels.', 'one more is not');
select throws_ok(format('update accounts set parent_id = %L where id = %L',
    (:'deep'::uuid[])[63], :'west'), 'MS422',
    'Accounts lie below each other on at most 64 levels.',
    'nor can a group move where it does not fit');

-- A ring that came past the triggers is refused, not followed for ever.
select test.as_operator();
set local session_replication_role = replica;
update accounts set parent_id = :'far' where id = :'east';
set local session_replication_role = origin;
select test.sign_in('practitioner@alpha.test');
select throws_ok(format('update accounts set parent_id = %L where id = %L',
    :'far', :'dollars'), 'MS422', null, 'nothing moves below a ring');

-- Who may.
select throws_ok(format($$update accounts set health_rollup = 'median'
    where id = %L$$, :'head'), '23514', null, 'an unknown rule is refused');
select is((select string_agg(l.before ->> 'health_rollup' || '>'
        || (l.after ->> 'health_rollup'), ' ' order by l.id)
    from (select * from mainstay.audit_log l where l.object_id = :'far'
        and l.after ? 'health_rollup' and l.before is not null) l),
    'own>average', 'a change of the rule is in the audit log')
from (select test.sign_in('admin@alpha.test')) s;
select test.sign_in('contributor@alpha.test');
select is(test.outcome(format($$update accounts set health_rollup = 'worst'
    where id = %L$$, :'head')), '0', 'a Contributor cannot change the rule');
select test.sign_in('viewer@alpha.test');
select is((select r.score from app.account_rollup(app.current_tenant_id(),
    :'head') r), 58, 'a Viewer sees what a group comes to');
select test.sign_in('viewer@beta.test');
select is_empty(format('select * from app.account_rollup(%L, %L)',
    test.tenant('beta'), :'head'), 'another tenant does not');
select is_empty(format('select * from app.account_rollup(%L, %L)',
    test.tenant('alpha'), :'head'), 'not even by its name');

select * from finish();
rollback;

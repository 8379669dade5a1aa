-- what_if.sql - what a document would do, before it is published.

begin;
select plan(37);

create function test.card(p_name text, p_segment text) returns uuid
language sql as $$
    insert into mainstay.scorecards (name, applies_to)
    values (p_name, jsonb_build_object('segment', array[p_segment]))
    returning id
$$;

-- An account of a segment, with parts that were given a month ago.
-- Its id is made of its name: a sample is drawn by ids, and is then the same
-- each time.
create function test.account(p_segment text, p_name text, p_arr bigint,
    p_given jsonb, p_status text default 'active') returns uuid
language plpgsql security definer set mainstay.loading_history = on as $$
declare
    v_id uuid := md5('a' || p_segment || p_name)::uuid;
begin
    insert into mainstay.accounts (tenant_id, id, name, arr_cents, status,
        crm_attributes, created_at)
    values (test.tenant('alpha'), v_id, p_name, p_arr, p_status,
        jsonb_build_object('segment', p_segment), now() - interval '1 year');
    if p_given is not null then
        insert into mainstay.health_scores (tenant_id, account_id, given,
            observed_at, recorded_at)
        values (test.tenant('alpha'), v_id, p_given,
            now() - interval '30 days', now() - interval '30 days');
    end if;
    return v_id;
end $$;
alter function test.account owner to mainstay_maint;

create function test.parts(p_usage int, p_engagement int, p_support int,
    p_adoption int) returns jsonb
language sql immutable as $$
    select jsonb_build_object('usage', p_usage, 'engagement', p_engagement,
        'support_sentiment', p_support, 'adoption', p_adoption)
$$;

-- The standard scorecard with other weights.
create function test.weighed(variadic p_weights int[]) returns jsonb
language sql stable as $$
    select jsonb_set(mainstay.preset('standard'), '{dimensions}', (
        select jsonb_agg(d.value || jsonb_build_object('weight',
                   p_weights[d.place]) order by d.place)
          from jsonb_array_elements(mainstay.preset('standard')
                   -> 'dimensions') with ordinality d (value, place)))
$$;

create function test.what_if(p_card uuid, p_document jsonb,
    p_sample int default null) returns jsonb
language sql stable as $$
    select mainstay.what_if(app.current_tenant_id(), p_card, p_document, 2,
        p_sample)
$$;

create function test.total(p_list jsonb, p_key text) returns numeric
language sql immutable as $$
    select coalesce(sum((x ->> p_key)::numeric), 0)
      from jsonb_array_elements(p_list) x
$$;

select test.sign_in('admin@alpha.test');
select id as standard from scorecards where is_default \gset
select mainstay.publish_version(mainstay.save_draft(:'standard',
    mainstay.preset('standard'))) as number \gset
select test.card('Chosen', 'chosen') as card \gset
-- Before 35, 25, 20, 20; after 60, 20, 10, 10.
select test.weighed(60, 20, 10, 10) as draft \gset
select test.account('chosen', 'A', 100, test.parts(100, 0, 0, 0)) as a,
    test.account('chosen', 'B', 200, test.parts(0, 100, 100, 100)) as b,
    test.account('chosen', 'C', 400, test.parts(50, 50, 50, 50)) as c,
    test.account('chosen', 'D', 800, null) as d,
    test.account('chosen', 'E', 1600, test.parts(90, 90, 90, 90)) as e,
    test.account('chosen', 'F', 3200, test.parts(100, 0, 0, 0), 'churned')
        as f,
    test.account('other', 'G', 6400, test.parts(100, 0, 0, 0)) as g \gset

select test.what_if(:'card', :'draft') as w \gset
select is((:'w'::jsonb ->> 'accounts')::int, 5,
        'the accounts it is for, but none that churned'),
    is((:'w'::jsonb ->> 'scored')::int, 4, 'those with a score'),
    is((:'w'::jsonb ->> 'not_scored')::int, 1, 'those without'),
    is((:'w'::jsonb ->> 'changed_accounts')::int, 2, 'who changes band'),
    is((:'w'::jsonb ->> 'changed_arr_cents')::int, 300, 'with their ARR'),
    is((:'w'::jsonb ->> 'better_accounts')::int, 1, 'who gets better'),
    is((:'w'::jsonb ->> 'better_arr_cents')::int, 100, 'with their ARR'),
    is((:'w'::jsonb ->> 'worse_accounts')::int, 1, 'who gets worse'),
    is((:'w'::jsonb ->> 'worse_arr_cents')::int, 200, 'with their ARR'),
    is((:'w'::jsonb ->> 'average_before')::numeric, 60.0, 'the average'),
    is((:'w'::jsonb ->> 'average_after')::numeric, 60.0, 'and that after'),
    is(:'w'::jsonb ->> 'sampled', null, 'all were counted');
select results_eq(format($$
    select x ->> 'from_label', x ->> 'to_label', (x ->> 'accounts')::int,
        (x ->> 'arr_cents')::int, (x ->> 'is_change')::boolean
    from jsonb_array_elements(%L::jsonb -> 'matrix') x$$, :'w'),
    $$values ('Healthy', 'Healthy', 1, 1600, false),
        ('Moderate', 'At Risk', 1, 200, true),
        ('At Risk', 'At Risk', 1, 400, false),
        ('Critical', 'Moderate', 1, 100, true),
        ('Not scored', 'Not scored', 1, 800, false)$$,
    'the matrix, best band first');
select results_eq(format($$
    select x ->> 'label', (x ->> 'accounts')::int, (x ->> 'arr_cents')::int
    from jsonb_array_elements(%L::jsonb -> 'after') x$$, :'w'),
    $$values ('Healthy', 1, 1600), ('Moderate', 1, 100),
        ('At Risk', 2, 600), ('Critical', 0, 0), ('Not scored', 1, 800)$$,
    'the distribution after, with bands that nobody is in');
select is(test.total(:'w'::jsonb -> 'before', 'accounts'), 5.0,
        'the distribution before adds up'),
    is(test.total(:'w'::jsonb -> 'before', 'arr_cents'), 3100.0,
        'to all ARR');
select results_eq(format($$
    select x ->> 'name', (x ->> 'from_score')::int, (x ->> 'to_score')::int
    from jsonb_array_elements(%L::jsonb -> 'moved') x$$, :'w'),
    $$values ('B', 65, 40), ('A', 35, 60)$$, 'who moves, the largest first');
select is((select count(*)::int from health_scores where account_id = :'a'),
    1, 'nothing was saved');

-- Before is what is published for it; another name is no other band.
select mainstay.publish_version(mainstay.save_draft(:'card', :'draft'))
    as number \gset
select is((test.what_if(:'card', :'draft') ->> 'changed_accounts')::int, 0,
        'what is published already changes nothing'),
    is((test.what_if(:'card', jsonb_set(:'draft', '{bands,3,label}',
        '"Alarming"')) ->> 'changed_accounts')::int, 0,
        'nor does another name of a band'),
    is((test.what_if(:'card', jsonb_set(:'draft', '{bands,3,severity}',
        '"at_risk"')) ->> 'changed_accounts')::int, 0,
        'nor a severity of a band that nobody is in');
select mainstay.override_score(:'c', 90, 'Sure.', now() + interval '1 day')
    as override \gset
select is((test.what_if(:'card', :'draft') ->> 'overridden')::int, 1,
    'overridden scores are counted');

-- More than can be counted: of 100 accounts the two largest and 8 others.
select test.card('Many', 'many') as many \gset
select count(test.account('many', 'M' || n, 1000 + n,
    test.parts(n, 100 - n, n, 100 - n)) is null) as made
from generate_series(1, 100) n \gset
select test.what_if(:'many', test.weighed(55, 15, 15, 15)) as w \gset
select test.what_if(:'many', test.weighed(55, 15, 15, 15), 10) as s \gset
select is(:'w'::jsonb ->> 'note', null, 'a hundred are counted'),
    is((:'s'::jsonb ->> 'sampled')::int, 10, 'or a sample'),
    alike(:'s'::jsonb ->> 'note', 'Counted on 10 of 100 accounts: the 2 with '
        'the largest ARR, and 8 spread over the rest.%', 'which says so'),
    is((:'s'::jsonb ->> 'accounts')::int, 100, 'it stands for all accounts'),
    is(test.total(:'s'::jsonb -> 'matrix', 'accounts'), 100.0,
        'so do the cells of the matrix'),
    is(test.total(:'s'::jsonb -> 'after', 'arr_cents'), 105050.0,
        'and for all ARR'),
    cmp_ok(abs((:'s'::jsonb ->> 'changed_accounts')::int
        - (:'w'::jsonb ->> 'changed_accounts')::int), '<=',
        (:'s'::jsonb ->> 'changed_accounts_margin')::int,
        'what moves is within the margin');
-- 1000 × 1.96 × √(0.9 × 0.2 × 0.8 / 99), 1.96 × 1000 × √(0.9 × 4 / 100).
select is(m, (75::bigint, 372::bigint), 'margins of a share'),
    is(n, (30::bigint, 150::bigint), 'three of n when nobody moves')
from mainstay.sample_margin(100, 1000, 5000, 0.2, 0.5, 4) m,
    mainstay.sample_margin(100, 1000, 5000, 0, 0, 0) n;

-- Nobody, and who may ask what.
select test.card('Empty', 'nobody') as empty \gset
select test.what_if(:'empty', :'draft') as w \gset
select is((:'w'::jsonb ->> 'accounts')::int, 0, 'a scorecard for nobody'),
    is(:'w'::jsonb -> 'matrix', '[]', 'moves nobody');
select throws_ok(format('select test.what_if(%L, %L)', :'card', '{}'),
    'MS422', null, 'a document that is none is refused');
select throws_ok(format('select test.what_if(%L, %L)', gen_random_uuid(),
    :'draft'), 'MS404', 'There is no such scorecard.', 'no such scorecard');
select test.sign_in('practitioner@alpha.test');
select throws_ok(format('select test.what_if(%L, %L)', :'card', :'draft'),
    'MS403', null, 'only a Tenant Admin asks');
select test.sign_in('admin@beta.test');
select throws_ok(format('select mainstay.what_if(%L, %L, %L)',
    test.tenant('alpha'), :'card', :'draft'), 'MS404', null,
    'another tenant''s scorecard is not there');

select * from finish();
rollback;

-- search.sql - what the palette finds, for whom, and what it may offer.

begin;
select plan(30);

create function test.found(p_q text, p_kind text) returns text[]
language sql as $$
    select array_agg(s.name) from app.search(app.current_tenant_id(), p_q) s
    where s.kind = p_kind
$$;

select test.sign_in('practitioner@alpha.test');
insert into accounts (name, arr_cents, current_stage)
values ('TechStart Solutions', 8500000, 'Adoption') returning id as tech \gset
insert into accounts (name, arr_cents) values
    ('GlobalTech Europe', 900), ('Zed Technologies', 100),
    ('Müller & Söhne', 50);
insert into contacts (account_id, full_name, job_title)
values (:'tech', 'Tessa van Dijk', 'CTO') returning id as tessa \gset


select is(test.found('techstart', 'account'), array['TechStart Solutions'],
    'an account is found by the beginning of its name');
select is(test.found('sol', 'account'), array['TechStart Solutions'],
    'and by a later word');
select is(test.found('START', 'account'), array['TechStart Solutions'],
    'and by the second half of a word in two cases, in any case');
select is(test.found('sol tech', 'account'), array['TechStart Solutions'],
    'several words may come in any order');
select is(test.found('tech zzz', 'account'), null::text[],
    'all of them must be there');
select is(test.found('tech', 'account'), array['TechStart Solutions',
    'GlobalTech Europe', 'Zed Technologies'],
    'names that begin so come first, then the largest');
select is(test.found('müller söh', 'account'), array['Müller & Söhne'],
    'words are not of ASCII alone');
select is(test.found('dijk', 'contact'), array['Tessa van Dijk'],
    'a contact is found by any word of the name');
select is((select detail from app.search(test.tenant('alpha'), 'tessa') s
    where s.kind = 'contact'), 'CTO, TechStart Solutions',
    'with the job and the account');
select is(test.found('%', 'account'), null::text[], 'a sign finds nothing');
select is(test.found('_' || chr(1114111) || '\', 'account'), null::text[],
    'nor do others');
select ok(cardinality(test.found('', 'page')) > 4,
    'without a question there are the pages');

-- Moving.
select is(test.found('move tech to ren', 'action'), array[
    'Move TechStart Solutions to Renewal', 'Move GlobalTech Europe to Renewal',
    'Move Zed Technologies to Renewal'], 'a wish to move names the stage');
select is(test.found('Move TechStart to renewal', 'action'),
    array['Move TechStart Solutions to Renewal'], 'in any case of letters');
select is(test.found('move techstart to ado', 'action'), null::text[],
    'not to the stage it is in');
select is((select s.stage_id from app.search(test.tenant('alpha'),
        'move techstart to ren') s where s.kind = 'action'),
    (select id from journey_stages where name = 'Renewal'
        and tenant_id = test.tenant('alpha')),
    'the form sends the stage');
select ok('Move TechStart Solutions to Value Realization' = any(
    test.found('techstart', 'action')),
    'an account that is found may go to its next stage');
select is(test.found('move', 'account'), null::text[],
    'the word alone is no wish yet');

-- What is renamed and what is gone.
update accounts set name = 'Northwind' where id = :'tech';
select is(test.found('start', 'account'), null::text[],
    'an old name does not find');
select is(test.found('northw', 'account'), array['Northwind'],
    'the new one does');
update contacts set full_name = 'Tessa Smith' where id = :'tessa';
select is(test.found('dijk', 'contact'), null::text[],
    'nor does the old name of a contact');
select throws_ok(format($$insert into account_words (word, account_id)
    values ('x', %L)$$, :'tech'), '42501', null,
    'nobody writes words by hand');
delete from contacts where id = :'tessa';
select is_empty(format('select 1 from contact_words where contact_id = %L',
    :'tessa'), 'words go with the contact');

-- Views: one's own and those of all.
insert into saved_views (owner_id, name, query, is_shared)
values (app.current_user_id(), 'Big & late', 'band=risk&sort=-arr', false),
    (app.current_user_id(), 'Late for all', 'due=30', true);
select is(test.found('late', 'view'), array['Big & late', 'Late for all'],
    'a saved view is found by any word');
select is((select url from app.search(test.tenant('alpha'), 'big') s
    where s.kind = 'view'), '/dashboard/accounts?band=risk&sort=-arr',
    'and opens the list as it was saved');

-- Others.
select test.sign_in('viewer@alpha.test');
select is(test.found('late', 'view'), array['Late for all'],
    'what is private stays so');
select is(test.found('move north to ren', 'action'), null::text[],
    'a viewer is offered no move');
select is(test.found('scorecards', 'page'), null::text[],
    'nor the pages of the admin');
select test.sign_in('practitioner@beta.test');
select is(test.found('northwind', 'account'), null::text[],
    'another tenant finds nothing of it');
select test.sign_in('admin@alpha.test');
select is(test.found('scorec', 'page'), array['Scorecards'],
    'the admin finds the pages of the admin');
select * from finish();
rollback;

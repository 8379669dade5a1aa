-- account_form.sql - an account as a form: what is refused, what two people
-- who edit at once do to each other, and what the log says.

begin;
select plan(57);

-- What saving a form of fields says: 'ok', or state, field and message.
create function test.saved(p_account uuid, p_form jsonb) returns text
language plpgsql as $$
declare
    v_column text;
begin
    perform mainstay.save_account(app.current_tenant_id(), p_account, p_form);
    return 'ok';
exception when others then
    get stacked diagnostics v_column = column_name;
    return concat_ws(' ', sqlstate, nullif(v_column, ''), sqlerrm);
end $$;
-- The form of one field as the page shows it now, with something typed.
create function test.typed(p_account uuid, p_name text, p_text text)
returns jsonb language sql as
$$ select jsonb_build_object('w.' || p_name, mainstay.value_mark(
        mainstay.account_texts(a) ->> p_name), p_name, p_text)
   from mainstay.accounts a where a.id = p_account $$;
create function test.field(p_account uuid, p_name text, p_edit text,
    p_form jsonb, p_column text) returns text
language sql as
$$ select to_jsonb(f) ->> p_column from mainstay.account_details(
       app.current_tenant_id(), p_account, null, p_edit, p_form) f
   where f.name = p_name $$;

select test.sign_in('practitioner@alpha.test');
insert into accounts (name, external_id) values ('Group', 'G-1'),
    ('Twin', null), ('TWIN', null), ('Formed', 'F-1');
select id as id from accounts where name = 'Formed' \gset
select id as up from accounts where name = 'Group' \gset

select is(test.saved(:'id', test.typed(:'id', 'arr', '1,250,000.5')), 'ok',
    'an amount is saved');
select is((select arr_cents from accounts where id = :'id'), 125000050::bigint,
    'in cents');
select is(test.saved(:'id', test.typed(:'id', 'arr', t.text)),
    'MS422 arr ARR must be an amount, like 150000 or 150,000.50.',
    'no amount: ' || t.text)
from unnest(array['abc', '-5', '1,2', '1.234', '1e9', '9999999999999',
    '١٢٣']) t (text);
select is(test.saved(:'id', test.typed(:'id', 'name', '  ')),
    'MS422 name Name is required.', 'a name is not taken away');
select is(test.saved(:'id', test.typed(:'id', 'name', repeat('é', 201))),
    'MS422 name Name is too long: at most 200 characters, this has 201.',
    'nor too long');
select is(test.saved(:'id', test.typed(:'id', 'name', E'a\x07b')),
    'MS422 name Name contains a control character.', 'nor with a bell in it');
select is(test.saved(:'id', test.typed(:'id', 'renewal_date', t.text)),
    'MS422 renewal_date Renewal must be a date, like 2026-08-21.',
    'no date: ' || t.text)
from unnest(array['2026-02-30', '21.8.2026', 'tomorrow', '1899-12-31']) t (text);
select is(test.saved(:'id', test.typed(:'id', 'tier', 'gold')),
    'MS422 tier Tier must be one of enterprise, mid_market, small_business, '
    'trial.', 'a tier is one of four');
select is(test.saved(:'id', test.typed(:'id', 'csm_id',
    test.person('admin@beta.test')::text)),
    'MS422 csm_id Owner must be somebody who works here.',
    'an owner works here');
select is(test.saved(:'id', test.typed(:'id', 'external_id', 'G-1')),
    'MS422 external_id Another account has this external id.',
    'an external id is of one account');
select is(test.saved(:'id', test.typed(:'id', 'colour', 'red')),
    'MS422 form colour is not known here.', 'what is no field is refused');
select is(test.saved(:'id', test.typed(:'id', 'current_stage', 'Renewal')),
    'MS422 form current_stage is not known here.', 'a stage is moved to');

-- Parents, by id, external id or name.
select is(test.saved(:'id', test.typed(:'id', 'parent_id', t.text)), 'ok',
    'a parent is found by ' || t.text)
from unnest(array['group', 'G-1']) t (text);
select is((select parent_id from accounts where id = :'id'), :'up'::uuid,
    'and is the parent');
select is(test.field(:'id', 'parent_id', 'all', null, 'value'), 'Group',
    'the form shows its name');
select is(test.saved(:'id', test.typed(:'id', 'parent_id', 'twin')),
    'MS422 parent_id Several accounts are called “twin”: give the external '
    'id instead.', 'a name of two is not guessed');
select is(test.saved(:'id', test.typed(:'id', 'parent_id', 'Nobody & Sons')),
    'MS422 parent_id There is no account “Nobody & Sons”: give the full '
    'name, or its external id.', 'nor one of none');
select is(test.saved(:'up', test.typed(:'up', 'parent_id', 'F-1')),
    'MS422 parent_id An account cannot be its own parent, at any depth.',
    'nor one below');
select is(test.saved(:'id', test.typed(:'id', 'parent_id', '')), 'ok',
    'without a parent it is a root');

-- Contract dates, both ways.
update accounts set contract_start_date = '2026-03-01' where id = :'id';
select is(test.saved(:'id', test.typed(:'id', 'contract_end_date',
    '2026-02-01')), 'MS422 contract_end_date The contract would end on 1 Feb '
    '2026, before it starts on 1 Mar 2026.', 'a contract starts, then ends');

-- Two people at once.
select test.typed(:'id', 'industry', 'Steel') as stale \gset
select test.saved(:'id', test.typed(:'id', 'tier', 'trial'));
select is(test.saved(:'id', :'stale'), 'ok',
    'another field that was changed is no conflict');
select is((select tier || ' ' || industry from accounts where id = :'id'),
    'trial Steel', 'both stay');
select is(left(test.saved(:'id', :'stale'), 14), 'ok',
    'what is there already is no conflict');
select is(left(test.saved(:'id', :'stale'::jsonb || '{"industry": "Coal"}'), 14),
    'MS409 industry', 'the same field is one');
select is((select industry from accounts where id = :'id'), 'Steel',
    'and nothing is lost');
select is(test.field(:'id', 'industry', null, :'stale'::jsonb
    || '{"industry": "Coal"}', x.name), x.value, 'the form shows ' || x.name)
from (values ('value', 'Coal'), ('conflict_text', 'Steel')) x (name, value);
select is(test.saved(:'id', test.typed(:'id', 'name', 'Formed')
    || jsonb_build_object('industry', 'Steel', 'w.industry',
        mainstay.value_mark(null))), 'ok',
    'what was left alone is not checked against what others wrote');

-- Custom attributes, as they are defined.
select test.sign_in('admin@alpha.test');
insert into custom_attributes (key, label, kind, choices, is_required,
    position)
values ('f_seats', 'Seats', 'number', '{}', false, 901),
    ('f_live', 'Live', 'boolean', '{}', false, 902),
    ('f_plan', 'Plan', 'choice', '{Basic,Pro}', true, 903),
    ('f_since', 'Since', 'date', '{}', false, 904);
select test.sign_in('practitioner@alpha.test');
update accounts set crm_attributes = '{"f_old": "kept", "f_plan": "Gone"}'
where id = :'id';
select is(test.saved(:'id', test.typed(:'id', 'a.' || t.key, t.text)),
    t.answer, t.key || ' ' || t.text)
from (values ('f_seats', '12.5', 'ok'), ('f_live', 'true', 'ok'),
    ('f_since', '2026-02-28', 'ok'),
    ('f_seats', 'many',
        'MS422 a.f_seats Seats must be a number, such as 12 or 3.5.'),
    ('f_live', 'maybe', 'MS422 a.f_live Live must be yes or no.'),
    ('f_plan', 'Gold', 'MS422 a.f_plan Plan must be one of Basic, Pro.'),
    ('f_plan', '', 'MS422 a.f_plan Plan is required.'),
    ('f_since', '2026-02-29',
        'MS422 a.f_since Since must be a date, such as 2026-08-21.'),
    ('f_old', 'x', 'MS422 form a.f_old is not known here.'),
    ('f_plan', 'Gone', 'ok'), ('f_live', '', 'ok'))
    t (key, text, answer);
select is((select crm_attributes from accounts where id = :'id'),
    '{"f_old": "kept", "f_plan": "Gone", "f_seats": 12.5,
      "f_since": "2026-02-28"}'::jsonb,
    'values have the type of their kind, empty ones go');
select is(test.field(:'id', 'a.f_since', null, null, 'text'), '28 Feb 2026',
    'they are read as people write them');
select is(test.field(:'id', 'a.f_old', 'a.f_old', null, 'may_edit'), 'false',
    'what nobody defined is shown and not edited');
select is(left(test.saved(null, '{"name": "New", "status": "active",
    "tier": "trial", "arr": "0", "currency": "USD"}'), 14), 'MS422 a.f_plan',
    'a new account needs what is required');

-- The log, and who may.
select test.as_operator();
select results_eq(format($$select before, after from audit_log
    where object_id = %L and before ? 'industry' $$, :'id'),
    $$values ('{"industry": null}'::jsonb, '{"industry": "Steel"}'::jsonb)$$,
    'the log has before and after');
select test.sign_in('viewer@alpha.test');
select is(left(test.saved(:'id', test.typed(:'id', 'name', 'Mine')), 5),
    'MS403', 'a Viewer changes nothing');
select is(test.field(:'id', 'name', 'all', null, 'is_edited'), 'false',
    'and is shown no form');
select test.sign_in('practitioner@beta.test');
select is(left(test.saved(:'id', '{"name": "Mine"}'), 5), 'MS404',
    'another tenant finds nothing');

select * from finish();
rollback;

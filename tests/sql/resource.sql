-- resource.sql - nouns of the API: what the catalogue says of them, pages that
-- hold each row once, filters, what is embedded, and what is refused.

begin;
select plan(60);

-- What a page answers, or "state field: message".
create function test.page(p_noun text, p_form json default '{}',
    p_limit integer default 50, p_cursor text default null,
    p_sort text default null, p_fields text default null,
    p_include text default null, p_within jsonb default null) returns json
language plpgsql as $$
declare
    v_column text;
    v_body json;
begin
    select p.body into v_body from app.api_page(app.current_tenant_id(),
        p_noun, p_form, p_limit, p_cursor, p_sort, p_fields, p_include,
        p_within) p;
    return v_body;
exception when others then
    get stacked diagnostics v_column = column_name;
    return to_json(concat_ws(' ', sqlstate, nullif(v_column, '')) || ': '
        || sqlerrm);
end $$;
create function test.said(p_page json) returns text
language sql as $$ select p_page #>> '{}' $$;
create function test.names(p_page json) returns text
language sql as $$ select string_agg(d.value ->> 'full_name', ' '
    order by d.nr) from json_array_elements(p_page -> 'data')
    with ordinality d (value, nr) $$;
-- All pages of a list, one after the other.
create function test.walk(p_sort text, p_limit integer) returns text
language plpgsql as $$
declare
    v_page json;
    v_names text[] := '{}';
begin
    loop
        v_page := test.page('contacts', p_limit => p_limit, p_sort => p_sort,
            p_cursor => v_page ->> 'next_cursor');
        v_names := v_names || test.names(v_page);
        exit when v_page ->> 'has_more' = 'false';
    end loop;
    return array_to_string(v_names, ' ');
end $$;

-- Every noun, by the catalogue.
select is((select string_agg(format('%s.%s', c.relname, a.attname), ', ')
      from pg_class c
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
     where c.relnamespace = 'resource'::regnamespace and c.relkind = 'v'
       and a.attname <> 'tenant_id'
       and not (app.resource(c.relname) -> 'columns') ? a.attname), null,
    'the columns of a view are known');
select is((select string_agg(n.key || '.' || c.key, ', ')
      from json_each(app.resources()) n
     cross join lateral jsonb_each(app.resource(n.key) -> 'columns') c
     where (c.value ->> 'is_member') is null), null,
    'each has a comment, - of one that is not answered');
select is((select count(*) from pg_class c
     where c.relnamespace = 'resource'::regnamespace and c.relkind = 'v'),
    (select count(*) from json_each(app.resources())),
    'each view is a noun');
select is((select string_agg(n.key || '.' || i.key, ', ')
      from json_each(app.resources()) n
     cross join lateral json_each(n.value -> 'includes') i
     where to_regclass('resource.' || (i.value ->> 'noun')) is null), null,
    'what is embedded is a noun');

-- What a column says of a member.
select is(app.resources() #> array['contacts', 'properties', m.name]
        ->> m.key, m.value, format('%s: %s', m.name, m.key))
  from (values ('influence', 'enum', '["decision_maker", "champion", '
            '"influencer", "user", "blocker"]'),
        ('influence', 'type', 'string'),
        ('email', 'type', '["string", "null"]'),
        ('account_id', 'format', 'uuid'), ('is_primary', 'type', 'boolean'),
        ('created_at', 'format', 'date-time'),
        ('full_name', 'description', 'What the person is called.'),
        ('is_sponsor', 'description',
            'Executive sponsor on the customer''s side.'))
        m (name, key, value);
select is(app.resources() #>> '{accounts,properties,arr,type}', 'string',
    'money is a text');
select is(app.resources() #>> '{accounts,properties,health_band,enum}',
    '["healthy", "moderate", "at_risk", "critical", null]',
    'a value that may be missing is null');
select is(app.resources() #>> '{accounts,properties,name_key}', null,
    'what is only sorted by is no member');
select is(app.resources() #>> '{contacts,sorts}',
    '["created_at", "-created_at", "full_name", "-full_name"]', 'sorts');

-- Declarations that cannot be.
create view resource.oddities with (security_invoker = true) as
select tenant_id, id, full_name, phone from mainstay.contacts;
comment on column resource.oddities.id is 'x';
comment on column resource.oddities.full_name is 'x';
comment on column resource.oddities.phone is 'x';
select throws_like($$ call mainstay.make_resource('oddities', '{phone}',
    p_table => 'contacts') $$, '%must be "not null"%',
    'a sort without an index is refused');
select throws_like($$ call mainstay.make_resource('oddities', '{colour}',
    p_table => 'contacts') $$, '%no column to sort by%', 'or without column');
select throws_like($$ call mainstay.make_resource('oddities', '{full_name}',
    '{colour}', p_table => 'contacts') $$, '%cannot be filtered%',
    'or a filter');
drop view resource.oddities;

select test.sign_in('practitioner@alpha.test');
insert into accounts (name, arr_cents, parent_id) values ('Group', 100, null);
select id as up from accounts where name = 'Group' \gset
insert into accounts (name, arr_cents, parent_id)
values ('Below', 12345, :'up');
select id as id from accounts where name = 'Below' \gset
delete from contacts;
insert into contacts (account_id, full_name, influence, is_primary, phone,
    created_at)
select :'id', n, i, p, t, timestamptz '2026-01-01 UTC' + d * interval '1 day'
  from (values ('Ann', 'champion', true, '1', 1),
    ('Bob', 'user', false, null, 2), ('Cy', 'user', false, '3', 2),
    ('Dee', 'blocker', false, null, 4), ('Eve', 'user', false, '5', 5))
       c (n, i, p, t, d);

select is(test.walk(s.sort, l), s.names, format('%s by %s', s.sort, l))
  from (values ('full_name', 'Ann Bob Cy Dee Eve'),
        ('-full_name', 'Eve Dee Cy Bob Ann')) s (sort, names)
 cross join generate_series(1, 3) l;
select is(array(select unnest(string_to_array(test.walk('created_at', l),
        ' ')) order by 1), '{Ann,Bob,Cy,Dee,Eve}',
    'two of the same time come once each, by ' || l)
  from generate_series(1, 3) l;

select is(test.names(test.page('contacts', f.form::json)), f.names, f.form)
  from (values ('{"influence":"user"}', 'Bob Cy Eve'),
        ('{"influence":"user","influence":"blocker"}', 'Bob Cy Dee Eve'),
        ('{"influence.not":"user"}', 'Ann Dee'),
        ('{"is_primary":"true"}', 'Ann'),
        ('{"full_name.begins":"D"}', 'Dee'),
        ('{"full_name.contains":"e"}', 'Dee Eve'),
        ('{"created_at.after":"2026-01-03"}', 'Dee Eve'),
        ('{"created_at.before":"2026-01-03T00:00:00Z"}', 'Ann'),
        ('{"created_at.between":"2026-01-03T02:00:00+02:00",'
            '"created_at.between":"2026-01-05"}', 'Bob Cy Dee'),
        ('{"is_primary":"true","2.full_name":"eve"}', 'Ann Eve'),
        ('{"full_name":"nobody"}', null)) f (form, names);
select is(test.names(test.page('contacts', json_build_object('account_id',
        :'up'))), null, 'an account has its own contacts');

select is(test.said(test.page('contacts', f.form::json)), f.said, f.form)
  from (values ('{"colour":"1"}', 'MS422 colour: colour is not known here.'),
        ('{"phone":"1"}', 'MS422 phone: phone is not known here.'),
        ('{"full_name.over":"1"}',
            'MS422 full_name.over: full_name.over is not known here.'),
        ('{"tenant_id":"1"}', 'MS422 tenant_id: tenant_id is not known here.'),
        ('{"account_id":"1"}', 'MS422 account_id: account_id must be an id.'),
        ('{"is_primary":"yes"}',
            'MS422 is_primary: is_primary must be one of true, false.'),
        ('{"created_at.after":"soon"}', 'MS422 created_at.after: created_at '
            'must be a day or a time with its zone, like 2026-08-21 or '
            '2026-08-21T12:00:00Z.')) f (form, said);
select is(test.said(test.page('contacts', p_sort => 'phone')),
    'MS422 sort: sort must be one of created_at, full_name, with - before it '
    'for the other way.', 'a sort that is not');
select matches(test.said(test.page('contacts',
        p_fields => 'id,tenant_id')),
    '^MS422 fields: tenant_id is not known here: id, account_id',
    'a member that is not');
select is(test.said(test.page('contacts', p_include => 'tenant')),
    'MS422 include: tenant is not known here: account.',
    'and what cannot be embedded');
select is(test.said(test.page('contacts', p_cursor =>
        app.cursor_text('created_at', 'never', :'id'))),
    'MS422 cursor: Cursor must be a next_cursor of the same list and sort.',
    'a cursor of another sort');
select is(test.said(test.page('contacts', p_sort => 'created_at',
        p_cursor => app.cursor_text('created_at', 'never', :'id'))),
    'MS422 cursor: Cursor must be a next_cursor of the same list and sort.',
    'or with a place that is none');
select is(test.said(test.page('contacts', p_within => jsonb_build_object(
        'account_id', gen_random_uuid()))),
    'MS404: There is nothing here that you may see.',
    'a list below what is not there');

select is(test.page('contacts', p_limit => 1, p_fields => 'full_name',
        p_include => 'account') #>> '{data,0,account,arr}', '123.45',
    'an account is embedded as it is answered');
select is(test.page('contacts', p_limit => 1, p_fields => 'full_name',
        p_include => 'account') #>> '{data,0,full_name}', 'Ann',
    'beside the member that was asked for');
select is((select json_array_length(o.body -> 'contacts')
      from app.api_one(app.current_tenant_id(), 'accounts', :'id', 'id',
          'parent,contacts') o), 5, 'a list too');
select is((select o.body #>> '{parent,name}'
      from app.api_one(app.current_tenant_id(), 'accounts', :'id', 'id',
          'parent,contacts') o), 'Group', 'and what is above');

select test.sign_in('practitioner@beta.test');
select is(test.said(test.page('contacts', p_within => jsonb_build_object(
        'account_id', :'id'))),
    'MS404: There is nothing here that you may see.',
    'another tenant sees no list below it');
select is((select count(*) from resource.contacts c
    where c.account_id = :'id'), 0::bigint, 'nor the view a row');
select is((select count(*) from app.api_one(app.current_tenant_id(),
    'accounts', :'id') o), 0::bigint, 'nor a single answer');

select * from finish();
rollback;

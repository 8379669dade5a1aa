-- People of the tenant, as what they own embeds them.
drop view if exists resource.people;
create view resource.people with (security_invoker = true) as
select p.tenant_id, p.user_id as id, p.full_name, p.email, p.role, p.is_active
  from mainstay.profiles p;
comment on column resource.people.id is 'Id of the person.';
comment on column resource.people.full_name is 'What the person is called.';
comment on column resource.people.email is 'An e-mail address.';
comment on column resource.people.role is 'What the person may do here.';
comment on column resource.people.is_active is
    'Whether the person may sign in.';
call mainstay.make_resource('people', '{full_name}', p_table => 'profiles',
    p_required => '{id}', p_is_small => true);

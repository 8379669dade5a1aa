-- Contacts as the API answers and takes them.
drop view if exists resource.contacts;
create view resource.contacts with (security_invoker = true) as
select c.tenant_id, c.id, c.account_id, c.full_name, c.email, c.phone,
       c.job_title, c.influence, c.is_primary, c.is_sponsor, c.created_at,
       c.updated_at
  from mainstay.contacts c;
comment on view resource.contacts is 'The people at an account.';
comment on column resource.contacts.id is 'Its id here.';
comment on column resource.contacts.account_id is 'Where the person works.';
comment on column resource.contacts.full_name is 'What the person is called.';
comment on column resource.contacts.email is 'An e-mail address.';
comment on column resource.contacts.phone is 'A telephone number.';
comment on column resource.contacts.job_title is 'What the person does.';
comment on column resource.contacts.influence is
    'What the person means for the decision to stay.';
comment on column resource.contacts.is_primary is
    'Whom to ask first; at most one of an account.';
comment on column resource.contacts.created_at is 'When it was added.';
comment on column resource.contacts.updated_at is 'When it last changed.';
call mainstay.make_resource('contacts', '{full_name,created_at}',
    '{account_id,full_name,email,job_title,influence,is_primary,is_sponsor,'
    'created_at,updated_at}',
    '{"account": {"noun": "accounts", "by": "account_id"}}');

-- Adds a contact (p_id null) or changes what was given of one.
create or replace function app.save_contact_api(p_tenant uuid,
    p_account uuid, p_id uuid, p_if_match text, p_values jsonb,
    out body json, out etag text, out id uuid)
language plpgsql volatile set search_path = ''
as $$
declare
    v jsonb;
begin
    if p_id is not null then
        v := app.api_lock(p_tenant, 'contacts', p_id, p_if_match);
    end if;
    v := app.api_merge(v, p_values, '{"influence": "user",
        "is_primary": false, "is_sponsor": false}');
    id := case when p_id is null
        then mainstay.add_contact(p_tenant, p_account, v ->> 'full_name',
            v ->> 'email', v ->> 'phone', v ->> 'job_title',
            v ->> 'influence', (v ->> 'is_primary')::boolean,
            (v ->> 'is_sponsor')::boolean)
        else mainstay.edit_contact(p_tenant, (v ->> 'account_id')::uuid, p_id,
            (select md5(c::text) from mainstay.contacts c
              where c.tenant_id = p_tenant and c.id = p_id),
            v ->> 'full_name', v ->> 'email', v ->> 'phone',
            v ->> 'job_title', v ->> 'influence',
            (v ->> 'is_primary')::boolean, (v ->> 'is_sponsor')::boolean)
        end;
    select o.body, o.etag into body, etag
      from app.api_one(p_tenant, 'contacts', save_contact_api.id) o;
end
$$;
comment on function app.save_contact_api(uuid, uuid, uuid, text, jsonb) is
    'Saves what a program gave of a contact.';
grant execute on function app.save_contact_api(uuid, uuid, uuid, text, jsonb)
    to mainstay_app;

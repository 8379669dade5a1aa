-- Contacts: the people at an account.

-- One contact of an account is the primary one: the last that was made it.
create or replace function mainstay.make_primary(p_tenant uuid,
    p_account uuid, p_contact uuid) returns void
language plpgsql set search_path = ''
as $$
begin
    update mainstay.contacts c set is_primary = false
     where c.tenant_id = p_tenant and c.account_id = p_account
       and c.is_primary and c.id <> p_contact;
end
$$;

create or replace function mainstay.add_contact(p_tenant uuid, p_account uuid,
    p_name text, p_email text, p_phone text, p_title text, p_influence text,
    p_is_primary boolean, p_is_sponsor boolean) returns uuid
language plpgsql set search_path = ''
as $$
declare
    v_id uuid;
begin
    perform mainstay.tenant_of_account(p_account);
    insert into mainstay.contacts (tenant_id, account_id, full_name, email,
        phone, job_title, influence, is_primary, is_sponsor)
    values (p_tenant, p_account, p_name, p_email, p_phone, p_title,
        p_influence, p_is_primary, p_is_sponsor)
    returning id into v_id;
    if p_is_primary then
        perform mainstay.make_primary(p_tenant, p_account, v_id);
    end if;
    return v_id;
end
$$;

create or replace function mainstay.edit_contact(p_tenant uuid,
    p_account uuid, p_contact uuid, p_seen text, p_name text, p_email text,
    p_phone text, p_title text, p_influence text, p_is_primary boolean,
    p_is_sponsor boolean) returns uuid
language plpgsql set search_path = ''
as $$
declare
    v_contact mainstay.contacts;
begin
    perform mainstay.tenant_of_account(p_account);
    select c.* into v_contact from mainstay.contacts c
     where c.tenant_id = p_tenant and c.account_id = p_account
       and c.id = p_contact for update;
    perform mainstay.check_seen('contact', v_contact.id is not null,
        md5(v_contact::text), p_seen);
    update mainstay.contacts c
       set full_name = p_name, email = p_email, phone = p_phone,
           job_title = p_title, influence = p_influence,
           is_primary = p_is_primary, is_sponsor = p_is_sponsor
     where c.tenant_id = p_tenant and c.id = p_contact;
    if p_is_primary then
        perform mainstay.make_primary(p_tenant, p_account, p_contact);
    end if;
    return p_contact;
end
$$;

grant execute on function mainstay.make_primary(uuid, uuid, uuid),
    mainstay.add_contact(uuid, uuid, text, text, text, text, text, boolean,
        boolean),
    mainstay.edit_contact(uuid, uuid, uuid, text, text, text, text, text,
        text, boolean, boolean)
    to mainstay_app, mainstay_maint, mainstay_definer;

-- Notes, and the calls, e-mails and meetings with an account.

-- When something happened of which only the day is known.
create or replace function mainstay.day_time(p_day date)
returns timestamptz
language sql stable parallel safe
return case when p_day is null or p_day = current_date then now()
    else (p_day + time '12:00') at time zone 'UTC' end;

-- What is wrong with a note, beside its field.
create or replace function mainstay.check_note(p_tenant uuid, p_account uuid,
    p_on date, p_contact uuid) returns void
language plpgsql stable set search_path = ''
as $$
begin
    if p_on > current_date then
        raise exception using errcode = 'MS422', column = 'occurred_on',
            message = format('%s has not come yet: plan a task for it.',
                app.date_text(p_on));
    elsif p_contact is not null and not exists (
            select from mainstay.contacts c
             where c.tenant_id = p_tenant and c.account_id = p_account
               and c.id = p_contact) then
        raise exception using errcode = 'MS422', column = 'contact_id',
            message = 'This person is not a contact of the account any more.';
    end if;
end
$$;

-- Logs a note and, with a title for it, the task that follows from it.
create or replace function mainstay.add_note(p_tenant uuid, p_account uuid,
    p_kind text, p_body text, p_on date, p_contact uuid, p_task text,
    p_due date) returns uuid
language plpgsql set search_path = ''
as $$
declare
    v_id uuid;
begin
    perform mainstay.tenant_of_account(p_account);
    perform mainstay.check_note(p_tenant, p_account, p_on, p_contact);
    insert into mainstay.notes (tenant_id, account_id, kind, body, author_id,
        occurred_at, contact_id)
    values (p_tenant, p_account, p_kind, p_body, app.current_user_id(),
        mainstay.day_time(p_on), p_contact)
    returning id into v_id;
    if p_task is not null then
        perform mainstay.add_task(p_tenant, p_account, p_task, null, p_due,
            app.current_user_id(), 'medium');
    end if;
    return v_id;
end
$$;
comment on function mainstay.add_note(uuid, uuid, text, text, date, uuid,
    text, date) is
    'Logs a note, call, e-mail or meeting, and the task that follows.';

-- MS404 when it is not there or not the caller's to change, MS409 when it is
-- another one than the page had seen.
create or replace function mainstay.edit_note(p_tenant uuid, p_account uuid,
    p_note uuid, p_seen text, p_kind text, p_body text, p_on date,
    p_contact uuid) returns uuid
language plpgsql set search_path = ''
as $$
declare
    v_note mainstay.notes;
begin
    select n.* into v_note from mainstay.notes n
     where n.tenant_id = p_tenant and n.account_id = p_account
       and n.id = p_note for update;
    perform mainstay.check_seen('note', v_note.id is not null,
        md5(v_note::text), p_seen);
    perform mainstay.check_note(p_tenant, p_account, p_on,
        nullif(p_contact, v_note.contact_id));
    update mainstay.notes n
       set kind = p_kind, body = p_body, contact_id = p_contact,
           occurred_at = case when p_on = (v_note.occurred_at
                   at time zone 'UTC')::date or p_on is null
               then v_note.occurred_at else mainstay.day_time(p_on) end
     where n.tenant_id = p_tenant and n.id = p_note;
    return p_note;
end
$$;

-- A row that is gone, or is another one than the page had seen.
create or replace function mainstay.check_seen(p_noun text, p_is_there boolean,
    p_mark text, p_seen text) returns void
language plpgsql immutable set search_path = ''
as $$
begin
    if not p_is_there then
        raise exception using errcode = 'MS404',
            message = 'There is no such ' || p_noun || ' that you may change.';
    elsif p_mark is distinct from p_seen then
        raise exception using errcode = 'MS409', column = 'form',
            message = format('Somebody changed this %s meanwhile. Nothing was '
                'saved: look at what it is now; saving again replaces it.',
                p_noun);
    end if;
end
$$;

-- The last contact of an account follows what is logged.
create or replace trigger notes_contact
    after insert or delete or update of kind, occurred_at on mainstay.notes
    for each row execute function api.note_contact();

grant execute on function mainstay.day_time(date),
    mainstay.check_note(uuid, uuid, date, uuid),
    mainstay.add_note(uuid, uuid, text, text, date, uuid, text, date),
    mainstay.edit_note(uuid, uuid, uuid, text, text, text, date, uuid),
    mainstay.check_seen(text, boolean, text, text)
    to mainstay_app, mainstay_maint, mainstay_definer;

-- role: mainstay_definer
--
-- Whoever logs a call says when an account was last spoken to, though he may
-- not change the account.
create or replace function api.note_contact() returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_note constant record := coalesce(new, old);
begin
    update mainstay.accounts a set last_contact_at = n.last
      from (select max(o.occurred_at) as last from mainstay.notes o
             where o.tenant_id = v_note.tenant_id
               and o.account_id = v_note.account_id and o.kind <> 'note') n
     where a.tenant_id = v_note.tenant_id and a.id = v_note.account_id
       and a.last_contact_at is distinct from n.last;
    return null;
end
$$;
revoke all on function api.note_contact() from public;
grant execute on function api.note_contact() to mainstay_owner;

-- Notes, calls, e-mails and meetings as the API answers and takes them.
drop view if exists resource.notes;
create view resource.notes with (security_invoker = true) as
select n.tenant_id, n.id, n.account_id, n.kind, n.body, n.author_id,
       n.contact_id, n.occurred_at, (n.occurred_at at time zone 'UTC')::date
       as occurred_on, n.created_at, n.updated_at
  from mainstay.notes n;
comment on column resource.notes.id is 'Its id here.';
comment on column resource.notes.account_id is 'The account it is about.';
comment on column resource.notes.kind is 'What it was.';
comment on column resource.notes.body is 'What was said.';
comment on column resource.notes.author_id is 'Who wrote it.';
comment on column resource.notes.occurred_at is 'When it happened.';
comment on column resource.notes.occurred_on is 'The day of it, UTC.';
comment on column resource.notes.created_at is 'When it was added.';
comment on column resource.notes.updated_at is 'When it last changed.';
call mainstay.make_resource('notes',
    '{-occurred_at,created_at}',
    '{account_id,kind,author_id,contact_id,occurred_at,created_at}',
    '{"account": {"noun": "accounts", "by": "account_id"},
        "contact": {"noun": "contacts", "by": "contact_id"}}',
    p_required => '{occurred_on}');

-- Adds a note (p_id null) or changes what was given of one.
create or replace function app.save_note_api(p_tenant uuid, p_account uuid,
    p_id uuid, p_if_match text, p_values jsonb,
    out body json, out etag text, out id uuid)
language plpgsql volatile set search_path = ''
as $$
declare
    v jsonb;
begin
    if p_id is not null then
        v := app.api_lock(p_tenant, 'notes', p_id, p_if_match);
    end if;
    v := app.api_merge(v, p_values, '{"kind": "note"}');
    id := case when p_id is null
        then mainstay.add_note(p_tenant, p_account, v ->> 'kind',
            v ->> 'body', (v ->> 'occurred_on')::date,
            (v ->> 'contact_id')::uuid, null, null)
        else mainstay.edit_note(p_tenant, (v ->> 'account_id')::uuid, p_id,
            (select md5(n::text) from mainstay.notes n
              where n.tenant_id = p_tenant and n.id = p_id),
            v ->> 'kind', v ->> 'body', (v ->> 'occurred_on')::date,
            (v ->> 'contact_id')::uuid) end;
    select o.body, o.etag into body, etag
      from app.api_one(p_tenant, 'notes', save_note_api.id) o;
end
$$;
comment on function app.save_note_api(uuid, uuid, uuid, text, jsonb) is
    'Saves what a program gave of a note.';
grant execute on function app.save_note_api(uuid, uuid, uuid, text, jsonb)
    to mainstay_app;

-- What the palette finds: accounts, contacts and stages by the beginnings of
-- words, in any order.

-- The words of a name; "TechStart" is found by "tech" and by "start".
create or replace function mainstay.name_words(p_name text)
returns setof text
language sql immutable parallel safe
begin atomic
    select distinct left(w, 40)
      from regexp_split_to_table(lower(p_name || ' ' || regexp_replace(p_name,
               '([[:lower:]])([[:upper:]])', '\1 \2', 'g')),
               '[^[:alnum:]]+') w
     where w <> '';
end;

create or replace function mainstay.accounts_words() returns trigger
language plpgsql set search_path = ''
as $$
begin
    insert into mainstay.account_words (tenant_id, word, account_id)
    select n.tenant_id, w, n.id
      from new_rows n cross join lateral mainstay.name_words(n.name) w;
    return null;
end
$$;
create or replace trigger accounts_95_words
    after insert on mainstay.accounts referencing new table as new_rows
    for each statement execute function mainstay.accounts_words();

create or replace function mainstay.accounts_words_again() returns trigger
language plpgsql set search_path = ''
as $$
begin
    delete from mainstay.account_words w
     where w.tenant_id = new.tenant_id and w.account_id = new.id;
    insert into mainstay.account_words (tenant_id, word, account_id)
    select new.tenant_id, w, new.id from mainstay.name_words(new.name) w;
    return null;
end
$$;
create or replace trigger accounts_95_words_again
    after update of name on mainstay.accounts
    for each row when (old.name is distinct from new.name)
    execute function mainstay.accounts_words_again();

create or replace function mainstay.contacts_words() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if tg_op = 'UPDATE' then
        delete from mainstay.contact_words w
         where w.tenant_id = new.tenant_id and w.contact_id = new.id;
    end if;
    insert into mainstay.contact_words (tenant_id, word, contact_id)
    select new.tenant_id, w, new.id from mainstay.name_words(new.full_name) w;
    return null;
end
$$;
create or replace trigger contacts_95_words
    after insert or update of full_name on mainstay.contacts
    for each row execute function mainstay.contacts_words();

create or replace trigger a_refuse_direct_write
    before insert or update or delete on mainstay.account_words
    for each statement
    when (pg_catalog.pg_trigger_depth() = 0
        and current_user = 'mainstay_app')
    execute function mainstay.refuse_direct_write();
create or replace trigger a_refuse_direct_write
    before insert or update or delete on mainstay.contact_words
    for each statement
    when (pg_catalog.pg_trigger_depth() = 0
        and current_user = 'mainstay_app')
    execute function mainstay.refuse_direct_write();

-- A question in pieces: "move tech start to ren" is a wish to move, the words
-- of an account and the beginning of a stage.
create or replace function app.search_parts(p_q text)
returns table (is_move boolean, name text, stage text)
language sql immutable parallel safe
begin atomic
    select m.verb is not null,
           case when m.verb is null then p_q else m.name end,
           lower(coalesce(m.stage, ''))
      from (select (regexp_match(p_q, '^\s*(move)\s', 'i'))[1] as verb,
                   (regexp_match(p_q,
                       '^\s*move\s+(.*?)(\s+to(\s+.*)?)?\s*$', 'i'))[1]
                       as name,
                   btrim((regexp_match(p_q, '\sto\s+(.*)$', 'i'))[1])
                       as stage) m;
end;

-- Accounts with a word that begins with each of these; the best first: those
-- whose name begins so, current ones, the largest. The longest word bounds
-- what is looked at.
create or replace function app.search_accounts(p_tenant uuid, p_words text[],
    p_limit integer)
returns table (id uuid, name text, health_score integer, health_band text,
    health_label text, stage text, arr_cents bigint, currency text,
    status text)
language plpgsql stable rows 8 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_first constant text := (select w from unnest(p_words) w
        order by length(w) desc, w limit 1);
begin
    return query
    select a.id, a.name, a.health_score, a.health_band::text,
           coalesce(a.health_label, app.band_text(a.health_band)),
           a.current_stage, a.arr_cents, a.currency::text, a.status::text
      from (select distinct f.account_id
              from (select w.account_id from mainstay.account_words w
                     where w.tenant_id = p_tenant and w.word >= v_first
                       and w.word < v_first || chr(1114111)
                     order by w.word limit 400) f
             where not exists (
                 select from unnest(p_words) t (word)
                  where t.word <> v_first and not exists (
                      select from mainstay.account_words o
                       where o.tenant_id = p_tenant
                         and o.account_id = f.account_id
                         and o.word >= t.word
                         and o.word < t.word || chr(1114111)))) h
      join mainstay.accounts a on a.tenant_id = p_tenant
                              and a.id = h.account_id
     order by a.status = 'churned',
           starts_with(a.name_key, p_words[1]) desc, a.arr_cents desc, a.id
     limit p_limit;
end
$$;

create or replace function app.search_contacts(p_tenant uuid,
    p_words text[], p_limit integer)
returns table (id uuid, name text, job_title text, account_id uuid,
    account_name text)
language plpgsql stable rows 5 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_first constant text := (select w from unnest(p_words) w
        order by length(w) desc, w limit 1);
begin
    return query
    select c.id, c.full_name, c.job_title, a.id, a.name
      from (select distinct f.contact_id
              from (select w.contact_id from mainstay.contact_words w
                     where w.tenant_id = p_tenant and w.word >= v_first
                       and w.word < v_first || chr(1114111)
                     order by w.word limit 400) f
             where not exists (
                 select from unnest(p_words) t (word)
                  where t.word <> v_first and not exists (
                      select from mainstay.contact_words o
                       where o.tenant_id = p_tenant
                         and o.contact_id = f.contact_id
                         and o.word >= t.word
                         and o.word < t.word || chr(1114111)))) h
      join mainstay.contacts c on c.tenant_id = p_tenant
                              and c.id = h.contact_id
      join mainstay.accounts a on a.tenant_id = p_tenant
                              and a.id = c.account_id
     order by lower(c.full_name), c.id
     limit p_limit;
end
$$;

-- The pages there are, by the words of their names.
create or replace function app.search_pages(p_words text[],
    p_may_write boolean, p_is_admin boolean)
returns table (kind text, name text, url text)
language sql stable parallel safe rows 10
begin atomic
    select p.kind, p.name, p.url
      from (values
          (1, 'page', 'Executive', '/dashboard/executive', 'dashboard', true),
          (2, 'page', 'Accounts', '/dashboard/accounts', 'list portfolio',
              true),
          (3, 'page', 'Journey', '/dashboard/journey', 'board stages kanban',
              true),
          (4, 'page', 'Success plans', '/dashboard/plans',
              'onboarding milestones steps', true),
          (5, 'page', 'Alerts', '/dashboard/alerts', 'bell', true),
          (6, 'page', 'Accounts at risk',
              '/dashboard/accounts?band=risk', 'critical', true),
          (7, 'page', 'Scorecards', '/dashboard/admin/scorecards',
              'admin health score', p_is_admin),
          (8, 'page', 'Stages', '/dashboard/admin/stages', 'admin journey',
              p_is_admin),
          (9, 'page', 'Attributes', '/dashboard/admin/attributes',
              'admin custom fields', p_is_admin),
          (10, 'page', 'Preferences', '/preferences',
              'settings keyboard shortcuts', true),
          (11, 'page', 'Sessions', '/sessions', 'devices sign out', true),
          (12, 'action', 'Add an account', '/dashboard/accounts/new',
              'new create', p_may_write))
          p (nr, kind, name, url, more, is_shown)
     where p.is_shown and not exists (
         select from unnest(p_words) t (word)
          where not exists (
              select from mainstay.name_words(p.name || ' ' || p.more) w
               where starts_with(w, t.word)))
     order by p.nr;
end;

-- Moves of accounts to other stages, for "move tech to ren" and after an
-- account that was found: to the stage that comes next.
create or replace function app.search_moves(p_tenant uuid, p_accounts uuid[],
    p_stage text, p_limit integer)
returns table (name text, account_id uuid, from_id uuid, stage_id uuid)
language plpgsql stable rows 5 set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    select format('Move %s to %s', a.name, s.name), a.id, f.id, s.id
      from unnest(p_accounts) with ordinality u (id, nr)
      join mainstay.accounts a on a.tenant_id = p_tenant and a.id = u.id
      left join mainstay.journey_stages f on f.tenant_id = p_tenant
                                         and f.name = a.current_stage
     cross join lateral (
         select g.id, g.name, g.display_order from mainstay.journey_stages g
          where g.tenant_id = p_tenant and g.id is distinct from f.id
            and case when p_stage is null
                    then g.display_order > coalesce(f.display_order, -1)
                    else starts_with(lower(g.name), p_stage) end
          order by g.display_order
          limit case when p_stage is null then 1 else 20 end) s
     order by u.nr, s.display_order
     limit p_limit;
end
$$;

-- Everything that a question finds, the best first. With a stage_id it is a
-- form to send to url (from from_id, where it was seen), without it a link.
create or replace function app.search(p_tenant uuid, p_q text)
returns table (kind text, name text, detail text, url text, from_id uuid,
    stage_id uuid, health_score integer, health_band text, health_label text)
language plpgsql stable rows 20 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_may_write constant boolean := app.may('Practitioner');
    v_parts constant record := app.search_parts(coalesce(p_q, ''));
    v_words text[];
begin
    select array_agg(w) into v_words from (
        select left(w, 40) as w
          from regexp_split_to_table(lower(v_parts.name), '[^[:alnum:]]+') w
         where w <> '' limit 6) x;
    return query
    with found as materialized (
        select row_number() over () as within, a.*
          from app.search_accounts(p_tenant, v_words, 6) a
         where v_words is not null
    )
    select r.kind, r.name, r.detail, r.url, r.from_id, r.stage_id,
           r.health_score, r.health_band, r.health_label
      from (
        select case when starts_with(lower(p.name), lower(btrim(p_q)))
                   then 0 else 6 end as nr,
               row_number() over () as within, p.kind, p.name,
               null::text as detail, p.url, null::uuid as from_id,
               null::uuid as stage_id,
               null::integer as health_score, null::text as health_band,
               null::text as health_label
          from app.search_pages(coalesce(v_words, '{}'), v_may_write,
              app.may('Tenant Admin')) p
         where not v_parts.is_move
        union all
        select case when v_parts.is_move then 1 else 5 end,
               row_number() over (), 'action', m.name, null,
               '/dashboard/accounts/' || m.account_id || '/move', m.from_id,
               m.stage_id,
               null, null, null
          from app.search_moves(p_tenant, array(
              select f.id from found f
               where f.within <= case when v_parts.is_move then 3 else 1 end
               order by f.within),
              case when v_parts.is_move then v_parts.stage end, 8) m
         where v_may_write
        union all
        select 2, a.within, 'account', a.name,
               concat_ws(', ', a.stage, app.money_text(a.arr_cents,
                   a.currency), case when a.status = 'churned'
                   then 'churned' end),
               '/dashboard/accounts/' || a.id, null, null, a.health_score,
               coalesce(a.health_band, 'unscored'), a.health_label
          from found a
        union all
        select 4, row_number() over (order by lower(v.name), v.id), 'view',
               v.name, 'Saved view', '/dashboard/accounts?' || v.query,
               null, null, null, null, null
          from (select * from mainstay.saved_views s
                 where s.tenant_id = p_tenant and not v_parts.is_move
                   and not exists (
                     select from unnest(coalesce(v_words, '{}')) t (word)
                      where not exists (
                          select from mainstay.name_words(s.name) w
                           where starts_with(w, t.word)))
                 order by lower(s.name), s.id limit 5) v
        union all
        select 3, row_number() over (), 'contact', c.name,
               concat_ws(', ', c.job_title, c.account_name),
               format('/dashboard/accounts/%s/contacts', c.account_id),
               null, null, null, null, null
          from app.search_contacts(p_tenant, v_words, 4) c
         where v_words is not null and not v_parts.is_move) r
     order by r.nr, r.within;
end
$$;
comment on function app.search(uuid, text) is
    'What the palette and the page of search show for a question.';

grant execute on function mainstay.name_words(text) to mainstay_app,
    mainstay_definer, mainstay_maint;
grant execute on function app.search_parts(text),
    app.search_accounts(uuid, text[], integer),
    app.search_contacts(uuid, text[], integer),
    app.search_pages(text[], boolean, boolean),
    app.search_moves(uuid, uuid[], text, integer), app.search(uuid, text)
    to mainstay_app;

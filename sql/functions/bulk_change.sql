-- One change of many accounts: of those that were marked in the list, or of
-- all that its filters find. The preview says what each account has now; what
-- is no longer so when the change is made is left alone and reported.

create or replace function mainstay.bulk_limit() returns integer
language sql immutable
return 1000;

-- The accounts that a form of the list means.
create or replace function mainstay.bulk_selection(p_tenant uuid, p_form json)
returns table (id uuid)
language plpgsql stable rows 50 set search_path = ''
as $$
begin
    if p_form ->> 'all' = 'yes' then
        return query select f.id from app.accounts_found(p_tenant, p_form,
            'name', null, null, mainstay.bulk_limit() + 1) f;
        return;
    end if;
    return query
        select a.id from mainstay.accounts a
         where a.tenant_id = p_tenant and a.id = any (array(
               select p.value::uuid from json_each_text(p_form) p
                where p.key = 'pick' and p.value ~
                      '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'))
         order by a.name_key, a.id
         limit mainstay.bulk_limit() + 1;
end
$$;

-- What the accounts have now of that which is to be changed. target is the
-- tag, where it is one.
create or replace function mainstay.bulk_now(p_tenant uuid, p_ids uuid[],
    p_change text, p_target text)
returns table (id uuid, name text, value text)
language sql stable
begin atomic
    select a.id, a.name, case p_change
               when 'owner' then coalesce(a.csm_id::text, 'none')
               when 'stage' then coalesce(a.current_stage, '')
               when 'status' then a.status::text
               else (exists (
                   select from mainstay.account_tags t
                     join mainstay.tags g
                       on g.tenant_id = p_tenant and g.id = t.tag_id
                    where t.tenant_id = p_tenant and t.account_id = a.id
                      and lower(g.name) = lower(btrim(p_target))))::text
           end
      from mainstay.accounts a
     where a.tenant_id = p_tenant and a.id = any (p_ids);
end;

-- A value in words.
create or replace function mainstay.bulk_word(p_tenant uuid, p_change text,
    p_target text, p_value text) returns text
language plpgsql stable set search_path = ''
as $$
begin
    return case
        when p_change = 'owner' and p_value = 'none' then 'Nobody'
        when p_change = 'owner' then coalesce((
            select p.full_name from mainstay.profiles p
             where p.tenant_id = p_tenant and p.user_id = p_value::uuid),
            'Somebody else')
        when p_change = 'status' then app.label_text(p_value)
        when p_change like 'tag%' and p_value = 'true' then p_target
        when p_change like 'tag%' then 'without ' || p_target
        else coalesce(nullif(p_value, ''), 'No stage')
    end;
end
$$;

-- What the accounts will have, or MS422.
create or replace function mainstay.bulk_target(p_tenant uuid, p_change text,
    p_target text) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_message text;
begin
    v_message := case
        when btrim(coalesce(p_target, '')) = '' then 'Choose what they get.'
        when p_change = 'owner' and p_target <> 'none' and not exists (
            select from mainstay.profiles p
             where p.tenant_id = p_tenant and p.user_id::text = p_target
               and p.is_active) then 'There is no such person here.'
        when p_change = 'stage' and not exists (
            select from mainstay.journey_stages s
             where s.tenant_id = p_tenant and s.name = p_target)
            then format('There is no stage %s.', p_target)
        when p_change = 'status' and p_target not in ('active', 'onboarding',
            'paused', 'churned') then 'The status must be one of active, '
            'onboarding, paused, churned.'
        when p_change like 'tag%' and length(p_target) > 60
            then 'A tag has at most 60 characters.'
        when p_change = 'tag_remove' and not exists (
            select from mainstay.tags g
             where g.tenant_id = p_tenant
               and lower(g.name) = lower(btrim(p_target)))
            then format('There is no tag %s.', p_target)
    end;
    if v_message is not null then
        raise exception using errcode = 'MS422', column = 'target',
            message = v_message;
    end if;
    return case p_change when 'tag_add' then 'true'
        when 'tag_remove' then 'false' else p_target end;
end
$$;

-- What can be chosen: people, stages, statuses, tags.
create or replace function app.bulk_choices(p_tenant uuid, p_change text)
returns table (value text, label text)
language plpgsql stable set search_path = ''
as $$
begin
    if p_change in ('owner', 'stage', 'status') then
        return query select c.value, c.label
            from mainstay.account_filter_fields() f
           cross join mainstay.account_filter_choices(p_tenant, f.field,
                 f.choices, f.nobody) c
           where f.field = p_change;
    elsif p_change like 'tag%' then
        return query select g.name, g.name from mainstay.tags g
            where g.tenant_id = p_tenant order by lower(g.name) limit 200;
    end if;
end
$$;

-- The preview: each account, what it has and what it will have.
create or replace function app.bulk_preview(p_tenant uuid, p_form json,
    p_change text, p_target text)
returns table (id uuid, name text, before text, after text, is_same boolean,
    pick text)
language plpgsql stable rows 50 set search_path = ''
as $$
declare
    v_target text;
    v_ids uuid[];
begin
    if p_change is null or p_target is null then
        return;
    end if;
    v_target := mainstay.bulk_target(p_tenant, p_change, p_target);
    v_ids := array(select s.id from mainstay.bulk_selection(p_tenant,
        p_form) s);
    if cardinality(v_ids) > mainstay.bulk_limit() then
        return;
    end if;
    return query
        select n.id, n.name, mainstay.bulk_word(p_tenant, p_change, p_target,
                   n.value), mainstay.bulk_word(p_tenant, p_change, p_target,
                   v_target), n.value = v_target,
               n.id || ':' || left(md5(n.value), 8)
          from mainstay.bulk_now(p_tenant, v_ids, p_change, p_target) n
         order by lower(n.name), n.id;
end
$$;

-- Gives accounts what they are to have.
create or replace function mainstay.bulk_give(p_tenant uuid, p_ids uuid[],
    p_change text, p_target text) returns void
language plpgsql volatile set search_path = ''
as $$
begin
    case p_change
    when 'owner' then
        update mainstay.accounts a
           set csm_id = nullif(p_target, 'none')::uuid
         where a.tenant_id = p_tenant and a.id = any (p_ids);
    when 'stage' then
        update mainstay.accounts a set current_stage = p_target
         where a.tenant_id = p_tenant and a.id = any (p_ids);
    when 'status' then
        update mainstay.accounts a set status = p_target
         where a.tenant_id = p_tenant and a.id = any (p_ids);
    when 'tag_add' then
        insert into mainstay.account_tags (tenant_id, account_id, tag_id)
        select p_tenant, i.id, g.id
          from (select t.id from mainstay.tags t
                 where t.tenant_id = p_tenant
                   and lower(t.name) = lower(p_target)
                 order by t.name limit 1) g
         cross join unnest(p_ids) i (id)
            on conflict do nothing;
    when 'tag_remove' then
        delete from mainstay.account_tags t using mainstay.tags g
         where t.tenant_id = p_tenant and t.account_id = any (p_ids)
           and g.tenant_id = p_tenant and g.id = t.tag_id
           and lower(g.name) = lower(p_target);
    end case;
end
$$;

-- What is to become of each pick: {id, name, outcome, message}, where outcome
-- is due, same or refused. The accounts are locked.
create or replace function mainstay.bulk_judge(p_tenant uuid, p_change text,
    p_target text, p_value text, p_picks text[]) returns jsonb
language plpgsql volatile set search_path = ''
as $$
declare
    v_ids constant uuid[] := array(
        select split_part(p, ':', 1)::uuid from unnest(p_picks) p);
begin
    perform from mainstay.accounts a
      where a.tenant_id = p_tenant and a.id = any (v_ids)
      order by a.id for no key update;
    return (
        select jsonb_agg(case
                   when n.id is null then jsonb_build_object(
                       'name', 'An account', 'outcome', 'refused',
                       'message', 'It is not there any more.')
                   when left(md5(n.value), 8) <> split_part(p.pick, ':', 2)
                   then jsonb_build_object('id', n.id, 'name', n.name,
                       'outcome', 'refused', 'message', format(
                           'Changed since you looked: now %s.',
                           mainstay.bulk_word(p_tenant, p_change, p_target,
                               n.value)))
                   else jsonb_build_object('id', n.id, 'name', n.name,
                       'outcome', case n.value when p_value then 'same'
                           else 'due' end, 'message', null)
               end order by p.pick)
          from unnest(p_picks) p (pick)
          left join mainstay.bulk_now(p_tenant, v_ids, p_change, p_target) n
            on n.id = split_part(p.pick, ':', 1)::uuid);
end
$$;

-- Whether these accounts got it; null, or why none of them did.
create or replace function mainstay.bulk_try(p_tenant uuid, p_ids uuid[],
    p_change text, p_target text) returns text
language plpgsql volatile set search_path = ''
as $$
begin
    perform mainstay.bulk_give(p_tenant, p_ids, p_change, p_target);
    return null;
exception when sqlstate 'MS403' or sqlstate 'MS404' or sqlstate 'MS409'
    or sqlstate 'MS422' or insufficient_privilege then
    return sqlerrm;
end
$$;

-- What came of those that were due: all at once or, when one of them is
-- refused, one by one.
create or replace function mainstay.bulk_outcomes(p_tenant uuid,
    p_change text, p_target text, p_judged jsonb) returns jsonb
language plpgsql volatile set search_path = ''
as $$
declare
    v_due constant uuid[] := array(
        select (j ->> 'id')::uuid from jsonb_array_elements(p_judged) j
         where j ->> 'outcome' = 'due');
    v_refused jsonb := '{}';
    v_id uuid;
    v_message text;
begin
    if mainstay.bulk_try(p_tenant, v_due, p_change, p_target) is not null
    then
        foreach v_id in array v_due loop
            v_message := mainstay.bulk_try(p_tenant, array[v_id], p_change,
                p_target);
            if v_message is not null then
                v_refused := v_refused
                    || jsonb_build_object(v_id::text, v_message);
            end if;
        end loop;
    end if;
    return (
        select jsonb_agg(case when j.row ->> 'outcome' <> 'due' then j.row
                   when v_refused ? (j.row ->> 'id') then j.row
                       || jsonb_build_object('outcome', 'refused',
                           'message', v_refused -> (j.row ->> 'id'))
                   else j.row || '{"outcome": "changed"}' end
                   order by j.place)
          from jsonb_array_elements(p_judged) with ordinality
               j (row, place));
end
$$;

-- Changes the accounts of picks ("id:mark id:mark", from the preview), and
-- keeps what came of each.
create or replace function mainstay.bulk_change_make(p_tenant uuid,
    p_change text, p_target text, p_picks text, p_back text) returns uuid
language plpgsql volatile set search_path = ''
as $$
declare
    v_value constant text := mainstay.bulk_target(p_tenant, p_change,
        p_target);
    v_target constant text := btrim(p_target);
    v_picks constant text[] := array(
        select distinct p from unnest(string_to_array(btrim(p_picks), ' ')) p
         order by p);
    v_results jsonb;
    v_id uuid;
begin
    if cardinality(v_picks) not between 1 and mainstay.bulk_limit()
        or exists (select from unnest(v_picks) p where p !~
            '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}:[0-9a-f]{8}$') then
        raise exception using errcode = 'MS422', column = 'form',
            message = format('Mark from one to %s accounts.',
                app.number_text(mainstay.bulk_limit()));
    end if;
    if p_change = 'tag_add' and not exists (
        select from mainstay.tags g where g.tenant_id = p_tenant
           and lower(g.name) = lower(v_target)) then
        insert into mainstay.tags (tenant_id, name)
        values (p_tenant, v_target) on conflict do nothing;
    end if;
    v_results := mainstay.bulk_outcomes(p_tenant, p_change, v_target,
        mainstay.bulk_judge(p_tenant, p_change, v_target, v_value, v_picks));
    insert into mainstay.bulk_changes (tenant_id, change, value, query,
        made_by, request_id, results)
    values (p_tenant, p_change, mainstay.bulk_word(p_tenant, p_change,
            v_target, v_value), coalesce(p_back, ''), app.current_user_id(),
        app.current_request_id(), v_results)
    returning id into v_id;
    return v_id;
end
$$;
comment on function mainstay.bulk_change_make(uuid, text, text, text, text) is
    'Changes many accounts in one transaction; the id of the result.';

grant execute on function mainstay.bulk_limit(),
    mainstay.bulk_selection(uuid, json),
    mainstay.bulk_now(uuid, uuid[], text, text),
    mainstay.bulk_word(uuid, text, text, text),
    mainstay.bulk_target(uuid, text, text),
    mainstay.bulk_give(uuid, uuid[], text, text),
    mainstay.bulk_judge(uuid, text, text, text, text[]),
    mainstay.bulk_try(uuid, uuid[], text, text),
    mainstay.bulk_outcomes(uuid, text, text, jsonb),
    mainstay.bulk_change_make(uuid, text, text, text, text),
    app.bulk_choices(uuid, text), app.bulk_preview(uuid, json, text, text)
    to mainstay_app, mainstay_maint, mainstay_definer;

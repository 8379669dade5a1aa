-- An account as a form: its fields as texts, what was typed into them, and
-- what is wrong with that.
--
-- Beside each field the form carries the mark of the value that the page had
-- shown (w.name). A field whose mark is that of what was typed was left
-- alone, so what somebody else wrote there meanwhile stays. Where both of them
-- wrote, nothing is saved: the page shows both values.

-- The fields people edit, in their order; those of custom attributes have
-- their key. Of a stage only the first is given here: later ones are moves.
create or replace function mainstay.account_fields(p_tenant uuid)
returns table (place integer, name text, label text, kind text,
    is_required boolean, most integer, choices text[], attribute text)
language sql stable
begin atomic
    select f.place, f.name, f.label, f.kind, f.is_required, f.most, f.choices,
           null
      from (values
        (1, 'name', 'Name', 'text', true, 200, null::text[]),
        (2, 'parent_id', 'Parent account', 'account', false, 200, null),
        (3, 'csm_id', 'Owner', 'person', false, null, null),
        (4, 'status', 'Status', 'choice', true, null,
            array['active', 'onboarding', 'paused', 'churned']),
        (5, 'tier', 'Tier', 'choice', false, null,
            array['enterprise', 'mid_market', 'small_business', 'trial']),
        (6, 'current_stage', 'Stage', 'stage', false, null, null),
        (7, 'arr', 'ARR', 'money', true, null, null),
        (8, 'currency', 'Currency', 'currency', true, 3, null),
        (9, 'contract_start_date', 'Contract start', 'date', false, null,
            null),
        (10, 'contract_end_date', 'Contract end', 'date', false, null, null),
        (11, 'renewal_date', 'Renewal', 'date', false, null, null),
        (12, 'industry', 'Industry', 'text', false, 100, null),
        (13, 'external_id', 'External id', 'text', false, 200, null))
        f (place, name, label, kind, is_required, most, choices)
    union all
    select 100 + row_number() over (order by c.position, c.label)::integer,
           'a.' || c.key, c.label, c.kind, c.is_required, 500,
           case when c.kind = 'boolean' then array['true', 'false']
               else c.choices end, c.key
      from mainstay.custom_attributes c
     where c.tenant_id = p_tenant;
end;

-- The values of an account as a form has them.
create or replace function mainstay.account_texts(
    p_account mainstay.accounts) returns jsonb
language plpgsql stable parallel safe set search_path = ''
as $$
begin
    return coalesce((
        select jsonb_object_agg('a.' || v.key, v.value)
          from jsonb_each_text(p_account.crm_attributes) v), '{}')
        || jsonb_strip_nulls(jsonb_build_object('name', p_account.name,
        'parent_id', p_account.parent_id, 'csm_id', p_account.csm_id,
        'status', p_account.status, 'tier', p_account.tier,
        'current_stage', p_account.current_stage,
        'arr', trim_scale(p_account.arr_cents / 100.0)::text,
        'currency', p_account.currency,
        'contract_start_date', p_account.contract_start_date,
        'contract_end_date', p_account.contract_end_date,
        'renewal_date', p_account.renewal_date,
        'industry', p_account.industry,
        'external_id', p_account.external_id));
end
$$;

-- What a form remembers of a value.
create or replace function mainstay.value_mark(p_text text) returns text
language sql immutable parallel safe
return left(md5(coalesce(p_text, '')), 12);

-- The account that somebody means: its id, its external id or its name.
create or replace function mainstay.named_account(p_tenant uuid,
    p_text text, out id uuid, out message text)
language plpgsql stable set search_path = ''
as $$
declare
    v_found uuid[];
begin
    if p_text ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' then
        select array_agg(a.id) into v_found from mainstay.accounts a
         where a.tenant_id = p_tenant and a.id = p_text::uuid;
    end if;
    if v_found is null then
        select array_agg(a.id) into v_found from mainstay.accounts a
         where a.tenant_id = p_tenant and a.external_id = p_text;
    end if;
    if v_found is null then
        select array_agg(a.id) into v_found
          from (select n.id from mainstay.accounts n
                 where n.tenant_id = p_tenant and n.name_key = lower(p_text)
                 limit 2) a;
    end if;
    if cardinality(v_found) = 1 then
        id := v_found[1];
    elsif v_found is null then
        message := format('There is no account “%s”: give the full name, or '
            'its external id.', left(p_text, 60));
    else
        message := format('Several accounts are called “%s”: give the '
            'external id instead.', left(p_text, 60));
    end if;
end
$$;

-- The date that was typed; null when it is none.
create or replace function mainstay.typed_date(p_text text) returns date
language plpgsql immutable parallel safe set search_path = ''
as $$
begin
    return case when mainstay.is_date(p_text) then p_text::date end;
end
$$;

-- What was typed into a field, as it is kept; or what is wrong with it.
create or replace function mainstay.typed_value(p_tenant uuid, p_kind text,
    p_label text, p_is_required boolean, p_most integer, p_choices text[],
    p_attribute text, p_text text, out value text, out message text)
language plpgsql stable set search_path = ''
as $$
declare
    v_text constant text := coalesce(btrim(p_text, E' \t\r\n'), '');
    v_most constant integer := coalesce(p_most, 1000);
begin
    if v_text = '' then
        message := case when p_is_required
            then p_label || ' is required.' end;
        return;
    elsif v_text ~ '[\x01-\x1f\x7f]' then
        message := p_label || ' contains a control character.';
        return;
    elsif length(v_text) > v_most then
        message := format('%s is too long: at most %s characters, this has '
            '%s.', p_label, v_most, length(v_text));
        return;
    elsif p_attribute is not null then
        value := mainstay.attribute_value(p_kind, p_choices, v_text) #>> '{}';
        message := case when value is null then p_label || ' '
            || mainstay.attribute_hint(p_kind, p_choices) end;
        return;
    end if;
    case p_kind
    when 'money' then
        value := trim_scale(case
            when v_text ~ '^\d{1,12}([.]\d{1,2})?$'
                or v_text ~ '^\d{1,3}(,\d{3}){1,3}([.]\d{1,2})?$'
                then replace(v_text, ',', '')::numeric end)::text;
        message := p_label || ' must be an amount, like 150000 or 150,000.50.';
    when 'date' then
        value := mainstay.typed_date(v_text)::text;
        message := p_label || ' must be a date, like 2026-08-21.';
    when 'currency' then
        value := case when v_text ~ '^[A-Za-z]{3}$' then upper(v_text) end;
        message := p_label || ' must be a code of three letters, like USD.';
    when 'choice' then
        value := case when v_text = any (p_choices) then v_text end;
        message := format('%s must be one of %s.', p_label,
            array_to_string(p_choices, ', '));
    when 'stage' then
        select s.name into value from mainstay.journey_stages s
         where s.tenant_id = p_tenant and s.name = v_text;
        message := p_label || ' must be one of the stages of your journey.';
    when 'person' then
        select p.user_id::text into value from mainstay.profiles p
         where p.tenant_id = p_tenant and p.user_id::text = v_text
           and p.is_active;
        message := p_label || ' must be somebody who works here.';
    when 'account' then
        select n.id::text, n.message into value, message
          from mainstay.named_account(p_tenant, v_text) n;
    else
        value := v_text;
    end case;
    if value is not null then
        message := null;
    end if;
end
$$;

-- Values as people read them.
create or replace function mainstay.value_text(p_tenant uuid, p_kind text,
    p_attribute text, p_currency text, p_value text) returns text
language plpgsql stable set search_path = ''
as $$
begin
    -- Only people and accounts are looked up: the rest costs no query.
    if p_kind = 'person' then
        return (select p.full_name from mainstay.profiles p
                 where p.tenant_id = p_tenant and p.user_id = p_value::uuid);
    elsif p_kind = 'account' then
        return (select a.name from mainstay.accounts a
                 where a.tenant_id = p_tenant and a.id = p_value::uuid);
    end if;
    return case p_kind
        when 'money' then app.money_text((p_value::numeric * 100)::bigint,
            p_currency)
        when 'date' then coalesce(app.date_text(
            mainstay.typed_date(p_value)), p_value)
        when 'boolean' then case p_value when 'true' then 'Yes'
            when 'false' then 'No' else p_value end
        when 'choice' then case when p_attribute is null
            then app.label_text(p_value) else p_value end
        else p_value end;
end
$$;

-- The fields of a form beside the account: what it has, what was typed, and
-- what cannot be saved. p_account with id null is one to be added.
create or replace function mainstay.typed_account(p_tenant uuid,
    p_account mainstay.accounts, p_form jsonb)
returns table (place integer, name text, kind text, attribute text, was text,
    value text, is_changed boolean, is_stale boolean, message text)
language plpgsql stable rows 16 set search_path = ''
as $$
declare
    v_texts constant jsonb := mainstay.account_texts(p_account);
begin
    return query
    with typed as materialized (
        select f.place, f.name, f.kind, f.attribute, t.was,
               coalesce(p_form ->> ('w.' || f.name), '') as seen,
               m.text, k.value, k.message
          from mainstay.account_fields(p_tenant) f
         cross join lateral (
            select v_texts ->> f.name as was,
                   btrim(p_form ->> f.name, E' \t\r\n') as text) t
         cross join lateral (
            -- A parent is shown by its name, which others may have too.
            select case when f.kind = 'account' and t.was is not null
                   and t.text = (
                       select p.name from mainstay.accounts p
                        where p.tenant_id = p_tenant and p.id = t.was::uuid)
                   then t.was else t.text end as text) m
         cross join lateral mainstay.typed_value(p_tenant, f.kind, f.label,
               f.is_required, f.most, f.choices, f.attribute, m.text) k
         where p_form ? f.name or (p_form is not null
               and p_account.id is null and f.is_required)
    ), contract as (
        select mainstay.value_now('contract_start_date', v_texts, p_form)
                   as starts,
               mainstay.value_now('contract_end_date', v_texts, p_form)
                   as ends
    )
    select t.place, t.name, t.kind, t.attribute, t.was, t.value, c.is_changed,
           c.is_changed and p_account.id is not null
               and t.seen <> mainstay.value_mark(t.was)
               and t.value is distinct from t.was,
           case when c.is_changed then coalesce(t.message, case
               when t.name in ('contract_start_date', 'contract_end_date')
                   and d.ends < d.starts
                   then format('The contract would end on %s, before it '
                       'starts on %s.', app.date_text(d.ends),
                       app.date_text(d.starts))
               when t.name = 'external_id' and exists (
                       select from mainstay.accounts a
                        where a.tenant_id = p_tenant
                          and a.external_id = t.value
                          and a.id is distinct from p_account.id)
                   then 'Another account has this external id.'
               when t.name = 'parent_id' and p_account.id is not null
                   and mainstay.is_below(p_tenant, t.value::uuid,
                       p_account.id) is not false
                   then 'An account cannot be its own parent, at any depth.'
               end) end
      from typed t
     cross join contract d
     cross join lateral (
        select p_account.id is null or mainstay.value_mark(
            coalesce(t.value, t.text)) <> t.seen as is_changed) c;
end
$$;

-- A date of the form; where it is not there, of the account.
create or replace function mainstay.value_now(p_name text, p_texts jsonb,
    p_form jsonb) returns date
language sql stable parallel safe
return mainstay.typed_date(btrim(case when p_form ? p_name
    then p_form else p_texts end ->> p_name));

-- Adds an account (p_account null), or changes what was typed of one.
create or replace function mainstay.save_account(p_tenant uuid,
    p_account uuid, p_form jsonb) returns uuid
language plpgsql set search_path = ''
as $$
declare
    v_old mainstay.accounts;
    v_new mainstay.accounts;
    v_typed jsonb;
    v_bad record;
begin
    if p_account is not null then
        perform mainstay.tenant_of_account(p_account);
        select a.* into v_old from mainstay.accounts a
         where a.tenant_id = p_tenant and a.id = p_account;
    end if;
    select jsonb_agg(to_jsonb(t)) into v_typed
      from mainstay.typed_account(p_tenant, v_old, p_form) t;
    for v_bad in
        select * from mainstay.refused_account(p_tenant, p_account, p_form,
            v_typed) limit 1
    loop
        raise exception using errcode = v_bad.state, column = v_bad.name,
            message = v_bad.message;
    end loop;
    v_new := mainstay.account_with(v_old, v_typed);
    if p_account is null then
        return mainstay.insert_account(p_tenant, v_new);
    end if;
    perform mainstay.update_account(v_old, v_new);
    return p_account;
exception when unique_violation then
    raise exception using errcode = 'MS422', column = 'external_id',
        message = 'Another account has this external id.';
end
$$;
comment on function mainstay.save_account(uuid, uuid, jsonb) is
    'Saves a form of an account and returns the id; MS422 names the first '
    'field that is wrong, MS409 the first that somebody else has changed.';

-- What cannot be saved, the worst first.
create or replace function mainstay.refused_account(p_tenant uuid,
    p_account uuid, p_form jsonb, p_typed jsonb)
returns table (state text, name text, message text)
language plpgsql stable rows 1 set search_path = ''
as $$
begin
    return query
    select r.state, r.name, r.message
      from (
        select 'MS422' as state, 'form' as name, 0 as place,
               format('%s is not known here.', left(k.name, 60)) as message
          from jsonb_object_keys(p_form) k (name)
         where k.name !~ '^w[.]' and not exists (
               select from mainstay.account_fields(p_tenant) f
                where f.name = k.name
                  and (f.kind <> 'stage' or p_account is null))
        union all
        select 'MS422', t.name, t.place, t.message
          from jsonb_to_recordset(p_typed) t (name text, place integer,
               message text)
         where t.message is not null
        union all
        select 'MS409', t.name, 1000 + t.place, 'Somebody changed this '
                   'meanwhile. Nothing was saved: compare both values, then '
                   'save again.'
          from jsonb_to_recordset(p_typed) t (name text, place integer,
               is_stale boolean)
         where t.is_stale) r
     order by r.place;
end
$$;

-- The account as it will be.
create or replace function mainstay.account_with(
    p_account mainstay.accounts, p_typed jsonb) returns mainstay.accounts
language plpgsql stable set search_path = ''
as $$
declare
    v_columns jsonb;
    v_gone text[];
    v_attributes jsonb;
begin
    select jsonb_object_agg(
               case t.name when 'arr' then 'arr_cents' else t.name end,
               case t.name when 'arr'
                   then to_jsonb((t.value::numeric * 100)::bigint)
                   else to_jsonb(t.value) end)
               filter (where t.attribute is null),
           array_agg(t.attribute) filter (where t.attribute is not null),
           jsonb_object_agg(t.attribute, case t.kind
                   when 'number' then to_jsonb(t.value::numeric)
                   when 'boolean' then to_jsonb(t.value::boolean)
                   else to_jsonb(t.value) end)
               filter (where t.attribute is not null and t.value is not null)
      into v_columns, v_gone, v_attributes
      from jsonb_to_recordset(p_typed) t (name text, kind text,
           attribute text, value text, is_changed boolean)
     where t.is_changed;
    p_account.crm_attributes := coalesce(p_account.crm_attributes, '{}')
        - coalesce(v_gone, '{}') || coalesce(v_attributes, '{}');
    return jsonb_populate_record(p_account, coalesce(v_columns, '{}'));
end
$$;

create or replace function mainstay.insert_account(p_tenant uuid,
    p_account mainstay.accounts) returns uuid
language plpgsql set search_path = ''
as $$
declare
    v_id uuid;
begin
    insert into mainstay.accounts (tenant_id, name, parent_id, csm_id, status,
        tier, current_stage, arr_cents, currency, contract_start_date,
        contract_end_date, renewal_date, industry, external_id,
        crm_attributes)
    values (p_tenant, p_account.name, p_account.parent_id, p_account.csm_id,
        p_account.status, p_account.tier, p_account.current_stage,
        p_account.arr_cents, p_account.currency,
        p_account.contract_start_date, p_account.contract_end_date,
        p_account.renewal_date, p_account.industry, p_account.external_id,
        p_account.crm_attributes)
    returning id into v_id;
    return v_id;
end
$$;

-- A parent apart from the rest: whoever moves an account in the tree waits
-- for others who do.
create or replace function mainstay.update_account(p_old mainstay.accounts,
    p_new mainstay.accounts) returns void
language plpgsql set search_path = ''
as $$
begin
    if p_new is distinct from p_old then
        update mainstay.accounts a
           set name = p_new.name, csm_id = p_new.csm_id,
               status = p_new.status, tier = p_new.tier,
               arr_cents = p_new.arr_cents, currency = p_new.currency,
               contract_start_date = p_new.contract_start_date,
               contract_end_date = p_new.contract_end_date,
               renewal_date = p_new.renewal_date, industry = p_new.industry,
               external_id = p_new.external_id,
               crm_attributes = p_new.crm_attributes
         where a.tenant_id = p_old.tenant_id and a.id = p_old.id;
        if not found then
            raise exception using errcode = 'MS403',
                message = 'Your role does not include this.';
        end if;
    end if;
    if p_new.parent_id is distinct from p_old.parent_id then
        update mainstay.accounts a set parent_id = p_new.parent_id
         where a.tenant_id = p_old.tenant_id and a.id = p_old.id;
    end if;
end
$$;

-- What may be chosen: [{value, label, is_chosen}].
create or replace function mainstay.field_options(p_tenant uuid, p_kind text,
    p_choices text[], p_attribute text, p_is_required boolean,
    p_chosen text) returns json
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select json_agg(json_build_object('value', o.value, 'label', o.label,
                   'is_chosen', o.value = coalesce(p_chosen, ''))
                   order by o.place, o.label, o.value)
          from (
            select 0, '', case p_kind when 'person' then 'Nobody'
                when 'stage' then 'The first one'
                -- Of those that are built in, a tier alone may be left out.
                when 'choice' then case when p_attribute is null
                    then 'By ARR' else '–' end
                else '–' end
             where not p_is_required or p_chosen is null
            union all
            select c.place, c.value, case
                       when p_kind = 'boolean' then mainstay.value_text(
                           p_tenant, p_kind, p_attribute, null, c.value)
                       when p_attribute is null then app.label_text(c.value)
                       else c.value end
              from unnest(p_choices) with ordinality c (value, place)
            union all
            -- What it has, though it could not be chosen any more.
            select 1000, p_chosen, p_chosen
             where p_kind in ('choice', 'boolean')
               and p_chosen <> all (p_choices)
            union all
            select s.display_order, s.name, s.name
              from mainstay.journey_stages s
             where p_kind = 'stage' and s.tenant_id = p_tenant
            union all
            (select 1, p.user_id::text, p.full_name
               from mainstay.profiles p
              where p_kind = 'person' and p.tenant_id = p_tenant
                and (p.is_active or p.user_id::text = p_chosen)
              order by lower(p.full_name) limit 500))
            o (place, value, label));
end
$$;

-- The details of an account, field by field, as text or, where p_edit names
-- the field or is all, as a field of a form. What was typed comes back beside
-- what is wrong with it and what somebody else has made of it.
create or replace function mainstay.account_form(p_tenant uuid,
    p_account mainstay.accounts, p_may boolean, p_edit text, p_form jsonb)
returns table (place integer, name text, label text, text text, note text,
    may_edit boolean, is_edited boolean, is_whole boolean, value text,
    is_select boolean, is_number boolean, input_type text, most integer, options json, was text,
    error text, conflict_text text, is_required boolean,
    is_first_custom boolean)
language plpgsql stable rows 16 set search_path = ''
as $$
declare
    v_texts constant jsonb := mainstay.account_texts(p_account);
    v_typed constant text[] := array(
        select k.name from jsonb_object_keys(p_form) k (name)
         where p_form ? ('w.' || k.name));
    v_is_whole constant boolean := p_may and (p_account.id is null
        or coalesce(cardinality(v_typed) > 1, false)
        or (p_form is null and p_edit = 'all'));
begin
    return query
    with field as materialized (
        select * from mainstay.account_fields(p_tenant)
    )
    select f.place, f.name, f.label, t.text, n.note,
           p_may and f.kind <> 'unknown', e.is_edited, v_is_whole,
           case when not e.is_edited then null
               when p_form ? f.name then p_form ->> f.name
               when f.kind = 'account' then t.text
               else v_texts ->> f.name end,
           f.kind in ('choice', 'boolean', 'person', 'stage'),
           f.kind in ('money', 'number'),
           case f.kind when 'date' then 'date' else 'text' end,
           coalesce(f.most, 1000),
           case when e.is_edited and f.kind in ('choice', 'boolean',
                   'person', 'stage')
               then mainstay.field_options(p_tenant, f.kind, f.choices,
                   f.attribute, f.is_required, coalesce(p_form ->> f.name,
                       v_texts ->> f.name)) end,
           case when e.is_edited and p_account.id is not null
               then mainstay.value_mark(v_texts ->> f.name) end,
           y.message,
           case when y.is_stale then coalesce(t.text, 'nothing') end,
           f.is_required,
           f.attribute is not null and lag(f.attribute) over (
               order by f.place, f.label) is null
      from (
        select * from field
        union all
        select 1000, u.name, app.label_text(substr(u.name, 3)), 'unknown',
               false, null, null, u.name
          from jsonb_object_keys(v_texts) u (name)
         where not v_is_whole and u.name like 'a.%'
           and u.name not in (select k.name from field k)) f
     cross join lateral (
        select mainstay.value_text(p_tenant, f.kind, f.attribute,
                   p_account.currency, v_texts ->> f.name) as text) t
     cross join lateral (
        select case when f.name = 'renewal_date'
                   then app.day_text(p_account.renewal_date)
               when f.name = 'tier' and not p_account.tier_is_set
                   then 'by ARR' end as note) n
     cross join lateral (
        select p_may and f.kind <> 'unknown' and (v_is_whole or f.name = any (v_typed)
                   or (p_form is null and f.name = p_edit)) as is_edited) e
      left join (
        select * from mainstay.typed_account(p_tenant, p_account, p_form)
         where p_form is not null) y on y.name = f.name
     where f.kind <> 'stage' or p_account.id is null
     order by f.place, f.label;
end
$$;

-- The same of the account as it is, or as it was at the end of a day.
create or replace function mainstay.account_details(p_tenant uuid,
    p_account uuid, p_as_of date, p_edit text, p_form jsonb)
returns table (place integer, name text, label text, text text, note text,
    may_edit boolean, is_edited boolean, is_whole boolean, value text,
    is_select boolean, is_number boolean, input_type text, most integer, options json, was text,
    error text, conflict_text text, is_required boolean,
    is_first_custom boolean)
language plpgsql stable rows 16 set search_path = ''
as $$
declare
    v_account mainstay.accounts;
    v_is_past constant boolean := coalesce(p_as_of < current_date, false);
begin
    if v_is_past then
        v_account := jsonb_populate_record(null::mainstay.accounts,
            api.account_at(p_tenant, p_account, app.end_of_day(p_as_of)));
    else
        select a.* into v_account from mainstay.accounts a
         where a.tenant_id = p_tenant and a.id = p_account;
    end if;
    if v_account.id is not null then
        return query select * from mainstay.account_form(p_tenant, v_account,
            app.may('Practitioner') and not v_is_past, p_edit, p_form);
    end if;
end
$$;

-- What a form for a new account begins with.
create or replace function mainstay.new_account(p_tenant uuid,
    p_parent uuid) returns mainstay.accounts
language plpgsql stable set search_path = ''
as $$
declare
    v_account mainstay.accounts;
begin
    select a.id, a.tier, a.currency, a.industry
      into v_account.parent_id, v_account.tier, v_account.currency,
           v_account.industry
      from mainstay.accounts a
     where a.tenant_id = p_tenant and a.id = p_parent;
    v_account.csm_id := app.current_user_id();
    v_account.status := 'active';
    v_account.arr_cents := 0;
    v_account.currency := coalesce(v_account.currency, 'USD');
    return v_account;
end
$$;

do $$
declare
    v_function regprocedure;
begin
    for v_function in
        select oid::regprocedure from pg_catalog.pg_proc
         where pronamespace = 'mainstay'::regnamespace
           and proname in ('account_fields', 'account_texts', 'value_mark',
               'named_account', 'typed_date', 'typed_value', 'value_text',
               'typed_account', 'value_now', 'save_account',
               'refused_account', 'account_with', 'insert_account',
               'update_account', 'field_options', 'account_form',
               'account_details', 'new_account')
    loop
        execute format('grant execute on function %s to mainstay_app, '
            'mainstay_maint, mainstay_definer', v_function);
    end loop;
end $$;

-- Accounts from CSV: read, mapped to columns, judged line by line, then added
-- or changed by their external id. An empty cell changes nothing.

-- The lines of a CSV text with their cells; comma, semicolon or tab, whichever
-- the first line has most of.
create or replace function mainstay.csv_lines(p_text text)
returns table (line integer, cells text[])
language plpgsql immutable set search_path = ''
as $$
declare
    v_text constant text := ltrim(p_text, chr(65279));
    v_first constant text := split_part(v_text, e'\n', 1);
    v_comma text := ',';
    v_cell text[];
begin
    select d into v_comma from unnest(array[',', ';', e'\t']) d
     order by length(v_first) - length(replace(v_first, d, '')) desc limit 1;
    line := 1;
    cells := '{}';
    for v_cell in select m from regexp_matches(v_text, format(
        '("(?:[^"]|"")*"|[^%1$s\r\n]*)(%1$s|\r\n|\n|\r|$)', v_comma), 'g') m
    loop
        cells := cells || btrim(case when v_cell[1] ~ '^".*"$'
            then replace(substr(v_cell[1], 2, length(v_cell[1]) - 2), '""',
                '"')
            else v_cell[1] end);
        continue when v_cell[2] = v_comma;
        if cells <> '{""}' then
            return next;
        end if;
        line := line + 1;
        cells := '{}';
    end loop;
end
$$;

create or replace function mainstay.import_targets()
returns table (target text, label text, also text[])
language sql immutable
begin atomic
    values ('external_id', 'External id', '{crm_id}'::text[]),
    ('name', 'Name', '{account,account_name,company,customer}'),
    ('status', 'Status', '{}'), ('tier', 'Tier', '{segment}'),
    ('stage', 'Stage', '{journey_stage}'),
    ('owner', 'Owner (e-mail)', '{csm,csm_email,owner_email}'),
    ('arr', 'ARR', '{revenue,annual_recurring_revenue}'),
    ('currency', 'Currency', '{}'),
    ('renewal_date', 'Renewal', '{renewal}'),
    ('contract_start_date', 'Contract start', '{start_date}'),
    ('contract_end_date', 'Contract end', '{end_date}'),
    ('industry', 'Industry', '{}'),
    ('parent_external_id', 'Parent (external id)', '{parent}');
end;

-- Which column goes where: as the form says, else by its heading.
create or replace function mainstay.import_map(p_form json)
returns table (nr bigint, heading text, target text)
language sql immutable
begin atomic
    select h.nr, h.heading, coalesce(
               case when p_form ->> ('map-' || h.nr) is not null
                   then p_form ->> ('map-' || h.nr) else (
                   select t.target from mainstay.import_targets() t
                    where k.key = t.target or k.key = any (t.also)) end, '')
      from (select c.cells from mainstay.csv_lines(p_form ->> 'csv') c
             order by c.line limit 1) f
     cross join unnest(f.cells) with ordinality h (heading, nr)
     cross join lateral (select regexp_replace(lower(h.heading),
           '[^a-z0-9]+', '_', 'g') as key) k;
end;

-- What is wrong with one value, or null.
create or replace function mainstay.import_problem(p_tenant uuid,
    p_target text, p_value text) returns text
language plpgsql stable set search_path = ''
as $$
begin
    return case
        when length(p_value) > 200 then 'has more than 200 characters'
        when p_target = 'status' and p_value not in ('active', 'onboarding',
            'paused', 'churned')
            then 'must be active, onboarding, paused or churned'
        when p_target = 'tier' and p_value not in ('enterprise', 'mid_market',
            'small_business', 'trial')
            then 'must be enterprise, mid_market, small_business or trial'
        when p_target = 'currency' and p_value !~ '^[A-Z]{3}$'
            then 'must be a code like USD'
        when p_target = 'arr' and p_value !~ '^[0-9]{1,12}([.][0-9]{1,2})?$'
            then 'must be an amount like 50000 or 50000.50'
        when p_target like '%date' and (mainstay.account_filter_value('x',
            'date', null, null, p_value)).arg is null
            then 'must be a date like 2026-08-21'
        when p_target = 'stage' and not exists (
            select from mainstay.journey_stages s
             where s.tenant_id = p_tenant and s.name = p_value)
            then 'is no stage of the journey'
        when p_target = 'owner' and not exists (
            select from mainstay.profiles o
             where o.tenant_id = p_tenant and o.is_active
               and lower(o.email) = lower(p_value))
            then 'is nobody here'
    end;
end
$$;

-- An account as a line of a file would have it.
create or replace function mainstay.import_now(p_tenant uuid, p_id uuid)
returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select jsonb_build_object('external_id', a.external_id, 'name',
                   a.name, 'status', a.status, 'tier', a.tier, 'stage',
                   a.current_stage, 'owner', lower(o.email), 'arr',
                   a.arr_cents::text, 'currency', a.currency, 'renewal_date',
                   a.renewal_date, 'contract_start_date',
                   a.contract_start_date, 'contract_end_date',
                   a.contract_end_date, 'industry', a.industry,
                   'parent_external_id', p.external_id)
          from mainstay.accounts a
          left join mainstay.profiles o
            on o.tenant_id = p_tenant and o.user_id = a.csm_id
          left join mainstay.accounts p
            on p.tenant_id = p_tenant and p.id = a.parent_id
         where a.tenant_id = p_tenant and a.id = p_id);
end
$$;

-- Every line: what it says, which account it means, what would come of it.
create or replace function mainstay.import_lines(p_tenant uuid, p_form json)
returns table (line integer, data jsonb, id uuid, outcome text, message text)
language plpgsql stable set search_path = ''
as $$
declare
    v_map text[];
    v_line record;
    v_seen jsonb := '{}';
    v_key text;
    v_keys text[];
begin
    v_map := array(select m.target from mainstay.import_map(p_form) m
        order by m.nr);
    v_keys := array(
        select btrim(c.cells[array_position(v_map, 'external_id')])
          from mainstay.csv_lines(p_form ->> 'csv') c);
    for v_line in select c.* from mainstay.csv_lines(p_form ->> 'csv') c
                   order by c.line offset 1
    loop
        line := v_line.line;
        message := null;
        select coalesce(jsonb_object_agg(t.target, case t.target
                   when 'arr' then case when t.value ~
                       '^[0-9]{1,12}([.][0-9]{1,2})?$'
                       then trunc(t.value::numeric * 100)::text
                       else t.value end
                   when 'owner' then lower(t.value) else t.value end), '{}'),
               string_agg(case when t.problem is not null then
                   format('%s %s: "%s".', t.target, t.problem,
                       left(t.value, 40)) end, ' ')
          into data, message
          from (select v_map[c.nr] as target, c.value,
                       mainstay.import_problem(p_tenant, v_map[c.nr],
                           c.value) as problem
                  from (select u.nr, regexp_replace(u.value,
                               '^''([=+@\t\r-])', '\1') as value
                          from unnest(v_line.cells) with ordinality
                               u (value, nr)) c
                 where c.value <> '' and v_map[c.nr] <> '') t;
        v_key := data ->> 'external_id';
        select a.id into id from mainstay.accounts a
         where a.tenant_id = p_tenant and a.external_id = v_key;
        message := coalesce(message, case
            when cardinality(v_line.cells) > cardinality(v_map)
                then 'There are more cells than headings.'
            when v_key is null then 'external_id is missing.'
            when v_seen ? v_key then format('%s is in line %s already.',
                v_key, v_seen ->> v_key)
            when id is null and data ->> 'name' is null
                then 'A new account needs a name.'
            when data ->> 'parent_external_id' = v_key
                then 'An account cannot be its own parent.'
            when data ->> 'parent_external_id' <> all (v_keys)
                and not exists (
                    select from mainstay.accounts p
                     where p.tenant_id = p_tenant
                       and p.external_id = data ->> 'parent_external_id')
                then format('There is no account with the external id %s.',
                    data ->> 'parent_external_id')
        end);
        v_seen := v_seen || jsonb_build_object(coalesce(v_key, ''), line);
        outcome := case when message is not null then 'refused'
            when id is null then 'added'
            when mainstay.import_now(p_tenant, id) @> data then 'same'
            else 'changed' end;
        return next;
    end loop;
end
$$;

-- Refuses a file as a whole: MS422.
create or replace function mainstay.import_check(p_form json) returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_map text[] := array(select m.target from mainstay.import_map(p_form) m
        where m.target <> '');
    v_lines integer;
    v_message text;
begin
    select count(*) - 1 into v_lines
      from mainstay.csv_lines(p_form ->> 'csv');
    v_message := case
        when v_lines < 1 then 'A heading and at least one line are needed.'
        when v_lines > mainstay.bulk_limit() then format('At most %s lines '
            'at once: this has %s.', app.number_text(mainstay.bulk_limit()),
            app.number_text(v_lines))
        when 'external_id' <> all (v_map) then 'No column is the external '
            'id: accounts are recognised by it.'
        when cardinality(v_map) > (select count(distinct m)
            from unnest(v_map) m) then 'Two columns go to the same field.'
        when exists (select from unnest(v_map) m where m not in (
            select t.target from mainstay.import_targets() t))
            then 'A column goes to a field that is not known.'
    end;
    if v_message is not null then
        raise exception using errcode = 'MS422', column = 'csv',
            message = v_message;
    end if;
end
$$;

create or replace function app.import_preview(p_tenant uuid, p_form json)
returns table (line integer, data jsonb, id uuid, outcome text, message text)
language plpgsql stable set search_path = ''
as $$
begin
    perform mainstay.import_check(p_form);
    return query select * from mainstay.import_lines(p_tenant, p_form);
end
$$;

-- Adds or changes one account.
create or replace function mainstay.import_one(p_tenant uuid, p_id uuid,
    p_data jsonb) returns uuid
language plpgsql volatile set search_path = ''
as $$
declare
    v_owner uuid;
    v_id uuid := p_id;
begin
    select o.user_id into v_owner from mainstay.profiles o
     where o.tenant_id = p_tenant and o.is_active
       and lower(o.email) = p_data ->> 'owner';
    if v_id is null then
        insert into mainstay.accounts (tenant_id, name, external_id, tier)
        values (p_tenant, p_data ->> 'name', p_data ->> 'external_id', null)
        returning id into v_id;
    end if;
    update mainstay.accounts a
       set name = coalesce(p_data ->> 'name', a.name),
           status = coalesce(p_data ->> 'status', a.status),
           tier = coalesce(p_data ->> 'tier', a.tier),
           tier_is_set = a.tier_is_set or p_data ->> 'tier' is not null,
           current_stage = coalesce(p_data ->> 'stage', a.current_stage),
           csm_id = coalesce(v_owner, a.csm_id),
           arr_cents = coalesce((p_data ->> 'arr')::bigint, a.arr_cents),
           currency = coalesce(p_data ->> 'currency', a.currency),
           renewal_date = coalesce((p_data ->> 'renewal_date')::date,
               a.renewal_date),
           contract_start_date = coalesce(
               (p_data ->> 'contract_start_date')::date,
               a.contract_start_date),
           contract_end_date = coalesce(
               (p_data ->> 'contract_end_date')::date, a.contract_end_date),
           industry = coalesce(p_data ->> 'industry', a.industry)
     where a.tenant_id = p_tenant and a.id = v_id;
    return v_id;
end
$$;

-- Does what the preview says, in one transaction; lines that are refused are
-- left out and kept in the result.
create or replace function mainstay.account_import(p_tenant uuid, p_form json)
returns uuid
language plpgsql volatile set search_path = ''
as $$
declare
    v_line record;
    v_results jsonb := '[]';
    v_id uuid;
    v_outcome text;
    v_message text;
begin
    perform mainstay.import_check(p_form);

    for v_line in select *
                    from mainstay.import_lines(p_tenant, p_form)
    loop
        v_outcome := v_line.outcome;
        v_message := v_line.message;
        v_id := v_line.id;
        if v_outcome in ('added', 'changed') then
            begin
                v_id := mainstay.import_one(p_tenant, v_id, v_line.data);
            exception when sqlstate 'MS403' or sqlstate 'MS409'
                or sqlstate 'MS422' or check_violation then
                v_outcome := 'refused';
                v_message := case when sqlstate = '23514'
                    then 'The contract ends before it starts.'
                    else sqlerrm end;
            end;
        end if;
        v_results := v_results || jsonb_build_object('id', v_id, 'line',
            v_line.line, 'name', coalesce(v_line.data ->> 'name',
                v_line.data ->> 'external_id', 'A line'),
            'outcome', v_outcome, 'message', v_message,
            'parent', v_line.data ->> 'parent_external_id');
    end loop;
    update mainstay.accounts a set parent_id = p.id
      from jsonb_to_recordset(v_results) r (id uuid, outcome text,
               parent text)
      join mainstay.accounts p
        on p.tenant_id = p_tenant and p.external_id = r.parent
     where a.tenant_id = p_tenant and a.id = r.id
       and r.outcome in ('added', 'changed')
       and a.parent_id is distinct from p.id;
    insert into mainstay.bulk_changes (tenant_id, change, made_by,
        request_id, results)
    values (p_tenant, 'import', app.current_user_id(),
        app.current_request_id(), v_results)
    returning id into v_id;
    return v_id;
end
$$;
comment on function mainstay.account_import(uuid, json) is
    'Adds and changes accounts from CSV by their external id; the id of the '
    'result.';

grant execute on function mainstay.csv_lines(text), mainstay.import_targets(),
    mainstay.import_map(json), mainstay.import_problem(uuid, text, text),
    mainstay.import_now(uuid, uuid), mainstay.import_lines(uuid, json),
    mainstay.import_check(json), mainstay.import_one(uuid, uuid, jsonb),
    mainstay.account_import(uuid, json), app.import_preview(uuid, json)
    to mainstay_app, mainstay_maint, mainstay_definer;

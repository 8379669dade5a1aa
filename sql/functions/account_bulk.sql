-- Items of POST /api/v1/accounts/bulk: each adds, changes or churns an
-- account as the route for one would.

create or replace function mainstay.account_bulk_members() returns text[]
language sql immutable
return array['name', 'parent_id', 'external_id', 'tier', 'status', 'csm_id',
    'arr', 'currency', 'contract_start_date', 'contract_end_date',
    'renewal_date', 'industry', 'crm_attributes'];

create or replace function mainstay.item_error(p_pointer text, p_code text,
    p_detail text) returns jsonb
language sql immutable
return jsonb_build_object('pointer', p_pointer, 'code', p_code,
    'detail', p_detail);

-- What is wrong with an item whatever the accounts are: a list.
create or replace function mainstay.account_bulk_errors(p_item jsonb)
returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_action constant text := p_item ->> 'action';
    v_uuid constant text :=
        '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$';
    v_errors jsonb;
begin
    if jsonb_typeof(p_item) <> 'object' then
        return jsonb_build_array(mainstay.item_error('', 'type',
            'An item must be an object.'));
    end if;
    select jsonb_agg(mainstay.item_error(e.pointer, e.code, e.detail))
      into v_errors
      from (
        select '/' || k as pointer, 'unknown' as code,
               format('%s is not known here.', left(k, 60)) as detail
          from jsonb_object_keys(p_item) k
         where k not in ('action', 'id', 'account', 'if_match')
        union all
        select '/action', 'choice',
               'Action must be one of create, update, delete.'
         where v_action is null
            or v_action not in ('create', 'update', 'delete')
        union all
        select '/id', 'required', 'Id must be that of an account.'
         where v_action in ('update', 'delete')
           and (p_item ->> 'id' ~ v_uuid) is not true
        union all
        select '/id', 'unknown', 'A new account has no id yet.'
         where v_action = 'create' and p_item ? 'id'
        union all
        select '/if_match', 'type', 'If_match must be a text.'
         where coalesce(jsonb_typeof(p_item -> 'if_match'), 'string')
               <> 'string'
        union all
        select '/account', 'required', 'Account must be an object.'
         where v_action in ('create', 'update')
           and jsonb_typeof(p_item -> 'account') is distinct from 'object'
        union all
        select '/account', 'unknown', 'A delete has no account.'
         where v_action = 'delete' and p_item ? 'account'
        union all
        select '/account/' || m.key,
               case when m.key <> all (mainstay.account_bulk_members())
                   then 'unknown' else 'type' end,
               case when m.key <> all (mainstay.account_bulk_members())
                   then format('%s is not known here.', left(m.key, 60))
                   when m.key = 'crm_attributes'
                   then 'This must be an object.'
                   else 'This must be a text.' end
          from jsonb_each(case jsonb_typeof(p_item -> 'account')
               when 'object' then p_item -> 'account' end) m
         where m.key <> all (mainstay.account_bulk_members())
            or jsonb_typeof(m.value) not in ('null', case m.key
                when 'crm_attributes' then 'object' else 'string' end)
        union all
        select '/account/' || m.key, 'format',
               'This must be a text without line breaks.'
          from jsonb_each_text(case jsonb_typeof(p_item -> 'account')
               when 'object' then (p_item -> 'account')
                   - 'crm_attributes'
               end) m
         where m.value ~ '[[:cntrl:]]') e;
    return v_errors;
end
$$;
comment on function mainstay.account_bulk_errors(jsonb) is
    'What is wrong with an item before any account is looked at; or null.';

-- Queues a body of items. Those that were no JSON have been taken out.
create or replace function app.add_account_bulk(p_tenant uuid, p_body jsonb,
    p_faults jsonb, out body json, out id uuid)
language plpgsql volatile set search_path = ''
as $$
declare
    v_unknown constant text := (
        select k from jsonb_object_keys(p_body) k where k <> 'items' limit 1);
    v_items jsonb;
begin
    if v_unknown is not null then
        raise exception using errcode = 'MS422', column = v_unknown,
            constraint = 'unknown', message = format(
                '%s is not known here.', left(v_unknown, 60));
    end if;
    if jsonb_typeof(p_body -> 'items')
            is distinct from 'array'
        or jsonb_array_length(p_body -> 'items')
            not between 1 and mainstay.job_limit() then
        raise exception using errcode = 'MS422', column = 'items',
            constraint = 'length', message = format('The body must be '
                '{"items": […]}, with 1 to %s of them.',
                app.number_text(mainstay.job_limit()));
    end if;
    select jsonb_agg(case when e.errors is null then i.value
               else jsonb_build_object('errors', e.errors) end
               order by i.nr)
      into v_items
      from jsonb_array_elements(p_body -> 'items') with ordinality
           i (value, nr)
     cross join lateral (select coalesce((
               select jsonb_build_array(mainstay.item_error(
                          coalesce('/' || (f ->> 'field'), ''), 'malformed',
                          f ->> 'detail'))
                 from jsonb_array_elements(p_faults) f
                where (f ->> 'index')::integer = i.nr - 1 limit 1),
               mainstay.account_bulk_errors(i.value)) as errors) e;
    id := mainstay.add_job(p_tenant, 'account_bulk', 'Practitioner',
        v_items);
    select app.job_api(j) into body from mainstay.jobs j
     where j.tenant_id = p_tenant and j.id = add_account_bulk.id;
end
$$;
comment on function app.add_account_bulk(uuid, jsonb, jsonb) is
    'Queues a job of changes of accounts; MS422 when there are none, or too '
    'many.';

-- Does one item, as who asked for it.
create or replace function mainstay.do_account_bulk(p_tenant uuid,
    p_item jsonb, out code integer, out id uuid)
language plpgsql volatile set search_path = ''
as $$
declare
    v_values constant jsonb := case p_item ->> 'action'
        when 'delete' then '{"status": "churned"}'
        else p_item -> 'account' end;
    v_account mainstay.accounts;
begin
    id := p_item ->> 'id';
    code := case when id is null then 201 else 200 end;
    if id is not null then
        perform app.api_lock(p_tenant, 'accounts', id,
            p_item ->> 'if_match');
        select a.* into v_account from mainstay.accounts a
         where a.tenant_id = p_tenant and a.id = do_account_bulk.id;
    end if;
    id := mainstay.save_account(p_tenant, id, app.account_api_form(
        v_account, v_values, array(select jsonb_object_keys(v_values))));
end
$$;

grant execute on function mainstay.account_bulk_members(),
    mainstay.item_error(text, text, text),
    mainstay.account_bulk_errors(jsonb),
    app.add_account_bulk(uuid, jsonb, jsonb) to mainstay_app;
-- For the worker.
grant execute on function mainstay.do_account_bulk(uuid, jsonb),
    app.account_api_form(mainstay.accounts, jsonb, text[]),
    app.match_version(text, text) to mainstay_definer;

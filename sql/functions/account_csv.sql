-- Accounts as CSV (RFC 4180).

-- One cell. A spreadsheet would run a text that begins like a formula: an
-- apostrophe before it keeps it a text.
create or replace function app.csv_cell(p_text text) returns text
language sql immutable parallel safe
return case
    when p_text is null then ''
    when p_text ~ '^[=+@\t\r-]' then '"''' || replace(p_text, '"', '""') || '"'
    when p_text ~ '[",;\n\r]' then '"' || replace(p_text, '"', '""') || '"'
    else p_text
end;
comment on function app.csv_cell(text) is
    'A text as a cell of CSV that no spreadsheet takes for a formula.';

-- The accounts that a form of the list finds, in its order.
create or replace function app.account_csv(p_tenant uuid, p_form json,
    p_sort text) returns text
language plpgsql stable set search_path = ''
as $$
declare
    v_limit constant integer := 10000;
    v_ids uuid[];
    v_lines text;
begin
    v_ids := array(select f.id from app.accounts_found(p_tenant, p_form,
        p_sort, null, null, v_limit + 1) f);
    if cardinality(v_ids) > v_limit then
        raise exception using errcode = 'MS422', column = 'form',
            message = format('These are more than %s accounts: narrow the '
                'list by a filter.', app.number_text(v_limit));
    end if;
    select string_agg(concat_ws(',', app.csv_cell(a.external_id),
               app.csv_cell(a.name), a.status, a.tier,
               app.csv_cell(a.current_stage), app.csv_cell(o.email), a.arr,
               a.currency, coalesce(a.renewal_date::text, ''),
               coalesce(a.contract_start_date::text, ''),
               coalesce(a.contract_end_date::text, ''),
               app.csv_cell(a.industry), app.csv_cell(p.external_id),
               app.csv_cell(p.name), coalesce(a.health_score::text, ''),
               coalesce(a.health_band, ''), app.csv_cell((
                   select string_agg(g.name, '; ' order by lower(g.name))
                     from mainstay.account_tags t
                     join mainstay.tags g
                       on g.tenant_id = p_tenant and g.id = t.tag_id
                    where t.tenant_id = p_tenant and t.account_id = a.id)),
               a.id) || e'\r\n', '' order by s.nr)
      into v_lines
      from unnest(v_ids) with ordinality s (id, nr)
      join mainstay.accounts a on a.tenant_id = p_tenant and a.id = s.id
      left join mainstay.profiles o
        on o.tenant_id = p_tenant and o.user_id = a.csm_id
      left join mainstay.accounts p
        on p.tenant_id = p_tenant and p.id = a.parent_id;
    return e'external_id,name,status,tier,stage,owner,arr,currency,'
        'renewal_date,contract_start_date,contract_end_date,industry,'
        'parent_external_id,parent_name,health_score,health_band,tags,id\r\n'
        || coalesce(v_lines, '');
end
$$;
comment on function app.account_csv(uuid, json, text) is
    'The list of accounts as CSV; MS422 when there are too many.';

grant execute on function app.csv_cell(text),
    app.account_csv(uuid, json, text)
    to mainstay_app, mainstay_maint, mainstay_definer;

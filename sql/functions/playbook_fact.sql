-- What conditions of playbooks ask of accounts: the fields of the list's
-- filters, with custom attributes under "a".

create or replace function mainstay.account_facts(p_tenant uuid,
    p_account jsonb, p_tags jsonb, p_at timestamptz) returns jsonb
language sql stable parallel safe
return jsonb_build_object(
    'today', (p_at at time zone 'UTC')::date,
    'band', p_account -> 'health_band', 'score', p_account -> 'health_score',
    'stage', p_account -> 'current_stage',
    'stage_days', (p_at at time zone 'UTC')::date
        - ((p_account ->> 'stage_entered_at')::timestamptz
            at time zone 'UTC')::date,
    'status', p_account -> 'status', 'tier', p_account -> 'tier',
    'owner', p_account -> 'csm_id',
    'arr', (p_account ->> 'arr_cents')::numeric / 100,
    'renewal', p_account -> 'renewal_date', 'tag', p_tags,
    'industry', p_account -> 'industry',
    'external_id', p_account -> 'external_id',
    'contact', ((p_account ->> 'last_contact_at')::timestamptz
        at time zone 'UTC')::date,
    'created', ((p_account ->> 'created_at')::timestamptz
        at time zone 'UTC')::date,
    'a', p_account -> 'crm_attributes');

create or replace function mainstay.playbook_facts(p_tenant uuid,
    p_accounts uuid[], p_at timestamptz)
returns table (account_id uuid, facts jsonb)
language plpgsql stable rows 100 set search_path = ''
as $$
begin
    if p_at < now() then
        return query
        select p_accounts[f.place], f.facts
          from mainstay.playbook_facts_then(p_tenant, p_accounts,
              array_fill(p_at, array[cardinality(p_accounts)])) f;
        return;
    end if;
    return query
    select a.id, mainstay.account_facts(p_tenant, to_jsonb(a), (
               select coalesce(jsonb_agg(g.name order by g.name), '[]')
                 from mainstay.account_tags t
                 join mainstay.tags g
                   on g.tenant_id = p_tenant and g.id = t.tag_id
                where t.tenant_id = p_tenant and t.account_id = a.id), p_at)
           || jsonb_build_object('owner_name', (
               select o.full_name from mainstay.profiles o
                where o.tenant_id = p_tenant and o.user_id = a.csm_id))
      from mainstay.accounts a
     where a.tenant_id = p_tenant and a.id = any (p_accounts);
end
$$;
comment on function mainstay.playbook_facts(uuid, uuid[], timestamptz) is
    'What conditions of playbooks can ask of accounts, as it was at a time.';

grant execute on function
    mainstay.account_facts(uuid, jsonb, jsonb, timestamptz),
    mainstay.playbook_facts(uuid, uuid[], timestamptz)
    to mainstay_app, mainstay_maint, mainstay_definer;

-- What conditions of playbooks ask of accounts, as it was: the row of now,
-- less what the audit log says was changed since, with the stage, the score
-- that was shown, the tags and the last contact of then. Each account at a
-- time of its own, thousands at once.

-- Score and band that an account showed.
create or replace function mainstay.health_then(p_tenant uuid,
    p_account uuid, p_at timestamptz) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_score mainstay.health_scores;
    v_set integer;
    v_band text;
begin
    select h.* into v_score from mainstay.health_scores h
     where h.tenant_id = p_tenant and h.account_id = p_account
       and h.recorded_at <= p_at
     order by h.observed_at desc, h.recorded_at desc limit 1;
    select o.score into v_set from mainstay.health_overrides o
     where o.tenant_id = p_tenant and o.account_id = p_account
       and o.created_at <= p_at
       and least(o.ended_at, o.expires_at) > p_at
     order by o.created_at desc limit 1;
    if v_set is not null then
        select b.severity into v_band
          from mainstay.scorecard_bands(coalesce((
               select v.document from mainstay.scorecard_versions v
                where v.tenant_id = p_tenant
                  and v.id = v_score.scorecard_version_id),
               mainstay.preset('standard'))) b
         where b.lower <= v_set order by b.lower desc limit 1;
    end if;
    return jsonb_build_object(
        'health_score', coalesce(v_set, v_score.overall_score),
        'health_band', coalesce(v_band, v_score.band));
end
$$;

-- Names of the tags that an account had.
create or replace function mainstay.tags_then(p_tenant uuid, p_account uuid,
    p_at timestamptz) returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select coalesce(jsonb_agg(g.name order by g.name), '[]')
          from (select t.tag_id from mainstay.account_tags t
                 where t.tenant_id = p_tenant and t.account_id = p_account
                   and t.created_at <= p_at
                union
                select (l.before ->> 'tag_id')::uuid
                  from mainstay.audit_log l
                 where l.tenant_id = p_tenant and l.account_id = p_account
                   and l.action = 'account_tags.delete' and l.at > p_at
                   and (l.before ->> 'created_at')::timestamptz <= p_at) t
          join mainstay.tags g
            on g.tenant_id = p_tenant and g.id = t.tag_id);
end
$$;

create or replace function mainstay.account_then(
    p_account mainstay.accounts, p_at timestamptz) returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return to_jsonb(p_account) || coalesce((
            select jsonb_object_agg(o.key, o.value)
              from (select distinct on (b.key) b.key, b.value
                      from mainstay.audit_log l
                     cross join lateral jsonb_each(l.before) b
                     where l.tenant_id = p_account.tenant_id
                       and l.object_type = 'accounts'
                       and l.object_id = p_account.id::text
                       and l.at > p_at and l.action = 'accounts.update'
                     order by b.key, l.at, l.id) o), '{}')
        || coalesce((
            select jsonb_build_object('current_stage', h.to_stage,
                       'stage_entered_at', h.entered_at)
              from mainstay.journey_history h
             where h.tenant_id = p_account.tenant_id
               and h.account_id = p_account.id and h.entered_at <= p_at
             order by h.entered_at desc, h.exited_at desc limit 1), '{}')
        || mainstay.health_then(p_account.tenant_id, p_account.id, p_at)
        || jsonb_build_object('last_contact_at', (
            select max(n.occurred_at) from mainstay.notes n
             where n.tenant_id = p_account.tenant_id
               and n.account_id = p_account.id and n.kind <> 'note'
               and n.created_at <= p_at));
end
$$;

-- place is that of account and time in the lists.
create or replace function mainstay.playbook_facts_then(p_tenant uuid,
    p_accounts uuid[], p_ats timestamptz[])
returns table (place bigint, facts jsonb)
language plpgsql stable rows 1000 set search_path = ''
as $$
begin
    return query
    select e.place, f.facts || jsonb_build_object('owner_name', (
               select o.full_name from mainstay.profiles o
                where o.tenant_id = p_tenant
                  and o.user_id = (f.facts ->> 'owner')::uuid))
      from unnest(p_accounts, p_ats) with ordinality
           e (account_id, at, place)
      join mainstay.accounts a
        on a.tenant_id = p_tenant and a.id = e.account_id
     cross join lateral mainstay.account_facts(p_tenant,
           mainstay.account_then(a, e.at),
           mainstay.tags_then(p_tenant, a.id, e.at), e.at) f (facts);
end
$$;
comment on function mainstay.playbook_facts_then(uuid, uuid[],
    timestamptz[]) is
    'What conditions of playbooks can ask of accounts, each as it was at its '
    'own time.';

grant execute on function mainstay.health_then(uuid, uuid, timestamptz),
    mainstay.tags_then(uuid, uuid, timestamptz),
    mainstay.account_then(mainstay.accounts, timestamptz),
    mainstay.playbook_facts_then(uuid, uuid[], timestamptz[])
    to mainstay_app, mainstay_maint, mainstay_definer;

-- What a document would do to the accounts it is for, before it is published:
-- distribution before and after, who changes band, and how much revenue goes
-- along. docs/what-if.md says what the figures mean.

-- Scores without their explanation: mainstay.evaluate with nothing that a
-- comparison does not read. Only what is asked of evaluate_range is computed.
create or replace function mainstay.evaluate_scores(p_tenant uuid,
    p_document jsonb, p_accounts uuid[], p_as_of timestamptz default now())
returns table (account_id uuid, score integer, band_key text,
    band_label text, severity text)
language plpgsql stable rows 1000 set search_path = '' set jit = off
    set plan_cache_mode = force_custom_plan
as $$
declare
    v_since timestamptz;
    v_usage_since timestamptz;
    v_event_since timestamptz;
begin
    select p_as_of - max(m.span + m.carry),
           p_as_of - coalesce(max(m.span + m.carry) filter (
               where m.source = 'usage_metric'), '0'),
           p_as_of - coalesce(max(m.span + m.carry) filter (
               where m.source = 'event'), '0')
      into v_since, v_usage_since, v_event_since
      from mainstay.scorecard_metrics(p_document) m;
    return query execute
        'select e.account_id, e.score, e.band_key, e.band_label, e.severity '
        'from mainstay.evaluate_range($1, $2, '
        '''00000000-0000-0000-0000-000000000000'', '
        '''ffffffff-ffff-ffff-ffff-ffffffffffff'', $3, $4, $5, $6, $7, null) e'
        using p_tenant, p_document, p_accounts, p_as_of, v_since,
            v_usage_since, v_event_since;
end
$$;
comment on function mainstay.evaluate_scores(uuid, jsonb, uuid[],
    timestamptz) is
    'Score and band of accounts (null: all) by a document, as of a time, '
    'without inputs and contributions.';

-- The accounts that a scorecard applies to, or would apply to if it were
-- published, with the version that applies to them now.
create or replace function mainstay.accounts_of_scorecard(p_tenant uuid,
    p_scorecard uuid)
returns table (account_id uuid, version_id uuid)
language sql stable
begin atomic
    select w.account_id, o.version_id
      from (
        select distinct on (a.id) a.id as account_id, c.id as scorecard_id
          from mainstay.accounts a
          join mainstay.scorecards c
            on c.tenant_id = p_tenant
           and (c.is_default or (c.applies_to <> '{}'
               and (not c.applies_to ? 'stage'
                   or c.applies_to -> 'stage' ? a.current_stage)
               and (not c.applies_to ? 'tier'
                   or c.applies_to -> 'tier' ? a.tier)
               and (not c.applies_to ? 'segment'
                   or c.applies_to -> 'segment'
                       ? (a.crm_attributes ->> 'segment'))))
         where a.tenant_id = p_tenant and a.status <> 'churned'
           and (c.id = p_scorecard or exists (
               select from mainstay.scorecard_versions v
                where v.tenant_id = p_tenant and v.scorecard_id = c.id
                  and v.status = 'published'))
         order by a.id, c.is_default, c.position, c.name) w
      left join mainstay.scorecard_of(p_tenant, null) o
        on o.account_id = w.account_id
     where w.scorecard_id = p_scorecard;
end;

create or replace function mainstay.what_if(p_tenant uuid,
    p_scorecard uuid, p_document jsonb, p_limit integer default 50)
returns jsonb
language plpgsql volatile set search_path = ''
as $$
declare
    v_accounts uuid[];
    v_versions uuid[];
    v_version uuid;
    v_result jsonb;
begin
    perform app.require_role('Tenant Admin');
    select array_agg(o.account_id), array_agg(o.version_id)
      into v_accounts, v_versions
      from mainstay.accounts_of_scorecard(p_tenant, p_scorecard) o;
    with who as materialized (
        select u.account_id, u.version_id
          from unnest(v_accounts, v_versions) u (account_id, version_id)
    ), before as materialized (
        select e.*
          from (select w.version_id, array_agg(w.account_id) as accounts
                  from who w where w.version_id is not null
                 group by w.version_id) g
          join mainstay.scorecard_versions v
            on v.tenant_id = p_tenant and v.id = g.version_id
         cross join lateral mainstay.evaluate_scores(p_tenant, v.document,
             g.accounts) e
    ), after as materialized (
        select e.* from mainstay.evaluate_scores(p_tenant, p_document,
            v_accounts) e
    ), both_sides as materialized (
        select a.id, a.name, a.arr_cents, a.currency, a.health_score,
               b.score as from_score, b.band_key as from_key,
               coalesce(b.band_label, 'Not scored') as from_label,
               b.severity as from_severity,
               n.score as to_score, n.band_key as to_key,
               coalesce(n.band_label, 'Not scored') as to_label,
               n.severity as to_severity
          from who w
          join mainstay.accounts a
            on a.tenant_id = p_tenant and a.id = w.account_id
          left join before b on b.account_id = w.account_id
          left join after n on n.account_id = w.account_id
    ), matrix as materialized (
        select s.from_key, s.from_label, s.from_severity, s.to_key,
               s.to_label, s.to_severity, count(*) as accounts,
               sum(s.arr_cents) as arr_cents,
               r.from_rank, r.to_rank,
               (s.from_label, s.from_severity)
                   is distinct from (s.to_label, s.to_severity) as is_change
          from both_sides s
         cross join lateral (select
               array_position('{healthy,moderate,at_risk,critical}',
                   s.from_severity) as from_rank,
               array_position('{healthy,moderate,at_risk,critical}',
                   s.to_severity) as to_rank) r
         group by s.from_key, s.from_label, s.from_severity, s.to_key,
               s.to_label, s.to_severity, r.from_rank, r.to_rank
    )
    select jsonb_build_object(
        'accounts', (select count(*) from both_sides),
        'scored', (select count(s.to_score) from both_sides s),
        'not_scored', (select count(*) - count(s.to_score)
                         from both_sides s),
        'overridden', (
            select count(*) from who w
              join mainstay.health_overrides r
                on r.tenant_id = p_tenant and r.account_id = w.account_id
               and r.ended_at is null and r.expires_at > now()),
        'differ_from_shown', (
            select count(*) from both_sides s
             where s.health_score is distinct from s.from_score),
        'matrix', (
            select coalesce(jsonb_agg(jsonb_build_object(
                       'from_key', m.from_key, 'from_label', m.from_label,
                       'from_severity', m.from_severity,
                       'to_key', m.to_key, 'to_label', m.to_label,
                       'to_severity', m.to_severity,
                       'accounts', m.accounts, 'arr_cents', m.arr_cents,
                       'is_change', m.is_change,
                       'is_better', m.to_rank < m.from_rank,
                       'is_worse', m.to_rank > m.from_rank)
                       order by m.from_rank, m.from_label, m.to_rank,
                           m.to_label), '[]') from matrix m),
        'changed_accounts', (select coalesce(sum(m.accounts), 0)
                               from matrix m where m.is_change),
        'changed_arr_cents', (select coalesce(sum(m.arr_cents), 0)
                                from matrix m where m.is_change),
        'better_accounts', (select coalesce(sum(m.accounts), 0)
                              from matrix m where m.to_rank < m.from_rank),
        'better_arr_cents', (select coalesce(sum(m.arr_cents), 0)
                               from matrix m where m.to_rank < m.from_rank),
        'worse_accounts', (select coalesce(sum(m.accounts), 0)
                             from matrix m where m.to_rank > m.from_rank),
        'worse_arr_cents', (select coalesce(sum(m.arr_cents), 0)
                              from matrix m where m.to_rank > m.from_rank),
        'average_before', (select round(avg(s.from_score), 1)
                             from both_sides s),
        'average_after', (select round(avg(s.to_score), 1)
                            from both_sides s),
        'before', mainstay.band_sums((
            select v.document
              from mainstay.scorecard_versions v
             where v.tenant_id = p_tenant and v.id = (
                 select mode() within group (order by w.version_id)
                   from who w)),
            (select jsonb_agg(jsonb_build_object('key', m.from_key,
                        'label', m.from_label, 'severity', m.from_severity,
                        'accounts', m.accounts, 'arr_cents', m.arr_cents))
               from matrix m)),
        'after', mainstay.band_sums(p_document,
            (select jsonb_agg(jsonb_build_object('key', m.to_key,
                        'label', m.to_label, 'severity', m.to_severity,
                        'accounts', m.accounts, 'arr_cents', m.arr_cents))
               from matrix m)),
        'moved', (
            select coalesce(jsonb_agg(jsonb_build_object(
                       'account_id', x.id, 'name', x.name,
                       'arr_cents', x.arr_cents, 'currency', x.currency,
                       'from_score', x.from_score, 'to_score', x.to_score,
                       'from_label', x.from_label, 'to_label', x.to_label,
                       'from_severity', x.from_severity,
                       'to_severity', x.to_severity)
                       order by x.arr_cents desc, x.name, x.id), '[]')
              from (select s.* from both_sides s
                     where (s.from_label, s.from_severity)
                         is distinct from (s.to_label, s.to_severity)
                     order by s.arr_cents desc, s.name, s.id
                     limit p_limit) x))
      into v_result;
    return v_result;
end
$$;
comment on function mainstay.what_if(uuid, uuid, jsonb, integer) is
    'What a document would do to the accounts its scorecard is for: bands '
    'before and after, moves between them, and the revenue that moves.';

-- A distribution: each band of the document, best first, then what is in no
-- band of it. p_counts: [{key, label, severity, accounts, arr_cents}, …]
create or replace function mainstay.band_sums(p_document jsonb,
    p_counts jsonb) returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return (
        with counted as (
            select c.key, c.label, c.severity, sum(c.accounts) as accounts,
                   sum(c.arr_cents) as arr_cents
              from jsonb_to_recordset(coalesce(p_counts, '[]'))
                   as c (key text, label text, severity text,
                       accounts bigint, arr_cents numeric)
             group by c.key, c.label, c.severity
        )
        select coalesce(jsonb_agg(jsonb_build_object(
                   'band_key', coalesce(b.key, c.key),
                   'label', coalesce(b.label, c.label),
                   'severity', coalesce(b.severity, c.severity),
                   'colour', b.colour,
                   'accounts', coalesce(c.accounts, 0),
                   'arr_cents', coalesce(c.arr_cents, 0))
                   order by b.lower desc nulls last, c.label), '[]')
          from mainstay.scorecard_bands(p_document) b
          full join counted c on c.key = b.key and c.label = b.label
           and c.severity = b.severity);
end
$$;

grant execute on function
    mainstay.evaluate_scores(uuid, jsonb, uuid[], timestamptz),
    mainstay.accounts_of_scorecard(uuid, uuid),
    mainstay.what_if(uuid, uuid, jsonb, integer),
    mainstay.band_sums(jsonb, jsonb)
    to mainstay_app, mainstay_maint, mainstay_definer;

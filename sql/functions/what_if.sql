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
    set plan_cache_mode = force_generic_plan set work_mem = '64MB'
as $$
declare
    v_since timestamptz;
    v_usage_since timestamptz;
    v_event_since timestamptz;
    v_one constant uuid := p_accounts[array_lower(p_accounts, 1)];
begin
    select s.any_source, s.usage_metric, s.event
      into v_since, v_usage_since, v_event_since
      from mainstay.scorecard_since(p_document, p_as_of) s;
    if cardinality(p_accounts) = 1 then
        return query
        select e.account_id, e.score, e.band_key, e.band_label, e.severity
          from mainstay.evaluate_range(p_tenant, p_document, v_one, v_one,
              null, p_as_of, v_since, v_usage_since, v_event_since, null) e;
        return;
    end if;
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
-- published.
create or replace function mainstay.accounts_of_scorecard(p_tenant uuid,
    p_scorecard uuid)
returns table (account_id uuid, arr_cents bigint)
language sql stable
begin atomic
    with card as materialized (
        select c.id, c.is_default, c.position, c.name,
               c.applies_to -> 'stage' as stage,
               c.applies_to -> 'tier' as tier,
               c.applies_to -> 'segment' as segment
          from mainstay.scorecards c
         where c.tenant_id = p_tenant
           and (c.is_default or c.applies_to <> '{}')
           and (c.id = p_scorecard or exists (
               select from mainstay.scorecard_versions v
                where v.tenant_id = p_tenant and v.scorecard_id = c.id
                  and v.status = 'published'))
    )
    select w.id, w.arr_cents
      from (
        select distinct on (a.id) a.id, a.arr_cents, c.id as scorecard_id
          from mainstay.accounts a
          join card c
            on c.is_default or ((c.stage is null
                   or c.stage ? a.current_stage)
               and (c.tier is null or c.tier ? a.tier)
               and (c.segment is null
                   or c.segment ? (a.crm_attributes ->> 'segment')))
         where a.tenant_id = p_tenant and a.status <> 'churned'
         order by a.id, c.is_default, c.position, c.name) w
     where w.scorecard_id = p_scorecard;
end;

-- The accounts that are counted for a scorecard: all, or of more than
-- p_sample the fifth of that with the largest ARR, and as many as are left
-- from the others, spread by a hash of their ids, so that the same ones are
-- counted each time. What each of these stands for: so many accounts, and so
-- much of the others' ARR (a ratio estimate; W. G. Cochran, Sampling
-- Techniques, 3rd ed. 1977, ch. 6).
create or replace function mainstay.what_if_sample(p_tenant uuid,
    p_scorecard uuid, p_sample integer)
returns table (account_id uuid, is_drawn boolean, accounts_weight numeric,
    arr_weight numeric)
language plpgsql stable rows 5000 set search_path = '' set jit = off
as $$
begin
    return query
    with who as materialized (
        select o.account_id, o.arr_cents
          from mainstay.accounts_of_scorecard(p_tenant, p_scorecard) o
    ), total as materialized (
        select count(*) as accounts, sum(w.arr_cents) as arr,
               count(*) > p_sample as is_part
          from who w
    ), large as materialized (
        select w.account_id, w.arr_cents from who w
         order by w.arr_cents desc, w.account_id
         limit (select case when t.is_part then p_sample / 5 end
                  from total t)
    ), drawn as materialized (
        select w.account_id, w.arr_cents from who w
         where (select t.is_part from total t)
           and w.account_id not in (select l.account_id from large l)
         order by hashtextextended(w.account_id::text, 0), w.account_id
         limit p_sample - p_sample / 5
    ), rest as (
        select t.accounts - (select count(*) from large) as accounts,
               t.arr - (select sum(l.arr_cents) from large l) as arr
          from total t
    )
    select l.account_id, false, 1::numeric, 1::numeric from large l
    union all
    select d.account_id, true, r.accounts::numeric / count(*) over (),
           coalesce(r.arr / nullif(sum(d.arr_cents) over (), 0), 1)
      from drawn d cross join rest r;
end
$$;

-- Each account that is counted, with its band before and after. Another name
-- for a band, or another key, is no change of it.
create or replace function mainstay.what_if_moves(p_tenant uuid,
    p_scorecard uuid, p_document jsonb, p_sample integer)
returns table (id uuid, name text, arr_cents bigint, currency text,
    shown_score integer, from_score integer, from_key text, from_label text,
    from_severity text, to_score integer, to_key text, to_label text,
    to_severity text, is_change boolean, is_overridden boolean,
    version_id uuid, is_drawn boolean, accounts_weight numeric,
    arr_weight numeric)
language plpgsql stable rows 5000 set search_path = '' set jit = off
    set plan_cache_mode = force_custom_plan
as $$
declare
    v_accounts uuid[];
    v_drawn boolean[];
    v_weights numeric[];
    v_arr_weights numeric[];
begin
    -- Arrays: what hangs on rows would be computed anew for each of them.
    select coalesce(array_agg(s.account_id), '{}'), array_agg(s.is_drawn),
           array_agg(s.accounts_weight), array_agg(s.arr_weight)
      into v_accounts, v_drawn, v_weights, v_arr_weights
      from mainstay.what_if_sample(p_tenant, p_scorecard, p_sample) s;
    return query
    with version as materialized (
        select * from mainstay.scorecard_of(p_tenant, v_accounts)
    ), who as materialized (
        select u.*, v.version_id
          from unnest(v_accounts, v_drawn, v_weights, v_arr_weights)
               u (account_id, is_drawn, accounts_weight, arr_weight)
          left join version v on v.account_id = u.account_id
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
        select * from mainstay.evaluate_scores(p_tenant, p_document,
            v_accounts)
    )
    select a.id, a.name, a.arr_cents, a.currency::text, a.health_score,
           b.score, b.band_key, coalesce(b.band_label, 'Not scored'),
           b.severity, n.score, n.band_key,
           coalesce(n.band_label, 'Not scored'), n.severity,
           b.severity is distinct from n.severity
               or coalesce(b.band_key <> n.band_key
                   and b.band_label <> n.band_label, false),
           exists (select from mainstay.health_overrides o
                    where o.tenant_id = p_tenant and o.account_id = a.id
                      and o.ended_at is null and o.expires_at > now()),
           w.version_id, w.is_drawn, w.accounts_weight, w.arr_weight
      from who w
      join mainstay.accounts a
        on a.tenant_id = p_tenant and a.id = w.account_id
      left join before b on b.account_id = w.account_id
      left join after n on n.account_id = w.account_id;
end
$$;

-- How far what was counted on drawn accounts may be off, 95 times of 100: for
-- the number of those that change band, and for their ARR. The normal
-- interval with finite population correction (Cochran, ch. 2, 3 and 6); where
-- none or all of the drawn change, 3 of n (J. A. Hanley, A. Lippman-Hand, "If
-- nothing goes wrong, is everything all right?", JAMA 249 (1983) 1743-1745).
create or replace function mainstay.sample_margin(p_drawn bigint,
    p_whole numeric, p_whole_arr numeric, p_share numeric,
    p_arr_share numeric, p_arr_error numeric, out accounts bigint,
    out arr_cents bigint)
language plpgsql immutable set search_path = ''
as $$
declare
    v_left constant numeric := 1 - p_drawn / p_whole;
begin
    accounts := ceil(p_whole * case when p_share > 0 and p_share < 1
        then 1.96 * sqrt(v_left * p_share * (1 - p_share) / (p_drawn - 1))
        else least(1, 3.0 / p_drawn) end);
    arr_cents := ceil(case when p_arr_share > 0 and p_arr_share < 1
        then 1.96 * p_whole * sqrt(v_left * p_arr_error / p_drawn)
        else p_whole_arr * least(1, 3.0 / p_drawn) end);
end
$$;

-- The sums over a migration matrix.
create or replace function mainstay.matrix_totals(p_matrix jsonb)
returns jsonb
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select jsonb_build_object(
                   'accounts', coalesce(sum(m.accounts), 0),
                   'scored', coalesce(sum(m.accounts) filter (
                       where m.to_severity is not null), 0),
                   'not_scored', coalesce(sum(m.accounts) filter (
                       where m.to_severity is null), 0),
                   'changed_accounts', coalesce(sum(m.accounts) filter (
                       where m.is_change), 0),
                   'changed_arr_cents', coalesce(sum(m.arr_cents) filter (
                       where m.is_change), 0),
                   'better_accounts', coalesce(sum(m.accounts) filter (
                       where m.is_better), 0),
                   'better_arr_cents', coalesce(sum(m.arr_cents) filter (
                       where m.is_better), 0),
                   'worse_accounts', coalesce(sum(m.accounts) filter (
                       where m.is_worse), 0),
                   'worse_arr_cents', coalesce(sum(m.arr_cents) filter (
                       where m.is_worse), 0))
          from jsonb_to_recordset(p_matrix) as m (to_severity text,
               accounts bigint, arr_cents bigint, is_change boolean,
               is_better boolean, is_worse boolean));
end
$$;

-- sampled, note and margins; null where all were counted.
create or replace function mainstay.sample_words(p_counted bigint,
    p_drawn bigint, p_accounts numeric, p_drawn_accounts numeric,
    p_drawn_arr numeric, p_share numeric, p_arr_share numeric,
    p_arr_error numeric) returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_margin record;
begin
    if p_drawn = 0 then
        return jsonb_build_object('sampled', null, 'note', null,
            'changed_accounts_margin', null,
            'changed_arr_cents_margin', null);
    end if;
    select * into v_margin
      from mainstay.sample_margin(p_drawn, p_drawn_accounts, p_drawn_arr,
          p_share, p_arr_share, p_arr_error);
    return jsonb_build_object('sampled', p_counted,
        'note', 'Counted on ' || app.number_text(p_counted) || ' of '
            || app.count_text(round(p_accounts)::bigint, 'account')
            || ': the ' || app.number_text(p_counted - p_drawn)
            || ' with the largest ARR, and ' || app.number_text(p_drawn)
            || ' spread over the rest. What moves is, 95 times of 100, '
            || 'within ' || app.count_text(v_margin.accounts, 'account')
            || ' and ' || app.money_short(v_margin.arr_cents)
            || ' of what is said here.',
        'changed_accounts_margin', v_margin.accounts,
        'changed_arr_cents_margin', v_margin.arr_cents);
end
$$;

-- How many accounts a page can have counted before its time is up, which is
-- five seconds: as many as have twenty-five thousand metrics together.
create or replace function mainstay.what_if_limit(p_document jsonb)
returns integer
language sql stable parallel safe
return (select greatest(200, least(5000, 25000 / greatest(1, count(*))))
          from mainstay.scorecard_metrics(p_document))::integer;

create or replace function mainstay.what_if(p_tenant uuid,
    p_scorecard uuid, p_document jsonb, p_limit integer default 50,
    p_sample integer default null)
returns jsonb
language plpgsql stable set search_path = '' set jit = off
as $$
declare
    v_matrix jsonb;
    v_moved jsonb;
    v_words jsonb;
    v_sums jsonb;
    v_version uuid;
begin
    perform app.require_role('Tenant Admin');
    if not exists (select from mainstay.scorecards c
                    where c.tenant_id = p_tenant and c.id = p_scorecard) then
        raise exception using errcode = 'MS404',
            message = 'There is no such scorecard.';
    end if;
    perform mainstay.require_document(p_document);
    with move as materialized (
        select * from mainstay.what_if_moves(p_tenant, p_scorecard,
            p_document, p_sample)
    ), cell as (
        select m.from_key, m.from_label, m.from_severity, m.to_key,
               m.to_label, m.to_severity, m.is_change,
               r.from_rank, r.to_rank, sum(m.accounts_weight) as accounts,
               sum(m.arr_cents * m.arr_weight) as arr
          from move m
         cross join lateral (select
               array_position('{healthy,moderate,at_risk,critical}',
                   m.from_severity) as from_rank,
               array_position('{healthy,moderate,at_risk,critical}',
                   m.to_severity) as to_rank) r
         group by 1, 2, 3, 4, 5, 6, 7, 8, 9
    ), summed as (
        -- Whole numbers whose sum is that of all accounts: each is the step
        -- from one rounded sum to the next.
        select c.*, row_number() over so_far as place,
               round(sum(c.accounts) over so_far) as accounts_so_far,
               round(sum(c.arr) over so_far) as arr_so_far
          from cell c
        window so_far as (order by c.from_rank, c.from_label, c.from_key,
                   c.to_rank, c.to_label, c.to_key, c.is_change)
    ), rounded as (
        select s.*,
               s.accounts_so_far - lag(s.accounts_so_far, 1, 0::numeric)
                   over (order by s.place) as whole_accounts,
               s.arr_so_far - lag(s.arr_so_far, 1, 0::numeric)
                   over (order by s.place) as whole_arr
          from summed s
    ), drawn as (
        select count(*) filter (where m.is_drawn) as drawn,
               count(*) as counted, sum(m.accounts_weight) as accounts,
               sum(m.accounts_weight) filter (where m.is_drawn) as whole,
               sum(m.arr_cents * m.arr_weight) filter (where m.is_drawn)
                   as whole_arr,
               avg(m.is_change::integer) filter (where m.is_drawn) as share,
               sum(m.arr_cents) filter (where m.is_drawn and m.is_change)
                   / nullif(sum(m.arr_cents) filter (where m.is_drawn), 0)
                   as arr_share
          from move m
    ), error as (
        select sum((m.arr_cents * (m.is_change::integer - d.arr_share)) ^ 2)
                   / nullif(max(d.drawn) - 1, 0) as arr_error
          from move m cross join drawn d where m.is_drawn
    )
    select (select coalesce(jsonb_agg(jsonb_build_object(
                       'from_key', r.from_key, 'from_label', r.from_label,
                       'from_severity', r.from_severity,
                       'to_key', r.to_key, 'to_label', r.to_label,
                       'to_severity', r.to_severity,
                       'accounts', r.whole_accounts,
                       'arr_cents', r.whole_arr, 'is_change', r.is_change,
                       'is_better', r.to_rank < r.from_rank,
                       'is_worse', r.to_rank > r.from_rank)
                       order by r.place), '[]') from rounded r),
           mainstay.sample_words(d.counted, d.drawn, d.accounts, d.whole,
               d.whole_arr, d.share, d.arr_share, e.arr_error),
           (select mode() within group (order by m.version_id) from move m),
           (select jsonb_build_object(
                       'overridden', coalesce(round(sum(m.accounts_weight)
                           filter (where m.is_overridden)), 0),
                       'differ_from_shown', coalesce(round(
                           sum(m.accounts_weight) filter (
                           where m.shown_score is distinct from m.from_score)
                           ), 0),
                       'average_before', round(
                           sum(m.accounts_weight * m.from_score)
                           / sum(m.accounts_weight) filter (
                               where m.from_score is not null), 1),
                       'average_after', round(
                           sum(m.accounts_weight * m.to_score)
                           / sum(m.accounts_weight) filter (
                               where m.to_score is not null), 1))
              from move m),
           (select coalesce(jsonb_agg(jsonb_build_object(
                       'account_id', x.id, 'name', x.name,
                       'arr_cents', x.arr_cents, 'currency', x.currency,
                       'from_score', x.from_score, 'to_score', x.to_score,
                       'from_label', x.from_label, 'to_label', x.to_label,
                       'from_severity', x.from_severity,
                       'to_severity', x.to_severity)
                       order by x.arr_cents desc, x.name, x.id), '[]')
              from (select m.* from move m where m.is_change
                     order by m.arr_cents desc, m.name, m.id
                     limit p_limit) x)
      into v_matrix, v_words, v_version, v_sums, v_moved
      from drawn d cross join error e;
    return v_sums || v_words || mainstay.matrix_totals(v_matrix)
        || jsonb_build_object('matrix', v_matrix, 'moved', v_moved,
            'before', mainstay.band_sums((
                select v.document from mainstay.scorecard_versions v
                 where v.tenant_id = p_tenant and v.id = v_version),
                mainstay.matrix_side(v_matrix, 'from')),
            'after', mainstay.band_sums(p_document,
                mainstay.matrix_side(v_matrix, 'to')));
end
$$;
comment on function mainstay.what_if(uuid, uuid, jsonb, integer, integer) is
    'What a document would do to the accounts its scorecard is for: bands '
    'before and after, moves between them, and the revenue that moves. '
    'Counts all; of more than p_sample accounts, when that is given, a '
    'sample, and says so in sampled, note and the margins, which else are '
    'null.';

-- The rows or columns of a matrix, as mainstay.band_sums reads them.
create or replace function mainstay.matrix_side(p_matrix jsonb, p_side text)
returns jsonb
language sql immutable parallel safe
return (select jsonb_agg(jsonb_build_object(
                   'key', m.value -> (p_side || '_key'),
                   'label', m.value -> (p_side || '_label'),
                   'severity', m.value -> (p_side || '_severity'),
                   'accounts', m.value -> 'accounts',
                   'arr_cents', m.value -> 'arr_cents'))
          from jsonb_array_elements(p_matrix) m);

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
    mainstay.what_if_sample(uuid, uuid, integer),
    mainstay.what_if_moves(uuid, uuid, jsonb, integer),
    mainstay.sample_margin(bigint, numeric, numeric, numeric, numeric,
        numeric),
    mainstay.sample_words(bigint, bigint, numeric, numeric, numeric, numeric,
        numeric, numeric),
    mainstay.matrix_totals(jsonb), mainstay.what_if_limit(jsonb),
    mainstay.matrix_side(jsonb, text),
    mainstay.what_if(uuid, uuid, jsonb, integer, integer),
    mainstay.band_sums(jsonb, jsonb)
    to mainstay_app, mainstay_maint, mainstay_definer;

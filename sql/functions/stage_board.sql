-- What the board shows of a stage: its cards, from a cursor on, and its sums.

-- How long a stay is against what it should be: late at the target, stuck at
-- one and a half of it.
create or replace function app.stay_tone(p_days integer, p_target integer)
returns text
language sql immutable parallel safe
return case when 2 * p_days >= 3 * p_target then 'stuck'
    when p_days >= p_target then 'late' end;

-- Whether the board's filters let an account through: true or null. A word
-- that is no owner is nobody's.
create or replace function app.card_matches(p_account_band text,
    p_account_tier text, p_account_owner uuid, p_band text, p_tier text,
    p_owner text) returns boolean
language sql stable parallel safe
return case when (p_band is null or p_account_band = p_band
        or p_band = 'risk' and p_account_band in ('at_risk', 'critical')
        or p_band = 'unscored' and p_account_band is null)
    and (p_tier is null or p_account_tier = p_tier)
    and (p_owner is null or p_account_owner::text = p_owner
        or p_owner = 'none' and p_account_owner is null)
    then true end;

-- The largest accounts of a stage first. Churned ones stand in a stage that
-- ends the journey only. One branch walks the index of the stage, the other
-- that of an owner's accounts; which is known before either begins. The
-- planner folds it into the statement.
create or replace function mainstay.journey_cards(p_tenant uuid,
    p_stage text, p_is_terminal boolean, p_band text, p_tier text,
    p_owner text, p_after_arr bigint, p_after_id uuid, p_limit integer)
returns table (id uuid, name text, health_score integer, health_band text,
    health_label text, health_trend text, previous_health_score integer,
    arr_cents bigint, currency text, entered_on date, csm_id uuid,
    renewal_date date)
language sql stable
begin atomic
    select c.id, c.name, c.health_score, c.health_band::text, c.health_label,
           c.health_trend::text, c.previous_health_score, c.arr_cents,
           c.currency::text, (c.stage_entered_at at time zone 'UTC')::date,
           c.csm_id, c.renewal_date
      from (
        (select a.* from mainstay.accounts a
          where a.tenant_id = p_tenant and a.current_stage = p_stage
            and (p_owner is null or p_owner = 'none')
            and (p_is_terminal or a.status <> 'churned')
            and a.arr_cents <= case when p_after_arr is null
                    then 9223372036854775807 else p_after_arr end
            and (p_after_arr is null or a.arr_cents < p_after_arr
                or a.id > p_after_id)
            and app.card_matches(a.health_band, a.tier, a.csm_id, p_band,
                    p_tier, p_owner) is not null
          order by a.arr_cents desc, a.id
          limit p_limit)
        union all
        (select a.* from mainstay.accounts a
          where a.tenant_id = p_tenant and a.current_stage = p_stage
            and p_owner <> 'none'
            and a.csm_id = case when p_owner ~ '^[0-9a-f-]{36}$'
                    then p_owner::uuid end
            and (p_is_terminal or a.status <> 'churned')
            and a.arr_cents <= case when p_after_arr is null
                    then 9223372036854775807 else p_after_arr end
            and (p_after_arr is null or a.arr_cents < p_after_arr
                or a.id > p_after_id)
            and app.card_matches(a.health_band, a.tier, a.csm_id, p_band,
                    p_tier, p_owner) is not null
          order by a.arr_cents desc, a.id
          limit p_limit)) c
     order by c.arr_cents desc, c.id
     limit p_limit;
end;
comment on function mainstay.journey_cards(uuid, text, boolean, text, text,
    text, bigint, uuid, integer) is
    'Accounts of a stage as the board shows them, largest first.';

-- The first cards of a stage as the board's JSON, and where to go on. (By hand:
-- json_build_object looks up the types of its arguments at each call.)
create or replace function mainstay.board_cards(p_tenant uuid,
    p_stage mainstay.journey_stages, p_band text, p_tier text, p_owner text,
    p_limit integer)
returns table (cards json, next_arr bigint, next_id uuid)
language sql stable
begin atomic
    select ('[' || string_agg('{"id":"' || k.id || '","name":'
               || to_json(k.name) || coalesce(',"health_score":'
               || k.health_score, '') || ',"health_band":"'
               || coalesce(k.health_band, 'unscored') || '","band_label":'
               || to_json(coalesce(k.health_label,
                   app.band_text(k.health_band)))
               || coalesce(',"trend":"' || nullif(k.health_trend, 'unknown')
                   || '"', '')
               || coalesce(',"trend_text":"' || app.delta_text(k.health_score
                   - k.previous_health_score) || '"', '')
               || ',"arr_text":"' || app.money_text(k.arr_cents, k.currency)
               || coalesce('","days_text":"' || app.count_text(k.days, 'day'),
                   '')
               || '","days_tone":"' || case when p_stage.kind = 'terminal'
                   then '' else coalesce(app.stay_tone(k.days,
                       p_stage.target_duration_days), '') end
               || coalesce('","owner":' || to_json(o.full_name)
                   || ',"initials":' || to_json(app.initials(o.full_name)),
                   '"')
               || coalesce(',"renewal_text":"' || app.day_text(k.renewal_date)
                   || '"', '')
               || case when g.open > 0 then ',"goals_text":"'
                   || app.count_text(g.open, 'goal') || '","is_blocked":'
                   || (g.blocking > 0) else '' end
               || '}', ',' order by k.number)
               filter (where k.number <= p_limit) || ']')::json,
           max(case when k.number = p_limit and k.found > p_limit
               then k.arr_cents end),
           max(case when k.number = p_limit and k.found > p_limit
               then k.id::text end)::uuid
      from (select j.*, current_date - j.entered_on as days,
                   row_number() over (order by j.arr_cents desc, j.id)
                       as number,
                   count(*) over () as found
              from mainstay.journey_cards(p_tenant, p_stage.name,
                   p_stage.kind = 'terminal', p_band, p_tier, p_owner, null,
                   null, p_limit + 1) j) k
      left join mainstay.profiles o
        on o.tenant_id = p_tenant and o.user_id = k.csm_id
     cross join lateral (
         select count(*) as open,
                count(*) filter (where n.is_blocking) as blocking
           from mainstay.open_goals(p_tenant, k.id, p_stage.id) n) g;
end;
comment on function mainstay.board_cards(uuid, mainstay.journey_stages,
    text, text, text, integer) is
    'Cards of a stage, the largest accounts first, and the cursor after them.';

-- The last eight digits of a stage's id say which columns are folded.
create or replace function app.is_folded(p_stage uuid, p_fold text)
returns boolean
language sql immutable parallel safe
return right(p_stage::text, 8) = any(regexp_split_to_array(
    regexp_replace(coalesce(p_fold, ''), '(.{8})', '\1.', 'g'), '[.]'));

-- Sums of a stage: from the ledger or, of a part of the portfolio, counted up
-- to a thousand.
create or replace function mainstay.journey_sums(p_tenant uuid,
    p_stage text, p_is_terminal boolean, p_target integer, p_band text,
    p_tier text, p_owner text)
returns table (accounts bigint, arr_cents bigint, days bigint,
    stuck bigint, is_more boolean)
language plpgsql stable rows 1 set search_path = ''
as $$
begin
    if p_band is null and p_tier is null and p_owner is null then
        return query
        select coalesce(sum(s.accounts), 0)::bigint,
               coalesce(sum(s.arr_cents), 0)::bigint,
               coalesce(sum(s.accounts * (current_date - s.entered_on)),
                   0)::bigint,
               coalesce(sum(s.accounts) filter (where app.stay_tone(
                   current_date - s.entered_on, p_target) = 'stuck'),
                   0)::bigint,
               false
          from mainstay.stage_sums s
         where s.tenant_id = p_tenant and s.stage = p_stage
           and (p_is_terminal or not s.is_churned);
        return;
    end if;
    return query
    select least(count(*), 1000), coalesce(sum(c.arr_cents)
               filter (where c.number <= 1000), 0)::bigint,
           coalesce(sum(current_date - c.entered_on)
               filter (where c.number <= 1000), 0)::bigint,
           count(*) filter (where c.number <= 1000 and app.stay_tone(
               current_date - c.entered_on, p_target) = 'stuck'),
           count(*) > 1000
      from (select j.*, row_number() over () as number
              from mainstay.journey_cards(p_tenant, p_stage, p_is_terminal,
                   p_band, p_tier, p_owner, null, null, 1001) j) c;
end
$$;
comment on function mainstay.journey_sums(uuid, text, boolean, integer, text,
    text, text) is
    'Accounts, ARR, days in the stage and stuck accounts of a stage; is_more '
    'when a filter lets through more than a thousand, which are counted.';

grant execute on function app.stay_tone(integer, integer),
    app.is_folded(uuid, text),
    mainstay.board_cards(uuid, mainstay.journey_stages, text, text, text,
        integer),
    app.card_matches(text, text, uuid, text, text, text),
    mainstay.journey_cards(uuid, text, boolean, text, text, text, bigint,
        uuid, integer),
    mainstay.journey_sums(uuid, text, boolean, integer, text, text, text)
    to mainstay_app;

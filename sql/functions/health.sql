-- Health scores: what a score is made of, and what follows from a new one.

-- The score an account had at a time, as observed.
create or replace function mainstay.score_at(p_tenant uuid, p_account uuid,
    p_at timestamptz) returns integer
language plpgsql stable set search_path = ''
as $$
begin
    return (select h.overall_score from mainstay.health_scores h
             where h.tenant_id = p_tenant and h.account_id = p_account
               and h.observed_at <= p_at
             order by h.observed_at desc, h.recorded_at desc limit 1);
end
$$;

-- A score that is given, or made of components that are: what it comes to by
-- the scorecard that applies to its account.
create or replace function mainstay.score_given(
    p_score mainstay.health_scores, p_document jsonb)
returns mainstay.health_scores
language plpgsql stable set search_path = ''
as $$
declare
    v_given constant integer := p_score.overall_score;
    v_made mainstay.evaluation;
begin
    p_score.given := coalesce(p_score.given, '{}')
        || jsonb_strip_nulls(jsonb_build_object('usage', p_score.usage_score,
            'engagement', p_score.engagement_score,
            'support_sentiment', p_score.support_sentiment_score,
            'adoption', p_score.adoption_score));
    select * into v_made
      from mainstay.evaluate(p_score.tenant_id, p_document,
          array[p_score.account_id], p_score.observed_at,
          jsonb_build_object(p_score.account_id, p_score.given));
    p_score.overall_score := coalesce(v_given, v_made.score);
    if p_score.overall_score is null then
        raise exception using errcode = 'MS422', column = 'overall_score',
            message = 'Give a score, or at least one of its parts.';
    end if;
    p_score.exact_score := case when v_given is null
        then v_made.exact_score end;
    p_score.inputs := coalesce(v_made.inputs, '{}');
    p_score.contributions := coalesce(v_made.contributions, '[]')
        || case when p_score.overall_score <> coalesce(v_made.score, 0)
            then jsonb_build_object('key', 'given',
                'label', 'Given with the score', 'weight', 0,
                'points', p_score.overall_score - coalesce(v_made.score, 0))
            else '[]' end;
    p_score.source := case when v_given is null then 'computed'
        else 'imported' end;
    return p_score;
end
$$;

-- Before a score is stored that the engine has not made: what it is made of,
-- and what it is beside the others. The account's row is locked, so that
-- scores of one account come in turn. What who loads history has evaluated is
-- taken as it is; everybody else gives components, a score, or both.
create or replace function mainstay.health_scores_derive() returns trigger
language plpgsql set search_path = ''
    set plan_cache_mode = force_generic_plan
as $$
declare
    v_is_history constant boolean := mainstay.is_loading_history();
    v_is_made constant boolean := v_is_history and new.contributions <> '[]';
    v_document jsonb;
    v_beside record;
begin
    perform from mainstay.accounts a
      where a.tenant_id = new.tenant_id and a.id = new.account_id
        for no key update;
    if not found then
        -- Row security or the foreign key refuses the row, and says so.
        new.overall_score := coalesce(new.overall_score, 0);
        new.band := 'critical';
        new.risk_level := 'Critical';
        return new;
    end if;
    perform mainstay.end_expired_override(new.tenant_id, new.account_id);
    if not v_is_history then
        new.recorded_at := now();
    end if;
    new.created_at := new.recorded_at;
    if new.observed_at > now() + interval '5 minutes' then
        raise exception using errcode = 'MS422', column = 'observed_at',
            message = 'A score cannot be observed in the future.';
    end if;
    new.created_by := mainstay.actor_in(new.tenant_id);
    if not v_is_made then
        new.scorecard_version_id := (
            select o.version_id from mainstay.scorecard_of(new.tenant_id,
                array[new.account_id]) o);
    end if;
    v_document := coalesce((
        select v.document from mainstay.scorecard_versions v
         where v.tenant_id = new.tenant_id
           and v.id = new.scorecard_version_id), mainstay.preset('standard'));
    if not v_is_made then
        new := mainstay.score_given(new, v_document);
    end if;

    select b.*, (b.held).id as held_id into v_beside
      from mainstay.score_beside(new.tenant_id, new.account_id,
          new.scorecard_version_id, v_document, new.overall_score,
          new.previous_score, new.observed_at) b;
    new.is_current := v_beside.is_current;
    new.previous_score := v_beside.previous_score;
    new.band_key := v_beside.band_key;
    new.band := v_beside.severity;
    new.risk_level := v_beside.band_label;
    new.trend := v_beside.trend;
    if new.is_current then
        update mainstay.health_scores h set is_current = false
         where h.tenant_id = new.tenant_id and h.id = v_beside.held_id;
    end if;
    return new;
end
$$;

create or replace trigger health_scores_10_derive
    before insert on mainstay.health_scores
    for each row when (current_user <> 'mainstay_definer')
    execute function mainstay.health_scores_derive();

-- History is never overwritten: only is_current may fall, and only when a
-- newer score comes; a person who is erased leaves no name behind. The engine
-- has no right to any other column.
create or replace function mainstay.health_scores_frozen() returns trigger
language plpgsql set search_path = ''
as $$
declare
    v_row mainstay.health_scores := new;
begin
    v_row.is_current := old.is_current;
    v_row.has_given := old.has_given; -- generated after this trigger
    if new.created_by is null then
        v_row.created_by := old.created_by;
    end if;
    if v_row is distinct from old
       or (new.is_current <> old.is_current
           and pg_catalog.pg_trigger_depth() = 1) then
        raise exception using errcode = 'insufficient_privilege',
            message = 'A health score never changes; insert a newer one.';
    end if;
    return new;
end
$$;
create or replace trigger health_scores_20_frozen
    before update on mainstay.health_scores
    for each row when (current_user <> 'mainstay_definer')
    execute function mainstay.health_scores_frozen();

-- Who is told of scores that an account shows: alerts, then playbooks.
create or replace function mainstay.tell_scores(
    p_scores mainstay.health_scores[]) returns void
language plpgsql set search_path = ''
as $$
begin
    if not mainstay.is_loading_history() then
        perform mainstay.alert_scores(p_scores);
        perform mainstay.run_score_playbooks(p_scores);
    end if;
end
$$;

-- Accounts show their current scores, unless a person has set another one.
-- Once for a statement: thousands of scores move the kept sums of the
-- portfolio in one step.
create or replace function mainstay.health_scores_show() returns trigger
language plpgsql set search_path = ''
as $$
declare
    v_shown constant mainstay.health_scores[] := array(
        select row(n.*)::mainstay.health_scores
          from new_rows n
         where n.is_current and not exists (
               select from mainstay.health_overrides o
                where o.tenant_id = n.tenant_id
                  and o.account_id = n.account_id
                  and o.ended_at is null and o.expires_at > now())
         order by n.account_id, n.observed_at, n.recorded_at);
begin
    update mainstay.accounts a
       set health_score = h.overall_score, health_band = h.band,
           health_label = h.risk_level, health_trend = h.trend,
           previous_health_score = h.previous_score,
           health_scored_at = h.observed_at
      from unnest(v_shown) n
      join mainstay.health_scores h
        on h.tenant_id = n.tenant_id and h.id = n.id and h.is_current
     where a.tenant_id = n.tenant_id and a.id = n.account_id;
    perform mainstay.tell_scores(v_shown);
    return null;
end
$$;
create or replace trigger health_scores_30_show
    after insert on mainstay.health_scores
    referencing new table as new_rows
    for each statement execute function mainstay.health_scores_show();

-- What the form calls. MS422 names the field, MS404: no such account here;
-- the role is checked by row security.
create or replace function mainstay.record_health_score(p_account_id uuid,
    p_usage integer, p_engagement integer, p_support integer,
    p_adoption integer, p_note text default null) returns uuid
language plpgsql set search_path = ''
as $$
declare
    v_part record;
    v_tenant uuid;
    v_id uuid := gen_random_uuid();
begin
    for v_part in
        select * from (values
            ('usage_score', 'Usage score', p_usage),
            ('engagement_score', 'Engagement score', p_engagement),
            ('support_sentiment_score', 'Support sentiment score', p_support),
            ('adoption_score', 'Adoption score', p_adoption))
            v (field, label, value)
    loop
        if v_part.value not between 0 and 100 then
            raise exception using errcode = 'MS422', column = v_part.field,
                message = v_part.label || ' must be between 0 and 100.';
        end if;
    end loop;
    if coalesce(p_usage, p_engagement, p_support, p_adoption) is null then
        raise exception using errcode = 'MS422', column = 'usage_score',
            message = 'Give at least one of the four scores.';
    end if;
    if length(p_note) > 2000 then
        raise exception using errcode = 'MS422', column = 'note',
            message = 'A note has at most 2000 characters.';
    end if;
    v_tenant := mainstay.tenant_of_account(p_account_id);
    insert into mainstay.health_scores (tenant_id, id, account_id,
        usage_score, engagement_score, support_sentiment_score,
        adoption_score, note)
    values (v_tenant, v_id, p_account_id, p_usage, p_engagement, p_support,
        p_adoption, nullif(btrim(p_note), ''));
    return v_id;
end
$$;
comment on function mainstay.record_health_score(uuid, integer, integer,
    integer, integer, text) is
    'Records the four component scores of an account and returns the id of '
    'the new health score.';

grant execute on function mainstay.score_at(uuid, uuid, timestamptz),
    mainstay.score_given(mainstay.health_scores, jsonb),
    mainstay.tell_scores(mainstay.health_scores[]),
    mainstay.record_health_score(uuid, integer, integer, integer, integer,
        text)
    to mainstay_app, mainstay_maint, mainstay_definer;

-- For those who read by SQL.
create or replace view mainstay.customer_health
with (security_invoker = true) as
select h.tenant_id, h.account_id, a.name as account_name, h.overall_score,
       h.usage_score, h.engagement_score, h.support_sentiment_score,
       h.adoption_score, h.risk_level, h.band, h.previous_score, h.trend,
       h.source, h.observed_at
  from mainstay.health_scores h
  join mainstay.accounts a
    on a.tenant_id = h.tenant_id and a.id = h.account_id
 where h.is_current;
comment on view mainstay.customer_health is
    'The current health score of each account.';

-- Overrides: a score that a person set, with a reason and an end. It is a
-- layer over what is calculated: while one is open the account shows it
-- (health_score and the columns beside it, and so lists, portfolio, alerts and
-- playbooks), and the engine goes on scoring underneath: health_scores has the
-- calculated score, and nothing that is calculated ends an override. When it
-- ends, the account shows its calculated score again.

create or replace function mainstay.open_override(p_tenant uuid,
    p_account uuid) returns mainstay.health_overrides
language plpgsql stable set search_path = ''
as $$
declare
    v_open mainstay.health_overrides;
begin
    select o.* into v_open from mainstay.health_overrides o
     where o.tenant_id = p_tenant and o.account_id = p_account
       and o.ended_at is null and o.expires_at > now();
    return v_open;
end
$$;

-- The score an account shows now, as a row of health_scores: the override,
-- with id null, or the current row. Null when it has none. The columns of
-- accounts are a copy, which an override that expired outlives until the
-- worker has been by.
create or replace function mainstay.shown_score(p_tenant uuid,
    p_account uuid) returns mainstay.health_scores
language plpgsql stable set search_path = ''
as $$
declare
    v_shown mainstay.health_scores;
    v_open constant mainstay.health_overrides
        := mainstay.open_override(p_tenant, p_account);
    v_document jsonb;
begin
    select h.* into v_shown from mainstay.health_scores h
     where h.tenant_id = p_tenant and h.account_id = p_account
       and h.is_current;
    if v_open.id is null then
        return v_shown;
    end if;
    select v.document, v.id into v_document, v_shown.scorecard_version_id
      from mainstay.scorecard_of(p_tenant, array[p_account]) s
      join mainstay.scorecard_versions v
        on v.tenant_id = p_tenant and v.id = s.version_id;
    v_document := coalesce(v_document, mainstay.preset('standard'));
    select b.key, b.label, b.severity
      into v_shown.band_key, v_shown.risk_level, v_shown.band
      from mainstay.scorecard_bands(v_document) b
     where b.lower <= v_open.score order by b.lower desc limit 1;
    v_shown.tenant_id := p_tenant;
    v_shown.id := null;
    v_shown.account_id := p_account;
    v_shown.overall_score := v_open.score;
    v_shown.previous_score := mainstay.score_at(p_tenant, p_account,
        v_open.created_at);
    v_shown.trend := mainstay.trend_of(v_open.score, v_shown.previous_score,
        (v_document -> 'trend' ->> 'margin')::integer);
    v_shown.source := 'override';
    v_shown.observed_at := v_open.created_at;
    v_shown.created_by := v_open.created_by;
    v_shown.note := v_open.reason;
    return v_shown;
end
$$;
comment on function mainstay.shown_score(uuid, uuid) is
    'What an account shows now: its override (source override, id null), else '
    'its current score.';

-- Makes the account show what it should, and acts on it as on a new score.
create or replace function mainstay.show_score(p_tenant uuid, p_account uuid)
returns void
language plpgsql set search_path = ''
as $$
declare
    v_shown mainstay.health_scores
        := mainstay.shown_score(p_tenant, p_account);
    v_before integer;
begin
    select a.health_score into v_before from mainstay.accounts a
     where a.tenant_id = p_tenant and a.id = p_account;
    update mainstay.accounts a
       set health_score = v_shown.overall_score, health_band = v_shown.band,
           health_label = v_shown.risk_level,
           health_trend = coalesce(v_shown.trend, 'unknown'),
           previous_health_score = v_shown.previous_score,
           health_scored_at = v_shown.observed_at
     where a.tenant_id = p_tenant and a.id = p_account;
    if v_shown.overall_score is distinct from v_before
       and v_shown.overall_score is not null then
        v_shown.previous_score := v_before;
        perform mainstay.tell_scores(array[v_shown]);
    end if;
end
$$;

-- What is refused, and what is not for the caller to say. The account's row
-- is locked, as it is for a score: the two come in turn. An override that is
-- open is replaced.
create or replace function mainstay.health_overrides_check() returns trigger
language plpgsql set search_path = ''
as $$
declare
    v_column text;
    v_message text;
begin
    if mainstay.is_loading_history() then
        return new;
    end if;
    select p.name, p.message into v_column, v_message
      from (values
        (new.score between 0 and 100, 'score',
            'The score must be a whole number from 0 to 100.'),
        (length(btrim(new.reason)) > 0, 'reason', 'Please say why.'),
        (length(btrim(new.reason)) <= 2000, 'reason',
            'The reason may have at most 2,000 characters.'),
        (new.expires_at > now(), 'expires_at',
            'A score set by hand must end in the future.'),
        (new.expires_at <= now() + interval '1 year', 'expires_at',
            'A score set by hand must end within a year.'))
           p (holds, name, message)
     where p.holds is not true limit 1;
    if found then
        raise exception using errcode = 'MS422', column = v_column,
            message = v_message;
    end if;
    perform from mainstay.accounts a
      where a.tenant_id = new.tenant_id and a.id = new.account_id
        for no key update;
    update mainstay.health_overrides o set ended_at = now()
     where o.tenant_id = new.tenant_id and o.account_id = new.account_id
       and o.ended_at is null;
    new.reason := btrim(new.reason);
    new.created_by := mainstay.actor_in(new.tenant_id);
    new.created_at := now();
    new.ended_at := null;
    return new;
end
$$;
create or replace trigger health_overrides_10_check
    before insert on mainstay.health_overrides
    for each row execute function mainstay.health_overrides_check();

-- Afterwards it can only end, once; a person who is erased leaves no name.
create or replace function mainstay.health_overrides_frozen()
returns trigger
language plpgsql set search_path = ''
as $$
declare
    v_row mainstay.health_overrides := new;
begin
    v_row.ended_at := old.ended_at;
    if new.created_by is null then
        v_row.created_by := old.created_by;
    end if;
    if v_row is distinct from old or old.ended_at <> new.ended_at
       or (old.ended_at is not null and new.ended_at is null) then
        raise exception using errcode = 'insufficient_privilege',
            message = 'An override never changes; end it and set another.';
    end if;
    if old.ended_at is null and new.ended_at is not null then
        new.ended_at := least(now(), old.expires_at);
    end if;
    return new;
end
$$;
create or replace trigger health_overrides_20_frozen
    before update on mainstay.health_overrides
    for each row execute function mainstay.health_overrides_frozen();

create or replace function mainstay.health_overrides_show() returns trigger
language plpgsql set search_path = ''
as $$
begin
    perform mainstay.show_score(new.tenant_id, new.account_id);
    return null;
end
$$;
create or replace trigger health_overrides_30_show_begun
    after insert on mainstay.health_overrides
    for each row execute function mainstay.health_overrides_show();
-- What ends it inside another trigger shows what comes instead.
create or replace trigger health_overrides_30_show_ended
    after update on mainstay.health_overrides
    for each row
    when (old.ended_at is distinct from new.ended_at
        and pg_catalog.pg_trigger_depth() = 0)
    execute function mainstay.health_overrides_show();

-- The next score comes after the end of an override that has expired.
create or replace function mainstay.end_expired_override(p_tenant uuid,
    p_account uuid) returns void
language plpgsql set search_path = ''
as $$
begin
    update mainstay.health_overrides o set ended_at = o.expires_at
     where o.tenant_id = p_tenant and o.account_id = p_account
       and o.ended_at is null and o.expires_at <= now();
    if found then
        perform mainstay.show_score(p_tenant, p_account);
    end if;
end
$$;

create or replace function mainstay.override_score(p_account uuid,
    p_score integer, p_reason text, p_expires_at timestamptz) returns uuid
language plpgsql set search_path = ''
as $$
declare
    v_tenant constant uuid := mainstay.tenant_of_account(p_account);
    v_id constant uuid := gen_random_uuid();
begin
    insert into mainstay.health_overrides (tenant_id, id, account_id, score,
        reason, expires_at)
    values (v_tenant, v_id, p_account, p_score, p_reason, p_expires_at);
    return v_id;
end
$$;
comment on function mainstay.override_score(uuid, integer, text,
    timestamptz) is
    'Sets the score an account shows until a time, in place of an earlier '
    'one, and returns the id of the override. MS422 names the field.';

-- When an override ends that a form or a program gives an end for: a time, or
-- a date, which is that whole day (UTC). Null when there is none.
create or replace function mainstay.override_end(p_text text)
returns timestamptz
language plpgsql stable set search_path = ''
as $$
begin
    if p_text ~ '^\s*\d{4}-\d{2}-\d{2}\s*$' then
        return (p_text::date + 1)::timestamp at time zone 'UTC';
    end if;
    return nullif(btrim(p_text), '')::timestamptz;
exception when data_exception then
    raise exception using errcode = 'MS422', column = 'expires_at',
        message = 'The end must be a date like 2031-02-28.';
end
$$;

create or replace function mainstay.end_override(p_account uuid)
returns void
language plpgsql set search_path = ''
as $$
declare
    v_tenant constant uuid := mainstay.tenant_of_account(p_account);
begin
    if not exists (select from mainstay.health_overrides o
                    where o.tenant_id = v_tenant
                      and o.account_id = p_account and o.ended_at is null)
    then
        raise exception using errcode = 'MS409',
            message = 'The score of this account is the calculated one.';
    end if;
    update mainstay.health_overrides o set ended_at = now()
     where o.tenant_id = v_tenant and o.account_id = p_account
       and o.ended_at is null;
    if not found then
        raise exception using errcode = 'insufficient_privilege',
            message = 'Your role does not end overrides.';
    end if;
end
$$;
comment on function mainstay.end_override(uuid) is
    'The account shows its calculated score again. MS409: it does already.';

-- What an account shows now, and what was calculated, for those who read by
-- SQL. One row; scores are null before the first.
create or replace function mainstay.health_shown(p_tenant uuid,
    p_account uuid)
returns table (score integer, band text, label text, trend text,
    previous_score integer, scored_at timestamptz, calculated_score integer,
    calculated_band text, calculated_label text, calculated_at timestamptz,
    override_id uuid, reason text, expires_at timestamptz, set_by uuid,
    set_at timestamptz)
language plpgsql stable set search_path = ''
as $$
declare
    v_shown constant mainstay.health_scores
        := mainstay.shown_score(p_tenant, p_account);
    v_open constant mainstay.health_overrides
        := mainstay.open_override(p_tenant, p_account);
begin
    return query
    select v_shown.overall_score, v_shown.band::text, v_shown.risk_level,
           v_shown.trend::text, v_shown.previous_score, v_shown.observed_at,
           h.overall_score, h.band::text, h.risk_level, h.observed_at,
           v_open.id, v_open.reason, v_open.expires_at, v_open.created_by,
           v_open.created_at
      from (select) one
      left join mainstay.health_scores h
        on h.tenant_id = p_tenant and h.account_id = p_account
       and h.is_current;
end
$$;
comment on function mainstay.health_shown(uuid, uuid) is
    'What an account shows now, beside what was calculated, and the override '
    'that is open (override_id null: none).';

grant execute on function mainstay.open_override(uuid, uuid),
    mainstay.shown_score(uuid, uuid),
    mainstay.show_score(uuid, uuid),
    mainstay.end_expired_override(uuid, uuid),
    mainstay.health_shown(uuid, uuid)
    to mainstay_app, mainstay_maint, mainstay_definer;
grant execute on function
    mainstay.override_score(uuid, integer, text, timestamptz),
    mainstay.override_end(text), mainstay.end_override(uuid)
    to mainstay_app, mainstay_maint;

-- The enumerations of the customer success programme: its names in capitals
-- beside our values. Most are the same word; those that are not stand below,
-- and nowhere else.

-- Every name of every enumeration. value is ours: of CustomerStatus
-- AT_RISK is an active account whose band says so (mainstay.customer_status).
create or replace function mainstay.programme_names()
returns table (kind text, name text, value text)
language sql immutable parallel safe
begin atomic
    select e.kind, n.name, case e.kind || '.' || n.name
               when 'HealthLevel.EXCELLENT' then 'healthy'
               when 'HealthLevel.GOOD' then 'moderate'
               when 'HealthLevel.FAIR' then 'at_risk'
               when 'HealthLevel.POOR' then 'critical'
               when 'ChurnRiskLevel.LOW' then 'healthy'
               when 'ChurnRiskLevel.MEDIUM' then 'moderate'
               when 'ChurnRiskLevel.HIGH' then 'at_risk'
               when 'ChurnRiskLevel.CRITICAL' then 'critical'
               else lower(n.name) end
      from (values
        ('CustomerTier', '{ENTERPRISE,MID_MARKET,SMALL_BUSINESS,TRIAL}'),
        ('CustomerStatus', '{ACTIVE,ONBOARDING,AT_RISK,CHURNED,PAUSED}'),
        ('ChurnRiskLevel', '{LOW,MEDIUM,HIGH,CRITICAL}'),
        ('HealthLevel', '{POOR,FAIR,GOOD,EXCELLENT}'),
        ('HealthTrend', '{IMPROVING,STABLE,DECLINING,UNKNOWN}'),
        ('OnboardingStatus',
            '{NOT_STARTED,IN_PROGRESS,COMPLETED,ON_HOLD,CANCELLED}'),
        ('DataMigrationStatus', '{NOT_STARTED,IN_PROGRESS,COMPLETED,FAILED}'),
        ('SuccessPlanType', '{ONBOARDING,QUARTERLY,ANNUAL,EXPANSION,RECOVERY}'),
        ('SuccessPlanStatus', '{DRAFT,ACTIVE,COMPLETED,ON_HOLD,CANCELLED}'),
        ('MilestoneStatus',
            '{PENDING,IN_PROGRESS,COMPLETED,OVERDUE,CANCELLED}'),
        ('MilestonePriority', '{LOW,MEDIUM,HIGH,CRITICAL}'),
        ('BusinessReviewType',
            '{WEEKLY,MONTHLY,QUARTERLY,ANNUAL,EXECUTIVE,STRATEGIC}'),
        ('AdvocacyType', '{CASE_STUDY,TESTIMONIAL,REFERENCE_CALL,'
            'SPEAKER_EVENT,PRESS_RELEASE,WEBINAR,USER_GROUP,ADVISORY_BOARD}'),
        ('AdvocacyStatus',
            '{PENDING,REQUESTED,IN_PROGRESS,COMPLETED,DECLINED,CANCELLED}'),
        ('PeriodType', '{DAILY,WEEKLY,MONTHLY,QUARTERLY,ANNUAL}'))
        e (kind, names)
     cross join unnest(e.names::text[]) n (name);
end;
comment on function mainstay.programme_names() is
    'The 15 enumerations of the programme, each name with our value.';

-- The name of our value. One expression, so that lists pay nothing for it.
create or replace function mainstay.programme_name(p_kind text,
    p_value text) returns text
language sql immutable parallel safe
return case p_kind
    when 'HealthLevel' then case p_value when 'healthy' then 'EXCELLENT'
        when 'moderate' then 'GOOD' when 'at_risk' then 'FAIR'
        when 'critical' then 'POOR' end
    when 'ChurnRiskLevel' then case p_value when 'healthy' then 'LOW'
        when 'moderate' then 'MEDIUM' when 'at_risk' then 'HIGH'
        when 'critical' then 'CRITICAL' end
    else upper(p_value) end;
comment on function mainstay.programme_name(text, text) is
    'How the programme calls our value of an enumeration.';

-- Our value of a name that a caller gave as p_member; null stays null.
create or replace function mainstay.programme_value(p_kind text,
    p_name text, p_member text) returns text
language plpgsql immutable parallel safe set search_path = ''
as $$
declare
    v_value text;
begin
    select n.value into v_value from mainstay.programme_names() n
     where n.kind = p_kind and n.name = p_name;
    if v_value is null and p_name is not null then
        raise exception using errcode = 'MS422', column = p_member,
            constraint = 'choice', message = format(
                '%s must be one of %s.', p_member, (
                select string_agg(n.name, ', ')
                  from mainstay.programme_names() n where n.kind = p_kind));
    end if;
    return v_value;
end
$$;
comment on function mainstay.programme_value(text, text, text) is
    'Our value of a name of the programme; MS422 names the member and what '
    'it may be.';

-- An active account in trouble is AT_RISK there. Onboarding, paused and
-- churned say more than the band does, and stay.
create or replace function mainstay.customer_status(p_status text,
    p_band text) returns text
language sql immutable parallel safe
return case when p_status = 'active' and p_band in ('at_risk', 'critical')
    then 'AT_RISK' else upper(p_status) end;
comment on function mainstay.customer_status(text, text) is
    'The programme''s status of a customer, from status and health band.';

grant execute on function mainstay.programme_names(),
    mainstay.programme_name(text, text),
    mainstay.programme_value(text, text, text),
    mainstay.customer_status(text, text)
    to mainstay_app, mainstay_maint, mainstay_definer;

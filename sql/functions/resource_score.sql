-- The current score of an account, as the account embeds it: id is the
-- account's, whose order the index of current scores holds.
drop view if exists resource.current_scores;
create view resource.current_scores with (security_invoker = true) as
select h.tenant_id, h.account_id as id, h.overall_score as score, h.band,
       h.risk_level, h.trend, h.previous_score, h.source, h.contributions,
       h.observed_at
  from mainstay.health_scores h
 where h.is_current;
comment on column resource.current_scores.id is 'Id of the account.';
comment on column resource.current_scores.score is '0 to 100.';
comment on column resource.current_scores.band is 'The range of the score.';
comment on column resource.current_scores.risk_level is
    'What the scorecard calls the band.';
comment on column resource.current_scores.trend is
    'Against the scores before.';
comment on column resource.current_scores.previous_score is
    'The score before.';
comment on column resource.current_scores.source is
    'computed, imported or override.';
comment on column resource.current_scores.contributions is
    'What each part adds; they add up to the score.';
comment on column resource.current_scores.observed_at is 'When it was so.';
call mainstay.make_resource('current_scores', '{id}',
    p_table => 'health_scores', p_required => '{id,score}');

-- Scores of one statement are shown and told of together, by
-- health_scores_show: what told of them one by one goes.
drop trigger if exists health_scores_40_alert on mainstay.health_scores;
drop trigger if exists health_scores_50_playbooks on mainstay.health_scores;
drop function if exists mainstay.health_scores_alert();
drop function if exists mainstay.health_scores_playbooks();
drop function if exists mainstay.alert_score(mainstay.health_scores);
drop function if exists mainstay.run_score_playbooks(mainstay.health_scores);
drop function if exists mainstay.run_playbooks(uuid, uuid, jsonb);
drop function if exists mainstay.is_overridden(uuid, uuid);

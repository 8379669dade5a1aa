-- Explanations take other arguments from now on.

drop function if exists mainstay.explain_score(uuid, uuid, timestamptz);
drop function if exists mainstay.score_changes(timestamptz,
    mainstay.health_scores, jsonb, mainstay.health_scores, jsonb);
drop function if exists mainstay.document_of(mainstay.health_scores);
drop function if exists mainstay.what_if(uuid, uuid, jsonb, integer);
drop function if exists mainstay.accounts_of_scorecard(uuid, uuid);
drop function if exists mainstay.back_test(uuid, jsonb, integer[]);

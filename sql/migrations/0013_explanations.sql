-- Explanations take other arguments from now on.

drop function if exists mainstay.explain_score(uuid, uuid, timestamptz);
drop function if exists mainstay.score_changes(timestamptz,
    mainstay.health_scores, jsonb, mainstay.health_scores, jsonb);
drop function if exists mainstay.document_of(mainstay.health_scores);

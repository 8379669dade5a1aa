-- Business reviews of the API (sql/functions/review_api.sql).

-- name: review_api_list
select body, next_cursor
  from app.review_page(:tenant_id::uuid, :id::uuid, :type, :status,
    :limit::integer, :cursor)

-- name: review_api_get
select app.review_api(r), app.review_version(r) as etag
  from business_reviews r
 where r.tenant_id = :tenant_id::uuid and r.id = :id::uuid

-- name: review_api_create
select body, etag, id
  from app.save_review_api(:tenant_id::uuid, :id::uuid, null, null,
    jsonb_build_object('type', :type::text, 'status', :status::text,
        'scheduledAt', :scheduledAt::text, 'heldAt', :heldAt::text,
        'ownerId', :ownerId::text, 'attendees', :attendees::jsonb,
        'agenda', :agenda::jsonb, 'achievements', :achievements::jsonb,
        'challenges', :challenges::jsonb, 'decisions', :decisions::jsonb,
        'nextSteps', :nextSteps::jsonb,
        'overallRating', :overallRating::integer, 'feedback', :feedback::text,
        'followUpDate', :followUpDate::text), :given::text[],
    :actionItems::jsonb)

-- name: review_api_update
select body, etag
  from app.save_review_api(:tenant_id::uuid, null, :id::uuid, :if_match,
    jsonb_build_object('type', :type::text, 'status', :status::text,
        'scheduledAt', :scheduledAt::text, 'heldAt', :heldAt::text,
        'ownerId', :ownerId::text, 'attendees', :attendees::jsonb,
        'agenda', :agenda::jsonb, 'achievements', :achievements::jsonb,
        'challenges', :challenges::jsonb, 'decisions', :decisions::jsonb,
        'nextSteps', :nextSteps::jsonb,
        'overallRating', :overallRating::integer, 'feedback', :feedback::text,
        'followUpDate', :followUpDate::text), :given::text[],
    :actionItems::jsonb)

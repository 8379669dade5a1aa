-- Facts from outside; the rules are in sql/functions/ingest.sql.

-- name: ingest_usage
select mainstay.ingest_usage(:items::jsonb, :item_faults::jsonb)

-- name: ingest_events
select mainstay.ingest_events(:items::jsonb, :item_faults::jsonb)

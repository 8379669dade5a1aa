-- The trigger of api.webhook_endpoints_lane(): only the owner of a table can
-- make one.

create or replace trigger webhook_endpoints_50_lane
    after insert or update of url, is_active, rate_per_second
    on mainstay.webhook_endpoints
    for each row execute function api.webhook_endpoints_lane();

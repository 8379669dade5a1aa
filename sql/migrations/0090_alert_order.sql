-- Alerts are read the newest first, on pages as by the API: backwards.

create index alerts_order_idx
    on mainstay.alerts (tenant_id, created_at, id);
drop index mainstay.alerts_created_idx;

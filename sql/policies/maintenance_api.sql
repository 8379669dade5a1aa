-- role: mainstay_definer
--
-- A backfill that adds deliveries wakes the worker, as a page does.
grant execute on function api.wake_webhook_worker(),
    api.webhook_order_key(uuid, uuid, uuid), api.email_endpoint(uuid),
    api.check_webhook_event(uuid, uuid, text)
    to mainstay_maint;

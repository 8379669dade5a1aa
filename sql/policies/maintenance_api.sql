-- role: mainstay_definer
--
-- A backfill that adds deliveries wakes the worker, as a page does.
grant execute on function api.webhook_worker_sleeps() to mainstay_maint;

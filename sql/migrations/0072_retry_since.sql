-- role: mainstay_definer
--
-- It takes how far it goes back.
drop function if exists api.retry_failed_webhooks();

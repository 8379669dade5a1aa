-- role: mainstay_definer
--
-- It has more parameters.
drop function if exists api.note_webhook_lane(uuid, uuid, int, int, int, int);

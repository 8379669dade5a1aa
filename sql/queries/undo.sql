-- Undo of one request, and what a page says after it.

-- name: undo_toast
-- Of a page opened with ?done=<request id>; see fcgi/dispatch/turn.c.
select text, undo, label from undo_toast(:tenant_id::uuid, :done);

-- name: undo_request
select undo_request(:tenant_id::uuid, :request);

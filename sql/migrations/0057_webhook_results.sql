-- role: mainstay_definer
--
-- Its result has another shape.
drop function if exists api.finish_webhooks(int[], uuid[], uuid[], int[],
    text[], int[], int[], int[], text[], text[]);

-- Reached through functions of schema api only: an answer may hold what its
-- reader has lost the right to see.
--                          table, select, insert, update, delete
call mainstay.protect_table('mainstay.idempotency_keys', null, null, null,
    null);
drop policy if exists definer on mainstay.idempotency_keys;
create policy definer on mainstay.idempotency_keys to mainstay_definer
    using (true) with check (true);
grant select, insert, update, delete on mainstay.idempotency_keys
    to mainstay_definer;

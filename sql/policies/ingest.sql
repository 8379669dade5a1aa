-- Whoever adds facts adds their message ids; nobody takes one away but the
-- sweep.
--                          table, select, insert, update, delete
call mainstay.protect_table('mainstay.ingest_messages', 'Contributor',
    'Contributor', null, null);
drop policy if exists definer on mainstay.ingest_messages;
create policy definer on mainstay.ingest_messages to mainstay_definer
    using (true) with check (true);
grant select, delete on mainstay.ingest_messages to mainstay_definer;

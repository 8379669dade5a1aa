-- role: mainstay_definer
--
-- Forgets message ids after 30 days; a million at a time, so that it never
-- takes long. Returns how many.
create or replace function api.sweep_ingest_messages() returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
    v_count bigint;
begin
    delete from mainstay.ingest_messages m
     where m.ctid = any (array(select o.ctid from mainstay.ingest_messages o
                                where o.received_at
                                    < now() - interval '30 days'
                                limit 1000000));
    get diagnostics v_count = row_count;
    return v_count;
end
$$;
comment on function api.sweep_ingest_messages() is
    'Forgets message ids after 30 days; how many it forgot.';
revoke all on function api.sweep_ingest_messages() from public;
grant execute on function api.sweep_ingest_messages() to mainstay_worker;

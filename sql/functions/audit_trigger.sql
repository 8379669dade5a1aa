-- What is logged row by row; the function is in audit_row.sql.
--
-- Alerts are raised and forgotten by the thousand: the log has what people do
-- with them.
do $$
declare
    v_table record;
begin
    for v_table in select * from mainstay.audited_tables() loop
        execute format('create or replace trigger zz_audit '
            'after %s update of %s on mainstay.%I '
            'for each row when (not mainstay.is_loading_history()) '
            'execute function api.audit_row(%s)',
            case when v_table.name <> 'alerts'
                then 'insert or delete or' end, (
                select string_agg(quote_ident(a.attname), ', ')
                  from pg_attribute a
                 where a.attrelid = ('mainstay.' || v_table.name)::regclass
                   and a.attnum > 0 and not a.attisdropped
                   and a.attname <> all (string_to_array(v_table.skip, ','))),
            v_table.name,
            (select string_agg(quote_literal(s), ', ')
               from unnest(string_to_array(v_table.skip, ',')) s
              where s <> ''));
    end loop;
end $$;

-- What earlier versions called.
drop function if exists mainstay.audit_row();

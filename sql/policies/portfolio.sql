-- Who may read the sums of the portfolio, and what the worker makes of them.

-- Appended by triggers on accounts and journey_history; a direct write is
-- refused by a trigger.
call mainstay.protect_table('mainstay.portfolio_rollups', 'Viewer',
    'Practitioner', null, null);
call mainstay.protect_table('mainstay.portfolio_days', 'Viewer', null, null,
    null);
call mainstay.protect_table('mainstay.portfolio_movers', 'Viewer', null,
    null, null);
call mainstay.protect_table('mainstay.portfolio_programmes', 'Viewer', null,
    null, null);
call mainstay.protect_table('mainstay.portfolio_pages', 'Viewer', null, null,
    null);

do $$
declare
    v_table text;
    v_rights text;
begin
    for v_table, v_rights in values
        ('portfolio_rollups', 'select, insert, delete'),
        ('portfolio_days', 'select, insert'),
        ('portfolio_movers', 'select, insert, update, delete'),
        ('portfolio_programmes', 'select, insert, delete'),
        ('portfolio_pages', 'select, insert, update, delete')
    loop
        execute format('drop policy if exists definer on mainstay.%I',
            v_table);
        execute format('create policy definer on mainstay.%I '
            'to mainstay_definer using (true) with check (true)', v_table);
        execute format('grant %s on mainstay.%I to mainstay_definer',
            v_rights, v_table);
    end loop;
end $$;

-- The kept page names the stages.
drop policy if exists definer_reads on mainstay.journey_stages;
create policy definer_reads on mainstay.journey_stages for select
    to mainstay_definer
    using (tenant_id = (select app.current_tenant_id()));
grant select on mainstay.journey_stages to mainstay_definer;

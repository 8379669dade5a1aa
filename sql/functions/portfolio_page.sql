-- role: mainstay_definer
--
-- The kept figures and charts of the executive page: made by the worker, gone
-- as soon as somebody edits what they show besides the ledger.

create or replace function api.keep_portfolio_pages(p_tenant uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
    insert into mainstay.portfolio_pages (tenant_id, by, period, day,
        figures, charts)
    select p_tenant, b.by, p.period, current_date,
           mainstay.executive_figures(p_tenant, p.period, null, null, null),
           mainstay.executive_charts(p_tenant, b.by, null, null, null)
      from unnest(array['accounts', 'arr']) b (by)
     cross join unnest(array[30, 90, 365]) p (period)
        on conflict (tenant_id, by, period) do update
        set day = excluded.day, figures = excluded.figures,
            charts = excluded.charts, created_at = now();
end
$$;

create or replace function api.forget_portfolio_pages() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    delete from mainstay.portfolio_pages p
     where p.tenant_id = case when tg_op = 'DELETE' then old.tenant_id
         else new.tenant_id end;
    return null;
end
$$;

revoke all on function api.keep_portfolio_pages(uuid),
    api.forget_portfolio_pages() from public;
grant execute on function api.forget_portfolio_pages() to mainstay_owner;

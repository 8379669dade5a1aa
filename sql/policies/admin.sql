-- Who may do what with attributes, tiers and invitations.
call mainstay.protect_table('mainstay.custom_attributes', 'Viewer',
    'Tenant Admin', 'Tenant Admin', 'Tenant Admin');
call mainstay.protect_table('mainstay.account_tiers', 'Viewer',
    null, 'Tenant Admin', null);

-- The hash of a link is written once and never read back by a page.
call mainstay.protect_table('mainstay.invitations', 'Tenant Admin',
    'Tenant Admin', 'Tenant Admin', null);
revoke select, update on mainstay.invitations from mainstay_app;
grant select (tenant_id, id, email, role, invited_by, created_at, expires_at,
    accepted_at, revoked_at) on mainstay.invitations to mainstay_app;
grant update (revoked_at) on mainstay.invitations to mainstay_app;

-- api.create_tenant_defaults, for the tenant it has put into the context.
drop policy if exists definer on mainstay.account_tiers;
create policy definer on mainstay.account_tiers for insert
    to mainstay_definer
    with check (tenant_id = (select app.current_tenant_id()));
grant insert on mainstay.account_tiers to mainstay_definer;

-- Who holds a link belongs to no tenant yet.
drop policy if exists definer on mainstay.invitations;
create policy definer on mainstay.invitations to mainstay_definer
    using (true) with check (true);
grant select, update on mainstay.invitations to mainstay_definer;

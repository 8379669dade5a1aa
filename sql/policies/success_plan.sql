-- Who may do what with success plans, their steps and templates.
--                          table, select, insert, update, delete
call mainstay.protect_table('mainstay.plan_templates', 'Viewer',
    'Tenant Admin', 'Tenant Admin', 'Tenant Admin');
call mainstay.protect_table('mainstay.success_plans', 'Viewer',
    'Practitioner', 'Practitioner', 'Practitioner');
call mainstay.protect_table('mainstay.success_plan_steps', 'Viewer',
    'Practitioner', 'Practitioner', 'Practitioner');

-- What a new tenant begins with, playbooks that the database itself wakes,
-- and the timeline of an account.
call mainstay.serve_tenant('mainstay.plan_templates', 'select, insert');
call mainstay.serve_tenant('mainstay.success_plans',
    'select, insert, update');
call mainstay.serve_tenant('mainstay.success_plan_steps',
    'select, insert, update');
call mainstay.serve_tenant('mainstay.account_tiers', 'select, insert');

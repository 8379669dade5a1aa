-- fixture.sql - the two tenants that all tests find, with a row of their own
-- in every table.

select test.make_tenant('alpha');
select test.make_tenant('beta');

insert into test.hint (rel, col, value) values
    ('mainstay.bulk_changes', 'results', '[]'),
    ('mainstay.email_opt_outs', 'address', 'nobody@example.test'),
    ('mainstay.email_outbox', 'to_address', 'nobody@example.test'),
    ('mainstay.health_overrides', 'expires_at', 'tomorrow'),
    ('mainstay.invitations', 'email', 'nobody@example.test'),
    ('mainstay.portfolio_pages', 'by', 'arr'),
    ('mainstay.portfolio_pages', 'period', '30'),
    ('mainstay.portfolio_movers', 'period', '30');

-- One delivery that waits, with what it sends.
select mainstay.enqueue_webhook(mainstay.create_endpoint(t.id, 'First',
    'https://receiver.example/hook', 'standard'), null, null, 'test', '{}')
from (select test.tenant(s) from unnest(array['alpha', 'beta']) s) t (id);

create table test.barren as
select t.slug, f.rel, f.problem
from (values ('alpha'), ('beta')) t (slug)
cross join lateral test.fill(test.tenant(t.slug)) f;
grant select on test.barren to public;

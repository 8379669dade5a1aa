-- fixture.sql - the two tenants that all tests find, with a row of their own
-- in every table.

select test.make_tenant('alpha');
select test.make_tenant('beta');

create table test.barren as
select t.slug, f.rel, f.problem
from (values ('alpha'), ('beta')) t (slug)
cross join lateral test.fill(test.tenant(t.slug)) f;
grant select on test.barren to public;

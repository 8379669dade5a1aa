-- The list of accounts as a tree: roots in the order of the list, what a
-- filter finds below them, and the way down to it.

-- The next 51 roots that have something to show: what most filters find is
-- among the next 500, else all that it finds is looked at.
create or replace function mainstay.account_tree_roots(p_tenant uuid,
    p_filter record, p_order record, p_key text, p_id uuid) returns uuid[]
language plpgsql stable set search_path = ''
as $$
declare
    v_try record;
    v_roots uuid[];
begin
    for v_try in
        select * from (values
            (true, 51, 'true', 'true'),
            (false, 500, 'true', '(select true from mainstay.accounts a '
                'where a.tenant_id = $1 and a.hierarchy_path >= r.low '
                'and a.hierarchy_path < r.high and ' || p_filter.condition
                || ' limit 1)'),
            (false, 51, 'a.id = any (array(select left(a.hierarchy_path, 36)'
                '::uuid from mainstay.accounts a where a.tenant_id = $1 and '
                || p_filter.condition || '))', 'true'))
            t (is_whole, most, root, member)
         where t.is_whole = (p_filter.condition = 'true')
    loop
        execute format($sql$
            select array(select r.id from (
                select a.id, a.hierarchy_path as low,
                       a.hierarchy_path || '0' as high,
                       row_number() over (order by %2$s %3$s, a.id %3$s) as nr
                  from mainstay.accounts a
                 where a.tenant_id = $1 and a.parent_id is null and %1$s
                   and %4$s
                 order by %2$s %3$s, a.id %3$s
                 limit %5$s) r
             where %6$s order by r.nr limit 51)$sql$,
            mainstay.account_after(p_key, p_id, p_order.expr, p_order.kind,
                p_order.way), p_order.expr, p_order.way, v_try.root,
            v_try.most, v_try.member)
           into v_roots
          using p_tenant, p_filter.args, p_key, p_id, p_order.names;
        exit when cardinality(v_roots) = 51;
    end loop;
    return v_roots;
end
$$;

-- A page of the tree, in its order. A page ends with the group that fills a
-- hundred lines; a group shows fifty of what the filter finds, and is_cut says
-- that there are more. Without a filter these are those directly below it,
-- in the order of names. is_path: only on the way to what was found.
-- next_key and next_id, the same in all lines, are where the next page begins.
create or replace function app.account_tree(p_tenant uuid, p_form json,
    p_sort text, p_key text, p_id uuid)
returns table (place bigint, id uuid, level integer, is_path boolean,
    is_parent boolean, is_cut boolean, next_key text, next_id uuid)
language plpgsql stable rows 100 set search_path = ''
as $$
declare
    v_filter record;
    v_order record;
begin
    select * into v_filter from mainstay.account_filter_where(p_form) w;
    if v_filter.condition is null then
        return;
    end if;
    select * into v_order
      from mainstay.account_order(p_tenant, p_sort) o;
    return query execute format($sql$
        with root as materialized (
            select a.id, a.hierarchy_path as low,
                   a.hierarchy_path || '0' as high, (%1$s)::text as key, o.nr
              from unnest($3) with ordinality o (id, nr)
              join mainstay.accounts a on a.tenant_id = $1 and a.id = o.id
        ), walked as materialized (
            select r.nr, r.id as root, m.id, m.path,
                   row_number() over (partition by r.nr order by m.path) as n,
                   count(*) over (partition by r.nr) > 50 as is_cut
              from root r
             cross join lateral (
                   select a.id, a.hierarchy_path as path
                     from mainstay.accounts a
                    where a.tenant_id = $1 and a.hierarchy_path >= r.low
                      and a.hierarchy_path < r.high and %3$s
                    order by a.hierarchy_path limit 51) m
             where r.nr <= 50
        ), grp as materialized (
            select g.* from (
                select w.nr, w.root, w.is_cut,
                       sum(count(*)) over (order by w.nr) - count(*) as before
                  from walked w group by w.nr, w.root, w.is_cut) g
             where g.before < 100
        ), found as materialized (
            select w.id, w.path
              from walked w
              join grp g on g.nr = w.nr
             where w.n <= 50 and (w.n = 1 or not (g.is_cut and %4$s))
             union all
            select c.*
              from grp g
             cross join lateral (
                   select a.id, a.hierarchy_path from mainstay.accounts a
                    where a.tenant_id = $1 and a.parent_id = g.root
                    order by a.name_key, a.id limit 49) c
             where g.is_cut and %4$s
        ), line as materialized (
            select a.id, a.hierarchy_path as path, a.hierarchy_level as level,
                   row_number() over (partition by a.parent_id
                       order by %1$s %2$s, a.id %2$s) as nr
              from mainstay.accounts a
             where a.tenant_id = $1 and a.id = any (array(
                   select i::uuid from found f
                    cross join unnest(string_to_array(f.path, '/')) i))
        ), way as (
            select l.id, array_agg(o.nr order by s.n) as way
              from line l
             cross join unnest(string_to_array(l.path, '/'))
                   with ordinality s (id, n)
              join line o on o.id = s.id::uuid
             group by l.id
        )
        select row_number() over (order by w.way), l.id, l.level,
               f.id is null, exists (select from mainstay.accounts c
                   where c.tenant_id = $1 and c.parent_id = l.id),
               coalesce(g.is_cut, false), n.key, n.id
          from line l
          join way w on w.id = l.id
          left join found f on f.id = l.id
          left join grp g on g.root = l.id
          left join (
               select r.key, r.id from root r
                where r.nr = (select max(g.nr) from grp g)
                  and exists (select from root o where o.nr > r.nr)) n
            on true
         order by 1
        $sql$, v_order.expr, v_order.way, v_filter.condition,
        (v_filter.condition = 'true')::text)
    using p_tenant, v_filter.args, mainstay.account_tree_roots(p_tenant,
        v_filter, v_order, p_key, p_id), null::uuid, v_order.names;
end
$$;
comment on function app.account_tree(uuid, json, text, text, uuid) is
    'A page of the tree of the accounts that a filter finds.';

grant execute on function
    mainstay.account_tree_roots(uuid, record, record, text, uuid),
    app.account_tree(uuid, json, text, text, uuid)
    to mainstay_app, mainstay_maint, mainstay_definer;

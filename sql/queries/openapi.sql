-- What the document of the API takes from the database.

-- name: openapi_comments
-- Comments of columns, as one object: {"accounts.arr": "…"}.
select jsonb_object_agg(c.relname || '.' || a.attname, d.description)
  from pg_catalog.pg_description d
  join pg_catalog.pg_class c on c.oid = d.objoid and c.relkind in ('r', 'p')
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  join pg_catalog.pg_attribute a
    on a.attrelid = c.oid and a.attnum = d.objsubid
 where d.classoid = 'pg_catalog.pg_class'::regclass and d.objsubid > 0
   and n.nspname = 'mainstay'

-- name: openapi_nouns
-- What can be listed, by its noun: its members, sorts, filters and what it can
-- embed.
select app.resources()

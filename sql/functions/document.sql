-- The shape of documents that people and programs write: scorecards and
-- playbooks. A table of shapes says which keys each kind of object may have;
-- from it follow what is wrong with a document and its JSON Schema.

-- The entries of a list, from 0; none when it is no list.
create or replace function mainstay.list_entries(p_list jsonb)
returns table (place integer, value jsonb)
language sql immutable parallel safe rows 8
begin atomic
    select (e.place - 1)::integer, e.value
      from jsonb_array_elements(case when jsonb_typeof(p_list) = 'array'
               then p_list else '[]' end) with ordinality e (value, place);
end;

-- The keys of an object; none when it is no object.
create or replace function mainstay.object_entries(p_object jsonb)
returns table (key text, value jsonb)
language sql immutable parallel safe rows 8
begin atomic
    select e.key, e.value
      from jsonb_each(case when jsonb_typeof(p_object) = 'object'
               then p_object else '{}' end) e;
end;

-- What "… must be" when a value is not of the kind.
--
--   object, list (of low to high entries), text (of low to high characters),
--   like (a text that matches the pattern), choice (one of choices),
--   choices (a list of them), integer and number (from low to high),
--   above (low < number <= high), all with at most 6 decimals, so that sums
--   are exact, value (a text of at most high characters, a number, yes or
--   no), values (one of those, or a list of low to high),
--   missing (a choice, or {"carry_days": n})
create or replace function mainstay.kind_must(p_kind text, p_low numeric,
    p_high numeric, p_choices text[]) returns text
language sql immutable parallel safe
return case p_kind
    when 'object' then 'an object'
    when 'list' then format('a list of %s to %s entries', p_low, p_high)
    when 'text' then format('a text of %s to %s characters', p_low, p_high)
    when 'integer' then format('a whole number from %s to %s', p_low, p_high)
    when 'number' then 'a number' || case when p_high < 1e15
        then format(' from %s to %s', p_low, p_high) else '' end
        || ' with at most 6 decimals'
    when 'above' then format('a number above %s', p_low) || case
        when p_high < 1e15 then format(', at most %s,', p_high) else '' end
        || ' with at most 6 decimals'
    when 'missing' then 'one of: ' || array_to_string(p_choices, ', ')
        || ', or {"carry_days": n}'
    when 'choices' then 'a list of one or more of: '
        || array_to_string(p_choices, ', ')
    when 'value' then format('a text of at most %s characters, a number, '
        'true or false', p_high)
    when 'values' then format('a text, a number, true or false, or a list '
        'of %s to %s of them', p_low, p_high)
    else 'one of: ' || array_to_string(p_choices, ', ') end;

create or replace function mainstay.is_of_kind(p_value jsonb, p_kind text,
    p_low numeric, p_high numeric, p_choices text[]) returns boolean
language sql immutable parallel safe
return case p_kind
    when 'object' then jsonb_typeof(p_value) = 'object'
    when 'list' then case when jsonb_typeof(p_value) = 'array'
        then jsonb_array_length(p_value) between p_low and p_high end
    when 'text' then jsonb_typeof(p_value) = 'string'
        and length(btrim(p_value #>> '{}')) >= p_low
        and length(p_value #>> '{}') <= p_high
    when 'like' then jsonb_typeof(p_value) = 'string'
        and p_value #>> '{}' ~ p_choices[1]
    when 'choice' then jsonb_typeof(p_value) = 'string'
        and p_value #>> '{}' = any (p_choices)
    when 'choices' then case when jsonb_typeof(p_value) = 'array'
        then p_value <> '[]' and p_value <@ to_jsonb(p_choices) end
    when 'missing' then jsonb_typeof(p_value) = 'object'
        or jsonb_typeof(p_value) = 'string'
        and p_value #>> '{}' = any (p_choices)
    when 'value' then jsonb_typeof(p_value) in ('string', 'number',
        'boolean') and length(p_value #>> '{}') <= p_high
    when 'values' then case jsonb_typeof(p_value)
        when 'array' then jsonb_array_length(p_value) between p_low
            and p_high and not jsonb_path_exists(p_value, 'strict $[*] ? '
                '(@.type() != "string" && @.type() != "number" '
                '&& @.type() != "boolean")')
        else jsonb_typeof(p_value) in ('string', 'number', 'boolean') end
    else case when jsonb_typeof(p_value) = 'number' then case p_kind
        when 'integer' then scale(p_value::numeric) = 0
            and p_value::numeric between p_low and p_high
        when 'above' then min_scale(p_value::numeric) <= 6
            and p_value::numeric > p_low and p_value::numeric <= p_high
        else min_scale(p_value::numeric) <= 6
            and p_value::numeric between p_low and p_high end end
end;

-- Objects that are none, keys that are unknown, missing or wrong. at: where
-- it stands, for the order of problems. Of an object that is open nobody
-- knows what else there may be; an entry of a list must be an object.
create or replace function mainstay.shape_problems(
    p_shapes mainstay.document_shape[], p_nodes mainstay.document_node[])
returns table (at integer[], field text, message text)
language sql immutable parallel safe
begin atomic
    with shape as materialized (
        select s.shape, s.key, s.kind, s.is_required, s.low, s.high,
               s.choices, coalesce(s.must, mainstay.kind_must(s.kind, s.low,
                   s.high, s.choices)) as must
          from unnest(p_shapes) s
    ), node as materialized (
        select n.*, n.path || case n.path when '' then '' else '.' end
                   as prefix
          from unnest(p_nodes) n
    )
    select n.at, case n.path when '' then 'document' else n.path end,
           'This must be an object.'
      from node n
     where jsonb_typeof(n.value) is distinct from 'object' and n.is_entry
    union all
    select n.at, n.prefix || left(e.key, 63), format('"%s" is not known '
               'here; what is: %s.', left(e.key, 63), (
                   select string_agg(s.key, ', ' order by s.key)
                     from shape s where s.shape = n.shape))
      from node n
     cross join mainstay.object_entries(n.value) e
     where not n.is_open
       and not exists (
           select from shape s where s.shape = n.shape and s.key = e.key)
    union all
    select n.at, n.prefix || s.key, format('%s must be %s.',
               upper(left(s.key, 1)) || replace(substr(s.key, 2), '_', ' '),
               s.must)
      from node n
      join shape s on s.shape = n.shape
     where jsonb_typeof(n.value) = 'object'
       and case when n.value ? s.key
           then mainstay.is_of_kind(n.value -> s.key, s.kind, s.low, s.high,
               s.choices) is not true
           else s.is_required end;
end;
comment on function mainstay.shape_problems(mainstay.document_shape[],
    mainstay.document_node[]) is
    'What is wrong with the shape of a document, by the table of its shapes.';

-- A value of a kind, as JSON Schema says it. p_holds is the schema of what an
-- object or the entries of a list are.
create or replace function mainstay.kind_schema(p_kind text, p_low numeric,
    p_high numeric, p_choices text[], p_holds text) returns jsonb
language sql immutable parallel safe
return case p_kind
    when 'object' then jsonb_build_object('$ref', '#/$defs/' || p_holds)
    when 'list' then jsonb_build_object('type', 'array', 'minItems', p_low,
        'maxItems', p_high, 'items', jsonb_build_object('$ref',
            '#/$defs/' || p_holds))
    when 'text' then jsonb_build_object('type', 'string', 'minLength', p_low,
        'maxLength', p_high)
    when 'like' then jsonb_build_object('type', 'string', 'pattern',
        p_choices[1])
    when 'choice' then jsonb_build_object('enum', p_choices)
    when 'choices' then jsonb_build_object('type', 'array', 'minItems', 1,
        'items', jsonb_build_object('enum', p_choices))
    when 'integer' then jsonb_build_object('type', 'integer', 'minimum',
        p_low, 'maximum', p_high)
    when 'number' then jsonb_build_object('type', 'number', 'minimum', p_low,
        'maximum', p_high)
    when 'above' then jsonb_build_object('type', 'number',
        'exclusiveMinimum', p_low, 'maximum', p_high)
    when 'value' then jsonb_build_object('type', '["string", "number", '
        '"boolean"]'::jsonb, 'maxLength', p_high)
    when 'values' then jsonb_build_object('anyOf', jsonb_build_array(
        '{"type": ["string", "number", "boolean"]}'::jsonb,
        jsonb_build_object('type', 'array', 'minItems', p_low, 'maxItems',
            p_high, 'items', '{"type": ["string", "number", "boolean"]}'
            ::jsonb)))
end;

-- The JSON Schema of a table of shapes; p_kinds are the shapes of which one
-- must fit: {"step": ["webhook", …]}. A key that need not be there may be
-- null.
create or replace function mainstay.shape_schema(
    p_shapes mainstay.document_shape[], p_kinds jsonb, p_root text)
returns jsonb
language sql immutable parallel safe
begin atomic
    with key as (
        select s.shape, s.key, s.is_required, case when s.is_required
                   then k.schema else jsonb_build_object('anyOf',
                       jsonb_build_array(k.schema, '{"type": "null"}'::jsonb))
                   end as schema
          from unnest(p_shapes) s
         cross join lateral (select case when s.key = 'kind'
                   then jsonb_build_object('const', s.choices[1])
                   else mainstay.kind_schema(s.kind, s.low, s.high,
                       s.choices, s.holds) end) k (schema)
         where not p_kinds ? s.shape
    ), def as (
        select k.shape as name, jsonb_build_object('type', 'object',
                   'additionalProperties', false,
                   'properties', jsonb_object_agg(k.key, k.schema),
                   'required', coalesce(jsonb_agg(k.key order by k.key)
                       filter (where k.is_required), '[]')) as schema
          from key k group by k.shape
         union all
        select f.key, jsonb_build_object('oneOf', (
                   select jsonb_agg(jsonb_build_object('$ref',
                              '#/$defs/' || e.value))
                     from jsonb_array_elements_text(f.value) e (value)))
          from jsonb_each(p_kinds) f
    )
    select jsonb_build_object('$schema',
               'https://json-schema.org/draft/2020-12/schema',
               '$ref', '#/$defs/' || p_root,
               '$defs', jsonb_object_agg(d.name, d.schema))
      from def d;
end;
comment on function mainstay.shape_schema(mainstay.document_shape[], jsonb,
    text) is 'The JSON Schema of documents, by the table of their shapes.';

grant execute on function mainstay.list_entries(jsonb),
    mainstay.object_entries(jsonb),
    mainstay.kind_must(text, numeric, numeric, text[]),
    mainstay.is_of_kind(jsonb, text, numeric, numeric, text[]),
    mainstay.shape_problems(mainstay.document_shape[],
        mainstay.document_node[]),
    mainstay.kind_schema(text, numeric, numeric, text[], text),
    mainstay.shape_schema(mainstay.document_shape[], jsonb, text)
    to mainstay_app, mainstay_maint, mainstay_definer;

-- What is wrong with the document of a scorecard. First its shape: the keys
-- of every object, by one table; then what concerns several keys at once,
-- which needs a document of the right shape.

-- The kinds of a source or transform: each is a shape of its own.
create or replace function mainstay.shape_kinds(p_shape text) returns text[]
language sql immutable parallel safe
return case p_shape
    when 'source' then array['usage_metric', 'event_count', 'days_since',
        'sentiment', 'survey', 'profile', 'component']
    when 'transform' then array['linear', 'inverse', 'steps', 'ratio',
        'pass']
    end;

-- Every key that a document may have. kind says what is checked: see
-- mainstay.kind_must. must completes "… must be"; null: it follows from the
-- kind.
create or replace function mainstay.scorecard_shapes()
returns table (shape text, key text, kind text, is_required boolean,
    low numeric, high numeric, choices text[], must text)
language sql immutable parallel safe
begin atomic
    with word (pattern, must) as (
        values (array['^[a-z][a-z0-9_]{0,62}$'],
            'small letters, digits and _, at most 63, and begin with a letter')
    ), fact (pattern, must) as (
        values (array['^[a-z][a-z0-9_.]{0,62}$'],
            'small letters, digits, _ and ., at most 63, and begin with a '
            'letter')
    ), field (pattern, must) as (
        values (array['^(arr|renewal_days|training_percent|adoption_percent|'
            'nps|csat|ces|expansion_percent|crm[.].{1,100})$'],
            'one of: arr, renewal_days, training_percent, adoption_percent, '
            'nps, csat, ces, expansion_percent, or crm.<attribute>')
    )
    select s.shape, s.key, s.kind, s.is_required, s.low::numeric,
           s.high::numeric, s.choices, null
      from (values
        ('document', 'dimensions', 'list', true, 1, 50, null::text[]),
        ('document', 'bands', 'list', true, 1, 20, null),
        ('document', 'stage_weights', 'object', false, null, null, null),
        ('document', 'exceptions', 'list', false, 0, 50, null),
        ('document', 'rounding', 'choice', false, null, null, '{half_up}'),
        ('document', 'hysteresis', 'object', false, null, null, null),
        ('document', 'trend', 'object', false, null, null, null),
        ('dimension', 'label', 'text', true, 1, 100, null),
        ('dimension', 'weight', 'above', true, 0, 100, null),
        ('dimension', 'metrics', 'list', true, 1, 500, null),
        ('metric', 'label', 'text', false, 1, 100, null),
        ('metric', 'weight', 'above', false, 0, 1000, null),
        ('metric', 'source', 'object', true, null, null, null),
        ('metric', 'aggregation', 'choice', false, null, null,
            '{latest,sum,average,count,distinct,change,nps}'),
        ('metric', 'window_days', 'integer', false, 1, 730, null),
        ('metric', 'transform', 'object', false, null, null, null),
        ('metric', 'scale', 'choice', false, null, null,
            '{0-100,0-1,points}'),
        ('metric', 'missing', 'missing', false, null, null,
            '{leave_out,zero,neutral}'),
        ('missing', 'carry_days', 'integer', true, 1, 365, null),
        ('days_since', 'of', 'choice', false, null, null,
            '{event,usage_metric,survey,sentiment,component}'),
        ('survey', 'name', 'choice', true, null, null, '{nps,csat,ces}'),
        ('linear', 'from', 'number', true, -1e15, 1e15, null),
        ('linear', 'to', 'number', true, -1e15, 1e15, null),
        ('inverse', 'from', 'number', true, -1e15, 1e15, null),
        ('inverse', 'to', 'number', true, -1e15, 1e15, null),
        ('steps', 'steps', 'list', true, 1, 100, null),
        ('steps', 'else', 'number', false, 0, 100, null),
        ('step', 'below', 'number', true, -1e15, 1e15, null),
        ('step', 'value', 'number', true, 0, 100, null),
        ('ratio', 'target', 'above', false, 0, 1e15, null),
        ('band', 'label', 'text', true, 1, 100, null),
        ('band', 'lower', 'integer', true, 0, 100, null),
        ('band', 'severity', 'choice', true, null, null,
            '{healthy,moderate,at_risk,critical}'),
        ('exception', 'label', 'text', true, 1, 100, null),
        ('exception', 'op', 'choice', true, null, null, '{<,<=,>,>=,=}'),
        ('exception', 'value', 'number', true, -1e15, 1e15, null),
        ('exception', 'cap', 'integer', false, 0, 100, null),
        ('exception', 'floor', 'integer', false, 0, 100, null),
        ('hysteresis', 'margin', 'integer', false, 0, 20, null),
        ('hysteresis', 'days', 'integer', false, 0, 90, null),
        ('trend', 'days', 'integer', false, 1, 365, null),
        ('trend', 'margin', 'integer', false, 0, 20, null))
        s (shape, key, kind, is_required, low, high, choices)
    union all
    select k.shape, 'kind', 'choice', true, null, null,
           mainstay.shape_kinds(s.shape), null
      from (values ('source'), ('transform')) s (shape)
     cross join unnest(s.shape || mainstay.shape_kinds(s.shape)) k (shape)
    union all
    select s.shape, 'key', 'like', true, null, null, w.pattern, w.must
      from word w, (values ('dimension'), ('metric'), ('band')) s (shape)
    union all
    select 'exception', 'metric', 'like', true, null, null, w.pattern, w.must
      from word w
    union all
    select 'component', 'name', 'like', true, null, null, w.pattern, w.must
      from word w
    union all
    select s.shape, 'name', 'like', s.is_required, null, null, f.pattern,
           f.must
      from fact f, (values ('usage_metric', true), ('event_count', false),
               ('days_since', false)) s (shape, is_required)
    union all
    select s.shape, s.key, 'like', s.is_required, null, null, f.pattern,
           f.must
      from field f, (values ('profile', 'name', true),
               ('ratio', 'per', false)) s (shape, key, is_required)
    union all
    select 'band', 'colour', 'like', true, null, null,
           array['^#[0-9a-fA-F]{6}$'], 'a colour such as #15803d';
end;
comment on function mainstay.scorecard_shapes() is
    'The keys that a scorecard document may have, by the kind of object.';

-- The objects of a document. at: where it stands, for the order of problems.
create or replace function mainstay.scorecard_nodes(p_document jsonb)
returns table (at integer[], path text, shape text, value jsonb)
language sql immutable parallel safe
begin atomic
    with dimension as (
        select d.place, 'dimensions.' || d.place as path, d.value
          from mainstay.list_entries(p_document -> 'dimensions') d
    ), metric as (
        select array[1, d.place, m.place] as at,
               d.path || '.metrics.' || m.place as path, m.value
          from dimension d
         cross join mainstay.list_entries(d.value -> 'metrics') m
    ), variant as (
        select m.at || 1 as at, m.path || '.source' as path,
               m.value -> 'source' as value, 'source' as shape
          from metric m
         where m.value ? 'source'
        union all
        select m.at || 2, m.path || '.transform', m.value -> 'transform',
               'transform'
          from metric m
         where m.value ? 'transform'
    )
    select array[0], '', 'document', p_document
    union all
    select array[1, d.place], d.path, 'dimension', d.value from dimension d
    union all
    select m.at, m.path, 'metric', m.value from metric m
    union all
    -- What else a source or transform may say depends on its kind.
    select v.at, v.path, case
               when v.value ->> 'kind' = any (mainstay.shape_kinds(v.shape))
                   then v.value ->> 'kind' else v.shape end, v.value
      from variant v
    union all
    select v.at || s.place, v.path || '.steps.' || s.place, 'step', s.value
      from variant v
     cross join mainstay.list_entries(v.value -> 'steps') s
     where v.shape = 'transform' and v.value ->> 'kind' = 'steps'
    union all
    select m.at || 3, m.path || '.missing', 'missing', m.value -> 'missing'
      from metric m
     where jsonb_typeof(m.value -> 'missing') = 'object'
    union all
    select array[3, b.place], 'bands.' || b.place, 'band', b.value
      from mainstay.list_entries(p_document -> 'bands') b
    union all
    select array[4, e.place], 'exceptions.' || e.place, 'exception', e.value
      from mainstay.list_entries(p_document -> 'exceptions') e
    union all
    select array[5], k, k, p_document -> k
      from unnest(array['hysteresis', 'trend']) k
     where p_document ? k;
end;

-- Shape: what the table of shapes says, and the weights of stages.
create or replace function mainstay.scorecard_shape_problems(
    p_document jsonb)
returns table (at integer[], field text, message text)
language sql immutable parallel safe
begin atomic
    select p.at, p.field, p.message
      from mainstay.shape_problems(array(
               select row(s.shape, s.key, s.kind, s.is_required, s.low,
                          s.high, s.choices, s.must, null)
                          ::mainstay.document_shape
                 from mainstay.scorecard_shapes() s), array(
               select row(n.at, n.path, n.shape, n.value, n.shape in (
                          'document', 'dimension', 'metric', 'step', 'band',
                          'exception'), n.shape in ('source', 'transform'))
                          ::mainstay.document_node
                 from mainstay.scorecard_nodes(p_document) n)) p
    union all
    select array[2], 'stage_weights', format('At most 100 stages can have '
               'weights of their own; these are %s.', count(*))
      from mainstay.object_entries(p_document -> 'stage_weights') w
    having count(*) > 100
    union all
    select array[2], 'stage_weights.' || left(w.key, 100),
           case when length(btrim(w.key)) between 1 and 100
               then 'The weights of a stage must be an object: {"usage": 60, '
                   '…}.'
               else 'The name of a stage must have 1 to 100 characters.' end
      from mainstay.object_entries(p_document -> 'stage_weights') w
     where jsonb_typeof(w.value) <> 'object'
        or length(btrim(w.key)) not between 1 and 100
    union all
    select array[2], format('stage_weights.%s.%s', left(w.key, 100),
               left(e.key, 63)),
           'A weight must be a number from 0 to 100 with at most 6 decimals.'
      from mainstay.object_entries(p_document -> 'stage_weights') w
     cross join mainstay.object_entries(w.value) e
     where mainstay.is_of_kind(e.value, 'number', 0, 100, null) is not true;
end;

-- What each source can be asked for; null: it says so itself.
create or replace function mainstay.source_aggregations(p_kind text,
    p_name text) returns text[]
language sql immutable parallel safe
return case p_kind
    when 'usage_metric'
        then array['latest', 'sum', 'average', 'count', 'distinct', 'change']
    when 'event_count' then array['count', 'distinct', 'change']
    when 'sentiment' then array['average', 'latest', 'count']
    when 'survey' then array['latest', 'average', 'count', 'change']
        || case when p_name = 'nps' then array['nps'] else '{}' end
    when 'component' then array['latest', 'average']
    else '{}' end;

-- What concerns several keys of a metric. Needs the right shape.
create or replace function mainstay.metric_problems(p_document jsonb)
returns table (at integer[], field text, message text)
language sql immutable parallel safe
begin atomic
    with node as materialized (
        select * from mainstay.scorecard_nodes(p_document)
    ), metric as materialized (
        select n.at, n.path, n.value, n.value ->> 'key' as key,
               n.value -> 'source' ->> 'kind' as kind,
               n.value -> 'source' ->> 'name' as name,
               coalesce(n.value -> 'source' ->> 'of', 'event') as what,
               coalesce(n.value ->> 'aggregation',
                   case n.value -> 'source' ->> 'kind'
                       when 'event_count' then 'count'
                       when 'sentiment' then 'average'
                       else 'latest' end) as aggregation,
               mainstay.source_aggregations(n.value -> 'source' ->> 'kind',
                   n.value -> 'source' ->> 'name') as possible,
               n.value -> 'transform' as transform,
               row_number() over (order by n.at) as place,
               row_number() over (partition by n.value ->> 'key'
                   order by n.at) as nth
          from node n where n.shape = 'metric'
    )
    select m.at, m.path || '.key', format('There is already a metric with '
               'the key %s.', m.key)
      from metric m where m.nth > 1
    union all
    select m.at, m.path || '.key', m.key || ' is a word of its own in an '
           'explanation; choose another key.'
      from metric m
     where m.key in ('rounding', 'exception', 'given', 'override')
    union all
    select m.at, m.path || '.aggregation', case
               when m.possible = '{}' then format('A metric of the source %s '
                   'has no aggregation; leave it out.', m.kind)
               else format('For the source %s it must be one of: %s.',
                   m.kind, array_to_string(m.possible, ', ')) end
      from metric m
     where m.value ? 'aggregation' and m.aggregation <> all (m.possible)
    union all
    select m.at, m.path || '.window_days', case m.kind
               when 'profile' then 'A field of the profile has no window; '
                   'leave it out.'
               else format('Say over how many days to take the %s: from 1 to '
                   '730.', m.aggregation) end
      from metric m
     where case m.kind
           when 'profile' then m.value ? 'window_days'
           when 'days_since' then false
           else m.aggregation <> 'latest' and not m.value ? 'window_days' end
    union all
    select m.at, m.path || '.scale', 'Linear, inverse and ratio already give '
           '0 to 100: leave the scale out.'
      from metric m
     where m.value ->> 'scale' <> '0-100'
       and m.transform ->> 'kind' in ('linear', 'inverse', 'ratio')
    union all
    select m.at, m.path || '.missing', 'Only the latest value and an average '
           'of usage metrics, surveys, sentiment and components can be '
           'carried.'
      from metric m
     where jsonb_typeof(m.value -> 'missing') = 'object'
       and (m.kind in ('profile', 'event_count', 'days_since')
           or m.aggregation not in ('latest', 'average'))
    union all
    select m.at || 1, m.path || '.source.name', case
               when m.what = 'sentiment' then 'Sentiment has no name; leave '
                   'it out.'
               when m.what = 'survey' then 'Name must be one of: nps, csat, '
                   'ces.'
               else format('Name the %s: days since which one?',
                   replace(m.what, '_', ' ')) end
      from metric m
     where m.kind = 'days_since' and case m.what
           when 'event' then false
           when 'sentiment' then m.name is not null
           when 'survey' then m.name is null
               or m.name not in ('nps', 'csat', 'ces')
           else m.name is null end
    union all
    select m.at || 2, m.path || '.transform.to', format('To must be more '
               'than from (%s); for values that fall, use %s.',
               m.transform ->> 'from', case m.transform ->> 'kind'
                   when 'linear' then 'inverse' else 'linear' end)
      from metric m
     where m.transform ->> 'kind' in ('linear', 'inverse')
       and (m.transform ->> 'to')::numeric
           <= (m.transform ->> 'from')::numeric
    union all
    select m.at || 2, m.path || '.transform.target', 'A ratio needs a target '
           'or a field of the profile (per), one of the two.'
      from metric m
     where m.transform ->> 'kind' = 'ratio'
       and (m.transform ? 'target') = (m.transform ? 'per')
    union all
    select m.at || array[2, s.place], format('%s.transform.steps.%s.below',
               m.path, s.place), format('Steps must rise: below must be '
               'more than %s.', s.before)
      from metric m
     cross join lateral (
        select e.place, (e.value ->> 'below')::numeric as below,
               lag((e.value ->> 'below')::numeric) over (order by e.place)
                   as before
          from mainstay.list_entries(m.transform -> 'steps') e) s
     where s.below <= s.before
    union all
    select m.at || array[2, s.place], m.path || '.transform.' || s.field,
           format('This is more than the %s that the scale goes up to.',
               m.top)
      from (select m.at, m.path, m.transform, case m.value ->> 'scale'
                       when '0-1' then 1
                       when 'points' then trim_scale(round(100 / nullif(
                           t.factor, 0), 6))
                       else 100 end as top
              from metric m
              join mainstay.scorecard_metrics(p_document) t
                on t.place = m.place) m
     cross join lateral (
        select e.place, format('steps.%s.value', e.place) as field,
               (e.value ->> 'value')::numeric as value
          from mainstay.list_entries(m.transform -> 'steps') e
        union all
        select 100, 'else', (m.transform ->> 'else')::numeric) s
     where s.value > m.top;
end;

-- What concerns weights, bands and exceptions. Needs the right shape.
create or replace function mainstay.sum_problems(p_document jsonb)
returns table (at integer[], field text, message text)
language sql immutable parallel safe
begin atomic
    with dimension as materialized (
        select d.place, d.value, d.value ->> 'key' as key,
               row_number() over (partition by d.value ->> 'key'
                   order by d.place) as nth
          from mainstay.list_entries(p_document -> 'dimensions') d
    ), band as materialized (
        select b.place, b.value ->> 'key' as key,
               (b.value ->> 'lower')::integer as lower,
               lag((b.value ->> 'lower')::integer) over w as before,
               lead(b.place) over w is null as is_last,
               array_position(array['healthy', 'moderate', 'at_risk',
                   'critical'], b.value ->> 'severity') as severity,
               lag(array_position(array['healthy', 'moderate', 'at_risk',
                   'critical'], b.value ->> 'severity')) over w as milder,
               row_number() over (partition by b.value ->> 'key'
                   order by b.place) as nth
          from mainstay.list_entries(p_document -> 'bands') b
        window w as (order by b.place)
    ), metric as materialized (
        select m.value ->> 'key' as key
          from dimension d
         cross join mainstay.list_entries(d.value -> 'metrics') m
    )
    select array[1] as at, 'dimensions', format('The weights of the dimensions '
               'add up to %s; they must add up to 100.',
               trim_scale(sum((d.value ->> 'weight')::numeric)))
      from dimension d
    having sum((d.value ->> 'weight')::numeric) <> 100
    union all
    select array[1], 'dimensions', format('A scorecard has at most 500 '
               'metrics; these are %s.', count(*))
      from metric m having count(*) > 500
    union all
    select array[1, d.place], format('dimensions.%s.key', d.place),
           format('There is already a dimension with the key %s.', d.key)
      from dimension d where d.nth > 1
    union all
    select array[2], 'stage_weights.' || s.key, format('The weights of the '
               'stage %s add up to %s; they must add up to 100.', s.key,
               trim_scale(s.total))
      from (select w.key, coalesce(sum(e.value::numeric), 0) as total
              from mainstay.object_entries(p_document -> 'stage_weights') w
              left join mainstay.object_entries(w.value) e on true
             group by w.key) s
     where s.total <> 100
    union all
    select array[2], format('stage_weights.%s.%s', w.key, d.key),
           format('The stage %s needs a weight of %s too; 0 leaves it out.',
               w.key, d.key)
      from mainstay.object_entries(p_document -> 'stage_weights') w
      join dimension d on d.nth = 1 and not w.value ? d.key
    union all
    select array[2], format('stage_weights.%s.%s', w.key, left(e.key, 63)),
           format('There is no dimension with the key %s.', left(e.key, 63))
      from mainstay.object_entries(p_document -> 'stage_weights') w
     cross join mainstay.object_entries(w.value) e
     where not exists (select from dimension d where d.key = e.key)
    union all
    select array[3, b.place], format('bands.%s.key', b.place), format('There '
               'is already a band with the key %s.', b.key)
      from band b where b.nth > 1
    union all
    select array[3, b.place], format('bands.%s.lower', b.place),
           format('Bands go from the best down: this one must begin below '
               '%s.', b.before)
      from band b where b.lower >= b.before
    union all
    select array[3, b.place], format('bands.%s.lower', b.place),
           'The last band must begin at 0.'
      from band b where b.is_last and b.lower <> 0
    union all
    select array[3, b.place], format('bands.%s.severity', b.place),
           'A band cannot be less severe than the one above it.'
      from band b where b.severity < b.milder
    union all
    select array[4, e.place], format('exceptions.%s.metric', e.place),
           format('There is no metric with the key %s.',
               e.value ->> 'metric')
      from mainstay.list_entries(p_document -> 'exceptions') e
     where not exists (
           select from metric m where m.key = e.value ->> 'metric')
    union all
    select array[4, e.place], 'exceptions.' || e.place,
           format('There is already an exception for %s %s %s.',
               e.value ->> 'metric', e.value ->> 'op', e.value ->> 'value')
      from (select e.*, row_number() over (partition by e.value -> 'metric',
                       e.value -> 'op', e.value -> 'value' order by e.place)
                       as nth
              from mainstay.list_entries(p_document -> 'exceptions') e) e
     where e.nth > 1
    union all
    select array[4, e.place], format('exceptions.%s.cap', e.place),
           'An exception needs a cap or a floor.'
      from mainstay.list_entries(p_document -> 'exceptions') e
     where not e.value ?| array['cap', 'floor']
    union all
    select array[4, e.place], format('exceptions.%s.cap', e.place),
           'A cap cannot be lower than the floor.'
      from mainstay.list_entries(p_document -> 'exceptions') e
     where (e.value ->> 'cap')::integer < (e.value ->> 'floor')::integer;
end;

create or replace function mainstay.scorecard_problems(p_document jsonb)
returns table (field text, message text)
language plpgsql immutable parallel safe set search_path = '' set jit = off
as $$
begin
    return query
    select p.field, p.message
      from mainstay.scorecard_shape_problems(p_document) p
     order by p.at, p.field;
    if not found then
        return query
        select p.field, p.message
          from (select * from mainstay.metric_problems(p_document)
                union all
                select * from mainstay.sum_problems(p_document)) p
         order by p.at, p.field;
    end if;
end
$$;
comment on function mainstay.scorecard_problems(jsonb) is
    'What is wrong with the document of a scorecard, in its order; no row '
    'means nothing. field is a path such as dimensions.0.metrics.2.weight.';

-- Whom a scorecard is for: {"stage": […], "tier": […], "segment": […]}.
create or replace function mainstay.applies_to_problems(p_applies_to jsonb)
returns table (field text, message text)
language sql immutable parallel safe
begin atomic
    select 'applies_to.' || e.key, format('"%s" is not known here; what is: '
               'segment, stage, tier.', left(e.key, 63))
      from mainstay.object_entries(p_applies_to) e
     where e.key not in ('stage', 'tier', 'segment')
    union all
    select 'applies_to.' || e.key, 'This must be a list of 1 to 100 texts.'
      from mainstay.object_entries(p_applies_to) e
     where e.key in ('stage', 'tier', 'segment')
       and (mainstay.is_of_kind(e.value, 'list', 1, 100, null) is not true
           or exists (
               select from mainstay.list_entries(e.value) t
                where not mainstay.is_of_kind(t.value, 'text', 1, 100, null)))
    union all
    select 'applies_to.tier', 'Tiers are: enterprise, mid_market, '
           'small_business, trial.'
      from mainstay.list_entries(p_applies_to -> 'tier') t
     where mainstay.is_of_kind(t.value, 'text', 1, 100, null)
       and t.value #>> '{}' not in ('enterprise', 'mid_market',
           'small_business', 'trial')
    limit 1000;
end;
comment on function mainstay.applies_to_problems(jsonb) is
    'What is wrong with the rule of a scorecard; no row means nothing.';

grant execute on function mainstay.shape_kinds(text),
    mainstay.scorecard_shapes(),
    mainstay.scorecard_nodes(jsonb),
    mainstay.scorecard_shape_problems(jsonb),
    mainstay.source_aggregations(text, text),
    mainstay.metric_problems(jsonb), mainstay.sum_problems(jsonb),
    mainstay.scorecard_problems(jsonb), mainstay.applies_to_problems(jsonb)
    to mainstay_app, mainstay_maint, mainstay_definer;

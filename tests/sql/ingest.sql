-- ingest.sql - facts from outside, and the keys they come with.

begin;
select no_plan();

-- A key of a tenant: its text is its name here.
create function pg_temp.make_key(p_name text, p_slug text, p_role text)
returns bytea
language plpgsql as $$
begin
    perform test.as_operator();
    insert into mainstay.api_keys (tenant_id, name, prefix, key_hash,
        acts_as)
    values (test.tenant(p_slug), p_name, 'csk_test_abc',
        sha256(p_name::bytea), p_role);
    return sha256(p_name::bytea);
end $$;

-- A request with a key, as the program opens it.
create function pg_temp.open_key(p_name text, p_needs text) returns void
language plpgsql as $$
begin
    perform test.sign_out();
    perform api.begin_api_request(sha256(p_name::bytea), p_needs);
end $$;

-- What is answered for one item among others.
create function pg_temp.answer(p_kind text, p_item text) returns json
language plpgsql as $$
declare
    body jsonb := jsonb_build_object('items', jsonb_build_array(
        p_item::jsonb));
begin
    return case p_kind when 'usage' then mainstay.ingest_usage(body)
        else mainstay.ingest_events(body) end;
end $$;
create function pg_temp.fault(p_kind text, p_item text) returns text
language sql as $$
    select concat_ws(' ', a -> 'results' -> 0 ->> 'code',
        a -> 'results' -> 0 ->> 'field')
    from pg_temp.answer(p_kind, p_item) a
$$;

-- The ids that are answered, repetitions marked.
create function pg_temp.ids(p_answer json) returns text[]
language sql as $$
    select array_agg(concat(r ->> 'id', case when r ->> 'duplicate' = 'true'
        then ' again' end, r ->> 'code') order by (r ->> 'index')::int)
    from json_array_elements(p_answer -> 'results') r
$$;

select pg_temp.make_key('writer', 'alpha', 'Contributor');
select pg_temp.make_key('reader', 'alpha', 'Viewer');
select pg_temp.make_key('other', 'beta', 'Contributor');
select pg_temp.make_key('revoked', 'alpha', 'Contributor');
select pg_temp.make_key('expired', 'alpha', 'Contributor');
update api_keys set revoked_at = now() where name = 'revoked';
update api_keys set expires_at = now() where name = 'expired';

-- Keys.
select is(test.outcome($$select pg_temp.open_key('writer', 'Contributor')$$),
    '1', 'a key opens a request');
select is(test.outcome($$select pg_temp.open_key('reader', 'Viewer')$$), '1',
    'also one that reads only');
select is(test.outcome($$select pg_temp.open_key('reader', 'Contributor')$$),
    'MS403', 'which may not write');
select is(test.outcome(format($$select pg_temp.open_key(%L, 'Viewer')$$, k)),
    'MS401', k || ' opens nothing')
from unnest(array['revoked', 'expired', 'unknown']) k;
select test.sign_out();
select is(api.api_key_tenant(sha256('writer')), test.tenant('alpha'),
    'a key tells its tenant');
select is(api.api_key_tenant(sha256(k::bytea)), null, k || ' tells none')
from unnest(array['revoked', 'expired', 'unknown']) k;
select test.as_operator();
update tenants set is_active = false where slug = 'beta';
select is(test.outcome($$select pg_temp.open_key('other', 'Viewer')$$),
    'MS401', 'nor does a key of a tenant that is closed');
select test.sign_out();
select is(api.api_key_tenant(sha256('other')), null, 'it tells none either');
select test.as_operator();
update tenants set is_active = true where slug = 'beta';

select pg_temp.open_key('writer', 'Contributor');
select is(app.current_tenant_id(), test.tenant('alpha'),
    'the request is in the tenant of the key');
select is(app.current_user_role()::text, 'Contributor',
    'with the role of the key');
select is(app.current_user_id(), null, 'and no user');
select mainstay.audit(test.tenant('alpha'), 'test.key', 'tests', 'x');
select throws_ok(format($$insert into audit_log (actor_id, actor_kind,
    action, object_type) values (%L, 'user', 'x', 'x')$$,
    test.person('admin@alpha.test')), '42501', null,
    'nothing is logged in the name of a person');
select test.as_operator();
select results_eq($$select l.actor_kind::text, k.name from audit_log l
    join api_keys k on k.tenant_id = l.tenant_id and k.id = l.actor_id
    where l.action = 'test.key'$$, $$values ('key', 'writer')$$,
    'the log names the key');

-- When it was last used, at most every five minutes.
select test.sign_out();
select is(touch, true, 'a key that was never used is noted')
from api.begin_api_request(sha256('writer'), 'Viewer');
select api.touch_api_key(sha256('writer'));
select is(touch, false, 'then not again for a while')
from api.begin_api_request(sha256('writer'), 'Viewer');
select test.as_operator();
select is(last_used_at, now(), 'it shows when') from api_keys
where name = 'writer';
update api_keys set last_used_at = now() - interval '4 minutes'
where name = 'writer';
select test.sign_out();
select api.touch_api_key(sha256('writer'));
select test.as_operator();
select is(last_used_at, now() - interval '4 minutes',
    'a call in between writes nothing') from api_keys where name = 'writer';

-- Accounts of both tenants.
select test.sign_in('practitioner@alpha.test');
insert into accounts (name, external_id) values ('Ingested', 'CRM-1')
returning id as mine \gset
select test.sign_in('practitioner@beta.test');
insert into accounts (name, external_id) values ('Foreign', 'CRM-2')
returning id as foreign \gset

select pg_temp.open_key('writer', 'Contributor');
\set good '{"account_id": "' :mine '", "metric_type": "logins", "metric_value": 1}'
\set event '{"account_id": "' :mine '", "source_type": "support", "event_type": "ticket_created"}'

-- One item by itself.
select mainstay.ingest_usage(:'good') as answer \gset
select is(a ->> 'accepted', '1', 'a metric is accepted'),
    is(json_array_length(a -> 'results'), 1, 'with one result'),
    is((select account_id from usage_metrics
        where id = (a -> 'results' -> 0 ->> 'id')::uuid), :'mine',
        'whose id is that of the fact')
from json(:'answer') a;
select is(a ->> 'accepted', '1', 'an event is accepted')
from mainstay.ingest_events(:'event') a;
select throws_ok(format('select mainstay.ingest_usage(%L)',
    :'good'::jsonb || '{"metric_value": "1"}'), 'MS422',
    'metric_value must be a number.', 'one bad item by itself is refused');
select throws_ok($$select mainstay.ingest_usage('[]')$$, 'MS422', null,
    'a body is an object');
select throws_ok($$select mainstay.ingest_usage('{"items": 5}')$$, 'MS422',
    'items must be a list.', 'items is a list');
select throws_ok($$select mainstay.ingest_usage('{"items": [], "x": 1}')$$,
    'MS422', 'x is not known beside items.', 'nothing stands beside it');
select throws_ok($$select mainstay.ingest_usage(jsonb_build_object('items',
    (select jsonb_agg(n) from generate_series(1, 2501) n)))$$, 'MS422', null,
    '2,501 items are too many');
select is(mainstay.ingest_usage('{"items": []}') ->> 'accepted', '0',
    'none at all is nothing');

-- The account, by either id.
select mainstay.ingest_usage((:'good'::jsonb - 'account_id')
    || '{"external_id": "CRM-1"}') as answer \gset
select is((select account_id from usage_metrics
    where id = (:'answer'::json -> 'results' -> 0 ->> 'id')::uuid), :'mine',
    'an account is found by the id of the CRM, too');

-- Each thing that can be wrong, with the field it is about.
select is(pg_temp.fault('usage', (:'good'::jsonb || x.change::jsonb)::text),
    x.want, format('%s: %s', left(x.change, 60), x.want))
from (values
    ('{"x": 1}', 'unknown_field x'),
    ('{"tenant_id": "1"}', 'unknown_field tenant_id'),
    ('{"account_id": null}', 'required account_id'),
    ('{"account_id": 5}', 'type account_id'),
    ('{"account_id": "x"}', 'type account_id'),
    ('{"account_id": "00000000-0000-4000-8000-000000000000"}',
        'unknown_account account_id'),
    (format('{"account_id": %s}', to_json(:'foreign'::text)),
        'unknown_account account_id'),
    ('{"external_id": "CRM-1"}', 'choice external_id'),
    ('{"account_id": null, "external_id": "CRM-2"}',
        'unknown_account external_id'),
    ('{"account_id": null, "external_id": 5}', 'type external_id'),
    ('{"account_id": null, "external_id": ""}', 'length external_id'),
    ('{"metric_type": null}', 'required metric_type'),
    ('{"metric_type": 5}', 'type metric_type'),
    ('{"metric_type": ""}', 'format metric_type'),
    ('{"metric_type": "Logins"}', 'format metric_type'),
    ('{"metric_type": "log ins"}', 'format metric_type'),
    (format('{"metric_type": "%s"}', repeat('a', 64)), 'format metric_type'),
    ('{"metric_value": null}', 'required metric_value'),
    ('{"metric_value": "1"}', 'type metric_value'),
    ('{"metric_value": "NaN"}', 'type metric_value'),
    ('{"metric_value": true}', 'type metric_value'),
    ('{"metric_value": [1]}', 'type metric_value'),
    ('{"metric_value": 1e400}', 'range metric_value'),
    ('{"metric_value": -1e301}', 'range metric_value'),
    ('{"metric_value": 1e-400}', 'range metric_value'),
    ('{"metadata": []}', 'type metadata'),
    ('{"metadata": "x"}', 'type metadata'),
    (format('{"metadata": {"a": "%s"}}', repeat('a', 32768)),
        'length metadata'),
    ('{"message_id": 5}', 'type message_id'),
    ('{"message_id": ""}', 'length message_id'),
    (format('{"message_id": "%s"}', repeat('a', 201)), 'length message_id'),
    ('{"observed_at": 1700000000}', 'type observed_at'),
    ('{"observed_at": "yesterday"}', 'type observed_at'),
    ('{"observed_at": "infinity"}', 'type observed_at'),
    ('{"observed_at": "2026-01-01"}', 'type observed_at'),
    ('{"observed_at": "2026-01-01T00:00:00"}', 'type observed_at'),
    ('{"observed_at": "2026-02-30T00:00:00Z"}', 'type observed_at'),
    ('{"observed_at": "2026-01-01T25:00:00Z"}', 'type observed_at'),
    ('{"observed_at": "2026-01-01T00:00:00+99:00"}', 'type observed_at'),
    ('{"observed_at": "0001-01-01T00:00:00Z"}', 'type observed_at'),
    (format('{"observed_at": %s}', to_json(now() + interval '6 minutes')),
        'future observed_at')
) x (change, want);
select is(pg_temp.fault('usage', x), 'type', x || ' is no item')
from unnest(array['5', 'null', '[]', '"x"', 'true']) x;
select is(pg_temp.fault('usage', '{}'), 'required account_id',
    'an empty item lacks its account');
select is(pg_temp.fault('event', (:'event'::jsonb || x.change::jsonb)::text),
    x.want, format('%s: %s', left(x.change, 60), x.want))
from (values
    ('{"metric_type": "logins"}', 'unknown_field metric_type'),
    ('{"source_type": null}', 'required source_type'),
    ('{"source_type": "Support"}', 'format source_type'),
    ('{"event_type": 7}', 'type event_type'),
    ('{"payload": []}', 'type payload'),
    ('{"occurred_at": "x"}', 'type occurred_at'),
    ('{"occurred_at": "2026-01-01T00:00:00Z",
        "observed_at": "2026-01-01T00:00:00Z"}', 'choice occurred_at'),
    (format('{"occurred_at": %s}', to_json(now() + interval '6 minutes')),
        'future occurred_at')
) x (change, want);

-- What is right in its many forms.
select is(pg_temp.answer('usage', (:'good'::jsonb || x::jsonb)::text)
    ->> 'accepted', '1', left(x, 60) || ' is fine')
from unnest(array['{"metadata": null}', '{"metadata": {"a": null}}',
    '{"metric_value": 0}', '{"metric_value": -1.5e10}',
    '{"metric_type": "a.b_9"}', '{"message_id": null}',
    '{"external_id": null}', '{"observed_at": null}',
    '{"observed_at": "2026-01-01T00:00:00Z"}',
    '{"observed_at": "2026-01-01t00:00:00.123456z"}',
    '{"observed_at": "2026-01-01 00:00:00+05:30"}',
    format('{"observed_at": %s}', to_json(now() + interval '4 minutes')),
    format('{"metric_type": "%s"}', repeat('a', 63)),
    format('{"message_id": "%s"}', repeat('ä', 200))]) x;
select pg_temp.answer('usage', (:'good'::jsonb || '{"metric_type": "kept",
    "metric_value": 0.1, "metadata": {"a": null, "b": [1]},
    "observed_at": "2026-01-01T05:00:00+05:00"}')::text);
select results_eq($$select metric_value, metadata, observed_at
    from usage_metrics where metric_type = 'kept'$$,
    $$values (0.1::float8, '{"a": null, "b": [1]}'::jsonb,
        '2026-01-01 00:00:00+00'::timestamptz)$$,
    'value, metadata and time are kept as they came');
select is(pg_temp.answer('usage', (:'good'::jsonb || jsonb_build_object(
        'metric_type', 'ahead', 'observed_at', now() + interval '4 minutes'))
    ::text) ->> 'accepted', '1', 'a clock that is ahead');
select is(observed_at, now(), 'is put right: a score reads it at once')
from usage_metrics where metric_type = 'ahead';
select pg_temp.answer('event', (:'event'::jsonb || '{"event_type": "kept",
    "payload": {"ticket_id": "Z-123"},
    "occurred_at": "2026-01-02T00:00:00Z"}')::text);
select results_eq($$select payload, observed_at from cdi_events
    where event_type = 'kept'$$, $$values ('{"ticket_id": "Z-123"}'::jsonb,
        '2026-01-02 00:00:00+00'::timestamptz)$$,
    'so are payload and time of an event');

-- A message counts once.
select pg_temp.ids(mainstay.ingest_usage(:'good'::jsonb
    || '{"message_id": "m1"}')) as first \gset
select is(pg_temp.ids(mainstay.ingest_usage(:'good'::jsonb
    || '{"message_id": "m1"}')),
    array[(:'first'::text[])[1] || ' again'],
    'a message that comes again has the first id');
select is(pg_temp.ids(mainstay.ingest_usage(:'good'::jsonb
    || '{"message_id": "m1", "metric_value": 7,
        "observed_at": "2026-01-01T00:00:00Z"}')),
    array[(:'first'::text[])[1] || ' again'],
    'also with other content and another time');
select is(a ->> 'accepted', '1', 'one kind of fact is not the other')
from mainstay.ingest_events(:'event'::jsonb || '{"message_id": "m1"}') a;
select is(a ->> 'accepted', '1', 'twice in a batch counts once'),
    is(a ->> 'duplicate', '2', 'and is told'),
    is(a -> 'results' -> 1 ->> 'id', a -> 'results' -> 2 ->> 'id',
        'with one id'),
    is(a -> 'results' -> 0 ->> 'code', 'type',
        'a bad item does not use its message up')
from mainstay.ingest_usage(jsonb_build_object('items', jsonb_build_array(
    :'good'::jsonb || '{"message_id": "m2", "metric_value": "x"}',
    :'good'::jsonb || '{"message_id": "m2"}',
    :'good'::jsonb || '{"message_id": "m2"}',
    :'good'::jsonb || '{"message_id": "m2"}'))) a;
select pg_temp.open_key('other', 'Contributor');
select is(a ->> 'accepted', '1', 'messages of another tenant are others'),
    isnt(a -> 'results' -> 0 ->> 'id', (:'first'::text[])[1],
        'with other ids')
from mainstay.ingest_usage(:'good'::jsonb || jsonb_build_object(
    'account_id', :'foreign', 'message_id', 'm1')) a;

-- Old messages are forgotten, and a fact stays one.
select pg_temp.open_key('writer', 'Contributor');
select mainstay.ingest_usage(:'good'::jsonb || '{"message_id": "m3",
    "observed_at": "2026-01-01T00:00:00Z"}');
select test.as_operator();
update ingest_messages set received_at = now() - interval '29 days'
where id = ((:'first'::text[])[1])::uuid;
update ingest_messages set received_at = now() - interval '31 days'
where id = mainstay.message_fact_id(test.tenant('alpha'), 'usage', 'm3');
select test.as_role('mainstay_worker');
select is(api.sweep_ingest_messages(), 1::bigint, 'the sweep forgets');
select is(api.sweep_ingest_messages(), 0::bigint, 'and keeps 30 days');
select pg_temp.open_key('writer', 'Contributor');
select is(a ->> 'duplicate', '1', 'the same fact is still the same')
from mainstay.ingest_usage(:'good'::jsonb || '{"message_id": "m3",
    "observed_at": "2026-01-01T00:00:00Z"}') a;

-- A batch: the good ones are stored, the bad ones told, in their places.
select is(a ->> 'accepted', '2', 'two of five are accepted'),
    is(a ->> 'rejected', '3', 'three are not'),
    is(array(select r ->> 'index' from json_array_elements(a -> 'results') r
        where r ->> 'code' is not null), array['1', '2', '3'],
        'and they are named'),
    is(a -> 'results' -> 3 ->> 'detail', 'from the gate',
        'also what the gate took out')
from mainstay.ingest_usage(jsonb_build_object('items', jsonb_build_array(
    :'good'::jsonb || '{"metric_type": "batch"}', '{}', 5, 0,
    :'good'::jsonb || '{"metric_type": "batch"}')),
    '[{"index": 3, "field": "metadata", "detail": "from the gate"}]') a;
select is((select count(*)::int from usage_metrics
    where metric_type = 'batch'), 2, 'two are stored');

-- By people, too; not by those who only read.
select test.sign_in('contributor@alpha.test');
select is(a ->> 'accepted', '1', 'a Contributor records facts')
from mainstay.ingest_usage(:'good'::jsonb || '{"message_id": "m4"}') a;
select test.sign_in('viewer@alpha.test');
select throws_ok(format('select mainstay.ingest_usage(%L)', :'good'),
    '42501', null, 'a Viewer does not');
select test.sign_out();
select is(test.outcome(format('select mainstay.ingest_usage(%L)', :'good')),
    'MS422', 'without a request there is no account');

select * from finish();
rollback;

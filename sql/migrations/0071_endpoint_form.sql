-- An endpoint may want only some events.

alter table mainstay.webhook_endpoints add column event_types text[]
    check (cardinality(event_types) between 1 and 30
        and array_position(event_types, null) is null);
comment on column mainstay.webhook_endpoints.event_types is
    'The events that are sent there; null: all.';

-- They have more parameters.
drop function if exists mainstay.add_endpoint(uuid, text, text, text);
drop function if exists mainstay.edit_endpoint(uuid, uuid, text, text, text,
    integer, integer, boolean);

-- How an endpoint fares: who does not answer is left alone for a while, and
-- an endpoint may be sent to slowly, or in order.

alter table mainstay.webhook_endpoints
    add column rate_per_second smallint
        check (rate_per_second between 1 and 1000),
    add column is_ordered boolean not null default false;
comment on column mainstay.webhook_endpoints.rate_per_second is
    'So many deliveries are begun in a second at most, by all workers '
    'together; null: as many as there are.';
comment on column mainstay.webhook_endpoints.is_ordered is
    'True: of each account the deliveries are sent one after another, in the '
    'order of their making; one that fails holds up those behind it.';

create table mainstay.webhook_lanes (
    tenant_id uuid not null,
    endpoint_id uuid not null,
    silent int not null default 0 check (silent >= 0),
    window_at timestamptz,
    window_tries int not null default 0,
    window_failed int not null default 0,
    resumes_at timestamptz,
    reason text,
    openings smallint not null default 0,
    trials smallint,
    trial_until timestamptz,
    failing_since timestamptz,
    tokens real,
    tokens_at timestamptz,
    primary key (tenant_id, endpoint_id),
    foreign key (tenant_id, endpoint_id)
        references mainstay.webhook_endpoints (tenant_id, id)
        on delete cascade,
    check ((tokens is null) = (tokens_at is null))
) with (fillfactor = 50);
comment on table mainstay.webhook_lanes is
    'What is known of endpoints that fail or have a rate; the others have no '
    'row here, and cost no write.';
comment on column mainstay.webhook_lanes.silent is
    'Tries in a row without any answer.';
comment on column mainstay.webhook_lanes.window_at is
    'Since when tries and failures are counted; for a minute.';
comment on column mainstay.webhook_lanes.resumes_at is
    'Until then nothing is claimed, so that no attempts are used up.';
comment on column mainstay.webhook_lanes.reason is
    'Why it rests, for people.';
comment on column mainstay.webhook_lanes.openings is
    'How often it rested in a row: the next rest is longer.';
comment on column mainstay.webhook_lanes.trials is
    'Deliveries that arrived since it rested; null: it did not, or three '
    'have arrived.';
comment on column mainstay.webhook_lanes.trial_until is
    'While a trial is under way nothing else is claimed: until its result, or '
    'until its claim is void.';
comment on column mainstay.webhook_lanes.failing_since is
    'Since when nothing has arrived.';
comment on column mainstay.webhook_lanes.tokens is
    'What is left of rate_per_second at tokens_at.';

alter table mainstay.webhook_hot add column order_key uuid;
comment on column mainstay.webhook_hot.order_key is
    'Deliveries of an ordered endpoint that have the same wait for each '
    'other: the account, or the endpoint when there is none.';
create index webhook_hot_order on mainstay.webhook_hot
    (tenant_id, endpoint_id, order_key, created_at, id)
    where order_key is not null;

-- It has more parameters.
drop function if exists mainstay.edit_endpoint(uuid, uuid, text, text, text);

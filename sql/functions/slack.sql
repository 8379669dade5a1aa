-- Slack: an endpoint of format slack is an incoming webhook, which takes
-- {"text": …}.

-- A text as Slack wants it: these three characters begin its own markup.
create or replace function mainstay.slack_text(p_text text) returns text
language sql immutable parallel safe
begin atomic
    select replace(replace(replace(p_text, '&', '&amp;'), '<', '&lt;'),
        '>', '&gt;');
end;
comment on function mainstay.slack_text(text) is
    'A text in which Slack finds no markup of its own.';

-- The payload of a message; 4,000 characters are what Slack shows at most.
create or replace function mainstay.slack_payload(p_text text) returns json
language sql immutable parallel safe
begin atomic
    select json_build_object('text',
        mainstay.slack_text(left(p_text, 4000)));
end;
comment on function mainstay.slack_payload(text) is
    'What an endpoint of format slack is sent.';

grant execute on function mainstay.slack_text(text),
    mainstay.slack_payload(text)
    to mainstay_app, mainstay_maint, mainstay_definer;

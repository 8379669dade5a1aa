-- What an answer means, in words: for people who wait for something to
-- arrive. Null when there is nothing to add.
create or replace function mainstay.answer_hint(p_format text, p_url text,
    p_status int, p_error text, p_response text) returns text
language plpgsql immutable parallel safe set search_path = ''
as $$
declare
    v_is_test constant boolean := p_url ~ '^[^?]*/webhook-test/';
    v_is_n8n constant boolean := p_url ~ '^[^?]*/webhook(-test)?/'
        or p_response ~ '"hint"' or p_response ~ 'Authorization data is wrong'
        or p_response ~ 'is not registered';
begin
    return case
        when p_format = 'email' then case
            when p_status = 535 then 'The relay does not know our user or '
                'password: see MAINSTAY_SMTP_USER.'
            when p_status = 530 then 'The relay wants a user and a password, '
                'or TLS: see MAINSTAY_SMTP_USER and MAINSTAY_SMTP_URL.'
            when p_status between 500 and 599 then 'The relay will never take '
                'this mail, so it is not tried again.'
            when p_status between 400 and 499 then 'The relay cannot take it '
                'now. It is tried again.' end
        when p_format = 'slack' and p_status = 404 then 'Slack knows no such '
            'webhook any more: make a new one there, and enter its address.'
        when p_format = 'slack' and p_status = 403 then 'Slack refuses it: '
            'the webhook was withdrawn, or the app may not write there.'
        when p_format = 'slack' and p_status = 410 then 'The channel is '
            'archived.'
        when v_is_test and p_status between 200 and 299 then 'This is n8n''s '
            'test address: it works for one call, while the editor listens. '
            'Use the production address, with /webhook/ in it.'
        when p_status = 404 and v_is_test then 'This is n8n''s test address: '
            'it answers only while the editor listens, for one call. Use the '
            'production address, with /webhook/ in it, and activate the '
            'workflow.'
        when p_status = 404 and v_is_n8n then 'n8n has no active workflow at '
            'this address: activate the workflow, and check that its Webhook '
            'node has this path and takes POST.'
        when p_status = 404 then 'There is nothing at this address: check it.'
        when p_status = 403 and v_is_n8n then 'The header credential of n8n '
            'does not match: enter its name and value as the static header '
            'of the endpoint.'
        when p_status in (401, 403) then 'The receiver does not accept us: '
            'check the static header, or how it checks the signature.'
        when p_status = 405 then 'The receiver takes another method: in n8n, '
            'let the Webhook node take POST.'
        when p_status = 410 then 'The receiver is gone for good, so the '
            'endpoint was paused.'
        when p_status = 413 then 'The payload is too large for the receiver.'
        when p_status in (400, 422) then 'The receiver does not understand '
            'the payload: check the format of the endpoint.'
        when p_status = 429 then 'The receiver wants fewer: give the '
            'endpoint a rate.'
        when p_status between 300 and 399 then 'The receiver has moved. '
            'Redirects are not followed: enter the new address.'
        when p_status >= 500 then 'The receiver failed. It is tried again.'
        when p_error ~* 'tim(ed|e) ?out' then 'No answer within 15 seconds. '
            'It may have arrived all the same: let the receiver answer '
            'first and work then (n8n: respond immediately).'
        when p_error ~* 'resolve host' then 'There is no such host: check '
            'the address.'
        when p_error ~* 'connect' then 'Nobody listens at this address, or '
            'not for us.'
        when p_error ~* 'certificate' then 'The receiver''s certificate is '
            'not valid.' end;
end
$$;
comment on function mainstay.answer_hint(text, text, int, text, text) is
    'What an answer to a delivery means, and what to do, in words.';
grant execute on function mainstay.answer_hint(text, text, int, text, text)
    to mainstay_app;

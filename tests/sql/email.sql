-- email.sql - mail is a delivery, and who opted out gets none.

begin;
select plan(23);

delete from webhook_hot;
select test.sign_in('admin@alpha.test');
insert into accounts (name, csm_id) values ('Sender',
    app.current_user_id()) returning id as account \gset
insert into contacts (account_id, full_name, email)
values (:'account', E'Zoë\n Doe', 'Zoe@Customer.test')
returning id as contact \gset

-- Written by a contributor, who sees neither queue nor endpoints.
select test.sign_in('contributor@alpha.test');
select lives_ok(format('select queue_email(%L, %L, %L, null, %L, %L)',
    test.tenant('alpha'), :'account', :'contact', E'Hello\r\nBcc: x@y.z',
    E'Dear Zoë,\nall is well.'), 'a contributor may write mail');
select test.sign_in('admin@alpha.test');
select id as mail from email_outbox where contact_id = :'contact' \gset

select is((select to_address || '|' || subject from email_outbox
    where id = :'mail'), 'zoe@customer.test|Hello Bcc: x@y.z',
    'the address is in small letters, the subject has one line');
select is((select status || event_type || webhook_url from webhook_queue
    where id = :'mail'), 'pendingemailmailto:',
    'it waits in the queue, under its own id');
select is((select payload ->> 'name' from webhook_queue where id = :'mail'),
    'Zoë Doe', 'to the contact by name');
select is((select payload ->> 'reply_to' from webhook_queue
    where id = :'mail'), 'admin@alpha.test',
    'and the answer goes to whom the account belongs');
select is((select count(*) from webhook_endpoints where format = 'email'),
    1::bigint, 'the tenant has an endpoint for mail');
select lives_ok($$insert into email_outbox (to_address, subject, body)
    values ('csm@alpha.test', 'Bare', 'Row')$$, 'a row alone is enough');
select is((select count(*) from webhook_hot h
    join webhook_endpoints e on e.id = h.endpoint_id
    where e.format = 'email'), 2::bigint, 'and is queued as well');
select is((select payload ->> 'reply_to' from webhook_queue q
    join email_outbox o on o.id = q.id where o.subject = 'Bare'), null,
    'only a customer needs somebody to answer to');

-- What is refused.
select throws_ok(format('select queue_email(%L, %L, null, %L, %L, %L)',
    test.tenant('alpha'), :'account', a, 'Hello', 'Text'), 'MS422', null,
    format('%s is no address for mail', to_json(a)))
from unnest(array['', 'nobody', 'a b@c.test', E'a@b.test\r\nRCPT TO:<x@y.z>',
    'zoë@customer.test', 'a@b@c.test', 'a<x@y.test', 'a@-b.test']) a;
select throws_ok(format('select queue_email(%L, null, null, %L, %L, %L)',
    test.tenant('alpha'), 'a@b.test', E' \n', 'Text'), 'MS422', null,
    'mail needs a subject');
select throws_ok(format('select queue_email(%L, null, null, %L, %L, %L)',
    test.tenant('alpha'), 'a@b.test', 'Long', repeat('ä', 10001)), 'MS422',
    null, 'a text has at most 20,000 bytes');
select throws_ok(format('select queue_email(%L, null, null, %L, %L, %L)',
    test.tenant('beta'), 'a@b.test', 'Hello', 'Text'), 'MS403', null,
    'nobody writes mail for another tenant');

-- How many somebody was sent.
select is(emails_since(test.tenant('alpha'), 'ZOE@customer.test',
    now() - interval '7 days'), 1::bigint, 'one mail within a week');
select api.discard_webhook(:'mail');
select is(emails_since(test.tenant('alpha'), 'zoe@customer.test',
    now() - interval '7 days'), 0::bigint, 'what was given up does not count');

-- Opting out.
select test.as_operator();
insert into email_opt_outs (tenant_id, address)
values (test.tenant('alpha'), 'zoe@customer.test');
select test.sign_in('contributor@alpha.test');
select throws_ok(format('select queue_email(%L, %L, %L, null, %L, %L)',
    test.tenant('alpha'), :'account', :'contact', 'Hello', 'Text'), 'MS409',
    null, 'who opted out gets no mail');

select * from finish();
rollback;

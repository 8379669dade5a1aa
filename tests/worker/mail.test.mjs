// Mail through a real relay, with and without TLS.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { SMTPServer } from 'smtp-server';
import {
    attempts, closeDatabase, delivery, openDatabase, sql, startWorker, until,
} from './harness.mjs';

const open = [];
let folder;

// A relay on a free port; options as for smtp-server.  letters holds what it
// took, sessions whom it spoke with.
async function relay(options = {}) {
    const letters = [];
    const server = new SMTPServer({ authOptional: true, logger: false,
        disabledCommands: options.secure || options.key ? [] : ['STARTTLS'],
        onData(stream, session, done) {
            const parts = [];
            stream.on('data', (part) => parts.push(part));
            stream.on('end', () => {
                const failed = options.afterData?.(session);
                if (!failed)
                    letters.push({ text: Buffer.concat(parts).toString(),
                        envelope: session.envelope, secure: session.secure,
                        user: session.user });
                done(failed);
            });
        },
        ...options });
    server.on('error', () => {});
    await new Promise((resolve) => server.listen(0, '0.0.0.0', resolve));
    open.push(() => new Promise((resolve) => server.close(resolve)));
    return { letters, port: server.server.address().port };
}

async function worker(settings) {
    const w = await startWorker({ MAINSTAY_URL: 'https://mainstay.test',
        MAINSTAY_SMTP_FROM: 'csm@mainstay.test', ...settings });
    open.push(() => (w.code === undefined ? w.kill() : undefined));
    return w;
}

// Mail to a contact of a tenant of its own; the id of its delivery.
function send(subject, text, name = 'Zoë Doe') {
    return sql(`insert into tenants (slug, name) values (gen_random_uuid(),
            'Höfer & "Co"') returning id as tenant \\gset
        insert into accounts (tenant_id, name) values (:'tenant', 'Customer')
            returning id as account \\gset
        insert into contacts (tenant_id, account_id, full_name, email)
            values (:'tenant', :'account', :'name', 'zoe@customer.test')
            returning id as contact \\gset
        select queue_email(:'tenant', :'account', :'contact', null,
            :'subject', :'text')`, { subject, text, name });
}

const over = (id) => until(`${id} is over`, () => {
    const d = delivery(id);
    return d && ['completed', 'failed'].includes(d.status) ? d : undefined;
});

const tried = (id) => until(`${id} was tried`, () => {
    const d = delivery(id);
    return d.error_message ? d : undefined;
});

// The head with folded lines joined and words decoded; the text decoded.
function read(letter) {
    const end = letter.text.indexOf('\r\n\r\n');
    const head = {};
    for (const line of letter.text.slice(0, end)
        .replace(/\r\n[ \t]/g, ' ').split('\r\n')) {
        const [, name, value] = /^([!-9;-~]+): (.*)$/.exec(line);
        assert.equal(head[name.toLowerCase()], undefined, name);
        head[name.toLowerCase()] = value
            .replace(/\?= =\?/g, '?==?')
            .replace(/=\?UTF-8\?B\?([A-Za-z0-9+/=]+)\?=/g,
                (_, b) => Buffer.from(b, 'base64').toString('latin1'));
        head[name.toLowerCase()] = Buffer.from(
            head[name.toLowerCase()], 'latin1').toString();
    }
    const text = letter.text.slice(end + 4).replace(/=\r\n/g, '')
        .replace(/=([0-9A-F]{2})/g,
            (_, x) => String.fromCharCode(parseInt(x, 16)));
    return { head, text: Buffer.from(text, 'latin1').toString() };
}

before(() => {
    openDatabase();
    folder = mkdtempSync(join(tmpdir(), 'mail-'));
    const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048',
        '-nodes', '-days', '2', '-subj', '/CN=relay', '-addext',
        'subjectAltName=IP:127.0.0.2', '-keyout', join(folder, 'key'),
        '-out', join(folder, 'cert')]);
    assert.equal(made.status, 0, String(made.stderr));
    writeFileSync(join(folder, 'secret'), 'hush\n');
});
after(() => {
    rmSync(folder, { recursive: true });
    closeDatabase();
});
afterEach(async () => {
    while (open.length > 0)
        await open.pop()();
    sql(`delete from webhook_hot; delete from webhook_workers;
        delete from webhook_lanes`);
});

describe('mail', () => {
    test('arrives, with all that a mail needs', async () => {
        const r = await relay();
        await worker({ MAINSTAY_SMTP_URL: `smtp://127.0.0.1:${r.port}` });
        const text = `Dear Zoë,\n\n.a line with a dot\nFrom here = 100 %.  \n${
            'long '.repeat(40)}🚨`;
        const id = send(`Prüfung ${'é'.repeat(60)} 🚨`, text);
        const d = await over(id);
        assert.equal(d.error_message, null);
        assert.equal(d.status, 'completed');
        assert.equal(d.response_status, 250);
        const [letter] = r.letters;
        assert.equal(letter.envelope.mailFrom.address, 'csm@mainstay.test');
        assert.deepEqual(letter.envelope.rcptTo.map((a) => a.address),
            ['zoe@customer.test']);
        const { head, text: got } = read(letter);
        assert.equal(head.to, 'Zoë Doe <zoe@customer.test>');
        assert.equal(head.from, 'Höfer & "Co" <csm@mainstay.test>');
        assert.equal(head.subject, `Prüfung ${'é'.repeat(60)} 🚨`);
        assert.equal(head['message-id'], `<${id}@mainstay.test>`);
        assert.ok(Math.abs(new Date(head.date) - Date.now()) < 60000);
        assert.equal(head['auto-submitted'], 'auto-generated');
        assert.equal(head['mime-version'], '1.0');
        assert.equal(head['list-unsubscribe-post'],
            'List-Unsubscribe=One-Click');
        const [, link] = /^<(.*)>$/.exec(head['list-unsubscribe']);
        assert.match(link, /^https:\/\/mainstay\.test\/unsubscribe\/[\w-]{64}$/);
        assert.equal(got.replace(/\r\n/g, '\n'),
            `${text}\n\n-- \nNo more mail like this: ${link}\n`);
        for (const line of letter.text.split('\r\n')) {
            assert.ok(line.length <= 78 || line.includes('https://'), line);
            assert.match(line, /^[\t -~]*$/);
        }
        assert.match(attempts(id)[0].response_body, /^220 .*\r\n250/s);
    });

    test('puts no line of a name or a subject into its head', async () => {
        const r = await relay();
        await worker({ MAINSTAY_SMTP_URL: `smtp://127.0.0.1:${r.port}` });
        const id = send('Hello\r\nBcc: x@evil.test', 'Text',
            'A"\\ <x@evil.test>\r\nBcc: y@evil.test');
        await over(id);
        const { head } = read(r.letters[0]);
        assert.equal(head.bcc, undefined);
        assert.equal(head.subject, 'Hello Bcc: x@evil.test');
        assert.equal(head.to, '"A\\"\\\\ <x@evil.test> Bcc: y@evil.test" '
            + '<zoe@customer.test>');
        assert.equal(r.letters[0].envelope.rcptTo.length, 1);
    });

    test('does not reach who has opted out meanwhile', async () => {
        const r = await relay();
        const id = send('Hello', 'Text');
        sql(`insert into email_opt_outs (tenant_id, address)
            select tenant_id, 'zoe@customer.test' from email_outbox
            where id = :'id'`, { id });
        await worker({ MAINSTAY_SMTP_URL: `smtp://127.0.0.1:${r.port}` });
        const d = await over(id);
        assert.equal(d.status, 'failed');
        assert.match(d.error_message, /opted out/);
        assert.equal(r.letters.length, 0);
    });

    test('is tried again after 4xx, as the same mail', async () => {
        let n = 0;
        const r = await relay({ onRcptTo(address, session, done) {
            n++;
            if (n > 1)
                return done();
            const e = new Error('4.2.0 Come back later');
            e.responseCode = 451;
            return done(e);
        } });
        await worker({ MAINSTAY_SMTP_URL: `smtp://127.0.0.1:${r.port}` });
        const id = send('Hello', 'Text');
        const d = await tried(id);
        assert.equal(d.status, 'pending');
        assert.equal(d.response_status, 451);
        assert.match(d.error_message, /^answered 451 4\.2\.0 Come back/);
        sql('update webhook_hot set next_attempt_at = now()');
        assert.equal((await over(id)).attempts, 2);
        assert.equal(read(r.letters[0]).head['message-id'],
            `<${id}@mainstay.test>`);
    });

    test('is given up after 5xx, and says why', async () => {
        const failing = Object.assign(new Error('5.1.1 No such person'),
            { responseCode: 550 });
        const r = await relay({ onRcptTo(address, session, done) {
            done(failing);
        } });
        await worker({ MAINSTAY_SMTP_URL: `smtp://127.0.0.1:${r.port}` });
        const d = await over(send('Hello', 'Text'));
        assert.equal(d.status, 'failed');
        assert.equal(d.attempts, 1);
        assert.equal(d.response_status, 550);
        assert.equal(d.error_message, 'answered 550 5.1.1 No such person');
    });

    test('is given up when its text is refused', async () => {
        const r = await relay({ afterData: () => Object.assign(
            new Error('5.7.1 Looks like spam'), { responseCode: 554 }) });
        await worker({ MAINSTAY_SMTP_URL: `smtp://127.0.0.1:${r.port}` });
        const d = await over(send('Hello', 'Text'));
        assert.equal(d.status, 'failed');
        assert.equal(d.error_message, 'answered 554 5.7.1 Looks like spam');
        assert.equal(r.letters.length, 0);
    });

    test('waits for a relay that is away, or not set up', async () => {
        const r = await relay();
        await open.pop()();
        const w = await worker(
            { MAINSTAY_SMTP_URL: `smtp://127.0.0.1:${r.port}` });
        const id = send('Hello', 'Text');
        const d = await tried(id);
        assert.equal(d.status, 'pending');
        assert.equal(d.response_status, null);
        assert.match(d.error_message, /connect/i);
        await w.stop();
        await worker({});
        sql('update webhook_hot set error_message = null, '
            + 'next_attempt_at = now()');
        assert.match((await tried(id)).error_message, /MAINSTAY_SMTP_URL/);
    });
});

describe('a relay elsewhere', () => {
    const tls = () => ({ key: readFileSync(join(folder, 'key')),
        cert: readFileSync(join(folder, 'cert')) });

    test('is spoken to by STARTTLS, with a password', async () => {
        const r = await relay({ ...tls(), authOptional: false,
            onAuth({ username, password }, session, done) {
                done(null, username === 'mainstay' && password === 'hush'
                    ? { user: username } : {});
            } });
        await worker({ MAINSTAY_SMTP_URL: `smtp://127.0.0.2:${r.port}`,
            MAINSTAY_SMTP_CA: join(folder, 'cert'),
            MAINSTAY_SMTP_USER: 'mainstay',
            MAINSTAY_SMTP_PASSWORD_FILE: join(folder, 'secret'),
            MAINSTAY_SMTP_BOUNCE: '<>' });
        const id = send('Hello', 'Text');
        assert.equal((await over(id)).error_message, null);
        const [letter] = r.letters;
        assert.equal(letter.secure, true);
        assert.equal(letter.user, 'mainstay');
        assert.equal(letter.envelope.mailFrom.address ?? '', '');
        assert.ok(!/hush|aHVzaA/.test(JSON.stringify(attempts(id))));
    });

    test('is spoken to by TLS from the beginning', async () => {
        const r = await relay({ ...tls(), secure: true });
        await worker({ MAINSTAY_SMTP_URL: `smtps://127.0.0.2:${r.port}`,
            MAINSTAY_SMTP_CA: join(folder, 'cert') });
        assert.equal((await over(send('Hello', 'Text'))).status, 'completed');
        assert.equal(r.letters[0].secure, true);
    });

    test('hears nothing without TLS', async () => {
        const r = await relay();
        await worker({ MAINSTAY_SMTP_URL: `smtp://127.0.0.2:${r.port}` });
        const d = await tried(send('Hello', 'Text'));
        assert.equal(d.status, 'pending');
        assert.equal(r.letters.length, 0);
    });

    test('hears nothing when nobody vouches for it', async () => {
        const r = await relay(tls());
        await worker({ MAINSTAY_SMTP_URL: `smtp://127.0.0.2:${r.port}` });
        const d = await tried(send('Hello', 'Text'));
        assert.match(d.error_message, /certificate/i);
        assert.equal(r.letters.length, 0);
    });

    test('refuses a password that is wrong: mail waits', async () => {
        const r = await relay({ ...tls(), authOptional: false,
            onAuth(auth, session, done) {
                done(new Error('5.7.8 No'));
            } });
        await worker({ MAINSTAY_SMTP_URL: `smtp://127.0.0.2:${r.port}`,
            MAINSTAY_SMTP_CA: join(folder, 'cert'),
            MAINSTAY_SMTP_USER: 'mainstay',
            MAINSTAY_SMTP_PASSWORD_FILE: join(folder, 'secret') });
        const d = await tried(send('Hello', 'Text'));
        assert.equal(d.status, 'pending');
        assert.equal(d.response_status, 535);
    });
});

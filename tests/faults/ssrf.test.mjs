// Addresses inside, in every spelling we know: none is connected to.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import { closeDatabase, enqueue, file, makeEndpoint, openDatabase, preload,
    row, rows, startReceiver, startWorker, until } from './faults.mjs';

before(openDatabase);
after(closeDatabase);

const hex = (n, width = 2) => n.toString(16).padStart(width, '0');

// One IPv4 address as inet_aton() and URL parsers have been told it.
function spellings(ip) {
    const [a, b, c, d] = ip.split('.').map(Number);
    const n = ((a * 256 + b) * 256 + c) * 256 + d;
    const v6 = `${hex(a * 256 + b, 1)}:${hex(c * 256 + d, 1)}`;
    return [ip, `${ip}.`, `${n}`, `0x${hex(n, 8)}`, `0${n.toString(8)}`,
        `${a}.${(b * 256 + c) * 256 + d}`, `${a}.${b}.${c * 256 + d}`,
        `0x${hex(a)}.0x${hex(b)}.0x${hex(c)}.0x${hex(d)}`,
        `0${a.toString(8)}.0${b.toString(8)}.0${c.toString(8)}.0${
            d.toString(8)}`,
        `0x${hex(a)}.${b}.0${c.toString(8)}.${d}`,
        `[::ffff:${ip}]`, `[::ffff:${v6}]`, `[::${ip}]`, `[::${v6}]`,
        `[64:ff9b::${ip}]`, `[64:ff9b:1::${v6}]`, `[2002:${v6}::]`,
        `[::ffff:0:${ip}]`, `[2001:0:${v6}::1]`,
        `[fe80::5efe:${ip}]`];
}

const inside = ['127.0.0.1', '169.254.169.254', '10.0.0.1', '172.16.0.1',
    '192.168.1.1', '100.100.100.200', '0.0.0.0'];
const single = ['127.255.255.254', '100.64.0.1', '169.254.170.2',
    '172.31.255.255', '192.0.0.192', '192.0.2.1', '192.88.99.1', '198.18.0.1',
    '198.51.100.1', '203.0.113.1', '224.0.0.1', '239.255.255.255',
    '240.0.0.1', '255.255.255.255', '0', '127.1', '127.0.1', '[::]', '[::1]',
    '[0:0:0:0:0:0:0:1]', '[::0001]', '[fd00:ec2::254]', '[fc00::1]',
    '[fe80::1]', '[fec0::1]', '[ff02::1]', '[100::1]', '[2001:db8::1]',
    '[3fff::1]', '[5f00::1]', '[2001:10::1]', '[2001:20::1]', '[4000::1]',
    'localhost', 'LOCALHOST', 'localhost.', 'ip6-localhost'];

// name: the addresses it resolves to, in turn
const names = {
    'loop.test': ['127.0.0.1'], 'meta.test': ['169.254.169.254'],
    'private.test': ['10.1.2.3'], 'six.test': ['::1'],
    'mapped.test': ['::ffff:127.0.0.1'], 'ula.test': ['fd00:ec2::254'],
    'metadata.google.internal': ['169.254.169.254'],
    '127.0.0.1.nip.test': ['127.0.0.1'], 'xn--lcalhost-s1a.test': ['127.0.0.1'],
    'this.test': ['0.0.0.0'], 'nat64.test': ['64:ff9b::7f00:1'],
};

// What is wrong before any address is known.
const shapes = ['http://user@HOST/', 'http://user:pw@HOST/',
    'http://1.1.1.1@HOST/', 'http://HOST#@1.1.1.1/', 'http://1.1.1.1\\@HOST/',
    'http://HOST\\.example.com/', 'http://[HOST]/', 'http://HOST:99999/',
    'http://HOST:-1/', 'http://HOST:/', 'http://HOST%2f/', 'http://HO%53T/',
    'http://１２７.0.0.1/', 'http://①②⑦.⓪.⓪.①/', 'http:///HOST/',
    'http:HOST/', '//HOST/', 'HOST', 'file:///etc/passwd', 'gopher://HOST/_x',
    'ftp://HOST/', 'dict://HOST:6379/info', 'ldap://HOST/', 'javascript:0',
    'unix:///run/x.sock', 'http+unix://%2frun%2fx/', 'http://HOST\r\nX: y/',
    'http://HOST/\r\nX: y', 'http://HOST\t/', 'http://HOST /',
    ' http://HOST', 'http://[::1%25eth0]/',
    'http://[fe80::1%eth0]/'];

// Services that speak no HTTP, even at an address outside.
const ports = [22, 25, 110, 143, 445, 587, 3306, 5432, 6379, 9200, 11211,
    27017, 2375, 10250];

// url -> what the form says to it, or null.
function refusals(urls) {
    const found = rows(`select u.url, pg_temp.refusal(u.url) as said
        from json_array_elements_text(:'urls') u (url)`,
    { urls: JSON.stringify(urls) }, `create function pg_temp.refusal(p text)
        returns text language plpgsql as $$ begin
            perform mainstay.checked_endpoint('x', p, 'standard');
            return null;
        exception when others then return sqlstate || ': ' || sqlerrm;
        end $$;`);
    return new Map(found.map(({ url, said }) => [url, said]));
}

// One endpoint and one delivery for each address; the ids of these.
const enqueueEach = (urls) => rows(`select enqueue_webhook(e.id, null, null,
        'test', '{}') as id
    from json_array_elements_text(:'urls') with ordinality u (url, n)
    join webhook_endpoints e on e.name = 'u' || n order by n`,
{ urls: JSON.stringify(urls) }, `insert into tenants (slug, name)
        values ('ssrf', 'Ssrf') returning id as tenant \\gset
    insert into webhook_endpoints (tenant_id, id, name, url, secret, format)
    select :'tenant', gen_random_uuid(), 'u' || n,
        checked_endpoint('u', url, 'standard'), new_webhook_secret(),
        'standard'
    from json_array_elements_text(:'urls') with ordinality u (url, n);`)
    .map((r) => r.id);

test('the corpus is refused at the form or by the worker: no connection',
    async (t) => {
        const r = await startReceiver();
        const connects = file('connects');
        const table = file('names', Object.entries(names)
            .map(([name, ips]) => `${name} 0 ${ips.join(' ')}\n`).join(''));
        const w = await startWorker({ MAINSTAY_WEBHOOK_ALLOW: '',
            LD_PRELOAD: preload(), FAULT_NAMES: table,
            FAULT_CONNECTS: connects,
            http_proxy: `http://127.0.0.1:${r.port}`,
            ALL_PROXY: `http://127.0.0.1:${r.port}` });
        const hosts = [...inside.flatMap(spellings), ...single,
            ...Object.keys(names)];
        const urls = [...hosts.map((h) => `http://${h}:${r.port}/x`),
            ...inside.map((h) => `https://${h}:${r.port}/x`),
            ...shapes.map((s) => s.replace('HOST', `127.0.0.1:${r.port}`)
                .replace('HO%53T', 'localho%53t')),
            ...ports.map((p) => `http://1.1.1.1:${p}/`)];
        try {
            assert.ok(urls.length >= 150, `${urls.length}`);
            const said = refusals(urls);
            const byForm = urls.filter((url) => said.get(url));
            const byWorker = urls.filter((url) => !said.get(url));
            for (const url of byForm)
                assert.match(said.get(url), /^MS422: /, url);
            const ids = enqueueEach(byWorker);
            const judged = () => rows(`select id, status, error_message
                from webhook_queue where error_message is not null`);
            await until('all are judged', () =>
                judged().length === ids.length, 30000);
            const found = new Map(judged().map((d) => [d.id, d]));
            // A name that there is not is tried again: it may come to be.
            for (const [i, id] of ids.entries())
                assert.match(found.get(id).error_message,
                    /^(refused: |Could not resolve host|URL using bad)/,
                    byWorker[i]);
            const refused = judged().filter((d) => d.status === 'failed');
            const reached = readFileSync(connects, 'utf8').split('\n')
                .filter(Boolean);
            assert.deepEqual(reached, [], 'not one connection');
            assert.equal(r.requests.length, 0);
            t.diagnostic(`${urls.length} addresses: ${byForm.length} refused `
                + `at the form, ${refused.length} by the worker, `
                + `${ids.length - refused.length} are no address at all`);
            assert.ok(refused.length >= 150);
        } finally {
            await w.kill();
            await r.close();
        }
    });

test('a name that changes its mind is judged each time', async () => {
    const r = await startReceiver();
    const connects = file('connects');
    const table = file('names', 'flip.test 0 1.1.1.1 127.0.0.1\n');
    const w = await startWorker({ LD_PRELOAD: preload(), FAULT_NAMES: table,
        FAULT_CONNECTS: connects, MAINSTAY_WEBHOOK_ALLOW: '' });
    // libcurl keeps what a name said, by port.
    const send = async (port) => {
        const [id] = enqueue(makeEndpoint(
            `http://flip.test:${port}/x`).id, '{}');
        return until('it was judged', () => row(`select * from webhook_queue
            where id = '${id}' and error_message is not null`));
    };
    try {
        const first = await send(8080);
        assert.equal(first.status, 'pending', first.error_message);
        const second = await send(r.port);
        assert.match(second.error_message, /^refused: /);
        assert.equal(second.status, 'failed');
        assert.equal(r.requests.length, 0);
        assert.deepEqual(readFileSync(connects, 'utf8'), '1.1.1.1\n');
    } finally {
        await w.kill();
        await r.close();
    }
});

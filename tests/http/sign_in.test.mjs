// Signing in and out, sessions and what ends them.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import { row, run, value } from '../lib/db.mjs';
import { hasAll } from '../lib/headers.mjs';
import { Program, Visitor, cookieName, send } from '../lib/http.mjs';
import { origin, sleep } from '../lib/instance.mjs';
import { World, demo, emailCounter, forgetFailures, openSession }
    from '../lib/world.mjs';

const home = '/dashboard/executive';
const wrong = 'E-mail or password is wrong.';
let world;

before(() => {
    world = new World('signin');
});
beforeEach(() => forgetFailures('ghost@nowhere.example',
    ...Object.values(world.people).map(({ email }) => email)));
after(() => {
    forgetFailures('admin@acme.com', 'admin@globex.com',
        'ghost@nowhere.example');
    world.end();
});

const person = (role = 'Viewer') => world.people[role].email;

// A page without what differs between any two answers.
const steady = (answer, email) => answer.body
    .replaceAll(email, 'E-MAIL').replace(/[0-9a-f]{32}/g, 'ID');

test('the right password opens a session and leads to the dashboard',
    async () => {
        const visitor = new Visitor();
        const answer = await visitor.signIn(person(), demo.password);
        assert.equal(answer.status, 303);
        assert.equal(answer.location, home);
        const page = await visitor.get(home);
        assert.equal(page.status, 200);
        assert.match(page.text, new RegExp(world.slug));
    });

test('an e-mail is the same in capitals and with blanks around it',
    async () => {
        const answer = await new Visitor()
            .signIn(`  ${person().toUpperCase()} `, demo.password);
        assert.equal(answer.status, 303);
    });

test('a wrong password and an unknown person get the same answer',
    async () => {
        const known = await new Visitor().signIn(person(), 'not-this-one');
        const unknown = await new Visitor()
            .signIn('nobody@nowhere.example', 'not-this-one');
        assert.equal(known.status, 401);
        assert.equal(unknown.status, 401);
        assert.match(known.text, new RegExp(wrong));
        assert.equal(steady(known, person()),
            steady(unknown, 'nobody@nowhere.example'));
        assert.equal(known.cookie, undefined);
        assert.deepEqual(Object.keys(known.headers).sort(),
            Object.keys(unknown.headers).sort());
    });

test('a wrong password keeps the e-mail in the form but no password',
    async () => {
        const answer = await new Visitor().signIn(person(), 'secret-typo-77');
        const form = answer.form('/login');
        assert.equal(form.fields.email, person());
        assert.equal(form.fields.password, '');
        assert.doesNotMatch(answer.body, /secret-typo-77/);
    });

test('after five free failures the next try must wait, whoever it is',
    async () => {
        const answers = {};
        for (const email of [person('Contributor'), 'ghost@nowhere.example']) {
            for (let i = 0; i < 6; i++)
                assert.equal((await new Visitor().signIn(email, 'no-no-no'))
                    .status, 401, `failure ${i + 1} of ${email}`);
            const answer = await new Visitor().signIn(email, demo.password);
            assert.equal(answer.status, 429);
            assert.match(answer.headers['retry-after'], /^[1-9]\d*$/);
            assert.match(answer.text, /Too many tries/);
            assert.equal(answer.headers['cache-control'], 'no-store');
            hasAll(answer, '429');
            answers[email] = steady(answer, email)
                .replace(/Wait \d+ seconds/g, 'Wait');
        }
        const [first, second] = Object.values(answers);
        assert.equal(first, second);
        assert.equal((await new Visitor()
            .signIn(person('Practitioner'), demo.password)).status, 303,
        'somebody else is not held up');
    });

test('the pause doubles with each failure and has an end', async () => {
    const email = person('Contributor');
    const key = emailCounter(email);
    const pauses = [];
    for (let i = 0; i < 8; i++) {
        if (i === 7)
            run(`update login_attempts set fails = 40
                where key = :'key'::bytea`, { key });
        await new Visitor().signIn(email, 'no-no-no');
        pauses.push(Number(value(`select coalesce(round(extract(epoch from
                nullif(blocked_until, '-infinity') - last_fail_at)), 0)
            from login_attempts where key = :'key'::bytea`, { key })));
        // Let the next try be looked at.
        run(`update login_attempts set blocked_until = '-infinity'
            where key = :'key'::bytea`, { key });
    }
    assert.deepEqual(pauses, [0, 0, 0, 0, 0, 2, 4, 900]);
});

test('a success forgets the failures of that e-mail', async () => {
    for (let i = 0; i < 4; i++)
        await new Visitor().signIn(person(), 'no-no-no');
    await new Visitor().signIn(person(), demo.password);
    for (let i = 0; i < 4; i++)
        assert.equal((await new Visitor().signIn(person(), 'no-no-no'))
            .status, 401);
    assert.equal((await new Visitor().signIn(person(), demo.password))
        .status, 303);
});

test('the cookie is bound to this host, hidden from scripts and short',
    async () => {
        const { cookie } = await new Visitor().signIn(person(), demo.password);
        assert.deepEqual(cookie.attributes.sort(),
            ['HttpOnly', 'Max-Age=604800', 'Path=/', 'SameSite=Lax', 'Secure']);
        assert.ok(cookie.line.startsWith(`${cookieName}=`));
        assert.ok(cookie.value.length <= 512, `${cookie.value.length} bytes`);
    });

test('each sign-in has a new session, also with a cookie set before',
    async () => {
        const first = new Visitor();
        await first.signIn(person(), demo.password);
        const planted = first.cookie;
        const second = new Visitor(planted);
        await second.signIn(person(), demo.password);
        assert.notEqual(second.cookie, planted);
        assert.equal((await new Visitor(planted).get(home)).status, 200);
        assert.equal((await second.get(home)).status, 200);
    });

test('no more than ten sessions of one person live', async () => {
    const { id } = world.addPerson('Viewer');
    const sessions = [];
    for (let i = 0; i < 10; i++)
        sessions.push(openSession(id, world.tenant));
    run(`update sessions set created_at = now() - interval '1 minute'
        where user_id = :'id'`, { id });
    run(`update sessions set created_at = now() - interval '1 hour'
        where id = :'oldest'::bytea`, { oldest: sessions[3].id });
    const email = value(`select email from users where id = :'id'`, { id });
    await new Visitor().signIn(email, demo.password);
    for (const [i, { token }] of sessions.entries())
        assert.equal((await new Visitor(token).get('/sessions')).status,
            i === 3 ? 303 : 200, `session ${i}`);
});

test('signing out ends the session at once and clears the cookie',
    async () => {
        const visitor = new Visitor();
        await visitor.signIn(person(), demo.password);
        const old = visitor.cookie;
        const page = await visitor.get(home);
        const answer = await visitor.submit(page.form('/logout'));
        assert.equal(answer.status, 303);
        assert.equal(answer.location, '/login?done=signed_out');
        assert.equal(answer.cookie.value, '');
        assert.ok(answer.cookie.attributes.includes('Max-Age=0'));
        assert.match(answer.headers['clear-site-data'], /"storage"/);
        assert.match((await visitor.get(answer.location)).text,
            /You are signed out/);

        const replay = await new Visitor(old).get(home);
        assert.equal(replay.status, 303);
        assert.match(replay.location, /^\/login\b/);
        assert.equal((await new Program(old)
            .get(`/api/v1/customer-success/customers/${demo.globalTech}`))
            .status, 401);
    });

test('signing out everywhere ends every session of the person', async () => {
    const { id } = world.addPerson('Viewer');
    const here = new Visitor(openSession(id, world.tenant).token);
    const there = new Visitor(openSession(id, world.tenant).token);
    const other = world.visitor('Viewer');
    const page = await here.get('/sessions');
    const form = page.body.split('Sign out everywhere')[0]
        .split('<form').pop();
    assert.match(form, /name="everywhere" value="1"/);
    await here.post('/logout',
        { _csrf: page.form('/logout').fields._csrf, everywhere: '1' });
    assert.equal((await there.get(home)).status, 303);
    assert.equal((await other.get(home)).status, 200);
});

test('the list shows where one is signed in, and ending one works at once',
    async () => {
        const { id } = world.addPerson('Viewer');
        const mine = openSession(id, world.tenant);
        const other = openSession(id, world.tenant);
        const here = new Visitor(mine.token);
        const there = new Visitor(other.token);
        assert.equal((await there.get(home)).status, 200);

        const page = await here.get('/sessions');
        assert.match(page.text, /This session/);
        const form = page.form('/sessions/revoke');
        assert.equal(form.fields.ref, other.id.slice(2));
        const answer = await here.submit(form);
        assert.equal(answer.status, 303);
        assert.equal(answer.location, '/sessions?done=revoked');
        assert.equal((await there.get(home)).status, 303);
        assert.equal((await here.get(home)).status, 200);
    });

test('nobody ends the session of somebody else', async () => {
    const victim = world.open('Tenant Admin');
    const visitor = world.visitor('Viewer');
    const _csrf = await visitor.token();
    const theirs = await visitor.post('/sessions/revoke',
        { _csrf, ref: victim.id.slice(2) });
    const none = await visitor.post('/sessions/revoke',
        { _csrf, ref: '0'.repeat(64) });
    assert.equal(theirs.status, 404);
    assert.equal(none.status, 404);
    assert.equal(theirs.body.length, none.body.length);
    assert.equal((await new Visitor(victim.token).get(home)).status, 200);
});

test('a lower role acts on the very next request', async () => {
    const { id } = world.addPerson('Practitioner');
    const account = world.addAccount('Demoted');
    const { token } = openSession(id, world.tenant);
    const visitor = new Visitor(token);
    const page = await visitor.get(`/dashboard/accounts/${account}`);
    const form = page.form(`/dashboard/accounts/${account}/health-scores`);
    const scores = { usage_score: 50, engagement_score: 50,
        support_sentiment_score: 50, adoption_score: 50 };
    assert.equal((await visitor.submit(form, scores)).status, 303);

    run(`update profiles set role = 'Viewer' where user_id = :'id'`, { id });
    const after = await visitor.submit(form, scores);
    assert.ok([303, 403].includes(after.status), `status ${after.status}`);
    if (after.status === 303)
        assert.match(after.location, /^\/login/);
    const again = new Visitor(openSession(id, world.tenant).token);
    assert.equal((await again.submit(form, { ...scores,
        _csrf: await again.token() })).status, 403);
    assert.equal(value(`select count(*) from health_scores
        where account_id = :'account'`, { account }), 1);
});

test('a higher role acts on the very next request, in the same session',
    async () => {
        const { id } = world.addPerson('Viewer');
        const account = world.addAccount('Promoted');
        const visitor = new Visitor(openSession(id, world.tenant).token);
        const scores = { usage_score: 50, engagement_score: 50,
            support_sentiment_score: 50, adoption_score: 50,
            _csrf: await visitor.token() };
        const path = `/dashboard/accounts/${account}/health-scores`;
        assert.equal((await visitor.post(path, scores)).status, 403);
        run(`update profiles set role = 'Practitioner'
            where user_id = :'id'`, { id });
        assert.equal((await visitor.post(path, scores)).status, 303);
    });

for (const [who, text] of [
    ['a deactivated user',
        'update users set is_active = false where id = :\'id\''],
    ['a member who left',
        'update profiles set is_active = false where user_id = :\'id\''],
    ['a session past its end', `update sessions
        set expires_at = now() - interval '1 second' where user_id = :'id'`],
    ['a session idle for a day', `update sessions
        set last_seen_at = now() - interval '24 hours 1 second'
        where user_id = :'id'`],
    ['a session that somebody revoked',
        'update sessions set revoked_at = now() where user_id = :\'id\''],
    ['a session that is gone',
        'delete from sessions where user_id = :\'id\''],
])
    test(`${who} is out at once`, async () => {
        const { id } = world.addPerson('Tenant Admin');
        const { token } = openSession(id, world.tenant);
        assert.equal((await new Visitor(token).get(home)).status, 200);
        run(text, { id });
        const answer = await new Visitor(token).get(home);
        assert.equal(answer.status, 303);
        assert.equal(answer.location, `/login?next=${encodeURIComponent(home)}`
            .replaceAll('%2F', '%2F'));
        assert.equal(answer.cookie.value, '', 'the cookie is taken back');
        assert.equal((await new Program(token)
            .get(`/api/v1/customer-success/customers/${demo.globalTech}`))
            .status, 401);
    });

test('a tenant switched off is closed at once', async () => {
    const closed = new World('closed');
    try {
        const visitor = closed.visitor('Tenant Admin');
        assert.equal((await visitor.get(home)).status, 200);
        run(`update tenants set is_active = false where id = :'id'`,
            { id: closed.tenant });
        assert.equal((await visitor.get(home)).status, 303);
        const answer = await new Visitor()
            .signIn(closed.people.Viewer.email, demo.password);
        assert.equal(answer.status, 401);
        assert.match(answer.text, new RegExp(wrong));
    } finally {
        closed.end();
    }
});

test('a deactivated person cannot sign in, and is told nothing special',
    async () => {
        const { id, email } = world.addPerson('Viewer');
        run(`update users set is_active = false where id = :'id'`, { id });
        const answer = await new Visitor().signIn(email, demo.password);
        assert.equal(answer.status, 401);
        assert.match(answer.text, new RegExp(wrong));
    });

test('a busy session is kept alive', async () => {
    const { id } = world.addPerson('Viewer');
    const session = openSession(id, world.tenant);
    run(`update sessions set last_seen_at = now() - interval '20 hours'
        where user_id = :'id'`, { id });
    await new Visitor(session.token).get(home);
    for (let i = 0; i < 50; i++) {
        const idle = Number(value(`select extract(epoch from
            now() - last_seen_at) from sessions where id = :'id'::bytea`,
        { id: session.id }));
        if (idle < 60)
            return;
        await sleep(50);
    }
    assert.fail('the session was not touched');
});

test('one comes back to where one wanted to go', async () => {
    const visitor = new Visitor();
    const path = '/dashboard/accounts?sort=-arr&tier=trial';
    const away = await visitor.get(path);
    assert.equal(away.status, 303);
    const page = await visitor.get(away.location);
    const answer = await visitor.submit(page.form('/login'),
        { email: person(), password: demo.password });
    assert.equal(answer.status, 303);
    assert.equal(answer.location, path);
});

for (const next of ['//evil.example/', 'https://evil.example/',
    '/\\evil.example', 'javascript:alert(1)', 'evil', '/%0d%0aX: y',
    '/\t/evil.example', 'http:/evil'])
    test(`"${next}" is no place to go after signing in`, async () => {
        const visitor = new Visitor();
        const page = await visitor.get('/login');
        const answer = await visitor.submit(page.form('/login'),
            { email: person(), password: demo.password,
                next: decodeURIComponent(next) });
        if (answer.status === 303) {
            const to = new URL(answer.location, origin);
            assert.equal(to.origin, origin);
            assert.ok(answer.location.startsWith('/'));
        } else {
            assert.equal(answer.status, 422);
        }
    });

test('signing up makes a tenant with stages, scorecard and playbooks',
    async () => {
        const stamp = `${Date.now()}`;
        const email = `founder-${stamp}@signup.example`;
        const visitor = new Visitor();
        const page = await visitor.get('/signup');
        const fields = { organisation: `Signup ${stamp} & Söhne`,
            full_name: 'Fiona Founder', email, password: 'quiet-river-4711' };
        try {
            const answer = await visitor.submit(page.form('/signup'), fields);
            assert.equal(answer.status, 303);
            assert.equal(answer.location, '/login?done=signed_up');

            const tenant = row(`select t.id, t.name, p.role, p.full_name
                from users u join profiles p on p.user_id = u.id
                join tenants t on t.id = p.tenant_id
                where u.email = :'email'`, { email });
            assert.equal(tenant.name, fields.organisation);
            assert.equal(tenant.role, 'Tenant Admin');
            assert.equal(tenant.full_name, fields.full_name);
            const counts = row(`select
                (select json_agg(name order by display_order)
                    from journey_stages where tenant_id = :'id') as stages,
                (select json_agg(name order by name)
                    from mainstay.playbooks where tenant_id = :'id')
                    as playbooks,
                (select json_agg(v.document -> 'dimensions' -> 0 ->> 'weight')
                    from scorecard_versions v join scorecards s
                        on s.tenant_id = v.tenant_id
                        and s.id = v.scorecard_id and s.is_default
                    where v.tenant_id = :'id' and v.status = 'published')
                    as usage_weight`, { id: tenant.id });
            assert.deepEqual(counts, { stages: ['Onboarding', 'Adoption',
                'Value Realization', 'Expansion', 'Renewal', 'At Risk',
                'Churn'], playbooks: ['At Risk Stage Alert',
                'Health Score Alert - Critical'], usage_weight: ['35'] });

            const second = await visitor.submit(page.form('/signup'),
                { ...fields, organisation: `Other ${stamp}`,
                    password: 'another-river-4711' });
            assert.equal(second.status, answer.status);
            assert.equal(second.location, answer.location);
            assert.equal(second.body, answer.body);
            assert.deepEqual(Object.keys(second.headers).sort(),
                Object.keys(answer.headers).sort());
            assert.equal(value(`select count(*) from tenants
                where name = :'name'`, { name: `Other ${stamp}` }), 0);
            assert.equal((await new Visitor()
                .signIn(email, 'another-river-4711')).status, 401);

            const first = await new Visitor().signIn(email, fields.password);
            assert.equal(first.status, 303);
        } finally {
            run(`delete from tenants where id in (select tenant_id
                from profiles where email = :'email')`, { email });
            run('delete from users where email = :\'email\'', { email });
        }
    });

for (const [why, password] of [['too short', 'short'],
    ['one everybody uses', 'password1234'],
    ['one letter repeated', 'aaaaaaaaaaaaaaaa'],
    ['the e-mail itself', 'weak-password-person'],
    ['the name of the organisation', 'weakling-limited']])
    test(`a password that is ${why} is refused beside its field`, async () => {
        const visitor = new Visitor();
        const page = await visitor.get('/signup');
        const answer = await visitor.submit(page.form('/signup'), {
            organisation: 'Weakling-Limited', full_name: 'Will Weak',
            email: 'weak-password-person@signup.example', password });
        assert.equal(answer.status, 422);
        assert.notEqual(answer.error('password'), '');
        const { fields } = answer.form('/signup');
        assert.deepEqual(fields, { organisation: 'Weakling-Limited',
            full_name: 'Will Weak',
            email: 'weak-password-person@signup.example', password: '' });
        assert.ok(!answer.body.includes(`value="${password}"`));
        assert.equal(value(`select count(*) from users
            where email like 'weak-password-person%'`), 0);
    });

test('every field of the sign-up that is wrong has its message', async () => {
    const visitor = new Visitor();
    const page = await visitor.get('/signup');
    const answer = await visitor.submit(page.form('/signup'),
        { organisation: 'A', full_name: '', email: 'nowhere', password: '' });
    assert.equal(answer.status, 422);
    for (const field of ['organisation', 'full_name', 'email', 'password'])
        assert.notEqual(answer.error(field), '', field);
    assert.equal(answer.form('/signup').fields.email, 'nowhere');
});

test('who belongs to two tenants can switch, and only to those', async () => {
    const { id, tenant_id: first } = row(`select u.id, p.tenant_id
        from users u join profiles p on p.user_id = u.id
        join profiles o on o.user_id = u.id and o.tenant_id <> p.tenant_id
        join tenants t on t.id = p.tenant_id and t.slug = 'acme-corp'
        join tenants g on g.id = o.tenant_id and g.slug = 'globex' limit 1`);
    const before = openSession(id, first);
    const visitor = new Visitor(before.token);
    const page = await visitor.get(home);
    assert.match(page.text, /Acme Corporation/);
    const form = page.form('/switch');
    assert.match(form.text, /Globex/);
    const answer = await visitor.submit(form);
    assert.equal(answer.status, 303);
    assert.equal(answer.location, home);
    assert.notEqual(visitor.cookie, before.token);
    assert.match((await visitor.get(home)).text, /Globex/);
    assert.equal((await new Visitor(before.token).get(home)).status, 303,
        'the session left behind has ended');
    assert.equal((await visitor.submit(form)).status, 403,
        'the token of the old page belongs to the old session');

    const foreign = await visitor.post('/switch',
        { _csrf: await visitor.token(), tenant: world.tenant });
    assert.equal(foreign.status, 404);
    const nowhere = await visitor.post('/switch',
        { _csrf: await visitor.token(),
            tenant: '99999999-9999-4999-8999-999999999999' });
    assert.equal(nowhere.status, 404);
    assert.equal(foreign.body.length, nowhere.body.length);
    run('update profiles set last_used_at = null where user_id = :\'id\'',
        { id });
    run('delete from sessions where user_id = :\'id\'', { id });
});

test('a program gets a bearer token for e-mail and password', async () => {
    const answer = await send('POST', '/api/v1/auth/token', {
        headers: { 'content-type': 'application/json', origin },
        body: JSON.stringify({ email: person(), password: demo.password }) });
    assert.equal(answer.status, 201);
    assert.equal(answer.headers['content-type'], 'application/json');
    assert.equal(answer.cookie, undefined);
    const { access_token: token, token_type: type, expires_in: seconds } =
        answer.json;
    assert.equal(type, 'Bearer');
    assert.equal(seconds, 604800);
    const account = world.addAccount('For programs');
    const shown = await new Program(token)
        .get(`/api/v1/customer-success/customers/${account}`);
    assert.equal(shown.status, 200);
    assert.equal(shown.json.name, 'For programs');
});

test('a program without a browser\'s headers can get a token', async () => {
    const answer = await send('POST', '/api/v1/auth/token', {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: person(), password: demo.password }) });
    assert.equal(answer.status, 201);
});

test('a wrong password is a problem document for a program', async () => {
    const answer = await send('POST', '/api/v1/auth/token', {
        headers: { 'content-type': 'application/json', origin },
        body: JSON.stringify({ email: person(), password: 'no-no-no' }) });
    assert.equal(answer.status, 401);
    assert.equal(answer.headers['content-type'], 'application/problem+json');
    assert.equal(answer.json.status, 401);
    assert.equal(answer.json.detail, wrong);
});

test('a program is throttled like a person', async () => {
    const ask = () => send('POST', '/api/v1/auth/token', {
        headers: { 'content-type': 'application/json', origin },
        body: JSON.stringify({ email: person('Contributor'),
            password: 'no-no-no' }) });
    for (let i = 0; i < 6; i++)
        assert.equal((await ask()).status, 401);
    const answer = await ask();
    assert.equal(answer.status, 429);
    assert.match(answer.headers['retry-after'], /^[1-9]\d*$/);
    assert.equal(answer.json.status, 429);
});

test('a known and an unknown e-mail take equally long', async () => {
    const times = { known: [], unknown: [] };
    for (let i = 0; i < 5; i++)
        for (const [kind, email] of [['known', person('Contributor')],
            ['unknown', `nobody${i}@nowhere.example`]]) {
            const start = performance.now();
            await new Visitor().post('/login', { email, password: 'no-no' });
            times[kind].push(performance.now() - start);
        }
    const least = (list) => Math.min(...list);
    assert.ok(least(times.unknown) > 40, 'a password was hashed');
    assert.ok(least(times.known) / least(times.unknown) < 1.5 &&
        least(times.unknown) / least(times.known) < 1.5,
    JSON.stringify(times));
});

test('no answer to a failed sign-in sets a cookie or names a tenant',
    async () => {
        const all = [await new Visitor().signIn('admin@acme.com', 'no-no'),
            await new Visitor().signIn('admin@globex.com', 'no-no')];
        for (const answer of all) {
            assert.equal(answer.headers['set-cookie'], undefined);
            assert.doesNotMatch(answer.body, /Acme|Globex Corp/);
        }
    });

// Users of a tenant: invited by a link, given a role, deactivated; what is
// changed acts at once, and there is always an admin.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { rows, run, value } from '../lib/db.mjs';
import { table } from '../lib/html.mjs';
import { Visitor } from '../lib/http.mjs';
import { World, demo, emailCounter, forgetFailures, openSession }
    from '../lib/world.mjs';

const base = '/dashboard/admin/users';
const password = 'quiet-river-4711';
let world, other, admin;

before(() => {
    forgetFailures();
    world = new World('members');
    other = new World('others');
    admin = world.visitor('Tenant Admin');
});
after(() => {
    run(`delete from users where email like :'like'`,
        { like: `%@new.${world.slug}.example` });
    forgetFailures();
    world.end();
    other.end();
});

const address = (name) => `${name}@new.${world.slug}.example`;
const profile = (id) => value(`select id from profiles
    where user_id = :'id' and tenant_id = :'tenant'`,
{ id, tenant: world.tenant });
const profileOf = (role) => profile(world.people[role].id);

async function invite(email, role = 'Practitioner') {
    const answer = await admin.submit((await admin.get(base)).form(base),
        { email, role });
    assert.equal(answer.status, 200, answer.text);
    const [link] = answer.body.match(/\/invitation\?token=[0-9a-f]{64}/);
    return { answer, link, token: link.slice(-64) };
}

async function join(link, fields, who = new Visitor()) {
    return who.submit((await who.get(link)).form('/invitation'), fields);
}

test('somebody new is invited, joins by the link and is signed in',
    async () => {
        const { answer, link } = await invite(address('Nina'));
        assert.match(answer.text, /It is shown only now/);
        assert.ok(!(await admin.get(base)).body.includes(link.slice(-64)));
        const [line] = table((await admin.get(base)).body,
            /^Open invitations/);
        assert.deepEqual(line.slice(0, 4), [address('nina'), 'Practitioner',
            world.people['Tenant Admin'].name, 'in 6 days']);
        const who = new Visitor();
        const page = await who.get(link);
        assert.match(page.text, new RegExp(`Join World ${world.slug}`));
        for (const [fields, message] of [
            [{ full_name: '', password }, /Your name is required/],
            [{ full_name: 'Nina', password: 'short' }, /at least 12/i]]) {
            const wrong = await join(link, fields);
            assert.equal(wrong.status, 422);
            assert.match(wrong.text, message);
            assert.match(wrong.body, /value="nina@new/);
        }
        const joined = await join(link, { full_name: 'Nina New', password },
            who);
        assert.equal(joined.status, 303, joined.text);
        assert.equal(joined.location, '/dashboard/executive');
        const home = await who.get('/dashboard/executive');
        assert.match(home.text, /Nina New/);
        assert.equal((await who.get(base)).status, 403);
        assert.deepEqual(rows(`select p.role, p.full_name, p.email
            from profiles p join audit_log l on l.tenant_id = p.tenant_id
                and l.action = 'profiles.insert' and l.actor_id = p.user_id
            where p.tenant_id = :'tenant'`, { tenant: world.tenant }),
        [{ role: 'Practitioner', full_name: 'Nina New',
            email: address('nina') }]);
        const again = await new Visitor().get(link);
        assert.match(again.text, /This link is not valid any more/);
        assert.ok(!again.text.includes('nina@'));
    });

test('who has an account joins with its password, and keeps it', async () => {
    const known = other.people.Viewer;
    const { link } = await invite(known.email, 'Contributor');
    const page = await new Visitor().get(link);
    assert.match(page.text, /The one you sign in to Mainstay with/);
    const wrong = await join(link, { password });
    assert.equal(wrong.status, 401);
    assert.match(wrong.text, /E-mail or password is wrong/);
    assert.match(wrong.text, /Join World/);
    assert.equal(value(`select fails from login_attempts
        where key = :'key'::bytea`, { key: emailCounter(known.email) }), 1);
    assert.equal(profile(known.id), undefined);
    const who = new Visitor();
    const joined = await join(link, { password: demo.password }, who);
    assert.equal(joined.status, 303, joined.text);
    assert.match((await who.get('/dashboard/executive')).text,
        new RegExp(known.name));
    assert.equal(value(`select count(*) from profiles where user_id = :'id'`,
        { id: known.id }), 2);
});

test('a link that is old, withdrawn, replaced or invented opens nothing',
    async () => {
        const first = await invite(address('olaf'));
        const second = await invite(address('olaf'), 'Viewer');
        const gone = /This link is not valid any more/;
        assert.match((await new Visitor().get(first.link)).text, gone);
        assert.match((await new Visitor().get(second.link)).text, /Viewer/);
        const form = (await new Visitor().get(second.link))
            .form('/invitation');
        const id = value(`select id from invitations where email = :'email'
            and revoked_at is null`, { email: address('olaf') });
        const path = `/dashboard/admin/invitations/${id}/revoke`;
        const page = await admin.get(base);
        assert.equal((await admin.submit(page.form(path))).location,
            `${base}?done=revoked`);
        assert.equal((await admin.submit(page.form(path))).status, 404);
        const late = await new Visitor().submit(form,
            { full_name: 'Olaf', password });
        assert.equal(late.status, 404);
        assert.match(late.text, gone);
        const third = await invite(address('olaf'));
        run(`update invitations set expires_at = now()
            where email = :'email'`, { email: address('olaf') });
        for (const link of [third.link, `/invitation?token=${'0'.repeat(64)}`,
            '/invitation'])
            assert.match((await new Visitor().get(link)).text, gone);
        assert.ok([400, 422].includes((await new Visitor()
            .get('/invitation?token=x')).status));
        assert.equal(value(`select count(*) from users
            where email = :'email'`, { email: address('olaf') }), 0);
    });

test('members and wrong e-mails are not invited', async () => {
    for (const [fields, message] of [
        [{ email: world.people.Viewer.email.toUpperCase() },
            /is a user already/],
        [{ email: 'nobody' }, /E-mail/],
        [{ email: address('x'), role: 'Owner' }, /Role must be one of/]]) {
        const answer = await admin.submit((await admin.get(base)).form(base),
            { role: 'Viewer', ...fields });
        assert.equal(answer.status, 422, JSON.stringify(fields));
        assert.match(answer.text, message);
        assert.equal(answer.form(base).fields.email, fields.email);
    }
});

test('a new role acts at the next click, a lower one signs out', async () => {
    const id = profileOf('Contributor');
    const who = world.visitor('Contributor');
    const path = `${base}/${id}`;
    const change = async (role) => admin.submit((await admin.get(path))
        .form(path), { full_name: 'Cora', role });
    assert.equal((await who.get(base)).status, 403);
    assert.equal((await change('Tenant Admin')).leadsTo,
        `${base}?done=:request#r-${id}`);
    assert.equal((await who.get(base)).status, 200);
    assert.match((await who.get('/dashboard/executive')).text, /Cora/);
    await change('Viewer');
    assert.match((await who.get(base)).location, /^\/login/);
});

test('who is deactivated is out at once, and may come back', async () => {
    const id = profileOf('Practitioner');
    const path = `${base}/${id}`;
    const who = world.visitor('Practitioner');
    assert.equal((await who.get('/dashboard/executive')).status, 200);
    const page = await admin.get(path);
    assert.equal((await admin.submit(page.form(`${path}/deactivate`)))
        .leadsTo, `${base}?done=:request#r-${id}`);
    assert.match((await who.get('/dashboard/executive')).location,
        /^\/login/);
    assert.match(table((await admin.get(base)).body, /^Users/).at(-1)[0],
        /Deactivated/);
    const form = (await admin.get(base)).form(base);
    assert.match((await admin.submit(form, { role: 'Viewer',
        email: world.people.Practitioner.email })).text, /was deactivated/);
    const again = await admin.get(path);
    await admin.submit(again.form(`${path}/activate`));
    const back = new Visitor(openSession(world.people.Practitioner.id,
        world.tenant).token);
    assert.equal((await back.get('/dashboard/executive')).status, 200);
});

test('the last admin stays, also when two go at once', async () => {
    const path = `${base}/${profileOf('Tenant Admin')}`;
    const page = await admin.get(path);
    const form = page.form(path);
    for (const answer of [await admin.submit(form, { role: 'Viewer' }),
        await admin.submit(page.form(`${path}/deactivate`))]) {
        assert.equal(answer.status, 409);
        assert.match(answer.text, /needs at least one Tenant Admin/);
    }
    const second = world.addPerson('Tenant Admin');
    const them = new Visitor(openSession(second.id, world.tenant).token);
    const theirs = `${base}/${profile(second.id)}`;
    const answers = await Promise.all([
        admin.submit(form, { role: 'Viewer' }),
        them.submit((await them.get(theirs)).form(theirs),
            { role: 'Viewer' })]);
    assert.deepEqual(answers.map((a) => a.status).sort(), [303, 409]);
    assert.equal(value(`select count(*) from profiles where is_active
        and role = 'Tenant Admin' and tenant_id = :'tenant'`,
    { tenant: world.tenant }), 1);
    run(`update profiles set role = 'Tenant Admin' where user_id = :'id'
        and tenant_id = :'tenant'`, { tenant: world.tenant,
        id: world.people['Tenant Admin'].id });
    admin = new Visitor(world.open('Tenant Admin').token);
});

test('users and invitations of another tenant are not there', async () => {
    const theirs = value(`select id from profiles
        where tenant_id = :'tenant' and role = 'Contributor'`,
    { tenant: other.tenant });
    const open = value(`insert into invitations (tenant_id, email, role,
            token_hash) values (:'tenant', 'theirs@x.example', 'Viewer',
            sha256('theirs')) returning id`, { tenant: other.tenant });
    const _csrf = await admin.token();
    assert.equal((await admin.get(`${base}/${theirs}`)).status, 404);
    for (const [path, fields] of [
        [`${base}/${theirs}`, { full_name: 'Mine', role: 'Viewer' }],
        [`${base}/${theirs}/deactivate`, {}],
        [`${base}/${theirs}/activate`, {}],
        [`/dashboard/admin/invitations/${open}/revoke`, {}]])
        assert.equal((await admin.post(path, { ...fields, _csrf })).status,
            404, path);
    assert.ok(!(await admin.get(base)).text.includes('theirs@x.example'));
});

// A client in TypeScript that is made from the document.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, realpathSync, rmSync, symlinkSync,
    writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { origin } from '../lib/instance.mjs';
import { document, text } from '../lib/openapi.mjs';
import { World, demo, forgetFailures } from '../lib/world.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const modules = realpathSync(join(here, '../node_modules'));
const tool = (name) => join(modules, '.bin', name);
let folder, world, made;

// What tsc says of a program beside the client.
function compile(...files) {
    const done = spawnSync(tool('tsc'), ['--strict', '--target', 'es2022',
        '--module', 'nodenext', '--exactOptionalPropertyTypes',
        '--noUncheckedIndexedAccess', ...files],
    { cwd: folder, encoding: 'utf8' });
    return done.stdout;
}

before(() => {
    forgetFailures();
    world = new World('client');
    for (let i = 0; i < 5; i++)
        world.addAccount(`Harbour ${i}`, { tier: `'mid_market'` });
    world.addAccount('Another', { tier: `'enterprise'` });
    folder = mkdtempSync(join(tmpdir(), 'mainstay-client-'));
    symlinkSync(modules, join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
    writeFileSync(join(folder, 'openapi.json'), text);
    execFileSync(tool('openapi-typescript'), ['openapi.json', '-o',
        'mainstay.d.ts'], { cwd: folder, stdio: 'pipe' });
    copyFileSync(join(here, 'client.ts'), join(folder, 'client.ts'));
    made = compile('client.ts');
});
after(() => {
    world?.end();
    rmSync(folder, { recursive: true });
});

test('it compiles', () => assert.equal(made, ''));

test('it does not compile with values that the document does not know', () => {
    for (const [wrong, why] of [
        [`body: { name: 17 }`, /number/],
        [`body: {}`, /name/],
        [`body: { name: 'x', tier: 'large' }`, /large/],
    ]) {
        writeFileSync(join(folder, 'wrong.ts'), `
            import createClient from 'openapi-fetch';
            import type { paths } from './mainstay.js';
            const client = createClient<paths>();
            await client.POST('/api/v1/accounts', { ${wrong} });`);
        assert.match(compile('wrong.ts'), why);
    }
});

test('it signs in, adds, lists page by page, changes and lets go',
    async () => {
        const { signIn, create, list, rename, churn } =
            await import(join(folder, 'client.js'));
        const { email } = world.people.Practitioner;
        await assert.rejects(signIn(origin, email, 'wrong password'));
        const client = await signIn(origin, email, demo.password);

        const { account, etag } = await create(client, 'Harbour 5', 'one');
        assert.equal(account.arr, '85000.00');
        const again = await create(client, 'Harbour 5', 'one');
        assert.deepEqual([again.account.id, again.replayed],
            [account.id, true]);
        await assert.rejects(create(client, '', 'two'), /Name/);

        const found = await list(client, { tier: 'mid_market' });
        assert.deepEqual(found.map(({ name }) => name),
            Array.from({ length: 6 }, (_, i) => `Harbour ${i}`));
        await assert.rejects(list(client, { colour: 'red' }), /colour/);

        assert.deepEqual(await rename(client, account.id, etag, 'Bay'),
            { status: 200, name: 'Bay' });
        assert.equal((await rename(client, account.id, etag, 'Cove')).status,
            412);
        assert.equal(await churn(client, account.id), 'churned');
    });

test('it reads webhooks of all formats', async () => {
    const { stageOf } = await import(join(folder, 'client.js'));
    const { examples } = document.webhooks.stage_transition.post.requestBody
        .content['application/json'];
    assert.deepEqual(Object.entries(examples).map(([format, { value }]) =>
        [format, stageOf(value)]), [['standard', 'At Risk'],
        ['seed-000', 'At Risk'], ['seed-001', 'At Risk'], ['slack', null]]);
});

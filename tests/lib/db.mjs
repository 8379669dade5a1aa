// The database, as its operator sees it: to arrange and to check.

import { execFile, spawnSync } from 'node:child_process';

const psql = ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-v', 'VERBOSITY=verbose'];

function assignments(values) {
    return Object.entries(values)
        .flatMap(([name, value]) => ['-v', `${name}=${value}`]);
}

// Values are psql variables: :'name' in the text.
export function run(text, values = {}) {
    const done = spawnSync('psql', [...psql, ...assignments(values)],
        { input: text, encoding: 'utf8', maxBuffer: 1 << 26 });
    if (done.status !== 0)
        throw new Error(`psql: ${done.stderr || done.error}\n${text}`);
    return done.stdout.replace(/\n$/, '');
}

// The rows of one select or "… returning", as objects.
export function rows(text, values = {}) {
    return JSON.parse(run(
        `with x as (${text}) select coalesce(json_agg(x), '[]') from x`,
        values));
}

export const row = (text, values) => rows(text, values)[0];

export function value(text, values) {
    const found = row(text, values);
    return found === undefined ? undefined : Object.values(found)[0];
}

// The same without stopping this process meanwhile.
export function runLater(text, values = {}) {
    return new Promise((done, failed) => {
        const child = execFile('psql', [...psql, ...assignments(values)],
            { maxBuffer: 1 << 26 }, (error, out, err) =>
                error ? failed(new Error(err)) : done(out.trimEnd()));
        child.stdin.end(text);
    });
}

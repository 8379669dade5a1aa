// The instance under test, as `./dev env` describes it.

import { spawn } from 'node:child_process';
import { openSync, readFileSync, readdirSync, statSync, writeFileSync }
    from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function need(name) {
    const value = process.env[name];
    if (!value)
        throw new Error(`${name} is not set: eval "$(./dev env)" first`);
    return value;
}

export const top = join(dirname(fileURLToPath(import.meta.url)), '../..');
export const origin = need('MAINSTAY_URL');
export const host = new URL(origin).hostname;
export const port = Number(new URL(origin).port || 443);
export const state = need('MAINSTAY_STATE');
export const keysFolder = need('MAINSTAY_KEYS');
export const logFolder = join(state, 'log');

// The certificate is its own authority: who knows it can check it.
export const ca = process.env.NODE_EXTRA_CA_CERTS
    ? readFileSync(process.env.NODE_EXTRA_CA_CERTS) : undefined;

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// Waits until check() gives something; the message says what never came.
export async function until(message, check, ms = 10000) {
    const end = Date.now() + ms;
    for (;;) {
        const found = await check();
        if (found)
            return found;
        if (Date.now() > end)
            throw new Error(`waited ${ms} ms in vain: ${message}`);
        await sleep(20);
    }
}

// What ./dev started: nginx, or what keeps app, auth or worker running.
function keeperOf(name) {
    return Number(readFileSync(join(state, 'run', `${name}.pid`), 'utf8')
        .split(/\s/)[0]);
}

export function masterOf(name) {
    const pid = keeperOf(name);
    return name === 'nginx' ? pid : childrenOf(pid)[0];
}

export function isAlive(pid) {
    try {
        return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    } catch {
        return false;
    }
}

export function childrenOf(pid) {
    const found = [];
    for (const name of readdirSync('/proc')) {
        if (!/^\d+$/.test(name))
            continue;
        try {
            const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
            const [status, parent] = stat.slice(stat.lastIndexOf(')') + 2)
                .split(' ');
            if (Number(parent) === pid && status !== 'Z')
                found.push(Number(name));
        } catch {
            // It ended meanwhile.
        }
    }
    return found.sort((a, b) => a - b);
}

export const pageWorkers = () => childrenOf(masterOf('app'));
export const signInWorkers = () => childrenOf(masterOf('auth'));

// Every log file there is: name -> text.
export function logs() {
    const found = {};
    for (const name of readdirSync(logFolder))
        found[name] = readFileSync(join(logFolder, name), 'utf8');
    return found;
}

// What runs it, with what settings, and as whom.
export function serviceOf(name) {
    const pid = keeperOf(name);
    const words = (file) => readFileSync(`/proc/${pid}/${file}`, 'utf8')
        .split('\0').filter(Boolean);
    const [program, ...args] = words('cmdline');
    const env = Object.fromEntries(words('environ').map((line) => {
        const at = line.indexOf('=');
        return [line.slice(0, at), line.slice(at + 1)];
    }));
    const { uid, gid } = statSync(`/proc/${pid}`);
    return { pid, program, args, env,
        owner: process.getuid() === 0 ? { uid, gid } : {} };
}

// How one that was killed together with its keeper comes back, with the same
// settings, known to ./dev.
export function rememberService(name) {
    const { program, args, env, owner } = serviceOf(name);
    let pid = keeperOf(name);

    return { async kill() {
        process.kill(-pid, 'SIGKILL');
        await until(`${name} is dead`, () => !isAlive(pid));
    }, start() {
        const log = openSync(join(logFolder, `${name}.log`), 'a');
        const child = spawn(program, args, { env, cwd: state, detached: true,
            stdio: ['ignore', log, log], ...owner });
        child.unref();
        pid = child.pid;
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const began = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
        writeFileSync(join(state, 'run', `${name}.pid`),
            `${pid} ${began}\n`);
    } };
}

// A small client.  It follows nothing and forgives nothing; like a browser it
// keeps its connections and repeats a request once when a kept connection
// was closed before the first byte of an answer.

import { readFileSync, readdirSync } from 'node:fs';
import https from 'node:https';
import { dirname, join } from 'node:path';

import { forms, textOf } from './html.mjs';
import { ca, host, origin, port } from './instance.mjs';

export const cookieName = '__Host-mainstay';

export function newAgent(maxSockets = 16) {
    return new https.Agent({ keepAlive: true, maxSockets, ca });
}

const shared = newAgent();

export class Answer {
    constructor(message, bytes) {
        this.status = message.statusCode;
        this.headers = message.headers;
        this.rawHeaders = message.rawHeaders;
        this.bytes = bytes;
        this.body = bytes.toString('utf8');
    }

    get json() {
        return JSON.parse(this.body);
    }

    get text() {
        return textOf(this.body);
    }

    get location() {
        return this.headers.location;
    }

    // The same, whatever the id of the request that may be undone.
    get leadsTo() {
        return this.location?.replace(/done=[0-9a-f]{32}/, 'done=:request');
    }

    // { value, attributes } of our cookie; undefined when it is not set.
    get cookie() {
        const line = (this.headers['set-cookie'] ?? [])
            .find((c) => c.startsWith(`${cookieName}=`));
        if (!line)
            return undefined;
        const [pair, ...attributes] = line.split(/;\s*/);
        return { value: pair.slice(cookieName.length + 1), attributes, line };
    }

    // The form that writes, where one that reads has the same address.
    form(action, label) {
        const [found] = forms(this.body).filter((f) => f.action === action &&
            (label === undefined || f.label === label))
            .sort((f) => f.method === 'POST' ? -1 : 1);
        if (!found)
            throw new Error(`no form for ${action} on: ${this.text}`);
        return found;
    }

    // The message beside a field.
    error(field) {
        return textOf(new RegExp(`id="e-${field}"[^>]*>([^]*?)</`)
            .exec(this.body)?.[1] ?? '');
    }
}

function once(method, path, { headers, body, agent }) {
    return new Promise((done, failed) => {
        const request = https.request({ host, port, method, path, headers,
            agent: agent ?? shared, ca, timeout: 30000 });
        request.on('response', (message) => {
            const parts = [];
            message.on('data', (part) => parts.push(part));
            message.on('error', failed);
            message.on('end', () =>
                done(new Answer(message, Buffer.concat(parts))));
        });
        request.on('timeout', () => request.destroy(
            new Error(`${method} ${path}: no answer in 30 s`)));
        request.on('error', (error) => {
            error.mayRepeat = request.reusedSocket &&
                /ECONNRESET|EPIPE/.test(error.code);
            failed(error);
        });
        // Node says the length of a body with some methods only.
        if (body !== undefined && !request.hasHeader('content-length'))
            request.setHeader('content-length', Buffer.byteLength(body));
        request.end(body);
    });
}

export async function send(method, path, options = {}) {
    const headers = {};
    for (const [name, value] of Object.entries(options.headers ?? {}))
        if (value !== null && value !== undefined)
            headers[name] = value;
    const given = { ...options, headers };
    try {
        return await once(method, path, given);
    } catch (error) {
        if (!error.mayRepeat)
            throw error;
        return once(method, path, { ...given, agent: false });
    }
}

export function encode(fields) {
    return Object.entries(fields)
        .flatMap(([name, value]) => [].concat(value)
            .map((v) => `${encodeURIComponent(name)}=${encodeURIComponent(v)}`))
        .join('&');
}

// What a browser says about a form of this site.
export const sameOrigin = { origin, 'sec-fetch-site': 'same-origin' };

// Somebody with a browser: a cookie, and forms read from pages.
export class Visitor {
    constructor(cookie = null) {
        this.cookie = cookie;
        this.agent = undefined;
    }

    async send(method, path, { headers = {}, body } = {}) {
        const answer = await send(method, path, { body, agent: this.agent,
            headers: { cookie: this.cookie
                ? `${cookieName}=${this.cookie}` : null, ...headers } });
        if (answer.cookie !== undefined)
            this.cookie = answer.cookie.value || null;
        return answer;
    }

    get(path, headers) {
        return this.send('GET', path, { headers });
    }

    // fields: an object, or text that is sent as it is.
    post(path, fields = {}, headers = {}) {
        return this.send('POST', path, {
            body: typeof fields === 'object' ? encode(fields) : fields,
            headers: { ...sameOrigin,
                'content-type': 'application/x-www-form-urlencoded',
                ...headers } });
    }

    // A page's form, with some fields filled in.
    submit(form, fields = {}, headers = {}) {
        return this.post(form.action, { ...form.fields, ...fields }, headers);
    }

    // The token that every form of this session carries.
    async token() {
        const page = await this.get('/sessions');
        return page.form('/logout').fields._csrf;
    }

    async signIn(email, password, next) {
        const page = await this.get('/login' +
            (next === undefined ? '' : `?next=${encodeURIComponent(next)}`));
        return this.submit(page.form('/login'), { email, password });
    }
}

// A program: a bearer token and JSON.
export class Program {
    constructor(token) {
        this.token = token;
    }

    send(method, path, { json, body, headers = {} } = {}) {
        return send(method, path, {
            body: json === undefined ? body : JSON.stringify(json),
            headers: { authorization: `Bearer ${this.token}`,
                'content-type': json === undefined ? null
                    : 'application/json', ...headers } });
    }

    get(path, headers) {
        return this.send('GET', path, { headers });
    }

    post(path, json, headers) {
        return this.send('POST', path, { json, headers });
    }
}

// The routes of the program: what each needs, a form that it takes, and the
// template of a page.
export function routeTable(file) {
    const parts = readdirSync(dirname(file))
        .filter((name) => /^routes_\w+\.h$/.test(name)).sort()
        .map((name) => join(dirname(file), name));
    const text = [...parts, file].map((f) => readFileSync(f, 'utf8'))
        .join('\n')
        .replace(/\/\*[^]*?\*\//g, '');
    const macros = Object.fromEntries([...text.matchAll(
        /^#define (\w+)((?:[^\n]*\\\n)*[^\n]*)/gm)]
        .map(([, name, body]) => [name, body.replaceAll('\\\n', ' ')]));
    const expand = (code) => code.replace(/\b[A-Z][A-Z_]+\b/g,
        (word) => word in macros ? expand(macros[word]) : word);
    const forms = Object.fromEntries([...text.matchAll(
        /struct field (\w+)\[\] = \{([^]*?)\};/g)]
        .map(([, name, body]) => [name, validForm(expand(body))]));
    return text.split('routes[] =')[1].split(/\{\s*(?=[A-Z]+,\s*"\/)/).slice(1)
        .map((line) => {
            const [, method, path, needs, fields] = line.match(
                /^([A-Z]+),\s*"([^"]+)",\s*([A-Z]+),\s*(\w*)/);
            return { method, path, needs, form: forms[fields] ?? {},
                template: line.match(/\.template = "([^"]+)"/)?.[1] };
        });
}

// What the required fields of a table may hold.
function validForm(fields) {
    const of = (row, name) => row.match(
        new RegExp(`\\.${name}\\s*=\\s*("[^"]*"(?:\\s*"[^"]*")*|\\w+)`))?.[1]
        .replace(/"\s*"|"/g, '');
    const value = (row) => ({
        FIELD_CHOICE: of(row, 'choices')?.split('|')[0],
        FIELD_INT: of(row, 'min') ?? '1',
        FIELD_LOCAL: '/dashboard',
        FIELD_BOOL: 'true',
        FIELD_MONEY: '1.00',
        FIELD_OBJECT: '{}',
        FIELD_LIST: '[]',
        FIELD_UUID: '00000000-0000-4000-8000-000000000000',
        FIELD_DATE: '2030-01-31',
    })[of(row, 'type')] ?? 'a'.repeat(of(row, 'min') ?? 1);
    return Object.fromEntries(fields.match(/\{[^{}]*\}/g)
        .filter((row) => of(row, 'is_required') === 'true')
        .map((row) => [of(row, 'name'), value(row)]));
}

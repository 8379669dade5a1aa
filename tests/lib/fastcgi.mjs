// Asks a pool of page workers without nginx: what a worker answers, or that it
// answered nothing.

import net from 'node:net';

const header = (type, length) => {
    const h = Buffer.from([1, type, 0, 1, 0, 0, 0, 0]);
    h.writeUInt16BE(length, 4);
    return h;
};
const record = (type, data) => Buffer.concat([header(type, data.length), data]);

function pair(name, value) {
    const size = (n) => {
        const b = Buffer.alloc(4);
        b.writeUInt32BE(n + 0x80000000);
        return b;
    };
    const [n, v] = [Buffer.from(name), Buffer.from(value)];
    return Buffer.concat([size(n.length), size(v.length), n, v]);
}

function* chunks(data, size = 60000) {
    for (let at = 0; at < data.length; at += size)
        yield data.subarray(at, at + size);
}

function stdout(bytes) {
    const parts = [];
    let isWhole = false;
    for (let at = 0; at + 8 <= bytes.length;) {
        const length = bytes.readUInt16BE(at + 4);
        if (bytes[at + 1] === 6)
            parts.push(bytes.subarray(at + 8, at + 8 + length));
        isWhole ||= bytes[at + 1] === 3;
        at += 8 + length + bytes[at + 6];
    }
    return isWhole ? Buffer.concat(parts).toString() : undefined;
}

// { status, headers, body, json }; status 0: the worker ended without a word.
export function ask(socketPath, method, url, { body, headers = {} } = {}) {
    const [path, query = ''] = url.split('?');
    const data = Buffer.from(body ?? '');
    const params = { REQUEST_METHOD: method, DOCUMENT_URI: path,
        QUERY_STRING: query, REMOTE_ADDR: '127.0.0.1',
        REQUEST_ID: [...Array(32)].map(() =>
            Math.floor(Math.random() * 16).toString(16)).join(''),
        CONTENT_LENGTH: body === undefined ? '' : `${data.length}` };
    for (const [name, value] of Object.entries(headers))
        if (value !== null && value !== undefined)
            params[name === 'content-type' ? 'CONTENT_TYPE' : `HTTP_${
                name.toUpperCase().replaceAll('-', '_')}`] = value;
    const bytes = Buffer.concat([
        record(1, Buffer.from([0, 1, 0, 0, 0, 0, 0, 0])),
        record(4, Buffer.concat(Object.entries(params).map((p) => pair(...p)))),
        record(4, Buffer.alloc(0)),
        ...[...chunks(data)].map((part) => record(5, part)),
        record(5, Buffer.alloc(0))]);
    return new Promise((done) => {
        const parts = [];
        const end = () => done(parse(stdout(Buffer.concat(parts))));
        net.connect(socketPath).on('data', (part) => parts.push(part))
            .on('close', end).on('error', () => {}).write(bytes);
    });
}

function parse(text) {
    if (text === undefined)
        return { status: 0, headers: {}, body: '' };
    const at = text.indexOf('\r\n\r\n');
    const headers = Object.fromEntries(text.slice(0, at).split('\r\n')
        .map((line) => line.split(/:\s*/, 2))
        .map(([name, value]) => [name.toLowerCase(), value]));
    const body = text.slice(at + 4);
    return { status: Number.parseInt(headers.status ?? '200', 10), headers,
        body, get json() { return JSON.parse(body); } };
}

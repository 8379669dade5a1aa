// Bytes over TLS, for what no client would send.

import tls from 'node:tls';

import { ca, host, port } from './instance.mjs';

// Sends text and reads until the server closes or is silent after an answer.
// Gives { status, head, headers, body }; status 0 when nothing came back.
export function raw(text, { servername = 'localhost', alpn, ms = 5000,
    rejectUnauthorized = true } = {}) {
    return new Promise((done, failed) => {
        const socket = tls.connect({ host, port, servername, ca,
            rejectUnauthorized, ALPNProtocols: alpn });
        const parts = [];
        const finish = () => {
            socket.destroy();
            done(parse(Buffer.concat(parts).toString('latin1')));
        };
        let timer = setTimeout(finish, ms);
        socket.on('secureConnect', () => socket.write(
            Buffer.isBuffer(text) ? text : Buffer.from(text, 'latin1')));
        socket.on('data', (part) => {
            parts.push(part);
            clearTimeout(timer);
            timer = setTimeout(finish, 200);
        });
        socket.on('close', () => {
            clearTimeout(timer);
            finish();
        });
        socket.on('error', (error) => {
            clearTimeout(timer);
            if (parts.length > 0 || error.code === 'ECONNRESET')
                finish();
            else
                failed(error);
        });
    });
}

function parse(text) {
    const end = text.indexOf('\r\n\r\n');
    const head = end < 0 ? text : text.slice(0, end);
    const headers = {};
    for (const line of head.split('\r\n').slice(1)) {
        const colon = line.indexOf(':');
        headers[line.slice(0, colon).toLowerCase()] =
            line.slice(colon + 1).trim();
    }
    return { status: Number(/^HTTP\/1\.[01] (\d+)/.exec(head)?.[1] ?? 0),
        head, headers, body: end < 0 ? '' : text.slice(end + 4) };
}

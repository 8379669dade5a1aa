// Slow clients at the sign-in: they keep a place, and only their own.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import tls from 'node:tls';

import { ca, host, port, sleep } from '../lib/instance.mjs';

// Loopback has many addresses: these two are nobody else's.
function open(localAddress) {
    return new Promise((done, fail) => {
        const socket = tls.connect({ host: '127.0.0.1', servername: host,
            port, ca, localAddress }, () => done(socket));
        socket.on('error', fail);
    });
}

async function status(localAddress, path) {
    const socket = await open(localAddress);
    let text = '';
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\n`
        + 'Connection: close\r\n\r\n');
    for await (const part of socket)
        text += part;
    return Number.parseInt(text.split(' ')[1], 10);
}

test('bodies that never end do not close the sign-in', async () => {
    const slow = [];
    for (let i = 0; i < 70; i++) {
        const socket = await open('127.0.0.77');
        socket.on('error', () => {});
        socket.write(`${i % 2 ? 'POST' : 'GET'} /login HTTP/1.1\r\n`
            + `Host: ${host}:${port}\r\nContent-Length: 60000\r\n\r\nx`);
        slow.push(socket);
    }
    await sleep(300);
    const [theirs, mine] = [await status('127.0.0.77', '/login'),
        await status('127.0.0.78', '/login')];
    slow.forEach((socket) => socket.destroy());
    assert.equal(theirs, 503, 'whoever is slow has used up a share');
    assert.equal(mine, 200, 'everybody else signs in');
});

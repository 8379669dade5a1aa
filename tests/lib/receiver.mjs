// An HTTP server that takes webhooks, as n8n would.

import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';

import { until } from './instance.mjs';

function whoListens(port) {
    const hex = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
    return readFileSync('/proc/net/tcp', 'utf8').split('\n')
        .some((l) => l.split(/\s+/)[2]?.endsWith(hex) &&
            l.split(/\s+/)[4] === '0A');
}

export class Receiver {
    // answer(post) gives { status, body }, perhaps later.
    static async open(port, answer = () => ({ status: 200 })) {
        const receiver = new this();
        receiver.posts = [];
        receiver.answer = answer;
        receiver.server = createServer((request, response) => {
            const parts = [];
            request.on('data', (part) => parts.push(part));
            request.on('end', async () => {
                const post = { at: Date.now(), method: request.method,
                    path: request.url, headers: request.headers,
                    body: Buffer.concat(parts).toString('utf8') };
                receiver.posts.push(post);
                const { status = 200, body = '', headers = {} } =
                    await receiver.answer(post) ?? {};
                response.writeHead(status, headers).end(body);
            });
        });
        await new Promise((done, failed) => {
            receiver.server.on('error', (error) =>
                failed(error.code !== 'EADDRINUSE' ? error : new Error(
                    `port ${port} is taken${whoListens(port)
                        ? ' by somebody who listens there' : ''}: stop that ` +
                    'program (n8n?), the demo\'s playbooks send to it')));
            receiver.server.listen(port, '127.0.0.1', done);
        });
        receiver.port = receiver.server.address().port;
        return receiver;
    }

    close() {
        this.server.closeAllConnections();
        return new Promise((done) => this.server.close(done));
    }

    // The n-th post (from 1) that fits.
    next(what, fits, n = 1, ms = 10000) {
        return until(what, () => this.posts.filter(fits)[n - 1], ms);
    }
}

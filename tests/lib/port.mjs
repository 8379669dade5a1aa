// A port of this machine that nobody has.

import { once } from 'node:events';
import net from 'node:net';

export async function freePort() {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const found = server.address().port;
    server.close();
    await once(server, 'close');
    return found;
}

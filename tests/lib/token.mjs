// Makes session tokens with the instance's own keys, good and bad ones.

import { createHash, createHmac, randomBytes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { keysFolder } from './instance.mjs';

export const base64url = (x) => Buffer.from(x).toString('base64url');

function signingKey() {
    for (const name of readdirSync(keysFolder).sort()) {
        const kid = /^jwt-(.+)\.key$/.exec(name)?.[1];
        const [verb, key] = kid
            ? readFileSync(join(keysFolder, name), 'utf8').trim().split(' ')
            : [];
        if (verb === 'sign')
            return { kid, bytes: Buffer.from(key, 'base64url') };
    }
    throw new Error(`no key in ${keysFolder} signs`);
}

export const key = signingKey();
export const header = { alg: 'HS256', kid: key.kid, typ: 'JWT' };

export function newClaims(userId, tenantId, changes = {}) {
    const now = Math.floor(Date.now() / 1000);
    return { iss: 'mainstay', aud: 'mainstay-web', sub: userId, tid: tenantId,
        jti: base64url(randomBytes(32)), iat: now, exp: now + 604800,
        ...changes };
}

// The id under which the database knows the session.
export const sessionId = (claims) =>
    '\\x' + createHash('sha256').update(claims.jti).digest('hex');

// Objects are encoded, texts are taken as they are.
export function sign(claims, head = header, bytes = key.bytes,
    hash = 'sha256') {
    const text = (x) => base64url(typeof x === 'string' ? x
        : JSON.stringify(x));
    const signed = `${text(head)}.${text(claims)}`;
    return `${signed}.${createHmac(hash, bytes).update(signed)
        .digest('base64url')}`;
}

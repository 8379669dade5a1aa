// Requests at a steady pace while something else goes wrong.

import { sleep } from './instance.mjs';

// Asks count times, one every ms, without waiting for the answers; gives
// what ask() gave, errors too.
export async function load(count, ms, ask) {
    const all = [];
    for (let i = 0; i < count; i++) {
        all.push(Promise.resolve(i).then(ask).catch((error) => error));
        await sleep(ms);
    }
    return Promise.all(all);
}

// { '200': 299, 'Error: …': 1 }
export function tally(answers) {
    const found = {};
    for (const a of answers) {
        const name = a instanceof Error ? `${a}` : `${a.status}`;
        found[name] = (found[name] ?? 0) + 1;
    }
    return found;
}

// Does something every ms until stop() is called; waits for the last.
export function everyNow(ms, act) {
    let going = true;
    const done = (async () => {
        while (going) {
            await act();
            await sleep(ms);
        }
    })();
    return { stop: () => {
        going = false;
        return done;
    } };
}

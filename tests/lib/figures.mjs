// Figures in the text format of Prometheus, read strictly.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

// The value of each sample by its name and labels.
export function samplesOf(text) {
    const samples = {};
    for (const line of text.trimEnd().split('\n')) {
        if (/^# (HELP|TYPE) mainstay_\w+ \S/.test(line))
            continue;
        const [, name, value] = /^(mainstay_\w+(?:\{[^}]*\})?) ([0-9.]+)$/
            .exec(line) ?? assert.fail(line);
        assert.equal(samples[name], undefined, name);
        samples[name] = Number(value);
    }
    return samples;
}

// What Prometheus itself says of them, where it is installed.
export function checkByPromtool(t, text) {
    const done = spawnSync('promtool', ['check', 'metrics'],
        { input: text, encoding: 'utf8' });
    if (done.error)
        return t.skip('promtool is not installed');
    assert.equal(done.status, 0, done.stdout + done.stderr);
}

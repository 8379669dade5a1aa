// Parts of pages come by htmx. What it parses is ours, and inert: this is
// the one policy of Trusted Types, nobody else can have it, and neither a
// script nor an attribute of what came is run.
import htmx from './htmx.js';

const rules = { createHTML: (text) => text, createScript: () => '' };
const policy = window.trustedTypes?.createPolicy('htmx', rules) ?? rules;

function refuse() {
    throw new Error('Attributes are not run.');
}

htmx.registerExtension('trust', {
    init: (api) => api.initSecurity(policy, refuse, refuse),
});

export { htmx };

// attach('[data-thing]', start): start(element) for every such element that
// the page has, and for those that come into it later; once for each.

const known = [];

function look(root) {
    for (const { selector, start, seen } of known)
        for (const element of root.querySelectorAll(selector))
            if (!seen.has(element)) {
                seen.add(element);
                start(element);
            }
}

export function attach(selector, start) {
    known.push({ selector, start, seen: new WeakSet() });
    look(document);
}

document.addEventListener('htmx:after:swap', () => look(document));

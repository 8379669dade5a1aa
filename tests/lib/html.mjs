// Reads our own pages: attributes are always quoted there, so that regular
// expressions do; cells, rows, items and options have no end tags.  What a
// browser makes of a page is for tests/browser.

const entities = { amp: '&', lt: '<', gt: '>', quot: '"' };

export function unescape(text) {
    return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi,
        (all, dec, hex, name) => dec ? String.fromCodePoint(Number(dec))
            : hex ? String.fromCodePoint(parseInt(hex, 16))
                : entities[name] ?? all);
}

// What a person reads: without tags, blanks folded.
export function textOf(html) {
    return unescape(html.replace(/<(script|style)[^]*?<\/\1>/g, ' ')
        .replace(/<svg[^>]*\/>|<svg[^]*?<\/svg>/g, ' ')
        .replace(/<[^>]*>/g, ' '))
        .replace(/\s+/g, ' ').trim();
}

export function attributes(tag) {
    const found = {};
    for (const [, name, value] of tag.replace(/^<[\w-]+/, '')
        .matchAll(/([\w:-]+)(?:="([^"]*)")?/g))
        found[name] = value === undefined ? true : unescape(value);
    return found;
}

// Each <name …>…</name> that is not nested in another of its kind.
export function elements(html, name) {
    const found = [];
    const pattern = new RegExp(`<${name}(\\s[^>]*)?>([^]*?)</${name}>`, 'g');
    for (const match of html.matchAll(pattern))
        found.push({ ...attributes(`<${name}${match[1] ?? ''}`),
            html: match[2], text: textOf(match[2]) });
    return found;
}

// Each <name …>…, up to the next of its kind; name may be a pattern.
export function openEnded(html, name) {
    const pattern = new RegExp(
        `<${name}(\\s[^>]*)?>([^]*?)(?=<${name}[\\s>]|$)`, 'g');
    return [...html.matchAll(pattern)].map(([, tag, inner]) =>
        ({ ...attributes(tag ?? ''), html: inner, text: textOf(inner) }));
}

function controls(html) {
    const found = {};
    for (const [tag] of html.matchAll(/<input\s[^>]*>/g)) {
        const a = attributes(tag);
        if (a.name && !(/checkbox|radio/.test(a.type) && !a.checked))
            found[a.name] = a.value === true ? '' : a.value ?? '';
    }
    for (const select of elements(html, 'select')) {
        const options = openEnded(select.html, 'option');
        const chosen = options.find((o) => o.selected) ?? options[0];
        found[select.name] = chosen ? chosen.value === true ? ''
            : chosen.value ?? chosen.text : '';
    }
    for (const area of elements(html, 'textarea'))
        found[area.name] = unescape(area.html).replace(/^\n/, '');
    return found;
}

export function forms(html) {
    return elements(html, 'form').map((f) => ({
        method: (f.method ?? 'get').toUpperCase(), action: f.action,
        label: f['aria-label'],
        text: f.text, html: f.html, fields: controls(f.html) }));
}

// A table's body as rows of texts, by its caption.
export function table(html, caption) {
    const found = elements(html, 'table').find((t) =>
        caption.test(elements(t.html, 'caption')[0]?.text ?? ''));
    if (!found)
        return undefined;
    const body = found.html.split('<tbody>')[1]?.split('<tfoot>')[0] ?? '';
    return openEnded(body, 'tr').map((tr) =>
        openEnded(tr.html, 't[dh]').map((cell) => cell.text));
}

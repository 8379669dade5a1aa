// A page as lines that a person can read and compare: headings, rows, links,
// fields and buttons. What varies from run to run has a name instead.

import { attributes, unescape } from './html.mjs';

const isBlock = new Set(('article aside caption dd details div dl dt ' +
    'fieldset figcaption figure footer form header legend li main nav ol ' +
    'option p section select summary table tbody tfoot thead tr ul')
    .split(' '));

// What stands for a tag that opens; its text follows.
function opened(name, tag) {
    const a = attributes(tag);
    if (/^h[1-6]$/.test(name))
        return `\n${'#'.repeat(name[1])} `;
    if (name === 'tr')
        return '\n¶';
    if (name === 'td' || name === 'th')
        return '\n¦ ';
    if (name === 'input' || name === 'textarea')
        return a.type === 'hidden' ? ''
            : ` [${a.name}${a.value ? `=${a.value}` : ''}${
                a.checked ? ' x' : ''}] `;
    if (name === 'button')
        return '\n[] ';
    if (name === 'option')
        return `\n${a.selected ? '*' : '-'} `;
    if (name === 'a')
        return ` <${a.href}> `;
    return isBlock.has(name) ? '\n' : ' ';
}

const varying = [
    [/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID'],
    [/\b[0-9a-f]{8,}\b/g, 'HASH'],
    [/\b\d{4}-\d\d-\d\dT[\d:.+Z]*/g, 'TIME'],
    [/\b\d{4}-\d\d-\d\d\b/g, 'DAY'],
    [/\b\d{1,2} [A-Z][a-z]{2} \d{4}(, \d\d:\d\d( UTC)?)?/g, 'DAY'],
    [/\b[A-Z][a-z]{2} \d{4}\b/g, 'MONTH'],
    [/\bQ[1-4] \d{4}\b/g, 'QUARTER'],
    [/\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b/g, 'MONTH'],
    [/\b(just now|\d+ (second|minute)s? ago)\b/g, 'RECENTLY'],
    [/\b\d\d:\d\d( UTC)?\b/g, 'TIME'],
];

export function outline(html, names = {}) {
    const lines = html
        .replace(/<(script|style|template)[^]*?<\/\1>/g, '')
        .replace(/<svg[^>]*\/>|<svg[^]*?<\/svg>/g, '')
        .replace(/\s+/g, ' ')
        .replace(/<\/(\w+)>/g, (_, name) => isBlock.has(name) ||
            /^h[1-6]$/.test(name) ? '\n' : ' ')
        .replace(/<(\w+)[^>]*>/g, (tag, name) => opened(name, tag));
    let text = unescape(lines).split('\n').map((l) => l.trim()
        .replace(/ +/g, ' ')).filter(Boolean).join('\n')
        .replace(/\n¦/g, ' |').replace(/¶ /g, '');
    for (const [word, name] of Object.entries(names))
        text = text.replaceAll(word, name);
    return varying.reduce((all, [what, name]) =>
        all.replace(what, name), text) + '\n';
}

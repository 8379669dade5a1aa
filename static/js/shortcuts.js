// Single keys: off while somebody types, and for whoever switched them off.
import { htmx } from './swap.js';

const rowLink = ':is(tbody th, [data-row]) a[href]';
const typing = 'input:not([type=checkbox], [type=radio]), select, textarea, ' +
    '[contenteditable]';
let goUntil = 0;

function step(by) {
    const links = [...document.querySelectorAll(`main ${rowLink}`)]
        .filter((link) => link.checkVisibility())
        .filter((link, i, all) => rowOf(link) !== rowOf(all[i - 1]));
    const at = links.findIndex((link) => rowOf(link) ===
        rowOf(document.activeElement));
    const next = links[at < 0 ? (by > 0 ? 0 : links.length - 1) : at + by];
    next?.focus();
    next?.scrollIntoView({ block: 'nearest' });
}

function rowOf(element) {
    return element?.closest('[data-row], tbody tr') ?? undefined;
}

function search() {
    const field = document.querySelector('main input[type=search]');
    if (field)
        field.select();
    else
        document.querySelector('[data-palette]')?.click();
}

function edit() {
    (rowOf(document.activeElement) ?? document)
        .querySelector('[data-edit]')?.click();
}

function select() {
    rowOf(document.activeElement)?.querySelector('[type=checkbox]')?.click();
}

// The sheet is a part of the page of preferences.
async function showSheet() {
    const sheet = document.getElementById('sheet');
    const body = sheet.querySelector('.dialog__body');
    if (!body.firstElementChild)
        await htmx.ajax('GET', '/preferences', { select: '#shortcuts',
            target: body, swap: 'innerMorph' });
    if (!sheet.open)
        sheet.showModal();
}

const keys = { '?': showSheet, '/': search, j: () => step(1),
    k: () => step(-1), e: edit, x: select };

function press(key) {
    const isGoing = Date.now() < goUntil;
    goUntil = 0;
    if (isGoing)
        document.querySelector(`[data-go="${key}"]`)?.click();
    else if (key === 'g')
        goUntil = Date.now() + 1500;
    else if (key in keys)
        keys[key]();
    else
        return false;
    return true;
}

document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing ||
        'noShortcuts' in document.body.dataset ||
        event.target.closest(typing) || document.querySelector('dialog:modal'))
        return;
    if (/^[a-z/?]$/.test(event.key) && press(event.key))
        event.preventDefault();
});

document.querySelector('[data-sheet]')?.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey)
        return;
    event.preventDefault();
    showSheet();
});

// The board: cards are dragged by mouse and finger, or lifted with Space and
// carried with the arrows. A card goes to its new stage at once and back when
// the server refuses; what the server answers replaces the board.
import htmx from './htmx.js';
import { attach } from './attach.js';
import { toast } from './toast.js';

let lifted;  // { card, list, next }: a card in the air, and where it was
let sent;    // the same of a card on its way to the server
let view;    // what was seen of the board that is being replaced

const board = () => document.getElementById('board');
// The columns, or those of a card's lane.
const lists = (card) => [...(card?.closest('[data-lane]') ?? document)
    .querySelectorAll('[data-board] [data-stage]')];
const listOf = (card) => card.closest('[data-stage]');
const linkOf = (card) => card?.querySelector('.board__name');
const nameOf = (card) => linkOf(card).textContent;
const cardsOf = (list) => [...list.querySelectorAll('.board__card')];

function say(text) {
    document.getElementById('board-news').textContent = text;
}

function placeOf(card) {
    menuOf(card);
    return { card, list: listOf(card), next: card.nextElementSibling };
}

function putBack({ card, list, next }) {
    if (listOf(card) !== list || card.nextElementSibling !== next)
        list.insertBefore(card, next?.parentNode === list ? next : null);
    card.classList.remove('is-lifted', 'is-moving');
}

function remember() {
    view = { left: board().scrollLeft,
        tops: lists().map((list) => [list.dataset.stage, list.scrollTop]),
        card: linkOf(document.activeElement.closest?.('.board__card'))
            ?.pathname };
}

function restore() {
    board().scrollLeft = view.left;
    for (const [stage, top] of view.tops) {
        const list = lists().find((l) => l.dataset.stage === stage);
        if (list)
            list.scrollTop = top;
    }
    const link = view.card && board().querySelector(
        `.board__name[href="${view.card}"]`);
    link?.focus();
    link?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    view = null;
}

const swap = { target: '#board', select: '#board' };

function refresh() {
    remember();
    htmx.ajax('GET', location.pathname + location.search,
        { ...swap, source: board() });
}

function send(form, values, place) {
    sent = place;
    sent?.card.classList.add('is-moving');
    remember();
    htmx.ajax('POST', form.getAttribute('action'),
        { ...swap, source: form, values, selectOOB: '#toasts' });
}

// "Move to…": one form for all cards, made where it is wanted.
function menuOf(card) {
    const link = card.querySelector('[data-move]');
    if (link) {
        const menu = document.getElementById('move-menu')
            .content.cloneNode(true).firstElementChild;
        const form = menu.querySelector('form');
        form.action = new URL(link.href).pathname;
        form.querySelector(`[value="${listOf(card).dataset.stage}"]`)
            .remove();
        menu.querySelector('summary').setAttribute('aria-label',
            link.textContent);
        link.replaceWith(menu);
    }
    return card.querySelector('details');
}

function leave(place, stage) {
    const { card, list } = place;
    send(card.querySelector('form'), { from: list.dataset.stage, stage },
        place);
}

function drop(place) {
    const { card } = place;
    const list = listOf(card);
    card.classList.remove('is-lifted');
    if (list === place.list) {
        putBack(place);
        say(`${nameOf(card)} stays in ${list.dataset.name}.`);
        return;
    }
    say(`${nameOf(card)} dropped in ${list.dataset.name}.`);
    leave(place, list.dataset.stage);
}

function lift(card) {
    lifted = placeOf(card);
    card.classList.add('is-lifted');
    say(`${nameOf(card)} is lifted from ${lifted.list.dataset.name}. ` +
        'Left and right choose a stage, Space drops, Escape cancels.');
}

function cancel() {
    const { card, list } = lifted;
    const hadFocus = card.contains(document.activeElement);
    putBack(lifted);
    lifted = null;
    if (hadFocus)
        linkOf(card).focus();
    say(`${nameOf(card)} is back in ${list.dataset.name}.`);
}

function carry(step) {
    const { card } = lifted;
    const all = lists(card);
    const at = all.indexOf(listOf(card)) + step;
    if (!all[at])
        return;
    if (all[at] === lifted.list)
        all[at].insertBefore(card, lifted.next);
    else
        all[at].prepend(card);
    linkOf(card).focus();
    card.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    say(`${nameOf(card)}, over ${all[at].dataset.name}, ` +
        `${at + 1} of ${all.length}`);
}

function carryKey(event) {
    const steps = { ArrowLeft: -1, ArrowRight: 1 };
    if (event.key === 'Tab') {
        cancel();
        return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (steps[event.key]) {
        carry(steps[event.key]);
    } else if (event.key === 'Escape') {
        cancel();
    } else if (event.key === ' ' || event.key === 'Enter') {
        const place = lifted;
        lifted = null;
        drop(place);
    } else if (/^Arrow/.test(event.key)) {
        say('The largest accounts stand first; only the stage changes.');
    }
}

// From card to card, also over columns that are empty.
function walk(card, key) {
    const all = lists(card);
    const list = listOf(card);
    const at = cardsOf(list).indexOf(card);
    if (key === 'ArrowUp' || key === 'ArrowDown') {
        linkOf(cardsOf(list)[at + (key === 'ArrowUp' ? -1 : 1)])?.focus();
        return;
    }
    const step = key === 'ArrowLeft' ? -1 : 1;
    for (let i = all.indexOf(list) + step; all[i]; i += step) {
        const there = cardsOf(all[i]);
        if (there.length) {
            linkOf(there[Math.min(at, there.length - 1)]).focus();
            return;
        }
    }
}

document.addEventListener('keydown', (event) => {
    const card = event.target.closest?.('[data-board] .board__card');
    if (lifted) {
        carryKey(event);
    } else if (card && event.target === linkOf(card) && !event.ctrlKey &&
        !event.metaKey && !event.altKey) {
        if (event.key === ' ')
            lift(card);
        else if (/^Arrow/.test(event.key))
            walk(card, event.key);
        else
            return;
        event.preventDefault();
    }
}, true);

document.addEventListener('pointerdown', () => lifted && cancel(), true);

// "Move to…" and the panel about goals are forms, and stay on the page.
document.addEventListener('submit', (event) => {
    const form = event.target;
    const card = form.closest('[data-board] .board__card');
    if (!card && !form.closest('#move-panel'))
        return;
    event.preventDefault();
    if (!card) {
        send(form, {}, null);
        return;
    }
    const place = placeOf(card);
    const stage = event.submitter.value;
    // A folded column takes it as well; it only shows none.
    lists(card).find((list) => list.dataset.stage === stage)?.prepend(card);
    menuOf(card).open = false;
    linkOf(card).focus();
    leave(place, stage);
});

document.addEventListener('click', (event) => {
    const card = event.target.closest?.('[data-board] [data-move]')
        ?.closest('.board__card');
    if (!card || event.ctrlKey || event.metaKey || event.shiftKey)
        return;
    event.preventDefault();
    const menu = menuOf(card);
    menu.open = true;
    menu.querySelector('summary').focus();
});

// Refused: somebody was faster, or goals are open. The panel says it.
document.addEventListener('htmx:after:request', ({ detail: { ctx } }) => {
    if (!ctx.sourceElement.closest('[data-board], #move-panel'))
        return;
    // What dragging leaves behind; htmx would copy it as markup.
    for (const card of document.querySelectorAll('.board__card[style]'))
        card.removeAttribute('style');
    if (ctx.response.status < 400)
        return;
    if (sent)
        putBack(sent);
    sent = null;
    if (ctx.response.status === 409 || ctx.response.status === 422) {
        Object.assign(ctx, { select: '#move', selectOOB: null,
            target: document.getElementById('move-panel'),
            swap: 'innerMorph' });
    } else {
        ctx.swap = 'none';
        toast('Nothing was moved. Load the page again and repeat.');
    }
});

document.addEventListener('htmx:error', ({ detail: { ctx } }) => {
    if (!ctx?.sourceElement?.closest('[data-board], #move-panel'))
        return;
    if (sent)
        putBack(sent);
    sent = null;
    toast('Nothing was moved: the server cannot be reached.');
});

document.addEventListener('htmx:after:swap', () => {
    const dialog = document.getElementById('move-dialog');
    if (dialog?.querySelector('#move') && !dialog.open) {
        dialog.showModal();
        dialog.querySelector('[aria-invalid], [name^=goal], select').focus();
        say(dialog.querySelector('.problems').textContent.trim());
    } else if (view && board()) {
        restore();
    }
});

attach('#move-dialog', (dialog) => dialog.addEventListener('close', () => {
    const panel = dialog.querySelector('#move-panel');
    if (!panel.firstChild)
        return;
    panel.replaceChildren();
    refresh();
}));

function settled() {
    const dialog = document.getElementById('move-dialog');
    if (sent || dialog.open) {
        sent = null;
        dialog.querySelector('#move-panel').replaceChildren();
        if (dialog.open)
            dialog.close();
        say(document.querySelector('.toast p')?.textContent ?? '');
    }
}

async function makeDraggable(element) {
    await import('./sortable.js');
    for (const list of element.querySelectorAll('[data-stage]')) {
        let place;
        window.Sortable.create(list, { sort: false,
            group: `lane-${list.closest('[data-lane]')?.dataset.lane}`,
            draggable: '.board__card', filter: '.board__menu, [data-move]',
            preventOnFilter: false, forceFallback: true, fallbackOnBody: true,
            fallbackTolerance: 4, delay: 180, delayOnTouchOnly: true,
            touchStartThreshold: 4, animation: 0, scroll: true,
            onStart: ({ item }) => {
                place = placeOf(item);
            },
            onEnd: () => drop(place) });
    }
    element.dataset.ready = '';
}

attach('[data-board]', (element) => {
    settled();
    for (const link of element.querySelectorAll('.board__name')) {
        link.draggable = false;
        link.setAttribute('aria-describedby', 'board-hint');
    }
    // A mouse moves about before it drags; a finger does not.
    if (window.Sortable || matchMedia('(pointer: coarse)').matches)
        makeDraggable(element);
    else
        addEventListener('pointermove', () => makeDraggable(element),
            { once: true });
});

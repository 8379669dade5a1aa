// The same page with another query - a filter, an order, the next page,
// another day - and the other sections of what it shows change in its middle
// only. Addresses, back, reload and new
// tabs are what they are without scripts: whatever does not answer as
// expected is loaded as a page.
import { htmx } from './swap.js';
import { toast } from './toast.js';

const SLOW = 1500;
const fields = 'input:not([type=hidden]), select, textarea';
let timer;

async function load(url, swap = 'outerHTML') {
    const path = url.pathname + url.search;
    await htmx.ajax('GET', path, { target: '#main', select: '#main', swap,
        push: path + url.hash });
    const named = url.hash && document.getElementById(url.hash.slice(1));
    if (!named)
        return;
    named.scrollIntoView({ block: 'nearest' });
    (named.matches(fields) ? named : named.querySelector(fields))?.focus();
}

const isSection = (url) => [...document.querySelectorAll('[data-sections] a')]
    .some((tab) => tab.pathname === url.pathname);

const isHere = (url) => url.origin === location.origin &&
    (url.pathname === location.pathname
        ? !(url.hash && url.search === location.search) : isSection(url));

document.addEventListener('click', (event) => {
    const link = event.target.closest('main a[href]');
    if (!link || event.defaultPrevented || event.button || event.ctrlKey ||
        event.metaKey || event.shiftKey || event.altKey || link.target ||
        link.hasAttribute('download') || !isHere(link))
        return;
    event.preventDefault();
    const isTab = link.closest('[data-sections]');
    load(link, link.closest('.pager') ? 'outerHTML show:top' : 'outerHTML')
        .then(() => isTab && document.querySelector(
            '[data-sections] [aria-current]')?.focus());
});

document.addEventListener('submit', (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== 'get' ||
        !form.closest('main'))
        return;
    const url = new URL(form.action);
    url.search = new URLSearchParams(new FormData(form, event.submitter));
    if (!isHere(url))
        return;
    event.preventDefault();
    load(url);
});

// Other behaviours that fetch have their own answers to what goes wrong.
const isPart = (ctx) => ctx?.target?.id === 'main' ||
    ctx?.target?.closest?.('#sheet');

// What came instead of the page: the way to sign in, or an error with its
// number and a way to try again.
document.addEventListener('htmx:before:response', (event) => {
    const { response, request } = event.detail.ctx;
    if (!isPart(event.detail.ctx))
        return;
    const isElsewhere = response.raw.redirected &&
        new URL(response.raw.url).pathname !== request.action.split('?')[0];
    if (response.raw.ok && !isElsewhere)
        return;
    event.preventDefault();
    location.assign(isElsewhere ? response.raw.url : request.action);
});

document.addEventListener('htmx:error', (event) => {
    if (isPart(event.detail.ctx))
        toast('There is no connection. Try again in a moment.');
});

document.addEventListener('htmx:before:request', (event) => {
    const { target } = event.detail.ctx;
    if (target?.id !== 'main')
        return;
    target.setAttribute('aria-busy', 'true');
    clearTimeout(timer);
    timer = setTimeout(() => toast('This takes longer than usual.'), SLOW);
});

document.addEventListener('htmx:finally:request', () => {
    clearTimeout(timer);
    document.getElementById('main').removeAttribute('aria-busy');
});

// The focus goes on from the top of what is new where what had it is gone.
document.addEventListener('htmx:after:swap', (event) => {
    if (event.detail.ctx.target?.id !== 'main')
        return;
    if (document.activeElement === document.body)
        document.getElementById('main').focus({ preventScroll: true });
});

// Toasts: they go by themselves after a while that nobody spends on them, and
// a page that is loaded again does not repeat them. toast(text) shows one.
import { attach } from './attach.js';

const SECONDS = 12;

function startLeaving(element) {
    let timer;
    const stay = () => clearTimeout(timer);
    const leave = () => {
        stay();
        timer = setTimeout(() => element.close(), SECONDS * 1000);
    };
    element.addEventListener('pointerenter', stay);
    element.addEventListener('focusin', stay);
    element.addEventListener('pointerleave', leave);
    element.addEventListener('focusout', leave);
    leave();
}

function forgetDone() {
    const url = new URL(location.href);
    if (!url.searchParams.has('done'))
        return;
    url.searchParams.delete('done');
    history.replaceState(history.state, '', url);
}

attach('[data-toast]', (element) => {
    forgetDone();
    startLeaving(element);
});

export function toast(text) {
    const copy = document.getElementById('toast').content.cloneNode(true);
    copy.querySelector('p').textContent = text;
    const element = copy.firstElementChild;
    document.querySelector('.toasts').append(copy);
    startLeaving(element);
}

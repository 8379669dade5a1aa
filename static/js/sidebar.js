// The sidebar gets narrow or wide at once; the form tells the server, which
// remembers it.
import { attach } from './attach.js';

attach('[data-sidebar]', (form) => {
    const button = form.querySelector('[name=sidebar]');
    form.addEventListener('submit', (event) => {
        event.preventDefault();
        const fields = new FormData(form, button);
        document.querySelector('.shell').classList
            .toggle('shell--narrow', button.value === 'narrow');
        button.value = button.value === 'narrow' ? 'wide' : 'narrow';
        fetch(form.action, { method: 'POST', redirect: 'manual',
            body: new URLSearchParams(fields) });
    });
});

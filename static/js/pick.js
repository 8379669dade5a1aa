// Marks: with Shift, all from the one that was marked before.
import { attach } from './attach.js';

attach('[data-pick]', (form) => {
    let last;
    form.addEventListener('click', (event) => {
        if (event.target.name !== 'pick')
            return;
        const all = [...form.elements].filter((e) => e.name === 'pick');
        const ends = [all.indexOf(last), all.indexOf(event.target)];
        if (event.shiftKey && ends[0] >= 0)
            for (const box of all.slice(Math.min(...ends),
                Math.max(...ends) + 1))
                box.checked = event.target.checked;
        last = event.target;
    });
});

// A file is read into the field that takes its text.
import { attach } from './attach.js';

attach('[data-file]', (label) => {
    const input = label.querySelector('input');
    label.hidden = false;
    input.addEventListener('change', async () => {
        const [file] = input.files;
        if (file)
            document.getElementById(label.dataset.file).value =
                await file.text();
    });
});

// Esc in a form that stands in place of what it edits gives it up: it follows
// the form's own way out. Enter saves, as in any form.
document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented)
        return;
    const way = event.target.closest('form')?.querySelector('a[data-cancel]');
    if (way) {
        event.preventDefault();
        way.click();
    }
});

// Dialogs: a link to one opens it in front of everything, and the focus goes
// back to where it was when it closes. Forms in it are sent as ever.

function dialogOf(link) {
    const id = link.hash.slice(1);
    const found = id && link.pathname === location.pathname &&
        document.getElementById(id);
    return found instanceof HTMLDialogElement ? found : null;
}

// "#" in a dialog is its way out.
function isWayOut(link) {
    return link.getAttribute('href') === '#' && link.closest('dialog');
}

document.addEventListener('click', (event) => {
    const link = event.target.closest('a[href*="#"]');
    const dialog = link && dialogOf(link);
    if (dialog) {
        event.preventDefault();
        dialog.showModal();
    } else if (link && isWayOut(link)) {
        event.preventDefault();
        link.closest('dialog').close();
    } else if (event.target.matches('dialog:modal')) {
        // The dialog itself is what lies around its content: the backdrop.
        const box = event.target.getBoundingClientRect();
        if (event.clientX < box.left || event.clientX > box.right ||
            event.clientY < box.top || event.clientY > box.bottom)
            event.target.close();
    }
});

// An address that names one was opened without us.
const named = location.hash && document.querySelector('dialog:target');
if (named && !named.open)
    named.showModal();

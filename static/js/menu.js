// Menus: one is open at a time, a click elsewhere and Esc close it, and the
// arrows walk its items.

const opened = () => document.querySelectorAll('details.menu[open]');
const items = (menu) => [...menu.querySelectorAll(
    '.menu__panel :is(a, button, input, select, textarea)')];

function close(menu) {
    const hadFocus = menu.contains(document.activeElement);
    menu.open = false;
    if (hadFocus)
        menu.querySelector('summary').focus();
}

document.addEventListener('click', (event) => {
    for (const menu of opened())
        if (!menu.contains(event.target))
            close(menu);
});

function walk(menu, event) {
    const list = items(menu);
    const at = list.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !list.length || event.target.matches('select, textarea'))
        return;
    event.preventDefault();
    menu.open = true;
    list[(at + step + list.length + (at < 0 && step < 0)) % list.length]
        .focus();
}

document.addEventListener('keydown', (event) => {
    const menu = event.target.closest?.('details.menu');
    if (event.key === 'Escape' && opened().length) {
        opened().forEach(close);
        event.preventDefault();
    } else if (menu) {
        walk(menu, event);
    }
});

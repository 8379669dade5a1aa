// The palette: what the page of search finds, while one types. Accounts that
// were looked at lately come first; that list stays in this browser.

const MOST = 8;
const icons = { account: 'building', contact: 'user', page: 'arrow-right',
    action: 'zap', view: 'bookmark', recent: 'clock' };
const sprite = document.querySelector('use')?.getAttribute('href')
    .split('#')[0];
const recentKey = `recent ${document.body.dataset.tenant}`;

let dialog, input, list, status;
let results = [];
let at = 0;
let asked;
let timer;
let answered; // the question that the results are for; null: it failed

function make(name, attributes = {}, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes))
        element.setAttribute(key, value);
    element.append(...children);
    return element;
}

function icon(name) {
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    const use = document.createElementNS(svg.namespaceURI, 'use');
    svg.setAttribute('class', 'icon');
    svg.setAttribute('aria-hidden', 'true');
    use.setAttribute('href', `${sprite}#${name}`);
    svg.append(use);
    return svg;
}

function recent() {
    try {
        return JSON.parse(localStorage.getItem(recentKey)) ?? [];
    } catch {
        return [];
    }
}

function remember() {
    const url = location.pathname;
    const name = document.querySelector('h1')?.textContent.trim();
    if (!name || !/^\/dashboard\/accounts\/[0-9a-f-]{36}$/.test(url))
        return;
    const others = recent().filter((r) => r.url !== url);
    localStorage.setItem(recentKey, JSON.stringify(
        [{ kind: 'recent', name, url }, ...others].slice(0, MOST)));
}

// As it came, but accounts that were looked at lately before other accounts.
function ranked(found, q) {
    const lately = recent();
    if (!q)
        return [...lately, ...found];
    const place = ({ kind, url }) => {
        const i = lately.findIndex((r) => r.url === url);
        return kind === 'account' && i >= 0 ? i - MOST : 0;
    };
    const accounts = found.filter((r) => r.kind === 'account')
        .sort((a, b) => place(a) - place(b));
    return found.map((r) => r.kind === 'account' ? accounts.shift() : r);
}

function option(result, i) {
    const row = make('li', { role: 'option', id: `found-${i}`,
        'aria-selected': i === at }, icon(icons[result.kind]),
    make('span', { class: 'palette__name' }, result.name));
    if (result.detail)
        row.append(make('span', { class: 'hint' }, result.detail));
    if (result.health_band)
        row.append(make('span', {
            class: `health band-${result.health_band}` },
        make('b', {}, `${result.health_score ?? ''}`), result.health_label));
    row.addEventListener('click', (event) => choose(i, event));
    row.addEventListener('pointermove', () => at !== i && point(i));
    return row;
}

function point(i) {
    at = (i + results.length) % results.length || 0;
    [...list.children].forEach((row, nr) =>
        row.setAttribute('aria-selected', nr === at));
    const row = list.children[at];
    row?.scrollIntoView({ block: 'nearest' });
    if (row)
        input.setAttribute('aria-activedescendant', row.id);
    else
        input.removeAttribute('aria-activedescendant');
}

function show(found, q) {
    results = found;
    answered = q;
    list.replaceChildren(...found.map(option));
    status.textContent = found.length ? `${found.length} found`
        : 'Nothing found';
    point(0);
}

function fail(text) {
    show([], null);
    status.textContent = text;
}

async function search() {
    const q = input.value.trim();
    asked?.abort();
    asked = new AbortController();
    try {
        const answer = await fetch(
            `/api/v1/search?q=${encodeURIComponent(q)}`,
            { signal: asked.signal });
        if (answer.status === 401)
            location.reload();
        else if (answer.ok)
            show(ranked((await answer.json()).results, q), q);
        else
            fail('The search did not answer. Request ' +
                `${answer.headers.get('x-request-id')}; press Enter to retry.`);
    } catch (error) {
        if (error.name !== 'AbortError')
            fail('There is no connection; press Enter to try again.');
    }
}

function send({ url, from_id: from = '', stage_id: stage }) {
    const csrf = document.querySelector('[name=_csrf]').value;
    const form = make('form', { method: 'post', action: url, hidden: '' });
    const next = location.pathname + location.search;
    for (const [name, value] of Object.entries({ _csrf: csrf,
        from, stage, next }))
        form.append(make('input', { type: 'hidden', name, value }));
    document.body.append(form);
    form.submit();
}

function choose(i, event) {
    const result = results[i];
    if (!result)
        return;
    if (result.stage_id)
        send(result);
    else if (event.ctrlKey || event.metaKey)
        window.open(result.url, '_blank', 'noopener');
    else
        location.assign(result.url);
}

// Whoever types faster than we answer means what was typed.
async function enter(event) {
    const isRetry = answered === null;
    clearTimeout(timer);
    if (input.value.trim() !== answered)
        await search();
    if (isRetry)
        return;
    if (input.value.trim() === answered)
        choose(at, event);
}

function press(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step)
        point(at + step);
    else if (event.key === 'Enter' && !event.isComposing)
        enter(event);
    else
        return;
    event.preventDefault();
}

function build() {
    input = make('input', { type: 'text', role: 'combobox', maxlength: 100,
        'aria-expanded': 'true', 'aria-controls': 'found', autocomplete: 'off',
        'aria-label': 'Search, go, do', spellcheck: 'false',
        placeholder: 'A name, a page, “move … to …”' });
    list = make('ul', { role: 'listbox', id: 'found',
        'aria-label': 'Results' });
    status = make('p', { role: 'status' });
    const foot = make('div', { class: 'hint palette__foot' }, status,
        make('kbd', {}, '↑ ↓'), 'choose', make('kbd', {}, 'Enter'), 'open',
        make('kbd', {}, 'Ctrl Enter'), 'in a new tab');
    dialog = make('dialog', { class: 'dialog palette',
        'aria-label': 'Search, go, do' },
    make('div', { class: 'palette__head' }, icon('search'), input,
        make('kbd', { 'aria-hidden': 'true' }, 'Esc')), list, foot);
    input.addEventListener('input', () => {
        clearTimeout(timer);
        timer = setTimeout(search, 60);
    });
    input.addEventListener('keydown', press);
    document.body.append(dialog);
}

function open() {
    if (!dialog)
        build();
    if (document.querySelector('dialog:modal'))
        return;
    input.value = '';
    show(recent());
    dialog.showModal();
    input.focus();
    search();
}

remember();
document.addEventListener('keydown', (event) => {
    if (event.key.toLowerCase() === 'k' && !event.altKey && !event.shiftKey &&
        (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        open();
    }
});
document.querySelector('[data-palette]')?.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey)
        return;
    event.preventDefault();
    open();
});

// What scripts smooth; every page works without them. One module for each
// behaviour: it attaches itself to its data attribute.
import './swap.js';
import './part.js';
import './dialog.js';
import './menu.js';
import './toast.js';
import './sidebar.js';
import './shortcuts.js';
import './palette.js';
import './board.js';
import './cancel.js';
import './pick.js';
import './file.js';

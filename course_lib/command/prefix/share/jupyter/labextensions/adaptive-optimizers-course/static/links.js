// A click on a term opens the page of all terms. JupyterLab looks there for the term before the
// page has been drawn, and Notebook opens it in another tab without a word of the term: both stay
// at the top. So the click leaves a note, and the page that opens looks for the term itself.

const NOTE = "adaptive-optimizers:term";
const FRESH = 30_000, PAUSE = 100, PATIENCE = 100; // ms, ms, and how often

export function followLinks(panel) {
  panel.content.node.addEventListener("click", (event) => {
    const link = event.target.closest("a[href*='.ipynb']");
    if (link?.hash) leave({ path: decodeURI(link.pathname), hash: link.hash, at: Date.now() });
  }, true); // before JupyterLab follows it
  const note = take();
  if (note?.path.endsWith(`/${panel.context.localPath}`) && Date.now() - note.at < FRESH) {
    land(panel, CSS.escape(decodeURIComponent(note.hash.slice(1))));
  }
}

async function land(panel, term) {
  let before = null, steady = 0;
  for (let i = 0; i < PATIENCE && steady < 3; i++) {
    await new Promise((done) => setTimeout(done, PAUSE));
    const found = panel.content.node.querySelector(`[data-jupyter-id="${term}"], [id="${term}"]`);
    if (!found || !panel.isVisible) continue;
    found.scrollIntoView({ block: "start" });
    const { top } = found.getBoundingClientRect(); // cells above take their size when they are drawn
    steady = top === before ? steady + 1 : 0;
    before = top;
  }
}

// A browser may keep nothing: then the page opens at its top.
function leave(note) {
  try {
    localStorage.setItem(NOTE, JSON.stringify(note));
  } catch { /* as above */ }
}

function take() {
  try {
    const note = JSON.parse(localStorage.getItem(NOTE));
    localStorage.removeItem(NOTE);
    return note;
  } catch {
    return null;
  }
}

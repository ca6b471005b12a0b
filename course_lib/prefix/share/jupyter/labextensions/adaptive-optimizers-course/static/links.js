// A click on a term opens the page of all terms. JupyterLab looks there for the term before the
// page has been drawn, does not find it, and stays at the top: so look again.

const PAUSE = 100, PATIENCE = 100; // ms, and how often
const pause = () => new Promise((done) => setTimeout(done, PAUSE));

export function followLinks(tracker, panel) {
  panel.content.node.addEventListener("click", (event) => {
    const link = event.target.closest("a[href*='.ipynb']");
    if (link?.hash) land(tracker, decodeURI(link.pathname), decodeURIComponent(link.hash.slice(1)));
  });
}

async function land(tracker, path, term) {
  const name = CSS.escape(term);
  let before = null, steady = 0;
  for (let i = 0; i < PATIENCE && steady < 3; i++) {
    await pause();
    const there = tracker.find((one) => path.endsWith(`/${one.context.localPath}`) && one.isVisible);
    const found = there?.content.node.querySelector(`[data-jupyter-id="${name}"], #${name}`);
    if (!found) continue;
    found.scrollIntoView({ block: "start" });
    const { top } = found.getBoundingClientRect(); // cells above take their size when they are drawn
    steady = top === before ? steady + 1 : 0;
    before = top;
  }
}

// What only JupyterLab can do for a lesson. Nothing that a lesson needs hangs on it, and notebooks
// that do not use the course are left alone.

import { keepClean } from "./clean.js";
import { followLinks } from "./links.js";
import { rememberPredictions } from "./predictions.js";

export function start(tracker) {
  const style = document.createElement("link");
  Object.assign(style, { rel: "stylesheet", href: new URL("style.css", import.meta.url) });
  document.head.append(style);
  const open = (panel) => panel.context.ready.then(() => { if (isOurs(panel)) care(panel); });
  tracker.forEach(open);
  tracker.widgetAdded.connect((_, panel) => open(panel));
}

function isOurs(panel) {
  return [...panel.model.cells].some(
    (cell) => cell.sharedModel.source.includes("course_lib"),
  );
}

function care(panel) {
  panel.addClass("course-notebook");
  keepClean(panel.model);
  followLinks(panel);
  rememberPredictions(panel);
}

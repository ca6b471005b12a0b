// A lesson that is opened again has no kernel, so its questions stand there as text. What was
// answered earlier is in the browser's memory (course_lib/explore/hand.js keeps it there).

export function rememberPredictions(panel) {
  let waits = false;
  const look = () => { waits = false; tell(panel); };
  const observer = new MutationObserver(() => {
    if (!waits) requestAnimationFrame(look);
    waits = true;
  });
  observer.observe(panel.content.node, { childList: true, subtree: true });
  panel.disposed.connect(() => observer.disconnect());
  look();
}

function tell(panel) {
  let asked = null; // the question above, live or as text; none while its cell is run
  const all = ".jp-CodeCell, .course-quiz, .course-quiz-still, .course-answer";
  for (const el of panel.node.querySelectorAll(all)) {
    if (el.matches(".jp-CodeCell")) {
      const source = el.querySelector(".jp-InputPlaceholder, .jp-InputArea-editor")?.textContent;
      if (/^\s*cl\.predict\(/.test(source)) asked = null;
    } else if (!el.matches(".course-answer")) {
      asked = el;
      if (el.matches(".course-quiz-still") && !el.dataset.told) tellStill(panel, el);
    } else if (asked?.dataset.committed && !el.dataset.opened) {
      el.dataset.opened = "yes"; // once: who folds it afterwards has read it
      el.open = true;
    }
  }
}

function tellStill(panel, still) {
  const kept = memory(key(panel, still));
  const options = [...still.closest(".jp-RenderedMarkdown").querySelectorAll("li")];
  const chosen = options[kept?.last];
  if (!chosen) return;
  const right = options[kept.right];
  still.dataset.told = still.dataset.committed = "yes";
  const told = [`You chose: ${chosen.textContent}`];
  if (right) told[0] += right === chosen ? " ✓" : " ✗";
  if (right && right !== chosen) told.push(`The answer is: ${right.textContent}`);
  still.replaceChildren(...told.map((text) => {
    return Object.assign(document.createElement("div"), { textContent: text });
  }));
}

// The name of a question in the memory stands in its output's metadata.
function key(panel, still) {
  for (const { outputArea } of panel.content.widgets) {
    const i = outputArea?.widgets.findIndex((output) => output.node.contains(still)) ?? -1;
    if (i >= 0) return outputArea.model.get(i)?.metadata.course?.prediction;
  }
}

function memory(key) {
  try {
    return JSON.parse(localStorage.getItem(`adaptive-optimizers:prediction:${key}`));
  } catch {
    return null; // a browser that keeps nothing, or something that is not ours
  }
}

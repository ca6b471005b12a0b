// What predictions and pictures share in the page: the keyboard, memory, the place on the screen.

// Once for the page, however many widgets load this.
const course = (globalThis.adaptiveOptimizers ??= { remembers: true, groups: 0, listens: false });

// A browser may keep nothing (a private window, a frame without rights): then the course goes on
// without memory, and says so once.
const memory = {
  read(kind, key) {
    try {
      return JSON.parse(localStorage.getItem(`adaptive-optimizers:${kind}:${key}`));
    } catch (error) {
      if (!(error instanceof SyntaxError)) course.remembers = false;
      return null;
    }
  },
  write(kind, key, value) {
    try {
      localStorage.setItem(`adaptive-optimizers:${kind}:${key}`, JSON.stringify(value));
    } catch {
      course.remembers = false;
    }
  },
  // Another tab has written it.
  heard(kind, key, listener) {
    const name = `adaptive-optimizers:${kind}:${key}`;
    const heard = (event) => { if (event.key === name) listener(memory.read(kind, key)); };
    addEventListener("storage", heard);
    return () => removeEventListener("storage", heard);
  },
};

function notice(el) {
  if (course.remembers || course.told) return;
  course.told = true;
  const told = document.createElement("p");
  told.className = "course-notice";
  told.textContent =
    "This browser lets the course remember nothing: your answers and the places of the controls stay until you leave this page.";
  el.append(told);
}

const cellOf = (el) => el.closest(".jp-Cell");

// As a click beside the next cell: JupyterLab makes it the active one.
function goOn(cell) {
  let next = cell.nextElementSibling;
  while (next && !next.matches(".jp-Cell")) next = next.nextElementSibling;
  if (!next) return;
  document.activeElement?.blur();
  next.dispatchEvent(new MouseEvent("mousedown", { bubbles: true, cancelable: true }));
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

// JupyterLab listens to keys first. Inside a box plain keys belong to what has the focus, keys with
// Ctrl or Cmd to JupyterLab (save), Shift+Enter goes to the next cell and Escape leaves the box.
function heardKey(event) {
  const box = event.target.closest?.(".course-box"), cell = box && cellOf(box);
  if (!cell) return;
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey, full = document.fullscreenElement;
  if (full && event.key === "Escape") document.exitFullscreen(); // where the browser does not
  if (plain && !full && event.key === "Enter" && event.shiftKey) goOn(cell);
  else if (plain && !full && event.key === "Escape") cell.focus();
  else return void event.target.toggleAttribute("data-lm-suppress-shortcuts", plain);
  event.preventDefault();
  event.stopImmediatePropagation();
}

// A cell that asks and has not been run, or is being run, has nothing to show but its code.
const asks = (cell) =>
  /^\s*cl\.predict\(/.test(cell.querySelector(".jp-InputPlaceholder, .jp-InputArea-editor")?.textContent ?? "");

// An answer that stands folded between a committed prediction and the next one opens, once; it folds
// again when the question is asked again.
const ASKED = ".jp-CodeCell, .course-quiz, .course-quiz-still, details.course-answer";
function openAnswers() {
  let asked = null, page = null;
  for (const el of document.querySelectorAll(ASKED)) {
    const notebook = el.closest(".jp-Notebook, main, body");
    if (notebook !== page) [asked, page] = [null, notebook];
    if (el.matches(".jp-CodeCell")) asked = asks(el) ? null : asked;
    else if (!el.matches("details")) asked = el;
    else if (asked?.dataset.committed && !el.dataset.opened) {
      el.open = true;
      el.dataset.opened = "yes";
    } else if (asked?.matches(".course-quiz:not([data-committed])") && el.dataset.opened) {
      el.open = false;
      delete el.dataset.opened;
    }
  }
}

function listen() {
  if (course.listens) return;
  course.listens = true;
  addEventListener("keydown", heardKey, true); // on the window, before JupyterLab's on the document
  let waits = false;
  new MutationObserver(() => {
    if (waits) return;
    waits = true;
    setTimeout(() => { waits = false; openAnswers(); }, 50);
  }).observe(document.body, { childList: true, subtree: true });
}

function button(text, hint, press) {
  const made = document.createElement("button");
  Object.assign(made, { type: "button", textContent: text, title: hint });
  made.addEventListener("click", press);
  return made;
}

function fullScreen(box) {
  const made = button("Full screen", "As large as the screen; Escape ends it", () =>
    document.fullscreenElement ? document.exitFullscreen() : box.requestFullscreen(),
  );
  made.hidden = !document.fullscreenEnabled;
  box.addEventListener("fullscreenchange", () => {
    made.textContent = document.fullscreenElement ? "Leave full screen" : "Full screen";
  });
  return made;
}

// JupyterLab scrolls to the cell after the one that was run, and again when cells get their sizes.
// What was run stays whole on the screen, until a hand does something else.
function showWhole(el, tries = 40) {
  if (!el.isConnected && tries) return void setTimeout(showWhole, 50, el, tries - 1);
  const box = el.closest(".course-box") ?? el, cell = cellOf(el), frame = box.closest(".jp-WindowedPanel-outer, .jp-Notebook");
  if (!cell || !frame) return;
  function whole() {
    const active = cell.parentElement?.querySelector(":scope > .jp-mod-active");
    if (active === cell || active === cell.nextElementSibling) look();
  }
  function look() {
    const seen = frame.getBoundingClientRect(), at = box.getBoundingClientRect();
    if (at.top >= seen.top && at.bottom <= seen.bottom) return;
    frame.scrollTop += at.top - seen.top - Math.max(0, Math.min(8, seen.height - at.height));
  }
  const grows = new ResizeObserver(whole), acts = ["wheel", "pointerdown", "keydown"];
  function end() {
    grows.disconnect();
    frame.removeEventListener("scroll", whole);
    for (const act of acts) removeEventListener(act, end, true);
  }
  grows.observe(box);
  frame.addEventListener("scroll", whole);
  for (const act of acts) addEventListener(act, end, true);
  setTimeout(end, 3000);
  // So does what the keyboard comes to.
  box.addEventListener("focusin", ({ target }) => {
    if (box.offsetHeight > frame.clientHeight || !target.matches(":focus-visible")) return;
    setTimeout(look, 100); // after JupyterLab's own scrolling
  });
}

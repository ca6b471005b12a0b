// The page's half of the explorer: looks up the picture that the controls point at and draws it.

function index(strides, model) {
  return Object.entries(strides).reduce((sum, [at, stride]) => sum + stride * model.get(at), 0);
}

// Corners of the markers in units of their radius, as matplotlib draws them.
const DIAGONAL = Math.SQRT2;
const CORNERS = {
  s: [[-1, -1], [1, -1], [1, 1], [-1, 1]],
  D: [[0, -DIAGONAL], [DIAGONAL, 0], [0, DIAGONAL], [-DIAGONAL, 0]],
  "^": [[0, -1], [1, 1], [-1, 1]],
  v: [[0, 1], [1, -1], [-1, -1]],
};

// Hollow where it stands at the edge for an end that lies outside.
function mark(context, { marker, radius, colour }, x, y, inside) {
  context.beginPath();
  if (marker === "o") context.arc(x, y, radius, 0, 2 * Math.PI);
  else for (const [dx, dy] of CORNERS[marker]) context.lineTo(x + radius * dx, y + radius * dy);
  context.closePath();
  context.setLineDash([]);
  context.fillStyle = inside ? colour : "white";
  context.strokeStyle = inside ? "white" : colour;
  context.lineWidth = inside ? 1 : 2;
  context.fill();
  context.stroke();
}

const NARROWEST = 560; // CSS pixels that the usual shape needs
const [USUAL, NARROW, WIDE] = [0, 1, 2];

async function render({ model, el }) {
  listen();
  const spec = model.get("spec");
  const bytes = model.get("table");
  const table = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const stills = model.get("stills");
  const pictures = []; // of a shape: decoded when it is first needed
  let shape = null; // none yet

  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  const words = document.createElement("p");
  words.setAttribute("aria-live", "polite");
  const goals = document.createElement("ul");
  goals.className = "course-goals";
  goals.setAttribute("aria-live", "polite");
  const tools = document.createElement("div");
  tools.className = "course-tools";
  const again = button("Start again", "Every control where it was at first", () => { move(start); keep(); });
  tools.append(again);
  el.classList.add("course-explorer");
  el.replaceChildren(canvas, words, goals, tools);

  const context = canvas.getContext("2d");

  function decode(which) {
    pictures[which] ??= Promise.all(
      stills[which].map((png) => createImageBitmap(new Blob([png], { type: "image/png" }))),
    ).then((bitmaps) => { pictures[which] = bitmaps; });
    return pictures[which];
  }

  // Where a line's numbers begin and end in the table.
  function span({ offset, points, strides, upto }) {
    const start = offset + 2 * points * index(strides, model);
    return [start, start + 2 * (upto ? model.get(upto) + 1 : points)];
  }

  function stroke(line, [left, top, wide, high]) {
    const [start, end] = span(line);
    context.save();
    context.beginPath();
    context.rect(left, top, wide, high);
    context.clip();
    context.beginPath();
    let down = false; // NaN lifts the pen
    for (let i = start; i < end; i += 2) {
      const x = left + wide * table[i], y = top + high * (1 - table[i + 1]);
      if (Number.isNaN(x) || Number.isNaN(y)) down = false;
      else if (down) context.lineTo(x, y);
      else { context.moveTo(x, y); down = true; }
    }
    context.lineJoin = "round";
    context.strokeStyle = line.colour;
    context.lineWidth = line.width;
    context.setLineDash(line.dash);
    context.stroke();
    context.restore();
  }

  function finish(line, [left, top, wide, high]) {
    const [fx, fy] = table.slice(span(line)[1] - 2, span(line)[1]);
    if (!line.marker || Number.isNaN(fx) || Number.isNaN(fy)) return;
    const x = left + wide * fx, y = top + high * (1 - fy);
    const atX = Math.min(Math.max(x, left), left + wide), atY = Math.min(Math.max(y, top), top + high);
    mark(context, line, atX, atY, Math.max(Math.abs(x - atX), Math.abs(y - atY)) < 0.5);
  }

  const boxes = () => spec.layouts[shape].boxes[index(spec.still, model)];

  // A click or a drag in the first axes takes the nearest values of the controls that it sets.
  function place(event) {
    if (!event.buttons) return;
    const [left, top, wide, high] = boxes()[0];
    const scale = spec.layouts[shape].size[0] / canvas.clientWidth;
    const hit = [(event.offsetX * scale - left) / wide, 1 - (event.offsetY * scale - top) / high];
    if (hit.some((fraction) => fraction < 0 || fraction > 1)) return;
    Object.entries(spec.places[index(spec.still, model)]).forEach(([name, fractions], axis) => {
      const apart = fractions.map((fraction) => Math.abs(fraction - hit[axis]));
      model.set(name, apart.indexOf(Math.min(...apart)));
    });
    model.save_changes();
  }
  if (spec.places.length) for (const event of ["pointerdown", "pointermove"]) canvas.addEventListener(event, place);

  function draw() {
    if (!Array.isArray(pictures[shape])) return;
    const [width, height] = spec.layouts[shape].size;
    const scale = canvas.width / width;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.imageSmoothingQuality = "high";
    context.drawImage(pictures[shape][index(spec.still, model)], 0, 0, width, height);
    const at = boxes();
    for (const line of spec.lines) stroke(line, at[line.ax]);
    for (const line of spec.lines) finish(line, at[line.ax]);
    const texts = spec.words.map((w) => ({ shown: w.shown, text: w.texts[index(w.strides, model)] }));
    const join = (some) => some.map((t) => t.text).filter(Boolean).join(" ");
    canvas.setAttribute("aria-label", join(texts));
    const shown = join(texts.filter((t) => t.shown));
    if (words.textContent !== shown) words.textContent = shown;
    tell();
  }

  const told = spec.goals.map(() => {
    const item = document.createElement("li");
    goals.append(item);
    return { item };
  });
  let last = -1; // the goal that was reached last
  function tell() {
    const reach = spec.goals.map((goal) => goal.reached[index(goal.strides, model)]);
    last = reach.reduce((newest, reached, i) => (reached && !told[i].item.matches(".reached") ? i : newest), last);
    const next = reach.indexOf(false);
    reach.forEach((reached, i) => { told[i].before ||= reached; });
    spec.goals.forEach((goal, i) => {
      const at = index(goal.strides, model), reached = reach[i];
      told[i].item.classList.toggle("now", i === next || (i === last && reached));
      told[i].item.classList.toggle("reached", reached);
      told[i].item.classList.toggle("before", !reached && told[i].before);
      const text = reached ? `Reached: ${goal.told[at]}` : `Goal: ${goal.text}. ${goal.told[at]}`;
      if (told[i].item.textContent !== text) told[i].item.textContent = text;
    });
  }

  // The shape that fits, and as many pixels as the screen has under the canvas, also after zooming.
  async function fit() {
    if (!el.clientWidth) return; // not on the page yet, or hidden
    const box = el.closest(".course-box") ?? el;
    const full = document.fullscreenElement && document.fullscreenElement.contains(el);
    // With its controls and its words it stays on one screen.
    const frame = full ? innerHeight : el.closest(".jp-WindowedPanel-outer")?.clientHeight ?? innerHeight;
    const parts = box === el ? [el] : [...box.children];
    const rest = parts.reduce((sum, part) => sum + part.offsetHeight, 24) - canvas.offsetHeight;
    const low = full || frame - rest < 0.8 * spec.layouts[USUAL].size[1];
    const wanted = el.clientWidth < NARROWEST && !full ? NARROW : low ? WIDE : USUAL;
    if (wanted !== shape) {
      await decode(wanted);
      shape = wanted;
    }
    const [width, height] = spec.layouts[shape].size;
    const room = Math.max(frame - rest, 0.6 * height);
    const widest = full ? Infinity : spec.layouts[USUAL].size[0];
    canvas.style.aspectRatio = `${width} / ${height}`;
    // Stacked panels may scroll.
    canvas.style.maxWidth = shape === NARROW ? "" : `${Math.min(widest, (room * width) / height)}px`;
    const pixels = Math.round(Math.max(canvas.clientWidth, 1) * devicePixelRatio);
    if (canvas.width !== pixels || canvas.dataset.shape !== String(shape)) {
      canvas.width = pixels;
      canvas.height = Math.round((pixels * height) / width);
      canvas.dataset.shape = shape;
      draw();
    }
    const names = ["Play", "Stop", "Repeat"];
    box.querySelectorAll(".widget-play").forEach((player) =>
      player.querySelectorAll("button").forEach((made, i) => {
        made.title = names[i];
        made.setAttribute("aria-label", names[i]);
      }),
    );
    if (box !== el && !tools.querySelector(".course-full")) {
      const made = fullScreen(box);
      made.classList.add("course-full");
      tools.append(made);
    }
  }
  const resize = new ResizeObserver(fit);
  resize.observe(el);
  for (const event of ["resize", "fullscreenchange"]) addEventListener(event, fit);

  // Positions: those of last time, here or in another tab.
  const start = model.get("start"), key = model.get("key");
  let moving = false;
  function move(positions) {
    const known = Object.entries(positions ?? {}).filter(([name]) => name in start);
    moving = true; // what comes from memory need not be written there
    for (const [name, at] of known) model.set(name, at);
    moving = false;
    model.save_changes();
  }
  function keep() {
    if (moving) return;
    const positions = Object.fromEntries(spec.controls.map((name) => [name, model.get(name)]));
    memory.write("controls", key, positions);
    notice(el);
  }

  await fit();
  const changes = spec.controls.map((name) => `change:${name}`);
  for (const change of changes) {
    model.on(change, draw);
    model.on(change, keep);
  }
  const unheard = memory.heard("controls", key, move);
  const kept = memory.read("controls", key);
  if (kept) move(kept);
  notice(el);
  draw();
  showWhole(el);
  return () => {
    resize.disconnect();
    unheard();
    for (const event of ["resize", "fullscreenchange"]) removeEventListener(event, fit);
    for (const change of changes) {
      model.off(change, draw);
      model.off(change, keep);
    }
  };
}

export default { render };

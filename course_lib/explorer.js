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

async function render({ model, el }) {
  const spec = model.get("spec");
  const bytes = model.get("table");
  const table = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const [width, height] = spec.size;

  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  canvas.style.maxWidth = `${width}px`;
  canvas.style.aspectRatio = `${width} / ${height}`;
  const words = document.createElement("p");
  words.setAttribute("aria-live", "polite");
  el.classList.add("course-explorer");
  el.replaceChildren(canvas, words);

  const context = canvas.getContext("2d");
  const stills = await Promise.all(
    model.get("stills").map((png) => createImageBitmap(new Blob([png], { type: "image/png" }))),
  );

  // Where a line's numbers begin and end in the table.
  function span({ offset, points, strides, upto }) {
    const start = offset + 2 * points * index(strides, model);
    return [start, start + 2 * (upto ? model.get(upto) + 1 : points)];
  }

  function stroke(line) {
    const { clips, colour, width, dash } = line;
    const [start, end] = span(line);
    context.save();
    context.beginPath();
    context.rect(...clips[index(spec.stills, model)]);
    context.clip();
    context.beginPath();
    let down = false; // NaN lifts the pen
    for (let i = start; i < end; i += 2) {
      const x = table[i], y = table[i + 1];
      if (Number.isNaN(x) || Number.isNaN(y)) down = false;
      else if (down) context.lineTo(x, y);
      else { context.moveTo(x, y); down = true; }
    }
    context.lineJoin = "round";
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.setLineDash(dash);
    context.stroke();
    context.restore();
  }

  function finish(line) {
    const [x, y] = table.slice(span(line)[1] - 2, span(line)[1]);
    if (!line.marker || Number.isNaN(x) || Number.isNaN(y)) return;
    const [left, top, wide, high] = line.clips[index(spec.stills, model)];
    const atX = Math.min(Math.max(x, left), left + wide), atY = Math.min(Math.max(y, top), top + high);
    mark(context, line, atX, atY, Math.max(Math.abs(x - atX), Math.abs(y - atY)) < 0.5);
  }

  // A click or a drag in the first axes takes the nearest values of the controls that it sets.
  function place(event) {
    if (!event.buttons) return;
    const { box: [left, right, top, bottom], at } = spec.places[index(spec.stills, model)];
    const scale = width / canvas.clientWidth, hit = [event.offsetX * scale, event.offsetY * scale];
    if (hit[0] < left || hit[0] > right || hit[1] < top || hit[1] > bottom) return;
    Object.entries(at).forEach(([name, pixels], axis) => {
      const apart = pixels.map((pixel) => Math.abs(pixel - hit[axis]));
      model.set(name, apart.indexOf(Math.min(...apart)));
    });
    model.save_changes();
  }
  if (spec.places.length) for (const event of ["pointerdown", "pointermove"]) canvas.addEventListener(event, place);

  function draw() {
    const scale = canvas.width / width;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.imageSmoothingQuality = "high";
    context.drawImage(stills[index(spec.stills, model)], 0, 0, width, height);
    spec.lines.forEach(stroke);
    spec.lines.forEach(finish);
    const texts = spec.words.map((w) => ({ shown: w.shown, text: w.texts[index(w.strides, model)] }));
    canvas.setAttribute("aria-label", texts.map((t) => t.text).join(" "));
    words.textContent = texts.filter((t) => t.shown).map((t) => t.text).join(" ");
  }

  // As many pixels as the screen has under the canvas, also after zooming.
  function fit() {
    // JupyterLab takes arrow keys for its own; at the controls they belong to the controls.
    el.closest(".widget-vbox")?.setAttribute("data-lm-suppress-shortcuts", "true");
    const pixels = Math.round(Math.max(canvas.clientWidth, 1) * devicePixelRatio);
    if (canvas.width === pixels) return;
    canvas.width = pixels;
    canvas.height = Math.round((pixels * height) / width);
    draw();
  }
  const resize = new ResizeObserver(fit);
  resize.observe(canvas);
  window.addEventListener("resize", fit); // zooming may change the density alone

  const changes = spec.controls.map((name) => `change:${name}`);
  draw();
  for (const change of changes) model.on(change, draw);
  return () => {
    resize.disconnect();
    window.removeEventListener("resize", fit);
    for (const change of changes) model.off(change, draw);
  };
}

export default { render };

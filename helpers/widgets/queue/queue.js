const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 1000;
const HEIGHT = 64;

function drawn(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** One run: its name, the depth of its queue over time, and the end of what the face shows. */
function makeStrip(name, capacity) {
  const area = drawn("path", { class: "sa-queue-area", d: "" });
  const model = drawn("line", { class: "sa-queue-model", y1: 0, y2: HEIGHT });
  const face = drawn("line", { class: "sa-queue-done", y1: 0, y2: HEIGHT });
  const chart = drawn(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    area,
    drawn("line", { class: "sa-queue-full", x1: 0, x2: WIDTH, y1: 4, y2: 4 }),
    drawn("line", { class: "sa-queue-base", x1: 0, x2: WIDTH, y1: HEIGHT - 1, y2: HEIGHT - 1 }),
    model,
    face,
  );
  const tail = element("span", { className: "sa-code sa-queue-tail" });
  const words = element("span", { className: "sa-queue-words" });
  const marks = element("div", { className: "sa-queue-marks", "aria-hidden": "true" });
  const node = element(
    "section",
    { className: "sa-queue-strip", "aria-label": name },
    element("div", { className: "sa-queue-name" }, element("b", { textContent: name }), words),
    element(
      "div",
      { className: "sa-queue-chart" },
      element("div", { className: "sa-axis sa-queue-scale", "aria-hidden": "true" }, element("span", { textContent: capacity }), element("span", { textContent: "0" })),
      element("div", { className: "sa-queue-plot" }, chart, marks),
    ),
    element("div", { className: "sa-queue-face" }, element("span", { className: "sa-axis", textContent: "face" }), tail),
  );
  let points = [];
  let shown = {};

  function place(line, seconds, span) {
    const visible = seconds !== null && seconds !== undefined;
    line.style.display = visible ? "" : "none";
    if (visible) {
      const x = Math.min(seconds / span, 1) * WIDTH;
      line.setAttribute("x1", x);
      line.setAttribute("x2", x);
    }
  }

  function mark(text, seconds, span, className) {
    const share = Math.min(seconds / span, 1);
    const node = element("span", { className: `sa-axis ${className}`, textContent: text });
    // To the side on which there is room.
    if (share > 0.6) node.style.right = `${(1 - share) * 100}%`;
    else node.style.left = `${share * 100}%`;
    return node;
  }

  function draw(span) {
    const at = points.length ? points[points.length - 1][0] : 0;
    const x = (seconds) => ((Math.min(seconds / span, 1) * WIDTH).toFixed(1));
    const y = (depth) => (HEIGHT - 1 - (HEIGHT - 5) * Math.min(depth / capacity, 1)).toFixed(1);
    area.setAttribute(
      "d",
      points.length ? `M${x(points[0][0])} ${HEIGHT}${points.map(([t, depth]) => `L${x(t)} ${y(depth)}`).join("")}L${x(at)} ${HEIGHT}Z` : "",
    );
    const written = shown.written !== null && at >= shown.written ? shown.written : null;
    const ended = shown.state === "done" ? shown.ended : null;
    place(model, written, span);
    place(face, ended, span);
    const labels = [];
    if (ended !== null && written !== null && ended - written < 0.2 * span) labels.push(mark("model done, face done", ended, span, "sa-queue-good"));
    else {
      if (written !== null) labels.push(mark("model done", written, span, ""));
      if (ended !== null) labels.push(mark("face done", ended, span, "sa-queue-good"));
    }
    marks.replaceChildren(...labels);
    tail.textContent = shown.tail || "–";
    words.textContent = ["ready", "running"].includes(shown.state) ? "" : shown.words;
    words.classList.toggle("sa-problem", shown.words.startsWith("✕"));
  }

  return {
    node,
    get state() {
      return shown.state;
    },
    get cells() {
      return shown.cells;
    },
    get words() {
      return shown.words;
    },
    get latest() {
      return points.length ? points[points.length - 1][0] : 0;
    },
    begin() {
      points = [];
    },
    take({ point, points: all, ...rest }) {
      if (all) points = all;
      if (point) points.push(point);
      shown = rest;
    },
    draw,
  };
}

function render({ model, el }) {
  // Radio groups of two views must differ, and each view may have its own copy of this module.
  const group = `sa-queue-${Math.random()}`;
  const { policies, chosen, header, span: known, capacity, tokens_per_second: rate, face_per_second: rest } = model.get("setup");
  const start = element("button", { type: "button", textContent: "Start", className: "sa-primary" });
  const stop = element("button", { type: "button", textContent: "Stop", disabled: true });
  const inputs = policies.map(([id, name]) => {
    const input = element("input", { type: "radio", name: group, checked: id === chosen });
    input.addEventListener("change", () => model.send({ op: "choose", policy: id }));
    return [input, element("label", {}, input, element("span", { textContent: name.split(":")[0] }))];
  });
  const clock = element("span", { className: "sa-queue-clock" });
  const status = element("div", { className: "sa-twin", role: "status" });
  const strips = new Map(policies.map(([id, name]) => [id, makeStrip(name, capacity)]));
  const axis = element("div", { className: "sa-axis sa-queue-axis", "aria-hidden": "true" });
  const rows = new Map(
    policies.map(([id]) => {
      const [first, ...others] = header;
      return [id, element("tr", {}, element("th", { scope: "row" }), ...others.map(() => element("td")))];
    }),
  );
  const table = element(
    "table",
    {},
    element("thead", {}, element("tr", {}, ...header.map((words) => element("th", { scope: "col", textContent: words })))),
    element("tbody", {}, ...rows.values()),
  );
  const format = (number) => number.toLocaleString("en");
  const root = element(
    "div",
    { className: "sa sa-queue", role: "group", "aria-label": "The depth of a bounded queue" },
    element(
      "div",
      { className: "sa-row" },
      start,
      stop,
      element("div", { className: "sa-row sa-queue-choices", role: "radiogroup", "aria-label": "What a full queue does" }, element("span", { className: "sa-note", textContent: "When full:", "aria-hidden": "true" }), ...inputs.map(([, label]) => label)),
      clock,
    ),
    element("p", { className: "sa-note sa-queue-about", textContent: `The model writes ${format(rate)} tokens a second, the face shows ${format(rest)} events a second, and a queue between them holds ${format(capacity)}.` }),
    ...[...strips.values()].map((strip) => strip.node),
    axis,
    element("div", { className: "sa-queue-table", tabIndex: 0, role: "region", "aria-label": "The numbers" }, table),
    status,
  );
  keepKeys(root);
  el.append(root);

  let span = 0;
  let running = false;
  let current = null;

  function drawAxis(seconds) {
    if (seconds === span) return;
    span = seconds;
    const step = [0.5, 1, 2, 5, 10, 20, 60].find((step) => span / step <= 8) ?? 60;
    const ticks = Array.from({ length: Math.floor(span / step) + 1 }, (_, i) => i * step);
    axis.replaceChildren(
      ...ticks.map((tick) => {
        const label = element("span", { textContent: `${tick} s`, className: tick === span ? "sa-queue-last" : "" });
        label.style.left = `${(100 * tick) / span}%`;
        return label;
      }),
    );
  }

  function drawRow(id) {
    rows.get(id).childNodes.forEach((cell, i) => {
      const words = strips.get(id).cells[i];
      if (cell.textContent !== words) cell.textContent = words;
    });
  }

  function draw() {
    const latest = Math.max(...[...strips.values()].map((strip) => strip.latest));
    const before = span;
    drawAxis(latest > known ? Math.ceil(latest / 5) * 5 : known);
    for (const [id, strip] of strips) {
      if (id === current || before !== span || current === null) {
        strip.draw(span);
        drawRow(id);
      }
    }
    running = [...strips.values()].some((strip) => strip.state === "running");
    const begun = [...strips.values()].some((strip) => strip.state !== "ready");
    showButtons(root, start, stop, running, begun);
    for (const [input] of inputs) input.disabled = running;
    clock.textContent = current === null ? "0.0 s" : `${strips.get(current).latest.toFixed(1)} s`;
    const words = !begun ? "Press Start." : running ? "Running." : (strips.get(current)?.words ?? "");
    if (status.textContent !== words) status.textContent = words;
  }

  /** All that the kernel knows, from the trait that is saved. */
  function settle() {
    const { floods } = model.get("state");
    for (const [id, flood] of Object.entries(floods)) {
      strips.get(id).take(flood);
      if (flood.ended !== null && !running) current ??= id;
    }
    const last = current;
    current = null; // draw every strip
    draw();
    current = last;
    draw();
  }

  start.addEventListener("click", () => model.send({ op: "start" }));
  stop.addEventListener("click", () => model.send({ op: "stop" }));
  // While it runs, the frames know more than the trait.
  const onState = () => model.get("state").running || settle();
  settle();
  model.on("change:state", onState);
  const unfollow = follow(model, {
    apply(updates) {
      for (const { policy, begin, ...rest } of updates) {
        current = policy;
        if (begin) strips.get(policy).begin();
        else strips.get(policy).take(rest);
      }
      draw();
    },
    reset() {},
  });
  return () => {
    unfollow();
    model.off("change:state", onState);
  };
}

export default view(render);

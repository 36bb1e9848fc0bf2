function render({ model, el }) {
  // Radio groups must differ between views, and each view's module is loaded anew.
  const group = `sa-timeline-${Math.random().toString(36).slice(2)}`;
  const { title, choices, at_most: atMost } = model.get("setup");
  const start = element("button", { type: "button", textContent: "Start", className: "sa-primary" });
  const stop = element("button", { type: "button", textContent: "Stop", disabled: true });
  const clock = element("span", { className: "sa-timeline-clock" });
  const words = element("div", { className: "sa-timeline-words", role: "status" });
  const frame = element("div", { className: "sa-picture sa-timeline-picture" });
  const table = element("table");
  const details = element("details", {}, element("summary", { textContent: "As a table" }), element("div", { className: "sa-timeline-table", tabIndex: 0, role: "region", "aria-label": `${title}, as a table` }, table));
  const radios = choices.length ? [["all", "All at once"], ...choices] : [];
  const inputs = radios.map(([id, name]) => {
    const input = element("input", { type: "radio", name: group, checked: id === "all" });
    input.addEventListener("change", () => model.send({ op: "choose", run: id }));
    return [input, element("label", {}, input, element("span", { textContent: name }))];
  });
  const root = element(
    "div",
    { className: "sa sa-timeline", role: "group", "aria-label": title },
    element(
      "div",
      { className: "sa-row" },
      start,
      stop,
      ...(inputs.length ? [element("div", { className: "sa-row sa-timeline-choices", role: "radiogroup", "aria-label": "What Start runs" }, ...inputs.map(([, label]) => label))] : []),
      clock,
    ),
    words,
    frame,
    details,
  );
  words.style.setProperty("--lines", Math.max(choices.length, 1));
  keepKeys(root);
  el.append(root);

  let shown = model.get("state");
  let base = null; // the page's time at which the run began

  /** Count here, not in the kernel: when something blocks it, the clock goes on and shows that. */
  const tick = ticker(root, () => shown.running, drawClock, 50);

  function drawClock() {
    const at = shown.running && base !== null ? (performance.now() - base) / 1000 : shown.clock;
    clock.textContent = `${at.toFixed(1)} s`;
  }

  function drawTable() {
    if (details.open) fillTable(table, shown.rows);
  }

  function draw(picture) {
    const began = picture.running && !shown.running;
    shown = picture;
    // The run's clock starts anew with its first event; else the two agree.
    const now = performance.now() - 1000 * shown.clock;
    if (!shown.running) base = null;
    else if (began || base === null || Math.abs(now - base) > 150) base = now;
    frame.replaceChildren(pictureOf(shown.svg));
    drawTable();
    showButtons(root, start, stop, shown.running, shown.begun);
    for (const [input] of inputs) input.disabled = shown.running;
    const cost = atMost === null ? "" : ` It costs money: at most $${atMost.toFixed(4)} a turn.`;
    const lines = shown.begun ? shown.words : [`Press Start.${cost}`];
    if (words.textContent !== lines.join("")) {
      words.replaceChildren(...lines.map((line) => element("p", { textContent: line })));
    }
    drawClock();
    if (shown.running) tick();
  }

  start.addEventListener("click", () => model.send({ op: "start" }));
  stop.addEventListener("click", () => model.send({ op: "stop" }));
  details.addEventListener("toggle", drawTable);
  draw(shown);
  return followPictures(model, draw);
}

export default view(render);

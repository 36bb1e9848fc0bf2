const WORDS = {
  ready: "press Start",
  waiting: "waiting for the first token",
  thinking: "thinking",
  writing: "writing",
  valid: "✓ done",
  cut: "✕ cut off",
  refused: "✕ refused",
  invalid: "✕ invalid",
  stopped: "stopped by you",
  failed: "✕ failed",
};
// How far a row is, as a shape and as a word.
const MARKS = { pending: ["○", "to come"], writing: ["…", "being written"], committed: ["✓", "committed"], lost: ["✕", "never came whole"] };
const isRunning = (state) => state === "waiting" || state === "thinking" || state === "writing";

/** One line of the form: its mark, its name, its values, and when the last of them committed. */
function makeRow(name) {
  const mark = element("span", { className: "sa-mark", role: "img" });
  const cells = element("div", { className: "sa-cells" });
  const when = element("div", { className: "sa-when" });
  const node = element("div", { className: "sa-form-row", role: "listitem" }, element("div", { className: "sa-form-name" }, mark, element("span", { textContent: name })), cells, when);
  let state = "";
  const show = (row) => {
    const states = row.cells.map((cell) => cell.state);
    state = ["lost", "writing", "pending"].find((one) => states.includes(one)) ?? "committed";
    node.dataset.state = state;
    mark.textContent = MARKS[state][0];
    mark.setAttribute("aria-label", MARKS[state][1]);
    when.textContent = row.at === null ? "" : duration(row.at);
    // A list of sentences reads better one below the other.
    cells.classList.toggle("sa-stacked", row.cells.some((cell) => !cell.label && cell.text.length > 40));
    row.cells.forEach((cell, i) => {
      const shown = cells.children[i] ?? cells.appendChild(element("span", { className: "sa-cell" }, element("span", { className: "sa-cell-label" }), " ", element("span", { className: "sa-value" })));
      shown.dataset.state = cell.state;
      const empty = { pending: "", writing: "", lost: "never came" }[cell.state] ?? "";
      for (const [at, words] of [cell.label, cell.text || empty].entries()) {
        if (shown.children[at].textContent !== words) shown.children[at].textContent = words;
      }
    });
    while (cells.children.length > row.cells.length) cells.lastChild.remove();
  };
  return { name, node, show, say: () => (state === "committed" ? `${name}: ${cells.innerText.replace(/\s+/g, " ")}` : "") };
}

function render({ model, el }) {
  const { prompt, model: name, at_most: atMost, rows: expected } = model.get("setup");
  const start = element("button", { type: "button", textContent: "Start", className: "sa-primary" });
  const stop = element("button", { type: "button", textContent: "Stop" });
  const clock = element("span", { className: "sa-clock" });
  const word = element("span", { className: "sa-state" });
  const thought = element("p", { className: "sa-form-thought" });
  const list = element("div", { className: "sa-form-rows", role: "list" });
  list.style.setProperty("--rows", expected);
  const verdict = element("p", { className: "sa-verdict" });
  const figures = element("div", { className: "sa-figures" });
  const log = element("div", { className: "sa-text-alternative", role: "log", "aria-live": "polite" });
  const status = element("div", { className: "sa-text-alternative", role: "status" });
  const root = element(
    "div",
    { className: "sa sa-form", role: "group", "aria-label": `Form: ${name}` },
    element("div", { className: "sa-row" }, start, stop, word, clock),
    element("div", { className: "sa-form-asked" }, element("span", { className: "sa-note", textContent: "You" }), element("span", { className: "sa-prompt", textContent: prompt })),
    thought,
    list,
    verdict,
    figures,
    log,
    status,
  );
  keepKeys(root);
  el.append(root);

  let rows = new Map();
  let shown = {};
  let base = null; // the moment of the request, on this page's clock
  let live = false; // whether what comes is news, to be read aloud
  let told = new Set();

  function clear() {
    rows = new Map();
    told = new Set();
    list.replaceChildren();
    log.replaceChildren();
  }

  /** Put the rows into this order; one that stood for a whole list gives way to its entries. */
  function order(names) {
    const kept = new Map(names.map((one) => [one, rows.get(one) ?? makeRow(one)]));
    for (const [one, row] of rows) if (!kept.has(one)) row.node.remove();
    rows = kept;
    let at = list.firstChild;
    for (const row of rows.values()) {
      if (row.node === at) at = at.nextSibling;
      else list.insertBefore(row.node, at);
    }
  }

  function hear(row) {
    const words = live && !told.has(row.name) ? row.say() : "";
    if (!words) return;
    told.add(row.name);
    log.append(element("p", { textContent: words }));
  }

  function drawFigures() {
    const { first, ended, fields, tokens, cost, stop_reason: reason } = shown;
    const pairs = [
      ["first field", duration(first), 4, "from sending the request to the first value that is there to its end"],
      ["end", duration(ended), 4, "from sending the request to the end of the stream: when a program could read all of it"],
      ["fields", `${fields ?? 0}`, 2, "values that have committed"],
      ["tokens", tokens ? `${tokens}` : "–", 3, "usage.output_tokens, with the tokens of thinking"],
      ["stop reason", reason ?? "–", 5, "why the model stopped, in its own word"],
    ];
    if (atMost !== null) {
      const value = cost === null || cost === undefined ? `at most $${atMost.toFixed(6)}` : `$${cost.toFixed(6)}`;
      pairs.splice(4, 0, ["cost", value, 10, "usage at the model's published prices; before that, the most it can come to"]);
    }
    pairs.forEach(([label, value, room, title], i) => {
      const pair = figures.children[i] ?? figures.appendChild(element("div", { title }, element("span", { className: "sa-note", textContent: label }), element("span")));
      pair.lastChild.style.minWidth = `${room}em`;
      if (pair.lastChild.textContent !== value) pair.lastChild.textContent = value;
    });
  }

  function drawState() {
    const { state, ended } = shown;
    const running = isRunning(state);
    root.dataset.state = state;
    word.textContent = WORDS[state];
    if (ended !== null && ended !== undefined) clock.textContent = `after ${duration(ended)}`;
    else if (!running) clock.textContent = "";
    thought.textContent = shown.thought ?? "";
    verdict.textContent = shown.verdict || "\u00a0";
    showButtons(root, start, stop, running, state !== "ready");
    if (running) tick();
  }

  const tick = ticker(root, () => isRunning(shown.state), () => {
    if (base !== null) clock.textContent = duration((performance.now() - base) / 1000);
  });

  function announce(before) {
    if (!live || before === shown.state) return;
    if (shown.state === "waiting") status.textContent = "Request sent.";
    else if (shown.state === "thinking") status.textContent = "Thinking.";
    else if (!isRunning(shown.state)) status.textContent = `${WORDS[shown.state]} after ${duration(shown.ended)}. ${shown.verdict}`;
  }

  function apply(updates) {
    const before = shown.state;
    for (const update of updates) {
      if ("clock" in update) base = performance.now() - 1000 * update.clock;
      else if ("order" in update) order(update.order);
      else if ("figures" in update) shown = update.figures;
      else {
        const row = rows.get(update.row.name);
        row.show(update.row);
        hear(row);
      }
    }
    drawFigures();
    drawState();
    announce(before);
    live ||= isRunning(shown.state);
  }

  /** The state from the trait that is saved: what was lost on the way is put right. */
  function settle() {
    const { rows: saved, ...rest } = model.get("state");
    const before = shown.state;
    shown = rest;
    order(saved.map((row) => row.name));
    for (const row of saved) rows.get(row.name).show(row);
    drawFigures();
    drawState();
    announce(before);
    live = false;
  }

  start.addEventListener("click", () => model.send({ op: "start" }));
  stop.addEventListener("click", () => model.send({ op: "stop" }));
  // While it runs, the frames know more than the trait.
  const onState = () => isRunning(model.get("state").state) || settle();
  settle();
  model.on("change:state", onState);
  const unfollow = follow(model, {
    apply,
    reset() {
      clear();
      live = true;
    },
  });
  return () => {
    unfollow();
    model.off("change:state", onState);
  };
}

export default view(render);

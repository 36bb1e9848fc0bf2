const OVER = ["done", "failed", "cut", "superseded"];

/** Turn HTML that the kernel has sanitized into nodes; a template runs nothing. */
function nodesOf(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

/** Text: finished lines, which never change again, and the line in progress. */
function makeText() {
  const open = element("p", { className: "sa-cards-open" });
  const node = element("div", { className: "sa-cards-text md", dir: "auto" }, open);
  return {
    node,
    end: open,
    /** Returns the words of the lines that are new. */
    take({ html = [], open: progress }) {
      let fresh = "";
      for (const line of html) {
        const lines = nodesOf(line);
        fresh += `${lines.textContent}\n`;
        open.before(lines);
      }
      if (progress !== undefined) open.firstChild ? (open.firstChild.data = progress) : open.append(progress);
      open.hidden = !progress;
      return fresh;
    },
    show(about) {
      node.dataset.state = about.state;
    },
    reset() {
      node.replaceChildren(open);
    },
  };
}

/** Thinking: open while it is written, then folded to one line. */
function makeThinking() {
  const text = document.createTextNode("");
  const label = element("summary");
  const body = element("div", { className: "sa-cards-thought" }, text);
  const node = element("details", { className: "sa-cards-thinking", open: true }, label, body);
  let state = "open";
  return {
    node,
    end: body,
    take({ text: piece, add }) {
      if (piece !== undefined) add ? text.appendData(piece) : (text.data = piece);
      return "";
    },
    show(about) {
      if (state === "open" && about.state !== "open") node.open = false;
      ({ state } = about);
      node.dataset.state = state;
      const took = about.seconds === null || about.seconds === undefined ? "" : ` for ${duration(about.seconds)}`;
      label.textContent = state === "open" ? "Thinking…" : `Thought${took}${text.length ? "" : ", not shown by the API"}`;
    },
    reset() {
      text.data = "";
    },
  };
}

/** A call of a tool: its input, what it does, how far it is, and what came of it. */
function makeCard(name, states) {
  const word = element("span", { className: "sa-card-word" });
  const time = element("span", { className: "sa-note" });
  const input = document.createTextNode("");
  const code = element("code", { className: "sa-code" }, input);
  const status = element("div", { className: "sa-card-status" });
  const fill = element("i");
  const bar = element("span", { className: "sa-card-bar", role: "progressbar", "aria-label": `Progress of ${name}`, "aria-valuemin": 0, "aria-valuemax": 100 }, fill);
  const far = element("span", { className: "sa-note" });
  const progress = element("div", { className: "sa-row sa-card-progress" }, bar, far);
  const result = element("div", { className: "sa-card-result" });
  const node = element(
    "section",
    { className: "sa-card", "aria-label": `Tool ${name}` },
    element("div", { className: "sa-row sa-card-head" }, element("b", { className: "sa-code", textContent: name }), word, time),
    status,
    element("details", { className: "sa-card-input" }, element("summary", { title: "The input, as the model wrote it" }, code)),
    progress,
    result,
  );
  let about = {};
  return {
    node,
    end: null,
    get running() {
      return about.state === "running";
    },
    take({ text: piece, add }) {
      if (piece !== undefined) add ? input.appendData(piece) : (input.data = piece);
      return "";
    },
    /** Returns what has happened, in words. */
    show(now) {
      const before = about.state;
      about = now;
      node.dataset.state = about.state;
      word.textContent = states[about.state];
      const says = about.status && about.status !== name ? about.status : "";
      if (status.textContent !== says) status.textContent = says;
      progress.hidden = !about.progress && about.done === null;
      const share = about.total ? Math.min((about.done ?? 0) / about.total, 1) : null;
      bar.hidden = share === null;
      fill.style.width = `${100 * (share ?? 0)}%`;
      if (share !== null) bar.setAttribute("aria-valuenow", Math.round(100 * share));
      far.textContent = about.progress;
      if (result.textContent !== about.result) result.textContent = about.result;
      result.hidden = !about.result;
      this.tick(null);
      if (before === about.state) return "";
      const ends = about.seconds === null ? "" : ` after ${duration(about.seconds)}`;
      if (about.state === "running") return `${says || name}.`;
      return before && OVER.includes(about.state) ? `${name} ${states[about.state].slice(2)}${ends}.` : "";
    },
    /** Say how long it has been running; null before that is known. */
    tick(now) {
      if (about.seconds !== null && about.seconds !== undefined) time.textContent = `after ${duration(about.seconds)}`;
      else if (about.state !== "running") time.textContent = "";
      else if (now !== null) time.textContent = duration(Math.max(now - about.began, 0));
    },
    reset() {
      input.data = "";
    },
  };
}

function makeNote() {
  const node = element("p", { className: "sa-problem sa-cards-note" });
  return {
    node,
    end: null,
    take({ text }) {
      if (text !== undefined) node.textContent = text;
      return "";
    },
    show() {},
    reset() {},
  };
}

/** A lane: what its agent was asked, and all that comes of it. */
function makeLane(name, number, lines, states) {
  const words = element("span", { className: "sa-note sa-lane-words" });
  const task = element("p", { className: "sa-lane-task" });
  const caret = element("span", { className: "sa-caret sa-cards-caret", "aria-hidden": "true" });
  const body = element("div", { className: "sa-lane-body", tabIndex: 0, role: "region", "aria-label": name ? `What ${name} says and does` : "What the agent says and does" });
  const problem = element("p", { className: "sa-problem" });
  body.style.setProperty("--lines", lines);
  const node = element(
    "section",
    { className: "sa-lane", "aria-label": name || "The agent" },
    element("div", { className: "sa-row sa-lane-head" }, ...(name ? [element("h3", { className: "sa-title", textContent: name })] : []), words),
    task,
    body,
  );
  let items = [];
  let state = "waiting";
  let pinned = true;

  function open(kind, tool) {
    const make = { text: makeText, thinking: makeThinking, card: () => makeCard(tool, states), note: makeNote }[kind];
    const item = make();
    items.push(item);
    body.append(item.node);
    return item;
  }

  return {
    node,
    get cards() {
      return items.filter((item) => item.running);
    },
    clear() {
      items = [];
      body.replaceChildren();
      this.about({ name, task: "", state: "waiting", words: "", problem: "" });
    },
    about(now) {
      ({ state } = now);
      node.dataset.state = state;
      words.textContent = now.words;
      task.textContent = now.task;
      problem.textContent = now.problem;
      if (now.problem) body.append(problem);
      else problem.remove();
    },
    before() {
      pinned = isAtEnd(body);
    },
    /** Take an update; return [words of finished lines, what has happened]. */
    take(update) {
      const item = update.kind ? open(update.kind, update.name) : items[update.item];
      return [item.take(update), update.about ? (item.show(update.about) ?? "") : ""];
    },
    after() {
      const last = items[items.length - 1];
      if (state === "running" && last?.end && last.node.dataset.state === "open") last.end.append(caret);
      else caret.remove();
      if (pinned) body.scrollTop = body.scrollHeight;
    },
    /** Put right what was lost on the way. */
    settle({ items: saved, ...rest }) {
      this.about(rest);
      saved.forEach((one, i) => {
        const item = items[i] ?? open(one.kind, one.name);
        item.reset();
        item.take(one);
        item.show(one.about);
      });
    },
  };
}

function render({ model, el }) {
  const { title, states, at_most: atMost, lines } = model.get("setup");
  const start = element("button", { type: "button", textContent: "Start", className: "sa-primary" });
  const stop = element("button", { type: "button", textContent: "Stop", disabled: true });
  const clock = element("span", { className: "sa-cards-clock" });
  const problem = element("p", { className: "sa-problem" });
  const others = element("div", { className: "sa-cards-others" });
  const board = element("div", { className: "sa-cards-board" }, others);
  const footer = element("div", { className: "sa-note sa-cards-footer" });
  const log = element("div", { className: "sa-text-alternative", role: "log", "aria-live": "polite" });
  const status = element("div", { className: "sa-text-alternative", role: "status" });
  const root = element(
    "div",
    { className: "sa sa-cards", role: "group", "aria-label": title },
    element("div", { className: "sa-row" }, start, stop, clock),
    board,
    problem,
    footer,
    log,
    status,
  );
  keepKeys(root);
  el.append(root);

  let lanes = [];
  let shown = model.get("state");
  let base = null; // the page's time at which the run began
  let live = false; // whether what comes is news, to be read aloud

  function lane(number, name) {
    if (!lanes[number]) {
      lanes[number] = makeLane(name, number, lines[number] ?? 8, states);
      number === 0 ? board.prepend(lanes[0].node) : others.append(lanes[number].node);
    }
    return lanes[number];
  }

  /** Count here, not in the kernel: when something blocks it, the clock goes on and shows that. */
  const tick = ticker(root, () => shown.state === "running", () => {
    if (base === null) return;
    const now = (performance.now() - base) / 1000;
    clock.textContent = `${now.toFixed(1)} s`;
    for (const one of lanes) for (const card of one.cards) card.tick(now);
  });

  function drawFigures() {
    const running = shown.state === "running";
    root.dataset.state = shown.state;
    const cost = atMost === null ? "" : ` It costs money: at most $${atMost.toFixed(4)} a turn.`;
    footer.textContent = shown.state === "ready" ? `Press Start.${cost}` : shown.footer;
    problem.textContent = shown.problem;
    if (!running) clock.textContent = shown.ended === null ? "0.0 s" : `${shown.ended.toFixed(1)} s`;
    showButtons(root, start, stop, running, shown.state !== "ready");
    if (running) tick();
  }

  function say(words) {
    if (live && words) status.textContent = words;
  }

  function apply(updates) {
    for (const one of lanes) one.before();
    for (const update of updates) {
      if ("clock" in update) base = performance.now() - 1000 * update.clock;
      else if ("figures" in update) {
        const before = shown.state;
        shown = { ...shown, ...update.figures };
        if (before !== shown.state && shown.state !== "running") say(shown.footer);
      } else if ("item" in update) {
        const [lines, happened] = lane(update.lane, "").take(update);
        if (live && update.lane === 0 && lines.trim()) log.append(element("p", { textContent: lines }));
        say(happened);
      } else lane(update.lane, update.name).about(update);
    }
    for (const one of lanes) one.after();
    drawFigures();
  }

  /** All that the kernel knows, from the trait that is saved. */
  function settle() {
    const before = shown.state;
    shown = model.get("state");
    shown.lanes.forEach((saved, number) => lane(number, saved.name).settle(saved));
    for (const one of lanes) one.after();
    if (before !== shown.state) say(shown.footer);
    live = false;
    drawFigures();
  }

  start.addEventListener("click", () => model.send({ op: "start" }));
  stop.addEventListener("click", () => model.send({ op: "stop" }));
  // While it runs, the frames know more than the trait.
  const onState = () => model.get("state").state === "running" || settle();
  settle();
  model.on("change:state", onState);
  let restored = true; // what stands here came from the saved state
  const clear = () => {
    for (const one of lanes) one.clear();
    log.replaceChildren();
    restored = false;
  };
  const unfollow = follow(model, {
    apply(updates) {
      if (restored) clear();
      live ||= updates.some((update) => update.figures?.state === "running");
      apply(updates);
    },
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

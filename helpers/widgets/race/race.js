const LANES = [
  ["streamed", "Streamed", "token by token"],
  ["blocking", "Blocking", "all at once"],
];
const SLIDERS = [
  ["first_token", "Streamed: first token", 0.05, 5, 0.05, duration],
  ["streamed", "Streamed: last token", 0.5, 20, 0.5, duration],
  ["blocking", "Blocking: all at once", 0.5, 20, 0.5, duration],
  ["tokens", "Both: length", 10, 400, 10, (value) => `${value} tokens`],
];
const isRunning = (state) => state === "waiting" || state === "streaming";
let races = 0; // the ids of labels must differ between views

function makeLane(name, how) {
  const clock = element("span", { className: "sa-race-clock", textContent: "0.0 s" });
  const bar = element("div", { className: "sa-race-bar" });
  const track = element("div", { className: "sa-race-track", "aria-hidden": "true" }, bar);
  const first = element("span");
  const done = element("span");
  const text = document.createTextNode("");
  const dots = element("span", { className: "sa-typing", "aria-hidden": "true" }, element("i"), element("i"), element("i"));
  const box = element("div", { className: "sa-race-text", tabIndex: 0, role: "region", "aria-label": `The ${name.toLowerCase()} answer` }, text);
  const node = element(
    "section",
    { className: "sa-lane", "aria-label": name },
    element("div", { className: "sa-row sa-lane-head" }, element("b", { textContent: name }), element("span", { className: "sa-note", textContent: how }), clock),
    track,
    element("div", { className: "sa-stamps" }, first, done),
    box,
  );
  const problem = element("p", { className: "sa-problem" });
  return { node, clock, bar, first, done, text, dots, problem, box, figures: { state: "ready" } };
}

function render({ model, el }) {
  races += 1;
  const start = element("button", { type: "button", textContent: "Start", className: "sa-primary" });
  const stop = element("button", { type: "button", textContent: "Stop", disabled: true });
  const status = element("span", { className: "sa-note", role: "status" });
  const lanes = Object.fromEntries(LANES.map(([id, name, how]) => [id, makeLane(name, how)]));
  const answers = LANES.map(([id, name]) => {
    const button = element("button", { type: "button", textContent: name, "aria-pressed": "false" });
    button.addEventListener("click", () => model.send({ op: "felt", lane: id }));
    return [id, button];
  });
  const verdict = element("p", { className: "sa-verdict", role: "status" });
  const sliders = SLIDERS.map(([name, label, min, max, step, show]) => {
    const id = `sa-race-${races}-${name}`;
    const input = element("input", { type: "range", id, min, max, step });
    const value = element("output", { for: id });
    const say = () => {
      value.textContent = show(Number(input.value));
      input.setAttribute("aria-valuetext", value.textContent);
    };
    input.addEventListener("input", say);
    input.addEventListener("change", () => model.send({ op: "number", name, value: Number(input.value) }));
    return { name, input, say, node: element("div", { className: "sa-slider" }, element("label", { for: id, textContent: label }), value, input) };
  });
  const question = element("span", { className: "sa-title", id: `sa-race-${races}-question`, textContent: "Which felt faster?" });
  const root = element(
    "div",
    { className: "sa sa-race", role: "group", "aria-label": "Race: streamed against blocking" },
    element("div", { className: "sa-row" }, start, stop, status),
    element("div", { className: "sa-lanes" }, ...Object.values(lanes).map((lane) => lane.node)),
    element(
      "div",
      { className: "sa-question", role: "group", "aria-labelledby": question.id },
      element("div", { className: "sa-row" }, question, ...answers.map(([, button]) => button)),
      verdict,
    ),
    element("div", { className: "sa-sliders" }, ...sliders.map((slider) => slider.node)),
  );
  keepKeys(root);
  el.append(root);

  let base = null;
  let restored = false;
  const each = (f) => Object.values(lanes).forEach(f);
  const running = () => Object.values(lanes).some((lane) => isRunning(lane.figures.state));
  // One clock for both columns: their tracks are as long as the longer of the two.
  const span = () => Math.max(model.get("numbers").streamed, model.get("numbers").blocking) * 1.02;
  const share = (at) => `${Math.min(100, (100 * at) / span())}%`;

  function drawClock(lane, now) {
    const { state, ended, first_token: first } = lane.figures;
    const at = state === "ready" ? 0 : (ended ?? now);
    lane.clock.textContent = `${at.toFixed(1)} s`;
    lane.bar.style.width = share(at);
    // Until the first token the bar is dashed: nothing to read yet.
    lane.bar.style.setProperty("--first", first === null || first === undefined ? "100%" : `${(100 * first) / Math.max(at, 0.001)}%`);
  }

  function drawLane(lane) {
    const { state, first_token: first, ended, problem } = lane.figures;
    lane.node.dataset.state = state;
    lane.first.textContent = first === null || first === undefined ? "" : `first word ${duration(first)}`;
    const ends = { done: `✓ last word ${duration(ended)}`, stopped: `stopped ${duration(ended)}`, failed: `✕ failed ${duration(ended)}` };
    lane.done.textContent = ends[state] ?? "";
    if (state === "waiting") lane.box.append(lane.dots);
    else lane.dots.remove();
    lane.problem.textContent = problem ? `✕ ${problem}` : "";
    if (problem) lane.box.append(lane.problem);
    else lane.problem.remove();
  }

  function draw() {
    const now = base === null ? 0 : (performance.now() - base) / 1000;
    each((lane) => {
      drawLane(lane);
      drawClock(lane, now);
    });
    const on = running();
    const states = Object.values(lanes).map((lane) => lane.figures.state);
    const done = states.every((state) => state === "done");
    showButtons(root, start, stop, on, !states.includes("ready"));
    for (const slider of sliders) slider.input.disabled = on;
    for (const [, button] of answers) button.disabled = !done;
    let words = "Both requests go out at the same moment.";
    if (on) words = states.includes("done") ? "One has ended." : "Both are running.";
    else if (states.includes("stopped")) words = "Stopped by you.";
    else if (states.includes("failed")) words = "✕ One of them failed.";
    else if (done) words = "✓ Both have ended.";
    if (status.textContent !== words) status.textContent = words;
    if (on) tick();
  }

  const tick = ticker(root, running, () => {
    const now = base === null ? 0 : (performance.now() - base) / 1000;
    each((lane) => drawClock(lane, now));
  });

  function clear() {
    restored = false;
    each((lane) => {
      lane.text.data = "";
      lane.figures = { state: "ready" };
    });
  }

  function apply(updates) {
    if (restored) clear();
    for (const update of updates) {
      const lane = lanes[update.lane];
      if ("clock" in update) base = performance.now() - 1000 * update.clock;
      else if ("figures" in update) lane.figures = update.figures;
      else {
        const pinned = isAtEnd(lane.box);
        lane.text.appendData(update.text);
        if (pinned) lane.box.scrollTop = lane.box.scrollHeight;
      }
    }
    draw();
  }

  /** The state from the trait that is saved: what was lost on the way is put right. */
  function settle() {
    const { lanes: saved } = model.get("state");
    for (const [id, { text, blocks, ...figures }] of Object.entries(saved)) {
      if (lanes[id].text.data !== text) lanes[id].text.data = text;
      lanes[id].figures = figures;
    }
    draw();
  }

  function drawFelt() {
    const { felt, verdict: words } = model.get("state");
    for (const [id, button] of answers) button.setAttribute("aria-pressed", String(felt === id));
    verdict.textContent = words;
  }

  function drawNumbers() {
    for (const { name, input, say } of sliders) {
      input.value = model.get("numbers")[name];
      say();
    }
    draw();
  }

  const onState = () => {
    drawFelt();
    const saved = Object.values(model.get("state").lanes);
    if (!saved.some((lane) => isRunning(lane.state))) settle();
  };

  start.addEventListener("click", () => model.send({ op: "start" }));
  stop.addEventListener("click", () => model.send({ op: "stop" }));
  clear();
  settle();
  drawFelt();
  drawNumbers();
  restored = true;
  model.on("change:state", onState);
  const onMessage = (message) => message.op === "numbers" && drawNumbers();
  model.on("change:numbers", drawNumbers);
  model.on("msg:custom", onMessage);
  const unfollow = follow(model, { apply, reset: clear });
  return () => {
    unfollow();
    model.off("change:state", onState);
    model.off("change:numbers", drawNumbers);
    model.off("msg:custom", onMessage);
  };
}

export default view(render);

const WORDS = {
  ready: "press Start",
  waiting: "waiting for the first token",
  streaming: "streaming",
};
const money = (dollars) => (dollars === null || dollars === undefined ? "–" : `$${dollars.toFixed(6)}`);
const isRunning = (state) => state === "waiting" || state === "streaming";

// Why there is no thinking to read, in a few words and in a sentence.
const UNSEEN = {
  "": ["not shown by the API", "The API keeps this thinking to itself. With the display “summarized”, a request gets a summary of it."],
  redacted: ["hidden by the API for safety", "This thinking came encrypted, for the API alone. The next request sends the block back as it is."],
};

/** One content block: text, thinking folded to a line, a tool as a card, or a name. */
function makeBlock(kind, name) {
  const text = document.createTextNode("");
  const label = element("span");
  const time = element("span", { className: "sa-note" });
  let node;
  let end;
  let chosen = false; // whether a person has opened or folded it: then it stays so
  if (kind === "thinking") {
    const body = element("div", { className: "sa-thought", tabIndex: 0, role: "region", "aria-label": "What the model thought" }, text);
    const line = element("summary", {}, label, time);
    node = element("details", {}, line, body);
    end = body;
    line.addEventListener("click", () => (chosen = true));
  } else if (kind === "tool") {
    const code = element("code", { className: "sa-code sa-input" }, text);
    // Room for what comes later: a running clock, a result, an error.
    node = element(
      "section",
      { "aria-label": `Tool ${name}` },
      element("div", { className: "sa-row sa-tool-head" }, element("b", { className: "sa-code", textContent: name }), label, time),
      code,
    );
    end = code;
  } else if (kind === "text") {
    node = element("div", {}, text);
    end = node;
  } else {
    node = element("div", { className: "sa-note" }, element("span", { className: "sa-code", textContent: name }));
    end = node;
  }
  node.classList.add("sa-block", `sa-${kind}`);
  const show = (state, seconds) => {
    node.dataset.state = state;
    const took = seconds === null || seconds === undefined ? "" : ` for ${duration(seconds)}`;
    if (kind === "thinking") {
      label.textContent = state === "open" ? "Thinking…" : `Thought${took}`;
      const unseen = UNSEEN[name] ?? UNSEEN[""];
      time.textContent = state === "open" || text.length ? "" : `, ${unseen[0]}`;
      if (state !== "open" && !text.length) end.textContent = unseen[1];
      fold();
    } else if (kind === "tool") {
      label.textContent = { complete: "✓ input complete", cut: "✕ input cut off" }[state] ?? "input arriving";
    }
  };
  /** Thinking is open while there is something new to read in it, then one line. */
  function fold() {
    if (kind === "thinking" && !chosen) node.open = node.dataset.state === "open" && text.length > 0;
  }
  show("open", null);
  return { kind, node, text, end, show, fold };
}

/** Read finished sentences aloud, calmly: at most one announcement in a while. */
function speaker(region, pause = 2000) {
  let heard = "";
  let timer = null;
  const speak = (rest) => {
    timer = null;
    // Up to the last sentence or line that has ended; what follows waits.
    const match = rest ? [heard] : heard.match(/^[^]*[.!?:](?=\s)|^[^]*\n/);
    if (match && match[0].trim()) {
      region.textContent = match[0].trim();
      heard = heard.slice(match[0].length);
    }
  };
  return {
    hear(text) {
      heard += text;
      timer ??= setTimeout(speak, pause, false);
    },
    finish() {
      clearTimeout(timer);
      speak(true);
      heard = "";
    },
    forget() {
      clearTimeout(timer);
      timer = null;
      heard = region.textContent = "";
    },
  };
}

function render({ model, el }) {
  const { prompt, max_tokens: maxTokens, priced, at_most: atMost, lines } = model.get("setup");
  const start = element("button", { type: "button", textContent: "Start", className: "sa-primary" });
  const stop = element("button", { type: "button", textContent: "Stop" });
  const clock = element("span", { className: "sa-clock" });
  const word = element("span", { className: "sa-state" });
  const dots = element("span", { className: "sa-typing", role: "img", "aria-label": "Waiting for the first token" }, element("i"), element("i"), element("i"));
  const caret = element("span", { className: "sa-caret", "aria-hidden": "true" });
  const answer = element("div", { className: "sa-answer", tabIndex: 0, role: "region", "aria-label": "The answer" });
  answer.style.setProperty("--lines", lines);
  const problem = element("p", { className: "sa-problem" });
  const figures = element("div", { className: "sa-figures" });
  const log = element("div", { className: "sa-text-alternative", role: "log", "aria-live": "polite" });
  const status = element("div", { className: "sa-text-alternative", role: "status" });
  const root = element(
    "div",
    { className: "sa sa-transcript", role: "group", "aria-label": "Transcript" },
    element("div", { className: "sa-row sa-bar" }, start, stop, word, clock),
    element("div", { className: "sa-turn" }, element("div", { className: "sa-who", textContent: "You" }), element("div", { className: "sa-prompt", textContent: prompt })),
    element("div", { className: "sa-turn" }, element("div", { className: "sa-who", textContent: "Assistant" }), answer),
    figures,
    log,
    status,
  );
  keepKeys(root);
  el.append(root);

  const voice = speaker(log);
  let blocks = [];
  let shown = {};
  let base = null; // the moment of the request, on this page's clock
  let live = false; // whether what comes is news, to be read aloud
  let restored = false; // whether what stands here came from the saved state

  function clear() {
    blocks = [];
    answer.replaceChildren(dots);
    restored = false;
  }

  function open(kind, name) {
    const block = makeBlock(kind, name);
    blocks.push(block);
    dots.remove();
    answer.append(block.node);
    return block;
  }

  function placeCaret() {
    const last = blocks[blocks.length - 1];
    if (isRunning(shown.state) && last) last.end.append(caret);
    else caret.remove();
    if (shown.state === "waiting" && !blocks.length) answer.append(dots);
    else dots.remove();
  }

  function drawFigures() {
    const { first_token: first, rate, tokens, counted, cost, stop_reason: reason } = shown;
    const about = counted ? "" : "~";
    const share = maxTokens ? ` (${Math.round((100 * tokens) / maxTokens)}% of ${maxTokens})` : "";
    const rows = [
      ["TTFT", duration(first), 5, "time to first token: from sending the request to the first delta that carries something"],
      ["tok/s", rate ? `${about}${Math.round(rate)}` : "–", 3, "output tokens after the first, over the time from the first to the last"],
      ["tokens", tokens ? `${about}${tokens}${share}` : "–", maxTokens ? 9 : 4, "usage.output_tokens; with ~, until the API has counted, one a delta"],
      ["stop reason", reason ?? "–", 5, "why the model stopped, in its own word"],
    ];
    if (priced) {
      const known = cost !== null && cost !== undefined;
      const value = known || !atMost ? money(cost) : `at most ${money(atMost)}`;
      rows.splice(3, 0, ["cost", value, 10, "usage at the model's published prices; before that, the most it can come to"]);
    }
    // Values change in place and have their room from the start: nothing wraps anew.
    rows.forEach(([name, value, room, title], i) => {
      const pair = figures.children[i] ?? figures.appendChild(element("div", { title }, element("span", { className: "sa-note", textContent: name }), element("span")));
      pair.lastChild.style.minWidth = `${room}em`;
      if (pair.lastChild.textContent !== value) pair.lastChild.textContent = value;
    });
  }

  function drawState() {
    const { state, ended } = shown;
    const running = isRunning(state);
    // An answer that was cut off or declined has come to its end, but not to a good one.
    root.dataset.state = state;
    word.textContent = shown.word || WORDS[state];
    if (ended !== null && ended !== undefined) clock.textContent = `after ${duration(ended)}`;
    else if (!running) clock.textContent = "";
    problem.textContent = shown.note ?? "";
    if (shown.note) answer.append(problem);
    else problem.remove();
    showButtons(root, start, stop, running, state !== "ready");
    if (running) tick();
  }

  const tick = ticker(root, () => isRunning(shown.state), () => {
    if (base !== null) clock.textContent = duration((performance.now() - base) / 1000);
  });

  function announce(before) {
    if (!live || before === shown.state) return;
    if (shown.state === "waiting") status.textContent = "Request sent.";
    else if (shown.state === "streaming") status.textContent = `First token after ${duration(shown.first_token)}.`;
    else if (!isRunning(shown.state)) {
      voice.finish();
      status.textContent = `${shown.word} after ${duration(shown.ended)}. ${shown.note ?? ""}`;
    }
  }

  function apply(updates) {
    if (restored) clear();
    const pinned = isAtEnd(answer);
    const before = shown.state;
    for (const update of updates) {
      if ("clock" in update) base = performance.now() - 1000 * update.clock;
      else if ("figures" in update) shown = update.figures;
      else if ("kind" in update) open(update.kind, update.name);
      else if ("text" in update) {
        const block = blocks[update.block];
        block.text.appendData(update.text);
        block.fold();
        if (block.kind === "thinking") block.end.scrollTop = block.end.scrollHeight;
        if (live && block.kind === "text") voice.hear(update.text);
      } else blocks[update.block].show(update.state, update.seconds);
    }
    placeCaret();
    drawFigures();
    drawState();
    announce(before);
    live ||= isRunning(shown.state);
    if (pinned) answer.scrollTop = answer.scrollHeight;
  }

  /** The state from the trait that is saved: what was lost on the way is put right. */
  function settle() {
    const state = model.get("state");
    const before = shown.state;
    const { blocks: saved, ...rest } = state;
    shown = rest;
    saved.forEach(({ kind, name, text, state: now, seconds }, i) => {
      const block = blocks[i] ?? open(kind, name);
      if (block.text.data !== text) block.text.data = text;
      block.show(now, seconds);
    });
    placeCaret();
    drawFigures();
    drawState();
    announce(before);
    live = false;
  }

  start.addEventListener("click", () => model.send({ op: "start" }));
  stop.addEventListener("click", () => model.send({ op: "stop" }));
  // While it runs, the frames know more than the trait.
  const onState = () => isRunning(model.get("state").state) || settle();
  clear();
  settle();
  restored = true;
  model.on("change:state", onState);
  const unfollow = follow(model, {
    apply,
    reset() {
      clear();
      voice.forget();
      live = true;
    },
  });
  return () => {
    unfollow();
    model.off("change:state", onState);
    voice.forget();
  };
}

export default view(render);

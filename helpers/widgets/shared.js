// What the views share. Each view's module is this text followed by its own.

/** Make an element: properties are set as they are, aria-* and data-* as attributes. */
function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role" || name === "for") node.setAttribute(name, value);
    else node[name] = value;
  }
  node.append(...children);
  return node;
}

/** Return a module that draws views with `render`, and hears the kernel on a slow machine too. */
function view(render) {
  return {
    render: (given) => {
      hear(given.model);
      const done = render(given);
      const leave = offerFullScreen(given.el.querySelector(".sa"));
      return () => {
        leave();
        done?.();
      };
    },
  };
}

/**
 * Let a view fill the screen, in large type: for a projector.
 * The button stands at the end of the view's first row; a view that draws that row anew gets it
 * back. Returns a function that takes it away.
 */
function offerFullScreen(root) {
  if (!root || !document.fullscreenEnabled) return () => {};
  const button = element("button", { type: "button", className: "sa-full", title: "Full screen", "aria-label": "Full screen" });
  button.append(pictureOf('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4" fill="none" stroke="currentColor" stroke-width="1.5"/></svg>'));
  const isFull = () => root.getRootNode().fullscreenElement === root;
  const show = () => {
    const words = isFull() ? "Leave full screen (Esc)" : "Full screen";
    button.title = words;
    button.setAttribute("aria-label", words);
  };
  const place = () => {
    if (root.contains(button)) return; // not isConnected: a page builds a view before it shows it
    const row = root.querySelector(".sa-row");
    if (row) row.append(button);
    else root.prepend(element("div", { className: "sa-row" }, button));
  };
  const leave = (event) => {
    // The browser ends it by Esc as well; this key is for nothing else while the screen is filled.
    if (event.key !== "Escape" || !isFull()) return;
    event.preventDefault();
    event.stopPropagation();
    document.exitFullscreen();
  };
  button.addEventListener("click", () => (isFull() ? document.exitFullscreen() : root.requestFullscreen()));
  root.addEventListener("keydown", leave, true);
  root.addEventListener("fullscreenchange", show);
  const redrawn = new MutationObserver(place);
  redrawn.observe(root, { childList: true, subtree: true });
  place();
  return () => {
    redrawn.disconnect();
    button.remove();
  };
}

/**
 * Let the kernel's messages reach a model that anywidget has given up.
 * anywidget gives a module two seconds to load. A busy browser needs longer; then anywidget draws
 * the view all the same, but holds back each message for it, for ever.
 */
async function hear(model) {
  if (!model.widget_manager) return;
  const whole = await model.widget_manager.get_model(model.get("own_id"));
  try {
    await whole._handle_comm_msg({ content: { data: { method: "none" } } });
  } catch {
    const { _handle_comm_msg: handle } = Object.getPrototypeOf(Object.getPrototypeOf(whole));
    whole.comm?.on_msg(handle.bind(whole));
    model.send({ op: "state" }); // what was held back until now is made good
  }
}

/** Keep keys pressed inside a view from JupyterLab's shortcuts: "d d" would delete the cell. */
function keepKeys(root) {
  // Lab looks for this on the element in focus; on one around it, it comes too late.
  root.addEventListener("focusin", (event) => {
    event.target.setAttribute("data-lm-suppress-shortcuts", "true");
  });
}

/** Let Start or Stop be pressed, whichever makes sense now; the keyboard stays on the two. */
function showButtons(root, start, stop, running, begun) {
  const focused = root.getRootNode().activeElement;
  start.disabled = running;
  stop.disabled = !running;
  start.textContent = begun && !running ? "Start again" : "Start";
  if (focused === start && running) stop.focus();
  if (focused === stop && !running) start.focus();
}

/** Return what starts to call `draw` every 100 ms, or so many, for as long as `isOn` says so. */
function ticker(root, isOn, draw, every = 100) {
  let ticking = false;
  const step = () => {
    ticking = isOn() && root.isConnected;
    if (!ticking) return;
    draw();
    setTimeout(step, every);
  };
  return () => {
    if (ticking) return;
    ticking = true;
    setTimeout(step, 0);
  };
}

/** Turn a picture from the kernel into nodes; as XML, so that nothing in it is run. */
function pictureOf(svg) {
  return document.importNode(new DOMParser().parseFromString(svg, "image/svg+xml").documentElement, true);
}

/** Fill a table with rows of words; the first row is its head. */
function fillTable(table, [head, ...rows]) {
  table.replaceChildren(
    element("thead", {}, element("tr", {}, ...head.map((cell) => element("th", { scope: "col", textContent: cell })))),
    element("tbody", {}, ...rows.map((row) => element("tr", {}, ...row.map((cell) => element("td", { textContent: cell }))))),
  );
}

/** Whether a box that scrolls shows its end: who reads there goes on to follow it. */
function isAtEnd(box) {
  return box.scrollHeight - box.scrollTop - box.clientHeight < 24;
}

/** 284 ms, 1.9 s: the unit that fits, and no more digits than were measured. */
function duration(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`;
}

/**
 * Take numbered updates from the kernel in order, once each.
 * The kernel sends {op: "frame", run, at, updates}; a gap is asked for again; {op: "reset"} starts
 * anew, and so does a frame of another run (its reset was lost).
 * Returns a function that stops listening.
 */
function follow(model, { reset, apply }) {
  let have = 0;
  let run;
  const onMessage = (message) => {
    if (message.op === "reset") {
      have = 0;
      run = undefined;
      reset();
    } else if (message.op === "frame") {
      if (run !== undefined && message.run !== run) {
        have = 0;
        reset();
      }
      run = message.run;
      if (message.at > have) {
        model.send({ op: "resync", have });
        return;
      }
      const fresh = message.updates.slice(have - message.at);
      have += fresh.length;
      if (fresh.length) apply(fresh);
    }
  };
  model.on("msg:custom", onMessage);
  // Messages that were sent before this view existed are lost: ask for all of them.
  model.send({ op: "resync", have: 0 });
  return () => model.off("msg:custom", onMessage);
}

/**
 * Draw each picture that the kernel sends, and the one in the trait `state`.
 * Returns a function that stops.
 */
function followPictures(model, draw) {
  const onMessage = (message) => message.op === "picture" && draw(message);
  const onState = () => draw(model.get("state"));
  model.on("msg:custom", onMessage);
  model.on("change:state", onState);
  // Pictures that were sent before this view existed are lost: ask for the present one.
  model.send({ op: "resync", have: 0 });
  return () => {
    model.off("msg:custom", onMessage);
    model.off("change:state", onState);
  };
}

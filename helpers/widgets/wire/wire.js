// The wire: one recording as bytes, as what the decoder holds, and as events, on one clock.
// Everything is drawn from byte ranges; text of the stream is only ever set as textContent.

function render({ model, el }) {
  let wire;
  let times; // when each chunk arrives on the view's clock, in seconds
  let layout = { rows: [], height: 0 };
  let advance = 7.5;
  let position = 0; // chunks received
  let clock = 0;
  let playing = 0; // the animation frame that comes next; 0 at rest
  let lit = {};
  let opened; // the span that a person opened
  const drawn = new Map(); // rows in sight: index to node
  const id = `wire-${Math.random().toString(36).slice(2)}`;

  // --- the page ---------------------------------------------------------------------
  const button = (label, name, act) => {
    const node = element("button", { type: "button", textContent: label, "aria-label": name });
    node.addEventListener("click", act);
    return node;
  };
  const play = button("Play", "Play", () => (playing ? pause() : start()));
  play.classList.add("sa-primary");
  const speed = element(
    "select",
    { "aria-label": "Speed" },
    ...[["0.5", "½×"], ["1", "1×"], ["4", "4×"]].map(([value, label]) =>
      element("option", { value, textContent: label, selected: value === "1" }),
    ),
  );
  const back = button("← chunk", "Step back one chunk", () => step(-1));
  const forward = button("chunk →", "Step one chunk", () => step(1));
  const backEvent = button("← event", "Step back one event", () => stepEvent(-1));
  const forwardEvent = button("event →", "Step to the next event", () => stepEvent(1));
  const over = button("Start over", "Start over", () => {
    halt();
    show(0);
  });
  const record = button("Record again", "Record again", () =>
    model.send({ op: model.get("state") === "recording" ? "stop" : "record" }),
  );
  const title = element("h3", { className: "sa-title" });
  const counts = element("span", { className: "sa-note wire-counts" });

  const marks = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  marks.setAttribute("aria-hidden", "true");
  const slider = element("input", {
    type: "range", min: 0, step: "any", className: "wire-slider", "aria-label": "Position in the recording",
  });
  const axis = element("div", { className: "wire-axis sa-axis", "aria-hidden": "true" });
  const status = element("p", { className: "wire-status", role: "status" });

  const canvas = element("div", { className: "wire-canvas sa-code" });
  const strip = element("div", {
    className: "wire-bytes", tabIndex: 0, role: "group",
    "aria-label": "Bytes as received. Left and right arrow step a chunk, with Shift an event; space plays.",
  }, canvas);
  const reading = element("span", { className: "sa-axis" });
  const ruler = element("span", { className: "wire-ruler", textContent: "0".repeat(100), "aria-hidden": "true" });
  const foot = element("div", { className: "wire-foot sa-note" });
  canvas.append(ruler, foot);

  const held = element("div", { className: "wire-held sa-code", role: "group", "aria-label": "What the decoder holds" });
  const heldNote = element("span", { className: "sa-axis" });
  const chips = element("ol", { className: "wire-chips" });
  const eventsNote = element("span", { className: "sa-axis" });
  const panel = element("div", { className: "wire-panel", id, role: "group", "aria-label": "Fields of the event", tabIndex: 0 });

  const heading = (words, note) =>
    element("div", { className: "wire-heading" }, element("h4", { textContent: words }), note);
  const root = element("div", { className: "sa wire" },
    element("div", { className: "sa-row wire-head" }, title, counts),
    element("div", { className: "sa-row wire-controls", role: "group", "aria-label": "Controls" },
      play, speed, back, forward, backEvent, forwardEvent, over, record),
    element("div", { className: "wire-clock" }, marks, slider, axis),
    status,
    heading("Bytes as received", reading),
    strip,
    heading("The decoder holds", heldNote),
    held,
    heading("Events so far", eventsNote),
    element("div", { className: "wire-events" }, chips, panel),
    legendNode(),
  );
  keepKeys(root);
  el.append(root);

  // --- the recording ----------------------------------------------------------------
  const time = (seconds) => `${seconds.toFixed(times.at(-1) < 1 ? 3 : 2)} s`;
  const received = () => (position ? wire.chunks[position - 1].end : 0);
  const produced = (count) => (count ? wire.chunks[count - 1].events : 0);

  function load() {
    wire = model.get("model");
    // Chunks without times come evenly, so that they can be played too.
    times = wire.chunks.map((chunk, index) => (wire.timed ? chunk.at : (index + 1) * 0.3));
    slider.max = times.at(-1) || 1;
    opened = undefined;
    lit = {};
    title.textContent = model.get("title") || "Bytes on the wire";
    counts.textContent =
      [plural(wire.chunk_count, "chunk"), plural(wire.size, "byte"), plural(wire.event_count, "event")].join(" · ") +
      (wire.timed ? ` · ${time(times.at(-1))}` : "") +
      (wire.chunk_count > wire.chunks.length ? ` (the first ${plural(wire.chunks.length, "chunk")} shown)` : "");
    chips.replaceChildren();
    relayOut();
  }

  function relayOut() {
    const width = strip.clientWidth;
    if (!width) return; // not on the page yet
    advance = ruler.getBoundingClientRect().width / 100 || advance;
    const columns = Math.max(24, Math.floor((width - GUTTER - 14) / advance));
    layout = layOut(wire, columns);
    const more = wire.size - (layout.rows.at(-1)?.end ?? 0);
    foot.textContent = more ? `… ${plural(more, "more byte")} not shown` : "";
    foot.style.top = `${layout.height}px`;
    canvas.style.height = `${layout.height + (more ? ROW + 4 : 0)}px`;
    show(position, clock);
  }

  /** Show the moment at which so many chunks have been received. */
  function show(count, at) {
    position = Math.min(Math.max(0, count), wire.chunks.length);
    clock = at ?? (position ? times[position - 1] : 0);
    keepInSight();
    drawRows(true);
    drawClock();
    drawHeld();
    drawEvents();
    say();
    for (const [node, off] of [[back, !position], [backEvent, !position], [over, !position && !clock],
      [forward, position === wire.chunks.length], [forwardEvent, nextEvent() === undefined],
      [play, !wire.chunks.length]]) node.disabled = off;
    tell();
  }

  let telling;
  function tell() {
    // While it plays, the kernel hears of it a few times a second, not at every chunk.
    if (model.get("position") === position) return;
    telling ??= setTimeout(() => {
      telling = undefined;
      model.set("position", position);
      model.save_changes();
    }, playing ? 250 : 0);
  }

  // --- stepping and playing ---------------------------------------------------------
  function nextEvent() {
    const now = produced(position);
    const index = firstWhere(wire.chunks, (chunk) => chunk.events > now);
    return index < wire.chunks.length ? index + 1 : undefined;
  }

  function step(by) {
    halt();
    show(position + by);
  }

  function previousEvent() {
    let count = position - 1;
    while (count > 0 && produced(count) === produced(count - 1)) count -= 1;
    return Math.max(0, count);
  }

  function stepEvent(by) {
    halt();
    show(by > 0 ? (nextEvent() ?? position) : previousEvent());
  }

  function start() {
    if (position === wire.chunks.length) show(0);
    root.classList.add("wire-playing");
    status.setAttribute("aria-live", "off"); // it would talk without a pause
    let last = performance.now();
    const frame = (now) => {
      const at = clock + ((now - last) / 1000) * Number(speed.value);
      last = now;
      const count = firstWhere(times, (each) => each > at);
      playing = requestAnimationFrame(frame);
      if (count === wire.chunks.length) {
        halt();
        show(count);
      } else if (count !== position) show(count, at);
      else {
        clock = at;
        drawClock();
        say();
      }
    };
    playing = requestAnimationFrame(frame);
    play.textContent = "Pause";
    play.setAttribute("aria-label", "Pause");
  }

  function halt() {
    cancelAnimationFrame(playing);
    playing = 0;
    root.classList.remove("wire-playing");
    status.setAttribute("aria-live", "polite");
    play.textContent = "Play";
    play.setAttribute("aria-label", "Play");
  }

  function pause() {
    halt();
    show(position, clock);
  }

  // --- the clock --------------------------------------------------------------------
  const scale = () => (marks.clientWidth - 2 * PAD) / (times.at(-1) || 1);

  function drawClock() {
    const perSecond = scale();
    const height = marks.clientHeight;
    const x = PAD + clock * perSecond;
    marks.replaceChildren(...clockMarks(wire, times, { position, clock, perSecond, height }));
    slider.value = clock;
    slider.setAttribute("aria-valuetext", `${time(clock)}, chunk ${position} of ${wire.chunks.length}`);
    const width = marks.clientWidth;
    const now = element("span", { textContent: wire.timed ? time(clock) : `chunk ${position}` });
    now.style.left = `${Math.min(Math.max(x - 18, 0), width - 44)}px`;
    axis.replaceChildren(now);
    // The ends of the clock, unless the moment itself stands there.
    if (wire.timed && x > 70) axis.append(element("span", { textContent: "0 s" }));
    if (wire.timed && x < width - 90) {
      axis.append(element("span", { className: "wire-axis-end", textContent: time(times.at(-1) ?? 0) }));
    }
  }

  // --- the bytes --------------------------------------------------------------------
  function keepInSight() {
    if (!position || !layout.rows.length) {
      strip.scrollTop = 0;
      return;
    }
    const chunk = wire.chunks[position - 1];
    const rowAt = (offset) =>
      layout.rows[Math.min(firstWhere(layout.rows, (row) => row.end > offset), layout.rows.length - 1)];
    const top = rowAt(chunk.start).top;
    const bottom = rowAt(chunk.end - 1).bottom;
    const height = strip.clientHeight;
    // Its end matters most: that is where the decoder stands. The page itself never scrolls.
    if (bottom - top > height) strip.scrollTop = top - ROW;
    else if (bottom + ROW > strip.scrollTop + height) strip.scrollTop = bottom + ROW - height;
    else if (Math.min(top, bottom - ROW) < strip.scrollTop) strip.scrollTop = Math.max(top - ROW, bottom - height);
  }

  function drawRows(anew) {
    if (anew) {
      for (const node of drawn.values()) node.remove();
      drawn.clear();
    }
    const from = strip.scrollTop - 200;
    const to = strip.scrollTop + strip.clientHeight + 200;
    const first = firstWhere(layout.rows, (row) => row.bottom > from);
    const last = firstWhere(layout.rows, (row) => row.top > to);
    for (const [index, node] of drawn) {
      if (index < first || index >= last) {
        node.remove();
        drawn.delete(index);
      }
    }
    const now = { wire, layout, position, time, advance, width: canvas.clientWidth - GUTTER - 8 };
    for (let index = first; index < last; index += 1) {
      if (!drawn.has(index)) {
        const node = rowNode(now, index);
        drawn.set(index, node);
        canvas.append(node);
      }
    }
    light(lit);
  }

  /** Light the bytes and the chip of an event, and the bytes of a chunk. */
  function light(what) {
    lit = what;
    for (const node of drawn.values()) {
      node.classList.toggle("wire-lit", Number(node.dataset.span) === lit.span);
      for (const piece of node.querySelectorAll(".wire-piece")) {
        piece.classList.toggle("wire-lit", Number(piece.dataset.chunk) === lit.chunk);
      }
    }
    for (const chip of chips.querySelectorAll("button")) {
      chip.classList.toggle("wire-lit", Number(chip.dataset.span) === lit.span);
    }
    const words = [];
    if (lit.chunk !== undefined) {
      const chunk = wire.chunks[lit.chunk];
      words.push(`chunk ${lit.chunk + 1}: ${plural(sizeOf(chunk), "byte")}`, ...(wire.timed ? [time(chunk.at)] : []));
      if (chunk.cut) words.push(cutWords(chunk));
    }
    const span = wire.spans[lit.span];
    if (span) words.push(`${nameOf(span)}, ${plural(span.end - span.start, "byte")}`);
    reading.textContent = words.join(" · ") || `${plural(received(), "byte")} of ${wire.size.toLocaleString("en")}`;
  }

  // --- what the decoder holds -------------------------------------------------------
  function drawHeld() {
    const chunk = wire.chunks[position - 1];
    const rows = [];
    if (chunk && chunk.event_from < chunk.end) {
      const { lines, at } = heldLines(layout, chunk);
      let start = at;
      for (const cells of lines) {
        const size = cells.reduce((sum, cell) => sum + bytesOf(cell), 0);
        const open = start + size > chunk.line_from && chunk.line_from < chunk.end;
        rows.push(heldRow(cells, open, Math.floor((held.clientWidth - 200) / advance)));
        start += size;
      }
    }
    const more = rows.length > 3 ? rows.splice(0, rows.length - 3).length : 0;
    if (!rows.length) {
      rows.push(element("div", { className: "wire-held-row sa-note", textContent: position ? "nothing: every byte so far is part of a finished event" : "nothing yet" }));
    }
    held.replaceChildren(...rows);
    const waiting = chunk ? chunk.end - chunk.event_from : 0;
    heldNote.textContent = plural(waiting, "byte") + (more ? `, ${plural(more, "line")} not shown` : "");
  }

  // --- events -----------------------------------------------------------------------
  function drawEvents() {
    const wanted = firstWhere(wire.spans, (span) => span.chunk < 0 || span.chunk >= position);
    const grows = chips.children.length !== wanted;
    while (chips.children.length > wanted) chips.lastChild.remove();
    for (let index = chips.children.length; index < wanted; index += 1) chips.append(chipNode(index));
    if (grows) chips.scrollTop = chips.scrollHeight;
    if (opened !== undefined && opened >= wanted) opened = undefined;
    eventsNote.textContent = `${produced(position).toLocaleString("en")} of ${wire.event_count.toLocaleString("en")}` +
      (produced(position) > (wire.spans[wanted - 1]?.number ?? 0) && wanted === wire.spans.length ? `, the first ${(wire.spans.findLast((span) => span.number)?.number ?? 0).toLocaleString("en")} shown` : "");
    drawPanel();
  }

  function chipNode(index) {
    const span = wire.spans[index];
    const chip = chipOf(span, index, id);
    chip.addEventListener("click", () => {
      opened = opened === index ? undefined : index;
      drawPanel();
      scrollTo(span);
    });
    for (const name of ["mouseenter", "focus"]) chip.addEventListener(name, () => light({ span: index }));
    for (const name of ["mouseleave", "blur"]) chip.addEventListener(name, () => light({}));
    return element("li", {}, chip);
  }

  function scrollTo(span) {
    const row = layout.rows[firstWhere(layout.rows, (each) => each.end > span.start)];
    if (row && (row.top < strip.scrollTop || row.bottom > strip.scrollTop + strip.clientHeight)) {
      strip.scrollTop = Math.max(0, row.top - ROW);
    }
    drawRows();
  }

  function drawPanel() {
    for (const chip of chips.querySelectorAll("button")) {
      chip.setAttribute("aria-expanded", String(Number(chip.dataset.span) === opened));
    }
    const index = opened ?? chips.children.length - 1;
    const span = wire.spans[index];
    if (panel.dataset.span === String(index) && panel.dataset.opened === String(opened !== undefined)) return;
    panel.dataset.span = index;
    panel.dataset.opened = opened !== undefined;
    panel.scrollTop = 0;
    panel.replaceChildren(...fieldNodes(span, opened === undefined));
  }

  // --- in words ---------------------------------------------------------------------
  function say() {
    const state = model.get("state");
    root.dataset.state = state;
    record.hidden = !model.get("can_record");
    record.textContent = state === "recording" ? "Stop recording" : "Record again";
    record.setAttribute("aria-label", record.textContent);
    const words = state === "failed" ? model.get("problem")
      : state === "recording" ? "Recording from the socket; what is shown is the recording before."
      : momentWords(wire, times, position, time);
    if (status.textContent !== words) status.textContent = words;
  }

  // --- hands ------------------------------------------------------------------------
  const keys = (event) => {
    const act = {
      ArrowLeft: () => (event.shiftKey ? stepEvent(-1) : step(-1)),
      ArrowRight: () => (event.shiftKey ? stepEvent(1) : step(1)),
      Home: () => step(-Infinity),
      End: () => step(Infinity),
      PageUp: () => step(-10),
      PageDown: () => step(10),
      " ": () => (playing ? pause() : start()),
    }[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  };
  strip.addEventListener("keydown", keys);
  slider.addEventListener("keydown", keys);
  const leaveArrows = takeArrows(root, strip, keys);
  slider.addEventListener("input", () => {
    halt();
    const at = Number(slider.value);
    show(firstWhere(times, (each) => each > at), at);
  });
  strip.addEventListener("scroll", () => drawRows());
  canvas.addEventListener("mouseover", (event) => {
    const row = event.target.closest(".wire-row");
    const piece = event.target.closest(".wire-piece");
    light({
      span: row ? Number(row.dataset.span) : undefined,
      chunk: piece ? Number(piece.dataset.chunk) : undefined,
    });
  });
  canvas.addEventListener("mouseleave", () => light({}));

  const onModel = () => {
    halt();
    position = model.get("position");
    panel.dataset.span = "";
    load();
    show(position);
  };
  const onPosition = () => {
    if (!playing && model.get("position") !== position) show(model.get("position"));
  };
  const listeners = { model: onModel, title: onModel, position: onPosition, state: say, problem: say, can_record: say };
  for (const [name, listener] of Object.entries(listeners)) model.on(`change:${name}`, listener);
  const watch = new ResizeObserver(relayOut);
  watch.observe(strip);
  onModel();
  return () => {
    halt();
    clearTimeout(telling);
    watch.disconnect();
    leaveArrows();
    for (const [name, listener] of Object.entries(listeners)) model.off(`change:${name}`, listener);
  };
}

export default view(render);

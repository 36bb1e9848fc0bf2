const STEPS = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  PageUp: [-8, 0],
  PageDown: [8, 0],
  Home: [-100000, -100000],
  End: [100000, 100000],
  Enter: [0, 0],
};

function render({ model, el }) {
  const { title } = model.get("setup");
  const start = element("button", { type: "button", textContent: "Start", className: "sa-primary" });
  const stop = element("button", { type: "button", textContent: "Stop", disabled: true });
  const progress = element("progress", { "aria-label": "Cuts made", max: 1, value: 0 });
  const count = element("span", { className: "sa-chaos-count" });
  const words = element("p", { className: "sa-chaos-words", role: "status" });
  const frame = element("div", { className: "sa-picture sa-chaos-picture", tabIndex: 0, role: "slider", "aria-label": "Place of the cut", "aria-valuemin": "0" });
  const sentence = element("p", { className: "sa-chaos-sentence" });
  const before = element("span");
  const after = element("span", { className: "sa-chaos-lost" });
  const bytes = element("p", { className: "sa-chaos-bytes sa-code", hidden: true }, before, element("b", { textContent: "✂", "aria-label": " cut " }), after);
  const table = element("table");
  const details = element("details", {}, element("summary", { textContent: "As a table" }), element("div", { className: "sa-chaos-table", tabIndex: 0, role: "region", "aria-label": `${title}, as a table` }, table));
  const root = element(
    "div",
    { className: "sa sa-chaos", role: "group", "aria-label": title },
    element("div", { className: "sa-row" }, start, stop, progress, count),
    words,
    frame,
    element("div", { className: "sa-chaos-detail" }, sentence, bytes),
    details,
  );
  keepKeys(root);
  el.append(root);

  let shown = model.get("state");

  function drawTable() {
    if (details.open) fillTable(table, shown.rows);
  }

  /** Mark the chosen cell, and say what happened there. */
  function drawPicked(picked) {
    const svg = frame.querySelector("svg");
    svg?.querySelector(".sa-chaos-cursor")?.remove();
    if (picked && svg) {
      const cursor = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      const place = { x: picked.x - 1.5, y: picked.y - 1.5, width: picked.size + 3, height: picked.size + 3 };
      for (const [name, value] of Object.entries(place)) cursor.setAttribute(name, value);
      cursor.setAttribute("class", "sa-chaos-cursor");
      svg.append(cursor);
    }
    sentence.textContent = picked ? picked.words : "Choose a cell, by a click or with the arrow keys, to read what happened at that byte.";
    bytes.hidden = !picked;
    before.textContent = picked ? picked.before : "";
    after.textContent = picked ? picked.after : "";
    frame.setAttribute("aria-valuenow", picked ? picked.index : 0);
    frame.setAttribute("aria-valuetext", picked ? picked.words : "No cell is chosen.");
  }

  function draw(picture) {
    shown = picture;
    frame.replaceChildren(pictureOf(shown.svg));
    // The slider has the words; its picture would only say them again.
    frame.firstChild.setAttribute("aria-hidden", "true");
    frame.firstChild.querySelector("title")?.remove(); // it would follow the pointer everywhere
    frame.setAttribute("aria-valuemax", Math.max(shown.planned - 1, 0));
    drawPicked(shown.picked);
    drawTable();
    showButtons(root, start, stop, shown.running, shown.begun);
    progress.max = Math.max(shown.planned, 1);
    progress.value = shown.done;
    count.textContent = `${shown.done.toLocaleString("en")} of ${shown.planned.toLocaleString("en")} cuts`;
    const line = shown.begun ? shown.words : "Press Start.";
    if (words.textContent !== line) words.textContent = line;
  }

  const onPicked = (message) => {
    if (message.op !== "picked") return;
    shown = { ...shown, picked: message.picked };
    drawPicked(message.picked);
  };
  start.addEventListener("click", () => model.send({ op: "start" }));
  stop.addEventListener("click", () => model.send({ op: "stop" }));
  frame.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    model.send({ op: "move", down: step[0], right: step[1] });
  });
  frame.addEventListener("click", (event) => {
    const svg = frame.querySelector("svg");
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    model.send({ op: "pick", x: point.x, y: point.y });
  });
  details.addEventListener("toggle", drawTable);
  draw(shown);
  model.on("msg:custom", onPicked);
  const unfollow = followPictures(model, draw);
  return () => {
    unfollow();
    model.off("msg:custom", onPicked);
  };
}

export default view(render);

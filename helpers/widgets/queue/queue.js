function render({ model, el }) {
  // Radio groups of two views must differ, and each view may have its own copy of this module.
  const group = `sa-queue-${Math.random()}`;
  const { policies, chosen, about, title } = model.get("setup");
  const start = element("button", { type: "button", textContent: "Start", className: "sa-primary" });
  const stop = element("button", { type: "button", textContent: "Stop", disabled: true });
  const inputs = policies.map(([id, name]) => {
    const input = element("input", { type: "radio", name: group, checked: id === chosen });
    input.addEventListener("change", () => model.send({ op: "choose", policy: id }));
    return [input, element("label", {}, input, element("span", { textContent: name }))];
  });
  const clock = element("span", { className: "sa-queue-clock" });
  const words = element("p", { className: "sa-queue-words", role: "status" });
  const frame = element("div", { className: "sa-picture sa-queue-picture" });
  const table = element("table");
  const root = element(
    "div",
    { className: "sa sa-queue", role: "group", "aria-label": title },
    element(
      "div",
      { className: "sa-row" },
      start,
      stop,
      element("div", { className: "sa-row sa-queue-choices", role: "radiogroup", "aria-label": "What a full queue does" }, element("span", { className: "sa-note", textContent: "When full:", "aria-hidden": "true" }), ...inputs.map(([, label]) => label)),
      clock,
    ),
    element("p", { className: "sa-note sa-queue-about", textContent: about }),
    words,
    frame,
    element("div", { className: "sa-queue-table", tabIndex: 0, role: "region", "aria-label": "The numbers" }, table),
  );
  keepKeys(root);
  el.append(root);

  function draw(shown) {
    frame.replaceChildren(pictureOf(shown.svg));
    // The table below it has the numbers; the picture would only say them again.
    frame.firstChild.setAttribute("aria-hidden", "true");
    frame.firstChild.querySelector("title")?.remove(); // it would follow the pointer everywhere
    fillTable(table, shown.rows);
    showButtons(root, start, stop, shown.running, shown.begun);
    for (const [input] of inputs) input.disabled = shown.running;
    clock.textContent = `${shown.clock.toFixed(1)} s`;
    const line = shown.begun ? shown.words : "Press Start.";
    if (words.textContent !== line) words.textContent = line;
  }

  start.addEventListener("click", () => model.send({ op: "start" }));
  stop.addEventListener("click", () => model.send({ op: "stop" }));
  draw(model.get("state"));
  return followPictures(model, draw);
}

export default view(render);

function render({ model, el }) {
  const all = element("button", { type: "button", textContent: "Do all", className: "sa-primary" });
  const stop = element("button", { type: "button", textContent: "Stop", disabled: true });
  const words = element("p", { className: "sa-submit-words", role: "status" });
  const list = element("ol", { className: "sa-submit-steps" });
  const root = element(
    "div",
    { className: "sa sa-submit", role: "group", "aria-label": "Submit your build" },
    element("div", { className: "sa-row" }, all, stop, words),
    list,
  );
  keepKeys(root);
  el.append(root);

  let shown = model.get("state");
  const rows = new Map();

  function rowOf(step) {
    const mark = element("span", { className: "sa-submit-mark", "aria-hidden": "true" });
    const name = element("b", { textContent: step.name });
    const does = element("span", { className: "sa-note", textContent: step.does });
    const makes = element("span", { className: "sa-submit-makes sa-code", textContent: step.makes });
    const button = element("button", { type: "button", textContent: "Run", "aria-label": `Run: ${step.name}` });
    const progress = element("progress", { "aria-label": `${step.name}: behaviours tried`, max: 1, value: 0, hidden: true });
    const said = element("p", { className: "sa-submit-said" });
    const details = element("ul", { className: "sa-submit-details", hidden: true });
    const picture = element("img", { hidden: true });
    button.addEventListener("click", () => model.send({ op: "start", step: step.id }));
    const body = element("div", { className: "sa-submit-body" }, progress, said, details, picture);
    const row = element(
      "li",
      { className: "sa-submit-step" },
      element("div", { className: "sa-submit-head" }, mark, element("span", { className: "sa-submit-what" }, name, " ", does), makes, button),
      body,
    );
    const nodes = { row, mark, button, progress, said, details, picture };
    if (step.id === "note") body.prepend(...noteField(nodes));
    if (step.id === "package") body.prepend(...aboutFields(nodes));
    rows.set(step.id, nodes);
    list.append(row);
  }

  const newId = () => `sa-field-${crypto.getRandomValues(new Uint32Array(1))[0]}`;

  // What stands in the manifest and at the top of the README; the kernel keeps it.
  function aboutFields(nodes) {
    const about = model.get("about");
    const line = (words, value) => {
      const id = newId();
      const field = element("input", { id, type: "text", maxLength: 80, value });
      return [element("label", { textContent: words, for: id }), field];
    };
    const [titleLabel, title] = line("Its title, if it has one", about.title);
    const [authorLabel, author] = line("By whom it is, if you want to say so", about.author);
    const id = newId();
    const gallery = element("input", { id, type: "checkbox", checked: about.gallery });
    const consent = element("label", { textContent: "A gallery of my class may show it to anybody", for: id });
    for (const field of [title, author, gallery]) {
      field.addEventListener("change", () =>
        model.send({ op: "about", title: title.value, author: author.value, gallery: gallery.checked }),
      );
    }
    Object.assign(nodes, { title, author, gallery });
    return [titleLabel, title, authorLabel, author, element("div", { className: "sa-row" }, gallery, consent)];
  }

  function noteField(nodes) {
    const id = newId();
    const label = element("label", { textContent: "Your note: three to five sentences on the hardest edge case", for: id });
    const field = element("textarea", { id, rows: 5, value: model.get("note"), spellcheck: true });
    const save = element("button", { type: "button", textContent: "Save and check" });
    save.addEventListener("click", () => model.send({ op: "note", text: field.value }));
    Object.assign(nodes, { field, save });
    return [label, field, save];
  }

  function drawRow(step) {
    const { row, mark, button, progress, said, details, save } = rows.get(step.id);
    row.dataset.state = step.state;
    mark.textContent = step.mark;
    const state = { waiting: "not done", running: "running", done: "done", failed: "failed" }[step.state];
    row.setAttribute("aria-label", `${step.name}: ${state}`);
    button.textContent = step.state === "done" || step.state === "failed" ? "Run again" : "Run";
    for (const one of [button, save]) if (one) one.disabled = shown.running;
    progress.hidden = step.state !== "running";
    if (step.total) {
      progress.max = step.total;
      progress.value = step.done;
    } else {
      progress.removeAttribute("value");
    }
    const count = step.state === "running" && step.total ? `${step.done} of ${step.total}. ` : "";
    said.textContent = count + step.words;
    details.hidden = !step.details.length;
    details.replaceChildren(...step.details.map((line) => element("li", { textContent: line })));
  }

  function drawPictures() {
    const pictures = model.get("pictures");
    for (const [id, { picture }] of rows) {
      const [svg, alt] = pictures[id] ?? [];
      picture.hidden = !svg;
      if (!svg) continue;
      picture.alt = alt;
      // As an image nothing in it can run.
      picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
    }
  }

  function draw(state) {
    shown = state;
    const focused = root.getRootNode().activeElement;
    for (const step of shown.steps) {
      if (!rows.has(step.id)) rowOf(step);
      drawRow(step);
    }
    all.disabled = shown.running;
    stop.disabled = !shown.running;
    // A button that is switched off would lose the place of the keyboard.
    if (root.contains(focused) && focused.disabled) (shown.running ? stop : all).focus();
    if (words.textContent !== shown.words) words.textContent = shown.words;
  }

  const onAbout = () => {
    const { title, author, gallery } = rows.get("package");
    const about = model.get("about");
    for (const [field, value] of [[title, about.title], [author, about.author]]) {
      if (field.value !== value) field.value = value;
    }
    gallery.checked = about.gallery;
  };
  const onNote = () => {
    rows.get("note").field.value = model.get("note");
  };
  all.addEventListener("click", () => model.send({ op: "start" }));
  stop.addEventListener("click", () => model.send({ op: "stop" }));
  draw(shown);
  drawPictures();
  model.on("change:pictures", drawPictures);
  model.on("change:note", onNote);
  model.on("change:about", onAbout);
  const unfollow = followPictures(model, draw);
  return () => {
    unfollow();
    model.off("change:pictures", drawPictures);
    model.off("change:note", onNote);
    model.off("change:about", onAbout);
  };
}

export default view(render);

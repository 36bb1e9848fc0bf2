function render({ model, el }) {
  const frame = element("div", { className: "sa-picture sa-history-picture" });
  const root = element("div", { className: "sa sa-history", role: "group", "aria-label": "History" }, frame);
  el.append(root);

  function draw() {
    frame.replaceChildren(pictureOf(model.get("svg")));
    const title = frame.querySelector("title"); // it would follow the pointer everywhere
    frame.firstChild.setAttribute("aria-label", title.textContent);
    title.remove();
  }

  draw();
  model.on("change:svg", draw);
  return () => model.off("change:svg", draw);
}

export default view(render);

// What the bars and cells of the wire view mean.

function legendNode() {
  const sample = (className, text = "") => element("span", { className, textContent: text });
  return element("p", { className: "wire-legend sa-axis" },
    element("span", {}, sample("wire-sample-chunk"), "one network chunk"),
    element("span", {}, sample("wire-bar wire-sample"), "one event, up to its blank line"),
    ...["text", "tool", "thinking"].map((meaning) => {
      const bar = sample("wire-bar wire-sample");
      bar.dataset.meaning = meaning;
      return element("span", {}, bar, { text: "text", tool: "tool input", thinking: "thinking" }[meaning]);
    }),
    element("span", {}, sample("wire-cell wire-end", "⏎"), "line end (LF)"),
    element("span", {}, sample("wire-cell wire-hex wire-sample-hex", "E2"), "byte of a broken character"),
  );
}

// One answer on the page. It draws what it is told and changes as little as that asks for: a token
// is appended to a text node, a finished line is added once and never touched again.

import { SIGNS, figures, left, seconds } from "./words.js";

export function element(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

const typing = () => element("span", { className: "typing" }, ...[1, 2, 3].map(() => element("i")));

/** A text: finished lines as the server's sanitized HTML, the line in progress as plain text. */
class TextPart {
  constructor(_, voice) {
    this.voice = voice;
    this.lines = element("div", { className: "lines md" });
    this.now = document.createTextNode("");
    // Screen readers hear a line when it is finished; half of one would be told again and again.
    this.open = element("p", { className: "open", ariaHidden: "true" }, this.now);
    this.open.append(element("span", { className: "caret" }));
    this.node = element("div", { className: "text" }, this.lines, this.open);
  }

  add({ lines, text }) {
    if (lines.length) {
      const html = element("template", { innerHTML: lines.join("") }).content;
      this.voice(html.textContent);
      this.lines.append(html);
      this.now.data = text;
    } else {
      this.now.appendData(text);
    }
  }

  refresh({ state }) {
    if (state === "open") return;
    if (this.now.data) this.open.querySelector(".caret")?.remove();
    else this.open.remove();
  }
}

/** Thinking: open while it goes on, one line when it is over. */
class ThinkingPart {
  constructor() {
    this.label = element("summary", { textContent: "Thinking…" });
    this.now = document.createTextNode("");
    this.node = element("details", { className: "thinking", open: true }, this.label);
    this.node.append(element("p", {}, this.now));
  }

  add({ text }) {
    this.now.appendData(text);
  }

  refresh({ seconds: took }) {
    if (took === null) return;
    const shown = this.now.data ? "" : ", not shown by the API";
    this.label.textContent = `Thought for ${seconds(took)}${shown}`;
    this.node.open = false;
  }
}

/** A tool as a card: its name, its input as it grows, how far it is, what came of it. */
class ToolPart {
  constructor({ name }, voice) {
    this.voice = voice;
    this.sign = element("span", { className: "tool-sign", ariaHidden: "true" });
    this.words = element("span", { className: "tool-words" });
    this.time = element("span", { className: "tool-seconds" });
    this.input = element("code");
    this.bar = element("progress");
    this.message = element("span", { className: "tool-progress" });
    this.node = element(
      "section",
      { className: "tool", ariaLabel: `Tool ${name}` },
      element("p", { className: "tool-head" }, this.sign, this.words, this.time),
      this.input,
    );
  }

  add({ text }) {
    this.input.append(text);
  }

  refresh({ state, words, progress, result, seconds: took }) {
    this.words.textContent = words;
    this.sign.textContent = SIGNS[state];
    const before = this.node.dataset.state;
    this.node.dataset.state = state;
    if (state === "running" && before !== state) this.run(words);
    if (state !== "running") clearInterval(this.clock);
    if (took !== null) this.time.textContent = seconds(took);
    this.progress(words, progress);
    if (result && !this.result) this.finish(result);
  }

  run(words) {
    this.voice(words);
    const began = performance.now();
    const tick = () => (this.time.textContent = seconds((performance.now() - began) / 1000));
    this.clock = setInterval(tick, 100);
  }

  progress(words, progress) {
    if (!progress) {
      this.bar.remove();
      this.message.remove();
      return;
    }
    const { message, done, total } = progress;
    this.bar.ariaLabel = words;
    this.message.textContent = message;
    if (done !== null && total) Object.assign(this.bar, { max: total, value: done });
    else this.bar.removeAttribute("value");
    if (!this.bar.isConnected) this.node.append(this.bar, this.message);
  }

  finish(text) {
    this.result = element("div", { className: "tool-result", textContent: text });
    const long = text.length > 300 || text.split("\n").length > 4;
    const summary = element("summary", { textContent: "What it gave back" });
    this.node.append(long ? element("details", {}, summary, this.result) : this.result);
  }
}

const PARTS = { text: TextPart, thinking: ThinkingPart, tool: ToolPart };

/** One answer. `voice` takes what a screen reader should hear, `about` is of the agent. */
export class AnswerView {
  constructor(about, voice) {
    this.about = about;
    this.voice = voice;
    this.parts = new Map();
    this.inside = element("div", { className: "parts" });
    this.notes = element("div");
    this.footer = element("p", { className: "figures" });
    this.waiting = typing();
    this.node = element("article", { className: "answer", ariaLabel: "Answer" });
    this.node.append(this.inside, this.waiting, this.notes, this.footer);
  }

  tell(page) {
    switch (page.type) {
      case "part":
        this.part(page);
        break;
      case "text":
      case "more":
        this.parts.get(page.part)?.add(page);
        break;
      case "now":
        this.waiting.hidden = !page.waiting;
        this.note(page.note, false);
        break;
      case "figures":
        this.figures(page);
        break;
      case "end":
        for (const part of this.parts.values()) part.refresh((part.told = left(part.told)));
        this.waiting.remove();
        this.node.dataset.state = page.outcome;
        this.note(page.note, page.outcome === "failed");
        if (page.figures) this.figures(page.figures);
    }
  }

  part(page) {
    let part = this.parts.get(page.part);
    if (!part) {
      part = new PARTS[page.kind](page, this.voice);
      this.parts.set(page.part, part);
      this.inside.append(part.node);
    }
    part.refresh((part.told = page));
    if (page.state === "superseded") part.node.remove();
  }

  note(words, isProblem) {
    const className = isProblem ? "note problem" : "note";
    const note = element("p", { className, textContent: words });
    this.notes.replaceChildren(...(words ? [note] : []));
    if (words) this.voice(words);
  }

  figures(told) {
    this.footer.replaceChildren();
    for (const [name, value] of figures(told, this.about)) {
      const entry = element("span");
      if (name) entry.append(`${name} `);
      entry.append(element("b", { textContent: value }));
      this.footer.append(entry);
    }
  }
}

// One answer on the page. It is told what happens and changes as little as that asks for: a token
// is appended to a text node, a finished line is added once and never touched again.

import { SIGNS, ending, figures, retrying, seconds } from "./words.js";

export function element(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

const typing = () => element("span", { className: "typing" }, ...[1, 2, 3].map(() => element("i")));

/** A text: finished lines as the server's sanitized HTML, the line in progress as plain text. */
class TextPart {
  constructor(voice) {
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

  end() {
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

  end(took) {
    if (took === undefined) return;
    const shown = this.now.data ? "" : ", not shown by the API";
    this.label.textContent = `Thought for ${seconds(took)}${shown}`;
    this.node.open = false;
  }
}

/** A tool as a card: its name, its input as it grows, how far it is, what came of it. */
class ToolPart {
  constructor({ name }, voice) {
    this.name = name;
    this.voice = voice;
    this.sign = element("span", { className: "tool-sign", ariaHidden: "true" });
    this.words = element("span", { className: "tool-words", textContent: name });
    this.time = element("span", { className: "tool-seconds" });
    this.input = element("code");
    this.node = element(
      "section",
      { className: "tool", ariaLabel: `Tool ${name}` },
      element("p", { className: "tool-head" }, this.sign, this.words, this.time),
      this.input,
    );
    this.become("input");
  }

  become(state) {
    this.state = this.node.dataset.state = state;
    this.sign.textContent = SIGNS[state];
  }

  add({ text }) {
    this.input.append(text);
  }

  run({ status }) {
    this.words.textContent = status;
    this.voice(status);
    this.become("running");
    const began = performance.now();
    const tick = () => (this.time.textContent = seconds((performance.now() - began) / 1000));
    this.clock = setInterval(tick, 100);
  }

  progress({ message, done, total }) {
    if (!this.bar) {
      this.told = element("span", { className: "tool-progress" });
      this.bar = element("progress", { ariaLabel: this.words.textContent });
      this.node.append(this.bar, this.told);
    }
    this.told.textContent = message;
    if (done !== null && total) Object.assign(this.bar, { max: total, value: done });
    else this.bar.removeAttribute("value");
  }

  finish({ text, failed, seconds: took }) {
    this.end();
    this.bar?.remove();
    this.told?.remove();
    this.become(failed ? "failed" : "done");
    this.time.textContent = seconds(took);
    const result = element("div", { className: "tool-result", textContent: text });
    const long = text.length > 300 || text.split("\n").length > 4;
    const summary = element("summary", { textContent: "What it gave back" });
    this.node.append(long ? element("details", {}, summary, result) : result);
  }

  end() {
    clearInterval(this.clock);
    if (this.state === "running" || this.state === "input") {
      this.become("stopped");
      this.bar?.remove();
      this.told?.remove();
    }
  }
}

/** One answer. `voice` takes what a screen reader should hear, `about` is of the agent. */
export class AnswerView {
  constructor(about, voice) {
    this.about = about;
    this.voice = voice;
    this.parts = new Map();
    this.ofTurn = []; // the parts of the present turn, which a retry may void
    this.inside = element("div", { className: "parts" });
    this.notes = element("div");
    this.footer = element("p", { className: "figures" });
    this.waiting = typing();
    this.node = element("article", { className: "answer", ariaLabel: "Answer" });
    this.node.append(this.inside, this.waiting, this.notes, this.footer);
  }

  tell(page) {
    const part = this.parts.get(page.part);
    switch (page.type) {
      case "turn":
        this.settle();
        this.ofTurn = [];
        this.waiting.hidden = false;
        break;
      case "text":
        (part ?? this.make(page, new TextPart(this.voice))).add(page);
        break;
      case "thinking":
        (part ?? this.make(page, new ThinkingPart())).add(page);
        break;
      case "tool":
        this.make(page, new ToolPart(page, this.voice));
        break;
      case "thought":
        part?.end(page.seconds);
        break;
      case "input":
        part?.add(page);
        break;
      case "running":
        part?.run(page);
        break;
      case "progress":
        part?.progress(page);
        break;
      case "result":
        part?.finish(page);
        break;
      case "retry":
        this.retry(page);
        break;
      case "figures":
        this.figures(page);
        break;
      case "end":
        this.end(page);
    }
  }

  make({ part }, made) {
    this.settle();
    this.parts.set(part, made);
    this.ofTurn.push(made);
    this.inside.append(made.node);
    this.waiting.hidden = true;
    return made;
  }

  /** Leave no caret where nothing is written any more. */
  settle() {
    for (const part of this.ofTurn) if (part instanceof TextPart) part.end();
  }

  note(words, isProblem) {
    const className = isProblem ? "note problem" : "note";
    this.notes.replaceChildren(element("p", { className, textContent: words }));
    this.voice(words);
  }

  retry(page) {
    this.settle();
    if (page.restarts) {
      for (const part of this.ofTurn) {
        part.end();
        part.node.remove();
      }
      this.ofTurn = [];
    }
    this.waiting.hidden = false;
    this.note(retrying(page), false);
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

  end(page) {
    this.settle();
    for (const part of this.parts.values()) part.end();
    this.waiting.remove();
    this.node.dataset.state = page.outcome;
    this.notes.replaceChildren();
    const words = ending(page);
    if (words) this.note(words, page.outcome === "failed");
    if (page.figures) this.figures({ ...page.figures, over: true });
  }
}

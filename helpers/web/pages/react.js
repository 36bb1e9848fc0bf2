// The page in React, drawn from what the hook says. Without JSX, for that would need a build step:
// h("p", { className }, …) is what JSX becomes.

import {
  createElement as h,
  createRoot,
  memo,
  useEffect,
  useRef,
  useState,
} from "./react.vendored.js";
import { agent } from "./sse.js";
import { useAgent } from "./use-agent.js";
import { CONNECTION, SIGNS, SUGGESTIONS, figures, seconds } from "./words.js";

/** Finished lines: HTML that the server has sanitized, appended once. React leaves alone what it
    has not made, so a long answer costs no more to draw than a short one. */
const Lines = memo(({ lines }) => {
  const place = useRef(null);
  const shown = useRef(0);
  useEffect(() => {
    place.current.insertAdjacentHTML("beforeend", lines.slice(shown.current).join(""));
    shown.current = lines.length;
  }, [lines]);
  return h("div", { className: "lines md", ref: place, "aria-live": "polite" });
});

function Text({ lines, open, state }) {
  const growing = state === "open";
  const caret = growing && h("span", { className: "caret" });
  const line = (open || growing) && h("p", { className: "open", "aria-hidden": true }, open, caret);
  return h("div", { className: "text" }, h(Lines, { lines }), line);
}

function Thinking({ text, seconds: took }) {
  const over = took !== null;
  const [open, setOpen] = useState(true);
  useEffect(() => {
    if (over) setOpen(false);
  }, [over]);
  const shown = text ? "" : ", not shown by the API";
  return h(
    "details",
    { className: "thinking", open, onToggle: (event) => setOpen(event.currentTarget.open) },
    h("summary", null, over ? `Thought for ${seconds(took)}${shown}` : "Thinking…"),
    h("p", null, text),
  );
}

function Clock() {
  const [began] = useState(() => performance.now());
  const [now, setNow] = useState(began);
  useEffect(() => {
    const clock = setInterval(() => setNow(performance.now()), 100);
    return () => clearInterval(clock);
  }, []);
  return seconds((now - began) / 1000);
}

function Tool({ name, text, state, words, progress, result, seconds: took }) {
  const time = took === null ? state === "running" && h(Clock) : seconds(took);
  const value = progress?.total ? { max: progress.total, value: progress.done ?? 0 } : {};
  const long = result.length > 300 || result.split("\n").length > 4;
  const back = h("div", { className: "tool-result" }, result);
  return h(
    "section",
    { className: "tool", "data-state": state, "aria-label": `Tool ${name}` },
    h(
      "p",
      { className: "tool-head" },
      h("span", { className: "tool-sign", "aria-hidden": true }, SIGNS[state]),
      h("span", { className: "tool-words" }, words),
      h("span", { className: "tool-seconds" }, time),
    ),
    h("code", null, text),
    progress && h("progress", { "aria-label": words, ...value }),
    progress && h("span", { className: "tool-progress" }, progress.message),
    result && (long ? h("details", null, h("summary", null, "What it gave back"), back) : back),
  );
}

const PARTS = { text: Text, thinking: Thinking, tool: Tool };

const Answer = memo(({ answer, about }) => {
  const { parts, outcome, waiting, note } = answer;
  return h(
    "article",
    { className: "answer", "aria-label": "Answer", "data-state": outcome || undefined },
    h(
      "div",
      { className: "parts" },
      parts
        .filter((one) => one.state !== "superseded")
        .map((one) => h(PARTS[one.kind], { ...one, key: one.part })),
    ),
    waiting && h("span", { className: "typing" }, h("i"), h("i"), h("i")),
    h(
      "div",
      null,
      note && h("p", { className: outcome === "failed" ? "note problem" : "note" }, note),
    ),
    h(
      "p",
      { className: "figures" },
      answer.figures &&
        figures(answer.figures, about).map(([name, value]) =>
          h("span", { key: value }, name && `${name} `, h("b", null, value)),
        ),
    ),
  );
});

function Composer({ running, ask, stop }) {
  // A link may bring a question; to send it is left to the person.
  const [prompt, setPrompt] = useState(new URLSearchParams(location.search).get("prompt") ?? "");
  const field = useRef(null);
  useEffect(() => {
    // Inside a notebook's frame, that would take the keyboard away from the notebook.
    if (!running && (window === window.top || document.hasFocus())) field.current.focus();
  }, [running]);
  useEffect(() => {
    field.current.style.height = "auto";
    field.current.style.height = `${field.current.scrollHeight}px`;
  }, [prompt]);
  const submit = (event) => {
    event.preventDefault();
    if (running || !prompt.trim()) return;
    ask(prompt.trim());
    setPrompt("");
  };
  const onKeyDown = (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) submit(event);
  };
  return h(
    "form",
    { className: "composer", "aria-label": "Ask the agent", onSubmit: submit },
    h(
      "div",
      { className: "field" },
      h("label", { className: "hidden", htmlFor: "prompt" }, "Your question"),
      h("textarea", {
        id: "prompt",
        ref: field,
        rows: 1,
        maxLength: 20000,
        placeholder: "Ask something",
        value: prompt,
        onChange: (event) => setPrompt(event.target.value),
        onKeyDown,
      }),
      running
        ? h("button", { type: "button", className: "stop", onClick: stop }, "Stop")
        : h("button", { type: "submit", className: "send" }, "Send"),
    ),
    h("p", { className: "hint" }, "Enter sends · Shift+Enter makes a new line · Esc stops"),
  );
}

function Page({ about }) {
  const { answers, connection, running, ask, stop } = useAgent();
  const main = useRef(null);
  const atEnd = useRef(true);
  useEffect(() => {
    const onKeyDown = (event) => event.key === "Escape" && stop();
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [stop]);
  useEffect(() => {
    if (atEnd.current) main.current.scrollTo(0, main.current.scrollHeight);
  });
  const onScroll = ({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
    atEnd.current = scrollHeight - scrollTop - clientHeight < 48;
  };
  const links = { EventSource: "eventsource", fetch: "fetch", WebSocket: "websocket" };
  const suggestion = (words) =>
    h("li", { key: words }, h("button", { type: "button", onClick: () => ask(words) }, words));
  const welcome = h(
    "section",
    { className: "welcome" },
    h("h2", null, "What would you like to know?"),
    h("p", null, about.words),
    h("ul", { className: "suggestions" }, SUGGESTIONS.map(suggestion)),
  );
  return [
    h(
      "header",
      { className: "bar", key: "bar" },
      h("h1", null, "Agent"),
      h(
        "nav",
        { "aria-label": "How this page reads the answer" },
        Object.entries(links).map(([name, to]) => h("a", { key: to, href: `${to}${location.search}` }, name)),
        h("a", { href: "react", "aria-current": "page" }, "React"),
      ),
      h(
        "p",
        { className: "connection", role: "status", "data-state": connection },
        h("i"),
        h("span", null, CONNECTION[connection]),
      ),
    ),
    h(
      "main",
      { key: "main", ref: main, tabIndex: 0, "aria-label": "Conversation", onScroll },
      h(
        "div",
        { className: "conversation" },
        answers.length === 0 && welcome,
        answers.map((answer) => [
          h("p", { className: "question", key: `question ${answer.key}` }, answer.prompt),
          h(Answer, { answer, about, key: `answer ${answer.key}` }),
        ]),
      ),
    ),
    h(Composer, { key: "composer", running, ask, stop }),
  ];
}

createRoot(document.body).render(h(Page, { about: await agent() }));

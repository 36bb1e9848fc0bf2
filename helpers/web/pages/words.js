// What is said in words and figures, the same on every page.

export const SUGGESTIONS = [
  "What's the weather in Lagos and Oslo?",
  "Do I need an umbrella in Lagos?",
  "Show me what streaming looks like.",
  "Explain in detail how a TCP connection recovers from a lost packet.",
];

export const CONNECTION = {
  ready: "Ready",
  connecting: "Connecting",
  live: "Live",
  lost: "Reconnecting",
  done: "Ready",
  stopped: "Stopped",
  failed: "Failed",
};

export const SIGNS = { input: "○", running: "●", done: "✓", failed: "✕", stopped: "■" };

/** A duration in the unit that fits: 284 ms, 1.9 s. */
export const seconds = (value) =>
  value < 1 ? `${Math.round(value * 1000)} ms` : `${value.toFixed(1)} s`;

/** The footer's entries, each a name and a value; in mock mode nothing costs anything. */
export function figures(told, { mode }) {
  const entries = [];
  const number = (value) => value.toLocaleString("en");
  if (told.first_token !== null) entries.push(["first token", seconds(told.first_token)]);
  if (!told.counted && !told.over) return entries; // the API counts at the end of a turn
  const about = told.counted ? "" : "~"; // it was stopped before that
  if (told.rate !== null) entries.push(["", `${about}${Math.round(told.rate)} tok/s`]);
  const out = `${about}${number(told.tokens_out)} out`;
  if (told.tokens_out) entries.push(["", `${number(told.tokens_in)} tokens in, ${out}`]);
  if (mode === "mock") entries.push(["", "no cost (mock)"]);
  else if (told.dollars === null) entries.push(["", "price unknown"]);
  else entries.push(["", `${about}$${told.dollars.toFixed(4)}`]);
  if (told.over) entries.push(["", seconds(told.seconds)]);
  return entries;
}

/** An error of the browser in words: it calls every broken connection a TypeError. */
const problem = (error) =>
  typeof error === "string"
    ? error
    : error instanceof TypeError
      ? "The connection broke: is the server still running?"
      : error.message;

/** A part as it stays when the server can't tell any more what becomes of it. */
export const left = (part) =>
  ["open", "input", "running"].includes(part.state)
    ? { ...part, state: "stopped", progress: null }
    : part;

/** The end of an answer that the server couldn't tell: the person has stopped it, or it broke. */
export const STOPPED = { type: "end", outcome: "stopped", note: "■ Stopped." };
export const broken = (error) => ({ type: "end", outcome: "failed", note: `✕ ${problem(error)}` });

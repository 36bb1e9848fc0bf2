// An answer as a value, and what each thing that is told makes of it: for a face that draws itself
// from its state. No part is ever changed in place, so whoever compares sees what is new.

import { retrying } from "./words.js";

export const NOTHING = {
  parts: [], // { part, kind: "text" | "thinking" | "tool", … } in their order
  ofTurn: 0, // where the present turn begins in them; a retry voids what comes after
  waiting: true,
  outcome: "", // "done", "stopped" or "failed" when it is over
  words: "",
  figures: null,
};

const STARTS = {
  text: { lines: [], open: "" },
  thinking: { text: "", took: null },
  tool: { input: "", state: "input", status: "", progress: null, result: "", took: null },
};

function changed(answer, page, kind, change) {
  const found = answer.parts.findIndex((one) => one.part === page.part);
  const parts = [...answer.parts];
  // A tool of an attempt that was voided may still be at work: it has no place any more.
  if (found < 0 && page.type !== kind) return answer;
  if (found < 0) parts.push(change({ part: page.part, kind, name: page.name, ...STARTS[kind] }));
  else parts[found] = change(parts[found]);
  return { ...answer, parts, waiting: false, words: "" };
}

/** Whatever still runs is stopped. */
const settled = (parts) =>
  parts.map((one) =>
    one.kind === "tool" && (one.state === "input" || one.state === "running")
      ? { ...one, state: "stopped" }
      : one,
  );

export function reduce(answer, page) {
  const tool = (change) => changed(answer, page, "tool", (one) => ({ ...one, ...change(one) }));
  switch (page.type) {
    case "turn":
      return { ...answer, ofTurn: answer.parts.length, waiting: true };
    case "text":
      return changed(answer, page, "text", (one) => ({
        ...one,
        lines: page.lines.length ? [...one.lines, ...page.lines.filter(Boolean)] : one.lines,
        open: page.lines.length ? page.text : one.open + page.text,
      }));
    case "thinking":
      return changed(answer, page, "thinking", (one) => ({ ...one, text: one.text + page.text }));
    case "thought":
      return changed(answer, page, "thinking", (one) => ({ ...one, took: page.seconds }));
    case "tool":
      return tool(() => ({}));
    case "input":
      return tool(({ input }) => ({ input: input + page.text }));
    case "running":
      return tool(() => ({ state: "running", status: page.status, began: performance.now() }));
    case "progress":
      return tool(() => ({ progress: page }));
    case "result": {
      const state = page.failed ? "failed" : "done";
      return tool(() => ({ state, result: page.text, took: page.seconds }));
    }
    case "retry":
      return {
        ...answer,
        parts: page.restarts ? answer.parts.slice(0, answer.ofTurn) : answer.parts,
        waiting: true,
        words: retrying(page),
      };
    case "figures":
      return { ...answer, figures: page };
    case "end":
      return {
        ...answer,
        parts: settled(answer.parts),
        waiting: false,
        outcome: page.outcome,
        words: page.words,
        figures: page.figures ? { ...page.figures, over: true } : answer.figures,
      };
    default: // of a later version of the server
      return answer;
  }
}

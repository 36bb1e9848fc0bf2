// An answer as a value, and what each thing that is told changes in it: for a UI that draws
// itself from its state. What a run means was worked out by the server; here it is only kept. No
// part is ever changed in place, so whoever compares sees what is new.

import { left } from "./words.js";

export const NOTHING = {
  parts: [], // all that the server has told of each, in their order
  waiting: true,
  note: "",
  outcome: "", // "done", "stopped" or "failed" when it is over
  figures: null,
};

const NEW = { lines: [], open: "", text: "" };

function changed(answer, page, change) {
  const found = answer.parts.findIndex((one) => one.part === page.part);
  const parts = [...answer.parts];
  if (found < 0) parts.push({ ...NEW, ...change(NEW) });
  else parts[found] = { ...parts[found], ...change(parts[found]) };
  return { ...answer, parts };
}

export function reduce(answer, page) {
  const { type, ...told } = page;
  switch (type) {
    case "part":
      return changed(answer, page, () => told);
    case "text":
      return changed(answer, page, ({ lines, open }) => ({
        lines: page.lines.length ? [...lines, ...page.lines.filter(Boolean)] : lines,
        open: page.lines.length ? page.text : open + page.text,
      }));
    case "more":
      return changed(answer, page, ({ text }) => ({ text: text + page.text }));
    case "figures":
      return { ...answer, figures: page };
    case "now":
      return { ...answer, ...told };
    case "end":
      return {
        ...{ ...answer, ...told, waiting: false },
        parts: answer.parts.map(left),
        figures: told.figures ?? answer.figures,
      };
    default: // of a later version of the server
      return answer;
  }
}

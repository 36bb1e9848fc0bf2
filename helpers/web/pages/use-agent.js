// A hook: a conversation with the agent, as state.
//
//     const { answers, connection, running, ask, stop } = useAgent();
//
// An answer is asked for once and read as often as it takes: when the connection breaks, the hook
// comes back with the id of the last event it has, so nothing is missing and nothing is doubled.

import { useCallback, useEffect, useReducer, useRef } from "./react.vendored.js";
import { NOTHING, reduce } from "./reduce.js";
import { events, post } from "./sse.js";
import { STOPPED, broken } from "./words.js";

const ATTEMPTS = 8; // without a single event in between
const longest = 8000; // milliseconds between two

function update(state, action) {
  const last = state.answers.length - 1;
  const withLast = (change) => ({
    ...state,
    answers: state.answers.map((one, place) => (place === last ? change(one) : one)),
  });
  switch (action.type) {
    case "asked":
      return {
        connection: "connecting",
        answers: [...state.answers, { ...NOTHING, key: last + 1, prompt: action.prompt }],
      };
    case "connection":
      return { ...state, connection: action.state };
    default: {
      const told = withLast((answer) => (answer.outcome ? answer : reduce(answer, action)));
      return { ...told, connection: action.type === "end" ? action.outcome : "live" };
    }
  }
}

const pause = (milliseconds, signal) =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });

/** Read a run to its end, over as many connections as that takes. */
async function follow(id, signal, tell, connection) {
  let have = "0";
  for (let attempt = 0; attempt < ATTEMPTS && !signal.aborted; attempt += 1) {
    try {
      const headers = { "Last-Event-ID": have };
      const response = await fetch(`runs/${id}/events`, { headers, signal });
      if (!response.ok) throw new Error((await response.json()).error);
      connection("live");
      for await (const event of events(response.body)) {
        attempt = 0;
        have = event.id;
        const page = JSON.parse(event.data);
        tell(page);
        if (page.type === "end") return;
      }
    } catch (error) {
      if (!signal.aborted && !(error instanceof TypeError)) throw error; // refused: no use
    }
    connection("lost");
    await pause(Math.min(250 * 2 ** attempt, longest), signal);
  }
  if (!signal.aborted) throw new TypeError();
}

export function useAgent() {
  const [state, dispatch] = useReducer(update, { connection: "ready", answers: [] });
  const now = useRef({ run: "", reading: null });

  const ask = useCallback((prompt) => {
    const here = now.current;
    if (here.reading) return;
    const reading = (here.reading = new AbortController());
    const { signal } = reading;
    dispatch({ type: "asked", prompt });
    const connection = (to) => signal.aborted || dispatch({ type: "connection", state: to });

    async function answer() {
      const response = await post("runs", { prompt, after: here.run }, signal);
      here.run = (await response.json()).id;
      await follow(here.run, signal, dispatch, connection);
    }
    answer()
      .catch((error) => {
        if (!signal.aborted) here.run = ""; // the server may have forgotten it: begin anew
        dispatch(signal.aborted ? STOPPED : broken(error));
      })
      .finally(() => (here.reading = null));
  }, []);

  const stop = useCallback(() => {
    const { run, reading } = now.current;
    if (!reading) return;
    // The end comes as an event like any other; without a server there is none to come.
    if (run) fetch(`runs/${run}`, { method: "DELETE" }).catch(() => reading.abort());
    else reading.abort();
  }, []);

  // Who leaves the page stops reading.
  useEffect(() => () => now.current.reading?.abort(), []);

  const running = state.answers.length > 0 && !state.answers.at(-1).outcome;
  return { ...state, running, ask, stop };
}

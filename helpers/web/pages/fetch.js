// The answer read from the body of one fetch: a POST that goes on. Whoever leaves it has stopped it.

import { start } from "./chat.js";
import { events, post } from "./sse.js";

start((prompt, after, ui) => {
  const reading = new AbortController();
  let id = "";

  async function read() {
    const response = await post("ask", { prompt, after }, reading.signal);
    id = response.headers.get("X-Run-Id");
    ui.connection("live");
    for await (const event of events(response.body)) ui.tell(JSON.parse(event.data), id);
    // A body that ends is no proof that the answer did.
    ui.fail("The connection ended before the answer did.");
  }

  read().catch((error) => (reading.signal.aborted ? ui.stopped() : ui.fail(error)));

  return function stop() {
    // To abort would be enough, but who asks for the end is told what it came to.
    if (id) fetch(`runs/${id}`, { method: "DELETE" }).catch(() => reading.abort());
    else reading.abort();
  };
});

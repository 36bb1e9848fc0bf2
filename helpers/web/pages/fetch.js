// The answer read from the body of one fetch: a POST that goes on. Leaving it is stopping it.

import { start } from "./chat.js";
import { events, post } from "./sse.js";

start((prompt, after, face) => {
  const reading = new AbortController();

  async function read() {
    const response = await post("/ask", { prompt, after }, reading.signal);
    const id = response.headers.get("X-Run-Id");
    face.connection("live");
    for await (const event of events(response.body)) face.tell(JSON.parse(event.data), id);
    // A body that ends is no proof that the answer did.
    face.fail("The connection ended before the answer did.");
  }

  read().catch((error) => (reading.signal.aborted ? face.stopped() : face.fail(error)));

  return function stop() {
    reading.abort();
  };
});

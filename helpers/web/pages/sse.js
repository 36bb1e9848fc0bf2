// The event stream format, read from the body of a fetch: chunks in, events out. An EventSource
// does this by itself, but it can't send a POST. With it, the two requests that all pages make.

/** Yield the events of a response's body: { id, data }, whatever the network cut. */
export async function* events(body) {
  // In streaming mode the decoder keeps half a character until the other half has come.
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let rest = "";
  let id = "";
  let data = [];
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
      rest = lines.pop();
      for (const line of lines) {
        if (line === "") {
          if (data.length) yield { id, data: data.join("\n") };
          data = [];
        } else if (line.startsWith("data: ")) {
          data.push(line.slice(6));
        } else if (line.startsWith("id: ")) {
          id = line.slice(4);
        } // a comment, such as a heartbeat, and fields that nobody here needs
      }
    }
  } finally {
    // Whoever stops reading closes the connection, and that is how the server learns of it.
    reader.cancel().catch(() => {});
  }
}

/** Send JSON and return the response; a refusal becomes an error in the server's words. */
export async function post(address, value, signal) {
  const response = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(value),
    signal,
  });
  if (!response.ok) throw new Error((await response.json()).error);
  return response;
}

/** What the server says about the agent: its model, its mode, and what that means in words. */
export async function agent() {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await (await fetch("about")).json();
    } catch {
      if (attempt === 3) return { mode: "", words: "The server doesn't answer: is it running?" };
      await new Promise((resolve) => setTimeout(resolve, 250 * attempt));
    }
  }
}

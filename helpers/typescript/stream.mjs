// The official TypeScript SDK, streaming from the offline API:  python -m helpers.typescript
import Anthropic from "@anthropic-ai/sdk";
import { betaTool } from "@anthropic-ai/sdk/helpers/beta/json-schema";

const client = new Anthropic({ baseURL: process.argv[2], apiKey: "none needed", maxRetries: 0 });
const ask = (content) => ({
  model: "offline-mock",
  max_tokens: 1024,
  messages: [{ role: "user", content }],
});
const haiku = ask("Write a haiku about TCP retransmissions.");

// Text as it comes, and the whole message at the end.
const stream = client.messages.stream(haiku);
stream.on("text", (piece) => process.stdout.write(piece));
const message = await stream.finalMessage();
console.log(`\n(${message.stop_reason}, ${message.usage.output_tokens} tokens)\n`);

// The events themselves; pings are not among them.
const counts = {};
for await (const event of await client.messages.create({ ...haiku, stream: true })) {
  counts[event.type] = (counts[event.type] ?? 0) + 1;
}
console.log(counts);

// Tools, and the loop around them.
const weather = betaTool({
  name: "get_weather",
  description: "The weather in a city.",
  inputSchema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  run: ({ city }) => `${city}: 31 °C and sunny`,
});
const runner = client.beta.messages.toolRunner({
  ...ask("What's the weather in Lagos?"),
  tools: [weather],
  stream: true,
});
for await (const turn of runner) console.log("\n" + (await turn.finalText()));

// What happens when the stream breaks. Only the offline API knows this header.
console.log();
for (const fault of ["overloaded", "reset", "cut"]) {
  const headers = { "mock-settings": JSON.stringify({ fault }) };
  const outcome = await client.messages
    .stream(haiku, { headers })
    .finalMessage()
    .then((message) => `a message, stop_reason ${message.stop_reason}`)
    .catch((error) => `${error.constructor.name}`);
  console.log(`${fault}: ${outcome}`);
}

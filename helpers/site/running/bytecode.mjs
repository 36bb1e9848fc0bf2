// Has Pyodide compile what a kernel imports until the first cell has run.
//
//     node bytecode.mjs PYODIDE TARGET

import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";

// The builder tells the last line; Node.js alone would end with its own version.
process.on("uncaughtException", (error) => {
  console.error(error.message.trim() || error.name);
  process.exit(1);
});
const [folder, target] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${folder}/core.mjs`));
// The same seed each time, so that the bytes of a set are the same.
const env = { HOME: "/home/pyodide", COURSE_HOME: "/home/pyodide", PYTHONHASHSEED: "0" };
const python = await loadPyodide({ indexURL: `${folder}/`, packages: ["pydantic-core"], env });
python.FS.writeFile("/first.tar", gunzipSync(readFileSync(`${folder}/first.tar.gz`)));
python.runPython(readFileSync(new URL("compile_loaded.py", import.meta.url), "utf8"));
await python.runPythonAsync('compile_loaded("/first.tar", "/bytecode.tar")');
writeFileSync(target, python.FS.readFile("/bytecode.tar"));
process.exit(0); // what the course has started waits for a page

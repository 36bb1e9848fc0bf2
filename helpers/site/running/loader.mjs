// Pyodide with all that the first cell needs. The kernel takes this file for Pyodide's own.
//
// The packages come as one file, which the browser unpacks itself: some forty wheels, each asked
// for and unpacked by Python, would take several seconds more.

import { loadPyodide as load } from "./core.mjs";

const BLOCK = 512; // bytes; a tar file is made of such blocks

async function archive(url) {
  const { body } = await fetch(url);
  const plain = body.pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(plain).arrayBuffer());
}

function unpack(FS, tar, folder) {
  const decoder = new TextDecoder();
  const text = (from, length) => decoder.decode(tar.subarray(from, from + length)).split("\0")[0];
  const made = new Set();
  for (let at = 0; tar[at]; ) {
    const prefix = text(at + 345, 155);
    const path = `${folder}/${prefix && `${prefix}/`}${text(at, 100)}`;
    const size = parseInt(text(at + 124, 12), 8);
    const parent = path.slice(0, path.lastIndexOf("/"));
    if (!made.has(parent)) FS.mkdirTree(parent);
    made.add(parent);
    FS.writeFile(path, tar.subarray(at + BLOCK, at + BLOCK + size), { canOwn: true });
    at += BLOCK * (1 + Math.ceil(size / BLOCK));
  }
}

export async function loadPyodide(options) {
  // What the kernel lists is in the archive, but for what is compiled.
  const first = archive(new URL("first.tar.gz", import.meta.url));
  const pyodide = await load({ ...options, packages: ["pydantic-core"] });
  unpack(pyodide.FS, await first, "");
  pyodide.runPython("import importlib; importlib.invalidate_caches()");
  // The working folder is the learner's drive: each import would ask the page for it. IPython puts
  // it back when the kernel is ready.
  pyodide.runPython("import sys; sys.path = [one for one in sys.path if one]");
  return pyodide;
}

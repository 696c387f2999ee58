// Runs a chapter's cells, apart from the page: Pyodide with NumPy, matplotlib and the book's library.
// Ended at any moment by the page, which then starts another.

let run;

async function bytes(address, options) {
  const response = await fetch(address, options);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response.arrayBuffer();
}

async function load({ core, integrity, packages, hypothesis, wheel }, program) {
  // All that Pyodide is made of, and the list by which it checks its packages, is what was pinned.
  const ask = fetch;
  self.fetch = (address, options) => {
    const name = String(address.url ?? address).replace(core, "");
    return ask(address, integrity[name] ? { ...options, integrity: integrity[name] } : options);
  };
  const module = async (name) => {
    const source = new Blob([await bytes(core + name)], { type: "text/javascript" });
    return import(URL.createObjectURL(source));
  };
  const start = async () => {
    const [{ loadPyodide }, { default: createPyodideModule }] = await Promise.all(
      ["pyodide.mjs", "pyodide.asm.mjs"].map(module),
    );
    const pyodide = await loadPyodide({
      ...{ indexURL: core, packageBaseUrl: packages.from, createPyodideModule },
      env: { MPLBACKEND: "agg" },
    });
    const troubles = [];
    const errorCallback = (text) => troubles.push(text);
    await pyodide.loadPackage(packages.names, { messageCallback() {}, errorCallback });
    if (troubles.length) throw new Error(troubles.join(" "));
    return pyodide;
  };
  // All at once: what takes long here is the network.
  const [pyodide, checker, library, source] = await Promise.all([
    start(),
    bytes(hypothesis.from, { integrity: hypothesis.integrity }),
    bytes(wheel),
    fetch(program).then((response) => response.text()),
  ]);
  for (const archive of [checker, library]) pyodide.unpackArchive(archive, "wheel");
  pyodide.runPython(source);
  run = pyodide.globals.get("run");
}

addEventListener("message", async ({ data }) => {
  try {
    if (data.settings) {
      await load(data.settings, data.program);
      postMessage({});
    } else {
      const outputs = run(data.code, data.name);
      postMessage({ outputs: outputs.toJs() });
      outputs.destroy();
    }
  } catch (error) {
    postMessage({ failed: String(error.message ?? error) });
  }
});

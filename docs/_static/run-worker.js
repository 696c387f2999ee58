// Runs a chapter's cells, apart from the page: Pyodide with NumPy, matplotlib and the book's library.
// Ended at any moment by the page, which then starts another.

let run;

async function bytes(address, options) {
  const response = await fetch(address, options);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return response.arrayBuffer();
}

async function load({ runtime, packages, hypothesis, integrity, wheel, program }) {
  const { loadPyodide } = await import(`${runtime}pyodide.mjs`);
  const starting = loadPyodide({ indexURL: runtime, env: { MPLBACKEND: "agg" } });
  // All at once: what takes long here is the network.
  const [pyodide, checker, library, source] = await Promise.all([
    starting.then(async (started) => {
      await started.loadPackage(packages.split(" "), { messageCallback() {} });
      return started;
    }),
    bytes(hypothesis, { integrity }),
    bytes(wheel),
    fetch(program).then((response) => response.text()),
  ]);
  for (const archive of [checker, library]) pyodide.unpackArchive(archive, "wheel");
  pyodide.runPython(source);
  run = pyodide.globals.get("run");
}

addEventListener("message", async ({ data }) => {
  try {
    if (data.runtime) await load(data);
    if (data.runtime) postMessage({ ready: true });
    else postMessage({ outputs: run(data.code, data.name).toJs() });
  } catch (error) {
    postMessage({ failed: String(error.message ?? error) });
  }
});

// Makes a chapter's cells and the answers to its exercises editable, and runs them in a worker.

const article = document.querySelector("article");
const cells = [];
let bar, root, settings, worker, ready, answer, stopped, running = 0;

function make(tag, properties = {}, ...content) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...content);
  return element;
}
const button = (text, onclick) => make("button", { type: "button", textContent: text, onclick });
const status = make("span", { className: "dl-run-status" });
status.setAttribute("role", "status");
const say = (text) => (status.textContent = text);
const at = (address) => new URL(address, root).href;

// ---- what the reader has changed, kept in this browser ----

const place = `dlbook.run ${location.pathname}`;
function kept() {
  try {
    return JSON.parse(localStorage.getItem(place)) ?? {};
  } catch {
    return {}; // where a browser keeps nothing, nothing is kept
  }
}
function keep() {
  const changed = cells.filter((cell) => cell.code() !== cell.original);
  const entries = changed.map((cell) => [cell.original, cell.code()]);
  try {
    if (entries.length) localStorage.setItem(place, JSON.stringify(Object.fromEntries(entries)));
    else localStorage.removeItem(place);
  } catch {} // likewise
}

// ---- the worker: one message to it at a time, and its answer ----

const ask = (message) =>
  new Promise((resolve, reject) => {
    answer = { resolve, reject };
    worker.postMessage(message);
  });

function start(told = "Ready: change the code and run it.") {
  worker = new Worker(at("_static/run-worker.js"), { type: "module" });
  worker.onmessage = ({ data }) =>
    data.failed ? answer.reject(new Error(data.failed)) : answer.resolve(data.outputs);
  worker.onerror = (event) => answer.reject(new Error(event.message));
  say("Loading Python …");
  const slow = setTimeout(
    () => say("Still loading Python: over a slow connection this takes some minutes. What you run waits for it."),
    15_000,
  );
  const { core, packages, hypothesis, wheel } = settings;
  ready = ask({
    settings: {
      ...settings,
      ...{ core: at(core), packages: { ...packages, from: at(packages.from) } },
      ...{ hypothesis: { ...hypothesis, from: at(hypothesis.from) }, wheel: at(wheel) },
    },
    program: at("_static/run.py"),
  });
  ready = ready.catch((error) => {
    if (error === stopped) throw error;
    const why = navigator.onLine ? error.message || "a file did not arrive" : "you are offline";
    throw new Error(`Python could not be loaded (${why}).`);
  });
  ready.then(
    () => say(told),
    (error) => error !== stopped && say(`${error.message} Start afresh to try again.`),
  ).finally(() => clearTimeout(slow));
}

function reset(why) {
  worker.terminate();
  stopped = new Error("stopped");
  answer.reject(stopped);
  for (const cell of cells) cell.ran = undefined;
  start(why);
}

// ---- a cell and what it gives ----

function show(cell, outputs) {
  cell.built?.setAttribute("hidden", "");
  cell.output.replaceChildren(
    ...outputs.map(([kind, content]) => {
      if (kind === "svg") {
        const source = `data:image/svg+xml,${encodeURIComponent(content)}`;
        return make("img", { src: source, alt: "The figure that this cell draws" });
      }
      if (kind === "absent") {
        const link = document.querySelector(".dl-downloads a[download]").cloneNode(true);
        return make("p", {}, `This cell needs ${content}, which cannot run in the page. Run it in the `, link, ".");
      }
      // Reached by the keyboard, as its lines may be longer than the page is wide.
      if (kind !== "html") return make("pre", { className: `dl-run-${kind}`, textContent: content, tabIndex: 0 });
      const frame = make("div", { innerHTML: content });
      for (const old of frame.querySelectorAll("script"))
        old.replaceWith(make("script", { textContent: old.textContent }));
      return frame;
    }),
  );
}

// A cell's outcome depends on the cells above it. Those that have not run as they now read do so first.
// One of them may fail, for want of a package, and this cell not need it. Nothing leans on another
// exercise's answer, nor on a comparison with another library.
function needed(cell) {
  const above = cells.slice(0, cells.indexOf(cell));
  return above.filter((other) => other.code() !== other.ran && !other.apart);
}

async function run(wanted, told) {
  const trouble = [];
  bar.classList.toggle("dl-busy", ++running > 0);
  try {
    await ready;
    for (const cell of wanted) {
      for (const one of [...needed(cell), cell]) {
        say(`Running ${one.name} …`);
        one.ran = undefined;
        const code = one.code();
        const outputs = await (ready = ready.then(() => ask({ code, name: one.name })));
        const failed = outputs.some(([kind]) => kind === "error");
        if (failed) trouble.push(one.name);
        one.ran = code;
        // What stands below may need it, as it now is.
        if (!one.apart) for (const other of cells.slice(cells.indexOf(one) + 1)) other.ran = undefined;
        // What was only needed, and nobody has changed, keeps the output that the book shows.
        if (one === cell || failed || code !== one.original) show(one, outputs);
      }
    }
    say(trouble.length ? `${told} An error in ${trouble.join(", ")}.` : told);
  } catch (error) {
    if (error !== stopped) say(`${error.message} Start afresh to try again.`);
  } finally {
    bar.classList.toggle("dl-busy", --running > 0);
  }
}

// The code as it is read, until its reader changes it.
function edit(where, original, name, apart, built, changed) {
  const area = make("textarea", { value: changed ?? original, spellcheck: false, wrap: "off" });
  area.setAttribute("autocapitalize", "off");
  area.setAttribute("aria-label", `Code of ${name}; Shift and Enter run it, Escape leaves it`);
  const output = make("div", { className: "dl-run-output" });
  const cell = { name, original, apart, built, output, code: () => area.value };
  const grow = () => (area.rows = area.value.split("\n").length + 1);
  area.oninput = () => {
    grow();
    keep();
  };
  grow();
  const start = () => run([cell], `${name} has run.`);
  area.onkeydown = (event) => {
    if (event.key === "Escape") runs.focus();
    if (event.key !== "Enter" || !event.shiftKey) return;
    event.preventDefault();
    start();
  };
  const runs = button("Run", start);
  runs.setAttribute("aria-label", `Run ${name}`);
  cell.undo = () => {
    area.value = original;
    area.oninput();
    output.replaceChildren();
    built?.removeAttribute("hidden");
  };
  const undo = button("Undo my changes", cell.undo);
  undo.setAttribute("aria-label", `Undo my changes to ${name}`);
  where.append(area, make("div", { className: "dl-run-buttons" }, runs, undo, name));
  (built ?? where).after(output);
  cells.push(cell);
}

function open() {
  const changed = kept();
  const only = bar.dataset.only;
  let count = 0;
  for (const found of article.querySelectorAll(only ? ".dl-exercise" : ".cell, .dl-exercise")) {
    const isCell = found.matches(".cell");
    const read = found.querySelector(isCell ? ".cell_input pre" : "div.dl-exercise-call pre");
    if (!read) continue;
    // Where no cell has imported it, an answer does.
    const code = (only ? "import numpy as np\n" : "") + read.textContent.trimEnd();
    const apart = !isCell || found.matches(".tag_comparison");
    const title = found.querySelector(".dl-exercise-title strong")?.textContent;
    const name = isCell ? `cell ${++count}` : `the answer to ${title}`;
    // An answer is written where its call stands.
    const where = isCell ? found.querySelector(".cell_input") : make("div");
    const shown = isCell ? read.closest("[class*=highlight-]") : read.closest(".dl-exercise-call");
    if (!isCell) shown.after(where);
    shown.hidden = true;
    where.classList.add("dl-run-cell");
    edit(where, code, name, apart, isCell ? found.querySelector(".cell_output") : null, changed[code]);
  }
  bar.replaceChildren(
    status,
    ...(only ? [] : [button("Run all", () => run(cells.filter((cell) => !cell.apart), "All cells have run."))]),
    make("button", {
      ...{ type: "button", className: "dl-run-stop", textContent: "Stop" },
      onclick: () => reset("Stopped. What the cells had defined is gone."),
    }),
    button("Start afresh", () => reset("Started afresh: no cell has run.")),
    button("Undo all changes", () => {
      cells.forEach((cell) => cell.undo());
      document.dispatchEvent(new Event("dl-undo-all")); // for what else keeps changes on this page
    }),
  );
  bar.classList.add("dl-running");
  bar.tabIndex = -1;
  bar.focus({ preventScroll: true });
  start();
}

export async function notice(where, home, offer) {
  [bar, root] = [where, home];
  const response = await fetch(at("_static/run.json"));
  if (!response.ok) throw new Error(`run.json: ${response.status}`);
  settings = await response.json();
  document.head.append(make("link", { rel: "stylesheet", href: at("_static/run.css") }));
  const yes = button("Load and run", open);
  const no = button("Not now", () => offer().focus());
  bar.replaceChildren(make("span", { textContent: settings.notice }), yes, no);
  yes.focus();
}

// Runs a chapter's cells in the page, once its reader asks for it; without this, the page is to be read.

const bar = document.querySelector(".dl-run");
const article = document.querySelector("article");
const root = new URL(document.documentElement.dataset.content_root, location);
const at = (address) => new URL(address, root).href;
const cells = [];
let worker, ready, answer, stopped;

function make(tag, properties = {}, ...content) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...content);
  return element;
}
const button = (text, onclick) => make("button", { type: "button", textContent: text, onclick });
const status = make("span", { className: "dl-run-status" });
status.setAttribute("role", "status");
const say = (text) => (status.textContent = text);

// One message to the worker at a time, and its answer.
const ask = (message) =>
  new Promise((resolve, reject) => {
    answer = { resolve, reject };
    worker.postMessage(message);
  });

function start() {
  const { runtime, packages, hypothesis, integrity, wheel } = bar.dataset;
  worker = new Worker(at("_static/run-worker.js"), { type: "module" });
  worker.onmessage = ({ data }) =>
    data.failed ? answer.reject(new Error(data.failed)) : answer.resolve(data.outputs);
  worker.onerror = (event) => answer.reject(new Error(event.message));
  say("Loading Python …");
  ready = ask({
    ...{ runtime: at(runtime), hypothesis: at(hypothesis), wheel: at(wheel) },
    ...{ packages, integrity, program: at("_static/run.py") },
  });
  ready.then(
    () => say("Ready: change the code and run it."),
    (error) => error !== stopped && say(`Python could not be loaded (${error.message}). Start afresh to try again.`),
  );
}

function reset(why) {
  worker.terminate();
  stopped = new Error("stopped");
  answer.reject(stopped);
  for (const cell of cells) cell.ran = undefined;
  start();
  ready.then(() => say(why), () => {});
}

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
      if (kind !== "html") return make("pre", { className: `dl-run-${kind}`, textContent: content });
      const frame = make("div", { innerHTML: content });
      for (const old of frame.querySelectorAll("script"))
        old.replaceWith(make("script", { textContent: old.textContent }));
      return frame;
    }),
  );
}

// A cell's outcome depends on the cells above it. Those that have not run as they now read do so first.
// One of them may fail, for want of a package, and this cell not need it. Nothing leans on another exercise's answer or solution, nor on a comparison with another library.
async function run(cell) {
  const above = cells.slice(0, cells.indexOf(cell));
  const needed = above.filter(
    (other) => other.code() !== other.ran && (!other.apart || other.apart === cell.apart),
  );
  const trouble = [];
  try {
    await ready;
    for (const one of [...needed, cell]) {
      say(`Running ${one.name} …`);
      one.ran = undefined;
      const code = one.code();
      const outputs = await (ready = ready.then(() => ask({ code, name: one.name })));
      const failed = outputs.some(([kind]) => kind === "error");
      if (!failed) one.ran = code;
      else trouble.push(one.name);
      // What was only needed, and nobody has changed, keeps the output that the book shows.
      if (one === cell || failed || code !== one.original) show(one, outputs);
    }
    say(trouble.length ? `${cell.name} has run. An error in ${trouble.join(", ")}.` : `${cell.name} has run.`);
  } catch (error) {
    if (error !== stopped) say(`${error.message} Start afresh to try again.`);
  }
}

// The code as it is read, until its reader changes it.
function edit(place, original, name, apart, built) {
  const area = make("textarea", { value: original, spellcheck: false, autocapitalize: "off", wrap: "off" });
  area.setAttribute("aria-label", `Code of ${name}; Shift and Enter run it, Escape leaves it`);
  const grow = () => (area.rows = area.value.split("\n").length + 1);
  area.oninput = grow;
  grow();
  const output = make("div", { className: "dl-run-output" });
  const cell = { name, original, apart, built, output, code: () => area.value };
  area.onkeydown = (event) => {
    if (event.key === "Escape") runs.focus();
    if (event.key !== "Enter" || !event.shiftKey) return;
    event.preventDefault();
    run(cell);
  };
  const runs = button("Run", () => run(cell));
  runs.setAttribute("aria-label", `Run ${name}`);
  const undo = button("Undo my changes", () => {
    area.value = original;
    grow();
    output.replaceChildren();
    built?.removeAttribute("hidden");
  });
  undo.setAttribute("aria-label", `Undo my changes to ${name}`);
  place.append(area, make("div", { className: "dl-run-buttons" }, runs, undo, name));
  (built ?? place).after(output);
  cells.push(cell);
}

function open() {
  let count = 0;
  for (const found of article.querySelectorAll(".cell, .dl-exercise")) {
    const isCell = found.matches(".cell");
    const read = found.querySelector(isCell ? ".cell_input pre" : "div.dl-exercise-call pre");
    if (!read) continue;
    const code = read.textContent.trimEnd();
    const solution = found.closest(".dl-solution");
    const apart = isCell ? (found.matches(".tag_comparison") ? found : solution) : found;
    const title = found.querySelector(".dl-exercise-title strong")?.textContent;
    const name = isCell ? `cell ${++count}` : `the answer to ${title}`;
    // An answer is written where its call stands.
    const place = isCell ? found.querySelector(".cell_input") : make("div");
    const shown = isCell ? read.closest("[class*=highlight-]") : read.closest(".dl-exercise-call");
    if (!isCell) shown.after(place);
    shown.hidden = true;
    place.classList.add("dl-run-cell");
    edit(place, code, name, apart, isCell ? found.querySelector(".cell_output") : null);
  }
  start();
  bar.replaceChildren(
    status,
    button("Stop", () => reset("Stopped. What the cells had defined is gone.")),
    button("Start afresh", () => reset("Started afresh: no cell has run.")),
  );
  bar.classList.add("dl-running");
}

function notice() {
  const yes = button("Load and run", open);
  const no = button("Not now", () => offer().focus());
  bar.replaceChildren(make("span", { textContent: bar.dataset.notice }), yes, no);
  yes.focus();
}

function offer() {
  const first = button("Run this page", notice);
  bar.replaceChildren(first);
  return first;
}

// From a file, browsers start no worker.
if (location.protocol.startsWith("http")) {
  offer();
  bar.hidden = false;
}

// The pages work without this; it adds what style sheets cannot.

// A frame that scrolls (code, table, formula, figure) can be reached with the Tab key; one whose content
// fits does not hold up the keyboard.
const frames = document.querySelectorAll(".highlight pre, .table-wrapper, .math-wrapper, .dl-frame");
const observer = new ResizeObserver((entries) => {
  for (const { target } of entries)
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
});
for (const frame of frames) observer.observe(frame);

// A number's note stays within the window, and Escape closes it.
const open = ({ target }) => {
  const note = target.closest(".dl-number")?.querySelector(".dl-number-note");
  if (!note) return;
  note.hidden = false;
  note.style.translate = "";
  const { left, right } = note.getBoundingClientRect();
  const beyond = Math.min(right + 8 - document.documentElement.clientWidth, left);
  if (beyond > 0) note.style.translate = `${-beyond}px`;
};
document.addEventListener("pointerover", open);
document.addEventListener("focusin", open);
document.addEventListener("keydown", ({ key }) => {
  if (key === "Escape")
    for (const note of document.querySelectorAll(".dl-number-note")) note.hidden = true;
});

// Touched, a hypothesis lights up with the steps of the proof that use it; so does a step's
// reference with its hypothesis.
const light = ({ target }) => {
  for (const lit of document.querySelectorAll(".dl-lit")) lit.classList.remove("dl-lit");
  const id =
    target.closest(".dl-hypotheses > li")?.id ?? target.closest("a.dl-hyp")?.hash.slice(1);
  if (!id || !document.getElementById(id)) return;
  document.getElementById(id).classList.add("dl-lit");
  for (const use of document.querySelectorAll(`.dl-proof a.dl-hyp[href="#${id}"]`))
    use.closest("li, p").classList.add("dl-lit");
};
document.addEventListener("pointerover", light);
document.addEventListener("focusin", light);

// The outline says where one is, and keeps that in sight.
document.addEventListener("gumshoeActivate", ({ detail: { link } }) => {
  for (const one of document.querySelectorAll(".toc-tree [aria-current]"))
    one.removeAttribute("aria-current");
  link.setAttribute("aria-current", "location");
  const frame = link.closest(".toc-scroll");
  const { top, bottom } = link.getBoundingClientRect();
  if (top < frame.clientHeight / 8 || bottom > (frame.clientHeight * 7) / 8)
    frame.scrollBy({ top: top - frame.clientHeight / 3, behavior: "instant" });
});

// Resting on a link to a statement shows what it says: a copy where it stands on this page, else
// its text from a file that is loaded when it is first needed.
const preview = document.createElement("div");
preview.id = "dl-preview";
preview.className = "dl-preview";
preview.setAttribute("role", "tooltip");
preview.hidden = true;
let waiting, asked, statements;

const loaded = () =>
  (statements ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = `${document.documentElement.dataset.content_root}statements.js`;
    script.onload = () => resolve(dlbookStatements);
    script.onerror = reject;
    document.head.append(script);
  }));

async function statementOf(link) {
  const label = decodeURIComponent(link.hash.slice(1)).replace(/\..*/, "");
  const here = link.pathname === location.pathname && document.getElementById(label);
  if (here) {
    const parts = [...here.children].filter((part) => !part.matches(".dl-foot"));
    return parts.map((part) => {
      const copy = part.cloneNode(true);
      for (const one of [copy, ...copy.querySelectorAll("[id], [role=heading], a")]) {
        one.removeAttribute("id");
        one.removeAttribute("role");
        one.removeAttribute("href");
      }
      return copy;
    });
  }
  const [title, text] = (await loaded())[label] ?? [];
  if (!title) return [];
  const head = document.createElement("strong");
  head.textContent = title;
  return [head, document.createElement("br"), text];
}

const described = `[aria-describedby="${preview.id}"]`;
const toStatement = "article a.dl-thm[href*='#']";

function hide() {
  clearTimeout(waiting);
  asked = null;
  preview.hidden = true;
  document.querySelector(described)?.removeAttribute("aria-describedby");
}

// Below the link if it fits there, else above, else where there is more room; what does not fit
// scrolls.
function place(link) {
  const { left, top, bottom } = link.getBoundingClientRect();
  preview.style.maxHeight = "";
  const { width, height } = preview.getBoundingClientRect();
  const room = { above: top - 12, below: innerHeight - bottom - 12 };
  const below = height <= room.below || (height > room.above && room.below >= room.above);
  const shown = Math.min(height, below ? room.below : room.above);
  preview.style.maxHeight = `${shown}px`;
  preview.style.left = `${Math.max(8, Math.min(left, document.documentElement.clientWidth - width - 8))}px`;
  preview.style.top = `${below ? bottom + 4 : top - shown - 4}px`;
}

async function say(link) {
  hide();
  asked = link;
  const content = await statementOf(link);
  if (asked !== link || !content.length) return;
  preview.replaceChildren(...content);
  document.body.append(preview);
  preview.hidden = false;
  link.setAttribute("aria-describedby", preview.id);
  place(link);
}

// The link that the Tab key has reached, while its statement is shown or about to be: the browser
// scrolls to such a link, and with it scrolls something else under the pointer.
function held() {
  const link = document.querySelector(`${toStatement}:focus-visible`);
  return link && (preview.hidden || link.matches(described)) ? link : null;
}

function follow() {
  const link = held();
  if (!link) hide();
  else if (!preview.hidden) place(link);
}

const rest = ({ target, type }) => {
  if (target.closest("#dl-preview")) return clearTimeout(waiting);
  const link = target.closest(toStatement);
  if (link?.matches(described)) return clearTimeout(waiting);
  if (!link && type === "pointerover" && held()) return;
  clearTimeout(waiting);
  // A moment to come to rest, and one to reach what is shown.
  if (link) waiting = setTimeout(say, type === "focusin" ? 0 : 250, link);
  else if (!preview.hidden) waiting = setTimeout(hide, 250);
};
document.addEventListener("pointerover", (event) => event.pointerType !== "touch" && rest(event));
document.addEventListener("focusin", (event) => event.target.matches(":focus-visible") && rest(event));
document.addEventListener("scroll", follow, { passive: true });
document.addEventListener("keydown", ({ key }) => key === "Escape" && hide());

// A number leads to the cell that computed it, unfolded.
const unfold = () => {
  const cell = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (cell?.matches(".dl-glue")) cell.querySelector("details").open = true;
};
addEventListener("hashchange", unfold);
unfold();

// A map of the whole book fits the page; it can be magnified about the middle of what is seen.
for (const whole of document.querySelectorAll(".dl-whole")) {
  const frame = whole.querySelector(".dl-frame"), map = whole.querySelector("svg");
  let scale = 1;
  const zoom = (wanted) => {
    const x = (frame.scrollLeft + frame.clientWidth / 2) / frame.scrollWidth;
    const y = (frame.scrollTop + frame.clientHeight / 2) / frame.scrollHeight;
    scale = Math.min(8, Math.max(1, wanted));
    map.style.width = `${100 * scale}%`;
    frame.classList.toggle("dl-magnified", scale > 1);
    frame.scrollLeft = x * frame.scrollWidth - frame.clientWidth / 2;
    frame.scrollTop = y * frame.scrollHeight - frame.clientHeight / 2;
  };
  const bar = document.createElement("div");
  bar.className = "dl-zoom";
  for (const [text, label, wanted] of [
    ["+", "Magnify", () => scale * 1.5],
    ["−", "Make smaller", () => scale / 1.5],
    ["Fit", "Fit to the page", () => 1],
  ]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.setAttribute("aria-label", label);
    button.addEventListener("click", () => zoom(wanted()));
    bar.append(button);
  }
  whole.prepend(bar);
}

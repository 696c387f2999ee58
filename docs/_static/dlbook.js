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

// A frame that scrolls (code, table, formula) can be reached with the Tab key. Browsers do this
// by themselves or not at all; a frame whose content fits should not hold up the keyboard.
const frames = document.querySelectorAll(".highlight pre, .table-wrapper, .math-wrapper, .output");
const update = (frame) => {
  if (frame.scrollWidth > frame.clientWidth) frame.tabIndex = 0;
  else frame.removeAttribute("tabindex");
};
const observer = new ResizeObserver((entries) => entries.forEach(({ target }) => update(target)));
frames.forEach((frame) => observer.observe(frame));

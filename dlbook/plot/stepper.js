// Steppers: buttons, a slider and keys for steps that are in the page already.
{
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  const bring = (root) => {
    const steps = [...root.querySelectorAll(".dl-step")];
    const lines = [...root.querySelectorAll(".dl-lines > li")];
    const last = steps.length - 1;
    // A notebook's address is not ours to change.
    const linked = !root.closest('[class*="jp-"], .output_html');
    let now = 0;
    let timer = 0;

    const back = make("button", { type: "button", textContent: "Back" });
    const play = make("button", { type: "button", textContent: "Play" });
    const next = make("button", { type: "button", textContent: "Next" });
    const slider = make("input", { type: "range", min: 1, max: last + 1, step: 1 });
    const count = make("a", { title: "Address of this step" });
    const said = make("p", { className: "dl-said" });
    said.setAttribute("aria-live", "polite");
    slider.setAttribute("aria-label", "Step");
    const controls = make("div", { className: "dl-controls" }, back, play, next, slider, count);

    const show = (wanted, { tell = true } = {}) => {
      now = Math.min(Math.max(wanted, 0), last);
      steps.forEach((step, i) => step.classList.toggle("dl-now", i === now));
      lines.forEach((line, i) => {
        if (i + 1 === Number(steps[now].dataset.line)) line.setAttribute("aria-current", "step");
        else line.removeAttribute("aria-current");
      });
      back.setAttribute("aria-disabled", now === 0);
      next.setAttribute("aria-disabled", now === last);
      slider.value = now + 1;
      slider.setAttribute("aria-valuetext", `${now + 1} of ${last + 1}`);
      count.textContent = `${now + 1} / ${last + 1}`;
      count.href = `#${steps[now].id}`;
      if (!tell) return;
      said.textContent = `Step ${now + 1} of ${last + 1}. ${steps[now].dataset.says}`;
      if (linked)
        try {
          history.replaceState(history.state, "", count.hash);
        } catch {} // a browser may refuse it on file://
    };
    const stop = () => {
      clearInterval(timer);
      timer = 0;
      play.textContent = "Play";
    };
    const start = () => {
      if (still.matches) return;
      if (now === last) show(0);
      play.textContent = "Pause";
      timer = setInterval(() => {
        show(now + 1);
        if (now === last) stop();
      }, 1800);
    };
    const go = (wanted) => {
      stop();
      show(wanted);
    };
    const toggle = () => (timer ? stop() : start());

    back.onclick = () => go(now - 1);
    next.onclick = () => go(now + 1);
    play.onclick = toggle;
    slider.oninput = () => go(slider.value - 1);
    const keys = {
      ArrowLeft: () => go(now - 1),
      ArrowUp: () => go(now - 1),
      ArrowRight: () => go(now + 1),
      ArrowDown: () => go(now + 1),
      Home: () => go(0),
      End: () => go(last),
      " ": toggle,
    };
    controls.addEventListener("keydown", (event) => {
      const { key, target, ctrlKey, altKey, metaKey } = event;
      if (!(key in keys) || ctrlKey || altKey || metaKey) return;
      if (key === " " && target.tagName === "BUTTON") return; // which presses it
      keys[key]();
      event.preventDefault();
    });
    const calm = () => {
      play.hidden = still.matches;
      if (still.matches) stop();
    };
    still.addEventListener("change", calm);
    calm();

    const follow = () => {
      const wanted = steps.findIndex(({ id }) => `#${id}` === location.hash);
      if (wanted < 0) return;
      stop();
      show(wanted, { tell: false });
      root.scrollIntoView({ block: "nearest" });
    };
    root.classList.add("dl-live");
    root.querySelector(".dl-steps").before(controls);
    root.append(said);
    show(0, { tell: false });
    if (linked) {
      addEventListener("hashchange", follow);
      follow();
    }
  };
  for (const root of document.querySelectorAll(".dl-stepper:not(.dl-live)")) bring(root);
}

// Steppers: buttons, a slider, keys, clicks and swipes for steps that are in the page already, and
// questions that a reader may ask for: what does the next step do? Where there are steps on several
// graphs, the reader chooses one.
{
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  const scrolls = (frame) => frame.scrollWidth > frame.clientWidth;

  const bring = (root) => {
    const runs = [...root.querySelectorAll(".dl-steps")].map((list) => {
      const steps = [...list.querySelectorAll(".dl-step")];
      return { list, steps, asked: steps.map(({ dataset }) => JSON.parse(dataset.ask ?? "null")) };
    });
    const lines = [...root.querySelectorAll(".dl-lines > li")];
    let { steps, asked } = runs[0];
    let last = steps.length - 1;
    // A notebook's address is not ours to change.
    const linked = !root.closest('[class*="jp-"], .output_html');
    let now = 0;
    let timer = 0;
    let predicting = false;

    const back = make("button", { type: "button", textContent: "Back" });
    const play = make("button", { type: "button", textContent: "Play" });
    const next = make("button", { type: "button", textContent: "Next" });
    const slider = make("input", { type: "range", min: 1, step: 1 });
    const count = make("a", { title: "Address of this step" });
    const said = make("p", { className: "dl-said" });
    said.setAttribute("aria-live", "polite");
    const predict = make("button", { type: "button", textContent: "Predict" });
    predict.title = "Say what comes next before it is shown";
    predict.hidden = !runs.some((run) => run.asked.some(Boolean));
    const panel = make("div", { className: "dl-ask", hidden: true, tabIndex: -1 });
    panel.setAttribute("role", "group");
    panel.setAttribute("aria-label", "What comes next?");
    slider.setAttribute("aria-label", "Step");
    const controls = make("div", { className: "dl-controls" }, back, play, next, slider, count, predict);

    const label = root.querySelector(".dl-graph");
    const radios = runs.map(() => make("input", { type: "radio", name: `${root.id}-graph` }));
    const graphs = make("div", { className: "dl-graphs" });
    if (label) {
      const called = label.firstChild.textContent;
      graphs.setAttribute("role", "radiogroup");
      graphs.setAttribute("aria-label", called.replace(/:\s*$/, ""));
      graphs.append(called);
      radios.forEach((radio, k) => {
        graphs.append(make("label", {}, radio, runs[k].list.dataset.graph));
        radio.onchange = () => {
          choose(k);
          panel.style.minHeight = "";
          go(0);
        };
      });
      root.querySelector(".dl-steps").before(graphs);
    }
    const choose = (k) => {
      ({ steps, asked } = runs[k]);
      last = steps.length - 1;
      slider.max = last + 1;
      runs.forEach(({ list, steps: shown }, i) => {
        list.hidden = i !== k;
        shown.forEach((step) => step.classList.remove("dl-now"));
      });
      radios[k].checked = true;
      if (label) label.querySelector("span").textContent = runs[k].list.dataset.graph;
    };

    const ask = (verdict) => {
      const question = asked[now];
      const button = (textContent, onclick) =>
        make("button", { type: "button", textContent, onclick });
      const text = question?.asks ?? (now === last ? "" : "There is nothing to predict here.");
      panel.replaceChildren(make("p", {}, make("strong", { textContent: verdict }), ` ${text}`));
      if (question) {
        const choices = question.choices.map((one, i) => button(one, () => answer(i)));
        panel.append(...choices, button("Show", () => leave(now + 1)));
      }
      // The picture below stays where it is while there is less to choose from.
      const height = Math.max(parseFloat(panel.style.minHeight) || 0, panel.offsetHeight);
      panel.style.minHeight = `${height}px`;
    };
    const answer = (choice) => {
      const { answer: right, choices } = asked[now];
      leave(now + 1, choice === right ? "Right." : `No: ${choices[right]}.`);
    };
    // What was pressed is gone then; the keyboard goes on from the next question.
    const leave = (wanted, verdict) => {
      const inside = panel.contains(document.activeElement);
      go(wanted, verdict);
      if (inside) panel.focus({ preventScroll: true });
    };

    const show = (wanted, { tell = true, verdict = "" } = {}) => {
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
      const frame = steps[now].querySelector(".dl-frame");
      frame.style.touchAction = scrolls(frame) ? "" : "pan-y pinch-zoom";
      if (predicting) ask(verdict);
      if (!tell) return;
      const heard = predicting && asked[now] ? ` ${asked[now].asks}` : "";
      said.textContent = `${verdict && `${verdict} `}Step ${now + 1} of ${last + 1}. ${steps[now].dataset.says}${heard}`;
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
    const go = (wanted, verdict) => {
      stop();
      show(wanted, { verdict });
    };
    const toggle = () => (timer ? stop() : start());

    back.onclick = () => go(now - 1);
    next.onclick = () => go(now + 1);
    play.onclick = toggle;
    predict.onclick = () => {
      predicting = !predicting;
      predict.setAttribute("aria-pressed", predicting);
      root.classList.toggle("dl-asking", predicting);
      panel.hidden = !predicting;
      panel.style.minHeight = "";
      go(now);
    };
    predict.setAttribute("aria-pressed", false);
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

    root.addEventListener("click", ({ target, clientX, clientY }) => {
      if (!target.closest("svg.dl-figure") || target.closest("a")) return;
      if (!getSelection().isCollapsed) return; // someone copies a label
      const question = predicting && asked[now];
      if (!question) return now < last && go(now + 1);
      const boxes = [...steps[now].querySelectorAll("[data-node]")];
      const hit = boxes.find((box) => {
        const { left, right, top, bottom } = box.getBoundingClientRect();
        return left <= clientX && clientX <= right && top <= clientY && clientY <= bottom;
      });
      const choice = hit ? question.nodes.indexOf(Number(hit.dataset.node)) : -1;
      if (choice >= 0) answer(choice);
    });
    let touched = null;
    root.addEventListener(
      "touchstart",
      ({ touches, target }) => {
        const frame = target.closest(".dl-frame");
        touched = frame && !scrolls(frame) && touches.length === 1 ? touches[0] : null;
      },
      { passive: true },
    );
    root.addEventListener("touchend", ({ changedTouches: [end] }) => {
      if (!touched) return;
      const [right, down] = [end.clientX - touched.clientX, end.clientY - touched.clientY];
      if (Math.abs(right) > 40 && Math.abs(right) > 2 * Math.abs(down))
        go(now + (right < 0 ? 1 : -1));
      touched = null;
    });

    const calm = () => {
      play.hidden = still.matches;
      if (still.matches) stop();
    };
    still.addEventListener("change", calm);
    calm();

    const follow = () => {
      const at = ({ id }) => `#${id}` === location.hash;
      const run = runs.findIndex((one) => one.steps.some(at));
      if (run < 0) return;
      stop();
      choose(run);
      show(steps.findIndex(at), { tell: false });
      root.scrollIntoView({ block: "nearest" });
    };
    root.classList.add("dl-live");
    runs[0].list.before(controls, panel);
    root.append(said);
    choose(0);
    show(0, { tell: false });
    if (linked) {
      addEventListener("hashchange", follow);
      follow();
    }
  };
  for (const root of document.querySelectorAll(".dl-stepper:not(.dl-live)")) bring(root);
}

// Sliders: a control that moves what is drawn in the page already.
{
  const bring = (root) => {
    const { start, slots, frames } = JSON.parse(root.dataset.frames);
    const parts = slots.map(([k, name]) => [root.querySelector(`[data-k="${k}"]`), name]);
    const at = root.querySelector(".dl-at > strong");
    const says = root.querySelector(".dl-says");
    const state = root.querySelectorAll(".dl-state dd");
    const input = Object.assign(document.createElement("input"), {
      type: "range",
      min: 0,
      max: frames.length - 1,
      step: 1,
      value: start,
    });
    input.setAttribute("aria-labelledby", `${root.id}-label`);
    const show = () => {
      const frame = frames[input.value];
      parts.forEach(([part, name], i) => part.setAttribute(name, frame.moves[i]));
      state.forEach((value, i) => (value.textContent = frame.state[i]));
      at.textContent = frame.at;
      // Set only when it changes, so that it is read aloud only then.
      if (says.textContent !== frame.says) says.textContent = frame.says;
      input.setAttribute("aria-valuetext", frame.at);
    };
    input.oninput = show;
    says.setAttribute("aria-live", "polite");
    root.querySelector(".dl-at").append(input);
    root.classList.add("dl-live");
    show(); // a browser may have kept the place of the control
  };
  for (const root of document.querySelectorAll(".dl-slider:not(.dl-live)")) bring(root);
}

// Arrange the proof: lines are moved by their buttons or the arrow keys, and the page says in words what is wrong.

// What is wrong with an order of lines, nothing if it is a proof. `needs` has for each line of the proof those that it
// uses; `order` is a list of lines, of which some may not belong.
function faultOfArrangement(needs, order) {
  for (const [at, line] of order.entries()) {
    if (!needs[line]) return { kind: "stray", at };
    const missing = needs[line].filter((used) => !order.slice(0, at).includes(used));
    const below = missing.map((used) => order.indexOf(used)).filter((place) => place > at);
    if (below.length) return { kind: "early", at, uses: Math.min(...below) };
    if (missing.length) return { kind: "gap", at };
  }
  return order.length < Object.keys(needs).length ? { kind: "unfinished" } : null;
}

{
  const make = (tag, properties = {}, ...content) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...content);
    return element;
  };
  const button = (textContent, label, onclick) => {
    const made = make("button", { type: "button", textContent, onclick });
    if (label) made.setAttribute("aria-label", label);
    return made;
  };

  // The orders of a page's exercises, kept in this browser.
  const place = `dlbook.arrange ${location.pathname}`;
  const kept = () => {
    try {
      return JSON.parse(localStorage.getItem(place)) ?? {};
    } catch {
      return {}; // where a browser keeps nothing, nothing is kept
    }
  };
  const keep = (label, state) => {
    const all = { ...kept(), [label]: state };
    if (!state) delete all[label];
    try {
      if (Object.keys(all).length) localStorage.setItem(place, JSON.stringify(all));
      else localStorage.removeItem(place);
    } catch {} // likewise
  };

  const arrange = (proof) => {
    const label = proof.closest(".dl-exercise").id;
    const lines = Object.fromEntries([...proof.children].map((line) => [line.dataset.letter, line]));
    const needs = {};
    for (const [letter, { dataset }] of Object.entries(lines))
      if ("needs" in dataset) needs[letter] = dataset.needs.split(" ").filter(Boolean);
    const aside = make("ul", { className: "dl-arrange dl-arrange-aside" });
    aside.setAttribute("role", "list");
    aside.setAttribute("aria-label", "Lines put aside");
    const status = make("p", { className: "dl-arrange-status" });
    status.setAttribute("role", "status");

    const letters = (list) => [...list.children].map((line) => line.dataset.letter).join("");
    const first = `${letters(proof)} `;
    const state = () => `${letters(proof)} ${letters(aside)}`;
    const say = (...content) => status.replaceChildren(...content);
    const refresh = () => {
      for (const line of Object.values(lines)) {
        const within = line.parentElement === proof;
        const [up, down, put] = line.querySelectorAll("button");
        up.hidden = down.hidden = !within;
        up.setAttribute("aria-disabled", !line.previousElementSibling);
        down.setAttribute("aria-disabled", !line.nextElementSibling);
        put.textContent = within ? "Put aside" : "Put back";
        put.setAttribute("aria-label", `${put.textContent} line ${line.dataset.letter}`);
        line.classList.remove("dl-arrange-fault");
      }
    };
    const show = (wanted) => {
      const [within, without] = wanted.split(" ");
      proof.append(...[...within].map((letter) => lines[letter]));
      aside.append(...[...without].map((letter) => lines[letter]));
      refresh();
    };
    const changed = () => {
      refresh();
      keep(label, state() === first ? undefined : state());
    };
    const number = (line) => [...proof.children].indexOf(line) + 1;

    const move = (line, up) => {
      const other = up ? line.previousElementSibling : line.nextElementSibling;
      if (!other) return say(`This is the ${up ? "first" : "last"} line.`);
      const focused = document.activeElement;
      if (up) other.before(line);
      else other.after(line);
      changed();
      if (line.contains(focused)) focused.focus();
      say(`Now line ${number(line)} of ${proof.children.length}.`);
    };
    const put = (line) => {
      const within = line.parentElement === proof;
      const next = line.nextElementSibling ?? line.previousElementSibling ?? line;
      (within ? aside : proof).append(line);
      changed();
      next.querySelector("button:last-child").focus();
      say(within ? `Line ${line.dataset.letter} is put aside.` : `Put back as line ${number(line)}, the last.`);
    };
    for (const [letter, line] of Object.entries(lines)) {
      line.append(
        make("div", { className: "dl-arrange-moves" },
          button("↑", `Move line ${letter} up`, () => move(line, true)),
          button("↓", `Move line ${letter} down`, () => move(line, false)),
          button("", "", () => put(line)),
        ),
      );
      line.onkeydown = (event) => {
        const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
        if (!["ArrowUp", "ArrowDown"].includes(key) || altKey || ctrlKey || metaKey || shiftKey) return;
        if (line.parentElement !== proof) return;
        event.preventDefault();
        move(line, key === "ArrowUp");
      };
    }

    const check = () => {
      refresh();
      const order = letters(proof);
      const fault = faultOfArrangement(needs, [...order]);
      if (!order) return say("The proof has no lines: put back those that belong to it.");
      if (!fault) return say("Right: each line uses only what is above it, and nothing is missing.");
      const line = proof.children[fault.at], named = `Line ${fault.at + 1}`;
      line?.classList.add("dl-arrange-fault");
      if (fault.kind === "early") return say(`${named} uses what line ${fault.uses + 1} shows, which is below it.`);
      if (fault.kind === "gap") return say(`${named} uses what a line shows that you have put aside.`);
      if (fault.kind === "unfinished")
        return say("Each line uses only what is above it, but the proof is not finished: a line that you have put aside belongs to it.");
      const why = line.querySelector(".dl-arrange-why > p").cloneNode(true);
      say(`${named} does not belong. `, ...why.childNodes);
    };
    const restart = () => {
      show(first);
      keep(label);
      say("These are the lines as they were at first.");
    };
    document.addEventListener("dl-undo-all", restart); // the button of the cells that run in the page

    const how = make("p", {
      className: "dl-arrange-moving",
      textContent:
        "Put the lines of the proof in order, so that each uses only what is above it, and put aside those that do not " +
        "belong. On the buttons of a line the arrow keys move it as well. Your order is kept in this browser alone, until you start again.",
    });
    proof.setAttribute("aria-label", "Lines of the proof");
    proof.before(how);
    proof.after(
      make("p", { className: "dl-arrange-title", textContent: "Put aside" }),
      aside,
      make("p", { className: "dl-arrange-buttons" }, button("Check", "", check), button("Start again", "", restart)),
      status,
    );
    proof.closest(".dl-exercise").classList.add("dl-arranging");

    const stored = kept()[label];
    const sorted = (text) => [...String(text)].sort().join("");
    show(sorted(stored) === sorted(first) ? stored : first);

    // On paper, the lines as they were at first.
    let before;
    addEventListener("beforeprint", () => {
      before = state();
      show(first);
    });
    addEventListener("afterprint", () => show(before));
  };
  for (const proof of document.querySelectorAll("ul.dl-arrange")) arrange(proof);
}

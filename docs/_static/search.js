// Looks through the entries of the book (search-entries.js): [title, kind, page, address, text].
// Every word that is asked for has to begin a word of an entry; titles weigh most.

// Without accents, in small letters, each where it was.
const plain = (text) =>
  text.replace(/[^\0-~]/g, (letter) => (letter === "’" ? "'" : letter.normalize("NFKD")[0])).toLowerCase();
const escaped = (word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
const stem = (word) => word.replace(/'s$/, "").replace(/(?<=\w{4})(?<!s)s$/, "");
const book = searchEntries.map(([title, kind, page, address, text]) => ({
  title, kind, page, address, text, inTitle: plain(title), inText: plain(text),
}));

// Kinds in the order in which equals are listed.
const weights = { page: 6, definition: 5, theorem: 4, section: 3, exercise: -2, method: -1, attribute: -1 };

function find(query) {
  const asked = plain(query).split(/[^\p{L}\p{N}_.'-]+/u).filter(Boolean).map(stem);
  if (!asked.length) return { asked, found: [] };
  const begins = asked.map((word) => new RegExp(`(?<![\\p{L}\\p{N}])${escaped(word)}`, "gu"));
  const phrase = plain(query).trim();
  const found = [];
  for (const entry of book) {
    let score = 0, met = 0;
    for (const begin of begins) {
      const inTitle = entry.inTitle.match(begin)?.length ?? 0;
      const inText = entry.inText.match(begin)?.length ?? 0;
      if (inTitle || inText) met += 1;
      score += 20 * Math.min(inTitle, 1) + 2 * Math.log2(1 + inText);
    }
    if (!met) continue;
    if (entry.inTitle.includes(phrase)) score += 20;
    else if (asked.length > 1 && entry.inText.includes(phrase)) score += 10;
    found.push({ entry, met, score: score + (weights[entry.kind] ?? 0) });
  }
  const most = Math.max(0, ...found.map(({ met }) => met));
  return {
    asked, begins, all: most === asked.length,
    found: found.filter(({ met }) => met === most).sort((a, b) => b.score - a.score),
  };
}

// The words around the first that was asked for, those asked for marked.
function excerpt(text, begins) {
  const line = document.createElement("p");
  const lower = plain(text);
  const places = begins.map((begin) => lower.search(begin)).filter((place) => place >= 0);
  const start = places.length ? text.lastIndexOf(" ", Math.max(0, Math.min(...places) - 60)) + 1 : 0;
  const cut = text.indexOf(" ", start + 220);
  const shown = text.slice(start, cut < 0 ? undefined : cut);
  line.append(start ? "… " : "");
  const within = lower.slice(start, start + shown.length);
  const spots = begins.flatMap((begin) => [...within.matchAll(begin)]);
  let done = 0;
  for (const { index, 0: { length } } of spots.sort((a, b) => a.index - b.index)) {
    if (index < done) continue;
    const mark = document.createElement("mark");
    mark.textContent = shown.slice(index, index + length);
    line.append(shown.slice(done, index), mark);
    done = index + length;
  }
  line.append(shown.slice(done), cut < 0 ? "" : " …");
  return line;
}

const many = 40;
const field = document.querySelector(".dl-search input");
const list = document.querySelector("ul.search");
const status = document.querySelector(".dl-search-status");

function show() {
  const { asked, begins, all, found } = find(field.value);
  list.replaceChildren(
    ...found.slice(0, many).map(({ entry }) => {
      const item = document.createElement("li"), link = document.createElement("a");
      link.href = entry.address;
      link.textContent = entry.title;
      const where = document.createElement("span");
      where.className = "dl-where";
      where.textContent = entry.page;
      item.append(link, where);
      if (entry.text) item.append(excerpt(entry.text, begins));
      return item;
    }),
  );
  if (!asked.length) status.textContent = "";
  else if (!found.length) status.textContent = "Nothing was found. Is it spelt as the book spells it?";
  else {
    const count = found.length > many ? `The best ${many} of ${found.length} places` : `${found.length} place${found.length > 1 ? "s" : ""}`;
    status.textContent = all ? `${count}.` : `Nothing has all of these words. ${count} with most of them.`;
  }
}

field.value = new URLSearchParams(location.search).get("q") ?? "";
field.addEventListener("input", show);
show();

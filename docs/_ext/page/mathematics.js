// Sets formulas with KaTeX: reads [latex, displayed] pairs, writes HTML, or {error}, for each.
const katex = require(process.argv[1]);
const formulas = JSON.parse(require("fs").readFileSync(0, "utf8"));

const has = (node, ...kinds) => kinds.some((kind) => node.classes?.includes(kind));

function* within(node, kind) {
  if (has(node, kind)) yield node;
  else for (const child of node.children ?? []) yield* within(child, kind);
}

// KaTeX lets a line end after a relation or an operator, as in running text. In a displayed formula
// it begins with one; and a line may end after a comma that is followed by a wide space.
function breakBefore(html) {
  const bases = html.children.flatMap((base) => {
    const [strut, ...rest] = base.children;
    const pieces = [[]];
    for (const node of rest) {
      pieces.at(-1).push(node);
      if (has(node, "mspace") && parseFloat(node.style?.marginRight) >= 1) pieces.push([]);
    }
    return pieces
      .map((piece, i) => Object.assign(Object.create(base), base, { children: [strut, ...piece], opens: i > 0 }))
      .filter((piece) => piece.children.length > 1);
  });
  for (let i = 0; i + 1 < bases.length; i++) {
    const { children } = bases[i];
    let end = children.length;
    while (end > 1 && has(children[end - 1], "mspace")) end--;
    if (end < 2 || !has(children[end - 1], "mrel", "mbin")) continue;
    end--;
    while (end > 1 && has(children[end - 1], "mspace")) end--;
    bases[i + 1].children.splice(1, 0, ...children.splice(end));
  }
  html.children = bases.filter(({ children }) => children.length > 1);
}

// What stands between wide spaces goes to the next line whole where it fits there.
function clauses(html) {
  const bases = html.children.splice(0);
  const starts = bases.flatMap(({ opens }, i) => (opens ? [i] : []));
  [0, ...starts].forEach((start, i) => {
    const clause = bases.slice(start, starts[i]);
    if (i && clause.length > 1)
      html.children.push(Object.assign(Object.create(clause[0]), clause[0], { classes: ["dl-clause"], children: clause }));
    else html.children.push(...clause);
  });
}

// ---- in fewer elements, which look the same: see tests/book/test_mathematics.py ----

const only = (node, kinds) => node.classes?.every((kind) => !kind || kinds.test(kind));
const bare = ({ style = {}, attributes = {}, id }) =>
  !Object.keys(style).length && !Object.keys(attributes).length && !id;
const ORDINARY = /^(mord|mopen|mclose|mpunct|mrel|mbin|minner|mtight)$/;
const LINE = /^(base|katex-html|mord|minner|mtight|sizing|reset-size\d+|size\d+)$/;
const SIZES = [0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.44, 1.728, 2.074, 2.488]; // of KaTeX
const em = (length) => parseFloat(length ?? 0);
const short = (number) => `${+number.toFixed(4)}em`;

// A subscript or superscript alone, in letters and signs: KaTeX stacks boxes, a shift does.
function shifted(script) {
  const lists = [...within(script, "vlist")].filter(({ children }) => children.some((child) => child.children?.length));
  const [{ children: [child], children: { length } }] = lists.length ? lists : [{ children: [] }];
  if (lists.length !== 1 || length !== 1 || child.children?.length !== 2) return null;
  const [pstrut, text] = child.children;
  if (!has(pstrut, "pstrut") || !only(text, LINE) || !bare(text)) return null;
  const [, from] = text.classes.join(" ").match(/\breset-size(\d+)/) ?? [];
  const [, to] = text.classes.join(" ").match(/(?:^| )size(\d+)/) ?? [];
  const factor = from ? SIZES[to - 1] / SIZES[from - 1] : 1;
  const { top, marginLeft, marginRight } = child.style;
  const shift = -(em(top) + em(pstrut.style.height)) / factor;
  text.classes = factor === 0.7 ? [] : text.classes.filter((kind) => kind !== "mtight");
  text.style = {};
  text.scale = factor; // in whose em its margins are
  if (shift < 0 ? short(shift) !== SUB : short(shift) !== SUP) text.style.verticalAlign = short(shift);
  if (em(marginLeft)) text.style.marginLeft = short(em(marginLeft) / factor);
  if (short(em(marginRight) / factor) !== ASIDE) text.style.marginRight = short(em(marginRight) / factor);
  return renamed(text, shift < 0 ? "sub" : "sup");
}

// What dlbook.css gives sub and sup: where most stand, and the space behind them.
const SUB = "-0.2143em", SUP = "0.5186em", ASIDE = "0.0714em";

function renamed(node, tag) {
  node.toMarkup = function () {
    const markup = Object.getPrototypeOf(this).toMarkup.call(this);
    return markup.replace(/^<span( class="mathnormal")?/, `<${tag}`).replace(/span>$/, `${tag}>`);
  };
  return node;
}

function lighten(node) {
  node.children?.forEach(lighten);
  if (!node.children || !only(node, LINE)) return;
  const kept = [];
  let open = 0; // of a fraction, before it
  for (let child of node.children) {
    if (has(child, "nulldelimiter") && has(child, "mopen")) {
      open = 0.12;
      continue;
    }
    if (open && child.style) {
      child.style = { ...child.style, marginLeft: short(open + em(child.style.marginLeft)) };
      open = 0;
    }
    if (only(child, /^msupsub$/) && child.classes.includes("msupsub")) child = shifted(child) ?? child;
    const last = kept.at(-1);
    const space = has(child, "nulldelimiter") ? 0.12 : has(child, "mspace") && em(child.style.marginRight);
    if (space && last?.style && !has(last, "strut", "mspace")) {
      // A space becomes a margin of what stands before it.
      const before = em(last.style.marginRight ?? (last.scale ? ASIDE : Math.max(0, last.italic ?? 0)));
      last.style = { ...last.style, marginRight: short(before + space / (last.scale ?? 1)) };
    } else if (child.children?.length && child.classes?.length && only(child, /^(mord|mtight|minner)$/) && bare(child))
      kept.push(...child.children);
    else kept.push(child);
  }
  const thin = ({ style: { height, verticalAlign } }) =>
    em(verticalAlign) >= -0.25 && em(height) + em(verticalAlign) <= 0.9;
  node.children = kept.filter((child) => !(has(child, "strut") && thin(child)));
  for (const child of node.children)
    if (child.text !== undefined) {
      if (only(child, ORDINARY)) child.classes = [];
      else if (only(child, /^(mord|mathnormal|mtight)$/)) {
        child.classes = ["mathnormal"];
        renamed(child, "i");
      }
    }
}

// KaTeX stacks boxes in a table of two rows, whose second is as high as the stack is deep, with a
// strut in each box and a mark for Safari. Here it has one row and a margin below it, and dlbook.css
// gives it its struts.
function stacked(node) {
  node.children?.forEach(stacked);
  if (!has(node, "vlist-t")) return;
  const [{ children: [list] }, below] = node.children;
  if (below) {
    node.classes = node.classes.filter((kind) => kind !== "vlist-t2");
    node.style = { ...node.style, marginBottom: below.children[0].style.height };
  }
  node.children = [list];
  for (const box of list.children) boxed(box);
}

const STRUT = "3em", LINE_WIDTH = "0.04em";

function boxed(box) {
  const [pstrut, ...content] = box.children ?? [];
  if (!pstrut || !has(pstrut, "pstrut")) return;
  let { height } = pstrut.style;
  box.children = content;
  const [one] = content;
  if (content.length === 1 && has(one, "frac-line") && one.style.borderBottomWidth === LINE_WIDTH) {
    box.classes.push("dl-line");
    box.children = [];
  } else if (content.length === 1 && one.children && only(one, LINE) && bare(one) && !has(box, "svg-align")) {
    const [, from] = one.classes.join(" ").match(/\breset-size(\d+)/) ?? [];
    const [, to] = one.classes.join(" ").match(/(?:^| )size(\d+)/) ?? [];
    const factor = from ? SIZES[to - 1] / SIZES[from - 1] : 1;
    const scaled = (length) => short(em(length) / factor);
    box.classes.push(...one.classes.filter((kind) => /size|sizing/.test(kind)));
    box.children = one.children;
    for (const key of Object.keys(box.style)) box.style[key] = scaled(box.style[key]);
    height = scaled(height);
  }
  if (height !== STRUT) box.style["--strut"] = height;
}

// A formula in the text that is in one piece needs no box around it.
function unboxed(html) {
  const [{ children }, ...rest] = html.children;
  if (!rest.length && has(html.children[0], "base") && bare(html.children[0])) html.children = children;
}

// What a formula says is said by its symbols in their order, or else by MathML, which only ears
// meet: nothing of it but the structure is needed, and variants of letters.
const LINEAR = new Set(["math", "mrow", "mi", "mo", "mn", "mspace", "mtext"]);
const linear = (tree) => (!tree.type || LINEAR.has(tree.type)) && (tree.children ?? []).every(linear);

function strip(tree) {
  if (!tree.type) return;
  for (const name of Object.keys(tree.attributes ?? {}))
    if (!["xmlns", "display", "mathvariant", "accent"].includes(name)) delete tree.attributes[name];
  const isSpace = ({ type, constructor }) => type === "mspace" || constructor.name === "SpaceNode";
  tree.children = tree.children.filter((child) => !isSpace(child));
  tree.children.forEach(strip);
  if (["math", "mrow", "msqrt", "mtd", "mstyle"].includes(tree.type))
    tree.children = tree.children.flatMap((child) => (child.type === "mrow" ? child.children : [child]));
}

function spoken(tree, displayMode) {
  for (const whole of within(tree, "katex")) {
    const [mathml, html] = whole.children;
    const [math] = mathml.children;
    math.children = [math.children[0].children[0]]; // of <semantics>, without the source
    strip(math);
    if (!displayMode && linear(math)) whole.children = html.children;
  }
}

// A formula in the text that is shorter than any line need not break: it is one piece.
function join(html) {
  const signs = (node) => (node.text !== undefined ? 1 : (node.children ?? []).reduce((sum, child) => sum + signs(child), 0));
  const [first, ...rest] = html.children;
  if (!rest.length || signs(html) > 16 || html.children.some((base) => !has(base, "base"))) return;
  const struts = html.children.map(({ children: [strut] }) => strut);
  const below = Math.max(...struts.map(({ style }) => -em(style.verticalAlign)));
  const above = Math.max(...struts.map(({ style }) => em(style.height) + em(style.verticalAlign)));
  struts[0].style = { height: short(above + below), verticalAlign: short(-below) };
  first.children.push(...rest.flatMap(({ children: [, ...others] }) => others));
  html.children = [first];
}

const set = ([latex, displayMode]) => {
  try {
    const tree = katex.__renderToDomTree(latex, { displayMode, strict: "error" });
    for (const html of within(tree, "katex-html")) {
      (displayMode ? breakBefore : join)(html);
      html.children.forEach(lighten);
      html.children.forEach(stacked);
      if (displayMode) clauses(html);
      else unboxed(html);
    }
    spoken(tree, displayMode);
    return tree.toMarkup().replace(/ style="[^"]*"/g, (style) => style.replace(/([:-])0\./g, "$1.").replace(/;"$/, '"'));
  } catch (error) {
    return { error: error.message };
  }
};
process.stdout.write(JSON.stringify(formulas.map(set)));

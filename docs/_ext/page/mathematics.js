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
      .filter((piece) => piece.length)
      .map((piece) => Object.assign(Object.create(base), base, { children: [strut, ...piece] }));
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

const set = ([latex, displayMode]) => {
  try {
    const tree = katex.__renderToDomTree(latex, { displayMode, strict: "error" });
    if (displayMode) for (const html of within(tree, "katex-html")) breakBefore(html);
    return tree.toMarkup();
  } catch (error) {
    return { error: error.message };
  }
};
process.stdout.write(JSON.stringify(formulas.map(set)));

// On paper the solutions and hints of a page stand at its end, open; then they go back.
const places = [];

addEventListener("beforeprint", () => {
  for (const article of document.querySelectorAll("article")) {
    const folds = article.querySelectorAll(".dl-exercise > details.dl-fold, details.dl-solution");
    if (!folds.length) continue;
    const end = document.createElement("section");
    end.className = "dl-at-end";
    const title = article.querySelector("details.dl-solution") ? "Hints and solutions" : "Hints";
    end.append(Object.assign(document.createElement("h2"), { textContent: title }));
    for (const fold of folds) {
      const place = document.createComment("");
      const summary = fold.querySelector("summary");
      places.push({ fold, place, end, summary, said: summary.textContent, open: fold.open });
      // A solution's line names its exercise; a hint's does not.
      const name = fold.closest(".dl-exercise")?.querySelector(".dl-exercise-title > strong");
      if (name) summary.textContent += ` for ${name.textContent}`;
      fold.replaceWith(place);
      fold.open = true;
      end.append(fold);
    }
    article.append(end);
  }
});

addEventListener("afterprint", () => {
  for (const { fold, place, end, summary, said, open } of places.splice(0)) {
    place.replaceWith(fold);
    fold.open = open;
    summary.textContent = said;
    end.remove();
  }
});

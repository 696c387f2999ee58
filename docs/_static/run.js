// Offers to run a chapter's cells in the page. What runs them is loaded when its reader asks for it.

{
  const bar = document.querySelector(".dl-run");
  const { src } = document.currentScript;
  const offer = () => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = bar.dataset.only ? "Answer the exercises here" : "Run this page";
    button.onclick = async () => {
      button.disabled = true;
      try {
        const { notice } = await import(new URL("run-page.js", src));
        await notice(bar, new URL("..", src), offer);
      } catch (error) {
        bar.append(` What runs it could not be loaded (${error.message}).`);
        button.disabled = false;
      }
    };
    bar.replaceChildren(button);
    return button;
  };
  // From a file, browsers start no worker.
  if (location.protocol.startsWith("http")) {
    offer();
    bar.hidden = false;
  }
}

// Offers to run a chapter's cells in the page. What runs them is loaded when its reader asks for it.

{
  const bar = document.querySelector(".dl-run");
  const { src } = document.currentScript;
  const offer = () => {
    const button = document.createElement("button");
    const trouble = document.createElement("span");
    trouble.setAttribute("role", "status");
    button.type = "button";
    button.textContent = bar.dataset.only ? "Answer the exercises here" : "Run this page";
    button.onclick = async () => {
      button.disabled = true;
      try {
        const { notice } = await import(new URL("run-page.js", src));
        await notice(bar, new URL("..", src), offer);
      } catch (error) {
        trouble.textContent = navigator.onLine
          ? ` What runs it could not be loaded (${error.message}).`
          : " You are offline, and what runs it has to be loaded. Try again once you are connected.";
        button.disabled = false;
      }
    };
    bar.replaceChildren(button, trouble);
    return button;
  };
  // From a file, browsers start no worker.
  if (location.protocol.startsWith("http")) {
    offer();
    bar.hidden = false;
  }
}

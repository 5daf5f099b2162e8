// Keeps the phone at its newest message, unless the reader scrolled up, and what the reader opened or closed as it was.
(() => {
  htmx.config.defaultSettleDelay = 0; // what comes in is looked after at once
  const screen = () => document.querySelector(".screen");
  let follow = true;
  let greeted = false;
  const chosen = new Map();
  const name = (box) => box.dataset.keep || box.id;
  const toEnd = () => { const box = screen(); if (box && follow) box.scrollTop = box.scrollHeight; };
  const restore = () => {
    for (const box of document.querySelectorAll("details")) if (chosen.has(name(box))) box.open = chosen.get(name(box));
  };
  const closeLegend = () => {
    if (greeted || !document.querySelector("#chat .bubble")) return;
    greeted = true;
    document.getElementById("legend")?.removeAttribute("open");
  };
  document.addEventListener("DOMContentLoaded", () => {
    greeted = Boolean(document.querySelector("#chat .bubble"));
    toEnd();
    screen()?.addEventListener("scroll", () => {
      const box = screen();
      follow = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
    });
    document.body.addEventListener("click", (event) => {
      const box = event.target.closest("summary")?.parentElement;
      if (box) chosen.set(name(box), !box.open);
    });
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "chat") { toEnd(); closeLegend(); }
    restore();
  });
  document.addEventListener("htmx:oobAfterSwap", restore);
})();

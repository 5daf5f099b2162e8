// Keeps the phone at its newest message, unless the reader scrolled up to look at older ones.
(() => {
  const screen = () => document.querySelector(".screen");
  let follow = true;
  const toEnd = () => { const box = screen(); if (box && follow) box.scrollTop = box.scrollHeight; };
  document.addEventListener("DOMContentLoaded", () => {
    toEnd();
    screen()?.addEventListener("scroll", () => {
      const box = screen();
      follow = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
    });
  });
  document.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target.id === "chat") toEnd(); });
})();

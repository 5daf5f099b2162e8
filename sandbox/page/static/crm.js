// The CRM's page: forms that send themselves, the board's place, and what the reader opened or is typing.
(() => {
  htmx.config.defaultSettleDelay = 0; // what comes in is looked after at once
  const kept = new Map();
  let place = 0;
  const funnel = () => document.querySelector("[data-scroll]");
  const watch = () => funnel()?.addEventListener("scroll", () => { place = funnel().scrollLeft; });

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelector(".deal-card[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
    place = funnel()?.scrollLeft ?? 0;
    watch();
    document.body.addEventListener("change", (event) => {
      if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
    });
    document.body.addEventListener("click", (event) => {
      const details = event.target.closest("summary")?.parentElement;
      if (details?.dataset.keep) kept.set(details.dataset.keep, !details.open);
    });
  });

  // A part that is about to be polled away keeps what is being typed or chosen in it.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const target = event.detail.target;
    if (event.detail.requestConfig.verb !== "get") return;
    const busy = target.contains(document.activeElement) && document.activeElement.matches("input, select, textarea");
    const begun = [...target.querySelectorAll("textarea, input:not([type])")].some((field) => field.value !== field.defaultValue);
    if (busy || begun) event.detail.shouldSwap = false;
  });
  const restore = () => {
    if (funnel()) { funnel().scrollLeft = place; watch(); }
    for (const details of document.querySelectorAll("[data-keep]")) {
      if (kept.has(details.dataset.keep)) details.open = kept.get(details.dataset.keep);
    }
  };
  document.addEventListener("htmx:afterSwap", restore);
  document.addEventListener("htmx:oobAfterSwap", restore);
})();

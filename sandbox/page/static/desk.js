// The SDR's page: forms that send themselves, the reader's place, typing, and the canned list a leading slash opens.
(() => {
  htmx.config.defaultSettleDelay = 0; // what comes in is looked after at once
  let follow = true;
  let place = 0;
  let put = -1;
  const kept = new Map();
  const thread = () => document.querySelector(".thread");
  const box = () => document.getElementById("resposta");
  const list = () => document.getElementById("canned");
  const isNote = () => document.querySelector("#composer [name=private]:checked")?.value === "1";

  const toPlace = () => {
    const rows = thread();
    if (!rows) return;
    rows.scrollTop = follow ? rows.scrollHeight : place;
    put = rows.scrollTop;
  };
  const watch = () => thread()?.addEventListener("scroll", () => {
    const rows = thread();
    if (rows.scrollTop === put) return;  // our own doing, told of after a picture may have made the thread longer
    put = -1;
    place = rows.scrollTop;
    follow = rows.scrollHeight - rows.scrollTop - rows.clientHeight < 60;
  });

  // --- canned responses: as in Chatwoot, a chosen one replaces the text before it is sent; anything else goes as it is.
  const choices = () => [...list().children].filter((item) => !item.hidden);
  const chosen = () => choices().find((item) => item.getAttribute("aria-selected") === "true");
  const close = () => { if (list()) list().hidden = true; };
  const point = (item) => {
    for (const other of list().children) other.setAttribute("aria-selected", String(other === item));
    item?.scrollIntoView({ block: "nearest" });
  };
  const suggest = () => {
    const text = box().value;
    if (!text.startsWith("/") || text.includes("\n")) return close();
    const wanted = text.slice(1).trim().toLowerCase();
    for (const item of list().children) item.hidden = !item.dataset.code.startsWith(wanted);
    list().hidden = choices().length === 0;
    point(choices()[0]);
  };
  const take = (item) => { box().value = item.dataset.content; close(); box().focus(); };

  // --- typing
  let told = 0;
  const tellTyping = (on) => {
    const composer = document.getElementById("composer");
    if (!composer || (on && Date.now() - told < 8000) || (!on && !told)) return;
    told = on ? Date.now() : 0;
    const body = new URLSearchParams({ c: composer.elements.c.value, as: composer.elements.as.value, on: on ? "1" : "0", private: isNote() ? "1" : "0" });
    fetch("/sdr/typing", { method: "POST", body });
  };

  // --- what the composer says of itself
  const names = () => {
    const files = [...document.querySelector("#composer [name=files]").files].map((file) => file.name);
    document.getElementById("files").textContent = files.join(", ");
  };
  const address = () => { box().placeholder = isNote() ? box().dataset.note : box().dataset.reply; };

  const onKey = (event) => {
    if (event.isComposing) return;
    const open = !list().hidden;
    if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      const rows = choices();
      const step = event.key === "ArrowDown" ? 1 : rows.length - 1;
      point(rows[(rows.indexOf(chosen()) + step) % rows.length]);
      event.preventDefault();
    } else if (open && event.key === "Escape") {
      close();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      if (open && chosen()) take(chosen());
      else document.getElementById("composer").requestSubmit();
    }
  };

  document.addEventListener("DOMContentLoaded", () => {
    toPlace();
    watch();
    // A picture that arrives late makes the thread longer.
    document.addEventListener("load", (event) => { if (event.target.closest?.(".thread")) toPlace(); }, true);
    document.body.addEventListener("change", (event) => {
      if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
      if (event.target.name === "private") address();
      if (event.target.name === "files") names();
    });
    document.body.addEventListener("click", (event) => {
      const details = event.target.closest("summary")?.parentElement;
      if (details?.dataset.keep) kept.set(details.dataset.keep, !details.open);
    });
    box()?.addEventListener("input", () => { suggest(); tellTyping(box().value !== ""); });
    box()?.addEventListener("keydown", onKey);
    box()?.addEventListener("blur", () => tellTyping(false));
    list()?.addEventListener("mousedown", (event) => {
      const item = event.target.closest("li");
      if (item) { event.preventDefault(); take(item); }
    });
    box()?.focus({ preventScroll: true });
  });

  // Forms inside a part that is about to be polled away keep what is being typed: the poll waits while one has focus.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const target = event.detail.target;
    const polled = event.detail.requestConfig.verb === "get";
    if (polled && target.contains(document.activeElement) && document.activeElement.matches("input, select")) {
      event.detail.shouldSwap = false;
    }
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.target.id !== "composer" || !event.detail.successful) return;
    const note = isNote();
    event.target.reset();
    names();
    follow = true;
    toPlace();
    if (note) event.target.querySelector("[name=private][value='1']").checked = true;
    told = 0;
    close();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "talk") { toPlace(); watch(); }
    for (const details of document.querySelectorAll("[data-keep]")) {
      if (kept.has(details.dataset.keep)) details.open = kept.get(details.dataset.keep);
    }
  });
})();

// What the theme leaves to the mouse: its icons and menus that open by a click get the keyboard, and a name.
const NAMES = {
  dock_to_right: "Mostrar ou esconder o menu",
  close: "Fechar o menu",
  more_horiz: "Mais ações",
  more_vert: "Mais ações",
};

const UNNAMED = {
  "#searchbar-submit": "Buscar",
  ".related-lookup": "Procurar",
  "#searchbar": "Palavras a buscar",
  "[x-on\\:click='openTheme = !openTheme']": "Tema claro ou escuro",
};

function reachable(root) {
  Object.entries(UNNAMED).forEach(([selector, name]) =>
    root.querySelectorAll(selector).forEach((target) => target.setAttribute("aria-label", name)),
  );
  root.querySelectorAll(".material-symbols-outlined").forEach((icon) => icon.setAttribute("aria-hidden", "true"));
  root.querySelectorAll("[x-on\\:click]").forEach((target) => {
    if (target.matches("a[href]:not([href='#']), button, input, select, tr, [data-keyboard], #changelist-filter-close")) return;
    if (target.querySelector("a, button, input")) return;
    target.dataset.keyboard = "";
    target.removeAttribute("aria-hidden");
    target.setAttribute("role", "button");
    target.setAttribute("tabindex", "0");
    const name = NAMES[target.textContent.trim()];
    if (name) target.setAttribute("aria-label", name);
    target.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      target.click();
    });
  });
}

document.addEventListener("DOMContentLoaded", () => {
  reachable(document);
  // The filters open at the end of the page: take the keyboard there.
  document.querySelectorAll("[x-on\\:click='filterOpen = true']").forEach((button) =>
    button.addEventListener("click", () =>
      setTimeout(() => document.querySelector("#changelist-filter :is(select, input:not([type=hidden]))")?.focus(), 50),
    ),
  );
});
document.addEventListener("htmx:load", (event) => reachable(event.target));

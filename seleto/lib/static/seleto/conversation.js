// A conversation's page while it is open: what changed is put in without taking away focus, scroll, what is unfolded or
// what is playing. Each piece carries a digest of itself (data-v); one that is the same is left alone.
const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]";
const live = document.querySelector("#live");
const transcript = document.querySelector("#transcript");
// What comes in is looked after at once: in the usual 20 ms before, its forms are only a browser's.
htmx.config.defaultSettleDelay = 0;
let stamp = document.querySelector("[data-stamp]").dataset.stamp;

function playing(piece) {
  return [...piece.querySelectorAll("audio, video")].some((player) => !player.paused);
}

function keepUnfolded(old, fresh) {
  old.querySelectorAll("details[open][id]").forEach((details) => {
    const twin = fresh.querySelector(`#${CSS.escape(details.id)}`);
    if (!twin) return;
    twin.open = true;
    const trace = details.querySelector(".sl-trace");
    if (trace) {
      twin.querySelector(".sl-trace").replaceChildren(...trace.childNodes);
      twin.removeAttribute("hx-get");
    }
  });
}

function put(old, fresh) {
  const focus = old.contains(document.activeElement) ? document.activeElement : null;
  const place = focus ? [...old.querySelectorAll(FOCUSABLE)].indexOf(focus) : -1;
  keepUnfolded(old, fresh);
  old.replaceWith(fresh);
  htmx.process(fresh);
  if (focus) {
    const there = focus.id ? document.getElementById(focus.id) : null;
    (there || fresh.querySelectorAll(FOCUSABLE)[place] || fresh.querySelector(FOCUSABLE))?.focus({ preventScroll: true });
  }
}

// The messages, one by one; those that are new take their place among the others.
function merge(flow) {
  const bubbles = [...transcript.querySelectorAll(".sl-bubble")];
  const top = transcript.getBoundingClientRect().top;
  const atNewest = Math.abs(transcript.scrollTop) < 4;
  const anchor = atNewest ? null : bubbles.find((bubble) => bubble.getBoundingClientRect().bottom > top);
  const before = anchor?.getBoundingClientRect().top;
  let whole = true;
  let added = 0;
  let last = null;
  flow.querySelectorAll(".sl-bubble").forEach((fresh) => {
    const old = document.getElementById(fresh.id);
    if (!old) {
      if (last) last.after(fresh);
      else if (!bubbles.length) transcript.querySelector(".sl-flow").replaceChildren(fresh);
      else return;
      htmx.process(fresh);
      if (fresh.classList.contains("sl-from-lead")) added += 1;
      last = fresh;
    } else if (old.dataset.v !== fresh.dataset.v && playing(old)) {
      whole = false;
      last = old;
    } else if (old.dataset.v !== fresh.dataset.v) {
      put(old, fresh);
      last = fresh;
    } else {
      last = old;
    }
  });
  days();
  const now = anchor && document.getElementById(anchor.id);
  if (now) transcript.scrollTop += now.getBoundingClientRect().top - before;
  if (added) {
    document.querySelector("#live-said").textContent =
      added === 1 ? "Uma mensagem nova do lead" : `${added} mensagens novas do lead`;
  }
  return whole;
}

function days() {
  transcript.querySelectorAll(".sl-day").forEach((line) => line.remove());
  let last = "";
  transcript.querySelectorAll(".sl-bubble").forEach((bubble) => {
    if (bubble.dataset.day === last) return;
    last = bubble.dataset.day;
    const line = document.createElement("p");
    line.className = "sl-day";
    line.append(Object.assign(document.createElement("span"), { textContent: last }));
    bubble.before(line);
  });
}

live.addEventListener("htmx:configRequest", (event) => {
  if (event.target === live) event.detail.parameters.v = stamp;
});
live.addEventListener("htmx:beforeSwap", (event) => {
  if (event.target !== live || event.detail.xhr.status !== 200) return;
  event.detail.shouldSwap = false;
  const fresh = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
  const told = fresh.querySelector("[data-stamp]");
  document.querySelector("#live-lost").hidden = Boolean(told);
  if (!told) return; // the session ended: what came is the page to log in
  const whole = merge(fresh.querySelector("#live-flow"));
  fresh.querySelectorAll("[id^=live-][data-v]").forEach((piece) => {
    const old = document.getElementById(piece.id);
    if (old.dataset.v !== piece.dataset.v) put(old, piece);
  });
  if (whole) stamp = told.dataset.stamp;
});
const lost = (event) => {
  if (event.target === live) document.querySelector("#live-lost").hidden = false;
};
live.addEventListener("htmx:responseError", lost);
live.addEventListener("htmx:sendError", lost);

// After older messages, or the next step of the message being written, came in.
document.addEventListener("htmx:afterSettle", (event) => {
  days();
  const next = event.target.closest?.("#composer") || document.querySelector("#composer");
  const field = next?.contains(event.target) || event.target === next ? next.querySelector("[data-focus]") : null;
  field?.focus();
  if (field?.value) field.setSelectionRange?.(field.value.length, field.value.length);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.id === "say") {
    htmx.process(event.target.form); // a box that came in a moment ago is not looked after yet
    event.target.form.requestSubmit();
  }
  if (event.key !== "Escape") return;
  const fact = event.target.closest?.(".sl-fact") || document.querySelector(".sl-fact:hover");
  fact?.classList.add("sl-shut");
});
["mouseout", "focusout"].forEach((name) =>
  document.addEventListener(name, (event) => event.target.closest?.(".sl-fact")?.classList.remove("sl-shut")),
);
days();

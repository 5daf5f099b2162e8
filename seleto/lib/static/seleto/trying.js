// What is chosen counts from the next message on, without a press of "Aplicar".
document.querySelectorAll(".sl-try-options").forEach((form) => {
  const apply = form.querySelector("button:not([name])");
  if (apply) form.addEventListener("change", () => form.requestSubmit(apply));
});

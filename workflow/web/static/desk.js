// What pages do better with script; all of them work without. No inline handlers: data attributes say what is meant.
"use strict";
document.documentElement.classList.add("scripted");

// A form is sent once: a second click while the first is under way does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.hasAttribute("data-repeatable")) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  setTimeout(() => { delete form.dataset.sent; }, 10000);
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// "All" of a list of checkboxes.
document.addEventListener("change", (event) => {
  const all = event.target.closest("[data-all]");
  if (!all) return;
  for (const box of document.querySelectorAll(`input[type=checkbox][name="${all.dataset.all}"]`)) box.checked = all.checked;
});

// Errors are where the eye and the screen reader go first.
const summary = document.querySelector("[data-summary]");
if (summary) summary.focus();

// Choices that send their form at once, where a button beside them does it without script.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-send]")) event.target.form.requestSubmit();
});

// Print.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

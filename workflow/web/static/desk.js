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

// Whoever waits longer than a moment is told that it is being done. A file that is handed out leaves the page as it is.
const working = document.getElementById("working");
let soon = 0;
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || !working || event.submitter?.value === "report" || event.target.hasAttribute("hx-post")) return;
  soon = setTimeout(() => { working.textContent = working.dataset.says; }, 500);
});
window.addEventListener("pageshow", () => { clearTimeout(soon); if (working) working.textContent = ""; });

// "All" of a list of checkboxes.
document.addEventListener("change", (event) => {
  const all = event.target.closest("[data-all]");
  if (!all) return;
  for (const box of document.querySelectorAll(`input[type=checkbox][name="${all.dataset.all}"]`)) box.checked = all.checked;
});

// Errors are where the eye and the screen reader go first.
const summary = document.querySelector("[data-summary]");
if (summary) summary.focus();

// Print.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

// A grid is filled by keyboard: Enter goes to the next row, the arrows up and down the column. Rows save themselves.
document.addEventListener("keydown", (event) => {
  const cell = event.target.closest?.("[data-grid] input[data-column]");
  const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!cell || !step || event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
  event.preventDefault();
  const column = event.key === "Enter" ? "1" : cell.dataset.column;
  const cells = [...cell.closest("[data-grid]").querySelectorAll(`input[data-column="${column}"]`)];
  const next = cells[cells.findIndex((one) => one.closest("tr") === cell.closest("tr")) + step];
  if (next) { next.focus(); next.select(); } else cell.blur();
});

// What a row could not save is said in the row; what it could is taken for said.
for (const failure of ["htmx:error", "htmx:response:error"]) {
  document.addEventListener(failure, (event) => {
    const row = event.target.closest?.("[data-failed]");
    if (row && event.detail?.ctx?.response?.status !== 422) row.querySelector("[role=status]").textContent = row.dataset.failed;
  });
}
document.addEventListener("htmx:after:swap", (event) => {
  for (const cell of event.target.closest?.("[data-grid] tr")?.querySelectorAll("input[data-column], textarea") ?? []) {
    const wrong = document.getElementById(cell.getAttribute("aria-describedby").split(" ").pop());
    cell.setAttribute("aria-invalid", wrong.textContent.trim() ? "true" : "false");
  }
});

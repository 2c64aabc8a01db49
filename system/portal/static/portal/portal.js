// Small helps that work without them, too: an on-screen keypad, and Enter that goes to the next field.
"use strict";
document.addEventListener("click", function (event) {
  var key = event.target.closest("[data-key]");
  if (!key) return;
  var input = document.getElementById(key.closest("[data-keypad]").dataset.keypad) || document.activeElement;
  var last = window.amibenchField;
  if (last && document.body.contains(last)) input = last;
  if (!input || input.tagName !== "INPUT") return;
  var value = key.dataset.key;
  input.value = value === "del" ? input.value.slice(0, -1) : value === "clear" ? "" : input.value + value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.focus();
});
document.addEventListener("click", function (event) {
  if (event.target.closest("[data-print]")) window.print();
});
document.addEventListener("submit", function (event) {
  var asked = event.submitter && event.submitter.dataset.confirm;
  if (asked && !window.confirm(asked)) event.preventDefault();
});
document.addEventListener("focusin", function (event) {
  if (event.target.matches("input[data-typed]")) window.amibenchField = event.target;
});
document.addEventListener("keydown", function (event) {
  if (event.key !== "Enter" || !event.target.matches("input[data-next]")) return;
  var next = document.getElementById(event.target.dataset.next);
  if (next && !next.value) { event.preventDefault(); next.focus(); }
});
document.addEventListener("htmx:afterSwap", function (event) {
  var first = event.target.querySelector("[data-focus]");
  if (first) first.focus();
});

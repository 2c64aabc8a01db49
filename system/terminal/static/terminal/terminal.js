// Keys on the screen, a form that is sent once, paper. All of it works with the terminal's own keys, too.
"use strict";
function press(input, key) {
  var value = key === "del" ? input.value.slice(0, -1) : key === "clear" ? "" : input.value + key;
  if (input.maxLength > 0 && value.length > input.maxLength) return;
  input.value = "money" in input.dataset ? grouped(value) : value;
}
function grouped(text) {
  return text.replace(/\D/g, "").slice(0, 9).replace(/\B(?=(\d{3})+$)/g, ".");
}
document.addEventListener("click", function (event) {
  var key = event.target.closest("[data-key]");
  if (key) press(document.getElementById(key.closest("[data-keypad]").dataset.keypad), key.dataset.key);
  if (event.target.closest("[data-print]")) window.print();
});
document.addEventListener("input", function (event) {
  if ("money" in event.target.dataset) event.target.value = grouped(event.target.value);
  var file = event.target.closest("label.file");
  if (file && event.target.files.length) file.querySelector("span").textContent = event.target.files[0].name;
});
document.addEventListener("submit", function (event) {
  var form = event.target;
  if (!("once" in form.dataset)) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
});
window.addEventListener("pageshow", function () {
  document.querySelectorAll("form[data-once]").forEach(function (form) { delete form.dataset.sent; });
  if (location.search === "?imprimir=1") window.print();
});

"use strict";

/* The queue by keyboard: j and k move, Enter opens (it is a link), s signs, x ticks, / searches. */

function rows() {
  return Array.from(document.querySelectorAll("[data-row]"));
}

function present() {
  const row = document.activeElement && document.activeElement.closest("tr");
  return row ? row.querySelector("[data-row]") : null;
}

function move(step) {
  const all = rows();
  const at = all.indexOf(present());
  const to = at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step;
  if (all[to]) all[to].focus();
}

function sign() {
  const row = present() && present().closest("tr");
  const form = (row || document).querySelector("form[data-sign]");
  if (form && (row || !rows().length)) form.querySelector("button").click();
}

function toggle() {
  const box = present() && present().closest("tr").querySelector("[type=checkbox]");
  if (box) box.checked = !box.checked;
}

function search() {
  const field = document.getElementById("q");
  if (field) field.focus();
  return Boolean(field);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.matches("input:not([type=checkbox]), select, textarea")) return;
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "s") sign();
  else if (event.key === "x") toggle();
  else if (event.key === "/" && search()) event.preventDefault();
});

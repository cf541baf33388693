"use strict";

/* Clocks that run, forms that ask first, printing, pictures in a window of their own. */

function words(due, now) {
  const seconds = Math.trunc((due - now) / 1000);
  const left = Math.abs(seconds);
  const minutes = Math.trunc(left / 60);
  let span = `${left} 秒`;
  if (minutes >= 2880) span = `${Math.trunc(minutes / 1440)} 天`;
  else if (minutes >= 120) span = `${Math.trunc(minutes / 60)} 小时`;
  else if (minutes >= 10) span = `${minutes} 分钟`;
  else if (minutes >= 1) span = `${minutes} 分 ${left % 60} 秒`;
  return (seconds >= 0 ? "剩 " : "超时 ") + span;
}

/* Limits are the server's: a clock of this computer that is wrong changes nothing. */
let ahead = 0;

function setTime(now) {
  ahead = Date.parse(now) - Date.now();
  tick();
}

function tick() {
  const now = Date.now() + ahead;
  for (const clock of document.querySelectorAll("[data-due]")) {
    const due = Date.parse(clock.dataset.due);
    clock.textContent = words(due, now);
    clock.classList.toggle("late", due < now);
  }
}

document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const viewer = document.querySelector(".viewer");
  const link = event.target.closest("[data-picture]");
  if (!link || !viewer || !viewer.showModal || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  viewer.querySelector("img").src = link.href;
  viewer.showModal();
});

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

/* Nobody unfolds anything on paper; what holds a form is left out there. */
addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details:not([open])")) {
    if (folded.querySelector("form")) continue;
    folded.open = true;
    addEventListener("afterprint", () => (folded.open = false), { once: true });
  }
});

/* A menu that is wider than a phone shows where one is. */
for (const here of document.querySelectorAll("nav [aria-current]")) {
  const menu = here.closest("nav");
  menu.scrollLeft = here.offsetLeft - menu.offsetLeft - (menu.clientWidth - here.offsetWidth) / 2;
}

setInterval(tick, 1000);
setTime(document.body.dataset.now);

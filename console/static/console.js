"use strict";

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

function tick() {
  for (const clock of document.querySelectorAll("[data-due]")) {
    const due = Date.parse(clock.dataset.due);
    clock.textContent = words(due, Date.now());
    clock.classList.toggle("late", due < Date.now());
  }
}

async function renew(live) {
  if (document.hidden || live.contains(document.activeElement)) return;
  const answer = await fetch(location.href, { headers: { "X-Console-Refresh": "1" } });
  if (answer.redirected) return location.reload();
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const part = fresh.getElementById(live.id);
  if (part) live.replaceChildren(...part.childNodes);
  tick();
}

document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

setInterval(tick, 1000);
tick();

const live = document.querySelector("[data-refresh]");
if (live) setInterval(() => renew(live).catch(() => {}), Number(live.dataset.refresh) * 1000);

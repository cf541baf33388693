"use strict";

/* The part of a page that renews itself when something changed, who else has the same lead open,
   and a word where the server does not answer. */

const QUIET = { "X-Console-Refresh": "1" };
const PATIENCE_MS = 15000;
const SILENT_MS = 45000;
const live = document.querySelector("[data-refresh]");
const base = document.body.dataset.base;
let renewing = false;
let again = false;
let answeredAt = Date.now();
let failed = false;

/* What is asked of the server; an answer that does not come in time is none. */
async function ask(address, options) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE_MS);
  let status = 0;
  try {
    const answer = await fetch(address, { ...options, headers: QUIET, signal: stop.signal });
    const text = await answer.text();
    status = answer.status;
    if (!answer.ok) throw new Error(`answered ${status}`);
    return { moved: answer.redirected, text };
  } finally {
    clearTimeout(timer);
    heard(status > 0 && status < 500);
  }
}

function heard(answered) {
  failed = !answered;
  if (answered) answeredAt = Date.now();
  tellSilence();
}

/* An old page looks like a quiet desk, so it says that it is old. */
function tellSilence() {
  const cut = document.getElementById("cut");
  cut.hidden = !failed || Date.now() - answeredAt < SILENT_MS;
  const since = new Date(answeredAt).toLocaleTimeString("zh-CN", { timeStyle: "short" });
  const said = `现在连不上服务器，这一页停在 ${since}，之后的变化看不到。请检查网络，连上后自动更新。`;
  if (!cut.hidden && cut.textContent !== said) cut.textContent = said;
}

async function renew() {
  if (renewing) {
    again = true;
    return;
  }
  renewing = true;
  try {
    const answer = await ask(location.href);
    if (answer.moved) return location.reload();
    replace(new DOMParser().parseFromString(answer.text, "text/html"));
  } finally {
    renewing = false;
  }
  if (again) {
    again = false;
    await renew();
  }
}

/* What names an element in the page before and the page after. */
function nameOf(one) {
  const form = one.form ? one.form.getAttribute("action") : "";
  return one.getAttribute("href") || one.value || (one.matches("button") ? form + one.textContent : "");
}

/* What somebody has ticked, and where the keyboard is, outlives a renewal; typing is not disturbed. */
function replace(fresh) {
  const part = fresh.getElementById(live.id);
  const focused = live.contains(document.activeElement) ? document.activeElement : null;
  if (!part || (focused && focused.matches("input:not([type=checkbox]), select, textarea"))) return;
  const ticked = new Set(Array.from(live.querySelectorAll(":checked"), (box) => box.value));
  const name = focused ? nameOf(focused) : "";
  const place = rows().indexOf(present());
  announce(urgentIn(live), urgentIn(part));
  live.dataset.urgent = part.dataset.urgent || "";
  live.replaceChildren(...part.childNodes);
  for (const box of live.querySelectorAll("[type=checkbox]")) box.checked = ticked.has(box.value);
  if (focused) focusAgain(name, place);
  setTime(fresh.body.dataset.now);
}

/* On the same element, or where its row is gone on the row that took its place. */
function focusAgain(name, place) {
  const all = Array.from(live.querySelectorAll("a, input, button"));
  const same = all.find((one) => name && nameOf(one) === name);
  const next = rows()[Math.min(place, rows().length - 1)];
  if (same) same.focus();
  else if (place >= 0 && next) next.focus();
}

async function lookAround(note) {
  const form = new URLSearchParams({ csrf: note.dataset.csrf });
  const answer = await ask(note.dataset.here, { method: "POST", body: form });
  if (answer.moved) return;
  const around = JSON.parse(answer.text);
  const said = [];
  if (around.others.length) said.push(`${around.others.join("、")} 也打开了这条线索。`);
  if (around.version !== Number(note.dataset.version)) {
    const newest = document.createElement("a");
    newest.href = note.dataset.lead;
    newest.textContent = "打开最新的";
    said.push("这条线索刚刚有人改过，请先", newest, "再操作。");
  }
  note.replaceChildren(...said);
  note.hidden = !said.length;
}

/* One stream of changes serves all pages of a browser where it can: of one server no more than six
   answers are awaited at once, and a seventh page would never open. */
function listen(changed) {
  const address = `${base}/events`;
  if (!window.SharedWorker) {
    const events = new EventSource(address);
    events.addEventListener("desk", changed);
    addEventListener("pagehide", () => events.close());
    return;
  }
  const { port } = new SharedWorker(document.body.dataset.pulse);
  const join = () => port.postMessage({ address });
  port.onmessage = changed;
  join();
  addEventListener("pageshow", (event) => event.persisted && join());
  addEventListener("pagehide", () => port.postMessage({ address: "" }));
}

const note = document.querySelector("[data-here]");
const looks = [];
if (note) looks.push([() => lookAround(note).catch(() => {}), 10000]);
if (live) looks.push([() => renew().catch(() => {}), Number(live.dataset.refresh) * 1000]);
if (looks.length) {
  const lookNow = () => looks.forEach(([look]) => look());
  if (note) lookAround(note).catch(() => {});
  looks.forEach(([look, every]) => setInterval(look, every));
  addEventListener("online", lookNow);
  document.addEventListener("visibilitychange", () => document.hidden || lookNow());
  listen(lookNow);
}

"use strict";

/* The part of a page that renews itself when something changed, a sound for a new urgent lead,
   and who else has the same lead open. */

const QUIET = { "X-Console-Refresh": "1" };
const live = document.querySelector("[data-refresh]");
const base = document.body.dataset.base;
let renewing = false;
let again = false;

async function renew() {
  if (renewing) {
    again = true;
    return;
  }
  renewing = true;
  try {
    const answer = await fetch(location.href, { headers: QUIET });
    if (answer.redirected) return location.reload();
    if (answer.ok) replace(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } finally {
    renewing = false;
  }
  if (again) {
    again = false;
    await renew();
  }
}

/* What somebody has ticked, and where the keyboard is, outlives a renewal; typing is not disturbed. */
function replace(fresh) {
  const part = fresh.getElementById(live.id);
  const focused = live.contains(document.activeElement) ? document.activeElement : null;
  if (!part || (focused && focused.matches("input:not([type=checkbox]), select, textarea"))) return;
  const place = focused && (focused.getAttribute("href") || focused.value);
  const ticked = new Set(Array.from(live.querySelectorAll(":checked"), (box) => box.value));
  announce(urgentIn(live), urgentIn(part));
  live.dataset.urgent = part.dataset.urgent || "";
  live.replaceChildren(...part.childNodes);
  for (const box of live.querySelectorAll("[type=checkbox]")) box.checked = ticked.has(box.value);
  for (const one of place ? live.querySelectorAll("a, input, button") : []) {
    if ((one.getAttribute("href") || one.value) === place) {
      one.focus();
      break;
    }
  }
  tick();
}

function urgentIn(part) {
  return new Set((part.dataset.urgent || "").split(" ").filter(Boolean));
}

function announce(before, after) {
  const fresh = [...after].filter((number) => !before.has(number));
  const news = document.getElementById("news");
  if (!fresh.length || !news) return;
  news.textContent = `新的紧急线索 ${fresh.join("、")}`;
  if (soundOn()) ring();
}

function soundOn() {
  return localStorage.getItem("fanzha-sound") !== "off";
}

/* Two tones; a browser allows them once somebody has pressed anything on the page. */
function ring() {
  document.body.dataset.rang = String(Number(document.body.dataset.rang || 0) + 1);
  const audio = new AudioContext();
  for (const [at, pitch] of [[0, 880], [0.22, 660], [0.44, 880]]) {
    const tone = new OscillatorNode(audio, { frequency: pitch });
    const volume = new GainNode(audio, { gain: 0.2 });
    tone.connect(volume).connect(audio.destination);
    tone.start(audio.currentTime + at);
    tone.stop(audio.currentTime + at + 0.18);
  }
  setTimeout(() => audio.close(), 1500);
}

const sound = document.querySelector("[data-sound]");
if (sound) {
  const show = () => sound.setAttribute("aria-pressed", String(soundOn()));
  sound.hidden = false;
  sound.addEventListener("click", () => {
    localStorage.setItem("fanzha-sound", soundOn() ? "off" : "on");
    show();
    if (soundOn()) ring();
  });
  show();
}

async function lookAround(note) {
  const form = new URLSearchParams({ csrf: note.dataset.csrf });
  const answer = await fetch(note.dataset.here, { method: "POST", headers: QUIET, body: form });
  if (!answer.ok || answer.redirected) return;
  const around = await answer.json();
  const said = [];
  if (around.others.length) said.push(`${around.others.join("、")} 也打开了这条线索。`);
  if (around.version !== Number(note.dataset.version)) {
    said.push("这条线索刚刚有人改过，请刷新页面再操作。");
  }
  note.textContent = said.join("");
  note.hidden = !said.length;
}

const note = document.querySelector("[data-here]");
const look = note ? () => lookAround(note).catch(() => {}) : null;
const fresh = live ? () => renew().catch(() => {}) : null;
if (look) {
  look();
  setInterval(look, 10000);
}
if (fresh) setInterval(fresh, Number(live.dataset.refresh) * 1000);
if (look || fresh) {
  const events = new EventSource(`${base}/events`);
  events.addEventListener("desk", () => {
    if (look) look();
    if (fresh) fresh();
  });
  addEventListener("pagehide", () => events.close());
}

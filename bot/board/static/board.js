"use strict";

const root = document.documentElement;
const age = document.getElementById("age");
const POLL_MS = 20_000;
const SILENT_MS = 90_000;
const LEAST_MS = 14_000;
const SIGN_MS = 200;
const SMALLEST = 0.5;
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let seen = Date.now();
let place = 0;
let paused = calm.matches;

function ago(ms) {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${Math.max(minutes, 1)} 分钟前`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} 小时前` : `${Math.floor(hours / 24)} 天前`;
}

function tellAge() {
  const silent = Date.now() - seen;
  age.hidden = silent < SILENT_MS;
  if (age.hidden) return;
  const words = new Date(seen).toLocaleString("zh-CN", { dateStyle: "long", timeStyle: "short" });
  const said = `现在连不上服务器，显示的是${ago(silent)}（${words}）的内容，连上后自动更新。`;
  if (age.textContent !== said) age.textContent = said;
  fitShown();
}

async function look() {
  try {
    const answer = await fetch("/board/feed.json", { cache: "no-cache" });
    if (!answer.ok) return;
    const { _fanzha: now } = await answer.json();
    if (now.version !== root.dataset.version) await renew();
    seen = Date.now();
  } catch {
    // the page stays as it is and says how old it is
  } finally {
    tellAge();
  }
}

async function renew() {
  const answer = await fetch(location.pathname, { cache: "no-cache" });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const script = fresh.querySelector("script[src]").getAttribute("src");
  if (script !== document.querySelector("script[src]").getAttribute("src")) {
    location.reload();
    return;
  }
  document.getElementById("content").replaceWith(document.adoptNode(fresh.getElementById("content")));
  document.querySelector("footer")?.replaceWith(document.adoptNode(fresh.querySelector("footer")));
  root.dataset.version = fresh.documentElement.dataset.version;
  show(place);
}

function show(wanted) {
  const slides = document.querySelectorAll(".slide");
  if (slides.length === 0) return;
  place = (wanted + slides.length) % slides.length;
  slides.forEach((slide, number) => { slide.hidden = number !== place; });
  fitShown();
}

/* On a big screen nothing scrolls: what is too long is written smaller, never cut. */
function fitShown() {
  for (const part of document.querySelectorAll(".slide:not([hidden]) .part")) {
    part.style.fontSize = "";
    const usual = parseFloat(getComputedStyle(part).fontSize);
    for (let size = 1; size >= SMALLEST && part.scrollHeight > part.clientHeight; size -= 0.05) {
      part.style.fontSize = `${usual * size}px`;
    }
  }
}

/* A slide stays as long as an elder takes to read it. */
function rotate() {
  const signs = document.querySelectorAll(".slide")[place]?.innerText.length || 0;
  setTimeout(() => {
    if (!paused) show(place + 1);
    rotate();
  }, Math.max(LEAST_MS, signs * SIGN_MS));
}

function setPaused(on) {
  paused = on;
  const button = document.getElementById("pause");
  button.setAttribute("aria-pressed", String(on));
  button.textContent = on ? "继续轮播" : "暂停轮播";
}

function remembered(name) {
  try { return localStorage.getItem(name) === "1"; } catch { return false; }
}

function remember(name, on) {
  try { localStorage.setItem(name, on ? "1" : ""); } catch { /* a browser that keeps nothing */ }
}

function addSwitch(name) {
  const button = document.getElementById(name);
  const set = (on) => {
    root.classList.toggle(name, on);
    button.setAttribute("aria-pressed", String(on));
  };
  set(remembered(`board-${name}`));
  button.addEventListener("click", () => {
    set(!root.classList.contains(name));
    remember(`board-${name}`, root.classList.contains(name));
  });
}

function addReading() {
  const button = document.getElementById("aloud");
  const speech = window.speechSynthesis;
  if (!speech) return;
  const set = (on) => {
    button.setAttribute("aria-pressed", String(on));
    button.textContent = on ? "停止朗读" : "朗读";
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    const reading = button.getAttribute("aria-pressed") === "true";
    speech.cancel();
    set(!reading);
    if (reading) return;
    const parts = [...document.querySelectorAll("main .part")].map((part) => part.innerText.trim());
    parts.filter(Boolean).forEach((words, number, all) => {
      const said = new SpeechSynthesisUtterance(words);
      said.lang = "zh-CN";
      said.rate = 0.9;
      said.onend = () => { if (number === all.length - 1) set(false); };
      said.onerror = () => set(false);
      speech.speak(said);
    });
  });
}

if (document.body.classList.contains("page")) {
  addSwitch("larger");
  addSwitch("contrast");
  addReading();
}
if (document.body.classList.contains("screen")) {
  show(0);
  addEventListener("resize", fitShown);
  setPaused(paused);
  document.getElementById("pause").addEventListener("click", () => setPaused(!paused));
  document.addEventListener("keydown", (event) => {
    if (event.key === "ArrowRight") show(place + 1);
    if (event.key === "ArrowLeft") show(place - 1);
  });
  rotate();
}
setInterval(look, POLL_MS);
setInterval(tellAge, POLL_MS);

"use strict";

/* A new urgent lead is said and rings; the sound can be switched off. */

/* So many urgent leads a page names at most, the newest first. */
const MOST_NAMED = 50;

/* Those that were not there before. Where the list was full, one at its end has only moved up. */
function newlyUrgent(before, after) {
  const known = after.reduce((last, number, place) => (before.includes(number) ? place : last), -1);
  const full = before.length >= MOST_NAMED;
  return after.filter((number, place) => !before.includes(number) && (!full || place < known));
}

function urgentIn(part) {
  return (part.dataset.urgent || "").split(" ").filter(Boolean);
}

function announce(before, after) {
  const fresh = newlyUrgent(before, after);
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
  if (!window.AudioContext) return;
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
  const touched = () => !navigator.userActivation || navigator.userActivation.hasBeenActive;
  let asleep = !touched();
  const show = () => {
    sound.setAttribute("aria-pressed", String(soundOn()));
    sound.toggleAttribute("data-asleep", asleep && soundOn());
  };
  const wake = (event) => {
    if (sound.contains(event.target)) return;
    asleep = false;
    show();
  };
  sound.hidden = false;
  sound.addEventListener("click", () => {
    if (!asleep || !soundOn()) localStorage.setItem("fanzha-sound", soundOn() ? "off" : "on");
    asleep = false;
    show();
    if (soundOn()) ring();
  });
  document.addEventListener("click", wake);
  document.addEventListener("keydown", wake);
  show();
}

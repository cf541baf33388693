"use strict";

/* What the page remembers: in this tab alone, and on the device only for who asked for that. */

const MOST_KEPT = 80;
const KEPT_DAYS = 30;

function storeOf() {
  return localStorage.getItem("keep") === "1" ? localStorage : sessionStorage;
}

function recall(name, otherwise) {
  try {
    return JSON.parse(storeOf().getItem(name)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

/* A full or closed store is no reason to say nothing. */
function remember(name, value) {
  try {
    storeOf().setItem(name, JSON.stringify(value));
  } catch (error) {
    console.info("not remembered", error.name);
  }
}

function recallTalk() {
  const oldest = Date.now() - KEPT_DAYS * 86400000;
  const kept = recall("talk", []);
  return Array.isArray(kept) ? kept.filter((one) => one && one.at > oldest) : [];
}

function rememberTalk(said) {
  const kept = { ...said, at: Date.now() };
  if (kept.message) {
    kept.message = { ...kept.message, picture: "" };
  }
  remember("talk", [...recallTalk(), kept].slice(-MOST_KEPT));
}

function setKeep(on) {
  const kept = ["talk", "unsent", "draft"].map((name) => [name, recall(name, null)]);
  forgetTalk();
  localStorage.setItem("keep", on ? "1" : "");
  kept.filter(([, value]) => value !== null).forEach(([name, value]) => remember(name, value));
}

function forgetTalk() {
  for (const name of ["talk", "unsent", "draft"]) {
    localStorage.removeItem(name);
    sessionStorage.removeItem(name);
  }
}

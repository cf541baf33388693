"use strict";

/* What the page remembers: in this tab alone, and on the device only for who asked for that. A
   browser that lets pages keep nothing gets the page all the same. */

const MOST_KEPT = 80;
const KEPT_DAYS = 30;

const TALK = ["talk", "unsent", "draft", "toldToKeep"];
const tabStore = () => sessionStorage;
const talkStore = () => (localStorage.getItem("keep") === "1" ? localStorage : sessionStorage);

function recall(name, otherwise, storeOf = talkStore) {
  try {
    return JSON.parse(storeOf().getItem(name)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

/* A full or closed store is no reason to say nothing. */
function remember(name, value, storeOf = talkStore) {
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

/* Files cannot be kept over a reload, only that they were being sent, and from which tab. */
function rememberUnderWay(id, name) {
  remember("underWay", [...recall("underWay", [], tabStore), { id, name }], tabStore);
}

function forgetUnderWay(id) {
  const others = recall("underWay", [], tabStore).filter((one) => one.id !== id);
  remember("underWay", others, tabStore);
}

function recallSwitch(name) {
  try {
    return localStorage.getItem(name) === "1";
  } catch {
    return false;
  }
}

function rememberSwitch(name, on) {
  try {
    localStorage.setItem(name, on ? "1" : "");
  } catch (error) {
    console.info("not remembered", error.name);
  }
}

function moveTalk(toDevice) {
  const kept = TALK.map((name) => [name, recall(name, null)]);
  forget(TALK);
  rememberSwitch("keep", toDevice);
  kept.filter(([, value]) => value !== null).forEach(([name, value]) => remember(name, value));
}

function forget(names) {
  for (const storeOf of [() => localStorage, tabStore]) {
    try {
      names.forEach((name) => storeOf().removeItem(name));
    } catch (error) {
      console.info("nothing kept here", error.name);
    }
  }
}

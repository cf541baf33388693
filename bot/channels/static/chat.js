"use strict";

/* Writing, pressing, sending files; what comes by itself; the switches of the page. */

const form = document.getElementById("write");
const text = document.getElementById("text");
const more = document.getElementById("more");
const keep = document.getElementById("keep");
const INBOX_EVERY_MS = 15000;
const HIDDEN_EVERY_MS = 60000;
const MOST_BYTES = 20 * 1024 * 1024;
const MOST_TOGETHER = 10;
const TITLE = document.title;
const LEAVING = "清空这里的对话并离开？这台设备以后收不到民警的答复，举报过的请先记下线索编号。";
const NOT_LEFT = "没有连上，还没有离开。请连上网后再点一次。";
const NOT_CHANGED = "没有连上，还没有改好。请连上网后再点一次。";
const NO_COOKIES = "这个浏览器关着 Cookie，消息发不出去。请在浏览器设置里打开，再刷新。着急请打 110 或 96110。";
let inboxPlace = 0;
let turn = Promise.resolve();

function press(data, label, byKeyboard) {
  sendInTurn({ id: newId(), data }, label, byKeyboard);
}

function showAll(messages, { fresh = true } = {}) {
  const places = messages.map((message) => messageBubble(message, press));
  if (fresh) {
    messages.forEach((message) => rememberTalk({ message }));
    messages.forEach((message, number) => offerToKeep(message, places[number][0]));
  }
  if (places.length > 0) {
    bringIntoView(places[0][0], places[places.length - 1][1]);
  }
  return places;
}

/* The cookie, by which answers find their way, goes with the talk: both stay on the device, or both
   end with the browser. */
async function changeKeep(on) {
  try {
    await call("/chat/keep", { on });
    moveTalk(on);
  } catch (error) {
    troubleBubble(error.message || NOT_CHANGED);
  }
  keep.checked = recallSwitch("keep");
  return keep.checked === on;
}

function offerToKeep(message, made) {
  const note = keep.checked || recall("toldToKeep", false) ? null : keepNote(message, () => changeKeep(true));
  if (note) {
    made.append(note);
    remember("toldToKeep", true);
  }
}

/* Half a year counts from the last visit; who no longer keeps the talk keeps no older cookie. */
async function renewKeep() {
  try {
    await call("/chat/keep", { on: keep.checked });
  } catch (error) {
    console.info("cookie not renewed, next visit does", error.message);
  }
}

/* Who works by keyboard goes on where the next answer is given; a phone's keyboard stays away. */
function focusNext(places, byKeyboard) {
  const group = places.length ? places[places.length - 1][1] : null;
  const button = group && group.matches(".buttons") ? group.querySelector("button") : null;
  if (byKeyboard && button) {
    button.focus({ preventScroll: true });
  } else if (byKeyboard || matchMedia("(pointer: fine)").matches) {
    text.focus({ preventScroll: true });
  }
}

/* One message after the other, in the order in which they were written. */
function sendInTurn(message, words, byKeyboard = false) {
  mineBubble(words);
  rememberTalk({ mine: words });
  remember("unsent", [...recall("unsent", []), message]);
  const waiting = waitingBubble(message.text ? "正在判断" : "请稍等");
  turn = turn.then(() => send(message, waiting, byKeyboard));
}

async function send(message, waiting, byKeyboard) {
  let places = [];
  try {
    await deliverSurely(message, (messages) => {
      waiting.remove();
      places = showAll(messages);
    });
  } catch (error) {
    troubleBubble(error.message);
    if (message.text && !text.value) {
      text.value = message.text;
      remember("draft", text.value);
    }
  } finally {
    waiting.remove();
    remember("unsent", recall("unsent", []).filter((one) => one.id !== message.id));
  }
  focusNext(places, byKeyboard);
}

async function sendFile(message, words) {
  mineBubble(words, thumbnail(message.file));
  rememberTalk({ mine: words });
  rememberUnderWay(message.id, message.file.name);
  const waiting = waitingBubble("正在发送");
  try {
    await deliverSurely(message, (messages) => {
      waiting.remove();
      showAll(messages);
    });
  } catch (error) {
    troubleBubble(error.message);
  } finally {
    waiting.remove();
    forgetUnderWay(message.id);
  }
}

async function sendFiles(files) {
  const small = files.filter((file) => file.size <= MOST_BYTES);
  for (const file of files.filter((one) => !small.includes(one))) {
    troubleBubble(`${file.name} 超过 20 MB，请截取一部分或发截图。`);
  }
  const together = small.length > 1 && small.length <= MOST_TOGETHER
    && small.every((file) => file.type.startsWith("image/"));
  const album = together ? `${newId()}:${small.length}` : "";
  const sending = small.map((file) => [{ file, id: newId(), album }, `[文件] ${file.name}`]);
  if (together) {
    await Promise.all(sending.map(([message, words]) => sendFile(message, words)));
    return;
  }
  for (const [message, words] of sending) {
    await sendFile(message, words);
  }
}

async function readInbox() {
  try {
    const answer = await call(`/chat/inbox?after=${inboxPlace}`);
    if (answer.messages.length > 0) {
      showAll(answer.messages);
      inboxPlace = answer.last;
      document.title = document.hidden ? `（有新消息）${TITLE}` : TITLE;
      await call("/chat/inbox/seen", { upto: inboxPlace });
    }
  } catch (error) {
    console.info("inbox not read, next try follows", error.message);
  }
}

async function keepReading() {
  await readInbox();
  setTimeout(keepReading, document.hidden ? HIDDEN_EVERY_MS : INBOX_EVERY_MS);
}

function setLarger(on) {
  document.documentElement.classList.toggle("larger", on);
  document.getElementById("larger").setAttribute("aria-pressed", String(on));
  rememberSwitch("larger", on);
}

async function leave() {
  if (!window.confirm(LEAVING)) {
    return;
  }
  forget([...TALK, "underWay", "keep", "larger"]);
  try {
    await call("/chat/leave", {});
    location.replace("/");
  } catch (error) {
    troubleBubble(error.message || NOT_LEFT);
  }
}

/* What was said before a reload, then what the page brought along where that is not said already. */
function open() {
  const opening = JSON.parse(document.getElementById("opening").textContent);
  const before = recallTalk();
  log.setAttribute("aria-busy", "true");
  for (const one of before) {
    if (one.mine !== undefined) {
      mineBubble(one.mine);
    } else {
      showAll([one.message], { fresh: false });
    }
  }
  const said = before.filter((one) => one.message).map((one) => one.message.text);
  const [, ...question] = opening;
  const asked = question.length > 0 && said[said.length - 1] === question[question.length - 1].text;
  showAll(before.length === 0 ? opening.slice(0, 1) : []);
  showAll(asked ? [] : question);
  log.setAttribute("aria-busy", "false");
  for (const message of recall("unsent", [])) {
    turn = turn.then(() => send(message, waitingBubble("正在重发"), false));
  }
  for (const { id, name } of recall("underWay", [], tabStore)) {
    troubleBubble(`${name} 没有等到回答，可能没有发完，请再发一次。`);
    forgetUnderWay(id);
  }
  if (!navigator.cookieEnabled) {
    troubleBubble(NO_COOKIES);
  }
  text.value = recall("draft", "");
}

/* On a phone the answer has the room that the keyboard took. */
function putKeyboardAway() {
  if (!matchMedia("(pointer: fine)").matches) {
    document.activeElement.blur();
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const written = text.value.trim();
  if (written) {
    text.value = "";
    remember("draft", "");
    putKeyboardAway();
    sendInTurn({ id: newId(), text: written }, written);
  }
});
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.querySelector("[type=submit]").click();
  }
});
text.addEventListener("input", () => remember("draft", text.value));
text.addEventListener("paste", (event) => {
  const files = Array.from(event.clipboardData.files);
  if (files.length > 0) {
    event.preventDefault();
    sendFiles(files);
  }
});
document.getElementById("larger").addEventListener("click", () => {
  setLarger(!document.documentElement.classList.contains("larger"));
});
document.getElementById("file").addEventListener("change", async (event) => {
  const files = Array.from(event.target.files);
  event.target.value = "";
  await sendFiles(files);
});
document.getElementById("leave").addEventListener("click", leave);
keep.addEventListener("change", () => changeKeep(keep.checked));
document.addEventListener("click", (event) => {
  more.open = more.open && more.contains(event.target);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && more.open) {
    more.open = false;
    more.querySelector("summary").focus();
  }
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) {
    document.title = TITLE;
    readInbox();
  }
});

setLarger(recallSwitch("larger"));
keep.checked = recallSwitch("keep");
open();
renewKeep();
keepReading();
if (matchMedia("(pointer: fine)").matches) {
  text.focus({ preventScroll: true });
}

"use strict";

/* What is said, as bubbles with their buttons; nothing that was written is ever read as markup. */

const log = document.getElementById("log");
const LEVELS = [["高危", "high"], ["可疑", "suspicious"], ["拿不准", "unclear"], ["未见异常", "none"]];
const ACTION = /^[▶☎]/u;
const ITEM = /^(· |\d\. )/;
const HEAD = /^[^：]{2,12}：$/;
const NUMBERS = /FZ\d{6}-\d+-\d|\d+/g;
const DIALLED = ["96110", "12356", "110"];
const URGENT = ["我已转账", "已转账", "交出现金黄金", "告诉反诈专班"];
const MAIN = ["确认提交"];
const LEAD = /^线索编号：/m;
const HEARS_MORE = /发 \/my |补充经过/;
const TWICE_MS = 700;
const places = new Map();
let pressed = {};

function element(name, kind, ...content) {
  const made = document.createElement(name);
  made.className = kind;
  made.append(...content);
  return made;
}

/* Who speaks is shown by side and colour, and said to those who do not see it. */
function bubble(content, kind) {
  const who = kind === "mine" ? "我说：" : kind === "waiting" ? "" : "机器人：";
  const made = element("div", `message ${kind}`, element("span", "hidden", who), ...content);
  log.append(made);
  return made;
}

function mineBubble(words, picture) {
  const made = bubble([words], "mine");
  if (picture) {
    picture.then((image) => image && made.prepend(image)).catch(() => {});
  }
  made.scrollIntoView({ block: "end" });
  return made;
}

function waitingBubble(words) {
  const dots = element("span", "dots", element("i", ""), element("i", ""), element("i", ""));
  dots.setAttribute("aria-hidden", "true");
  const made = bubble([words, dots], "waiting");
  made.scrollIntoView({ block: "end" });
  return made;
}

function troubleBubble(words) {
  const made = bubble([words], "trouble");
  made.scrollIntoView({ block: "end" });
}

/* Numbers to dial are links: on a phone one tap calls. That of a lead stays on one line. */
function dialled(words) {
  const parts = [];
  let done = 0;
  for (const found of words.matchAll(NUMBERS)) {
    const [number] = found;
    const dial = DIALLED.includes(number);
    if (!dial && !number.startsWith("FZ")) {
      continue;
    }
    const shown = element(dial ? "a" : "span", dial ? "dial" : "whole", number);
    if (dial) {
      shown.href = `tel:${number}`;
    }
    parts.push(words.slice(done, found.index), shown);
    done = found.index + number.length;
  }
  return [...parts, words.slice(done)];
}

function stretches(signs, start, end, bold) {
  const parts = [];
  let done = start;
  for (const [from, to] of bold) {
    const [first, last] = [Math.max(from, start), Math.min(to, end)];
    if (first >= last) {
      continue;
    }
    parts.push(...dialled(signs.slice(done, first).join("")));
    parts.push(element("strong", "", ...dialled(signs.slice(first, last).join(""))));
    done = last;
  }
  return [...parts, ...dialled(signs.slice(done, end).join(""))];
}

/* One block a line, so that points of a list hang and an empty line is a gap. */
function lines(message) {
  const signs = Array.from(message.text);
  const made = [];
  let start = 0;
  for (const line of message.text.replace(/\n+$/, "").split("\n")) {
    const end = start + Array.from(line).length;
    const kind = ITEM.test(line) ? "item" : HEAD.test(line) ? "topic" : line ? "" : "gap";
    made.push(element("span", `line ${kind}`, ...stretches(signs, start, end, message.bold)));
    start = end + 1;
  }
  return made;
}

function levelOf(message) {
  const first = message.text.split("\n", 1)[0];
  return LEVELS.find(([name]) => first.length < 10 && first.endsWith(name));
}

function pictureOf(message) {
  const picture = document.createElement("img");
  const format = message.picture.startsWith("/9j/") ? "jpeg" : "png";
  picture.src = `data:image/${format};base64,${message.picture}`;
  picture.alt = message.text;
  return picture;
}

function buttonsOf(message, press) {
  const rows = message.rows.flat();
  if (rows.length === 0) {
    return null;
  }
  const single = message.rows.every((row) => row.length === 1);
  const group = element("div", single ? "buttons single" : "buttons");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", "可以点的回答");
  for (const [label, data] of rows) {
    const button = element("button", "", label);
    button.type = "button";
    button.className = URGENT.includes(label) ? "paid" : MAIN.includes(label) ? "main" : "";
    button.addEventListener("click", (event) => {
      if (pressed.button === button && event.timeStamp - pressed.at < TWICE_MS) {
        return;
      }
      pressed = { button, at: event.timeStamp };
      for (const one of group.children) {
        one.setAttribute("aria-pressed", String(one === button));
      }
      press(data, label, event.detail === 0);
    });
    group.append(button);
  }
  return group;
}

/* The first and last part of a message as it stands on the page. One that stands in the place of
   another takes it away: the answer to all that was written stands last. */
function messageBubble(message, press) {
  if (message.edits) {
    places.get(message.id)?.forEach((part) => part.remove());
  }
  const parts = newBubble(message, press);
  if (message.id) {
    places.set(message.id, parts);
  }
  return parts;
}

function newBubble(message, press) {
  const level = levelOf(message);
  const kind = level ? level[1] : ACTION.test(message.text) ? "action" : "";
  const parts = lines(message);
  const shown = level ? [element("span", `chip ${level[1]}`, level[0]), ...parts.slice(1)] : parts;
  const made = bubble(shown, kind);
  if (message.picture) {
    made.append(pictureOf(message));
  }
  const group = buttonsOf(message, press);
  if (group) {
    log.append(group);
  }
  return [made, group || made];
}

/* Under the number of a lead whose reporter hears how it goes on. */
function keepNote(message, keepOnDevice) {
  if (!LEAD.test(message.text) || !HEARS_MORE.test(message.text)) {
    return null;
  }
  const words = "关掉浏览器后，这里就收不到民警的答复了。自己的手机请点一下；公用电脑不要点。";
  const button = element("button", "", "在这台设备上保留");
  button.type = "button";
  const note = element("p", "note", words, button);
  button.addEventListener("click", async () => {
    if (await keepOnDevice()) {
      note.replaceChildren("已保留。下次打开还在，民警的答复也在这里看。");
    }
  });
  return note;
}

function bringIntoView(first, last) {
  const height = last.getBoundingClientRect().bottom - first.getBoundingClientRect().top;
  if (height <= log.clientHeight) {
    last.scrollIntoView({ block: "end" });
  } else {
    first.scrollIntoView({ block: "start" });
  }
}

/* A small copy of one's own picture; what is no picture has none. */
async function thumbnail(file) {
  if (!file.type.startsWith("image/") || !window.createImageBitmap) {
    return null;
  }
  const whole = await createImageBitmap(file);
  const scale = Math.min(1, 240 / Math.max(whole.width, whole.height));
  const canvas = element("canvas", "thumb");
  canvas.width = Math.max(1, Math.round(whole.width * scale));
  canvas.height = Math.max(1, Math.round(whole.height * scale));
  canvas.getContext("2d").drawImage(whole, 0, 0, canvas.width, canvas.height);
  whole.close();
  return canvas;
}

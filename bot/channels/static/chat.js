"use strict";

const log = document.getElementById("log");
const form = document.getElementById("write");
const text = document.getElementById("text");
const submit = form.querySelector("button");
const csrf = document.querySelector("meta[name=csrf]").content;
const LEVELS = [["高危", "high"], ["可疑", "suspicious"], ["拿不准", "unclear"], ["未见异常", "none"]];
const ACTION = /^[▶☎]/u;
const URGENT = ["我已转账", "已转账", "交出现金黄金", "告诉反诈专班"];
const INBOX_EVERY_MS = 15000;
const MOST_BYTES = 20 * 1024 * 1024;
const MOST_TOGETHER = 10;
let inboxPlace = 0;

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function call(path, body) {
  const options = { headers: { "X-CSRF-Token": csrf } };
  if (body !== undefined) {
    options.method = "POST";
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  return read(await fetch(path, options));
}

async function read(response) {
  const answer = await response.json();
  if (!response.ok) {
    throw new Error(answer.error);
  }
  return answer;
}

function bubble(content, kind) {
  const element = document.createElement("div");
  element.className = `message ${kind}`;
  element.append(...content);
  log.append(element);
  element.scrollIntoView({ block: "start" });
  return element;
}

function marked(message) {
  const signs = Array.from(message.text);
  const parts = [];
  let done = 0;
  for (const [start, end] of message.bold) {
    parts.push(signs.slice(done, start).join(""));
    const strong = document.createElement("strong");
    strong.textContent = signs.slice(start, end).join("");
    parts.push(strong);
    done = end;
  }
  parts.push(signs.slice(done).join(""));
  return parts;
}

function levelOf(message) {
  const first = message.text.split("\n", 1)[0];
  return LEVELS.find(([name]) => first.length < 10 && first.endsWith(name));
}

function withChip(parts, name, kind) {
  const chip = document.createElement("span");
  chip.className = `chip ${kind}`;
  chip.textContent = name;
  const [before, , after, ...rest] = parts;
  return [before, chip, after.replace(/^\n/, ""), ...rest];
}

function show(message) {
  const level = levelOf(message);
  const parts = marked(message);
  const kind = level ? level[1] : ACTION.test(message.text) ? "action" : "";
  const shown = bubble(level ? withChip(parts, ...level) : parts, kind);
  if (message.picture) {
    const picture = document.createElement("img");
    const format = message.picture.startsWith("/9j/") ? "jpeg" : "png";
    picture.src = `data:image/${format};base64,${message.picture}`;
    picture.alt = message.text;
    shown.append(picture);
  }
  const buttons = message.rows.flat();
  if (buttons.length === 0) {
    return [shown, shown];
  }
  const group = document.createElement("div");
  const single = message.rows.every((row) => row.length === 1);
  group.className = single ? "buttons single" : "buttons";
  for (const [label, data] of buttons) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.className = URGENT.includes(label) ? "paid" : label === "确认提交" ? "main" : "";
    button.addEventListener("click", () => send({ id: newId(), data }, label));
    group.append(button);
  }
  log.append(group);
  return [shown, group];
}

function showAll(messages) {
  const places = messages.map(show);
  if (places.length > 0) {
    bringIntoView(places[0][0], places[places.length - 1][1]);
  }
}

function bringIntoView(first, last) {
  const height = last.getBoundingClientRect().bottom - first.getBoundingClientRect().top;
  if (height <= log.clientHeight) {
    last.scrollIntoView({ block: "end" });
  } else {
    first.scrollIntoView({ block: "start" });
  }
}

async function sendFiles(files) {
  const small = files.filter((file) => file.size <= MOST_BYTES);
  for (const file of files.filter((one) => !small.includes(one))) {
    bubble([`${file.name} 超过 20 MB，请截取一部分或发截图。`], "trouble");
  }
  const together = small.length > 1 && small.length <= MOST_TOGETHER
    && small.every((file) => file.type.startsWith("image/"));
  if (together) {
    const album = `${newId()}:${small.length}`;
    await Promise.all(small.map((file) => send({ file, id: newId(), album }, `[文件] ${file.name}`)));
    return;
  }
  for (const file of small) {
    await send({ file, id: newId() }, `[文件] ${file.name}`);
  }
}

async function deliver(message, shown) {
  if (message.file) {
    return upload(message, shown);
  }
  return shown((await call("/chat/messages", message)).messages);
}

async function upload(message, shown) {
  const album = message.album ? `&album=${message.album}` : "";
  const response = await fetch(`/chat/files?id=${message.id}${album}`, {
    method: "POST",
    headers: { "X-CSRF-Token": csrf, "Content-Type": "application/octet-stream" },
    body: message.file,
  });
  if (!response.ok) {
    await read(response);
  }
  if (!window.TextDecoderStream) {
    const whole = (await response.text()).trim().split("\n");
    whole.forEach((line) => line && shown(JSON.parse(line).messages));
    return;
  }
  const lines = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let part = await lines.read(); !part.done; part = await lines.read()) {
    const whole = (rest + part.value).split("\n");
    rest = whole.pop();
    whole.forEach((line) => shown(JSON.parse(line).messages));
  }
}

async function send(message, mine) {
  bubble([mine], "mine");
  const waiting = bubble([message.file ? "正在发送…" : "正在查…"], "waiting");
  submit.disabled = !message.file;
  try {
    await withRetry(message, waiting);
    waiting.remove();
  } catch (error) {
    waiting.remove();
    if (message.text && !text.value) {
      text.value = message.text;
    }
    bubble([error.message || "没有连上，请检查网络后再发一次。情况紧急请拨打 110。"], "trouble");
  } finally {
    submit.disabled = false;
    text.focus({ preventScroll: true });
  }
}

async function withRetry(message, waiting) {
  let known = 0;
  const counting = () => {
    let place = 0;
    return (messages) => {
      const fresh = messages.filter(() => place++ >= known);
      known = Math.max(known, place);
      if (fresh.length > 0) {
        waiting.remove();
        showAll(fresh);
      }
    };
  };
  try {
    return await deliver(message, counting());
  } catch (error) {
    if (!(error instanceof TypeError)) {
      throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 1500));
    try {
      return await deliver(message, counting());
    } catch {
      throw new Error("");
    }
  }
}

async function readInbox() {
  if (document.hidden) {
    return;
  }
  try {
    const answer = await call(`/chat/inbox?after=${inboxPlace}`);
    if (answer.messages.length > 0) {
      showAll(answer.messages);
      inboxPlace = answer.last;
      await call("/chat/inbox/seen", { upto: inboxPlace });
    }
  } catch (error) {
    console.info("inbox not read, next try follows", error.message);
  }
}

function setLarger(on) {
  document.documentElement.classList.toggle("larger", on);
  document.getElementById("larger").setAttribute("aria-pressed", String(on));
  localStorage.setItem("larger", on ? "1" : "");
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const written = text.value.trim();
  if (written && !submit.disabled) {
    text.value = "";
    send({ id: newId(), text: written }, written);
  }
});
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
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

setLarger(localStorage.getItem("larger") === "1");
showAll(JSON.parse(document.getElementById("opening").textContent));
readInbox();
setInterval(readInbox, INBOX_EVERY_MS);

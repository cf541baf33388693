"use strict";

/* The line to the server: asked again until it answers. A message keeps its id, so that nothing is
   taken twice, and what was said to it once is said again. */

const csrf = document.querySelector("meta[name=csrf]").content;
const line = document.getElementById("line");
const WAITS_MS = [1000, 2000, 4000, 8000, 15000];
const NO_LINE = "网络断了，正在重连。写的都在，不用再发。情况紧急请直接拨打 110。";

class NoLineError extends Error {}

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function ask(path, options = {}) {
  const headers = { "X-CSRF-Token": csrf, ...options.headers };
  let response;
  try {
    response = await fetch(path, { ...options, headers });
  } catch {
    throw new NoLineError();
  }
  if (!response.ok) {
    const said = await response.json().catch(() => ({}));
    if (!said.error) {
      throw new NoLineError();
    }
    throw new Error(said.error);
  }
  return response;
}

async function call(path, body) {
  const headers = { "Content-Type": "application/json" };
  const options = body === undefined ? {} : { method: "POST", headers, body: JSON.stringify(body) };
  const response = await ask(path, options);
  try {
    return await response.json();
  } catch {
    throw new NoLineError();
  }
}

/* Files are answered line by line, each as soon as it is said. Of a name only the ending is told. */
async function upload(message, shown) {
  const album = message.album ? `&album=${message.album}` : "";
  const found = /\.([A-Za-z0-9]{1,12})$/.exec(message.file.name || "");
  const ending = found ? `&ending=${found[1]}` : "";
  const response = await ask(`/chat/files?id=${message.id}${album}${ending}`, {
    method: "POST",
    headers: { "Content-Type": "application/octet-stream" },
    body: message.file,
  });
  try {
    if (!window.TextDecoderStream) {
      const whole = (await response.text()).trim().split("\n");
      whole.forEach((one) => one && shown(JSON.parse(one).messages));
      return;
    }
    const parts = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (let part = await parts.read(); !part.done; part = await parts.read()) {
      const whole = (rest + part.value).split("\n");
      rest = whole.pop();
      whole.forEach((one) => shown(JSON.parse(one).messages));
    }
  } catch {
    throw new NoLineError();
  }
}

async function deliver(message, shown) {
  if (message.file) {
    return upload(message, shown);
  }
  return shown((await call("/chat/messages", message)).messages);
}

/* The next try comes after a while, or at once where the network says that it is back. */
function pause(milliseconds) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    addEventListener("online", done);
  });
}

/* Said once and read out once, without hiding what was written last. */
function sayNoLine(gone) {
  if (gone && !line.textContent) {
    line.textContent = NO_LINE;
    log.scrollTop = log.scrollHeight;
  }
}

async function deliverSurely(message, shown) {
  let known = 0;
  for (let tries = 0; ; tries += 1) {
    let place = 0;
    const fresh = (messages) => {
      const news = messages.filter(() => place++ >= known);
      known = Math.max(known, place);
      if (news.length > 0) {
        shown(news);
      }
    };
    try {
      await deliver(message, fresh);
      line.textContent = "";
      return;
    } catch (error) {
      if (!(error instanceof NoLineError)) {
        line.textContent = "";
        throw error;
      }
      sayNoLine(tries > 0);
      await pause(WAITS_MS[Math.min(tries, WAITS_MS.length - 1)]);
    }
  }
}

"use strict";

/* The composer's other half: while somebody writes, the server looks at the form as it stands. */
{
  const form = document.querySelector("[data-compose]");
  const shown = document.getElementById("shown");
  const count = document.getElementById("count");
  let waiting = 0;
  let asked = null;

  async function look(again) {
    if (asked) asked.abort();
    asked = new AbortController();
    shown.setAttribute("aria-busy", "true");
    try {
      const body = new URLSearchParams(new FormData(form));
      const sent = { method: "POST", body, signal: asked.signal };
      const answer = await fetch(form.dataset.compose, sent);
      if (answer.redirected) return location.reload();
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!page.getElementById("shown")) return;
      for (const id of again ? ["what", "shown"] : ["shown"]) {
        document.getElementById(id).replaceChildren(...page.getElementById(id).childNodes);
      }
      count.textContent = page.getElementById("count").textContent;
      shown.removeAttribute("aria-busy");
    } catch (error) {
      if (error.name !== "AbortError") count.textContent = "预览没有更新，请检查网络。";
    }
  }

  function later(event) {
    clearTimeout(waiting);
    const again = event.target.matches("[data-again]");
    waiting = setTimeout(look, again ? 0 : 400, again);
  }

  if (form) {
    form.addEventListener("input", later);
    form.querySelector("[data-preview]").hidden = true;
  }
}

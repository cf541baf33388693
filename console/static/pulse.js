"use strict";

/* Shared by all pages of a browser: one stream of changes, told to each of them. */

const pages = new Set();
let events = null;

/* A stream that was refused, as after signing out, stays closed until the next page asks. */
function listen(address) {
  if (events && events.readyState !== EventSource.CLOSED) return;
  events = new EventSource(address);
  events.addEventListener("desk", () => pages.forEach((page) => page.postMessage("desk")));
}

function leave(page) {
  pages.delete(page);
  if (pages.size === 0 && events) {
    events.close();
    events = null;
  }
}

onconnect = ({ ports: [page] }) => {
  page.onmessage = ({ data: { address } }) => {
    if (!address) return leave(page);
    pages.add(page);
    listen(address);
  };
};

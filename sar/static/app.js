// Starts the components and keeps progress on screen up to date. Every page works without this file.
import { initAll } from "./vendor/govuk-frontend-6.3.0/govuk-frontend.min.js";

const LIVE_SECONDS = 3;

initAll();

// Reads the page again and puts in the new text of each part marked data-live. A part that comes back without the
// mark, or not at all, is finished. The page itself is loaded once more when the last part ends, so that what depends
// on it appears.
async function refreshLiveParts() {
  const parts = document.querySelectorAll("[data-live][id]");
  if (parts.length === 0) return;
  const fresh = await pageAsItIsNow();
  if (fresh) {
    parts.forEach((part) => {
      const next = fresh.getElementById(part.id);
      if (next) part.replaceWith(document.importNode(next, true));
      else part.removeAttribute("data-live");
    });
    if (!document.querySelector("[data-live]")) {
      window.location.reload();
      return;
    }
  }
  window.setTimeout(refreshLiveParts, LIVE_SECONDS * 1000);
}

// The page read again; null when the line is down or someone signed out, and then it is tried again later.
async function pageAsItIsNow() {
  try {
    const answer = await fetch(window.location.href, { credentials: "same-origin", cache: "no-store" });
    if (!answer.ok || answer.redirected) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return null;
  }
}

if (document.querySelector("[data-live]")) {
  window.setTimeout(refreshLiveParts, LIVE_SECONDS * 1000);
}

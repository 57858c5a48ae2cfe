// Keeps an open page in step with the hub. The page is whole without it.
//
// The hub only says that something changed; the page then fetches itself and takes over
// the parts marked with data-part. Forms are never in such a part, so what is being
// written stays, and so does the focus.

const main = document.querySelector("main[data-live]");
const offline = document.getElementById("offline");
const said = document.getElementById("said");
/** Several events in a row are one look. */
const TOGETHER = 250;
/** A line that is gone for longer is worth a word. */
const SILENT = 6000;
/** A line that the hub refused is asked for again, but not at once. */
const RETRY = 30_000;

let waiting = 0;
let looking = false;
let again = false;

function soon() {
  if (!waiting) waiting = setTimeout(look, TOGETHER);
}

async function look() {
  waiting = 0;
  if (looking) {
    again = true;
    return;
  }
  looking = true;
  try {
    const answer = await fetch(location.pathname + location.search, {
      headers: { Accept: "text/html" },
    });
    if (answer.redirected) return location.reload();
    if (answer.ok) {
      takeOver(new DOMParser().parseFromString(await answer.text(), "text/html"));
    }
  } catch {
    // The line is down; the stream says so, and tells when it is back.
  } finally {
    looking = false;
    if (again) {
      again = false;
      soon();
    }
  }
}

function takeOver(fresh) {
  let changed = false;
  main.dataset.live = fresh.querySelector("main")?.dataset.live ?? main.dataset.live;
  for (const old of main.querySelectorAll("[data-part]")) {
    const part = fresh.getElementById(old.id);
    if (!part || part.innerHTML === old.innerHTML) continue;
    const open = [...old.querySelectorAll("details")].map((one) => one.open);
    old.replaceChildren(...document.adoptNode(part).childNodes);
    old.querySelectorAll("details").forEach((one, place) => {
      one.open = Boolean(open[place]);
    });
    changed = true;
  }
  if (changed) {
    document.title = fresh.title;
    said.textContent = "";
    requestAnimationFrame(() => {
      said.textContent = said.dataset.updated;
    });
  }
}

function follow() {
  const stream = new EventSource(main.dataset.live);
  let lost = 0;
  stream.addEventListener("open", () => {
    clearTimeout(lost);
    lost = 0;
    offline.hidden = true;
  });
  stream.addEventListener("changed", soon);
  stream.addEventListener("reload", () => {
    stream.close();
    // The hub cannot tell what was missed: look at all of it, and go on from there.
    look().then(() => setTimeout(follow, RETRY));
  });
  stream.addEventListener("error", () => {
    if (!lost) {
      lost = setTimeout(() => {
        offline.hidden = false;
      }, SILENT);
    }
    if (stream.readyState === EventSource.CLOSED) {
      // Refused, as after a sign-out elsewhere: the page itself will tell.
      setTimeout(() => look().then(follow), RETRY);
    }
  });
  addEventListener("pagehide", () => stream.close(), { once: true });
}

if (main && "EventSource" in window) follow();
// Back from the browser's own store the page may be old.
addEventListener("pageshow", (event) => {
  if (event.persisted && main) location.reload();
});

// Shows a form of the hub where this script stands. Several on a page are fine.
//   data-lang="uk|en"      the language; else the page's own
//   data-target="#place"   an element to put the form into
//   data-title="..."       what a screen reader calls the frame
//   data-scheme="auto"     dark where the reader's device is; else as the page itself
(() => {
  "use strict";
  const script = document.currentScript;
  if (!script) return;
  const hub = new URL(script.src);
  const page = new URL(hub.pathname.replace(/\/embed\.js$/, ""), hub);
  const lang = (script.dataset.lang || document.documentElement.lang || "").slice(0, 2);
  // On a page that is always light a dark form would be a hole.
  const own = getComputedStyle(document.documentElement).colorScheme;
  const follows = script.dataset.scheme === "auto" || /dark/.test(own);
  page.searchParams.set("framed", follows ? "auto" : "1");
  page.searchParams.set("page", location.href.slice(0, 2000));
  if (lang === "uk" || lang === "en") page.searchParams.set("lang", lang);

  const frame = document.createElement("iframe");
  frame.title = script.dataset.title || "Form";
  frame.style.cssText = "display:block;width:100%;height:480px;border:0";
  frame.src = page.href;

  const web = (address) => {
    try {
      return /^https?:$/.test(new URL(address).protocol);
    } catch {
      return false;
    }
  };
  let shown = 0;
  addEventListener("message", (event) => {
    if (event.source !== frame.contentWindow || event.origin !== hub.origin) return;
    const said = event.data && event.data.rozmova;
    if (!said) return;
    if (said.height > 0) frame.style.height = Math.ceil(said.height) + "px";
    if (said.shown && shown++) frame.scrollIntoView({ block: "nearest" });
    if (said.sent) {
      frame.dispatchEvent(new CustomEvent("rozmova:sent", { bubbles: true }));
      if (web(said.redirect)) location.assign(said.redirect);
    }
  });

  const put = () => {
    const place = script.dataset.target && document.querySelector(script.dataset.target);
    if (place) place.append(frame);
    else if (document.body && document.body.contains(script)) script.after(frame);
    else document.body.append(frame);
  };
  if (document.body) put();
  else addEventListener("DOMContentLoaded", put);
})();

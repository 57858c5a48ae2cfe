// The simulator's page: shows one client's phone and mailbox, and lets one act as him.
// Everything from outside is put in as text, never as markup.

const { base } = document.body.dataset;
const words = JSON.parse(document.body.dataset.words);
const find = (id) => document.getElementById(id);
const locale = document.documentElement.lang;
const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

const client = { phone: "", email: "" };
let version = "";
let call = null;
let asking = null;

/** Make an element with a class, text and children. */
function make(tag, className = "", text = "", ...children) {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  element.append(...children);
  return element;
}

/** Make a button that does something. */
function button(className, text, act) {
  const element = make("button", `btn ${className}`, text);
  element.type = "button";
  element.addEventListener("click", act);
  return element;
}

/** Keep a list in step with its items without touching the ones that are there. */
function keep(list, items, build, refresh) {
  const there = new Map([...list.children].map((row) => [row.dataset.id, row]));
  const near = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  let added = false;
  for (const item of items) {
    const id = String(item.id);
    let row = there.get(id);
    if (!row) {
      row = build(item);
      row.dataset.id = id;
      list.append(row);
      added = true;
    }
    there.delete(id);
    refresh(row, item);
  }
  for (const gone of there.values()) gone.remove();
  if (added && near) list.scrollTop = list.scrollHeight;
}

/** Tell the simulator what the person does. */
async function act(what, said) {
  try {
    const answer = await fetch(`${base}/${what}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Simulator": "1" },
      body: JSON.stringify(said),
    });
    return answer.ok;
  } catch {
    return false;
  }
}

function bubble(text) {
  const again = button("again", words.again, () => act("again", { id: text.id }));
  again.hidden = true;
  const look = ["bubble", text.mine && "mine", text.whatsapp && "whatsapp"].filter(Boolean).join(" ");
  return make("li", look, text.body, ...text.pictures.map(picture), make("span", "meta"), again);
}

function picture({ type, where }) {
  if (!type.startsWith("image/")) return make("span", "meta", type);
  const image = make("img", "picture");
  image.src = `${base}/${where}`;
  image.alt = words.picture;
  return image;
}

function dateBubble(row, text) {
  const note = row.querySelector(".meta");
  const failed = text.mine && text.status === "failed";
  const state = text.mine ? words[`status_${text.status}`] : "";
  const way = text.whatsapp ? words.way_whatsapp : "";
  note.textContent = [way, clock.format(new Date(text.at)), state].filter(Boolean).join(" · ");
  note.classList.toggle("bad", failed);
  row.querySelector(".again").hidden = !failed;
}

function letter(mail) {
  const summary = make(
    "summary",
    "",
    "",
    make("span", "from", mail.sender),
    make("time", "meta", clock.format(new Date(mail.at))),
    make("span", "what", mail.subject),
  );
  const details = make("details", mail.mine ? "mine" : "", "", summary);
  details.append(make("p", "words", mail.text));
  if (!mail.mine) details.append(answerForm(mail));
  return make("li", "", "", details);
}

function answerForm(mail) {
  const box = make("textarea", "field");
  box.rows = 3;
  box.required = true;
  box.setAttribute("aria-label", words.answering);
  box.placeholder = words.answering;
  const form = make("form", "", "", box, make("button", "btn", words.answer));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = { email: client.email, subject: "", text: box.value, answer_to: mail.id };
    if (await act("mail", said)) {
      box.value = "";
      form.parentElement.open = false;
    }
  });
  return form;
}

function dateLetter(row, mail) {
  const time = row.querySelector("time");
  const state = mail.mine ? words[`status_${mail.status}`] : "";
  time.textContent = [state, clock.format(new Date(mail.at))].filter(Boolean).join(" · ");
  time.classList.toggle("bad", mail.mine && mail.status === "failed");
}

function agentRow(ringing) {
  const move = (name) => () => act("move", { call: ringing.id, move: name });
  return make(
    "li",
    "",
    "",
    make("p"),
    make(
      "div",
      "row",
      "",
      button("primary answer", words.answer_call, move("answer")),
      button("danger decline", words.decline, move("decline")),
      button("danger hang", words.hang_up, move("agent_hangs_up")),
    ),
  );
}

function dateAgent(row, ringing) {
  const talks = ringing.stage === "talking";
  const does = talks ? words.agent_talks : words.agent_rings;
  row.querySelector("p").textContent = `${ringing.agent} ${does} ${ringing.phone}`;
  row.classList.toggle("talks", talks);
  row.querySelector(".answer").hidden = talks;
  row.querySelector(".decline").hidden = talks;
  row.querySelector(".hang").hidden = !talks;
}

function showCall() {
  const going = call !== null && !call.over;
  find("stage").textContent = call ? words[`stage_${call.stage}`] : "";
  find("ring").hidden = going;
  find("hang-up").hidden = !going;
  find("message-said").hidden = !going || call.stage !== "recording";
  const lines = call ? call.said.map((line, at) => ({ id: `${call.id}${at}${line}`, line })) : [];
  keep(find("said"), lines, (one) => make("li", "", one.line), () => {});
  tick();
}

/** Count the seconds of the stage that the call is in. */
function tick() {
  const going = call !== null && !call.over;
  const seconds = going ? Math.max(0, Math.floor((Date.now() - new Date(call.since)) / 1000)) : 0;
  const shown = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  find("lasting").textContent = going ? shown : "";
}

function showKnobs(knobs) {
  for (const knob of find("knobs").elements) {
    if (knob === document.activeElement && knob.tagName === "SELECT") continue;
    const value = knobs[knob.name];
    if (knob.type === "checkbox") knob.checked = value;
    else knob.value = value ?? "";
  }
}

function show(state) {
  call = state.call;
  keep(find("texts"), state.texts, bubble, dateBubble);
  find("no-texts").hidden = state.texts.length > 0;
  keep(find("mails"), state.mails, letter, dateLetter);
  find("no-mails").hidden = state.mails.length > 0;
  keep(find("agents"), state.agents, agentRow, dateAgent);
  find("no-agents").hidden = state.agents.length > 0;
  showCall();
  showKnobs(state.knobs);
}

/** Ask for the state for ever; each answer waits at the server for a change. */
async function follow() {
  for (;;) {
    const query = new URLSearchParams({ phone: client.phone, email: client.email, after: version });
    asking = new AbortController();
    const { signal } = asking;
    try {
      const answer = await fetch(`${base}/state?${query}`, { signal });
      if (!answer.ok) throw new Error(String(answer.status));
      const state = await answer.json();
      if (signal.aborted) continue;
      version = state.version;
      show(state);
      find("offline").hidden = !state.closed;
      if (state.closed) throw new Error("closed");
    } catch {
      if (signal.aborted) continue;
      find("offline").hidden = false;
      version = "";
      await new Promise((done) => setTimeout(done, 2000));
    }
  }
}

/** Read a file's bytes as base64. */
function base64(file) {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result).split(",", 2)[1]);
    reader.onerror = () => failed(reader.error);
    reader.readAsDataURL(file);
  });
}

/** Be this client from now on. */
function become(phone, email) {
  Object.assign(client, { phone, email });
  find("number").textContent = phone;
  find("address").textContent = email;
  for (const one of document.querySelectorAll(".persona")) {
    one.setAttribute("aria-pressed", String(one.dataset.phone === phone && one.dataset.email === email));
  }
  version = "";
  asking?.abort();
}

/** Send a form, and empty it when it was taken. */
function sends(id, what, said) {
  const form = find(id);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(form));
    if (await act(what, { ...client, ...fields, ...said })) form.reset();
  });
}

for (const one of document.querySelectorAll(".persona")) {
  one.addEventListener("click", () => become(one.dataset.phone, one.dataset.email));
}
find("other").addEventListener("submit", (event) => {
  event.preventDefault();
  const fields = new FormData(event.target);
  become(fields.get("phone").replace(/[^\d+]/g, ""), fields.get("email"));
});
find("ring").addEventListener("click", () => act("ring", { phone: client.phone }));
find("hang-up").addEventListener("click", () => act("move", { call: call?.id, move: "caller_hangs_up" }));
find("message-said").addEventListener("click", () => act("move", { call: call?.id, move: "message_said" }));
find("sms-body").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
});
find("knobs").addEventListener("change", ({ target }) => {
  act("knobs", { [target.name]: target.type === "checkbox" ? target.checked : target.value });
});
find("write-text").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const [chosen] = find("picture").files;
  if (!form.body.value.trim() && !chosen) return;
  const said = { ...client, body: form.body.value, way: form.way.value };
  if (chosen) said.picture = { type: chosen.type, content: await base64(chosen) };
  if (!(await act("text", said))) return;
  form.body.value = "";
  find("picture").value = "";
  find("picture-name").textContent = "";
});
find("picture").addEventListener("change", ({ target }) => {
  find("picture-name").textContent = target.files[0]?.name ?? "";
});
find("mark-read").addEventListener("click", () => act("read", { phone: client.phone }));
sends("write-mail", "mail", { answer_to: null });

const first = document.querySelector(".persona");
if (first) become(first.dataset.phone, first.dataset.email);
setInterval(tick, 1000);
follow();

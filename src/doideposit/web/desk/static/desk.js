// The live check: what is typed is kept and checked while somebody types. Without this script the buttons do the same.
"use strict";
(() => {
  const form = document.getElementById("draft");
  if (!form) return;
  const version = form.elements.version;
  const text = (name, words) => { document.getElementById(name).textContent = words; };
  let waiting = 0;
  let asking = false;
  let again = false;
  let dirty = false;

  const item = (finding) => {
    const line = document.createElement("li");
    line.className = finding.stops ? "stop" : "warn";
    const add = (tag, name, words) => {
      const part = document.createElement(tag);
      part.className = name;
      part.textContent = words;
      line.append(part, " ");
    };
    add("span", "mark", finding.stops ? "Correct" : "Check");
    line.append(finding.message, " ");
    if (finding.hint) add("span", "hint", finding.hint.replaceAll("`", ""));
    add("code", "code", finding.code);
    return line;
  };

  const cite = (citations) => {
    const named = Object.entries(citations);
    const rows = named.length ? named : [["", "Shown when title, number, date and authors are filled in."]];
    document.getElementById("cited").replaceChildren(...rows.map(([style, words]) => {
      const row = document.createElement("div");
      [["dt", style], ["dd", words]].filter((part) => part[1]).forEach(([tag, said]) => {
        const part = document.createElement(tag);
        part.textContent = said;
        row.append(part);
      });
      return row;
    }));
  };

  const show = (verdict) => {
    const places = new Map();
    form.querySelectorAll("[data-field]").forEach((place) => {
      const list = place.matches("ul") ? place : place.querySelector(".said");
      places.set(place.dataset.field, { place, list, found: [] });
    });
    verdict.findings.forEach((finding) => {
      const at = places.get(finding.field) || places.get(`${finding.field}.text`) || places.get(finding.near) || places.get("");
      at.found.push(finding);
    });
    places.forEach(({ place, list, found }) => {
      list.replaceChildren(...found.map(item));
      place.classList.toggle("bad", found.some((finding) => finding.stops));
      place.classList.toggle("odd", found.length > 0 && !found.some((finding) => finding.stops));
    });
    const state = document.getElementById("state");
    state.textContent = verdict.stops ? `${verdict.stops} to correct before it can be sent` : "Ready to be sent";
    state.className = verdict.stops ? "stop" : "good";
    const wishes = document.getElementById("wishes");
    wishes.hidden = verdict.wishes.length === 0;
    wishes.querySelector("summary").textContent = `What would make it better (${verdict.wishes.length})`;
    wishes.querySelector("ul").replaceChildren(...verdict.wishes.map((wish) => {
      const line = document.createElement("li");
      line.textContent = wish;
      return line;
    }));
    text("made-doi", verdict.doi || "not known yet");
    text("made-url", verdict.url || "not known yet");
    cite(verdict.citations);
  };

  const ask = async () => {
    if (asking) { again = true; return; }
    asking = true;
    try {
      const body = new FormData(form);
      const answer = await fetch(form.dataset.live, { method: "POST", body, headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const verdict = await answer.json();
      if (verdict.overtaken) {
        const told = document.getElementById("overtaken");
        told.textContent = `${verdict.overtaken}. Press Save: what you typed is kept as a draft of its own, and nothing is overwritten.`;
        told.hidden = false;
        return;
      }
      version.value = verdict.version;
      if (!again) { dirty = false; text("saved", `Saved, version ${verdict.version}.`); }
      show(verdict);
    } catch {
      text("saved", "Not saved: the program does not answer, or you were signed out. What you typed is still here; press Save to try again.");
    } finally {
      asking = false;
      if (again) { again = false; ask(); }
    }
  };

  form.addEventListener("input", () => {
    dirty = true;
    clearTimeout(waiting);
    waiting = setTimeout(ask, 40);
  });
  form.addEventListener("submit", (event) => {
    const sure = event.submitter && event.submitter.dataset.sure;
    if (sure && !window.confirm(sure)) { event.preventDefault(); return; }
    dirty = false;
  });
  window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
  // What was typed before this script was there, or was put back by the browser, is kept as well.
  if ([...form.elements].some((one) => "defaultValue" in one && one.value !== one.defaultValue)) { dirty = true; ask(); }
})();

// The page of a number follows what happens; without this script its link does the same. A page that loads itself anew
// would take the place away from who reads it.
(() => {
  const parts = ["standing", "steps", "history"];
  const follow = () => {
    const link = document.querySelector("[data-follow]");
    if (link) setTimeout(look, Number(link.dataset.follow) * 1000);
  };
  const look = async () => {
    try {
      const answer = await fetch(window.location.href);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const told = page.getElementById("standing");
      if (answer.ok && told) {
        if (!told.querySelector("[data-follow]")) { window.location.reload(); return; }
        parts.forEach((name) => {
          const here = document.getElementById(name);
          const fresh = page.getElementById(name);
          if (here && fresh && here.innerHTML !== fresh.innerHTML) here.replaceChildren(...fresh.childNodes);
        });
      }
    } catch { /* The program does not answer now: the next look may find it again. */ }
    follow();
  };
  follow();
})();

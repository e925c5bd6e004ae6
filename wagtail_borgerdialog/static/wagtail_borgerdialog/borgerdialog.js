/*
 * Progressive enhancement, and nothing that a page needs. Every word shown comes from the page,
 * in its language. Elements say what they want by data-bd-* attributes.
 */

const KEEP_PREFIX = "bd-keep:";
const PAUSE = 400;

const later = (work, wait) => {
  let timer;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...args), wait);
  };
};

/* Storage may be switched off, full or forbidden; then nothing is kept and nothing breaks. */
const storage = {
  get(key) {
    try {
      return JSON.parse(sessionStorage.getItem(KEEP_PREFIX + key));
    } catch {
      return null;
    }
  },
  set(key, value) {
    try {
      sessionStorage.setItem(KEEP_PREFIX + key, JSON.stringify(value));
    } catch {
      /* see above */
    }
  },
  remove(key) {
    try {
      sessionStorage.removeItem(KEEP_PREFIX + key);
    } catch {
      /* see above */
    }
  },
  clear() {
    try {
      Object.keys(sessionStorage)
        .filter((key) => key.startsWith(KEEP_PREFIX))
        .forEach((key) => sessionStorage.removeItem(key));
    } catch {
      /* see above */
    }
  },
};

/* The summary of errors takes the focus; its links put it into the field. */
function focusErrors(summary) {
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    (field.labels?.[0] ?? field).scrollIntoView();
    field.focus({ preventScroll: true });
  });
}

/* Characters left: seen at once, spoken when one pauses. The server counts code points. */
function countCharacters(field) {
  const counter = document.getElementById(`${field.id}_count`);
  if (!counter) return;
  const limit = Number(field.dataset.bdMaxlength);
  const number = new Intl.NumberFormat(document.documentElement.lang || undefined);
  const spoken = document.createElement("span");
  spoken.className = "bd-hidden";
  spoken.setAttribute("role", "status");
  counter.after(spoken);

  const show = () => {
    const left = limit - [...field.value].length;
    const words = counter.dataset[
      `bd${left < 0 ? "Over" : "Left"}${Math.abs(left) === 1 ? "One" : ""}`
    ];
    counter.textContent = words.replace("{n}", number.format(Math.abs(left)));
    counter.classList.toggle("bd-field__count--over", left < 0);
    return left;
  };
  const speak = later((left) => {
    if (left < limit / 10) spoken.textContent = counter.textContent;
  }, 1000);

  field.addEventListener("input", () => speak(show()));
  field.form?.addEventListener("reset", () => setTimeout(show));
  field.addEventListener("bd-restored", show);
  show();
}

/* What is typed stays in this tab until the receipt, whatever happens to the session. */
function keepTyping(notice) {
  const form = notice.closest("form");
  if (!form) return;
  const key = notice.dataset.bdKeep;
  const worthKeeping = (field) =>
    field.name && !["password", "hidden", "file", "submit", "button"].includes(field.type);
  const fields = () => [...form.elements].filter(worthKeeping);
  const isChoice = (field) => field.type === "checkbox" || field.type === "radio";
  const untouched = (field) => !isChoice(field) && field.tagName !== "SELECT" && !field.value;

  const kept = storage.get(key);
  if (kept) {
    let restored = false;
    const empty = fields().filter((field) => !isChoice(field) && field.tagName !== "SELECT");
    const blank = empty.every(untouched);
    for (const field of fields()) {
      const values = kept[field.name];
      if (!values) continue;
      if (isChoice(field)) {
        /* A form that came back with the reader's own answers knows better than we do. */
        if (blank) field.checked = values.includes(field.value);
      } else if (field.tagName === "SELECT") {
        if (blank) for (const option of field.options) option.selected = values.includes(option.value);
      } else if (untouched(field) && values[0]) {
        field.value = values[0];
        restored = true;
        field.dispatchEvent(new Event("bd-restored"));
      }
    }
    notice.hidden = !restored;
  }

  const save = () => {
    const values = {};
    for (const field of fields()) {
      values[field.name] ??= [];
      if (field.tagName === "SELECT") {
        values[field.name].push(...[...field.selectedOptions].map((option) => option.value));
      } else if (!isChoice(field) || field.checked) {
        values[field.name].push(field.value);
      }
    }
    storage.set(key, values);
  };
  const saveLater = later(save, PAUSE);
  form.addEventListener("input", saveLater);
  form.addEventListener("change", save);
  form.addEventListener("submit", save);

  notice.querySelector("[data-bd-keep-discard]")?.addEventListener("click", () => {
    storage.remove(key);
    for (const field of fields()) {
      if (isChoice(field)) field.checked = field.defaultChecked;
      else if (field.tagName === "SELECT") {
        for (const option of field.options) option.selected = option.defaultSelected;
      } else field.value = field.defaultValue;
      field.dispatchEvent(new Event("bd-restored"));
    }
    notice.hidden = true;
    fields()[0]?.focus();
  });
}

/* A second click sends nothing; the button says so without losing its name or its focus. */
function submitOnce(form) {
  let sent = false;
  const open = () => {
    sent = false;
    for (const button of form.querySelectorAll("[type='submit'][aria-disabled]")) {
      button.removeAttribute("aria-disabled");
    }
  };
  form.addEventListener("submit", (event) => {
    if (sent) {
      event.preventDefault();
      return;
    }
    if (event.defaultPrevented) return;
    sent = true;
    event.submitter?.setAttribute("aria-disabled", "true");
    /* A request that was stopped, or that answers with a file, leaves us on this page. */
    setTimeout(open, 10000);
  });
  window.addEventListener("pageshow", open);
}

function copyLink(button) {
  if (!navigator.clipboard) return;
  button.hidden = false;
  const status = button.closest(".bd-copy")?.querySelector("[data-bd-copy-status]");
  const label = button.textContent;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.bdCopy);
    } catch {
      return;
    }
    button.textContent = button.dataset.bdCopied;
    if (status) status.textContent = button.dataset.bdCopied;
    setTimeout(() => {
      button.textContent = label;
      if (status) status.textContent = "";
    }, 3000);
  });
}

/* Similar things, while one types: the server renders them, we put them where they belong. */
function showSimilar(field) {
  const place = document.getElementById(field.dataset.bdSimilarInto);
  if (!place) return;
  place.setAttribute("aria-live", "polite");
  let request;
  let asked = "";
  const ask = later(async () => {
    const text = field.value.trim();
    if (text === asked) return;
    asked = text;
    request?.abort();
    if (text.length < 4) {
      place.replaceChildren();
      return;
    }
    request = new AbortController();
    const url = new URL(field.dataset.bdSimilarUrl, document.baseURI);
    if (url.origin !== location.origin) return;
    url.searchParams.set("q", text);
    try {
      const response = await fetch(url, {
        signal: request.signal,
        credentials: "same-origin",
        headers: { Accept: "text/html", "X-Requested-With": "fetch" },
      });
      if (!response.ok) return;
      const fragment = new DOMParser().parseFromString(await response.text(), "text/html");
      place.replaceChildren(...fragment.body.childNodes);
    } catch {
      /* A hint that does not come is no reason to disturb somebody who writes. */
    }
  }, PAUSE);
  field.addEventListener("input", ask);
  field.addEventListener("bd-restored", ask);
}

/* Somebody who stands at the place need not describe it. Five decimals are a metre. */
function usePosition(part) {
  const latitude = document.getElementById(part.dataset.bdLatitude);
  const longitude = document.getElementById(part.dataset.bdLongitude);
  if (!navigator.geolocation || !latitude || !longitude) return;
  const status = part.querySelector("[role='status']");
  part.hidden = false;
  if (latitude.value) status.textContent = part.dataset.bdAdded;
  part.querySelector("button").addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        latitude.value = coords.latitude.toFixed(5);
        longitude.value = coords.longitude.toFixed(5);
        status.textContent = part.dataset.bdAdded;
      },
      () => {
        status.textContent = part.dataset.bdFailed;
      },
      { timeout: 10000 },
    );
  });
}

const each = (selector, work) => document.querySelectorAll(selector).forEach(work);

if (document.querySelector("[data-bd-forget]")) storage.clear();
each("[data-bd-maxlength]", countCharacters);
each("[data-bd-similar-url]", showSimilar);
each("[data-bd-keep]", keepTyping);
each(".bd form[method='post' i]", submitOnce);
each("[data-bd-copy]", copyLink);
each("[data-bd-position]", usePosition);
each("[data-bd-error-summary]", focusErrors);

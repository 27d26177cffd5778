// SPDX-License-Identifier: MIT
// As much of a page as engine.io-client 3 needs to poll by script elements and forms: what a script element names is
// fetched and run, what a form holds is sent as browsers send it.

/** Puts `document` in place: `fetched` lists the answers, `close` takes it away when nothing is under way any more. */
export function openPage() {
  const fetched = [], underWay = new Set();
  const track = (promise) => {
    underWay.add(promise);
    promise.finally(() => underWay.delete(promise));
  };

  class Element {
    constructor(tag) {
      this.tag = tag;
      this.style = {};
      this.children = [];
    }
    setAttribute() {}
    appendChild(child) {
      child.parentNode = this;
      this.children.push(child);
      if (child.tag === "script") track(runScript(child));
    }
    insertBefore(child) { this.appendChild(child); }
    removeChild(child) { this.children = this.children.filter((each) => each !== child); }
    submit() { track(sendForm(this)); }
  }

  async function runScript(script) {
    try {
      const answer = await fetch(script.src);
      const text = await answer.text();
      fetched.push({ status: answer.status, type: answer.headers.get("content-type"), text });
      // Browsers do not run what is not a script by its type.
      if (!answer.ok || !/^text\/javascript/.test(answer.headers.get("content-type"))) throw new Error("not a script");
      new Function(text)();
    } catch (error) {
      script.onerror?.(error);
    }
  }

  async function sendForm(form) {
    const area = form.children.find((child) => child.tag === "textarea");
    // The line ends of a form are CR LF, whatever they were: that is what the client's escapes are for.
    const body = new URLSearchParams({ [area.name]: area.value.replace(/\r?\n/g, "\r\n") }).toString();
    const iframe = () => form.children.findLast((child) => child.tag.startsWith("iframe"));
    await fetch(form.action, { method: "POST", body, headers: { "Content-Type": "application/x-www-form-urlencoded" } }).catch(() => {});
    iframe()?.onload?.();
  }

  const body = new Element("body"), first = new Element("script");
  body.appendChild = Element.prototype.appendChild;
  first.parentNode = body;
  globalThis.document = {
    createElement: (tag) => {
      if (tag.startsWith("<")) throw new Error("only old browsers take markup");
      return new Element(tag);
    },
    getElementsByTagName: () => [first],
    body,
    head: body,
  };
  return {
    fetched,
    async close() {
      while (underWay.size > 0) await Promise.allSettled([...underWay]);
      delete globalThis.document;
    },
  };
}

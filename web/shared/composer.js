// SPDX-License-Identifier: MIT
// The box one writes in: Enter sends, Shift+Enter breaks the line, an input method's Enter does neither.
const LONGEST_TEXT = 4000;  // bytes, as the server has it
const utf8 = new TextEncoder();

export function composer(form, { onSend, onTyping, onTooLong }) {
  const box = form.querySelector("textarea");
  const button = form.querySelector("button");
  const fit = () => {
    const text = box.value.trim();
    const over = text.length * 3 <= LONGEST_TEXT ? 0 : Math.max(0, utf8.encode(text).length - LONGEST_TEXT);
    button.disabled = text === "" || over > 0;
    onTooLong(over > 0 ? `${over.toLocaleString()} bytes too long` : "");
    if (CSS.supports("field-sizing", "content")) return;
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight + 2}px`;
  };
  box.addEventListener("input", () => {
    fit();
    if (box.value.trim() !== "") onTyping();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    fit();
    if (button.disabled) return;
    const text = box.value.trim();
    box.value = "";
    fit();
    onSend(text);
    box.focus();
  });
  fit();
  return { focus: () => box.focus(), refresh: fit };
}

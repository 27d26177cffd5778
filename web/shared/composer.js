// SPDX-License-Identifier: MIT
// The box one writes in: Enter sends, Shift+Enter breaks the line, an input method's Enter does neither.
export function composer(form, { onSend, onTyping }) {
  const box = form.querySelector("textarea");
  const button = form.querySelector("button");
  const fit = () => {
    button.disabled = box.value.trim() === "";
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
    const text = box.value.trim();
    if (text === "") return;
    box.value = "";
    fit();
    onSend(text);
    box.focus();
  });
  fit();
  return { focus: () => box.focus(), refresh: fit };
}

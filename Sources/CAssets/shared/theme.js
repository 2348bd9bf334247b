// Light or dark: what the system prefers, until the button says otherwise. Kept in memory only, like all that a page knows.

const system = matchMedia("(prefers-color-scheme: dark)");

/** Makes a button switch between light and dark, and say what it will do. */
export function themeButton(button) {
  const root = document.documentElement;
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const label = () => {
    button.textContent = isDark() ? "Light" : "Dark";
    button.setAttribute("aria-label", `Switch to ${isDark() ? "light" : "dark"} colours`);
  };
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    label();
  });
  system.addEventListener("change", label);
  label();
}

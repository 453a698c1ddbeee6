// The one thing that the page cannot do without a script: to be light or dark against the system's wish.
(() => {
  const button = document.getElementById("theme");
  const label = button.querySelector("span");
  const themes = { "": "as the system", light: "light", dark: "dark" };
  const names = Object.keys(themes);
  const key = "mesh-tracing-theme";
  const show = (theme) => {
    document.documentElement.dataset.theme = theme;
    label.textContent = themes[theme];
  };
  const stored = () => {
    try {
      return localStorage.getItem(key) ?? "";
    } catch {
      return ""; // A file opened from disk may have no storage.
    }
  };
  let current = names.includes(stored()) ? stored() : "";
  show(current);
  button.hidden = false;
  button.addEventListener("click", () => {
    current = names[(names.indexOf(current) + 1) % names.length];
    show(current);
    try {
      localStorage.setItem(key, current);
    } catch {
      // As above.
    }
  });
})();

// A file that a person opens is read here, in the browser, and its text is said to the server, which
// takes no files.

const LONGEST = 100000;

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".os-open");
  const field = root.querySelector("input");
  root.querySelector("span").textContent = data.label;
  field.accept = data.kinds;
  field.onchange = async () => {
    const [file] = field.files;
    if (!file) return;
    setTriggerValue("opened", await file.slice(0, LONGEST).text());
    // The same file, changed, may be opened once more.
    field.value = "";
  };
}

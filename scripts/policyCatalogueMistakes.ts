import { rules } from "../policies/rules";
import { fenced, printed, takeComment } from "./policyCatalogueRule";
import { publishedManifest, publishedMistakes, type PublishedMistake } from "./publishedMistakes";

/** What the catalogue says of published mistakes, as paragraphs of Markdown. */
export async function mistakesSection(): Promise<readonly string[]> {
  return [
    "## Published mistakes and what the pack says",
    "Each of these was found in documentation, a sample or a test that others copy from. The link leads to the smallest manifest that makes the mistake.",
    ...(await Promise.all(publishedMistakes.map(entry))).flat(),
  ];
}

async function entry(mistake: PublishedMistake): Promise<readonly string[]> {
  const manifest = publishedManifest(mistake);
  const [comment] = takeComment(manifest);
  const subjects = rules.filter(({ name }) => mistake.rules.includes(name));
  const file = `${mistake.name}.yaml`;
  const links = subjects.map(({ name }) => `[${name}](#${name})`).join(", ");
  return [
    `**${comment}** ([manifest](../tests/fixtures/policies/published/${file}))`,
    `Source: ${mistake.source}. Found by ${links}:`,
    fenced("text", await printed(subjects, manifest, file)),
  ];
}

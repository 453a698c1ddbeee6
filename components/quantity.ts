const binarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi"];
const decimalSuffixes = ["m", "", "k", "M", "G", "T", "P"];

/** What a Kubernetes quantity looks like as far as this program takes them: no exponents, no signs. */
export const quantityPattern = /^(?=.*[1-9])([0-9]{1,12})(?:\.([0-9]{1,3}))?(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?$/;

/**
 * Writes a Kubernetes quantity in the one form in which API servers and operators give it back: without a fraction,
 * with the largest suffix of its family. Any other form (2000m, 1.5Gi) would show as a change in every preview.
 * Source: k8s.io/apimachinery/pkg/api/resource, Quantity's canonical form.
 *
 * @param text a quantity that matches {@link quantityPattern}.
 */
export function canonicalQuantity(text: string): string {
  const [, whole = "0", fraction = "", suffix = ""] = quantityPattern.exec(text) ?? [];
  const binary = suffix.endsWith("i");
  const suffixes = binary ? binarySuffixes : decimalSuffixes;
  const base = binary ? 1024n : 1000n;
  let step = suffixes.indexOf(suffix);
  let number = BigInt(whole + fraction.padEnd(3, "0"));
  // Now in thousandths of the suffix's unit: go down until nothing is left behind the point, then up again.
  while (number % 1000n !== 0n && step > 0) {
    number *= base;
    step -= 1;
  }
  number = (number + 999n) / 1000n;
  while (step + 1 < suffixes.length && number !== 0n && number % base === 0n) {
    number /= base;
    step += 1;
  }
  return `${number}${suffixes[step]}`;
}
